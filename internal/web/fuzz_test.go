package web

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tilhor/internal/lang"
)

// asked makes the request of an address as the server would read it, nil when
// the server would not.
func asked(raw string) *http.Request {
	if strings.ContainsAny(raw, "\r\n \x00") || raw == "" {
		return nil
	}
	u, err := url.ParseRequestURI(raw)
	if err != nil {
		return nil
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL, r.RequestURI = u, raw
	return r
}

// elsewhere says whether a browser on our page would take a link away from us.
func elsewhere(href string) bool {
	base, _ := url.Parse("https://granvik.example/side")
	// What a browser does to an address before it reads it.
	href = strings.Trim(strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(href), " \x00\x01\x1f")
	u, err := base.Parse(href)
	return err != nil || u.Host != base.Host || u.Scheme != base.Scheme
}

// FuzzOurs: an address that is taken for ours leads a browser nowhere else.
func FuzzOurs(f *testing.F) {
	for _, s := range []string{"/saker/x?l=nb", "//evil", `/\evil`, "/\t/evil", "https:evil", "/%2F/evil", "/x#//evil", "/..//evil", "/;//evil", "/ /evil", "/\u2028/evil", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q := &Req{R: httptest.NewRequest(http.MethodGet, "/?l=nn", nil), W: httptest.NewRecorder(), Kit: &Kit{}}
		to := q.Next(s, "/hit")
		if elsewhere(to) || elsewhere(q.Link(to)) {
			t.Fatalf("%q leads to %q, as a link %q", s, to, q.Link(to))
		}
		if err := q.See(s); err == nil && elsewhere(q.W.Header().Get("Location")) {
			t.Fatalf("%q sends to %q", s, q.W.Header().Get("Location"))
		}
	})
}

// FuzzAddress: whatever address is asked for, it is sent on only to one of ours
// and only once, the links to other languages stay here, and what a page reads
// out of it is plain text.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"/", "//evil/x", "/a//b/../c/", "/saker/abc?l=se&l=nb&fra=9", "/%2e%2e/x", "/x?neste=%00", "/x?%zz", "/x;y?a;b", "http://evil/x", "*", "/%ff", "/?l=nb%0d%0aSet-Cookie:x"} {
		f.Add(s, "fra")
	}
	f.Fuzz(func(t *testing.T, raw, name string) {
		r := asked(raw)
		if r == nil {
			return
		}
		if to, ok := tidy(r); !ok {
			if to == "" {
				t.Fatalf("%q is sent nowhere", raw)
			}
			again := asked(to)
			if elsewhere(to) {
				t.Fatalf("%q is sent on to %q", raw, to)
			}
			if again != nil {
				if _, ok := tidy(again); !ok {
					t.Fatalf("%q is sent on to %q, and that again", raw, to)
				}
			}
			return
		}
		q := &Req{W: httptest.NewRecorder(), R: r, Kit: &Kit{}}
		q.chooseLang()
		if !slices.Contains(lang.Langs, q.Lang) {
			t.Fatalf("%q is shown in %q", raw, q.Lang)
		}
		for _, l := range LangLinks(q.Lang, r.URL) {
			if r.URL.Host == "" && elsewhere(l.Href) {
				t.Fatalf("%q has the link %q", raw, l.Href)
			}
		}
		for _, v := range []string{q.Query(name), q.Path(name)} {
			if !utf8.ValidString(v) || strings.ContainsAny(v, "\x00\n\r\x7f") || len(v) > 2000 {
				t.Fatalf("%q gave %q", raw, v)
			}
		}
		if prefetch(r) {
			t.Fatal("an address alone made it a prefetch")
		}
	})
}

// FuzzHeaders: whatever headers a browser sends, a language of ours is chosen,
// no cookie of another form is a session, and what is asked for is not changed.
func FuzzHeaders(f *testing.F) {
	f.Add("nb", "gzip;q=0, br", "granvik.example:8443", "tilhor=abc; l=nn")
	f.Add("", "gzip ; q=0.000", "[::1]:x", `tilhor="a b"; l=`)
	f.Add("*", "x-gzip,,gzip", "GRANVIK.example.", strings.Repeat("tilhor=x; ", 200))
	f.Fuzz(func(t *testing.T, accept, encoding, host, cookies string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Accept-Language"], r.Header["Accept-Encoding"], r.Header["Cookie"], r.Host = []string{accept}, []string{encoding}, []string{cookies}, host
		s := &Site{kit: &Kit{Owner: Owner{Hosts: []string{"granvik.example"}}}, sessions: &sessions{cookie: "tilhor"}}
		if token := s.sessions.token(r); token != "" && (len(token) < 40 || len(token) > 64 || strings.ContainsAny(token, " \";,\\\x00\n")) {
			t.Fatalf("%q is taken for a session", token)
		}
		if s.ourHost(r) && !strings.HasPrefix(strings.ToLower(strings.TrimPrefix(host, "[")), "granvik.example") {
			t.Fatalf("%q is taken for our host", host)
		}
		q := &Req{W: httptest.NewRecorder(), R: r, Kit: s.kit, person: "kari"}
		if q.chooseLang(); !slices.Contains(lang.Langs, q.Lang) {
			t.Fatalf("%q gives %q", accept, q.Lang)
		}
		if takesGzip(encoding) && !strings.Contains(encoding, "gzip") {
			t.Fatalf("%q takes gzip", encoding)
		}
		s.sameSite(r)
	})
}

// FuzzSession: what a session holds is read as texts or not at all, and reads
// again as it was.
func FuzzSession(f *testing.F) {
	good, err := sessionJSON{}.Encode(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), map[string]any{keyPerson: "kari", keyRole: "teacher"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"deadline":"0000-01-01T00:00:00Z","values":{"person":null}}`))
	f.Add([]byte(`{"values":{"began":1}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, b []byte) {
		at, values, err := sessionJSON{}.Decode(b)
		if err != nil {
			return
		}
		again, err := sessionJSON{}.Encode(at, values)
		if err != nil {
			if at.Year() > 0 && at.Year() < 9999 {
				t.Fatal(err)
			}
			return
		}
		if _, twice, err := (sessionJSON{}).Decode(again); err != nil || len(twice) != len(values) {
			t.Fatalf("%v became %v: %v", values, twice, err)
		}
	})
}

// FuzzDraft: a form that was kept comes back as clean as one that is sent, or
// not at all; and a form that is clean comes back as it was.
func FuzzDraft(f *testing.F) {
	f.Add([]byte(`{"path":"/si-fra","values":{"tekst":["a\r\nb"],"kladd":["../.."]}}`))
	f.Add([]byte(`{"values":{"\u0000":["x"]}}`))
	f.Add([]byte(`{"values":{"a":null,"b":[]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var b draftBody
		if json.Unmarshal(raw, &b) != nil {
			return
		}
		form, err := formOf(b.Values)
		if err != nil {
			return
		}
		body, err := json.Marshal(draftBody{b.Path, form.values})
		if err != nil {
			t.Fatal(err)
		}
		var back draftBody
		if err := json.Unmarshal(body, &back); err != nil {
			t.Fatal(err)
		}
		again, err := formOf(back.Values)
		if err != nil || again.content() != form.content() {
			t.Fatalf("%q came back as %q: %v", form.content(), again.content(), err)
		}
		for name, all := range form.values {
			for _, v := range all {
				if strings.ContainsAny(v, "\x00\r") || !strings.Contains(string(form.Resend()), html.EscapeString(v)) && name != fieldKey && name != fieldDraft && v == html.EscapeString(v) {
					t.Fatalf("%q of %q", v, name)
				}
			}
		}
	})
}

// FuzzDiffer: two texts are marked where they differ, and no letter is lost.
func FuzzDiffer(f *testing.F) {
	f.Add("Ola slo.", "Ola slo ikke.")
	f.Add(strings.Repeat("a b ", 300), strings.Repeat("b a ", 300))
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = a[:min(len(a), 4000)], b[:min(len(b), 4000)]
		x, y := Differ(a, b)
		if joined(x, true) != a || joined(y, true) != b {
			t.Fatalf("%q and %q became %q and %q", a, b, joined(x, true), joined(y, true))
		}
	})
}

// FuzzNetwork: who asks is the machine that connects, whatever it says of
// itself, unless that is a proxy of ours; then it is the last machine that the
// proxy names, and never one that a stranger put before it.
func FuzzNetwork(f *testing.F) {
	for _, s := range []string{"", "1.2.3.4", "9.9.9.9, 1.2.3.4", "1.2.3.4, 10.0.0.2", "[2001:db8::1]:80", "fe80::1%eth0", "::ffff:1.2.3.4", "unknown", ",,,", strings.Repeat("10.0.0.1,", 300), "1.2.3.4:99999"} {
		f.Add("10.0.0.1:5", s)
		f.Add("5.6.7.8:5", s)
	}
	f.Add("@", "x")
	proxies, err := ParseProxies([]string{"10.0.0.0/8"})
	if err != nil {
		f.Fatal(err)
	}
	l := &Limits{bounds: Bounds{Proxies: proxies}}
	f.Fuzz(func(t *testing.T, remote, said string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = remote
		alone := l.network(r)
		r.Header["X-Forwarded-For"] = []string{said}
		with := l.network(r)
		if at, _ := addressIn(remote); !l.trusts(at) && with != alone {
			t.Fatalf("%q made itself %v by saying %q", remote, with, said)
		}
		r.Header["X-Forwarded-For"] = []string{"6.6.6.6, " + said}
		if last := said[strings.LastIndexByte(said, ',')+1:]; strings.TrimSpace(last) != "" {
			if at, ok := addressIn(last); ok && !l.trusts(at) && l.network(r) != with {
				t.Fatalf("%q: one more before %q made it %v, not %v", remote, said, l.network(r), with)
			}
		}
		ParseProxies([]string{remote, said})
	})
}
