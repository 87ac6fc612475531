package school

import (
	"net/http"
	"strings"

	"tilhor"
	"tilhor/internal/web"
)

var sectionsPage = page("sections")

// A sectionsView is a page of several things that stand, each with what can be
// decided about it in a small form of its own.
type sectionsView struct {
	web.Frame
	Back                web.Back
	Line, Heading, Lead string
	Done                *web.Note
	Notes               []web.Note
	Faults              *web.Summary
	Sections            []section
}

// A section is one of them.
type section struct {
	ID, Title, Text string
	Note            *web.Note
	Empty           *web.Empty
	Table           *web.Table
	Facts           *web.Facts
	Forms           []smallForm
}

// A smallForm is one of several on a page. Do says which it is; the names of its
// fields begin with it, so that every id is one, and a fault is told at the
// right one. Fold hides it under a line until it is wanted.
type smallForm struct {
	Form       *web.Form
	Action, Do string
	Hidden     []struct{ Name, Value string }
	Fold, Lead string
	Open       bool
	Questions  []question
	Buttons    []web.Button
}

// A several is the forms of one page, of which one may have come back.
type several struct {
	q    *web.Req
	sent *web.Form
}

// of is the form that is called do: the one that came, or an empty one.
func (s several) of(do string) *web.Form {
	if s.sent.Get("do") == do {
		return s.sent
	}
	return web.NewForm()
}

// form begins a form. A fault in it opens it.
func (s several) form(do, button string, questions ...question) smallForm {
	f := s.of(do)
	return smallForm{
		Form: f, Action: s.q.R.URL.Path, Do: do, Open: f == s.sent && len(f.Faults) > 0, Questions: questions,
		Buttons: []web.Button{{Text: button, Kind: "secondary"}},
	}
}

// folded is a form under a line.
func (f smallForm) folded(line string) smallForm {
	f.Fold = line
	return f
}

// first is the form with the page's one primary button.
func (f smallForm) first() smallForm {
	f.Buttons[0].Kind = ""
	return f
}

// name is what a field of a form is called on the page.
func name(do, field string) string { return do + "-" + field }

// show renders the page.
func (v sectionsView) show(q *web.Req, code int, f *web.Form) error {
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	v.Faults = web.SummaryOf(q.T, f.Faults)
	if q.R.Method != http.MethodGet {
		v.Langs = nil
	}
	return q.RenderStatus(code, sectionsPage, v)
}

// decided does what one of a page's forms asks for, once, and gives a fault to
// the field that has its name on the page.
func decided(q *web.Req, f *web.Form, act func(do string, get func(string) string) (string, error), again func(int, *web.Form) error) error {
	do := f.Get("do")
	get := func(field string) string { return f.Get(name(do, field)) }
	return q.Answer(f, func() (string, error) {
		to, err := act(do, get)
		if faults := tilhor.FaultsOf(err); faults != nil {
			at := append(tilhor.Faults(nil), faults...)
			for i := range at {
				if !strings.HasPrefix(at[i].Field, do+"-") {
					at[i].Field = name(do, at[i].Field)
				}
			}
			err = at
		}
		return to, err
	}, again)
}
