package suggest

import (
	"net/http"

	"tilhor"
	"tilhor/internal/ideas"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

type mineView struct {
	web.Frame
	Back      web.Back
	Lead      string
	Faults    *web.Summary
	Done      *web.Note
	Tell      web.Note
	Form      *web.Form
	Questions []question
	Mine      []card
	Council   string // where the elevråd's table is, for who sits in it
}

// mine is where one suggests something, and sees what became of it.
func (p *Pages) mine(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showMine(q, http.StatusOK, f)
}

func (p *Pages) showMine(q *web.Req, code int, f *web.Form) error {
	all, err := p.Ideas.Mine(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	v := mineView{Back: web.Back{Href: map[tilhor.Role]string{tilhor.RolePupil: "/min", tilhor.RoleParent: "/foresatt"}[q.Actor.Role], Text: w.T("parent.back")}, Frame: q.Frame(w.T("ideas.title")), Lead: w.T("ideas.lead." + string(q.Actor.Role)), Faults: web.SummaryOf(w, f.Faults), Done: done(q), Tell: tell(w), Form: f}
	v.Level, v.Faulty = level(q), code == http.StatusUnprocessableEntity
	if q.R.Method != http.MethodGet {
		v.Langs = nil
	}
	if q.Actor.Role == tilhor.RoleParent {
		school, err := schoolField(q, f)
		if err != nil {
			return err
		}
		v.Questions = append(v.Questions, school)
	} else {
		to, err := p.to(q, f)
		if err != nil {
			return err
		}
		v.Questions = append(v.Questions, to...)
		sits, err := p.Ideas.Sits(q.Context(), q.Actor)
		if err != nil {
			return err
		}
		if sits {
			v.Council = councilPath
		}
	}
	v.Questions = append(v.Questions, asked(w, f)...)
	for _, i := range all {
		v.Mine = append(v.Mine, cardOf(w, i))
	}
	return q.RenderStatus(code, minePage, v)
}

// schoolField asks for the school. It offers all of them: what the lists know of a
// family is not shown here, and so the page is the same for who is kept out.
func schoolField(q *web.Req, f *web.Form) (question, error) {
	all, err := q.Schools()
	x := f.Field(q.T, "school", q.T.T("ideas.school"))
	x.Options = []web.Option{{Label: q.T.T("form.choose")}}
	for _, s := range all {
		x.Options = append(x.Options, web.Option{Value: string(s.ID), Label: s.Name, Checked: f.Get("school") == string(s.ID)})
	}
	return question{Kind: "select", F: x}, err
}

// to asks a pupil whether the elevråd shall have it first, where there is one.
func (p *Pages) to(q *web.Req, f *web.Form) ([]question, error) {
	all, err := p.Ideas.Councils(q.Context(), q.Actor)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	x := f.Field(q.T, "council", q.T.T("ideas.to"))
	for _, b := range all {
		x.Options = append(x.Options, web.Option{Value: b.Slug, Label: b.Name, Help: q.T.T("ideas.to.council-help"), Checked: f.Ticked("council", b.Slug)})
	}
	x.Options = append(x.Options, web.Option{Value: "school", Label: q.T.T("ideas.to.school"), Help: q.T.T("ideas.to.school-help"), Checked: f.Ticked("council", "school")})
	return []question{{Kind: "radios", F: x}}, nil
}

// cardOf is a suggestion as the one who wrote it sees it.
func cardOf(w *lang.Words, i ideas.Idea) card {
	c := card{Quote: web.Quote{Text: i.Words, By: w.Date(i.Said)}, State: stateOf(w, i)}
	if i.Left != "" {
		c.Lines = append(c.Lines, w.T("ideas.left-why", "why", i.Left))
	}
	if a := i.Answer; a != nil {
		c.Lines = append(c.Lines, w.T("ideas.verdict."+a.Verdict), a.Why)
		if a.When != "" {
			c.Lines = append(c.Lines, w.T("ideas.when-line", "when", a.When))
		}
	}
	if i.Shown {
		c.Lines = append(c.Lines, w.T("ideas.shown-line"))
	}
	if i.Asked {
		c.Lines = append(c.Lines, w.T("ideas.asked-line"))
	}
	return c
}

// stateOf is how far it has come. Thirty days are the product's own norm: it says whom
// they bind, and names no law.
func stateOf(w *lang.Words, i ideas.Idea) web.State {
	switch {
	case i.State == ideas.Left:
		return web.State{Name: web.None, Word: w.T("ideas.state.left")}
	case i.State == ideas.Answered:
		return web.State{Name: web.OK, Word: w.T("ideas.state.answered", "date", w.DayMonth(i.Answer.On))}
	case i.Late:
		return web.State{Name: web.Late, Word: w.T("ideas.state.late", "date", w.DayMonth(i.Due))}
	case i.State == ideas.WithCouncil:
		return web.State{Name: web.Wait, Word: w.T("ideas.state.council", "date", w.DayMonth(i.Due))}
	}
	return web.State{Name: web.Wait, Word: w.T("ideas.state.new", "date", w.DayMonth(i.Due))}
}

func (p *Pages) say(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	if q.Actor.Role == tilhor.RolePupil { // who can choose, chooses
		all, err := p.Ideas.Councils(q.Context(), q.Actor)
		if err != nil {
			return err
		}
		f.Faults.Add(len(all) > 0 && f.Get("council") == "", "council", "ideas.fault.council")
	}
	return q.Answer(f, func() (string, error) {
		return minePath + "?gjort=sendt", p.Ideas.Say(q.Context(), q.Actor, saying(f))
	}, func(code int, f *web.Form) error { return p.showMine(q, code, f) })
}
