package staff

import (
	"tilhor/internal/concerns"
	"tilhor/internal/web"
)

var toldPage = page("told")

type toldView struct {
	web.Frame
	Told []web.Duty
}

// told lists what the reader has told, newest first, and how far each has come.
// The words stand on the page of each, not in the list.
func (p *Pages) told(q *web.Req) error {
	all, err := p.Concerns.Mine(q.Context(), q.Actor, concerns.MostTold)
	if err != nil {
		return err
	}
	return q.Render(toldPage, toldView{Frame: q.Frame(q.T.T("staff.told.title")), Told: toldRows(q, all)})
}

func toldRows(q *web.Req, all []concerns.Concern) (rows []web.Duty) {
	w := q.T
	for _, c := range all {
		r := web.Duty{
			What: about(w, c), Href: "/bekymringer/" + c.Slug, State: stateOf(w, c),
			Meta: []string{w.T("staff.told.sent", "when", w.Near(c.Written, q.Now))},
		}
		if !c.Shielded {
			r.Meta = append(r.Meta, w.T("arena."+string(c.Arena)))
		}
		switch {
		case c.Ask != "":
			r.When = w.T("staff.told.ask")
		case !c.DecidedAt.IsZero():
			r.When = w.Near(c.DecidedAt, q.Now)
		case !c.ReadAt.IsZero():
			r.When = w.Near(c.ReadAt, q.Now)
		}
		rows = append(rows, r)
	}
	return rows
}
