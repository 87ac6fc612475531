// Package pupil holds the pages of a pupil, and of a parent, who has signed in:
// to tell, and to see what became of what they told. They show nothing but what
// the reader told.
package pupil

import (
	"context"
	"embed"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/front"
	"tilhor/internal/roster"
	"tilhor/internal/web"
	"tilhor/internal/web/say"
)

//go:embed *.html
var files embed.FS

var page = web.Pages(files)

// Pages are the pages.
type Pages struct {
	Concerns *concerns.Desk
	Front    *front.Desk                                                          // who reads when the school is shut; nil where a test has none
	Sees     func(context.Context, tilhor.Actor, ...tilhor.TrackID) (bool, error) // whether a parent may see these tracks; none are seen when nil
	Talk     func(q *web.Req, slug string) (string, error)                        // the talk about what was told; "" where there is none
	Adults   func(q *web.Req, s roster.School) ([]say.Adult, error)               // whom a child may talk with; say.Known when nil
	Lock     web.Latch                                                            // stands before what a pupil told; nil where a test has none
}

// HomePath is the list of what the reader has told; all pages lie beside it.
const HomePath = "/min/sagt"

// Routes lists every page of the package.
func (p *Pages) Routes() []web.Route {
	mine := []tilhor.Role{tilhor.RolePupil, tilhor.RoleParent}
	t := p.telling()
	route := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/min" + path, Name: "pupil." + name, Roles: mine, Case: true, Further: true, Serve: serve}
	}
	return []web.Route{
		route("GET", "/sagt", "home", p.home),
		route("GET", "/si", "say", t.Show),
		route("GET", "/si/bilder", "say.pictures", t.Pictures),
		route("POST", "/si", "say.step", t.Step),
		route("GET", "/sagt/{slug}", "told", p.Lock.Behind(p.told)),
		route("GET", "/sagt/{slug}/kvittering", "receipt", p.Lock.Behind(p.receipt)),
		route("GET", "/sagt/{slug}/kvittering/fil", "receipt.file", p.Lock.Behind(p.receiptFile)),
	}
}

// telling is the form for who is signed in: a pupil tells at the own school, a
// parent at the school of the child.
func (p *Pages) telling() *say.Screens {
	adults := p.Adults
	if adults == nil {
		adults = say.Known
	}
	return &say.Screens{
		Concerns: p.Concerns, School: schoolOf, Adults: adults, Start: level, Front: p.Front,
		Leave: func(*web.Req, roster.School) string { return HomePath },
		Sent:  func(slug string) string { return HomePath + "/" + slug },
	}
}
