package staff

import (
	"errors"
	"net/http"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// askedRoutes are the pages of what a colleague is asked about a pupil: the
// question, and a short form. Nothing of the case stands there.
func (p *Pages) askedRoutes() []web.Route {
	staff := tilhor.StaffRoles
	return []web.Route{
		{Method: "GET", Path: "/foresporsler/{id}", Name: "staff.asked", Roles: staff, Case: true, Sensitive: true, Serve: p.asked},
		{Method: "POST", Path: "/foresporsler/{id}", Name: "staff.asked.answer", Roles: staff, Case: true, Sensitive: true, Serve: p.doAsked},
	}
}

var askedPage = page("asked")

type askedView struct {
	web.Frame
	Back          web.Back
	Faults        *web.Summary
	Lead, Action  string
	Facts         web.Facts
	Form, No      *web.Form
	Team          bool
	Saw, Seemed   web.Field
	Where         web.Field
	Day, Clock    web.Field
	Advice        web.Field
	Reason        web.Field
	Cannot        bool // that form came back
	Answer, Still string
}

// What the page can be asked to do.
const (
	askedAnswer = "svar"
	askedAdvice = "rad"
	askedCannot = "kan-ikke"
)

// asked is one question, with the form that answers it.
func (p *Pages) asked(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showAsked(q, http.StatusOK, f)
}

func (p *Pages) doAsked(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	ctx, id, to := q.Context(), tilhor.RecordID(q.Path("id")), "/i-dag?notert="
	var act func() (string, error)
	switch f.Get("do") {
	case askedCannot:
		act = func() (string, error) { return to + "kan-ikke", p.Cases.Decline(ctx, q.Actor, id, f.Get("reason")) }
	case askedAdvice:
		act = func() (string, error) { return to + "svart", p.Cases.Advise(ctx, q.Actor, id, f.Get("advice")) }
	default:
		o := cases.Observation{At: readWhen(f, q.Now), Place: f.Get("observed-where"), Saw: f.Get("observed"), Seemed: f.Get("seemed")}
		act = func() (string, error) { return to + "svart", p.Cases.Observe(ctx, q.Actor, id, o) }
	}
	return answer(q, f, act, func(code int) error {
		err := p.showAsked(q, code, f)
		if errors.Is(err, tilhor.ErrNotFound) { // taken back while it was written: what was typed is not lost for that
			if ended, ask := p.Cases.Ended(ctx, q.Actor, id); ask != nil || ended {
				return errors.Join(ask, tilhor.ErrConflict)
			}
		}
		return err
	})
}

func (p *Pages) showAsked(q *web.Req, code int, f *web.Form) error {
	x, err := p.Cases.Question(q.Context(), q.Actor, tilhor.RecordID(q.Path("id")))
	if err != nil {
		return err
	}
	w, title, lead, do := q.T, "asked.title.observation", "asked.lead.observation", askedAnswer
	if x.Kind.Team() {
		title, lead, do = "asked.title.advice", "asked.lead.advice", askedAdvice
	}
	v := askedView{
		Frame: q.Frame(w.T(title, "who", askedOf(w, x))), Faults: web.SummaryOf(w, f.Faults), Back: web.Back{Href: "/i-dag", Text: w.T("asked.back")},
		Lead: w.T(lead), Action: q.R.URL.Path, Form: f, No: web.NewForm(), Team: x.Kind.Team(), Answer: do, Still: askedCannot,
	}
	if v.Cannot = f.Get("do") == askedCannot; v.Cannot {
		v.Form, v.No = v.No, f
	}
	v.Faulty = v.Faults != nil
	if q.R.Method != http.MethodGet {
		v.Langs = nil
	}
	v.facts(w, x)
	if v.Team {
		v.Advice = v.Form.Field(w, "advice", w.T("asked.advice"))
		v.Advice.Help, v.Advice.Rows, v.Advice.Required = w.T("asked.advice-help"), 4, true
	} else {
		v.Saw, v.Where, v.Seemed = v.Form.Field(w, "observed", w.T("asked.saw")), v.Form.Field(w, "observed-where", w.T("asked.where")), v.Form.Field(w, "seemed", w.T("asked.seemed"))
		v.Saw.Help, v.Saw.Rows, v.Seemed.Help, v.Seemed.Rows = w.T("asked.saw-help"), 4, w.T("asked.seemed-help"), 2
		v.Saw.Required, v.Where.Required, v.Seemed.Required = true, true, true
		v.Day, v.Clock = whenFields(w, v.Form, w.T("asked.at"))
	}
	v.Reason = v.No.Field(w, "reason", w.T("asked.reason"))
	v.Reason.Mark = w.T("form.optional")
	return q.RenderStatus(code, askedPage, v)
}

// facts are the question itself.
func (v *askedView) facts(w *lang.Words, x cases.Question) {
	add := func(term, text string) {
		if text != "" {
			v.Facts.Items = append(v.Facts.Items, web.Fact{Term: w.T(term), Text: text})
		}
	}
	switch {
	case x.Shielded:
		add("asked.pupil", w.T("asked.word"))
	case x.Pupil != "":
		add("asked.pupil", named(w, x.Pupil, x.Class))
	}
	add("asked.spot", x.Place)
	if v.Team {
		add("asked.text", x.Look)
	} else {
		add("asked.look", x.Look)
	}
	add("asked.due", w.Date(x.Due))
}

// askedOf is whom a question is about, in a sentence.
func askedOf(w *lang.Words, x cases.Question) string {
	if x.Pupil == "" {
		return w.T("asked.today.pupil")
	}
	return first(x.Pupil)
}

// askedRows are the questions on the page of today.
func askedRows(q *web.Req, all []cases.Question) (rows []web.Duty) {
	w := q.T
	for _, x := range all {
		key := "asked.today.observation"
		if x.Kind.Team() {
			key = "asked.today.advice"
		}
		row := web.Duty{
			What: w.T(key, "who", askedOf(w, x)), Href: "/foresporsler/" + string(x.ID), Tag: web.TagOf(w, "lokal"),
			State: web.State{Name: web.Soon, Word: w.T("asked.by", "date", w.NearDay(x.Due, today(q)))},
		}
		if x.Place != "" {
			row.Meta = append(row.Meta, x.Place)
		}
		if x.Due < today(q) {
			row.State = web.State{Name: web.Late, Word: w.T("asked.late", "date", w.NearDay(x.Due, today(q)))}
		}
		rows = append(rows, row)
	}
	return rows
}

// answerRows are the colleagues who have answered the reader, each with the way to
// where the answer stands.
func answerRows(q *web.Req, all []cases.Answered) (rows []web.Duty) {
	w := q.T
	for _, a := range all {
		key, to := "asked.answer", "/undersokelse"
		if a.Kind.Team() {
			to = "/ressursteam"
		}
		if a.No {
			key = "asked.answer-no"
		}
		if a.No && !a.Kind.Team() { // it is no source: it stands where they were asked
			to += "/plan"
		}
		rows = append(rows, web.Duty{
			What: w.T(key, "who", a.Who, "about", whoOf(w, a.Row)), Href: "/saker/" + a.Slug + to, Tag: web.TagOf(w, "lokal"),
			Meta: []string{w.T("school.case", "number", a.Number)}, State: web.State{Name: web.Now, Word: w.T("asked.answer-state")},
		})
	}
	return rows
}
