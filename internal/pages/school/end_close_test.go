package school_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
)

// asked is an evaluation with the pupil's answer.
func (w *world) asked(slug, answer, words, then string) {
	w.t.Helper()
	f, err := w.cases.See(context.Background(), w.kari, slug, "evaluations")
	w.must(err)
	w.Later(time.Minute)
	e := cases.Evaluation{Way: "self", Answer: answer, Words: words, Saw: "Ser det samme.", Best: "Som før.", Then: then}
	if then != cases.Finish {
		e.Next = "2026-12-07"
	}
	for _, m := range f.Current().Measures {
		e.Effects = append(e.Effects, cases.Effect{Measure: m.ID, Helped: "yes", Then: cases.GoOn})
	}
	w.must(w.cases.Evaluate(context.Background(), w.sosial, slug, e))
}

func TestClosingOnThePupilsWord(t *testing.T) {
	w := newWorld(t)
	slug := w.planned("nora")
	base := "/saker/" + slug
	w.asked(slug, cases.SafeNow, "Nå er det bra. Tuva venter på meg.", cases.Finish)
	body := w.pages(w.rektor, base+"/avslutning", "Nora sier at det er trygt nå", "Nå er det bra. Tuva venter på meg.", "Avslutt for Nora", "18.\u00a0januar")
	lacks(t, body, `data-gate="no"`, "Trapp ned")
	lacks(t, w.pages(w.ina, base+"/avslutning", "Rektor kan avslutte saken."), "Avslutt for Nora<")
	w.refused(w.rektor, base+"/avslutning", form("do", "avslutt", "words", "Nå er det bra.", "weight", "Leker igjen.", "check", "01.12.2026"), "fire til åtte uker fram", "Leker igjen.")
	if r := w.Post(w.ina, base+"/avslutning", form("do", "avslutt", "words", "Nå er det bra.", "check", "04.01.2027")); r.StatusCode != http.StatusNotFound {
		t.Errorf("the handler may close: %d", r.StatusCode)
	}
	once := form("do", "avslutt", "words", "Nå er det bra.", "check", "04.01.2027")
	to := w.sent(w.rektor, base+"/avslutning", once)
	if again := w.sent(w.rektor, base+"/avslutning", once); again != to {
		t.Error("closed twice")
	}
	w.pages(w.rektor, to, "Saken er avsluttet på Noras eget ord.", "Saken for Nora er avsluttet", "4.\u00a0januar\u00a02027", "Åpne saken igjen")
	if r := w.Post(w.rektor, base+"/avslutning", form("do", "avslutt", "words", "Nå er det bra.", "check", "04.01.2027")); r.StatusCode != http.StatusConflict {
		t.Errorf("a stale form: %d", r.StatusCode)
	}
	w.pages(w.ina, base+"/evalueringer", "Saken for Nora er avsluttet", "Til etterkontrollen")

	w.Later(42 * 24 * time.Hour)
	w.rektor, w.ina = w.In(w.kari), w.In(w.sosial)
	body = w.pages(w.ina, base+"/etterkontroll", "Spør Nora igjen", "4.\u00a0januar\u00a02027")
	lacks(t, body, " checked")
	w.refused(w.ina, base+"/etterkontroll", form("words", "Det er blitt ille igjen.", "at", "04.01.2027"), "Velg hva eleven svarte.", "Det er blitt ille igjen.")
	w.refused(w.ina, base+"/etterkontroll", form("answer", "safe", "way", "observation", "words", "Hun ler.", "at", "04.01.2027"), "må eleven selv ha sagt")
	to = w.sent(w.ina, base+"/etterkontroll", form("answer", "not-safe", "way", "self", "words", "Det er blitt ille igjen.", "at", "04.01.2027"))
	w.page(w.ina, to, "Saken er åpen igjen.")
	w.pages(w.ina, base+"/avslutning", "Nora sier at det ikke er trygt", "Det er blitt ille igjen.")
}

func TestSteppingDownWithoutThePupilsWord(t *testing.T) {
	w := newWorld(t)
	slug := w.planned("nora")
	base := "/saker/" + slug
	w.asked(slug, cases.NotSafe, "Jeg går fortsatt omveien.", cases.GoOn)
	body := w.pages(w.rektor, base+"/avslutning", "Nora sier at det ikke er trygt", "Jeg går fortsatt omveien.", "Det er det Nora opplever, som teller.", "<details", "Signer som rektor", "Helst fortsetter dere med planen.")
	lacks(t, body, "<details class=\"t-more\" open", "value=\"avslutt\"")
	lacks(t, w.page(w.ina, base+"/avslutning"), "Signer som rektor")
	w.refused(w.rektor, base+"/avslutning", form("do", "avslutt", "words", "Vi fant ikke noe.", "check", "04.01.2027"), "Eleven har ikke sagt at det er trygt.")
	w.refused(w.rektor, base+"/avslutning", form("do", "trapp-ned", "reason", "Vi ser ikke mer.", "recheck", "04.01.2027"), "Skriv hva eleven selv mener.", "veien til Statsforvalteren først", "Vi ser ikke mer.", " open>")
	if r := w.Post(w.As(tilhor.RoleDeputy, w.Solbakken), base+"/avslutning", form("do", "trapp-ned")); r.StatusCode == http.StatusSeeOther {
		t.Error("the deputy may step down")
	}
	to := w.sent(w.rektor, base+"/avslutning", form("do", "trapp-ned", "view", "Nora mener det ikke er trygt.", "way", "self", "reason", "Vi ser ikke mer.", "recheck", "04.01.2027", "told", "yes"))
	body = w.pages(w.rektor, to, "Saken er trappet ned, og er ikke avsluttet.", "Saken for Nora er trappet ned, ikke avsluttet", "Nora mener det ikke er trygt.", "Tiltakene går videre")
	if strings.Contains(body, "Signer som rektor") {
		t.Error("offered twice")
	}
	w.pages(w.ina, base+"/etterkontroll", "Spør Nora igjen")
	w.refused(w.ina, base+"/etterkontroll", form("answer", "no-answer", "way", "adult", "words", "Vil ikke nå.", "at", "23.11.2026"), "Velg neste dato", "Vil ikke nå.")
	w.refused(w.ina, base+"/etterkontroll", form("answer", "safe", "way", "self", "words", "Nå er det bra.", "at", "23.11.2026"), "Velg når eleven skal spørres igjen", "Nå er det bra.")
	to = w.sent(w.ina, base+"/etterkontroll", form("answer", "safe", "way", "self", "words", "Nå er det bra.", "at", "23.11.2026", "next", "11.01.2027"))
	w.page(w.rektor, to, "Avslutt for Nora")
}

func TestNoAfterCheck(t *testing.T) {
	w := newWorld(t)
	w.pages(w.ina, "/saker/"+w.track("", "nora")+"/etterkontroll", "Ingen etterkontroll er avtalt for Nora")
}
