package sfo_test

import (
	"context"
	"errors"
	"testing"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/sfo"
	"tilhor/internal/web/webtest"
)

// FuzzMachine: whatever a machine says that it holds, it is the machine only when
// it is the very code it was given; and what is wrong is not found, never an error.
func FuzzMachine(f *testing.F) {
	town := webtest.NewTown(f, dbtest.SQLite(f))
	k := town.Kit
	desk := &sfo.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
	token, err := desk.Enroll(db.Twice(context.Background()), town.Actor(tilhor.RoleRektor, town.Solbakken), "Nettbrettet på Base 1")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"", " ", "\x00", "\xff", "' OR 1=1 --", "%", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"} {
		f.Add(s, -1)
		f.Add(s, 7)
	}
	f.Fuzz(func(t *testing.T, s string, cut int) {
		held := s
		if cut >= 0 && cut <= len(token) { // part of the real one, and what was typed instead of the rest
			held = token[:cut] + s
		}
		p, err := desk.At(context.Background(), k.Owner.ID, held, "")
		if (held == token) != (err == nil) || err != nil && (!errors.Is(err, tilhor.ErrNotFound) || p.School != "") {
			t.Fatalf("%q of %d letters: %+v %v", s, cut, p, err)
		}
	})
}
