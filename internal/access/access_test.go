package access_test

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"

	"pgregory.net/rapid"
)

var now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

var acts = []access.Act{access.Follow, access.Receive, access.Read, access.Work, access.Lead, access.Carry, access.Answer, access.FollowForce, access.LeadForce, access.Assign}

func kindOf(act access.Act) access.Kind {
	if act == access.FollowForce || act == access.LeadForce {
		return access.Force
	}
	if act == access.Follow || act == access.Receive {
		return access.Concern
	}
	return access.Track
}

func scope(act access.Act) *db.Stmt { return stmts[act] }

var stmts = func() map[access.Act]*db.Stmt {
	m := map[access.Act]*db.Stmt{}
	for _, a := range acts {
		m[a] = db.SQL(`SELECT DISTINCT x.thing FROM access_grant x WHERE x.owner = $1 AND ` + access.Scope(a, "x.thing"))
	}
	return m
}()

// worlds draws grants, bars and an actor so small that they often meet.
// The persons that things are about: Signe and Leah are, or have been, protected.
func worlds(t *rapid.T) (gs []access.Grant, bs []access.Bar, ks []access.Guard, a tilhor.Actor) {
	person := rapid.SampledFrom([]tilhor.PersonID{"kari", "ina", "jonas"})
	role := rapid.SampledFrom([]tilhor.Role{tilhor.RoleRektor, tilhor.RoleRektor, tilhor.RoleTeacher, tilhor.RoleParent, tilhor.RoleOwnerAdviser, tilhor.RoleOwnerAdviser})
	unit := rapid.SampledFrom([]tilhor.SchoolID{"solbakken", "solbakken", "fjell", access.Owner})
	rel := rapid.SampledFrom([]access.Relation{access.Reporter, access.Intake, access.Leads, access.Leads, access.Leads, access.Handles, access.Covers, access.Carries, access.Asked, access.Glass, access.OnCall, access.Appoints, access.Advises})
	day := rapid.IntRange(-3, 2)
	kind := rapid.SampledFrom([]access.Kind{access.Concern, access.Track, access.School, access.Force})
	at := func() (time.Time, time.Time) {
		from := now.AddDate(0, 0, day.Draw(t, "from"))
		if rapid.Bool().Draw(t, "ends") {
			return from, now.AddDate(0, 0, day.Draw(t, "until"))
		}
		return from, time.Time{}
	}
	for range rapid.IntRange(8, 40).Draw(t, "grants") {
		g := access.Grant{Kind: kind.Draw(t, "kind"), Unit: unit.Draw(t, "unit"), Relation: rel.Draw(t, "relation")}
		if rapid.IntRange(0, 3).Draw(t, "usual") > 0 { // mostly a relation that fits the kind
			g.Kind = map[access.Relation]access.Kind{access.Reporter: access.Concern, access.Intake: access.Concern}[g.Relation]
			if g.Kind == "" {
				g.Kind = access.Track
			}
			if (g.Relation == access.Reporter || g.Relation == access.Leads) && rapid.Bool().Draw(t, "force") {
				g.Kind = access.Force
			}
		}
		g.Thing = fmt.Sprint(rapid.IntRange(1, 3).Draw(t, "thing"))
		if rapid.Bool().Draw(t, "named") || g.Kind == access.School {
			g.Person = person.Draw(t, "person")
		} else {
			g.Role = role.Draw(t, "role")
		}
		if g.Kind == access.School {
			g.Thing = string(g.Unit)
		}
		g.From, g.Until = at()
		gs = append(gs, g)
	}
	for range rapid.IntRange(0, 4).Draw(t, "bars") {
		b := access.Bar{Kind: rapid.SampledFrom([]access.Kind{access.Concern, access.Track, access.Force}).Draw(t, "kind"), Thing: fmt.Sprint(rapid.IntRange(1, 3).Draw(t, "thing")), Unit: unit.Draw(t, "unit")}
		if rapid.Bool().Draw(t, "named") {
			b.Person = person.Draw(t, "person")
		} else {
			b.Role = role.Draw(t, "role")
		}
		b.From, b.Until = at()
		bs = append(bs, b)
	}
	for n := range rapid.IntRange(0, 4).Draw(t, "guards") {
		k := access.Guard{
			Kind: rapid.SampledFrom([]access.Kind{access.Concern, access.Track}).Draw(t, "kind"), Thing: fmt.Sprint(rapid.IntRange(1, 3).Draw(t, "thing")),
			Subject: tilhor.PersonID(fmt.Sprintf("elev%d", n)), // each guards one thing, so that each may have ended
		}
		if rapid.IntRange(0, 3).Draw(t, "ended") == 0 {
			k.Until = now.AddDate(0, 0, day.Draw(t, "until"))
		}
		ks = append(ks, k)
		for range rapid.IntRange(0, 2).Draw(t, "named") {
			g := access.Grant{Kind: access.Person, Thing: string(k.Subject), Person: person.Draw(t, "person"), Unit: unit.Draw(t, "unit"), Relation: access.Named}
			g.From, g.Until = at()
			gs = append(gs, g)
		}
	}
	a = tilhor.Actor{Person: person.Draw(t, "me"), Role: role.Draw(t, "as"), School: unit.Draw(t, "at"), Trained: rapid.IntRange(0, 4).Draw(t, "trained") > 0}
	if a.Role == tilhor.RoleOwnerAdviser && rapid.IntRange(0, 3).Draw(t, "at the owner") > 0 {
		a.School = access.Owner
	}
	if rapid.IntRange(0, 3).Draw(t, "given") == 0 { // else few are let through
		gs = append(gs, access.Grant{Kind: access.Track, Thing: "1", Person: a.Person, Unit: a.School, Relation: rel.Draw(t, "mine"), From: now.AddDate(0, 0, -1)})
	}
	if rapid.IntRange(0, 2).Draw(t, "has all") == 0 { // so that every act is let through at times, whatever relations there come to be
		for _, g := range []access.Grant{
			{Kind: access.Concern, Relation: access.Reporter},
			{Kind: access.Concern, Relation: access.Intake},
			{Kind: access.Track, Relation: access.Leads},
			{Kind: access.Track, Relation: access.Carries},
			{Kind: access.Track, Relation: access.Asked},
			{Kind: access.Track, Relation: access.Appoints},
			{Kind: access.Force, Relation: access.Reporter},
			{Kind: access.Force, Relation: access.Leads},
		} {
			g.Thing, g.Person, g.Unit, g.From = "1", a.Person, a.School, now.AddDate(0, 0, -1)
			gs = append(gs, g)
		}
		if rapid.Bool().Draw(t, "named for them") {
			for _, k := range ks {
				gs = append(gs, access.Grant{Kind: access.Person, Thing: string(k.Subject), Person: a.Person, Unit: a.School, Relation: access.Named, From: now.AddDate(0, 0, -1)})
			}
		}
	}
	return gs, bs, ks, a
}

// The list and the single answer are one rule: for every act, the things the
// scope lists are just those Decide lets through.
func TestScopeEqualsDecide(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		met, owners, kept, past := map[access.Act]int{}, 0, 0, 0
		rapid.Check(t, func(rt *rapid.T) {
			gs, bs, ks, a := worlds(rt)
			a.Owner = tilhor.OwnerID(tilhor.NewID())
			store(t, d, a.Owner, gs, bs, ks)
			for _, act := range acts {
				var want []string
				for n := 1; n <= 3; n++ {
					_, ok := access.Decide(a, act, fmt.Sprint(n), gs, bs, now, ks...)
					if ok {
						want = append(want, fmt.Sprint(n))
					}
					if _, free := access.Decide(a, act, fmt.Sprint(n), gs, bs, now); free && !ok {
						kept++
					} else if ok && len(ks) > 0 && act == access.Lead {
						past++
					}
				}
				met[act] += len(want)
				if a.Role == tilhor.RoleOwnerAdviser {
					owners += len(want)
				}
				if got := listed(t, d, a, act); strings.Join(got, " ") != strings.Join(want, " ") {
					rt.Fatalf("%s: the scope lists %v, Decide lets %v through", act, got, want)
				}
			}
		})
		if owners == 0 {
			t.Error("the owner's people were never let through: the worlds are too poor to prove anything of them")
		}
		for _, act := range acts {
			if met[act] == 0 {
				t.Errorf("%s was never let through: the worlds are too poor to prove anything", act)
			}
		}
		if kept == 0 || past == 0 {
			t.Errorf("guards kept out %d and let %d past: the worlds are too poor to prove anything", kept, past)
		}
	})
}

func store(t *testing.T, d *db.DB, owner tilhor.OwnerID, gs []access.Grant, bs []access.Bar, ks []access.Guard) {
	t.Helper()
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		for _, g := range gs {
			if err := access.Give(tx, owner, g); err != nil {
				return err
			}
		}
		for _, b := range bs {
			if err := access.Shut(tx, owner, b); err != nil {
				return err
			}
		}
		for i, k := range ks { // the person first or the thing first: the guard is the same
			protect := func() error { return access.Protect(tx, owner, k.Subject) }
			about := func() error {
				_, err := access.About(tx, owner, k.Kind, k.Thing, k.Subject, "solbakken", now)
				return err
			}
			if i%2 == 0 {
				protect, about = about, protect
			}
			if err := errors.Join(protect(), about()); err != nil {
				return err
			}
			if !k.Until.IsZero() {
				if err := access.Release(tx, owner, k.Subject, k.Until); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func listed(t *testing.T, d *db.DB, a tilhor.Actor, act access.Act) (got []string) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		for n := 1; n <= 3; n++ { // Allow and Scope must agree as well
			_, err := access.Allow(tx, a, act, fmt.Sprint(n), now)
			if err == nil {
				got = append(got, fmt.Sprint(n))
			} else if !errors.Is(err, tilhor.ErrNotFound) {
				return err
			}
		}
		var all []string
		err := tx.Each(scope(act), func(scan db.Scan) error {
			var id string
			err := scan(&id)
			all = append(all, id)
			return err
		}, access.Args(a, act, now)...)
		sort.Strings(all)
		if strings.Join(all, " ") != strings.Join(got, " ") {
			return fmt.Errorf("the scope lists %v, Allow lets %v through", all, got)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// The matrix of who may do what, to be read by people.
func TestWhoMay(t *testing.T) {
	at := func(p, role string) tilhor.Actor {
		return tilhor.Actor{Person: tilhor.PersonID(p), Role: tilhor.Role(role), School: "solbakken", Trained: true}
	}
	owners := func(p string) tilhor.Actor {
		return tilhor.Actor{Person: tilhor.PersonID(p), Role: tilhor.RoleOwnerAdviser, Trained: true}
	}
	grants := []access.Grant{
		{Kind: access.Concern, Thing: "c", Role: tilhor.RoleOwnerAdviser, Unit: access.Owner, Relation: access.Intake},
		{Kind: access.Track, Thing: "t", Role: tilhor.RoleOwnerAdviser, Unit: access.Owner, Relation: access.Leads},
		{Kind: access.Track, Thing: "t", Person: "siri", Unit: access.Owner, Relation: access.Handles},
		{Kind: access.Track, Thing: "t", Person: "tor", Unit: access.Owner, Relation: access.Leads},
		{Kind: access.School, Thing: "", Person: "vera", Unit: access.Owner, Relation: access.Intake},
		{Kind: access.School, Thing: "", Person: "vera", Unit: access.Owner, Relation: access.Appoints},
		{Kind: access.Track, Thing: "t", Role: tilhor.RoleOwnerAdviser, Unit: access.Owner, Relation: access.Appoints},
		{Kind: access.Track, Thing: "t", Person: "olav", Unit: access.Owner, Relation: access.Advises},
		{Kind: access.Track, Thing: "t", Person: "lars", Unit: "fjell", Relation: access.Leads},
		{Kind: access.Concern, Thing: "c", Role: tilhor.RoleRektor, Unit: "solbakken", Relation: access.Intake},
		{Kind: access.Concern, Thing: "c", Person: "jonas", Unit: "solbakken", Relation: access.Reporter},
		{Kind: access.Track, Thing: "t", Role: tilhor.RoleRektor, Unit: "solbakken", Relation: access.Leads},
		{Kind: access.Track, Thing: "t", Person: "ina", Unit: "solbakken", Relation: access.Handles},
		{Kind: access.Track, Thing: "t", Person: "mona", Unit: "solbakken", Relation: access.Carries},
		{Kind: access.Track, Thing: "t", Person: "hilde2", Unit: "solbakken", Relation: access.Glass, From: now, Until: now.Add(time.Hour)},
		{Kind: access.School, Thing: "solbakken", Person: "vera", Unit: "solbakken", Relation: access.OnCall},
		{Kind: access.School, Thing: "solbakken", Person: "hilde", Unit: "solbakken", Relation: access.Intake},
		{Kind: access.School, Thing: "solbakken", Person: "stig", Unit: "solbakken", Relation: access.Leads, From: now, Until: now.AddDate(0, 0, 7)},
	}
	away := at("kari", "rektor")
	away.School = "fjell"
	lent := at("lars", "deputy")
	lent.School = "fjell"
	lentHome := at("lars", "deputy")
	ownerUntrained := owners("siri")
	ownerUntrained.Trained = false
	ownerAtSchool := owners("siri")
	ownerAtSchool.School = "solbakken"
	untrained := at("ina", "social-teacher")
	untrained.Trained = false
	for _, row := range []struct {
		who  string
		a    tilhor.Actor
		may  string
		when time.Time
	}{
		{"rektor", at("kari", "rektor"), "receive read work lead carry", now},
		{"rektor of another school", away, "", now},
		{"the one who handles it", at("ina", "social-teacher"), "read work carry", now},
		{"the same without privacy training", untrained, "", now},
		{"the same, as a parent", at("ina", "parent"), "", now},
		{"who carries out a measure", at("mona", "sfo"), "carry", now},
		{"who told", at("jonas", "teacher"), "follow", now},
		{"who was given the reports", at("hilde", "deputy"), "receive", now},
		{"who stands in this week", at("stig", "teacher"), "read work lead carry", now},
		{"who stood in last week", at("stig", "teacher"), "", now.AddDate(0, 0, 8)},
		{"who opened it in an emergency, within the hour", at("hilde2", "deputy"), "read", now},
		{"the same, an hour later", at("hilde2", "deputy"), "", now.Add(time.Hour)},
		{"who has the watch", at("vera", "teacher"), "", now},
		{"any other teacher", at("per", "teacher"), "", now},
		{"the owner's adviser", owners("anne"), "", now},
		{"the owner's adviser, as if at the school", ownerAtSchool, "", now},
		{"given the case by the owner", owners("siri"), "read work carry", now},
		{"the same without privacy training", ownerUntrained, "", now},
		{"appointed by the owner to lead it", owners("tor"), "read work lead carry", now},
		{"who receives reports for the owner", owners("vera"), "receive assign", now},
		{"the owner's adviser in the case", owners("olav"), "read", now},
		{"appointed from another school", lent, "read work lead carry", now},
		{"the same, acting elsewhere", lentHome, "", now},
		{"nobody", tilhor.Actor{Role: tilhor.RoleAnyone}, "", now},
	} {
		var may []string
		for _, act := range []access.Act{access.Follow, access.Receive, access.Read, access.Work, access.Lead, access.Carry, access.Assign} {
			thing := map[access.Kind]string{access.Concern: "c", access.Track: "t"}[kindOf(act)]
			if _, ok := access.Decide(row.a, act, thing, grants, nil, row.when); ok {
				may = append(may, string(act))
			}
		}
		if got := strings.Join(may, " "); got != row.may {
			t.Errorf("%s may %q, want %q", row.who, got, row.may)
		}
	}
	bars := []access.Bar{{Kind: access.Track, Thing: "t", Person: "kari"}}
	if _, ok := access.Decide(at("kari", "rektor"), access.Read, "t", grants, bars, now); ok {
		t.Error("a bar did not beat the grant")
	}
	bars = []access.Bar{{Kind: access.Track, Thing: "t", Person: "tor"}}
	if _, ok := access.Decide(owners("tor"), access.Read, "t", grants, bars, now); ok {
		t.Error("a bar did not beat what the owner gave")
	}
}

// A protected pupil: neither rektor's role nor the task of standing in passes,
// only who is named, and that only to what is granted besides. Who told and who
// carries out a measure go on as before.
func TestWhoMayComeToAProtectedPupil(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		owner := tilhor.OwnerID(tilhor.NewID())
		at := func(p, role string) tilhor.Actor {
			return tilhor.Actor{Owner: owner, Person: tilhor.PersonID(p), Role: tilhor.Role(role), School: "solbakken", Trained: true}
		}
		write := func(do func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(context.Background(), do); err != nil {
				t.Fatal(err)
			}
		}
		vera := tilhor.Actor{Owner: owner, Person: "vera", Role: tilhor.RoleOwnerAdviser, Trained: true} // receives for the owner, and appoints
		who := func() (may string) {
			for _, a := range []tilhor.Actor{at("kari", "rektor"), at("ina", "social-teacher"), at("stig", "teacher"), at("hilde", "deputy"), at("mona", "sfo"), at("jonas", "teacher"), vera} {
				may += string(a.Person) + ":"
				for _, act := range acts {
					if err := d.Read(context.Background(), func(tx *db.Tx) error { _, err := access.Allow(tx, a, act, "1", now); return err }); err == nil {
						may += string(act)[:2]
					}
				}
				may += " "
			}
			return may
		}
		is := func(when, want string) {
			t.Helper()
			if got := who(); got != want {
				t.Errorf("%s: may %q, want %q", when, got, want)
			}
		}
		write(func(tx *db.Tx) error {
			for _, g := range []access.Grant{
				{Kind: access.Concern, Thing: "1", Role: tilhor.RoleRektor, Relation: access.Intake},
				{Kind: access.Concern, Thing: "1", Person: "jonas", Relation: access.Reporter},
				{Kind: access.Track, Thing: "1", Role: tilhor.RoleRektor, Relation: access.Leads},
				{Kind: access.Track, Thing: "1", Person: "ina", Relation: access.Handles},
				{Kind: access.Track, Thing: "1", Person: "mona", Relation: access.Carries},
				{Kind: access.School, Thing: "solbakken", Person: "stig", Relation: access.Leads},
				{Kind: access.Concern, Thing: "1", Role: tilhor.RoleOwnerAdviser, Relation: access.Intake},
				{Kind: access.Track, Thing: "1", Role: tilhor.RoleOwnerAdviser, Relation: access.Appoints},
				{Kind: access.School, Person: "vera", Relation: access.Intake},
				{Kind: access.School, Person: "vera", Relation: access.Appoints},
			} {
				g.From = now
				if g.Role != tilhor.RoleOwnerAdviser && g.Person != "vera" {
					g.Unit = "solbakken"
				}
				if err := access.Give(tx, owner, g); err != nil {
					return err
				}
			}
			for _, kind := range []access.Kind{access.Concern, access.Track} {
				if guards, err := access.About(tx, owner, kind, "1", "signe", "solbakken", now); err != nil || guards {
					return fmt.Errorf("guarded before she is protected: %v, %w", guards, err)
				}
			}
			return nil
		})
		is("before", "kari:rerewoleca ina:rewoca stig:rewoleca hilde: mona:ca jonas:fo vera:reas ")
		write(func(tx *db.Tx) error { return access.Protect(tx, owner, "signe") })
		is("protected", "kari: ina: stig: hilde: mona:ca jonas:fo vera:reas ")
		write(func(tx *db.Tx) error {
			return access.Name(tx, owner, access.Naming{Subject: "signe", Person: "hilde", Unit: "solbakken", Lead: true, By: "kari", From: now})
		})
		write(func(tx *db.Tx) error {
			if guards, err := access.About(tx, owner, access.Concern, "2", "signe", "solbakken", now); err != nil || !guards {
				return fmt.Errorf("not guarded when she is protected: %v, %w", guards, err)
			}
			return nil
		})
		is("Hilde leads by name", "kari: ina: stig: hilde:rerewoleca mona:ca jonas:fo vera:reas ")
		write(func(tx *db.Tx) error {
			return access.Name(tx, owner, access.Naming{Subject: "signe", Person: "ina", Unit: "solbakken", By: "hilde", From: now})
		})
		is("Ina is named", "kari: ina:rewoca stig: hilde:rerewoleca mona:ca jonas:fo vera:reas ")
		write(func(tx *db.Tx) error { return access.Unname(tx, owner, "signe", "hilde", now) })
		is("Hilde no longer", "kari: ina:rewoca stig: hilde: mona:ca jonas:fo vera:reas ")
		write(func(tx *db.Tx) error { return access.Release(tx, owner, "signe", now) })
		is("lifted", "kari:rerewoleca ina:rewoca stig:rewoleca hilde: mona:ca jonas:fo vera:reas ")
	})
}
