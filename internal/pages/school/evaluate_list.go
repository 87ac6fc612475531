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

var evaluatePage = page("evaluate_list")

type evaluateData struct {
	stage
	Form        *web.Form
	Answer, Way web.Field
	Words, Why  web.Field
	Effects     []effectForm
	Saw, Best   web.Field
	Then, Next  web.Field
	Date, Clock web.Field
	Asks        bool // there is a plan, and the track is open: the form stands here
	Empty       web.Empty
	EmptyHref   string
	EmptyLink   string
	Earlier     []evaluationShown
	NotNow      *web.Note
	Repeated    *web.Note // the same without effect, twice
}

type effectForm struct {
	IDName, ID, Legend, What, Done string
	Helped, Then, Note             web.Field
}

type evaluationShown struct {
	When, By string
	State    web.State
	Quote    *web.Quote
	Facts    web.Facts
}

// evaluations asks the pupil first: nothing else on the page comes before the
// answer. The act asks for an evaluation by the date of the plan (§ 12-4 third
// paragraph, letter e).
func (p *Pages) evaluations(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	prefillToday(q, f, "at")
	return p.showEvaluations(q, http.StatusOK, f)
}

func (p *Pages) evaluate(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	e := cases.Evaluation{
		At: readWhen(f, "at", q.Now), Way: f.Get("way"), Answer: f.Get("answer"), Words: f.Get("words"), Why: f.Get("why"),
		Saw: f.Get("saw"), Best: f.Get("best"), Then: f.Get("then"),
	}
	if e.Then != cases.Finish {
		e.Next = f.Day("next")
	}
	for i := 1; f.Has(effectField(i, "id")) && i <= maxRows; i++ {
		at := func(k string) string { return effectField(i, k) }
		e.Effects = append(e.Effects, cases.Effect{Measure: tilhor.MeasureID(f.Line(at("id"))), Helped: f.Get(at("helped")), Then: f.Get(at("then")), Note: f.Get(at("note"))})
	}
	to := "/saker/" + q.Path("spor")
	switch e.Then {
	case cases.Change:
		to += "/plan?gjort=evaluated"
	case cases.Finish:
		to += "/avslutning?gjort=evaluated"
	default:
		to += "/evalueringer?gjort=evaluated"
	}
	return q.Answer(f, func() (string, error) { return to, p.Cases.Evaluate(q.Context(), q.Actor, q.Path("spor"), e) },
		func(code int, f *web.Form) error { return p.showEvaluations(q, code, f) })
}

// The fields of what became of a measure are e1-helped, e1-then, e1-note.
func effectField(n int, field string) string { return "e" + strconv.Itoa(n) + "-" + field }

func (p *Pages) showEvaluations(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "evaluations")
	if err != nil {
		return err
	}
	d := evaluateData{Form: f, Asks: file.Current() != nil && !file.Over()}
	switch {
	case d.Asks:
		d.stage = p.stage(q, file, stageEvaluate, "evaluate", "title")
		d.faulty(f.Faults)
		d.quote()
		d.ask(q, f)
	case file.Over():
		d.stage = p.stage(q, file, stageEvaluate, "evaluate", "title.closed")
		d.Empty = web.Empty{Title: d.Cap("closed"), Text: d.Cap("closed.text")}
		d.EmptyHref, d.EmptyLink = path(file.Track, "etterkontroll"), d.Say("closed.do")
	default:
		d.stage = p.stage(q, file, stageEvaluate, "evaluate", "title.none")
		d.Empty = web.Empty{Title: d.Say("none"), Text: d.Cap("none.text")}
		d.EmptyHref, d.EmptyLink = path(file.Track, stagePlan), d.Say("none.do")
	}
	for _, r := range file.Of(cases.Evaluated) {
		d.Earlier = append(d.Earlier, d.shown(r))
	}
	slices.Reverse(d.Earlier)
	return q.RenderStatus(code, evaluatePage, d)
}

func (d *evaluateData) ask(q *web.Req, f *web.Form) {
	a := asker{d.say, f}
	d.Answer = row(a.choice("answer", cases.SafeNow, cases.NotSafe, cases.NoAnswer))
	d.Words, d.Way, d.Why = rows(4, a.field("words")), row(a.choice("way", cases.Ways...)), a.free("why")
	d.Date, d.Clock = a.when("at")
	for i, m := range d.File.InForce() {
		n := i + 1
		at := func(k string) string { return effectField(n, k) }
		x := effectForm{IDName: at("id"), ID: string(m.ID), Legend: d.W.T("stage.plan.measure", "n", n), What: m.What, Done: d.ticks(m)}
		x.Helped = row(a.choiceAs(at("helped"), "helped", "yes", "partly", "no", "unknown"))
		x.Note = rows(2, a.freeAs(at("note"), "note"))
		x.Then = row(a.choiceAs(at("then"), "measure-then", cases.GoOn, cases.Change, cases.Finish))
		d.Effects = append(d.Effects, x)
	}
	d.Saw, d.Best = rows(3, a.field("saw")), rows(3, a.field("best"))
	d.Then = a.choice("then", cases.GoOn, cases.Change, cases.Finish)
	d.Next = a.date("next")
	d.Next.Required = false
	last := d.File.Last(cases.Evaluated, cases.Checked)
	if last != nil && last.Answer != cases.SafeNow || f.Get("then") == cases.Finish && f.Get("answer") != "" && f.Get("answer") != cases.SafeNow {
		d.NotNow = &web.Note{Color: "info", Title: d.Cap("not-now"), Text: d.Cap("not-now.text")}
	}
	if d.repeated() {
		d.Repeated = &web.Note{Color: "warning", Title: d.Say("repeated"), Text: d.Say("repeated.text")}
	}
}

// ticks says how often a measure was carried out: «gjort 8 av 9 ganger».
func (d *evaluateData) ticks(m cases.Measure) string {
	done, all := 0, 0
	for _, r := range d.File.Of(cases.Ticked) {
		if r.Ref == string(m.ID) {
			all++
			if r.Answer == "done" {
				done++
			}
		}
	}
	who := m.Name
	if all == 0 {
		return d.Say("ticks.none", "who", who)
	}
	return d.Say("ticks", "who", who, "done", done, "n", all)
}

// repeated says whether a measure was found without effect and went on as it
// was, twice: then help from outside the school is worth a question.
func (d *evaluateData) repeated() bool {
	bad := 0
	for _, r := range d.File.Of(cases.Evaluated) {
		if slices.ContainsFunc(r.Effects(), func(e cases.Effect) bool { return e.Helped == "no" }) {
			bad++
		}
	}
	return bad >= 2
}

var answerState = map[string]web.StateName{cases.SafeNow: web.OK, cases.NotSafe: web.Now, cases.NoAnswer: web.Wait}

func (d *evaluateData) shown(r cases.Record) evaluationShown {
	x := evaluationShown{When: d.W.Moment(r.When), By: byRole(d.W, r.Name, r.Role), State: web.State{Name: answerState[r.Answer], Word: d.Cap("answer." + r.Answer)}}
	if r.Text["words"] != "" {
		x.Quote = &web.Quote{Text: r.Text["words"]}
	}
	add := func(term, text string) {
		if text != "" {
			x.Facts.Items = append(x.Facts.Items, web.Fact{Term: term, Text: text})
		}
	}
	add(d.Cap("way"), wayText(d.say, r.Text["way"]))
	add(d.Cap("why"), r.Text["why"])
	add(d.Cap("saw"), r.Text["saw"])
	add(d.Cap("best"), r.Text["best"])
	for _, e := range r.Effects() {
		if m, known := d.measure(e.Measure); known {
			text := d.Cap("helped."+e.Helped) + ". " + d.Cap("measure-then."+e.Then) + "."
			if e.Note != "" {
				text += "\n" + e.Note
			}
			add(m.What, text)
		}
	}
	if r.Ref != "" {
		add(d.Say("then-was"), d.Cap("then."+r.Ref))
	}
	if r.On != "" {
		add(d.Say("next-was"), lang.Cap(d.W.Day(r.On)))
	}
	return x
}

func wayText(s say, way string) string {
	if way == "" {
		return ""
	}
	return s.w.T("stage.evaluate.way."+way, "name", s.name)
}

// measure is a measure of any version.
func (d *evaluateData) measure(id tilhor.MeasureID) (cases.Measure, bool) {
	for _, p := range d.File.Plans {
		for _, m := range p.Measures {
			if m.ID == id {
				return m, true
			}
		}
	}
	return cases.Measure{}, false
}
