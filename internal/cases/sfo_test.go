package cases_test

import (
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/web/webtest"
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

// What SFO as a whole carried out stops when the pupil is shielded: nobody sees the pupil
// by the role, and the measure stands as one that nobody does. For who is shielded already
// a person is chosen; that one goes on, named or not.
func TestSFOAsAWholeDoesNothingForWhoIsShielded(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		mona := w.Actor(tilhor.RoleSFO, w.Solbakken)
		urgent := cases.Urgent{What: "En voksen er ved siden av.", Doer: cases.WholeSFO, Start: "2026-11-23"}
		w.must(w.desk.Protect(w.ctx, w.kari, slug, urgent))
		has := func(want int) {
			t.Helper()
			now, before, err := w.desk.Mine(w.ctx, mona)
			w.must(err)
			if len(now)+len(before) != want {
				t.Errorf("who works at SFO has %d, want %d", len(now)+len(before), want)
			}
		}
		has(1)
		w.Later(time.Minute)
		w.shielded()
		has(0)
		f, err := w.desk.See(w.ctx, w.ina, slug, "track")
		w.must(err)
		m := f.Measures[0]
		if !m.Gone {
			t.Errorf("no gap is shown: %+v", m)
		}
		w.is(w.desk.Tick(w.ctx, mona, m.ID, "2026-11-23", true, ""), tilhor.ErrNotFound)
		_, may, _, err := w.desk.Readings(w.ctx, w.ina, slug)
		w.must(err)
		for _, x := range may {
			if x.Person == "" && x.Relation == access.Carries {
				t.Errorf("who may see it: %+v", x)
			}
		}
		if got := tilhor.FaultsOf(w.desk.Protect(w.ctx, w.ina, slug, urgent)); len(got) != 1 || got[0].Field != "doer" || got[0].Key != "cases.fault.doer-shielded" {
			t.Errorf("an urgent measure for who is shielded: %v", got)
		}
		w.must(w.desk.HandMeasure(w.ctx, w.ina, slug, m.ID, mona.Person))
		has(1)
		if got := tilhor.FaultsOf(w.desk.HandMeasure(w.ctx, w.ina, slug, m.ID, cases.WholeSFO)); len(got) != 1 || got[0].Key != "cases.fault.doer-shielded" {
			t.Errorf("given to SFO as a whole: %v", got)
		}
	})
}

var noSFO = db.SQL(`UPDATE roster_member SET until_date = $3 WHERE owner = $1 AND school = $2 AND role = 'sfo'`)

// A measure that lies with SFO as a whole lies with nobody when nobody works there.
func TestSFOAsAWholeIsGone(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.desk.Protect(w.ctx, w.kari, slug, cases.Urgent{What: "En voksen er ved siden av.", Doer: cases.WholeSFO, Start: "2026-11-23"}))
		for _, gone := range []bool{false, true} {
			f, err := w.desk.See(w.ctx, w.kari, slug, "track")
			w.must(err)
			if f.Measures[0].Gone != gone {
				t.Errorf("gone: %v, want %v", f.Measures[0].Gone, gone)
			}
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(noSFO, webtest.Owner, w.Solbakken, w.in(0))
				return err
			}))
		}
	})
}

// Who is accused and works at SFO has a part in what SFO as a whole carries out.
func TestTheAccusedStandsBesideWithSFOAsAWhole(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		sfo := w.Actor(tilhor.RoleSFO, w.Solbakken)
		c := w.spoken(duty.AccusedEmployee, "", sfo.Person)
		for _, want := range []int{0, 1} {
			all, err := w.desk.Beside(w.ctx, w.kari, c)
			w.must(err)
			if len(all) != want || want > 0 && (all[0].Slug != slug || all[0].Person != sfo.Person) {
				t.Errorf("beside: %+v, want %d", all, want)
			}
			w.must(w.desk.Protect(w.ctx, w.kari, slug, cases.Urgent{What: "En voksen er ved siden av.", Doer: cases.WholeSFO, Start: "2026-11-23"}))
		}
	})
}
