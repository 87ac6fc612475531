package cases_test

import (
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/roster"
)

// exposed is another child who is found to be exposed, known since yesterday.
func (w *world) exposed(pupil tilhor.PersonID) cases.NewExposed {
	return cases.NewExposed{Pupil: pupil, Saw: "Ble stengt ute.", Known: tilhor.When{At: w.Now().Add(-24 * time.Hour), Precision: tilhor.Exact}}
}

// A child who is found to be exposed while a case is worked has a track of its
// own: its own clocks, the same handler, and nothing of it in the first.
func TestAnExposedChildIsAddedLater(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.AddChild(w.ctx, w.ina, slug, cases.Child{Person: w.elias, Role: "affected"}))
		w.days(3)
		fresh, err := w.desk.AddExposed(w.ctx, w.ina, slug, w.exposed(w.elias))
		w.must(err)
		f, first := w.see(fresh.Slug), w.see(slug)
		if f.Case != first.Case || f.Number != first.Number || f.Pupil != w.elias || f.Handler != w.ina.Person || f.State != cases.Open || f.Current() != nil || len(f.Of(cases.Voice)) != 0 {
			t.Errorf("the new track is %+v", f.Track)
		}
		for _, d := range f.Duties { // the clock runs from when somebody knew it of this child
			if d.ID == "k12.investigate" && !d.TriggeredAt.Equal(w.Now().Add(-24*time.Hour)) {
				t.Errorf("it is looked into from %s", d.TriggeredAt)
			}
		}
		if w.state(f, "k12.hear") == duty.Met || w.state(f, "k12.plan") == duty.Met || w.state(first, "k12.plan") == duty.Open {
			t.Error("one child's hearing or plan stands for the other")
		}
		for _, r := range first.Records {
			if strings.Contains(strings.Join(values(r.Text), " "), "stengt ute") || r.Ref == string(f.ID) {
				t.Errorf("the first track tells of the new child: %+v", r)
			}
		}
		for _, r := range f.Records {
			if strings.Contains(strings.Join(values(r.Text), " "), "ballbingen") {
				t.Errorf("the new track tells of the first child: %+v", r)
			}
		}
		if r := first.Last(cases.AlsoExposed); r == nil || r.Ref != "" || r.Answer != "" || len(r.Text) != 0 {
			t.Errorf("the first track says %+v", r)
		}
		_, err = w.desk.See(w.ctx, w.jonas, fresh.Slug, "whole") // who carries out a measure of the first
		w.is(err, tilhor.ErrNotFound)
		said := w.exposed("")
		said.Described, said.Said, said.Saw = "Ei i 6B med blå sekk", "De tar sekken min.", ""
		more, err := w.desk.AddExposed(w.ctx, w.kari, slug, said)
		w.must(err)
		if g := w.see(more.Slug); g.Described != said.Described || g.Pupil != "" {
			t.Errorf("who is only described: %+v", g.Track)
		} else if words, _ := g.Quote(); words != said.Said {
			t.Errorf("its own words are %q", words)
		}
		w.holds()
	})
}

func values(m map[string]string) (all []string) {
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

func TestWhoIsNotAddedAsExposed(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		with := func(change func(x *cases.NewExposed)) error {
			x := w.exposed(w.elias)
			change(&x)
			_, err := w.desk.AddExposed(w.ctx, w.ina, slug, x)
			return err
		}
		refusals(t, []refusal{
			{"nobody", with(func(x *cases.NewExposed) { x.Pupil = "" }), "pupil", "cases.fault.pupil"},
			{"both", with(func(x *cases.NewExposed) { x.Described = "Elias" }), "described", "children.fault.either"},
			{"nothing", with(func(x *cases.NewExposed) { x.Saw = " " }), "saw", "children.fault.what"},
			{"tomorrow", with(func(x *cases.NewExposed) { x.Known.At = w.Now().Add(24 * time.Hour) }), "known", "cases.fault.future"},
			{"another school's pupil", with(func(x *cases.NewExposed) { x.Pupil = w.odin }), "pupil", "cases.fault.pupil"},
			{"the pupil of the track", with(func(x *cases.NewExposed) { x.Pupil = w.nora }), "pupil", "life.fault.has-track"},
		})
		_, err := w.desk.AddExposed(w.ctx, w.ina, slug, w.exposed(w.elias))
		w.must(err)
		_, twice := w.desk.AddExposed(w.ctx, w.ina, slug, w.exposed(w.elias))
		refusals(t, []refusal{{"twice", twice, "pupil", "life.fault.has-track"}})
		for _, who := range []tilhor.Actor{w.jonas, w.other, w.mona} {
			_, err := w.desk.AddExposed(w.ctx, who, slug, w.exposed(w.tuva))
			w.is(err, tilhor.ErrNotFound)
		}
		over := w.closed(w.tuva)
		_, err = w.desk.AddExposed(w.ctx, w.ina, over, w.exposed(w.nora))
		w.is(err, tilhor.ErrConflict)
	})
}

// A protected pupil is found by who is named for her alone, and answers like
// nobody to others; her track is for the named, also when she is only described.
func TestAProtectedChildIsAddedByTheNamedAlone(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.elias)
		w.shielded() // Ina leads for Nora
		_, err := w.desk.AddExposed(w.ctx, w.kari, slug, w.exposed(w.nora))
		refusals(t, []refusal{{"not named", err, "pupil", "cases.fault.pupil"}})
		described := w.exposed("")
		described.Described = "Nora Dahl"
		fresh, err := w.desk.AddExposed(w.ctx, w.kari, slug, described)
		w.must(err)
		_, err = w.desk.See(w.ctx, w.kari, fresh.Slug, "whole")
		w.is(err, tilhor.ErrNotFound)
		w.must(w.desk.Identify(w.ctx, w.ina, fresh.Slug, w.nora))
		f, err := w.desk.See(w.ctx, w.ina, fresh.Slug, "whole")
		w.must(err)
		if !f.Shielded || !f.Lead {
			t.Errorf("her track is %+v", f.Track)
		}
		// Rektor handles Elias: she is not named, and does not get Nora's track.
		other := w.taken(w.tuva)
		w.must(w.desk.Appoint(w.ctx, w.kari, other, w.jonas.Person))
		again, err := w.desk.AddExposed(w.ctx, w.jonas, other, described)
		w.must(err)
		if f, err := w.desk.See(w.ctx, w.ina, again.Slug, "whole"); err != nil || f.Handler != "" {
			t.Errorf("it is handled by %q (%v)", f.Handler, err)
		}
	})
}

// The wall around a matter about an employee stands around the child that is
// found later, and the owner is told of that child too.
func TestAnExposedChildBehindTheWall(t *testing.T) {
	each(t, func(w *world) {
		c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
			School: w.Solbakken, Pupils: []tilhor.PersonID{w.nora}, Saw: "Ropte.", Arena: tilhor.ArenaBreak, Happened: w.now(), Known: w.now(),
			Accused: duty.AccusedEmployee, Against: []tilhor.PersonID{w.jonas.Person},
		})
		w.must(err)
		all, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person}, cases.ToOwner{})
		w.must(err)
		fresh, err := w.desk.AddExposed(w.ctx, w.ina, all[0].Slug, w.exposed(w.elias))
		w.must(err)
		f := w.see(fresh.Slug)
		if f.Sealed != "employee" || !f.Barred[w.jonas.Person] || f.Handler != w.ina.Person || w.state(f, "k12.staff_owner") != duty.Met {
			t.Errorf("the wall is %q, barred %v, the owner's duty %s", f.Sealed, f.Barred, w.state(f, "k12.staff_owner"))
		}
		refusals(t, []refusal{{"the accused", w.desk.Appoint(w.ctx, w.kari, fresh.Slug, w.jonas.Person), "handler", "sealed.fault.barred"}})
		w.holds()
	})
}

// Who is family of the child that is found later has no part in the matter any
// more, in none of its tracks.
func TestKinOfAnExposedChildLosesTheMatter(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: w.elias, Guardian: w.ina.Person, Holds: true, Responsibility: roster.Yes, Reason: "Dom."}, w.Now())
		}))
		fresh, err := w.desk.AddExposed(w.ctx, w.kari, slug, w.exposed(w.elias))
		w.must(err)
		for _, s := range []string{slug, fresh.Slug} {
			_, err := w.desk.See(w.ctx, w.ina, s, "whole")
			w.is(err, tilhor.ErrNotFound)
			if f := w.see(s); f.Handler != "" {
				t.Errorf("the child's parent handles %s", s)
			}
		}
	})
}

// A child that has a track in the matter already, which the one who finds it may
// not read: the words go there, and nothing is told of it.
func TestAnExposedChildWithATrackUnseen(t *testing.T) {
	each(t, func(w *world) {
		all, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "", w.nora, w.elias).Slug, cases.Stance{})
		w.must(err)
		w.must(w.desk.Appoint(w.ctx, w.kari, all[0].Slug, w.ina.Person))
		w.must(w.desk.Appoint(w.ctx, w.kari, all[1].Slug, w.jonas.Person))
		_, err = w.desk.AddExposed(w.ctx, w.ina, all[0].Slug, w.exposed(w.elias))
		w.must(err)
		f := w.see(all[1].Slug)
		if r := f.Last(cases.Exposed); r == nil || f.Handler != w.jonas.Person {
			t.Errorf("the track it has is handled by %q, and says %v", f.Handler, r)
		}
		_, err = w.desk.See(w.ctx, w.ina, all[1].Slug, "whole")
		w.is(err, tilhor.ErrNotFound)
	})
}

// A child of the same matter who goes to another school: that school leads its
// own child's track, from when it is told, and neither reads the other's.
func TestSeveralSchoolsInOneMatter(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		x := w.exposed("")
		x.Described, x.School = "Odin i femte på Fjellvik", w.Fjellvik
		fresh, err := w.desk.AddExposed(w.ctx, w.ina, slug, x)
		w.must(err)
		for _, who := range []tilhor.Actor{w.kari, w.ina} {
			_, err := w.desk.See(w.ctx, who, fresh.Slug, "whole")
			w.is(err, tilhor.ErrNotFound)
			if got := w.matter(who, slug); got != "Nora "+w.see(slug).Number {
				t.Errorf("%s sees the matter as %s", who.Role, got)
			}
		}
		_, err = w.desk.See(w.ctx, w.other, slug, "whole")
		w.is(err, tilhor.ErrNotFound)
		f, err := w.desk.See(w.ctx, w.other, fresh.Slug, "whole")
		w.must(err)
		r := f.Last(cases.Exposed)
		if !f.Lead || f.School != w.Fjellvik || f.Handler != "" || f.Case != w.see(slug).Case || f.Described != x.Described || r.Text["from"] != "Solbakken skole" || r.Text["saw"] != x.Saw {
			t.Errorf("at the other school: %+v says %v", f.Track, r.Text)
		}
		for _, d := range f.Duties {
			if d.ID == "k12.investigate" && !d.TriggeredAt.Equal(w.Now()) {
				t.Errorf("it is looked into there from %s", d.TriggeredAt)
			}
		}
		w.must(w.desk.Identify(w.ctx, w.other, fresh.Slug, w.odin))
		if n := w.see(slug).Siblings; n != 1 {
			t.Errorf("%d others in the matter", n)
		}
		refusals(t, []refusal{{"joined over its head", w.desk.JoinMatter(w.ctx, w.kari, w.taken(w.tuva), w.see(slug).Number, "Samme."), "number", "children.fault.join"}})
		if all, err := w.desk.Sharable(w.ctx, w.other, fresh.Slug); err != nil || len(all) != 0 {
			t.Errorf("the other school is offered %v (%v)", all, err)
		}
		chosen, nowhere := x, x
		chosen.Pupil, chosen.Described, nowhere.School = w.odin, "", "finnesikke"
		_, one := w.desk.AddExposed(w.ctx, w.ina, slug, chosen)
		_, two := w.desk.AddExposed(w.ctx, w.ina, slug, nowhere)
		refusals(t, []refusal{
			{"another school's pupil by name", one, "pupil", "children.fault.other-pupil"},
			{"no such school", two, "school", "children.fault.school"},
		})
		w.holds()
	})
}
