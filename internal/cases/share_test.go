package cases_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
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

// readIn are the views of a track that a person has read, by the record.
func (w *world) readIn(id tilhor.TrackID, by tilhor.Actor) (views []string) {
	w.T.Helper()
	w.must(w.Kit.DB.Read(w.ctx, func(tx *db.Tx) error {
		all, err := w.Kit.Journal.Readings(tx, by.Owner, string(id))
		for _, r := range all {
			if r.Person == by.Person {
				views = append(views, r.View)
			}
		}
		return err
	}))
	return views
}

// Whoever reads a measure's words from another track stands in the record of the
// one they are read of.
func TestASharedMeasureIsReadWhereItIs(t *testing.T) {
	each(t, func(w *world) {
		one, two, gate := w.two()
		id := w.see(one).ID
		w.must(w.desk.Appoint(w.ctx, w.kari, two, w.mona.Person))
		if could, err := w.desk.Sharable(w.ctx, w.mona, two); err != nil || len(could) != 0 || len(w.readIn(id, w.mona)) != 0 {
			t.Fatalf("Mona, who has the second alone, is offered %v (%v)", could, err)
		}
		if _, err := w.desk.Sharable(w.ctx, w.kari, two); err != nil || !slices.Contains(w.readIn(id, w.kari), "shared") {
			t.Errorf("what rektor could share is read as %v (%v)", w.readIn(id, w.kari), err)
		}
		w.must(w.desk.Share(w.ctx, w.kari, two, gate))
		f, err := w.desk.See(w.ctx, w.mona, two, "whole")
		w.must(err)
		if len(f.Shared) != 1 || !slices.Equal(w.readIn(id, w.mona), []string{"shared"}) {
			t.Errorf("Mona reads %d, and the other track says %v", len(f.Shared), w.readIn(id, w.mona))
		}
		// What is not shown is not opened: a package, a request for access, the archive.
		_, err = w.Kit.Journal.Sequence(w.ctx, w.DB, w.kari.Owner, w.Now)
		w.must(err)
		folder, err := w.desk.Folder(w.ctx, w.kari, two, cases.Wanted{})
		w.must(err)
		ask, err := w.desk.AskInsight(w.ctx, w.kari, two, cases.NewInsight{Asker: "parent", Basis: "fvl-18", Who: "Mor", Received: w.in(0)})
		w.must(err)
		review, err := w.desk.ReviewInsight(w.ctx, w.kari, two, ask)
		w.must(err)
		whole, err := w.desk.Whole(w.ctx, tilhor.Actor{Owner: w.kari.Owner, Role: cases.RoleOperator, Trained: true}, folder.ID, "archive", w.Now())
		w.must(err)
		if n := len(folder.Shared) + len(review.Shared) + len(whole.Shared); n != 0 {
			t.Errorf("%d measures of the other track are opened, and its record does not say so", n)
		}
	})
}

// A child who comes to the matter later is not named either.
func TestASharedMeasureNamesNobodyWhoComesLater(t *testing.T) {
	each(t, func(w *world) {
		one, two, _ := w.two()
		m := w.measure()
		m.What = "En voksen går ut med Tuva."
		w.must(w.desk.Protect(w.ctx, w.ina, one, cases.Urgent{What: m.What, Doer: w.jonas.Person, Start: w.in(0)}))
		could, err := w.desk.Sharable(w.ctx, w.ina, two)
		w.must(err)
		for _, c := range could {
			if c.What == m.What {
				w.must(w.desk.Share(w.ctx, w.ina, two, c.ID))
			}
		}
		if got := w.sharedIn(two); got != m.What+", Jonas Lund" {
			t.Fatalf("before: %q", got)
		}
		w.must(w.desk.AddChild(w.ctx, w.ina, one, cases.Child{Person: w.tuva, Role: "alleged"}))
		if got := w.sharedIn(two); got != "" {
			t.Errorf("Tuva is named in the other track: %q", got)
		}
	})
}

// A measure that goes on in a new version of its plan is referred to as before; one
// that was changed is another, and is not.
func TestASharedMeasureGoesOn(t *testing.T) {
	each(t, func(w *world) {
		one, two, gate := w.two()
		w.must(w.desk.Share(w.ctx, w.ina, two, gate))
		w.Later(time.Minute)
		again := w.measure()
		w.planned(one, again)
		if got := w.sharedIn(two); got != "Voksen ved ballbingen., Jonas Lund" {
			t.Errorf("after a new version it stands as %q", got)
		}
		r := w.see(two).Last(cases.SharedK)
		if r == nil || r.Ref == string(gate) {
			t.Errorf("the track does not say which it refers to now: %+v", r)
		}
		again.What = "Voksen ved porten."
		w.planned(one, again)
		if got := w.sharedIn(two); got != "" {
			t.Errorf("another measure is referred to: %q", got)
		}
	})
}

// One that goes on from a later day stands once until then, and after it; whoever
// refers to it is told once, also when two were said in the same words.
func TestASharedMeasureStandsOnce(t *testing.T) {
	each(t, func(w *world) {
		one, two, gate := w.two()
		w.must(w.desk.Share(w.ctx, w.ina, two, gate))
		later := w.measure()
		later.Start, later.Evaluate = w.in(7), w.in(21)
		for range 2 {
			w.Later(time.Minute)
			w.planned(one, later)
			if got := w.sharedIn(two); got != "Voksen ved ballbingen., Jonas Lund" {
				t.Errorf("it stands as %q", got)
			}
		}
		n := 0
		for _, r := range w.see(two).Records {
			if r.Kind == cases.SharedK {
				n++
			}
		}
		if n != 3 { // when it was shared, and for each new version
			t.Errorf("the track was told %d times", n)
		}
	})
}

// What is not shown there does not go on either: what names a child who has come to
// the matter, and what is in the track of one who is protected.
func TestWhatIsNotShownDoesNotGoOn(t *testing.T) {
	for name, act := range map[string]func(w *world, one string) error{
		"named": func(w *world, one string) error {
			if err := w.desk.AddChild(w.ctx, w.ina, one, cases.Child{Person: w.tuva, Role: "alleged"}); err != nil {
				return err
			}
			return w.desk.Hear(w.ctx, w.ina, one, cases.Talk{Child: w.see(one).Children[0].Code, At: w.now(), Answer: cases.Spoke, How: "none", Words: "Det var lek."})
		},
		"protected": func(w *world, _ string) error { w.shielded(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.T = t
				one, two, _ := w.two()
				m := w.measure()
				m.What = "En voksen går ut med Tuva."
				w.planned(one, m)
				for _, r := range w.see(one).InForce() {
					w.must(w.desk.Share(w.ctx, w.ina, two, r.ID))
				}
				told := w.see(two).Last(cases.SharedK).Ref
				w.must(act(w, one))
				w.Later(time.Minute)
				w.must(w.desk.SavePlan(w.ctx, w.ina, one, 0, cases.Plan{Measures: []cases.Measure{m}}))
				f, err := w.desk.See(w.ctx, w.ina, one, "whole")
				w.must(err)
				lead := w.kari
				if name == "protected" {
					lead = w.ina
				}
				w.must(w.desk.Approve(w.ctx, lead, one, f.Draft.Rev))
				if r := w.see(two).Last(cases.SharedK); r.Ref != told {
					t.Errorf("it went on, unseen: %+v", r)
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
