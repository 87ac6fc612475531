package school

import (
	"net/http"
	"strings"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

var takePage = page("take")

// A takeView is where rektor takes a stance on a concern (ta stilling): the
// words first, then what is done. Nothing is chosen beforehand.
type takeView struct {
	web.Frame
	Back    web.Back
	Line    string
	Heading string
	Faults  *web.Summary
	Form    *web.Form
	Action  string
	Quote   *web.Quote
	Saw     string
	SawBy   string
	Hope    string   // what the one who told wants the school to do
	Whom    []string // described in words
	Decided *web.Note
	Reason  string
	Wish    string    // whom the one who told wants to talk with
	Burst   *web.Note // told without signing in, and what that means
	Stands  *web.Note // the pupil says so itself: the duty stands
	Aside   bool      // "not a case" may be chosen
	Way     web.Field
	Urgent  web.Field
	Doer    web.Field
	Handler web.Field
	Asks    bool
	Ask     web.Field
	Why     web.Field
	Answer  web.Field
	Buttons []web.Button
	Times   []web.Happening
	Talk    *web.Button // to the talk with who told it
}

func (p *Pages) take(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showTake(q, http.StatusOK, f)
}

func (p *Pages) showTake(q *web.Req, code int, f *web.Form) error {
	c, err := p.Concerns.Receive(q.Context(), q.Actor, q.Path("slug"))
	if err != nil {
		return err
	}
	if c.Sealed() {
		return q.See("/sperrede/" + c.Slug)
	}
	w, name := q.T, whom(q.T, c)
	v := takeView{Back: web.Back{Href: "/i-dag", Text: w.T("school.today")}, Line: takeLine(w, c), Faults: web.SummaryOf(w, f.Faults), Form: f, Action: q.R.URL.Path, Times: takeTimes(w, c)}
	v.Heading = takeHeading(w, c)
	if c.Said != "" {
		v.Quote = &web.Quote{Text: c.Said, By: lang.Cap(w.T("school.track.said-to", "name", name, "who", reporter(w, c), "when", moment(w, c.Happened, q)))}
		if c.Channel.Said() {
			v.Quote.By = wroteIt(w, c.Channel, c.From, moment(w, c.Sent(), q))
		}
	}
	v.Hope = c.Hope
	v.Saw, v.SawBy = c.Saw, w.T("school.take.saw", "who", reporter(w, c))
	switch {
	case c.Channel == concerns.Voice || c.Channel == concerns.Home:
		v.SawBy = w.T("school.take.saw-home")
	case c.Channel.Quiet():
		v.SawBy = w.T("say.take.wrote")
	}
	for _, k := range c.Pupils {
		if k.Described != "" {
			v.Whom = append(v.Whom, k.Described)
		}
	}
	if c.Pen != "" {
		v.Whom = append(v.Whom, w.T("say.take.pen", "who", c.Pen))
	}
	if c.Wish != "" {
		v.Wish = w.T("say.take.wish", "who", c.WishName)
	}
	if v.Burst, err = p.unsigned(q, c); err != nil {
		return err
	}
	if c.State != concerns.New {
		v.Decided, v.Reason = takeDecided(w, c, q), c.Reason
	} else if err := p.takeQuestions(q, f, c, &v); err != nil {
		return err
	}
	if v.Talk, err = p.talkOf(q, c.Slug); err != nil {
		return err
	}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	return q.RenderStatus(code, takePage, v)
}

// unsigned says of what was told without signing in what that means: nobody knows who
// wrote it, and many about one child may be somebody plaguing it.
func (p *Pages) unsigned(q *web.Req, c concerns.Concern) (*web.Note, error) {
	often, err := p.Concerns.Burst(q.Context(), q.Actor, c)
	if err != nil || !c.Channel.Quiet() {
		return nil, err
	}
	if len(often) > 0 {
		return burst(q.T, often), nil
	}
	return &web.Note{Color: "neutral", Title: q.T.T("say.take.unsure"), Text: q.T.T("say.take.unsure-text")}, nil
}

func burst(w *lang.Words, often []string) *web.Note {
	return &web.Note{Color: "warning", Title: w.T("say.take.burst"), Text: w.T("say.take.burst-text", "names", w.List(often))}
}

func (p *Pages) takeQuestions(q *web.Req, f *web.Form, c concerns.Concern, v *takeView) error {
	near, err := p.Cases.Candidates(q.Context(), q.Actor, c)
	if err != nil {
		return err
	}
	all, err := p.employees(q)
	if err != nil {
		return err
	}
	w, name, from := q.T, whom(q.T, c), reporter(q.T, c)
	v.Aside = c.MayAside()
	if !v.Aside {
		for i := range f.Faults { // the question is not on the page
			if f.Faults[i].Field == "why" {
				f.Faults[i].Field = "way"
			}
		}
		v.Faults = web.SummaryOf(w, f.Faults)
	}
	v.Way = takeWays(w, f, c, near, v.Aside)
	v.Urgent = f.Field(w, "urgent", w.T("school.take.urgent"))
	v.Urgent.Help, v.Urgent.Rows, v.Urgent.Mark = w.T("school.take.urgent-help", "name", name), 3, w.T("form.optional")
	v.Doer = employeeField(w, f, "doer", w.T("school.take.doer"), all)
	v.Doer.Help = w.T("school.take.doer-help")
	v.Handler = employeeField(w, f, "handler", w.T("school.take.handler"), all)
	v.Handler.Help = w.T("school.take.handler-help")
	v.Asks = c.Channel == concerns.Staff // who told without an account, or by voice, has no page to read it on
	v.Ask = f.Field(w, "ask", w.T("school.take.ask", "who", from))
	v.Ask.Help, v.Ask.Rows, v.Ask.Mark = w.T("school.take.ask-help"), 3, w.T("form.optional")
	if v.Aside {
		whys := []string{concerns.Twice, "school.take.twice", concerns.WrongSchool, "school.take.wrong-school"}
		if c.Channel == concerns.Home {
			whys = append(whys, concerns.NotParent, "school.take.not-parent")
		}
		v.Why = radios(w, f, "why", w.T("school.take.why"), whys...).F
		v.Answer = area(w, f, "reason", w.T("school.take.reason"), w.T("school.take.reason-help", "who", from), 3).F
		barred, err := p.kept(q, c)
		if err != nil {
			return err
		}
		if c.Channel.Quiet() || barred {
			v.Answer.Help = w.T("say.take.reason-help")
		}
	} else {
		v.Stands = &web.Note{Color: "info", Title: w.T("school.take.stands"), Text: lang.Cap(w.T("school.take.stands-text", "name", name))}
	}
	v.Buttons = []web.Button{{Text: w.T("school.take.do")}}
	return nil
}

// takeWays are where the concern may belong. A candidate tells place and class
// only, and no other child's name.
func takeWays(w *lang.Words, f *web.Form, c concerns.Concern, near []cases.Candidate, aside bool) web.Field {
	x := f.Field(w, "way", w.T("school.take.way"))
	add := func(value, label, help string) {
		x.Options = append(x.Options, web.Option{Value: value, Label: label, Help: help, Checked: f.Ticked("way", value)})
	}
	add("new", w.T("school.take.new"), w.T("school.take.new-help"))
	for _, k := range near {
		help := w.T("school.take.join-place", "date", w.DayMonth(k.Opened))
		switch {
		case k.Same:
			help = w.T("school.take.join-same", "date", w.DayMonth(k.Opened))
		case k.Class != "":
			help = w.T("school.take.join-class", "class", k.Class, "date", w.DayMonth(k.Opened))
		}
		add("join:"+k.Number, w.T("school.take.join", "number", k.Number, "place", place(w, k.Arena)), help)
	}
	if aside {
		help := "school.take.aside-help"
		if c.Channel == concerns.Home {
			help += "-home"
		}
		add("aside", w.T("school.take.aside"), w.T(help))
	}
	return x
}

// takeHeading says who is worried about whom, or that the pupil has said so.
func takeHeading(w *lang.Words, c concerns.Concern) string {
	switch {
	case c.PupilSays && c.Channel.Quiet():
		return w.T("say.take.title-self")
	case c.Channel.Quiet():
		return w.T("say.take.title-" + string(c.Channel))
	case c.PupilSays:
		return lang.Cap(w.T("school.take.title-says", "name", whom(w, c)))
	case c.TakenUp():
		return w.T("school.take.title-home", "name", whom(w, c))
	}
	return w.T("school.take.title", "from", reporter(w, c), "name", whom(w, c))
}

// whom names the pupils by first name, or says «eleven» of one nobody knows.
func whom(w *lang.Words, c concerns.Concern) string {
	var names []string
	for _, p := range c.Pupils {
		if p.Name == "" {
			names = append(names, w.T("school.pupil"))
			continue
		}
		names = append(names, strings.Fields(p.Name)[0])
	}
	return w.List(names)
}

// reporter is who told, or what is known of it.
func reporter(w *lang.Words, c concerns.Concern) string {
	switch {
	case c.Channel.Quiet() && c.From == "":
		return w.T("say.from." + string(c.Channel))
	case c.Channel.Quiet():
		return w.T("say.from.called", "name", c.From)
	case c.From == "":
		return w.T("school.take.somebody")
	}
	return c.From
}

// wroteIt says who wrote what somebody told for themselves, and how far anybody
// knows it.
func wroteIt(w *lang.Words, ch concerns.Channel, from, when string) string {
	if ch.Quiet() && from == "" {
		return w.T("say.by.unnamed", "when", when)
	}
	return w.T("say.by."+string(ch), "who", from, "when", when)
}

func takeLine(w *lang.Words, c concerns.Concern) string {
	var all []string
	for _, p := range c.Pupils {
		all = append(all, rowName(w, cases.Track{Name: p.Name, Class: p.Class}, false))
	}
	where := place(w, c.Arena)
	if c.Place != "" {
		where += " · " + c.Place
	}
	return w.T("school.take.line", "who", w.List(all), "place", where)
}

// takeTimes are the clocks of a concern. The word of the act has no date.
func takeTimes(w *lang.Words, c concerns.Concern) []web.Happening {
	known := web.Happening{When: lang.Cap(w.Moment(c.Known)), DateTime: machine(c.Known), Title: w.T("school.take.known"), Key: true}
	told := web.Happening{When: lang.Cap(w.Moment(c.Sent())), DateTime: machine(c.Sent()), Title: w.T("school.take.told"), Text: lines(reporter(w, c), w.T("school.take.channel."+string(c.Channel)))}
	all := []web.Happening{known, told}
	if !c.ReadAt.IsZero() {
		all = append(all, web.Happening{When: w.DateTime(c.ReadAt), DateTime: machine(tilhor.Now(c.ReadAt)), Title: w.T("school.take.read")})
	}
	return append(all, web.Happening{When: w.T("school.take.soonest"), Title: w.T("school.take.duty"), Text: w.T("school.take.no-date"), Next: true})
}

// takeDecided says what became of a concern that has had its stance.
func takeDecided(w *lang.Words, c concerns.Concern, q *web.Req) *web.Note {
	when := w.Near(c.DecidedAt, q.Now)
	if c.State == concerns.SetAside && c.Channel.Quiet() {
		return &web.Note{Color: "neutral", Title: w.T("school.take.was-aside", "when", when), Text: w.T("say.take.was-aside")}
	}
	if c.State == concerns.SetAside {
		return &web.Note{Color: "neutral", Title: w.T("school.take.was-aside", "when", when), Text: w.T("school.take.was-aside-text", "who", reporter(w, c))}
	}
	return &web.Note{Color: "success", Title: w.T("school.take.was-taken", "when", when), Text: w.T("school.take.was-taken-text"), Href: "/saker", Link: w.T("school.list.back")}
}

// decide writes the stance.
func (p *Pages) decide(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	way := f.Get("way")
	var number string
	if n, join := strings.CutPrefix(way, "join:"); join {
		number = n
	}
	f.Faults.Add(way != "new" && way != "aside" && number == "", "way", "school.take.fault.way")
	return q.Answer(f, func() (string, error) {
		if way == "aside" {
			slug := q.Path("slug")
			return "/bekymringer/" + slug + "/stilling", p.Concerns.PutAside(q.Context(), q.Actor, slug, f.Get("why"), f.Get("reason"))
		}
		opened, err := p.Cases.TakeUp(q.Context(), q.Actor, q.Path("slug"), cases.Stance{
			Join: number, Handler: tilhor.PersonID(f.Get("handler")),
			Urgent: f.Get("urgent"), Doer: tilhor.PersonID(f.Get("doer")), Ask: f.Get("ask"),
		})
		if err != nil {
			return "", err
		}
		if reads, err := p.Cases.Reads(q.Context(), q.Actor, opened[0].Slug); err != nil || !reads {
			return "/bekymringer/" + q.Path("slug") + "/stilling", nil // it is done; the case is another's to work
		}
		if len(opened) > 1 {
			return path(opened[0], "sammenheng") + "?gjort=tatt-opp", nil
		}
		return path(opened[0]) + "?gjort=tatt-opp", nil
	}, func(code int, f *web.Form) error {
		for i := range f.Faults { // the case to join is one of the ways
			if f.Faults[i].Field == "join" {
				f.Faults[i].Field = "way"
			}
		}
		return p.showTake(q, code, f)
	})
}

// kept says whether a parent told it who is told nothing of the child, and so does not
// read the reason.
func (p *Pages) kept(q *web.Req, c concerns.Concern) (kept bool, err error) {
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) (err error) {
		kept, err = p.Concerns.Kept(tx, q.Actor.Owner, c.ID, q.Now)
		return err
	})
	return kept, err
}
