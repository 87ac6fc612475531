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

// Access for somebody outside the case (innsyn): it is asked for, gone through
// passage by passage, decided, and given as a copy that says what is left out.

func (p *Pages) innsynRoutes() []web.Route {
	track := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/saker/{spor}/innsyn" + path, Name: "insight." + name, Roles: workers, Case: true, Sensitive: true, Serve: serve}
	}
	return []web.Route{
		track("GET", "", "requests", p.insights),
		track("POST", "", "requests.ask", p.askInsight),
		track("GET", "/{krav}", "review", p.review),
		track("POST", "/{krav}", "review.judge", p.judge),
		track("GET", "/{krav}/vedtak", "decide", p.decideInsight),
		track("POST", "/{krav}/vedtak", "decide.write", p.doDecideInsight),
		track("GET", "/{krav}/kopi", "copy", p.copyOf),
	}
}

var insightsPage = page("insight")

type insightsView struct {
	web.Frame
	Back      web.Back
	Line      string
	Heading   string
	Lead      string
	Done      *web.Note
	Faults    *web.Summary
	Requests  []web.Duty
	Form      *web.Form
	Path      string
	Questions []question
	Buttons   []web.Button
}

func (p *Pages) insights(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	prefillToday(q, f, "received")
	return p.showInsights(q, http.StatusOK, f)
}

func (p *Pages) showInsights(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "insight")
	if err != nil {
		return err
	}
	all, err := p.Cases.Insights(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	w, h := q.T, p.head(q, file, "")
	v := insightsView{
		Back: backTo(q, h), Line: h.Line, Lead: w.T("insight.requests.lead"), Form: f, Path: q.R.URL.Path,
		Faults: web.SummaryOf(w, f.Faults), Done: doneNote(q, "innsyn", "vedtak"),
	}
	waits := 0
	for _, i := range all {
		v.Requests = append(v.Requests, requestRow(w, file, i, q))
		if !i.Decided {
			waits++
		}
	}
	v.Heading = w.T("insight.requests.title", "n", waits, "name", h.Name)
	if waits == 0 {
		v.Heading = w.T("insight.requests.none", "name", h.Name)
	}
	who := f.Field(w, "from", w.T("insight.from"))
	who.Help, who.Autocomplete, who.Max = w.T("insight.from-help"), "off", 200
	received := f.Field(w, "received", w.T("insight.received"))
	received.Help = w.T("form.date-help")
	v.Questions = []question{
		radios(w, f, "asker", w.T("insight.who"), pairs("insight.who.", cases.InsightAskers)...),
		{Kind: "text", F: who},
		radios(w, f, "basis", w.T("insight.basis"), pairs("insight.basis.", cases.Bases)...),
		area(w, f, "asked", w.T("insight.asked"), w.T("insight.asked-help"), 3),
		{Kind: "date", F: received},
	}
	v.Buttons = []web.Button{{Text: w.T("insight.requests.do")}, cancel(q, h)}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	return q.RenderStatus(code, insightsPage, v)
}

// pairs are the values with the keys of their texts.
func pairs(prefix string, values []string) (all []string) {
	for _, v := range values {
		all = append(all, v, prefix+v)
	}
	return all
}

// requestRow is a request as a row: a date only where the act gives a number,
// else the act's word.
func requestRow(w *lang.Words, f cases.File, i cases.Insight, q *web.Req) web.Duty {
	row := web.Duty{
		What: w.T("insight.row", "who", w.T("insight.who."+i.Asker), "date", w.NearDay(i.Received, today(q))), Tag: web.TagOf(w, "lov"),
		Meta: []string{w.T("insight.basis." + i.Basis)}, State: web.State{Name: web.Now, Word: w.T("clock.open")}, When: w.T("insight.word." + i.Basis),
	}
	switch {
	case i.Decided:
		row.State, row.When = web.State{Name: web.OK, Word: w.T("insight.outcome." + i.Outcome)}, ""
	case i.Due != "" && i.Due < today(q):
		row.State, row.When = web.State{Name: web.Late, Word: w.T("insight.late")}, w.T("insight.due", "date", w.NearDay(i.Due, today(q)))
	case i.Due != "":
		row.State, row.When = web.State{Name: web.Soon, Word: lang.Cap(w.NearDay(i.Due, today(q)))}, w.T("insight.due", "date", w.NearDay(i.Due, today(q)))
	}
	if f.Lead {
		row.Href = path(f.Track, "innsyn", string(i.ID))
		if i.Decided {
			row.Href += "/kopi"
		}
	}
	return row
}

func (p *Pages) askInsight(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	n := cases.NewInsight{
		Asker: f.Choice("asker", "cases.fault.asker", cases.InsightAskers...), Basis: f.Choice("basis", "cases.fault.basis", cases.Bases...),
		Who: f.Line("from"), Text: f.Get("asked"), Received: f.Day("received"),
	}
	return q.Answer(f, func() (string, error) {
		_, err := p.Cases.AskInsight(q.Context(), q.Actor, q.Path("spor"), n)
		return q.R.URL.Path + "?gjort=innsyn", err
	}, func(code int, f *web.Form) error { return p.showInsights(q, code, f) })
}

var reviewPage = page("insight_review")

// reviewShown is how many passages a page of the review has.
const reviewShown = 10

type reviewView struct {
	web.Frame
	Back     web.Back
	Line     string
	Heading  string
	Lead     string
	Done     *web.Note
	Faults   *web.Summary
	Form     *web.Form
	Path     string
	Passages []passageShown
	Pager    web.Pager
	Decide   string
	Shown    string
}

// A passageShown is one passage with what is asked of it.
type passageShown struct {
	N, Key, Heading, Text string
	Marks                 []web.State
	Choice, Reason, Words web.Field
}

func (p *Pages) review(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showReview(q, http.StatusOK, f)
}

func (p *Pages) showReview(q *web.Req, code int, f *web.Form) error {
	r, err := p.Cases.ReviewInsight(q.Context(), q.Actor, q.Path("spor"), tilhor.RecordID(q.Path("krav")))
	if err != nil {
		return err
	}
	if r.Insight.Decided {
		return q.See(path(r.Track, "innsyn", string(r.Insight.ID), "kopi"))
	}
	w, h := q.T, p.head(q, r.File, "")
	v := reviewView{
		Back: web.Back{Href: path(r.Track, "innsyn"), Text: w.T("insight.requests")}, Line: h.Line, Form: f, Path: q.R.URL.Path,
		Lead: w.T("insight.review.lead"), Faults: web.SummaryOf(w, f.Faults), Decide: path(r.Track, "innsyn", string(r.Insight.ID), "vedtak"),
		Heading: w.T("insight.review.title", "n", r.Left()), Done: doneNote(q, "avsnitt"),
	}
	if r.Left() == 0 {
		v.Heading = w.T("insight.review.all")
	}
	from, _ := strconv.Atoi(q.Query("fra"))
	if f.Has("fra") {
		from, _ = strconv.Atoi(f.Get("fra"))
	}
	from = max(0, min(from, max(0, len(r.Passages)-1))) / reviewShown * reviewShown
	until := min(from+reviewShown, len(r.Passages))
	for i, x := range r.Passages[from:until] {
		v.Passages = append(v.Passages, passageAsked(w, f, r, x, from+i+1))
	}
	v.Shown = strconv.Itoa(from)
	v.Pager = web.Pager{W: w}
	if from > 0 {
		v.Pager.Newer = v.Path + "?fra=" + strconv.Itoa(max(0, from-reviewShown))
	}
	if until < len(r.Passages) {
		v.Pager.Older = v.Path + "?fra=" + strconv.Itoa(until)
	}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	return q.RenderStatus(code, reviewPage, v)
}

func passageAsked(w *lang.Words, f *web.Form, r cases.Review, x cases.Passage, n int) passageShown {
	at := strconv.Itoa(n)
	s := passageShown{N: at, Key: x.Key, Text: x.Text, Heading: passageHeading(w, r.File, x.Kind, x.When, x.Field)}
	for _, m := range []struct {
		is  bool
		key string
	}{{x.Other, "other"}, {x.Reporter, "reporter"}, {x.Names, "names"}, {x.Parent, "parent"}, {x.Untold, "untold"}, {x.Mine, "mine"}} {
		if m.is {
			s.Marks = append(s.Marks, web.State{Name: web.Lock, Word: w.T("insight.mark." + m.key)})
		}
	}
	if j, ok := r.Judged[x.Key]; ok {
		prefill(f, "p"+at, map[bool]string{true: "show", false: "shield"}[j.Shown])
		prefill(f, "r"+at, j.Reason)
		prefill(f, "o"+at, j.Words)
	}
	s.Choice = radios(w, f, "p"+at, w.T("insight.passage", "n", n), "show", "insight.show", "shield", "insight.shield").F
	s.Choice.Row = true
	s.Choice.Error = web.FaultAt(w, f.Faults, "p"+at)
	s.Reason = provisionField(w, f, "r"+at, w.T("insight.provision-n", "n", n))
	s.Words = f.Field(w, "o"+at, w.T("insight.own-words-n", "n", n))
	s.Words.Mark, s.Words.Max = w.T("insight.own-words-mark"), 500
	return s
}

// provisionField asks for the rule a passage is shielded by. None is chosen
// beforehand.
func provisionField(w *lang.Words, f *web.Form, name, label string) web.Field {
	x := f.Field(w, name, label)
	x.Options = append(x.Options, web.Option{Label: w.T("form.choose")})
	for _, p := range cases.Provisions {
		x.Options = append(x.Options, web.Option{Value: p, Label: w.T("insight.provision." + p), Checked: f.Get(name) == p})
	}
	return x
}

// passageHeading says where a passage stands, without any name but the pupil's.
func passageHeading(w *lang.Words, f cases.File, kind cases.Kind, when tilhor.When, field string) string {
	what := w.T("stage.kind."+string(kind), "name", short(w, f.Track), "n", "")
	if kind == cases.Voice {
		what = w.T("insight.talk")
	}
	if key := "stage.field." + field; w.Has(key) {
		what += ". " + w.T(key)
	}
	return w.Moment(when) + ": " + what
}

func (p *Pages) judge(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	var all []cases.Judgement
	field := map[string]string{} // where each passage was asked about
	for _, n := range f.All("n") {
		way := f.Get("p" + n)
		if way == "" && f.Get("do") == "unmarked" && f.Get("m"+n) == "" {
			way = "show"
		}
		if way == "" {
			continue
		}
		field[f.Get("k"+n)] = "p" + n
		all = append(all, cases.Judgement{Passage: f.Get("k" + n), Shown: way == "show", Reason: f.Get("r" + n), Words: f.Get("o" + n)})
	}
	f.Faults.Add(len(all) == 0, "p"+f.Get("n"), "insight.fault.nothing")
	again := func(code int, f *web.Form) error {
		for i := range f.Faults {
			if at := field[f.Faults[i].Field]; at != "" {
				f.Faults[i].Field = at
			}
		}
		return p.showReview(q, code, f)
	}
	return q.Answer(f, func() (string, error) {
		to := q.R.URL.Path + "?gjort=avsnitt"
		if from, err := strconv.Atoi(f.Get("fra")); err == nil {
			to += "&fra=" + strconv.Itoa(from)
		}
		return to, p.Cases.Judge(q.Context(), q.Actor, q.Path("spor"), tilhor.RecordID(q.Path("krav")), all)
	}, again)
}

func (p *Pages) decideInsight(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askDecide(q, http.StatusOK, f)
}

func (p *Pages) askDecide(q *web.Req, code int, f *web.Form) error {
	r, err := p.Cases.ReviewInsight(q.Context(), q.Actor, q.Path("spor"), tilhor.RecordID(q.Path("krav")))
	if err != nil {
		return err
	}
	if r.Insight.Decided {
		return q.See(path(r.Track, "innsyn", string(r.Insight.ID), "kopi"))
	}
	w, h := q.T, p.head(q, r.File, "")
	if r.Insight.Basis == "bl-47" {
		prefill(f, "complain", w.T("insight.complain.bl-47"))
	}
	reason := area(w, f, "reason", w.T("insight.decide.reason"), w.T("insight.decide.reason-help"), 4)
	reason.F.Mark = w.T("insight.decide.reason-mark")
	provision := question{Kind: "select", F: provisionField(w, f, "provision", w.T("insight.decide.provision"))}
	provision.F.Mark = w.T("insight.decide.reason-mark")
	v := formView{
		Back: web.Back{Href: path(r.Track, "innsyn", string(r.Insight.ID)), Text: w.T("insight.decide.back")}, Line: h.Line,
		Heading: w.T("insight.decide.title"), Lead: w.T("insight.decide.lead"),
		Questions: []question{
			radios(w, f, "way", w.T("insight.decide.way"), "give", "insight.decide.give", "refuse", "insight.decide.refuse"), provision, reason,
			area(w, f, "complain", w.T("insight.decide.complain"), w.T("insight.decide.complain-help"), 3),
		}, Buttons: []web.Button{{Text: w.T("insight.decide.do")}, {Text: w.T("do.cancel"), Href: path(r.Track, "innsyn"), Kind: "tertiary"}},
	}
	if r.Insight.OfHome() {
		home, err := p.Cases.HomeOf(q.Context(), q.Actor, q.Path("spor"))
		if err != nil {
			return err
		}
		to := guardianField(w, f, "to", w.T("home.insight.to"), home)
		to.Help = w.T("home.insight.to-help")
		asked := []question{{Kind: "select", F: to}}
		if r.Insight.Basis == "bl-47" && r.Insight.Asker == "parent" {
			asked[0].F.Options = append(to.Options, web.Option{Value: string(cases.NotListed), Label: w.T("home.insight.not-listed"), Checked: f.Get("to") == string(cases.NotListed)})
			asked = append(asked, question{Kind: "box", F: web.Field{Name: "parent", Error: f.Field(w, "parent", "").Error, Options: []web.Option{{Value: "yes", Label: w.T("home.insight.parent"), Checked: f.Ticked("parent", "yes")}}}})
		}
		v.Questions = slices.Insert(v.Questions, 1, asked...)
	}
	if n := r.Left(); n > 0 {
		v.Note = &web.Note{Color: "warning", Title: w.T("insight.decide.left", "n", n), Text: w.T("insight.decide.left-text"), Href: path(r.Track, "innsyn", string(r.Insight.ID)), Link: w.T("insight.decide.back")}
	}
	return ask(q, code, f, v)
}

func (p *Pages) doDecideInsight(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	x := cases.Reply{Refused: f.Choice("way", "insight.fault.way", "give", "refuse") == "refuse", Reason: f.Get("provision"), Text: f.Get("reason"), Complain: f.Get("complain"), To: tilhor.PersonID(f.Line("to")), Parent: f.Ticked("parent", "yes")}
	if !x.Refused {
		x.Reason = ""
	}
	again := func(code int, f *web.Form) error {
		for i := range f.Faults {
			if f.Faults[i].Field == "passages" {
				f.Faults[i].Field = "way"
			}
		}
		return p.askDecide(q, code, f)
	}
	return q.Answer(f, func() (string, error) {
		id := q.Path("krav")
		return "/saker/" + q.Path("spor") + "/innsyn/" + id + "/kopi", p.Cases.DecideInsight(q.Context(), q.Actor, q.Path("spor"), tilhor.RecordID(id), x)
	}, again)
}

var copyPage = page("insight_copy")

type copyView struct {
	web.Frame
	Back    web.Back
	Heading string
	Line    string
	Note    web.Note
	Letter  []string
	Parts   []copyPart
	Made    string
}

// A copyPart is what is given of one place in the case.
type copyPart struct {
	Heading string
	Lines   []copyLine
}

// A copyLine is a passage, or that one is left out and why.
type copyLine struct {
	Out  bool
	Text string
}

func (p *Pages) copyOf(q *web.Req) error {
	c, err := p.Cases.CopyOf(q.Context(), q.Actor, q.Path("spor"), tilhor.RecordID(q.Path("krav")))
	if err != nil {
		return locked(q, err)
	}
	w := q.T
	file := cases.File{Track: c.Track}
	v := copyView{
		Back: web.Back{Href: path(c.Track, "innsyn"), Text: w.T("insight.requests")}, Line: w.T("school.case", "number", c.Track.Number) + " · " + q.School(),
		Heading: w.T("insight.copy.title." + c.Insight.Outcome),
		Note:    web.Note{Color: "info", Title: w.T("insight.copy.so"), Text: w.T("insight.copy.so-text")},
		Made:    w.T("insight.copy.who", "who", q.Who(), "when", w.DateTime(q.Now)),
	}
	if !c.Kept {
		v.Letter = letter(w, c)
	} else {
		v.Heading, v.Made = w.T("home.kept"), ""
		v.Note = web.Note{Color: "danger", Title: w.T("home.kept-title"), Text: w.T("home.kept-text"), Href: path(c.Track, "hjemmet"), Link: w.T("home.link")}
	}
	if c.Insight.Outcome != "none" {
		silent := map[string]int{} // left out without a place of its own, by why
		var order []string
		for _, x := range c.Items {
			if x.Silent {
				why := leftOut(w, x)
				if silent[why] == 0 {
					order = append(order, why)
				}
				silent[why]++
				continue
			}
			line := copyLine{Text: x.Text}
			if x.Text == "" {
				line = copyLine{Out: true, Text: leftOut(w, x)}
			}
			h := ""
			if !x.Held {
				h = passageHeading(w, file, x.Kind, x.When, x.Field)
			}
			if n := len(v.Parts); n == 0 || v.Parts[n-1].Heading != h {
				v.Parts = append(v.Parts, copyPart{Heading: h})
			}
			part := &v.Parts[len(v.Parts)-1]
			part.Lines = append(part.Lines, line)
		}
		if len(order) > 0 {
			part := copyPart{Heading: w.T("insight.copy.also")}
			for _, why := range order {
				part.Lines = append(part.Lines, copyLine{Out: true, Text: why})
			}
			v.Parts = append(v.Parts, part)
		}
	}
	v.Frame = q.Frame(v.Heading)
	return q.Render(copyPage, v)
}

func leftOut(w *lang.Words, x cases.CopyItem) string {
	why := w.T("insight.copy.held")
	if !x.Held {
		why = w.T("insight.provision." + x.Reason)
		if x.Words != "" {
			why += ". " + x.Words
		}
	}
	if x.Silent {
		return w.T("insight.copy.silent", "why", why)
	}
	return w.T("insight.copy.out", "why", why)
}

// letter is the answer in words: what was asked, what is given, why not, how to
// complain, and what the receiver may use it for (forvaltningsloven § 13 b second
// paragraph).
func letter(w *lang.Words, c cases.Copy) (all []string) {
	all = append(all, w.T("insight.letter.asked", "who", c.Asked.Text["from"], "date", w.Date(c.Insight.Received), "basis", w.T("insight.basis."+c.Insight.Basis)))
	if s := c.Asked.Text["text"]; s != "" {
		all = append(all, w.T("insight.letter.about", "text", s))
	}
	all = append(all, w.T("insight.letter."+c.Insight.Outcome, "date", w.Date(tilhor.DateOf(c.Decision.When.At, lang.Oslo)), "who", c.Decision.Name))
	if s := c.Decision.Text["provision"]; s != "" {
		all = append(all, w.T("insight.letter.provision", "provision", w.T("insight.provision."+s)))
	}
	for _, k := range []string{"reason", "complain"} {
		if s := c.Decision.Text[k]; s != "" {
			all = append(all, s)
		}
	}
	return append(all, w.T("insight.letter.use"))
}
