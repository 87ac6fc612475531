// Package school holds the pages of those who receive concerns and work cases:
// rektor, who stands in, and whoever handles a track. A page reads a Desk,
// fills a view and renders; it decides nothing.
package school

import (
	"embed"
	"slices"

	"tilhor"
	"tilhor/internal/archive"
	"tilhor/internal/cases"
	"tilhor/internal/circles"
	"tilhor/internal/concerns"
	"tilhor/internal/dialogue"
	"tilhor/internal/front"
	"tilhor/internal/handover"
	"tilhor/internal/ideas"
	"tilhor/internal/interventions"
	"tilhor/internal/sfo"
	"tilhor/internal/web"
)

//go:embed *.html
var files embed.FS

var page = web.Pages(files)

// Pages are the pages of cases, on the desks where they are worked.
type Pages struct {
	Concerns *concerns.Desk
	Cases    *cases.Desk
	Archive  *archive.Desk // nil where a test has none
	Handover *handover.Desk
	SFO      *sfo.Desk
	Dialogue *dialogue.Desk // nil where a test has none
	Front    *front.Desk    // the school's own page
	Ideas    *ideas.Desk    // what pupils and parents suggest
	Circles  *circles.Desk  // the parents' own groups

	Interventions *interventions.Desk // nil where a test has none
}

// workers are the roles that can come to have something to do with a case: the
// scope decides which, track by track.
var workers = tilhor.StaffRoles

// given are those who can be given a track: who works at a school, and the
// owner's people, by name and one track at a time.
var given = append(slices.Clone(tilhor.StaffRoles), tilhor.RoleOwnerAdviser)

// Routes lists every page of the package.
func (p *Pages) Routes() []web.Route {
	track := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/saker/{spor}" + path, Name: "school." + name, Roles: given, Case: true, Sensitive: true, Serve: serve}
	}
	rektor := []tilhor.Role{tilhor.RoleRektor}
	routes := []web.Route{
		{Method: "GET", Path: "/bekymringer/{slug}/stilling", Name: "school.take", Roles: workers, Case: true, Sensitive: true, Serve: p.take},
		{Method: "POST", Path: "/bekymringer/{slug}/stilling", Name: "school.take.decide", Roles: workers, Case: true, Sensitive: true, Serve: p.decide},
		{Method: "GET", Path: "/bekymringer/muntlig", Name: "school.spoken", Roles: workers, Case: true, Sensitive: true, Serve: p.spoken},
		{Method: "POST", Path: "/bekymringer/muntlig", Name: "school.spoken.tell", Roles: workers, Case: true, Sensitive: true, Serve: p.tell},
		{Method: "GET", Path: "/saker", Name: "school.list", Roles: given, Case: true, Sensitive: true, Serve: p.list},
		{Method: "POST", Path: "/saker", Name: "school.list.search", Roles: given, Case: true, Sensitive: true, Serve: p.search},
		track("GET", "", "track", p.track),
		track("GET", "/sammenheng", "matter", p.matter),
		track("POST", "/sammenheng", "matter.decide", p.doMatter),
		track("GET", "/lesinger", "readings", p.readings),
		track("GET", "/skriv", "note", p.note),
		track("POST", "/skriv", "note.write", p.doNote),
		track("GET", "/strakstiltak", "protect", p.protect),
		track("POST", "/strakstiltak", "protect.start", p.doProtect),
		track("GET", "/tatt-opp", "raise", p.raise),
		track("POST", "/tatt-opp", "raise.write", p.doRaise),
		track("GET", "/ansvar", "handler", p.handler),
		track("POST", "/ansvar", "handler.appoint", p.doHandler),
		track("GET", "/elev", "identify", p.identify),
		track("POST", "/elev", "identify.do", p.doIdentify),
		track("GET", "/apne", "reopen", p.reopen),
		track("POST", "/apne", "reopen.do", p.doReopen),
		{Method: "GET", Path: HomePath, Name: "school.places", Roles: rektor, Serve: p.school},
		{Method: "GET", Path: frontPath, Name: "school.front", Roles: workers, Sensitive: true, Serve: p.front},
		{Method: "POST", Path: frontPath, Name: "school.front.write", Roles: workers, Sensitive: true, Serve: p.writeFront},
		{Method: "GET", Path: "/stedfortreder", Name: "school.standin", Roles: rektor, Sensitive: true, Serve: p.standin},
		{Method: "POST", Path: "/stedfortreder", Name: "school.standin.hand", Roles: rektor, Sensitive: true, Serve: p.hand},
		{Method: "POST", Path: "/stedfortreder/tilbake", Name: "school.standin.take-back", Form: "/stedfortreder", Roles: rektor, Sensitive: true, Serve: p.takeBack},
		{Method: "GET", Path: "/fravaer", Name: "school.away", Roles: workers, Sensitive: true, Serve: p.away},
		{Method: "POST", Path: "/fravaer", Name: "school.away.say", Roles: workers, Sensitive: true, Serve: p.sayAway},
		{Method: "POST", Path: "/fravaer/tilbake", Name: "school.away.back", Form: "/fravaer", Roles: workers, Sensitive: true, Serve: p.back},
		{Method: "GET", Path: "/overlevering", Name: "school.over", Roles: workers, Case: true, Sensitive: true, Serve: p.over},
		{Method: "POST", Path: "/overlevering", Name: "school.over.give", Roles: workers, Case: true, Sensitive: true, Serve: p.giveOver},
		{Method: "GET", Path: "/overlevering/{kvittering}", Name: "school.over.receipt", Roles: workers, Case: true, Sensitive: true, Serve: p.overReceipt},
		{Method: "GET", Path: "/avgangstrinnet", Name: "school.lastyear", Roles: workers, Case: true, Sensitive: true, Serve: p.lastYear},
		// A rektor without training may see who lacks it; recording it takes training.
		{Method: "GET", Path: "/opplaring", Name: "school.training", Roles: rektor, Serve: p.training},
		{Method: "POST", Path: "/opplaring", Name: "school.training.train", Roles: rektor, Sensitive: true, Serve: p.train},
	}
	routes = append(routes, p.ideaRoutes()...)
	routes = append(routes, p.insightRoutes()...)
	routes = append(routes, p.lifeRoutes()...)
	routes = append(routes, p.craftRoutes()...)
	routes = append(routes, p.handoverRoutes()...)
	routes = append(routes, p.sfoRoutes()...)
	routes = append(routes, p.childrenRoutes()...)
	routes = append(routes, p.wallRoutes()...)
	routes = append(routes, p.dialogueRoutes()...)
	return append(routes, p.stageRoutes()...)
}
