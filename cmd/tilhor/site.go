package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/oversight"
	"tilhor/internal/pages/owner"
	"tilhor/internal/pages/public"
	"tilhor/internal/pages/school"
	"tilhor/internal/pages/staff"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
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
}

func newHouse(d *db.DB, keys *seal.Keys, clock tilhor.Clock, log *slog.Logger) *house {
	j := journal.New(keys)
	return &house{db: d, keys: keys, journal: j, roster: roster.New(keys, j), clock: clock, log: log}
}

// site is every page of one owner. people are the made-up ones to sign in as,
// in a demo.
func (h *house) site(o web.Owner, login signin.Config, people []public.Face) (*web.Site, error) {
	door, err := signin.New(o.ID, login, h.db, h.roster, h.clock, h.log)
	if err != nil {
		return nil, fmt.Errorf("sign-in: %w", err)
	}
	told := &concerns.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}
	worked := &cases.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Concerns: told, Clock: h.clock}
	kit := &web.Kit{
		DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock, Owner: o, Log: h.log, Level: door.Enough,
		Home: home, Nav: func(q *web.Req) []web.NavItem { return here(q, menu(q, told, worked)) },
	}
	s, err := web.New(kit)
	if err != nil {
		return nil, err
	}
	s.Mount(door.Routes(s))
	s.Mount((&public.Pages{Concerns: told, People: people}).Routes())
	s.Mount((&staff.Pages{Concerns: told, Cases: worked}).Routes())
	s.Mount((&school.Pages{Concerns: told, Cases: worked}).Routes())
	s.Mount((&owner.Pages{Oversight: &oversight.Desk{DB: h.db, Clock: h.clock}}).Routes())
	return s, nil
}

// home is where a role's day begins.
func home(r tilhor.Role) string {
	if r == tilhor.RoleOwnerAdviser {
		return "/skoler"
	}
	return "/i-dag"
}

// menu is what stands in the menu of the one who reads: two places, not twelve.
func menu(q *web.Req, told *concerns.Desk, worked *cases.Desk) []web.NavItem {
	if q.Actor.Role == tilhor.RoleOwnerAdviser {
		return []web.NavItem{{Href: "/skoler", Icon: "MeetingSmall", Text: q.T.T("nav.schools")}}
	}
	if !q.Actor.Role.Staff() {
		return nil
	}
	items := []web.NavItem{{Href: "/i-dag", Icon: "House", Text: q.T.T("nav.today")}}
	if n, err := told.CountNew(q.Context(), q.Actor); err == nil {
		items[0].Count = n
	}
	if n, err := worked.CountOpen(q.Context(), q.Actor); err == nil && (n > 0 || q.Actor.Role.Leads() || q.Actor.Role == tilhor.RoleSocialTeacher) {
		items = append(items, web.NavItem{Href: "/saker", Icon: "Tasklist", Text: q.T.T("nav.cases"), Count: n})
	}
	items = append(items, web.NavItem{Href: "/bekymringer", Icon: "Chat", Text: q.T.T("nav.told")})
	if q.Actor.Role == tilhor.RoleRektor {
		items = append(items, web.NavItem{Href: "/stedfortreder", Icon: "Person", Text: q.T.T("nav.standin")},
			web.NavItem{Href: "/opplaring", Icon: "Book", Text: q.T.T("nav.training")})
	}
	return items
}

// here marks the place in the menu that the page belongs to: taking a stance on
// a concern is part of the day.
func here(q *web.Req, items []web.NavItem) []web.NavItem {
	path := q.R.URL.Path
	if strings.HasSuffix(path, "/stilling") || path == "/bekymringer/muntlig" {
		path = "/i-dag"
	}
	for i := range items {
		items[i].Current = path == items[i].Href || strings.HasPrefix(path, items[i].Href+"/")
	}
	return items
}

// tend does what must be done beside the pages until ctx ends: the record's
// tree each second, duties that fell due, drafts and sessions that ran out,
// the owner's counts.
func (h *house) tend(ctx context.Context, sites ...*web.Site) {
	second := time.NewTicker(time.Second)
	go func() {
		defer second.Stop()
		h.journal.Run(ctx, h.db, second.C, func(o tilhor.OwnerID, err error) { h.log.Error("the record's tree", "owner", o, "err", err) })
	}()
	go every(ctx, 10*time.Second, func() {
		for _, o := range h.keys.Owners() {
			if _, err := duty.Wake(ctx, h.db, o, h.clock(), 1000); err != nil && ctx.Err() == nil {
				h.log.Error("wake duties", "owner", o, "err", err)
			}
		}
	})
	go every(ctx, 10*time.Minute, func() {
		for _, s := range sites {
			if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				h.log.Error("sweep drafts and sessions", "err", err)
			}
		}
		for _, o := range h.keys.Owners() {
			if err := oversight.Publish(ctx, h.db, o, h.clock()); err != nil && ctx.Err() == nil {
				h.log.Error("the owner's counts", "owner", o, "err", err)
			}
		}
	})
}

func every(ctx context.Context, d time.Duration, do func()) {
	t := time.NewTicker(d)
	defer t.Stop()
	for do(); ; do() {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// listen serves until ctx ends, then lets those under way finish.
func listen(ctx context.Context, l net.Listener, handler http.Handler) error {
	srv := web.Server(l.Addr().String(), handler)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		end, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := srv.Shutdown(end); err != nil && !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
}
