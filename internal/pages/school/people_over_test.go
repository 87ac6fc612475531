package school_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
)

func TestSeveralCasesAreGivenOn(t *testing.T) {
	w := newWorld(t)
	w.pages(w.rektor, "/overlevering", "Ingen har åpne saker")
	nora, elias := w.track("", "nora"), w.track("", "elias")
	mona := w.Actor(tilhor.RoleSFO, w.Solbakken)
	for _, at := range []string{"/overlevering", "/fravaer", "/avgangstrinnet", "/egenkontroll", "/stedfortreder", "/opplaring", "/overforinger", "/skolen/kartlegging"} {
		w.page(w.rektor, at, `class="t-back" href="/skolen"`)
	}
	body := w.pages(w.rektor, "/overlevering", "Hvem sine saker skal gis videre?", "Ina Lund", "To åpne saker")
	lacks(t, body, "Nora", "Elias")
	at := "/overlevering?" + url.Values{"hos": {string(w.sosial.Person)}}.Encode()
	w.pages(w.rektor, at, "Gi videre sakene til Ina Lund", "Hvem får saken om Nora Dahl, 5A?", "Elias Moe, 5A", "Som valgt øverst")
	for _, who := range []*http.Cookie{w.ina, w.jonas} {
		w.page(who, "/fravaer", `class="t-back" href="/i-dag"`)
		w.shown(w.Get(who, "/overlevering"), http.StatusNotFound)
		w.shown(w.Get(who, at), http.StatusNotFound)
	}
	w.must(w.cases.Recuse(t.Context(), w.kari, elias, cases.Recusal{Person: mona.Person, Why: "conflict", Reason: "Nabo."}))
	send := func(pairs ...string) url.Values {
		return form(append([]string{"hos", string(w.sosial.Person), "sak", nora, "sak", elias}, pairs...)...)
	}
	w.refused(w.rektor, "/overlevering", send("all", "", "to-"+nora, "", "note-"+nora, "", "to-"+elias, "", "note-"+elias, ""), "Velg minst én sak")
	w.refused(w.rektor, "/overlevering", send("all", "", "note-"+nora, "Stoler på Mona.", "to-"+elias, "-"), "Velg hvem som får denne saken, eller la den være.", "Stoler på Mona.")
	body = w.refused(w.rektor, "/overlevering", send("all", string(mona.Person), "note-"+nora, "Stoler på Mona.", "note-"+elias, "Møte torsdag."),
		`href="#to-`+elias, "kan ikke", "Stoler på Mona.", "Møte torsdag.")
	if !hasChosen(body, string(mona.Person)) {
		t.Error("who was chosen is lost")
	}
	to := w.sent(w.rektor, "/overlevering", send("all", string(mona.Person), "note-"+nora, "Stoler på Mona.", "to-"+elias, string(w.teacher.Person), "note-"+elias, "Møte torsdag."))
	w.pages(w.rektor, to, "To saker er gitt videre fra Ina Lund", "Kari Lund ga dem videre", "Stoler på Mona.", "Møte torsdag.", "Jonas Lund", "Mona Lund")
	w.shown(w.Get(w.ina, to), http.StatusNotFound)
	w.pages(w.rektor, "/overlevering", "Gitt videre før", `href="`+to+`"`)
	w.pages(w.In(mona), "/saker/"+nora, "Beskjed til Mona Lund, som fikk saken", "Stoler på Mona.")
}

// Cases that somebody else gave on meanwhile: what was typed about them stays on the
// page, and so does a note on a case that is left where it is.
func TestANoteIsNeverLost(t *testing.T) {
	w := newWorld(t)
	nora, elias := w.track("", "nora"), w.track("", "elias")
	mona := w.Actor(tilhor.RoleSFO, w.Solbakken)
	send := func(pairs ...string) url.Values {
		return form(append([]string{"hos", string(w.sosial.Person), "all", string(mona.Person), "sak", nora, "sak", elias, "note-" + nora, "Stoler på Mona.", "note-" + elias, "Møte torsdag."}, pairs...)...)
	}
	w.refused(w.rektor, "/overlevering", send("to-"+elias, "-"), "Du lar saken være, men har skrevet en beskjed.", "Møte torsdag.", `href="#to-`+elias)
	w.must(w.cases.Appoint(t.Context(), w.kari, nora, w.teacher.Person))
	body := w.refused(w.rektor, "/overlevering", send(), "En av sakene har fått en annen imens.", "Det du skrev om saker som ikke står her lenger", "Stoler på Mona.", "Møte torsdag.", "Elias Moe, 5A")
	lacks(t, mainOf(body), `name="note-`+nora)
	w.must(w.cases.Appoint(t.Context(), w.kari, elias, w.teacher.Person))
	w.shown(w.Post(w.rektor, "/overlevering", send("lost", "Ring mormor.")), http.StatusUnprocessableEntity,
		"Sakene har fått en annen imens", "Ring mormor.", "Stoler på Mona.", "Møte torsdag.")
	w.shown(w.Post(w.jonas, "/overlevering", send()), http.StatusNotFound)
}

// More cases than one form takes: the page says that there are more.
func TestMoreCasesThanOneFormTakes(t *testing.T) {
	w := newWorld(t)
	for range 50 {
		w.track("", "nora")
	}
	at := "/overlevering?" + url.Values{"hos": {string(w.sosial.Person)}}.Encode()
	lacks(t, w.pages(w.rektor, at, "Gi videre sakene til Ina Lund"), "Her står de første")
	w.later(time.Minute)
	w.track("", "elias")
	lacks(t, w.pages(w.rektor, at, "Her står de første 50 av 51 saker", "tar resten"), "Elias Moe")
}
