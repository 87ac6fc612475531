package cases_test

import (
	"slices"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// A list looks up together what belongs to its rows: names, classes, duties. It
// tells the same as each row asked for by itself, on more rows than one look-up
// takes.
func TestAListTellsWhatEachRowTells(t *testing.T) {
	each(t, func(w *world) {
		for _, p := range []tilhor.PersonID{w.nora, w.elias, w.tuva} {
			w.taken(p)
			w.running(p) // its evaluation is not due yet
		}
		for n := 6; n < db.Many+3; n++ { // nobody knows who these are
			_, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "En gutt i gul jakke").Slug, cases.Stance{Handler: w.ina.Person})
			w.must(err)
		}
		w.days(9) // some duties are late by now
		_, err := duty.Wake(w.ctx, w.DB, w.kari.Owner, w.Now(), 1000)
		w.must(err)
		found := map[duty.State]int{}
		first, next, err := w.desk.List(w.ctx, w.kari, cases.Filter{})
		w.must(err)
		rest, last, err := w.desk.List(w.ctx, w.kari, cases.Filter{After: next})
		w.must(err)
		rows := append(first, rest...)
		if len(rows) != db.Many+3 || last != "" || next == "" {
			t.Fatalf("%d rows on two pages, cursors %q and %q", len(rows), next, last)
		}
		classes := 0
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			for _, r := range rows {
				all, err := duty.StatesOf(tx, w.kari.Owner, string(r.ID))
				w.must(err)
				want := slices.DeleteFunc(all, func(s duty.Stored) bool { return !s.Standing() })
				for i, s := range want {
					found[s.State]++
					want[i] = duty.Stored{Thing: s.Thing, ID: s.ID, Class: s.Class, Bearer: s.Bearer, State: s.State, FirstOn: s.FirstOn}
				}
				if len(want) == 0 || !slices.Equal(r.Duties, want) {
					t.Fatalf("the list tells %d duties of a track that has %d", len(r.Duties), len(want))
				}
				if r.Pupil == "" {
					continue
				}
				in, err := w.Kit.Roster.Pupil(tx, w.kari.Owner, r.Pupil, calendar.DateOf(w.Now()))
				w.must(err)
				if r.Name != in.Name || r.Class != in.Class || r.Class == "" {
					t.Fatalf("the list says %q in %q, the roster %q in %q", r.Name, r.Class, in.Name, in.Class)
				}
				classes++
			}
			return nil
		}))
		for _, s := range []duty.State{duty.Open, duty.LateLocal, duty.NotDue} {
			if found[s] == 0 {
				t.Errorf("no duty of the list is %s: the test would not see it left out (%v)", s, found)
			}
		}
		if classes != 6 {
			t.Fatalf("%d rows have a class", classes)
		}
	})
}

// A list costs no more for each case: somebody who had them all has left.
func TestAListCostsTheSameForManyCases(t *testing.T) {
	each(t, func(w *world) {
		asked := func() int64 {
			ctx, n := db.Counted(w.ctx)
			_, _, err := w.desk.List(ctx, w.kari, cases.Filter{})
			w.must(err)
			return n.Load()
		}
		temp := w.temp("Vikar Vang")
		take := func(n int) {
			for range n {
				c := w.worry(tilhor.ArenaBreak, "En gutt med blå jakke.")
				_, err := w.desk.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: temp})
				w.must(err)
			}
		}
		take(3)
		w.days(40) // and the temp has left
		few := asked()
		w.days(-40)
		take(20)
		w.days(40)
		if many := asked(); many > few+9 { // one for each would be twenty more; many ids are asked for in some more pieces
			w.T.Errorf("3 cases take %d statements, and 23 take %d", few, many)
		}
	})
}

// However much was told at a school before, the day has each duty of a case, for
// rektor and for who handles it.
func TestAFloodHidesNoDutyOfToday(t *testing.T) {
	each(t, func(w *world) {
		w.Flood()
		w.days(2)
		slug := w.taken(w.nora)
		for _, a := range []tilhor.Actor{w.kari, w.ina} {
			rows, err := w.desk.Today(w.ctx, a)
			w.must(err)
			if len(rows) != 1 || rows[0].Slug != slug {
				w.Fatalf("the %s has %d cases today", a.Role, len(rows))
			}
			var got, want []string
			for _, s := range rows[0].Duties {
				got = append(got, string(s.ID+" ")+string(s.FirstOn))
			}
			w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
				all, err := duty.StatesOf(tx, a.Owner, string(rows[0].ID))
				want = nil
				for _, s := range all {
					if s.Acts() && s.FirstOn <= w.in(1) {
						want = append(want, string(s.ID+" ")+string(s.FirstOn))
					}
				}
				return err
			}))
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) || !slices.ContainsFunc(want, func(s string) bool { return strings.HasSuffix(s, string(w.in(1))) }) {
				w.Errorf("the %s has %q today, of %q", a.Role, got, want)
			}
		}
	})
}
