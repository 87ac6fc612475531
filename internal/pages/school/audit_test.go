package school_test

import (
	"context"
	"testing"

	"tilhor/internal/cases"
)

// The three tests stand on the page of the case, with their rules in words, and
// in rektor's list.
func TestTheTestsOfAnAudit(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	slug := w.track("De låser døren.", "nora")
	base := "/saker/" + slug
	w.page(w.ina, base, "Tåler saken en kontroll?", "Ja. Den første voksne fikk vite det", "Undersøkelsen er ikke ferdig.", "Det er ingen godkjent plan.", "Loven sier ikke hvor fort.")
	w.must(w.cases.Hear(ctx, w.sosial, slug, cases.Talk{Answer: cases.Spoke, How: "none", Words: "Jeg vil ikke ut."}))
	w.must(w.cases.Weigh(ctx, w.sosial, slug, cases.Weighing{Interests: "Trygghet.", View: "En voksen.", Weighing: "Tungt.", Conclusion: "Ute."}))
	w.must(w.cases.SavePlan(ctx, w.sosial, slug, 0, cases.Plan{Measures: []cases.Measure{
		{Problem: "Alene.", What: "Følge ekstra med.", Start: "2026-11-23", Doer: w.teacher.Person, Evaluate: "2026-12-07"},
		{Problem: "Alene.", What: "Jonas følger henne ut hver dag.", When: "Storefri", Start: "2026-11-23", Doer: w.teacher.Person, Evaluate: "2026-12-07"},
	}}))
	w.must(w.cases.Approve(ctx, w.kari, slug, 1))
	body := w.pages(w.ina, base, "Planen ble godkjent uten at noe funn var skrevet.", "1 av 2 tiltak i planen er ikke konkrete ennå.", "Tiltak 1: mangler hva som gjøres og når det gjøres.")
	lacks(t, body, "Tiltak 2: mangler", `href="/egenkontroll"`)
	w.page(w.rektor, base, `href="/egenkontroll"`)
	w.page(w.rektor, "/saker", `href="/egenkontroll"`)
	body = w.pages(w.rektor, "/egenkontroll", "Nora Dahl", "0 arbeidsdager", "1 av 2 tiltak", "Slik regner vi", base)
	lacks(t, body, "Følge ekstra med.", "Jeg vil ikke ut.")
	w.page(w.rektor, "/egenkontroll?tilstand=alle", "Nora Dahl", `value="alle" selected`)
	for _, c := range []string{"ina", "jonas"} {
		who := w.ina
		if c == "jonas" {
			who = w.jonas
		}
		if r := w.Get(who, "/egenkontroll"); r.StatusCode != 404 {
			t.Errorf("%s got %d", c, r.StatusCode)
		}
		lacks(t, w.page(who, "/saker"), `href="/egenkontroll"`)
	}
}
