package school_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
)

// What a family tells by voice about somebody who works there is closed from the
// first moment, and whoever wrote it is led to the answer that all who tell get.
func TestToldByVoiceAboutAnEmployee(t *testing.T) {
	w := newWorld(t)
	mona := w.Actor(tilhor.RoleSFO, w.Solbakken)
	page := "/bekymringer/muntlig"
	w.pages(w.rektor, page, "Ja, en som arbeider på skolen", "Den går rett til kommunen", "Gjelder det deg selv")
	all := []string{"pupil", string(w.Person("nora")), "saw", "Mor ringte: han holdt Nora i armen.", "raised", "parent", "knew", "now", "arena", "corridor"}
	w.refused(w.rektor, page, form(append(all, "accused", "employee", "against", "", "whom", "")...), "Mor ringte: han holdt Nora", `id="against-fault"`)
	to := w.sent(w.rektor, page, form(append(all, "accused", "employee", "against", string(mona.Person), "whom", "")...))
	if strings.HasSuffix(to, "/stilling") || !strings.HasPrefix(to, "/bekymringer/") {
		t.Errorf("it leads to %s", to)
	}
	slug := strings.TrimPrefix(to, "/bekymringer/")
	w.pages(w.rektor, "/sperrede/"+slug, "Mona Lund", "Mor ringte: han holdt Nora")
	w.shown(w.Get(w.In(mona), "/sperrede/"+slug), http.StatusNotFound)
	to = w.sent(w.rektor, page, form(append(all, "accused", "none", "against", "", "whom", "")...))
	if !strings.HasSuffix(to, "/stilling") {
		t.Errorf("about nobody who works there, it leads to %s", to)
	}
}

func TestWhomItIsAboutIsWrittenLater(t *testing.T) {
	w := newWorld(t)
	c := w.tellsOf(duty.AccusedEmployee, "den som hadde inspeksjon")
	all, err := w.cases.TakeSealed(t.Context(), w.kari, c.Slug, cases.Stance{Handler: w.sosial.Person}, cases.ToOwner{Words: "Vi følger opp."})
	w.must(err)
	slug := "/saker/" + all[0].Slug
	w.pages(w.rektor, slug, slug+"/hvem-det-gjelder", "Skriv hvem det gjelder")
	w.pages(w.rektor, slug+"/hvem-det-gjelder", "Ingen er navngitt ennå", "Jonas Lund")
	w.shown(w.Get(w.ina, slug+"/hvem-det-gjelder"), http.StatusNotFound)
	w.refused(w.rektor, slug+"/hvem-det-gjelder", form("person", ""), "Velg en person fra listen.")
	to := w.sent(w.rektor, slug+"/hvem-det-gjelder", form("person", string(w.teacher.Person)))
	w.pages(w.rektor, to, "Personen er stengt ute av saken", "Det ble kjent hvem det gjelder: Jonas Lund")
	lacks(t, w.pages(w.rektor, slug+"/hvem-det-gjelder", "Navngitt fra før: Jonas Lund"), `value="`+string(w.teacher.Person)+`"`)
	lacks(t, w.page(w.rektor, slug), "/inhabil/opphev")

	// It is the deputy, too: then rektor has it no longer.
	to = w.sent(w.rektor, slug+"/hvem-det-gjelder", form("person", string(w.Actor(tilhor.RoleDeputy, w.Solbakken).Person)))
	if to != "/saker" {
		t.Errorf("it leads to %s", to)
	}
	w.shown(w.Get(w.rektor, slug), http.StatusNotFound)
}

func TestSomebodyCanHaveTheCaseAgain(t *testing.T) {
	w := newWorld(t)
	slug := "/saker/" + w.track("", "nora")
	w.shown(w.Get(w.rektor, slug+"/inhabil/opphev"), http.StatusNotFound)
	w.must(w.cases.Recuse(t.Context(), w.kari, strings.TrimPrefix(slug, "/saker/"), cases.Recusal{Person: w.teacher.Person, Why: "conflict", Reason: "Nabo."}))
	w.pages(w.rektor, slug, "Noen kan ha saken igjen")
	w.pages(w.rektor, slug+"/inhabil/opphev", "Hvem kan ha saken igjen?", "Jonas Lund")
	w.shown(w.Get(w.ina, slug+"/inhabil/opphev"), http.StatusNotFound)
	w.refused(w.rektor, slug+"/inhabil/opphev", form("person", "", "reason", "Har flyttet."), "Har flyttet.", "Velg en person fra listen.")
	to := w.sent(w.rektor, slug+"/inhabil/opphev", form("person", string(w.teacher.Person), "reason", "Har flyttet."))
	w.pages(w.rektor, to, "Personen kan ha saken igjen", "Jonas Lund kan ha saken igjen", "Har flyttet.")
}

// tellsOf is a concern of the teacher's about somebody who works there, in words.
func (w *world) tellsOf(kind duty.Accused, whom string) concerns.Concern {
	w.t.Helper()
	at := tilhor.When{At: w.Now().Add(-time.Hour), Precision: tilhor.Exact}
	c, err := w.concerns.Tell(w.t.Context(), w.sosial, concerns.Telling{
		School: w.Solbakken, Pupils: []tilhor.PersonID{w.Person("nora")}, Saw: "Holdt henne i armen.", Arena: tilhor.ArenaCorridor, Happened: at, Known: at, Accused: kind, Whom: whom,
	})
	w.must(err)
	return c
}
