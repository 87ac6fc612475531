// Package body holds the pages of the formal bodies (råd og utvalg): where they are
// set up, the room of each for its members, and what it lets everybody read. The
// room is the members': whoever leads the school comes in as a member or by
// invitation, like anybody else.
package body

import (
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

//go:embed *.html
var files embed.FS

var bodyPage = web.Pages(files)("page")

// Addresses. Path is where a member finds the bodies that are theirs.
const (
	Path       = "/rad"
	SchoolPath = "/skolen/rad"
	OwnerPath  = "/eier/rad"
	OpenPath   = "/kommunens-rad"
)

// Pages are the pages, on the desk of the bodies.
type Pages struct {
	Bodies  *bodies.Desk
	Answers string                                       // where the municipality's answers to hearings lie, "" for nowhere
	More    func(q *web.Req, b bodies.Body) []web.Button // what else there is for the members of a body; nil for nothing
}

// Routes lists every page of the package.
func (p *Pages) Routes() []web.Route {
	members := append([]tilhor.Role{tilhor.RolePupil, tilhor.RoleParent, tilhor.RolePPT, tilhor.RoleOwnerAdviser}, tilhor.StaffRoles...)
	anyone := []tilhor.Role{tilhor.RoleAnyone}
	room := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: Path + path, Name: "body." + name, Roles: members, Sensitive: true, Serve: serve}
	}
	const meeting = "/{rad}/moter/{mote}"
	routes := []web.Route{
		room("GET", "", "mine", p.mine),
		room("GET", "/{rad}", "room", p.room),
		room("POST", "/{rad}", "room.do", p.doRoom),
		room("GET", "/{rad}/ar", "year", p.year),
		room("POST", "/{rad}/ar", "year.write", p.doYear),
		room("GET", "/{rad}/overlevering", "handover", p.handover),
		room("GET", meeting, "meeting", p.meeting),
		room("POST", meeting, "meeting.do", p.doMeeting),
		room("GET", meeting+"/innkalling", "call", p.call),
		room("GET", meeting+"/kalender.ics", "calendar", p.calendar),
		room("GET", meeting+"/referat", "minutes", p.minutes),
		room("POST", meeting+"/referat", "minutes.do", p.doMinutes),
		room("GET", meeting+"/saker/{sak}", "item", p.item),
		room("POST", meeting+"/saker/{sak}", "item.do", p.doItem),
		{Method: "GET", Path: "/s/{skole}/rad", Name: "body.open", Roles: anyone, Serve: p.open},
		{Method: "GET", Path: "/s/{skole}/rad/{mote}", Name: "body.open.minutes", Roles: anyone, Serve: p.openMinutes},
		{Method: "GET", Path: OpenPath, Name: "body.open.owner", Roles: anyone, Serve: p.open},
		{Method: "GET", Path: OpenPath + "/{mote}", Name: "body.open.owner.minutes", Roles: anyone, Serve: p.openMinutes},
	}
	for _, at := range []struct {
		path, name string
		roles      []tilhor.Role
	}{{SchoolPath, "school", tilhor.StaffRoles}, {OwnerPath, "owner", []tilhor.Role{tilhor.RoleOwnerAdviser}}} {
		set := func(method, path, name string, serve func(*web.Req) error) web.Route {
			return web.Route{Method: method, Path: at.path + path, Name: "body." + at.name + name, Roles: at.roles, Sensitive: true, Serve: serve}
		}
		routes = append(
			routes,
			set("GET", "", ".set", p.set),
			set("POST", "", ".found", p.found),
			set("GET", "/{rad}", ".one", p.one),
			set("POST", "/{rad}", ".change", p.change),
		)
	}
	return routes
}

// A view is a page of a body.
type view struct {
	web.Frame
	Back                *web.Back
	Line, Heading, Lead string
	Done                *web.Note
	Notes               []web.Note
	Faults              *web.Summary
	Buttons             []web.Button
	Print               bool
	First               []smallForm
	Sections            []section
}

// A section is one thing of it.
type section struct {
	ID, Title string
	Tag       *web.Tag
	Text      []string
	Note      *web.Note
	Points    []point
	Rows      []row
	Facts     *web.Facts
	Buttons   []web.Button
	Forms     []smallForm
}

// A row is a meeting, and how far it has come.
type row struct {
	Href, Text string
	State      web.State
}

// A point is a matter, or something that shall be done.
type point struct {
	Href, Title string
	State       *web.State
	Lines       []string
	Text        string
	Facts       *web.Facts
	Forms       []smallForm
}

// A smallForm is one of several on a page: the names of its fields begin with Do.
type smallForm struct {
	Form       *web.Form
	Action, Do string
	Hidden     []struct{ Name, Value string }
	Fold, Lead string
	Open       bool
	Questions  []question
	Buttons    []web.Button
}

type question struct {
	Kind   string
	F      web.Field
	Clock  web.Field
	Groups []group
	Parts  []question
	Open   bool
}

// A group is a class with its pupils.
type group struct {
	Name    string
	Options []web.Option
}

// show renders the page.
func (v view) show(q *web.Req, code int, f *web.Form) error {
	if v.Frame.W == nil {
		v.Frame = q.Frame(v.Heading)
	}
	if q.Actor.Role == tilhor.RoleParent {
		v.Level = "voksen"
	}
	if f != nil {
		v.Faulty = len(f.Faults) > 0
		v.Faults = web.SummaryOf(q.T, f.Faults)
	}
	if q.R.Method != http.MethodGet {
		v.Langs = nil
	}
	return q.RenderStatus(code, bodyPage, v)
}

// A several is the forms of one page, of which one may have come back.
type several struct {
	q    *web.Req
	sent *web.Form
}

// of is the form that is called do: the one that came, or one filled in with what
// stands.
func (s several) of(do string, stands ...string) *web.Form {
	if s.sent != nil && s.sent.Get("do") == do {
		return s.sent
	}
	f := web.NewForm()
	for i := 0; i+1 < len(stands); i += 2 {
		f.Set(name(do, stands[i]), stands[i+1])
	}
	return f
}

func (s several) form(f *web.Form, do, button string, questions ...question) smallForm {
	return smallForm{
		Form: f, Action: s.q.R.URL.Path, Do: do, Open: f == s.sent && len(f.Faults) > 0, Questions: questions,
		Buttons: []web.Button{{Text: button, Kind: "secondary"}},
	}
}

// press is a form of nothing but its button.
func (s several) press(do, button string, hidden ...string) smallForm {
	f := s.form(web.NewForm(), do, button)
	for i := 0; i+1 < len(hidden); i += 2 {
		f.Hidden = append(f.Hidden, struct{ Name, Value string }{hidden[i], hidden[i+1]})
	}
	return f
}

func (f smallForm) folded(line string) smallForm { f.Fold = line; return f }
func (f smallForm) first() smallForm             { f.Buttons[0].Kind = ""; return f }

// name is what a field of a form is called on the page.
func name(do, field string) string { return do + "-" + field }

// done does what one of a page's forms asks for, once, and gives a fault to the
// field that has its name on the page. With faults the page comes again with all
// that was typed.
func done(q *web.Req, f *web.Form, act func(do string) (string, error), again func(int, *web.Form) error) error {
	do := f.Get("do")
	return q.Answer(f, func() (string, error) {
		to, err := act(do)
		if faults := tilhor.FaultsOf(err); faults != nil {
			var at tilhor.Faults
			for _, x := range faults {
				at = append(at, tilhor.Fault{Field: name(do, x.Field), Key: x.Key})
			}
			return to, at
		}
		return to, err
	}, again)
}

// A field of a form, in the shape it is asked.
func ask(w *lang.Words, f *web.Form, kind, do, field, key string) question {
	x := f.Field(w, name(do, field), w.T(key))
	if help := key + "-help"; w.Has(help) {
		x.Help = w.T(help)
	}
	if kind == "box" {
		x = web.Field{Name: x.Name, Error: x.Error, Options: []web.Option{{Value: "yes", Label: x.Label, Help: x.Help, Checked: f.Ticked(x.Name, "yes")}}}
	}
	return question{Kind: kind, F: x}
}

// noName asks whether what looks like a first name is one, when something does. The
// same is asked of every name, whoever has it.
func noName(w *lang.Words, f *web.Form, do string) []question {
	x := ask(w, f, "box", do, "no-name", "bodies.no-name")
	if x.F.Error == "" && !f.Has(x.F.Name) {
		return nil
	}
	return []question{x}
}

func optional(w *lang.Words, x question) question {
	x.F.Mark = w.T("form.optional")
	return x
}

// choose is a question with pairs of value and label to choose from, nothing chosen.
func choose(w *lang.Words, f *web.Form, do, field, key string, pairs ...string) question {
	x := ask(w, f, "select", do, field, key)
	x.F.Options = append([]web.Option{{Label: w.T("form.choose")}}, f.Options(x.F.Name, pairs...)...)
	return x
}

// readNumber reads how many; nothing typed is none.
func readNumber(f *web.Form, field string) int {
	typed := f.Line(field)
	if typed == "" {
		return 0
	}
	n, err := strconv.Atoi(typed)
	f.Faults.Add(err != nil || n < 0 || n > 999, field, "bodies.fault.number")
	return n
}

func typed(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func today(q *web.Req) tilhor.Date { return calendar.DateOf(q.Now) }

// note says that something was done.
func note(q *web.Req) *web.Note {
	key := "bodies.done." + q.Query("gjort")
	if q.Query("gjort") == "" || !q.T.Has(key) {
		return nil
	}
	return &web.Note{Color: "success", Title: q.T.T(key), Role: "status"}
}

// schools are what every school is called, and the municipality.
func schools(q *web.Req) (map[tilhor.SchoolID]string, error) {
	names := map[tilhor.SchoolID]string{"": q.Kit.Owner.Name}
	err := q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		all, err := q.Kit.Roster.Schools(tx, q.Actor.Owner)
		for _, s := range all {
			names[s.ID] = s.Name
		}
		return err
	})
	return names, err
}

// voice is an office, or whom somebody sits for, in a word.
func voice(w *lang.Words, m bodies.Member) string {
	s := w.T("bodies.voice." + string(m.Part))
	if m.Office != "" {
		s = w.T("bodies.voice."+m.Office) + ", " + s
	}
	return s
}

// called is what a member is called inside the room.
func called(w *lang.Words, all []bodies.Member, p tilhor.PersonID) string {
	i := slices.IndexFunc(all, func(m bodies.Member) bool { return m.Person == p })
	switch {
	case p == "":
		return w.T("bodies.voice.school")
	case i < 0 || all[i].Name == "":
		return w.T("bodies.voice.former")
	}
	return all[i].Name
}

// title is what a matter is called: the standing one has the same title everywhere.
func title(w *lang.Words, i bodies.Item) string {
	if i.Standing {
		return w.T("bodies.standing")
	}
	return i.Title
}

// lines sets a text beside others, without the empty ones.
func lines(all ...string) (out []string) {
	for _, s := range all {
		if strings.TrimSpace(s) != "" {
			out = append(out, s)
		}
	}
	return out
}
