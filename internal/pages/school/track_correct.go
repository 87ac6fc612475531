package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// Rectification (retting): the right information is added beside what stands;
// nothing is overwritten (arkivforskrifta § 11).

// insightRoutes are the pages of what goes beside the case: what was put right,
// and emergency access.
func (p *Pages) insightRoutes() []web.Route {
	track := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/saker/{spor}" + path, Name: "insight." + name, Roles: given, Case: true, Sensitive: true, Serve: serve}
	}
	return append(p.innsynRoutes(), []web.Route{
		track("GET", "/retting", "correct", p.correct),
		track("POST", "/retting", "correct.write", p.doCorrect),
		{Method: "GET", Path: "/nodtilgang", Name: "insight.break", Roles: workers, Case: true, Sensitive: true, Serve: p.breakGlass},
		{Method: "POST", Path: "/nodtilgang", Name: "insight.break.open", Roles: workers, Case: true, Sensitive: true, Serve: p.doBreak},
		track("GET", "/sperre", "stop", p.stop),
		track("POST", "/sperre", "stop.write", p.doStop),
		track("GET", "/nodtilgang", "glass", p.glass),
		track("POST", "/nodtilgang", "glass.review", p.reviewGlass),
	}...)
}

func (p *Pages) correct(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	if id := q.Query("linje"); id != "" && !f.Has("record") {
		f.Set("record", id)
	}
	return p.askCorrect(q, http.StatusOK, f)
}

func (p *Pages) askCorrect(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	h, w := p.head(q, file, ""), q.T
	ways := []string{"yes", "insight.correct.yes"}
	if file.Lead {
		ways = append(ways, "no", "insight.correct.no")
	}
	reason := area(w, f, "reason", w.T("insight.correct.reason"), w.T("insight.correct.reason-help"), 3)
	reason.F.Mark = w.T("insight.correct.reason-mark")
	v := formView{
		Back: backTo(q, h), Line: h.Line, Heading: w.T("insight.correct.title", "name", h.Name), Lead: w.T("insight.correct.lead"),
		Questions: []question{
			lineField(w, f, file, q),
			radios(w, f, "asker", w.T("insight.correct.asker"), "pupil", "insight.asker.pupil", "parent", "insight.asker.parent", "employee", "insight.asker.employee", "school", "insight.asker.school"),
			radios(w, f, "granted", w.T("insight.correct.granted"), ways...),
			area(w, f, "correct", w.T("insight.correct.text"), w.T("insight.correct.text-help"), 5),
			reason,
		}, Buttons: []web.Button{{Text: w.T("insight.correct.do")}, cancel(q, h)},
	}
	if !file.Lead {
		v.Note = &web.Note{Color: "info", Title: w.T("insight.correct.lead-only")}
	}
	return ask(q, code, f, v)
}

// lineField asks which line of the track it is about, the newest first. Lines of
// other children say no more of them than the chronology does.
func lineField(w *lang.Words, f *web.Form, file cases.File, q *web.Req) question {
	x := f.Field(w, "record", w.T("insight.correct.record"))
	x.Help = w.T("insight.correct.record-help")
	x.Options = append(x.Options, web.Option{Label: w.T("form.choose")})
	c := chronicle{w, file, short(w, file.Track)}
	for i := len(file.Records) - 1; i >= 0; i-- {
		r := file.Records[i]
		label := w.Moment(r.When) + ": " + c.title(r)
		if t := clip(c.text(r)); t != "" {
			label += ". " + t
		}
		x.Options = append(x.Options, web.Option{Value: string(r.ID), Label: label, Checked: f.Get("record") == string(r.ID)})
	}
	return question{Kind: "select", F: x}
}

// clip is the beginning of a text, for a list to choose from.
func clip(s string) string {
	const most = 60
	for i, r := range []rune(s) {
		if i == most || r == '\n' {
			return string([]rune(s)[:i]) + " …"
		}
	}
	return s
}

func (p *Pages) doCorrect(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	x := cases.Correction{
		Record: tilhor.RecordID(f.Get("record")), Asker: f.Choice("asker", "cases.fault.asker", cases.Askers...),
		Granted: f.Choice("granted", "insight.correct.fault.granted", "yes", "no") == "yes", Text: f.Get("correct"), Reason: f.Get("reason"),
	}
	f.Faults.Add(x.Record == "", "record", "cases.fault.record")
	return q.Answer(f, func() (string, error) {
		return done(q, map[bool]string{true: "rettet", false: "ikke-rettet"}[x.Granted]), p.Cases.Correct(q.Context(), q.Actor, q.Path("spor"), x)
	}, func(code int, f *web.Form) error { return p.askCorrect(q, code, f) })
}

// amended are the lines that stand beside what was put right, or asked to be:
// the old text stays, and nobody reads it without the new.
func amended(w *lang.Words, f cases.File, r cases.Record) (all []string) {
	if f.Held[string(r.ID)] {
		return []string{w.T("insight.held")}
	}
	if c := (chronicle{w, f, short(w, f.Track)}); c.hidden(r) {
		return nil
	}
	return amendedOf(w, f, r)
}

// amendedOf is amended where the words themselves are shown.
func amendedOf(w *lang.Words, f cases.File, r cases.Record) (all []string) {
	for _, x := range f.Corrections(r.ID) {
		key := "insight.amended"
		if x.Kind == cases.NotCorrected {
			key = "insight.not-amended"
		}
		all = append(all, w.T(key, "date", w.Date(calendar.DateOf(x.When.At)), "text", x.Text["text"]))
	}
	return all
}

// hidden says whether the words of a record are about other children, and are
// not told in this pupil's papers.
func (c chronicle) hidden(r cases.Record) bool { return c.other(r) || aboutOthers(r) }

// about is what a rectification is about: the line, never its words when they
// are another child's.
func (c chronicle) about(r cases.Record) *cases.Record { return c.f.Record(tilhor.RecordID(r.Ref)) }

// corrected tells a rectification in the chronology.
func (c chronicle) corrected(r cases.Record) string {
	of := c.about(r)
	if of == nil {
		return ""
	}
	which := c.w.T("insight.time.about", "when", c.w.Moment(of.When), "what", c.title(*of))
	if c.hidden(*of) {
		return which
	}
	text := c.w.T("insight.time.right", "text", r.Text["text"])
	if r.Kind == cases.NotCorrected {
		text = c.w.T("insight.time.own", "text", r.Text["text"])
	}
	return lines(which, text, c.named("reasons", r.Text["reason"]))
}

// amendedPlan are the corrections of one version of the plan.
func amendedPlan(w *lang.Words, f cases.File, version string) (all []string) {
	for _, r := range f.Of(cases.Approved) {
		if r.Ref == version {
			all = append(all, amended(w, f, r)...)
		}
	}
	return all
}

// handedOn are the words of a record that stood in another track.
func (c chronicle) handedOn(r cases.Record) string {
	var all []string
	for _, k := range recordFields {
		all = append(all, r.Text[k])
	}
	return lines(all...)
}
