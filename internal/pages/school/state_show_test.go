package school_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
)

func TestHowItStandsWithStatsforvalteren(t *testing.T) {
	w := newWorld(t)
	slug := w.planned("nora")
	at := "/saker/" + slug + "/statsforvalteren"
	w.pages(w.rektor, at, "Familien har ikke tatt saken opp ennå", "Skriv inn når familien tok saken opp med rektor", "Særlige grunner kan likevel")
	w.page(w.rektor, "/saker/"+slug, at)
	w.must(w.cases.Raise(context.Background(), w.kari, slug, cases.Raise{By: "parent", At: tilhor.Now(w.Now()), Text: "Mor ringte."}))
	body := w.pages(w.ina, at, "Lovens uke går til 30.\u00a0november", "23.\u00a0november\u00a02026", "Når familien har meldt saken")
	lacks(t, body, "/pakke")
	w.later(8 * 24 * time.Hour) // 1. desember
	w.page(w.ina, at, "Familien kan melde saken til Statsforvalteren")
	for _, step := range []string{"meldt", "foresporsel", "utfall", "vedtak", "svar", "mottatt", "palegg", "mulkt", "mulkt-stanset", "klage"} {
		w.pages(w.ina, at+"/"+step)
	}
	if r := w.Get(w.ina, at+"/noe-annet"); r.StatusCode != http.StatusNotFound {
		t.Errorf("no such step: %d", r.StatusCode)
	}
	if r := w.Get(w.jonas, at); r.StatusCode != http.StatusNotFound {
		t.Errorf("a teacher gets %d", r.StatusCode)
	}
	w.refused(w.ina, at+"/meldt", form("particular", "Nora tør ikke vente."), "Velg hvem", "Nora tør ikke vente.")
	once := form("by", "parent", "at", "01.12.2026", "particular", "Nora tør ikke vente.")
	to := w.sent(w.ina, at+"/meldt", once)
	if again := w.sent(w.ina, at+"/meldt", once); again != to {
		t.Error("written twice")
	}
	w.pages(w.ina, to, "Statsforvalteren har saken", "Det står i saken nå", "Nora tør ikke vente.")
	w.refused(w.ina, at+"/foresporsel", form("at", "01.12.2026", "due", "30.11.2026", "text", "Alt dere har."), "Velg fristen", "Alt dere har.")
	w.sent(w.ina, at+"/foresporsel", form("at", "01.12.2026", "due", "08.12.2026", "text", "Alt dere har."))
	w.pages(w.rektor, at, "Statsforvalteren venter på svar innen 8.\u00a0desember", "/pakke?for=state", "Til saksmappen", "Alt dere har.")
	w.page(w.ina, at, "Skriv inn at svaret er sendt")
	w.page(w.rektor, "/saker/"+slug, "Send opplysningene til Statsforvalteren", "Statsforvalteren har satt datoen 8.\u00a0desember.")
	w.sign()
	if r := w.Post(w.rektor, "/saker/"+slug+"/pakke", form("kind", "state", "answers", "Brev 1. desember")); r.StatusCode != http.StatusOK {
		t.Fatal(r.StatusCode)
	}
	w.page(w.rektor, at, "Skriv inn at svaret er sendt")
	f, err := w.cases.See(context.Background(), w.kari, slug, "state")
	w.must(err)
	ask, hash := f.StateMatter().Waiting(), f.Last(cases.Packed).Ref
	w.refused(w.rektor, at+"/svar", form("at", "01.12.2026", "package", "none", "text", "Sendt med SvarUt."), "Velg hvilken forespørsel", "Sendt med SvarUt.")
	w.sent(w.rektor, at+"/svar", form("request", string(ask.ID), "at", "01.12.2026", "package", hash))
	w.pages(w.rektor, at, "Svaret er sendt. Statsforvalteren vurderer saken", "Gjort 1.\u00a0desember\u00a02026", "Når vedtaket kommer")
	w.refused(w.rektor, at+"/vedtak", form("at", "01.12.2026", "result", "breach", "what-1", "En voksen hver time.", "what-2", "", "due-2", "22.12.2026"), "Velg fristen", "Skriv hva punktet", "En voksen hver time.")
	w.sent(w.rektor, at+"/vedtak", form("at", "01.12.2026", "result", "breach", "what-1", "En voksen hver time.", "due-1", "08.12.2026", "what-2", "Ny plan.", "due-2", "22.12.2026"))
	w.pages(w.rektor, at, "2 punkter i pålegget gjenstår, det første innen 8.\u00a0desember", "Gjør punkt 1, og meld tilbake", "Det er ikke skrevet inn når familien fikk vedtaket.")
	w.sent(w.rektor, at+"/mottatt", form("got", "01.12.2026"))
	w.pages(w.rektor, at, "Klagefristen går ut", "22.\u00a0desember\u00a02026", "Kommunen kan ikke klage.")
	w.later(8 * 24 * time.Hour) // 9. desember
	w.pages(w.rektor, at, "2 punkter i pålegget gjenstår. Den første fristen var 8.\u00a0desember", "Over fristen")
	f, err = w.cases.See(context.Background(), w.kari, slug, "state")
	w.must(err)
	first := string(f.StateMatter().Points[0].ID)
	w.sent(w.rektor, at+"/mulkt", form("point", first, "from", "09.12.2026", "text", "1000 kroner per dag."))
	w.page(w.rektor, at, "Løper fra 9.\u00a0desember\u00a02026. 1000 kroner per dag.", "Mulkten har stoppet")
	w.sent(w.ina, at+"/palegg", form("point", first, "at", "09.12.2026", "text", "En voksen er der."))
	w.sent(w.rektor, at+"/mulkt-stanset", form("point", first, "on", "09.12.2026"))
	w.pages(w.rektor, at, "1 punkt i pålegget gjenstår, innen 22.\u00a0desember", "etter fristen", "Fra 9.\u00a0desember\u00a02026 til 9.\u00a0desember\u00a02026.")
	w.sent(w.rektor, at+"/klage", form("by", "parent", "at", "09.12.2026"))
	w.pages(w.rektor, at, "Familien klaget")
	w.pages(w.rektor, "/saker/"+slug, "Pålegg fra Statsforvalteren", "Familien klaget på vedtaket")
	w.page(w.rektor, "/saker/"+slug+"/utskrift", "Tvangsmulkt er fastsatt")
}

// An order has as many points as it has: the form grows, and what was typed stands.
func TestAnOrderOfManyPoints(t *testing.T) {
	w := newWorld(t)
	at := "/saker/" + w.planned("nora") + "/statsforvalteren"
	w.must(w.cases.Raise(context.Background(), w.kari, strings.Split(at, "/")[2], cases.Raise{By: "parent", At: tilhor.Now(w.Now()), Text: "Mor ringte."}))
	typed := []string{"at", "23.11.2026", "result", "breach", "what-1", "En voksen hver time.", "due-1", "08.12.2026"}
	body := w.shown(w.Post(w.rektor, at+"/vedtak", form(append(typed, "do", "flere")...)), http.StatusOK, "En voksen hver time.", `name="what-8"`)
	lacks(t, body, `name="what-9"`, "ds-error-summary")
	for i := range 6 {
		n := strconv.Itoa(i + 2)
		typed = append(typed, "what-"+n, "Punkt "+n+".", "due-"+n, "08.12.2026")
	}
	w.refused(w.rektor, at+"/vedtak", form(append(typed, "what-8", "", "due-8", "22.12.2026")...), "Punkt 7.")
	w.sent(w.rektor, at+"/vedtak", form(append(typed, "what-8", "", "due-8", "")...))
	w.page(w.rektor, at, "7 punkter i pålegget gjenstår", "Punkt 7.")
}
