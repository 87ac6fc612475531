package devidp

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	site     = "http://127.0.0.1:9/svar"
	verifier = "0123456789012345678901234567890123456789abc"
)

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

type world struct {
	*Server
	t   *testing.T
	now time.Time
}

func newWorld(t *testing.T, people ...Persona) *world {
	t.Helper()
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if len(people) == 0 {
		people = []Persona{
			{
				ID: "kari", Name: "Kari Lund", RoleLabel: "Rektor", School: "Solbakken skole", Levels: []string{"one", "two"},
				Claims: map[string]any{"https://n.feide.no/claims/eduPersonPrincipalName": "kari@granvik.kommune.no"},
			},
			{ID: "ina", Name: "Ina Moe", RoleLabel: "Sosiallærer", School: "Solbakken skole"},
		}
	}
	w := &world{t: t, now: start}
	w.Server, err = New(l, func() time.Time { return w.now }, Issuer{
		Name: "feide", Title: "Feide",
		Client: Client{ID: "tilhor", Secret: "hemmelig", Redirects: []string{site}, After: []string{"http://127.0.0.1:9/ferdig"}}, Personas: people,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// ask sends a request from this machine.
func (w *world) ask(method, path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Host, r.RemoteAddr = strings.TrimPrefix(w.base, "http://"), "127.0.0.1:4000"
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec
}

func asking(change ...string) url.Values {
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"client_id": {"tilhor"}, "redirect_uri": {site}, "response_type": {"code"}, "scope": {"openid"}, "state": {"s"}, "nonce": {"n"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}, "login_hint": {"kari"},
	}
	for i := 0; i < len(change); i += 2 {
		q.Set(change[i], change[i+1])
	}
	return q
}

// code signs in and gives the answer that the browser brings back.
func (w *world) code(change ...string) url.Values {
	w.t.Helper()
	rec := w.ask("GET", "/feide/authorize?"+asking(change...).Encode(), nil)
	u, err := url.Parse(rec.Header().Get("Location"))
	if err != nil || rec.Code != http.StatusFound || !strings.HasPrefix(u.String(), site+"?") {
		w.t.Fatalf("got %d to %q", rec.Code, rec.Header().Get("Location"))
	}
	return u.Query()
}

func (w *world) change(code string, change ...string) (int, map[string]any) {
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {site}, "code_verifier": {verifier},
		"client_id": {"tilhor"}, "client_secret": {"hemmelig"},
	}
	for i := 0; i < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	rec := w.ask("POST", "/feide/token", form)
	var v map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil {
		w.t.Fatal(err)
	}
	return rec.Code, v
}

func TestListensOnLoopbackOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.168.0.7:0", "example.no:0", "localhost.example.no:0", "127.0.0.1.example.no:0", "10.0.0.1", ""} {
		if l, err := Listen(addr); err == nil {
			l.Close()
			t.Errorf("%q: listens", addr)
		}
	}
	for _, addr := range []string{"127.0.0.1:0", "localhost:0", "127.9.9.9:0"} {
		l, err := Listen(addr)
		if err != nil {
			t.Errorf("%q: %v", addr, err)
			continue
		}
		l.Close()
	}
}

// A page elsewhere can have its own name point here; and a proxy could be put
// in front by mistake.
func TestAnswersLoopbackOnly(t *testing.T) {
	w := newWorld(t)
	cases := []struct {
		host, from string
		want       int
	}{
		{"127.0.0.1:8081", "127.0.0.1:4000", http.StatusOK},
		{"localhost:8081", "[::1]:4000", http.StatusOK},
		{"localhost", "127.0.0.1:4000", http.StatusOK},
		{"tilhor.granvik.kommune.no", "127.0.0.1:4000", http.StatusMisdirectedRequest},
		{"rebound.example:8081", "127.0.0.1:4000", http.StatusMisdirectedRequest},
		{"127.0.0.1:8081", "10.1.2.3:4000", http.StatusMisdirectedRequest},
		{"127.0.0.1:8081", "", http.StatusMisdirectedRequest},
	}
	for _, c := range cases {
		r := httptest.NewRequest("GET", "/feide/.well-known/openid-configuration", nil)
		r.Host, r.RemoteAddr = c.host, c.from
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		if rec.Code != c.want {
			t.Errorf("%s from %s: got %d, want %d", c.host, c.from, rec.Code, c.want)
		}
	}
}

// Only the demo's command and tests know this package; serve cannot reach it.
func TestOnlyTheDemoImportsIt(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("../../..", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") || strings.Contains(p, "node_modules") {
			return err
		}
		seen++
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return nil // somebody else's half-written file is not ours to judge
		}
		for _, i := range f.Imports {
			if i.Path.Value == `"tilhor/internal/web/devidp"` && !mayImport(filepath.ToSlash(p)) {
				t.Errorf("%s imports the made-up provider", p)
			}
		}
		return nil
	})
	if err != nil || seen < 20 {
		t.Fatalf("%d files read, %v", seen, err)
	}
	for path, want := range map[string]bool{
		"../../../cmd/tilhor/serve.go": false, "../../../cmd/tilhor/demo.go": true, "../../../cmd/tilhor/demo_people.go": true,
		"../signin/flow_test.go": true, "../signin/routes.go": false, "../webtest/site.go": true,
	} {
		if mayImport(path) != want {
			t.Errorf("%s: want %v", path, want)
		}
	}
}

func mayImport(path string) bool {
	name := filepath.Base(path)
	return strings.HasSuffix(name, "_test.go") || strings.Contains(path, "/webtest/") ||
		strings.Contains(path, "cmd/tilhor/") && strings.HasPrefix(name, "demo")
}

func TestAuthorizeRefuses(t *testing.T) {
	w := newWorld(t)
	cases := []struct {
		name   string
		change []string
		status int
		word   string
	}{
		{"another client", []string{"client_id", "other"}, http.StatusBadRequest, ""},
		{"an address that is not registered", []string{"redirect_uri", site + "/x"}, http.StatusBadRequest, ""},
		{"an address elsewhere", []string{"redirect_uri", "https://evil.example/"}, http.StatusBadRequest, ""},
		{"implicit flow", []string{"response_type", "token"}, http.StatusFound, "unsupported_response_type"},
		{"no openid", []string{"scope", "profile"}, http.StatusFound, "invalid_scope"},
		{"plain PKCE", []string{"code_challenge_method", "plain"}, http.StatusFound, "invalid_request"},
		{"no PKCE", []string{"code_challenge", ""}, http.StatusFound, "invalid_request"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rec := w.ask("GET", "/feide/authorize?"+asking(c.change...).Encode(), nil)
			to := rec.Header().Get("Location")
			if rec.Code != c.status || c.word != "" && !strings.Contains(to, "error="+c.word) || c.word == "" && to != "" {
				t.Errorf("got %d to %q", rec.Code, to)
			}
		})
	}
}

func TestTokenIsGivenOnceToWhoeverHoldsTheVerifier(t *testing.T) {
	w := newWorld(t)
	back := w.code()
	if back.Get("state") != "s" || back.Get("iss") != w.URL("feide") {
		t.Fatalf("came back with %v", back)
	}
	status, got := w.change(back.Get("code"))
	if status != http.StatusOK || got["id_token"] == "" {
		t.Fatalf("got %d %v", status, got)
	}
	if status, _ := w.change(back.Get("code")); status != http.StatusBadRequest {
		t.Errorf("a code was taken twice: %d", status)
	}
	cases := []struct {
		name   string
		change []string
		wait   time.Duration
		want   int
	}{
		{"another verifier", []string{"code_verifier", strings.Repeat("x", 43)}, 0, http.StatusBadRequest},
		{"no verifier", []string{"code_verifier", ""}, 0, http.StatusBadRequest},
		{"another address", []string{"redirect_uri", "https://evil.example/"}, 0, http.StatusBadRequest},
		{"a wrong secret", []string{"client_secret", "gjettet"}, 0, http.StatusUnauthorized},
		{"too late", nil, 2 * time.Minute, http.StatusBadRequest},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			code := w.code().Get("code")
			w.now = w.now.Add(c.wait)
			if status, v := w.change(code, c.change...); status != c.want || v["id_token"] != nil {
				t.Errorf("got %d, want %d", status, c.want)
			}
		})
	}
}

func TestLevelsUserinfoAndGroups(t *testing.T) {
	w := newWorld(t)
	level := func(asked string) any {
		_, v := w.change(w.code("acr_values", asked).Get("code"))
		part := strings.Split(v["id_token"].(string), ".")[1]
		b, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		var c map[string]any
		if err := json.Unmarshal(b, &c); err != nil {
			t.Fatal(err)
		}
		if c["nonce"] != "n" || c["sub"] != "kari" || c["sid"] == "" || c["https://n.feide.no/claims/eduPersonPrincipalName"] != nil {
			t.Errorf("claims: %v", c)
		}
		return c["acr"]
	}
	for asked, want := range map[string]string{"": "one", "two": "two", "three two": "two", "three": "one"} {
		if got := level(asked); got != want {
			t.Errorf("asked for %q: got %v, want %q", asked, got, want)
		}
	}
	_, v := w.change(w.code().Get("code"))
	bearer := "Bearer " + v["access_token"].(string)
	if rec := w.ask("GET", "/feide/userinfo", nil, "Authorization", bearer); rec.Code != 200 || !strings.Contains(rec.Body.String(), `"kari@granvik.kommune.no"`) {
		t.Errorf("userinfo: %d %s", rec.Code, rec.Body)
	}
	if rec := w.ask("GET", "/feide/groups/me/groups", nil, "Authorization", bearer); rec.Code != 200 || strings.TrimSpace(rec.Body.String()) != "[]" {
		t.Errorf("groups: %d %s", rec.Code, rec.Body)
	}
	if rec := w.ask("GET", "/feide/userinfo", nil, "Authorization", "Bearer x"); rec.Code != http.StatusUnauthorized {
		t.Errorf("userinfo to a stranger: %d", rec.Code)
	}
	w.now = w.now.Add(time.Hour)
	if rec := w.ask("GET", "/feide/userinfo", nil, "Authorization", bearer); rec.Code != http.StatusUnauthorized {
		t.Errorf("userinfo an hour later: %d", rec.Code)
	}
}

func TestEndSession(t *testing.T) {
	w := newWorld(t)
	_, v := w.change(w.code().Get("code"))
	id, after := v["id_token"].(string), "http://127.0.0.1:9/ferdig"
	w.now = w.now.Add(10 * time.Hour) // a hint may have run out
	cases := []struct {
		name, hint, after string
		want              int
	}{
		{"ours", id, after, http.StatusFound},
		{"elsewhere", id, "https://evil.example/", http.StatusBadRequest},
		{"no hint", "", after, http.StatusBadRequest},
		{"a changed hint", id[:len(id)-8] + "AAAAAAAA", after, http.StatusBadRequest},
	}
	for _, c := range cases {
		q := url.Values{"id_token_hint": {c.hint}, "post_logout_redirect_uri": {c.after}}
		if rec := w.ask("GET", "/feide/end_session?"+q.Encode(), nil); rec.Code != c.want {
			t.Errorf("%s: got %d, want %d", c.name, rec.Code, c.want)
		}
	}
}

func TestList(t *testing.T) {
	people := []Persona{{ID: "x/../y", Name: `<script>alert(1)</script>`, RoleLabel: "Rektor", School: "Solbakken skole"}}
	for i := range 70 {
		people = append(people, Persona{ID: "t" + string(rune('A'+i)), Name: "Lærer " + string(rune('A'+i)), RoleLabel: "Lærer", School: "Fjellgløtt skole"})
	}
	w := newWorld(t, people...)
	get := func(change ...string) string {
		q := asking(append([]string{"login_hint", ""}, change...)...)
		rec := w.ask("GET", "/feide/authorize?"+q.Encode(), nil)
		if rec.Code != http.StatusOK {
			t.Fatalf("got %d", rec.Code)
		}
		return rec.Body.String()
	}
	body := get()
	for _, want := range []string{"<h1>Hvem vil du være?</h1>", ">Rektor</h2>", ">Lærer</h2>", "Og 10 til", `type="search"`, "&lt;script&gt;", `lang="nb"`, "x%2F..%2Fy"} {
		if !strings.Contains(body, want) {
			t.Errorf("the list has no %q", want)
		}
	}
	for _, never := range []string{"<script", `type="password"`, "style=", "⟦"} {
		if strings.Contains(body, never) {
			t.Errorf("the list has %q", never)
		}
	}
	if n := strings.Count(get("q", "solbakken"), "<li><a href=\"/feide/som/"); n != 1 {
		t.Errorf("searched, and got %d people", n)
	}
	if !strings.Contains(get("q", "ingen heter det"), "Ingen passer") {
		t.Error("nothing is said when nobody is found")
	}
	if body := get("ui_locales", "nn"); !strings.Contains(body, "Kven vil du vere?") || !strings.Contains(body, `lang="nn"`) {
		t.Error("nynorsk was asked for")
	}
	rec := w.ask("GET", "/feide/som/ingen?"+asking().Encode(), nil)
	if to := rec.Header().Get("Location"); !strings.Contains(to, "error=access_denied") {
		t.Errorf("turned back to %q", to)
	}
	if rec := w.ask("GET", "/feide/som/ukjent?"+asking().Encode(), nil); rec.Code != http.StatusNotFound {
		t.Errorf("somebody unknown: %d", rec.Code)
	}
	w.Fonts("/static/", http.NotFoundHandler(), Face{"Inter", 400, "/static/inter.woff2"})
	rec = w.ask("GET", "/feide/stil.css", nil)
	if b, _ := io.ReadAll(rec.Body); rec.Header().Get("Content-Type") != "text/css; charset=utf-8" || len(b) < 1000 || !strings.HasPrefix(string(b), `@font-face{font-family:"Inter";font-weight:400;`) {
		t.Error("no style")
	}
}

// Who is signed in here stays so in that browser, where the provider remembers: a
// site that asks nothing is answered at once, and one that asks for a sign-in anew,
// or for a young one, is not. When it is asked how old it is, it says so.
func TestWhoIsSignedInAlready(t *testing.T) {
	w := newWorld(t)
	h := w.hosts["feide"]
	ask := func(cookie string, change ...string) *httptest.ResponseRecorder {
		q := asking(change...)
		if !slices.Contains(change, "login_hint") {
			q.Del("login_hint")
		}
		return w.ask("GET", "/feide/authorize?"+q.Encode(), nil, "Cookie", cookie)
	}
	rec := w.ask("GET", "/feide/som/kari?"+asking().Encode(), nil)
	if rec.Header().Get("Set-Cookie") != "" {
		t.Error("it remembers unasked")
	}
	h.Remembers = true
	rec = w.ask("GET", "/feide/som/kari?"+asking().Encode(), nil)
	cookie, _, _ := strings.Cut(rec.Header().Get("Set-Cookie"), ";")
	w.now = w.now.Add(time.Minute)
	back := func(rec *httptest.ResponseRecorder) url.Values {
		u, err := url.Parse(rec.Header().Get("Location"))
		if err != nil || rec.Code != http.StatusFound {
			return nil
		}
		return u.Query()
	}
	for _, row := range []struct {
		name   string
		cookie string
		change []string
		silent bool
		fault  string
		age    any // of the sign-in, as auth_time says it; nil for not said
	}{
		{"nothing is asked", cookie, nil, true, "", nil},
		{"another browser", "", nil, false, "", nil},
		{"anew", cookie, []string{"prompt", "login"}, false, "", nil},
		{"another may be chosen", cookie, []string{"prompt", "select_account"}, false, "", nil},
		{"anew, by one who is named", cookie, []string{"prompt", "login", "login_hint", "kari"}, false, "", nil},
		{"not at all old", cookie, []string{"max_age", "0"}, false, "", nil},
		{"half a minute old", cookie, []string{"max_age", "30"}, false, "", nil},
		{"an hour old", cookie, []string{"max_age", "3600"}, true, "", 60.0},
		{"without a word", cookie, []string{"prompt", "none"}, true, "", nil},
		{"without a word, in another browser", "", []string{"prompt", "none"}, false, "login_required", nil},
		{"without a word, and anew", cookie, []string{"prompt", "none login"}, false, "invalid_request", nil},
		{"no age", cookie, []string{"max_age", "x"}, false, "invalid_request", nil},
	} {
		rec := ask(row.cookie, row.change...)
		q := back(rec)
		switch {
		case q.Get("error") != row.fault, q.Get("code") != "" != row.silent, row.fault == "" && !row.silent && rec.Code != http.StatusOK:
			t.Errorf("%s: %d, %v", row.name, rec.Code, q)
		case row.silent:
			_, token := w.change(q.Get("code"))
			at, said := claimsOf(t, token)["auth_time"].(float64)
			if said != (row.age != nil) || said && float64(w.now.Unix())-at != row.age {
				t.Errorf("%s: auth_time %v, %v", row.name, at, said)
			}
		}
	}
	// Who signs out is signed out.
	_, token := w.change(back(ask(cookie)).Get("code"))
	hint, _ := token["id_token"].(string)
	w.ask("GET", "/feide/end_session?"+url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"http://127.0.0.1:9/ferdig"}}.Encode(), nil, "Cookie", cookie)
	if rec := ask(cookie); rec.Code != http.StatusOK {
		t.Errorf("signed out, and let in: %d", rec.Code)
	}
}

// claimsOf reads a token without checking it.
func claimsOf(t *testing.T, token map[string]any) map[string]any {
	t.Helper()
	raw, _ := token["id_token"].(string)
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		t.Fatalf("no token: %v", token)
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var c map[string]any
	if err := json.Unmarshal(b, &c); err != nil {
		t.Fatal(err)
	}
	return c
}
