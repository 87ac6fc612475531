package family

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

const (
	parentPath = "/foresatt"
	rektorPath = parentPath + "/rektor"
	statePath  = parentPath + "/statsforvalteren"
)

// parentRoutes are the pages of a parent. None of them tells, before the gate of
// the home has let it, whether there is anything to see.
func (p *Pages) parentRoutes() []web.Route {
	route := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: parentPath + path, Name: "family.parent" + name, Roles: []tilhor.Role{tilhor.RoleParent}, Case: true, Sensitive: true, Further: true, Serve: serve}
	}
	all := []web.Route{
		route("GET", "", "", p.parent),
		route("GET", "/rektor", ".rektor", p.rektor),
		route("POST", "/rektor", ".rektor.raise", p.doRektor),
		route("GET", "/statsforvalteren", ".state", p.state),
		route("GET", "/{barn}", ".child", p.child),
		route("GET", "/{barn}/kvittering/{brev}", ".receipt", p.receipt),
		route("GET", "/{barn}/kvittering/{brev}/fil", ".receipt.file", p.receiptFile),
	}
	for _, a := range says {
		all = append(all,
			route("GET", "/{barn}/"+a.path, "."+a.what, func(q *web.Req) error { return p.say(q, a) }),
			route("POST", "/{barn}/"+a.path, "."+a.what+".send", func(q *web.Req) error { return p.doSay(q, a) }))
	}
	return all
}

// A saying is one question that a parent can be asked on a page of its own.
type saying struct{ path, what string }

// raising is the saying that takes the matter up with rektor.
const raising = "raise"

var says = []saying{
	{"skriv", cases.SayComment},
	{"rett", cases.SayCorrect},
	{"plan", cases.SayPlan},
	{"mote", cases.SayMeeting},
	{"tolk", cases.SayInterpreter},
	{"uenig", cases.SayDisagree},
	{"rektor", raising},
}

// parent is where a parent's day begins: the child's case, the list when there
// are several, and else the page that is the same for everyone.
func (p *Pages) parent(q *web.Req) error {
	all, err := p.Cases.Wards(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	switch len(all) {
	case 0:
		return p.nothing(q)
	case 1:
		return q.See(parentPath + "/" + all[0].Slug)
	}
	w := q.T
	v := blocksView{Heading: w.T("parent.list.title"), Lead: w.T("parent.list.lead")}
	b := block{ID: "barn", Title: w.T("parent.list.cases")}
	for i, x := range all {
		name := w.T("parent.list.one", "name", x.Name)
		if x.Stripped {
			name = w.T("parent.list.number", "n", i+1)
		}
		b.Buttons = append(b.Buttons, web.Button{Text: name, Href: parentPath + "/" + x.Slug, Kind: "secondary"})
	}
	v.Blocks = []block{b, voice(w)}
	if slices.ContainsFunc(all, func(x cases.Ward) bool { return x.Stripped }) {
		v.Frame = stripped(q, v.Heading)
	}
	return v.show(q)
}

// nothing is the page of everyone who has nothing to read here: who has no case,
// whose case is not opened for the home, and who is kept out. It says neither
// yes nor no, and what is on it hangs on nothing that is known of a child.
func (p *Pages) nothing(q *web.Req) error {
	w := q.T
	v := blocksView{Heading: w.T("parent.nothing.title"), Lead: w.T("parent.nothing.lead")}
	v.Blocks = []block{
		{ID: "rektor", Title: w.T("parent.rektor.h2"), Text: []string{w.T("parent.rektor.text"), w.T("parent.rektor.week")}, Buttons: []web.Button{
			{Text: w.T("parent.rektor.button"), Href: rektorPath}, {Text: w.T("parent.state.button"), Href: statePath, Kind: "tertiary"},
		}},
		{ID: "gjore", Title: w.T("parent.nothing.do"), Facts: []web.Facts{{Stack: true, Items: []web.Fact{
			{Term: w.T("parent.nothing.know"), Text: w.T("parent.nothing.know-text")},
			{Term: w.T("parent.nothing.wrong"), Text: w.T("parent.nothing.wrong-text", "phone", q.Kit.Owner.Phone)},
			{Term: w.T("parent.nothing.complain"), Text: w.T("parent.nothing.complain-text")},
		}}}},
		{ID: "si", Title: w.T("parent.tell"), Text: []string{w.T("parent.tell.text")}, Buttons: telling(w)},
		voice(w),
		{ID: "fare", Title: w.T("parent.danger"), Text: []string{w.T("parent.danger-text")}},
	}
	return v.show(q)
}

// voice leads to what a parent can do for all: suggest something, and be in a group.
func voice(w *lang.Words) block {
	return block{ID: "sammen", Title: w.T("parent.voice"), Text: []string{w.T("parent.voice.text")}, Buttons: []web.Button{
		{Text: w.T("parent.voice.idea"), Href: "/innspill", Kind: "secondary"}, {Text: w.T("parent.voice.circle"), Href: "/foreldregruppe", Kind: "tertiary"},
	}}
}

// child is the case of one child, as this parent may see it.
func (p *Pages) child(q *web.Req) error {
	f, err := p.Cases.Family(q.Context(), q.Actor, q.Path("barn"))
	if err != nil {
		return err
	}
	w, here := q.T, parentPath+"/"+f.Slug
	v := blocksView{Heading: nextLine(w, f), Lead: stateLine(w, f)}
	if said := q.Query("sendt"); said != "" && w.Has("parent.sent."+said) {
		v.Done = &web.Note{Color: "success", Role: "status", Title: w.T("parent.sent." + said), Text: w.T("parent.sent.text")}
		if n := len(f.Letters); said == raising && n > 0 && !f.Stripped {
			for _, x := range f.Letters {
				if x.What == "raised" {
					v.Done.Href, v.Done.Link = receiptOf(here, x), w.T("parent.receipt")
				}
			}
		}
	}
	if !f.Stripped {
		v.Line = w.T("parent.line", "name", f.Name, "school", f.School)
	}
	v.Buttons = []web.Button{{Text: w.T("parent.do.comment"), Href: here + "/skriv"}, {Text: w.T("parent.do.meeting"), Href: here + "/mote", Kind: "secondary"}, {Text: w.T("parent.do.interpreter"), Href: here + "/tolk", Kind: "secondary"}}
	add := func(b *block) {
		if b != nil {
			v.Blocks = append(v.Blocks, *b)
		}
	}
	add(draftBlock(w, f, here))
	add(happened(w, f, here))
	add(quotes(w, f))
	add(planBlock(w, f, here))
	add(letters(w, f, here))
	add(stateBlock(w, f, here, calendar.DateOf(q.Now)))
	add(openedBlock(w, f))
	add(hidden(w, f))
	v.Blocks = append(v.Blocks, voice(w))
	if f.Stripped {
		v.Frame = stripped(q, v.Heading)
	}
	return v.show(q)
}

// nextLine is the first thing the page says: what comes next, and when.
func nextLine(w *lang.Words, f cases.FamilyFile) string {
	key := "parent.next." + f.Next.What
	if f.Stripped {
		key = "parent.next.bare." + f.Next.What
	}
	return w.T(key, "name", f.Name, "date", lang.In((*lang.Words).DayMonth, f.Next.On))
}

// stateLine is how far it is, and who at the school has it.
func stateLine(w *lang.Words, f cases.FamilyFile) string {
	s := w.T("parent.state-of." + string(f.State))
	if f.Handler != "" && !f.Stripped {
		s += " " + w.T("parent.has", "who", f.Handler)
	}
	if f.Main {
		s += " " + w.T("parent.main")
	}
	return s
}

func happened(w *lang.Words, f cases.FamilyFile, here string) *block {
	b := block{ID: "skjedd", Title: w.T("parent.happened")}
	for _, e := range f.Events {
		x := web.Happening{When: w.T("parent.day-unknown"), Title: w.T("parent.event."+e.What, "version", e.Version), Key: e.What == "known"}
		if e.On != "" {
			x.When, x.DateTime = w.Date(e.On), string(e.On)
		}
		b.Times = append(b.Times, x)
	}
	if f.Next.On != "" && f.Next.What != "late" {
		b.Times = append(b.Times, web.Happening{When: w.Date(f.Next.On), DateTime: string(f.Next.On), Title: w.T("parent.coming." + f.Next.What), Next: true})
	}
	b.Buttons = []web.Button{{Text: w.T("parent.do.correct"), Href: here + "/rett", Kind: "tertiary"}}
	return &b
}

func quotes(w *lang.Words, f cases.FamilyFile) *block {
	if len(f.Quotes) == 0 {
		return nil
	}
	b := block{ID: "ord", Title: w.T("parent.quotes", "name", f.Name)}
	for _, x := range f.Quotes {
		by := f.Name
		if x.On != "" {
			by += ", " + w.Date(x.On)
		}
		b.Quotes = append(b.Quotes, web.Quote{Text: x.Text, By: by})
	}
	return &b
}

// planBlock is the plan, measure by measure, with the five things the act asks
// for (§ 12-4 third paragraph); of the main points what is done, and when it is
// looked at.
func planBlock(w *lang.Words, f cases.FamilyFile, here string) *block {
	if f.Stripped {
		return nil
	}
	b := block{ID: "plan", Title: w.T("parent.plan"), Buttons: []web.Button{{Text: w.T("parent.do.disagree"), Href: here + "/uenig", Kind: "tertiary"}}}
	for _, m := range f.Urgent {
		b.Facts = append(b.Facts, web.Facts{Stack: true, Items: []web.Fact{
			{Term: w.T("parent.plan.urgent"), Text: m.What}, {Term: w.T("parent.plan.when"), Text: whenOf(w, m)}, {Term: w.T("parent.plan.who"), Text: m.Name},
		}})
	}
	if f.Plan == nil {
		b.Text = []string{w.T("parent.plan.none")}
		return &b
	}
	for _, m := range f.Plan.Measures {
		if f.Main {
			b.Facts = append(b.Facts, web.Facts{Stack: true, Items: []web.Fact{{Term: w.T("parent.plan.what"), Text: m.What}, {Term: w.T("parent.plan.evaluate"), Text: w.Date(m.Evaluate)}}})
			continue
		}
		b.Facts = append(b.Facts, measure(w, m))
	}
	return &b
}

func measure(w *lang.Words, m cases.Measure) web.Facts {
	x := web.Facts{Stack: true}
	for _, e := range []web.Fact{
		{Term: w.T("parent.plan.problem"), Text: m.Problem},
		{Term: w.T("parent.plan.what"), Text: m.What},
		{Term: w.T("parent.plan.when"), Text: whenOf(w, m)},
		{Term: w.T("parent.plan.who"), Text: m.Name},
		{Term: w.T("parent.plan.evaluate"), Text: w.Date(m.Evaluate)},
	} {
		if e.Text == "" {
			e.Text = w.T("parent.plan.not-yet")
		}
		x.Items = append(x.Items, e)
	}
	return x
}

// whenOf is when a measure is carried out: from which day, to which, and in words.
func whenOf(w *lang.Words, m cases.Measure) string {
	var all []string
	switch {
	case m.Start != "" && m.Until != "":
		all = append(all, w.T("parent.plan.span", "from", m.Start, "until", m.Until))
	case m.Start != "":
		all = append(all, w.T("parent.plan.from", "from", m.Start))
	}
	if m.When != "" {
		all = append(all, m.When)
	}
	return strings.Join(all, "\n")
}

// draftBlock is the draft of the plan, while the home is asked what it means.
func draftBlock(w *lang.Words, f cases.FamilyFile, here string) *block {
	if f.Draft == nil {
		return nil
	}
	b := block{ID: "utkast", Title: w.T("parent.draft", "date", lang.In((*lang.Words).DayMonth, f.SayBy)), Text: []string{w.T("parent.draft.text")}}
	for _, m := range f.Draft.Measures {
		b.Facts = append(b.Facts, measure(w, m))
	}
	key := "parent.do.plan"
	if f.Said {
		key = "parent.do.plan-more"
	}
	b.Buttons = []web.Button{{Text: w.T(key), Href: here + "/plan", Kind: "secondary"}}
	return &b
}

// letters are what this parent has written, and the answers.
func letters(w *lang.Words, f cases.FamilyFile, here string) *block {
	if len(f.Letters) == 0 {
		return nil
	}
	b := block{ID: "skrevet", Title: w.T("parent.letters"), Text: []string{w.T("parent.letters.text")}}
	for _, x := range f.Letters {
		h := web.Happening{When: w.Date(x.On), DateTime: string(x.On), Title: w.T("parent.letter." + x.What), Text: x.Text}
		if x.What == "raised" && !f.Stripped {
			h.Href, h.Link = receiptOf(here, x), w.T("parent.receipt")
		}
		b.Times = append(b.Times, h)
		for _, a := range x.Answers {
			b.Times = append(b.Times, web.Happening{When: w.Date(a.On), DateTime: string(a.On), Title: w.T("parent.letter.answer"), Text: a.Text})
		}
		if len(x.Answers) == 0 && !f.Stripped && x.What != "heard" {
			b.Times[len(b.Times)-1].Text = strings.TrimSpace(x.Text + "\n" + w.T("parent.letter.waits"))
		}
	}
	return &b
}

func receiptOf(here string, x cases.FamilyLetter) string {
	return here + "/kvittering/" + string(x.ID)
}

// stateBlock is the way to Statsforvalteren, with the week counted both ways when
// the matter has been taken up with rektor (§ 12-6).
func stateBlock(w *lang.Words, f cases.FamilyFile, here string, today tilhor.Date) *block {
	b := block{ID: "statsforvalteren", Title: w.T("parent.state.h2")}
	raise := rektorPath
	if f.MayRaise {
		raise = here + "/rektor"
	}
	if x := f.Window; x != nil {
		b.Text = []string{w.T("parent.state.since", "date", x.RaisedAt)}
		b.Facts = []web.Facts{{Items: []web.Fact{
			{Term: w.T("parent.state.week"), Text: passed(w, x.CalendarWeek, today)}, {Term: w.T("parent.state.five"), Text: passed(w, x.Arbeidsdager, today)},
		}}}
		b.After = w.T("parent.state.both")
	} else {
		b.Text = []string{w.T("parent.rektor.text"), w.T("parent.rektor.week")}
	}
	b.Buttons = []web.Button{{Text: w.T("parent.rektor.button"), Href: raise, Kind: "secondary"}, {Text: w.T("parent.state.button"), Href: statePath, Kind: "tertiary"}}
	return &b
}

func passed(w *lang.Words, day, today tilhor.Date) string {
	if today > day {
		return w.T("parent.state.passed", "date", day)
	}
	return w.T("parent.state.waits", "date", day)
}

// openedBlock is which of the staff have opened the case, on which day, and why,
// in one of a few words.
func openedBlock(w *lang.Words, f cases.FamilyFile) *block {
	if f.Main || f.Stripped {
		return nil
	}
	b := block{ID: "apnet", Title: w.T("parent.opened")}
	days := map[string][]string{}
	var order []string
	for _, r := range f.Opened {
		who := r.Name + ", " + w.T("parent.why."+r.Why)
		if days[who] == nil {
			order = append(order, who)
		}
		days[who] = append(days[who], w.Date(r.Day))
	}
	x := web.Facts{Stack: true}
	for _, who := range order {
		x.Items = append(x.Items, web.Fact{Term: who, Text: strings.Join(days[who], "\n")})
	}
	if len(x.Items) == 0 {
		b.Text = []string{w.T("parent.opened.none")}
		return &b
	}
	b.Text, b.Facts = []string{w.T("parent.opened.text")}, []web.Facts{x}
	return &b
}

// hidden is what is not shown, and why: the same words for every parent, so that
// they never tell that something is kept back.
func hidden(w *lang.Words, f cases.FamilyFile) *block {
	b := block{ID: "ikke", Title: w.T("parent.hidden"), Text: []string{w.T("parent.hidden.text")}}
	key := "parent.hidden."
	n := 4
	if f.Stripped {
		b.Text, key = []string{w.T("parent.bare.text")}, "parent.bare."
	}
	for i := range n {
		b.List = append(b.List, w.T(key+strconv.Itoa(i+1)))
	}
	b.After = w.T("parent.hidden.ask")
	return &b
}

// say asks one question. Whoever may not open the case finds nothing here.
func (p *Pages) say(q *web.Req, a saying) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showSay(q, http.StatusOK, f, a)
}

func (p *Pages) showSay(q *web.Req, code int, form *web.Form, a saying) error {
	f, err := p.Cases.Family(q.Context(), q.Actor, q.Path("barn"))
	if err != nil {
		return err
	}
	if a.what == raising && !f.MayRaise || a.what == cases.SayPlan && f.Draft == nil && code == http.StatusOK {
		return tilhor.ErrNotFound
	}
	w, key := q.T, "parent.say."+a.what
	v := formView{Back: web.Back{Href: parentPath + "/" + f.Slug, Text: w.T("parent.back")}, Heading: w.T(key), Lead: w.T(key + ".lead"), Help: w.T("parent.say.thread")}
	field, help := "say", w.T("parent.say.help")
	if a.what == cases.SayInterpreter {
		field, help = "language", ""
		x := form.Field(w, field, w.T(key+".label"))
		v.Questions = []question{{Kind: "text", F: x}}
	} else {
		v.Questions = []question{area(w, form, field, w.T(key+".label"), help)}
		if a.what == cases.SayMeeting {
			v.Questions[0].F.Mark = w.T("form.optional")
		}
	}
	v.Buttons = []web.Button{{Text: w.T(key + ".do")}}
	if f.Stripped {
		v.Frame = stripped(q, v.Heading)
	}
	return v.show(q, code, form)
}

func (p *Pages) doSay(q *web.Req, a saying) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug := q.Path("barn")
	return q.Answer(f, func() (string, error) {
		to := parentPath + "/" + slug + "?sendt=" + a.what
		switch a.what {
		case raising:
			return to, p.Cases.RaiseFromHome(q.Context(), q.Actor, slug, f.Get("say"))
		case cases.SayInterpreter:
			return to, p.Cases.Say(q.Context(), q.Actor, slug, cases.Letter{What: a.what, Text: f.Line("language")})
		}
		return to, p.Cases.Say(q.Context(), q.Actor, slug, cases.Letter{What: a.what, Text: f.Get("say")})
	}, func(code int, f *web.Form) error { return p.showSay(q, code, f, a) })
}
