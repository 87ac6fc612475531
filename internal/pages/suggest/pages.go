// Package suggest holds the pages where pupils and parents suggest something to their
// school (innspill) and see the answer, and where the elevråd collects and votes. They
// show nobody who wrote a suggestion.
package suggest

import (
	"embed"

	"tilhor"
	"tilhor/internal/ideas"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

//go:embed *.html
var files embed.FS

var page = web.Pages(files)

var (
	minePage    = page("mine")
	councilPage = page("council")
	onePage     = page("one")
)

// The addresses. What is suggested has ten random characters in its own.
const (
	minePath    = "/innspill"
	councilPath = "/elevrad"
	tellPath    = "/min/si"
)

// Pages are the pages, on the desk they read and write.
type Pages struct{ Ideas *ideas.Desk }

// Routes lists every page of the package.
func (p *Pages) Routes() []web.Route {
	home, pupil := []tilhor.Role{tilhor.RolePupil, tilhor.RoleParent}, []tilhor.Role{tilhor.RolePupil}
	return []web.Route{
		{Method: "GET", Path: minePath, Name: "suggest.mine", Roles: home, Case: true, Serve: p.mine},
		{Method: "POST", Path: minePath, Name: "suggest.mine.say", Roles: home, Case: true, Serve: p.say},
		{Method: "GET", Path: councilPath, Name: "suggest.council", Roles: pupil, Case: true, Serve: p.council},
		{Method: "POST", Path: councilPath, Name: "suggest.council.propose", Roles: pupil, Case: true, Serve: p.propose},
		{Method: "GET", Path: councilPath + "/{innspill}", Name: "suggest.one", Roles: pupil, Case: true, Serve: p.one},
		{Method: "POST", Path: councilPath + "/{innspill}", Name: "suggest.one.decide", Roles: pupil, Case: true, Serve: p.decide},
	}
}

// A question is a field and how it is asked, as the component draws it.
type question struct {
	Kind   string
	F      web.Field
	Clock  web.Field
	Groups []struct{}
}

// A card is one suggestion as its reader sees it.
type card struct {
	Quote      web.Quote
	Href, Link string
	State      web.State
	Lines      []string
}

func radios(w *lang.Words, f *web.Form, name, key string, values ...string) question {
	x := f.Field(w, name, w.T(key))
	for _, v := range values {
		x.Options = append(x.Options, web.Option{Value: v, Label: w.T(key + "." + v), Checked: f.Ticked(name, v)})
	}
	return question{Kind: "radios", F: x}
}

func area(w *lang.Words, f *web.Form, name, key string) question {
	x := f.Field(w, name, w.T(key))
	x.Help, x.Rows = w.T(key+"-help"), 4
	return question{Kind: "area", F: x}
}

// box is one yes.
func box(w *lang.Words, f *web.Form, name, key string) question {
	x := f.Field(w, name, "")
	x.Options = []web.Option{{Value: "yes", Label: w.T(key), Checked: f.Ticked(name, "yes")}}
	return question{Kind: "box", F: x}
}

// asked is the questions of a suggestion, in the words of a child of ten.
func asked(w *lang.Words, f *web.Form) []question {
	all := []question{radios(w, f, "kind", "ideas.kind", ideas.Kinds...), area(w, f, "words", "ideas.words"), box(w, f, "child", "ideas.child")}
	if x := box(w, f, "no-pupil", "circles.no-pupil"); x.F.Error != "" || f.Has("no-pupil") { // once something looks like a name
		all = append(all, x)
	}
	return all
}

func saying(f *web.Form) ideas.Saying {
	s := ideas.Saying{School: tilhor.SchoolID(f.Get("school")), Kind: f.Get("kind"), Words: f.Get("words"), NoPupil: f.Get("no-pupil") == "yes", Child: f.Get("child") == "yes"}
	if c := f.Get("council"); c != "school" {
		s.Council = c
	}
	return s
}

// tell is the way for what is about one child: it stands on every page here.
func tell(w *lang.Words) web.Note {
	return web.Note{Color: "info", Title: w.T("ideas.tell"), Text: w.T("ideas.tell-text"), Href: tellPath, Link: w.T("ideas.tell-link")}
}

// level is how the page speaks: to a child, or to a grown-up.
func level(q *web.Req) string {
	if q.Actor.Role == tilhor.RolePupil {
		return "9-12"
	}
	return "voksen"
}

// done says what was done, when the page is come to after an act.
func done(q *web.Req) *web.Note {
	what := q.Query("gjort")
	if what != "sendt" && what != "stemt" && what != "lukket" {
		return nil
	}
	return &web.Note{Color: "success", Role: "status", Title: q.T.T("ideas.done." + what)}
}
