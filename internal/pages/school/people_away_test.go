package school_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
)

func TestWhoIsAwayAndWhoStandsIn(t *testing.T) {
	w := newWorld(t)
	slug := w.track("", "nora")
	mona := w.Actor(tilhor.RoleSFO, w.Solbakken)
	w.pages(w.rektor, "/fravaer", "Hvem er borte, og hvem står inn?", "Ingen er skrevet inn som borte", "Hvem er rektor imens?")
	lacks(t, w.pages(w.ina, "/fravaer", "Skal du være borte?", "Vi spør ikke hvorfor"), "Hvem er borte?", "Hvem er rektor imens?")

	body := w.refused(w.rektor, "/fravaer", form("person", "", "from", "23.11.2026", "until", "x", "cases", string(mona.Person)), "Velg en person fra listen.", "Skriv datoen")
	if !hasChosen(body, string(mona.Person)) {
		t.Error("the stand-in that was chosen is lost")
	}
	w.refused(w.rektor, "/fravaer", form("person", string(w.kari.Person), "from", "23.11.2026", "until", "27.11.2026"), "Velg hvem som står inn for deg som rektor.")
	w.shown(w.Post(w.jonas, "/fravaer", form("person", string(w.sosial.Person), "from", "23.11.2026", "until", "27.11.2026")), http.StatusNotFound)

	to := w.sent(w.rektor, "/fravaer", form("person", string(w.sosial.Person), "from", "23.11.2026", "until", "27.11.2026", "cases", string(mona.Person), "measures", "", "leads", ""))
	w.pages(w.rektor, to, "Fraværet er skrevet inn", "Ina Lund", "Mona Lund har saken", "Er tilbake")
	w.pages(w.ina, "/fravaer", "Mona Lund har saken")
	lacks(t, w.pages(w.jonas, "/fravaer", "Ingen er skrevet inn som borte"), "Mona Lund har saken")
	w.pages(w.In(mona), "/saker/"+slug, "Ina Lund er borte til og med 27.", "Mona Lund står inn", "Mona Lund har saken til og med 27.")
	w.pages(w.In(mona), "/saker", "Mona Lund står inn")
	w.pages(w.rektor, "/saker/"+slug+"/lesinger", "Står inn for den som har saken", "Mona Lund")

	// One case, another stand-in; then for good.
	body = w.pages(w.rektor, "/saker/"+slug+"/ansvar", "Ina Lund er borte fra 23.", "For hvor lenge?", "Fra nå av")
	lacks(t, body, " checked")
	w.refused(w.rektor, "/saker/"+slug+"/ansvar", form("handler", string(w.teacher.Person)), "Velg om det er for en stund")
	w.refused(w.rektor, "/saker/"+slug+"/ansvar", form("handler", string(w.Person("teacher-fjellvik")), "how", "while"), "class=\"ds-error-summary\"")
	to = w.sent(w.rektor, "/saker/"+slug+"/ansvar", form("handler", string(w.teacher.Person), "how", "while"))
	w.pages(w.rektor, to, "Saken har en som står inn", "Jonas Lund står inn")
	w.shown(w.Get(w.In(mona), "/saker/"+slug), http.StatusNotFound)

	w.later(20 * time.Minute)
	id := hidden(w.page(w.rektor, "/fravaer?l=nb"), "id")
	w.shown(w.Post(w.jonas, "/fravaer/tilbake", form("id", id)), http.StatusNotFound)
	to = w.sent(w.rektor, "/fravaer/tilbake", form("id", id))
	w.pages(w.rektor, to, "Fraværet er over", "Ingen er skrevet inn som borte")
	w.shown(w.Get(w.jonas, "/saker/"+slug), http.StatusNotFound)
	lacks(t, w.pages(w.rektor, "/saker/"+slug, "Ina Lund er tilbake"), "står inn</")
}

// hidden is the first hidden field of a name.
func hidden(body, name string) string {
	_, rest, _ := strings.Cut(body, `type="hidden" name="`+name+`" value="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// hasChosen says whether the option of a value is the chosen one.
func hasChosen(body, value string) bool {
	return strings.Contains(body, `value="`+value+`" selected`)
}

// Rektor ends an absence, and somebody stands in still in a case that is closed to
// rektor: who was away is told, and takes it back; rektor learns nothing.
func TestWhoIsBackTakesBackWhatRektorDoesNotSee(t *testing.T) {
	w := newWorld(t)
	anne, other, mona := w.Actor(tilhor.RoleOwnerAdviser, ""), w.Actor(tilhor.RoleRektor, w.Fjellvik), w.Actor(tilhor.RoleSFO, w.Solbakken)
	w.must(w.cases.AppointReceiver(t.Context(), anne, anne.Person))
	all, err := w.cases.TakeForOwner(t.Context(), anne, w.tellsOf(duty.AccusedLeadership, "").Slug, other.Person)
	w.must(err)
	slug := all[0].Slug
	w.must(w.cases.Appoint(t.Context(), other, slug, w.sosial.Person))
	w.must(w.cases.Away(t.Context(), w.kari, cases.Absence{Person: w.sosial.Person, From: "2026-11-23", Until: "2026-11-27"}))
	w.must(w.cases.Cover(t.Context(), other, slug, mona.Person))
	lacks(t, w.page(w.ina, "/fravaer", "Er tilbake"), "Ta tilbake")
	id := hidden(w.page(w.rektor, "/fravaer"), "id")
	w.pages(w.rektor, w.sent(w.rektor, "/fravaer/tilbake", form("id", id)), "Fraværet er over", "Ingen er skrevet inn som borte")
	w.pages(w.ina, "/fravaer", "Fraværet er over. Noen står fortsatt inn, til og med", "Ta tilbake")
	w.page(w.In(mona), "/saker/"+slug)
	w.pages(w.ina, w.sent(w.ina, "/fravaer/tilbake", form("id", id)), "Ingen er skrevet inn som borte")
	w.shown(w.Get(w.In(mona), "/saker/"+slug), http.StatusNotFound)
}

// A measure whose doer is away with nobody instead is told to who leads the case, on
// its own page, and to nobody else.
func TestAMeasureThatNobodyCarriesOut(t *testing.T) {
	w := newWorld(t)
	slug := w.track("", "nora")
	w.must(w.cases.Protect(t.Context(), w.sosial, slug, cases.Urgent{What: "Går sammen med Nora.", Doer: w.teacher.Person, Start: "2026-11-23"}))
	lacks(t, w.page(w.rektor, "/saker/"+slug), "ingen gjør dette imens")
	away := cases.Absence{Person: w.teacher.Person, From: "2026-11-23", Until: "2026-11-27"}
	w.must(w.cases.Away(t.Context(), w.kari, away))
	w.pages(w.rektor, "/saker/"+slug, "Jonas Lund er borte til og med 27.", "og ingen gjør dette imens", "Gi det til en annen", "Går sammen med Nora.")
	lacks(t, w.page(w.ina, "/saker/"+slug), "ingen gjør dette imens")
	w.sent(w.rektor, "/fravaer/tilbake", form("id", hidden(w.page(w.rektor, "/fravaer"), "id")))
	away.Measures = w.Actor(tilhor.RoleSFO, w.Solbakken).Person
	w.must(w.cases.Away(t.Context(), w.kari, away))
	lacks(t, w.page(w.rektor, "/saker/"+slug), "ingen gjør dette imens")
}
