package cases_test

import (
	"slices"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
)

// Every measure of the library has all its words in every language, says for whom
// it is and what is known of it, and is not concrete as it stands.
func TestTheLibraryIsWhole(t *testing.T) {
	if len(cases.Library) < 15 {
		t.Errorf("%d measures", len(cases.Library))
	}
	seen := map[string]bool{}
	for _, s := range cases.Library {
		if seen[s.ID] || len(s.Ages) == 0 || len(s.Places) == 0 {
			t.Errorf("%+v", s)
		}
		seen[s.ID] = true
		for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk, tilhor.English} {
			w := lang.For(l)
			for _, key := range []string{"", ".text", ".takes"} {
				if !w.Has("library." + s.ID + key) {
					t.Errorf("library.%s%s has no text in %s", s.ID, key, l)
				}
			}
			m := cases.Measure{What: w.T("library." + s.ID + ".text"), When: "Hver dag", Start: "2026-11-23", Doer: "jonas", Evaluate: "2026-12-07", Problem: "Alene."}
			if !m.Blank() || !slices.Equal(m.Unclear(), []string{"what"}) {
				t.Errorf("%s is concrete as it stands in %s", s.ID, l)
			}
			m.What = strings.NewReplacer("[", "", " …]", "").Replace(m.What)
			if m.Blank() || len(m.Unclear()) > 0 {
				t.Errorf("%s is not concrete when it is filled in, in %s: %q", s.ID, l, m.What)
			}
		}
	}
	for _, age := range append([]string{""}, cases.Ages...) {
		for _, situation := range append([]string{""}, cases.Situations...) {
			for _, s := range cases.Samples(age, situation) {
				if age != "" && !slices.Contains(s.Ages, age) || situation != "" && !slices.Contains(s.Places, situation) {
					t.Errorf("%s for %q, %q", s.ID, age, situation)
				}
			}
		}
	}
	if n := len(cases.Samples("", "")); n != len(cases.Library) || len(cases.Samples("", "digital")) == n {
		t.Error("the choice changes nothing")
	}
}

// A measure with brackets still in it is no plan.
func TestBracketsAreNotApproved(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.heard(slug)
		m := w.measure()
		m.What = "[hvem …] følger eleven ut i storefri."
		w.must(w.desk.SavePlan(w.ctx, w.ina, slug, 0, cases.Plan{Measures: []cases.Measure{m}}))
		want := cases.Lack{Key: "cases.lack.blank", Page: "plan", Measure: 1, Field: "what"}
		missing, ok := w.desk.Approve(w.ctx, w.kari, slug, 1).(cases.Missing)
		if !ok || !slices.Contains(missing.Lacks, want) {
			w.T.Fatalf("%v", missing)
		}
		m.What = "Jonas følger eleven ut i storefri."
		w.planned(slug, m)
	})
}
