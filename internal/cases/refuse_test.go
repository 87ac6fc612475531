package cases_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
)

// One rune too many, in a language with letters of two bytes.
var (
	most  = strings.Repeat("ø", 20_000)
	long  = most + "ø"
	short = strings.Repeat("å", 501)
)

// edit gives a copy of a form with one thing changed.
func edit[T any](v T, change func(*T)) T {
	change(&v)
	return v
}

// What is asked for before a plan: the talk, other children, the inquiry, the
// best interest.
func TestRefusedBeforeThePlan(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		talk := cases.Talk{At: w.now(), Answer: cases.Spoke, How: "none", Words: "Jeg vil ikke ut."}
		hear := func(change func(*cases.Talk)) error { return w.desk.Hear(w.ctx, w.ina, slug, edit(talk, change)) }
		no := cases.Talk{At: w.now(), Answer: cases.Declined, How: "none", Again: w.in(3)}
		declined := func(change func(*cases.Talk)) error { return w.desk.Hear(w.ctx, w.ina, slug, edit(no, change)) }
		add := func(k cases.Child) error { return w.desk.AddChild(w.ctx, w.ina, slug, k) }
		away := cases.Miss{Child: "x", Reason: "Flyttet.", Attempts: "Ringte to ganger.", HearBy: w.in(7)}
		miss := func(change func(*cases.Miss)) error {
			return w.desk.CouldNotReach(w.ctx, w.kari, slug, edit(away, change))
		}
		ask := func(s cases.SourceOf) error { return w.desk.Inquire(w.ctx, w.ina, slug, s) }
		weigh := func(change func(*cases.Weighing)) error {
			return w.desk.Weigh(w.ctx, w.ina, slug, edit(cases.Weighing{Interests: "a", View: "b", Weighing: "c", Conclusion: "d"}, change))
		}
		refusals(w.T, []refusal{
			{"a talk in the future", hear(func(v *cases.Talk) { v.At.At = w.Now().Add(time.Minute) }), "at", "cases.fault.future"},
			{"a talk tomorrow", hear(func(v *cases.Talk) { v.At = tilhor.When{At: w.Now().Add(24 * time.Hour), Precision: tilhor.Day} }), "at", "cases.fault.future"},
			{"a talk in 1999", hear(func(v *cases.Talk) { v.At.At = time.Date(1999, 1, 1, 9, 0, 0, 0, time.UTC) }), "at", "cases.fault.old"},
			{"no answer", hear(func(v *cases.Talk) { v.Answer = "" }), "answer", "cases.fault.answer"},
			{"too young is no answer", hear(func(v *cases.Talk) { v.Answer = "too-young" }), "answer", "cases.fault.answer"},
			{"no way of speaking", hear(func(v *cases.Talk) { v.How = "shouting" }), "how", "cases.fault.how"},
			{"told, and no words", hear(func(v *cases.Talk) { v.Words = " \n\t " }), "words", "cases.fault.words"},
			{"words too long", hear(func(v *cases.Talk) { v.Words = long }), "words", "cases.fault.long"},
			{"question too long", hear(func(v *cases.Talk) { v.Asked = long }), "asked", "cases.fault.long"},
			{"wish too long", hear(func(v *cases.Talk) { v.Wants = long }), "wants", "cases.fault.long"},
			{"weight too long", hear(func(v *cases.Talk) { v.Weight = long }), "weight", "cases.fault.long"},
			{"which language?", hear(func(v *cases.Talk) { v.How = "interpreter" }), "detail", "cases.fault.detail"},
			{"language too long", hear(func(v *cases.Talk) { v.How, v.Detail = "interpreter", short }), "detail", "cases.fault.short"},
			{"another track's child", hear(func(v *cases.Talk) { v.Child = string(w.elias) }), "child", "cases.fault.child"},
			{"declined, never offered again", declined(func(v *cases.Talk) { v.Again = "" }), "again", "cases.fault.again"},
			{"offered yesterday", declined(func(v *cases.Talk) { v.Again = w.in(-1) }), "again", "cases.fault.again"},
			{"offered in 61 days", declined(func(v *cases.Talk) { v.Again = w.in(61) }), "again", "cases.fault.again"},
			{"no child", add(cases.Child{Role: "affected"}), "described", "cases.fault.described"},
			{"description too long", add(cases.Child{Role: "affected", Described: short}), "described", "cases.fault.short"},
			{"no role", add(cases.Child{Described: "En gutt"}), "role", "cases.fault.role"},
			{"another school's pupil", add(cases.Child{Role: "affected", Person: w.odin}), "person", "cases.fault.person"},
			{"the pupil itself", add(cases.Child{Role: "affected", Person: w.nora}), "person", "cases.fault.person"},
			{"why not reached?", miss(func(m *cases.Miss) { m.Reason = "" }), "reason", "cases.fault.reason"},
			{"what was tried?", miss(func(m *cases.Miss) { m.Attempts = "" }), "attempts", "cases.fault.attempts"},
			{"heard by when?", miss(func(m *cases.Miss) { m.HearBy = "" }), "hear-by", "cases.fault.hear-by"},
			{"heard by yesterday", miss(func(m *cases.Miss) { m.HearBy = w.in(-1) }), "hear-by", "cases.fault.hear-by"},
			{"heard in 61 days", miss(func(m *cases.Miss) { m.HearBy = w.in(61) }), "hear-by", "cases.fault.hear-by"},
			{"not a child of the track", miss(func(*cases.Miss) {}), "child", "cases.fault.child"},
			{"the exposed pupil is never skipped", miss(func(m *cases.Miss) { m.Child = string(w.nora) }), "child", "cases.fault.child"},
			{"no kind of source", ask(cases.SourceOf{Text: "x"}), "source", "cases.fault.source"},
			{"waiting for whom?", ask(cases.SourceOf{Kind: "talk-home", Waiting: true}), "who", "cases.fault.who"},
			{"whom, too long", ask(cases.SourceOf{Kind: "talk-home", Waiting: true, Who: short}), "who", "cases.fault.short"},
			{"a source that gave nothing", ask(cases.SourceOf{Kind: "observation"}), "text", "cases.fault.text"},
			{"a source too long", ask(cases.SourceOf{Kind: "observation", Text: long}), "text", "cases.fault.long"},
			{"an empty finding", w.desk.Find(w.ctx, w.ina, slug, " ", []string{"x"}), "finding", "cases.fault.finding"},
			{"a finding too long", w.desk.Find(w.ctx, w.ina, slug, long, []string{"x"}), "finding", "cases.fault.long"},
			{"a finding from nothing", w.desk.Find(w.ctx, w.ina, slug, "Ingen voksen.", nil), "from", "cases.fault.sources"},
			{"a finding from elsewhere", w.desk.Find(w.ctx, w.ina, slug, "Ingen voksen.", []string{"x"}), "from", "cases.fault.sources"},
			{"an inquiry without findings", w.desk.FinishInquiry(w.ctx, w.ina, slug), "finding", "cases.fault.no-finding"},
			{"no interests", weigh(func(b *cases.Weighing) { b.Interests = "" }), "interests", "cases.fault.interests"},
			{"no view", weigh(func(b *cases.Weighing) { b.View = "" }), "view", "cases.fault.view"},
			{"no weighing", weigh(func(b *cases.Weighing) { b.Weighing = "" }), "weighing", "cases.fault.weighing"},
			{"no conclusion", weigh(func(b *cases.Weighing) { b.Conclusion = "" }), "conclusion", "cases.fault.conclusion"},
			{"a weighing too long", weigh(func(b *cases.Weighing) { b.Weighing = long }), "weighing", "cases.fault.long"},
		})
		if n := len(w.see(slug).Records); n != 3 { // told, taken up, appointed
			t.Errorf("what was refused left %d records", n-3)
		}
		// On the edge, each is taken: a text that just fits, a talk today whose hour is not known.
		w.must(hear(func(v *cases.Talk) {
			v.Words, v.At = most, tilhor.When{At: w.Now().Add(2 * time.Hour), Precision: tilhor.Day}
		}))
		w.must(declined(func(v *cases.Talk) { v.Again = w.in(60) }))
		w.must(declined(func(v *cases.Talk) { v.Again = w.in(0) }))
		if got := w.see(slug).Of(cases.Voice); len(got) != 3 {
			t.Errorf("%d talks are kept", len(got))
		}
	})
}

func TestRefusedInThePlan(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		save := func(change func(*cases.Measure)) error {
			return w.desk.SavePlan(w.ctx, w.ina, slug, 0, cases.Plan{Measures: []cases.Measure{{}, edit(w.measure(), change)}})
		}
		urgent := func(change func(*cases.Urgent)) error {
			return w.desk.Protect(w.ctx, w.ina, slug, edit(cases.Urgent{What: "Voksen ute.", Doer: w.jonas.Person, Start: w.in(0)}, change))
		}
		var many cases.Plan
		for i := range 31 {
			many.Measures = append(many.Measures, cases.Measure{What: fmt.Sprint("Tiltak ", i)})
		}
		rows := []refusal{ // an empty row of the form before it counts for nothing: it is measure 1
			{"problem too long", save(func(m *cases.Measure) { m.Problem = long }), "m1-problem", "cases.fault.long"},
			{"what too long", save(func(m *cases.Measure) { m.What = long }), "m1-what", "cases.fault.long"},
			{"when too long", save(func(m *cases.Measure) { m.When = short }), "m1-when", "cases.fault.short"},
			{"ends before it begins", save(func(m *cases.Measure) { m.Until = w.in(-1) }), "m1-until", "cases.fault.until"},
			{"evaluated before it begins", save(func(m *cases.Measure) { m.Start = w.in(15) }), "m1-evaluate", "cases.fault.evaluate-before"},
			{"evaluated in 121 days", save(func(m *cases.Measure) { m.Evaluate = w.in(121) }), "m1-evaluate", "cases.fault.evaluate-far"},
			{"begins in 121 days", save(func(m *cases.Measure) { m.Start, m.Evaluate = w.in(121), "" }), "m1-start", "cases.fault.start-far"},
			{"on Saturday", save(func(m *cases.Measure) { m.Weekdays = "16" }), "m1-weekdays", "cases.fault.weekdays"},
			{"another school's doer", save(func(m *cases.Measure) { m.Doer = w.other.Person }), "m1-doer", "cases.fault.doer"},
			{"why too long", w.desk.SavePlan(w.ctx, w.ina, slug, 0, cases.Plan{Why: long}), "why", "cases.fault.long"},
			{"31 measures", w.desk.SavePlan(w.ctx, w.ina, slug, 0, many), "m1-problem", "cases.fault.measures"},
			{"do what at once?", urgent(func(u *cases.Urgent) { u.What = "" }), "what", "cases.fault.what"},
			{"at once, too long", urgent(func(u *cases.Urgent) { u.What = long }), "what", "cases.fault.long"},
			{"who at once?", urgent(func(u *cases.Urgent) { u.Doer = "" }), "doer", "cases.fault.doer"},
			{"a pupil at once", urgent(func(u *cases.Urgent) { u.Doer = w.elias }), "doer", "cases.fault.doer"},
			{"eight days ago", urgent(func(u *cases.Urgent) { u.Start = w.in(-8) }), "start", "cases.fault.start"},
			{"in eight days", urgent(func(u *cases.Urgent) { u.Start = w.in(8) }), "start", "cases.fault.start"},
		}
		refusals(w.T, rows)
		if w.see(slug).Draft != nil {
			t.Error("what was refused left a draft")
		}
		w.must(w.desk.SavePlan(w.ctx, w.ina, slug, 0, cases.Plan{Measures: many.Measures[:30]}))
		w.must(urgent(func(u *cases.Urgent) { u.Start = w.in(-7) }))
		w.must(urgent(func(u *cases.Urgent) { u.Start = w.in(7) }))
	})
}

func TestRefusedAtTheEvaluation(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		refusals(w.T, []refusal{{"nothing to evaluate", w.desk.Evaluate(w.ctx, w.ina, slug, w.evaluation(cases.NotSafe, cases.GoOn)), "then", "cases.fault.no-plan"}})
		w.heard(slug)
		w.planned(slug, w.measure())
		id := w.see(slug).Measures[0].ID
		try := func(answer, then string, change func(*cases.Evaluation)) error {
			return w.desk.Evaluate(w.ctx, w.ina, slug, edit(w.evaluation(answer, then), change))
		}
		effect := func(e cases.Effect) error {
			return try(cases.NotSafe, cases.GoOn, func(v *cases.Evaluation) { v.Effects = []cases.Effect{e} })
		}
		refusals(w.T, []refusal{
			{"in the future", try(cases.NotSafe, cases.GoOn, func(e *cases.Evaluation) { e.At.At = w.Now().Add(time.Hour) }), "at", "cases.fault.future"},
			{"no answer at all", try("", cases.GoOn, func(*cases.Evaluation) {}), "answer", "cases.fault.answer"},
			{"asked how?", try(cases.NotSafe, cases.GoOn, func(e *cases.Evaluation) { e.Way = "" }), "way", "cases.fault.way"},
			{"its own words", try(cases.NotSafe, cases.GoOn, func(e *cases.Evaluation) { e.Words = "" }), "words", "cases.fault.words"},
			{"its own words, through an adult", try(cases.SafeNow, cases.GoOn, func(e *cases.Evaluation) { e.Way, e.Why, e.Words = "adult", "Eleven valgte det.", "" }), "words", "cases.fault.words"},
			{"words too long", try(cases.NotSafe, cases.GoOn, func(e *cases.Evaluation) { e.Words = long }), "words", "cases.fault.long"},
			{"why through an adult?", try(cases.NotSafe, cases.GoOn, func(e *cases.Evaluation) { e.Way = "adult" }), "why", "cases.fault.why"},
			{"why no answer?", try(cases.NoAnswer, cases.GoOn, func(*cases.Evaluation) {}), "why", "cases.fault.why"},
			{"observed to be safe", try(cases.SafeNow, cases.GoOn, func(e *cases.Evaluation) { e.Way, e.Why = "observation", "Ville ikke." }), "answer", "cases.fault.not-own-word"},
			{"what adults saw", try(cases.NotSafe, cases.GoOn, func(e *cases.Evaluation) { e.Saw = "" }), "saw", "cases.fault.saw"},
			{"best interest anew", try(cases.NotSafe, cases.GoOn, func(e *cases.Evaluation) { e.Best = "" }), "best", "cases.fault.best"},
			{"what now?", try(cases.NotSafe, "", func(*cases.Evaluation) {}), "then", "cases.fault.then"},
			{"ended, and not safe", try(cases.NotSafe, cases.Finish, func(*cases.Evaluation) {}), "then", "cases.fault.not-safe"},
			{"ended without an answer", try(cases.NoAnswer, cases.Finish, func(e *cases.Evaluation) { e.Why = "Ville ikke." }), "then", "cases.fault.not-safe"},
			{"on which date again?", try(cases.NotSafe, cases.GoOn, func(e *cases.Evaluation) { e.Next = "" }), "next", "cases.fault.next"},
			{"again today", try(cases.NotSafe, cases.Change, func(e *cases.Evaluation) { e.Next = w.in(0) }), "next", "cases.fault.next"},
			{"again in 61 days", try(cases.NotSafe, cases.GoOn, func(e *cases.Evaluation) { e.Next = w.in(61) }), "next", "cases.fault.next"},
			{"did it help?", effect(cases.Effect{Measure: id, Then: cases.GoOn}), "e1-helped", "cases.fault.helped"},
			{"does it go on?", effect(cases.Effect{Measure: id, Helped: "yes"}), "e1-then", "cases.fault.measure-then"},
			{"a note too long", effect(cases.Effect{Measure: id, Helped: "yes", Then: cases.GoOn, Note: long}), "e1-note", "cases.fault.long"},
			{"another's measure", effect(cases.Effect{Measure: "x", Helped: "yes", Then: cases.GoOn}), "e1-helped", "cases.fault.helped"},
		})
		if w.see(slug).Last(cases.Evaluated) != nil {
			t.Error("what was refused is an evaluation")
		}
	})
}

func TestRefusedAtTheEnd(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		end := func(e cases.Ending) error { return w.desk.Close(w.ctx, w.kari, slug, e) }
		step := func(change func(*cases.Step)) error {
			return w.desk.StepDown(w.ctx, w.kari, slug, edit(cases.Step{View: "Vet ikke.", Way: "self", Reason: "Målt.", Recheck: w.in(35), Told: true}, change))
		}
		ask := func(change func(*cases.Asking)) error {
			return w.desk.AskAgain(w.ctx, w.ina, slug, edit(cases.Asking{At: w.now(), Way: "self", Answer: cases.SafeNow, Words: "Trygt."}, change))
		}
		refusals(w.T, []refusal{
			{"closed without words", end(cases.Ending{CheckOn: w.in(35)}), "words", "cases.fault.words"},
			{"closed with too many", end(cases.Ending{Words: long, CheckOn: w.in(35)}), "words", "cases.fault.long"},
			{"weight too long", end(cases.Ending{Words: "Trygt.", Weight: long, CheckOn: w.in(35)}), "weight", "cases.fault.long"},
			{"no after-check", end(cases.Ending{Words: "Trygt."}), "check", "cases.fault.check"},
			{"after-check in 27 days", end(cases.Ending{Words: "Trygt.", CheckOn: w.in(27)}), "check", "cases.fault.check"},
			{"after-check in 57 days", end(cases.Ending{Words: "Trygt.", CheckOn: w.in(57)}), "check", "cases.fault.check"},
			{"the pupil has not said so", end(cases.Ending{Words: "Trygt.", CheckOn: w.in(28)}), "words", "cases.fault.not-safe"},
			{"the pupil's view", step(func(s *cases.Step) { s.View = "" }), "view", "cases.fault.view"},
			{"asked how?", step(func(s *cases.Step) { s.Way = "x" }), "way", "cases.fault.way"},
			{"why?", step(func(s *cases.Step) { s.Reason = "" }), "reason", "cases.fault.reason"},
			{"reason too long", step(func(s *cases.Step) { s.Reason = long }), "reason", "cases.fault.long"},
			{"re-check in 27 days", step(func(s *cases.Step) { s.Recheck = w.in(27) }), "recheck", "cases.fault.check"},
			{"re-check in 57 days", step(func(s *cases.Step) { s.Recheck = w.in(57) }), "recheck", "cases.fault.check"},
			{"the family was not told", step(func(s *cases.Step) { s.Told = false }), "told", "cases.fault.told"},
			{"asked how, afterwards?", ask(func(a *cases.Asking) { a.Way = "" }), "way", "cases.fault.way"},
			{"no answer at all", ask(func(a *cases.Asking) { a.Answer = "" }), "answer", "cases.fault.answer"},
			{"observed to be safe", ask(func(a *cases.Asking) { a.Way = "observation" }), "answer", "cases.fault.not-own-word"},
			{"no words", ask(func(a *cases.Asking) { a.Words = "" }), "words", "cases.fault.words"},
			{"asked in the future", ask(func(a *cases.Asking) { a.At.At = w.Now().Add(time.Hour) }), "at", "cases.fault.future"},
			{"no answer, and not asked again", ask(func(a *cases.Asking) { a.Answer = cases.NoAnswer }), "next", "cases.fault.next"},
			{"again today", ask(func(a *cases.Asking) { a.Next = w.in(0) }), "next", "cases.fault.next"},
			{"again in 57 days", ask(func(a *cases.Asking) { a.Next = w.in(57) }), "next", "cases.fault.next"},
			{"opened again, why?", w.desk.Reopen(w.ctx, w.ina, slug, " "), "reason", "cases.fault.reason"},
		})
		w.is(w.desk.Reopen(w.ctx, w.ina, slug, "Det har begynt igjen."), tilhor.ErrConflict)
		w.is(ask(func(*cases.Asking) {}), tilhor.ErrConflict) // it has not ended
		if f := w.see(slug); f.State != cases.Open || f.CheckOn != "" {
			t.Errorf("what was refused left it %s, checked on %s", f.State, f.CheckOn)
		}
		w.must(step(func(s *cases.Step) { s.Recheck = w.in(28) }))
		w.is(step(func(s *cases.Step) { s.Recheck = w.in(56) }), tilhor.ErrConflict)
		slug = w.running(w.elias)
		w.must(step(func(s *cases.Step) { s.Recheck = w.in(56) }))
	})
}

func TestRefusedAlongTheWay(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		write := func(l cases.Line) error { return w.desk.Write(w.ctx, w.ina, slug, l) }
		raise := func(r cases.Raise) error { return w.desk.Raise(w.ctx, w.kari, slug, r) }
		hand := func(change func(*cases.HandedTask)) error {
			return w.desk.Hand(w.ctx, w.kari, edit(cases.HandedTask{Person: w.jonas.Person, Task: cases.StandsIn, From: w.in(0), Until: w.in(3)}, change))
		}
		c := w.worry(tilhor.ArenaBreak, "", w.elias)
		take := func(s cases.Stance) error {
			_, err := w.desk.TakeUp(w.ctx, w.kari, c.Slug, s)
			return err
		}
		refusals(w.T, []refusal{
			{"what kind of line?", write(cases.Line{Text: "x"}), "what", "cases.fault.what"},
			{"an empty note", write(cases.Line{What: "note"}), "text", "cases.fault.text"},
			{"a note too long", write(cases.Line{What: "note", Text: long}), "text", "cases.fault.long"},
			{"a note about tomorrow", write(cases.Line{What: "note", Text: "x", At: tilhor.When{At: w.Now().Add(24 * time.Hour), Precision: tilhor.Exact}}), "at", "cases.fault.future"},
			{"who took it up?", raise(cases.Raise{Text: "x"}), "by", "cases.fault.by"},
			{"took up what?", raise(cases.Raise{By: "parent"}), "text", "cases.fault.text"},
			{"taken up tomorrow", raise(cases.Raise{By: "parent", Text: "x", At: tilhor.When{At: w.Now().Add(24 * time.Hour), Precision: tilhor.Day}}), "at", "cases.fault.future"},
			{"another school's handler", w.desk.Appoint(w.ctx, w.kari, slug, w.other.Person), "handler", "cases.fault.handler"},
			{"nobody handles", w.desk.Appoint(w.ctx, w.kari, slug, ""), "handler", "cases.fault.handler"},
			{"which task?", hand(func(h *cases.HandedTask) { h.Task = "king" }), "task", "cases.fault.task"},
			{"from when?", hand(func(h *cases.HandedTask) { h.From = "" }), "from", "cases.fault.from"},
			{"ends before it begins", hand(func(h *cases.HandedTask) { h.From, h.Until = w.in(4), w.in(3) }), "until", "cases.fault.until"},
			{"ended yesterday", hand(func(h *cases.HandedTask) { h.From, h.Until = w.in(-5), w.in(-1) }), "until", "cases.fault.until-past"},
			{"stands in for ever", hand(func(h *cases.HandedTask) { h.Until = "" }), "until", "cases.fault.until-missing"},
			{"to herself", hand(func(h *cases.HandedTask) { h.Person = w.kari.Person }), "person", "cases.fault.self"},
			{"to another school", hand(func(h *cases.HandedTask) { h.Person = w.other.Person }), "person", "cases.fault.person"},
			{"at once, by whom?", take(cases.Stance{Urgent: "Voksen ute."}), "doer", "cases.fault.doer"},
			{"at once, too long", take(cases.Stance{Urgent: long, Doer: w.jonas.Person}), "urgent", "cases.fault.long"},
			{"the reporter is asked too much", take(cases.Stance{Ask: long}), "ask", "cases.fault.long"},
			{"the reporter is told of another", take(cases.Stance{Ask: "Se til Nora Dahl."}), "ask", "concerns.fault.names-other"},
			{"joined to nothing", take(cases.Stance{Join: "000000"}), "join", "cases.fault.join"},
			{"handled from another school", take(cases.Stance{Handler: w.other.Person}), "handler", "cases.fault.handler"},
			{"done from another school", take(cases.Stance{Urgent: "Voksen ute.", Doer: w.other.Person}), "doer", "cases.fault.doer"},
		})
		w.must(take(cases.Stance{Ask: "Se til Elias Moe i friminuttet."})) // none of the refused ones took it
		w.is(take(cases.Stance{}), tilhor.ErrConflict)
	})
}
