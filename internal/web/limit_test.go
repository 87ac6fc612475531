package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/web"
)

// A rush is a town with room for one at a time, behind a proxy, and a page that
// takes as long as the test wants.
type rush struct {
	*town
	begun, end chan bool
	addr       string
}

func newRush(t *testing.T, change func(*web.Bounds)) *rush {
	t.Helper()
	w := &rush{town: newTown(t, dbtest.SQLite(t)), begun: make(chan bool, 100), end: make(chan bool)}
	b := web.UsualBounds()
	b.Strangers, b.Persons, b.Row = 1, 1, 2
	var err error
	if b.Proxies, err = web.ParseProxies([]string{"127.0.0.1", "192.0.2.1"}); err != nil {
		t.Fatal(err)
	}
	change(&b)
	w.kit.Limits = web.NewLimits(b)
	if w.site, err = web.New(w.kit); err != nil {
		t.Fatal(err)
	}
	w.site.Mount(w.routes())
	anyone := []tilhor.Role{tilhor.RoleAnyone}
	held := func(q *web.Req) error {
		w.begun <- true
		<-w.end
		q.Write(200, "text/plain", []byte("ferdig"))
		return nil
	}
	w.site.Mount([]web.Route{
		{Method: "GET", Path: "/vent", Name: "t.wait", Roles: anyone, Serve: held},
		{Method: "GET", Path: "/vent/inne", Name: "t.wait.in", Roles: []tilhor.Role{tilhor.RoleRektor, tilhor.RoleTeacher}, Serve: held},
		{Method: "POST", Path: "/vent", Name: "t.wait.post", Roles: anyone, Serve: held},
		{Method: "GET", Path: "/vent/ute", Name: "t.wait.out", Roles: anyone, Serve: func(q *web.Req) error {
			return web.Aside(q.Context(), func() error { return held(q) })
		}},
		{Method: "GET", Path: "/langt", Name: "t.long", Roles: anyone, Serve: func(q *web.Req) error {
			w.begun <- true
			q.Write(200, "text/plain", make([]byte, 32<<20))
			return nil
		}},
	})
	w.h = w.site.Handler()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.addr = l.Addr().String()
	srv := web.Server("", w.h)
	go srv.Serve(l)
	t.Cleanup(func() { close(w.end); srv.Close() })
	return w
}

// ask asks from an address, and gives the answer when it comes.
func (w *rush) ask(from string, v visit) <-chan *httptest.ResponseRecorder {
	got := make(chan *httptest.ResponseRecorder, 1)
	if v.header == nil {
		v.header = map[string]string{}
	}
	v.header["X-Forwarded-For"] = from
	go func() { got <- w.do(v) }()
	return got
}

// raw sends bytes as they are, from an address.
func (w *rush) raw(t *testing.T, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", w.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

const formHead = "POST /si HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.1\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"

// Who sends letter by letter, reads nothing, or sends a head that never ends,
// holds nobody's turn; who has the turn, does: that is the control.
func TestWhoIsSlowHoldsNoTurn(t *testing.T) {
	w := newRush(t, func(*web.Bounds) {})
	for range 20 {
		w.raw(t, formHead+"Content-Length: 100\r\n\r\ntekst=sa")
		w.raw(t, "GET /si HTTP/1.1\r\nHost: localhost\r\nX-")
	}
	for range 3 {
		c := w.raw(t, "GET /langt HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.2\r\n\r\n")
		c.(*net.TCPConn).SetReadBuffer(1)
		<-w.begun
	}
	out := w.ask("203.0.113.3", visit{path: "/vent/ute"}) // waits for another machine
	<-w.begun
	form := url.Values{"tekst": {"Det kom fram"}}
	want(t, <-w.ask("198.51.100.1", visit{method: "POST", path: "/si", form: form}), http.StatusSeeOther)
	in := w.ask("203.0.113.4", visit{path: "/vent"})
	<-w.begun
	control := w.ask("198.51.100.1", visit{path: "/si"})
	select {
	case <-control:
		t.Error("the control: a turn that is held lets others by")
	case <-time.After(50 * time.Millisecond):
	}
	rektor := w.enter(w.kari, tilhor.RoleRektor)
	want(t, <-w.ask("203.0.113.4", visit{path: "/i-dag", cookie: rektor}), http.StatusOK) // who has just signed in is in no stranger's row
	w.end <- true
	w.end <- true
	for _, c := range []<-chan *httptest.ResponseRecorder{out, in, control} {
		want(t, <-c, http.StatusOK)
	}
	again := w.ask("203.0.113.4", visit{path: "/vent"})
	<-w.begun
	want(t, <-w.ask("203.0.113.4", visit{path: "/i-dag", cookie: rektor}), http.StatusOK)
	w.end <- true
	want(t, <-again, http.StatusOK)
	if n := w.plans(); n != 1 {
		t.Errorf("%d forms came whole", n)
	}
}

// A stalled file is one that its reader takes nothing more of.
type stalled struct{ *rush }

func (s stalled) WriteTo(w io.Writer) (int64, error) {
	s.begun <- true
	<-s.end
	n, err := io.WriteString(w, "ferdig")
	return int64(n), err
}

// Files on stalled lines keep nobody from a sign-in provider, and one client's keep no
// other's back; whoever has enough of them is told so, and given no file.
func TestStalledFilesKeepNobodyOut(t *testing.T) {
	w := newRush(t, func(b *web.Bounds) {
		b.Strangers, b.Row, b.Outside, b.OneAsks, b.Sent, b.OneTakes = 8, 0, 1, 1, 3, 2
	})
	w.site.Mount([]web.Route{{Method: "GET", Path: "/fil", Name: "t.file", Roles: []tilhor.Role{tilhor.RoleAnyone}, Serve: func(q *web.Req) error {
		return q.Send(web.File{Name: "fil.zip", Kind: "application/zip", Size: 6, Body: stalled{w}})
	}}})
	var got []<-chan *httptest.ResponseRecorder
	begin := func(from, path string) {
		t.Helper()
		one := w.ask(from, visit{path: path})
		select {
		case <-w.begun:
			got = append(got, one)
		case rec := <-one:
			t.Fatalf("%s from %s: %d", path, from, rec.Code)
		}
	}
	begin("203.0.113.1", "/fil")
	begin("203.0.113.1", "/fil")
	full := <-w.ask("203.0.113.1", visit{path: "/fil"})
	want(t, full, http.StatusTooManyRequests, "55 00 00 00")
	if h := full.Header(); h.Get("Content-Disposition") != "" || h.Get("Content-Length") == "6" || !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		t.Errorf("who gets no file is given one: %v", h)
	}
	begin("203.0.113.1", "/vent/ute")
	begin("198.51.100.1", "/fil")
	for range got {
		w.end <- true
	}
	for _, c := range got {
		want(t, <-c, http.StatusOK, "ferdig")
	}
}

// Long forms are answered one after another, of all strangers and of each person; who
// sends a short one waits for no long one.
func TestLongFormsWaitForEachOther(t *testing.T) {
	w := newRush(t, func(b *web.Bounds) { b.Strangers, b.Persons, b.Row = 4, 4, 4 })
	long := url.Values{"tekst": {strings.Repeat("Hun sto alene. ", 10_000)}}
	kari, jonas := w.enter(w.kari, tilhor.RoleRektor), w.enter(w.jonas, tilhor.RoleTeacher)
	for _, c := range []*http.Cookie{kari, jonas} { // known from now on
		want(t, <-w.ask("203.0.113.9", visit{path: "/i-dag", cookie: c}), http.StatusOK)
	}
	send := func(from string, c *http.Cookie) <-chan *httptest.ResponseRecorder {
		return w.ask(from, visit{method: "POST", path: "/vent", form: long, cookie: c})
	}
	first := []<-chan *httptest.ResponseRecorder{send("203.0.113.1", nil), send("203.0.113.1", kari), send("203.0.113.1", jonas)}
	for range first {
		<-w.begun
	}
	next := []<-chan *httptest.ResponseRecorder{send("198.51.100.1", nil), send("198.51.100.1", kari), send("198.51.100.1", jonas)}
	want(t, <-w.ask("203.0.113.1", visit{method: "POST", path: "/si", form: url.Values{"tekst": {"Det kom fram"}}}), http.StatusSeeOther)
	select {
	case <-w.begun:
		t.Fatal("two long forms are answered at once")
	case <-time.After(50 * time.Millisecond):
	}
	for range first {
		w.end <- true
	}
	select {
	case <-w.begun:
		t.Fatal("the place of a long form does not rest")
	case <-time.After(20 * time.Millisecond): // it was held for more than twice that
	}
	for range next {
		<-w.begun
		w.end <- true
	}
	for _, c := range append(first, next...) {
		want(t, <-c, http.StatusOK)
	}
}

// Too many from one network are told so, kindly, and keep their words; another
// network is answered.
func TestARowThatIsTooLong(t *testing.T) {
	w := newRush(t, func(*web.Bounds) {})
	in := w.ask("203.0.113.1", visit{path: "/vent"})
	<-w.begun
	form := url.Values{"nokkel": {tilhor.NewID()}, "tekst": {"Hun sto alene ved gjerdet."}}
	got := make(chan *httptest.ResponseRecorder, 5) // two wait, three are refused
	for i := range cap(got) {
		one := w.ask("203.0.113.1", visit{method: "POST", path: "/si", form: form, header: map[string]string{"Accept-Language": []string{"nb", "nn", "en"}[i%3]}})
		go func() { got <- <-one }()
	}
	for range 3 {
		rec := <-got
		want(t, rec, 429, "Hun sto alene ved gjerdet.", `name="tekst" value="Hun sto alene ved gjerdet."`, form.Get("nokkel"), "55 00 00 00")
		if rec.Header().Get("Retry-After") == "" || rec.Header().Get("Content-Security-Policy") != csp || len(rec.Header()["Set-Cookie"]) > 0 {
			t.Errorf("headers: %v", rec.Header())
		}
	}
	other := w.ask("198.51.100.1", visit{method: "POST", path: "/si", form: form})
	w.end <- true
	want(t, <-other, http.StatusSeeOther)
	want(t, <-in, http.StatusOK)
	for range 2 {
		want(t, <-got, http.StatusSeeOther)
	}
	want(t, <-w.ask("203.0.113.1", visit{method: "POST", path: "/si", form: form}), http.StatusSeeOther) // sent again from the page
	if w.plans() != 1 {
		t.Errorf("%d plans", w.plans())
	}
	if log := w.logged(); strings.Contains(log, "203.0.113") || strings.Contains(log, "gjerdet") {
		t.Errorf("the log tells: %s", log)
	}
}

// What one network leaves without signing in has a bound; what it left before
// is answered again, its words are kept, the others may go on, and so may who
// is signed in there. Time gives it back.
func TestWhatANetworkMayLeave(t *testing.T) {
	w := newRush(t, func(b *web.Bounds) { b.Left, b.Again = 3, 1 })
	post := func(from, path, text string, c *http.Cookie) *httptest.ResponseRecorder {
		return <-w.ask(from, visit{method: "POST", path: path, form: url.Values{"nokkel": {"aaaaaaaaaaaaaaaaaaaaaaaaaa"}, "tekst": {text}}, cookie: c})
	}
	for i := range 3 {
		want(t, post("203.0.113.1", "/si", fmt.Sprintf("Det første, %d", i), nil), http.StatusSeeOther)
	}
	want(t, post("203.0.113.1", "/si", "Det første, 1", nil), http.StatusSeeOther) // the same again
	want(t, post("203.0.113.1", "/si", "Det ble for mye", nil), http.StatusTooManyRequests, "Det ble for mye")
	want(t, post("2001:db8::1", "/si", "En annen", nil), http.StatusSeeOther)
	rektor := w.enter(w.kari, tilhor.RoleRektor)
	want(t, post("203.0.113.1", "/saker/"+there+"/plan", "Fra rektor", rektor), http.StatusSeeOther)
	if n := w.plans(); n != 5 {
		t.Errorf("%d plans", n)
	}
	w.later(time.Second)
	want(t, post("203.0.113.1", "/si", "Det ble for mye", nil), http.StatusSeeOther)
	want(t, post("203.0.113.1", "/si", "Og en til", nil), http.StatusTooManyRequests)
}

// Long forms share what memory there is, and one network cannot take all of it.
func TestLongFormsAreCounted(t *testing.T) {
	w := newRush(t, func(b *web.Bounds) { b.Forms = 4_000_000 })
	claim := func() { w.raw(t, formHead+"Content-Length: 400000\r\n\r\ntekst=") }
	claim()
	w.raw(t, formHead+"Content-Length: 1000\r\n\r\ntekst=") // a short one is not counted
	send := func(from string, n int) int {
		return (<-w.ask(from, visit{method: "POST", path: "/si", form: url.Values{"tekst": {strings.Repeat("a ", n/3)}}})).Code // a space is one sign, and a sign is one
	}
	// The server has begun to read the first when one more of that network is
	// too much, and one of another is not.
	for send("203.0.113.1", 400_000) != http.StatusServiceUnavailable {
		claim() // one that came while our own was held was refused
	}
	if code := send("198.51.100.1", 400_000); code != http.StatusSeeOther {
		t.Errorf("another network: %d", code)
	}
	if code := send("203.0.113.1", 9_000); code != http.StatusSeeOther {
		t.Errorf("a short form: %d", code)
	}
}

// A form that says it is too long, or does not come whole, is refused, and the
// connection with it.
func TestFormsThatDoNotComeWhole(t *testing.T) {
	w := newRush(t, func(*web.Bounds) {})
	for what, c := range map[string]struct {
		text string
		code int
	}{
		"too long, and says so":  {formHead + "Content-Length: 9000000\r\n\r\ntekst=", 413},
		"too long, in pieces":    {formHead + "Transfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\ntekst=%s\r\n0\r\n\r\n", 6+1<<20, strings.Repeat("a", 1<<20)), 413},
		"a broken piece":         {formHead + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
		"whole, the control":     {formHead + "Content-Length: 10\r\n\r\ntekst=hele", 303},
		"in pieces, the control": {formHead + "Transfer-Encoding: chunked\r\n\r\na\r\ntekst=hele\r\n0\r\n\r\n", 303},
	} {
		c2 := w.raw(t, c.text)
		resp, err := http.ReadResponse(bufio.NewReader(c2), nil)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		resp.Body.Close()
		if resp.StatusCode != c.code {
			t.Errorf("%s: %d, want %d", what, resp.StatusCode, c.code)
		}
	}
}

// What strangers claim and do not send keeps no person's form out. A form that
// was not read is told to be where it was written: sending it again from the
// answer would send an empty one.
func TestStrangersTakeNoRoomFromAPerson(t *testing.T) {
	w := newRush(t, func(b *web.Bounds) { b.Forms = 1_000_000 })
	rektor := w.enter(w.kari, tilhor.RoleRektor)
	want(t, <-w.ask("198.51.100.9", visit{path: "/i-dag", cookie: rektor}), http.StatusOK)
	claim := func() {
		for n := range 8 { // each has an eighth at most
			w.raw(t, strings.Replace(formHead, "203.0.113.1", fmt.Sprintf("203.0.113.%d", n), 1)+"Content-Length: 125000\r\n\r\ntekst=")
		}
	}
	send := func(path string, c *http.Cookie) *httptest.ResponseRecorder {
		text := "Nora sto alene. " + strings.Repeat("a ", 11_500)
		return <-w.ask("198.51.100.9", visit{method: "POST", path: path, form: url.Values{"nokkel": {tilhor.NewID()}, "tekst": {text}}, cookie: c})
	}
	claim()
	rec := send("/si", nil)
	for rec.Code == http.StatusSeeOther { // until all claims have come: the control, that there is no room left
		claim() // one that came while our own form was held was refused
		rec = send("/si", nil)
	}
	body := want(t, rec, http.StatusServiceUnavailable, "Gå tilbake i nettleseren, vent litt og send igjen.")
	if strings.Contains(body, `method="post" action="/si"`) || strings.Contains(body, "Prøv igjen</button>") || rec.Header().Get("Retry-After") == "" {
		t.Errorf("a form that was not read can be sent again from\n%s", body)
	}
	want(t, send("/saker/"+there+"/plan", rektor), http.StatusSeeOther)
}

// A form of another site is refused as one when there is no room either: its
// fields are not given a button of ours. The control is the same form of ours.
func TestAnotherSitesFormInAFullRow(t *testing.T) {
	w := newRush(t, func(*web.Bounds) {})
	in := w.ask("203.0.113.1", visit{path: "/vent"})
	<-w.begun
	form := url.Values{"nokkel": {tilhor.NewID()}, "tekst": {"Noe fra et annet sted."}}
	got := make(chan *httptest.ResponseRecorder, 3)
	for range cap(got) { // two wait, one is refused
		one := w.ask("203.0.113.1", visit{method: "POST", path: "/si", form: form})
		go func() { got <- <-one }()
	}
	want(t, <-got, http.StatusTooManyRequests, `name="tekst" value="Noe fra et annet sted."`)
	for _, h := range []map[string]string{{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "", "Origin": "https://ond.example"}} {
		body := want(t, <-w.ask("203.0.113.1", visit{method: "POST", path: "/si", form: form, header: h}), http.StatusForbidden, "Skjemaet kom fra et annet sted")
		if strings.Contains(body, `name="tekst"`) || strings.Contains(body, form.Get("nokkel")) {
			t.Errorf("the fields of another site are in\n%s", body)
		}
	}
	w.end <- true
	want(t, <-in, http.StatusOK)
	for range 2 {
		want(t, <-got, http.StatusSeeOther)
	}
}
