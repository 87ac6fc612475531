package school_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
)

// planned is a track with a plan of two measures in force.
func (w *world) planned(who string) string {
	w.t.Helper()
	slug := w.track("De låser døren.", who)
	w.ready(slug)
	ctx := context.Background()
	m := cases.Measure{Problem: "Ingen voksen er der.", What: "Jonas står i døren.", Start: "2026-11-23", Doer: w.teacher.Person, Evaluate: "2026-12-04"}
	n := m
	n.What = "Ina spør hvordan det gikk."
	w.must(w.cases.SavePlan(ctx, w.sosial, slug, 0, cases.Plan{Measures: []cases.Measure{m, n}}))
	w.must(w.cases.Approve(ctx, w.kari, slug, 1))
	return slug
}

var effectID = regexp.MustCompile(`name="(e\d-id)" value="([a-z0-9]+)"`)

func TestAnEvaluation(t *testing.T) {
	w := newWorld(t)
	slug := w.planned("nora")
	at := "/saker/" + slug + "/evalueringer"
	w.Later(time.Minute)
	w.must(w.cases.Tick(context.Background(), w.teacher, w.doing(slug), "2026-11-23", true, ""))
	body := w.pages(w.ina, at, "Spør Nora: «Har du det trygt nå?»", "Jonas står i døren.", "gjort 1 av 1 gang", "ikke krysset av ennå")
	lacks(t, body, " checked", "title: ")
	if strings.Index(body, `name="answer"`) > strings.Index(body, `name="saw"`) || strings.Index(body, `name="words"`) > strings.Index(body, `name="e1-helped"`) {
		t.Error("something comes before the answer")
	}
	ids := effectID.FindAllStringSubmatch(body, -1)
	base := []string{"e1-id", ids[0][2], "e2-id", ids[1][2], "at", "23.11.2026"}
	body = w.refused(w.ina, at, form(append(base, "words", "Det er bedre.", "e1-helped", "yes", "e1-then", "continue", "then", "continue")...),
		"Velg hva eleven svarte.", "Velg for hvert tiltak om det hjalp.", `id="e2-helped-fault"`, "Det er bedre.", "Skriv hva de voksne har sett.", "Velg neste dato")
	lacks(t, body, `id="e1-helped-fault"`)
	all := append(base, "e1-helped", "partly", "e1-then", "continue", "e1-note", "Bra, sier Nora.", "e2-helped", "no", "e2-then", "end", "saw", "Hun ler mer.", "best", "Bli i klassen.", "way", "self")
	w.refused(w.ina, at, form(append(all, "answer", "not-safe", "words", "Nei, ikke på mandag.", "then", "end")...), "Eleven har ikke sagt at det er trygt.", "Saken kan ikke avsluttes nå", "Nei, ikke på mandag.")
	w.refused(w.ina, at, form(append(all, "answer", "safe", "way", "observation", "then", "end")...), "Velg"[:2]) // two ways, the first counts
	w.refused(w.ina, at, form(append(base, "answer", "safe", "way", "observation", "why", "Vil ikke snakke.", "saw", "x", "best", "x", "then", "end", "e1-helped", "yes", "e1-then", "end", "e2-helped", "yes", "e2-then", "end")...), "må eleven selv ha sagt")

	once := form(append(all, "answer", "not-safe", "words", "Nei, ikke på mandag.", "then", "change", "next", "07.12.2026")...)
	to := w.sent(w.ina, at, once)
	if again := w.sent(w.ina, at, once); again != to || !strings.Contains(to, "/plan") {
		t.Errorf("led to %s, then %s", to, again)
	}
	body = w.page(w.ina, to, "Evalueringen er skrevet inn.", "Jonas står i døren.", `value="07.12.2026"`, "versjon 2, kladd")
	lacks(t, body, "Ina spør hvordan det gikk.")
	w.pages(w.ina, at, "Saken kan ikke avsluttes nå.", "Forrige evaluering", "Nei, ikke på mandag.", "Bra, sier Nora.", "Hun ler mer.", "Neste evaluering")
}

// doing is the first measure of the track that runs.
func (w *world) doing(slug string) (id tilhor.MeasureID) {
	w.t.Helper()
	f, err := w.cases.See(context.Background(), w.kari, slug, "plan")
	w.must(err)
	for _, m := range f.Measures {
		if m.Running && m.What == "Jonas står i døren." {
			return m.ID
		}
	}
	w.t.Fatal("no measure runs")
	return ""
}

func TestNothingToEvaluate(t *testing.T) {
	w := newWorld(t)
	at := "/saker/" + w.track("", "nora") + "/evalueringer"
	body := w.pages(w.ina, at, "Det er ingen plan for Nora å evaluere ennå", "Til planen")
	lacks(t, body, "<textarea")
}
