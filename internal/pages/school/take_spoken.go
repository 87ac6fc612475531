package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/concerns"
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
	w := q.T
	return ask(q, code, f, formView{
		Back: web.Back{Href: "/i-dag", Text: w.T("school.today")}, Heading: w.T("school.spoken.title"), Lead: w.T("school.spoken.lead"),
		Questions: spokenQuestions(w, f, all), Buttons: []web.Button{{Text: w.T("school.spoken.do")}, {Text: w.T("do.cancel"), Href: "/i-dag", Kind: "tertiary"}},
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
	switch f.Choice("knew", "school.spoken.fault.knew", "now", "before", "unknown") {
	case "now":
		n.Known = at
	case "before":
		n.Known = readWhen(f, "known", q.Now)
		f.Faults.Add(f.Line("known") == "", "known", "school.fault.date")
	default:
		n.Known = tilhor.When{Precision: tilhor.Unknown, At: q.Now, Written: q.Now}
	}
	return answer(q, f, func() (string, error) {
		c, err := p.Concerns.Tell(q.Context(), q.Actor, n)
		return "/bekymringer/" + c.Slug + "/stilling", err
	}, func(code int, f *web.Form) error { return p.askSpoken(q, code, f) })
}
