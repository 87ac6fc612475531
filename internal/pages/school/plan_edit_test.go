package school_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
)

// measure fills in one measure of the form.
func (w *world) measure(f url.Values, n string, what string, more ...string) url.Values {
	f.Set("m"+n+"-problem", "Ingen voksen er der etter gym.")
	f.Set("m"+n+"-what", what)
	f.Set("m"+n+"-when", "Før og etter gym")
	f.Set("m"+n+"-start", "23.11.2026")
	f.Set("m"+n+"-doer", string(w.teacher.Person))
	f.Set("m"+n+"-evaluate", "04.12.2026")
	for i := 0; i+1 < len(more); i += 2 {
		f.Set("m"+n+"-"+more[i], more[i+1])
	}
	f.Set("n", n)
	return f
}

// hears and weighs, so that the gate of the plan is open.
func (w *world) ready(slug string) {
	w.t.Helper()
	ctx := context.Background()
	w.must(w.cases.Hear(ctx, w.sosial, slug, cases.Talk{Answer: cases.Spoke, Words: "Da blir jeg redd.", Wants: "At en voksen er der til jeg er ute.", How: "none"}))
	w.must(w.cases.Weigh(ctx, w.sosial, slug, cases.Weighing{Interests: "Trygghet.", View: "Vil ha en voksen nær.", Weighing: "Nora bestemmer.", Conclusion: "Jonas er der."}))
}

var revOf = regexp.MustCompile(`name="rev" value="(\d+)"`)

func rev(t *testing.T, body string) string {
	t.Helper()
	m := revOf.FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no rev in\n%s", mainOf(body))
	}
	return m[1]
}

func TestThePlan(t *testing.T) {
	w := newWorld(t)
	slug := w.track("De låser døren.", "nora")
	at := "/saker/" + slug + "/plan"
	w.must(w.cases.Protect(context.Background(), w.sosial, slug, cases.Urgent{What: "Jonas står ved døren.", Doer: w.teacher.Person, Start: "2026-11-23"}))
	body := w.pages(w.rektor, at, "Skriv planen for at Nora skal ha det trygt", "Jonas står ved døren.", "Eleven er ikke hørt", "Det som er best for eleven, er ikke vurdert", `value="23.11.2026"`)
	lacks(t, body, `value="approve"`)

	t.Run("a row more keeps what was typed", func(t *testing.T) {
		f := w.measure(form("do", "add", "rev", "0"), "1", "Jonas står i døren.", "weekdays", "4")
		r := w.Post(w.rektor, at, f)
		body := w.shown(r, http.StatusOK, "Tiltak 2", "Jonas står i døren.", "Før og etter gym", `name="n" value="2"`)
		if !strings.Contains(body, `name="m1-weekdays" value="4" checked`) {
			t.Error("the day is lost")
		}
		body = w.shown(w.Post(w.rektor, at, w.measure(w.measure(form("do", "remove-1", "rev", "0"), "1", "Bort."), "2", "Ina spør hvordan det gikk.")), http.StatusOK, "Ina spør hvordan det gikk.", `name="n" value="1"`)
		lacks(t, body, "Bort.", "Tiltak 2")
	})
	t.Run("vague words are asked about, and saved", func(t *testing.T) {
		f := w.measure(form("do", "save", "rev", "0"), "1", "Følge ekstra med i friminuttet", "doer", "", "evaluate", "")
		body := w.page(w.rektor, w.sent(w.rektor, at, f), "Kladden er lagret.", "Ikke konkret ennå", "Hvem ser etter hva, hvor og når?", "Fire ting mangler", "sier ikke hvem som skal gjennomføre", `href="#m1-doer"`, `href="#m1-evaluate"`, `<option value="sfo">SFO</option>`)
		lacks(t, body, `value="approve"`)
	})
	t.Run("what cannot be kept is refused", func(t *testing.T) {
		f := w.measure(form("do", "save", "rev", "1"), "1", "Jonas står i døren.", "evaluate", "20.11.2026", "start", "snart")
		w.refused(w.rektor, at, f, `value="snart"`, "Jonas står i døren.")
		f = w.measure(form("do", "save", "rev", "1"), "1", "Jonas står i døren.", "evaluate", "20.11.2026")
		w.refused(w.rektor, at, f, "kan ikke evalueres før det begynner", `id="m1-evaluate-fault"`)
		f = w.measure(w.measure(form("do", "save", "rev", "1"), "2", "Jonas står i døren.", "evaluate", "20.11.2026"), "2", "Jonas står i døren.", "evaluate", "20.11.2026")
		for k := range f { // an empty row first: the fault still stands at its own measure
			if strings.HasPrefix(k, "m1-") {
				f.Del(k)
			}
		}
		w.refused(w.rektor, at, f, `id="m1-evaluate-fault"`, "Jonas står i døren.", `name="n" value="1"`)
	})
	t.Run("approval is refused with the gate", func(t *testing.T) {
		f := w.measure(form("do", "approve", "rev", "1"), "1", "Jonas står i døren.")
		body := w.refused(w.rektor, at, f, "Eleven er ikke hørt", "Det som er best for eleven, er ikke vurdert", "Jonas står i døren.", `id="gate"`)
		if rev(t, body) != "2" {
			t.Error("what was typed is not saved")
		}
		w.ready(slug)
		w.refused(w.rektor, at, w.measure(form("do", "approve", "rev", "2"), "1", "Jonas står i døren.", "doer", ""), "sier ikke hvem som skal gjennomføre", `href="#m1-doer"`)
	})
	body = w.page(w.rektor, at, "Én ting mangler før planen kan godkjennes", "At en voksen er der til jeg er ute.")
	body = w.page(w.ina, w.sent(w.ina, at, w.measure(form("do", "save", "rev", rev(t, body)), "1", "Jonas står i døren.")), "klar for rektor", "Rektor kan godkjenne nå")
	lacks(t, body, `value="approve"`)
	if r := w.Post(w.ina, at, w.measure(form("do", "approve", "rev", rev(t, body)), "1", "Jonas står i døren.")); r.StatusCode != http.StatusNotFound {
		t.Errorf("the handler may approve: %d", r.StatusCode)
	}
	body = w.pages(w.rektor, at, "Planen for Nora kan godkjennes", `value="approve"`, "De fem punktene er på plass")
	once := w.measure(form("do", "approve", "rev", rev(t, body)), "1", "Jonas står i døren.")
	to := w.sent(w.rektor, at, once)
	if again := w.sent(w.rektor, at, once); again != to {
		t.Error("approved twice")
	}
	w.pages(w.rektor, to, "Planen er godkjent og gjelder nå.", "Planen for Nora gjelder fra 23.", "Evaluer sammen med Nora", "Jonas står i døren.", "Jonas Lund", "Godkjent av Kari Lund")
	mine, _, err := w.cases.Mine(context.Background(), w.teacher)
	w.must(err)
	if len(mine) != 1 || mine[0].What != "Jonas står i døren." {
		t.Errorf("the teacher has %v", mine)
	}

	t.Run("the next version", func(t *testing.T) {
		body := w.pages(w.ina, at+"?endre=1", "Endre planen for Nora", "Jonas står i døren.", "Hva er endret, og hvorfor?")
		w.Later(20 * time.Minute)
		w.sent(w.ina, at, w.measure(form("do", "save", "rev", rev(t, body), "why", "«Han går før jeg er ferdig.»"), "1", "Jonas står i døren til den siste er ute."))
		diff := w.pages(w.ina, at+"/forskjeller?fra=1&til=2", "Én ting er endret i planen", "<ins>døren til den siste er ute.</ins>", "Han går før jeg er ferdig.", "Versjon 2, kladd")
		if !strings.Contains(diff, "<del>døren.</del>") {
			t.Errorf("nothing is struck through:\n%s", mainOf(diff))
		}
		w.shown(w.Get(w.ina, at+"/forskjeller?fra=1&til=7"), http.StatusNotFound)
	})
	t.Run("on paper", func(t *testing.T) {
		body := w.pages(w.ina, at+"/utskrift?versjon=1", "Plan for at Nora skal ha det trygt", "Da blir jeg redd.", "Jonas står i døren.", "Evalueres", "Nora bestemmer.", "Statsforvalteren når det har gått en uke", "Ina Lund, som har saken", "55 00 00 00", "Åpnet for utskrift av Ina Lund")
		lacks(t, body, "til den siste er ute")
		w.pages(w.ina, at+"/utskrift?versjon=2", "Kladd. Ikke godkjent.")
		w.shown(w.Get(w.ina, at+"/utskrift?versjon=9"), http.StatusNotFound)
		w.pages(w.ina, "/saker/"+slug+"/utskrift", "Alt som er skrevet om Noras sak", "Skolen fikk vite det", "Planen ble godkjent, versjon 1", "Nora bestemmer.")
	})
}

// Two who write at once both keep their text, and the second chooses.
func TestTwoWriteThePlan(t *testing.T) {
	w := newWorld(t)
	slug := w.track("", "nora")
	at := "/saker/" + slug + "/plan"
	w.sent(w.ina, at, w.measure(form("do", "save", "rev", "0"), "1", "Jonas følger klassen."))
	w.sent(w.ina, at, w.measure(form("do", "save", "rev", "1"), "1", "Jonas følger klassen til garderoben."))
	r := w.Post(w.rektor, at, w.measure(form("do", "approve", "rev", "1"), "1", "Hilde står i døren.", "doer", string(w.Person("deputy-solbakken")), "weekdays", "1"))
	body := w.shown(r, http.StatusConflict, "Ina Lund", "Jonas følger klassen til", "Hilde står i", "Hilde Lund", "Jonas Lund", "mandag", `name="rev" value="2"`)
	lacks(t, body, "Før og etter gym</") // only what differs
	if !strings.Contains(body, `name="do" value="save"`) || strings.Contains(body, `value="approve"`) {
		t.Error("a choice between two texts would approve the plan")
	}
	if strings.Contains(body, `name="m1-problem--valg"`) {
		t.Error("what is the same is asked about")
	}
	choice := form("rev", "2", "n", "1", "do", "save", "m1-what--valg", "begge", "m1-what--begge", "Jonas følger klassen, og Hilde står i døren.", "m1-doer-name--valg", "andre",
		"m1-doer-name--andre", "Jonas Lund", "m1-doer-name--min", "Hilde Lund", "m1-weekdays-words--valg", "min", "m1-weekdays-words--min", "mandag og tirsdag", "m1-problem", "Ingen voksen er der.",
		"m1-when", "Gym", "m1-start", "23.11.2026", "m1-evaluate", "04.12.2026", "m1-doer", string(w.Person("deputy-solbakken")))
	body = w.page(w.rektor, w.sent(w.rektor, at, choice), "Jonas følger klassen, og Hilde står i døren.")
	for _, want := range []string{`value="` + string(w.teacher.Person) + `" selected`, `value="1" checked`, `value="2" checked`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in\n%s", want, mainOf(body))
		}
	}
	choice.Set("nokkel", tilhor.NewID())
	choice.Set("rev", "3")
	choice.Set("m1-doer-name--valg", "begge")
	choice.Set("m1-doer-name--begge", "Jonas og Hilde")
	w.refused(w.rektor, at, choice, "Velg ett navn.", "Jonas følger klassen, og Hilde står i døren.")
}

// A plan that was approved while another wrote becomes the ground of the next.
func TestAPlanApprovedMeanwhile(t *testing.T) {
	w := newWorld(t)
	slug := w.track("", "nora")
	at := "/saker/" + slug + "/plan"
	w.ready(slug)
	w.sent(w.ina, at, w.measure(form("do", "save", "rev", "0"), "1", "Jonas står i døren."))
	w.sent(w.rektor, at, w.measure(form("do", "approve", "rev", "1"), "1", "Jonas står i døren."))
	body := w.shown(w.Post(w.ina, at, w.measure(form("do", "save", "rev", "1"), "1", "Jonas og Ina står i døren.")), http.StatusConflict, "Kari Lund", `name="rev" value="0"`)
	_ = body
	w.page(w.ina, w.sent(w.ina, at, w.measure(form("do", "save", "rev", "0"), "1", "Jonas og Ina står i døren.")), "versjon 2, kladd")
}
