package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// surveyPath is where a school writes what it asks all (kartlegging), and namingPath
// where one case asks pupils to name each other. The way that is open is the law's:
// opplæringsforskrifta § 20-5.
const (
	surveyPath = "/skolen/kartlegging"
	namingPath = "kartlegging"
)

// What their forms can be asked to do.
const (
	surveyAdd   = "kartlegg"
	surveyCheck = "sjekk"
)

// surveyRoutes are both pages.
func (p *Pages) surveyRoutes() []web.Route {
	naming := "/saker/{spor}/" + stageInquiry + "/" + namingPath
	return []web.Route{
		{Method: "GET", Path: surveyPath, Name: "survey.plan", Roles: workers, Sensitive: true, Serve: p.surveys},
		{Method: "POST", Path: surveyPath, Name: "survey.plan.write", Roles: workers, Sensitive: true, Serve: p.planSurvey},
		{Method: "GET", Path: naming, Name: "survey.naming", Roles: given, Case: true, Sensitive: true, Serve: p.naming},
		{Method: "POST", Path: naming, Name: "survey.naming.write", Roles: given, Case: true, Sensitive: true, Serve: p.doNaming},
	}
}

func (p *Pages) surveys(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showSurveys(q, http.StatusOK, f)
}

func (p *Pages) planSurvey(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	on := f.Day(name(surveyAdd, "due"))
	return decided(q, f, func(do string, get func(string) string) (string, error) {
		s := cases.Survey{Whom: get("survey-whom"), Questions: get("survey-questions"), Names: get("survey-names"), On: on}
		return surveyPath + "?gjort=" + surveyAdd, p.Cases.PlanSurvey(q.Context(), q.Actor, s)
	}, func(code int, f *web.Form) error { return p.showSurveys(q, code, f) })
}

func (p *Pages) showSurveys(q *web.Req, code int, f *web.Form) error {
	all, err := p.Cases.Surveys(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	v := sectionsView{Back: schoolBack(q), Heading: w.T("survey.title"), Lead: w.T("survey.lead"), Done: saidDone(q, "survey.done.")}
	s := several{q, f}
	sent := s.of(surveyAdd)
	form := s.form(surveyAdd, w.T("survey.do"), surveyWhom(w, sent), surveyQuestions(w, sent),
		radios(w, sent, name(surveyAdd, "survey-names"), w.T("survey.names"), "no", "survey.names.no", "yes", "survey.names.yes"),
		dueAsked(w, sent, surveyAdd, w.T("survey.on"))).first()
	v.Sections = []section{
		{ID: "forebygge", Title: w.T("survey.before"), Text: w.T("survey.before-text"), Forms: []smallForm{form}},
		{ID: "i-sak", Title: w.T("survey.in-case"), Text: w.T("survey.in-case-text"), Note: &web.Note{Color: "info", Title: w.T("survey.in-case-where"), Href: "/saker", Link: w.T("survey.in-case-link")}},
	}
	if len(all) > 0 {
		v.Sections = append(v.Sections, section{ID: "skrevet", Title: w.T("survey.written"), Facts: surveysShown(q, all)})
	}
	return v.show(q, code, f)
}

// surveysShown are those that were decided on, and by whom.
func surveysShown(q *web.Req, all []cases.Survey) *web.Facts {
	facts := &web.Facts{Stack: true}
	for _, s := range all {
		facts.Items = append(facts.Items, web.Fact{
			Term: s.Whom + ", " + q.T.NearDay(s.On, today(q)), Text: lines(s.Questions, q.T.T("survey.by", "who", s.By, "when", q.T.Near(s.At, q.Now))),
		})
	}
	return facts
}

func surveyWhom(w *lang.Words, f *web.Form) question {
	x := f.Field(w, name(surveyAdd, "survey-whom"), w.T("survey.whom"))
	x.Help = w.T("survey.whom-help")
	return question{Kind: "text", F: x}
}

func surveyQuestions(w *lang.Words, f *web.Form) question {
	return area(w, f, name(surveyAdd, "survey-questions"), w.T("survey.questions"), "", 3)
}

// naming is the page of a case: a survey in which pupils name each other, and what
// of its answers was checked.
func (p *Pages) naming(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showNaming(q, http.StatusOK, f)
}

func (p *Pages) doNaming(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	ctx, slug, do := q.Context(), q.Path("spor"), f.Get("do")
	on := f.Day(name(surveyAdd, "due"))
	back := path(cases.Track{Slug: slug}, stageInquiry, namingPath) + "?gjort=" + do
	return decided(q, f, func(do string, get func(string) string) (string, error) {
		if do == surveyCheck {
			if get("which") == "" {
				return "", tilhor.Faults{{Field: "which", Key: "survey.fault.which"}}
			}
			return back, p.Cases.CheckSurvey(ctx, q.Actor, slug, tilhor.RecordID(get("which")), get("survey-how"), get("survey-stands"))
		}
		return back, p.Cases.SurveyNaming(ctx, q.Actor, slug, cases.NamingSurvey{
			Why: get("survey-why"), Tried: get("survey-tried"), Whom: get("survey-whom"), Questions: get("survey-questions"), On: on,
		})
	}, func(code int, f *web.Form) error { return p.showNaming(q, code, f) })
}

func (p *Pages) showNaming(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "naming")
	if err != nil {
		return err
	}
	if !file.Works {
		return tilhor.ErrNotFound
	}
	w, h := q.T, p.head(q, file, stageInquiry)
	v := sectionsView{
		Back: web.Back{Href: path(file.Track, stageInquiry, lookPath), Text: w.T("look.link")}, Line: h.Line,
		Heading: w.T("survey.naming", "name", h.Name), Lead: w.T("survey.naming-lead"), Done: saidDone(q, "survey.naming.done."),
	}
	s := several{q, f}
	if all := file.NamingSurveys(); len(all) > 0 {
		v.Sections = append(v.Sections, namingShown(q, s, file, all))
	}
	switch {
	case file.Over():
	case file.Lead:
		x := section{ID: "ny", Title: w.T("survey.naming-new"), Text: w.T("survey.naming-new-text"), Forms: []smallForm{namingForm(w, s)}}
		if file.Shielded {
			x.Note = &web.Note{Color: "warning", Title: w.T("survey.naming-shielded"), Text: w.T("survey.naming-shielded-text")}
		}
		v.Sections = append(v.Sections, x)
	default:
		v.Sections = append(v.Sections, section{ID: "ny", Title: w.T("survey.naming-new"), Text: w.T("survey.naming-rektor")})
	}
	return v.show(q, code, f)
}

// namingForm asks for what makes it lawful first.
func namingForm(w *lang.Words, s several) smallForm {
	f := s.of(surveyAdd)
	n := func(field string) string { return name(surveyAdd, field) }
	return s.form(surveyAdd, w.T("survey.do"),
		area(w, f, n("survey-why"), w.T("survey.why"), w.T("survey.why-help"), 3),
		area(w, f, n("survey-tried"), w.T("survey.tried"), w.T("survey.tried-help"), 3),
		surveyWhom(w, f), surveyQuestions(w, f), dueAsked(w, f, surveyAdd, w.T("survey.on"))).first()
}

// namingShown are the surveys of a case, and the form that checks one.
func namingShown(q *web.Req, s several, file cases.File, all []cases.NamingSurvey) section {
	w := q.T
	x := section{ID: "kartlagt", Title: w.T("survey.naming-all"), Facts: &web.Facts{Stack: true}}
	f := s.of(surveyCheck)
	which := f.Field(w, name(surveyCheck, "which"), w.T("survey.check-which"))
	which.Options = []web.Option{{Label: w.T("form.choose")}}
	for _, n := range all {
		state := w.T("survey.waits")
		if n.Checked {
			state = w.T("survey.checked")
		} else {
			which.Options = append(which.Options, web.Option{Value: string(n.ID), Label: n.Whom + ", " + w.DateShort(n.On), Checked: which.Value == string(n.ID)})
		}
		x.Facts.Items = append(x.Facts.Items, web.Fact{Term: n.Whom + ", " + w.NearDay(n.On, today(q)), Text: lines(n.Questions, state)})
	}
	if len(which.Options) == 2 {
		which.Options[1].Checked = true
	}
	if !file.Over() && (len(which.Options) > 1 || f == s.sent) {
		n := func(field string) string { return name(surveyCheck, field) }
		form := s.form(surveyCheck, w.T("survey.check-do"), question{Kind: "select", F: which},
			area(w, f, n("survey-how"), w.T("survey.how"), w.T("survey.how-help"), 2),
			area(w, f, n("survey-stands"), w.T("survey.stands"), w.T("survey.stands-help"), 3)).folded(w.T("survey.check"))
		form.Lead = w.T("survey.check-lead")
		x.Forms = []smallForm{form}
	}
	return x
}
