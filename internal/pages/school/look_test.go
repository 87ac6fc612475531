package school_test

import (
	"context"
	"regexp"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
)

// The plan of an inquiry: what to find out is planned and ticked off, colleagues
// are asked, and how it stands with each is seen here and on the inquiry.
func TestThePlanOfTheInquiry(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	base := "/saker/" + w.track("De låser døren.", "nora")
	at := base + "/undersokelse/plan"
	w.page(w.ina, base+"/undersokelse", `href="`+at+`"`)
	w.pages(w.ina, at, "Plan for undersøkelsen av hvordan Nora har det", "Ingenting er satt opp ennå.", "aldri saken", "Jonas Lund, lærer")
	lacks(t, w.page(w.ina, at), "PP-rådgiver") // comes to the school, and has no page to answer on
	w.refused(w.ina, at, form("do", "sett", "sett-question", "Hva skjer når det ringer inn?", "sett-due", "snart"), "Skriv datoen med dag, måned og år", "Hva skjer når det ringer inn?")
	w.refused(w.ina, at, form("do", "sett", "sett-question", "Hva skjer når det ringer inn?", "sett-due", "25.11.2026"), "Skriv hvem dere spør", "Hva skjer når det ringer inn?")
	w.refused(w.ina, at, form("do", "noe"), "Velg hva du vil gjøre.")
	body := w.page(w.ina, w.sent(w.ina, at, form("do", "sett", "sett-question", "Hva skjer når det ringer inn?", "sett-ask-whom", "Jonas, i korridoren", "sett-due", "25.11.2026")),
		"Det er satt opp.", "Kryss av noe som er gjort", "Jonas, i korridoren")
	w.page(w.ina, base+"/undersokelse", "Ett spørsmål står åpent.")
	do := regexp.MustCompile(`<option value="([a-z0-9]{26})"`).FindStringSubmatch(body)
	w.refused(w.ina, at, form("do", "kryss", "kryss-found-out", "done"), "Velg hva du krysser av.")
	if do == nil {
		t.Fatal("no form to tick it off")
	}
	w.refused(w.ina, at, form("do", "kryss", "kryss-which", do[1], "kryss-found-out", "dropped"), "Skriv hvorfor det ikke trengs.")
	lacks(t, w.page(w.ina, w.sent(w.ina, at, form("do", "kryss", "kryss-which", do[1], "kryss-found-out", "done")), "Det er krysset av.", "Gjort"), "Kryss av noe som er gjort")

	w.refused(w.ina, at, form("do", "spor", "spor-spot", "Storefri", "spor-look", "Hvem er Nora sammen med?", "spor-due", "25.11.2026"), "Velg hvem du spør", "Hvem er Nora sammen med?")
	w.page(w.ina, w.sent(w.ina, at, form("do", "spor", "spor-whom", string(w.teacher.Person), "spor-spot", "Storefri", "spor-look", "Hvem er Nora sammen med?", "spor-due", "25.11.2026")),
		"De er spurt.", "Venter, svar innen", "Trekk et spørsmål")
	w.page(w.ina, base+"/undersokelse", "Venter, svar innen", "Jonas Lund")
	w.page(w.ina, base, "Jonas Lund ble spurt om en observasjon innen 25.")
	all, err := w.cases.Questions(ctx, w.teacher)
	w.must(err)
	w.must(w.cases.Observe(ctx, w.teacher, all[0].ID, cases.Observation{Place: "Ved ballbingen", Saw: "Hun sto alene.", Seemed: "Hun så ned."}))
	w.page(w.ina, at, "Har svart")
	w.pages(w.ina, base+"/undersokelse", "Hun sto alene.", "Slik virket eleven: Hun så ned.", "Jonas Lund")
	w.pages(w.ina, base+"/lesinger", "Et spørsmål til seg selv")
	w.pages(w.ina, base+"/utskrift", "Hun så ned.")

	w.refused(w.ina, at, form("do", "trekk"), "Velg hvilket spørsmål du trekker.")
	w.must(w.cases.Ask(ctx, w.sosial, base[len("/saker/"):], cases.Request{Kind: cases.ForObservation, Whom: []tilhor.PersonID{w.teacher.Person}, Place: "SFO", Look: "Hvem?", Due: "2026-11-24"}))
	all, err = w.cases.Questions(ctx, w.teacher)
	w.must(err)
	w.page(w.ina, base+"/lesinger", "Bare spørsmålet")
	w.page(w.ina, w.sent(w.ina, at, form("do", "trekk", "trekk-which", string(all[0].ID))), "Spørsmålet er trukket.", "Trukket")
	if r := w.Get(w.jonas, at); r.StatusCode != 404 {
		t.Errorf("a stranger got %d", r.StatusCode)
	}
}
