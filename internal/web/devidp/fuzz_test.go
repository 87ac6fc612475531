package devidp

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// FuzzAuthorize: whatever a site asks the made-up provider, a browser is sent
// only to an address that is registered, and nothing asked for breaks out of
// the page.
func FuzzAuthorize(f *testing.F) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	defer l.Close()
	s, err := New(l, func() time.Time { return start }, Issuer{
		Name: "feide", Title: "Feide", Client: Client{ID: "tilhor", Secret: "hemmelig", Redirects: []string{site}, After: []string{"http://127.0.0.1:9/ferdig"}},
		Personas: []Persona{{ID: "kari", Name: "Kari Lund", School: "Solbakken skole"}},
	})
	if err != nil {
		f.Fatal(err)
	}
	good := asking().Encode()
	for _, q := range []string{good, good + "&login_hint=kari", good + "&q=%3Cscript%3E&ui_locales=%3Cb%3E", strings.Replace(good, "127.0.0.1", "evil.example", 1), good + "&redirect_uri=http://evil", "", "%zz"} {
		for _, path := range []string{"authorize", "som/kari", "som/ingen", "end_session"} {
			f.Add(path, q)
		}
	}
	f.Add("end_session", "post_logout_redirect_uri=http://evil&state=x")
	f.Fuzz(func(t *testing.T, path, query string) {
		u := &url.URL{Scheme: "http", Host: l.Addr().String(), Path: "/feide/" + path, RawQuery: query}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL, r.Host, r.RequestURI = u, u.Host, u.RequestURI()
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if to := w.Header().Get("Location"); to != "" {
			at, err := url.Parse(to)
			if err != nil || at.Host != "" && at.Host != "127.0.0.1:9" && at.Host != u.Host {
				t.Fatalf("%s?%s leads to %q", path, query, to)
			}
		}
		if w.Code >= 500 {
			t.Fatalf("%s?%s: %d", path, query, w.Code)
		}
		if strings.Contains(strings.ToLower(w.Body.String()), "<script") {
			t.Fatalf("%s?%s broke out of the page", path, query)
		}
	})
}
