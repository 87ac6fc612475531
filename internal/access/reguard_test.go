package access_test

import (
	"context"
	"slices"
	"testing"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

var dropThingGuards = db.SQL(`DELETE FROM access_guard WHERE owner = $1 AND kind <> 'person'`)

// Somebody tells of Signe in the very moment she is protected: neither sees what
// the other writes. Soon after, what was told is guarded, and who leads for her
// has it.
func TestWhatWasToldWhileSheWasProtectedIsGuarded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, owner := context.Background(), tilhor.OwnerID(tilhor.NewID())
		write := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		protect := func(tx *db.Tx) error {
			if err := access.Protect(tx, owner, "signe"); err != nil {
				return err
			}
			return access.Name(tx, owner, access.Naming{Subject: "signe", Person: "hilde", Unit: "solbakken", Lead: true, By: "kari", From: now})
		}
		told := func(tx *db.Tx) error {
			if err := access.Give(tx, owner, access.Grant{Kind: access.Concern, Thing: "1", Role: tilhor.RoleRektor, Unit: "solbakken", Relation: access.Intake, From: now}); err != nil {
				return err
			}
			if err := access.Give(tx, owner, access.Grant{Kind: access.Concern, Thing: "1", Role: tilhor.RoleOwnerAdviser, Unit: access.Owner, Relation: access.Intake, From: now}); err != nil {
				return err // as when rektor is kin: who is named at the school has it all the same
			}
			_, err := access.About(tx, owner, access.Concern, "1", "signe", "solbakken", now)
			return err
		}
		if d.Engine() == db.Postgres {
			write(func(tx *db.Tx) error {
				if err := told(tx); err != nil {
					return err
				}
				return d.Write(ctx, protect) // by another, on a connection of its own
			})
		} else { // one writes at a time there: what a race would leave is made by hand
			write(protect)
			write(told)
			write(func(tx *db.Tx) error { _, err := tx.Exec(dropThingGuards, owner); return err })
		}
		nobodys := func(_ *db.Tx, kind access.Kind, thing string) error {
			t.Errorf("nobody can have %s %s, it says", kind, thing)
			return nil
		}
		may := func(p tilhor.PersonID, role tilhor.Role) bool {
			a := tilhor.Actor{Owner: owner, Person: p, Role: role, School: "solbakken", Trained: true}
			return d.Read(ctx, func(tx *db.Tx) error { _, err := access.Allow(tx, a, access.Receive, "1", now); return err }) == nil
		}
		if n, err := access.Bare(ctx, d, owner, now); err != nil || n != 1 || !may("kari", tilhor.RoleRektor) {
			t.Fatalf("the race was not one: %d bare, %v", n, err)
		}
		for _, want := range []int{1, 0} {
			if n, err := access.Reguard(ctx, d, owner, now, nobodys); err != nil || n != want {
				t.Fatalf("%d guarded, not %d: %v", n, want, err)
			}
		}
		if n, err := access.Bare(ctx, d, owner, now); err != nil || n != 0 {
			t.Errorf("%d still bare, %v", n, err)
		}
		if may("kari", tilhor.RoleRektor) || !may("hilde", tilhor.RoleTeacher) {
			t.Errorf("rektor may %v, who is named may %v", may("kari", tilhor.RoleRektor), may("hilde", tilhor.RoleTeacher))
		}
		write(func(tx *db.Tx) error { return access.Release(tx, owner, "signe", now) })
		if n, err := access.Reguard(ctx, d, owner, now, nobodys); err != nil || n != 0 || !may("kari", tilhor.RoleRektor) {
			t.Errorf("%d guarded of somebody who is protected no longer, %v", n, err)
		}
	})
}

// What was told of a protected pupil, and of the very one who leads for her, nobody who
// is named can have; nor what is about two, each with another who is named. Whoever
// receives it for the owner is asked to, until the owner has it.
func TestWhatNobodyWhoIsNamedCanHave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, owner := context.Background(), tilhor.OwnerID(tilhor.NewID())
		write := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		for subject, leader := range map[tilhor.PersonID]tilhor.PersonID{"signe": "hilde", "elias": "jonas"} {
			write(func(tx *db.Tx) error {
				if err := access.Protect(tx, owner, subject); err != nil {
					return err
				}
				return access.Name(tx, owner, access.Naming{Subject: subject, Person: leader, Unit: "solbakken", Lead: true, By: "kari", From: now})
			})
		}
		for _, x := range []struct {
			kind  access.Kind
			thing string
			about []tilhor.PersonID
			out   tilhor.PersonID
		}{
			{access.Concern, "1", []tilhor.PersonID{"signe"}, "hilde"},
			{access.Force, "2", []tilhor.PersonID{"signe"}, "hilde"},
			{access.Concern, "3", []tilhor.PersonID{"signe", "elias"}, "berit"},
			{access.Concern, "4", []tilhor.PersonID{"signe"}, "berit"},
			{access.Force, "5", []tilhor.PersonID{"elias"}, "hilde"},
			{access.Concern, "6", []tilhor.PersonID{"nora"}, "hilde"},
		} {
			write(func(tx *db.Tx) error {
				relation := map[access.Kind]access.Relation{access.Concern: access.Intake, access.Force: access.Leads}[x.kind]
				if err := access.Give(tx, owner, access.Grant{Kind: x.kind, Thing: x.thing, Role: tilhor.RoleRektor, Unit: "solbakken", Relation: relation, From: now}); err != nil {
					return err
				}
				if err := access.Shut(tx, owner, access.Bar{Kind: x.kind, Thing: x.thing, Person: x.out, From: now, Reason: "accused"}); err != nil {
					return err
				}
				for _, p := range x.about {
					if _, err := access.About(tx, owner, x.kind, x.thing, p, "solbakken", now); err != nil {
						return err
					}
				}
				return nil
			})
		}
		asked := func() (all []string) {
			t.Helper()
			_, err := access.Reguard(ctx, d, owner, now, func(tx *db.Tx, kind access.Kind, thing string) error {
				all = append(all, string(kind)+" "+thing)
				return access.Give(tx, owner, access.Grant{Kind: kind, Thing: thing, Role: tilhor.RoleOwnerAdviser, Unit: access.Owner, Relation: access.Intake, From: now})
			})
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(all)
			return all
		}
		if got, want := asked(), []string{"concern 1", "concern 3", "force 2"}; !slices.Equal(got, want) {
			t.Errorf("nobody can have %v, not %v", got, want)
		}
		if got := asked(); len(got) > 0 {
			t.Errorf("asked again of %v, which the owner has", got)
		}
	})
}
