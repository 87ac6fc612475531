package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

var formPage = page("school_form")

// A formView is a small form of a case: a heading that says what it is about,
// questions one after another, one primary button.
type formView struct {
	web.Frame
	Back                web.Back
	Line, Heading, Lead string
	Note                *web.Note
	Quote               *web.Quote
	Faults              *web.Summary
	Form                *web.Form
	Action              string
	Questions           []question
	Buttons             []web.Button
}

// A question is a field and how it is asked.
type question struct {
	Kind   string // text, area, date, select, radios, checks, box, when, pupil; head, row and fold order the others
	F      web.Field
	Clock  web.Field  // of when
	Groups []group    // of pupil
	Parts  []question // of row, side by side, and of fold, under a line
	Open   bool
}

// A group is a class with its pupils.
type group struct {
	Name    string
	Options []web.Option
}

// ask shows the form. What was typed stands where it was typed.
func ask(q *web.Req, code int, f *web.Form, v formView) error {
	v.Frame, v.Form = q.Frame(v.Heading), f
	v.Faulty = code == http.StatusUnprocessableEntity
	v.Faults = web.SummaryOf(q.T, f.Faults)
	if q.R.Method != http.MethodGet { // what was typed stands in no address
		v.Langs = nil
	}
	if v.Action == "" {
		v.Action = q.R.URL.Path
	}
	return q.RenderStatus(code, formPage, v)
}

// whenAsked is the question of when something happened.
func whenAsked(w *lang.Words, f *web.Form, field, label string) question {
	date, clock := whenFields(w, f, field, label)
	return question{Kind: "when", F: date, Clock: clock}
}

// radios asks for one of a few answers; pairs of value and key of its text,
// with the reason under it at key.why when there is one.
func radios(w *lang.Words, f *web.Form, name, label string, pairs ...string) question {
	x := f.Field(w, name, label)
	for i := 0; i+1 < len(pairs); i += 2 {
		o := web.Option{Value: pairs[i], Label: w.T(pairs[i+1]), Checked: f.Ticked(name, pairs[i])}
		if w.Has(pairs[i+1] + ".why") {
			o.Help = w.T(pairs[i+1] + ".why")
		}
		x.Options = append(x.Options, o)
	}
	return question{Kind: "radios", F: x}
}

// area asks for words.
func area(w *lang.Words, f *web.Form, name, label, help string, rows int) question {
	x := f.Field(w, name, label)
	x.Help, x.Rows = help, rows
	return question{Kind: "area", F: x}
}

// pupilAsked asks for a pupil of the school, by class. A protected pupil is in
// no list.
func pupilAsked(w *lang.Words, f *web.Form, name, label, help string, all []roster.Pupil) question {
	x := f.Field(w, name, label)
	x.Help, x.Options = help, []web.Option{{Label: w.T("form.choose")}}
	var groups []group
	for _, p := range all {
		class := p.Class
		if class == "" {
			class = w.T("school.no-class")
		}
		if n := len(groups); n == 0 || groups[n-1].Name != class {
			groups = append(groups, group{Name: class})
		}
		g := &groups[len(groups)-1]
		g.Options = append(g.Options, web.Option{Value: string(p.ID), Label: p.Name, Checked: f.Get(name) == string(p.ID)})
	}
	return question{Kind: "pupil", F: x, Groups: groups}
}

// pupilOf is the pupil a form names, "" for none.
func pupilOf(f *web.Form, name string) tilhor.PersonID { return tilhor.PersonID(f.Line(name)) }
