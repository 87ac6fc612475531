package fault

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/pages/public"
	"tilhor/internal/pages/staff"
	"tilhor/internal/web"
	"tilhor/internal/work"
)

// siteOf is the pages of staff over a place, as the program serves them.
func siteOf(p *work.Place) (*web.Site, error) {
	kit := p.Kit()
	kit.Log = slog.New(slog.DiscardHandler)
	s, err := web.New(kit)
	if err != nil {
		return nil, err
	}
	s.Mount((&public.Pages{Concerns: p.Concerns}).Routes())
	s.Mount((&staff.Pages{Concerns: p.Concerns, Cases: p.Cases}).Routes())
	return s, nil
}

// serve serves the place's pages at an address of its own, until the process
// ends, and says where.
func (j job) serve(p *work.Place) error {
	s, err := siteOf(p)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("at", l.Addr())
	return web.Server("", late(s.Handler(), j.Late)).Serve(l)
}

// late lets every answer be a while on its way.
func late(h http.Handler, by time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		<-time.After(by)
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		answer.Body.WriteTo(w)
	})
}

// served is the same in this process.
func served(t *testing.T, p *work.Place) (addr string) {
	t.Helper()
	s, err := siteOf(p)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := web.Server("", s.Handler())
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return l.Addr().String()
}

// A sheet is one filling-in of the form with which a teacher tells rektor.
type sheet struct {
	id     string // stands in the words, so that it can be found
	cookie *http.Cookie
	form   url.Values
}

// fill fills a sheet in, as who signs in at the place. Its key is the frame's
// own, as the page gives it.
func fill(t testing.TB, p *work.Place, rng *rand.Rand) sheet {
	t.Helper()
	s := p.Schools[rng.IntN(len(p.Schools))]
	by := s.Teachers[rng.IntN(len(s.Teachers))]
	c, err := p.Site.Enter(context.Background(), by.Person, by, "strong", "https://feide.example")
	if err != nil {
		t.Fatal(err)
	}
	return sheet{cookie: c, form: url.Values{
		"step": {"3"}, "go": {"send"}, "pupil": {string(s.Pupils[rng.IntN(len(s.Pupils))])},
		"arena": {"break"}, "happened": {"today"}, "known": {"now"},
	}}.anew()
}

// anew is another sheet by the same hand: other words, another key.
func (f sheet) anew() sheet {
	g := sheet{"tell-" + tilhor.NewID(), f.cookie, maps.Clone(f.form)}
	g.form.Set("saw", g.id+" sto alene")
	g.form.Set("nokkel", tilhor.NewID())
	return g
}

// request is the sheet as a browser on our own page sends it.
func (f sheet) request(addr string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, "http://"+addr+"/bekymringer/ny", strings.NewReader(f.form.Encode()))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(f.cookie)
	return r
}

// client follows nothing and keeps no line open.
var client = &http.Client{
	Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// send sends the sheet and reads the answer: the receipt's address when it is
// taken, "sent" when it was taken before and nobody knows the address.
func (f sheet) send(addr string) (answer string, err error) {
	resp, err := client.Do(f.request(addr))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusSeeOther:
		return resp.Header.Get("Location"), nil
	case http.StatusConflict:
		return "sent", nil
	}
	return "", fmt.Errorf("status %d", resp.StatusCode)
}

// cut sends the sheet and cuts the line before it reads the answer, when told to;
// with no when, in the midst of the sheet.
func (f sheet) cut(addr string, when func()) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	var whole bytes.Buffer
	if err := f.request(addr).Write(&whole); err != nil {
		return err
	}
	if when == nil {
		whole.Truncate(whole.Len() - 10)
	}
	if _, err := c.Write(whole.Bytes()); err != nil {
		return err
	}
	if when != nil {
		when()
	}
	return c.(*net.TCPConn).SetLinger(0)
}

// insist sends the sheet until it is answered, as a person does who sees an
// error and presses again.
func (f sheet) insist(addr string) (answer string, err error) {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if answer, err = f.send(addr); err == nil {
			return answer, nil
		}
		<-time.After(20 * time.Millisecond)
	}
	return "", err
}
