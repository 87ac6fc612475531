package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/cases"
	"tilhor/internal/circles"
	"tilhor/internal/concerns"
	"tilhor/internal/danger"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/duty"
	"tilhor/internal/front"
	"tilhor/internal/handover"
	"tilhor/internal/hearing"
	"tilhor/internal/ideas"
	"tilhor/internal/interventions"
	"tilhor/internal/journal"
	"tilhor/internal/notices"
	"tilhor/internal/oversight"
	"tilhor/internal/pages/body"
	"tilhor/internal/pages/circle"
	"tilhor/internal/pages/dpo"
	"tilhor/internal/pages/family"
	hearingpages "tilhor/internal/pages/hearing"
	"tilhor/internal/pages/own"
	"tilhor/internal/pages/owner"
	"tilhor/internal/pages/public"
	"tilhor/internal/pages/pupil"
	"tilhor/internal/pages/school"
	"tilhor/internal/pages/sender"
	sfopages "tilhor/internal/pages/sfo"
	"tilhor/internal/pages/staff"
	"tilhor/internal/pages/suggest"
	"tilhor/internal/privacy"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
	"tilhor/internal/sfo"
	"tilhor/internal/web"
	"tilhor/internal/web/signin"
)

// house is the rooms over one database and its keys.
type house struct {
	db      *db.DB
	keys    *seal.Keys
	journal *journal.Journal
	roster  *roster.Roster
	clock   tilhor.Clock
	log     *slog.Logger
	limits  *web.Limits
	mailers map[tilhor.OwnerID]notices.Mailer // who carries mail; nobody is told anything without
}

func newHouse(d *db.DB, keys *seal.Keys, clock tilhor.Clock, log *slog.Logger) *house {
	j := journal.New(keys)
	return &house{db: d, keys: keys, journal: j, roster: roster.New(keys, j), clock: clock, log: log, limits: web.NewLimits(web.UsualBounds()), mailers: map[tilhor.OwnerID]notices.Mailer{}}
}

// site is every page of one owner. people are the made-up ones to sign in as,
// in a demo.
func (h *house) site(o web.Owner, login signin.Config, people []public.Face) (*web.Site, error) {
	door, err := signin.New(o.ID, login, h.db, h.roster, h.clock, h.log)
	if err != nil {
		return nil, fmt.Errorf("sign-in: %w", err)
	}
	told := &concerns.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}
	talks := &dialogue.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Concerns: told, Clock: h.clock, Child: cases.ChildOf}
	told.Became, told.Started, told.Opened = talks.Became, talks.Start, talks.Open
	worked := &cases.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Concerns: told, Clock: h.clock}
	worked.Talks = spokenIn(talks)
	shown := &front.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock, Away: worked.AwayOn, Closed: duty.Closed}
	told.Shut = shown.ShutOn
	sealed := &danger.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}
	used := &interventions.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}
	shared := &sfo.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}
	formal := &bodies.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}
	suggested := &ideas.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock, Bodies: formal}
	groups := &circles.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}
	kit := &web.Kit{
		DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock, Owner: o, Log: h.log, Level: door.Enough, Reaches: door.Reaches, SignOut: door.SignOut, Limits: h.limits,
		Home: homeOf, Nav: func(q *web.Req) []web.NavItem { return here(q, menu(q, told, worked, shared, suggested)) },
		Rooms: roomsOf(formal),
	}
	onTablet := &sfopages.Pages{SFO: shared, Cases: worked, Concerns: told}
	kit.Tablet = onTablet.Tablet(o.ID)
	s, err := web.New(kit)
	if err != nil {
		return nil, err
	}
	s.Mount(door.Routes(s))
	s.Mount((&public.Pages{Concerns: told, Front: shown, Ideas: suggested, Code: talks.CodeFor, People: people, Bodies: true}).Routes())
	home := &family.Pages{Concerns: told, Cases: worked}
	spoken := &sender.Pages{Dialogue: talks, Front: shown, Lock: home.Lock}
	s.Mount((&pupil.Pages{Concerns: told, Front: shown, Adults: public.Adults(shown), Sees: worked.HomeSees, Talk: spoken.Own, Lock: home.Lock}).Routes())
	s.Mount(spoken.Routes())
	s.Mount((&staff.Pages{Concerns: told, Cases: worked, Danger: sealed, Interventions: used, Dialogue: talks}).Routes())
	s.Mount((&school.Pages{
		Concerns: told, Cases: worked, Front: shown, Ideas: suggested, Circles: groups, Archive: h.archive(), SFO: shared, Handover: &handover.Desk{Cases: worked, Interventions: used, Dialogue: talks, Keys: h.keys, Clock: h.clock},
		Dialogue:      talks,
		Interventions: used,
	}).Routes())
	s.Mount(home.Routes())
	s.Mount((&suggest.Pages{Ideas: suggested}).Routes())
	s.Mount((&circle.Pages{Circles: groups}).Routes())
	s.Mount(onTablet.Routes())
	s.Mount((&dpo.Pages{Privacy: &privacy.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock, Shred: cases.ShredPart}}).Routes())
	s.Mount((&own.Pages{Notices: h.notices(), Base: login.Base}).Routes())
	s.Mount((&hearingpages.Pages{Hearings: h.hearings()}).Routes())
	s.Mount((&owner.Pages{Oversight: &oversight.Desk{DB: h.db, Clock: h.clock}, Front: shown}).Routes())
	s.Mount((&body.Pages{Bodies: formal, More: besideMeetings, Answers: hearingpages.PublicPath}).Routes())
	return s, nil
}

// besideMeetings is what a body's members find beside its meetings: the hearings that it is
// asked in, and for the pupils of an elevråd what has been suggested to it.
func besideMeetings(q *web.Req, b bodies.Body) []web.Button {
	all := []web.Button{{Text: q.T.T("nav.hearings"), Href: body.Path + "/" + b.Slug + "/horinger", Kind: "secondary"}}
	if b.Kind == bodies.Council && q.Actor.Role == tilhor.RolePupil {
		all = append(all, web.Button{Text: q.T.T("nav.ideas"), Href: "/elevrad", Kind: "secondary"})
	}
	return all
}

// roomsOf is where somebody finds the bodies they sit in, and nothing for who sits in
// none.
func roomsOf(d *bodies.Desk) func(*web.Req) string {
	return func(q *web.Req) string {
		if in, err := d.Sits(q.Context(), q.Actor); err != nil || !in {
			return ""
		}
		return body.Path
	}
}

// homeOf is where a role's day begins.
func homeOf(r tilhor.Role) string {
	if r == tilhor.RoleOwnerAdviser {
		return "/skoler"
	}
	if r == tilhor.RoleDPO {
		return "/personvernombud"
	}
	if r == tilhor.RoleParent {
		return "/foresatt"
	}
	if r == tilhor.RolePupil {
		return "/min"
	}
	return "/i-dag"
}

// countNew says how many new concerns wait for the reader, as far as they are counted.
func countNew(q *web.Req, told *concerns.Desk, item *web.NavItem) {
	if n, err := q.Count(web.NewConcerns, func() (int, error) { return told.CountNew(q.Context(), q.Actor) }); err == nil {
		item.Count, item.Over = min(n, concerns.MostCounted-1), n >= concerns.MostCounted
	}
}

// menu is what stands in the menu of the one who reads: two places, not twelve.
func menu(q *web.Req, told *concerns.Desk, worked *cases.Desk, shared *sfo.Desk, suggested *ideas.Desk) []web.NavItem {
	if q.Actor.Role == tilhor.RoleDPO {
		return []web.NavItem{{Href: "/personvernombud", Icon: "ShieldLock", Text: q.T.T("nav.dpo")}}
	}
	if q.Actor.Role == tilhor.RoleOwnerAdviser {
		items := []web.NavItem{{Href: "/skoler", Icon: "MeetingSmall", Text: q.T.T("nav.schools")}}
		items = append(items, web.NavItem{Href: body.OwnerPath, Icon: "PersonGroup", Text: q.T.T("nav.bodies")})
		notices := web.NavItem{Href: "/kommunen/meldinger", Icon: "Chat", Text: q.T.T("nav.owner-notices")}
		countNew(q, told, &notices)
		items = append(items, notices, web.NavItem{Href: hearingpages.HomePath, Icon: "Ear", Text: q.T.T("nav.hearings")})
		open := func() (int, error) { return worked.CountOpen(q.Context(), q.Actor) }
		if n, err := q.Count("cases.open", open); err == nil && n > 0 {
			items = append(items, web.NavItem{Href: "/saker", Icon: "Tasklist", Text: q.T.T("nav.cases"), Count: n})
		}
		return items
	}
	if !q.Actor.Role.Staff() {
		return nil
	}
	items := []web.NavItem{{Href: "/i-dag", Icon: "House", Text: q.T.T("nav.today")}}
	countNew(q, told, &items[0])
	open := func() (int, error) { return worked.CountOpen(q.Context(), q.Actor) }
	if n, err := q.Count("cases.open", open); err == nil && (n > 0 || q.Actor.Role.Leads() || q.Actor.Role == tilhor.RoleSocialTeacher) {
		items = append(items, web.NavItem{Href: "/saker", Icon: "Tasklist", Text: q.T.T("nav.cases"), Count: n})
	}
	items = append(items, web.NavItem{Href: "/bekymringer", Icon: "Chat", Text: q.T.T("nav.told")})
	if q.Actor.Role != tilhor.RoleRektor { // who answers in her place
		if n, err := suggested.Given(q.Context(), q.Actor); err == nil && n > 0 {
			items = append(items, web.NavItem{Href: school.IdeasPath, Icon: "Chat", Text: q.T.T("nav.ideas"), Count: n})
		}
	}
	if q.Actor.Role == tilhor.RoleRektor {
		items = append(items, web.NavItem{Href: school.HomePath, Icon: "MeetingSmall", Text: q.T.T("nav.school")})
	} else if leads, err := shared.Leads(q.Context(), q.Actor); err == nil && leads {
		items = append(items, web.NavItem{Href: school.SFOPath, Icon: "MeetingSmall", Text: q.T.T("nav.sfo")})
	}
	return items
}

// here marks the place in the menu that the page belongs to: taking a stance on
// a concern is part of the day.
func here(q *web.Req, items []web.NavItem) []web.NavItem {
	path := q.R.URL.Path
	if strings.HasPrefix(path, "/sperrede/") {
		path = "/i-dag"
		if q.Actor.Role == tilhor.RoleOwnerAdviser {
			path = "/kommunen/meldinger"
		}
	}
	if strings.HasSuffix(path, "/stilling") || strings.HasSuffix(path, "/samtale") || path == "/bekymringer/muntlig" || path == "/bekymringer/nye" {
		path = "/i-dag"
	}
	if q.Actor.Role == tilhor.RoleRektor && slices.ContainsFunc(school.UnderHome(), func(at string) bool { return path == at || strings.HasPrefix(path, at+"/") }) {
		path = school.HomePath
	}
	for i := range items {
		items[i].Current = path == items[i].Href || strings.HasPrefix(path, items[i].Href+"/")
	}
	return items
}

// hearings is the room of hearings, with the figures that claims can be bound to.
func (h *house) hearings() *hearing.Desk {
	d := &hearing.Desk{
		DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock,
		Bodies: &bodies.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock},
	}
	d.Registers = slices.Concat(d.Schools(), h.roster.Figures(), cases.Figures(), ideas.Figures())
	return d
}
