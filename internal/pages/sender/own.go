package sender

import (
	"net/http"

	"tilhor"
	"tilhor/internal/dialogue"
	"tilhor/internal/web"
)

const ownPath = "/min/samtale/"

// Own is where the talk lies of who is signed in and told this, "" when there is none
// or it has ended.
func (p *Pages) Own(q *web.Req, slug string) (string, error) {
	has, err := p.Dialogue.Has(q.Context(), dialogue.Sender{Slug: slug, By: q.Actor})
	if err != nil || !has {
		return "", err
	}
	return ownPath + slug, nil
}

// own is the talk of a pupil or a parent who told something by name, and nobody
// else's.
func (p *Pages) own(q *web.Req, last string) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showOwn(q, http.StatusOK, f, last)
}

func (p *Pages) showOwn(q *web.Req, code int, f *web.Form, last string) error {
	told, err := p.Dialogue.Return(q.Context(), sender(q))
	if err != nil {
		return err
	}
	v, err := p.show(q, told, f)
	if err != nil {
		return err
	}
	v.Action, v.Say, v.Last = q.R.URL.Path, nil, last // who it is, is known
	v.Sent = code == http.StatusOK && q.Query("sendt") != ""
	if code == http.StatusOK && f.Get("text") != "" { // a kept draft
		v.Write, v.Text.Value = f, f.Get("text")
	}
	if code == http.StatusOK && f.Get("need") != "" {
		v.Ask, v.Need.Value, v.NeedBad = f, f.Get("need"), true // it stands open
	}
	return q.RenderStatus(code, talkPage, v)
}

func sender(q *web.Req) dialogue.Sender { return dialogue.Sender{Slug: q.Path("slug"), By: q.Actor} }

func (p *Pages) writeOwn(q *web.Req, last string) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	k, known := kinds[f.Get(fieldDo)]
	if !known || k.kind == dialogue.Name {
		k = kinds["skriv"]
		f.Set(fieldDo, "skriv")
	}
	err = q.OnceAt(f, q.R.URL.Path+"?sendt=ja", func() error {
		return p.Dialogue.Write(q.Context(), sender(q), k.kind, f.Get(k.field))
	})
	if faults := tilhor.FaultsOf(err); faults != nil {
		f.Faults = faults
		return p.showOwn(q, http.StatusUnprocessableEntity, f, last)
	}
	return err
}
