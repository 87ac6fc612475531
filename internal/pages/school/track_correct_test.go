package school_test

import (
	"context"
	"strings"
	"testing"

	"tilhor/internal/cases"
)

// What was put right is read beside the old text: in the chronology, in print
// and in the plan, and the old text is never gone.
func TestCorrectOnPages(t *testing.T) {
	w := newWorld(t)
	ctx, slug := context.Background(), w.track("Jeg står alene.", "nora")
	w.must(w.cases.Write(ctx, w.sosial, slug, cases.Line{What: "note", Text: "Nora kom for sent 20. november."}))
	at := "/saker/" + slug
	body := w.pages(w.ina, at+"/retting", "Rett noe i saken til Nora", "Nora kom for sent 20. november.", "Da er det rektor som avgjør")
	lacks(t, mainOf(body), " checked", `value="no"`)
	w.refused(w.ina, at+"/retting", form("correct", "Bussen var sen.", "reason", "Mor viste det."), "Velg en linje fra saken.", "Velg hvem som ber om det.", "Velg om det blir rettet.", "Bussen var sen.")
	f, err := w.cases.See(ctx, w.kari, slug, "whole")
	w.must(err)
	id := string(f.Last(cases.Wrote).ID)
	to := w.sent(w.ina, at+"/retting", form("record", id, "asker", "parent", "granted", "yes", "correct", "Bussen var sen.", "reason", "Mor viste det."))
	body = w.pages(w.ina, to, "Det riktige står i saken nå", "Nora kom for sent 20. november.", "Rettet 23.", ": Bussen var sen.", "fordi en forelder ba om det")
	if strings.Index(body, "Nora kom for sent") > strings.Index(body, "Bussen var sen.") {
		t.Error("the old text does not stand first")
	}
	w.pages(w.ina, at+"/utskrift", "Nora kom for sent 20. november.", "Rettet 23.", ": Bussen var sen.")
	w.refused(w.rektor, at+"/retting", form("record", id, "asker", "pupil", "granted", "no", "correct", "Jeg var ikke sen."), "Skriv hvorfor.")
	to = w.sent(w.rektor, at+"/retting", form("record", id, "asker", "pupil", "granted", "no", "correct", "Jeg var ikke sen.", "reason", "To voksne så det."))
	w.pages(w.rektor, to, "Det står i saken at det ikke ble rettet", "Personens egen versjon: Jeg var ikke sen.", "Skolens grunner: To voksne så det.")
}
