package cases_test

import (
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
)

// spoken is what a family tells rektor by voice, about somebody who works there.
func (w *world) spoken(kind duty.Accused, whom string, against ...tilhor.PersonID) concerns.Concern {
	w.T.Helper()
	c, err := w.told.Tell(w.ctx, w.kari, concerns.Telling{
		School: w.Solbakken, Pupils: []tilhor.PersonID{w.nora}, Saw: "Mor ringte.", Arena: tilhor.ArenaCorridor, Happened: w.now(), Known: w.now(),
		Raised: &concerns.Raised{By: "parent", At: w.now()}, Accused: kind, Against: against, Whom: whom,
	})
	w.must(err)
	return c
}

// Told by voice it goes the way that it goes in writing: about an employee to
// rektor alone, about who leads the school past her (§ 12-5).
func TestByVoiceItGoesTheSameWay(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.jonas.Person, Task: cases.ReceivesReports, From: w.in(0)}))
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		c := w.spoken(duty.AccusedEmployee, "", w.mona.Person)
		if got := w.sees(w.mona, c, "") + w.sees(w.jonas, c, "") + w.sees(anne, c, ""); got != "" {
			w.T.Errorf("about Mona, and somebody else sees %s", got)
		}
		if got := w.sees(w.kari, c, ""); got != "waiting concern candidates" && got != "waiting concern" {
			w.T.Errorf("rektor sees %q", got)
		}
		all, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person}, cases.ToOwner{Words: "Mor ringte."})
		w.must(err)
		f := w.see(all[0].Slug)
		if f.Sealed != "employee" || len(f.Windows) == 0 {
			w.T.Errorf("closed as %q, with %d windows to Statsforvalteren", f.Sealed, len(f.Windows))
		}
		mine := w.spoken(duty.AccusedEmployee, "", w.kari.Person) // she leads the school, whatever was answered
		if got := w.sees(w.kari, mine, ""); got != "waiting" && got != "" {
			w.T.Errorf("about rektor herself, and she sees %q", got)
		}
		if _, err := w.told.Receive(w.ctx, anne, mine.Slug); err != nil {
			w.T.Errorf("the owner does not have it: %v", err)
		}
	})
}

// Who was only described is named later, and is out from then on.
func TestTheAccusedIsNamedLater(t *testing.T) {
	each(t, func(w *world) {
		c, err := w.told.Tell(w.ctx, w.ina, concerns.Telling{
			School: w.Solbakken, Pupils: []tilhor.PersonID{w.nora, w.elias}, Saw: "Holdt henne hardt i armen.", Arena: tilhor.ArenaCorridor, Happened: w.now(), Known: w.now(),
			Accused: duty.AccusedEmployee, Whom: "den som hadde inspeksjon",
		})
		w.must(err)
		all, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.jonas.Person}, cases.ToOwner{Words: "Vi følger opp."})
		w.must(err)
		slug, twin := all[0].Slug, all[1].Slug
		w.is(w.desk.NameAccused(w.ctx, w.jonas, slug, w.mona.Person), tilhor.ErrNotFound) // who only handles it
		refusals(w.T, []refusal{
			{"nobody", w.desk.NameAccused(w.ctx, w.kari, slug, ""), "person", "cases.fault.person"},
			{"works elsewhere", w.desk.NameAccused(w.ctx, w.kari, slug, w.other.Person), "person", "cases.fault.person"},
		})
		w.is(w.desk.NameAccused(w.ctx, w.kari, w.taken(w.tuva), w.mona.Person), tilhor.ErrConflict) // not closed
		w.must(w.desk.NameAccused(w.ctx, w.kari, slug, w.jonas.Person))
		for _, s := range []string{slug, twin} {
			if got := w.may(w.jonas, s); got != "no" {
				w.T.Errorf("the named one %s", got)
			}
			f := w.see(s)
			if f.Handler != "" || f.Accused[w.jonas.Person] != "Jonas Lund" || f.Last(cases.AccusedNamed) == nil {
				w.T.Errorf("the track: handler %q, accused %v", f.Handler, f.Accused)
			}
		}
		w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.jonas.Person, Task: cases.StandsIn, From: w.in(0), Until: w.in(3)}))
		if _, err := w.told.Receive(w.ctx, w.jonas, c.Slug); err == nil {
			w.T.Error("the named one reads what was told")
		}
		if got := w.may(w.jonas, slug); got != "no" {
			w.T.Errorf("standing in for rektor the named one %s", got)
		}
		refusals(w.T, []refusal{
			{"given it", w.desk.Appoint(w.ctx, w.kari, slug, w.jonas.Person), "handler", "sealed.fault.barred"},
			{"the bar is not lifted", w.desk.EndRecusal(w.ctx, w.kari, slug, w.jonas.Person, "Det var en feil."), "person", "cases.fault.person"},
		})
	})
}

// When it turns out that it is somebody who leads the school, the owner has it.
func TestTheNamedOneLeadsTheSchool(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
			School: w.Solbakken, Pupils: []tilhor.PersonID{w.nora}, Saw: "Ropte til henne.", Arena: tilhor.ArenaCorridor, Happened: w.now(), Known: w.now(),
			Accused: duty.AccusedEmployee, Whom: "en voksen i gangen",
		})
		w.must(err)
		all, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person}, cases.ToOwner{Groundless: true, Words: "Ingen kjenner igjen dette."})
		w.must(err)
		slug := all[0].Slug
		w.must(w.desk.NameAccused(w.ctx, w.kari, slug, w.Actor(tilhor.RoleDeputy, w.Solbakken).Person))
		if got := w.may(w.kari, slug); got != "no" {
			w.T.Errorf("rektor %s", got)
		}
		notices, err := w.desk.Notices(w.ctx, anne)
		w.must(err)
		var lead cases.OwnerNotice
		for _, n := range notices {
			if n.Kind == cases.Leadership {
				lead = n
			}
		}
		w.must(w.desk.AppointLead(w.ctx, anne, lead.ID, w.other.Person))
		if got := w.may(w.other, slug) + w.may(w.kari, slug); got != "worksno" {
			w.T.Errorf("whom the owner appointed, and rektor: %s", got)
		}
		f, err := w.desk.See(w.ctx, w.other, slug, "overview")
		w.must(err)
		if f.Sealed != "leadership" {
			w.T.Errorf("closed as %q", f.Sealed)
		}
	})
}

// A recusal can be over, with a reason; not for family, and not for oneself.
func TestARecusalIsLifted(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.desk.Recuse(w.ctx, w.kari, slug, cases.Recusal{Person: w.ina.Person, Why: "conflict", Reason: "Nabo."}))
		if f := w.see(slug); f.Lifts[w.ina.Person] != "Ina Lund" {
			w.T.Errorf("who can be let in again: %v", f.Lifts)
		}
		refusals(w.T, []refusal{
			{"no reason", w.desk.EndRecusal(w.ctx, w.kari, slug, w.ina.Person, " "), "reason", "cases.fault.reason"},
			{"who is not out", w.desk.EndRecusal(w.ctx, w.kari, slug, w.mona.Person, "Flyttet."), "person", "cases.fault.person"},
		})
		w.is(w.desk.EndRecusal(w.ctx, w.ina, slug, w.ina.Person, "Det går bra."), tilhor.ErrNotFound)
		w.must(w.desk.EndRecusal(w.ctx, w.kari, slug, w.ina.Person, "Har flyttet."))
		if got := w.may(w.ina, slug); got != "no" {
			w.T.Errorf("nothing is given back by itself: %s", got)
		}
		w.must(w.desk.Appoint(w.ctx, w.kari, slug, w.ina.Person))
		if got := w.may(w.ina, slug); got != "works" {
			w.T.Errorf("given anew: %s", got)
		}
		if r := w.see(slug).Last(cases.RecusalOver); r == nil || r.Text["reason"] != "Har flyttet." || r.Text["who"] != "Ina Lund" {
			w.T.Errorf("the track says %+v", r)
		}
	})
}
