package school

import (
	"net/http"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// Whom a closed track is about, when that person was only described in words:
// from then on the person is kept out (§ 12-5).

func (p *Pages) accused(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askAccused(q, http.StatusOK, f)
}

func (p *Pages) askAccused(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	if !file.Lead || file.Sealed == "" {
		return tilhor.ErrNotFound
	}
	all, err := p.employeesAt(q, file.School)
	if err != nil {
		return err
	}
	w, h := q.T, p.head(q, file, "")
	v := formView{
		Back: backTo(q, h), Line: h.Line, Heading: w.T("sealed.accused.title"), Lead: w.T("sealed.accused.lead"),
		Note:      &web.Note{Color: "info", Title: w.T("sealed.accused.nobody")},
		Questions: []question{{Kind: "select", F: employeeField(w, f, "person", w.T("sealed.accused.who"), notAccused(all, file))}},
		Buttons:   []web.Button{{Text: w.T("sealed.accused.do")}, cancel(q, h)},
	}
	if names := accusedNames(q, file); names != "" {
		v.Note.Title = w.T("sealed.accused.already", "who", names)
	}
	return ask(q, code, f, v)
}

func accusedNames(q *web.Req, f cases.File) string {
	var all []string
	for _, name := range f.Accused {
		all = append(all, name)
	}
	lang.Sort(q.Lang, all, func(s string) string { return s })
	return strings.Join(all, " · ")
}

func (p *Pages) nameAccused(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug := q.Path("spor")
	return q.Answer(f, func() (string, error) {
		if err := p.Cases.NameAccused(q.Context(), q.Actor, slug, tilhor.PersonID(f.Get("person"))); err != nil {
			return "", err
		}
		if reads, err := p.Cases.Reads(q.Context(), q.Actor, slug); err != nil || !reads { // it goes past the school from now on
			return "/saker", nil
		}
		return done(q, "navngitt-anklaget"), nil
	}, func(code int, f *web.Form) error { return p.askAccused(q, code, f) })
}

// A recusal that is over: the ground is gone, or it was a mistake.

func (p *Pages) recusal(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askRecusal(q, http.StatusOK, f)
}

func (p *Pages) askRecusal(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	if !file.Lead || len(file.Lifts) == 0 {
		return tilhor.ErrNotFound
	}
	w, h := q.T, p.head(q, file, "")
	who := f.Field(w, "person", w.T("sealed.lift.who"))
	for id, name := range file.Lifts {
		who.Options = append(who.Options, web.Option{Value: string(id), Label: name, Checked: f.Get("person") == string(id)})
	}
	lang.Sort(q.Lang, who.Options, func(o web.Option) string { return o.Label })
	who.Options = slices.Insert(who.Options, 0, web.Option{Label: w.T("form.choose")})
	return ask(q, code, f, formView{
		Back: backTo(q, h), Line: h.Line, Heading: w.T("sealed.lift.title"), Lead: w.T("sealed.lift.lead"),
		Questions: []question{{Kind: "select", F: who}, area(w, f, "reason", w.T("sealed.lift.reason"), w.T("sealed.recuse.reason-help"), 3)},
		Buttons:   []web.Button{{Text: w.T("sealed.lift.do")}, cancel(q, h)},
	})
}

func (p *Pages) endRecusal(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	return q.Answer(f, func() (string, error) {
		return done(q, "habil"), p.Cases.EndRecusal(q.Context(), q.Actor, q.Path("spor"), tilhor.PersonID(f.Get("person")), f.Get("reason"))
	}, func(code int, f *web.Form) error { return p.askRecusal(q, code, f) })
}
