package school

import (
	"slices"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// maxRows bounds the measures of one form; the room itself takes thirty.
const maxRows = 40

// The fields of a measure in the form are m1-problem, m1-what …, as the room
// names them in its faults.
func measureField(n int, field string) string { return "m" + strconv.Itoa(n) + "-" + field }

// rowsOf is how many measures the form has.
func rowsOf(f *web.Form) int {
	n, err := strconv.Atoi(f.Get("n"))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, maxRows)
}

// readPlan reads the measures of the form. A measure keeps its id through the
// versions, so that what is changed can be shown.
func readPlan(f *web.Form) cases.Plan {
	p := cases.Plan{Why: f.Get("why")}
	for i := 1; i <= rowsOf(f); i++ {
		at := func(field string) string { return measureField(i, field) }
		days := slices.Clone(f.All(at("weekdays")))
		slices.Sort(days)
		p.Measures = append(p.Measures, cases.Measure{
			ID: tilhor.MeasureID(f.Line(at("id"))), Problem: f.Get(at("problem")), What: f.Get(at("what")),
			When: f.Line(at("when")), Start: f.Day(at("start")), Until: f.Day(at("until")), Weekdays: strings.Join(slices.Compact(days), ""),
			Doer: tilhor.PersonID(f.Line(at("doer"))), Evaluate: f.Day(at("evaluate")),
		})
	}
	return p
}

// tidy moves the measures that have something in them together, as the room
// does when it saves: then a fault stands at the measure it is about.
func tidy(f *web.Form, leave int) {
	n, all := rowsOf(f), measureFields
	kept := 0
	for i := 1; i <= n; i++ {
		filled := false
		for _, k := range all {
			filled = filled || k != "id" && strings.Join(f.All(measureField(i, k)), "") != ""
		}
		if !filled || i == leave {
			continue
		}
		kept++
		for _, k := range all {
			f.Set(measureField(kept, k), f.All(measureField(i, k))...)
		}
	}
	for i := kept + 1; i <= n; i++ {
		for _, k := range all {
			f.Set(measureField(i, k))
		}
	}
	f.Set("n", strconv.Itoa(max(kept, 1)))
}

var measureFields = []string{"id", "problem", "what", "when", "start", "until", "weekdays", "doer", "evaluate"}

// fillPlan writes a plan into the form.
func fillPlan(f *web.Form, p cases.Plan) {
	f.Set("why", p.Why)
	f.Set("n", strconv.Itoa(max(len(p.Measures), 1)))
	for i, m := range p.Measures {
		for k, v := range map[string]string{
			"id": string(m.ID), "problem": m.Problem, "what": m.What, "when": m.When, "start": lang.TypedDate(m.Start),
			"until": lang.TypedDate(m.Until), "doer": string(m.Doer), "evaluate": lang.TypedDate(m.Evaluate),
		} {
			f.Set(measureField(i+1, k), v)
		}
		f.Set(measureField(i+1, "weekdays"), strings.Split(m.Weekdays, "")...)
	}
}

// firstPlan is what the first version begins with: the urgent measures that
// run, for the problem the inquiry last found.
func firstPlan(f cases.File) (p cases.Plan) {
	problem := ""
	if r := f.Last(cases.Finding); r != nil {
		problem = r.Text["finding"]
	}
	for _, m := range f.Measures {
		if m.Urgent && m.Running {
			p.Measures = append(p.Measures, cases.Measure{Problem: problem, What: m.What, Start: m.Start, Doer: m.Doer})
		}
	}
	if len(p.Measures) == 0 && problem != "" {
		p.Measures = []cases.Measure{{Problem: problem}}
	}
	return p
}

// same says whether the form holds what is stored: then there is nothing to
// save before it is approved.
func samePlan(a, b cases.Plan) bool {
	if strings.TrimSpace(a.Why) != strings.TrimSpace(b.Why) {
		return false
	}
	filled := slices.DeleteFunc(slices.Clone(a.Measures), func(m cases.Measure) bool { return m == cases.Measure{ID: m.ID} })
	return slices.EqualFunc(filled, b.Measures, func(x, y cases.Measure) bool {
		trim := strings.TrimSpace
		return trim(x.Problem) == trim(y.Problem) && trim(x.What) == trim(y.What) && trim(x.When) == trim(y.When) && x.Start == y.Start &&
			x.Until == y.Until && x.Weekdays == y.Weekdays && x.Doer == y.Doer && x.Evaluate == y.Evaluate
	})
}

// A measureForm is one measure with its five things (§ 12-4 third paragraph).
type measureForm struct {
	N                          int
	ID, IDName, Legend, Remove string
	Problem, What, When        web.Field
	Start, Until, Days, Doer   web.Field
	Evaluate                   web.Field
	Vague                      bool // it names no act and nobody: a question, never a stop
}

// measureForms are the questions of every measure of the form.
func (a asker) measureForms(staff []roster.Employee, file cases.File, today tilhor.Date) (all []measureForm) {
	for i := 1; i <= rowsOf(a.form); i++ {
		at := func(field string) string { return measureField(i, field) }
		m := measureForm{N: i, ID: a.form.Line(at("id")), IDName: at("id"), Legend: a.Say("measure", "n", i), Remove: a.Say("remove", "n", i)}
		m.Problem, m.What, m.When = rows(2, a.as(at("problem"), "problem")), rows(3, a.as(at("what"), "what")), a.freeAs(at("when"), "when")
		m.Start, m.Until = a.as(at("start"), "start"), a.freeAs(at("until"), "until")
		m.Evaluate = a.as(at("evaluate"), "evaluate")
		m.Days = a.freeAs(at("weekdays"), "weekdays")
		m.Days.Row, m.Days.Value = true, ""
		for d := 1; d <= 5; d++ {
			v := strconv.Itoa(d)
			m.Days.Options = append(m.Days.Options, web.Option{Value: v, Label: lang.Cap(weekday(a.w, d)), Checked: a.form.Ticked(at("weekdays"), v)})
		}
		m.Doer = employeeField(a.w, a.form, at("doer"), a.Say("doer"), withDoer(staff, file, a.form.Line(at("doer"))))
		m.Doer.Help = a.Say("doer.help")
		written := cases.Measure{What: a.form.Get(at("what")), When: a.form.Get(at("when"))}
		if m.Vague = written.Vague() || written.Blank(); m.Vague {
			m.What.Help = a.Say("vague.help")
		}
		all = append(all, m)
	}
	return all
}

// withSFO adds SFO as a whole to those who may carry out a measure, where somebody works
// at SFO and the pupil is not shielded.
func withSFO(staff []roster.Employee, f cases.File) []roster.Employee {
	if f.Shielded || !slices.ContainsFunc(staff, func(e roster.Employee) bool { return slices.Contains(e.Roles, tilhor.RoleSFO) }) {
		return staff
	}
	return append(slices.Clone(staff), roster.Employee{ID: cases.WholeSFO, Name: "SFO"})
}

// withDoer adds a doer who has left since, so that the draft does not lose the
// name without anybody noticing.
func withDoer(staff []roster.Employee, f cases.File, id string) []roster.Employee {
	if id == "" || slices.ContainsFunc(staff, func(e roster.Employee) bool { return string(e.ID) == id }) {
		return staff
	}
	var named []cases.Measure
	named = append(named, f.Measures...)
	if f.Draft != nil {
		named = append(named, f.Draft.Measures...)
	}
	for _, m := range named {
		if string(m.Doer) == id && m.Name != "" {
			return append(slices.Clone(staff), roster.Employee{ID: m.Doer, Name: m.Name})
		}
	}
	return staff
}

// weekday is the name of a day of the week, Monday first.
func weekday(w *lang.Words, n int) string { return w.Weekday(tilhor.Date("2026-11-22").Add(n)) }

// weekdays are the days of a measure in words, "" for every school day.
func weekdays(w *lang.Words, days string) string {
	var names []string
	for _, d := range days {
		names = append(names, weekday(w, int(d-'0')))
	}
	return w.List(names)
}
