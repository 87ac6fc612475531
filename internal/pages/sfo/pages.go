// Package sfo holds the pages of the machine that those who work at SFO share:
// who it is, six digits, telling a concern, and what one has agreed to do there.
// It shows no case, no list of cases and no search, and nothing of what was sent
// before: somebody else stands at it next.
package sfo

import (
	"context"
	"embed"
	"slices"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/roster"
	"tilhor/internal/sfo"
	"tilhor/internal/web"
	"tilhor/internal/web/tell"
)

//go:embed *.html
var files embed.FS

var page = web.Pages(files)

// Pages are the pages of the shared machine, on the desks they read.
type Pages struct {
	SFO      *sfo.Desk
	Cases    *cases.Desk
	Concerns *concerns.Desk
}

// The addresses.
const (
	herePath = web.TabletPath + "/her"
	tellPath = web.TabletPath + "/meld"
)

// Routes lists every page of the package. Who has not said who it is may come to
// the first ones, on the machine; the others are for who works at SFO. A text
// that is cut off is kept as one written on the form that everybody at a school
// has, so that it can be finished there too.
func (p *Pages) Routes() []web.Route {
	anyone, staff := []tilhor.Role{tilhor.RoleAnyone}, []tilhor.Role{tilhor.RoleSFO}
	t := tell.Screens{
		Concerns: p.Concerns, School: school,
		Leave: func(*web.Req, roster.School) string { return herePath },
		Sent:  func(slug, _ string) string { return web.TabletPath + "/sendt/" + slug },
		Only:  ofSFO,
	}
	const asElsewhere = "/bekymringer/ny"
	at := func(method, path, name string, roles []tilhor.Role, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: web.TabletPath + path, Name: "sfo." + name, Roles: roles, Tablet: true, Case: roles[0] != tilhor.RoleAnyone, Serve: serve}
	}
	show, step := at("GET", "/meld", "tell", staff, t.Show), at("POST", "/meld", "tell.step", staff, t.Step)
	show.Form, step.Form = asElsewhere, asElsewhere
	return []web.Route{
		at("GET", "", "who", anyone, p.who),
		at("GET", "/kode/{hvem}", "pin", anyone, p.pin),
		at("POST", "/kode/{hvem}", "pin.enter", anyone, p.enter),
		at("POST", "/ut", "leave", anyone, p.leave),
		at("GET", "/her", "here", staff, p.here),
		show, step,
		at("GET", "/sendt/{slug}", "sent", staff, p.sent),
		at("GET", "/avtaler/{tiltak}", "measure", staff, p.measure),
		at("POST", "/avtaler/{tiltak}", "measure.tick", staff, p.agreement().Note),
	}
}

// lastYear is the last year at school of which all may go to SFO (opplæringslova § 4-5).
// Some may until the seventh, for needs of their own: which, the lists know or nobody.
const lastYear = 4

// ofSFO are the pupils who can be found on a machine that stands where others pass:
// those who go to SFO, or where no list says who does, those of the years it is for. Who
// is none of them is as one the school does not have, and is told of in words.
func ofSFO(all []roster.Pupil) (some []roster.Pupil) {
	listed := slices.ContainsFunc(all, func(p roster.Pupil) bool { return p.SFO })
	for _, p := range all {
		if p.SFO || !listed && roster.Year(p.Class) > 0 && roster.Year(p.Class) <= lastYear {
			some = append(some, p)
		}
	}
	return some
}

// Tablet finds the machine that holds a token, for the frame.
func (p *Pages) Tablet(owner tilhor.OwnerID) func(context.Context, string, tilhor.PersonID) (web.Tablet, error) {
	return func(ctx context.Context, token string, person tilhor.PersonID) (web.Tablet, error) {
		at, err := p.SFO.At(ctx, owner, token, person)
		return web.Tablet{ID: at.ID, School: at.School, Name: at.Name, Open: at.Open, Closes: at.Closes, Stamp: at.Stamp}, err
	}
}

// place is the machine, as the room knows it.
func place(q *web.Req) sfo.Place {
	t := q.Tablet
	return sfo.Place{Owner: q.Kit.Owner.ID, ID: t.ID, School: t.School, Name: t.Name, Open: t.Open, Closes: t.Closes, Stamp: t.Stamp}
}

// openPath is where who works at the school can tell without the machine.
func openPath(q *web.Req) string { return "/s/" + string(q.Tablet.School) + "/ansatt" }

// school is the school the machine stands at.
func school(q *web.Req) (s roster.School, err error) {
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		s, err = q.Kit.Roster.School(tx, q.Kit.Owner.ID, q.Tablet.School)
		return err
	})
	return s, err
}
