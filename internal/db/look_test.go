package db_test

import (
	"context"
	"strings"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

// A look is one statement: two outside a transaction would not see the same
// moment, and a write there would be nobody's.
func TestALookIsOneStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		one := db.SQL(`SELECT COUNT(*) FROM db_meta WHERE owner = $1`)
		ask := func(tx *db.Tx) error { var n int; return tx.One(one, db.Args("o"), &n) }
		if err := d.Look(context.Background(), ask); err != nil {
			t.Fatal(err)
		}
		for what, fn := range map[string]func(*db.Tx) error{
			"second statement": func(tx *db.Tx) error {
				if err := ask(tx); err != nil {
					return err
				}
				return ask(tx)
			},
			"write": func(tx *db.Tx) error { _, err := tx.Exec(one, "o"); return err },
		} {
			if err := d.Look(context.Background(), fn); err == nil || !strings.Contains(err.Error(), "outside a transaction") {
				t.Errorf("a %s is let through: %v", what, err)
			}
		}
	})
}
