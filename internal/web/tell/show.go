package tell

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// A hidden field carries what stands on another screen.
type hidden struct{ Name, Value string }

// A view is one screen as it is drawn.
type view struct {
	web.Frame
	Faults *web.Summary
	Form   *web.Form
	Action string
	Carry  []hidden
	Step   int
	Steps  web.Steps
	Back   web.Back
	Open   bool
	Phone  string // of the municipality, as one dials it
	Dial   string
	Reads  string // who will read it
	Nurse  bool   // health personnel tells without what is known from health care (helsepersonelloven § 21)

	// who
	Name, Class, Find, Described web.Field
	Accused, Against, Whom       web.Field
	AdultOpen                    bool
	Chosen, List                 *web.Field
	None                         string
	// what
	Said, Saw web.Field
	// where
	Arena, Place                     web.Field
	Happened, HappenedOn, HappenedAt web.Field
	Known, KnownOn, KnownAt          web.Field
}

// show draws a screen: 422 when something must be put right.
func (t *teller) show(at screen) error {
	if err := t.open(); err != nil {
		return err
	}
	v := t.frame(at)
	switch at {
	case who:
		if err := t.askWho(v); err != nil {
			return err
		}
	case what:
		t.askWhat(v)
	case where:
		t.askWhere(v)
	}
	v.Faults = web.SummaryOf(t.q.T, t.form.Faults)
	v.Faulty = v.Faults != nil
	code := http.StatusOK
	if v.Faulty {
		code = http.StatusUnprocessableEntity
	}
	return t.q.RenderStatus(code, templates[at], v)
}

func (t *teller) frame(at screen) *view {
	w, phone := t.q.T, t.q.Kit.Owner.Phone
	title := map[screen]string{who: w.T("concerns.tell.who"), what: w.T("concerns.tell.what"), where: w.T("concerns.tell.where")}[at]
	child := t.child()
	if at == what && child != "" {
		title = w.T("concerns.tell.what-name", "name", child)
	}
	v := &view{
		Frame: t.q.Frame(title), Form: t.form, Action: t.q.Link(t.q.R.URL.Path), Step: int(at), Open: t.Open,
		Steps: web.Steps{W: w, N: int(at), All: 3}, Back: web.Back{Href: t.q.Link(t.Leave(t.q, t.school)), Text: w.T("do.cancel")},
		Nurse: t.q.Actor.Role == tilhor.RoleNurse, Phone: phone, Dial: web.Dial(phone),
	}
	v.Neutral, v.Exit, v.Nav = true, true, nil
	v.School = t.school.Name
	if at > who {
		v.Langs = nil // a change of language is a new page, and would lose what is written
	}
	if t.form.Get("began") == "" {
		t.form.Set("began", strconv.FormatInt(t.q.Now.UnixMilli(), 10))
	}
	v.Carry = append(v.Carry, hidden{"began", t.form.Get("began")})
	for _, other := range []screen{who, what, where} {
		for _, name := range asked[other] {
			if other == at {
				continue
			}
			for _, value := range t.form.All(name) {
				v.Carry = append(v.Carry, hidden{name, value})
			}
		}
	}
	v.Reads = w.T("concerns.tell.reads", "school", t.school.Name)
	if t.adult() {
		v.Reads = w.T("sealed.tell.reads")
		return v
	}
	if t.Open {
		v.Reads = w.T("concerns.tell.reads-open", "school", t.school.Name)
	}
	return v
}

// chosen are the pupils that are ticked, as far as the school has them.
func (t *teller) chosen() (all []roster.Pupil) {
	for _, p := range t.pupils {
		if slices.Contains(t.form.All("pupil"), string(p.ID)) {
			all = append(all, p)
		}
	}
	return all
}

// child is the first name of the one pupil it is about, "" for none or several.
func (t *teller) child() string {
	all := t.chosen()
	if len(all) != 1 || t.form.Line("described") != "" {
		return ""
	}
	first, _, _ := strings.Cut(all[0].Name, " ")
	return first
}

// How much of a school is listed at once: a small one whole, a class, or what a
// search found.
const (
	smallSchool = 40
	mostFound   = 24
	classSFO    = "sfo"
	classAll    = "all"
)

func (t *teller) askWho(v *view) error {
	w, f := t.q.T, t.form
	v.Described = f.Field(w, "described", w.T("concerns.tell.described"))
	v.Described.Help, v.Described.Rows = w.T("concerns.tell.described-help"), 2
	if err := t.askAdult(v); err != nil {
		return err
	}
	if t.Open {
		v.Name = f.Field(w, "name", w.T("concerns.tell.name"))
		v.Name.Help, v.Name.Spell, v.Name.Autocomplete = w.T("concerns.tell.name-help"), "false", "name"
		v.Described.Label, v.Described.Help = w.T("concerns.tell.described-open"), w.T("concerns.tell.described-open-help")
		return nil
	}
	if !f.Has("class") {
		class, err := t.usual()
		if err != nil {
			return err
		}
		f.Set("class", class)
	}
	v.Class = f.Field(w, "class", w.T("concerns.tell.class"))
	v.Class.Options = t.classes()
	v.Find = f.Field(w, "find", w.T("concerns.tell.find"))
	v.Find.Spell, v.Find.Autocomplete = "false", "off"
	if all := t.chosen(); len(all) > 0 {
		v.Chosen = t.list("chosen", w.T("concerns.tell.chosen"), all)
	}
	t.listed(v)
	return nil
}

// small says whether the whole school is short enough to stand in one list. Where some
// of its pupils cannot be chosen, a list is not of the whole.
func (t *teller) small() bool { return t.Only == nil && len(t.pupils) <= smallSchool }

// usual is the class whose pupils are listed first: a small school whole, the
// class somebody is contact teacher of, or SFO.
func (t *teller) usual() (string, error) {
	if t.small() {
		return classAll, nil
	}
	if t.q.Actor.Role == tilhor.RoleSFO {
		return classSFO, nil
	}
	var mine []string
	err := t.q.Kit.DB.Read(t.q.Context(), func(tx *db.Tx) error {
		all, err := t.q.Kit.Roster.Employees(tx, t.q.Kit.Owner.ID, t.school.ID, t.today())
		for _, e := range all {
			if e.ID == t.q.Actor.Person {
				mine = e.Contact
			}
		}
		return err
	})
	if err != nil || len(mine) == 0 {
		return "", err
	}
	return mine[0], nil
}

func (t *teller) classes() []web.Option {
	w, now := t.q.T, t.form.Get("class")
	all := []web.Option{{Label: w.T("concerns.tell.class-choose")}}
	if t.small() {
		all = append(all, web.Option{Value: classAll, Label: w.T("concerns.tell.class-all")})
	}
	var names []string
	sfo := t.Only != nil
	for _, p := range t.pupils {
		sfo = sfo || p.SFO
		if p.Class != "" && !slices.Contains(names, p.Class) {
			names = append(names, p.Class)
		}
	}
	lang.Sort(w.Lang(), names, func(s string) string { return s })
	for _, n := range names {
		all = append(all, web.Option{Value: n, Label: n})
	}
	if sfo {
		all = append(all, web.Option{Value: classSFO, Label: w.T("arena.sfo")})
	}
	for i := range all {
		all[i].Checked = all[i].Value == now
	}
	return all
}

// listed puts on the page the pupils of the class, or those the search found.
func (t *teller) listed(v *view) {
	w, f := t.q.T, t.form
	find, class := strings.ToLower(f.Line("find")), f.Get("class")
	legend := class
	switch {
	case find != "":
		legend = w.T("concerns.tell.found")
	case class == classSFO:
		legend = w.T("arena.sfo")
	case class == classAll:
		legend = w.T("concerns.tell.class-all")
	case class == "":
		return
	}
	var all []roster.Pupil
	for _, p := range t.pupils {
		if f.Ticked("pupil", string(p.ID)) {
			continue
		}
		if find != "" && strings.Contains(strings.ToLower(p.Name+" "+p.Class), find) ||
			find == "" && (class == classAll || class == p.Class || class == classSFO && (p.SFO || t.Only != nil)) {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		v.None = w.T("concerns.tell.none")
		return
	}
	if find != "" && len(all) > mostFound {
		all, v.None = all[:mostFound], w.T("concerns.tell.more")
	}
	v.List = t.list("pupil", legend, all)
	for i, p := range all {
		if find == "" && class != classAll && class != classSFO {
			v.List.Options[i].Help = ""
		} else {
			v.List.Options[i].Help = p.Class
		}
	}
}

func (t *teller) list(id, legend string, all []roster.Pupil) *web.Field {
	f := &web.Field{ID: id, Name: "pupil", Label: legend, Row: true}
	for _, p := range all {
		f.Options = append(f.Options, web.Option{Value: string(p.ID), Label: p.Name, Help: p.Class, Checked: t.form.Ticked("pupil", string(p.ID))})
	}
	return f
}

func (t *teller) askWhat(v *view) {
	w, f, name := t.q.T, t.form, t.child()
	said, help := w.T("concerns.tell.said"), w.T("concerns.tell.said-help")
	if name != "" {
		said, help = w.T("concerns.tell.said-name", "name", name), w.T("concerns.tell.said-help-name", "name", name)
	}
	v.Said = f.Field(w, "said", said)
	v.Said.Help, v.Said.Rows = help, 3
	v.Saw = f.Field(w, "saw", w.T("concerns.tell.saw"))
	v.Saw.Help, v.Saw.Rows = w.T("concerns.tell.saw-help"), 4
}

func (t *teller) askWhere(v *view) {
	w, f := t.q.T, t.form
	if !f.Has("happened") {
		f.Set("happened", "today")
	}
	v.Arena = f.Field(w, "arena", w.T("concerns.tell.arena"))
	for _, a := range tilhor.Arenas {
		v.Arena.Options = append(v.Arena.Options, web.Option{Value: string(a), Label: w.T("arena." + string(a)), Picture: string(a), Checked: f.Ticked("arena", string(a))})
	}
	v.Place = f.Field(w, "place", w.T("concerns.tell.place"))
	v.Place.Mark, v.Place.Autocomplete = w.T("form.optional"), "off"
	v.Happened = f.Field(w, "happened", w.T("concerns.tell.happened"))
	v.Happened.Row = true
	v.Happened.Options = f.Options("happened", "today", lang.Cap(w.NearDay(t.opened(), t.today())), "yesterday", lang.Cap(w.NearDay(t.opened().Add(-1), t.today())),
		"earlier", w.T("concerns.tell.earlier-day"), "unknown", w.T("concerns.tell.happened-unknown"))
	v.HappenedOn, v.HappenedAt = t.dateAndTime("happened")
	v.Known = f.Field(w, "known", w.T("concerns.tell.known"))
	v.Known.Help = w.T("concerns.tell.known-help")
	for _, k := range []string{"now", "then", "earlier", "unknown"} {
		v.Known.Options = append(v.Known.Options, web.Option{Value: k, Label: w.T("concerns.tell.known-" + k), Checked: f.Ticked("known", k)})
	}
	v.Known.Options[0].Help = lang.Cap(w.Near(t.began(), t.q.Now)) + "."
	v.Known.Options[1].Help = w.T("concerns.tell.known-then-help")
	v.Known.Options[2].Help = w.T("concerns.tell.known-earlier-help")
	v.Known.Options[3].Help = w.T("concerns.tell.known-unknown-help")
	v.KnownOn, v.KnownAt = t.dateAndTime("known")
}

func (t *teller) dateAndTime(name string) (on, at web.Field) {
	w := t.q.T
	on = t.form.Field(w, name+"-on", w.T("concerns.tell.date"))
	on.Help = w.T("concerns.tell.date-help", "date", lang.TypedDate(calendar.DateOf(t.q.Now)))
	at = t.form.Field(w, name+"-at", w.T("concerns.tell.time"))
	at.Mark, at.Help = w.T("form.optional"), w.T("form.time-help")
	return on, at
}
