package school_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"tilhor/internal/cases"
	"tilhor/internal/db"
)

// A case is found by name, by number, by what it waits for and by what is
// written in it. The filters stand in the address and come back from a case; a
// word or a name never does.
func TestFindingACase(t *testing.T) {
	w := newWorld(t)
	nora, elias := w.track("", "nora"), w.track("", "elias")
	f, err := w.cases.See(context.Background(), w.kari, nora, "whole")
	w.must(err)
	w.must(w.cases.Write(context.Background(), w.kari, nora, cases.Line{What: "note", Text: "Boden ved gjerdet sto åpen."}))
	// By number, as it stands on paper.
	body := w.shown(w.Post(w.rektor, "/saker", form("sok", strings.ToUpper(f.Number))), http.StatusOK, "Søket ga én sak", "Nora Dahl")
	lacks(t, mainOf(body), "Elias Moe")
	w.shown(w.Post(w.rektor, "/saker", form("sok", "zzzzzz")), http.StatusOK, "Ingen sak du kan se, passer med søket")
	// By what is written: the place and not the sentence.
	body = w.shown(w.Post(w.rektor, "/saker", form("sok", "boden VED", "go", "tekst")), http.StatusOK, "Søket ga én sak", "Nora Dahl", "Står i et notat", "Søkt gjennom 2 av 2 saker.")
	lacks(t, mainOf(body), "sto åpen", "Elias Moe", "Søk videre")
	w.shown(w.Post(w.rektor, "/saker", form("sok", "finnes ikke", "go", "tekst")), http.StatusOK, "Det står ikke i noen sak du har tilgang til.")
	w.refused(w.rektor, "/saker", form("sok", "ab", "go", "tekst"), "Skriv minst tre tegn")
	// By what waits, since when, and whose.
	w.pages(w.rektor, "/saker?plikt=k12.hear&hvem=ingen&fra=01.01.2026", "Saker, et utvalg")
	w.pages(w.rektor, "/saker?plikt=k12.evaluate", "Ingen saker med dette")
	w.pages(w.rektor, "/saker?til=01.01.2026", "Ingen saker med dette")
	w.page(w.rektor, "/saker?fra=tull", "Skriv datoen")
	w.page(w.rektor, "/saker?plikt=Nora&hvem=Nora+Dahl&sorter=Nora&tilstand=Nora", "2 åpne saker")
	// In the order of names, and back from a case to the list as it was.
	body = mainOf(w.pages(w.rektor, "/saker?sorter=navn&sted=break&fra=01.01.2026", "Elias Moe", "Nora Dahl"))
	if strings.Index(body, "Elias Moe") > strings.Index(body, "Nora Dahl") {
		t.Error("not in the order of names")
	}
	const back = "/saker/%s?liste=fra%%3D01.01.2026%%26sorter%%3Dnavn%%26sted%%3Dbreak"
	to := strings.Replace(strings.ReplaceAll(back, "%%", "%"), "%s", elias, 1)
	if !strings.Contains(body, to) {
		t.Errorf("no link keeps the filters: want %s", to)
	}
	w.page(w.rektor, to, `href="/saker?fra=01.01.2026&amp;sorter=navn&amp;sted=break"`)
	lacks(t, mainOf(w.page(w.rektor, "/saker/"+elias+"?liste=sted%3Dx%26sok%3DNora+Dahl%26hvem%3DNora", `href="/saker"`)), "Nora")
}

var endSchool = db.SQL(`UPDATE roster_member SET until_date = $3 WHERE owner = $1 AND person = $2`)

// One who has left the school is in no list of today, and is found by name; and
// the cases are found by what is owed to the owner and to Statsforvalteren.
func TestFindingWhoHasLeft(t *testing.T) {
	w := newWorld(t)
	w.track("", "nora")
	w.must(w.DB.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(endSchool, w.kari.Owner, w.Person("nora"), "2026-11-20")
		return err
	}))
	w.shown(w.Post(w.rektor, "/saker", form("sok", "nora dahl")), http.StatusOK, "Søket ga én sak", "Nora Dahl")
	w.shown(w.Post(w.jonas, "/saker", form("sok", "nora dahl")), http.StatusOK, "Ingen sak du kan se, passer med søket")
	// The rarer choices are shown when they are asked for, and stay while one is in
	// use: until then no employee's name is opened for them.
	body := w.page(w.rektor, "/saker", `href="/saker?mer=1#finn"`)
	lacks(t, body, `name="plikt"`, string(w.sosial.Person))
	lacks(t, w.page(w.rektor, "/saker?tilstand=apen", `href="/saker?mer=1&amp;tilstand=apen#finn"`), `name="plikt"`)
	w.page(w.rektor, "/saker?frist=over", `name="plikt"`, string(w.sosial.Person))
	body = w.page(w.rektor, "/saker?mer=1", string(w.sosial.Person))
	for _, id := range []string{"owner_serious", "staff_owner", "lead_owner", "sf_docs", "sf_order", "appeal", "move", "expel"} {
		if !strings.Contains(body, `value="k12.`+id+`"`) {
			t.Errorf("the list cannot be narrowed to %s", id)
		}
	}
}
