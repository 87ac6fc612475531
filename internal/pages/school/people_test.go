package school_test

import (
	"net/http"
	"testing"
	"time"

	"tilhor"
)

func TestWhoStandsInForRektor(t *testing.T) {
	w := newWorld(t)
	slug := w.track("", "nora")
	hilde := w.Actor(tilhor.RoleDeputy, w.Solbakken)
	w.pages(w.rektor, "/stedfortreder", "Hvem står inn for rektor?", "Ingen har en oppgave fra deg nå")
	body := w.refused(w.rektor, "/stedfortreder", form("from", "23.11.2026"), "Velg en person fra listen.", "Velg hvilken oppgave det gjelder.")
	lacks(t, body, " checked")
	w.refused(w.rektor, "/stedfortreder", form("person", string(hilde.Person), "task", "leads", "from", "23.11.2026"), "trenger en siste dag")
	w.refused(w.rektor, "/stedfortreder", form("person", string(w.kari.Person), "task", "intake", "from", "23.11.2026"), "Velg en annen enn deg selv")
	w.refused(w.rektor, "/stedfortreder", form("person", string(hilde.Person), "task", "leads", "from", "23.11.2026", "until", "x"), "Skriv datoen")
	w.shown(w.Get(w.In(hilde), "/saker/"+slug), http.StatusNotFound)
	to := w.sent(w.rektor, "/stedfortreder", form("person", string(hilde.Person), "task", "leads", "from", "23.11.2026", "until", "27.11.2026"))
	w.pages(w.rektor, to, "Hilde Lund står inn for rektor til 27.", "Oppgaven er gitt", "Ta tilbake")
	w.pages(w.In(hilde), "/saker/"+slug, "Nora er ikke hørt ennå", "Familien tok det opp med rektor")
	w.pages(w.rektor, "/saker/"+slug+"/lesinger", "Står inn for rektor", "Hilde Lund")
	w.later(20 * time.Minute)
	to = w.sent(w.rektor, "/stedfortreder/tilbake", form("person", string(hilde.Person), "task", "leads"))
	w.pages(w.rektor, to, "Oppgaven er tatt tilbake")
	w.shown(w.Get(w.In(hilde), "/saker/"+slug), http.StatusNotFound)
	w.shown(w.Get(w.ina, "/stedfortreder"), http.StatusNotFound)
}

func TestTrainingIsRecorded(t *testing.T) {
	w := newWorld(t)
	nils := w.hire("Nils Ny", tilhor.RoleTeacher)
	c := w.In(tilhor.Actor{Owner: w.kari.Owner, Person: nils, Role: tilhor.RoleTeacher, School: w.Solbakken})
	w.shown(w.Get(c, "/saker"), http.StatusForbidden)
	w.pages(w.rektor, "/opplaring", "Én mangler opplæring i personvern", "Nils Ny, lærer", "Har hatt opplæring")
	slug := w.track("", "nora")
	w.pages(w.rektor, "/saker/"+slug+"/ansvar", "Nils Ny, lærer. Mangler opplæring", "Ina Lund, sosiallærer<")
	w.refused(w.rektor, "/opplaring", form("on", "24.12.2026", "person", string(nils)), "Skriv en dato som har vært.", `value="`+string(nils)+`" checked`)
	w.refused(w.rektor, "/opplaring", form("on", "20.11.2026"), "Kryss av minst én.")
	w.refused(w.rektor, "/opplaring", form("on", "20.11.2026", "person", string(w.kari.Person)), "ikke deg selv")
	w.refused(w.rektor, "/opplaring", form("on", "20.11.2026", "person", string(w.Person("teacher-fjellvik"))), "som arbeider på skolen")
	to := w.sent(w.rektor, "/opplaring", form("on", "20.11.2026", "person", string(nils)))
	w.pages(w.rektor, to, "Alle har hatt opplæring", "Opplæringen er skrevet inn")
	w.later(2 * time.Minute)
	w.page(c, "/saker", "Ingen åpne saker")
	w.shown(w.Get(w.ina, "/opplaring"), http.StatusNotFound)
}

// A rektor who has had no training herself is told who can record it, and
// cannot record anybody's.
func TestRektorDoesNotLetHerselfIn(t *testing.T) {
	w := newWorld(t)
	ny := w.hire("Ny Rektor", tilhor.RoleRektor)
	c := w.In(tilhor.Actor{Owner: w.kari.Owner, Person: ny, Role: tilhor.RoleRektor, School: w.Solbakken})
	body := w.pages(c, "/opplaring", "Din egen opplæring må kommunen skrive inn", "55 00 00 00")
	lacks(t, mainOf(body), `value="`+string(ny)+`"`)
	if r := w.Post(c, "/opplaring", form("on", "20.11.2026", "person", string(ny))); r.StatusCode != http.StatusForbidden {
		t.Errorf("records her own: %d", r.StatusCode)
	}
}
