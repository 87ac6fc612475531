package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// attackWorld is a site with a case that rektor leads, and her cookie.
type attackWorld struct {
	*matrixWorld
	rektor *http.Cookie
}

func newAttackWorld(t *testing.T) *attackWorld {
	w := &attackWorld{matrixWorld: newMatrixWorld(t, dbtest.SQLite(t))}
	w.rektor = w.enter(w.town.Actor(tilhor.RoleRektor, w.town.Solbakken), mfa)
	return w
}

// mine is the address of a route for rektor, "" when she has nothing there.
func (w *attackWorld) mine(r web.Route) string {
	w.role = tilhor.RoleRektor
	return w.path(r, relLeads)
}

// anyhow is the address of a route for rektor, or of something that is not there.
func (w *attackWorld) anyhow(r web.Route) string {
	if path := w.mine(r); path != "" {
		return path
	}
	return anyPart.ReplaceAllString(r.Path, "zzzzzzzzzzzzzzzzzzzzzzzzzz")
}

// send is a request as somebody makes it by hand, of headers and all.
func (w *siteWorld) send(h http.Handler, method, path string, cookie *http.Cookie, body string, headers map[string]string) *http.Response {
	r := httptest.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(body))
	if body != "" || method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range headers {
		if k == "Host" {
			r.Host = v
			continue
		}
		r.Header.Set(k, v)
	}
	if cookie != nil {
		r.AddCookie(cookie)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	resp := rec.Result()
	resp.Request = r
	return resp
}

// foreign are the ways a form can come from another site.
var foreign = map[string]map[string]string{
	"another site":                     {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
	"another site with our origin":     {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
	"another subdomain":                {"Sec-Fetch-Site": "same-site", "Origin": "http://ond.127.0.0.1"},
	"an old browser, another origin":   {"Origin": "https://ond.example"},
	"an old browser, another port":     {"Origin": "http://127.0.0.1:9999"},
	"an old browser, no origin":        {"Origin": "null"},
	"neither header":                   {},
	"neither, and a referrer of ours":  {"Referer": "http://127.0.0.1/i-dag"},
	"neither, with a script's request": {"X-Requested-With": "XMLHttpRequest"},
	"origin that begins as ours":       {"Origin": "http://127.0.0.1.ond.example"},
	"headers in capitals":              {"Sec-Fetch-Site": "Same-Origin", "Origin": "https://ond.example"},
}

// safe are the methods that change nothing, and need not be kept from other sites.
var safe = map[string]bool{http.MethodGet: true, http.MethodHead: true}

// forged sends every form of the site as another site would have a signed-in
// browser send it, and lists those that did anything but be refused.
func (w *attackWorld) forged(h http.Handler, routes []web.Route) (faults []string, sent int) {
	before := w.rows()
	for _, r := range routes {
		if safe[r.Method] {
			continue
		}
		path := w.anyhow(r)
		for what, headers := range foreign {
			resp := w.send(h, r.Method, path, w.rektor, w.form(r, relLeads).Encode(), headers)
			sent++
			if resp.StatusCode != http.StatusForbidden || resp.Header.Get("Set-Cookie") != "" {
				faults = append(faults, fmt.Sprintf("%s from %s: %d", r.Name, what, resp.StatusCode))
			}
		}
	}
	for table, sum := range w.rows() {
		if sum != before[table] {
			faults = append(faults, "rows of "+table+" were written")
		}
	}
	return faults, sent
}

// No form of the site does anything when another site sends it, and no cookie
// is set; a site whose check is gone is caught.
func TestAttackForgedForms(t *testing.T) {
	w := newAttackWorld(t)
	faults, sent := w.forged(w.h, w.site.Routes())
	for _, f := range faults {
		t.Error(f)
	}
	unsafe := 0
	for _, r := range w.site.Routes() {
		if !safe[r.Method] {
			unsafe++
		}
	}
	if sent != unsafe*len(foreign) || unsafe < 100 {
		t.Errorf("%d forms were sent, of %d routes that change something", sent, unsafe)
	}
	t.Logf("%d forged forms", sent)
	// Signed in, she can: the same form, from our own page.
	note := w.names["school.note.write"]
	own := w.do("POST", w.rektor, "nb", w.mine(note), url.Values{"what": {"note"}, "text": {"Mor ringte."}})
	if own.StatusCode != http.StatusSeeOther {
		t.Errorf("from our own page: %d", own.StatusCode)
	}
	lenient := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w.h.ServeHTTP(rw, r)
	})
	if faults, _ := w.forged(lenient, []web.Route{note}); len(faults) == 0 {
		t.Error("a site that takes forms from everywhere was not caught")
	}
	// Nor can another site sign anybody out with a link.
	for _, path := range []string{web.ExitPath, "/logg-ut", "/logg-ut/ferdig", "/logg-ut/foran?iss=" + url.QueryEscape(siteIssuer)} {
		w.send(w.h, "GET", path, w.rektor, "", map[string]string{"Sec-Fetch-Site": "cross-site"})
	}
	if r := w.do("GET", w.rektor, "nb", "/i-dag", nil); r.StatusCode != http.StatusOK {
		t.Errorf("a link of another site's signed out: %d", r.StatusCode)
	}
}

// elsewhereURLs are addresses that lead away when somebody is careless.
var elsewhereURLs = []string{
	"https://ond.example/", "//ond.example", "///ond.example", "////ond.example/%2f..", `/\ond.example`, `\\ond.example`, `/\/ond.example`, "/\t/ond.example", "/\n/ond.example",
	"\t//ond.example", " //ond.example", "http:ond.example", "http:/ond.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "/%09/ond.example", "/%5cond.example",
	"/%2f%2fond.example", "/.//ond.example", "/..//ond.example", "https:ond.example", "//127.0.0.1@ond.example", "http://127.0.0.1@ond.example", "/i-dag\r\nSet-Cookie: a=b", "/i-dag%0d%0aSet-Cookie:%20a=b",
	"/\u2028/ond.example", "//ond.example#/i-dag", "?neste=//ond.example", "ond.example", "/@ond.example", "//[::1]/", "/\x00/ond.example", "/i-dag/../../\\ond.example", "http://127.0.0.1:80\\@ond.example/",
}

// leadsAway says whether a browser that stands on our site and is sent to an
// address leaves it. It reads the address as browsers do: without tabs and line
// breaks, and with a backslash for a slash.
func leadsAway(location string) bool {
	s := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(strings.TrimLeft(location, " \x00\x01\x02\x1f"))
	base := &url.URL{Scheme: "http", Host: "127.0.0.1", Path: "/x"}
	u, err := base.Parse(s)
	return err != nil || u.Host != base.Host || u.Scheme != base.Scheme || u.User != nil
}

// away follows every parameter that names a place to go on to, at every page,
// and lists the answers that lead somewhere else: the redirects, and the links
// and forms of pages.
func (w *attackWorld) away(h http.Handler, path string, cookie *http.Cookie) (faults []string) {
	for _, to := range elsewhereURLs {
		q := url.Values{}
		for _, name := range []string{"neste", "next", "til", "tilbake", "url", "redirect_uri", "return", "fra", "kladd"} {
			q.Set(name, to)
		}
		sep := map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")]
		resp := w.send(h, "GET", path+sep+q.Encode(), cookie, "", map[string]string{"Sec-Fetch-Site": "none", "Referer": "https://ond.example/"})
		faults = append(faults, w.leaves(resp, path+" with "+to)...)
	}
	return faults
}

func (w *attackWorld) leaves(r *http.Response, what string) (faults []string) {
	if to := r.Header.Get("Location"); to != "" && leadsAway(to) {
		faults = append(faults, fmt.Sprintf("%s sends to %q", what, to))
	}
	if to := r.Header.Get("Refresh"); to != "" {
		faults = append(faults, what+" refreshes to "+to)
	}
	for k := range r.Header {
		if strings.Contains(strings.ToLower(k), "cookie") && strings.Contains(strings.Join(r.Header[k], ""), "a=b") {
			faults = append(faults, what+" sets a cookie that was asked for")
		}
	}
	body := bodyOf(w.t, r)
	root, err := html.Parse(strings.NewReader(body))
	w.must(err)
	each(root, func(n *html.Node) {
		for _, a := range n.Attr {
			if slices.Contains([]string{"href", "src", "action", "formaction", "content", "srcset", "data", "poster", "ping"}, a.Key) && strings.Contains(a.Val, "ond.example") && leadsAway(a.Val) {
				faults = append(faults, fmt.Sprintf("%s has <%s %s=%q>", what, n.Data, a.Key, a.Val))
			}
		}
	})
	return faults
}

// No parameter sends anybody to another site, at any page, signed in or not,
// nor does a form that brings one along, nor an address that looks like one.
func TestAttackOpenRedirect(t *testing.T) {
	w := newAttackWorld(t)
	two := w.enter(w.twoRolesAt(), mfa)
	tried := 0
	try := func(faults []string) {
		tried++
		for _, f := range faults {
			t.Error(f)
		}
	}
	for _, path := range []string{"/", "/logg-inn", "/logg-inn?niva=hoyt", "/rolle", "/utlogget", "/i-dag", "/logg-ut", "/logg-ut/ferdig", "/hjelp", "/finnes-ikke"} {
		for _, c := range []*http.Cookie{nil, w.rektor, two} {
			if path == "/i-dag" && c != nil {
				continue
			}
			try(w.away(w.h, path, c))
		}
	}
	for _, to := range elsewhereURLs {
		for name, c := range map[string]*http.Cookie{"one role": w.rektor, "two": two} {
			for _, role := range []string{"rektor@" + string(w.town.Solbakken), "teacher@" + string(w.town.Solbakken), "x"} {
				r := w.send(w.h, "POST", "/rolle", c, url.Values{"rolle": {role}, "neste": {to}}.Encode(), map[string]string{"Sec-Fetch-Site": "same-origin"})
				try(w.leaves(r, "the choice of role ("+name+") with "+to))
			}
		}
	}
	for _, path := range []string{"//ond.example", "///ond.example/", "//ond.example/%2e%2e", "/%5cond.example", "/.//ond.example/", "/x/..//ond.example", "/%2f%2fond.example/", "//ond.example//", "/saker/..//ond.example?x=//ond.example", "/%09/ond.example/..", "/i-dag//ond.example"} {
		for _, c := range []*http.Cookie{nil, w.rektor} {
			r := w.raw(w.h, path, c)
			try(w.leaves(r, "the address "+path))
		}
	}
	t.Logf("%d places", tried)
	careless := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, r.FormValue("neste"), http.StatusSeeOther)
	})
	if n := len(w.away(careless, "/", nil)); n < 10 {
		t.Errorf("a redirect to anywhere was caught %d times", n)
	}
	linked := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, `<a href="%s">Videre</a>`, html.EscapeString(r.FormValue("neste")))
	})
	if n := len(w.away(linked, "/", nil)); n < 8 {
		t.Errorf("a link to anywhere was caught %d times", n)
	}
}

// twoRolesAt is somebody with two roles at Solbakken.
func (w *attackWorld) twoRolesAt() tilhor.Actor {
	a := w.hire("Turid To", tilhor.RoleTeacher, true)
	b := w.hire("Turid Tre", tilhor.RoleSFO, true)
	w.must(w.house.db.Write(w.t.Context(), func(tx *db.Tx) error {
		return w.house.roster.Appoint(tx, w.town.Keeper(), a.Person, tilhor.RoleSFO, b.School, "", "", w.clock())
	}))
	a.Role = ""
	a.School = ""
	return a
}

// raw asks for an address exactly as it is written.
func (w *siteWorld) raw(h http.Handler, path string, cookie *http.Cookie) *http.Response {
	w.t.Helper()
	text := "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	w.must(err)
	if cookie != nil {
		r.AddCookie(cookie)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	resp := rec.Result()
	resp.Request = r
	return resp
}

// A peer is a connection somebody writes to by hand.
type peer struct {
	seen   []string // what our handler was asked, in order: "GET /a"
	answer []string // the status of each answer, in order
	closed bool
	text   string
}

// wire serves the site on loopback, and says what a handler is asked.
type wire struct {
	t    *testing.T
	addr string
	mu   sync.Mutex
	seen map[string][]string // by the other end of the line
}

func newWire(t *testing.T, h http.Handler) *wire {
	x := &wire{t: t, seen: map[string][]string{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := web.Server(l.Addr().String(), http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		x.mu.Lock()
		x.seen[r.RemoteAddr] = append(x.seen[r.RemoteAddr], r.Method+" "+r.URL.Path)
		x.mu.Unlock()
		h.ServeHTTP(rw, r)
	}))
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	x.addr = l.Addr().String()
	return x
}

// talk writes bytes and reads until the server has no more to say: it closes,
// or it has answered everything it was asked and waits.
func (x *wire) talk(text string) (p peer) {
	x.t.Helper()
	c, err := net.Dial("tcp", x.addr)
	if err != nil {
		x.t.Error(err)
		return p
	}
	defer c.Close()
	go io.WriteString(c, text)
	r := bufio.NewReader(c)
	for {
		// An answer that comes, comes at once; this bounds how long we wait to
		// learn that none does.
		c.SetReadDeadline(time.Now().Add(map[bool]time.Duration{true: 5 * time.Second, false: 400 * time.Millisecond}[len(p.answer) == 0]))
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			ne, slow := err.(net.Error)
			p.closed = !(slow && ne.Timeout())
			break
		}
		b, _ := io.ReadAll(resp.Body)
		p.text += string(b)
		p.answer = append(p.answer, fmt.Sprint(resp.StatusCode))
	}
	x.mu.Lock()
	p.seen = slices.Clone(x.seen[c.LocalAddr().String()])
	x.mu.Unlock()
	return p
}

// hidden is a request inside another: of 40 bytes, which are 28 in hexadecimal.
const hidden = "GET /hjelp HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

// A smuggling is one such request. Its seen is what our handler may be asked, and
// end that nothing more may be read from the connection.
type smuggling struct {
	name, text string
	seen       []string
	end        bool
}

// faults are what is wrong with how it was met.
func (s smuggling) faults(p peer) (faults []string) {
	if len(p.seen) > len(s.seen) || !slices.Equal(p.seen, s.seen[:len(p.seen)]) {
		faults = append(faults, fmt.Sprintf("our handler was asked %v, and may be asked %v", p.seen, s.seen))
	}
	if s.end && !p.closed {
		faults = append(faults, fmt.Sprintf("the line stays open after %v", p.answer))
	}
	if strings.Contains(p.text, "ond.example") {
		faults = append(faults, "the answer repeats what was sent")
	}
	return faults
}

// smuggled are requests whose end two machines could see in two places. seen is
// what our handler may be asked at most; a request hidden in a body never.
var smuggled = []smuggling{
	{"two lengths that differ", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n" + hidden, nil, true},
	{"two lengths in one", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0, 40\r\n\r\n" + hidden, nil, true},
	{"a length with a sign", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: +40\r\n\r\n" + hidden, nil, true},
	{"a negative length", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n" + hidden, nil, true},
	{"a length in hexadecimal", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0x28\r\n\r\n" + hidden, nil, true},
	{"a length past all bounds", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 18446744073709551656\r\n\r\n" + hidden, nil, true},
	{"a space before the colon", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length : 40\r\n\r\n" + hidden, nil, true},
	{"an unknown coding", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: xchunked\r\nContent-Length: 40\r\n\r\n" + hidden, nil, true},
	{"two codings", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + hidden, nil, true},
	{"a coding with a tab", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + hidden, nil, true},
	{"a coding over two lines", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", []string{"POST /rolle"}, false},
	{"a header over two lines", "GET /hjelp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\r\n Content-Length: 40\r\n\r\n", []string{"GET /hjelp"}, false},
	{"a coding and a length", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 45\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, []string{"POST /rolle"}, true},
	{"a length and a coding", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n28\r\n" + hidden + "\r\n0\r\n\r\n", []string{"POST /rolle"}, true},
	{"a chunk longer than it says", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n" + hidden, []string{"POST /rolle"}, true},
	{"a chunk with a bare line feed", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n1\nA\n0\n\n" + hidden, []string{"POST /rolle"}, true},
	{"a chunk's extension with a line feed", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n2;\nxx\r\n28\r\n0\r\n\r\n" + hidden, []string{"POST /rolle"}, true},
	{"an old version that keeps the line, with a coding", "POST /rolle HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + hidden, []string{"POST /rolle"}, true},
	{"an old version that keeps the line", "GET /hjelp HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\nGET /personvern HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", []string{"GET /hjelp"}, true},
	{"the oldest version", "GET /hjelp\r\n\r\n", nil, true},
	{"a version that is none", "GET /hjelp HTTP/1.11\r\nHost: 127.0.0.1\r\n\r\n", nil, true},
	{"version two, unasked", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []string{"PRI *"}, true},
	{"an upgrade", "GET /hjelp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", []string{"GET /hjelp"}, false},
	{"two hosts", "GET /hjelp HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: ond.example\r\n\r\n", nil, true},
	{"no host", "GET /hjelp HTTP/1.1\r\n\r\n", nil, true},
	{"a carriage return in a header", "GET /hjelp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\rX-B: c\r\n\r\n", nil, true},
	{"a NUL in a header", "GET /hjelp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\x00c\r\n\r\n", nil, true},
	{"a header of 64 kB", "GET /hjelp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + strings.Repeat("a", 64<<10) + "\r\n\r\n" + hidden, nil, true},
	{"an address of 64 kB", "GET /" + strings.Repeat("a", 64<<10) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + hidden, nil, true},
	{"five thousand headers", "GET /hjelp HTTP/1.1\r\nHost: 127.0.0.1\r\n" + strings.Repeat("X-A: bbbbbbbb\r\n", 5000) + "\r\n" + hidden, nil, true},
	{"a body that is never read", "POST /finnes-ikke HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: 40\r\n\r\n" + hidden, []string{"POST /finnes-ikke"}, false},
	{"a body that GET brings", "GET /hjelp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 40\r\n\r\n" + hidden, []string{"GET /hjelp"}, false},
	{"a body too long to read", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000000\r\n\r\n" + strings.Repeat("a=b&", 500), []string{"POST /rolle"}, true},
	{"a promise to wait", "POST /finnes-ikke HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 40\r\n\r\n" + hidden, []string{"POST /finnes-ikke"}, true},
	{"a promise of something else", "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 200-maybe\r\nContent-Length: 0\r\n\r\n", nil, false},
}

// What two machines could read in two ways is read in one way here, or refused:
// no request that hides in another's body is ever asked.
func TestAttackSmuggling(t *testing.T) {
	w := newMatrixWorld(t, dbtest.SQLite(t))
	x := newWire(t, w.h)
	if p := x.talk(hidden + strings.Replace(hidden, "hjelp", "personvern", 1)); !slices.Equal(p.seen, []string{"GET /hjelp", "GET /personvern"}) || !slices.Equal(p.answer, []string{"200", "200"}) || p.closed {
		t.Fatalf("two honest requests on one line: %v", p)
	}
	var all sync.WaitGroup
	for _, s := range smuggled {
		all.Go(func() {
			for _, f := range s.faults(x.talk(s.text)) {
				t.Errorf("%s: %s", s.name, f)
			}
		})
	}
	all.Wait()
	// A server that is misled would be asked what was hidden, and leave the line
	// open: one that was sent the hidden request plainly is, and is caught.
	misled := smuggling{name: "misled", text: "POST /rolle HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n" + hidden, seen: []string{"POST /rolle"}, end: true}
	if n := len(misled.faults(x.talk(misled.text))); n != 2 {
		t.Errorf("a server that is misled was caught %d times of 2", n)
	}
}

// hosts are what a request can call us, and whether it is us.
var hosts = map[string]bool{
	"127.0.0.1": true, "localhost": true, "LOCALHOST:8420": true, "127.0.0.1:443": true, "localhost.": true, "127.0.0.1:": true,
	"ond.example": false, "127.0.0.1.ond.example": false, "ond.example:127.0.0.1": false, "127.0.0.1@ond.example": false, "127.0.0.1:80@ond.example": false, "127.0.0.1:x": false,
	"127.0.0.1:80;ond.example": false, "[::1]": false, "": false, "127.1": false, "2130706433": false, "127.0.0.1,ond.example": false, "localhost%00.ond.example": false, "127.0.0.1:80:80": false,
	"localhost..": false, ".localhost": false, "127.0.0.1 ond.example": false, "127.0.0.1/ond.example": false, "127.0.0.1#ond.example": false, "127.0.0.1\\ond.example": false, "127.0.0.1:-1": false, "127.0.0.1:99999999999999999999": false,
}

// believed are headers that some proxies send and some servers believe.
var believed = []string{
	"X-Forwarded-Host", "X-Host", "Forwarded", "X-Forwarded-Server", "X-Original-Host", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Proto", "X-Forwarded-Prefix",
	"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Forwarded-For", "Referer", "True-Client-IP", "X-Custom-IP-Authorization",
}

func (w *siteWorld) hostFaults(h http.Handler) (faults []string) {
	for host, ok := range hosts {
		r := w.send(h, "GET", "/hjelp", nil, "", map[string]string{"Host": host})
		if got := r.StatusCode == http.StatusOK; got != ok || !ok && r.StatusCode != http.StatusMisdirectedRequest {
			faults = append(faults, fmt.Sprintf("%q: %d", host, r.StatusCode))
		}
	}
	plain := bodyOf(w.t, w.send(h, "GET", "/logg-inn", nil, "", nil))
	for _, name := range believed {
		r := w.send(h, "GET", "/logg-inn", nil, "", map[string]string{name: "ond.example", "Accept-Language": "nb"})
		if body := bodyOf(w.t, r); body != plain || r.StatusCode != http.StatusOK {
			faults = append(faults, name+" changes the answer")
		}
	}
	return faults
}

// firstLines are requests that name us twice, or not as a browser would, with
// the status that may answer them.
var firstLines = map[string]string{
	"GET http://127.0.0.1/hjelp HTTP/1.1\r\nHost: ond.example\r\n\r\n":       "200", // the address wins, and it is ours
	"GET http://ond.example/hjelp HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n":       "421",
	"GET http://127.0.0.1@ond.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n":  "421",
	"GET http:ond.example HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n":               "307 404",
	"GET http://127.0.0.1//ond.example HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n":  "308",
	"GET file:///etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n":             "404",
	"CONNECT ond.example:443 HTTP/1.1\r\nHost: ond.example:443\r\n\r\n":      "421",
	"CONNECT 127.0.0.1:443 HTTP/1.1\r\nHost: 127.0.0.1:443\r\n\r\n":          "404 400",
	"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n":                          "200", // the standard library's own
	"GET ../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n":               "400",
	"GET /hjelp HTTP/1.1\r\nHost: 127.0.0.1@ond.example\r\n\r\n":             "400",
	"GET /hjelp HTTP/1.1\r\nHost: 127.0.0.1:80;ond.example:1\r\n\r\n":        "421",
	"TRACE /hjelp HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: tilhor=abc\r\n\r\n": "403",
}

// Who we are is what we were told, whatever the request calls us.
func TestAttackHost(t *testing.T) {
	w := newMatrixWorld(t, dbtest.SQLite(t))
	for _, f := range w.hostFaults(w.h) {
		t.Error(f)
	}
	x := newWire(t, w.h)
	var all sync.WaitGroup
	for text, code := range firstLines {
		all.Go(func() {
			p := x.talk(text)
			if len(p.answer) == 0 || !strings.Contains(code, p.answer[0]) || strings.Contains(p.text, "ond.example") || strings.Contains(p.text, "tilhor=abc") {
				t.Errorf("%q: %v, want %s", text, p.answer, code)
			}
		})
	}
	all.Wait()
	believes := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if h := r.Header.Get("X-Forwarded-Host"); h != "" {
			fmt.Fprintln(rw, h)
		}
		r.Host = "127.0.0.1"
		w.h.ServeHTTP(rw, r)
	})
	if n := len(w.hostFaults(believes)); n < 15 {
		t.Errorf("a site that believes every name was caught %d times", n)
	}
}

// No address climbs out of the files, or reaches one that is not in the list.
func TestAttackTraversal(t *testing.T) {
	w := newMatrixWorld(t, dbtest.SQLite(t))
	tried := 0
	climb := func(path string) {
		tried++
		if f := climbFault(t, w.raw(w.h, path, nil)); f != "" {
			t.Errorf("%s: %s", path, f)
		}
	}
	for _, up := range []string{"../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "%2e%2e%5c", "....//", "..;/", "%252e%252e%252f", "..%00/", "%c0%ae%c0%ae/", "..%c0%af", ".%2e/"} {
		for _, to := range []string{"etc/passwd", "keys/granvik/owner.key", "tilhor.db", "manifest.json", "dist/manifest.json", "static.go", ".keep", "proc/self/environ"} {
			for n := 1; n <= 8; n += 3 {
				climb(web.StaticPath + strings.Repeat(up, n) + to)
				climb("/" + strings.Repeat(up, n) + to)
				climb("/s/" + strings.Repeat(up, n) + to)
			}
		}
	}
	for _, path := range []string{"manifest.json", ".keep", "", "work.css.gz", "../static.go", "%2e", "work.css%00.js", "WORK.CSS", "//etc/passwd", "C:%5Cwindows"} {
		if r := w.raw(w.h, web.StaticPath+path, nil); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s%s: %d", web.StaticPath, path, r.StatusCode)
		}
	}
	t.Logf("%d climbs", tried)
	leaky := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, "root:x:0:0:root:/root:/bin/sh\n") })
	if climbFault(t, w.raw(leaky, "/../etc/passwd", nil)) == "" {
		t.Error("a file of the machine's is not seen")
	}
}

var secretFile = regexp.MustCompile(`root:x:0|PRIVATE KEY|"manifest|BEGIN AGE|package main|SQLite format`)

func climbFault(t *testing.T, r *http.Response) string {
	body := bodyOf(t, r)
	if r.StatusCode == http.StatusOK && !strings.Contains(body, "<!doctype html>") || secretFile.MatchString(body) || r.StatusCode >= 500 {
		return fmt.Sprintf("%d, %d bytes", r.StatusCode, len(body))
	}
	return ""
}

// A post that is not a form as our pages send it is refused, and leaves no row.
func TestAttackBodies(t *testing.T) {
	w := newAttackWorld(t)
	note := w.mine(w.names["school.note.write"])
	form := url.Values{"what": {"note"}, "text": {"Mor ringte i dag."}}.Encode()
	before := w.rows()
	for name, c := range map[string]struct {
		kind, body string
		code       int
	}{
		"JSON":                 {"application/json", `{"what":"note","text":"Mor ringte."}`, 400},
		"JSON that is a form":  {"application/json", form, 400},
		"a form as text":       {"text/plain", form, 400},
		"a form in parts":      {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"what\"\r\n\r\nnote\r\n--x\r\nContent-Disposition: form-data; name=\"text\"; filename=\"../../x\"\r\n\r\nMor\r\n--x--\r\n", 400},
		"no kind":              {"-", form, 400},
		"a kind twice":         {"application/x-www-form-urlencoded, text/plain", form, 400},
		"XML":                  {"application/xml", `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`, 400},
		"a NUL":                {"", "what=note&text=a%00b", 400},
		"a NUL in a name":      {"", "what=note&te%00xt=ab", 400},
		"half a sign":          {"", "what=note&text=%C3", 400},
		"an overlong slash":    {"", "what=note&text=%C0%AF", 400},
		"half a pair":          {"", "what=note&text=%ED%A0%80", 400},
		"bad escapes":          {"", "what=note&text=%zz", 400},
		"a semicolon":          {"", "what=note;text=ab", 400},
		"ten thousand fields":  {"", "what=note" + strings.Repeat("&a=b", 10_000), 413},
		"a field of two MB":    {"", "what=note&text=" + strings.Repeat("a", 2<<20), 413},
		"a field of 900 kB":    {"", "what=note&text=" + strings.Repeat("a", 900_000), 422},
		"a name of 900 kB":     {"", "what=note&" + strings.Repeat("a", 900_000) + "=b", 422},
		"the same field twice": {"", "what=note&what=rights-informed&text=&text=Mor", 422},
		"an array in brackets": {"", "what[]=note&text[]=Mor+ringte", 422},
		"a method in the form": {"", "_method=DELETE&what=note&text=", 422},
		"nothing":              {"", "", 422},
	} {
		h := map[string]string{"Sec-Fetch-Site": "same-origin", "X-HTTP-Method-Override": "DELETE"}
		if c.kind != "" {
			h["Content-Type"] = strings.Trim(c.kind, "-")
		}
		r := w.send(w.h, "POST", note, w.rektor, c.body, h)
		if r.StatusCode != c.code {
			t.Errorf("%s: %d, want %d", name, r.StatusCode, c.code)
		}
		if !strings.Contains(bodyOf(t, r), "<h1") {
			t.Errorf("%s: the answer is no page", name)
		}
	}
	for table, sum := range w.rows() {
		if sum != before[table] && !strings.HasPrefix(table, "journal_") {
			t.Errorf("rows of %s were written", table)
		}
	}
	if r := w.send(w.h, "POST", note, w.rektor, form, map[string]string{"Sec-Fetch-Site": "same-origin"}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("the form as it should be: %d", r.StatusCode)
	}
}

// strange are texts with signs that turn, hide or break other texts.
var strange = []string{
	"Hun sa \u202Eettemokt\u202C til meg.", "Nora\u200B sto\u200D alene\u2060.", "a\u0085b\u2028c\u2029d", "\uFEFFForan", "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
	"👩\u200d👩\u200d👧\u200d👦 og 🏳️\u200d🌈", "\u2066skjult\u2069", "tab\there\nlinje\r\nny", "ﷺﷺﷺﷺ", "\x01\x07\x1b[31mrødt\x7f", "İstanbul ǅ ß ſ", "𝕹𝖔𝖗𝖆", "\u202e", strings.Repeat("langtord", 400),
}

// What somebody writes is kept and shown as it was written, sign by sign: in a
// page, and in no other place than its own.
func TestAttackStrangeSigns(t *testing.T) {
	w := newAttackWorld(t)
	path := w.mine(w.names["school.note.write"])
	for _, s := range strange {
		r := w.send(w.h, "POST", path, w.rektor, url.Values{"what": {"note"}, "text": {s}}.Encode(), map[string]string{"Sec-Fetch-Site": "same-origin"})
		if r.StatusCode != http.StatusSeeOther {
			t.Errorf("%+q: %d", s, r.StatusCode)
		}
		body := bodyOf(t, w.do("GET", w.rektor, "nb", w.mine(w.names["school.track"]), nil))
		root, err := html.Parse(strings.NewReader(body))
		w.must(err)
		want := strings.NewReplacer("\r\n", "\n").Replace(s)
		if !strings.Contains(textOf(root), want) {
			t.Errorf("%+q is not shown as it was written", s)
		}
		if s == strange[0] && outsideOfBlocks(root, s) {
			t.Errorf("%+q turns the text around it", s)
		}
	}
	sabotaged, err := html.Parse(strings.NewReader("<div>Før Hun sa \u202Eettemokt\u202C til meg. etter</div>"))
	w.must(err)
	if !outsideOfBlocks(sabotaged, strange[0]) {
		t.Error("a text among others is not seen")
	}
}

// outsideOfBlocks says whether a text stands in an element together with other
// words, which it could turn.
func outsideOfBlocks(root *html.Node, s string) (mixed bool) {
	each(root, func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.TextNode && strings.Contains(c.Data, s) && strings.Trim(strings.Replace(c.Data, s, "", 1), " \n\t«»") != "" {
				mixed = true
			}
		}
	})
	return mixed
}

// theseHeaders are what every answer of the site carries, to the letter.
var theseHeaders = map[string]string{
	"Content-Security-Policy": webtest.Policy, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
	"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}

// aloneHeader is the policy of what is opened by itself (web.Req.Give, Show).
const aloneHeader = "default-src 'none'; sandbox; frame-ancestors 'none'"

// notOurs are headers that no answer may have.
var notOurs = []string{"Server", "X-Powered-By", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "ETag", "Last-Modified", "Expires", "Via", "Link"}

// headFaults are what is wrong with an answer, apart from what it says.
func headFaults(t *testing.T, r *http.Response) (faults []string) {
	for k, v := range theseHeaders {
		if k == "Content-Security-Policy" && r.StatusCode == http.StatusOK && r.Header.Get("Content-Disposition") != "" && r.Header.Get(k) != v {
			v = aloneHeader // a file or a picture, given by itself: it may do even less
			if strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
				v = webtest.Policy
			}
		}
		if got := r.Header[k]; len(got) != 1 || got[0] != v {
			faults = append(faults, fmt.Sprintf("%s is %q", k, got))
		}
	}
	for _, k := range notOurs {
		if v := r.Header.Get(k); v != "" {
			faults = append(faults, k+" is "+v)
		}
	}
	for _, c := range r.Cookies() {
		if !c.HttpOnly || c.SameSite == http.SameSiteNoneMode || c.SameSite == 0 || c.Domain != "" || !strings.HasPrefix(c.Path, "/") || c.Name != "l" && c.Name != "tilhor" && c.Name != "tilhor-inn" {
			faults = append(faults, "the cookie "+c.String())
		}
	}
	kind := r.Header.Get("Content-Type")
	if kind == "" && r.StatusCode < 300 || strings.HasPrefix(kind, "text/") && !strings.HasSuffix(kind, "; charset=utf-8") {
		faults = append(faults, "the content is of the kind "+kind)
	}
	if !strings.HasPrefix(kind, "text/html") {
		return faults
	}
	body := bodyOf(t, r)
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return append(faults, err.Error())
	}
	each(root, func(n *html.Node) {
		for _, a := range n.Attr {
			u, err := url.Parse(strings.TrimSpace(a.Val))
			loads := slices.Contains([]string{"src", "srcset", "poster", "data", "background", "action", "formaction", "manifest", "ping", "cite"}, a.Key) || n.Data == "link" && a.Key == "href"
			switch {
			case strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc":
				faults = append(faults, fmt.Sprintf("<%s %s>", n.Data, a.Key))
			case err == nil && loads && (u.Host != "" || u.Scheme != "" && u.Scheme != "data"):
				faults = append(faults, fmt.Sprintf("<%s %s=%q>", n.Data, a.Key, a.Val))
			case err == nil && a.Key == "href" && u.Host != "":
				faults = append(faults, "leads to "+u.Host)
			case err == nil && a.Key == "href" && u.Scheme != "" && !slices.Contains([]string{"tel", "mailto", "https", "sms"}, u.Scheme):
				faults = append(faults, "leads to "+a.Val)
			}
		}
		if n.Data == "script" && attrOf(n, "src") == "" || n.Data == "style" || n.Data == "iframe" || n.Data == "object" || n.Data == "embed" || n.Data == "base" {
			faults = append(faults, "<"+n.Data+">")
		}
		if n.Data == "meta" && attrOf(n, "http-equiv") != "" {
			faults = append(faults, "<meta http-equiv>")
		}
	})
	return faults
}

// Every answer of every route, to everybody and by every method, carries the
// same guard, stores nothing in any browser, and asks nothing of anybody else.
func TestAttackHeaders(t *testing.T) {
	w := newAttackWorld(t)
	who := map[string]*http.Cookie{"signed out": nil, "rektor": w.rektor, "adviser": w.enter(w.town.Actor(tilhor.RoleOwnerAdviser, w.town.Solbakken), mfa), "pupil": w.enter(w.town.Actor(tilhor.RolePupil, w.town.Solbakken), mfa)}
	seen := 0
	for _, r := range w.site.Routes() {
		if strings.HasPrefix(r.Name, "signin.") || strings.HasPrefix(r.Name, "signout.") && r.Method == http.MethodPost {
			continue // each sends to a provider; their own tests hold them up
		}
		path := w.mine(r)
		if path == "" {
			path = addressPart.ReplaceAllString(r.Path, "zzzzzzzzzz")
		}
		for name, c := range who {
			for _, method := range []string{r.Method, "HEAD", "PUT"} {
				resp := w.send(w.h, method, path, c, "", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://ond.example"})
				seen++
				for _, f := range headFaults(t, resp) {
					t.Errorf("%s %s as %s (%d): %s", method, r.Name, name, resp.StatusCode, f)
				}
			}
		}
	}
	t.Logf("%d answers", seen)
	for name, change := range map[string]func(http.Header) string{
		"a policy that is wider": func(h http.Header) string {
			h.Set("Content-Security-Policy", strings.Replace(webtest.Policy, "script-src 'self'", "script-src 'self' 'unsafe-inline'", 1))
			return ""
		},
		"an answer that is kept":    func(h http.Header) string { h.Set("Cache-Control", "private"); return "" },
		"a second policy":           func(h http.Header) string { h.Add("Content-Security-Policy", "default-src *"); return "" },
		"an open door":              func(h http.Header) string { h.Set("Access-Control-Allow-Origin", "*"); return "" },
		"a cookie that script sees": func(h http.Header) string { h.Set("Set-Cookie", "tilhor=a; Path=/; SameSite=Lax"); return "" },
		"a cookie for everywhere":   func(h http.Header) string { h.Set("Set-Cookie", "tilhor=a; Path=/; HttpOnly"); return "" },
		"a script from elsewhere":   func(http.Header) string { return `<script src="https://ond.example/x.js"></script>` },
		"a script in the page":      func(http.Header) string { return `<script>1</script>` },
		"a picture from elsewhere":  func(http.Header) string { return `<img src="//ond.example/x.png" alt="">` },
		"a style in the page":       func(http.Header) string { return `<p style="color:red">x</p>` },
		"a handler in the page":     func(http.Header) string { return `<p onclick="x()">x</p>` },
		"a link of script":          func(http.Header) string { return `<a href="javascript:x()">x</a>` },
	} {
		rec := httptest.NewRecorder()
		for k, v := range theseHeaders {
			rec.Header().Set(k, v)
		}
		rec.Header().Set("Content-Type", "text/html; charset=utf-8")
		body := change(rec.Header())
		io.WriteString(rec, body)
		if len(headFaults(t, rec.Result())) == 0 {
			t.Errorf("%s was not caught", name)
		}
	}
}

// evilMark stands in all that is sent, and may come back in no header.
const evilMark = "ondmerke"

func reflected(r *http.Response, what string) (faults []string) {
	for k, v := range r.Header {
		all := k + ": " + strings.Join(v, " ")
		if strings.ContainsAny(all, "\r\n") || strings.Contains(strings.ToLower(k), evilMark) || k != "Location" && strings.Contains(all, evilMark) {
			faults = append(faults, fmt.Sprintf("%s: %q", what, all))
		}
	}
	if to, err := url.Parse(r.Header.Get("Location")); err != nil || strings.Contains(to.Host, evilMark) {
		faults = append(faults, fmt.Sprintf("%s leads to %q", what, r.Header.Get("Location")))
	}
	return faults
}

func (w *attackWorld) reflections(h http.Handler) (faults []string) {
	add := func(r *http.Response, what string) { faults = append(faults, reflected(r, what)...) }
	for _, e := range []string{evilMark + "\r\nSet-Cookie: " + evilMark + "=1", evilMark + "%0d%0aX-" + evilMark + ":1", evilMark + "\nX-" + evilMark + ": 1", evilMark + "\u560a\u560dSet-Cookie:" + evilMark} {
		q := url.QueryEscape(e)
		for _, path := range []string{"/hjelp?l=" + q, "/logg-inn?neste=" + q, "/rolle?neste=/" + q, "/" + url.PathEscape(e), "/saker/" + url.PathEscape(e) + "//", "/utlogget?kladd=" + q, "/i-dag?gjort=" + q} {
			for _, c := range []*http.Cookie{nil, w.rektor} {
				add(w.raw(h, path, c), path)
			}
		}
		for _, name := range []string{"Accept-Language", "Cookie", "User-Agent", "Origin", "Sec-Purpose", "Range", "If-None-Match", "Accept-Encoding"} {
			add(w.send(h, "GET", "/hjelp", nil, "", map[string]string{name: strings.NewReplacer("\r", "", "\n", "").Replace(e) + "; l=" + evilMark}), name)
		}
		form := url.Values{"neste": {"/" + e}, "rolle": {"rektor@" + string(w.town.Solbakken)}}
		add(w.send(h, "POST", "/rolle", w.rektor, form.Encode(), map[string]string{"Sec-Fetch-Site": "same-origin"}), "the choice of role")
	}
	return faults
}

// Nothing that a request brings comes back in a header: not from an address, a
// query, a cookie, a language, a form.
func TestAttackReflectedHeaders(t *testing.T) {
	w := newAttackWorld(t)
	for _, f := range w.reflections(w.h) {
		t.Error(f)
	}
	parrot := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("X-Asked", r.URL.Path+r.URL.Query().Get("neste")+r.Header.Get("User-Agent"))
	})
	if n := len(w.reflections(parrot)); n < 20 {
		t.Errorf("a site that repeats what it hears was caught %d times", n)
	}
}
