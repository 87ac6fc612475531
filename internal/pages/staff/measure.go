package staff

import (
	"net/http"
	"net/url"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
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
	v.Line = web.Field{
		ID: "line-" + string(c.ID) + "-" + string(c.Day), Name: "line", Label: w.T("staff.measure.line"), Mark: w.T("form.optional"),
		Value: f.Get("line"), Error: web.FaultAt(w, f.Faults, "line"), Rows: 2,
	}
	if c.Day != today {
		v.Missed = web.State{Name: web.Soon, Word: w.T("staff.measure.yesterday", "day", lang.Cap(w.NearDay(c.Day, today)))}
	}
	switch c.Answer {
	case "done":
		v.State = web.State{Name: web.OK, Word: w.T("staff.measure.done")}
	case "not":
		v.State = web.State{Name: web.None, Word: w.T("staff.measure.not")}
	}
	return v
}

type measureView struct {
	web.Frame
	Faults *web.Summary
	Chores []chore
	Back   web.Back
}

// showMeasure is one measure by itself: after a refusal, or for who was signed
// out in the middle.
func (p *Pages) showMeasure(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.renderMeasure(q, f)
}

func (p *Pages) renderMeasure(q *web.Req, f *web.Form) error {
	now, before, err := p.Cases.MineOf(q.Context(), q.Actor, tilhor.MeasureID(q.Path("id")))
	if err != nil {
		return err
	}
	v := measureView{Frame: q.Frame(q.T.T("staff.measure.title")), Back: web.Back{Href: "/i-dag", Text: q.T.T("staff.today.nav")}}
	for _, c := range append(now, before...) {
		if f.Has("day") && f.Get("day") != string(c.Day) {
			continue
		}
		c.Answer = ""
		v.Chores = append(v.Chores, choreOf(q, c, f, today(q)))
	}
	if len(v.Chores) == 0 {
		return tilhor.ErrNotFound
	}
	code := http.StatusOK
	if len(f.Faults) > 0 {
		for i := range f.Faults {
			f.Faults[i].Field = v.Chores[0].Line.ID
		}
		v.Faults, v.Faulty, code = web.SummaryOf(q.T, f.Faults), true, http.StatusUnprocessableEntity
	}
	return q.RenderStatus(code, measurePage, v)
}

// tick notes that a measure was carried out, or was not.
func (p *Pages) tick(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	answer := f.Choice("answer", "staff.measure.fault", "done", "not")
	if answer == "" {
		f.Faults[0].Field = "line"
		return p.renderMeasure(q, f)
	}
	err = q.Once(f, func() (string, error) {
		id := tilhor.MeasureID(q.Path("id"))
		return "/i-dag?" + url.Values{"notert": {answer}}.Encode(), p.Cases.Tick(q.Context(), q.Actor, id, tilhor.Date(f.Get("day")), answer == "done", f.Get("line"))
	})
	if faults := tilhor.FaultsOf(err); faults != nil {
		f.Faults = faults
		return p.renderMeasure(q, f)
	}
	return err
}
