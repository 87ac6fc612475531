package school_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A session that ends while somebody writes takes nothing with it: the text is
// offered to the same person, in the form it was written in.
func TestAnEndedSessionKeepsTheText(t *testing.T) {
	w := newWorld(t)
	base := "/saker/" + w.planned("nora")
	for _, c := range []struct {
		page string
		form url.Values
		has  []string
	}{
		{"/samtaler", form("answer", "told", "words", "Jeg vil ikke at alle skal få vite det.", "at", "22.11.2026"), []string{"få vite det.", `value="22.11.2026"`, `value="told" checked`}},
		{"/undersokelse", form("do", "kilde", "source", "observation", "text", "Døren er låst i tre minutter."), []string{"låst i tre minutter.", `value="observation" selected`, `<details class="t-more" open>`}},
		{"/undersokelse", form("do", "funn", "finding", "Ingen voksen er der etter gym."), []string{"er der etter gym."}},
		{"/elevens-beste", form("view", "Nora vil ha en voksen nær seg."), []string{"en voksen nær seg."}},
		{"/plan", w.measure(form("do", "save", "rev", "0"), "1", "Hilde tar timen etter, til kl. 11.25."), []string{"Hilde tar timen etter", "versjon 2, kladd"}},
		{"/evalueringer", form("answer", "not-safe", "words", "Det er bedre, men ikke på mandag."), []string{"ikke på mandag.", `value="not-safe" checked`}},
		{"/avslutning", form("do", "trapp-ned", "view", "Nora mener at det ikke er trygt ennå."), []string{"ikke er trygt ennå.", " open>"}},
	} {
		w.Later(40 * time.Minute) // longer than a session is left alone
		r := w.Post(w.rektor, base+c.page, c.form)
		to := r.Header.Get("Location")
		if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/utlogget?kladd=") {
			t.Fatalf("%s: %d to %s", c.page, r.StatusCode, to)
		}
		w.rektor = w.In(w.kari)
		w.page(w.rektor, base+c.page+"?kladd="+strings.TrimPrefix(to, "/utlogget?kladd="), c.has...)
	}
}
