// Package owner holds the pages of the school owner's adviser (rådgiver hos
// skoleeier): counts of schools, never a name, never a word of a case.
package owner

import (
	"embed"

	"tilhor"
	"tilhor/internal/front"
	"tilhor/internal/oversight"
	"tilhor/internal/web"
)

//go:embed *.html
var files embed.FS

var page = web.Pages(files)

// Pages are the pages of the owner.
type Pages struct {
	Oversight *oversight.Desk
	Front     *front.Desk // which schools do not read; nil where a test has none
}

// Routes lists every page of the package.
func (p *Pages) Routes() []web.Route {
	adviser := []tilhor.Role{tilhor.RoleOwnerAdviser}
	return []web.Route{
		{Method: "GET", Path: "/skoler", Name: "owner.schools", Roles: adviser, Sensitive: true, Serve: p.schools},
		{Method: "GET", Path: "/skoler/tall.csv", Name: "owner.csv", Roles: adviser, Sensitive: true, Serve: p.csv},
	}
}
