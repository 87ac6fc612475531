package oversight_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/demo"
	"tilhor/internal/oversight"
	"tilhor/internal/seal/sealtest"
)

var (
	handTracks = db.SQL(`SELECT t.school, t.sfo, t.id FROM cases_track t WHERE t.owner = $1 AND t.state <> 'closed'`)
	handDuties = db.SQL(`SELECT s.thing, s.duty, s.state, s.first_on FROM duty_state s WHERE s.owner = $1`)
	handPlans  = db.SQL(`SELECT track, unknown, planned_at, findings, measures, concrete FROM cases_audit WHERE owner = $1`)
	handSealed = db.SQL(`SELECT track, accused FROM cases_sealed WHERE owner = $1`)
	lateTracks = db.SQL(`SELECT late_n FROM oversight_tracks WHERE owner = $1`)
	everyTrack = db.SQL(`SELECT t.school, t.sfo, t.id FROM cases_track t WHERE t.owner = $1`)
)

type line struct {
	school tilhor.SchoolID
	sfo    bool
}

// byHand counts over every row, in Go.
func byHand(t *testing.T, d *db.DB, today tilhor.Date) map[line]oversight.Counts {
	t.Helper()
	where, open := map[string]line{}, map[string]bool{}
	late, toldLate, past := map[string]bool{}, map[string]bool{}, map[string]bool{}
	all := map[line]oversight.Counts{}
	var plans []func()
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		scan := func(into func(l line, id string)) func(db.Scan) error {
			return func(scan db.Scan) error {
				var l line
				var id string
				err := scan(&l.school, &l.sfo, &id)
				into(l, id)
				return err
			}
		}
		err := errors.Join(tx.Each(everyTrack, scan(func(l line, id string) { where[id] = l }), demo.Owner),
			tx.Each(handTracks, scan(func(_ line, id string) { open[id] = true }), demo.Owner))
		return errors.Join(err, tx.Each(handDuties, func(scan db.Scan) error {
			var thing, id, state string
			var on tilhor.Date
			err := scan(&thing, &id, &state, &on)
			l, track := where[thing]
			if !track {
				return err
			}
			if state == "late" || state == "late-local" {
				late[thing] = true
			}
			if id == "k12.report" && state != "met" && state != "ended" {
				toldLate[thing] = true
			}
			if id == "k12.evaluate" && on != "" && on > today.Add(-365) && on <= today {
				c := all[l]
				switch state {
				case "met":
					c.Due, c.OnTime = c.Due+1, c.OnTime+1
				case "met-late", "late-local":
					c.Due++
				}
				all[l] = c
			}
			return err
		}, demo.Owner), tx.Each(handPlans, func(scan db.Scan) error {
			var track string
			var unknown bool
			var planned int64
			var findings, measures, concrete int
			err := scan(&track, &unknown, &planned, &findings, &measures, &concrete)
			plans = append(plans, func() {
				year := today.Add(-365).Time().UnixMilli()
				if c := all[where[track]]; planned > year && !past[track] {
					c.Plans++
					c.Told += map[bool]int{true: 1}[!unknown && !toldLate[track]]
					c.Found += map[bool]int{true: 1}[findings > 0]
					c.Concrete += map[bool]int{true: 1}[measures == concrete]
					all[where[track]] = c
				}
			})
			return err
		}, demo.Owner), tx.Each(handSealed, func(scan db.Scan) error {
			var track, accused string
			err := scan(&track, &accused)
			past[track] = accused == "leadership"
			return err
		}, demo.Owner))
	})
	for _, add := range plans {
		add()
	}
	if err != nil {
		t.Fatal(err)
	}
	for id, l := range where {
		c := all[l]
		if open[id] {
			c.Open++
			if late[id] {
				c.Late++
			}
		}
		all[l] = c
	}
	return all
}

// The published counts of the made-up municipality are those of its rows, cell
// by cell, and only the owner's adviser gets them.
func TestCountsAreThoseOfTheRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		now := time.Date(2026, 11, 23, 8, 56, 0, 0, calendar.Oslo())
		if err := demo.New(d, sealtest.Keys(t, demo.Owner)).Fill(ctx, demo.Small, now, t.TempDir(), nil); err != nil {
			t.Fatal(err)
		}
		if err := oversight.Publish(ctx, d, demo.Owner, now); err != nil {
			t.Fatal(err)
		}
		desk := &oversight.Desk{DB: d, Clock: func() time.Time { return now }}
		adviser := tilhor.Actor{Owner: demo.Owner, Person: "anne", Role: tilhor.RoleOwnerAdviser, Trained: true}
		table, err := desk.Schools(ctx, adviser)
		if err != nil || len(table.Lines) == 0 || table.Week != "2026-11-23" {
			t.Fatalf("%+v %v", table, err)
		}
		hand := byHand(t, d, "2026-11-23")
		told, plans := 0, 0
		for _, l := range table.Lines {
			c := hand[line{l.School, l.SFO}]
			for _, f := range []struct {
				oversight.Figure
				n int
			}{{l.Open, c.Open}, {l.Late, c.Late}, {l.Due, c.Due}, {l.OnTime, c.OnTime}, {l.Plans, c.Plans}, {l.Told, c.Told}, {l.Found, c.Found}, {l.Concrete, c.Concrete}} {
				if f.Told && f.N != f.n {
					t.Errorf("%s (SFO %v) tells %d, the rows say %d", l.School, l.SFO, f.N, f.n)
				}
				if f.Told {
					told++
				}
			}
			plans += l.Plans.N
		}
		if told == 0 || plans == 0 {
			t.Fatal("nothing is told: the test proves nothing")
		}
		for _, who := range []tilhor.Actor{
			{Owner: demo.Owner, Person: "kari", Role: tilhor.RoleRektor, School: "x", Trained: true},
			{Owner: demo.Owner, Person: "anne", Role: tilhor.RoleOwnerAdviser},
		} {
			if _, err := desk.Schools(ctx, who); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("%s got the counts: %v", who.Role, err)
			}
		}
		// Once a week: a second publication in the same week changes nothing.
		if err := oversight.Publish(ctx, d, demo.Owner, now.Add(48*time.Hour)); err != nil {
			t.Fatal(err)
		}
	})
}

// What is late of each case is looked up by the case: to go through all duties of the
// owner for each would cost the square of what there is.
func TestWhatIsLateIsLookedUpByTheCase(t *testing.T) {
	plan, err := dbtest.SQLite(t).Explain(context.Background(), lateTracks, "granvik")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(plan, "SEARCH s USING INDEX sqlite_autoindex_duty_state_1 (owner=? AND thing=?)") {
		t.Errorf("the plan is\n%s", plan)
	}
}
