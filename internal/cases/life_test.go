package cases_test

import (
	"context"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/roster"
)

// Whoever says that it is not safe after it was stepped down opens it again:
// it is looked into anew, and silence is noticed.
func TestSteppedDownAndTakenUpAgain(t *testing.T) {
	for name, act := range map[string]func(w *world, slug string) error{
		"rektor opens it": func(w *world, slug string) error { return w.desk.Reopen(w.ctx, w.kari, slug, "Det har begynt igjen.") },
		"a parent takes it up": func(w *world, slug string) error {
			return w.desk.Raise(w.ctx, w.kari, slug, cases.Raise{By: "parent", At: w.now(), Text: "Hun vil ikke på skolen."})
		},
		"the pupil takes it up": func(w *world, slug string) error {
			return w.desk.Raise(w.ctx, w.kari, slug, cases.Raise{By: "pupil", At: w.now(), Text: "Det er ikke bra."})
		},
		"asked again, not safe": func(w *world, slug string) error {
			return w.desk.AskAgain(w.ctx, w.ina, slug, cases.Asking{At: w.now(), Way: "self", Answer: cases.NotSafe, Words: "Nei."})
		},
		"a concern": func(w *world, slug string) error {
			_, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "", w.nora).Slug, cases.Stance{Join: w.see(slug).Number})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.T = t
				slug := w.taken(w.nora)
				w.must(w.desk.Inquire(w.ctx, w.ina, slug, cases.SourceOf{Kind: "observation", Text: "Så det.", At: w.now()}))
				w.heard(slug)
				w.planned(slug, w.measure())
				w.must(w.desk.StepDown(w.ctx, w.kari, slug, cases.Step{View: "Vet ikke.", Way: "self", Reason: "Målt over tid.", Recheck: w.in(35), Told: true}))
				w.days(10)
				w.must(act(w, slug))
				f := w.see(slug)
				if f.State != cases.Open || w.state(f, "k12.investigate") != duty.Open {
					t.Errorf("it is %s, and to look into it stands %s", f.State, w.state(f, "k12.investigate"))
				}
				w.days(30)
				if s := w.state(w.see(slug), "k12.document"); s != duty.LateLocal {
					t.Errorf("after a month of silence the log stands %s", s)
				}
			})
		})
	}
}

// A concern that was told before a track was closed, and is taken up after,
// opens it again for the duties too.
func TestConcernFromBeforeTheClosing(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.days(1)
		late := w.worry(tilhor.ArenaBreak, "", w.nora)
		w.Later(3600e9)
		w.must(w.desk.Evaluate(w.ctx, w.ina, slug, w.evaluation(cases.SafeNow, cases.Finish)))
		w.must(w.desk.Close(w.ctx, w.kari, slug, cases.Ending{Words: "Det er trygt nå.", CheckOn: w.in(35)}))
		w.days(1)
		_, err := w.desk.TakeUp(w.ctx, w.kari, late.Slug, cases.Stance{Join: w.see(slug).Number})
		w.must(err)
		f := w.see(slug)
		if f.State != cases.Open || w.state(f, "k12.investigate") != duty.Open || w.state(f, "k12.document") != duty.Open {
			t.Errorf("it is %s, to look into it stands %s, the log %s", f.State, w.state(f, "k12.investigate"), w.state(f, "k12.document"))
		}
	})
}

// Within ninety days it is the same story, in the same track; after them a new
// case begins and refers to the old.
func TestTheSameStory(t *testing.T) {
	each(t, func(w *world) {
		slug := w.closed(w.nora)
		w.days(35)
		w.must(w.desk.AskAgain(w.ctx, w.ina, slug, cases.Asking{At: w.now(), Way: "self", Answer: cases.SafeNow, Words: "Ja."}))
		w.days(55) // the ninetieth day
		_, err := w.desk.BeginAnew(w.ctx, w.kari, slug, "Det har begynt igjen.")
		w.is(err, tilhor.ErrConflict)
		if !w.see(slug).SameStory(w.in(0)) || w.see(slug).SameStory(w.in(1)) {
			t.Error("the ninetieth day is the last of the story")
		}
		w.days(1)
		old := w.see(slug)
		join := w.worry(tilhor.ArenaBreak, "", w.nora)
		_, joined := w.desk.TakeUp(w.ctx, w.kari, join.Slug, cases.Stance{Join: old.Number})
		_, why := w.desk.BeginAnew(w.ctx, w.kari, slug, " ")
		refusals(w.T, []refusal{
			{"opened again", w.desk.Reopen(w.ctx, w.ina, slug, "Det har begynt igjen."), "reason", "life.fault.story-over"},
			{"joined", joined, "join", "life.fault.story-over"},
			{"why?", why, "reason", "cases.fault.reason"},
		})
		_, err = w.desk.BeginAnew(w.ctx, w.ina, slug, "Det har begynt igjen.")
		w.is(err, tilhor.ErrNotFound) // rektor decides
		fresh, err := w.desk.BeginAnew(w.ctx, w.kari, slug, "Det har begynt igjen.")
		w.must(err)
		f, was := w.see(fresh.Slug), w.see(slug)
		r := f.Last(cases.Follows)
		if r == nil || r.Ref != string(old.ID) || r.Text["reason"] == "" || f.Case == was.Case || f.Pupil != w.nora || f.State != cases.Open {
			t.Errorf("the new case is %s of %s, and says %+v", f.State, f.Case, r)
		}
		if was.State != cases.Closed || was.Last(cases.FollowedBy).Ref != string(fresh.ID) || w.state(f, "k12.investigate") != duty.Open {
			t.Errorf("the old is %s, the new is looked into: %s", was.State, w.state(f, "k12.investigate"))
		}
	})
}

// One pupil, one track in a matter: who is found to be a pupil that has one
// already is not given a second.
func TestIdentifyGivesNoSecondTrack(t *testing.T) {
	each(t, func(w *world) {
		c := w.worry(tilhor.ArenaBreak, "ei med rød lue", w.nora)
		all, err := w.desk.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{})
		w.must(err)
		if len(all) != 2 {
			t.Fatalf("%d tracks", len(all))
		}
		unknown := all[0]
		if unknown.Pupil != "" {
			unknown = all[1]
		}
		refusals(w.T, []refusal{{"the same pupil", w.desk.Identify(w.ctx, w.kari, unknown.Slug, w.nora), "pupil", "life.fault.has-track"}})
		w.must(w.desk.Identify(w.ctx, w.kari, unknown.Slug, w.elias))
	})
}

// An effect that ends a measure ends it, though the plan goes on.
func TestOneMeasureEnds(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.heard(slug)
		second := w.measure()
		second.What, second.Doer = "Spiser sammen.", w.mona.Person
		w.planned(slug, w.measure(), second)
		w.days(1)
		ids := map[string]tilhor.MeasureID{}
		for _, m := range w.see(slug).Measures {
			ids[m.What] = m.ID
		}
		runs := func() (s []string) {
			for _, m := range w.see(slug).Measures {
				if m.Running {
					s = append(s, m.What)
				}
			}
			return s
		}
		e := w.evaluation(cases.NotSafe, cases.GoOn)
		e.Effects = []cases.Effect{{Measure: ids["Spiser sammen."], Helped: "no", Then: cases.Finish}, {Measure: ids["Voksen ved ballbingen."], Helped: "yes", Then: cases.GoOn}}
		all := edit(e, func(e *cases.Evaluation) {
			e.Effects = []cases.Effect{{Measure: ids["Spiser sammen."], Helped: "no", Then: cases.Finish}, {Measure: ids["Voksen ved ballbingen."], Helped: "no", Then: cases.Finish}}
		})
		refusals(w.T, []refusal{{"nothing is left", w.desk.Evaluate(w.ctx, w.ina, slug, all), "then", "life.fault.nothing-left"}})
		w.must(w.desk.Evaluate(w.ctx, w.ina, slug, e))
		if got := strings.Join(runs(), ", "); got != "Voksen ved ballbingen." {
			t.Errorf("after the evaluation these run: %s", got)
		}
		if now, _ := w.chores(w.mona); now != "" {
			t.Errorf("Mona still has %s", now)
		}
		other := w.running(w.elias)
		foreign := w.see(other).Measures[0].ID
		end := func(id tilhor.MeasureID, why string) error {
			return w.desk.EndMeasure(w.ctx, w.ina, slug, cases.Finishing{Measure: id, Reason: why})
		}
		refusals(w.T, []refusal{
			{"why?", end(ids["Voksen ved ballbingen."], ""), "reason", "cases.fault.reason"},
			{"another track's", end(foreign, "x"), "measure", "life.fault.measure"},
			{"the last one", end(ids["Voksen ved ballbingen."], "x"), "measure", "life.fault.last-measure"},
		})
		w.is(end(ids["Spiser sammen."], "x"), tilhor.ErrConflict)
		w.is(w.desk.EndMeasure(w.ctx, w.jonas, slug, cases.Finishing{Measure: ids["Voksen ved ballbingen."], Reason: "x"}), tilhor.ErrNotFound)
		w.must(w.desk.Protect(w.ctx, w.ina, slug, cases.Urgent{What: "Følges til bussen.", Doer: w.mona.Person, Start: w.in(0)}))
		w.must(end(ids["Voksen ved ballbingen."], "Bingen er stengt."))
		if got := strings.Join(runs(), ", "); got != "Følges til bussen." && got != "" { // its words stand in its record
			t.Errorf("these run: %s", got)
		}
		if now, _ := w.chores(w.jonas); now != "Voksen ved ballbingen." { // that of Elias
			t.Errorf("Jonas has %s", now)
		}
	})
}

// Who handles the case writes for the doer, and says whose word it is; and gives
// what a doer left behind to another.
func TestForTheDoer(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		id := w.see(slug).Measures[0].ID
		report := cases.Report{Measure: id, Day: w.in(0), Done: true, Said: "Jonas, på gangen"}
		try := func(change func(*cases.Report)) error {
			return w.desk.TickFor(w.ctx, w.ina, slug, edit(report, change))
		}
		refusals(w.T, []refusal{
			{"who said so?", try(func(r *cases.Report) { r.Said = " " }), "said", "cases.fault.said"},
			{"tomorrow", try(func(r *cases.Report) { r.Day = w.in(1) }), "day", "cases.fault.day"},
			{"before it began", try(func(r *cases.Report) { r.Day = w.in(-1) }), "day", "cases.fault.day"},
			{"no measure", try(func(r *cases.Report) { r.Measure = "x" }), "measure", "life.fault.measure"},
			{"to whom?", w.desk.HandMeasure(w.ctx, w.ina, slug, id, w.other.Person), "doer", "cases.fault.doer"},
		})
		w.is(w.desk.TickFor(w.ctx, w.mona, slug, report), tilhor.ErrNotFound)
		w.must(w.desk.TickFor(w.ctx, w.ina, slug, report))
		if r := w.see(slug).Last(cases.Ticked); r.By != w.ina.Person || r.Text["told-by"] != "Jonas, på gangen" || r.Answer != "done" {
			t.Errorf("it is written as %+v", r)
		}
		if now, _ := w.chores(w.jonas); !strings.HasSuffix(now, "done") {
			t.Errorf("Jonas has %s", now)
		}
		w.must(w.desk.HandMeasure(w.ctx, w.ina, slug, id, w.mona.Person))
		if a, _ := w.chores(w.jonas); a != "" {
			t.Errorf("Jonas still has %s", a)
		}
		if b, _ := w.chores(w.mona); b == "" {
			t.Error("Mona did not get it")
		}
		w.is(w.desk.Tick(w.ctx, w.jonas, id, w.in(0), true, ""), tilhor.ErrNotFound)
		if r := w.see(slug).Last(cases.HandedOver); r == nil || r.Text["who"] == "" {
			t.Errorf("it is not said who has it now: %+v", r)
		}
	})
}

// A task that is taken back is that task, and no other.
func TestTakeBackOne(t *testing.T) {
	each(t, func(w *world) {
		give := func(task cases.Task, from, until int) {
			h := cases.HandedTask{Person: w.jonas.Person, Task: task, From: w.in(from)}
			if until > 0 {
				h.Until = w.in(until)
			}
			w.must(w.desk.Hand(w.ctx, w.kari, h))
		}
		give(cases.ReceivesReports, 0, 0)
		give(cases.StandsIn, 0, 5)
		list := func() (s []string) {
			all, err := w.desk.Handed(w.ctx, w.kari)
			w.must(err)
			for _, h := range all {
				s = append(s, string(h.Task))
			}
			return s
		}
		slug := w.taken(w.nora)
		w.must(w.desk.TakeBack(w.ctx, w.kari, w.jonas.Person, cases.StandsIn))
		if got := strings.Join(list(), " "); got != "intake" {
			t.Errorf("left: %s", got)
		}
		_, err := w.desk.See(w.ctx, w.jonas, slug, "overview")
		w.is(err, tilhor.ErrNotFound)
		_, err = w.told.Receive(w.ctx, w.jonas, w.worry(tilhor.ArenaBreak, "", w.elias).Slug)
		w.must(err)
		refusals(w.T, []refusal{{"taken back already", w.desk.TakeBack(w.ctx, w.kari, w.jonas.Person, cases.StandsIn), "person", "cases.fault.person"}})
		give(cases.StandsIn, 0, 5)
		w.must(w.desk.TakeBack(w.ctx, w.kari, w.jonas.Person, cases.ReceivesReports))
		if got := strings.Join(list(), " "); got != "leads" {
			t.Errorf("left: %s", got)
		}
		_, err = w.desk.See(w.ctx, w.jonas, slug, "overview")
		w.must(err)
	})
}

// temp hires somebody at Solbakken for two days.
func (w *world) temp(name string) (id tilhor.PersonID) {
	w.T.Helper()
	w.must(w.DB.Write(context.Background(), func(tx *db.Tx) (err error) {
		if id, err = w.Kit.Roster.AddPerson(tx, w.Keeper(), roster.NewPerson{Name: name, Home: w.Solbakken}, w.Now()); err != nil {
			return err
		}
		return w.Kit.Roster.Appoint(tx, w.Keeper(), id, tilhor.RoleTeacher, w.Solbakken, w.in(0), w.in(2), w.Now())
	}))
	return id
}

// A handler or a doer who has left does not stand as the one who has it.
func TestWhoHasLeftHasNothing(t *testing.T) {
	each(t, func(w *world) {
		slug, vikar := w.taken(w.nora), w.temp("Per Vikar")
		w.heard(slug)
		m := w.measure()
		m.Doer = vikar
		w.planned(slug, m)
		w.must(w.desk.Appoint(w.ctx, w.kari, slug, vikar))
		if f := w.see(slug); f.Has != "Per Vikar" || f.Gone != "" || f.Measures[0].Gone {
			t.Fatalf("Per has it: %q, gone %q", f.Has, f.Gone)
		}
		w.days(3)
		f := w.see(slug)
		if f.Has != "" || f.Gone != "Per Vikar" || !f.Measures[0].Gone {
			t.Errorf("it stands with %q, gone %q, the doer is gone: %v", f.Has, f.Gone, f.Measures[0].Gone)
		}
		rows, _, err := w.desk.List(w.ctx, w.kari, cases.Filter{})
		w.must(err)
		if rows[0].Has != "" || rows[0].Gone == "" {
			t.Errorf("in the list it stands with %q", rows[0].Has)
		}
	})
}

// The new case of a protected pupil is for the named alone from its first
// moment, though rektor leads every other by role.
func TestANewCaseOfAProtectedPupilIsForTheNamed(t *testing.T) {
	each(t, func(w *world) {
		slug := w.closed(w.nora)
		w.days(35)
		w.must(w.desk.AskAgain(w.ctx, w.ina, slug, cases.Asking{At: w.now(), Way: "self", Answer: cases.SafeNow, Words: "Ja."}))
		w.shielded()
		w.days(56)
		_, err := w.desk.BeginAnew(w.ctx, w.kari, slug, "Det har begynt igjen.")
		w.is(err, tilhor.ErrNotFound)
		fresh, err := w.desk.BeginAnew(w.ctx, w.ina, slug, "Det har begynt igjen.")
		w.must(err)
		_, err = w.desk.See(w.ctx, w.kari, fresh.Slug, "overview")
		w.is(err, tilhor.ErrNotFound)
		_, err = w.desk.See(w.ctx, w.ina, fresh.Slug, "overview")
		w.must(err)
	})
}
