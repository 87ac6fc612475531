package school_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var chosen = regexp.MustCompile(`<option value="([a-z0-9]{26})" selected`)

// What all of a class are asked is led by the law: names are refused with the
// reference when it is to prevent, and go by the case, where they are checked.
func TestWhatAClassIsAsked(t *testing.T) {
	w := newWorld(t)
	const at = "/skolen/kartlegging"
	w.page(w.rektor, "/skolen", `href="`+at+`"`)
	w.pages(w.rektor, at, "Skal dere spørre alle i en klasse?", "opplæringsforskrifta §\u00a020\u20115", `href="/skolen"`, "Til sakene")
	w.shown(w.Get(w.jonas, at), http.StatusNotFound)
	w.shown(w.Post(w.jonas, at, form("do", "kartlegg")), http.StatusNotFound)
	ask := form("do", "kartlegg", "kartlegg-survey-whom", "Alle på 5A.", "kartlegg-survey-questions", "Hvem plager noen?", "kartlegg-survey-names", "yes", "kartlegg-due", "30.11.2026")
	w.refused(w.rektor, at, ask, "§\u00a020\u20115 tredje ledd", "Hvem plager noen?", "30.11.2026")
	ask.Set("kartlegg-survey-names", "no")
	ask.Set("kartlegg-survey-questions", "Hvem er du sammen med?")
	w.pages(w.rektor, w.sent(w.rektor, at, ask), "Spørreundersøkelsen er skrevet inn.", "Alle på 5A.", "Kari Lund skrev det inn")

	base := "/saker/" + w.track("De låser døren.", "nora") + "/undersokelse"
	in := base + "/kartlegging"
	w.page(w.ina, base+"/plan", `href="`+in+`"`)
	w.pages(w.ina, in, "Rektor, eller den som leder saken, bestemmer det.")
	w.shown(w.Get(w.jonas, in), http.StatusNotFound)
	named := form("do", "kartlegg", "kartlegg-survey-why", "Det har vart siden april.", "kartlegg-survey-tried", "Samtaler.", "kartlegg-survey-whom", "Alle på 5A.", "kartlegg-survey-questions", "Hvem plager noen?", "kartlegg-due", "30.11.2026")
	w.refused(w.rektor, in, named, "Andre måter må være prøvd først", "Det har vart siden april.")
	w.sent(w.ina, base, form("do", "kilde", "source", "observation", "who", "Jonas Lund", "status", "given", "text", "Så ingenting.", "at", "23.11.2026"))
	w.pages(w.rektor, w.sent(w.rektor, in, named), "Det er skrevet inn i saken.", "Svarene er ikke bekreftet ennå.")
	w.refused(w.ina, base, form("do", "kilde", "source", "survey", "who", "5A", "status", "given", "text", "Tre skrev samme navn.", "at", "23.11.2026"), "venter på å bli bekreftet", "Tre skrev samme navn.")
	body := w.page(w.ina, in, "Bekreft svarene")
	w.refused(w.ina, in, form("do", "sjekk", "sjekk-survey-how", "To så etter."), "Velg hvilken du bekrefter.", "To så etter.")
	which := chosen.FindStringSubmatch(body)
	if which == nil {
		t.Fatal("no form to check it")
	}
	w.pages(w.ina, w.sent(w.ina, in, form("do", "sjekk", "sjekk-which", which[1], "sjekk-survey-how", "To så etter.", "sjekk-survey-stands", "En elev stenger porten.")), "Det som står seg, er en kilde", "Svarene er bekreftet")
	w.pages(w.ina, base, "Spørreundersøkelse med navn, bekreftet", "En elev stenger porten.")
	lacks(t, w.page(w.ina, strings.TrimSuffix(base, "/undersokelse"), "bestemte en spørreundersøkelse med navn", "Det har vart siden april."), "En elev stenger porten.")
}
