package db_test

import (
	"context"
	"errors"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

// What the context carries and what the write does stand or fall together.
func TestAlongIsInTheSameTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		with := db.Along(context.Background(), func(tx *db.Tx) error { _, err := tx.Exec(put, "o", "along", ""); return err })
		no := errors.New("no")
		if err := d.Write(with, func(*db.Tx) error { return no }); !errors.Is(err, no) || rows(t, d, "o") != 0 {
			t.Fatalf("a refused write left %d rows behind: %v", rows(t, d, "o"), err)
		}
		both := func(tx *db.Tx) error { _, err := tx.Exec(put, "o", "act", ""); return err }
		if err := d.Write(with, both); err != nil || rows(t, d, "o") != 2 {
			t.Fatalf("%d rows, %v", rows(t, d, "o"), err)
		}
		again := func(tx *db.Tx) error { _, err := tx.Exec(put, "o", "other", ""); return err }
		if err := d.Write(with, again); !db.Unique(err) || rows(t, d, "o") != 2 {
			t.Fatalf("the second write ran without what goes along: %d rows, %v", rows(t, d, "o"), err)
		}
	})
}

// What is carried from some moment on goes along with whoever took the context
// before it, and no longer than it is set; then what was carried outside of it does.
func TestAlongIsSetLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		notes := func(name string) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { _, err := tx.Exec(put, "o", name, ""); return err }
		}
		nothing := func(*db.Tx) error { return nil }
		ctx, c := db.Carrying(db.Along(context.Background(), notes("outer")))
		taken, cancel := context.WithCancel(ctx)
		defer cancel()
		rest := c.Carry(notes("inner"))
		if err := d.Write(taken, nothing); err != nil || rows(t, d, "o") != 1 {
			t.Fatalf("%d rows, %v", rows(t, d, "o"), err)
		}
		if err := d.Write(taken, nothing); !db.Unique(err) {
			t.Fatalf("what goes along was not run: %v", err)
		}
		rest()
		if err := d.Write(taken, nothing); err != nil || rows(t, d, "o") != 2 {
			t.Fatalf("%d rows, %v", rows(t, d, "o"), err)
		}
	})
}
