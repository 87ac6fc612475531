package cases_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// grants are everyone who has, or had, a relation to a track.
func (w *world) grants(slug string) (all []access.Grant) {
	w.T.Helper()
	w.must(w.Kit.DB.Read(w.ctx, func(tx *db.Tx) (err error) {
		all, err = access.GrantsOf(tx, w.ina.Owner, access.Track, string(w.see(slug).ID))
		return err
	}))
	return all
}

// look asks for an observation by the day after tomorrow.
func (w *world) look(whom ...tilhor.Actor) cases.Request {
	r := cases.Request{Kind: cases.ForObservation, Place: "Storefri, ved ballbingen", Look: "Hvem er Nora sammen med?", Due: w.in(2)}
	for _, a := range whom {
		r.Whom = append(r.Whom, a.Person)
	}
	return r
}

// askOf is what one colleague was asked last.
func askOf(f cases.File, who tilhor.Actor) (a cases.Ask) {
	for _, x := range f.Asks {
		if x.Person == who.Person {
			a = x
		}
	}
	return a
}

// questions are what somebody is asked.
func (w *world) questions(who tilhor.Actor) []cases.Question {
	w.T.Helper()
	all, err := w.desk.Questions(w.ctx, who)
	w.must(err)
	return all
}

func (w *world) observation() cases.Observation {
	return cases.Observation{At: w.now(), Place: "Ballbingen", Saw: "Nora sto alene i ti minutter.", Seemed: "Hun så ned."}
}

// What is asked reaches those who are asked, and nobody else; the answer is a
// source of the inquiry, and ends the access.
func TestAColleagueIsAskedForAnObservation(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.desk.Ask(w.ctx, w.ina, slug, w.look(w.jonas, w.mona, w.jonas)))
		f := w.see(slug)
		if len(f.Asks) != 2 || f.Last(cases.Started) == nil || f.Asks[0].State != cases.AskOpen {
			w.T.Fatalf("%d asked, started %v", len(f.Asks), f.Last(cases.Started))
		}
		mine := w.questions(w.jonas)
		if len(mine) != 1 || !strings.HasPrefix(mine[0].Pupil, "Nora") || mine[0].Look != "Hvem er Nora sammen med?" || mine[0].Place != "Storefri, ved ballbingen" {
			w.T.Fatalf("%+v", mine)
		}
		if n := len(w.questions(w.kari)); n != 0 {
			w.T.Errorf("rektor, who was not asked, has %d", n)
		}
		// Who is asked reads and writes nothing else of the case.
		_, err := w.desk.See(w.ctx, w.jonas, slug, "whole")
		w.is(err, tilhor.ErrNotFound)
		w.is(w.desk.Write(w.ctx, w.jonas, slug, cases.Line{What: "note", Text: "Noe."}), tilhor.ErrNotFound)
		w.is(w.desk.Withdraw(w.ctx, w.jonas, slug, mine[0].ID), tilhor.ErrNotFound)
		w.is(w.desk.Observe(w.ctx, w.mona, mine[0].ID, w.observation()), tilhor.ErrNotFound)
		w.is(w.desk.Advise(w.ctx, w.jonas, mine[0].ID, "Et råd."), tilhor.ErrNotFound)

		w.must(w.desk.Observe(w.ctx, w.jonas, mine[0].ID, w.observation()))
		f = w.see(slug)
		r := f.Last(cases.Source)
		if r == nil || r.By != w.jonas.Person || r.Ref != "observation" || r.Text["text"] != "Nora sto alene i ti minutter." || r.Text["seemed"] != "Hun så ned." {
			w.T.Fatalf("%+v", r)
		}
		w.must(w.desk.Find(w.ctx, w.ina, slug, "Nora er alene i storefri.", []string{string(r.ID)}))
		if n := len(w.questions(w.jonas)); n != 0 {
			w.T.Errorf("%d left after the answer", n)
		}
		w.is(w.desk.Observe(w.ctx, w.jonas, mine[0].ID, w.observation()), tilhor.ErrConflict)

		// Mona cannot; her day passes first.
		hers := w.questions(w.mona)
		w.days(3)
		if f = w.see(slug); !askOf(f, w.mona).Late(w.in(0)) || askOf(f, w.jonas).Late(w.in(0)) {
			w.T.Errorf("%+v", f.Asks)
		}
		w.must(w.desk.Decline(w.ctx, w.mona, hers[0].ID, "Jeg er borte."))
		if f = w.see(slug); askOf(f, w.mona).State != cases.AskRefused || askOf(f, w.mona).Declined != "Jeg er borte." || askOf(f, w.jonas).State != cases.AskAnswered {
			w.T.Errorf("%+v", f.Asks)
		}
		for _, g := range w.grants(slug) {
			if g.Relation == access.Asked && g.Until.IsZero() {
				w.T.Errorf("%s still has an access", g.Person)
			}
		}
	})
}

// Two questions to one: the access lasts until the last is answered. What is
// taken back, or stands when the track ends, is nobody's any more.
func TestAQuestionIsTakenBack(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.Ask(w.ctx, w.ina, slug, w.look(w.jonas)))
		w.must(w.desk.Ask(w.ctx, w.ina, slug, cases.Request{Kind: cases.ForAdvice, Whom: []tilhor.PersonID{w.jonas.Person}, Look: "En elev er alene. Hva gjør vi?", Due: w.in(1)}))
		mine := w.questions(w.jonas)
		if len(mine) != 2 || mine[0].Kind != cases.ForAdvice || mine[0].Pupil != "" || mine[1].Pupil == "" {
			w.T.Fatalf("%+v", mine)
		}
		w.is(w.desk.Observe(w.ctx, w.jonas, mine[0].ID, w.observation()), tilhor.ErrNotFound)
		w.must(w.desk.Advise(w.ctx, w.jonas, mine[0].ID, "La henne velge en makker."))
		if r := w.see(slug).Last(cases.Advice); r == nil || r.Text["text"] != "La henne velge en makker." {
			w.T.Errorf("%+v", r)
		}
		if mine = w.questions(w.jonas); len(mine) != 1 {
			w.T.Fatalf("%d left", len(mine))
		}
		w.must(w.desk.Withdraw(w.ctx, w.ina, slug, mine[0].ID))
		w.is(w.desk.Withdraw(w.ctx, w.ina, slug, mine[0].ID), tilhor.ErrConflict)
		w.is(w.desk.Observe(w.ctx, w.jonas, mine[0].ID, w.observation()), tilhor.ErrConflict)
		w.is(w.desk.Observe(w.ctx, w.mona, mine[0].ID, w.observation()), tilhor.ErrNotFound)

		w.must(w.desk.Ask(w.ctx, w.ina, slug, w.look(w.jonas)))
		w.days(1)
		w.must(w.desk.Evaluate(w.ctx, w.ina, slug, w.evaluation(cases.SafeNow, cases.Finish)))
		w.must(w.desk.Close(w.ctx, w.kari, slug, cases.Ending{Words: "Det er trygt nå.", CheckOn: w.in(35)}))
		if n := len(w.questions(w.jonas)); n != 0 {
			w.T.Errorf("%d left of a closed track", n)
		}
		states := map[string]int{}
		for _, a := range w.see(slug).Asks {
			states[a.State]++
		}
		if states[cases.AskTakenBack] != 2 || states[cases.AskAnswered] != 1 {
			w.T.Errorf("%v", states)
		}
		w.is(w.desk.Ask(w.ctx, w.ina, slug, w.look(w.jonas)), tilhor.ErrConflict)
	})
}

// Nobody is asked who may have no part in it, and every refusal stands at its field.
func TestWhoIsNotAsked(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		with := func(change func(*cases.Request)) error {
			r := w.look(w.jonas)
			change(&r)
			return w.desk.Ask(w.ctx, w.ina, slug, r)
		}
		refusals(w.T, []refusal{
			{"nobody", with(func(r *cases.Request) { r.Whom = nil }), "whom", "cases.fault.whom"},
			{"a stranger", with(func(r *cases.Request) { r.Whom = []tilhor.PersonID{w.other.Person} }), "whom", "cases.fault.whom"},
			{"one with no page to answer on", with(func(r *cases.Request) { r.Whom = []tilhor.PersonID{w.Actor(tilhor.RolePPT, w.Solbakken).Person} }), "whom", "cases.fault.whom"},
			{"no place", with(func(r *cases.Request) { r.Place = " " }), "spot", "cases.fault.spot"},
			{"nothing to look for", with(func(r *cases.Request) { r.Look = "" }), "look", "cases.fault.look"},
			{"too much", with(func(r *cases.Request) { r.Look = strings.Repeat("a", 1501) }), "look", "cases.fault.look-long"},
			{"yesterday", with(func(r *cases.Request) { r.Due = w.in(-1) }), "due", "cases.fault.due"},
			{"for something else", with(func(r *cases.Request) { r.Kind = "gossip" }), "ask", "cases.fault.ask"},
			{"oneself", with(func(r *cases.Request) { r.Whom = []tilhor.PersonID{w.ina.Person} }), "whom", "cases.fault.self"},
		})
		w.must(w.desk.Ask(w.ctx, w.ina, slug, w.look(w.jonas)))
		id := w.questions(w.jonas)[0].ID
		o := func(change func(*cases.Observation)) error {
			x := w.observation()
			change(&x)
			return w.desk.Observe(w.ctx, w.jonas, id, x)
		}
		refusals(w.T, []refusal{
			{"nothing seen", o(func(o *cases.Observation) { o.Saw = "" }), "observed", "cases.fault.observed"},
			{"nowhere", o(func(o *cases.Observation) { o.Place = "" }), "observed-where", "cases.fault.observed-where"},
			{"no impression", o(func(o *cases.Observation) { o.Seemed = "" }), "seemed", "cases.fault.seemed"},
			{"tomorrow", o(func(o *cases.Observation) { o.At = tilhor.When{At: w.Now().AddDate(0, 0, 1), Precision: tilhor.Exact} }), "at", "cases.fault.future"},
			{"no advice", w.desk.Advise(w.ctx, w.jonas, id, " "), "advice", "cases.fault.advice"},
		})
		parent := w.Person("forelder-nora") // who came to the school after the case was taken up
		w.employ(parent, tilhor.RoleTeacher)
		refusals(w.T, []refusal{{"the pupil's own parent", with(func(r *cases.Request) { r.Whom = []tilhor.PersonID{parent} }), "whom", "cases.fault.kin"}})
		untrained := w.jonas
		untrained.Trained = false
		if n := len(w.questions(untrained)); n != 0 {
			w.T.Errorf("who has no training is shown %d", n)
		}

		// Of a case about an adult at the school, the adult is asked nothing.
		c := w.against(duty.AccusedEmployee, w.jonas.Person)
		all, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person}, cases.ToOwner{Words: "Vi har sørget for avstand."})
		w.must(err)
		err = w.desk.Ask(w.ctx, w.ina, all[0].Slug, w.look(w.jonas))
		refusals(w.T, []refusal{{"the accused", err, "whom", "sealed.fault.barred"}})
	})
}

// What stands blocked is asked of nobody, and answered by nobody.
func TestABlockedQuestionIsNotShown(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.desk.Ask(w.ctx, w.ina, slug, w.look(w.jonas)))
		id := w.questions(w.jonas)[0].ID
		w.must(w.desk.StopRecord(w.ctx, w.kari, slug, cases.Stop{Record: id, Reason: "wrong-child", Why: "Feil elev."}))
		if n := len(w.questions(w.jonas)); n != 0 {
			w.T.Errorf("%d are shown", n)
		}
		w.is(w.desk.Observe(w.ctx, w.jonas, id, w.observation()), tilhor.ErrConflict)
		w.is(w.desk.Decline(w.ctx, w.jonas, id, ""), tilhor.ErrConflict)
	})
}

// Who is kept out of a case is asked nothing about it any more.
func TestWhoIsRecusedIsNotAsked(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.desk.Ask(w.ctx, w.ina, slug, w.look(w.jonas, w.mona)))
		w.must(w.desk.Recuse(w.ctx, w.kari, slug, cases.Recusal{Person: w.jonas.Person, Why: "conflict", Reason: "Nabo."}))
		f := w.see(slug)
		if a, b := askOf(f, w.jonas).State, askOf(f, w.mona).State; a != cases.AskTakenBack || b != cases.AskOpen {
			w.T.Errorf("what was asked of Jonas stands %s, and of Mona %s", a, b)
		}
		if r := f.Last(cases.Recused); r == nil {
			w.T.Error("the track does not say that he is out")
		}
		w.is(w.desk.Observe(w.ctx, w.jonas, askOf(f, w.jonas).ID, w.observation()), tilhor.ErrConflict)
		w.holds()
	})
}

// To open a question about a protected pupil rings, and names the pupil neither
// while at school nor in the summer.
func TestAQuestionAboutAProtectedPupil(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.shielded()
		w.must(w.desk.Name(w.ctx, w.ina, slug, w.jonas.Person, false, "Har henne i timene."))
		r := w.look(w.jonas)
		r.Due = w.in(60)
		w.must(w.desk.Ask(w.ctx, w.ina, slug, r))
		ringing := func() (n int) {
			all, err := w.desk.Ringing(w.ctx, w.ina)
			w.must(err)
			for _, a := range all {
				if a.View == "asked" && a.Person == w.jonas.Person {
					n++
				}
			}
			return n
		}
		mine := w.questions(w.jonas)
		if len(mine) != 1 || ringing() != 0 {
			w.T.Fatalf("%d questions, and the list alone rang %d times", len(mine), ringing())
		}
		q, err := w.desk.Question(w.ctx, w.jonas, mine[0].ID)
		w.must(err)
		if q.Pupil != "" || !q.Shielded || ringing() != 1 {
			w.T.Errorf("named %q, and rang %d times", q.Pupil, ringing())
		}
		w.leaves(w.nora)
		for _, q := range w.questions(w.jonas) {
			if q.Pupil != "" || !q.Shielded {
				w.T.Errorf("she goes to no school, and stands as %q", q.Pupil)
			}
		}
		now, _, err := w.desk.Mine(w.ctx, w.jonas)
		w.must(err)
		for _, c := range now {
			if c.Pupil != "" || !c.Shielded {
				w.T.Errorf("the measure of the day names %q", c.Pupil)
			}
		}
	})
}

var endSchooling = db.SQL(`UPDATE roster_member SET until_date = $3 WHERE owner = $1 AND person = $2`)

// leaves ends what a pupil is in at the school, as it ends for the summer.
func (w *world) leaves(p tilhor.PersonID) {
	w.T.Helper()
	w.must(w.Kit.DB.Write(w.ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(endSchooling, w.kari.Owner, p, w.in(-1))
		return err
	}))
}

// The plan of an inquiry: what to find out, ticked off once, or let go with a reason.
func TestThePlanOfAnInquiry(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		l := cases.Lookup{Question: "Hvem er hun sammen med i storefri?", Whom: "Inspeksjon tirsdag og torsdag.", On: w.in(3)}
		refusals(w.T, []refusal{
			{"no question", w.desk.PlanInquiry(w.ctx, w.ina, slug, cases.Lookup{Whom: "Jonas", On: w.in(1)}), "question", "cases.fault.question"},
			{"nobody to ask", w.desk.PlanInquiry(w.ctx, w.ina, slug, cases.Lookup{Question: "Hva skjer?", On: w.in(1)}), "ask-whom", "cases.fault.ask-whom"},
			{"no day", w.desk.PlanInquiry(w.ctx, w.ina, slug, cases.Lookup{Question: "Hva skjer?", Whom: "Jonas"}), "due", "cases.fault.due"},
		})
		w.must(w.desk.PlanInquiry(w.ctx, w.ina, slug, l))
		w.must(w.desk.PlanInquiry(w.ctx, w.ina, slug, l))
		w.is(w.desk.PlanInquiry(w.ctx, w.jonas, slug, l), tilhor.ErrNotFound)
		all := w.see(slug).Lookups()
		if len(all) != 2 || all[0].Answer != "" || all[0].Late(w.in(3)) || !all[0].Late(w.in(4)) {
			w.T.Fatalf("%+v", all)
		}
		refusals(w.T, []refusal{
			{"no answer", w.desk.TickFound(w.ctx, w.ina, slug, all[0].ID, "", ""), "found-out", "cases.fault.found-out"},
			{"let go without a reason", w.desk.TickFound(w.ctx, w.ina, slug, all[0].ID, cases.LookedDropped, ""), "line", "cases.fault.dropped"},
		})
		w.must(w.desk.TickFound(w.ctx, w.ina, slug, all[0].ID, cases.LookedDone, ""))
		w.is(w.desk.TickFound(w.ctx, w.ina, slug, all[0].ID, cases.LookedDone, ""), tilhor.ErrConflict)
		w.must(w.desk.TickFound(w.ctx, w.ina, slug, all[1].ID, cases.LookedDropped, "Hun er syk."))
		w.is(w.desk.TickFound(w.ctx, w.ina, slug, w.see(slug).Last(cases.Told).ID, cases.LookedDone, ""), tilhor.ErrNotFound)
		other := w.taken(w.elias)
		w.is(w.desk.TickFound(w.ctx, w.ina, other, all[0].ID, cases.LookedDone, ""), tilhor.ErrNotFound)
		if all = w.see(slug).Lookups(); all[0].Answer != cases.LookedDone || all[1].Line != "Hun er syk." || all[0].Late(w.in(9)) {
			w.T.Errorf("%+v", all)
		}
		if s := w.state(w.see(slug), "k12.investigate"); s == duty.Met {
			w.T.Error("to plan is not to inquire, and met the duty")
		}
		if !errors.Is(w.desk.TickFound(w.ctx, w.jonas, slug, all[0].ID, cases.LookedDone, ""), tilhor.ErrNotFound) {
			w.T.Error("a stranger ticked it off")
		}
	})
}

// Who works at the school is asked once, however many are asked to look: each of
// them costs no more than what is written for that one, and the walls.
func TestToAskManyLooksUpWhoWorksThereOnce(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		asked := func(whom ...tilhor.Actor) int64 {
			ctx, n := db.Counted(context.Background())
			w.must(w.desk.Ask(ctx, w.ina, slug, w.look(whom...)))
			return n.Load()
		}
		asked(w.jonas, w.mona, w.kari) // the inquiry has begun, and each of them has the access
		one, three := asked(w.jonas), asked(w.jonas, w.mona, w.kari)
		if each := (three - one) / 2; each > 15 {
			t.Errorf("one more who is asked costs %d statements", each)
		}
	})
}

// Who asked is told of each answer until it is seen in the case; nobody else is, and
// another's look at the case is not that. Who has the case no more is not told.
func TestWhoAskedIsToldOfTheAnswer(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		told := func(who tilhor.Actor) string {
			all, err := w.desk.Answers(w.ctx, who)
			w.must(err)
			s := ""
			for _, a := range all {
				s += fmt.Sprintf("%s %s %v;", a.Who, a.Name, a.No)
			}
			return s
		}
		w.must(w.desk.Ask(w.ctx, w.ina, slug, w.look(w.jonas, w.mona)))
		w.must(w.desk.Ask(w.ctx, w.kari, slug, w.look(w.jonas)))
		if got := told(w.ina) + told(w.kari); got != "" {
			t.Errorf("before anybody answers: %s", got)
		}
		w.must(w.desk.Decline(w.ctx, w.mona, w.questions(w.mona)[0].ID, "Jeg er borte."))
		w.Later(time.Minute)
		for _, q := range w.questions(w.jonas) {
			w.must(w.desk.Observe(w.ctx, w.jonas, q.ID, w.observation()))
		}
		if got := told(w.ina); got != "Mona Lund Nora Dahl true;Jonas Lund Nora Dahl false;" {
			t.Errorf("Ina is told %s", got)
		}
		if got := told(w.jonas) + told(w.mona) + told(w.other); got != "" {
			t.Errorf("others are told %s", got)
		}
		_, err := w.desk.See(w.ctx, w.kari, slug, "whole")
		w.must(err)
		_, err = w.desk.See(w.ctx, w.ina, slug, "talks") // the answers do not stand there
		w.must(err)
		if got := told(w.ina) + told(w.kari); !strings.HasPrefix(got, "Mona Lund") || strings.Count(got, ";") != 2 {
			t.Errorf("rektor has seen hers, and Ina not: %s", got)
		}
		w.must(w.desk.Appoint(w.ctx, w.kari, slug, w.mona.Person))
		if got := told(w.ina); got != "" {
			t.Errorf("who has it no more is told %s", got)
		}
		w.must(w.desk.Appoint(w.ctx, w.kari, slug, w.ina.Person))
		_, err = w.desk.See(w.ctx, w.ina, slug, "inquiry")
		w.must(err)
		if got := told(w.ina); got != "" {
			t.Errorf("she has seen it, and is told %s", got)
		}
	})
}
