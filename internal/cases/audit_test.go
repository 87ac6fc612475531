package cases_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
)

// clear is a measure that says what, who, when, and when it is evaluated.
func (w *world) clear() cases.Measure {
	m := w.measure()
	m.What, m.When = "Jonas følger Nora ut i storefri.", "Hvert storefri"
	return m
}

// found writes a source and a finding from it.
func (w *world) found(slug string) {
	w.T.Helper()
	w.must(w.desk.Inquire(w.ctx, w.ina, slug, cases.SourceOf{Kind: "observation", Text: "Sto alene.", At: w.now()}))
	w.must(w.desk.Find(w.ctx, w.ina, slug, "Det skjer i storefri.", []string{string(w.see(slug).Last(cases.Source).ID)}))
}

// worried is a track from a concern that was known at some time.
func (w *world) worried(pupil tilhor.PersonID, known tilhor.When) string {
	w.T.Helper()
	c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
		School: w.Solbakken, Pupils: []tilhor.PersonID{pupil}, Saw: "Sto alene.", Arena: tilhor.ArenaBreak, Happened: known, Known: known,
	})
	w.must(err)
	all, err := w.desk.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
	w.must(err)
	return all[0].Slug
}

// A measure is concrete by rule: what in four words or more, somebody by name,
// when, and when it is evaluated.
func TestAMeasureIsConcreteByRule(t *testing.T) {
	whole := cases.Measure{What: "Jonas følger Nora ut.", When: "Hvert storefri", Start: "2026-11-23", Doer: "jonas", Evaluate: "2026-12-07"}
	for _, x := range []struct {
		name string
		with func(*cases.Measure)
		want []string
	}{
		{"whole", func(*cases.Measure) {}, nil},
		{"days instead of words", func(m *cases.Measure) { m.When, m.Weekdays = "", "24" }, nil},
		{"three words", func(m *cases.Measure) { m.What = "Voksen ved bingen." }, []string{"what"}},
		{"no act", func(m *cases.Measure) { m.What = "Vi skal følge ekstra med i friminuttene." }, []string{"what"}},
		{"left in brackets", func(m *cases.Measure) { m.What = "[hvem …] følger Nora ut i storefri." }, []string{"what"}},
		{"brackets of one's own", func(m *cases.Measure) { m.What = "Jonas [lærer] følger Nora ut." }, nil},
		{"nobody", func(m *cases.Measure) { m.Doer = "" }, []string{"doer"}},
		{"no day to begin", func(m *cases.Measure) { m.Start = "" }, []string{"when"}},
		{"neither days nor when", func(m *cases.Measure) { m.When = "" }, []string{"when"}},
		{"no evaluation", func(m *cases.Measure) { m.Evaluate = "" }, []string{"evaluate"}},
		{"nothing", func(m *cases.Measure) { *m = cases.Measure{} }, []string{"what", "doer", "when", "evaluate"}},
	} {
		m := whole
		x.with(&m)
		if got := m.Unclear(); !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", x.name, got, x.want)
		}
	}
}

// The three tests of one track, as its page tells them and as rektor's list does:
// the list, which opens nothing, never says another thing than the track.
func TestTheThreeTests(t *testing.T) {
	each(t, func(w *world) {
		type verdicts struct{ told, found, concrete cases.Verdict }
		check := func(name, slug string, want verdicts) {
			w.T.Helper()
			a := w.see(slug).Audit()
			if got := (verdicts{a.Told.Verdict, a.Found.Verdict, a.Measures.Verdict}); got != want {
				w.T.Errorf("%s: the track says %v, want %v", name, got, want)
			}
			rows, _, err := w.desk.Audits(w.ctx, w.kari, true, "")
			w.must(err)
			for _, r := range rows {
				if got := (verdicts{r.Told.Verdict, r.Found, r.Concrete}); r.Slug == slug && got != want {
					w.T.Errorf("%s: the list says %v, want %v", name, got, want)
				}
			}
			if !slices.ContainsFunc(rows, func(r cases.AuditRow) bool { return r.Slug == slug }) {
				w.T.Errorf("%s: not in the list", name)
			}
		}
		ago := func(days int) tilhor.When {
			return tilhor.When{At: w.Now().AddDate(0, 0, -days), Precision: tilhor.Exact}
		}
		nora := w.worried(w.nora, ago(0))
		check("taken up", nora, verdicts{cases.Kept, cases.NotYet, cases.NotYet})
		w.heard(nora)
		w.planned(nora, w.measure())
		check("a plan without findings", nora, verdicts{cases.Kept, cases.NotKept, cases.NotKept})
		w.days(1)
		w.found(nora)
		check("a finding afterwards", nora, verdicts{cases.Kept, cases.NotKept, cases.NotKept})
		if a := w.see(nora).Audit(); !a.Found.After || a.Measures.N != 1 || len(a.Measures.Unclear) != 1 {
			w.T.Errorf("%+v", a)
		}
		w.planned(nora, w.clear())
		check("the next plan rests on it", nora, verdicts{cases.Kept, cases.Kept, cases.Kept})

		elias := w.worried(w.elias, ago(4))
		check("told late", elias, verdicts{cases.NotKept, cases.NotYet, cases.NotYet})
		w.found(elias)
		w.must(w.desk.FinishInquiry(w.ctx, w.ina, elias))
		check("the inquiry is finished", elias, verdicts{cases.NotKept, cases.Kept, cases.NotYet})

		tuva := w.worried(w.tuva, tilhor.When{Precision: tilhor.Unknown})
		check("nobody knows when", tuva, verdicts{cases.NotShown, cases.NotYet, cases.NotYet})

		// Opened again: what was found the first time bears no second plan.
		w.must(w.desk.Evaluate(w.ctx, w.ina, nora, w.evaluation(cases.SafeNow, cases.Finish)))
		w.must(w.desk.Close(w.ctx, w.kari, nora, cases.Ending{Words: "Det er trygt nå.", CheckOn: w.in(35)}))
		w.days(2)
		w.must(w.desk.Reopen(w.ctx, w.kari, nora, "Det har begynt igjen."))
		w.Later(time.Hour)
		w.heard(nora)
		w.planned(nora, w.clear())
		check("opened again", nora, verdicts{cases.Kept, cases.NotKept, cases.Kept})
	})
}

// The list is for who decides at the school, page after page, newest first, and
// a protected pupil's name stands in none.
func TestTheAuditListIsRektors(t *testing.T) {
	each(t, func(w *world) {
		w.taken(w.nora)
		for _, who := range []tilhor.Actor{w.ina, w.jonas} {
			if _, _, err := w.desk.Audits(w.ctx, who, true, ""); !errors.Is(err, tilhor.ErrNotFound) {
				w.T.Errorf("%s: %v", who.Role, err)
			}
		}
		if rows, _, err := w.desk.Audits(w.ctx, w.other, true, ""); err != nil || len(rows) != 0 {
			w.T.Errorf("the other school's rektor: %d rows, %v", len(rows), err)
		}
		for range 52 {
			w.Later(time.Second)
			w.taken(w.elias)
		}
		rows, next, err := w.desk.Audits(w.ctx, w.kari, false, "")
		w.must(err)
		if len(rows) != 50 || next == "" || !rows[0].Opened.After(rows[1].Opened) {
			w.T.Fatalf("%d rows, next %q", len(rows), next)
		}
		rest, next, err := w.desk.Audits(w.ctx, w.kari, false, next)
		w.must(err)
		closed := w.closed(w.tuva)
		for every, want := range map[bool]bool{false: false, true: true} {
			rows, _, err := w.desk.Audits(w.ctx, w.kari, every, "")
			w.must(err)
			if got := slices.ContainsFunc(rows, func(r cases.AuditRow) bool { return r.Slug == closed }); got != want {
				w.T.Errorf("all %v: a closed case is listed: %v", every, got)
			}
		}
		if len(rest) != 3 || next != "" || rest[2].Name == "" {
			w.T.Errorf("%d rows, next %q", len(rest), next)
		}
	})
}
