package cases_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// shielded makes Nora strictly protected, led by Ina.
func (w *world) shielded() {
	w.T.Helper()
	w.must(w.desk.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.nora, Grade: roster.StrictConfidential, Leader: w.ina.Person, Reason: "Melding fra politiet."}))
}

// A protected pupil: rektor's role and whoever had the case pass no longer, she
// answers like nobody, and who is named finds her.
func TestOnlyTheNamedComeToAProtectedPupil(t *testing.T) {
	each(t, func(w *world) {
		fresh := w.worry(tilhor.ArenaBreak, "", w.nora)
		slug, other := w.running(w.nora), w.taken(w.elias)
		w.must(w.desk.Appoint(w.ctx, w.kari, slug, w.jonas.Person))
		w.shielded()
		for _, who := range []tilhor.Actor{w.kari, w.jonas} {
			_, err := w.desk.See(w.ctx, who, slug, "whole")
			w.is(err, tilhor.ErrNotFound)
			_, err = w.told.Receive(w.ctx, who, fresh.Slug)
			w.is(err, tilhor.ErrNotFound)
			rows, _, err := w.desk.List(w.ctx, who, cases.Filter{Pupil: w.nora})
			w.must(err)
			if len(rows) != 0 {
				t.Errorf("%s lists the protected pupil's case", who.Role)
			}
		}
		if waiting, _, err := w.told.Waiting(w.ctx, w.kari); err != nil || len(waiting) != 0 {
			t.Errorf("rektor sees that something was told of the protected pupil: %v %v", waiting, err)
		}
		if n, err := w.desk.CountOpen(w.ctx, w.kari); err != nil || n != 1 {
			t.Errorf("rektor counts %d open, want Elias' alone (%v)", n, err)
		}
		near, err := w.desk.Candidates(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "", w.elias))
		w.must(err)
		if len(near) != 1 || !near[0].Same {
			t.Errorf("the protected pupil's case is offered to be joined: %+v", near)
		}
		// The named leader has all of it: the case, the fresh concern, a list without a name.
		f, err := w.desk.See(w.ctx, w.ina, slug, "whole")
		w.must(err)
		if !f.Lead || !f.Shielded || f.Name != "Nora Dahl" || f.Handler != "" {
			t.Errorf("the named leader sees %+v", f.Track)
		}
		waiting, _, err := w.told.Waiting(w.ctx, w.ina)
		w.must(err)
		if len(waiting) != 1 || !waiting[0].Shielded || waiting[0].Saw != "" || len(waiting[0].Pupils) != 0 {
			t.Errorf("the list of what waits tells more than that something does: %+v", waiting)
		}
		rows, _, err := w.desk.List(w.ctx, w.ina, cases.Filter{Pupil: w.nora})
		w.must(err)
		if len(rows) != 1 || rows[0].Name != "" || rows[0].Class != "" || !rows[0].Shielded {
			t.Errorf("the list names the protected pupil: %+v", rows)
		}
		// Her measure goes on, and who carries it out reads no name on the list of the day.
		now, _, err := w.desk.Mine(w.ctx, w.jonas)
		w.must(err)
		if len(now) != 1 || now[0].Pupil != "" || now[0].Class != "" || !now[0].Shielded || now[0].What == "" {
			t.Errorf("the measure of the day is %+v", now)
		}
		_ = other
	})
}

// What is told of her in words reaches the named leader alone, and becomes a
// case that is hers from the first moment; the teller is answered as ever.
func TestWhatIsToldOfAProtectedPupilReachesSomebodyNamed(t *testing.T) {
	each(t, func(w *world) {
		w.shielded()
		c := w.worry(tilhor.ArenaBreak, "Det er Nora Dahl i 5A, tror jeg")
		d := w.worry(tilhor.ArenaBreak, "Finner ikke Navn Navnesen")
		if c.State != d.State || len(c.Pupils) != len(d.Pupils) {
			t.Error("the teller is answered otherwise than for somebody else")
		}
		_, err := w.desk.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{})
		w.is(err, tilhor.ErrNotFound)
		if _, err := w.told.Receive(w.ctx, w.kari, d.Slug); err != nil {
			t.Errorf("rektor no longer receives what is told of others: %v", err)
		}
		all, err := w.desk.TakeUp(w.ctx, w.ina, c.Slug, cases.Stance{})
		w.must(err)
		slug := all[0].Slug
		_, err = w.desk.See(w.ctx, w.kari, slug, "whole")
		w.is(err, tilhor.ErrNotFound)
		w.must(w.desk.Identify(w.ctx, w.ina, slug, w.nora))
		f, err := w.desk.See(w.ctx, w.ina, slug, "whole")
		w.must(err)
		if f.Name != "Nora Dahl" || !f.Shielded {
			t.Errorf("the case is %+v", f.Track)
		}
		// It looked like her and was somebody else: who is named for her found it out, and has the case.
		other := w.worry(tilhor.ArenaCorridor, "Kanskje Nora Dahl?")
		like, err := w.desk.TakeUp(w.ctx, w.ina, other.Slug, cases.Stance{})
		w.must(err)
		w.must(w.desk.Identify(w.ctx, w.ina, like[0].Slug, w.elias))
		// When he is protected as well, she is not named for him by that.
		w.must(w.desk.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.elias, Grade: roster.Confidential, Leader: w.jonas.Person, Reason: "Melding."}))
		_, err = w.desk.See(w.ctx, w.ina, like[0].Slug, "whole")
		w.is(err, tilhor.ErrNotFound)
		_, err = w.desk.See(w.ctx, w.jonas, like[0].Slug, "whole")
		w.must(err)
		// Rektor, who is not named, cannot say that somebody is she.
		unknown, err := w.desk.TakeUp(w.ctx, w.kari, d.Slug, cases.Stance{})
		w.must(err)
		refusals(t, []refusal{
			{"rektor says it is the protected pupil", w.desk.Identify(w.ctx, w.kari, unknown[0].Slug, w.nora), "pupil", "cases.fault.pupil"},
			{"rektor says it is nobody", w.desk.Identify(w.ctx, w.kari, unknown[0].Slug, "finnesikke"), "pupil", "cases.fault.pupil"},
		})
	})
}

// Whoever runs the system lifts it from the command line: her cases tell so, whatever
// the clock says by then.
func TestLiftedFromTheCommandLine(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.days(1)
		w.shielded()
		w.days(-1) // the clock was ahead
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return w.desk.Lift(tx, w.Keeper(), w.nora, "Opphevet.", w.Now()) }))
		f := w.see(slug)
		if f.Shielded || !slices.ContainsFunc(f.Records, func(r cases.Record) bool { return r.Kind == cases.Shielded && r.Answer == "lifted" }) {
			t.Errorf("the case does not tell that it is lifted: %+v", f.Records)
		}
	})
}

// Naming: with a reason, only whom it helps, and somebody always leads.
func TestNamingForAProtectedPupil(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		untrained := w.Person("nurse-solbakken")
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { // somebody at the school who has had no training
			id, err := w.Kit.Roster.AddPerson(tx, w.Keeper(), roster.NewPerson{Name: "Per Vikar", Home: w.Solbakken}, w.Now())
			untrained = id
			if err != nil {
				return err
			}
			return w.Kit.Roster.Appoint(tx, w.Keeper(), id, tilhor.RoleEmployee, w.Solbakken, "", "", w.Now())
		}))
		w.employ(w.Person("forelder-nora"), tilhor.RoleTeacher)
		w.Train(w.Person("forelder-nora"))
		s := cases.Shielding{Pupil: w.nora, Grade: roster.Confidential, Leader: w.ina.Person, Reason: "Melding fra barnevernet."}
		with := func(change func(s *cases.Shielding)) error {
			x := s
			change(&x)
			return w.desk.Shield(w.ctx, w.kari, x)
		}
		refusals(t, []refusal{
			{"no reason", with(func(s *cases.Shielding) { s.Reason = " " }), "reason", "cases.fault.reason"},
			{"no grade", with(func(s *cases.Shielding) { s.Grade = "" }), "grade", "children.fault.grade"},
			{"a pupil of another school", with(func(s *cases.Shielding) { s.Pupil = w.odin }), "pupil", "cases.fault.pupil"},
			{"nobody leads", with(func(s *cases.Shielding) { s.Leader = "" }), "leader", "cases.fault.handler"},
			{"a leader of another school", with(func(s *cases.Shielding) { s.Leader = w.other.Person }), "leader", "cases.fault.handler"},
			{"a leader who can open nothing", with(func(s *cases.Shielding) { s.Leader = untrained }), "leader", "children.fault.untrained"},
			{"her own mother", with(func(s *cases.Shielding) { s.Leader = w.Person("forelder-nora") }), "leader", "cases.fault.kin"},
		})
		w.is(w.desk.Shield(w.ctx, w.ina, s), tilhor.ErrNotFound)
		w.is(w.desk.Name(w.ctx, w.kari, slug, w.jonas.Person, false, "Før det er skjermet."), tilhor.ErrConflict)
		w.must(w.desk.Shield(w.ctx, w.kari, s))
		refusals(t, []refusal{
			{"twice", w.desk.Shield(w.ctx, w.kari, s), "pupil", "cases.fault.pupil"},
			{"given to who is not named", w.desk.Appoint(w.ctx, w.ina, slug, w.jonas.Person), "handler", "children.fault.not-named"},
			{"named without reason", w.desk.Name(w.ctx, w.ina, slug, w.jonas.Person, false, ""), "reason", "cases.fault.reason"},
			{"the last who leads", w.desk.Unname(w.ctx, w.ina, slug, w.ina.Person, "Slutter."), "person", "children.fault.last-leader"},
			{"who is not named", w.desk.Unname(w.ctx, w.ina, slug, w.mona.Person, "Nei."), "person", "cases.fault.person"},
		})
		w.is(w.desk.Name(w.ctx, w.kari, slug, w.kari.Person, true, "Jeg er rektor."), tilhor.ErrNotFound)
		w.must(w.desk.Name(w.ctx, w.ina, slug, w.jonas.Person, false, "Er kontaktlærer."))
		w.must(w.desk.Appoint(w.ctx, w.ina, slug, w.jonas.Person))
		f, err := w.desk.See(w.ctx, w.jonas, slug, "whole")
		w.must(err)
		if f.Lead {
			t.Error("who was named to work it, leads it")
		}
		w.must(w.desk.Name(w.ctx, w.ina, slug, w.kari.Person, true, "Rektor må med."))
		w.must(w.desk.Unname(w.ctx, w.kari, slug, w.ina.Person, "Slutter."))
		_, err = w.desk.See(w.ctx, w.ina, slug, "whole")
		w.is(err, tilhor.ErrNotFound)
		w.must(w.desk.Unname(w.ctx, w.kari, slug, w.jonas.Person, "Har ikke saken lenger."))
		_, err = w.desk.See(w.ctx, w.jonas, slug, "whole")
		w.is(err, tilhor.ErrNotFound)
		w.must(w.desk.Unshield(w.ctx, w.kari, slug, "Opphevet av politiet."))
		for _, who := range []tilhor.Actor{w.ina, w.jonas} {
			_, err = w.desk.See(w.ctx, who, slug, "whole")
			w.is(err, tilhor.ErrNotFound)
		}
		if f := w.see(slug); f.Shielded || !f.Lead {
			t.Errorf("after it was lifted: %+v", f.Track)
		}
	})
}

// Who led has left: rektor sees that a case has nobody, by its number and no
// more, and names somebody.
func TestAProtectedCaseNeverHasNobody(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		var leaver tilhor.PersonID
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) (err error) {
			if leaver, err = w.Kit.Roster.AddPerson(tx, w.Keeper(), roster.NewPerson{Name: "Liv Slutter", Home: w.Solbakken}, w.Now()); err != nil {
				return err
			}
			return w.Kit.Roster.Appoint(tx, w.Keeper(), leaver, tilhor.RoleDeputy, w.Solbakken, "", "", w.Now())
		}))
		w.Train(leaver)
		w.must(w.desk.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.nora, Grade: roster.Confidential, Leader: leaver, Reason: "x"}))
		number := w.numberOf(slug)
		if all, err := w.desk.Unattended(w.ctx, w.kari); err != nil || len(all) != 0 {
			t.Fatalf("somebody leads it, and rektor is told %v (%v)", all, err)
		}
		refusals(t, []refusal{{"while somebody leads", w.desk.NameFor(w.ctx, w.kari, number, w.kari.Person, "Jeg vil se."), "number", "children.fault.number"}})
		w.days(1)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Dismiss(tx, w.Keeper(), leaver, tilhor.RoleDeputy, w.Solbakken, w.Now())
		}))
		if all, err := w.desk.Unattended(w.ctx, w.kari); err != nil || strings.Join(all, " ") != number {
			t.Fatalf("rektor is told %v, want %s (%v)", all, number, err)
		}
		for _, who := range []tilhor.Actor{w.ina, w.other} {
			if all, err := w.desk.Unattended(w.ctx, who); err != nil || len(all) != 0 {
				t.Errorf("%s is told %v (%v)", who.Role, all, err)
			}
		}
		_, err := w.desk.See(w.ctx, w.kari, slug, "whole")
		w.is(err, tilhor.ErrNotFound)
		w.must(w.desk.NameFor(w.ctx, w.kari, number, w.ina.Person, "Liv har sluttet."))
		f, err := w.desk.See(w.ctx, w.ina, slug, "whole")
		w.must(err)
		if !f.Lead {
			t.Error("who was named does not lead")
		}
	})
}

func (w *world) numberOf(slug string) (number string) {
	w.T.Helper()
	w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
		return tx.One(numberOf, db.Args(w.kari.Owner, slug), &number)
	}))
	return number
}

var (
	numberOf    = db.SQL(`SELECT c.number FROM cases_track t JOIN cases_case c ON c.owner = t.owner AND c.id = t.matter WHERE t.owner = $1 AND t.slug = $2`)
	countTracks = db.SQL(`SELECT COALESCE(SUM(open_n), 0) FROM oversight_tracks WHERE owner = $1`)
)

// Every opening rings, each time, and a print takes an unlocking for each.
func TestOpeningsRingAndPrintsAreUnlocked(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.shielded()
		w.must(w.desk.Name(w.ctx, w.ina, slug, w.jonas.Person, false, "Har henne i klassen."))
		w.must(w.desk.Appoint(w.ctx, w.ina, slug, w.jonas.Person))
		for range 3 { // the record takes a quarter of an hour as one reading; the alarm does not
			_, err := w.desk.See(w.ctx, w.jonas, slug, "whole")
			w.must(err)
		}
		ring, err := w.desk.Ringing(w.ctx, w.ina)
		w.must(err)
		if len(ring) != 3 || ring[0].Name != "Jonas Lund" || ring[0].View != "whole" || ring[0].Slug != slug {
			t.Fatalf("it rings %+v", ring)
		}
		for _, who := range []tilhor.Actor{w.kari, w.jonas, w.other} {
			if ring, err := w.desk.Ringing(w.ctx, who); err != nil || len(ring) != 0 {
				t.Errorf("it rings for %s: %v (%v)", who.Role, ring, err)
			}
		}
		w.is(w.desk.Heed(w.ctx, w.jonas, slug), tilhor.ErrNotFound)
		w.must(w.desk.Heed(w.ctx, w.ina, slug))
		if ring, err := w.desk.Ringing(w.ctx, w.ina); err != nil || len(ring) != 0 {
			t.Errorf("it still rings: %v (%v)", ring, err)
		}
		// A package and a request for access open the whole of it, and ring as well.
		_, err = w.Kit.Journal.Sequence(w.ctx, w.DB, w.ina.Owner, w.Now)
		w.must(err)
		_, err = w.desk.Folder(w.ctx, w.ina, slug, cases.Wanted{})
		w.must(err)
		ask, err := w.desk.AskInsight(w.ctx, w.ina, slug, cases.NewInsight{Asker: "pupil", Basis: "fvl-18", Who: "Eleven", Received: w.in(0)})
		w.must(err)
		_, err = w.desk.ReviewInsight(w.ctx, w.ina, slug, ask)
		w.must(err)
		g, err := w.desk.Guarding(w.ctx, w.ina, slug)
		w.must(err)
		for _, view := range []string{"package", "insight"} {
			if !slices.ContainsFunc(g.Alarms, func(a cases.Alarm) bool { return a.View == view && a.Person == w.ina.Person }) {
				t.Errorf("that a %s opened it is not told: %+v", view, g.Alarms)
			}
		}
		_, err = w.desk.See(w.ctx, w.ina, slug, "print")
		w.is(err, cases.ErrLocked)
		w.is(w.desk.Unlock(w.ctx, w.jonas, slug, "Til møtet."), tilhor.ErrNotFound)
		refusals(t, []refusal{{"unlocked without reason", w.desk.Unlock(w.ctx, w.ina, slug, ""), "reason", "cases.fault.reason"}})
		w.must(w.desk.Unlock(w.ctx, w.ina, slug, "Til møtet med politiet."))
		_, err = w.desk.See(w.ctx, w.jonas, slug, "print")
		w.is(err, cases.ErrLocked) // it is unlocked for the one who gave the reason
		_, err = w.desk.See(w.ctx, w.ina, slug, "print")
		w.must(err)
		_, err = w.desk.See(w.ctx, w.ina, slug, "print")
		w.is(err, cases.ErrLocked) // once
		w.must(w.desk.Unlock(w.ctx, w.ina, slug, "En gang til."))
		w.Later(16 * time.Minute)
		_, err = w.desk.See(w.ctx, w.ina, slug, "print")
		w.is(err, cases.ErrLocked) // and not later
		g, err = w.desk.Guarding(w.ctx, w.ina, slug)
		w.must(err)
		if len(g.Named) != 2 || len(g.Alarms) == 0 || g.Grade != roster.StrictConfidential || g.Open != nil {
			t.Errorf("the page of who is named: %+v", g)
		}
		_, err = w.desk.Guarding(w.ctx, w.kari, slug)
		w.is(err, tilhor.ErrNotFound)
		other := w.taken(w.elias)
		_, err = w.desk.Guarding(w.ctx, w.kari, other)
		w.is(err, tilhor.ErrNotFound) // nothing of it is protected
		w.is(w.desk.Unlock(w.ctx, w.kari, other, "x"), tilhor.ErrConflict)
		if f, err := w.desk.See(w.ctx, w.kari, other, "print"); err != nil || f.Shielded {
			t.Errorf("an ordinary case is locked: %v", err)
		}
	})
}

// No figure is changed by a protected pupil's case.
func TestCountsKnowNoProtectedPupil(t *testing.T) {
	each(t, func(w *world) {
		w.taken(w.elias)
		w.taken(w.nora)
		count := func() (n int) {
			w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error { return tx.One(countTracks, db.Args(w.kari.Owner), &n) }))
			return n
		}
		if n := count(); n != 2 {
			t.Fatalf("%d cases are counted, want 2", n)
		}
		w.shielded()
		if n := count(); n != 1 {
			t.Fatalf("%d cases are counted, want 1", n)
		}
	})
}

// A child among another's that becomes protected afterwards: its name stands no
// longer in that other's case.
func TestAnAffectedChildThatIsProtectedLater(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.elias)
		w.must(w.desk.AddChild(w.ctx, w.ina, slug, cases.Child{Person: w.nora, Role: "affected"}))
		if f := w.see(slug); f.Children[0].Name != "Nora Dahl" {
			t.Fatalf("before: %+v", f.Children)
		}
		w.shielded()
		if f := w.see(slug); f.Children[0].Name != "" {
			t.Error("the protected child's name stands in another child's case")
		}
		f, err := w.desk.See(w.ctx, w.ina, slug, "whole")
		w.must(err)
		if f.Children[0].Name != "Nora Dahl" {
			t.Error("who is named for her does not see who it is")
		}
	})
}

// The record holds with all of it, and says who named whom.
func TestTheRecordOfAProtectedPupilHolds(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.shielded()
		w.must(w.desk.Name(w.ctx, w.ina, slug, w.jonas.Person, false, "Har henne i klassen."))
		w.must(w.desk.Unlock(w.ctx, w.ina, slug, "Til møtet."))
		_, err := w.desk.See(w.ctx, w.ina, slug, "print")
		w.must(err)
		w.must(w.desk.Heed(w.ctx, w.ina, slug))
		w.must(w.desk.Unshield(w.ctx, w.ina, slug, "Opphevet."))
		w.holds()
	})
}

// holds verifies the whole record against the keys and the words kept.
func (w *world) holds() {
	w.T.Helper()
	_, err := w.Kit.Journal.Sequence(w.ctx, w.DB, w.kari.Owner, func() time.Time { return w.Now().Add(time.Hour) })
	w.must(err)
	file, err := w.Kit.Keys.File(w.kari.Owner, seal.CheckpointsFile)
	w.must(err)
	r, err := journal.Verify(w.ctx, w.DB, w.kari.Owner, journal.Against{Keys: w.Kit.Keys, File: file})
	w.must(err)
	if !r.Holds() {
		w.T.Fatalf("the record does not hold: %v", r.Wrong)
	}
	wrong, err := duty.Check(w.ctx, w.DB, w.kari.Owner, w.Now())
	if err != nil || len(wrong) > 0 {
		w.T.Fatalf("the cache of duties is wrong: %v %v", wrong, err)
	}
}

var (
	_ = errors.Is
	_ concerns.Concern
)
