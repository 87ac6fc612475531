// Package circle holds the pages of parent groups (foreldregrupper): the kit that
// starts one, and what a group has agreed. No page names a pupil, or a
// parent who has not asked for it.
package circle

import (
	"embed"
	"net/http"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/circles"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

//go:embed *.html
var files embed.FS

var page = web.Pages(files)

var (
	kitPage    = page("kit")
	circlePage = page("circle")
)

const path = "/foreldregruppe"

// Pages are the pages, on the desk they read and write.
type Pages struct{ Circles *circles.Desk }

// Routes lists every page of the package.
func (p *Pages) Routes() []web.Route {
	parent := []tilhor.Role{tilhor.RoleParent}
	return []web.Route{
		{Method: "GET", Path: path, Name: "circle.kit", Roles: parent, Case: true, Sensitive: true, Serve: p.kit},
		{Method: "POST", Path: path, Name: "circle.kit.start", Roles: parent, Case: true, Sensitive: true, Serve: p.start},
		{Method: "GET", Path: path + "/{gruppe}", Name: "circle.circle", Roles: parent, Case: true, Sensitive: true, Serve: p.circle},
		{Method: "POST", Path: path + "/{gruppe}", Name: "circle.circle.write", Roles: parent, Case: true, Sensitive: true, Serve: p.write},
	}
}

// A question is a field and how it is asked, as the component draws it.
type question struct {
	Kind   string
	F      web.Field
	Clock  web.Field
	Groups []struct{}
}

// Named is what a class or a year is called: «5A», «5. trinn».
func Named(w *lang.Words, u circles.Unit) string {
	if u.Year() {
		return w.T("circles.year", "n", u.Grade)
	}
	return u.Name()
}

// Lines are what a group has agreed, in words.
func Lines(w *lang.Words, a circles.Agreed) (all []string) {
	for _, c := range a.Choices {
		if c == circles.Other {
			all = append(all, a.Words)
			continue
		}
		all = append(all, w.T("circles.agreed."+c))
	}
	return all
}

// note stands on every page: what is about a child who is not well is no matter for
// the group.
func note(w *lang.Words) web.Note {
	return web.Note{Color: "info", Title: w.T("circles.note"), Text: w.T("circles.note-text"), Href: "/min/si", Link: w.T("circles.note-link")}
}

// A module is a short text for parents (kort for foreldre).
type module struct {
	Title string
	Lines []string
}

// modules are the texts; each has as many lines as its words have.
func modules(w *lang.Words) (all []module) {
	for _, key := range []string{"see", "prevent", "own", "net"} {
		m := module{Title: w.T("circles.card." + key)}
		for n := 1; w.Has("circles.card." + key + "-" + strconv.Itoa(n)); n++ {
			m.Lines = append(m.Lines, w.T("circles.card."+key+"-"+strconv.Itoa(n)))
		}
		all = append(all, m)
	}
	return all
}

// A kit is a ready-made meeting: what is done in which minutes, what to talk about, and
// agreements to choose from.
type kit struct {
	W                    *lang.Words
	Title                string
	Agenda, Asks, Agreed []string
	Stories              []string // where one is read aloud
}

func kitOf(w *lang.Words, name string) kit {
	key := "circles.kit." + name
	k := kit{W: w, Title: w.T(key), Agenda: numbered(w, key+".agenda"), Asks: numbered(w, key+".ask")}
	if name == "apart" {
		k.Stories = numbered(w, "circles.story")
	}
	for _, a := range circles.Kits[name] {
		k.Agreed = append(k.Agreed, w.T("circles.agreed."+a))
	}
	return k
}

func kits(w *lang.Words) (all []kit) {
	for _, name := range circles.KitNames {
		all = append(all, kitOf(w, name))
	}
	return all
}

// numbered are the lines of a text that has several.
func numbered(w *lang.Words, key string) (all []string) {
	for n := 1; w.Has(key + "-" + strconv.Itoa(n)); n++ {
		all = append(all, w.T(key+"-"+strconv.Itoa(n)))
	}
	return all
}

// agreeing are the questions of the agreements. The answer that a name is no pupil's
// is there once it is asked for.
func agreeing(w *lang.Words, f *web.Form) []question {
	choices := f.Field(w, "choices", w.T("circles.choices"))
	choices.Help = w.T("circles.choices-help")
	for _, c := range circles.Agreements {
		choices.Options = append(choices.Options, web.Option{Value: c, Label: w.T("circles.agreed." + c), Checked: f.Ticked("choices", c)})
	}
	words := f.Field(w, "words", w.T("circles.words"))
	words.Help, words.Rows, words.Mark = w.T("circles.words-help"), 2, w.T("form.optional")
	next, where := f.Field(w, "next", w.T("circles.next")), f.Field(w, "where", w.T("circles.where"))
	next.Help, next.Mark, where.Mark = w.T("form.date-help"), w.T("form.optional"), w.T("form.optional")
	return append([]question{{Kind: "checks", F: choices}, {Kind: "area", F: words}, {Kind: "date", F: next}, {Kind: "text", F: where}, nameMe(w, f, "named")}, noPupil(w, f)...)
}

// nameMe asks whether the others are to read who wrote it: no, until one says so.
func nameMe(w *lang.Words, f *web.Form, name string) question {
	x := f.Field(w, name, "")
	x.Options = []web.Option{{Value: "yes", Label: w.T("circles.named"), Checked: f.Ticked(name, "yes")}}
	return question{Kind: "box", F: x}
}

// noPupil asks whether what looks like a name is a pupil's, when something does. The
// same is asked of every name, whether or not there is such a pupil.
func noPupil(w *lang.Words, f *web.Form) []question {
	x := f.Field(w, "no-pupil", "")
	if x.Error == "" && !f.Has("no-pupil") {
		return nil
	}
	x.Options = []web.Option{{Value: "yes", Label: w.T("circles.no-pupil"), Checked: f.Ticked("no-pupil", "yes")}}
	return []question{{Kind: "box", F: x}}
}

func agreedOf(f *web.Form) circles.Agreed {
	a := circles.Agreed{Choices: f.All("choices"), Words: f.Get("words"), Where: f.Line("where"), Named: f.Ticked("named", "yes"), NoPupil: f.Ticked("no-pupil", "yes")}
	a.Next = f.Day("next")
	return a
}

// done says what was done, when the page is come to after an act.
func done(q *web.Req) *web.Note {
	what := q.Query("gjort")
	if what != "startet" && what != "avtalt" && what != "plan" && what != "borte" && what != "foreslatt" && what != "delt" && what != "ikke-delt" {
		return nil
	}
	return &web.Note{Color: "success", Role: "status", Title: q.T.T("circles.done." + what)}
}

// frame is the surface of a parent. Bare is that of the parent of a protected child:
// no school, no municipality and no name for who looks over a shoulder.
func frame(q *web.Req, title string, bare bool) web.Frame {
	f := q.Frame(title)
	if bare {
		f.School, f.Owner, f.Nav = "", "", nil
		f.Who, f.RoleName = q.T.T("parent.signed-in"), ""
	}
	f.Level = "voksen"
	if q.R.Method != http.MethodGet {
		f.Langs = nil
	}
	return f
}

// placed is a class with its school, where that may stand there.
func placed(w *lang.Words, u circles.Unit, school string) string {
	return strings.TrimSuffix(Named(w, u)+", "+school, ", ")
}
