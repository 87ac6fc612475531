package public

import (
	"strconv"

	"tilhor/internal/web"
)

var didPage = page("dere_sa")

// perPage keeps the page small, however long what is shown may be.
const perPage = 8

type didView struct {
	web.Frame
	Back  web.Back
	Say   string // where one tells of a child who is not well
	Shown []did
	Pager web.Pager
}

// A did is one thing that was suggested, and what came of it.
type did struct {
	Quote web.Quote
	What  string // what the answer was
	Text  string
	State web.State
}

// did is «dere sa – vi gjorde»: what a school has answered to those who suggested
// something, a no as well, in words that rektor has screened. It names nobody and
// counts nothing.
func (p *Pages) did(q *web.Req) error {
	s, err := q.SchoolHere()
	if err != nil {
		return err
	}
	all, err := p.Ideas.Published(q.Context(), q.Kit.Owner.ID, s.ID)
	if err != nil {
		return err
	}
	w, at := q.T, "/s/"+web.SchoolCode(s)
	v := didView{Frame: q.Frame(w.T("ideas.did.title")), Back: web.Back{Href: q.Link(at), Text: s.Name}, Say: q.Link(at + "/si"), Pager: web.Pager{W: w}}
	v.School, v.Home = s.Name, q.Link("/")
	from, err := strconv.Atoi(q.Query("fra"))
	if err != nil || from < 0 || from > len(all) {
		from = 0
	}
	if from > 0 {
		v.Pager.Newer = q.Link(at + didPath + "?fra=" + strconv.Itoa(max(0, from-perPage)))
	}
	if from+perPage < len(all) {
		v.Pager.Older = q.Link(at + didPath + "?fra=" + strconv.Itoa(from+perPage))
		all = all[:from+perPage]
	}
	for _, x := range all[from:] {
		v.Shown = append(v.Shown, did{
			Quote: web.Quote{Text: x.Words, By: w.T("ideas.side." + string(x.Side))}, What: w.T("ideas.did." + x.Verdict), Text: x.Did,
			State: web.State{Name: web.OK, Word: w.T("ideas.state.answered", "date", w.DayMonth(x.On))},
		})
	}
	return q.Render(didPage, v)
}

// didPath is the page's address beneath the school's.
const didPath = "/dere-sa"
