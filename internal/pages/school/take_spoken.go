package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// What a family takes up with rektor by voice, and no case has begun: rektor
// writes it down, with the time. The week of § 12-6 runs from then.

func (p *Pages) spoken(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askSpoken(q, http.StatusOK, f)
}

func (p *Pages) askSpoken(q *web.Req, code int, f *web.Form) error {
	if has, err := p.Concerns.Receives(q.Context(), q.Actor); err != nil || !has {
		if err == nil {
			err = tilhor.ErrNotFound
		}
		return err
	}
	all, err := p.pupils(q)
	if err != nil {
		return err
	}
	staff, err := p.employees(q)
	if err != nil {
		return err
	}
	w := q.T
	return ask(q, code, f, formView{
		Back: web.Back{Href: "/i-dag", Text: w.T("school.today")}, Heading: w.T("school.spoken.title"), Lead: w.T("school.spoken.lead"),
		Questions: append(spokenQuestions(w, f, all), spokenAbout(w, f, staff)...), Buttons: []web.Button{{Text: w.T("school.spoken.do")}, {Text: w.T("do.cancel"), Href: "/i-dag", Kind: "tertiary"}},
	})
}

func spokenQuestions(w *lang.Words, f *web.Form, all []roster.Pupil) []question {
	described := f.Field(w, "described", w.T("school.spoken.described"))
	described.Mark, described.Spell, described.Autocomplete = w.T("form.optional"), "false", "off"
	described.Help = w.T("school.spoken.described-help")
	raised := radios(w, f, "raised", w.T("school.raise.by"), "pupil", "school.raise.pupil", "parent", "school.raise.parent")
	said := area(w, f, "said", w.T("school.spoken.said"), w.T("school.spoken.said-help"), 3)
	said.F.Mark = w.T("form.optional")
	where := web.Field{Name: "arena", Label: w.T("school.spoken.where"), Error: web.FaultAt(w, f.Faults, "arena"), Options: []web.Option{{Label: w.T("form.choose")}}}
	for _, a := range tilhor.Arenas {
		where.Options = append(where.Options, web.Option{Value: string(a), Label: w.T("arena." + string(a)), Checked: f.Get("arena") == string(a)})
	}
	known := radios(w, f, "knew", w.T("school.spoken.knew"), "now", "school.spoken.knew-now", "before", "school.spoken.knew-before", "unknown", "school.spoken.knew-unknown")
	return []question{
		pupilAsked(w, f, "pupil", w.T("school.spoken.pupil"), w.T("school.spoken.pupil-help"), all),
		{Kind: "text", F: described},
		raised, whenAsked(w, f, "raised-at", w.T("school.raise.at")),
		said, area(w, f, "saw", w.T("school.spoken.saw"), w.T("school.spoken.saw-help"), 5),
		{Kind: "select", F: where},
		known, whenAsked(w, f, "known", w.T("school.spoken.known")),
	}
}

// spokenAbout asks whether it is about somebody who works at the school: then it
// goes the way of § 12-5, as what is told in writing does. Who leads the school is
// found out by the room, whatever is answered.
func spokenAbout(w *lang.Words, f *web.Form, staff []roster.Employee) []question {
	prefill(f, "accused", string(duty.AccusedNone))
	adult := radios(w, f, "accused", w.T("concerns.tell.adult"), string(duty.AccusedNone), "sealed.tell.none",
		string(duty.AccusedEmployee), "sealed.tell.employee", string(duty.AccusedLeadership), "sealed.tell.leadership")
	adult.F.Options[1].Help, adult.F.Options[2].Help = w.T("sealed.tell.employee-help"), w.T("sealed.tell.leadership-help")
	adult.F.Help = w.T("sealed.spoken.yourself")
	against := employeeField(w, f, "against", w.T("sealed.tell.against"), staff)
	against.Mark = w.T("form.optional")
	whom := f.Field(w, "whom", w.T("sealed.tell.whom"))
	whom.Mark, whom.Help, whom.Autocomplete = w.T("form.optional"), w.T("sealed.tell.whom-help"), "off"
	return []question{adult, {Kind: "select", F: against}, {Kind: "text", F: whom}}
}

func (p *Pages) tell(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	at := readWhen(f, "raised-at", q.Now)
	n := concerns.Telling{
		School: q.Actor.School, Described: f.Get("described"), Said: f.Get("said"), Saw: f.Get("saw"), Arena: tilhor.Arena(f.Get("arena")),
		Happened: tilhor.When{Precision: tilhor.Unknown, At: q.Now, Written: q.Now}, Raised: &concerns.Raised{By: f.Get("raised"), At: at},
	}
	if id := pupilOf(f, "pupil"); id != "" {
		n.Pupils = []tilhor.PersonID{id}
	}
	if a := duty.Accused(f.Get("accused")); a != duty.AccusedNone {
		n.Accused, n.Whom = a, f.Line("whom")
		if id := f.Line("against"); id != "" {
			n.Against = []tilhor.PersonID{tilhor.PersonID(id)}
		}
	}
	switch f.Choice("knew", "school.spoken.fault.knew", "now", "before", "unknown") {
	case "now":
		n.Known = at
	case "before":
		n.Known = readWhen(f, "known", q.Now)
		f.Faults.Add(f.Line("known") == "", "known", "school.fault.date")
	default:
		n.Known = tilhor.When{Precision: tilhor.Unknown, At: q.Now, Written: q.Now}
	}
	return q.Answer(f, func() (string, error) {
		c, err := p.Concerns.Tell(q.Context(), q.Actor, n)
		if err == nil && c.Sealed() { // who wrote it may be one who never gets it
			return "/bekymringer/" + c.Slug, nil
		}
		return "/bekymringer/" + c.Slug + "/stilling", err
	}, func(code int, f *web.Form) error { return p.askSpoken(q, code, f) })
}
