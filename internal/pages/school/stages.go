package school

import (
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// stageRoutes are the pages of a track's five stages. Whoever works at a
// school, or for the owner, can be given a track; the scope decides which.
func (p *Pages) stageRoutes() []web.Route {
	track := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/saker/{spor}" + path, Name: "stage." + name, Roles: given, Case: true, Sensitive: true, Serve: serve}
	}
	return []web.Route{
		track("GET", "/samtaler", "talks", p.talks),
		track("POST", "/samtaler", "talks.hear", p.hear),
		track("GET", "/samtaler/barn", "talks.child", p.child),
		track("POST", "/samtaler/barn", "talks.child.add", p.addChild),
		track("GET", "/samtaler/ikke-nadd", "talks.miss", p.miss),
		track("POST", "/samtaler/ikke-nadd", "talks.miss.write", p.writeMiss),
		{Method: "GET", Path: "/samtaleguide", Name: "stage.guide", Roles: given, Serve: p.guide},
		track("GET", "/undersokelse", "inquiry", p.inquiry),
		track("POST", "/undersokelse", "inquiry.write", p.inquire),
		track("GET", "/nett", "inquiry.digital", p.inWords),
		track("POST", "/nett", "inquiry.digital.write", p.doInWords),
		track("GET", "/undersokelse/plan", "inquiry.plan", p.look),
		track("POST", "/undersokelse/plan", "inquiry.plan.write", p.doLook),
		track("GET", "/elevens-beste", "best", p.best),
		track("POST", "/elevens-beste", "best.weigh", p.weigh),
		track("GET", "/plan", "plan", p.plan),
		track("POST", "/plan", "plan.save", p.savePlan),
		track("GET", "/plan/forskjeller", "plan.diff", p.planDiff),
		track("GET", "/plan/utskrift", "plan.print", p.printPlan),
		track("GET", "/utskrift", "print", p.printTrack),
		track("GET", "/evalueringer", "evaluations", p.evaluations),
		track("POST", "/evalueringer", "evaluations.write", p.evaluate),
		track("GET", "/avslutning", "end", p.end),
		track("POST", "/avslutning", "end.write", p.writeEnd),
		track("GET", "/etterkontroll", "check", p.askedAgain),
		track("POST", "/etterkontroll", "check.write", p.askAgain),
	}
}

// A stage is what every page of a stage has: the frame, the head of the track,
// and its texts, which are stage.<page>.<key> and speak of one child.
type stage struct {
	web.Frame
	Head   head
	File   cases.File
	Path   string // where its forms are sent
	Faults *web.Summary
	Done   *web.Note // after an act
	Said   *web.Quote
	say    say
	now    tilhor.Date
}

// A say speaks on one page of one child: {name} in every text, and {whose}.
type say struct {
	w    *lang.Words
	page string
	name string
}

func (s say) Say(key string, kv ...any) string {
	return s.w.T("stage."+s.page+"."+key, append(kv, "name", s.name, "whose", whose(s.w, s.name))...)
}

// Cap is a text that may begin with the child's name, or with «eleven».
func (s say) Cap(key string, kv ...any) string { return lang.Cap(s.Say(key, kv...)) }

// maybe is a text that some fields have and others do not.
func (s say) maybe(key string) string {
	if !s.w.Has("stage." + s.page + "." + key) {
		return ""
	}
	return s.Say(key)
}

// T is a text of the page, for the template.
func (s stage) Say(key string, kv ...any) string { return s.say.Say(key, kv...) }

// Cap is T with a capital first.
func (s stage) Cap(key string, kv ...any) string { return s.say.Cap(key, kv...) }

// whose is the genitive of a name: «Noras», «Elias’», «til Nora», «Nora’s».
func whose(w *lang.Words, name string) string {
	switch {
	case w.Lang() == tilhor.Nynorsk:
		return "til " + name
	case w.Lang() == tilhor.English:
		return name + "’s"
	case name != "" && strings.ContainsAny(name[len(name)-1:], "sxzSXZ"):
		return name + "’"
	}
	return name + "s"
}

// stage begins a page: current is the stage it belongs to, page where its texts
// stand, title the key of its h1.
func (p *Pages) stage(q *web.Req, f cases.File, current, page, title string, kv ...any) stage {
	h := p.head(q, f, current)
	s := stage{Head: h, File: f, Path: q.R.URL.Path, say: say{q.T, page, h.Name}, now: today(q)}
	s.Frame = q.Frame(s.say.Cap(title, kv...))
	if q.R.Method != "GET" {
		s.Langs = nil // another language would lose what was typed
	}
	if done := q.Query("gjort"); done != "" && q.T.Has("stage."+page+".done."+done) {
		s.Done = &web.Note{Color: "success", Role: "status", Title: s.say.Cap("done." + done), Text: s.say.maybe("done." + done + ".next")}
	}
	return s
}

// faulty puts what is wrong with a form first on the page.
func (s *stage) faulty(faults tilhor.Faults) {
	s.Faults, s.Faulty = web.SummaryOf(s.W, faults), len(faults) > 0
}

// quote shows the newest of the pupil's own words.
func (s *stage) quote() {
	if words, r := s.File.Quote(); r != nil {
		s.Said = &web.Quote{Text: words, By: said(s.W, s.Head.Name, *r)}
	}
}

// said is who said it, to whom and when. A report passes on words that were
// said to somebody else.
func said(w *lang.Words, name string, r cases.Record) string {
	key := "stage.said"
	if r.Kind == cases.Told || r.Kind == cases.Exposed {
		key = "stage.said.told"
	}
	by := w.T(key, "name", lang.Cap(name), "to", r.Name, "when", w.Moment(r.When))
	if r.Text["back"] != "" {
		by += " " + w.T("stage.said.back", "name", name)
	}
	return by
}

// An asker makes the questions of a form, with what was answered and what is
// wrong. The label of a field is the page's text with its name; .help, and
// .<value> for each answer, beside it.
type asker struct {
	say
	form *web.Form
}

func (a asker) field(name string) web.Field { return a.as(name, name) }

// as is a field whose texts stand under another key.
func (a asker) as(name, key string) web.Field {
	f := a.form.Field(a.w, name, a.Cap(key))
	f.Help, f.Required = a.maybe(key+".help"), true
	return f
}

// free is a field that may be left empty.
func (a asker) free(name string) web.Field { return a.freeAs(name, name) }

func (a asker) freeAs(name, key string) web.Field {
	f := a.as(name, key)
	f.Mark, f.Required = a.w.T("form.optional"), false
	return f
}

// rows makes a field of several lines.
func rows(n int, f web.Field) web.Field {
	f.Rows = n
	return f
}

// choice asks for one answer; nothing is chosen beforehand.
func (a asker) choice(name string, values ...string) web.Field {
	return a.choiceAs(name, name, values...)
}

func (a asker) choiceAs(name, key string, values ...string) web.Field {
	f := a.as(name, key)
	f.Value = ""
	for _, v := range values {
		f.Options = append(f.Options, web.Option{Value: v, Label: a.Cap(key + "." + v), Help: a.maybe(key + "." + v + ".help"), Checked: a.form.Ticked(name, v)})
	}
	return f
}

// row sets the answers beside each other.
func row(f web.Field) web.Field {
	f.Row = true
	return f
}

// when asks for a day and, if it is known, a clock.
func (a asker) when(name string) (date, clock web.Field) {
	return whenFields(a.w, a.form, name, a.Cap(name))
}

// date asks for a day to come.
func (a asker) date(name string) web.Field {
	f := a.as(name, name)
	if f.Help == "" {
		f.Help = a.w.T("form.date-help")
	}
	return f
}

// prefill writes what is most likely into a field of an empty form: a fact,
// never a decision.
func prefill(f *web.Form, name, value string) {
	if !f.Has(name) {
		f.Set(name, value)
	}
}

func prefillToday(q *web.Req, f *web.Form, name string) { prefill(f, name, lang.TypedDate(today(q))) }

// forms are the forms of a page that has several, each with its own key, so
// that sending one never counts as having sent another. The one that came, or
// a draft of it, stands where it belongs.
func forms(f *web.Form, names ...string) map[string]*web.Form {
	all := map[string]*web.Form{}
	for i, n := range names {
		all[n] = web.NewForm()
		if f.Get("do") == n || i == 0 && f.Get("do") == "" {
			all[n] = f
		}
	}
	return all
}

// few is a small number as a word: «to», «tre».
func few(w *lang.Words, n int) string {
	if key := "stage.number." + strconv.Itoa(n); w.Has(key) {
		return w.T(key)
	}
	return w.Num(n)
}

// toldBy says who told the school. Whoever is signed in and tells is not named
// in the track: a pupil's papers need not say which adult it was.
func toldBy(w *lang.Words, r cases.Record) string {
	return w.T("stage.told."+r.Answer, "who", r.Text["from"])
}

// dayOf is the short date of a moment, for rows.
func dayOf(w *lang.Words, at tilhor.When) string {
	if at.Precision == tilhor.Unknown {
		return w.T("date.unknown")
	}
	return w.DateShort(calendar.DateOf(at.At))
}

func byRole(w *lang.Words, name string, r tilhor.Role) string {
	if name == "" {
		return roleName(w, r)
	}
	return name
}
