package school

import (
	"net/http"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/front"
	"tilhor/internal/web"
)

// The school's own page (skolens side): who a child may turn to there, the plan in
// plain words, and the days when nobody reads what is told.

const frontPath = "/skolens-side"

// What the forms of the page do.
const (
	doHelper = "voksen"
	doPlan   = "plan"
	doShut   = "stengt"
	doRemove = "fjern"
)

func (p *Pages) front(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showFront(q, http.StatusOK, f)
}

func (p *Pages) showFront(q *web.Req, code int, f *web.Form) error {
	shown, err := p.Front.Write(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	all, err := p.employees(q)
	if err != nil {
		return err
	}
	w, s := q.T, several{q, f}
	v := sectionsView{Back: web.Back{Href: HomePath, Text: w.T("school.places.title")}, Heading: w.T("front.title"), Lead: w.T("front.lead"), Done: doneNote(q, "skolens-side")}

	helpers := section{ID: "voksne", Title: w.T("front.helpers"), Text: w.T("front.helpers-text")}
	for _, l := range shown.Helpers {
		state := w.T("front.shown")
		switch {
		case l.Gone:
			state = w.T("front.gone")
		case l.Away:
			state = w.T("front.away")
		}
		if l.Choose {
			state += " " + w.T("front.chosen")
		}
		name := l.Name
		if name == "" {
			name = w.T("front.left")
		}
		helpers.Forms = append(helpers.Forms, s.remove(l.ID, sentences(name, l.What, l.When, state), w.T("front.remove", "what", name)))
	}
	h := s.of(doHelper)
	what, when := h.Field(w, name(doHelper, "what"), w.T("front.what")), h.Field(w, name(doHelper, "when"), w.T("front.when"))
	what.Help, what.Mark, when.Help = w.T("front.what-help"), w.T("form.optional"), w.T("front.when-help")
	helpers.Forms = append(helpers.Forms, s.form(doHelper, w.T("front.helper-do"),
		question{Kind: "select", F: employeeField(w, h, name(doHelper, "person"), w.T("front.person"), all)},
		question{Kind: "text", F: what}, question{Kind: "text", F: when},
		box(w, h, name(doHelper, "choose"), "front.choose"), box(w, h, name(doHelper, "yes"), "front.yes"),
	).folded(w.T("front.helper-fold")))

	plan := section{ID: "planen", Title: w.T("front.plan"), Text: w.T("front.plan-text")}
	g := s.of(doPlan)
	if !g.Has(name(doPlan, "text")) {
		g.Set(name(doPlan, "text"), shown.Plan)
	}
	plan.Forms = []smallForm{s.with(doPlan, g, w.T("front.plan-do"), area(w, g, name(doPlan, "text"), w.T("front.plan-field"), w.T("front.plan-help"), 8))}
	if shown.PlanID != "" {
		plan.Forms = append(plan.Forms, s.remove(shown.PlanID, "", w.T("front.plan-remove")))
	}

	shut := section{ID: "stengt", Title: w.T("front.shut"), Text: w.T("front.shut-text")}
	for _, l := range shown.Shut {
		shut.Forms = append(shut.Forms, s.remove(l.ID, w.T("front.shut-line", "from", w.Date(l.From), "until", w.Date(l.Until), "reads", w.T("front.reads."+l.Reads)), w.T("front.remove", "what", w.Date(l.From))))
	}
	x := s.of(doShut)
	from, until := x.Field(w, name(doShut, "from"), w.T("front.from")), x.Field(w, name(doShut, "until"), w.T("front.until"))
	from.Help, until.Help = w.T("form.date-help"), w.T("form.date-help")
	shut.Forms = append(shut.Forms, s.form(doShut, w.T("front.shut-do"), question{Kind: "date", F: from}, question{Kind: "date", F: until},
		radios(w, x, name(doShut, "reads"), w.T("front.reads"), front.ByOwner, "front.reads.owner", front.ByNobody, "front.reads.nobody"),
	).folded(w.T("front.shut-fold")))

	v.Sections = []section{helpers, plan, shut}
	return v.show(q, code, f)
}

// sentences sets what people wrote beside each other, each with its full stop.
func sentences(all ...string) string {
	var out []string
	for _, s := range all {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, strings.TrimSuffix(s, ".")+".")
		}
	}
	return strings.Join(out, " ")
}

// box is one yes.
func box(w interface{ T(string, ...any) string }, f *web.Form, field, key string) question {
	x := web.Field{Name: field, Options: []web.Option{{Value: "yes", Label: w.T(key), Checked: f.Ticked(field, "yes")}}}
	for _, fault := range f.Faults {
		if fault.Field == field {
			x.Error = w.T(fault.Key)
		}
	}
	return question{Kind: "box", F: x}
}

// with is a form that is filled in with what stands.
func (s several) with(do string, f *web.Form, button string, questions ...question) smallForm {
	x := s.form(do, button, questions...)
	x.Form = f
	return x
}

// remove is the form that takes a line off the page.
func (s several) remove(id, lead, button string) smallForm {
	f := s.form(doRemove, button)
	f.Form, f.Lead, f.Open = web.NewForm(), lead, false
	f.Hidden = []struct{ Name, Value string }{{"line", id}}
	return f
}

func (p *Pages) writeFront(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	again := func(code int, f *web.Form) error {
		if !slices.Contains([]string{doHelper, doPlan, doShut}, f.Get("do")) {
			f.Faults = nil
			code = http.StatusOK
		}
		return p.showFront(q, code, f)
	}
	var from, until tilhor.Date
	if f.Get("do") == doShut {
		from, until = f.Day(name(doShut, "from")), f.Day(name(doShut, "until"))
	}
	return decided(q, f, func(do string, get func(string) string) (string, error) {
		to := frontPath + "?gjort=skolens-side"
		switch do {
		case doHelper:
			return to, p.Front.Say(q.Context(), q.Actor, front.Line{
				Kind: front.Helper, Person: tilhor.PersonID(get("person")), What: get("what"), When: get("when"), Choose: get("choose") == "yes", Yes: get("yes") == "yes",
			})
		case doPlan:
			return to, p.Front.Say(q.Context(), q.Actor, front.Line{Kind: front.Plan, Text: get("text")})
		case doShut:
			return to, p.Front.Say(q.Context(), q.Actor, front.Line{Kind: front.Shut, From: from, Until: until, Reads: get("reads")})
		}
		return to, p.Front.Remove(q.Context(), q.Actor, f.Get("line"))
	}, again)
}
