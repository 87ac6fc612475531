package school

import (
	"net/http"
	"slices"
	"strconv"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

var decisionsPage = page("life_decisions")

// What the page can be asked to do, by its address and by its form.
const (
	decideNotice = "varsel"
	decideHear   = "hort"
	decideMake   = "bestem"
	decideGot    = "mottatt"
	decideAppeal = "klage"
	decideSend   = "sendt"
	decideOwn    = "egen"  // a case of its own, for an alleged child
	decideOver   = "slutt" // such a case ends
)

type decisionsData struct {
	stage
	Lead  string
	Warn  *web.Note
	Shown []decisionShown
	Empty web.Empty
	Gate  *web.Gate
	Ask   *decisionForm
	Do    []web.Button // what else can be done, each on a page of its own
	Form  *web.Form
	Own   []ownCase // alleged children a case of their own can be opened for
	Over  bool      // the case can be ended
}

// An ownCase is an alleged child of the track, whose decisions stand in its own.
type ownCase struct{ Code, Do string }

type decisionShown struct {
	Title   string
	State   web.State
	Facts   web.Facts
	Letters []web.Button
}

type decisionForm struct {
	Form      *web.Form
	Do, ID    string
	Title     string
	Text      string
	Questions []question
	Button    string
}

// decisions are the individual decisions about the pupil (§§ 13-1, 13-2), and
// the next step of the one that is not finished.
func (p *Pages) decisions(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	prefillToday(q, f, "at")
	return p.showDecisions(q, http.StatusOK, f)
}

func (p *Pages) doDecisions(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	ctx, slug, id := q.Context(), q.Path("spor"), tilhor.RecordID(f.Line("id"))
	act := func() error { return nil }
	switch f.Get("do") {
	case decideNotice:
		n := cases.Notice{About: duty.About(f.Get("about")), At: readWhen(f, "at", q.Now), Older: f.Choice("older", "life.fault.older", "yes", "no") == "yes", Grounds: f.Get("grounds"), Reply: f.Day("reply"), Told: f.Ticked("noticed", "yes")}
		act = func() error { return p.Cases.Notify(ctx, q.Actor, slug, n) }
	case decideHear:
		s := cases.Say{Decision: id, Party: f.Get("party"), At: readWhen(f, "at", q.Now), Silent: f.Ticked("silent", "yes"), Words: f.Get("words")}
		act = func() error { return p.Cases.HearParty(ctx, q.Actor, slug, s) }
	case decideMake:
		days, err := strconv.Atoi(f.Line("days"))
		f.Faults.Add(f.Line("days") != "" && err != nil, "days", "life.fault.days")
		r := cases.Resolution{
			Decision: id, Imposed: f.Choice("outcome", "life.fault.outcome", cases.Imposed, cases.Dropped) == cases.Imposed, Facts: f.Get("facts"), Tried: f.Get("tried"), Best: f.Get("best"),
			Reasons: f.Get("reasons"), From: f.Day("from"), Where: f.Line("where"), Who: f.Line("decided-by"), Grade: f.Get("grade"), Days: days, Before: f.Ticked("before", "yes"),
		}
		act = func() error { return p.Cases.Decide(ctx, q.Actor, slug, r) }
	case decideGot:
		at := readWhen(f, "at", q.Now)
		act = func() error { return p.Cases.Receive(ctx, q.Actor, slug, id, f.Get("party"), at) }
	case decideAppeal:
		a := cases.Appeal{Decision: id, Party: f.Get("party"), At: readWhen(f, "at", q.Now), Words: f.Get("words")}
		act = func() error { return p.Cases.Appeal(ctx, q.Actor, slug, a) }
	case decideSend:
		act = func() error { return p.Cases.SendOn(ctx, q.Actor, slug, id, f.Line("sent-to")) }
	case decideOwn:
		return q.Answer(f, func() (string, error) {
			t, err := p.Cases.BeginDecision(ctx, q.Actor, slug, f.Line("child"))
			return path(t, "vedtak") + "?gjort=" + decideOwn, err
		}, func(code int, f *web.Form) error { return p.showDecisions(q, code, f) })
	case decideOver:
		act = func() error { return p.Cases.EndDecision(ctx, q.Actor, slug) }
	default:
		f.Faults.Add(true, "gate", "stage.fault.do")
	}
	to := "/saker/" + slug + "/vedtak?gjort=" + f.Get("do")
	return q.Answer(f, func() (string, error) { return to, act() }, func(code int, f *web.Form) error { return p.showDecisions(q, code, f) })
}

func (p *Pages) showDecisions(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "decisions")
	if err != nil {
		return err
	}
	all := file.Decisions()
	current, step := stepOf(all, file.Lead)
	if s := q.Query("steg"); q.R.Method == "GET" && slices.Contains([]string{decideNotice, decideHear, decideMake, decideGot, decideAppeal, decideSend}, s) {
		step = s
		for i := range all {
			if string(all[i].ID) == q.Query("id") {
				current = &all[i]
			}
		}
	}
	if do := f.Get("do"); q.R.Method != "GET" && do != "" && do != decideOwn && do != decideOver {
		step = f.Get("do")
		for i := range all {
			if string(all[i].ID) == f.Line("id") {
				current = &all[i]
			}
		}
	}
	d := decisionsData{}
	title := "title.none"
	if len(all) > 0 {
		title = "title." + stateOf(all[len(all)-1])
	}
	d.stage = p.stage(q, file, "", "decision", title)
	d.Head.Back = backTo(q, d.Head)
	d.faulty(f.Faults)
	d.Warn, d.Form = &web.Note{Color: "info", Title: d.Cap("own"), Text: d.Cap("own.text")}, f
	if file.Lead && !file.Over() {
		d.Over = file.AboutDecisions()
		for _, c := range file.Children {
			if c.Role == "alleged" && c.Name != "" {
				d.Own = append(d.Own, ownCase{c.Code, d.Say("own-case.do", "who", c.Name)})
			}
		}
	}
	if len(all) == 0 {
		d.Empty = web.Empty{Title: d.Cap("none"), Text: d.Cap("none.text")}
	}
	for _, x := range slices.Backward(all) {
		d.Shown = append(d.Shown, d.shown(file, x))
	}
	d.ask(f, file, current, step)
	d.others(file, all, current, step)
	return q.RenderStatus(code, decisionsPage, d)
}

// stepOf is the decision that waits for something, and what.
func stepOf(all []cases.Decision, lead bool) (*cases.Decision, string) {
	for i := range slices.Backward(all) {
		x := &all[i]
		switch {
		case x.Made == nil && len(x.Lacks()) > 0:
			return x, decideHear
		case x.Made == nil && lead:
			return x, decideMake
		case x.Made == nil:
			return x, ""
		case len(x.Waits()) > 0:
			return x, decideGot
		case len(x.Appeals) > len(x.Sent) && lead:
			return x, decideSend
		}
	}
	return nil, ""
}

// stateOf is how far a decision has come, a key of the texts.
func stateOf(x cases.Decision) string {
	switch {
	case x.Made == nil:
		return "notice"
	case x.Made.Answer == cases.Dropped:
		return "dropped"
	case len(x.Appeals) > len(x.Sent):
		return "appealed"
	case len(x.Waits()) > 0:
		return "made"
	case len(x.Sent) > 0:
		return "sent"
	}
	return "received"
}

func (d *decisionsData) shown(file cases.File, x cases.Decision) decisionShown {
	w := d.W
	s := decisionShown{Title: d.Cap("about." + string(x.About)), State: web.State{Name: web.Now, Word: d.Cap("state." + stateOf(x))}}
	if st := stateOf(x); st == "received" || st == "sent" || st == "dropped" {
		s.State.Name = web.OK
	}
	add := func(term, text string) {
		if text != "" {
			s.Facts.Items = append(s.Facts.Items, web.Fact{Term: d.Cap(term), Text: text})
		}
	}
	add("law", d.Say("law."+string(x.About)))
	add("noticed", w.Moment(x.Notice.When))
	add("grounds", x.Notice.Text["grounds"])
	add("reply", lang.Cap(w.Day(x.Notice.On)))
	for _, r := range x.Heard {
		text := r.Text["words"]
		if text == "" {
			text = d.Cap("heard." + r.Answer)
		}
		who := cases.PartyPupil
		if r.Answer == cases.PartyParents || r.Answer == cases.NoReply {
			who = cases.PartyParents
		}
		add("says."+who, text)
	}
	if m := x.Made; m != nil {
		add("made", d.Cap("outcome."+m.Answer)+" "+w.Moment(m.When)+", "+byRole(w, m.Name, m.Role))
		for _, k := range []string{"facts", "tried", "best", "reasons", "where", "decided-by"} {
			add(k, m.Text[k])
		}
		if m.Answer == cases.Imposed {
			add("from", lang.Cap(w.Day(m.On)))
		}
		if m.Text["days"] != "" {
			add("length", d.length(m.Text["days"]))
		}
	}
	for _, r := range x.Received {
		add("received."+r.Answer, d.Say("received.until", "when", w.Moment(r.When), "date", w.Date(x.AppealBy(r.Answer))))
	}
	for _, r := range x.Appeals {
		text := lines(w.Moment(r.When), r.Text["words"])
		if r.Text["late"] != "" {
			text = lines(text, d.Cap("late"))
		}
		add("appeal."+r.Answer, text)
	}
	for _, r := range x.Sent {
		add("sent", lines(w.Moment(r.When), r.Text["to"]))
	}
	kinds := []string{decideNotice}
	if x.Made != nil && x.Made.Answer == cases.Imposed {
		kinds = append(kinds, "vedtak")
	}
	for _, k := range kinds {
		for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk, tilhor.English} {
			s.Letters = append(s.Letters, web.Button{Text: d.Say("letter."+k, "lang", w.T("lang."+string(l))), Href: path(file.Track, "vedtak", "brev") + "?id=" + string(x.ID) + "&type=" + k + "&sprak=" + string(l), Kind: "tertiary", Icon: "PrinterSmall"})
		}
	}
	return s
}

func (d *decisionsData) length(days string) string { return d.Say("length." + days) }

// ask is the form of the step at hand.
func (d *decisionsData) ask(f *web.Form, file cases.File, x *cases.Decision, step string) {
	if step == "" || (step == decideNotice || step == decideMake || step == decideSend) && !file.Lead || step != decideNotice && x == nil {
		return
	}
	a := asker{d.say, f}
	date, clock := a.when("at")
	at := question{Kind: "when", F: date, Clock: clock}
	box := func(name string) question {
		return question{Kind: "box", F: web.Field{Name: name, Error: a.field(name).Error, Options: []web.Option{{Value: "yes", Label: a.Cap(name + ".box"), Help: a.maybe(name + ".help"), Checked: f.Ticked(name, "yes")}}}}
	}
	v := &decisionForm{Form: f, Do: step, Title: d.Cap("do." + step), Text: d.say.maybe("do." + step + ".text"), Button: d.Cap("do." + step + ".button")}
	if x != nil && step != decideNotice {
		v.ID = string(x.ID)
	}
	switch step {
	case decideNotice:
		v.Questions = []question{
			{Kind: "radios", F: a.choice("about", string(duty.SchoolChange), string(duty.Expulsion))},
			{Kind: "area", F: rows(5, a.field("grounds"))},
			{Kind: "radios", F: row(a.choice("older", "yes", "no"))},
			at,
			{Kind: "date", F: a.date("reply")},
			box("noticed"),
		}
	case decideHear:
		v.Questions = []question{{Kind: "radios", F: row(a.choice("party", cases.PartyPupil, cases.PartyParents))}, at, {Kind: "area", F: rows(5, a.freeAs("words", "hear-words"))}, box("silent")}
	case decideMake:
		d.Gate = d.gate(*x)
		v.Questions = []question{
			{Kind: "radios", F: row(a.choice("outcome", cases.Imposed, cases.Dropped))},
			{Kind: "area", F: rows(4, a.field("facts"))},
			{Kind: "area", F: rows(4, a.field("tried"))},
			{Kind: "area", F: rows(4, a.field("best"))},
			{Kind: "area", F: rows(5, a.field("reasons"))},
			{Kind: "date", F: a.date("from")},
		}
		if x.About == duty.SchoolChange {
			v.Questions = append(v.Questions, question{Kind: "text", F: a.field("where")}, question{Kind: "text", F: a.field("decided-by")})
		} else {
			days := a.field("days")
			for _, n := range []string{"0", "1", "2", "3", "4", "5"} {
				days.Options = append(days.Options, web.Option{Value: n, Label: lang.Cap(d.length(n)), Checked: f.Get("days") == n})
			}
			v.Questions = append(v.Questions, question{Kind: "radios", F: row(a.choice("grade", cases.Grades...))}, question{Kind: "select", F: days}, box("before"))
		}
	case decideGot:
		v.Questions = []question{{Kind: "radios", F: row(a.choice("party", x.Waits()...))}, at}
	case decideAppeal:
		v.Questions = []question{{Kind: "radios", F: row(a.choice("party", x.Parties()...))}, at, {Kind: "area", F: rows(5, a.field("words"))}}
	case decideSend:
		v.Questions = []question{{Kind: "text", F: a.field("sent-to")}}
	}
	if step == decideHear {
		d.Gate = d.gate(*x)
	}
	d.Ask = v
}

// gate is what a decision takes, with where the law says so.
func (d *decisionsData) gate(x cases.Decision) *web.Gate {
	lacks := x.Lacks()
	items := []web.GateItem{{OK: true, Text: d.Cap("gate.notice"), Small: d.W.Moment(x.Notice.When)}}
	for _, k := range []string{"pupil", "parents"} {
		missing := slices.Contains(lacks, "life.lack."+k)
		item := web.GateItem{OK: !missing, Text: d.Cap("gate." + k)}
		if missing {
			item.Text = d.W.T("life.lack." + k)
		}
		items = append(items, item)
	}
	return &web.Gate{W: d.W, Items: items, Rest: d.Say("gate.rest")}
}

// others are the steps that are not the next one.
func (d *decisionsData) others(file cases.File, all []cases.Decision, current *cases.Decision, step string) {
	at := path(file.Track, "vedtak")
	add := func(step string, x *cases.Decision) {
		b := web.Button{Text: d.Cap("do." + step), Href: at + "?steg=" + step, Kind: "secondary"}
		if x != nil {
			b.Href += "&id=" + string(x.ID)
		}
		d.Do = append(d.Do, b)
	}
	for i := range all {
		x := &all[i]
		if x.Made != nil && x.Made.Answer == cases.Imposed && (step != decideAppeal || current == nil || current.ID != x.ID) {
			add(decideAppeal, x)
		}
		if x.Made == nil && step != decideHear {
			add(decideHear, x)
		}
	}
	if file.Lead && step != decideNotice && !file.Over() {
		add(decideNotice, nil)
	}
}

var letterPage = page("life_letter")

type letterData struct {
	stage
	Tongue      tilhor.Lang
	Heading     string
	Paragraphs  []letterPart
	Place, Sign string
}

type letterPart struct{ Title, Text string }

// letter is the notice, or the decision, as a letter in the language of the
// pupil's family. What people wrote stands as they wrote it.
func (p *Pages) letter(q *web.Req) error {
	file, err := p.see(q, "print")
	if err != nil {
		return locked(q, err)
	}
	var x *cases.Decision
	all := file.Decisions()
	for i := range all {
		if string(all[i].ID) == q.Query("id") {
			x = &all[i]
		}
	}
	l := tilhor.Lang(q.Query("sprak"))
	kind := q.Query("type")
	if x == nil || l != tilhor.Bokmal && l != tilhor.Nynorsk && l != tilhor.English || kind != decideNotice && (kind != "vedtak" || x.Made == nil || x.Made.Answer != cases.Imposed) {
		return tilhor.ErrNotFound
	}
	d := letterData{stage: p.stage(q, file, "", "decision", "letter.title"), Tongue: l}
	d.Head.Back = web.Back{Href: path(file.Track, "vedtak"), Text: d.Cap("letter.back")}
	in := say{lang.For(l), "letter", d.Head.Name}
	d.write(in, file, *x, kind)
	return q.RenderStatus(http.StatusOK, letterPage, d)
}

func (d *letterData) write(in say, file cases.File, x cases.Decision, kind string) {
	w := in.w
	about := string(x.About)
	add := func(key, text string) {
		if text != "" {
			d.Paragraphs = append(d.Paragraphs, letterPart{in.Cap(key), text})
		}
	}
	d.Place = w.Date(calendar.DateOf(x.Notice.When.Counts()))
	if kind == decideNotice {
		d.Heading = in.Cap("notice." + about)
		add("notice.what", in.Cap("notice."+about+".text"))
		add("grounds", x.Notice.Text["grounds"])
		add("notice.reply", in.Cap("notice.reply.text", "date", w.Date(x.Notice.On)))
		d.Sign = in.Cap("sign", "who", x.Notice.Name)
		return
	}
	m := x.Made
	d.Place = w.Date(calendar.DateOf(m.When.Counts()))
	d.Heading = in.Cap("made." + about)
	text := in.Cap("made."+about+".text", "where", m.Text["where"], "date", w.Date(m.On))
	if x.About == duty.Expulsion {
		text = in.Cap("made.expulsion.text", "length", in.Say("length."+m.Text["days"]), "date", w.Date(m.On))
	}
	add("made.what", text)
	add("facts", m.Text["facts"])
	for _, r := range x.Heard {
		if r.Text["words"] != "" && (r.Answer == cases.PartyPupil || r.Answer == cases.PartyParents) {
			add("says."+r.Answer, r.Text["words"])
		}
	}
	add("tried", m.Text["tried"])
	add("best", m.Text["best"])
	add("reasons", m.Text["reasons"])
	add("appeal", in.Cap("appeal.text"))
	add("access", in.Cap("access.text"))
	d.Sign = in.Cap("sign", "who", m.Name)
	if x.About == duty.SchoolChange {
		d.Sign = in.Cap("sign", "who", m.Text["decided-by"])
	}
}
