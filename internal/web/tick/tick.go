// Package tick is where one agreed measure stands opened, and how it went is noted: on
// the page of today and on the shared machine at SFO, which draw it each in their way.
package tick

import (
	"net/http"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// A Page is one of the two.
type Page struct {
	Cases *cases.Desk
	ID    string // the name of the measure in the address
	Done  string // where one comes when it is noted
	Draw  func(q *web.Req, code int, f *web.Form, all []cases.Chore) error
}

// Show is the measure by itself, on the days that have no answer or may be answered
// anew: all of them, or the one that a form was for.
func (p Page) Show(q *web.Req, f *web.Form) error {
	now, before, err := p.Cases.MineOf(q.Context(), q.Actor, tilhor.MeasureID(q.Path(p.ID)))
	if err != nil {
		return err
	}
	var all []cases.Chore
	for _, c := range append(now, before...) {
		if !f.Has("day") || f.Get("day") == string(c.Day) {
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return tilhor.ErrNotFound
	}
	code := http.StatusOK
	for i := range f.Faults {
		f.Faults[i].Field, code = lineID(all[0]), http.StatusUnprocessableEntity
	}
	return p.Draw(q, code, f, all)
}

// Note notes that it was done, or was not.
func (p Page) Note(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	answer := f.Choice("answer", "staff.measure.fault", "done", "not")
	return q.Answer(f, func() (string, error) {
		id := tilhor.MeasureID(q.Path(p.ID))
		return p.Done + "?notert=" + answer, p.Cases.Tick(q.Context(), q.Actor, id, tilhor.Date(f.Get("day")), answer == "done", f.Get("line"))
	}, func(_ int, f *web.Form) error { return p.Show(q, f) })
}

func lineID(c cases.Chore) string { return "line-" + string(c.ID) + "-" + string(c.Day) }

// Line is the field for who has something to say of it.
func Line(w *lang.Words, c cases.Chore, f *web.Form) web.Field {
	return web.Field{
		ID: lineID(c), Name: "line", Label: w.T("staff.measure.line"), Mark: w.T("form.optional"), Value: f.Get("line"), Error: web.FaultAt(w, f.Faults, lineID(c)), Rows: 2,
	}
}

// State is how it went, when that is noted.
func State(w *lang.Words, c cases.Chore) (s web.State) {
	switch c.Answer {
	case "done":
		s = web.State{Name: web.OK, Word: w.T("staff.measure.done")}
	case "not":
		s = web.State{Name: web.None, Word: w.T("staff.measure.not")}
	}
	return s
}
