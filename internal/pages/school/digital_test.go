package school_test

import "testing"

// What happened on the net is written in words: from the case, from where a file
// would be attached, and from the guide nothing is sent.
func TestWhatHappenedOnTheNetInWords(t *testing.T) {
	w := newWorld(t)
	base := "/saker/" + w.track("De låser døren.", "nora")
	at := base + "/nett"
	for _, from := range []string{base, base + "/vedlegg", base + "/vedlegg/ny", base + "/vedlegg/ny?steg=2"} {
		w.page(w.ina, from, `href="/digitale-hendelser"`)
	}
	for _, from := range []string{base, base + "/vedlegg/ny"} {
		w.page(w.ina, from, `href="`+at+`"`)
	}
	w.pages(w.ina, at, "Det som skjedde på nett med Nora", "Hvem har det?", "Ring politiet på 02800.")
	w.refused(w.ina, at, form("happened", "Fire skrev at hun ikke skulle komme."), "Skriv hvor på nett det var.", "Skriv hvem som har det.", "Fire skrev at hun ikke skulle komme.")
	w.page(w.ina, w.sent(w.ina, at, form("service", "En gruppe i Snapchat", "happened", "Fire skrev at hun ikke skulle komme.", "at", "21.11.2026", "keeper", "Nora")),
		"Kilden er lagt til.", "Fire skrev at hun ikke skulle komme.", "Hvem som har det: Nora")
	w.pages(w.ina, base, "Fire skrev at hun ikke skulle komme.", "En gruppe i Snapchat")
	w.pages(w.ina, base+"/utskrift", "En gruppe i Snapchat")
	if r := w.Get(w.jonas, at); r.StatusCode != 404 {
		t.Errorf("a stranger got %d", r.StatusCode)
	}
}
