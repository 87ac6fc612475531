package cases_test

import "testing"

// On a shared screen stand initials and no word of the measure; to open one is
// another reading than to see that it is there.
func TestInitialsUntilOpened(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.heard(slug)
		m := w.measure()
		m.Doer, m.What = w.mona.Person, "Mona setter i gang lek med Nora."
		w.planned(slug, m)
		w.running(w.elias) // Jonas's, and none of Mona's
		now, before, err := w.desk.Initials(w.ctx, w.mona)
		w.must(err)
		if len(now) != 1 || len(before) != 0 {
			t.Fatalf("Mona has %d today and %d from before", len(now), len(before))
		}
		if c := now[0]; c.Pupil != "N. D." || c.What != "" || c.When != "" || c.Class != "" {
			t.Errorf("the screen shows %q %q %q %q", c.Pupil, c.What, c.When, c.Class)
		}
		one, _, err := w.desk.MineOf(w.ctx, w.mona, now[0].ID)
		w.must(err)
		if one[0].What != m.What || one[0].Pupil != "Nora Dahl" {
			t.Errorf("opened, it shows %q for %q", one[0].What, one[0].Pupil)
		}
		if views := w.readIn(w.see(slug).ID, w.mona); len(views) != 2 || views[0] != "measures" || views[1] != "initials" {
			t.Errorf("the readings are %v", views)
		}
		w.must(w.desk.Tick(w.ctx, w.mona, now[0].ID, now[0].Day, true, ""))
		now, _, err = w.desk.Initials(w.ctx, w.mona)
		w.must(err)
		if now[0].Answer != "done" {
			t.Error("it was done, and does not say so")
		}
	})
}
