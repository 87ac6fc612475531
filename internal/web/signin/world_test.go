package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
	"tilhor/internal/seal/sealtest"
	"tilhor/internal/web"
	"tilhor/internal/web/devidp"
)

const (
	owner = tilhor.OwnerID("granvik")
	mfa   = "urn:mace:feide.no:auth:level:fad08:3"
)

// world is a site with a real roster, and two made-up providers beside it.
type world struct {
	t      *testing.T
	db     *db.DB
	keys   *seal.Keys
	roster *roster.Roster
	site   *web.Site
	desk   *Desk
	idp    *devidp.Server
	base   string
	log    lines

	mu     sync.Mutex
	now    time.Time
	twist  func(map[string]any)               // what the provider lies about
	tamper func(path string, b []byte) []byte // what happens to its answers on the way
	asked  map[string]int                     // how often each of its addresses was asked
	down   bool                               // it does not answer
	slow   string                             // where it never comes to an end
	people map[string]tilhor.PersonID
}

func newWorld(t *testing.T, d *db.DB, change ...func(*Config)) *world {
	t.Helper()
	w := &world{t: t, db: d, now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), asked: map[string]int{}, people: map[string]tilhor.PersonID{}}
	w.keys = sealtest.Keys(t, owner)
	w.roster = roster.New(w.keys, journal.New(w.keys))
	w.fill()

	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.base = "http://" + at.Addr().String()
	cfg := w.providers()
	for _, c := range change {
		c(&cfg)
	}
	log := slog.New(slog.NewTextHandler(&w.log, nil))
	if w.desk, err = New(owner, cfg, d, w.roster, w.clock, log); err != nil {
		t.Fatal(err)
	}
	for _, s := range w.desk.sources {
		s.client.Transport = line{w, s.client.Transport}
		break // they share one client
	}
	kit := &web.Kit{
		DB: d, Keys: w.keys, Journal: journal.New(w.keys), Roster: w.roster, Clock: w.clock, Log: log, Level: w.desk.Enough, Reaches: w.desk.Reaches, SignOut: w.desk.SignOut,
		Owner: web.Owner{ID: owner, Name: "Granvik kommune", Hosts: []string{"127.0.0.1"}},
	}
	if w.site, err = web.New(kit); err != nil {
		t.Fatal(err)
	}
	w.site.Mount(w.desk.Routes(w.site))
	w.site.Mount(w.pages())
	srv := web.Server("", w.site.Handler())
	go srv.Serve(at)
	t.Cleanup(func() { srv.Close() })
	return w
}

// pages are two pages to come for: one of the day, and one with a case in it.
func (w *world) pages() []web.Route {
	everyone := append([]tilhor.Role{}, everyRole...)
	show := func(q *web.Req) error {
		q.Write(http.StatusOK, "text/plain; charset=utf-8", fmt.Appendf(nil, "%s %s %s", q.Who(), q.Actor.Role, q.Lang))
		return nil
	}
	fresh := func(q *web.Req) error {
		fresh, err := q.Fresh(5 * time.Minute)
		if err != nil {
			return err
		}
		un, err := q.Unvouched()
		word := map[bool]string{true: "fresh", false: "stale"}[fresh]
		if un {
			word = "unvouched"
		}
		q.Write(http.StatusOK, "text/plain; charset=utf-8", []byte(word))
		return err
	}
	return []web.Route{
		{Method: "POST", Path: "/maskin", Name: "test.tablet", Roles: everyone, Serve: func(q *web.Req) error { return q.EnrollTablet(strings.Repeat("a", 52)) }},
		{Method: "GET", Path: "/fersk", Name: "test.fresh", Roles: everyone, Serve: fresh},
		{Method: "GET", Path: "/i-dag", Name: "test.day", Roles: everyone, Serve: show},
		{Method: "GET", Path: "/barn", Name: "test.children", Roles: []tilhor.Role{tilhor.RoleParent}, Serve: show},
		{Method: "GET", Path: "/saker/{spor}", Name: "test.case", Roles: everyone, Sensitive: true, Case: true, Serve: show},
	}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// providers starts the made-up providers and gives what the municipality would
// have set up with them.
func (w *world) providers() Config {
	l, err := devidp.Listen("127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	eppn := func(name string) map[string]any {
		return map[string]any{"https://n.feide.no/claims/eduPersonPrincipalName": name + "@granvik.kommune.no"}
	}
	pid := func(of string) map[string]any { return map[string]any{"pid": number(of)} }
	office := func(name, tenant string, amr ...string) map[string]any {
		return map[string]any{"tid": tenant, "oid": "oid-" + name, "amr": amr, "feideid": name + "@granvik.kommune.no", "preferred_username": "kari@granvik.kommune.no"}
	}
	client := func(name string) devidp.Client {
		return devidp.Client{ID: "tilhor-" + name, Secret: "hemmelig & " + name, Redirects: []string{w.base + "/logg-inn/" + name + "/svar"}, After: []string{w.base + donePath}}
	}
	lie := func(c map[string]any) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.twist != nil {
			w.twist(c)
		}
	}
	w.idp, err = devidp.New(l, w.clock,
		devidp.Issuer{Name: "feide", Title: "Feide", Client: client("feide"), Twist: lie, Remembers: true, Personas: []devidp.Persona{
			{ID: "kari", Name: "Kari Lund", RoleLabel: "Rektor", Claims: eppn("KARI"), Levels: []string{"", mfa}},
			{ID: "jonas", Name: "Jonas Berg", RoleLabel: "Lærer", Claims: eppn("jonas")},
			{ID: "mona", Name: "Mona Vik", RoleLabel: "Sosiallærer", Claims: eppn("mona")},
			{ID: "arne", Name: "Arne Foss", RoleLabel: "Rektor", Claims: eppn("arne"), Levels: []string{"", mfa}},
			{ID: "tore", Name: "Tore Li", RoleLabel: "Lærer", Claims: eppn("tore"), Levels: []string{"", mfa}},
			{ID: "siv", Name: "Siv Dahl", RoleLabel: "Rektor", Claims: eppn("siv")},
			{ID: "emil", Name: "Emil Strand", RoleLabel: "Elev", Claims: eppn("emil")},
			{ID: "ny", Name: "Ny Lærer", RoleLabel: "Lærer", Claims: eppn("ny"), Groups: places("974588145", "2027-07-31")},
			{ID: "gammel", Name: "Gammel Lærer", RoleLabel: "Lærer", Claims: eppn("gammel"), Groups: places("974588145", "2026-06-30")},
			{ID: "nabo", Name: "Nabo Lærer", RoleLabel: "Lærer", Claims: eppn("nabo"), Groups: places("974652706", "2027-07-31")},
			{ID: "rar", Name: "Rar Lærer", RoleLabel: "Lærer", Claims: eppn("rar"), Groups: json.RawMessage(`{"ikke":"en liste"}`)},
			{ID: "fremmed", Name: "Frank Fremmed", RoleLabel: "Lærer", Claims: eppn("fremmed")},
			{ID: "navnlos", Name: "Nils Navnløs", RoleLabel: "Lærer"},
		}},
		devidp.Issuer{Name: "idporten", Title: "ID-porten", Client: client("idporten"), Twist: lie, Personas: []devidp.Persona{
			{ID: "par", Name: "Pål Strand", RoleLabel: "Forelder", Claims: pid("forelder"), Levels: []string{"idporten-loa-substantial", "idporten-loa-high"}},
			{ID: "lav", Name: "Pål Strand", RoleLabel: "Forelder", Claims: pid("forelder"), Levels: []string{"idporten-loa-low"}},
			{ID: "taus", Name: "Pål Strand", RoleLabel: "Forelder", Claims: pid("forelder")},
			{ID: "ukjent", Name: "Ingen Her", RoleLabel: "Forelder", Claims: pid("ingen"), Levels: []string{"idporten-loa-high"}},
		}},
		devidp.Issuer{Name: "entra", Title: "Microsoft", Client: client("entra"), Twist: lie, Personas: []devidp.Persona{
			{ID: "kari", Name: "Kari Lund", RoleLabel: "Rektor", Claims: office("kari", "granvik", "pwd", "mfa")},
			{ID: "jonas", Name: "Jonas Berg", RoleLabel: "Lærer", Claims: office("jonas", "granvik", "pwd")},
			{ID: "nabo", Name: "Jonas Berg", RoleLabel: "Lærer", Claims: office("jonas", "nabokommunen", "pwd")},
		}})
	if err != nil {
		w.t.Fatal(err)
	}
	go w.idp.Serve(l)
	w.t.Cleanup(func() { w.idp.Close(context.Background()) })
	return Config{Base: w.base, MadeUp: true, Providers: []Provider{
		{
			Name: "feide", Title: "Feide", Kind: Feide, Issuer: w.idp.URL("feide"), ClientID: "tilhor-feide", Secret: "hemmelig & feide", Hints: true,
			Groups: w.idp.URL("feide") + "/groups",
		},
		{Name: "idporten", Title: "ID-porten", Kind: IDPorten, Issuer: w.idp.URL("idporten"), ClientID: "tilhor-idporten", Secret: "hemmelig & idporten", Hints: true},
		{
			Name: "entra", Title: "Microsoft", Kind: Entra, Issuer: w.idp.URL("entra"), ClientID: "tilhor-entra", Secret: "hemmelig & entra",
			Tenant: "granvik", Match: "feideid", Hints: true,
		},
	}}
}

// places is what Feide's groups say of a teacher in 5A at a school.
func places(org, until string) json.RawMessage {
	return json.RawMessage(`[{"id":"fc:org:granvik.kommune.no","type":"fc:org","displayName":"Granvik","membership":{"affiliation":["member","faculty"],"primaryAffiliation":"faculty"}},
		{"id":"fc:gogroup:granvik.kommune.no:b:NO` + org + `:5A","type":"fc:gogroup","displayName":"5A","go_type":"b","parent":"fc:org:granvik.kommune.no:unit:NO` + org + `",
		"notAfter":"` + until + `T22:00:00Z","membership":{"affiliation":"faculty"}}]`)
}

// number is a synthetic person number, the same for the same name.
func number(of string) string {
	for i := range 100000 {
		n := fmt.Sprintf("0181%02d%05d", len(of)*7%90+10, i+len(of)*100)
		if _, ok := roster.ParseNumber(n); ok {
			return n
		}
	}
	panic("no such number")
}

// line is the line between us and the providers.
type line struct {
	w    *world
	next http.RoundTripper
}

func (l line) RoundTrip(r *http.Request) (*http.Response, error) {
	l.w.mu.Lock()
	l.w.asked[r.URL.Path]++
	down, tamper, slow := l.w.down, l.w.tamper, l.w.slow
	l.w.mu.Unlock()
	if slow != "" && strings.HasSuffix(r.URL.Path, slow) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if down {
		return nil, io.ErrUnexpectedEOF
	}
	resp, err := l.next.RoundTrip(r)
	if err != nil || tamper == nil {
		return resp, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	b = tamper(r.URL.Path, b)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	return resp, nil
}

// inToken changes one text of the provider's token answer.
func inToken(name string, change func(string) string) func(string, []byte) []byte {
	return func(path string, b []byte) []byte {
		var v map[string]any
		if !strings.HasSuffix(path, "/token") || json.Unmarshal(b, &v) != nil {
			return b
		}
		s, _ := v[name].(string)
		v[name] = change(s)
		b, _ = json.Marshal(v)
		return b
	}
}

// lines is the log.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

// A browser holds cookies and goes one step at a time.
type browser struct {
	w *world
	*http.Client
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{w, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// twin is another browser with the same cookies.
func (b *browser) twin() *browser {
	t := b.w.browser()
	t.Jar.SetCookies(b.w.address(), b.Jar.Cookies(b.w.address()))
	return t
}

func (w *world) address() *url.URL {
	u, err := url.Parse(w.base)
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

// An answer is what came back.
type answer struct {
	Code   int
	Header http.Header
	Body   string
	To     string // where it sends the browser
}

func (b *browser) do(r *http.Request) answer {
	b.w.t.Helper()
	resp, err := b.Do(r)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	to := ""
	if u, err := resp.Location(); err == nil {
		to = u.String()
	}
	return answer{resp.StatusCode, resp.Header, string(body), to}
}

func (b *browser) get(address string, header ...string) answer {
	b.w.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.w.base + address
	}
	r, err := http.NewRequest("GET", address, nil)
	if err != nil {
		b.w.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return b.do(r)
}

func (b *browser) post(path string, form ...string) answer {
	b.w.t.Helper()
	v := url.Values{}
	for i := 0; i < len(form); i += 2 {
		v.Set(form[i], form[i+1])
	}
	r, err := http.NewRequest("POST", b.w.base+path, strings.NewReader(v.Encode()))
	if err != nil {
		b.w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

// back goes to the provider, chooses a person, and gives the address the
// browser is sent back to.
func (b *browser) back(provider, person string, query ...string) *url.URL {
	b.w.t.Helper()
	q := url.Values{"som": {person}}
	for i := 0; i < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	a := b.get("/logg-inn/" + provider + "?" + q.Encode())
	if a.Code != http.StatusFound {
		b.w.t.Fatalf("begin: %d", a.Code)
	}
	return b.choose(a.To)
}

func (b *browser) choose(address string) *url.URL {
	b.w.t.Helper()
	u, err := url.Parse(b.get(address).To)
	if err != nil || u.Query().Get("state") == "" {
		b.w.t.Fatalf("the provider sent back to %v", u)
	}
	return u
}

// in signs a person in, by way of a stronger sign-in if asked, and gives where
// they are sent.
func (b *browser) in(provider, person string, query ...string) answer {
	b.w.t.Helper()
	a := b.get(b.back(provider, person, query...).String())
	if a.Code == http.StatusFound {
		u, err := url.Parse(a.To)
		if err != nil {
			b.w.t.Fatal(err)
		}
		q := u.Query()
		q.Set("login_hint", person)
		u.RawQuery = q.Encode()
		a = b.get(b.choose(u.String()).String())
	}
	return a
}
