package cases_test

import (
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/roster"
)

// Emergency access: one track, one hour, a reason; the very same answer for a
// wrong number, a sealed matter, a protected pupil and a track the asker is
// barred from.
func TestBreakGlass(t *testing.T) {
	each(t, func(w *world) {
		hilde := w.Actor(tilhor.RoleDeputy, w.Solbakken)
		slug := w.taken(w.nora)
		number := w.see(slug).Number
		ask := func(by tilhor.Actor, number, name string) error {
			_, err := w.desk.Break(w.ctx, by, cases.Emergency{Number: number, Name: name, Reason: "Nora gråter på bussen."})
			return err
		}
		none := []refusal{}
		refuse := func(name string, err error) {
			none = append(none, refusal{name, err, "number", "cases.fault.glass"})
		}

		// Who is neither leadership nor on call has no such page, whatever they type.
		for _, who := range []tilhor.Actor{w.jonas, w.mona, w.ina, {Owner: w.kari.Owner, Person: w.nora, Role: tilhor.RolePupil}} {
			w.is(ask(who, number, "Nora"), tilhor.ErrNotFound)
		}
		untrained := hilde
		untrained.Trained = false
		w.is(ask(untrained, number, "Nora"), tilhor.ErrNotFound)

		refuse("a wrong number", ask(hilde, "zzzzzz", "Nora"))
		refuse("another child's name", ask(hilde, number, "Tuva"))
		refuse("of another school", ask(w.Actor(tilhor.RoleDeputy, w.Fjellvik), number, "Nora"))
		w.is(func() error { _, _, err := w.readings(hilde, slug); return err }(), tilhor.ErrNotFound)
		_, err := w.desk.Break(w.ctx, hilde, cases.Emergency{Number: number, Name: "Nora"})
		refusals(t, append([]refusal{{"without a reason", err, "reason", "cases.fault.reason"}}, none...))

		// Barred, sealed to the school, accused, protected: the same answer.
		none = nil
		w.Later(2 * time.Hour)
		shut := func(slug string, b access.Bar) {
			b.Kind, b.Thing, b.From = access.Track, string(w.see(slug).ID), w.Now()
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return access.Shut(tx, w.kari.Owner, b) }))
		}
		elias, tuva := w.taken(w.elias), w.taken(w.tuva)
		eliasNumber, tuvaNumber := w.see(elias).Number, w.see(tuva).Number
		shut(elias, access.Bar{Person: hilde.Person, Reason: "kin"})
		refuse("who is barred", ask(hilde, eliasNumber, "Elias"))
		shut(tuva, access.Bar{Role: tilhor.RoleRektor, Unit: w.Solbakken, Reason: "accused"})
		refuse("a matter that is closed to the school", ask(hilde, tuvaNumber, "Tuva"))
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Protect(tx, w.Keeper(), w.nora, roster.Confidential, w.Now())
		}))
		refuse("a protected pupil", ask(hilde, number, "Nora"))
		refusals(t, none)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Protect(tx, w.Keeper(), w.nora, roster.NotProtected, w.Now())
		}))

		// One track, one hour.
		w.Later(2 * time.Hour)
		got, err := w.desk.Break(w.ctx, hilde, cases.Emergency{Number: " " + number, Name: "nora", Reason: "Nora gråter på bussen."})
		w.must(err)
		if got != slug {
			t.Fatal("another track was opened")
		}
		f, err := w.desk.See(w.ctx, hilde, slug, "whole")
		w.must(err)
		if r := f.Last(cases.Glass); r == nil || r.Text["reason"] != "Nora gråter på bussen." || r.On != "2026-11-24" {
			t.Fatalf("why stands nowhere: %+v", r)
		}
		if f.Lead {
			t.Error("who opens in an emergency decides nothing")
		}
		w.is(w.desk.Write(w.ctx, hilde, slug, cases.Line{What: "note", Text: "x"}), tilhor.ErrNotFound)
		for _, other := range []string{elias, tuva} {
			_, err := w.desk.See(w.ctx, hilde, other, "whole")
			w.is(err, tilhor.ErrNotFound)
		}

		// Whoever has it is told at once; the one who opened is not the one who looks at it.
		for _, who := range []struct {
			a      tilhor.Actor
			told   int
			review bool
		}{{w.ina, 1, false}, {w.kari, 1, true}, {hilde, 0, false}, {w.jonas, 0, false}, {w.other, 0, false}} {
			rows, err := w.desk.GlassRows(w.ctx, who.a)
			w.must(err)
			if len(rows) != who.told || who.told == 1 && (rows[0].Review != who.review || rows[0].Opening.Name != "Hilde Lund") {
				t.Errorf("%s is told %+v", who.a.Role, rows)
			}
		}
		id := f.Last(cases.Glass).ID
		w.is(w.desk.ReviewGlass(w.ctx, hilde, slug, id, "right", ""), tilhor.ErrNotFound)
		w.is(w.desk.ReviewGlass(w.ctx, w.ina, slug, id, "right", ""), tilhor.ErrNotFound)
		refusals(t, []refusal{
			{"wrong without why", w.desk.ReviewGlass(w.ctx, w.kari, slug, id, "wrong", ""), "reason", "cases.fault.reason"},
			{"no verdict", w.desk.ReviewGlass(w.ctx, w.kari, slug, id, "", ""), "verdict", "cases.fault.verdict"},
			{"not there", w.desk.ReviewGlass(w.ctx, w.kari, slug, "zz", "right", ""), "verdict", "cases.fault.glass-review"},
		})
		w.must(w.desk.ReviewGlass(w.ctx, w.kari, slug, id, "right", "Jeg ringte Hilde."))
		refusals(t, []refusal{{"twice", w.desk.ReviewGlass(w.ctx, w.kari, slug, id, "right", ""), "verdict", "cases.fault.glass-review"}})

		w.Later(time.Hour)
		_, err = w.desk.See(w.ctx, hilde, slug, "whole")
		w.is(err, tilhor.ErrNotFound)
	})
}

func (w *world) readings(by tilhor.Actor, slug string) (cases.Track, []cases.Entitled, error) {
	t, may, _, err := w.desk.Readings(w.ctx, by, slug)
	return t, may, err
}

// Who has the watch (vakt) may open in an emergency, and sees nothing else; who
// guesses is stopped.
func TestOnCallAndGuessing(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		number := w.see(slug).Number
		w.is(func() error { _, err := w.desk.Break(w.ctx, w.jonas, cases.Emergency{}); return err }(), tilhor.ErrNotFound)
		watch := cases.HandedTask{Person: w.jonas.Person, Task: cases.HasWatch, From: w.in(0)}
		refusals(t, []refusal{{"without a last day", w.desk.Hand(w.ctx, w.kari, watch), "until", "cases.fault.until-watch"}})
		watch.Until = w.in(2)
		w.must(w.desk.Hand(w.ctx, w.kari, watch))
		rows, _, err := w.desk.List(w.ctx, w.jonas, cases.Filter{})
		if w.must(err); len(rows) > 0 {
			t.Error("the watch alone lists cases")
		}
		for range 5 {
			_, err := w.desk.Break(w.ctx, w.jonas, cases.Emergency{Number: "aaaaaa", Name: "Nora", Reason: "x"})
			refusals(t, []refusal{{"a guess", err, "number", "cases.fault.glass"}})
		}
		right := cases.Emergency{Number: number, Name: "Nora", Reason: "Nora gråter."}
		_, err = w.desk.Break(w.ctx, w.jonas, right)
		refusals(t, []refusal{{"after five guesses", err, "number", "cases.fault.glass-wait"}})
		w.Later(61 * time.Minute)
		_, err = w.desk.Break(w.ctx, w.jonas, right)
		w.must(err)
		w.days(3)
		_, err = w.desk.Break(w.ctx, w.jonas, right)
		w.is(err, tilhor.ErrNotFound)
	})
}
