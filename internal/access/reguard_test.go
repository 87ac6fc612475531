package access_test

import (
	"context"
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
		may := func(p tilhor.PersonID, role tilhor.Role) bool {
			a := tilhor.Actor{Owner: owner, Person: p, Role: role, School: "solbakken", Trained: true}
			return d.Read(ctx, func(tx *db.Tx) error { _, err := access.Allow(tx, a, access.Receive, "1", now); return err }) == nil
		}
		if n, err := access.Bare(ctx, d, owner, now); err != nil || n != 1 || !may("kari", tilhor.RoleRektor) {
			t.Fatalf("the race was not one: %d bare, %v", n, err)
		}
		for _, want := range []int{1, 0} {
			if n, err := access.Reguard(ctx, d, owner, now); err != nil || n != want {
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
		if n, err := access.Reguard(ctx, d, owner, now); err != nil || n != 0 || !may("kari", tilhor.RoleRektor) {
			t.Errorf("%d guarded of somebody who is protected no longer, %v", n, err)
		}
	})
}
