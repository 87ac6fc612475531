package school_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"tilhor/internal/cases"
)

// Minutes are written in one form; what was agreed stands in the chronology, with
// its day ahead, and is ticked off.
func TestTheMinutesOfAMeeting(t *testing.T) {
	w := newWorld(t)
	base := "/saker/" + w.track("De låser døren.", "nora")
	at := base + "/moter"
	w.page(w.ina, base, `href="`+at+`"`, `href="`+base+`/ressursteam"`)
	w.pages(w.ina, at, "Møter om hvordan Nora har det", "1. Hva ble dere enige om?", `value="23.11.2026"`)
	w.refused(w.ina, at, form("do", "mote", "mote-meeting", "home", "mote-present", "Mor og Ina", "mote-at", "23.11.2026"), "Skriv minst én ting dere ble enige om.", "Mor og Ina")
	// The second row is the first that is filled in: its faults stand there.
	body := w.refused(w.ina, at, form("do", "mote", "mote-meeting", "home", "mote-present", "Mor og Ina", "mote-p2-what", "Ina ringer hver fredag.", "mote-p2-on", "snart", "mote-p4-what", "Nora sitter foran.", "mote-p4-who", "Jonas"), "Skriv datoen med dag", `href="#mote-p1-on"`)
	if m := regexp.MustCompile(`(?s)id="mote-p2-what"[^>]*>\s*Nora sitter foran\.`).FindString(body); m == "" {
		t.Error("what was typed did not move together")
	}
	if n := strings.Count(body, "<details class=\"t-more\" open>"); n != 1 {
		t.Errorf("the second row is filled in, and %d parts are open", n)
	}
	w.refused(w.ina, at, form("do", "mote", "mote-meeting", "home", "mote-present", "Mor og Ina", "mote-p2-what", "Ina ringer hver fredag."), "Skriv hvem som gjør det.", `href="#mote-p1-who"`)
	w.refused(w.ina, at, form("do", "noe"), "Velg hva du vil gjøre.")
	body = w.page(w.ina, w.sent(w.ina, at, form("do", "mote", "mote-meeting", "home", "mote-present", "Mor og Ina", "mote-at", "23.11.2026",
		"mote-p1-what", "Ina ringer hver fredag.", "mote-p1-who", "Ina Lund", "mote-p1-on", "27.11.2026")), "Referatet er lagret.", "Til stede: Mor og Ina", "Kryss av noe som er gjort")
	w.pages(w.ina, base, "Møte med hjemmet", "Avtalt i møtet", "Ina ringer hver fredag.", `datetime="2026-11-27"`)
	do := regexp.MustCompile(`<option value="([a-z0-9]{26})"`).FindStringSubmatch(body)
	w.refused(w.ina, at, form("do", "kryss", "kryss-found-out", "done"), "Velg hva du krysser av.")
	if do == nil {
		t.Fatal("no form to tick it off")
	}
	lacks(t, w.page(w.ina, w.sent(w.ina, at, form("do", "kryss", "kryss-which", do[1], "kryss-found-out", "done")), "Det er krysset av."), "Kryss av noe som er gjort")
	lacks(t, w.page(w.ina, base, "krysset av noe som var avtalt"), `datetime="2026-11-27"`)
	w.pages(w.ina, base+"/utskrift", "Ina ringer hver fredag.", "Avtalt i møte")
	if r := w.Get(w.jonas, at); r.StatusCode != 404 {
		t.Errorf("a stranger got %d", r.StatusCode)
	}
}

// The resource team gives advice on a short text, and gets no case.
func TestTheResourceTeam(t *testing.T) {
	w := newWorld(t)
	base := "/saker/" + w.track("De låser døren.", "nora")
	at := base + "/ressursteam"
	jonas := string(w.teacher.Person)
	w.pages(w.ina, at, "Ressursteamet og hvordan Nora har det", "Nei, uten navn", "Ingen er spurt ennå.")
	w.refused(w.ina, at, form("do", "spor", "spor-whom", jonas, "spor-look", "En elev er alene.", "spor-due", "25.11.2026"), "Velg om de trenger å vite hvem eleven er.", "En elev er alene.")
	w.refused(w.ina, at, form("do", "spor", "spor-whom", jonas, "spor-ask", "observation", "spor-look", "En elev er alene.", "spor-due", "25.11.2026"), "Velg om de trenger å vite hvem eleven er.")
	w.refused(w.ina, at, form("do", "noe"), "Velg hva du vil gjøre.")
	w.page(w.ina, w.sent(w.ina, at, form("do", "spor", "spor-whom", jonas, "spor-ask", "advice", "spor-look", "En elev er alene.", "spor-due", "25.11.2026")), "De er spurt.", "Venter, svar innen")
	lacks(t, w.page(w.ina, base+"/undersokelse/plan", "Ingen er spurt ennå."), "En elev er alene.")
	all, err := w.cases.Questions(context.Background(), w.teacher)
	w.must(err)
	if len(all) != 1 || all[0].Kind != cases.ForAdvice {
		t.Fatal(all)
	}
	w.must(w.cases.Advise(context.Background(), w.teacher, all[0].ID, "La henne velge en makker."))
	w.pages(w.ina, at, "Har svart", "La henne velge en makker.", "Råd som er kommet")
	w.pages(w.ina, base, "Råd fra Jonas Lund i ressursteamet", "La henne velge en makker.")
	for _, path := range []string{base, at} {
		if r := w.Get(w.jonas, path); r.StatusCode != 404 {
			t.Errorf("who gave advice got %d of %s", r.StatusCode, path)
		}
	}
}
