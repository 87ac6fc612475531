package work

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

// The control of what must not stand half written: whatever is left out of an
// act's rows is seen.
func TestAHalfIsSeen(t *testing.T) {
	ctx, d := context.Background(), dbtest.SQLite(t)
	p, err := Over(ctx, d, t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for n := range 100 + 3*len(whole) {
		a := p.Next(rng)
		if n >= 100 {
			if b, ok := p.Whole(n-100, rng); ok {
				a = b
			}
		}
		if err := a.Do(ctx); err != nil {
			t.Fatalf("%s: %v", a.Kind(), err)
		}
	}
	for _, next := range []func(*rand.Rand) (Act, bool){p.begin, p.shield} { // and one is protected now
		if a, ok := next(rng); ok {
			if err := a.Do(ctx); err != nil {
				t.Fatalf("%s: %v", a.Kind(), err)
			}
		}
	}
	if err := d.Read(ctx, noHalves); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{
		"cases_record", "cases_absence", "cases_cover", "privacy_part", "privacy_block", "cases_transfer", "cases_notice", "cases_file", "cases_chunk",
		"interventions_event", "interventions_line", "cases_track", "cases_audit", "access_grant", "access_bar", "cases_insight", "seal_key", "dialogue_thread", "dialogue_line", "hearing_hearing", "hearing_line", "journal_entry", "danger_line", "danger_reader", "privacy_glass",
		"access_guard", "access_subject", "cases_stood", "cases_case",
	} {
		spoil, back := db.SQL(`DELETE FROM `+table+` WHERE owner = $1`), errors.New("back")
		err := d.Write(ctx, func(tx *db.Tx) error {
			n, err := tx.Exec(spoil, Owner)
			if err != nil {
				return err
			}
			err = noHalves(tx)
			if seen := errors.Is(err, ErrHalf); n == 0 || !seen && table != "cases_cover" { // an absence may have nobody to stand in for
				t.Errorf("%d rows less in %s: %v", n, table, err)
			}
			return back
		})
		if !errors.Is(err, back) {
			t.Fatal(err)
		}
	}
}
