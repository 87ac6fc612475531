package school_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tilhor"
)

func TestAChildIsHeard(t *testing.T) {
	w := newWorld(t)
	at := "/saker/" + w.track("De låser døren.", "nora") + "/samtaler"
	body := w.pages(w.ina, at, "Skriv det Nora sier, med Noras ord", "Alder er ikke en grunn", "Guide til samtalen", "Fortell om", "Er noen andre direkte berørt?")
	lacks(t, body, " checked", "for ung", "For ung")

	kept := "Jeg sa det jo, at de «låser» & ler."
	body = w.refused(w.ina, at, form("words", kept, "at", "23.11.2026"), "Velg hva eleven svarte.", "Velg hvordan barnet fikk hjelp", "låser» &amp; ler.")
	lacks(t, body, " checked")
	w.refused(w.ina, at, form("answer", "told", "how", "none", "at", "23.11.2026"), "med elevens egne ord")
	w.refused(w.ina, at, form("answer", "declined", "how", "none", "at", "23.11.2026"), "Velg en dag da barnet får tilbud om å snakke igjen")
	w.refused(w.ina, at, form("answer", "told", "words", "Ja.", "how", "interpreter", "at", "23.11.2026"), "hvem som tolket")
	w.refused(w.ina, at, form("answer", "told", "words", kept, "how", "none", "at", "i fjor"), kept[:8], "i fjor")
	w.refused(w.ina, at, form("answer", "too-young", "how", "none", "at", "23.11.2026"), "Velg hva eleven svarte.")

	once := form("answer", "told", "words", "De låser døren når jeg er på do.", "wants", "At en voksen er der.", "asked", "Fortell om garderoben.",
		"weight", "Stor vekt.", "how", "drawing", "back", "yes", "at", "23.11.2026", "at-time", "09.30")
	to := w.sent(w.ina, at, once)
	if again := w.sent(w.ina, at, once); again != to {
		t.Errorf("twice led to %s, not %s", again, to)
	}
	body = w.pages(w.ina, to, "Nora er hørt. Samtalen er skrevet inn.", "De låser døren når jeg er på do.", "At en voksen er der.", "Tegning eller lek", "Lest opp for Nora", "23.\u00a0november\u00a02026 kl.")
	if n := strings.Count(body, "Fortell om garderoben."); n != 1 {
		t.Errorf("the talk stands %d times", n)
	}
	w.sent(w.ina, at, form("answer", "declined", "how", "none", "again", "27.11.2026", "at", "23.11.2026"))
	w.pages(w.ina, at, "Spørres igjen 27.", "Ville ikke snakke")
}

func TestEachChildHasItsOwnWords(t *testing.T) {
	w := newWorld(t)
	base := "/saker/" + w.track("", "nora")
	w.pages(w.ina, base+"/samtaler/barn", "Hvem andre må høres?", "Elias Moe", `<optgroup label="6B"`)
	w.refused(w.ina, base+"/samtaler/barn", form(), "Velg en elev, eller beskriv barnet.", "Velg hva barnet har med saken å gjøre.")
	w.refused(w.ina, base+"/samtaler/barn", form("described", "Gutten i blå jakke"), "Gutten i blå jakke")
	w.refused(w.ina, base+"/samtaler/barn", form("person", string(w.Person("odin")), "role", "affected"), "Velg en person fra listen.")
	to := w.sent(w.ina, base+"/samtaler/barn", form("person", string(w.Person("elias")), "role", "alleged"))
	body := w.pages(w.ina, to, "Barnet er lagt til.", "Barn som skal få fortelle", "Elias", "Skal ha gjort noe", "Ikke hørt ennå")
	lacks(t, w.page(w.ina, base+"/samtaler/barn"), ">Elias Moe<") // added once
	code := body[strings.Index(body, "?barn=")+6:][:12]

	lacks(t, body, "ikke-nadd")
	w.shown(w.Get(w.ina, base+"/samtaler/ikke-nadd?barn="+code), http.StatusNotFound) // only rektor
	w.page(w.rektor, base+"/samtaler", "ikke-nadd?barn="+code)
	w.pages(w.rektor, base+"/samtaler/ikke-nadd?barn="+code, "Hvorfor kunne ikke Elias nås før planen?", "At barnet er lite, er ikke en grunn.")
	w.refused(w.rektor, base+"/samtaler/ikke-nadd", form("child", code, "attempts", "Ringte hjem to ganger."), "Skriv hvorfor.", "Ringte hjem to ganger.", "skal bli hørt innen")
	w.sent(w.rektor, base+"/samtaler/ikke-nadd", form("child", code, "reason", "Er på sykehus.", "attempts", "Ringte hjem.", "hear-by", "04.12.2026"))
	w.page(w.rektor, base+"/samtaler", "Høres innen 4.")
	if r := w.Get(w.rektor, base+"/samtaler/ikke-nadd"); r.StatusCode != http.StatusNotFound {
		t.Errorf("the pupil of the track can be skipped: %d", r.StatusCode)
	}

	w.pages(w.ina, base+"/samtaler?barn="+code, "Skriv det Elias sier, med Elias’ ord", `name="child" value="`+code+`"`)
	to = w.sent(w.ina, base+"/samtaler", form("child", code, "answer", "told", "words", "Jeg visste ikke at hun ble redd.", "how", "none", "at", "23.11.2026"))
	w.page(w.ina, to, "Elias er hørt.", "Jeg visste ikke at hun ble redd.")
	for _, page := range []string{"/samtaler", "/undersokelse", "/utskrift", ""} {
		lacks(t, w.page(w.ina, base+page), "Jeg visste ikke at hun ble redd.")
	}
	lacks(t, w.page(w.ina, base+"/utskrift", "Et annet barn ble hørt"), "Elias", "sykehus")
	w.shown(w.Get(w.ina, base+"/samtaler?barn=aaaaaaaaaaaa"), http.StatusNotFound)
}

// What a child says is written for whoever works the track, and nobody else: a
// refusal and a track that does not exist are one answer.
func TestWhoMayComeToTheStages(t *testing.T) {
	w := newWorld(t)
	base := "/saker/" + w.track("De låser døren.", "nora")
	missing := w.shown(w.Get(w.rektor, "/saker/aaaaaaaaaa/plan"), http.StatusNotFound)
	pages := []string{"/samtaler", "/samtaler/barn", "/undersokelse", "/elevens-beste", "/plan", "/utskrift", "/evalueringer", "/avslutning", "/etterkontroll"}
	for name, who := range map[string]*http.Cookie{
		"a colleague": w.jonas, "rektor elsewhere": w.As(tilhor.RoleRektor, w.Fjellvik), "the deputy": w.As(tilhor.RoleDeputy, w.Solbakken),
		"a nurse": w.As(tilhor.RoleNurse, w.Solbakken),
	} {
		for _, p := range pages {
			body := w.shown(w.Get(who, base+p), http.StatusNotFound)
			if mainOf(body) != mainOf(missing) {
				t.Errorf("%s at %s: another answer than for what does not exist", name, p)
			}
			if r := w.Post(who, base+p, form("do", "ferdig", "answer", "told", "words", "x", "how", "none", "at", "23.11.2026", "n", "1", "rev", "0")); r.StatusCode == http.StatusSeeOther {
				t.Errorf("%s may post to %s", name, p)
			}
		}
	}
	for _, who := range []tilhor.Role{tilhor.RoleParent, tilhor.RolePupil, tilhor.RoleOwnerAdviser} {
		w.shown(w.Get(w.As(who, w.Solbakken), base+"/samtaler"), http.StatusNotFound)
	}
	w.pages(w.jonas, "/samtaleguide", "Guide til samtalen med barnet", "De yngste, 6–8 år", "Vis meg hvor du var", "9–12 år", "13 år og eldre")
	for _, p := range pages {
		w.pages(w.ina, base+p)
		w.pages(w.rektor, base+p)
	}
	// every view of the track stands in the log of readings
	w.Later(time.Minute)
	w.page(w.rektor, base+"/lesinger", "Samtalene", "Undersøkelsen", "Planen", "Evalueringene", "Avslutningen", "Etterkontrollen", "Utskriften", "elevens beste")
}

func TestNobodyKnowsWhoThePupilIs(t *testing.T) {
	w := newWorld(t)
	base := "/saker/" + w.track("", "")
	w.pages(w.ina, base+"/samtaler", "Skriv det eleven sier, med elevens ord")
	w.pages(w.ina, base+"/avslutning", "Eleven har ikke sagt at det er trygt ennå")
}
