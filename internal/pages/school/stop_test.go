package school_test

import (
	"context"
	"net/http"
	"testing"

	"tilhor/internal/cases"
)

// Rektor blocks what must not be in a case, from the case itself: from then on
// nobody reads it there, in print or in search.
func TestStopOnPages(t *testing.T) {
	w := newWorld(t)
	ctx, slug := context.Background(), w.track("Jeg står alene.", "nora")
	w.must(w.cases.Write(ctx, w.sosial, slug, cases.Line{What: "note", Text: "FEIL-BARN gråt hos meg."}))
	at := "/saker/" + slug
	f, err := w.cases.See(ctx, w.kari, slug, "whole")
	w.must(err)
	w.shown(w.Get(w.ina, at+"/sperre"), http.StatusNotFound)
	body := w.pages(w.rektor, at+"/sperre", "Sperr noe i saken til Nora", "Sperringen virker med en gang")
	lacks(t, mainOf(body), " checked")
	w.refused(w.rektor, at+"/sperre", form("why", "Feil elev."), "Velg en linje fra saken.", "Skriv hvorfor.", "Feil elev.")
	to := w.sent(w.rektor, at+"/sperre", form("do", "stop", "record", string(f.Last(cases.Wrote).ID), "reason", "wrong-child", "why", "Feil elev."))
	body = w.pages(w.rektor, to, "Det er sperret. Ingen leser det nå.", "Venter på personvernombudet")
	lacks(t, mainOf(body), "FEIL-BARN")
	for _, page := range []string{"", "/utskrift", "/retting"} {
		body = w.page(w.rektor, at+page, "Nora")
		lacks(t, mainOf(body), "FEIL-BARN")
	}
	w.pages(w.ina, at, "Sperret: ingen leser det som sto her")
}
