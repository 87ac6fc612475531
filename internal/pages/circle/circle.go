package circle

import (
	"net/http"

	"tilhor"
	"tilhor/internal/circles"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// What the forms of a group's page do.
const (
	doAgree  = "avtaler"
	doAccept = "bruk"
	doPlan   = "plan"
	doRemove = "fjern"
	doShare  = "del"
)

type circleView struct {
	web.Frame
	Back     web.Back
	Line     string
	Faults   *web.Summary
	Done     *web.Note
	Note     web.Note
	By       string
	Agreed   []string
	Next     string
	Before   *version
	Proposed []version
	Change   string
	Plans    []planRow
	Agree    form
	Plan     form
	Share    *form
	Shared   string
	Agenda   []string
	Headline string
}

// A planRow is something that is planned, with the form that takes it away.
type planRow struct {
	Text   string
	By     string
	Kit    *kit
	Remove *form
}

// A version is agreements that do not hold: those before, or what somebody proposes.
type version struct {
	Line           string
	Agreed         []string
	Accept, Remove *form
}

// A form is one of those on the page.
type form struct {
	Form      *web.Form
	Action    string
	Do        string
	Value     string // of the line it is about
	Open      bool
	Questions []question
	Button    web.Button
}

func (p *Pages) circle(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showCircle(q, http.StatusOK, f)
}

func (p *Pages) showCircle(q *web.Req, code int, f *web.Form) error {
	c, err := p.Circles.See(q.Context(), q.Actor, q.Path("gruppe"))
	if err != nil {
		return err
	}
	w := q.T
	v := circleView{
		Frame: frame(q, w.T("circles.one.title", "name", Named(w, c.Unit)), c.SchoolName == ""), Back: web.Back{Href: path, Text: w.T("circles.back")}, Line: c.SchoolName,
		Faults: web.SummaryOf(w, f.Faults), Done: done(q), Note: note(w), Agreed: Lines(w, c.Agreed), Agenda: numbered(w, "circles.agenda"),
		Headline: w.T("circles.one.agreed", "date", w.DayMonth(c.AgreedOn)),
	}
	v.Faulty = code == http.StatusUnprocessableEntity
	if c.Agreed.Next != "" {
		v.Next = w.T("circles.one.next", "date", w.Day(c.Agreed.Next))
		if c.Agreed.Where != "" {
			v.Next = w.T("circles.one.next-where", "date", w.Day(c.Agreed.Next), "where", c.Agreed.Where)
		}
	}
	of := func(do string) *web.Form {
		if f.Get("do") == do {
			return f
		}
		return web.NewForm()
	}
	press := func(do, line, text, kind string) *form {
		return &form{Form: web.NewForm(), Action: q.R.URL.Path, Do: do, Value: line, Button: web.Button{Text: text, Kind: kind}}
	}
	for _, x := range c.Plans {
		row := planRow{By: by(w, x.Said, "", c)}
		if x.Mine {
			row.Remove = press(doRemove, x.ID, w.T("circles.remove"), "tertiary")
		}
		if row.Text = w.T("circles." + x.Part); x.What != "" {
			row.Text += ": " + x.What
		}
		if circles.Kits[x.Kit] != nil {
			k := kitOf(w, x.Kit)
			row.Kit = &k
		}
		if x.On != "" {
			row.Text = w.Date(x.On) + ". " + row.Text
		}
		v.Plans = append(v.Plans, row)
	}
	if x := c.Before; x != nil {
		v.Before = &version{Line: by(w, x.Said, x.On, c), Agreed: Lines(w, x.Agreed)}
	}
	for _, x := range c.Proposals {
		p := version{Line: by(w, x.Said, x.On, c), Agreed: Lines(w, x.Agreed)}
		if c.Mine {
			p.Accept = press(doAccept, x.ID, w.T("circles.accept"), "secondary")
		}
		if c.Mine || x.Mine {
			p.Remove = press(doRemove, x.ID, w.T("circles.remove"), "tertiary")
		}
		v.Proposed = append(v.Proposed, p)
	}
	v.By, v.Change = by(w, c.Said, "", c), w.T("circles.one.change")
	v.Agree = form{Form: of(doAgree), Action: q.R.URL.Path, Do: doAgree, Button: web.Button{Text: w.T("circles.one.do"), Kind: "secondary"}}
	if !c.Mine {
		v.Change, v.Agree.Button.Text = w.T("circles.propose"), w.T("circles.propose.do")
	}
	v.Agree.Open = v.Agree.Form == f && v.Faulty
	if !v.Agree.Open {
		fillAgreed(w, v.Agree.Form, c.Agreed)
	}
	v.Agree.Questions = agreeing(w, v.Agree.Form)
	v.Plan = form{Form: of(doPlan), Action: q.R.URL.Path, Do: doPlan, Questions: planning(w, of(doPlan)), Button: web.Button{Text: w.T("circles.plan.do")}}
	if c.Mine {
		yes := map[bool]string{true: "no", false: "yes"}[c.Shared]
		v.Share = press(doShare, yes, w.T("circles.share."+yes), "secondary")
	}
	v.Shared = w.T("circles.shared." + map[bool]string{true: "yes", false: "no"}[c.Shared])
	return q.RenderStatus(code, circlePage, v)
}

// by is who wrote something, and when: a name, or «a parent» for who is not named. Nobody
// is named where no school is: somebody may look over the shoulder.
func by(w *lang.Words, s circles.Said, on tilhor.Date, c circles.Circle) string {
	who := s.By
	if who == "" {
		who = w.T("circles.by.parent")
	}
	if on != "" {
		return w.T("circles.by.on", "who", who, "date", w.Date(on))
	}
	if c.SchoolName == "" {
		return ""
	}
	return w.T("circles.by", "who", who)
}

// fillAgreed puts in what stands, to be changed.
func fillAgreed(w *lang.Words, f *web.Form, a circles.Agreed) {
	f.Set("choices", a.Choices...)
	f.Set("words", a.Words)
	f.Set("where", a.Where)
	if a.Next != "" {
		f.Set("next", w.Date(a.Next))
	}
}

// planning are the questions of something that is planned. Their names differ from
// those of the agreements: both stand on one page.
func planning(w *lang.Words, f *web.Form) []question {
	part := f.Field(w, "part", w.T("circles.plan.part"))
	for _, x := range []string{circles.Activity, circles.Meeting} {
		part.Options = append(part.Options, web.Option{Value: x, Label: w.T("circles." + x), Checked: f.Ticked("part", x)})
	}
	what, on := f.Field(w, "what", w.T("circles.plan.what")), f.Field(w, "on", w.T("circles.plan.on"))
	what.Help, what.Rows, on.Help = w.T("circles.plan.what-help"), 3, w.T("form.date-help")
	ready := f.Field(w, "kit", w.T("circles.plan.kit"))
	ready.Help, ready.Mark = w.T("circles.plan.kit-help"), w.T("form.optional")
	ready.Options = []web.Option{{Label: w.T("form.choose")}}
	for _, k := range circles.KitNames {
		ready.Options = append(ready.Options, web.Option{Value: k, Label: w.T("circles.kit." + k), Checked: f.Ticked("kit", k)})
	}
	all := []question{{Kind: "radios", F: part}, {Kind: "select", F: ready}, {Kind: "area", F: what}, {Kind: "date", F: on}, nameMe(w, f, "named-plan")}
	return append(all, noPupil(w, f)...)
}

func (p *Pages) write(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, ctx := q.Path("gruppe"), q.Context()
	if _, err := p.Circles.See(ctx, q.Actor, slug); err != nil {
		return err
	}
	to := func(done string) string { return path + "/" + slug + "?gjort=" + done }
	again := func(code int, f *web.Form) error { return p.showCircle(q, code, f) }
	switch f.Get("do") {
	case doRemove:
		return q.Answer(f, func() (string, error) { return to("borte"), p.Circles.Remove(ctx, q.Actor, slug, f.Get("line")) }, again)
	case doAccept:
		return q.Answer(f, func() (string, error) { return to("avtalt"), p.Circles.Accept(ctx, q.Actor, slug, f.Get("line")) }, again)
	case doShare:
		yes := f.Get("line") == "yes"
		return q.Answer(f, func() (string, error) {
			return to(map[bool]string{true: "delt", false: "ikke-delt"}[yes]), p.Circles.Share(ctx, q.Actor, slug, yes)
		}, again)
	case doPlan:
		x := circles.Plan{Part: f.Get("part"), What: f.Get("what"), Kit: f.Get("kit"), On: f.Day("on"), Named: f.Ticked("named-plan", "yes"), NoPupil: f.Ticked("no-pupil", "yes")}
		return q.Answer(f, func() (string, error) { return to("plan"), p.Circles.Add(ctx, q.Actor, slug, x) }, again)
	}
	f.Set("do", doAgree)
	a := agreedOf(f)
	return q.Answer(f, func() (string, error) {
		only, err := p.Circles.Agree(ctx, q.Actor, slug, a)
		return to(map[bool]string{true: "foreslatt", false: "avtalt"}[only]), err
	}, again)
}
