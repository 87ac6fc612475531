package suggest

import (
	"net/http"

	"tilhor"
	"tilhor/internal/ideas"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

type councilView struct {
	web.Frame
	Back      web.Back
	Faults    *web.Summary
	Done      *web.Note
	Tell      web.Note
	Form      *web.Form
	Questions []question
	Only      string // the one elevråd, when there is no choice
	Tables    []tableOf
}

// A tableOf is what one elevråd has before it.
type tableOf struct {
	Name  string
	Cards []card
}

// council is the elevråd's table: what pupils sent, and what it wrote itself.
func (p *Pages) council(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showCouncil(q, http.StatusOK, f)
}

func (p *Pages) showCouncil(q *web.Req, code int, f *web.Form) error {
	all, err := p.Ideas.Before(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	v := councilView{
		Frame: q.Frame(w.T("ideas.council.title")), Back: web.Back{Href: minePath, Text: w.T("ideas.title")},
		Faults: web.SummaryOf(w, f.Faults), Done: done(q), Tell: tell(w), Form: f,
	}
	v.Level, v.Faulty = level(q), code == http.StatusUnprocessableEntity
	if q.R.Method != http.MethodGet {
		v.Langs = nil
	}
	which := f.Field(w, "council", w.T("ideas.council.which"))
	for _, t := range all {
		which.Options = append(which.Options, web.Option{Value: t.Slug, Label: t.Name, Checked: f.Ticked("council", t.Slug)})
		x := tableOf{Name: t.Name}
		for _, i := range t.Ideas {
			c := cardOf(w, i)
			c.Quote.By = w.T("ideas.side."+string(i.Side)) + ", " + w.Date(i.Said)
			c.Href, c.Link = councilPath+"/"+i.Slug, w.T("ideas.council.open")
			c.Lines = append(voteLines(w, i), c.Lines...)
			x.Cards = append(x.Cards, c)
		}
		v.Tables = append(v.Tables, x)
	}
	if v.Questions = asked(w, f); len(all) == 1 {
		v.Only = all[0].Slug
	} else {
		v.Questions = append([]question{{Kind: "radios", F: which}}, v.Questions...)
	}
	return q.RenderStatus(code, councilPage, v)
}

// voteLines say how it was voted, when that may be said.
func voteLines(w *lang.Words, i ideas.Idea) []string {
	if i.Votes.Shown {
		return []string{w.T("ideas.votes", "yes", i.Votes.For, "no", i.Votes.Against)}
	}
	if !i.Votes.Open {
		return []string{w.T("ideas.votes.few")}
	}
	return []string{w.T("ideas.votes.hidden", "n", ideas.Shy)}
}

func (p *Pages) propose(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	if _, err := p.Ideas.Before(q.Context(), q.Actor); err != nil {
		return err
	}
	f.Faults.Add(f.Get("council") == "", "council", "ideas.fault.council")
	return q.Answer(f, func() (string, error) {
		return councilPath + "?gjort=sendt", p.Ideas.Propose(q.Context(), q.Actor, f.Get("council"), saying(f))
	}, func(code int, f *web.Form) error { return p.showCouncil(q, code, f) })
}

type oneView struct {
	web.Frame
	Back        web.Back
	Faults      *web.Summary
	Done        *web.Note
	Card        card
	Vote, Close *decision
	Tell        web.Note
}

// A decision is one of the two forms of the page.
type decision struct {
	Form      *web.Form
	Action    string
	Heading   string
	Text      string
	Do        string
	Questions []question
	Button    web.Button
}

// one is a suggestion before the elevråd: to vote on, and for who leads to close.
func (p *Pages) one(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showOne(q, http.StatusOK, f)
}

func (p *Pages) showOne(q *web.Req, code int, f *web.Form) error {
	i, lead, err := p.find(q)
	if err != nil {
		return err
	}
	w := q.T
	v := oneView{
		Frame: q.Frame(w.T("ideas.one.title")), Back: web.Back{Href: councilPath, Text: w.T("ideas.council.title")},
		Faults: web.SummaryOf(w, f.Faults), Done: done(q), Card: cardOf(w, i), Tell: tell(w),
	}
	v.Level, v.Faulty = level(q), code == http.StatusUnprocessableEntity
	if q.R.Method != http.MethodGet {
		v.Langs = nil
	}
	v.Card.Quote.By = w.T("ideas.side."+string(i.Side)) + ", " + w.Date(i.Said)
	v.Card.Lines = append(voteLines(w, i), v.Card.Lines...)
	if !i.Votes.Open {
		return q.RenderStatus(code, onePage, v)
	}
	of := func(do string) *web.Form {
		if f.Get("do") == do {
			return f
		}
		return web.NewForm()
	}
	g := of("stem")
	if !g.Has("vote") && i.Votes.Mine != "" {
		g.Set("vote", i.Votes.Mine)
	}
	v.Vote = &decision{
		Form: g, Action: q.R.URL.Path, Do: "stem", Heading: w.T("ideas.vote.h2"), Text: w.T("ideas.vote.text", "n", ideas.Shy),
		Questions: []question{radios(w, g, "vote", "ideas.vote", "yes", "no")}, Button: web.Button{Text: w.T("ideas.vote.do")},
	}
	if lead {
		g := of("lukk")
		why := area(w, g, "why", "ideas.close.why")
		why.F.Mark = w.T("form.optional")
		v.Close = &decision{
			Form: g, Action: q.R.URL.Path, Do: "lukk", Heading: w.T("ideas.close.h2"), Text: w.T("ideas.close.text", "date", w.DayMonth(i.Due)),
			Questions: []question{radios(w, g, "carry", "ideas.close", "yes", "no"), why}, Button: web.Button{Text: w.T("ideas.close.do"), Kind: "secondary"},
		}
	}
	return q.RenderStatus(code, onePage, v)
}

// find is the suggestion of the address, if the reader's elevråd has or had it.
func (p *Pages) find(q *web.Req) (ideas.Idea, bool, error) {
	all, err := p.Ideas.Before(q.Context(), q.Actor)
	if err != nil {
		return ideas.Idea{}, false, err
	}
	for _, t := range all {
		for _, i := range t.Ideas {
			if i.Slug == q.Path("innspill") {
				return i, t.Leads, nil
			}
		}
	}
	return ideas.Idea{}, false, tilhor.ErrNotFound
}

func (p *Pages) decide(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	_, lead, err := p.find(q)
	if err != nil {
		return err
	}
	slug := q.Path("innspill")
	if f.Get("do") == "lukk" && lead {
		carry := f.Choice("carry", "ideas.fault.carry", "yes", "no") == "yes"
		return q.Answer(f, func() (string, error) {
			return councilPath + "/" + slug + "?gjort=lukket", p.Ideas.Close(q.Context(), q.Actor, slug, carry, f.Get("why"))
		}, func(code int, f *web.Form) error { return p.showOne(q, code, f) })
	}
	f.Set("do", "stem")
	return q.Answer(f, func() (string, error) {
		return councilPath + "/" + slug + "?gjort=stemt", p.Ideas.Vote(q.Context(), q.Actor, slug, f.Get("vote"))
	}, func(code int, f *web.Form) error { return p.showOne(q, code, f) })
}
