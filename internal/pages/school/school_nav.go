package school

import (
	"strings"

	"tilhor"
	"tilhor/internal/web"
)

// Nav is the menu of staff, for web.Kit: two places, what I must do and all I
// may see, and what only rektor has besides. A count beside a place is what
// waits there for the reader. Who has no case has no place for cases.
func (p *Pages) Nav(q *web.Req) []web.NavItem {
	if !q.Actor.Role.Staff() {
		return nil
	}
	items := []web.NavItem{{Href: "/i-dag", Icon: "House", Text: q.T.T("school.nav.today")}}
	open := 0
	if q.Actor.Trained {
		// A menu without its counts is still a menu.
		items[0].Count, _ = p.Concerns.CountNew(q.Context(), q.Actor)
		open, _ = p.Cases.CountOpen(q.Context(), q.Actor)
	}
	if open > 0 || q.Actor.Role.Leads() || q.Actor.Role == tilhor.RoleSocialTeacher {
		items = append(items, web.NavItem{Href: "/saker", Icon: "Tasklist", Text: q.T.T("school.nav.cases"), Count: open})
	}
	items = append(items, web.NavItem{Href: "/bekymringer", Icon: "Chat", Text: q.T.T("school.nav.concerns")})
	if q.Actor.Role == tilhor.RoleRektor {
		items = append(items, web.NavItem{Href: "/stedfortreder", Icon: "PersonGroup", Text: q.T.T("school.nav.standin")},
			web.NavItem{Href: "/opplaring", Icon: "Book", Text: q.T.T("school.nav.training")})
	}
	for i := range items {
		items[i].Current = current(q.R.URL.Path, items[i].Href)
	}
	return items
}

// current says whether a page lies under a place of the menu. A stance is taken
// on the way from today.
func current(path, place string) bool {
	if strings.HasSuffix(path, "/stilling") || path == "/bekymringer/muntlig" {
		return place == "/i-dag"
	}
	return path == place || strings.HasPrefix(path, place+"/")
}
