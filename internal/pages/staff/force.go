package staff

import (
	"net/http"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/interventions"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// forceRoutes are the pages of physical intervention (fysisk inngrep). To tell
// of one waits for no training, as telling a concern does not.
func (p *Pages) forceRoutes() []web.Route {
	staff := tilhor.StaffRoles
	one := func(method, path, name string, serve func(*web.Req) error) web.Route {
		roles := append(slices.Clone(staff), tilhor.RoleOwnerAdviser) // when nobody who leads the school can decide
		return web.Route{Method: method, Path: "/inngrep/{inngrep}" + path, Name: "staff.force." + name, Roles: roles, Case: true, Sensitive: true, Serve: serve}
	}
	return []web.Route{
		{Method: "GET", Path: "/inngrep", Name: "staff.force", Roles: staff, Case: true, Sensitive: true, Serve: p.forces},
		{Method: "GET", Path: "/inngrep/ny", Name: "staff.force.tell", Roles: staff, Case: true, Serve: p.tellForce},
		{Method: "POST", Path: "/inngrep/ny", Name: "staff.force.tell.do", Roles: staff, Case: true, Serve: p.doTellForce},
		{Method: "GET", Path: "/inngrep/ny/kvittering", Name: "staff.force.told", Roles: staff, Case: true, Serve: p.forceTold},
		one("GET", "", "one", p.force),
		one("POST", "", "write", p.writeForce),
	}
}

var forceFormPage = page("force_form")

type forceForm struct {
	web.Frame
	Faults                    *web.Summary
	Form                      *web.Form
	Back                      web.Back
	Pupil                     web.Field
	Groups                    []pupilGroup
	Described                 web.Field
	Arena, Day, Clock         web.Field
	Event, What, Holder, Long web.Field
	Why, View, Words          web.Field
}

// A pupilGroup is a class with its pupils.
type pupilGroup struct {
	Name    string
	Options []web.Option
}

func (p *Pages) tellForce(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askForce(q, http.StatusOK, f)
}

func (p *Pages) doTellForce(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	r := interventions.Report{
		Pupil: tilhor.PersonID(f.Line("pupil")), Described: f.Get("described"), Arena: tilhor.Arena(f.Get("arena")), At: readWhen(f, q.Now),
		Event: f.Get("event"), What: f.Get("what"), Who: f.Get("who"), Long: f.Get("long"), Why: f.Get("why"), View: f.Get("view"), Words: f.Get("words"),
		Slug: tilhor.NewSlug(),
	}
	return answer(q, f, func() (string, error) {
		_, err := p.Interventions.Tell(q.Context(), q.Actor, r)
		if strong, trained := q.Cleared(); strong && trained {
			return "/inngrep/" + r.Slug, err
		}
		return "/inngrep/ny/kvittering", err
	}, func(code int) error { return p.askForce(q, code, f) })
}

func (p *Pages) askForce(q *web.Req, code int, f *web.Form) error {
	w := q.T
	ask := func(name string, rows int, help bool) web.Field {
		x := f.Field(w, name, w.T("force.ask."+name))
		x.Rows = rows
		if help {
			x.Help = w.T("force.ask." + name + "-help")
		}
		return x
	}
	if !f.Has("who") {
		f.Set("who", q.Who())
	}
	v := forceForm{
		Frame: q.Frame(w.T("force.ask.title")), Faults: web.SummaryOf(w, f.Faults), Form: f, Back: web.Back{Href: "/i-dag", Text: w.T("staff.today.nav")},
		Pupil: ask("pupil", 0, false), Described: ask("described", 0, true), Arena: ask("arena", 0, false), Event: ask("event", 3, true), What: ask("what", 3, true),
		Holder: ask("who", 0, true), Long: ask("long", 0, true), Why: ask("why", 3, true), View: ask("view", 0, true), Words: ask("words", 3, true),
	}
	v.Faulty, v.Exit = v.Faults != nil, true
	v.Described.Mark, v.Words.Mark = w.T("form.optional"), w.T("form.optional")
	v.Described.Spell, v.Described.Autocomplete, v.Holder.Spell, v.Holder.Autocomplete = "false", "off", "false", "off"
	v.Long.Autocomplete, v.Long.Short = "off", true
	v.Arena.Options = []web.Option{{Label: w.T("form.choose")}}
	for _, a := range tilhor.Arenas {
		v.Arena.Options = append(v.Arena.Options, web.Option{Value: string(a), Label: w.T("arena." + string(a)), Checked: f.Get("arena") == string(a)})
	}
	for _, a := range []string{interventions.Told, interventions.Declined, interventions.Later} {
		v.View.Options = append(v.View.Options, web.Option{Value: a, Label: w.T("force.view." + a), Checked: f.Ticked("view", a)})
	}
	v.Day, v.Clock = whenFields(w, f, w.T("force.ask.at"))
	var all []roster.Pupil
	err := q.Kit.DB.Read(q.Context(), func(tx *db.Tx) (err error) {
		all, err = q.Kit.Roster.Pupils(tx, q.Actor.Owner, q.Actor.School, today(q))
		return err
	})
	if err != nil {
		return err
	}
	v.Pupil.Options = []web.Option{{Label: w.T("form.choose")}}
	for _, x := range all {
		class := x.Class
		if class == "" {
			class = w.T("force.no-class")
		}
		if n := len(v.Groups); n == 0 || v.Groups[n-1].Name != class {
			v.Groups = append(v.Groups, pupilGroup{Name: class})
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Options = append(g.Options, web.Option{Value: string(x.ID), Label: x.Name, Checked: f.Get("pupil") == string(x.ID)})
	}
	return q.RenderStatus(code, forceFormPage, v)
}

var forceToldPage = page("force_told")

type forceToldView struct{ web.Frame }

// forceTold is the receipt of who may not open what was told: it names nobody.
func (p *Pages) forceTold(q *web.Req) error {
	return q.Render(forceToldPage, forceToldView{q.Frame(q.T.T("force.told.title"))})
}

var forcesPage = page("forces")

type forcesView struct {
	web.Frame
	Rows []web.Duty
	More string
}

// forces lists the interventions that the reader decides on, or has told of.
func (p *Pages) forces(q *web.Req) error {
	w := q.T
	all, next, err := p.Interventions.List(q.Context(), q.Actor, q.Query("etter"))
	if err != nil {
		return err
	}
	v := forcesView{Frame: q.Frame(w.T("force.list.title"))}
	for _, e := range all {
		v.Rows = append(v.Rows, web.Duty{What: forceName(w, e), Href: "/inngrep/" + e.Slug, Meta: []string{w.T("arena." + string(e.Arena))}, When: lang.Cap(near(q, e.Happened))})
	}
	if next != "" {
		v.More = "/inngrep?etter=" + next
	}
	return q.Render(forcesPage, v)
}

func forceName(w *lang.Words, e interventions.Event) string {
	if e.Shielded && e.Name == "" {
		return w.T("children.shielded")
	}
	if e.Pupil == "" {
		return short(e.Name)
	}
	return named(w, e.Name, e.Class)
}

var forcePage = page("force")

type forceView struct {
	web.Frame
	Faults   *web.Summary
	Form     *web.Form
	Action   string
	Back     web.Back
	Line     string
	Lead     string
	Repeat   *web.Note
	Duties   []web.Duty
	Facts    web.Facts
	Quote    *web.Quote
	Lines    []web.Happening
	Decides  bool
	Offence  string
	Sections []forceSection
}

// A forceSection is one form of the page: what the reader may still write.
type forceSection struct {
	ID, Title, Text, Do, Button string
	Radios, Area                *web.Field
	Day, Clock                  *web.Field
	Primary                     bool
}

// Forms of the page, by the value of do.
const (
	doView    = "syn"
	doParents = "foreldre"
	doOwner   = "kommunen"
	doJudge   = "alvor"
)

func (p *Pages) force(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showForce(q, http.StatusOK, f)
}

func (p *Pages) writeForce(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	d, slug, ctx := p.Interventions, q.Path("inngrep"), q.Context()
	do := f.Get("do")
	at := readWhen(f, q.Now)
	return answer(q, f, func() (string, error) {
		to := "/inngrep/" + slug
		switch do {
		case doView:
			return to, d.Ask(ctx, q.Actor, slug, interventions.View{At: at, Answer: f.Get("view"), Words: f.Get("words")})
		case doParents:
			return to, d.TellParents(ctx, q.Actor, slug, interventions.Notice{At: at, Text: f.Get("text")})
		case doOwner:
			return to, d.TellOwner(ctx, q.Actor, slug, interventions.Notice{At: at, Text: f.Get("text")})
		case doJudge:
			return to, d.Judge(ctx, q.Actor, slug, f.Get("serious") == "yes", f.Ticked("serious", "yes") || f.Ticked("serious", "no"), f.Get("reason"))
		}
		return "", tilhor.ErrNotFound
	}, func(code int) error { return p.showForce(q, code, f) })
}

func (p *Pages) showForce(q *web.Req, code int, f *web.Form) error {
	e, err := p.Interventions.See(q.Context(), q.Actor, q.Path("inngrep"))
	if err != nil {
		return err
	}
	w := q.T
	v := forceView{
		Form: f, Action: q.R.URL.Path, Back: web.Back{Href: "/inngrep", Text: w.T("force.list.title")}, Decides: e.Lead,
		Line: forceName(w, e) + " · " + w.T("arena."+string(e.Arena)) + " · " + near(q, e.Happened),
	}
	if q.Actor.Role == tilhor.RoleOwnerAdviser {
		v.Back = web.Back{Href: "/kommunen/meldinger", Text: w.T("sealed.owner.title")}
	}
	first := e.Of(interventions.Reported)
	v.Facts.Items = []web.Fact{
		{Term: w.T("force.ask.event"), Text: first.Event},
		{Term: w.T("force.ask.what"), Text: first.What},
		{Term: w.T("force.ask.who"), Text: first.Who},
		{Term: w.T("force.ask.long"), Text: first.Long},
		{Term: w.T("force.ask.why"), Text: first.Why},
	}
	for _, l := range e.Lines {
		v.Lines = append(v.Lines, forceLine(w, l))
		if l.Words != "" {
			v.Quote = &web.Quote{Text: l.Words, By: w.T("force.view.by", "when", w.Moment(l.When()))}
		}
	}
	v.sections(q, f, e)
	title := w.T("force.one.title")
	if v.acts() {
		title = w.T("force.one.missing", "n", len(v.Duties))
	}
	v.Frame = q.Frame(title)
	v.Faults = web.SummaryOf(w, f.Faults)
	v.Faulty = v.Faults != nil
	return q.RenderStatus(code, forcePage, v)
}

func (v *forceView) acts() bool { return len(v.Duties) > 0 }

// sections are what is left to do, for who may: the pupil's view first.
func (v *forceView) sections(q *web.Req, f *web.Form, e interventions.Event) {
	w := q.T
	missing := map[string]bool{}
	if e.Lead {
		for _, s := range e.Duties {
			if s.Acts() {
				missing[string(s.ID)] = true
				row := web.DutyRow(w, s, q.Now)
				v.Duties = append(v.Duties, row)
			}
		}
		if e.All > 1 {
			v.Repeat = &web.Note{Color: "info", Title: w.T("force.one.repeat", "n", e.All), Text: w.T("force.one.repeat-text")}
		}
		v.Offence = w.T("force.one.offence")
	}
	if !e.Asked() {
		view := f.Field(w, "view", w.T("force.ask.view"))
		view.Help = w.T("force.ask.view-help")
		for _, a := range []string{interventions.Told, interventions.Declined} {
			view.Options = append(view.Options, web.Option{Value: a, Label: w.T("force.view." + a), Checked: f.Ticked("view", a)})
		}
		words := f.Field(w, "words", w.T("force.ask.words"))
		words.Help, words.Rows, words.Mark = w.T("force.ask.words-help"), 3, w.T("form.optional")
		v.add(w, q, f, doView, &view, &words)
	}
	if !e.Lead {
		return
	}
	notice := func(do string) {
		text := f.Field(w, "text", w.T("force.do."+do+".text"))
		text.ID, text.Rows = do+"-text", 3
		v.add(w, q, f, do, nil, &text)
	}
	if missing["k13.force_parents"] || e.Of(interventions.Parents) == nil {
		notice(doParents)
	}
	if missing["k13.force_owner"] {
		notice(doOwner)
	}
	if e.Of(interventions.Judged) == nil {
		serious := f.Field(w, "serious", w.T("force.do.alvor.serious"))
		serious.Options = f.Options("serious", "yes", w.T("force.do.alvor.yes"), "no", w.T("force.do.alvor.no"))
		reason := f.Field(w, "reason", w.T("force.do.alvor.reason"))
		reason.Rows = 2
		v.add(w, q, f, doJudge, &serious, &reason)
	}
}

// add puts a form on the page. Only the form that was sent shows its faults and
// what was typed: the others have fields of the same names.
func (v *forceView) add(w *lang.Words, q *web.Req, f *web.Form, do string, radios, area *web.Field) {
	s := forceSection{ID: do, Title: w.T("force.do." + do), Text: w.T("force.do." + do + ".why"), Do: do, Button: w.T("force.do." + do + ".do"), Radios: radios, Area: area}
	s.Primary = len(v.Sections) == 0
	sent := f.Get("do") == do
	if do != doJudge {
		day, clock := whenFields(w, f, w.T("force.do.at"))
		day.ID, clock.ID = do+"-at", do+"-at-time"
		s.Day, s.Clock = &day, &clock
	}
	for _, x := range []*web.Field{s.Radios, s.Area, s.Day, s.Clock} {
		if x == nil {
			continue
		}
		if !sent {
			x.Value, x.Error = "", ""
			for i := range x.Options {
				x.Options[i].Checked = false
			}
			continue
		}
		for i := range f.Faults { // the list of faults leads to the field of this form
			if x.Key() != x.Name && f.Faults[i].Field == x.Name {
				f.Faults[i].Field = x.Key()
			}
		}
	}
	v.Sections = append(v.Sections, s)
}

// forceLine is what was written when, and by whom.
func forceLine(w *lang.Words, l interventions.Line) web.Happening {
	h := web.Happening{When: w.Moment(l.When()), Title: w.T("force.line."+string(l.Kind), "who", l.Name), Text: l.Text}
	switch l.Kind {
	case interventions.Judged:
		h.When = w.DateTime(l.When().Written)
		h.Title = w.T("force.line.judged."+map[bool]string{true: "yes", false: "no"}[l.Serious], "who", l.Name)
	case interventions.Viewed:
		h.Text = w.T("force.view." + l.View)
	case interventions.Reported:
		h.When, h.Text = w.DateTime(l.When().Written), strings.TrimSpace(w.T("force.view-was")+" "+w.T("force.view."+l.View))
	}
	return h
}

// forceToday are the rows of rektor's day: one for each pupil, the most urgent
// duty.
func (v *todayView) forceToday(q *web.Req, all []interventions.Event) {
	w, tomorrow := q.T, today(q).Add(1)
	for _, e := range all {
		d := foremost(e.Duties)
		row := web.DutyRow(w, d, q.Now)
		row.What, row.Href = w.T("staff.case.row", "what", row.What, "who", forceName(w, e)), "/inngrep/"+e.Slug
		switch {
		case d.State == duty.Late || d.State == duty.LateLocal:
			v.Late = append(v.Late, row)
		case d.FirstOn != "" && d.FirstOn <= tomorrow:
			v.Soon = append(v.Soon, row)
		default:
			v.Running = append(v.Running, row)
		}
	}
}
