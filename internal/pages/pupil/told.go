package pupil

import (
	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

var toldPage = page("told")

type toldView struct {
	web.Frame
	Back    web.Back
	State   web.State
	Steps   []web.Happening
	Quote   *web.Quote
	Hope    string // what the reader wanted the school to do
	Held    bool
	Receipt string
	Last    string // when a pupil's own was opened before
	Talk    string // with who has it; none for what was taken up on a parent's own page
}

// told is one thing the reader told: the own words, and how far it has come. What
// was set aside has its reason there, which the one who told may read.
func (p *Pages) told(q *web.Req, last string) error {
	a, err := p.Concerns.Follow(q.Context(), q.Actor, q.Path("slug"))
	if err != nil {
		return err
	}
	if a, err = p.shown(q, a); err != nil {
		return err
	}
	w := q.T
	key := "pupil.told.new"
	if !a.ReadAt.IsZero() {
		key = "pupil.told.read"
	}
	if a.State != concerns.New {
		key = "pupil.told." + string(a.State)
	}
	v := toldView{
		Frame: frame(q, w.T(key)), Back: web.Back{Href: HomePath, Text: w.T("pupil.back")}, State: stateOf(w, a.Concern),
		Receipt: q.R.URL.Path + "/kvittering", Hope: a.Hope, Held: a.Held, Last: last,
	}
	if words := a.Said + a.Saw; words != "" {
		v.Quote = &web.Quote{Text: words, By: lang.Cap(w.Near(a.Written, q.Now))}
	}
	if p.Talk != nil && a.Channel.Named() {
		if v.Talk, err = p.Talk(q, a.Slug); err != nil {
			return err
		}
	}
	v.Steps = steps(q, a)
	return q.Render(toldPage, v)
}

// shown is an answer as far as the reader may know it. What a parent told may have
// become a case that the home is not told of, or joined one: whether it was taken up,
// and who has it, is the case's to tell, by the gate of the home. Else it is as what
// is read and waits: the school has it.
func (p *Pages) shown(q *web.Req, a concerns.Answer) (concerns.Answer, error) {
	if q.Actor.Role != tilhor.RoleParent || a.State != concerns.Taken {
		return a, nil
	}
	if p.Sees != nil {
		if sees, err := p.Sees(q.Context(), q.Actor, a.Tracks...); err != nil || sees {
			return a, err
		}
	}
	a.Concern, a.Has = neutral(q, a.Concern), nil
	return a, nil
}

// neutral is what a parent told, as a list shows it: that it was taken up is not said.
func neutral(q *web.Req, c concerns.Concern) concerns.Concern {
	if q.Actor.Role == tilhor.RoleParent && c.State == concerns.Taken {
		c.State = concerns.New
		if c.ReadAt.IsZero() {
			c.ReadAt = c.DecidedAt
		}
	}
	return c
}

// steps are what has happened and what comes, oldest first.
func steps(q *web.Req, a concerns.Answer) []web.Happening {
	w, role := q.T, string(q.Actor.Role)
	to := "rektor"
	if a.Accused == "leadership" {
		to = "owner"
	}
	all := []web.Happening{{When: lang.Cap(w.Near(a.Written, q.Now)), Title: w.T("pupil.step.sent-" + to), Key: true}}
	if a.TakenUp() && a.Accused != "leadership" {
		all[0].Text = w.T("pupil.step.week")
	}
	if !a.ReadAt.IsZero() {
		all = append(all, web.Happening{When: lang.Cap(w.Near(a.ReadAt, q.Now)), Title: w.T("pupil.step.read")})
	} else if a.State == concerns.New {
		all = append(all, web.Happening{When: w.T("public.receipt.next"), Title: w.T("pupil.step.will-read-" + to), Text: w.T("pupil.step.will-read-text"), Next: true})
	}
	if a.State == concerns.New && !a.ReadAt.IsZero() && q.Actor.Role == tilhor.RoleParent {
		return append(all, web.Happening{When: w.T("public.receipt.then"), Title: w.T("pupil.step.has-it"), Text: w.T("pupil.step.has-it-text"), Next: true})
	}
	if a.State == concerns.SetAside {
		return append(all, web.Happening{When: lang.Cap(w.Near(a.DecidedAt, q.Now)), Title: w.T("pupil.step.set-aside"), Text: a.Reason})
	}
	if a.State == concerns.Taken {
		text := ""
		if len(a.Has) > 0 {
			text = w.T("pupil.step.has", "names", w.List(a.Has))
		}
		all = append(all, web.Happening{When: lang.Cap(w.Near(a.DecidedAt, q.Now)), Title: w.T("pupil.step.taken"), Text: text})
	}
	return append(all, web.Happening{When: w.T("public.receipt.then"), Title: w.T("pupil.step.then." + role), Next: true})
}

func (p *Pages) find(q *web.Req) (journal.Receipt, error) {
	a, err := p.Concerns.Follow(q.Context(), q.Actor, q.Path("slug"))
	if err != nil {
		return journal.Receipt{}, err
	}
	return p.Concerns.Receipt(q.Context(), q.Actor.Owner, a.Entry)
}

func (p *Pages) receipt(q *web.Req, _ string) error {
	r, err := p.find(q)
	if err != nil {
		return err
	}
	return q.ShowReceipt(frame(q, q.T.T("say.receipt.title")), web.Back{Href: HomePath + "/" + q.Path("slug"), Text: q.T.T("do.back")}, r)
}

func (p *Pages) receiptFile(q *web.Req, _ string) error {
	r, err := p.find(q)
	if err != nil {
		return err
	}
	return q.GiveReceipt(r, "kvittering")
}
