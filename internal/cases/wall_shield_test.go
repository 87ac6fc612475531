package cases_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/roster"
)

// The leadership is accused and the pupil is protected: it goes to the owner's
// receiver and to nobody at the school, not to who is named for the pupil either.
// Whom the owner appoints is named by that, and leads.
func TestTheLeadershipOfAProtectedPupil(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		w.shielded()
		c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
			School: w.Solbakken, Described: "Nora Dahl i 5A", Saw: "Holdt henne hardt.", Arena: tilhor.ArenaCorridor, Happened: w.now(), Known: w.now(),
			Accused: duty.AccusedLeadership, Whom: "rektor",
		})
		w.must(err)
		for _, a := range []tilhor.Actor{w.kari, w.ina, w.jonas, w.Actor(tilhor.RoleDeputy, w.Solbakken)} {
			if got := w.sees(a, c, ""); got != "" {
				t.Errorf("%s sees %s", a.Role, got)
			}
		}
		if got := w.sees(anne, c, ""); got != "waiting concern" {
			t.Fatalf("the owner's receiver sees %q", got)
		}
		all, err := w.desk.TakeForOwner(w.ctx, anne, c.Slug, w.other.Person)
		w.must(err)
		slug := all[0].Slug
		if f, err := w.desk.See(w.ctx, w.other, slug, "whole"); err != nil || !f.Lead || !f.Shielded {
			t.Fatalf("whom the owner appointed does not lead: %+v (%v)", f.Track, err)
		}
		w.must(w.desk.Identify(w.ctx, w.other, slug, w.nora))
		for _, a := range []tilhor.Actor{w.kari, w.ina, w.jonas} {
			if got := w.sees(a, c, slug); strings.Contains(got, "track") || strings.Contains(got, "concern") {
				t.Errorf("%s sees %s", a.Role, got)
			}
		}
		// It is this case of hers, and no other.
		if rows, _, err := w.desk.List(w.ctx, w.other, cases.Filter{}); err != nil || len(rows) > 1 {
			t.Errorf("the lead lists %d cases (%v)", len(rows), err)
		}
		// The lead names who works it at the school, and gives it.
		w.must(w.desk.Name(w.ctx, w.other, slug, w.jonas.Person, false, "Har henne i klassen."))
		w.must(w.desk.Appoint(w.ctx, w.other, slug, w.jonas.Person))
		if _, err := w.desk.See(w.ctx, w.jonas, slug, "whole"); err != nil {
			t.Errorf("who was named and given it does not read it: %v", err)
		}
		// The owner appoints another, who reads it; that the notice was opened rings for who leads.
		ns, err := w.desk.Notices(w.ctx, anne)
		w.must(err)
		if len(ns) != 1 || ns[0].Kind != cases.Leadership || ns[0].Pupil != "" {
			t.Fatalf("the owner's list: %+v", ns)
		}
		n, err := w.desk.OpenNotice(w.ctx, anne, ns[0].ID)
		w.must(err)
		if n.Pupil == "" {
			t.Error("the notice does not say whom it is about")
		}
		g, err := w.desk.Guarding(w.ctx, w.other, slug)
		w.must(err)
		if !slices.ContainsFunc(g.Alarms, func(a cases.Alarm) bool { return a.Person == anne.Person && a.View == "notice" }) {
			t.Errorf("the opening of a notice rings for nobody: %+v", g.Alarms)
		}
		w.must(w.desk.AppointLead(w.ctx, anne, ns[0].ID, anne.Person))
		if f, err := w.desk.See(w.ctx, anne, slug, "whole"); err != nil || !f.Lead {
			t.Errorf("the new lead does not read it: %v", err)
		}
		_, err = w.desk.See(w.ctx, w.other, slug, "whole")
		w.is(err, tilhor.ErrNotFound)
		w.holds()
	})
}

// Rektor is both whom it is about and the only one who is named for the pupil.
func TestTheOnlyNamedLeaderIsAccused(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		w.must(w.desk.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.nora, Grade: roster.Confidential, Leader: w.kari.Person, Reason: "Melding."}))
		w.must(w.desk.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.elias, Grade: roster.Confidential, Leader: w.jonas.Person, Reason: "Melding."}))
		for name, x := range map[string]struct {
			about string
			whom  tilhor.PersonID
		}{"rektor": {"Nora Dahl", w.kari.Person}, "a teacher": {"Elias Moe", w.jonas.Person}} {
			c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
				School: w.Solbakken, Described: x.about, Saw: "Holdt hardt.", Arena: tilhor.ArenaCorridor, Happened: w.now(), Known: w.now(),
				Accused: duty.AccusedEmployee, Against: []tilhor.PersonID{x.whom},
			})
			w.must(err)
			for _, a := range []tilhor.Actor{w.kari, w.ina, w.jonas} {
				if got := w.sees(a, c, ""); got != "" {
					t.Errorf("about %s: %s sees %s", name, a.Role, got)
				}
			}
			if got := w.sees(anne, c, ""); got != "waiting concern" {
				t.Fatalf("about %s: the owner's receiver sees %q", name, got)
			}
			all, err := w.desk.TakeForOwner(w.ctx, anne, c.Slug, w.other.Person)
			w.must(err)
			if f, err := w.desk.See(w.ctx, w.other, all[0].Slug, "whole"); err != nil || !f.Lead {
				t.Errorf("about %s: whom the owner appointed does not lead (%v)", name, err)
			}
		}
	})
}

// A pupil who becomes protected while a case goes past rektor: whom the owner
// appointed keeps it, and so does the adviser.
func TestWhomTheOwnerAppointedKeepsAShieldedPupilsCase(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		all, err := w.desk.TakeForOwner(w.ctx, anne, w.against(duty.AccusedLeadership).Slug, w.other.Person)
		w.must(err)
		slug := all[0].Slug
		ns, err := w.desk.Notices(w.ctx, anne)
		w.must(err)
		w.must(w.desk.AppointAdviser(w.ctx, anne, ns[0].ID, anne.Person))
		w.shielded()
		for _, a := range []tilhor.Actor{w.other, anne} {
			if _, err := w.desk.See(w.ctx, a, slug, "whole"); err != nil {
				t.Errorf("%s has it no longer: %v", a.Role, err)
			}
		}
		for _, a := range []tilhor.Actor{w.kari, w.ina} {
			_, err := w.desk.See(w.ctx, a, slug, "whole")
			w.is(err, tilhor.ErrNotFound)
		}
	})
}

// A serious case of a protected pupil is told to the owner, who can open it, and
// give an adviser that case alone (§ 12-4).
func TestASeriousCaseOfAProtectedPupil(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		slug, older := w.taken(w.nora), w.taken(w.nora)
		w.shielded()
		w.must(w.desk.JudgeSerious(w.ctx, w.ina, slug, cases.Seriousness{Answer: "yes", Reason: "Vold.", Words: "Vi har ringt politiet."}))
		ns, err := w.desk.Notices(w.ctx, anne)
		w.must(err)
		if len(ns) != 1 || ns[0].Kind != cases.SeriousCase {
			t.Fatalf("the owner's list: %+v", ns)
		}
		n, err := w.desk.OpenNotice(w.ctx, anne, ns[0].ID)
		w.must(err)
		if n.Words != "Vi har ringt politiet." {
			t.Errorf("the notice: %+v", n)
		}
		ring, err := w.desk.Ringing(w.ctx, w.ina)
		w.must(err)
		if len(ring) != 1 || ring[0].Person != anne.Person || ring[0].View != "notice" {
			t.Errorf("it rings %+v", ring)
		}
		_, err = w.desk.See(w.ctx, anne, slug, "whole")
		w.is(err, tilhor.ErrNotFound)
		w.must(w.desk.AppointAdviser(w.ctx, anne, n.ID, anne.Person))
		if _, err := w.desk.See(w.ctx, anne, slug, "whole"); err != nil {
			t.Errorf("the adviser does not read it: %v", err)
		}
		_, err = w.desk.See(w.ctx, anne, older, "whole")
		w.is(err, tilhor.ErrNotFound)
		w.is(w.desk.Write(w.ctx, anne, slug, cases.Line{What: "note", Text: "x"}), tilhor.ErrNotFound)
		w.holds()
	})
}

// An employee is accused and the pupil is rektor's own child: the owner takes it
// up, is told once, and its duty to be told is met by that (§ 12-5).
func TestAnAccusedEmployeeAndRektorsOwnChild(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		w.employ(w.Person("forelder-nora"), tilhor.RoleRektor)
		c := w.against(duty.AccusedEmployee, w.jonas.Person)
		_, err := w.desk.TakeForOwner(w.ctx, anne, c.Slug, w.Person("forelder-nora"))
		refusals(t, []refusal{{"the mother as lead", err, "lead", "sealed.fault.barred"}})
		all, err := w.desk.TakeForOwner(w.ctx, anne, c.Slug, w.other.Person)
		w.must(err)
		f, err := w.desk.See(w.ctx, w.other, all[0].Slug, "whole")
		w.must(err)
		if s := w.state(f, "k12.staff_owner"); s != duty.Met {
			t.Errorf("the duty to tell the owner is %s", s)
		}
		ns, err := w.desk.Notices(w.ctx, anne)
		w.must(err)
		if len(ns) != 1 || ns[0].Kind != cases.NoLead || ns[0].Lead == "" {
			t.Errorf("the owner is told %+v", ns)
		}
	})
}

// Every opening of a concern about a protected pupil rings for the others who are
// named to lead, until one of them has seen it.
func TestOpeningAProtectedPupilsConcernRings(t *testing.T) {
	each(t, func(w *world) {
		first := w.taken(w.nora)
		w.shielded()
		w.must(w.desk.Name(w.ctx, w.ina, first, w.jonas.Person, true, "Leder når Ina er borte."))
		c := w.worry(tilhor.ArenaBreak, "Nora Dahl")
		for range 2 {
			_, err := w.told.Receive(w.ctx, w.jonas, c.Slug)
			w.must(err)
		}
		ring, err := w.told.Ringing(w.ctx, w.ina)
		w.must(err)
		if len(ring) != 2 || ring[0].Person != w.jonas.Person || ring[0].Name != "Jonas Lund" || ring[0].View != "concern" || ring[0].Slug != c.Slug {
			t.Fatalf("it rings %+v", ring)
		}
		for _, a := range []tilhor.Actor{w.kari, w.jonas, w.mona, w.other} {
			if ring, err := w.told.Ringing(w.ctx, a); err != nil || len(ring) != 0 {
				t.Errorf("it rings for %s: %v (%v)", a.Role, ring, err)
			}
			w.must(w.told.Heed(w.ctx, a))
		}
		if ring, err := w.told.Ringing(w.ctx, w.ina); err != nil || len(ring) != 2 {
			t.Errorf("another silenced it: %v (%v)", ring, err)
		}
		w.must(w.told.Heed(w.ctx, w.ina))
		if ring, err := w.told.Ringing(w.ctx, w.ina); err != nil || len(ring) != 0 {
			t.Errorf("it still rings: %v (%v)", ring, err)
		}
		other := w.worry(tilhor.ArenaBreak, "", w.elias) // not protected: nothing rings
		_, err = w.told.Receive(w.ctx, w.kari, other.Slug)
		w.must(err)
		var rung int
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error { return tx.One(countAlarms, db.Args(w.kari.Owner), &rung) }))
		if rung != 2 {
			t.Errorf("%d alarms, want 2", rung)
		}
		w.holds()
	})
}

// The one who is named to lead is kept out of what is there already: she said she was
// partial in the case, and what waits is about her. The owner is told of the case, and
// receives what waits.
func TestWhoIsNamedIsKeptOutOfWhatIsThere(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		slug := w.taken(w.nora)
		w.must(w.desk.Recuse(w.ctx, w.ina, slug, cases.Recusal{Person: w.ina.Person, Why: "conflict", Reason: "Vi er naboer."}))
		c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
			School: w.Solbakken, Pupils: []tilhor.PersonID{w.nora}, Saw: "Holdt henne hardt.", Arena: tilhor.ArenaCorridor, Happened: w.now(), Known: w.now(),
			Accused: duty.AccusedEmployee, Against: []tilhor.PersonID{w.ina.Person},
		})
		w.must(err)
		w.shielded() // Ina leads
		ns, err := w.desk.Notices(w.ctx, anne)
		w.must(err)
		if len(ns) != 1 || ns[0].Kind != cases.NoLead {
			t.Errorf("the owner is told %+v", ns)
		}
		if ns[0].Lead != "" {
			t.Errorf("the owner reads that it is led by %s", ns[0].Lead)
		}
		_, err = w.told.Receive(w.ctx, anne, c.Slug)
		w.is(err, tilhor.ErrNotFound)
		gave := func() (n int) { // to the owner
			w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error { return tx.One(countOwners, db.Args(w.kari.Owner), &n) }))
			return n
		}
		before := gave()
		for range 2 { // the second time there is nothing to do; and what was taken up nobody has to read any more
			w.must(w.told.Reach(w.ctx, w.kari.Owner))
		}
		if _, err := w.told.Receive(w.ctx, anne, c.Slug); err != nil || gave() != before+1 {
			t.Errorf("the owner does not receive what is about who leads, and nothing else: %d were given, %v", gave()-before, err)
		}
		for _, a := range []tilhor.Actor{w.kari, w.ina} {
			_, err := w.told.Receive(w.ctx, a, c.Slug)
			w.is(err, tilhor.ErrNotFound)
		}
		w.holds()
	})
}

// Rektor is accused, and the owner gave the case to somebody else; she protects the pupil
// in another case of hers, with herself as leader. Whom the owner appointed she does not
// see among those who are named, and cannot take out.
func TestWhomTheOwnerAppointedIsNotRektorsToTakeOut(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		ordinary := w.taken(w.nora)
		c := w.against(duty.AccusedLeadership, w.kari.Person)
		all, err := w.desk.TakeForOwner(w.ctx, anne, c.Slug, w.other.Person)
		w.must(err)
		w.must(w.desk.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.nora, Grade: roster.Confidential, Leader: w.kari.Person, Reason: "Melding."}))
		g, err := w.desk.Guarding(w.ctx, w.kari, ordinary)
		w.must(err)
		if len(g.Named) != 1 || g.Named[0].Person != w.kari.Person {
			t.Errorf("rektor reads that these are named: %+v", g.Named)
		}
		refusals(t, []refusal{{"whom the owner appointed", w.desk.Unname(w.ctx, w.kari, ordinary, w.other.Person, "Hvem er det?"), "person", "cases.fault.person"}})
		if _, err := w.desk.See(w.ctx, w.other, all[0].Slug, "whole"); err != nil {
			t.Errorf("whom the owner appointed has the case no longer: %v", err)
		}
	})
}

// Two lead for a protected pupil, and the case about the one is the other's. She takes
// him out: the owner is told that nobody has that case.
func TestWhoIsAccusedTakesOutTheOther(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		ordinary := w.taken(w.nora)
		c := w.against(duty.AccusedEmployee, w.ina.Person)
		w.shielded() // Ina leads
		w.must(w.desk.Name(w.ctx, w.ina, ordinary, w.jonas.Person, true, "Leder når Ina er borte."))
		all, err := w.desk.TakeSealed(w.ctx, w.jonas, c.Slug, cases.Stance{Handler: w.jonas.Person}, cases.ToOwner{Words: "Vi følger opp."})
		w.must(err)
		unled := func() (n int) {
			ns, err := w.desk.Notices(w.ctx, anne)
			w.must(err)
			for _, x := range ns {
				if x.Kind == cases.NoLead {
					n++
				}
			}
			return n
		}
		if n := unled(); n != 0 {
			t.Fatalf("the owner is told %d times already", n)
		}
		w.must(w.desk.Unname(w.ctx, w.ina, ordinary, w.jonas.Person, "Er tilbake."))
		_, err = w.desk.See(w.ctx, w.jonas, all[0].Slug, "whole")
		w.is(err, tilhor.ErrNotFound)
		if n := unled(); n != 1 {
			t.Errorf("the owner is told %d times that nobody has it", n)
		}
	})
}

// What is told in words, of a protected pupil, goes neither to the one those words accuse
// nor to her next of kin, though they are named to lead for her: the owner receives it.
func TestWhatIsToldInWordsGoesPastWhomItIsAbout(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		w.shielded() // Ina leads
		tell := func(n concerns.Telling) concerns.Concern {
			n.School, n.Described, n.Arena, n.Happened, n.Known = w.Solbakken, "Nora Dahl i 5A", tilhor.ArenaCorridor, w.now(), w.now()
			c, err := w.told.Tell(w.ctx, w.mona, n)
			w.must(err)
			return c
		}
		accused := tell(concerns.Telling{Saw: "Holdt henne hardt.", Accused: duty.AccusedEmployee, Whom: "Ina Lund"})
		plain := tell(concerns.Telling{Saw: "Sto alene."})
		w.employ(w.Person("forelder-nora"), tilhor.RoleTeacher)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Train(tx, w.Keeper(), w.Person("forelder-nora"), w.in(0), w.Now())
		}))
		err := w.desk.Name(w.ctx, w.ina, w.takenBy(w.ina, plain), w.Person("forelder-nora"), true, "Leder når Ina er borte.")
		refusals(t, []refusal{{"her mother", err, "person", "cases.fault.kin"}})
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { // named before the lists knew that she is her mother
			n := access.Naming{Subject: w.nora, Person: w.Person("forelder-nora"), Unit: w.Solbakken, Lead: true}
			return w.Kit.Roster.Name(tx, w.ina, n, "Leder når Ina er borte.", w.Now())
		}))
		kin := tell(concerns.Telling{Saw: "Gråt hjemme."})
		mother := tilhor.Actor{Owner: w.kari.Owner, Person: w.Person("forelder-nora"), Role: tilhor.RoleTeacher, School: w.Solbakken, Trained: true}
		for _, x := range []struct {
			what string
			c    concerns.Concern
			who  tilhor.Actor
			may  bool
		}{
			{"the accused", accused, w.ina, false},
			{"the owner, of what accuses her", accused, anne, true},
			{"her mother", kin, mother, false},
			{"who leads besides", kin, w.ina, true},
			{"the owner, of what she has", kin, anne, false},
		} {
			if _, err := w.told.Receive(w.ctx, x.who, x.c.Slug); (err == nil) != x.may {
				t.Errorf("%s: %v", x.what, err)
			}
		}
	})
}

// Of two who lead for a protected pupil, one is kept out of a case as the other is taken
// out in another case of hers, at the same moment: it has nobody, and the owner is told.
func TestTwoTakenOutAtOnceLeaveNoCaseUntold(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.desk.AppointReceiver(w.ctx, w.adviser(), w.adviser().Person))
		var all []string
		for range 8 {
			all = append(all, w.taken(w.nora))
		}
		kept := w.taken(w.nora)
		w.shielded() // Ina leads
		w.must(w.desk.Name(w.ctx, w.ina, kept, w.jonas.Person, true, "Leder når Ina er borte."))
		for tracks := range slices.Chunk(all, 4) {
			recused := make([]error, len(tracks))
			var acts sync.WaitGroup
			for i, slug := range tracks {
				acts.Go(func() {
					recused[i] = w.desk.Recuse(context.Background(), w.ina, slug, cases.Recusal{Person: w.jonas.Person, Why: "conflict", Reason: "Er naboer."})
				})
			}
			acts.Go(func() {
				if err := w.desk.Unname(context.Background(), w.jonas, kept, w.ina.Person, "Slutter."); err != nil {
					w.T.Error(err)
				}
			})
			acts.Wait()
			for i, slug := range tracks {
				if recused[i] != nil { // she was taken out before
					w.is(recused[i], tilhor.ErrNotFound)
					continue
				}
				var told int
				w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error { return tx.One(countToldOf, db.Args(w.kari.Owner, slug, cases.NoLead), &told) }))
				if told != 1 {
					t.Errorf("nobody decides in a case, and the owner was told %d times", told)
				}
			}
			w.must(w.desk.Name(w.ctx, w.jonas, kept, w.ina.Person, true, "Er tilbake."))
		}
		w.holds()
	})
}

var countToldOf = db.SQL(`SELECT COUNT(*) FROM cases_notice n JOIN cases_track t ON t.owner = n.owner AND t.id = n.track WHERE n.owner = $1 AND t.slug = $2 AND n.kind = $3`)

func (w *world) takenBy(by tilhor.Actor, c concerns.Concern) string {
	w.T.Helper()
	all, err := w.desk.TakeUp(w.ctx, by, c.Slug, cases.Stance{})
	w.must(err)
	return all[0].Slug
}

var countOwners = db.SQL(`SELECT COUNT(*) FROM access_grant WHERE owner = $1 AND kind = 'concern' AND person = '' AND unit = '' AND relation = 'intake'`)

var countAlarms = db.SQL(`SELECT COUNT(*) FROM access_alarm WHERE owner = $1`)

// Who works there and has no account writes whom it is about: when that is
// somebody who leads the school, by name or by what one calls them, it goes past
// them all the same (§ 12-5).
func TestALeaderInWordsIsPassedBy(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.ina.Person, Task: cases.StandsIn, From: w.in(0), Until: w.in(7)}))
		for whom, past := range map[string]bool{
			"rektor": true, "Rektoren på skolen": true, "Kari Vik": true, "det var kari": true, "inspektøren": true, "leiinga": true, "Ina": true,
			"Jonas Lund": false, "en vikar": false, "den som hadde inspeksjon": false,
		} {
			c, err := w.told.Tell(w.ctx, tilhor.Actor{Owner: w.kari.Owner, Role: tilhor.RoleAnyone}, concerns.Telling{
				School: w.Solbakken, Described: "Nora i 5A", Saw: "Holdt henne hardt.", Arena: tilhor.ArenaCorridor, Happened: w.now(), Known: w.now(),
				Name: "Vikaren", Accused: duty.AccusedEmployee, Whom: whom,
			})
			w.must(err)
			_, atSchool := w.told.Receive(w.ctx, w.kari, c.Slug)
			_, atOwner := w.told.Receive(w.ctx, anne, c.Slug)
			if past != (atSchool != nil) || past != (atOwner == nil) {
				t.Errorf("about %q: rektor %v, the owner %v", whom, atSchool, atOwner)
			}
		}
	})
}
