package school_test

import (
	"regexp"
	"testing"
)

func TestTheInquiry(t *testing.T) {
	w := newWorld(t)
	base := "/saker/" + w.track("De låser døren.", "nora")
	at := base + "/undersokelse"
	w.pages(w.ina, at, "Undersøkelsen er ikke begynt", "Det som ble meldt", "Ingen funn ennå", "Når det første funnet er skrevet")
	w.refused(w.ina, at, form("do", "ferdig"), "Skriv minst ett funn først.")
	w.refused(w.ina, at, form("do", "kilde"), "Velg hvor dere har spurt eller sett.", "Velg om svaret er kommet")
	w.refused(w.ina, at, form("do", "kilde", "source", "observation", "status", "given", "who", "Jonas Lund", "at", "23.11.2026"), "Skriv hva som ble sagt eller gjort.", "Jonas Lund")
	w.refused(w.ina, at, form("do", "kilde", "source", "talk-home", "status", "waiting", "text", "Vi spurte.", "at", "23.11.2026"), "Skriv hvem dere venter på.", "Vi spurte.")
	w.refused(w.ina, at, form("do", "funn", "finding", "Ingen voksen er der."), "Velg hvilke kilder funnet bygger på.", "Ingen voksen er der.")
	w.refused(w.ina, at, form("do", "noe"), "Velg hva du vil gjøre.")

	w.page(w.ina, w.sent(w.ina, at, form("do", "kilde", "source", "talk-home", "status", "waiting", "who", "mor", "at", "20.11.2026")), "Venter siden 20.", "uten funn ennå")
	body := w.page(w.ina, w.sent(w.ina, at, form("do", "kilde", "source", "observation", "status", "given", "who", "Jonas Lund", "text", "Døren er låst i tre minutter.", "at", "20.11.2026")), "Døren er låst i tre minutter.")
	ids := regexp.MustCompile(`name="from" value="([a-z0-9]+)"`).FindAllStringSubmatch(body, -1)
	if len(ids) != 3 {
		t.Fatalf("%d sources, want what was told, home and the observation", len(ids))
	}
	w.page(w.ina, w.sent(w.ina, at, form("do", "funn", "finding", "Ingen voksen er der når døren låses.", "from", ids[2][1])), "Ett funn fra to kilder.", "Alt bygger på én kilde.", "Noras opplevelse er nok.", "Én gjenstår.")
	body = w.page(w.ina, w.sent(w.ina, at, form("do", "funn", "finding", "Det skjer etter gym.", "from", ids[0][1], "from", ids[2][1])), "To funn fra to kilder. Én gjenstår.")
	lacks(t, body, "Alt bygger på én kilde.")

	// three forms, three keys: sending one never counts as having sent another
	keys := map[string]bool{}
	for _, m := range regexp.MustCompile(`name="nokkel" value="([a-z0-9]+)"`).FindAllStringSubmatch(body, -1) {
		keys[m[1]] = true
	}
	if len(keys) != 3 {
		t.Errorf("%d keys for three forms", len(keys))
	}
	waited := regexp.MustCompile(`href="([^"]*kilde=[^"#]*)`).FindStringSubmatch(body)
	if waited == nil {
		t.Fatal("no way to write the answer that was waited for")
	}
	w.page(w.ina, waited[1], `value="talk-home" selected`, `value="mor"`)
	body = w.page(w.ina, w.sent(w.ina, at, form("do", "kilde", "source", "talk-home", "status", "given", "who", "Mor", "text", "Hun vil ikke gå på skolen.", "at", "23.11.2026")), "Svaret er kommet")
	lacks(t, body, "gjenstår")

	once := form("do", "ferdig")
	to := w.sent(w.ina, at, once)
	if again := w.sent(w.ina, at, once); again != to {
		t.Error("not the same answer twice")
	}
	w.pages(w.ina, to, "Undersøkelsen er ferdig: to funn", "Skriv planen", "Nye funn kan fortsatt legges til")
}

func TestTheBestInterest(t *testing.T) {
	w := newWorld(t)
	base := "/saker/" + w.track("De låser døren.", "nora")
	at := base + "/elevens-beste"
	w.pages(w.ina, at, "Hva er best for Nora, og hvorfor?", "De låser døren.", "§ 10-1")
	w.refused(w.ina, at, form("view", "Nora vil ha en voksen nær."), "Skriv hva som står på spill", "Nora vil ha en voksen nær.", "Skriv hvordan dere har veid det.")
	to := w.sent(w.ina, at, form("view", "Vil ha en voksen nær.", "interests", "Trygghet.", "weighing", "Veide mot å bli sett på.", "conclusion", "Jonas er der."))
	w.page(w.ina, to, "Vurderingen er lagret.", "Elevens beste er vurdert")
	w.pages(w.ina, at, "Veide mot å bli sett på.", "Det dere har vurdert før")
}
