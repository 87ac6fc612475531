package staff_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// What to do stands in plain words, with numbers to ring; a note is sealed, and
// opened again by its writer and by nobody else.
func TestWhenAChildTellsOfViolence(t *testing.T) {
	w := newTown(t)
	jonas, kari, untrained := w.as("jonas"), w.as("kari"), w.as("ny")
	for _, who := range []*http.Cookie{jonas, kari, untrained} {
		body := has(t, w.get(who, "/fare"), 200, "Still ett åpent spørsmål. Så stopper du.", `href="tel:112"`, `href="tel:113"`, `href="tel:02800"`, `href="tel:116111"`, "§ 24‑3", "§ 196", "utan ugrunna opphald")
		lacks(t, body, "helsepersonelloven", "Notatet er forseglet")
	}
	has(t, w.get(w.as("siri"), "/fare"), 200, "helsepersonelloven § 33")
	body := has(t, w.get(jonas, "/fare/notat"), 200, "Forsegl notatet", "Nei, bare jeg", "Kari Lund, rektor")
	lacks(t, body, "Ina Moe")
	form := url.Values{"child": {"Nora og broren"}, "receipt": {"Tatt imot av Liv"}, "text": {"Jeg ble bedt om å vente."}, "at": {"23.11.2026"}}
	has(t, w.post(jonas, "/fare/notat", form), 422, "Velg hvem du meldte fra til.", "Nora og broren", "Tatt imot av Liv", "Jeg ble bedt om å vente.")
	form.Set("to", "barnevern")
	rec := w.post(jonas, "/fare/notat", form)
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/fare?gjort=ja" {
		t.Fatal(rec.Code, rec.Header().Get("Location"))
	}
	has(t, w.get(jonas, "/fare?gjort=ja"), 200, "Notatet er forseglet.", "Ingen er varslet.")
	body = has(t, w.get(jonas, "/fare/notater"), 200, "Forseglet")
	lacks(t, body, "Nora", "Liv")
	here := regexp.MustCompile(`/fare/notater/[a-z2-7]{26}`).FindString(body)
	has(t, w.get(jonas, here), 200, "Nora og broren", "Barnevernet", "Tatt imot av Liv", "Du skrev dette.")
	lacks(t, has(t, w.get(kari, "/fare/notater"), 200, "Ingen notater."), "Forseglet<")
	has(t, w.get(kari, here), 404)
	has(t, w.post(jonas, here, url.Values{}), 422, "Skriv kvitteringen eller noe mer")
	if rec := w.post(jonas, here, url.Values{"receipt": {"Sak 12"}, "with": {string(w.people["kari"])}}); rec.Code != http.StatusSeeOther {
		t.Fatal(rec.Code)
	}
	body = has(t, w.get(kari, here), 200, "Nora og broren", "Sak 12", "Jonas Berg slapp deg inn.")
	lacks(t, body, "Legg til i notatet")
	// Who has had no training keeps a note too: the duty is there from the first day.
	if rec := w.post(untrained, "/fare/notat", form); rec.Code != http.StatusSeeOther {
		t.Fatal(rec.Code)
	}
}

// A nurse is asked about consent before she tells, and told that she need not;
// others are not asked.
func TestANurseIsAskedAboutConsent(t *testing.T) {
	w := newTown(t)
	for id, nurse := range map[string]bool{"siri": true, "jonas": false} {
		who := w.as(id)
		body := has(t, w.get(who, "/bekymringer/ny"), 200)
		body = w.step(who, body, url.Values{"go": {"next"}, "described": {"En elev på 6. trinn"}})
		if got := strings.Contains(body, "Skriv ikke helseopplysninger her.") && strings.Contains(body, "§ 4‑4"); got != nurse {
			t.Errorf("%s is asked: %v", id, got)
		}
		if !strings.Contains(body, "Still ett åpent spørsmål, og stopp der.") {
			t.Errorf("%s is not told to stop", id)
		}
	}
}

// An intervention is told in one form, from the phone; rektor sees what is left
// to do, and does it; who told sees what was told.
func TestAPhysicalIntervention(t *testing.T) {
	w := newTown(t)
	mona, kari, jonas := w.as("mona"), w.as("kari"), w.as("jonas")
	form := url.Values{"pupil": {string(w.people["nora"])}, "arena": {"sfo"}, "event": {"Nora kastet stein."}, "what": {"Mona holdt henne."}, "who": {"Mona Aas"}, "long": {"Ett minutt"}, "view": {"later"}}
	lacks(t, has(t, w.get(mona, "/inngrep/ny"), 200, "Meld fra om et fysisk inngrep", "Nora Dahl"), "Ada Skjult")
	has(t, w.post(mona, "/inngrep/ny", form), 422, "Skriv hvorfor det var nødvendig.", "Nora kastet stein.", "Mona holdt henne.")
	form.Set("why", "De små sto like ved.")
	rec := w.post(mona, "/inngrep/ny", form)
	here := rec.Header().Get("Location")
	if rec.Code != http.StatusSeeOther || !strings.HasPrefix(here, "/inngrep/") {
		t.Fatal(rec.Code, here)
	}
	body := has(t, w.get(mona, here), 200, "Nora Dahl, 5A", "Skriv elevens syn")
	lacks(t, body, "Fortell det til foreldrene", "særlig alvorlig")
	has(t, w.get(jonas, here), 404)
	has(t, w.get(kari, "/i-dag"), 200, "Fortell foreldrene om det fysiske inngrepet", here)
	has(t, w.get(kari, here), 200, "Fortell det til foreldrene", "Var det særlig alvorlig?", "§ 12‑5")
	has(t, w.post(kari, here, url.Values{"do": {"foreldre"}}), 422, "Skriv hva som ble sagt.")
	for _, f := range []url.Values{
		{"do": {"foreldre"}, "text": {"Ringte mor."}},
		{"do": {"alvor"}, "serious": {"no"}, "reason": {"Kort, uten skade."}},
		{"do": {"syn"}, "view": {"told"}, "words": {"Jeg ble sint."}},
	} {
		if rec := w.post(kari, here, f); rec.Code != http.StatusSeeOther {
			t.Fatal(f, rec.Code)
		}
	}
	body = has(t, w.get(kari, here), 200, "Alt er skrevet", "Jeg ble sint.", "Ringte mor.", "ikke særlig alvorlig")
	lacks(t, body, "<form class=\"t-form\"")
	lacks(t, has(t, w.get(mona, here), 200, "Jeg ble sint."), "Ringte mor.", "Kort, uten skade.")
	w.post(mona, "/inngrep/ny", url.Values{
		"pupil": form["pupil"], "arena": {"sfo"}, "event": {"Igjen."}, "what": {"Holdt henne."}, "who": {"Mona Aas"}, "long": {"Kort"}, "why": {"Stein."}, "view": {"declined"},
	})
	has(t, w.get(kari, here), 200, "2 inngrep mot denne eleven ved skolen", "Meld fra til kommunen")
	// Without training one tells, and is not shown it again.
	form.Set("view", "declined")
	rec = w.post(w.as("ny"), "/inngrep/ny", form)
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/inngrep/ny/kvittering" {
		t.Fatal(rec.Code, rec.Header().Get("Location"))
	}
	has(t, w.get(w.as("ny"), "/inngrep/ny/kvittering"), 200, "Rektor har fått det.")
}
