package signin

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

func (b *browser) inside() bool { return b.get("/i-dag").Code == http.StatusOK }

func TestSignOutHereAndAtTheProvider(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b, phone := w.browser(), w.browser()
		b.in("feide", "kari")
		phone.in("feide", "kari")
		if a := b.get("/logg-ut"); a.Code != http.StatusOK || !strings.Contains(a.Body, `<form method="post" action="/logg-ut">`) || !b.inside() {
			t.Fatalf("the question signs out by itself: %d", a.Code)
		}
		a := b.post("/logg-ut")
		to, ok := strings.CutPrefix(a.Header.Get("Refresh"), "0; url=")
		if a.Code != http.StatusOK || !ok || !strings.HasPrefix(to, w.idp.URL("feide")+"/end_session?") {
			t.Fatalf("got %d, Refresh %q", a.Code, a.Header.Get("Refresh"))
		}
		if !strings.Contains(a.Body, "Du er logget ut") || !strings.Contains(a.Body, "Logg ut av Feide") {
			t.Errorf("the page: %s", a.Body)
		}
		done := b.get(b.get(to).To)
		if done.Code != http.StatusOK || !strings.Contains(done.Body, "Du er logget ut") || strings.Contains(done.Body, "Du er fortsatt") {
			t.Errorf("back from the provider: %d", done.Code)
		}
		if b.inside() {
			t.Error("still in")
		}
		if !phone.inside() {
			t.Error("the phone was signed out too")
		}
		// Once more, and by somebody who never was in.
		for range 2 {
			if a := b.post("/logg-ut"); a.Code != http.StatusOK || a.Header.Get("Refresh") != "" {
				t.Errorf("again: %d %q", a.Code, a.Header.Get("Refresh"))
			}
			b = w.browser()
		}
	})
}

// Who makes a machine the shared one is signed out of the provider too: the next at it
// would be let in by the sign-in that the browser holds there.
func TestASharedMachineHoldsNoSignIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.browser()
		b.in("feide", "kari")
		a := b.post("/maskin")
		to, ok := strings.CutPrefix(a.Header.Get("Refresh"), "0; url=")
		if a.Code != http.StatusOK || !ok || !strings.HasPrefix(to, w.idp.URL("feide")+"/end_session?") || b.inside() || strings.Contains(a.Body, "maskinen klar") {
			t.Fatalf("got %d, Refresh %q", a.Code, a.Header.Get("Refresh"))
		}
		done := b.get(to).To
		for _, leads := range []bool{true, false} { // once
			if a := b.get(done); a.Code != http.StatusOK || strings.Contains(a.Body, `href="/sfo-enhet`) != leads || strings.Contains(a.Body, "maskinen klar") != leads {
				t.Errorf("back from the provider: %d, %s", a.Code, a.Body)
			}
		}
	})
}

// Where nothing ends at the provider, the browser may hold the sign-in there still: no
// machine is called ready then, and nothing is remembered for the next who signs out.
func TestASharedMachineWhoseProviderEndsNothing(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.tamper = func(_ string, b []byte) []byte {
		return bytes.Replace(b, []byte(`"end_session_endpoint"`), []byte(`"none"`), 1)
	}
	b := w.browser()
	b.in("feide", "kari")
	a := b.post("/maskin")
	if a.Code != http.StatusOK || a.Header.Get("Refresh") != "" || b.inside() {
		t.Fatalf("got %d, Refresh %q", a.Code, a.Header.Get("Refresh"))
	}
	if strings.Contains(a.Body, "maskinen klar") || !strings.Contains(a.Body, "Lukk nettleseren hvis andre") || !strings.Contains(a.Body, `href="/sfo-enhet`) {
		t.Errorf("the page says %s", a.Body)
	}
	for _, c := range (&http.Response{Header: a.Header}).Cookies() {
		if c.Name == "tilhor-enhet-ny" {
			t.Errorf("left behind: %v", c)
		}
	}
	if next := b.get("/logg-ut/ferdig"); strings.Contains(next.Body, "/sfo-enhet") {
		t.Errorf("the next is told %s", next.Body)
	}
}

func TestSignOutEverywhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b, phone, other := w.browser(), w.browser(), w.browser()
		b.in("feide", "kari")
		phone.in("feide", "kari")
		other.in("feide", "jonas")
		if a := b.post("/logg-ut/overalt"); a.Code != http.StatusOK || !strings.Contains(a.Body, "alle maskiner") {
			t.Fatalf("got %d", a.Code)
		}
		if b.inside() || phone.inside() {
			t.Error("still in somewhere")
		}
		if !other.inside() {
			t.Error("somebody else was signed out")
		}
		if a := w.browser().post("/logg-ut/overalt"); a.Code != http.StatusOK || strings.Contains(a.Body, "alle maskiner") || !other.inside() {
			t.Errorf("a stranger: %d", a.Code)
		}
	})
}

// A provider's page loads our address in a frame, without our cookies.
func TestSignOutFromOutside(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b, phone := w.browser(), w.browser()
		var sid string
		w.twist = func(c map[string]any) { sid, _ = c["sid"].(string) }
		b.in("feide", "kari")
		mine := sid
		phone.in("feide", "kari")
		w.twist = nil
		feide := w.idp.URL("feide")
		cases := []struct {
			name string
			q    url.Values
			in   bool
		}{
			{"nothing said", url.Values{}, true},
			{"no sign-in named", url.Values{"iss": {feide}}, true},
			{"an empty name", url.Values{"iss": {feide}, "sid": {""}}, true},
			{"no issuer", url.Values{"sid": {mine}}, true},
			{"another issuer", url.Values{"iss": {"https://evil.example"}, "sid": {mine}}, true},
			{"the wrong one of ours", url.Values{"iss": {w.idp.URL("idporten")}, "sid": {mine}}, true},
			{"another sign-in", url.Values{"iss": {feide}, "sid": {"gjettet"}}, true},
			{"two names", url.Values{"iss": {feide}, "sid": {mine, mine}}, true},
			{"the sign-in", url.Values{"iss": {feide}, "sid": {mine}}, false},
			{"once more", url.Values{"iss": {feide}, "sid": {mine}}, false},
		}
		for _, c := range cases {
			a := w.browser().get("/logg-ut/foran?" + c.q.Encode())
			if a.Code != http.StatusOK || a.Body != "OK\n" {
				t.Errorf("%s: got %d %q, which tells", c.name, a.Code, a.Body)
			}
			if b.inside() != c.in {
				t.Errorf("%s: in is %v", c.name, !c.in)
			}
		}
		if !phone.inside() {
			t.Error("the person's other sign-in ended too")
		}
	})
}

// Another site cannot sign a person out, neither by a link nor by a form.
func TestAnotherSiteCannotSignOut(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	b := w.browser()
	b.in("feide", "kari")
	for _, path := range []string{"/logg-ut", "/logg-ut/overalt"} {
		r, err := http.NewRequest("POST", w.base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://evil.example")
		if a := b.do(r); a.Code < 400 {
			t.Errorf("%s: %d", path, a.Code)
		}
		b.get(path)
	}
	if !b.inside() {
		t.Error("signed out")
	}
}

// The session gets a new name at sign-in, so that one who planted the old one
// has nothing; and what the provider was told is not in the browser.
func TestTheSessionIsNewAtSignIn(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	site := w.address()
	b := w.browser()
	b.Jar.SetCookies(site, []*http.Cookie{{Name: "tilhor", Value: strings.Repeat("p", 43), Path: "/"}})
	b.in("feide", "kari")
	names := map[string]string{}
	for _, c := range b.Jar.Cookies(site) {
		names[c.Name] = c.Value
	}
	if names["tilhor"] == strings.Repeat("p", 43) || len(names["tilhor"]) < 40 {
		t.Errorf("the session is %q", names["tilhor"])
	}
	if _, still := names["tilhor-inn"]; still {
		t.Error("the sign-in's cookie outlives it")
	}
	planted := w.browser()
	planted.Jar.SetCookies(site, []*http.Cookie{{Name: "tilhor", Value: strings.Repeat("p", 43), Path: "/"}})
	if planted.inside() {
		t.Error("a planted session is signed in")
	}
}
