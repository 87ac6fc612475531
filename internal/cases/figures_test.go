package cases_test

import (
	"testing"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/figures"
	"tilhor/internal/web/webtest"
)

// The figure counts open cases that need a plan: not one of this week without one, nor
// one that is closed; and of few it tells nothing.
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
		planned, bare := w.running(w.nora), ""
		for range 6 {
			all, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "En gutt med rød lue.").Slug, cases.Stance{Handler: w.ina.Person})
			w.must(err)
			bare = all[0].Slug
		}
		is("of one that has a plan, too few are told", figures.Figure{Hidden: true})
		w.days(9)
		is("one of seven is too few", figures.Figure{Hidden: true})
		w.must(w.desk.Evaluate(w.ctx, w.ina, planned, w.evaluation(cases.SafeNow, cases.Finish)))
		w.must(w.desk.Close(w.ctx, w.kari, planned, cases.Ending{Words: "Det er trygt nå.", CheckOn: w.in(35)}))
		is("none of six", figures.Figure{Of: 6})
		w.heard(bare)
		w.planned(bare, w.measure())
		is("one again", figures.Figure{Hidden: true})
	})
}
