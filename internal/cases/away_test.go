package cases_test

import (
	"fmt"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// may says whether a person can open and work a track now.
func (w *world) may(a tilhor.Actor, slug string) string {
	w.T.Helper()
	_, err := w.desk.See(w.ctx, a, slug, "overview")
	if err != nil {
		w.is(err, tilhor.ErrNotFound)
		return "no"
	}
	if err := w.desk.Write(w.ctx, a, slug, cases.Line{At: tilhor.Now(w.Now()), What: "note", Text: "Jeg er innom."}); err != nil {
		return "reads"
	}
	return "works"
}

// Whoever stands in has the case and the promises from the first day to the
// last; then they are back by themselves.
func TestAStandInHasItForTheDaysAndNoLonger(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora) // Ina has it, Jonas carries the measure out
		other := w.taken(w.elias)
		w.must(w.desk.Away(w.ctx, w.kari, cases.Absence{Person: w.ina.Person, From: w.in(2), Until: w.in(3), Cases: w.mona.Person}))
		w.must(w.desk.Away(w.ctx, w.jonas, cases.Absence{Person: w.jonas.Person, From: w.in(0), Until: w.in(1), Measures: w.mona.Person}))
		if got := w.may(w.mona, slug); got != "no" {
			w.T.Errorf("two days before: %s", got)
		}
		if now, _ := w.chores(w.mona); now != "Voksen ved ballbingen." {
			w.T.Errorf("Mona carries out today %q", now)
		}
		all, _, err := w.desk.Mine(w.ctx, w.mona)
		w.must(err)
		w.must(w.desk.Tick(w.ctx, w.mona, all[0].ID, w.in(0), true, ""))
		w.days(2)
		for _, s := range []string{slug, other} {
			if got := w.may(w.mona, s); got != "works" {
				w.T.Errorf("the first day: %s", got)
			}
		}
		rows, _, err := w.desk.List(w.ctx, w.mona, cases.Filter{Mine: true})
		w.must(err)
		if len(rows) != 2 || rows[0].Has != "Ina Lund" || rows[0].Stands != "Mona Lund" || rows[0].Away != w.in(1) {
			w.T.Errorf("Mona has %d rows", len(rows))
		}
		if today, err := w.desk.Today(w.ctx, w.mona); err != nil || len(today) != 2 {
			w.T.Errorf("her day has %d cases, %v", len(today), err)
		}
		if now, before := w.chores(w.mona); now+before != "" {
			w.T.Errorf("what Jonas carries out is his again: %q %q", now, before)
		}
		if f := w.see(slug); f.Has != "Ina Lund" || f.Stands != "Mona Lund" {
			w.T.Errorf("the track stands with %q and %q", f.Has, f.Stands)
		}
		if got := w.lonely(w.kari); got != "" {
			w.T.Errorf("somebody stands in, and rektor is told %s", got)
		}
		w.days(1)
		if got := w.may(w.mona, slug); got != "works" {
			w.T.Errorf("the last day: %s", got)
		}
		w.days(1)
		if got := w.may(w.mona, slug); got != "no" {
			w.T.Errorf("the day after: %s", got)
		}
		if got := w.may(w.ina, slug); got != "works" {
			w.T.Errorf("Ina is back: %s", got)
		}
		rows, _, err = w.desk.List(w.ctx, w.mona, cases.Filter{Mine: true})
		w.must(err)
		if len(rows) != 0 {
			w.T.Error("Mona still has cases in her list")
		}
	})
}

// What nobody stands in for, and what the stand-in cannot have, is said first.
func TestWhoIsAwayWithNobodyInstead(t *testing.T) {
	each(t, func(w *world) {
		nora, elias := w.taken(w.nora), w.taken(w.elias)
		w.must(w.desk.Recuse(w.ctx, w.kari, nora, cases.Recusal{Person: w.mona.Person, Why: "conflict", Reason: "Nabo."}))
		w.must(w.desk.Away(w.ctx, w.kari, cases.Absence{Person: w.ina.Person, From: w.in(0), Until: w.in(4), Cases: w.mona.Person}))
		if got := w.may(w.mona, nora) + " " + w.may(w.mona, elias); got != "no works" {
			w.T.Errorf("who cannot have it: %s", got)
		}
		if got := w.lonely(w.kari); got != "away Nora Dahl Ina Lund" {
			w.T.Errorf("rektor is told %q", got)
		}
		all, leads, err := w.desk.Absences(w.ctx, w.kari)
		w.must(err)
		if len(all) != 1 || !leads || all[0].Covered != 1 || all[0].Bare != 1 || all[0].InCases != "Mona Lund" {
			w.T.Errorf("the list says %+v", all)
		}
		w.must(w.desk.Cover(w.ctx, w.kari, nora, w.jonas.Person))
		if got := w.may(w.jonas, nora) + w.lonely(w.kari); got != "works" {
			w.T.Errorf("Jonas stands in for that one: %q", got)
		}
		// What comes meanwhile is the stand-in's too.
		late := w.taken(w.tuva)
		if got := w.may(w.mona, late); got != "works" {
			w.T.Errorf("what Ina was given meanwhile: %s", got)
		}
		// A stand-in who is away as well is nobody.
		w.must(w.desk.Away(w.ctx, w.mona, cases.Absence{Person: w.mona.Person, From: w.in(0), Until: w.in(0)}))
		if got := w.lonely(w.kari); strings.Count(got, "Ina Lund") != 2 || strings.Contains(got, "Nora") {
			w.T.Errorf("both are away: %q", got)
		}
		// Given to another for good, it is the stand-in's no longer.
		w.must(w.desk.Appoint(w.ctx, w.kari, elias, w.jonas.Person))
		if got := w.may(w.mona, elias); got != "no" {
			w.T.Errorf("it was given to Jonas: %s", got)
		}
	})
}

// Whoever comes back before the time has it all at once, and the track says so.
func TestBackBeforeTheTime(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.Away(w.ctx, w.kari, cases.Absence{Person: w.ina.Person, From: w.in(0), Until: w.in(9), Cases: w.mona.Person}))
		all, _, err := w.desk.Absences(w.ctx, w.ina)
		w.must(err)
		if len(all) != 1 || !all[0].Mine {
			w.T.Fatalf("Ina sees %+v", all)
		}
		w.is(w.desk.Return(w.ctx, w.mona, all[0].ID), tilhor.ErrNotFound)
		w.is(w.desk.Return(w.ctx, w.other, all[0].ID), tilhor.ErrNotFound)
		if none, _, err := w.desk.Absences(w.ctx, w.mona); err != nil || len(none) != 0 {
			w.T.Errorf("Mona sees who is away: %+v, %v", none, err)
		}
		w.days(1)
		w.must(w.desk.Return(w.ctx, w.ina, all[0].ID))
		if got := w.may(w.mona, slug); got != "no" {
			w.T.Errorf("Ina is back, and Mona %s", got)
		}
		f := w.see(slug)
		if r := f.Last(cases.Covered); f.Stands != "" || r == nil || r.Answer != "back" || r.Text["who"] != "Ina Lund" {
			w.T.Errorf("the track says %+v", r)
		}
		w.must(w.desk.Return(w.ctx, w.ina, all[0].ID)) // once is enough
		if n := len(w.see(slug).Of(cases.Covered)); n != 2 {
			w.T.Errorf("%d lines in the track", n)
		}
		w.is(w.desk.Cover(w.ctx, w.kari, slug, w.jonas.Person), tilhor.ErrConflict)
	})
}

// A rektor who is away leaves the school to somebody; and back, takes it again.
func TestRektorIsAway(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		a := cases.Absence{Person: w.kari.Person, From: w.in(0), Until: w.in(4)}
		refusals(w.T, []refusal{{"nobody leads", w.desk.Away(w.ctx, w.kari, a), "leads", "absence.fault.leads"}})
		a.Leads = w.mona.Person
		w.must(w.desk.Away(w.ctx, w.kari, a))
		if got := w.may(w.mona, slug); got != "works" {
			w.T.Errorf("who stands in for rektor: %s", got)
		}
		// Who stands in says that others are away, too.
		w.must(w.desk.Away(w.ctx, w.mona, cases.Absence{Person: w.ina.Person, From: w.in(0), Until: w.in(1)}))
		if got := w.lonely(w.mona); got != "away Nora Dahl Ina Lund" {
			w.T.Errorf("who stands in is told %q", got)
		}
		all, _, err := w.desk.Absences(w.ctx, w.kari)
		w.must(err)
		w.days(1)
		for _, x := range all {
			if x.Mine {
				w.must(w.desk.Return(w.ctx, w.kari, x.ID))
			}
		}
		if got := w.may(w.mona, slug); got != "no" {
			w.T.Errorf("rektor is back, and Mona %s", got)
		}
		// Somebody who stands in all the days already is enough.
		w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.jonas.Person, Task: cases.StandsIn, From: w.in(0), Until: w.in(9)}))
		w.must(w.desk.Away(w.ctx, w.kari, cases.Absence{Person: w.kari.Person, From: w.in(0), Until: w.in(9)}))
	})
}

func TestAnAbsenceIsRefused(t *testing.T) {
	each(t, func(w *world) {
		ny := w.temp("Nils Ny") // without training
		ok := cases.Absence{Person: w.ina.Person, From: w.in(0), Until: w.in(3)}
		with := func(change func(a *cases.Absence)) error {
			a := ok
			change(&a)
			return w.desk.Away(w.ctx, w.kari, a)
		}
		refusals(w.T, []refusal{
			{"nobody", with(func(a *cases.Absence) { a.Person = "" }), "person", "cases.fault.person"},
			{"works elsewhere", with(func(a *cases.Absence) { a.Person = w.other.Person }), "person", "cases.fault.person"},
			{"no first day", with(func(a *cases.Absence) { a.From = "" }), "from", "cases.fault.from"},
			{"no last day", with(func(a *cases.Absence) { a.Until = "" }), "until", "absence.fault.until"},
			{"ends before", with(func(a *cases.Absence) { a.From, a.Until = w.in(3), w.in(2) }), "until", "cases.fault.until"},
			{"is over", with(func(a *cases.Absence) { a.From, a.Until = w.in(-3), w.in(-2) }), "until", "cases.fault.until-past"},
			{"a year and more", with(func(a *cases.Absence) { a.Until = w.in(400) }), "until", "absence.fault.long"},
			{"oneself", with(func(a *cases.Absence) { a.Cases = w.ina.Person }), "cases", "absence.fault.self"},
			{"another school's", with(func(a *cases.Absence) { a.Measures = w.other.Person }), "measures", "cases.fault.person"},
			{"untrained", with(func(a *cases.Absence) { a.Cases = ny }), "cases", "absence.fault.untrained"},
			{"rektor's task of another", with(func(a *cases.Absence) { a.Leads = w.mona.Person }), "leads", "cases.fault.person"},
		})
		w.must(w.desk.Away(w.ctx, w.mona, cases.Absence{Person: w.mona.Person, From: w.in(3), Until: w.in(4)}))
		refusals(w.T, []refusal{{"away too", with(func(a *cases.Absence) { a.Cases = w.mona.Person }), "cases", "absence.fault.away-too"}})
		w.must(w.desk.Away(w.ctx, w.kari, ok))
		refusals(w.T, []refusal{{"twice", w.desk.Away(w.ctx, w.kari, ok), "from", "absence.fault.twice"}})
		ok.Person = w.jonas.Person
		for _, who := range []tilhor.Actor{w.mona, w.other, w.adviser()} {
			if err := w.desk.Away(w.ctx, who, ok); err == nil {
				w.T.Errorf("%s says that Jonas is away", who.Role)
			}
		}
	})
}

// What is closed to rektor is not given on with the rest: whoever leads it is
// told, and chooses.
func TestAnAbsenceOpensNoWall(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		all, err := w.desk.TakeForOwner(w.ctx, anne, w.against(duty.AccusedLeadership).Slug, w.other.Person)
		w.must(err)
		slug := all[0].Slug
		w.must(w.desk.Appoint(w.ctx, w.other, slug, w.ina.Person))
		w.must(w.desk.Away(w.ctx, w.kari, cases.Absence{Person: w.ina.Person, From: w.in(0), Until: w.in(3), Cases: w.mona.Person}))
		if got := fmt.Sprint(w.may(w.mona, slug), w.may(w.kari, slug)); got != "nono" {
			w.T.Errorf("through the wall: %s", got)
		}
		if got := w.lonely(w.other); got != "away Nora Dahl Ina Lund" {
			w.T.Errorf("who leads it is told %q", got)
		}
		list, _, err := w.desk.Absences(w.ctx, w.kari)
		w.must(err)
		if list[0].Covered+list[0].Bare != 0 {
			w.T.Errorf("rektor sees that there is a case: %+v", list[0])
		}
		w.must(w.desk.Cover(w.ctx, w.other, slug, w.mona.Person))
		if got := w.may(w.mona, slug); got != "works" {
			w.T.Errorf("Mona stands in: %s", got)
		}
		if list, _, err = w.desk.Absences(w.ctx, w.kari); err != nil || list[0].Covered+list[0].Bare != 0 {
			w.T.Errorf("rektor, whom it is about, counts it: %+v (%v)", list[0], err)
		}
		// Rektor says that Ina is back: who stands in is not for rektor to take away,
		// and nothing is written there.
		seen := func() int {
			f, err := w.desk.See(w.ctx, w.other, slug, "overview")
			w.must(err)
			return len(f.Of(cases.Covered))
		}
		before := seen()
		w.must(w.desk.Return(w.ctx, w.kari, list[0].ID))
		if got, n := w.may(w.mona, slug), seen(); got != "works" || n != before {
			w.T.Errorf("rektor wrote through the wall: Mona %s, %d lines of %d", got, n, before)
		}
		// Ina is told that somebody stands in for her still, and takes it back herself.
		told := func(who tilhor.Actor) (n int) {
			all, _, err := w.desk.Absences(w.ctx, who)
			w.must(err)
			for _, a := range all {
				if a.Still {
					n++
				}
			}
			is, err := w.desk.StoodInFor(w.ctx, who)
			w.must(err)
			if is != (n > 0) {
				w.T.Errorf("%s: the two disagree", who.Role)
			}
			return n
		}
		if got := fmt.Sprint(told(w.ina), told(w.kari), told(w.mona)); got != "1 0 0" {
			w.T.Errorf("who is told that somebody stands in still: %s", got)
		}
		schools := func() (n int) {
			w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
				all, err := w.Kit.Journal.Stream(tx, w.kari.Owner, "school/"+string(w.Solbakken))
				n = len(all)
				return err
			}))
			return n
		}
		wrote := schools()
		w.must(w.desk.Return(w.ctx, w.kari, list[0].ID)) // again: nothing
		if got := w.may(w.mona, slug); got != "works" {
			w.T.Errorf("rektor said it twice: Mona %s", got)
		}
		w.must(w.desk.Return(w.ctx, w.ina, list[0].ID))
		if got, n := w.may(w.mona, slug), seen(); got != "no" || n != before+1 || told(w.ina) != 0 {
			w.T.Errorf("Ina took it back: Mona %s, %d lines of %d, %d still", got, n, before, told(w.ina))
		}
		if n := schools(); n != wrote {
			w.T.Errorf("the school's record tells of it: %d entries, not %d", n, wrote)
		}
		w.must(w.desk.Return(w.ctx, w.ina, list[0].ID))
	})
}

// Into a case about somebody who works there only whoever leads it lets a
// stand-in: not whoever has it, or carries something out, and goes away.
func TestWhoIsAwayChoosesNobodyForASealedCase(t *testing.T) {
	each(t, func(w *world) {
		c := w.against(duty.AccusedEmployee, w.jonas.Person)
		all, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person}, cases.ToOwner{Words: "Vi har sørget for avstand."})
		w.must(err)
		slug, open := all[0].Slug, w.taken(w.elias)
		w.must(w.desk.Away(w.ctx, w.ina, cases.Absence{Person: w.ina.Person, From: w.in(0), Until: w.in(4), Cases: w.mona.Person}))
		if got := w.may(w.mona, slug) + " " + w.may(w.mona, open); got != "no works" {
			w.T.Errorf("whom Ina chose: %s", got)
		}
		if got := w.lonely(w.kari); got != "away Nora Dahl Ina Lund" {
			w.T.Errorf("who leads it is told %q", got)
		}
		w.must(w.desk.Appoint(w.ctx, w.kari, slug, w.mona.Person))
		w.must(w.desk.Appoint(w.ctx, w.kari, slug, w.ina.Person)) // back to who is away, and who chose a stand-in
		if got := w.may(w.mona, slug); got != "no" {
			w.T.Errorf("whom Ina chose, when she was given it: %s", got)
		}
		w.must(w.desk.Cover(w.ctx, w.kari, slug, w.mona.Person))
		if got := w.may(w.mona, slug); got != "works" {
			w.T.Errorf("whom rektor chose: %s", got)
		}
	})
}

// Nor for what is to be carried out, there or for a protected pupil.
func TestWhoIsAwayChoosesNobodyForAClosedMeasure(t *testing.T) {
	each(t, func(w *world) {
		w.running(w.nora) // Jonas carries it out
		w.shielded()
		w.must(w.desk.Away(w.ctx, w.jonas, cases.Absence{Person: w.jonas.Person, From: w.in(0), Until: w.in(4), Measures: w.mona.Person}))
		if now, _ := w.chores(w.mona); now != "" {
			w.T.Errorf("Mona, who is not named, carries out %q", now)
		}
		c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
			School: w.Solbakken, Pupils: []tilhor.PersonID{w.elias}, Saw: "Holdt ham i armen.", Arena: tilhor.ArenaCorridor, Happened: w.now(), Known: w.now(),
			Accused: duty.AccusedEmployee, Against: []tilhor.PersonID{w.jonas.Person}, Whom: "den som hadde inspeksjon",
		})
		w.must(err)
		all, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person}, cases.ToOwner{Words: "Vi har sørget for avstand."})
		w.must(err)
		w.must(w.desk.Protect(w.ctx, w.ina, all[0].Slug, cases.Urgent{What: "Følger ham ut.", Doer: w.mona.Person, Start: w.in(0)}))
		w.must(w.desk.Away(w.ctx, w.mona, cases.Absence{Person: w.mona.Person, From: w.in(0), Until: w.in(4), Measures: w.kari.Person}))
		if now, _ := w.chores(w.kari); now != "" {
			w.T.Errorf("whom Mona chose carries out %q", now)
		}
		bare := func() tilhor.Date {
			f, err := w.desk.See(w.ctx, w.kari, all[0].Slug, "overview")
			w.must(err)
			return f.Measures[0].Away
		}
		if got := bare(); got != w.in(4) {
			w.T.Errorf("who leads it is told that nobody does it until %q", got)
		}
		f, err := w.desk.See(w.ctx, w.kari, all[0].Slug, "overview")
		w.must(err)
		w.must(w.desk.HandMeasure(w.ctx, w.kari, all[0].Slug, f.Measures[0].ID, w.ina.Person))
		if got := bare(); got != "" {
			w.T.Errorf("Ina does it, and it is said that nobody does: %q", got)
		}
	})
}

// What a stand-in gives oneself would outlive the days.
func TestAStandInGivesItselfNothing(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.Away(w.ctx, w.kari, cases.Absence{Person: w.ina.Person, From: w.in(0), Until: w.in(1), Cases: w.mona.Person}))
		refusals(w.T, []refusal{
			{"asks oneself", w.desk.Ask(w.ctx, w.mona, slug, w.look(w.mona)), "whom", "cases.fault.self"},
			{"hands oneself a measure", w.desk.HandMeasure(w.ctx, w.mona, slug, w.see(slug).InForce()[0].ID, w.mona.Person), "doer", "cases.fault.self"},
			{"protects oneself", w.desk.Protect(w.ctx, w.mona, slug, cases.Urgent{What: "Følger henne ut.", Doer: w.mona.Person, Start: w.in(0)}), "doer", "cases.fault.self"},
		})
		w.must(w.desk.Protect(w.ctx, w.mona, slug, cases.Urgent{What: "Følger henne ut.", Doer: w.jonas.Person, Start: w.in(0)}))
		w.days(2)
		for _, g := range w.grants(slug) {
			if g.Person == w.mona.Person && (g.Until.IsZero() || g.Until.After(w.Now())) {
				w.T.Errorf("the days are over, and Mona has %s", g.Relation)
			}
		}
	})
}

// Two absences of one: another stand-in for the first leaves the second as it was.
func TestAnotherStandInForOneOfTwoAbsences(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		for _, day := range []int{0, 5} {
			w.must(w.desk.Away(w.ctx, w.kari, cases.Absence{Person: w.ina.Person, From: w.in(day), Until: w.in(day + 1), Cases: w.mona.Person}))
		}
		w.must(w.desk.Cover(w.ctx, w.kari, slug, w.jonas.Person))
		if got := w.may(w.jonas, slug) + w.may(w.mona, slug); got != "worksno" {
			w.T.Errorf("the first days: %s", got)
		}
		w.days(5)
		if got := w.may(w.jonas, slug) + w.may(w.mona, slug); got != "noworks" {
			w.T.Errorf("the days that were agreed before: %s", got)
		}
	})
}

// Whoever the owner appoints to lead has the case: who stood in for the one before
// stands in no longer.
func TestANewLeaderEndsTheStandIn(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		all, err := w.desk.TakeForOwner(w.ctx, anne, w.against(duty.AccusedLeadership).Slug, w.ina.Person)
		w.must(err)
		slug := all[0].Slug
		w.must(w.desk.Away(w.ctx, w.ina, cases.Absence{Person: w.ina.Person, From: w.in(0), Until: w.in(4), Cases: w.mona.Person}))
		if got := w.may(w.mona, slug); got != "works" {
			w.T.Fatalf("whom Ina, who leads it, chose: %s", got)
		}
		ns, err := w.desk.Notices(w.ctx, anne)
		w.must(err)
		w.must(w.desk.AppointLead(w.ctx, anne, ns[0].ID, w.jonas.Person))
		if got := w.may(w.mona, slug) + w.may(w.jonas, slug); got != "noworks" {
			w.T.Errorf("Mona and who leads it now: %s", got)
		}
	})
}

// Who is kept out has chosen nobody any more either.
func TestWhoIsRecusedHasNoStandIn(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.Away(w.ctx, w.kari, cases.Absence{Person: w.jonas.Person, From: w.in(0), Until: w.in(4), Measures: w.mona.Person}))
		w.must(w.desk.Recuse(w.ctx, w.kari, slug, cases.Recusal{Person: w.jonas.Person, Why: "conflict", Reason: "Nabo."}))
		if now, _ := w.chores(w.mona); now != "" {
			w.T.Errorf("Mona carries out %q", now)
		}
	})
}

// An absence that is taken back before it began was none: nobody came back.
func TestAnAbsenceIsTakenBack(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.desk.Away(w.ctx, w.kari, cases.Absence{Person: w.ina.Person, From: w.in(2), Until: w.in(9), Cases: w.mona.Person}))
		w.days(1)
		all, _, err := w.desk.Absences(w.ctx, w.ina)
		w.must(err)
		w.must(w.desk.Return(w.ctx, w.ina, all[0].ID))
		if r := w.see(slug).Last(cases.Covered); r == nil || r.Answer != "cancelled" || r.Text["who"] != "Ina Lund" {
			w.T.Errorf("the track says %+v", r)
		}
		w.days(2)
		if got := w.may(w.mona, slug); got != "no" {
			w.T.Errorf("Mona stands in all the same: %s", got)
		}
	})
}

var setCoverClock = db.SQL(`SELECT COUNT(*) FROM access_grant WHERE owner = $1 AND relation = 'covers' AND until_at > $2`)

// When the days are over nothing of it is left to see with.
func TestNothingIsLeftOfAnAbsence(t *testing.T) {
	each(t, func(w *world) {
		w.taken(w.nora)
		w.must(w.desk.Away(w.ctx, w.kari, cases.Absence{Person: w.ina.Person, From: w.in(0), Until: w.in(1), Cases: w.mona.Person}))
		count := func() (n int) {
			w.must(w.DB.One(w.ctx, setCoverClock, db.Args(w.kari.Owner, w.Now().UnixMilli()), &n))
			return n
		}
		if n := count(); n != 1 {
			w.T.Fatalf("%d grants", n)
		}
		w.days(2)
		if n := count(); n != 0 {
			w.T.Errorf("%d grants are left", n)
		}
	})
}

// A list asks of those who have its cases: that others are away costs it nothing.
func TestAListAsksOnlyOfThoseWhoHaveItsCases(t *testing.T) {
	each(t, func(w *world) {
		w.taken(w.nora)
		asked := func() int64 {
			ctx, n := db.Counted(w.ctx)
			_, _, err := w.desk.List(ctx, w.kari, cases.Filter{})
			w.must(err)
			return n.Load()
		}
		asked() // that it was read stands in the record from now on
		before := asked()
		w.must(w.desk.Away(w.ctx, w.kari, cases.Absence{Person: w.mona.Person, From: w.in(0), Until: w.in(4)}))
		if n := asked(); n != before {
			w.T.Errorf("somebody else is away, and the list takes %d statements, not %d", n, before)
		}
		w.must(w.desk.Away(w.ctx, w.kari, cases.Absence{Person: w.ina.Person, From: w.in(0), Until: w.in(4), Cases: w.jonas.Person}))
		if n := asked(); n <= before {
			w.T.Errorf("the control: who has the case is away, and the list takes %d statements", n)
		}
	})
}
