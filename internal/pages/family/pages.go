// Package family holds the pages of the child and of the home: what each may
// see of the child's own part of a case, and what each can say. A page reads a
// Desk, fills a view and renders; who may see what is asked in the room.
package family

import (
	"embed"
	"net/http"
	"strings"

	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

//go:embed *.html
var files embed.FS

var page = web.Pages(files)

var (
	blocksPage = page("blocks")
	formPage   = page("form")
	pickPage   = page("pick")
)

// Pages are the pages of the family, on the desks they read and write.
type Pages struct {
	Concerns *concerns.Desk
	Cases    *cases.Desk
}

// Routes lists every page of the package.
func (p *Pages) Routes() []web.Route {
	return append(p.parentRoutes(), p.mineRoutes()...)
}

// A blocksView is a page of one thing after another, with a heading each.
type blocksView struct {
	web.Frame
	Back                *web.Back
	Line, Heading, Lead string
	Done                *web.Note
	Buttons             []web.Button
	Blocks              []block
	Form                *web.Form // of what closes the page again
	Close, CloseText    string
}

// A block is one of them. What is empty in it is not drawn.
type block struct {
	ID, Title string
	Text      []string
	Note      *web.Note
	Quotes    []web.Quote
	Times     []web.Happening
	Facts     []web.Facts
	List      []string
	After     string
	Buttons   []web.Button
}

func (v blocksView) show(q *web.Req) error {
	f := q.Frame(v.Heading)
	if v.Frame.W != nil { // it was stripped beforehand
		f = v.Frame
	}
	v.Frame = f
	v.Level = "voksen"
	v.heldBack(q.T)
	return q.Render(blocksPage, v)
}

// heldBack says in words where a sentence is not shown, because it names another
// child.
func (v *blocksView) heldBack(w *lang.Words) {
	for _, b := range v.Blocks {
		for i := range b.Text {
			b.Text[i] = said(w, b.Text[i])
		}
		for i := range b.List {
			b.List[i] = said(w, b.List[i])
		}
		for i := range b.Quotes {
			b.Quotes[i].Text = said(w, b.Quotes[i].Text)
		}
		for i := range b.Times {
			b.Times[i].Text = said(w, b.Times[i].Text)
		}
		for _, f := range b.Facts {
			for i := range f.Items {
				f.Items[i].Text = said(w, f.Items[i].Text)
			}
		}
	}
}

func said(w *lang.Words, text string) string {
	return strings.ReplaceAll(text, cases.HeldBack, w.T("parent.held"))
}

// A formView is one question on a page.
type formView struct {
	web.Frame
	Back          web.Back
	Heading, Lead string
	Note          *web.Note
	Quote         *web.Quote
	Hidden        []struct{ Name, Value string }
	Faults        *web.Summary
	Form          *web.Form
	Action        string
	Questions     []question
	Help          string
	Buttons       []web.Button
}

// A question is a field and how it is asked, as the component draws it.
type question struct {
	Kind   string // text, area, select, radios
	F      web.Field
	Clock  web.Field
	Groups []struct{}
}

func (v formView) show(q *web.Req, code int, f *web.Form) error {
	if v.Frame.W == nil {
		v.Frame = q.Frame(v.Heading)
	}
	v.Form, v.Action = f, q.R.URL.Path
	if v.Quote != nil {
		v.Quote.Text = said(q.T, v.Quote.Text)
	}
	if v.Level == "" {
		v.Level = "voksen"
	}
	v.Faulty = code == http.StatusUnprocessableEntity
	v.Faults = web.SummaryOf(q.T, f.Faults)
	if q.R.Method != http.MethodGet {
		v.Langs = nil
	}
	return q.RenderStatus(code, formPage, v)
}

func area(w *lang.Words, f *web.Form, name, label, help string) question {
	x := f.Field(w, name, label)
	x.Help, x.Rows = help, 6
	return question{Kind: "area", F: x}
}

// stripped is the frame of a page that somebody may look at over a shoulder and
// learn where a protected child is: no school, no municipality and no name.
func stripped(q *web.Req, heading string) web.Frame {
	f := q.Frame(heading)
	f.School, f.Owner, f.Nav = "", "", nil
	f.Who, f.RoleName = q.T.T("parent.signed-in"), ""
	return f
}
