package cases_test

import (
	"math"
	"testing"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/figures"
	"tilhor/internal/web/webtest"
)

// The figure counts open cases that need a plan: not one of this week without one, nor
// one that is closed, nor a protected pupil's or a sealed one; and of few it tells
// nothing.
func TestCasesWithPlan(t *testing.T) {
	each(t, func(w *world) {
		figure := func() (f figures.Figure) {
			w.must(w.DB.Read(w.ctx, func(tx *db.Tx) (err error) {
				f, err = cases.Figures()[0].Figure(tx, webtest.Owner, calendar.DateOf(w.Now()))
				return err
			}))
			return f
		}
		is := func(when string, want figures.Figure) {
			t.Helper()
			if got := figure(); got.N != want.N || got.Of != want.Of || got.Hidden != want.Hidden {
				t.Errorf("%s: %+v, want %+v", when, got, want)
			}
		}
		w.running(w.nora)
		for range 12 {
			_, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "En gutt med rød lue.").Slug, cases.Stance{Handler: w.ina.Person})
			w.must(err)
		}
		var all []string // the one with a plan first
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			all = nil
			return tx.Each(tracksByPlan, func(scan db.Scan) error {
				var id string
				err := scan(&id)
				all = append(all, id)
				return err
			}, webtest.Owner)
		}))
		is("of one that has a plan, too few are told", figures.Figure{Hidden: true})
		w.days(9)
		is("one of thirteen is too few", figures.Figure{Hidden: true})
		for _, id := range all[1:7] {
			w.exec(copyPlan, webtest.Owner, all[0], id)
		}
		is("as many as can be told", figures.Figure{N: 7, Of: 13})
		w.exec(guard, webtest.Owner, all[12], w.Now().UnixMilli())
		is("of a pupil who was protected once", figures.Figure{N: 7, Of: 13})
		w.exec(guard, webtest.Owner, all[11], int64(math.MaxInt64))
		is("of a protected pupil", figures.Figure{N: 7, Of: 12})
		w.exec(wall, webtest.Owner, all[6])
		is("a sealed one", figures.Figure{N: 6, Of: 11})
		w.exec(closeOne, webtest.Owner, all[5])
		is("a closed one", figures.Figure{N: 5, Of: 10})
		w.exec(closeOne, webtest.Owner, all[4])
		is("four", figures.Figure{Hidden: true})
	})
}

var (
	tracksByPlan = db.SQL(`SELECT t.id FROM cases_track t WHERE t.owner = $1 ORDER BY CASE WHEN EXISTS (SELECT 1 FROM cases_plan p WHERE p.owner = t.owner AND p.track = t.id) THEN 0 ELSE 1 END, t.id`)
	copyPlan     = db.SQL(`INSERT INTO cases_plan (owner, track, version, state, rev, saved_at, saved_by, approved_at, approved_by, sealed)
		SELECT owner, $3, version, state, rev, saved_at, saved_by, approved_at, approved_by, sealed FROM cases_plan WHERE owner = $1 AND track = $2`)
	guard    = db.SQL(`INSERT INTO access_guard (owner, kind, thing, subject, until_at) VALUES ($1, 'track', $2, 'nobody', $3)`)
	wall     = db.SQL(`INSERT INTO cases_sealed (owner, track, accused, at) VALUES ($1, $2, '', 1)`)
	closeOne = db.SQL(`UPDATE cases_track SET state = 'closed' WHERE owner = $1 AND id = $2`)
)
