package oversight_test

import (
	"context"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/oversight"
)

var showAhead = db.SQL(`INSERT INTO oversight_shown (owner, week, school, sfo, measure, n) VALUES ($1, $2, 's', $3, 'open', 7)`)

// A clock that ran ahead and published for a week far off does not keep this
// week's counts back once it is set right. The control is next week's, which a
// clock that is a little ahead on a Sunday night publishes: they stand, since a
// second look would show what one more case changes.
func TestCountsOfAClockThatRanAhead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
		for owner, c := range map[tilhor.OwnerID]struct{ shown, want tilhor.Date }{"far": {"2027-11-22", "2026-11-23"}, "near": {"2026-11-30", "2026-11-30"}} {
			err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(showAhead, owner, c.shown, false)
				return err
			})
			for range 2 {
				if err == nil {
					err = oversight.Publish(ctx, d, owner, now)
				}
			}
			desk := &oversight.Desk{DB: d, Clock: func() time.Time { return now }}
			table, got := desk.Schools(ctx, tilhor.Actor{Owner: owner, Person: "anne", Role: tilhor.RoleOwnerAdviser, Trained: true})
			if err != nil || got != nil || table.Week != c.want || len(table.Lines) != 1 {
				t.Errorf("%s: week %s, want %s; %d lines; %v, %v", owner, table.Week, c.want, len(table.Lines), err, got)
			}
		}
	})
}
