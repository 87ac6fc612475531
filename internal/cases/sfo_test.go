package cases_test

import (
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
)

// SFO as a whole carries out a measure: whoever works at SFO at that school sees it, and
// it alone, and ticks it off; nobody else does, and nobody when it has ended or been
// given to one of them.
func TestAMeasureOfSFOAsAWhole(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		mona, elsewhere, jonas := w.Actor(tilhor.RoleSFO, w.Solbakken), w.Actor(tilhor.RoleSFO, w.Fjellvik), w.Actor(tilhor.RoleTeacher, w.Solbakken)
		sees := func(name string, who tilhor.Actor, want int) {
			t.Helper()
			now, _, err := w.desk.Mine(w.ctx, who)
			w.must(err)
			if len(now) != want {
				t.Errorf("%s has %d, want %d", name, len(now), want)
			}
			if _, err := w.desk.See(w.ctx, who, slug, "track"); err == nil {
				t.Errorf("%s opens the case", name)
			}
		}
		if err := w.desk.Appoint(w.ctx, w.kari, slug, cases.WholeSFO); tilhor.FaultsOf(err) == nil {
			t.Errorf("SFO handles a case: %v", err)
		}
		w.must(w.desk.Protect(w.ctx, w.kari, slug, cases.Urgent{What: "En voksen er ved siden av.", Doer: cases.WholeSFO, Start: "2026-11-23"}))
		f, err := w.desk.See(w.ctx, w.kari, slug, "track")
		w.must(err)
		m := f.Measures[0]
		if m.Name != "SFO" || m.Gone || m.Away != "" {
			t.Errorf("%+v", m)
		}
		sees("who works at SFO", mona, 1)
		sees("SFO at another school", elsewhere, 0)
		sees("a teacher", jonas, 0)
		w.is(w.desk.Tick(w.ctx, elsewhere, m.ID, "2026-11-23", true, ""), tilhor.ErrNotFound)
		w.is(w.desk.Tick(w.ctx, jonas, m.ID, "2026-11-23", true, ""), tilhor.ErrNotFound)
		w.must(w.desk.Tick(w.ctx, mona, m.ID, "2026-11-23", true, "Gikk fint."))
		if now, _, err := w.desk.Mine(w.ctx, mona); err != nil || now[0].Answer != "done" {
			t.Errorf("ticked off: %+v, %v", now, err)
		}
		w.Later(time.Minute)
		w.must(w.desk.HandMeasure(w.ctx, w.kari, slug, m.ID, jonas.Person))
		sees("SFO, given away", mona, 0)
		sees("who was given it", jonas, 1)
		w.Later(time.Minute)
		w.must(w.desk.HandMeasure(w.ctx, w.kari, slug, m.ID, cases.WholeSFO))
		sees("SFO, given back", mona, 1)
	})
}
