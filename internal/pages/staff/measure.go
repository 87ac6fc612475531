package staff

import (
	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
	"tilhor/internal/web/tick"
)

var measurePage = page("measure")

// A chore is one measure on one day, with the form that ticks it off: one
// press, and a line only for who has something to say.
type chore struct {
	W      *lang.Words
	What   string
	Who    string
	Meta   string
	State  web.State // when it is answered
	Missed web.State // it was for an earlier day, and has no answer
	DayISO string
	Action string
	Form   *web.Form
	Line   web.Field
	Open   bool // the form is shown: not answered yet
}

func choreOf(q *web.Req, c cases.Chore, f *web.Form, today tilhor.Date) chore {
	w := q.T
	v := chore{
		W: w, What: c.What, Who: named(w, c.Pupil, c.Class), Meta: c.When, DayISO: string(c.Day),
		Action: "/tiltak/" + string(c.ID), Form: f, Open: c.Answer == "",
	}
	if c.Shielded {
		v.Who = w.T("children.shielded")
	}
	v.Line, v.State = tick.Line(w, c, f), tick.State(w, c)
	if c.Day != today {
		v.Missed = web.State{Name: web.Soon, Word: w.T("staff.measure.yesterday", "day", lang.Cap(w.NearDay(c.Day, today)))}
	}
	return v
}

type measureView struct {
	web.Frame
	Faults *web.Summary
	Chores []chore
	Back   web.Back
}

// ticked is one measure by itself: after a refusal, or for who was signed out in the
// middle.
func (p *Pages) ticked() tick.Page {
	return tick.Page{Cases: p.Cases, ID: "id", Done: "/i-dag", Draw: func(q *web.Req, code int, f *web.Form, all []cases.Chore) error {
		v := measureView{Frame: q.Frame(q.T.T("staff.measure.title")), Back: web.Back{Href: "/i-dag", Text: q.T.T("staff.today.nav")}}
		for _, c := range all {
			c.Answer = ""
			v.Chores = append(v.Chores, choreOf(q, c, f, today(q)))
		}
		v.Faults = web.SummaryOf(q.T, f.Faults)
		v.Faulty = v.Faults != nil
		return q.RenderStatus(code, measurePage, v)
	}}
}

func (p *Pages) showMeasure(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.ticked().Show(q, f)
}
