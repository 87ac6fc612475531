package school_test

import (
	"net/http"
	"testing"

	"tilhor"
)

// Rektor puts an adult on the school's page, with her yes, and takes her off; who
// does not lead the school finds no such page.
func TestTheSchoolsPage(t *testing.T) {
	w := newWorld(t)
	ina := w.Actor(tilhor.RoleSocialTeacher, w.Solbakken)
	w.pages(w.rektor, "/skolens-side", "Hvem elevene kan snakke med", "Planen med vanlige ord", "Dager når ingen leser")
	w.refused(w.rektor, "/skolens-side", form("do", "voksen", "voksen-person", string(ina.Person), "voksen-when", "Blå dør"), "Spør først")
	w.refused(w.rektor, "/skolens-side", form("do", "voksen", "voksen-yes", "yes"), "Velg en som arbeider på skolen.", "Skriv hvor og når")
	to := w.sent(w.rektor, "/skolens-side", form("do", "voksen", "voksen-person", string(ina.Person), "voksen-when", "Blå dør", "voksen-yes", "yes", "voksen-choose", "yes"))
	body := w.pages(w.rektor, to, "Siden er endret", "Ina Lund", "Blå dør", "Vises nå.", "Elevene kan velge å snakke med denne.")
	w.sent(w.rektor, "/skolens-side", form("do", "fjern", "line", hiddenLine(body)))
	lacks(t, mainOf(w.pages(w.rektor, "/skolens-side")), "Blå dør")
	w.refused(w.rektor, "/skolens-side", form("do", "stengt", "stengt-from", "x", "stengt-until", "24.12.2026", "stengt-reads", "owner"), "Skriv datoen")
	w.sent(w.rektor, "/skolens-side", form("do", "stengt", "stengt-from", "21.12.2026", "stengt-until", "03.01.2027", "stengt-reads", "owner"))
	w.refused(w.rektor, "/skolens-side", form("do", "plan", "plan-text", " "), "Skriv planen først.")
	w.sent(w.rektor, "/skolens-side", form("do", "plan", "plan-text", "To voksne ute."))
	w.pages(w.rektor, "/skolens-side", "To voksne ute.", "Kommunen, når det har gått en arbeidsdag")
	w.shown(w.Get(w.ina, "/skolens-side"), http.StatusNotFound)
	w.shown(w.Post(w.ina, "/skolens-side", form("do", "plan", "plan-text", "Alt er fint.")), http.StatusNotFound)
}

// hiddenLine is the line that the first form of removal on a page is about.
func hiddenLine(body string) string {
	const before = `name="line" value="`
	for i := 0; i+len(before)+26 < len(body); i++ {
		if body[i:i+len(before)] == before {
			return body[i+len(before) : i+len(before)+26]
		}
	}
	return ""
}
