package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// Who stands in for rektor (stedfortreder), and who receives what is told: a
// case never has nobody.

var standinPage = page("people_standin")

type standinView struct {
	web.Frame
	Back      web.Back
	Heading   string
	Done      *web.Note
	Faults    *web.Summary
	Form      *web.Form
	Handed    []handed
	Empty     web.Empty
	Questions []question
	Buttons   []web.Button
}

// A handed is one who has a task of rektor's, and the form that takes it back.
type handed struct {
	Person tilhor.PersonID
	Name   string
	Key    string // of the task
	Task   string
	When   string
	Form   *web.Form
}

func (p *Pages) standin(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	if !f.Has("from") {
		f.Set("from", lang.TypedDate(today(q)))
	}
	return p.showStandin(q, http.StatusOK, f)
}

func (p *Pages) showStandin(q *web.Req, code int, f *web.Form) error {
	tasks, err := p.Cases.Handed(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	all, err := p.employees(q)
	if err != nil {
		return err
	}
	w := q.T
	from, until := f.Field(w, "from", w.T("school.standin.from")), f.Field(w, "until", w.T("school.standin.until"))
	from.Help, until.Help = w.T("form.date-help"), w.T("school.standin.until-help")
	v := standinView{
		Back:    schoolBack(q),
		Heading: standinHeading(w, tasks, today(q)), Form: f, Faults: web.SummaryOf(w, f.Faults),
		Empty: web.Empty{Title: w.T("school.standin.empty"), Text: w.T("school.standin.empty-text")},
		Questions: []question{
			{Kind: "select", F: employeeField(w, f, "person", w.T("school.standin.person"), all)},
			radios(w, f, "task", w.T("school.standin.task"), "leads", "school.standin.leads", "intake", "school.standin.intake", "oncall", "school.standin.oncall", "sfo", "school.standin.sfo"),
			{Kind: "date", F: from},
			{Kind: "date", F: until},
		},
		Buttons: []web.Button{{Text: w.T("school.standin.do")}},
	}
	for _, t := range tasks {
		h := handed{Person: t.Person, Name: t.Name, Key: string(t.Task), Task: w.T("school.standin." + string(t.Task)), Form: web.NewForm()}
		h.When = w.T("school.standin.open", "from", w.NearDay(t.From, today(q)))
		if t.Until != "" {
			h.When = w.T("school.standin.days", "from", w.NearDay(t.From, today(q)), "until", w.NearDay(t.Until, today(q)))
		}
		v.Handed = append(v.Handed, h)
	}
	v.Done = doneNote(q, "gitt", "tatt-tilbake")
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	return q.RenderStatus(code, standinPage, v)
}

// standinHeading says who stands in today.
func standinHeading(w *lang.Words, tasks []cases.HandedTask, today tilhor.Date) string {
	for _, t := range tasks {
		if t.Task == cases.StandsIn && t.From <= today {
			return w.T("school.standin.title-now", "who", t.Name, "date", w.DayMonth(t.Until))
		}
	}
	return w.T("school.standin.title")
}

func (p *Pages) hand(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	h := cases.HandedTask{Person: tilhor.PersonID(f.Get("person")), Task: cases.Task(f.Get("task")), From: f.Day("from"), Until: f.Day("until")}
	f.Faults.Add(h.Person == "", "person", "cases.fault.person")
	f.Choice("task", "cases.fault.task", string(cases.StandsIn), string(cases.ReceivesReports), string(cases.HasWatch), string(cases.LeadsSFO))
	return q.Answer(f, func() (string, error) {
		return "/stedfortreder?gjort=gitt", p.Cases.Hand(q.Context(), q.Actor, h)
	}, func(code int, f *web.Form) error { return p.showStandin(q, code, f) })
}

func (p *Pages) takeBack(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	task := cases.Task(f.Choice("task", "cases.fault.task", string(cases.StandsIn), string(cases.ReceivesReports), string(cases.HasWatch), string(cases.LeadsSFO)))
	return q.Answer(f, func() (string, error) {
		return "/stedfortreder?gjort=tatt-tilbake", p.Cases.TakeBack(q.Context(), q.Actor, tilhor.PersonID(f.Get("person")), task)
	}, func(code int, f *web.Form) error { return p.showStandin(q, code, f) })
}
