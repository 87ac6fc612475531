// Package hearing holds the pages of a hearing (høring): the adviser's, from the
// letter to the sent answer; a body's, where it says what it means; and everybody's,
// the answer itself.
package hearing

import (
	"embed"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"tilhor"
	"tilhor/internal/hearing"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

//go:embed *.html
var files embed.FS

var sheetPage = web.Pages(files)("sheet")

// Pages are the pages.
type Pages struct {
	Hearings *hearing.Desk

	made   sync.Map // the PDFs of answers, by what they were made of: a few, and frozen
	making sync.Mutex
}

// Where the adviser's pages lie, and everybody's.
const (
	HomePath   = "/eier/horinger"
	PublicPath = "/horinger"
)

// Routes lists every page of the package.
func (p *Pages) Routes() []web.Route {
	adviser := []tilhor.Role{tilhor.RoleOwnerAdviser}
	member := []tilhor.Role{
		tilhor.RolePupil, tilhor.RoleParent, tilhor.RoleTeacher, tilhor.RoleEmployee, tilhor.RoleSFO, tilhor.RoleSocialTeacher,
		tilhor.RoleDeputy, tilhor.RoleRektor, tilhor.RoleNurse, tilhor.RolePPT, tilhor.RoleOwnerAdviser,
	}
	anyone := []tilhor.Role{tilhor.RoleAnyone}
	own := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: HomePath + path, Name: "hearing." + name, Roles: adviser, Sensitive: true, File: name == "receive", Serve: serve}
	}
	body := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/rad/{rad}/horinger" + path, Name: "hearing.body." + name, Roles: member, Sensitive: true, Serve: serve}
	}
	return []web.Route{
		own("GET", "", "all", p.all),
		own("GET", "/ny", "new", p.fresh),
		own("POST", "/ny", "open", p.doOpen),
		own("GET", "/{horing}", "status", p.status),
		own("POST", "/{horing}", "ask", p.doStatus),
		own("GET", "/{horing}/tiltak", "measures", p.measures),
		own("POST", "/{horing}/tiltak", "import", p.doMeasures),
		own("GET", "/{horing}/post/{rad}", "mail", p.mail),
		own("POST", "/{horing}/post/{rad}", "receive", p.doMail),
		own("GET", "/{horing}/post/{rad}/{fil}", "came", p.came),
		own("GET", "/{horing}/matrise", "matrix", p.matrix),
		own("GET", "/{horing}/matrise/{tiltak}", "measure", p.measure),
		own("POST", "/{horing}/matrise/{tiltak}", "choose", p.doMeasure),
		own("GET", "/{horing}/utkast", "draft", p.draft),
		own("POST", "/{horing}/utkast", "write", p.doDraft),
		own("GET", "/{horing}/send", "send", p.send),
		own("POST", "/{horing}/send", "sending", p.doSend),
		own("GET", "/{horing}/oppfolging", "follow", p.follow),
		own("POST", "/{horing}/oppfolging", "promise", p.doFollow),
		own("GET", "/{horing}/filer", "files", p.files),
		body("GET", "", "all", p.asked),
		body("GET", "/{horing}", "see", p.see),
		body("POST", "/{horing}", "act", p.doSee),
		body("GET", "/{horing}/tiltak/{tiltak}", "say", p.say),
		body("POST", "/{horing}/tiltak/{tiltak}", "said", p.doSay),
		body("GET", "/{horing}/vedtak", "adopt", p.adopt),
		body("POST", "/{horing}/vedtak", "adopted", p.doAdopt),
		{Method: "GET", Path: PublicPath, Name: "hearing.answers", Roles: anyone, Serve: p.answers},
		{Method: "GET", Path: PublicPath + "/{horing}/svar", Name: "hearing.answer", Roles: anyone, Serve: p.answer},
		{Method: "GET", Path: PublicPath + "/{horing}/svar.txt", Name: "hearing.answer.text", Roles: anyone, Serve: p.answerText},
		{Method: "GET", Path: PublicPath + "/{horing}/svar.pdf", Name: "hearing.answer.pdf", Roles: anyone, Serve: p.answerPDF},
		{Method: "GET", Path: PublicPath + "/{horing}/signatur.txt", Name: "hearing.answer.signature", Roles: anyone, Serve: p.signature},
		{Method: "GET", Path: PublicPath + "/{horing}/svar.html", Name: "hearing.answer.file", Roles: anyone, Serve: p.answerFile},
	}
}

// A sheet is a page: what it is about, and parts with what can be done.
type sheet struct {
	web.Frame
	Back          *web.Back
	Tabs          []tab
	Done          *web.Note
	Line, Heading string
	Lead          string
	Notes         []web.Note
	Faults        *web.Summary
	Stats         []web.Stat
	Next          []web.Button
	Key           []web.Option
	Parts         []part
}

type tab struct {
	Href, Text string
	Current    bool
}

// A part is one of them.
type part struct {
	ID, Title, Text string
	Note            *web.Note
	Empty           *web.Empty
	Duties          []web.Duty
	Gate            *web.Gate
	Strips          []strip
	Table           *web.Table
	Facts           *web.Facts
	Sentences       []sentence
	Quotes          []web.Quote
	Lines           []string
	Rest            *rest
	Forms           []form
	WithFile        *form // one that takes a file
	Buttons         []web.Button
}

// A rest is what is more of a part than is seen at once.
type rest struct {
	Summary string
	Table   *web.Table
	Quotes  []web.Quote
	Lines   []string
}

// A strip is a measure and how the bodies stand to it.
type strip struct {
	Name, Href, Words string
	State             web.State
	Wide              int // how many bodies the strip is of
	Shares            []share
}

// A share is how much of a strip a stance takes.
type share struct {
	Stance reply.Stance
	X, N   int
}

// A sentence is one of the draft.
type sentence struct {
	ID, Text, Before string
	On               bool
	Meta             []string
	States           []web.State
	More             *more
	Forms            []form
}

type more struct {
	Summary string
	Lines   []string
}

// A form is one of several on a page.
type form struct {
	Form       *web.Form
	Action, Do string
	Hidden     []hidden
	Fold, Lead string
	Open       bool
	Questions  []question
	Buttons    []web.Button
}

type hidden struct{ Name, Value string }

type question struct {
	Kind   string
	F      web.Field
	Clock  web.Field
	Parts  []question
	Open   bool
	Groups []struct{}
}

// show renders the page, with what was wrong in a form that came.
func (v sheet) show(q *web.Req, code int, f *web.Form) error {
	v.Frame = q.Frame(v.Heading)
	v.Surface = web.Work // also for everybody: an answer is long, and no child's page
	if f != nil {
		v.Faults, v.Faulty = web.SummaryOf(q.T, f.Faults), code == http.StatusUnprocessableEntity
	}
	if done := q.Query("gjort"); v.Done == nil && q.T.Has("hear.done."+done) {
		v.Done = &web.Note{Color: "success", Role: "status", Title: q.T.T("hear.done." + done)}
	}
	return q.RenderStatus(code, sheetPage, v)
}

// formOf is the form of a page that is called do: the one that came, or an empty
// one. of tells forms of one name apart.
func formOf(q *web.Req, f *web.Form, do, of, button string, ask func(f *web.Form) []question) form {
	mine := f != nil && f.Get("do") == do && f.Get("of") == of
	if !mine {
		f = web.NewForm()
	}
	x := form{Form: f, Action: q.R.URL.Path, Do: do, Open: mine && len(f.Faults) > 0, Questions: ask(f), Buttons: []web.Button{{Text: button, Kind: "secondary"}}}
	if of != "" {
		x.Hidden = []hidden{{"of", of}}
	}
	return x
}

func none(*web.Form) []question { return nil }

// first is the form with the page's one primary button.
func (f form) first() form {
	f.Buttons[0].Kind = ""
	return f
}

// with is the form with something that it is about.
func (f form) with(h hidden) form {
	f.Hidden = append(f.Hidden, h)
	return f
}

func (f form) folded(line string) form {
	f.Fold = line
	return f
}

func text(w *lang.Words, f *web.Form, name, key string) question {
	return question{Kind: "text", F: labelled(w, f, name, key)}
}

func area(w *lang.Words, f *web.Form, name, key string, rows int) question {
	x := labelled(w, f, name, key)
	x.Rows = rows
	return question{Kind: "area", F: x}
}

func date(w *lang.Words, f *web.Form, name, key string) question {
	return question{Kind: "date", F: labelled(w, f, name, key)}
}

func labelled(w *lang.Words, f *web.Form, name, key string) web.Field {
	x := f.Field(w, name, w.T(key))
	if w.Has(key + "-help") {
		x.Help = w.T(key + "-help")
	}
	if w.Has(key + "-mark") {
		x.Mark = w.T(key + "-mark")
	}
	return x
}

// choices is a question with one answer; options are value and label in turn.
func choices(w *lang.Words, f *web.Form, kind, name, key string, options ...[2]string) question {
	x := labelled(w, f, name, key)
	for _, o := range options {
		x.Options = append(x.Options, web.Option{Value: o[0], Label: o[1], Checked: f.Get(name) == o[0]})
	}
	return question{Kind: kind, F: x}
}

func stances(w *lang.Words, all ...reply.Stance) (out [][2]string) {
	for _, s := range all {
		out = append(out, [2]string{string(s), lang.Cap(s.Name(w))})
	}
	return out
}

// serve shows a page that may stand with a kept form in it.
func serve(q *web.Req, show func(code int, f *web.Form) error) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return show(http.StatusOK, f)
}

func readDate(f *web.Form, name string) tilhor.Date {
	if f.Line(name) == "" {
		return ""
	}
	d, err := lang.ReadDate(f.Line(name))
	if err != nil {
		f.Faults.Add(true, name, "hearing.fault.date")
	}
	return d
}

// number reads a whole number, 0 for nothing.
func number(f *web.Form, name, key string) (n int) {
	s := f.Line(name)
	for _, r := range s {
		if r < '0' || r > '9' || len(s) > 3 {
			f.Faults.Add(true, name, key)
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}

// at is an address of a hearing.
func at(slug string, parts ...string) string {
	to := HomePath + "/" + slug
	for _, p := range parts {
		to += "/" + url.PathEscape(p)
	}
	return to
}

func tabs(q *web.Req, slug string) (all []tab) {
	for _, t := range []string{"", "matrise", "utkast", "send", "oppfolging"} {
		to := at(slug)
		if t != "" {
			to = at(slug, t)
		}
		key := t
		if key == "" {
			key = "svar"
		}
		all = append(all, tab{to, q.T.T("hear.tab." + key), q.R.URL.Path == to || t == "matrise" && strings.HasPrefix(q.R.URL.Path, to)})
	}
	return all
}

// line is what stands above the heading: which hearing it is.
func line(w *lang.Words, h hearing.Hearing) string {
	parts := []string{h.Letter.Title}
	if h.Letter.Sender != "" {
		parts = append(parts, h.Letter.Sender)
	}
	parts = append(parts, w.T("hear.deadline", "date", h.Letter.Deadline))
	return strings.Join(parts, " · ")
}
