package school

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

var inquiryPage = page("inquiry_list")

// What the page of the inquiry can be asked to do.
const (
	doFind   = "funn"
	doSource = "kilde"
	doFinish = "ferdig"
)

type inquiryData struct {
	stage
	Findings              []findingShown
	Sources               []sourceShown
	Thin                  *web.Note // everything rests on one source
	Forms                 map[string]*web.Form
	Finding, From         web.Field
	Kind, Who, Status     web.Field
	Text, Date, Clock     web.Field
	Finished              string // when, "" while it goes on
	FindFirst, SourceOpen bool
	Plan                  string
	Look, LookLeft        string // the plan of the inquiry, and what stands open in it
	Asks                  []askShown
}

// An askShown is a colleague who was asked, and how it stands.
type askShown struct {
	Name  string
	State web.State
}

type findingShown struct {
	N, Text, From string
	One           bool
}

type sourceShown struct {
	ID, N, Name, Who, Text string
	State                  web.State
	Href                   string // to write what came, of a source that is waited for
	waiting                bool
}

// inquiry shows what the school has found, before where it looked.
func (p *Pages) inquiry(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showInquiry(q, http.StatusOK, f)
}

// inquire adds a source or a finding, or ends the inquiry.
func (p *Pages) inquire(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, act := q.Path("spor"), func() error { return nil }
	switch f.Get("do") {
	case doFind:
		act = func() error { return p.Cases.Find(q.Context(), q.Actor, slug, f.Get("finding"), f.All("from")) }
	case doSource:
		s := cases.SourceOf{Kind: f.Get("source"), Who: f.Get("who"), Text: f.Get("text"), Waiting: f.Get("status") == "waiting", At: readWhen(f, "at", q.Now)}
		if f.Get("status") != "waiting" && f.Get("status") != "given" {
			f.Faults.Add(!slices.Contains(cases.Sources, s.Kind), "source", "cases.fault.source")
			f.Faults.Add(true, "status", "stage.fault.status")
		}
		act = func() error { return p.Cases.Inquire(q.Context(), q.Actor, slug, s) }
	case doFinish:
		act = func() error { return p.Cases.FinishInquiry(q.Context(), q.Actor, slug) }
	default:
		f.Faults.Add(true, "source", "stage.fault.do")
	}
	to := "/saker/" + slug + "/" + stageInquiry + "?gjort=" + f.Get("do")
	return q.Answer(f, func() (string, error) { return to, act() }, func(code int, f *web.Form) error { return p.showInquiry(q, code, f) })
}

func (p *Pages) showInquiry(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "inquiry")
	if err != nil {
		return err
	}
	sources := sourcesOf(q.T, file, path(file.Track, stageInquiry))
	key, kv := inquiryTitle(q.T, file, sources)
	d := inquiryData{stage: p.stage(q, file, stageInquiry, "inquiry", key, kv...), Sources: sources, Plan: path(file.Track, stagePlan)}
	if left := waitingFor(sources); left > 0 && key == "title.findings" {
		d.Title += " " + d.Say("title.left", "n", left, "count", lang.Cap(few(q.T, left)))
	}
	d.faulty(f.Faults)
	d.planned(q)
	if r := file.Last(cases.Found); r != nil {
		d.Finished = q.T.Near(r.When.At, q.Now)
	}
	d.Findings = findingsOf(q.T, file, sources)
	if len(d.Findings) > 0 && !slices.ContainsFunc(d.Findings, func(f findingShown) bool { return !f.One }) {
		d.Thin = &web.Note{Color: "info", Title: d.Say("thin"), Text: d.Say("thin.text")}
	}
	d.ask(q, f)
	return q.RenderStatus(code, inquiryPage, d)
}

// planned is what stands open of the plan of the inquiry, and who is asked.
func (d *inquiryData) planned(q *web.Req) {
	d.Look = path(d.File.Track, stageInquiry, lookPath)
	left := 0
	for _, l := range d.File.Lookups() {
		if l.Answer == "" {
			left++
		}
	}
	if left > 0 {
		d.LookLeft = q.T.T("look.left", "n", left)
	}
	for _, a := range d.File.Asks {
		if !a.Kind.Team() && a.State == cases.AskOpen {
			d.Asks = append(d.Asks, askShown{a.Name, askState(q.T, a, today(q))})
		}
	}
}

func (d *inquiryData) ask(q *web.Req, f *web.Form) {
	d.Forms = forms(f, doFind, doSource, doFinish)
	if f.Get("do") == doFinish { // what is missing is put right where findings are written
		d.Forms[doFind].Faults = f.Faults
	}
	source := d.Forms[doSource]
	for _, s := range d.Sources {
		if s.ID != "" && s.ID == q.Query("kilde") { // the answer of a source that was waited for
			r := d.record(s.ID)
			prefill(source, "source", r.Ref)
			prefill(source, "who", r.Text["who"])
			prefill(source, "status", "given")
			d.SourceOpen = true
		}
	}
	prefillToday(q, source, "at")
	find := asker{d.say, d.Forms[doFind]}
	d.Finding = rows(2, find.field("finding"))
	d.From = row(find.as("from", "from"))
	for _, s := range d.Sources {
		d.From.Options = append(d.From.Options, web.Option{Value: s.ID, Label: s.N + ". " + s.Name, Checked: d.Forms[doFind].Ticked("from", s.ID)})
	}
	ask := asker{d.say, source}
	d.Kind = ask.as("source", "source")
	d.Kind.Options = []web.Option{{Label: d.W.T("form.choose")}}
	for _, k := range cases.Sources {
		d.Kind.Options = append(d.Kind.Options, web.Option{Value: k, Label: d.Say("source." + k), Checked: source.Get("source") == k})
	}
	d.Who, d.Status = ask.free("who"), row(ask.choice("status", "given", "waiting"))
	d.Text = rows(3, ask.free("text"))
	d.Date, d.Clock = ask.when("at")
	d.FindFirst = len(d.Sources) > 0 && d.Finished == ""
	d.SourceOpen = d.SourceOpen || f.Get("do") == doSource || len(d.Findings) == 0
}

func (d *inquiryData) record(id string) cases.Record {
	for _, r := range d.File.Records {
		if string(r.ID) == id {
			return r
		}
	}
	return cases.Record{}
}

// inquiryTitle says how the inquiry stands.
func inquiryTitle(w *lang.Words, f cases.File, sources []sourceShown) (key string, kv []any) {
	n := len(f.Of(cases.Finding))
	given := len(sources) - waitingFor(sources)
	switch {
	case n > 0 && f.Last(cases.Found) != nil:
		return "title.done", []any{"n", n, "count", few(w, n)}
	case n > 0:
		return "title.findings", []any{"n", n, "count", lang.Cap(few(w, n)), "from", w.T("stage.inquiry.title.from", "n", given, "count", few(w, given))}
	case f.Last(cases.Started) != nil:
		return "title.started", nil
	}
	return "title.none", nil
}

func waitingFor(all []sourceShown) (n int) {
	for _, s := range all {
		if s.waiting {
			n++
		}
	}
	return n
}

// sourcesOf are all places the inquiry rests on, numbered as they came: what
// was told, talks, and what the school asked and looked at. Another child's
// talk is a source, but its words stand with that child only.
func sourcesOf(w *lang.Words, f cases.File, base string) (all []sourceShown) {
	for _, r := range f.Of(cases.Told, cases.Exposed, cases.Voice, cases.Source) {
		s := sourceShown{ID: string(r.ID), N: strconv.Itoa(len(all) + 1), Who: byRole(w, r.Name, r.Role), State: web.State{Name: web.OK, Word: lang.Cap(dayOf(w, r.When))}}
		switch {
		case r.Kind == cases.Told:
			s.Name, s.Who = w.T("stage.inquiry.told"), toldBy(w, r)
		case r.Kind == cases.Exposed:
			s.Name = w.T("stage.kind.exposed")
		case r.Kind == cases.Voice && f.Own(r):
			s.Name = w.T("stage.inquiry.talk", "name", short(w, f.Track))
		case r.Kind == cases.Voice:
			s.Name = w.T("stage.inquiry.talk-other")
		default:
			s.of(w, f, r, base)
		}
		all = append(all, s)
	}
	return all
}

func (s *sourceShown) of(w *lang.Words, f cases.File, r cases.Record, base string) {
	s.Name, s.Text = w.T("stage.inquiry.source."+r.Ref), lines(append([]string{r.Text["place"], r.Text["text"], seemed(w, r)}, digitalLines(w, r)...)...)
	if who := r.Text["who"]; who != "" {
		s.Who = who
	}
	if r.Answer != "waiting" {
		return
	}
	s.State = web.State{Name: web.OK, Word: w.T("stage.inquiry.came")}
	if came(f, r) {
		return
	}
	s.waiting, s.Href = true, base+"?kilde="+string(r.ID)+"#source"
	s.State = web.State{Name: web.Wait, Word: w.T("stage.inquiry.waiting", "date", dayOf(w, r.When))}
}

// seemed is how the pupil seemed to a colleague who was asked to look.
func seemed(w *lang.Words, r cases.Record) string {
	if r.Text["seemed"] == "" {
		return ""
	}
	return w.T("school.time.label.seemed") + " " + r.Text["seemed"]
}

// came says whether what was waited for has come: the same source from the
// same person, written later.
func came(f cases.File, waited cases.Record) bool {
	for _, r := range f.Of(cases.Source) {
		if r.Answer == "given" && r.Ref == waited.Ref && strings.EqualFold(r.Text["who"], waited.Text["who"]) && !r.When.Written.Before(waited.When.Written) {
			return true
		}
	}
	return false
}

func findingsOf(w *lang.Words, f cases.File, sources []sourceShown) (all []findingShown) {
	for _, r := range f.Of(cases.Finding) {
		var from []string
		for _, id := range strings.Fields(r.Ref) {
			for _, s := range sources {
				if s.ID == id {
					from = append(from, s.N)
				}
			}
		}
		all = append(all, findingShown{
			N: strconv.Itoa(len(all) + 1), Text: r.Text["finding"], One: len(from) == 1,
			From: w.T("stage.inquiry.sources", "n", len(from), "list", w.List(from)),
		})
	}
	return all
}
