// Package school holds the pages of those who receive concerns and work cases:
// rektor, who stands in, and whoever handles a track. A page reads a Desk,
// fills a view and renders; it decides nothing.
package school

import (
	"embed"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/web"
)

//go:embed *.html
var files embed.FS

var page = web.Pages(files)

// Pages are the pages of cases, on the desks where they are worked.
type Pages struct {
	Concerns *concerns.Desk
	Cases    *cases.Desk
}

// workers are the roles that can come to have something to do with a case: the
// scope decides which, track by track.
var workers = tilhor.StaffRoles

// leaders decide: rektor, and whom she has handed the task to.
var leaders = []tilhor.Role{tilhor.RoleRektor, tilhor.RoleDeputy}

// Routes lists every page of the package.
func (p *Pages) Routes() []web.Route {
	routes := []web.Route{}
	return append(routes, p.stageRoutes()...)
}
