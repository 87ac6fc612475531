package cases_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
)

// What a plan lacks of the five elements (§ 12-4), measure by measure.
func TestLacks(t *testing.T) {
	whole := cases.Measure{Problem: "Alene ute.", What: "Voksen ute.", Start: "2026-11-23", Doer: "jonas", Evaluate: "2026-12-07"}
	for _, row := range []struct {
		name string
		plan []cases.Measure
		want string
	}{
		{"nothing", nil, "measures:1"},
		{"all five", []cases.Measure{whole}, ""},
		{"the problem", []cases.Measure{edit(whole, func(m *cases.Measure) { m.Problem = "" })}, "problem:1"},
		{"what", []cases.Measure{edit(whole, func(m *cases.Measure) { m.What = "" })}, "what:1"},
		{"when", []cases.Measure{edit(whole, func(m *cases.Measure) { m.Start = "" })}, "start:1"},
		{"who", []cases.Measure{edit(whole, func(m *cases.Measure) { m.Doer = "" })}, "doer:1"},
		{"the evaluation, of the second", []cases.Measure{whole, edit(whole, func(m *cases.Measure) { m.Evaluate = "" })}, "evaluate:2"},
		{"all but the problem", []cases.Measure{{Problem: "x"}}, "what:1 start:1 doer:1 evaluate:1"},
	} {
		var got []string
		for _, l := range (cases.Plan{Measures: row.plan}).Lacks() {
			if l.Page != "plan" {
				t.Errorf("%s: put right on the page %q", row.name, l.Page)
			}
			got = append(got, fmt.Sprintf("%s:%d", strings.TrimPrefix(l.Key, "cases.lack."), l.Measure))
		}
		if s := strings.Join(got, " "); s != row.want {
			t.Errorf("%s: it lacks %q, want %q", row.name, s, row.want)
		}
	}
}

// Words that name no act and nobody give a question; those that do, none.
func TestVague(t *testing.T) {
	for what, want := range map[string]bool{
		"Følge ekstra med i friminuttet": true, "Vi skal følgje med": true, "Alle voksne er der": true, "Kontaktlærer ved behov": true,
		"FOKUS PÅ klassemiljøet": true, "Gjelder alle": true, "": false, "Jonas er ved ballbingen i storefri": false, "Hallen er låst": false, "Ina snakker med Nora hver fredag": false,
	} {
		if got := (cases.Measure{What: what}).Vague(); got != want {
			t.Errorf("%q: vague is %v", what, got)
		}
	}
}

// The first date of the plan is the one that counts.
func TestPlanEvaluate(t *testing.T) {
	p := cases.Plan{Measures: []cases.Measure{{Evaluate: "2026-12-14"}, {}, {Evaluate: "2026-12-07"}}}
	if got := p.Evaluate(); got != "2026-12-07" {
		t.Errorf("evaluated on %s", got)
	}
	if got := (cases.Plan{}).Evaluate(); got != "" {
		t.Errorf("an empty plan is evaluated on %s", got)
	}
}

// A draft keeps what can be kept: trimmed, and without the rows nobody filled in.
func TestDraftIsTrimmed(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.desk.SavePlan(w.ctx, w.ina, slug, 0, cases.Plan{Why: " x ", Measures: []cases.Measure{{}, {Problem: "  Alene ute. "}, {ID: "x"}, {What: "Voksen ute."}}}))
		d := w.see(slug).Draft
		if len(d.Measures) != 2 || d.Measures[0].Problem != "Alene ute." || d.Measures[1].What != "Voksen ute." || d.Why != "x" || d.Version != 1 || d.Rev != 1 {
			t.Fatalf("the draft is %+v", d)
		}
		// Two who write at once: the second is shown the first's, and nothing is overwritten.
		w.must(w.desk.SavePlan(w.ctx, w.kari, slug, 1, cases.Plan{Measures: []cases.Measure{{What: "Karis."}}}))
		var clash cases.Clash
		if err := w.desk.SavePlan(w.ctx, w.ina, slug, 1, cases.Plan{Measures: []cases.Measure{{What: "Inas."}}}); !errors.As(err, &clash) || clash.Theirs.Measures[0].What != "Karis." {
			t.Fatalf("a stale draft: %v", err)
		}
		w.is(clash, tilhor.ErrConflict)
		if got := w.see(slug).Draft; got.Rev != 2 || got.Measures[0].What != "Karis." {
			t.Errorf("the draft is now %+v", got)
		}
		if err := w.desk.Approve(w.ctx, w.kari, slug, 1); !errors.As(err, &clash) {
			t.Errorf("a draft that rektor has not seen was approved: %v", err)
		}
	})
}

// What a concern may hang together with: place and class, and no name.
func TestCandidates(t *testing.T) {
	each(t, func(w *world) {
		w.taken(w.nora)                                                                                             // in the break
		sfo, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaSFO, "", w.nora, w.tuva).Slug, cases.Stance{}) // two tracks
		w.must(err)
		_, err = w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaTrip, "", w.elias).Slug, cases.Stance{})
		w.must(err)
		_, err = w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "Gutt med gul jakke").Slug, cases.Stance{})
		w.must(err)
		all, err := w.desk.Candidates(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "", w.nora))
		w.must(err)
		var got []string
		for _, k := range all {
			got = append(got, fmt.Sprintf("%s %s %v", k.Arena, k.Class, k.Same))
			if k.Opened != w.in(0) || len(k.Number) != 6 {
				t.Errorf("a case numbered %q, opened on %s", k.Number, k.Opened)
			}
		}
		slices.Sort(got)
		if s := strings.Join(got, ", "); s != "break  false, break 5A true, sfo 5A true" && s != "break  false, break 5A true, sfo 6B true" {
			t.Errorf("the candidates are %s", s)
		}
		if !all[0].Same || !all[1].Same {
			t.Error("the same pupil's cases do not come first")
		}
		for _, who := range []tilhor.Actor{w.other, w.ina, w.mona} { // only who decides joins
			if none, err := w.desk.Candidates(w.ctx, who, w.worry(tilhor.ArenaBreak, "", w.nora)); err != nil || len(none) > 0 {
				t.Errorf("%s is shown %d cases: %v", who.Role, len(none), err)
			}
		}
		// Joined, Nora's words stand in the track she has there.
		joined, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "", w.nora).Slug, cases.Stance{Join: sfo[0].Number})
		w.must(err)
		if len(joined) != 1 || joined[0].ID != sfo[0].ID || w.see(sfo[0].Slug).Last(cases.Joined) == nil {
			t.Errorf("joined as %+v", joined)
		}
	})
}

// Who has a task of rektor's: now or later, until it ends or is taken back.
func TestHanded(t *testing.T) {
	each(t, func(w *world) {
		list := func() string {
			t.Helper()
			all, err := w.desk.Handed(w.ctx, w.kari)
			w.must(err)
			var s []string
			for _, h := range all {
				first, _, _ := strings.Cut(h.Name, " ")
				s = append(s, fmt.Sprintf("%s %s %d–%s", first, h.Task, h.From.Sub(w.in(0)), h.Until))
			}
			return strings.Join(s, ", ")
		}
		hand := func(who tilhor.Actor, task cases.Task, from int, until tilhor.Date) {
			t.Helper()
			w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: who.Person, Task: task, From: w.in(from), Until: until}))
		}
		if got := list(); got != "" {
			t.Errorf("before: %s", got)
		}
		hand(w.jonas, cases.ReceivesReports, 0, "")
		hand(w.ina, cases.StandsIn, 1, w.in(2))
		if got, want := list(), fmt.Sprintf("Jonas intake 0–, Ina leads 1–%s", w.in(2)); got != want {
			t.Errorf("handed: %s, want %s", got, want)
		}
		// Who receives reports always, and stands in for some days, has two tasks.
		hand(w.jonas, cases.StandsIn, 5, w.in(6))
		if got, want := list(), fmt.Sprintf("Jonas intake 0–, Ina leads 1–%s, Jonas leads 5–%s", w.in(2), w.in(6)); got != want {
			t.Errorf("two tasks: %s, want %s", got, want)
		}
		w.days(3)
		if got := list(); strings.Contains(got, "Ina") {
			t.Errorf("after her last day: %s", got)
		}
		c := w.worry(tilhor.ArenaBreak, "", w.nora)
		_, err := w.told.Receive(w.ctx, w.jonas, c.Slug)
		w.must(err)
		w.must(w.desk.TakeBack(w.ctx, w.kari, w.jonas.Person))
		if got := list(); got != "" {
			t.Errorf("taken back: %s", got)
		}
		_, err = w.told.Receive(w.ctx, w.jonas, c.Slug)
		w.is(err, tilhor.ErrNotFound)
		for _, who := range []tilhor.Actor{w.ina, w.jonas, w.mona} {
			_, err := w.desk.Handed(w.ctx, who)
			w.is(err, tilhor.ErrNotFound)
			w.is(w.desk.TakeBack(w.ctx, who, w.jonas.Person), tilhor.ErrNotFound)
			w.is(w.desk.Hand(w.ctx, who, cases.HandedTask{Person: w.mona.Person, Task: cases.ReceivesReports, From: w.in(0)}), tilhor.ErrNotFound)
		}
	})
}

// The tracks of a matter are shown to those who may read each of them.
func TestMatter(t *testing.T) {
	each(t, func(w *world) {
		all, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "", w.nora, w.elias, w.tuva).Slug, cases.Stance{})
		w.must(err)
		w.must(w.desk.Appoint(w.ctx, w.kari, all[1].Slug, w.ina.Person))
		for _, row := range []struct {
			who  tilhor.Actor
			want string
		}{{w.kari, "Elias Moe 5A, Nora Dahl 5A, Tuva Aas 6B"}, {w.ina, "Elias Moe 5A"}} {
			rows, err := w.desk.Matter(w.ctx, row.who, all[1].Slug)
			w.must(err)
			var got []string
			for _, r := range rows {
				got = append(got, r.Name+" "+r.Class)
			}
			slices.Sort(got)
			if s := strings.Join(got, ", "); s != row.want {
				t.Errorf("%s sees %s, want %s", row.who.Role, s, row.want)
			}
		}
		_, err = w.desk.Matter(w.ctx, w.ina, all[0].Slug)
		w.is(err, tilhor.ErrNotFound)
		_, err = w.desk.Matter(w.ctx, w.other, all[0].Slug)
		w.is(err, tilhor.ErrNotFound)
	})
}

// Fifty at a time, the first date first, each case once; and narrowed.
func TestList(t *testing.T) {
	each(t, func(w *world) {
		const many = 53
		for i := range many {
			arena := tilhor.ArenaBreak
			if i%12 == 0 {
				arena = tilhor.ArenaTrip
			}
			tracks, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(arena, fmt.Sprint("Gutt ", i)).Slug, cases.Stance{})
			w.must(err)
			if i%20 == 0 {
				w.must(w.desk.Appoint(w.ctx, w.kari, tracks[0].Slug, w.ina.Person))
			}
			if i == 30 {
				w.days(1)
			}
		}
		var seen []string
		after, pages := "", 0
		for {
			rows, next, err := w.desk.List(w.ctx, w.kari, cases.Filter{After: after})
			w.must(err)
			pages++
			for _, r := range rows {
				seen = append(seen, string(r.DueOn)+string(r.ID))
				if len(r.Duties) == 0 {
					t.Error("a row without its duties")
				}
			}
			if after = next; next == "" {
				break
			}
		}
		if pages != 2 || len(seen) != many || !slices.IsSorted(seen) || len(slices.Compact(seen)) != many {
			t.Errorf("%d pages with %d rows, sorted: %v", pages, len(seen), slices.IsSorted(seen))
		}
		slug := w.stepped(w.nora)
		shut := w.closed(w.elias)
		for _, row := range []struct {
			name string
			who  tilhor.Actor
			f    cases.Filter
			want int
		}{
			{"mine", w.ina, cases.Filter{Mine: true}, 4},
			{"all that I may", w.ina, cases.Filter{}, 4},
			{"rektor handles none", w.kari, cases.Filter{Mine: true}, 0},
			{"on trips", w.kari, cases.Filter{Arena: tilhor.ArenaTrip}, 5},
			{"one pupil", w.kari, cases.Filter{Pupil: w.nora}, 1},
			{"a closed one is not in the everyday list", w.kari, cases.Filter{Pupil: w.elias}, 0},
			{"closed", w.kari, cases.Filter{State: cases.Closed}, 1},
			{"stepped down", w.kari, cases.Filter{State: cases.SteppedDown}, 1},
			{"no such state", w.kari, cases.Filter{State: "gone"}, 0},
			{"another school", w.other, cases.Filter{}, 0},
			{"who tells", w.mona, cases.Filter{}, 0},
			{"a cursor from nowhere", w.kari, cases.Filter{Mine: true, After: "'; DROP"}, 0},
			{"a cursor after all", w.kari, cases.Filter{After: "9999-12-31~"}, 0},
		} {
			rows, _, err := w.desk.List(w.ctx, row.who, row.f)
			w.must(err)
			if len(rows) != row.want {
				t.Errorf("%s: %d rows, want %d", row.name, len(rows), row.want)
			}
		}
		if n, err := w.desk.CountOpen(w.ctx, w.kari); err != nil || n != many+1 {
			t.Errorf("%d are open: %v", n, err)
		}
		if w.see(slug).Name != "Nora Dahl" || w.see(shut).Name != "Elias Moe" {
			t.Error("a name is missing")
		}
	})
}

// My measures: on their weekdays, from their first day to their last, and what
// was not ticked off on the last working day.
func TestMine(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.heard(slug)
		m := func(what, weekdays string, from, until int) cases.Measure {
			k := cases.Measure{Problem: "x", What: what, Doer: w.jonas.Person, Weekdays: weekdays, Start: w.in(from), Evaluate: w.in(40)}
			if until > 0 {
				k.Until = w.in(until)
			}
			return k
		}
		theirs := m("Monas", "", 0, 0)
		theirs.Doer = w.mona.Person
		w.planned(slug, m("Hver dag", "", 0, 0), m("Man og ons", "13", 0, 0), m("Til tirsdag", "", 0, 1), m("Fra onsdag", "", 2, 0), theirs)
		tick := func(what string, on int) {
			t.Helper()
			for _, k := range w.see(slug).Measures {
				if k.What == what {
					w.must(w.desk.Tick(w.ctx, w.jonas, k.ID, w.in(on), true, ""))
				}
			}
		}
		check := func(day, now, before string) {
			t.Helper()
			sorted := func(s string) string {
				all := strings.Split(s, ", ")
				slices.Sort(all)
				return strings.Join(all, ", ")
			}
			a, b := w.chores(w.jonas)
			if sorted(a) != sorted(now) || sorted(b) != sorted(before) {
				t.Errorf("%s: today %q, before %q; want %q, %q", day, a, b, now, before)
			}
		}
		check("Monday", "Hver dag, Man og ons, Til tirsdag", "")
		tick("Man og ons", 0)
		tick("Hver dag", 0)
		if a, _ := w.chores(w.jonas); !strings.HasPrefix(a, "Til tirsdag, ") {
			t.Errorf("what is left does not come first: %s", a)
		}
		w.days(1)
		check("Tuesday", "Hver dag, Til tirsdag", "Til tirsdag")
		tick("Til tirsdag", -1)
		check("Tuesday, ticked for Monday", "Hver dag, Til tirsdag", "")
		w.days(1)
		check("Wednesday", "Hver dag, Man og ons, Fra onsdag", "Hver dag, Til tirsdag")
		w.days(2)
		check("Friday", "Hver dag, Fra onsdag", "Hver dag, Fra onsdag")
		w.days(1)
		check("Saturday", "", "Hver dag, Fra onsdag")
		w.days(1)
		check("Sunday", "", "Hver dag, Fra onsdag")
		w.days(1)
		check("Monday again", "Hver dag, Man og ons, Fra onsdag", "Hver dag, Fra onsdag")
		w.days(25)
		check("Christmas Day, a Friday", "", "Hver dag, Fra onsdag")
	})
}

// A measure is ticked off by the one who carries it out, for a day it was for.
func TestTickIsRefused(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.heard(slug)
		w.planned(slug, edit(w.measure(), func(m *cases.Measure) { m.Until = w.in(3) }))
		id := w.see(slug).Measures[0].ID
		w.days(5)
		tick := func(who tilhor.Actor, day tilhor.Date, line string) error {
			return w.desk.Tick(w.ctx, who, id, day, true, line)
		}
		refusals(w.T, []refusal{
			{"tomorrow", tick(w.jonas, w.in(1), ""), "day", "cases.fault.day"},
			{"fifteen days ago", tick(w.jonas, w.in(-15), ""), "day", "cases.fault.day"},
			{"no day", tick(w.jonas, "", ""), "day", "cases.fault.day"},
			{"before it began", tick(w.jonas, w.in(-6), ""), "day", "cases.fault.day"},
			{"after it ended", tick(w.jonas, w.in(-1), ""), "day", "cases.fault.day"},
			{"a line too long", tick(w.jonas, w.in(-2), short), "line", "cases.fault.short"},
		})
		for _, who := range []tilhor.Actor{w.mona, w.ina, w.kari, w.other} {
			w.is(tick(who, w.in(-2), ""), tilhor.ErrNotFound)
		}
		w.must(tick(w.jonas, w.in(-2), "Det gikk fint."))
		w.planned(slug, edit(w.measure(), func(m *cases.Measure) { m.Doer = w.mona.Person }))
		w.is(tick(w.jonas, w.in(-2), ""), tilhor.ErrNotFound) // the plan it stood in is replaced
		if r := w.see(slug).Of(cases.Ticked); len(r) != 1 || r[0].Text["line"] != "Det gikk fint." {
			t.Errorf("%d ticks are kept", len(r))
		}
	})
}

// A measure that was to begin later is in force from the first time it is
// carried out, whatever another measure did before.
func TestAMeasureBegunLater(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.desk.Protect(w.ctx, w.ina, slug, cases.Urgent{What: "Voksen ute.", Doer: w.jonas.Person, Start: w.in(0)}))
		w.must(w.desk.Tick(w.ctx, w.jonas, w.see(slug).Measures[0].ID, w.in(0), true, ""))
		w.heard(slug)
		w.planned(slug, w.measure())
		w.days(1)
		w.must(w.desk.Evaluate(w.ctx, w.ina, slug, w.evaluation(cases.NotSafe, cases.Change)))
		w.planned(slug, edit(w.measure(), func(m *cases.Measure) { m.Start = w.in(2) }))
		if s := w.state(w.see(slug), "k12.measures"); s != duty.Open {
			t.Fatalf("before the new measure begins, the duty to correct stands %s", s)
		}
		w.days(2)
		w.must(w.desk.Tick(w.ctx, w.jonas, w.see(slug).Measures[len(w.see(slug).Measures)-1].ID, w.in(0), true, ""))
		if s := w.state(w.see(slug), "k12.measures"); s == duty.Open {
			t.Errorf("it is carried out, and the duty to correct stands %s", s)
		}
	})
}

// The check afterwards: what the pupil says decides what becomes of the track.
func TestAskAgain(t *testing.T) {
	each(t, func(w *world) {
		for _, row := range []struct {
			name   string
			make   func(tilhor.PersonID) string
			answer string
			next   int
			state  cases.State
			check  bool // it is asked again
		}{
			{"closed, still safe", w.closed, cases.SafeNow, 0, cases.Closed, false},
			{"closed, still safe, and asked once more", w.closed, cases.SafeNow, 30, cases.Closed, true},
			{"closed, no answer", w.closed, cases.NoAnswer, 14, cases.Closed, true},
			{"closed, not safe", w.closed, cases.NotSafe, 0, cases.Open, false},
			{"stepped down, safe now", w.stepped, cases.SafeNow, 14, cases.SteppedDown, true},
			{"stepped down, no answer", w.stepped, cases.NoAnswer, 14, cases.SteppedDown, true},
			{"stepped down, not safe", w.stepped, cases.NotSafe, 0, cases.Open, false},
		} {
			slug := row.make(w.nora)
			ended := w.see(slug).Ended
			w.days(35)
			a := cases.Asking{At: w.now(), Way: "self", Answer: row.answer, Words: "Ja."}
			if row.next > 0 {
				a.Next = w.in(row.next)
			}
			w.must(w.desk.AskAgain(w.ctx, w.ina, slug, a))
			f := w.see(slug)
			if f.State != row.state || (f.CheckOn != "") != row.check || row.check && f.CheckOn != a.Next {
				t.Errorf("%s: it is %s, checked on %q", row.name, f.State, f.CheckOn)
			}
			if row.state == cases.Closed && !f.Ended.Equal(ended) {
				t.Errorf("%s: it ended on %s, and now on %s", row.name, ended, f.Ended)
			}
			if row.answer == cases.NotSafe && w.state(f, "k12.measures") != duty.Open {
				t.Errorf("%s: the duty to correct stands %s", row.name, w.state(f, "k12.measures"))
			}
			if !row.check && row.state != cases.Open { // nothing to ask again for
				w.is(w.desk.AskAgain(w.ctx, w.ina, slug, a), tilhor.ErrConflict)
			}
			if f.State != cases.Closed {
				continue
			}
			w.must(w.desk.Reopen(w.ctx, w.ina, slug, "Det har begynt igjen."))
			if got := w.see(slug); got.State != cases.Open || got.CheckOn != "" || !got.Ended.IsZero() || w.state(got, "k12.investigate") != duty.Open {
				t.Errorf("%s: opened again it is %s, ended %s", row.name, got.State, got.Ended)
			}
		}
	})
}

// A track that was stepped down and is opened again is looked into anew, and its
// silence is noticed as in any open track.
func TestInquiryAfterSteppingDown(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.desk.Inquire(w.ctx, w.ina, slug, cases.SourceOf{Kind: "observation", Text: "Så det to ganger.", At: w.now()}))
		w.must(w.desk.Find(w.ctx, w.ina, slug, "Ingen voksen der.", []string{string(w.see(slug).Last(cases.Source).ID)}))
		w.must(w.desk.FinishInquiry(w.ctx, w.ina, slug))
		w.heard(slug)
		w.planned(slug, w.measure())
		w.must(w.desk.StepDown(w.ctx, w.kari, slug, cases.Step{View: "Vet ikke.", Way: "self", Reason: "Målt over tid.", Recheck: w.in(35), Told: true}))
		if s := w.state(w.see(slug), "k12.investigate"); s != duty.Met {
			t.Fatalf("the inquiry is done, and stands %s", s)
		}
		w.days(10)
		w.must(w.desk.Reopen(w.ctx, w.ina, slug, "Det har begynt igjen."))
		if s := w.state(w.see(slug), "k12.investigate"); s != duty.Open {
			t.Errorf("opened again, the duty to look into it stands %s", s)
		}
		w.days(30)
		if s := w.state(w.see(slug), "k12.document"); s == duty.Open {
			t.Errorf("after a month of silence the duty to write it down stands %s", s)
		}
	})
}

// A track that is opened again is inquired into again: what was found the
// first time ends no second inquiry.
func TestInquiryAfterReopening(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		inquire := func() {
			t.Helper()
			w.must(w.desk.Inquire(w.ctx, w.ina, slug, cases.SourceOf{Kind: "observation", Text: "Så det to ganger.", At: w.now()}))
		}
		find := func() {
			t.Helper()
			w.must(w.desk.Find(w.ctx, w.ina, slug, "Ingen voksen der.", []string{string(w.see(slug).Last(cases.Source).ID)}))
		}
		inquire()
		inquire()
		find()
		w.must(w.desk.FinishInquiry(w.ctx, w.ina, slug))
		w.heard(slug)
		w.planned(slug, w.measure())
		w.must(w.desk.Evaluate(w.ctx, w.ina, slug, w.evaluation(cases.SafeNow, cases.Finish)))
		w.must(w.desk.Close(w.ctx, w.kari, slug, cases.Ending{Words: "Det er trygt nå.", CheckOn: w.in(30)}))
		w.days(30)
		w.must(w.desk.Reopen(w.ctx, w.ina, slug, "Det har begynt igjen."))
		refusals(w.T, []refusal{{"the old findings", w.desk.FinishInquiry(w.ctx, w.ina, slug), "finding", "cases.fault.no-finding"}})
		inquire()
		f := w.see(slug)
		if n := len(f.Of(cases.Started)); n != 2 {
			t.Errorf("the inquiry began %d times, want once before and once after", n)
		}
		if s := w.state(f, "k12.investigate"); s != duty.Met {
			t.Errorf("the second inquiry has begun, and stands %s", s)
		}
		find()
		w.must(w.desk.FinishInquiry(w.ctx, w.ina, slug))
	})
}

// A talk on the day the school came to know counts, though its hour is not
// known, and though it is written down before noon or after.
func TestATalkOnTheFirstDay(t *testing.T) {
	each(t, func(w *world) {
		w.Later(5 * time.Hour) // the school came to know at three in the afternoon
		slug := w.taken(w.nora)
		noon := w.Now().Add(-3 * time.Hour)
		w.days(1)
		w.must(w.desk.Hear(w.ctx, w.ina, slug, cases.Talk{At: tilhor.When{At: noon, Precision: tilhor.Day}, Answer: cases.Spoke, How: "none", Words: "Jeg vil ikke ut."}))
		for _, l := range w.see(slug).Lacks {
			if l.Key == "cases.lack.heard" {
				t.Error("the pupil was heard that day, and the plan says that it was not")
			}
		}
	})
}

// What became of each measure is read back as it was written.
func TestEffectsAreReadBack(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.heard(slug)
		var ms []cases.Measure
		for i := range 5 {
			ms = append(ms, edit(w.measure(), func(m *cases.Measure) { m.What = fmt.Sprint("Tiltak ", i) }))
		}
		w.planned(slug, ms...)
		e := w.evaluation(cases.NotSafe, cases.Change)
		notes := []string{"", "Ja | nei | kanskje", "To\nlinjer", "|", "Bare tekst."}
		for i, m := range w.see(slug).Current().Measures {
			e.Effects = append(e.Effects, cases.Effect{Measure: m.ID, Helped: []string{"yes", "partly", "no", "unknown", "yes"}[i], Then: []string{cases.GoOn, cases.Change, cases.Finish, cases.GoOn, cases.GoOn}[i], Note: notes[i]})
		}
		w.must(w.desk.Evaluate(w.ctx, w.ina, slug, e))
		f := w.see(slug)
		got := f.Last(cases.Evaluated).Effects()
		for range 20 { // in one order, every time
			if again := f.Last(cases.Evaluated).Effects(); !reflect.DeepEqual(again, got) {
				t.Fatal("the order of the effects is another each time")
			}
		}
		byID := func(a, b cases.Effect) int { return strings.Compare(string(a.Measure), string(b.Measure)) }
		slices.SortFunc(got, byID)
		slices.SortFunc(e.Effects, byID)
		if !reflect.DeepEqual(got, e.Effects) {
			t.Errorf("read back: %+v\nwritten: %+v", got, e.Effects)
		}
		// The draft of the next version goes on without the one that ended.
		if d := f.Draft; d == nil || len(d.Measures) != 4 || d.Measures[0].Evaluate != e.Next {
			t.Errorf("the next draft is %+v", d)
		}
	})
}

// An evaluation that ends it sets no date, whatever the form still said.
func TestAnEvaluationThatEndsSetsNoDate(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		e := w.evaluation(cases.SafeNow, cases.Finish)
		e.Next = "1066-10-14"
		w.must(w.desk.Evaluate(w.ctx, w.ina, slug, e))
		f := w.see(slug)
		if on := f.Last(cases.Evaluated).On; on != "" || w.state(f, "k12.evaluate") != duty.Met {
			t.Errorf("it is evaluated again on %q, and stands %s", on, w.state(f, "k12.evaluate"))
		}
	})
}

// Who a described pupil is, once it is known: a pupil of the school, said once
// and by the one who decides. The clocks keep their time.
func TestIdentify(t *testing.T) {
	each(t, func(w *world) {
		all, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "Gutt med gul jakke").Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		slug := all[0].Slug
		if f := w.see(slug); f.Name != "" || f.Described != "Gutt med gul jakke" {
			t.Errorf("the pupil is %q, %q", f.Name, f.Described)
		}
		w.heard(slug)
		began := w.see(slug).Duties[0].TriggeredAt
		w.days(2)
		is := func(who tilhor.Actor, pupil tilhor.PersonID) error { return w.desk.Identify(w.ctx, who, slug, pupil) }
		refusals(w.T, []refusal{
			{"another school's pupil", is(w.kari, w.odin), "pupil", "cases.fault.pupil"},
			{"an employee", is(w.kari, w.jonas.Person), "pupil", "cases.fault.pupil"},
			{"nobody", is(w.kari, ""), "pupil", "cases.fault.pupil"},
		})
		w.is(is(w.ina, w.elias), tilhor.ErrNotFound)
		w.must(is(w.kari, w.elias))
		w.is(is(w.kari, w.nora), tilhor.ErrConflict)
		f := w.see(slug)
		if f.Name != "Elias Moe" || f.Class != "5A" || !f.Duties[0].TriggeredAt.Equal(began) || f.Duties[0].Pupil != string(w.elias) {
			t.Errorf("the pupil is %s %s since %s", f.Name, f.Class, f.Duties[0].TriggeredAt)
		}
		if talk := f.Last(cases.Voice); !f.Own(*talk) {
			t.Error("its talk from before is not its own any more")
		}
		w.planned(slug, w.measure()) // heard before it had a name is heard
	})
}

// What the family took up with rektor: the week runs from then, whoever it was
// and whenever it was written down (§ 12-6).
func TestRaise(t *testing.T) {
	each(t, func(w *world) {
		for _, row := range []struct {
			by    string
			pupil tilhor.PersonID
		}{{"pupil", w.nora}, {"parent", w.elias}} {
			slug := w.taken(row.pupil)
			w.days(4)
			r := cases.Raise{By: row.by, At: tilhor.When{At: w.Now().Add(-48 * time.Hour), Precision: tilhor.Exact}, Text: "Ringte og ba om hjelp."}
			w.is(w.desk.Raise(w.ctx, w.ina, slug, r), tilhor.ErrNotFound) // it is rektor it is taken up with
			w.must(w.desk.Raise(w.ctx, w.kari, slug, r))
			f := w.see(slug)
			if len(f.Windows) != 1 || f.Windows[0].RaisedAt != w.in(-2) || f.Windows[0].CalendarWeek != w.in(5) {
				t.Errorf("%s: the window is %+v, asked on %s", row.by, f.Windows, w.in(0))
			}
			if got := f.Last(cases.RaisedBy); got.Answer != row.by || !got.Late() {
				t.Errorf("%s: written as %+v", row.by, got)
			}
			if s := w.state(f, "k12.measures"); s != duty.Open {
				t.Errorf("%s: the duty to correct stands %s", row.by, s)
			}
		}
	})
}

// The reporter is asked to do something: never in words that name another pupil.
func TestTheReporterIsToldOfNoOtherPupil(t *testing.T) {
	each(t, func(w *world) {
		for _, row := range []struct {
			ask  string
			want bool
		}{
			{"Se til Elias Moe i friminuttet.", true},
			{"Følg elias moe til garderoben.", true},
			{"Hold Nora Dahl unna.", false},
			{"Hold NORA DAHL unna!", false},
			{"Ring Nora Dahlstrøm i PPT.", true}, // another, whose name begins alike
			{"Ring Lenora Dahl i PPT.", true},
			{"", true},
		} {
			_, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "", w.elias).Slug, cases.Stance{Ask: row.ask})
			if !row.want {
				refusals(w.T, []refusal{{row.ask, err, "ask", "concerns.fault.names-other"}})
			} else if err != nil {
				t.Errorf("%q: %v", row.ask, err)
			}
		}
	})
}
