package cases_test

import (
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// against is what Mona tells of somebody who works at Solbakken.
func (w *world) against(kind duty.Accused, whom ...tilhor.PersonID) concerns.Concern {
	w.T.Helper()
	c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
		School: w.Solbakken, Pupils: []tilhor.PersonID{w.nora}, Saw: "Holdt henne hardt i armen.", Arena: tilhor.ArenaCorridor, Happened: w.now(), Known: w.now(),
		Accused: kind, Against: whom, Whom: "den som hadde inspeksjon",
	})
	w.must(err)
	return c
}

func (w *world) adviser() tilhor.Actor { return w.Actor(tilhor.RoleOwnerAdviser, "") }

// sees says which of the acts of receiving and reading are let through.
func (w *world) sees(a tilhor.Actor, concern concerns.Concern, track string) string {
	w.T.Helper()
	var out []string
	if all, _, err := w.told.Waiting(w.ctx, a); err != nil || len(all) > 0 {
		out = append(out, "waiting")
	}
	if _, err := w.told.Receive(w.ctx, a, concern.Slug); err == nil {
		out = append(out, "concern")
	} else {
		w.is(err, tilhor.ErrNotFound)
	}
	if track == "" {
		return strings.Join(out, " ")
	}
	if _, err := w.desk.See(w.ctx, a, track, "whole"); err == nil {
		out = append(out, "track")
	} else {
		w.is(err, tilhor.ErrNotFound)
	}
	if _, _, _, err := w.desk.Readings(w.ctx, a, track); err == nil {
		out = append(out, "readings")
	}
	if _, err := w.desk.Matter(w.ctx, a, track); err == nil {
		out = append(out, "matter")
	}
	for _, f := range []cases.Filter{{}, {Pupil: w.nora}, {State: cases.Open}, {Mine: true}} {
		rows, _, err := w.desk.List(w.ctx, a, f)
		w.must(err)
		if len(rows) > 0 {
			out = append(out, "list")
			break
		}
	}
	if n, err := w.desk.CountOpen(w.ctx, a); err != nil || n > 0 {
		out = append(out, "count")
	}
	if rows, err := w.desk.Today(w.ctx, a); err != nil || len(rows) > 0 {
		out = append(out, "today")
	}
	if c, err := w.desk.Candidates(w.ctx, a, concern); err != nil || len(c) > 0 {
		out = append(out, "candidates")
	}
	if now, before, err := w.desk.Mine(w.ctx, a); err != nil || len(now)+len(before) > 0 {
		out = append(out, "chores")
	}
	return strings.Join(out, " ")
}

// A report about an employee is for rektor, and the one it is about never sees
// any of it, whatever the person is given (§ 12-5).
func TestAnAccusedEmployeeSeesNothing(t *testing.T) {
	each(t, func(w *world) {
		everything := "track readings matter list count today candidates"
		ordinary := w.taken(w.nora) // the accused handles another case about the same pupil
		w.must(w.desk.Appoint(w.ctx, w.kari, ordinary, w.jonas.Person))
		w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.jonas.Person, Task: cases.ReceivesReports, From: w.in(0)}))
		c := w.against(duty.AccusedEmployee, w.jonas.Person)
		if got := w.sees(w.jonas, c, ""); got != "" {
			w.T.Fatalf("before it is taken up the accused sees %s", got)
		}
		w.is(func() error { _, err := w.desk.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{}); return err }(), tilhor.ErrConflict)
		w.is(w.told.PutAside(w.ctx, w.kari, c.Slug, concerns.Twice, "Meldt før."), tilhor.ErrConflict)
		all, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person, Urgent: "Ina følger henne.", Doer: w.ina.Person}, cases.ToOwner{Words: "Vi har snakket med Nora."})
		w.must(err)
		slug := all[0].Slug
		// What could be given later is refused, or is of no use.
		w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.jonas.Person, Task: cases.StandsIn, From: w.in(0), Until: w.in(7)}))
		refusals(w.T, []refusal{
			{"the accused as handler", w.desk.Appoint(w.ctx, w.kari, slug, w.jonas.Person), "handler", "sealed.fault.barred"},
			{"the accused as doer", w.desk.Protect(w.ctx, w.kari, slug, cases.Urgent{What: "Er ute.", Doer: w.jonas.Person, Start: w.in(0)}), "doer", "sealed.fault.barred"},
		})
		// A later concern about the same pupil cannot be joined to it, and shows no candidate.
		later := w.worry(tilhor.ArenaCorridor, "", w.nora)
		near, err := w.desk.Candidates(w.ctx, w.kari, later)
		w.must(err)
		for _, k := range near {
			if k.Number == all[0].Number {
				w.T.Error("a sealed case is a candidate for an ordinary concern")
			}
		}
		_, err = w.desk.TakeUp(w.ctx, w.kari, later.Slug, cases.Stance{Join: all[0].Number})
		refusals(w.T, []refusal{{"join a sealed case", err, "join", "cases.fault.join"}})
		w.is(func() error { _, err := w.desk.See(w.ctx, w.jonas, slug, "whole"); return err }(), tilhor.ErrNotFound)
		w.is(w.desk.Write(w.ctx, w.jonas, slug, cases.Line{What: "note", Text: "x"}), tilhor.ErrNotFound)
		if f, err := w.desk.See(w.ctx, w.jonas, ordinary, "whole"); err != nil || f.Siblings != 0 {
			w.T.Errorf("the accused's own case counts %d siblings (%v)", f.Siblings, err)
		}
		// Emergency access does not reach it.
		deputy := w.Actor(tilhor.RoleDeputy, w.Solbakken)
		_, err = w.desk.Break(w.ctx, deputy, cases.Emergency{Number: all[0].Number, Name: "Nora", Reason: "Det haster."})
		refusals(w.T, []refusal{{"emergency access to a sealed case", err, "number", "cases.fault.glass"}})
		// Neither does a colleague who only receives reports, nor another rektor.
		w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.mona.Person, Task: cases.ReceivesReports, From: w.in(0)}))
		if got := w.sees(w.other, c, slug); got != "" {
			w.T.Errorf("another school's rektor sees %s", got)
		}
		// Rektor and the handler do.
		f := w.see(slug)
		if f.Sealed != "employee" || !f.Barred[w.jonas.Person] || f.Accused[w.jonas.Person] == "" {
			w.T.Errorf("the file tells of no wall: %q %v %v", f.Sealed, f.Barred, f.Accused)
		}
		if got := w.sees(w.ina, c, slug); !strings.Contains(got, "track") || everything == "" {
			w.T.Errorf("the handler sees %q", got)
		}
		if s := w.state(f, "k12.staff_owner"); s != duty.Met {
			w.T.Errorf("the duty to tell the owner is %s", s)
		}
		if s := w.state(f, "k12.hear"); s != duty.Open {
			w.T.Errorf("the ordinary duties do not run: hearing is %s", s)
		}
		// The one who told keeps the answer, in neutral words.
		a, err := w.told.Follow(w.ctx, w.mona, c.Slug)
		w.must(err)
		if len(a.Has) != 0 {
			w.T.Errorf("the one who told is told who has it: %v", a.Has)
		}
	})
}

// The whole way the accused could try, after a world in which nothing else is.
func TestTheAccusedFindsNoTrace(t *testing.T) {
	each(t, func(w *world) {
		w.Altered = true
		c := w.against(duty.AccusedEmployee, w.jonas.Person)
		all, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person}, cases.ToOwner{})
		w.must(err)
		slug := all[0].Slug
		w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.jonas.Person, Task: cases.StandsIn, From: w.in(0), Until: w.in(7)}))
		w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.ina.Person, Task: cases.StandsIn, From: w.in(0), Until: w.in(7)}))
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			for _, r := range []access.Relation{access.Handles, access.Leads, access.Carries} {
				if err := access.Give(tx, w.kari.Owner, access.Grant{Kind: access.Track, Thing: string(all[0].ID), Person: w.jonas.Person, Unit: w.Solbakken, Relation: r}); err != nil {
					return err
				}
			}
			return nil
		}))
		if got := w.sees(w.jonas, c, slug); got != "" {
			w.T.Errorf("the accused sees %s", got)
		}
		if got := w.sees(w.ina, c, slug); !strings.Contains(got, "concern track readings matter list count") { // the control
			w.T.Errorf("who stands in sees only %q: the test proves nothing", got)
		}
	})
}

// What is about the leadership goes past rektor to the owner, who appoints; no
// one at the school sees that there is anything (§ 12-5 second paragraph).
func TestTheLeadershipIsPassedBy(t *testing.T) {
	each(t, func(w *world) {
		deputy := w.Actor(tilhor.RoleDeputy, w.Solbakken)
		w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.ina.Person, Task: cases.StandsIn, From: w.in(0), Until: w.in(7)}))
		anne := w.adviser()
		for name, whom := range map[string][]tilhor.PersonID{"rektor": {w.kari.Person}, "the deputy": {deputy.Person}, "who stands in": {w.ina.Person}, "somebody with rektor": {w.jonas.Person, w.kari.Person}} {
			c := w.against(duty.AccusedEmployee, whom...) // the teller does not know who leads
			if c.Accused != duty.AccusedLeadership {
				w.T.Errorf("%s is routed as %s", name, c.Accused)
			}
			for _, a := range []tilhor.Actor{w.kari, deputy, w.ina, w.jonas} {
				if got := w.sees(a, c, ""); got != "" {
					w.T.Errorf("about %s: %s sees %s", name, a.Role, got)
				}
			}
		}
		c := w.against(duty.AccusedLeadership)
		if got := w.sees(anne, c, ""); got != "" {
			w.T.Errorf("an adviser who receives nothing sees %s", got)
		}
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		if got := w.sees(anne, c, ""); got != "waiting concern" {
			w.T.Errorf("the owner's receiver sees %q", got)
		}
		_, err := w.desk.TakeForOwner(w.ctx, w.kari, c.Slug, w.other.Person)
		w.is(err, tilhor.ErrNotFound)
		_, err = w.desk.TakeForOwner(w.ctx, anne, c.Slug, w.nora)
		refusals(w.T, []refusal{{"a pupil as lead", err, "lead", "sealed.fault.lead"}})
		all, err := w.desk.TakeForOwner(w.ctx, anne, c.Slug, w.other.Person)
		w.must(err)
		slug := all[0].Slug
		for _, a := range []tilhor.Actor{w.kari, deputy, w.ina, w.jonas} {
			if got := w.sees(a, c, slug); strings.Contains(got, "track") || strings.Contains(got, "concern") {
				w.T.Errorf("%s sees %s", a.Role, got)
			}
		}
		if got := w.sees(anne, c, slug); strings.Contains(got, "track") {
			w.T.Errorf("who appoints reads the track: %s", got)
		}
		f, err := w.desk.See(w.ctx, w.other, slug, "whole")
		w.must(err)
		if !f.Lead || f.Sealed != "leadership" || f.Leader == "" {
			w.T.Errorf("the lead's file: %v %q %q", f.Lead, f.Sealed, f.Leader)
		}
		// The lead gives a named one what she carries out, and she sees only that.
		w.must(w.desk.Protect(w.ctx, w.other, slug, cases.Urgent{What: "Er ute med Nora.", Doer: w.mona.Person, Start: w.in(0)}))
		now, _, err := w.desk.Mine(w.ctx, w.mona)
		w.must(err)
		if len(now) != 1 {
			w.T.Errorf("who carries it out has %d chores", len(now))
		}
		w.is(func() error { _, err := w.desk.See(w.ctx, w.mona, slug, "whole"); return err }(), tilhor.ErrNotFound)
		refusals(w.T, []refusal{{"rektor as doer", w.desk.Protect(w.ctx, w.other, slug, cases.Urgent{What: "Er ute.", Doer: w.kari.Person, Start: w.in(0)}), "doer", "sealed.fault.barred"}})
		if f, err := w.desk.See(w.ctx, w.other, slug, "whole"); err != nil || f.Has == "" {
			w.T.Errorf("the lead stands as one who has left: %v", err)
		}
		// The owner can appoint another, and the first has it no more.
		ns, err := w.desk.Notices(w.ctx, anne)
		w.must(err)
		if len(ns) != 1 || ns[0].Kind != cases.Leadership {
			w.T.Fatalf("the owner's list: %+v", ns)
		}
		w.must(w.desk.AppointLead(w.ctx, anne, ns[0].ID, anne.Person))
		w.is(func() error { _, err := w.desk.See(w.ctx, w.other, slug, "whole"); return err }(), tilhor.ErrNotFound)
		if _, err := w.desk.See(w.ctx, anne, slug, "whole"); err != nil {
			w.T.Errorf("the new lead does not read it: %v", err)
		}
	})
}

// A new case that goes on from an old one keeps the old one's walls, and is led
// by whom the owner appointed: never by the school's own leadership.
func TestTheWallsAreInherited(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		c := w.against(duty.AccusedLeadership)
		all, err := w.desk.TakeForOwner(w.ctx, anne, c.Slug, w.other.Person)
		w.must(err)
		slug := all[0].Slug
		lead := w.other
		w.must(w.desk.Hear(w.ctx, lead, slug, cases.Talk{At: w.now(), Answer: cases.Spoke, How: "none", Words: "Jeg vil ikke ut."}))
		w.must(w.desk.Weigh(w.ctx, lead, slug, cases.Weighing{Interests: "a", View: "b", Weighing: "c", Conclusion: "d"}))
		w.must(w.desk.SavePlan(w.ctx, lead, slug, 0, cases.Plan{Measures: []cases.Measure{w.measure()}}))
		w.must(w.desk.Approve(w.ctx, lead, slug, 1))
		w.days(1)
		w.must(w.desk.Evaluate(w.ctx, lead, slug, w.evaluation(cases.SafeNow, cases.Finish)))
		w.must(w.desk.Close(w.ctx, lead, slug, cases.Ending{Words: "Det er trygt nå.", CheckOn: w.in(35)}))
		w.days(35)
		w.must(w.desk.AskAgain(w.ctx, lead, slug, cases.Asking{At: w.now(), Way: "self", Answer: cases.SafeNow, Words: "Ja."}))
		w.days(100)
		fresh, err := w.desk.BeginAnew(w.ctx, lead, slug, "Det har begynt igjen.")
		w.must(err)
		f, err := w.desk.See(w.ctx, lead, fresh.Slug, "whole")
		w.must(err)
		if f.Sealed != "leadership" || !f.Lead {
			w.T.Errorf("the new case is sealed as %q", f.Sealed)
		}
		w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.ina.Person, Task: cases.StandsIn, From: w.in(0), Until: w.in(7)}))
		for _, a := range []tilhor.Actor{w.kari, w.ina, w.Actor(tilhor.RoleDeputy, w.Solbakken)} {
			if got := w.sees(a, c, fresh.Slug); got != "" {
				w.T.Errorf("%s sees %s", a.Role, got)
			}
		}
	})
}

// Rektor tells the owner, or holds the report evidently groundless with a reason
// that the owner reads; the owner is told after all when rektor thinks again.
func TestTheOwnerIsTold(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		c := w.against(duty.AccusedEmployee, w.jonas.Person)
		_, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{}, cases.ToOwner{Groundless: true, Words: " "})
		refusals(w.T, []refusal{{"groundless without a reason", err, "ground", "cases.fault.ground"}})
		all, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{}, cases.ToOwner{Groundless: true, Words: "Jonas var ikke på skolen."})
		w.must(err)
		slug := all[0].Slug
		if s := w.state(w.see(slug), "k12.staff_owner"); s != duty.Ended {
			w.T.Errorf("groundless: the duty is %s", s)
		}
		ns, err := w.desk.Notices(w.ctx, anne)
		w.must(err)
		if len(ns) != 1 || ns[0].Kind != cases.NoGround || !ns[0].Seen.IsZero() || ns[0].Pupil != "" {
			w.T.Fatalf("the owner's list: %+v", ns)
		}
		n, err := w.desk.OpenNotice(w.ctx, anne, ns[0].ID)
		w.must(err)
		if n.Words != "Jonas var ikke på skolen." || n.Pupil == "" || len(n.Told) != 1 {
			w.T.Errorf("the notice: %+v", n)
		}
		if r, err := w.told.Receipt(w.ctx, w.kari.Owner, n.Entry); err != nil || len(r.For) != 1 || r.For[0] != tilhor.RoleOwnerAdviser {
			w.T.Errorf("the receipt: %+v, %v", r, err)
		}
		mine, err := w.desk.NoticesOf(w.ctx, w.kari, slug)
		w.must(err)
		if len(mine) != 1 || mine[0].Seen.IsZero() {
			w.T.Errorf("rektor does not see that it was read: %+v", mine)
		}
		w.must(w.desk.TellOwner(w.ctx, w.kari, slug, cases.ToOwner{Words: "Det var feil dag."}))
		w.is(w.desk.TellOwner(w.ctx, w.kari, slug, cases.ToOwner{}), tilhor.ErrConflict)
		w.is(w.desk.AppointLead(w.ctx, anne, n.ID, anne.Person), tilhor.ErrConflict) // rektor leads it
		_, err = w.desk.OpenNotice(w.ctx, w.kari, n.ID)
		w.is(err, tilhor.ErrNotFound)
	})
}

// A serious case is judged in every case, with a reason; the owner is told in the
// same act, and the owner's adviser reads that case and no other (§ 12-4).
func TestASeriousCase(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		slug, other := w.taken(w.nora), w.taken(w.elias)
		judge := func(j cases.Seriousness) error { return w.desk.JudgeSerious(w.ctx, w.kari, slug, j) }
		refusals(w.T, []refusal{
			{"neither yes nor no", judge(cases.Seriousness{Reason: "a"}), "serious", "sealed.fault.serious"},
			{"no reason", judge(cases.Seriousness{Answer: "no"}), "judged", "cases.fault.judged"},
		})
		w.is(w.desk.JudgeSerious(w.ctx, w.ina, slug, cases.Seriousness{Answer: "no", Reason: "a"}), tilhor.ErrNotFound) // rektor judges
		w.must(judge(cases.Seriousness{Answer: "no", Reason: "Én episode."}))
		if s := w.state(w.see(slug), "k12.owner_serious"); s != "" {
			w.T.Errorf("not serious: the duty is %s", s)
		}
		w.must(judge(cases.Seriousness{Answer: "yes", Reason: "Har vart i et halvt år.", Words: "Vi trenger hjelp."}))
		w.must(judge(cases.Seriousness{Answer: "yes", Reason: "Som før."})) // told once
		f := w.see(slug)
		if s := w.state(f, "k12.owner_serious"); s != duty.Met {
			w.T.Errorf("the owner was told, and the duty is %s", s)
		}
		ns, err := w.desk.Notices(w.ctx, anne)
		w.must(err)
		if len(ns) != 1 {
			w.T.Fatalf("%d notices", len(ns))
		}
		w.is(func() error { _, err := w.desk.See(w.ctx, anne, slug, "whole"); return err }(), tilhor.ErrNotFound)
		w.must(w.desk.AppointAdviser(w.ctx, anne, ns[0].ID, anne.Person))
		w.must(w.desk.AppointAdviser(w.ctx, anne, ns[0].ID, anne.Person))
		g, err := w.desk.See(w.ctx, anne, slug, "whole")
		w.must(err)
		if g.Works || g.Lead {
			w.T.Error("the owner's adviser works the case")
		}
		w.is(w.desk.Write(w.ctx, anne, slug, cases.Line{What: "note", Text: "x"}), tilhor.ErrNotFound)
		w.is(func() error { _, err := w.desk.See(w.ctx, anne, other, "whole"); return err }(), tilhor.ErrNotFound)
		rows, _, err := w.desk.List(w.ctx, anne, cases.Filter{})
		w.must(err)
		if len(rows) != 1 || rows[0].Slug != slug {
			w.T.Errorf("the adviser's list has %d cases", len(rows))
		}
		refusals(w.T, []refusal{{"rektor as the owner's adviser", w.desk.AppointAdviser(w.ctx, anne, ns[0].ID, w.kari.Person), "adviser", "sealed.fault.adviser"}})
	})
}

// Nobody decides in a matter where the own child is a party: who works at the
// school and is a parent is barred, rektor too, and then the owner appoints
// (forvaltningsloven § 6).
func TestRecusal(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		slug := w.taken(w.nora)
		parent := w.Person("forelder-elias")
		w.employ(parent, tilhor.RoleTeacher)
		ali := tilhor.Actor{Owner: w.kari.Owner, Person: parent, Role: tilhor.RoleTeacher, School: w.Solbakken, Trained: true}
		w.Train(parent)
		w.must(w.desk.Appoint(w.ctx, w.kari, slug, parent))
		if _, err := w.desk.See(w.ctx, ali, slug, "whole"); err != nil {
			w.T.Fatalf("the control: %v", err)
		}
		w.must(w.desk.AddChild(w.ctx, w.ina2(slug), slug, cases.Child{Person: w.elias, Role: "alleged"}))
		w.is(func() error { _, err := w.desk.See(w.ctx, ali, slug, "whole"); return err }(), tilhor.ErrNotFound)
		if f := w.see(slug); f.Handler != "" || f.Last(cases.Recused) == nil {
			w.T.Errorf("the case has %q, and no hand-over is asked for", f.Handler)
		}
		refusals(w.T, []refusal{
			{"kin as handler", w.desk.Appoint(w.ctx, w.kari, slug, parent), "handler", "sealed.fault.barred"},
			{"no reason", w.desk.Recuse(w.ctx, w.kari, slug, cases.Recusal{Person: w.ina.Person, Why: "conflict"}), "reason", "cases.fault.reason"},
			{"no ground", w.desk.Recuse(w.ctx, w.kari, slug, cases.Recusal{Person: w.ina.Person, Reason: "x"}), "why", "sealed.fault.why"},
		})
		w.must(w.desk.Appoint(w.ctx, w.kari, slug, w.ina.Person))
		w.is(w.desk.Recuse(w.ctx, w.ina, slug, cases.Recusal{Person: w.mona.Person, Why: "conflict", Reason: "x"}), tilhor.ErrNotFound)
		w.must(w.desk.Recuse(w.ctx, w.ina, slug, cases.Recusal{Person: w.ina.Person, Why: "declared", Reason: "Vi er naboer."}))
		w.is(func() error { _, err := w.desk.See(w.ctx, w.ina, slug, "whole"); return err }(), tilhor.ErrNotFound)
		if ns, err := w.desk.Notices(w.ctx, anne); err != nil || len(ns) != 0 {
			w.T.Errorf("the owner is told before rektor is recused: %v %v", ns, err)
		}
		w.must(w.desk.Recuse(w.ctx, w.kari, slug, cases.Recusal{Person: w.kari.Person, Why: "declared", Reason: "Moren er min søster."}))
		w.is(func() error { _, err := w.desk.See(w.ctx, w.kari, slug, "whole"); return err }(), tilhor.ErrNotFound)
		ns, err := w.desk.Notices(w.ctx, anne)
		w.must(err)
		if len(ns) != 1 || ns[0].Kind != cases.NoLead || ns[0].Lead != "" {
			w.T.Fatalf("the owner is not told that nobody can decide: %+v", ns)
		}
		refusals(w.T, []refusal{{"rektor again", w.desk.AppointLead(w.ctx, anne, ns[0].ID, w.kari.Person), "lead", "sealed.fault.barred"}})
		w.must(w.desk.AppointLead(w.ctx, anne, ns[0].ID, w.other.Person))
		f, err := w.desk.See(w.ctx, w.other, slug, "whole")
		w.must(err)
		if !f.Lead {
			w.T.Error("whom the owner appointed does not lead")
		}
	})
}

// A concern about rektor's own child goes to the owner.
func TestRektorsOwnChild(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		w.employ(w.Person("forelder-tuva"), tilhor.RoleRektor)
		liv := tilhor.Actor{Owner: w.kari.Owner, Person: w.Person("forelder-tuva"), Role: tilhor.RoleRektor, School: w.Solbakken, Trained: true}
		c := w.worry(tilhor.ArenaBreak, "", w.tuva)
		if got := w.sees(liv, c, ""); got != "" {
			w.T.Errorf("the child's mother, who is rektor, sees %s", got)
		}
		if got := w.sees(anne, c, ""); got != "waiting concern" {
			w.T.Errorf("the owner sees %q", got)
		}
		all, err := w.desk.TakeForOwner(w.ctx, anne, c.Slug, w.other.Person)
		w.must(err)
		w.is(func() error { _, err := w.desk.See(w.ctx, liv, all[0].Slug, "whole"); return err }(), tilhor.ErrNotFound)
	})
}

// Who receives for the owner is appointed; the first by anybody there, so that
// a report never reaches nobody, and the last is never taken away.
func TestReceivers(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		untrained := anne
		untrained.Trained = false
		w.is(w.desk.AppointReceiver(w.ctx, w.kari, w.kari.Person), tilhor.ErrNotFound)
		w.is(w.desk.AppointReceiver(w.ctx, untrained, anne.Person), tilhor.ErrNotFound)
		refusals(w.T, []refusal{{"rektor for the owner", w.desk.AppointReceiver(w.ctx, anne, w.kari.Person), "person", "sealed.fault.adviser"}})
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		other := anne
		other.Person = "noen-annen"
		w.is(w.desk.AppointReceiver(w.ctx, other, other.Person), tilhor.ErrNotFound)
		refusals(w.T, []refusal{{"the last one", w.desk.StopReceiving(w.ctx, anne, anne.Person), "person", "sealed.fault.last"}})
		all, mine, err := w.desk.Receivers(w.ctx, anne)
		w.must(err)
		if len(all) != 1 || !mine || all[0].Name == "" {
			w.T.Errorf("%+v %v", all, mine)
		}
	})
}

// employ gives somebody in the roster a place at Solbakken.
func (w *world) employ(p tilhor.PersonID, role tilhor.Role) {
	w.T.Helper()
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		return w.Kit.Roster.Appoint(tx, w.Keeper(), p, role, w.Solbakken, "", "", w.Now())
	}))
}

// ina2 is somebody who works the track now: rektor.
func (w *world) ina2(string) tilhor.Actor { return w.kari }
