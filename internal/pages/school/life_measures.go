package school

import (
	"net/http"
	"strings"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// lifeRoutes are the pages of a case over time: what runs, how it ends, and
// where it goes when the pupil does.
func (p *Pages) lifeRoutes() []web.Route {
	track := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/saker/{spor}" + path, Name: "life." + name, Roles: given, Case: true, Sensitive: true, Serve: serve}
	}
	return []web.Route{
		track("GET", "/tiltak-i-gang", "measures", p.runs),
		track("POST", "/tiltak-i-gang", "measures.write", p.doRuns),
		track("GET", "/slutter", "leave", p.leave),
		track("POST", "/slutter", "leave.write", p.doLeave),
		track("GET", "/skolebytte", "transfer", p.transfer),
		track("POST", "/skolebytte", "transfer.write", p.doTransfer),
		{Method: "GET", Path: "/overforinger", Name: "life.arrivals", Roles: workers, Case: true, Sensitive: true, Serve: p.arrivals},
		{Method: "GET", Path: "/overforinger/inn", Name: "life.incoming", Roles: workers, Case: true, Sensitive: true, Serve: p.incoming},
		{Method: "POST", Path: "/overforinger/inn", Name: "life.incoming.register", Roles: workers, Case: true, Sensitive: true, Serve: p.doIncoming},
		{Method: "GET", Path: "/overforinger/{slug}", Name: "life.arrival", Roles: workers, Case: true, Sensitive: true, Serve: p.arrival},
		{Method: "POST", Path: "/overforinger/{slug}", Name: "life.arrival.accept", Roles: workers, Case: true, Sensitive: true, Serve: p.accept},
		track("GET", "/vedtak", "decisions", p.decisions),
		track("POST", "/vedtak", "decisions.write", p.doDecisions),
		track("GET", "/vedtak/brev", "decisions.letter", p.letter),
	}
}

// What the track's page says was done, after an act of these pages.
func init() {
	trackDone = append(trackDone, "ny-historie", "tiltak-skrevet", "tiltak-gitt", "tiltak-ferdig", "tiltak-felles", "tiltak-ikke-felles", "sluttet", "mottatt")
}

// lifeActs are the acts of this file's pages among what else can be done.
func lifeActs(w *lang.Words, f cases.File) (acts []web.Button) {
	if !f.Over() && len(running(f))+f.Siblings+len(f.Shared) > 0 {
		acts = append(acts, web.Button{Text: w.T("life.do.measures"), Href: path(f.Track, "tiltak-i-gang"), Kind: "secondary", Icon: "Tasklist"})
	}
	if f.Lead && f.Pupil != "" {
		acts = append(acts, web.Button{Text: w.T("life.do.transfer"), Href: path(f.Track, "skolebytte"), Kind: "tertiary"})
	}
	return append(acts, web.Button{Text: w.T("life.do.decisions"), Href: path(f.Track, "vedtak"), Kind: "tertiary", Icon: "Gavel"})
}

// running are the measures that run.
func running(f cases.File) (all []cases.Measure) {
	for _, m := range f.Measures {
		if m.Running {
			all = append(all, m)
		}
	}
	return all
}

// lifeText is what a record of a case over time says.
func (c chronicle) lifeText(r cases.Record) string {
	switch r.Kind {
	case cases.MeasureEnded, cases.HandedOver:
		return lines(c.measureOf(r.Ref), r.Text["reason"])
	case cases.SharedK: // as it stands where it is, while it does
		for _, m := range c.f.Shared {
			if string(m.ID) == r.Ref {
				return m.What
			}
		}
	case cases.LeftK:
		return lines(c.t("left."+r.Answer), r.Text["text"])
	case cases.Offered:
		return lines(r.Text["where"], c.w.T("stage.transfer.basis."+r.Answer), r.Text["permitted-by"])
	case cases.HandedIn:
		all := append([]string{r.Text["where"]}, partLines(c.w, r.Text)...)
		if r.Ref != "" { // the school it came from has not had its receipt from the system
			all = append(all, c.w.T("life.receipt", "code", r.Ref))
		}
		return lines(all...)
	case cases.Noticed:
		return lines(r.Text["grounds"], c.labelled("reply", r.On))
	case cases.SpokeTo, cases.Appealed:
		return c.own(r.Text["words"])
	case cases.Resolved:
		return lines(r.Text["reasons"], c.labelled("from", r.On))
	case cases.PassedOn:
		return r.Text["to"]
	case cases.Follows:
		return lines(c.labelled("story-ended", r.On), r.Text["reason"])
	}
	return ""
}

// measureOf is what a measure is about; an urgent one has its words in its
// record.
func (c chronicle) measureOf(id string) string {
	if s := c.measure(id); s != "" {
		return s
	}
	for _, r := range c.f.Of(cases.Protected) {
		if string(r.ID) == id {
			return r.Text["what"]
		}
	}
	return ""
}

var measuresPage = page("life_measures")

type measuresData struct {
	stage
	Runs            []runShown
	Forms           map[string]*web.Form
	Open            string
	Tick, Give, End []question
	Empty           web.Empty
	Href, Link      string

	Together       bool // there are other tracks in the matter
	Shared         []runShown
	Share, Unshare []question
}

type runShown struct{ What, Who, When string }

// What the page can be asked to do.
const (
	measureTick = "skriv"
	measureGive = "gi"
	measureEnd  = "avslutt"

	measureShare   = "felles"
	measureUnshare = "ikke-felles"
)

// measureFieldOf is the field in which each of the three forms names a measure.
func measureFieldOf(act string) string {
	if act == measureGive || act == measureEnd || act == measureShare || act == measureUnshare {
		return "measure-" + act
	}
	return "measure"
}

// runs shows the measures that run, and lets whoever handles the case write for
// a doer, give a measure to another, or end it.
func (p *Pages) runs(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	prefillToday(q, f, "day")
	return p.showRuns(q, http.StatusOK, f)
}

func (p *Pages) doRuns(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, field := q.Path("spor"), measureFieldOf(f.Get("do"))
	id := tilhor.MeasureID(f.Line(field))
	f.Faults.Add(id == "", field, "life.fault.measure")
	act, said := func() error { return nil }, ""
	switch f.Get("do") {
	case measureTick:
		said = "tiltak-skrevet"
		r := cases.Report{Measure: id, Day: f.Day("day"), Done: f.Choice("answer", "life.fault.answer", "done", "not") == "done", Said: f.Get("said"), Line: f.Get("line")}
		act = func() error { return p.Cases.TickFor(q.Context(), q.Actor, slug, r) }
	case measureGive:
		said = "tiltak-gitt"
		doer := tilhor.PersonID(f.Line("doer"))
		act = func() error { return p.Cases.HandMeasure(q.Context(), q.Actor, slug, id, doer) }
	case measureEnd:
		said = "tiltak-ferdig"
		e := cases.Finishing{Measure: id, Reason: f.Get("reason")}
		act = func() error { return p.Cases.EndMeasure(q.Context(), q.Actor, slug, e) }
	case measureShare:
		said = "tiltak-felles"
		act = func() error { return p.Cases.Share(q.Context(), q.Actor, slug, id) }
	case measureUnshare:
		said = "tiltak-ikke-felles"
		act = func() error { return p.Cases.Unshare(q.Context(), q.Actor, slug, id) }
	default:
		f.Faults.Add(true, field, "stage.fault.do")
	}
	return q.Answer(f, func() (string, error) { return done(q, said), act() }, func(code int, f *web.Form) error { return p.showRuns(q, code, f) })
}

func (p *Pages) showRuns(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "plan")
	if err != nil {
		return err
	}
	all, err := p.employees(q)
	if err != nil {
		return err
	}
	for i := range f.Faults {
		if f.Faults[i].Field == "measure" {
			f.Faults[i].Field = measureFieldOf(f.Get("do"))
		}
	}
	d := measuresData{Forms: forms(f, measureTick, measureGive, measureEnd, measureShare, measureUnshare), Open: f.Get("do")}
	runs := running(file)
	title := "title"
	if len(runs) == 0 || file.Over() {
		title, runs = "none", nil
	}
	d.stage = p.stage(q, file, stagePlan, "runs", title)
	d.faulty(f.Faults)
	if err := p.sharedRuns(q, file, &d); err != nil {
		return err
	}
	if len(runs) == 0 {
		d.Empty = web.Empty{Title: d.Cap("none"), Text: d.Cap("none.text")}
		d.Href, d.Link = path(file.Track, stagePlan), d.W.T("school.stage."+stagePlan)
		return q.RenderStatus(code, measuresPage, d)
	}
	c := chronicle{d.W, file, d.Head.Name}
	for _, m := range runs {
		x := runShown{What: c.measureOf(string(m.ID)), Who: m.Name, When: d.Say("since", "date", d.W.Date(m.Start))}
		if m.Gone {
			x.Who = gone(d.W, m)
		}
		if m.Until != "" {
			x.When = d.Say("until", "from", d.W.Date(m.Start), "date", d.W.Date(m.Until))
		}
		d.Runs = append(d.Runs, x)
	}
	which := func(f *web.Form, act string) question {
		name := measureFieldOf(act)
		x := asker{d.say, f}.as(name, "measure")
		x.Options = []web.Option{{Label: d.W.T("form.choose")}}
		for i, m := range runs {
			x.Options = append(x.Options, web.Option{Value: string(m.ID), Label: d.Runs[i].What, Checked: f.Get(name) == string(m.ID) || len(runs) == 1})
		}
		return question{Kind: "select", F: x}
	}
	tick, give, end := d.Forms[measureTick], d.Forms[measureGive], d.Forms[measureEnd]
	a := asker{d.say, tick}
	d.Tick = []question{which(tick, measureTick), {Kind: "radios", F: row(a.choice("answer", "done", "not"))}, {Kind: "date", F: a.date("day")}, {Kind: "text", F: a.field("said")}, {Kind: "text", F: a.free("line")}}
	d.Give = []question{which(give, measureGive), {Kind: "select", F: employeeField(d.W, give, "doer", d.Cap("doer"), withSFO(all, file))}}
	d.End = []question{which(end, measureEnd), {Kind: "area", F: rows(3, asker{d.say, end}.field("reason"))}}
	return q.RenderStatus(code, measuresPage, d)
}

// gone says that a measure lies with somebody who can not carry it out.
func gone(w *lang.Words, m cases.Measure) string {
	if m.Doer == cases.WholeSFO {
		return w.T("life.gone-sfo")
	}
	return w.T("life.gone", "who", m.Name)
}

// sharedShown are the measures of other tracks that the file refers to: what is done,
// and no more of anybody else.
func sharedShown(w *lang.Words, f cases.File) (all []runShown) {
	for _, m := range f.Shared {
		x := runShown{What: m.What, Who: m.Name, When: strings.TrimSpace(m.When)}
		if m.Gone {
			x.Who = gone(w, m)
		}
		all = append(all, x)
	}
	return all
}

// sharedRuns are the measures of other tracks in the matter that help this pupil
// too, and those that could. None of them says whose it is.
func (p *Pages) sharedRuns(q *web.Req, file cases.File, d *measuresData) error {
	if file.Siblings == 0 && len(file.Shared) == 0 || file.Over() {
		return nil
	}
	could, err := p.Cases.Sharable(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	w := q.T
	d.Shared = sharedShown(w, file)
	which := func(act, label string, all []cases.Measure) []question {
		name := measureFieldOf(act)
		x := d.Forms[act].Field(w, name, w.T(label))
		x.Options = []web.Option{{Label: w.T("form.choose")}}
		for _, m := range all {
			x.Options = append(x.Options, web.Option{Value: string(m.ID), Label: m.What + ". " + m.Name, Checked: d.Forms[act].Get(name) == string(m.ID)})
		}
		return []question{{Kind: "select", F: x}}
	}
	if len(could) > 0 {
		d.Share = which(measureShare, "children.share.which", could)
	}
	if len(file.Shared) > 0 {
		d.Unshare = which(measureUnshare, "children.share.which", file.Shared)
	}
	d.Together = true
	return nil
}

// askAnew asks for a new case, when the old one ended more than ninety days
// ago: a new story, that refers to the old.
func (p *Pages) askAnew(q *web.Req, code int, f *web.Form, file cases.File, h head) error {
	v := formView{
		Back: backTo(q, h), Line: h.Line, Heading: q.T.T("life.anew.title", "name", h.Name), Lead: q.T.T("life.anew.lead"),
		Note: &web.Note{Color: "info", Title: q.T.T("life.anew.why", "date", q.T.Date(tilhor.DateOf(file.Ended, lang.Oslo))), Text: q.T.T("life.anew.why-text")},
	}
	if !file.Lead {
		v.Lead = q.T.T("life.anew.rektor")
		return ask(q, code, f, v)
	}
	v.Questions = []question{area(q.T, f, "reason", q.T.T("school.reopen.reason"), q.T.T("school.reopen.reason-help"), 4)}
	v.Buttons = []web.Button{{Text: q.T.T("life.anew.do"), Name: "do", Value: "ny"}, cancel(q, h)}
	return ask(q, code, f, v)
}

func (p *Pages) doAnew(q *web.Req, f *web.Form) error {
	return q.Answer(f, func() (string, error) {
		t, err := p.Cases.BeginAnew(q.Context(), q.Actor, q.Path("spor"), f.Get("reason"))
		return path(t) + "?gjort=ny-historie", err
	}, func(code int, f *web.Form) error { return p.askReopen(q, code, f) })
}
