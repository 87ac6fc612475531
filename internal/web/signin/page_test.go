package signin

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"tilhor/internal/db/dbtest"
	"tilhor/internal/lang"
	"tilhor/internal/web/webtest"
)

// Every page of sign-in, in every language that a family may have, is held up against the battery.
func TestPages(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	check := webtest.New(w.site, "/", "/tilgjengelighet", "/personvern", "/rettigheter/11", "/varsler", "/hjelp")
	fetch := func(t *testing.T, b *browser, method, path string) {
		t.Helper()
		r, err := http.NewRequest(method, w.base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		resp, err := b.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			t.Fatalf("%s: %d %s", path, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
		check.Check(t, resp, nil)
	}
	refused := map[string]func(b *browser, l string) string{
		"again":   func(b *browser, l string) string { return b.back("feide", "jonas", "l", l).RequestURI() + "&iss=x" },
		"level":   func(b *browser, l string) string { return b.back("idporten", "lav", "l", l).RequestURI() },
		"unknown": func(b *browser, l string) string { return b.back("feide", "ny", "l", l).RequestURI() },
		"cancelled": func(b *browser, l string) string {
			return b.back("feide", "jonas", "l", l).RequestURI() + "&error=access_denied"
		},
		"unreachable": func(b *browser, l string) string {
			return b.back("feide", "jonas", "l", l).RequestURI() + "&error=server_error"
		},
	}
	for _, l := range slices.Concat(lang.Langs, lang.Further) {
		t.Run(string(l), func(t *testing.T) {
			w.t = t
			in := w.browser()
			in.in("feide", "kari")
			at := "l=" + string(l)
			fetch(t, w.browser(), "GET", "/logg-inn?"+at)
			fetch(t, w.browser(), "GET", "/logg-inn?neste=/saker/abc&niva=hoyt&"+at)
			fetch(t, w.browser(), "GET", "/logg-ut?"+at)
			fetch(t, in, "GET", "/logg-ut?"+at)
			fetch(t, w.browser(), "GET", "/logg-ut/ferdig?"+at)
			for name, path := range refused {
				t.Run(name, func(t *testing.T) {
					w.t = t
					b := w.browser()
					fetch(t, b, "GET", path(b, string(l)))
				})
			}
			w.t = t
			fetch(t, in.twin(), "POST", "/logg-ut?"+at)
			in = w.browser()
			in.in("feide", "kari")
			fetch(t, in, "POST", "/logg-ut/overalt?"+at)
		})
	}
}
