// Package staff holds the pages of everyone who works at a school: the page of
// today, telling a concern, the answer to it, and ticking off what one does for
// a pupil. A page reads a Desk, fills a view and renders; it decides nothing.
package staff

import (
	"embed"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/danger"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/interventions"
	"tilhor/internal/roster"
	"tilhor/internal/web"
	"tilhor/internal/web/tell"
)

//go:embed *.html
var files embed.FS

var page = web.Pages(files)

// Pages are the pages of staff, on the desks they read.
type Pages struct {
	Concerns      *concerns.Desk
	Cases         *cases.Desk
	Danger        *danger.Desk
	Interventions *interventions.Desk
	Dialogue      *dialogue.Desk // nil where a test has none
}

// Routes lists every page of the package. Telling waits for no training and no
// second factor: the duty to report is everybody's (§ 12-4).
func (p *Pages) Routes() []web.Route {
	staff := tilhor.StaffRoles
	t := tell.Screens{
		Concerns: p.Concerns, School: ownSchool,
		Leave: func(*web.Req, roster.School) string { return "/i-dag" },
		Sent:  func(slug, _ string) string { return "/bekymringer/" + slug },
	}
	routes := []web.Route{
		{Method: "GET", Path: "/i-dag", Name: "staff.today", Roles: staff, Case: true, Serve: p.today},
		{Method: "GET", Path: "/tiltak/{id}", Name: "staff.measure", Roles: staff, Case: true, Sensitive: true, Serve: p.showMeasure},
		{Method: "POST", Path: "/tiltak/{id}", Name: "staff.measure.tick", Roles: staff, Case: true, Sensitive: true, Serve: p.ticked().Note},
		{Method: "GET", Path: "/bekymringer", Name: "staff.concerns", Roles: staff, Case: true, Serve: p.told},
		{Method: "GET", Path: "/bekymringer/nye", Name: "staff.new", Roles: staff, Case: true, Sensitive: true, Serve: p.fresh},
		{Method: "GET", Path: "/bekymringer/ny", Name: "staff.tell", Roles: staff, Case: true, Serve: t.Show},
		{Method: "POST", Path: "/bekymringer/ny", Name: "staff.tell.step", Roles: staff, Case: true, Serve: t.Step},
		{Method: "GET", Path: "/bekymringer/{slug}", Name: "staff.answer", Roles: staff, Case: true, Serve: p.answer},
		{Method: "GET", Path: "/bekymringer/{slug}/kvittering", Name: "staff.receipt", Roles: staff, Case: true, Serve: p.receiptFile},
		{Method: "GET", Path: "/bekymringer/{slug}/kvittering/bilde", Name: "staff.receipt.picture", Roles: staff, Case: true, Serve: p.receiptPicture},
	}
	return append(append(append(routes, p.dangerRoutes()...), p.forceRoutes()...), p.askedRoutes()...)
}

// ownSchool is the school the reader works at.
func ownSchool(q *web.Req) (s roster.School, err error) {
	err = q.Kit.DB.Look(q.Context(), func(tx *db.Tx) error {
		s, err = q.Kit.Roster.School(tx, q.Kit.Owner.ID, q.Actor.School)
		return err
	})
	return s, err
}
