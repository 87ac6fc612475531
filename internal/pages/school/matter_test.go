package school_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"tilhor"
)

// One more pupil is found to be exposed: it gets a track of its own, from the
// page where the pupils of the matter stand side by side.
func TestOneMoreExposedPupil(t *testing.T) {
	w := newWorld(t)
	slug := w.track("De tok luen min.", "nora")
	w.pages(w.ina, "/saker/"+slug, "En elev til er utsatt", `href="/saker/`+slug+`/sammenheng"`)
	w.pages(w.ina, "/saker/"+slug+"/samtaler/barn", "Er dette barnet selv utsatt?")
	page := "/saker/" + slug + "/sammenheng"
	body := w.pages(w.ina, page, "Én elev har sitt eget spor", "Er en elev til utsatt?", "Elias Moe")
	lacks(t, body, ">Nora Dahl</option>")
	w.refused(w.ina, page, form("do", "exposed", "exposed-saw", "Ble stengt ute."), "Velg en elev", "Ble stengt ute.")
	w.refused(w.ina, page, form("do", "exposed", "exposed-pupil", string(w.Person("elias"))), "Skriv hva barnet sa")
	w.refused(w.ina, page, form("do", "exposed", "exposed-saw", "Ute.", "exposed-pupil", string(w.Person("elias")), "exposed-known", "i fjor"), "Ute.")
	w.refused(w.ina, page, form())
	to := w.sent(w.ina, page, form("do", "exposed", "exposed-pupil", string(w.Person("elias")), "exposed-saw", "Ble stengt ute.", "exposed-known", "20.11.2026"))
	if strings.Contains(to, slug) {
		t.Fatalf("sent to %s", to)
	}
	fresh := strings.TrimSuffix(to, "?gjort=eget-spor")
	w.page(w.ina, to, "Eleven har sitt eget spor", "Ina Lund")
	body = w.pages(w.ina, fresh, "Det ble funnet ut at Elias er utsatt", "Ble stengt ute.")
	lacks(t, body, "Nora", "luen")
	w.pages(w.ina, fresh+"/undersokelse", "Funnet mens en sak ble arbeidet med")
	w.page(w.ina, fresh+"/utskrift", "Ble stengt ute.")
	body = w.pages(w.ina, "/saker/"+slug, "En elev til har fått sitt eget spor")
	lacks(t, body, "Elias", "stengt ute")
	w.pages(w.rektor, page, "2 elever har hver sitt spor", "Elias Moe", "Nora Dahl")
	w.refused(w.ina, page, form("do", "exposed", "exposed-pupil", string(w.Person("tuva")), "exposed-school", string(w.Fjellvik), "exposed-saw", "Ute."), "Skriv hvem det er. Elever ved andre skoler")
	to = w.sent(w.ina, page, form("do", "exposed", "exposed-described", "Odin i femte", "exposed-school", string(w.Fjellvik), "exposed-saw", "Ble stengt ute han også."))
	lacks(t, w.page(w.ina, to, "Eleven har sitt eget spor"), "Odin")
	lacks(t, w.pages(w.ina, page, "2 elever har hver sitt spor"), "Odin")
	arne := w.As(tilhor.RoleRektor, w.Fjellvik)
	body = w.page(arne, "/saker", "Elev uten navn ennå")
	at := regexp.MustCompile(`href="(/saker/[a-z2-7]{10})"`).FindStringSubmatch(body)
	lacks(t, w.pages(arne, at[1], "Solbakken skole: Ble stengt ute han også.", "til har sine egne spor"), "Nora", "luen", "Ina")
	if r := w.Post(w.jonas, page, form("do", "exposed", "exposed-described", "x", "exposed-saw", "x")); r.StatusCode != http.StatusNotFound {
		t.Errorf("who has nothing to do with it gets %d", r.StatusCode)
	}
	if r := w.Get(w.As(tilhor.RoleRektor, w.Fjellvik), page); r.StatusCode != http.StatusNotFound {
		t.Errorf("another school's rektor gets %d", r.StatusCode)
	}
}

// Two cases are joined, and a track is taken out again, from the page where the
// pupils stand side by side.
func TestJoiningAndPartingOnPages(t *testing.T) {
	w := newWorld(t)
	slug, other := w.track("De tok luen min.", "nora"), w.track("De stengte meg ute.", "elias")
	f, err := w.cases.See(context.Background(), w.kari, other, "whole")
	w.must(err)
	page := "/saker/" + slug + "/sammenheng"
	w.pages(w.ina, page, "Henger saken sammen med en annen?")
	w.refused(w.ina, page, form("do", "join", "join-reason", "Samme gjeng."), "Skriv nummeret på den andre saken", "Samme gjeng.")
	w.refused(w.ina, page, form("do", "join", "join-number", f.Number, "join-reason", "Elias var der."), "Skriv grunnen uten navn", "Elias var der.")
	w.refused(w.ina, page, form("do", "join", "join-number", "zzzzzz", "join-reason", "Samme gjeng."), "Finner ingen sak med det nummeret")
	to := w.sent(w.ina, page, form("do", "join", "join-number", f.Number, "join-reason", "Samme gjeng."))
	w.page(w.ina, to, "Sakene står som én fra nå", "2 elever har hver sitt spor", "Elias Moe", "Nora Dahl")
	w.pages(w.ina, page, "Skal sporet til Nora Dahl ut av saken?")
	lacks(t, w.pages(w.ina, "/saker/"+other, "Slått sammen med en annen sak", "Samme gjeng.", f.Number), "Nora", "luen")
	w.refused(w.ina, page, form("do", "part"), "Skriv hvorfor")
	to = w.sent(w.ina, page, form("do", "part", "part-reason", "Det var noe annet."))
	w.page(w.ina, to, "Sporet står i en egen sak fra nå")
	w.pages(w.ina, "/saker/"+slug, "Tatt ut i en egen sak", "Det var noe annet.")
	lacks(t, w.pages(w.ina, "/saker/"+other, "Et annet spor ble tatt ut av saken"), "noe annet.")
	w.page(w.ina, "/saker/"+slug+"/utskrift", "Spor ble satt sammen eller skilt")
}

// A measure of one pupil's track is referred to from another's, without whose it
// is.
func TestSharedMeasuresOnPages(t *testing.T) {
	w := newWorld(t)
	slug, other := w.planned("nora"), w.track("De stengte meg ute.", "elias")
	f, err := w.cases.See(context.Background(), w.kari, slug, "plan")
	w.must(err)
	w.must(w.cases.JoinMatter(context.Background(), w.kari, slug, w.numberOf(other), "Samme gjeng."))
	could, err := w.cases.Sharable(context.Background(), w.sosial, other)
	w.must(err)
	if len(could) == 0 {
		t.Fatalf("nothing of %+v can be shared", f.InForce())
	}
	page := "/saker/" + other + "/tiltak-i-gang"
	w.page(w.ina, "/saker/"+other, `href="`+page+`"`)
	w.pages(w.ina, page, "Tiltak som er felles med andre i saken", "Ingen ennå.", could[0].What)
	w.refused(w.ina, page, form("do", "felles"), "Velg et av tiltakene")
	to := w.sent(w.ina, page, form("do", "felles", "measure-felles", string(could[0].ID)))
	lacks(t, w.page(w.ina, to, "Tiltaket er felles fra nå", "Et tiltak i saken gjelder også Elias", could[0].What), "Nora")
	lacks(t, w.pages(w.ina, page, could[0].What, "Ikke vis til et tiltak lenger"), "Nora", "Ingen ennå.")
	w.sent(w.ina, page, form("do", "ikke-felles", "measure-ikke-felles", string(could[0].ID)))
	w.pages(w.ina, page, "Ingen ennå.")
	w.pages(w.ina, "/saker/"+other, "Et felles tiltak gjelder ikke Elias lenger")
}

func (w *world) numberOf(slug string) string {
	w.t.Helper()
	f, err := w.cases.See(context.Background(), w.kari, slug, "whole")
	w.must(err)
	return f.Number
}
