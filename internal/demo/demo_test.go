package demo_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/circles"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/demo"
	"tilhor/internal/duty"
	"tilhor/internal/ideas"
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
		told(t, ctx, w, now)
	})
}

// told is that there is something to walk through of bodies, suggestions and groups.
func told(t *testing.T, ctx context.Context, w *demo.World, now time.Time) {
	t.Helper()
	b := &bodies.Desk{DB: w.DB, Keys: w.Keys, Journal: w.Journal, Roster: w.Roster, Clock: func() time.Time { return now }}
	d := &ideas.Desk{DB: w.DB, Keys: w.Keys, Journal: w.Journal, Roster: w.Roster, Bodies: b, Clock: b.Clock}
	g := &circles.Desk{DB: w.DB, Keys: w.Keys, Journal: w.Journal, Roster: w.Roster, Clock: b.Clock}
	var at tilhor.Actor
	err := w.DB.Read(ctx, func(tx *db.Tx) error {
		schools, err := w.Roster.Schools(tx, demo.Owner)
		for _, s := range schools {
			if s.Name == "Solbakken skole" {
				at = tilhor.Actor{Owner: demo.Owner, Role: tilhor.RoleRektor, School: s.ID}
			}
		}
		return err
	})
	minutes, err2 := b.Published(ctx, demo.Owner, at.School)
	shown, err3 := d.Published(ctx, demo.Owner, at.School)
	groups, err4 := g.AtSchool(ctx, at)
	if err := errors.Join(err, err2, err3, err4); err != nil || len(minutes) != 2 || len(shown) != 3 || len(groups) != 2 {
		t.Errorf("%d minutes, %d answers and %d groups are to be seen: %v", len(minutes), len(shown), len(groups), err)
	}
}
