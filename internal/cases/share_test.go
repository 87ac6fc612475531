package cases_test

import (
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
)

// two are the tracks of two pupils in one matter, handled by Ina; the first has a
// plan with a measure for the whole break, and one that names its pupil.
func (w *world) two() (one, two string, gate tilhor.MeasureID) {
	w.T.Helper()
	all, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "", w.nora, w.elias).Slug, cases.Stance{Handler: w.ina.Person})
	w.must(err)
	one, two = all[0].Slug, all[1].Slug
	w.heard(one)
	named := w.measure()
	named.What = "Jonas går sammen med Nora ut."
	w.planned(one, w.measure(), named)
	for _, m := range w.see(one).InForce() {
		if m.What == w.measure().What {
			gate = m.ID
		}
	}
	return one, two, gate
}

func (w *world) sharedIn(slug string) string {
	w.T.Helper()
	var all []string
	for _, m := range w.see(slug).Shared {
		all = append(all, m.What+m.Problem+", "+m.Name)
	}
	return strings.Join(all, "; ")
}

// A measure of one track is referred to from another, never copied, without the
// other child; and it is there no longer when it ends.
func TestAMeasureIsShared(t *testing.T) {
	each(t, func(w *world) {
		one, two, gate := w.two()
		could, err := w.desk.Sharable(w.ctx, w.ina, two)
		w.must(err)
		if len(could) != 1 || could[0].ID != gate || could[0].Problem != "" {
			t.Fatalf("these could be shared: %+v", could)
		}
		w.must(w.desk.Share(w.ctx, w.ina, two, gate))
		const want = "Voksen ved ballbingen., Jonas Lund"
		if got := w.sharedIn(two); got != want {
			t.Errorf("it stands as %q, want %q", got, want)
		}
		f := w.see(two)
		if len(f.Measures) != 0 || w.sharedIn(one) != "" {
			t.Error("it was copied")
		}
		if r := f.Last(cases.SharedK); r == nil || len(r.Text) != 0 || r.Ref != string(gate) {
			t.Errorf("the track says %+v", r)
		}
		for _, d := range f.Duties { // another child's plan is no plan for this one
			if d.ID == "k12.plan" && !d.MetAt.IsZero() {
				t.Error("the plan of the other meets the duty")
			}
		}
		_, err = w.desk.See(w.ctx, w.jonas, two, "whole") // who carries it out comes to no other track
		w.is(err, tilhor.ErrNotFound)
		w.must(w.desk.Unshare(w.ctx, w.ina, two, gate))
		if got := w.sharedIn(two); got != "" {
			t.Errorf("it is referred to no longer, and stands as %q", got)
		}
		w.must(w.desk.Share(w.ctx, w.ina, two, gate))
		w.must(w.desk.EndMeasure(w.ctx, w.ina, one, cases.Finishing{Measure: gate, Reason: "Hjelper ikke."}))
		if got := w.sharedIn(two); got != "" {
			t.Errorf("it ended, and stands as %q", got)
		}
		w.holds()
	})
}

// It ends too when the tracks stand in one matter no longer, when its words are
// blocked, and when its pupil is protected.
func TestASharedMeasureGoesWithItsTrack(t *testing.T) {
	for name, act := range map[string]func(w *world, one, two string) error{
		"taken out":     func(w *world, one, _ string) error { return w.desk.TakeOut(w.ctx, w.kari, one, "Noe annet.") },
		"the other out": func(w *world, _, two string) error { return w.desk.TakeOut(w.ctx, w.kari, two, "Noe annet.") },
		"protected":     func(w *world, _, _ string) error { w.shielded(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.T = t
				one, two, gate := w.two()
				w.must(w.desk.Share(w.ctx, w.kari, two, gate))
				w.must(act(w, one, two))
				if got := w.sharedIn(two); got != "" {
					t.Errorf("it stands as %q", got)
				}
			})
		})
	}
}

func TestWhatIsNotShared(t *testing.T) {
	each(t, func(w *world) {
		one, two, gate := w.two()
		var named tilhor.MeasureID
		for _, m := range w.see(one).InForce() {
			if m.ID != gate {
				named = m.ID
			}
		}
		apart := w.running(w.tuva)
		foreign := w.see(apart).InForce()[0].ID
		refusals(t, []refusal{
			{"names the pupil", w.desk.Share(w.ctx, w.ina, two, named), "measure", "life.fault.measure"},
			{"of another matter", w.desk.Share(w.ctx, w.ina, two, foreign), "measure", "life.fault.measure"},
			{"its own", w.desk.Share(w.ctx, w.ina, one, gate), "measure", "life.fault.measure"},
			{"none", w.desk.Share(w.ctx, w.ina, two, "finnesikke"), "measure", "life.fault.measure"},
			{"not referred to", w.desk.Unshare(w.ctx, w.ina, two, gate), "measure", "life.fault.measure"},
		})
		w.must(w.desk.Appoint(w.ctx, w.kari, one, w.jonas.Person)) // Ina works the second alone now
		refusals(t, []refusal{{"of a track that is another's", w.desk.Share(w.ctx, w.ina, two, gate), "measure", "life.fault.measure"}})
		if could, err := w.desk.Sharable(w.ctx, w.ina, two); err != nil || len(could) != 0 {
			t.Errorf("she is offered %v (%v)", could, err)
		}
		for _, who := range []tilhor.Actor{w.mona, w.other} {
			w.is(w.desk.Share(w.ctx, who, two, gate), tilhor.ErrNotFound)
			w.is(w.desk.Unshare(w.ctx, who, two, gate), tilhor.ErrNotFound)
			_, err := w.desk.Sharable(w.ctx, who, two)
			w.is(err, tilhor.ErrNotFound)
		}
	})
}
