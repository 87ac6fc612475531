package demo_test

import (
	"context"
	"testing"
	"time"

	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/demo"
	"tilhor/internal/duty"
	"tilhor/internal/seal/sealtest"
)

// The small municipality is made up through the rooms' own acts on both
// engines, and the cache of its duties agrees with the pure function.
func TestTheSmallMunicipalityIsMadeUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		now := time.Date(2026, 11, 23, 8, 56, 0, 0, calendar.Oslo())
		w := demo.New(d, sealtest.Keys(t, demo.Owner))
		if err := w.Fill(ctx, demo.Small, now, t.TempDir(), nil); err != nil {
			t.Fatal(err)
		}
		wrong, err := duty.Check(ctx, d, demo.Owner, now)
		if err != nil || len(wrong) > 0 {
			t.Fatalf("%v %v", wrong, err)
		}
	})
}
