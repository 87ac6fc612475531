package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

var endPage = page("end_close")

// What the page can be asked to do.
const (
	endClose = "avslutt"
	endStep  = "trapp-ned"
)

type endData struct {
	stage
	Gate                 web.Gate
	Close                *closeForm
	Step                 *stepForm
	Ended                *endedShown
	Next                 bool // what is needed, and where to go on
	Why                  *web.Note
	Rektor               bool // the reader does not decide
	Plan, Evaluate, Open string
	Siblings             bool
	AskFirst             bool // the pupil is asked before the plan is changed
}

type closeForm struct {
	Form                   *web.Form
	Words, Weight, CheckOn web.Field
}

type stepForm struct {
	Form              *web.Form
	Open              bool
	View, Way, Reason web.Field
	Recheck, Told     web.Field
}

// An endedShown is a track that is closed, or stepped down.
type endedShown struct {
	Facts       web.Facts
	Check       string // the way to the after-check
	CheckText   string
	SteppedDown bool
}

// end closes a track on the pupil's own word, and on nothing else: a case is
// never closed because the school found nothing (§ 12-4).
func (p *Pages) end(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showEnd(q, http.StatusOK, f)
}

func (p *Pages) writeEnd(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, act := q.Path("spor"), func() error { return nil }
	switch f.Get("do") {
	case endClose:
		e := cases.Ending{Words: f.Get("words"), Weight: f.Get("weight"), CheckOn: f.Day("check")}
		act = func() error { return p.Cases.Close(q.Context(), q.Actor, slug, e) }
	case endStep:
		s := cases.Step{View: f.Get("view"), Way: f.Get("way"), Reason: f.Get("reason"), Recheck: f.Day("recheck"), Told: f.Ticked("told", "yes")}
		act = func() error { return p.Cases.StepDown(q.Context(), q.Actor, slug, s) }
	default:
		f.Faults.Add(true, "gate", "stage.fault.do")
	}
	to := "/saker/" + slug + "/" + stageEnd + "?gjort=" + f.Get("do")
	return q.Answer(f, func() (string, error) { return to, act() }, func(code int, f *web.Form) error { return p.showEnd(q, code, f) })
}

func (p *Pages) showEnd(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "end")
	if err != nil {
		return err
	}
	safe := gateOpen(file, duty.GateClosing)
	d := endData{stage: p.stage(q, file, stageEnd, "end", endTitle(file, safe)), Rektor: !file.Lead, Siblings: file.Siblings > 0}
	if !(safe && file.Lead) && f.Get("do") == endClose { // there is no form to close with: the gate says why
		for i := range f.Faults {
			f.Faults[i].Field = "gate"
		}
	}
	d.faulty(f.Faults)
	d.quote()
	d.Plan, d.Evaluate, d.Open = path(file.Track, stagePlan), path(file.Track, stageEvaluate), path(file.Track, "apne")
	if file.State != cases.Open {
		d.ended(q)
	}
	if file.Over() {
		return q.RenderStatus(code, endPage, d)
	}
	d.gate(safe)
	all := forms(f, endClose, endStep)
	switch {
	case safe && file.Lead:
		d.Close = d.closing(all[endClose])
	case !safe:
		d.Next = true
		last := file.Last(cases.Evaluated, cases.Checked)
		d.AskFirst = file.Current() != nil && (last == nil || last.Answer != cases.NotSafe)
		d.Why = &web.Note{Color: "info", Title: d.Cap("counts"), Text: d.Cap("counts.text")}
		if file.Lead && file.State == cases.Open {
			d.Step = d.stepping(all[endStep], f.Get("do") == endStep)
		}
	}
	return q.RenderStatus(code, endPage, d)
}

// endTitle is what the pupil says, in one line.
func endTitle(f cases.File, safe bool) string {
	r := f.Last(cases.Evaluated, cases.Checked)
	switch {
	case f.State == cases.Left:
		return "title.left"
	case f.State == cases.Closed:
		return "title.closed"
	case safe:
		return "title.safe"
	case f.State == cases.SteppedDown:
		return "title.stepped"
	case r != nil && r.Answer == cases.NotSafe:
		return "title.not-safe"
	}
	return "title.not-said"
}

// gate is what closing takes. Only the first is of the act.
func (d *endData) gate(safe bool) {
	own := web.GateItem{OK: safe, Text: d.Cap("gate.own")}
	r := d.File.Last(cases.Evaluated, cases.Checked)
	switch {
	case safe && r != nil:
		own.Small = d.W.Moment(r.When)
	case !safe:
		own.Text, own.Href, own.Link = d.Cap("gate.own-not"), d.Evaluate, d.Cap("gate.own.do")
		if r != nil && r.Answer == cases.NotSafe {
			own.Small = d.Say("gate.own.no", "when", d.W.Moment(r.When))
		}
	}
	evaluated := web.GateItem{OK: d.File.Last(cases.Evaluated) != nil, Text: d.Cap("gate.evaluated")}
	if e := d.File.Last(cases.Evaluated); e != nil {
		evaluated.Small = d.W.Moment(e.When)
	} else {
		evaluated.Text, evaluated.Href, evaluated.Link = d.Cap("gate.evaluated-not"), d.Evaluate, d.Say("gate.evaluated.do")
	}
	d.Gate = web.Gate{W: d.W, Items: []web.GateItem{own, evaluated}}
	if safe {
		d.Gate.Rest = d.Say("gate.rest")
		if d.Rektor {
			d.Gate.Rest = d.Say("gate.rektor")
		}
	}
}

func (d *endData) closing(f *web.Form) *closeForm {
	if r := d.File.Last(cases.Evaluated, cases.Checked); r != nil { // what the pupil said when asked
		prefill(f, "words", r.Text["words"])
	}
	a := asker{d.say, f}
	return &closeForm{Form: f, Words: rows(3, a.field("words")), Weight: rows(2, a.free("weight")), CheckOn: d.window(a.date("check"))}
}

func (d *endData) stepping(f *web.Form, open bool) *stepForm {
	a := asker{d.say, f}
	s := &stepForm{Form: f, Open: open, View: rows(3, a.field("view")), Way: a.choice("way", cases.Ways...), Reason: rows(3, a.field("reason")), Recheck: d.window(a.date("recheck"))}
	s.Told = web.Field{Name: "told", Error: a.field("told").Error, Options: []web.Option{{Value: "yes", Label: a.Cap("told"), Help: a.maybe("told.help"), Checked: f.Ticked("told", "yes")}}}
	return s
}

// window says which days are four to eight weeks on.
func (d *endData) window(f web.Field) web.Field {
	f.Help = d.Say("check.help", "from", d.W.DayMonth(d.from()), "until", d.W.Date(d.from().Add(28)))
	return f
}

func (d *endData) from() tilhor.Date { return d.now.Add(28) }

// ended tells how it ended, and when the pupil is asked again.
func (d *endData) ended(q *web.Req) {
	x := &endedShown{SteppedDown: d.File.State == cases.SteppedDown}
	add := func(term, text string) {
		if text != "" {
			x.Facts.Items = append(x.Facts.Items, web.Fact{Term: d.Cap(term), Text: text})
		}
	}
	if r := d.File.Last(cases.Ended, cases.SteppedDownK); r != nil {
		add("ended.when", q.T.Moment(r.When))
		add("ended.by", byRole(q.T, r.Name, r.Role))
		add("view", r.Text["view"])
		add("reason", r.Text["reason"])
		add("weight", r.Text["weight"])
	}
	if d.File.CheckOn != "" {
		add("ended.check", lang.Cap(q.T.Day(d.File.CheckOn)))
		x.Check, x.CheckText = path(d.File.Track, "etterkontroll"), d.Say("to-check")
	}
	d.Ended = x
}

var checkPage = page("end_check")

type checkData struct {
	stage
	Form         *web.Form
	Way, Answer  web.Field
	Words, Next  web.Field
	Date, Clock  web.Field
	Asks         bool
	Due, Closing string
	Empty        web.Empty
}

// askedAgain is the after-check of a closed track, or the re-check of one that
// was stepped down: the pupil is asked again.
func (p *Pages) askedAgain(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	prefillToday(q, f, "at")
	return p.showCheck(q, http.StatusOK, f)
}

func (p *Pages) askAgain(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	a := cases.Asking{At: readWhen(f, "at", q.Now), Way: f.Get("way"), Answer: f.Get("answer"), Words: f.Get("words"), Next: f.Day("next")}
	to := "/saker/" + q.Path("spor") + "/" + stageEnd + "?gjort=checked"
	if a.Answer == cases.NotSafe {
		to = "/saker/" + q.Path("spor") + "/plan?gjort=reopened"
	}
	return q.Answer(f, func() (string, error) { return to, p.Cases.AskAgain(q.Context(), q.Actor, q.Path("spor"), a) },
		func(code int, f *web.Form) error { return p.showCheck(q, code, f) })
}

func (p *Pages) showCheck(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "check")
	if err != nil {
		return err
	}
	d := checkData{Form: f, Asks: file.CheckOn != "", Closing: path(file.Track, stageEnd)}
	title := "title"
	if !d.Asks {
		title = "title.none"
	}
	d.stage = p.stage(q, file, stageEnd, "check", title)
	d.Head.Back = web.Back{Href: path(file.Track, stageEnd), Text: q.T.T("school.stage." + stageEnd)}
	d.faulty(f.Faults)
	if !d.Asks {
		d.Empty = web.Empty{Title: d.Say("none"), Text: d.Cap("none.text")}
		return q.RenderStatus(code, checkPage, d)
	}
	d.quote()
	d.Due = d.Say("due", "date", q.T.Day(file.CheckOn))
	a := asker{d.say, f}
	d.Answer, d.Words, d.Way = row(a.choice("answer", cases.SafeNow, cases.NotSafe, cases.NoAnswer)), rows(4, a.field("words")), row(a.choice("way", cases.Ways...))
	d.Date, d.Clock = a.when("at")
	d.Next = a.date("next")
	d.Next.Required = false
	return q.RenderStatus(code, checkPage, d)
}
