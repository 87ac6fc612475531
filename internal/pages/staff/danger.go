package staff

import (
	"net/http"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/danger"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// dangerRoutes are the pages about a child who tells of violence or abuse. To
// read what to do and to keep a note wait for no training; to open a note again
// asks for the sign-in that all of a case does.
func (p *Pages) dangerRoutes() []web.Route {
	staff := tilhor.StaffRoles
	return []web.Route{
		{Method: "GET", Path: "/fare", Name: "staff.danger", Roles: staff, Case: true, Serve: p.danger},
		{Method: "GET", Path: "/fare/notat", Name: "staff.danger.keep", Roles: staff, Case: true, Serve: p.keepNote},
		{Method: "POST", Path: "/fare/notat", Name: "staff.danger.keep.do", Roles: staff, Case: true, Serve: p.doKeepNote},
		{Method: "GET", Path: "/fare/notater", Name: "staff.danger.notes", Roles: staff, Case: true, Sensitive: true, Serve: p.notes},
		{Method: "GET", Path: "/fare/notater/{notat}", Name: "staff.danger.note", Roles: staff, Case: true, Sensitive: true, Serve: p.note},
		{Method: "POST", Path: "/fare/notater/{notat}", Name: "staff.danger.note.add", Roles: staff, Case: true, Sensitive: true, Serve: p.addNote},
	}
}

var dangerPage = page("danger")

// A number is one to ring: as it is read, as it is dialled, and whose it is.
type number struct{ Shown, Dial, Whose string }

type dangerView struct {
	web.Frame
	Done         *web.Note
	Do           []string
	Dont         []string
	Numbers      []number
	Lov, Rad     web.Tag
	Care, Avert  []string
	Nurse        bool
	Stop, InCase []string
}

// danger says what to do when a child tells of violence or abuse, in plain
// words: one open question, then stop. It sends nothing and asks nothing.
func (p *Pages) danger(q *web.Req) error {
	w := q.T
	v := dangerView{
		Frame: q.Frame(w.T("danger.title")), Do: numbered(w, "danger.do"), Dont: numbered(w, "danger.dont"), Numbers: numbersOf(q),
		Lov: web.TagOf(w, "lov"), Rad: web.TagOf(w, "rad"), Care: numbered(w, "danger.care"), Avert: numbered(w, "danger.avert"),
		Nurse: q.Actor.Role == tilhor.RoleNurse, Stop: numbered(w, "danger.home"), InCase: numbered(w, "danger.case"),
	}
	if q.Query("gjort") == "ja" {
		v.Done = &web.Note{Color: "success", Title: w.T("danger.kept"), Text: w.T("danger.kept-text"), Role: "status", Href: "/fare/notater", Link: w.T("danger.notes")}
	}
	return q.Render(dangerPage, v)
}

// numbered are the lines of a list in the texts: key.1, key.2 …
func numbered(w *lang.Words, key string) (all []string) {
	for i := 1; w.Has(key + "." + strconv.Itoa(i)); i++ {
		all = append(all, w.T(key+"."+strconv.Itoa(i)))
	}
	return all
}

// numbersOf are the numbers to ring: the municipality's own first.
func numbersOf(q *web.Req) (all []number) {
	w, o := q.T, q.Kit.Owner
	add := func(shown, whose string) {
		if shown != "" {
			all = append(all, number{strings.ReplaceAll(shown, " ", "\u00a0"), web.Dial(shown), w.T(whose, "owner", o.Name)})
		}
	}
	add("112", "danger.ring.112")
	add("113", "danger.ring.113")
	add(o.Barnevern, "danger.ring.barnevern")
	add(o.Barnevernvakt, "danger.ring.vakt")
	add("02800", "danger.ring.02800")
	add("116 111", "danger.ring.116111")
	return all
}

var noteFormPage = page("danger_note")

type noteForm struct {
	web.Frame
	Faults               *web.Summary
	Form                 *web.Form
	Back                 web.Back
	Child, To, Day       web.Field
	Clock, Receipt, Text web.Field
	With                 web.Field
}

func (p *Pages) keepNote(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askNote(q, http.StatusOK, f)
}

func (p *Pages) doKeepNote(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	n := danger.Note{
		Child: f.Get("child"), To: f.Get("to"), When: readWhen(f, q.Now), Receipt: f.Get("receipt"), Text: f.Get("text"),
		With: tilhor.PersonID(f.Line("with")),
	}
	return answer(q, f, func() (string, error) {
		_, err := p.Danger.Keep(q.Context(), q.Actor, n)
		return "/fare?gjort=ja", err
	}, func(code int) error { return p.askNote(q, code, f) })
}

func (p *Pages) askNote(q *web.Req, code int, f *web.Form) error {
	w := q.T
	v := noteForm{
		Frame: q.Frame(w.T("danger.note.title")), Faults: web.SummaryOf(w, f.Faults), Form: f, Back: web.Back{Href: "/fare", Text: w.T("danger.back")},
		Child: f.Field(w, "child", w.T("danger.note.child")), To: f.Field(w, "to", w.T("danger.note.to")),
	}
	v.Faulty = v.Faults != nil
	v.Child.Help, v.Child.Spell, v.Child.Autocomplete, v.Child.Required = w.T("danger.note.child-help"), "false", "off", true
	for _, to := range danger.Tos {
		v.To.Options = append(v.To.Options, web.Option{Value: to, Label: w.T("danger.to." + to), Checked: f.Ticked("to", to)})
	}
	v.Day, v.Clock = whenFields(w, f, w.T("danger.note.at"))
	v.Receipt, v.Text = more(w, f)
	var err error
	if v.With, err = p.withField(q, f); err != nil {
		return err
	}
	return q.RenderStatus(code, noteFormPage, v)
}

// more are the two fields that may also be filled in later.
func more(w *lang.Words, f *web.Form) (receipt, text web.Field) {
	receipt = f.Field(w, "receipt", w.T("danger.note.receipt"))
	receipt.Help, receipt.Mark, receipt.Autocomplete = w.T("danger.note.receipt-help"), w.T("form.optional"), "off"
	text = f.Field(w, "text", w.T("danger.note.text"))
	text.Help, text.Mark, text.Rows = w.T("danger.note.text-help"), w.T("form.optional"), 4
	return receipt, text
}

// withField asks whom in the leadership the writer lets in: nobody unless
// chosen.
func (p *Pages) withField(q *web.Req, f *web.Form) (web.Field, error) {
	w := q.T
	x := f.Field(w, "with", w.T("danger.note.with"))
	x.Help, x.Mark = w.T("danger.note.with-help"), w.T("form.optional")
	x.Options = []web.Option{{Label: w.T("danger.note.with-nobody")}}
	var all []roster.Employee
	err := q.Kit.DB.Read(q.Context(), func(tx *db.Tx) (err error) {
		all, err = q.Kit.Roster.Employees(tx, q.Actor.Owner, q.Actor.School, today(q))
		return err
	})
	for _, e := range all {
		for _, r := range e.Roles {
			if r.Leads() && e.ID != q.Actor.Person {
				x.Options = append(x.Options, web.Option{Value: string(e.ID), Label: e.Name + ", " + strings.ToLower(w.T("role."+string(r))), Checked: f.Get("with") == string(e.ID)})
				break
			}
		}
	}
	return x, err
}

var notesPage = page("danger_notes")

type notesView struct {
	web.Frame
	Back web.Back
	Rows []web.Duty
}

// notes lists the reader's own sealed notes, and those that others let the
// reader see: by date, and without any child's name.
func (p *Pages) notes(q *web.Req) error {
	w := q.T
	all, err := p.Danger.Mine(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	v := notesView{Frame: q.Frame(w.T("danger.notes")), Back: web.Back{Href: "/fare", Text: w.T("danger.back")}}
	for _, n := range all {
		r := web.Duty{What: w.T("danger.notes.row", "when", w.DateTime(n.Written)), Href: "/fare/notater/" + string(n.ID), State: web.State{Name: web.Lock, Word: w.T("danger.sealed")}}
		if !n.Own {
			r.Meta = []string{w.T("danger.notes.from", "name", n.Writer)}
		}
		v.Rows = append(v.Rows, r)
	}
	return q.Render(notesPage, v)
}

var notePage = page("danger_one")

type noteView struct {
	web.Frame
	Faults  *web.Summary
	Form    *web.Form
	Action  string
	Back    web.Back
	Lead    string
	Facts   web.Facts
	Lines   []web.Happening
	Opened  []string
	Own     bool
	Receipt web.Field
	Text    web.Field
	With    web.Field
}

func (p *Pages) note(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showNote(q, http.StatusOK, f)
}

func (p *Pages) addNote(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	a := danger.Addition{Receipt: f.Get("receipt"), Text: f.Get("text"), With: tilhor.PersonID(f.Line("with"))}
	return answer(q, f, func() (string, error) {
		return q.R.URL.Path, p.Danger.Add(q.Context(), q.Actor, danger.NoteID(q.Path("notat")), a)
	}, func(code int) error { return p.showNote(q, code, f) })
}

func (p *Pages) showNote(q *web.Req, code int, f *web.Form) error {
	s, err := p.Danger.Open(q.Context(), q.Actor, danger.NoteID(q.Path("notat")))
	if err != nil {
		return err
	}
	w := q.T
	v := noteView{
		Frame: q.Frame(w.T("danger.one.title")), Faults: web.SummaryOf(w, f.Faults), Form: f, Action: q.R.URL.Path,
		Back: web.Back{Href: "/fare/notater", Text: w.T("danger.notes")}, Own: s.Own, Lead: w.T("danger.one.own"),
	}
	v.Faulty = v.Faults != nil
	if !s.Own {
		v.Lead = w.T("danger.one.shared", "name", s.Writer)
	}
	v.Facts.Items = []web.Fact{
		{Term: w.T("danger.one.by"), Text: s.Writer},
		{Term: w.T("danger.one.child"), Text: s.Child},
		{Term: w.T("danger.one.to"), Text: w.T("danger.to." + s.To)},
		{Term: w.T("danger.one.when"), Text: w.Moment(s.When)},
	}
	if len(s.With) > 0 {
		v.Facts.Items = append(v.Facts.Items, web.Fact{Term: w.T("danger.one.with"), Text: w.List(s.With)})
	}
	for i, l := range s.Lines {
		h := web.Happening{When: w.DateTime(l.Written), Title: w.T(map[bool]string{true: "danger.one.kept", false: "danger.one.added"}[i == 0]), Text: l.Text}
		if l.Receipt != "" {
			h.Text = strings.TrimSpace(w.T("danger.one.receipt", "text", l.Receipt) + "\n" + l.Text)
		}
		v.Lines = append(v.Lines, h)
	}
	for _, o := range s.Opened {
		v.Opened = append(v.Opened, o.Name+", "+w.DateTime(o.At))
	}
	if s.Own {
		v.Receipt, v.Text = more(w, f)
		if v.With, err = p.withField(q, f); err != nil {
			return err
		}
	}
	return q.RenderStatus(code, notePage, v)
}
