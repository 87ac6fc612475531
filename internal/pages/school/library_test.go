package school_test

import (
	"regexp"
	"testing"
)

// The library is read by anybody, narrowed by school year and situation, and a
// measure of it is brought into the draft without losing what was typed.
func TestTheLibraryOfMeasures(t *testing.T) {
	w := newWorld(t)
	w.pages(w.jonas, "/tiltaksbibliotek", "Tiltaksbibliotek", "Møte eleven om morgenen", "Vi kjenner ingen forskning på dette tiltaket alene.", "fra andre hånd", "§ 12-4")
	body := w.page(w.jonas, "/tiltaksbibliotek?trinn=8-13&hva=digital", "Avtale om kanaler og grupper")
	lacks(t, body, "En fast voksen på SFO", "Endre inspeksjonen")
	w.page(w.jonas, "/tiltaksbibliotek?trinn=8-13&hva=sfo", "Trygt til og fra bussen")
	w.page(w.jonas, "/tiltaksbibliotek?trinn=tull&hva=tull", "Endre inspeksjonen")

	at := "/saker/" + w.track("De låser døren.", "nora") + "/plan"
	w.page(w.ina, at, "Begynn med et tiltak fra biblioteket", `href="/tiltaksbibliotek"`)
	typed := form("do", "library", "n", "1", "rev", "0", "m1-problem", "Døren låses.", "m1-what", "Jonas går sist ut.")
	w.refused(w.ina, at, typed, "Velg et tiltak fra listen.", "Døren låses.")
	typed.Set("library", "morning")
	r := w.Post(w.ina, at, typed)
	body = w.shown(r, 200, "Døren låses.", "Jonas går sist ut.", "Ikke konkret ennå")
	if !regexp.MustCompile(`(?s)id="m2-what"[^>]*>\s*\[hvem …\] møter eleven`).MatchString(body) {
		t.Error("the measure is not in a row of its own")
	}
	empty := form("do", "library", "n", "1", "rev", "0", "library", "morning")
	body = w.shown(w.Post(w.ina, at, empty), 200)
	if !regexp.MustCompile(`(?s)id="m1-what"[^>]*>\s*\[hvem …\] møter eleven`).MatchString(body) {
		t.Error("the empty row was not used")
	}
	w.page(w.ina, w.sent(w.ina, at, form("do", "save", "n", "1", "rev", "0", "m1-what", "[hvem …] møter eleven ved døren.")), "har noe i klammer")
}
