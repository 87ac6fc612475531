package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// Who is away, from a day to a day, and who stands in (fravær): rektor says it of
// anybody at the school, and each of oneself. Why is not asked.

var awayPage = page("people_away")

type awayView struct {
	web.Frame
	Back          web.Back
	Heading, Lead string
	Done          *web.Note
	Faults        *web.Summary
	Form          *web.Form
	Away          []awayRow
	Empty         web.Empty
	Questions     []question
	Buttons       []web.Button
}

// An awayRow is one absence, what stands of it, and the form that ends it.
type awayRow struct {
	ID, Name, When string
	Lines          []string
	Bare           string // how many cases nobody has meanwhile
	Over           string // to hand the cases over, for who may
	Back           string // what the button says
	Form           *web.Form
}

func (p *Pages) away(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	prefillToday(q, f, "from")
	return p.showAway(q, http.StatusOK, f)
}

func (p *Pages) showAway(q *web.Req, code int, f *web.Form) error {
	all, leads, err := p.Cases.Absences(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	staff, err := p.employees(q)
	if err != nil {
		return err
	}
	w := q.T
	v := awayView{
		Heading: w.T("absence.title"), Lead: w.T("absence.lead"), Form: f, Faults: web.SummaryOf(w, f.Faults),
		Empty: web.Empty{Title: w.T("absence.empty"), Text: w.T("absence.empty-text")}, Buttons: []web.Button{{Text: w.T("absence.do")}},
		Done: doneNote(q, "borte", "tilbake"),
	}
	if leads {
		v.Heading, v.Lead = w.T("absence.title-all"), w.T("absence.lead-all")
	}
	for _, a := range all {
		v.Away = append(v.Away, awayRowOf(q, a, leads))
	}
	v.Questions = awayAsked(q, f, staff, leads)
	if v.Back = schoolBack(q); v.Back.Href != HomePath { // who is no rektor comes from the page of today
		v.Back = web.Back{Href: "/i-dag", Text: w.T("asked.back")}
	}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	return q.RenderStatus(code, awayPage, v)
}

func awayRowOf(q *web.Req, a cases.Absence, leads bool) awayRow {
	w := q.T
	r := awayRow{ID: a.ID, Name: a.Name, When: w.T("absence.days", "from", w.NearDay(a.From, today(q)), "until", w.NearDay(a.Until, today(q))), Back: w.T("absence.back"), Form: web.NewForm()}
	if a.From > today(q) {
		r.Back = w.T("absence.cancel")
	}
	if a.Still {
		r.When, r.Back = w.T("absence.still", "until", w.NearDay(a.Until, today(q))), w.T("absence.still-back")
		return r
	}
	for _, in := range [][2]string{{"absence.in.cases", a.InCases}, {"absence.in.measures", a.InRest}, {"absence.in.leads", a.InLead}} {
		if in[1] != "" {
			r.Lines = append(r.Lines, w.T(in[0], "who", in[1], "n", a.Covered))
		}
	}
	if leads && a.Covered+a.Bare > 0 {
		r.Over = overPath(a.Person)
	}
	if a.Bare > 0 {
		r.Bare = numbered(w, "absence.bare", a.Bare)
	}
	return r
}

// awayAsked are the questions: of whom, for who may say it of others, the days,
// and who stands in for what.
func awayAsked(q *web.Req, f *web.Form, staff []roster.Employee, leads bool) (all []question) {
	w := q.T
	if leads {
		who := employeeField(w, f, "person", w.T("absence.person"), staff)
		all = append(all, question{Kind: "select", F: who})
	}
	from, until := f.Field(w, "from", w.T("absence.from")), f.Field(w, "until", w.T("absence.until"))
	from.Help, until.Help = w.T("form.date-help"), w.T("absence.until-help")
	in := func(name string) question {
		x := employeeField(w, f, name, w.T("absence."+name), staff)
		x.Help, x.Mark = w.T("absence."+name+"-help"), w.T("form.optional")
		x.Options[0].Label = w.T("absence.nobody")
		return question{Kind: "select", F: x}
	}
	all = append(all, question{Kind: "date", F: from}, question{Kind: "date", F: until}, in("cases"), in("measures"))
	if q.Actor.Role == tilhor.RoleRektor {
		all = append(all, in("leads"))
	}
	return all
}

func (p *Pages) sayAway(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	a := cases.Absence{
		Person: tilhor.PersonID(f.Get("person")), From: f.Day("from"), Until: f.Day("until"),
		Cases: tilhor.PersonID(f.Get("cases")), Measures: tilhor.PersonID(f.Get("measures")), Leads: tilhor.PersonID(f.Get("leads")),
	}
	if !f.Has("person") {
		a.Person = q.Actor.Person
	}
	f.Faults.Add(a.Person == "", "person", "cases.fault.person")
	return q.Answer(f, func() (string, error) {
		return "/fravaer?gjort=borte", p.Cases.Away(q.Context(), q.Actor, a)
	}, func(code int, f *web.Form) error { return p.showAway(q, code, f) })
}

func (p *Pages) back(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	return q.Answer(f, func() (string, error) {
		return "/fravaer?gjort=tilbake", p.Cases.Return(q.Context(), q.Actor, f.Get("id"))
	}, func(code int, f *web.Form) error { return p.showAway(q, code, f) })
}
