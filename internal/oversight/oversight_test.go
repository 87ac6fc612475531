package oversight_test

import (
	"context"
	"errors"
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
	late := map[string]bool{}
	all := map[line]oversight.Counts{}
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
		}, demo.Owner))
	})
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
		told := 0
		for _, l := range table.Lines {
			c := hand[line{l.School, l.SFO}]
			for _, f := range []struct {
				oversight.Figure
				n int
			}{{l.Open, c.Open}, {l.Late, c.Late}, {l.Due, c.Due}, {l.OnTime, c.OnTime}} {
				if f.Told && f.N != f.n {
					t.Errorf("%s (SFO %v) tells %d, the rows say %d", l.School, l.SFO, f.N, f.n)
				}
				if f.Told {
					told++
				}
			}
		}
		if told == 0 {
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
