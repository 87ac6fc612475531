package school

import (
	"net/http"
	"slices"
	"strconv"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// formPoints is how many points of an order the form asks for at a time; morePoints
// is the button that asks for as many more.
const (
	formPoints = 4
	morePoints = "flere"
)

// pointsAsked is how many the form has now.
func pointsAsked(f *web.Form) int {
	n := formPoints
	for n < cases.MaxPoints && f.Has("what-"+strconv.Itoa(n+1)) {
		n += formPoints
	}
	if f.Get("do") == morePoints {
		n += formPoints
	}
	return min(n, cases.MaxPoints)
}

func (p *Pages) stateForm(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askState(q, http.StatusOK, f)
}

func (p *Pages) askState(q *web.Req, code int, f *web.Form) error {
	step := q.Path("steg")
	if !slices.Contains(stateSteps, step) {
		return tilhor.ErrNotFound
	}
	file, err := p.see(q, "state")
	if err != nil {
		return err
	}
	w, h := q.T, p.head(q, file, "")
	back := statePath(file)
	v := formView{
		Back: web.Back{Href: back, Text: w.T("handover.with.back")}, Line: h.Line, Heading: w.T("handover.with.form." + step),
		Questions: stateAsked(w, f, file, step), Buttons: []web.Button{{Text: w.T("handover.with.save")}},
	}
	if step == "vedtak" && pointsAsked(f) < cases.MaxPoints {
		v.Buttons = append(v.Buttons, web.Button{Text: w.T("handover.with.more-points"), Kind: "secondary", Name: "do", Value: morePoints})
	}
	v.Buttons = append(v.Buttons, web.Button{Text: w.T("do.cancel"), Href: back, Kind: "tertiary"})
	return ask(q, code, f, v)
}

// stateAsked are the questions of a step.
func stateAsked(w *lang.Words, f *web.Form, file cases.File, step string) []question {
	say := func(key string, kv ...any) string { return w.T("handover.with."+key, kv...) }
	who := radios(w, f, "by", say("by"), "pupil", "handover.with.by.pupil", "parent", "handover.with.by.parent")
	on := func(field, key string) question {
		x := f.Field(w, field, say(key))
		x.Help = w.T("form.date-help")
		return question{Kind: "date", F: x}
	}
	more := area(w, f, "text", say("text"), "", 3)
	more.F.Mark = w.T("form.optional")
	m := file.StateMatter()
	switch step {
	case "meldt":
		particular := area(w, f, "particular", say("particular"), say("particular-help"), 3)
		particular.F.Mark = w.T("form.optional")
		return []question{who, on("at", "at"), particular, more}
	case "foresporsel":
		return []question{on("at", "asked-at"), on("due", "due"), area(w, f, "text", say("asked"), "", 4)}
	case "svar":
		return []question{letters(w, f, m), on("at", "sent-at"), packages(w, f, file), area(w, f, "text", say("sent-text"), "", 3)}
	case "utfall":
		return []question{
			radios(w, f, "outcome", say("outcome"), "rejected", "handover.with.outcome.rejected", "guided", "handover.with.outcome.guided", "withdrawn", "handover.with.outcome.withdrawn"),
			on("at", "at"), more,
		}
	case "vedtak":
		return decisionAsked(w, f, on, more)
	case "mottatt":
		return []question{on("got", "got")}
	case "palegg":
		return []question{points(w, f, m, func(p cases.PointStanding) bool { return p.Done == nil }), on("at", "done-at"), area(w, f, "text", say("done-text"), "", 4)}
	case "mulkt":
		return []question{
			points(w, f, m, func(p cases.PointStanding) bool { return p.Running() == nil }), on("from", "fine-from"),
			area(w, f, "text", say("fine-text"), say("fine-help"), 3),
		}
	case "mulkt-stanset":
		return []question{points(w, f, m, func(p cases.PointStanding) bool { return p.Running() != nil }), on("on", "fine-stopped"), more}
	}
	return []question{who, on("at", "at"), more} // klage
}

func decisionAsked(w *lang.Words, f *web.Form, on func(field, key string) question, more question) []question {
	got := on("got", "got")
	got.F.Help, got.F.Mark = w.T("handover.with.got-help"), w.T("form.optional")
	all := []question{
		on("at", "decided-at"),
		radios(w, f, "result", w.T("handover.with.result"), "breach", "handover.with.result.breach", "met", "handover.with.result.met"), got,
	}
	for i := range pointsAsked(f) {
		n := strconv.Itoa(i + 1)
		what := area(w, f, "what-"+n, w.T("handover.with.order-what", "n", n), "", 3)
		due := f.Field(w, "due-"+n, w.T("handover.with.order-due", "n", n))
		due.Help = w.T("form.date-help")
		what.F.Mark, due.Mark = w.T("form.optional"), w.T("form.optional")
		all = append(all, what, question{Kind: "date", F: due})
	}
	return append(all, more)
}

// letters asks which request is answered.
func letters(w *lang.Words, f *web.Form, m cases.StateMatter) question {
	x := f.Field(w, "request", w.T("handover.with.request"))
	for _, l := range m.Requests {
		if l.Reply == nil {
			x.Options = append(x.Options, web.Option{Value: string(l.ID), Label: w.T("handover.with.request.of", "date", w.Date(l.On)), Help: l.Text["text"], Checked: f.Ticked("request", string(l.ID))})
		}
	}
	return question{Kind: "radios", F: x}
}

// packages asks which package was sent, the newest first.
func packages(w *lang.Words, f *web.Form, file cases.File) question {
	x := f.Field(w, "package", w.T("handover.with.package"))
	made := file.Of(cases.Packed)
	for i := len(made) - 1; i >= 0; i-- {
		if r := made[i]; r.Answer == "state" && len(r.Ref) > 8 {
			x.Options = append(x.Options, web.Option{Value: r.Ref, Label: w.T("handover.with.package.of", "when", w.Moment(r.When), "hash", r.Ref[:8]), Checked: f.Ticked("package", r.Ref)})
		}
	}
	x.Options = append(x.Options, web.Option{Value: "none", Label: w.T("handover.with.package.none"), Checked: f.Ticked("package", "none")})
	return question{Kind: "radios", F: x}
}

// points asks which point of an order.
func points(w *lang.Words, f *web.Form, m cases.StateMatter, which func(cases.PointStanding) bool) question {
	x := f.Field(w, "point", w.T("handover.with.which"))
	for _, p := range m.Points {
		if which(p) {
			x.Options = append(x.Options, web.Option{Value: string(p.ID), Label: w.T("handover.with.which.of", "n", p.Answer, "date", w.Date(p.On)), Help: p.Text["text"], Checked: f.Ticked("point", string(p.ID))})
		}
	}
	return question{Kind: "radios", F: x}
}

func (p *Pages) doState(q *web.Req) error {
	step := q.Path("steg")
	if !slices.Contains(stateSteps, step) {
		return tilhor.ErrNotFound
	}
	f, err := q.Form()
	if err != nil {
		return err
	}
	if step == "vedtak" && f.Get("do") == morePoints { // what was typed stands in the longer form
		return p.askState(q, http.StatusOK, f)
	}
	act := p.stateAct(q, f, step)
	return q.Answer(f, func() (string, error) {
		return "/saker/" + q.Path("spor") + "/statsforvalteren?gjort=1", act()
	}, func(code int, f *web.Form) error { return p.askState(q, code, f) })
}

// stateAct reads the form of a step, and gives what does it.
func (p *Pages) stateAct(q *web.Req, f *web.Form, step string) func() error {
	ctx, by, slug, text := q.Context(), q.Actor, q.Path("spor"), f.Get("text")
	at := tilhor.When{}
	if d := f.Day("at"); d != "" {
		at = dayOnly(d, q.Now)
	}
	switch step {
	case "meldt":
		return func() error {
			return p.Cases.ReportedToState(ctx, by, slug, cases.StateReport{By: f.Get("by"), At: at, Particular: f.Get("particular"), Text: text})
		}
	case "foresporsel":
		due := f.Day("due")
		return func() error {
			return p.Cases.AskedByState(ctx, by, slug, cases.StateRequest{At: at, Due: due, Text: text})
		}
	case "svar":
		a := cases.StateAnswer{Request: tilhor.RecordID(f.Line("request")), At: at, Hash: f.Line("package"), Text: text}
		if a.Hash == "none" {
			a.Hash = ""
		}
		return func() error { return p.Cases.AnsweredState(ctx, by, slug, a) }
	case "utfall":
		return func() error { return p.Cases.EndedByState(ctx, by, slug, f.Get("outcome"), text, at) }
	case "vedtak":
		d := cases.StateDecision{At: at, Answer: f.Get("result"), Got: f.Day("got"), Text: text}
		for i := range pointsAsked(f) {
			n := strconv.Itoa(i + 1)
			d.Points = append(d.Points, cases.StatePoint{What: f.Get("what-" + n), Due: f.Day("due-" + n)})
		}
		return func() error { return p.Cases.DecidedByState(ctx, by, slug, d) }
	case "mottatt":
		got := f.Day("got")
		return func() error { return p.Cases.ReceivedFromState(ctx, by, slug, got) }
	case "palegg":
		return func() error {
			return p.Cases.DonePoint(ctx, by, slug, tilhor.RecordID(f.Line("point")), at, text)
		}
	case "mulkt":
		from := f.Day("from")
		return func() error {
			return p.Cases.Fine(ctx, by, slug, tilhor.RecordID(f.Line("point")), from, text)
		}
	case "mulkt-stanset":
		on := f.Day("on")
		return func() error {
			return p.Cases.StopFine(ctx, by, slug, tilhor.RecordID(f.Line("point")), on, text)
		}
	}
	return func() error { return p.Cases.AppealedToState(ctx, by, slug, f.Get("by"), text, at) }
}
