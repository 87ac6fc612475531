package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/web"
	"tilhor/internal/web/signin"
)

// cookieIn is the session a response sets, nil for none.
func cookieIn(r *http.Response, name string) *http.Cookie {
	for _, c := range r.Cookies() {
		if c.Name == name && c.Value != "" {
			return c
		}
	}
	return nil
}

// What a stolen session gives, and every way it ends: for the thief as for the
// one it was stolen from, at the next click.
func TestAStolenSession(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newStoryWorld(t, d)
		rektor := w.town.Actor(tilhor.RoleRektor, w.town.Solbakken)
		in := func(c *http.Cookie) bool { return w.do("GET", c, "nb", "/i-dag", nil).StatusCode == http.StatusOK }
		post := func(c *http.Cookie, path string, v url.Values) *http.Response { return w.do("POST", c, "nb", path, v) }
		as := url.Values{"rolle": {"rektor@" + string(w.town.Solbakken)}}
		for name, c := range map[string]struct {
			end   func(mine *http.Cookie) // what happens
			thief bool                    // is still in afterwards
			phone bool                    // so is the person's own telephone
			out   string                  // where the thief is sent
		}{
			"nothing, the control": {func(*http.Cookie) {}, true, true, ""},
			"the person signs out": {func(m *http.Cookie) { post(m, "/logg-ut", nil) }, false, true, ""},
			"everywhere":           {func(m *http.Cookie) { post(m, "/logg-ut/overalt", nil) }, false, false, ""},
			"everywhere, from the telephone": {func(*http.Cookie) {
				post(w.enter(rektor, mfa), "/logg-ut/overalt", nil)
			}, false, false, ""},
			"the role is chosen again": {func(m *http.Cookie) {
				r := post(m, "/rolle", as)
				if again := cookieIn(r, m.Name); again == nil || again.Value == m.Value || !in(again) {
					t.Errorf("the person's own new session: %d %v", r.StatusCode, again)
				}
			}, false, true, ""},
			"half an hour goes by":   {func(*http.Cookie) { w.later(31 * time.Minute) }, false, false, ""},
			"the quick way out":      {func(m *http.Cookie) { w.do("GET", m, "nb", "/ut", nil) }, false, true, ""},
			"a link of another site": {func(m *http.Cookie) { w.do("GET", m, "nb", "/ut", nil, "Sec-Fetch-Site", "cross-site") }, true, true, ""},
			"a form of another site": {func(m *http.Cookie) {
				w.do("POST", m, "nb", "/logg-ut/overalt", nil, "Sec-Fetch-Site", "cross-site")
			}, true, true, ""},
		} {
			t.Run(name, func(t *testing.T) {
				mine, phone := w.enter(rektor, mfa), w.enter(rektor, mfa)
				stolen := &http.Cookie{Name: mine.Name, Value: mine.Value}
				if !in(mine) || !in(phone) || !in(stolen) || mine.Value == phone.Value {
					t.Fatal("not signed in")
				}
				c.end(mine)
				if in(stolen) != c.thief {
					t.Errorf("the thief is in: %v", !c.thief)
				}
				if in(phone) != c.phone {
					t.Errorf("the telephone is in: %v", !c.phone)
				}
				if !c.thief && cookieIn(post(stolen, "/rolle", as), mine.Name) != nil {
					t.Error("the thief is given a new session")
				}
			})
		}
		// Never longer than the working day it began, however busy.
		mine := w.enter(rektor, mfa)
		for h := 0; h < 12*60; h += 20 {
			if !in(mine) {
				t.Fatalf("ended after %d minutes of use", h)
			}
			w.later(20 * time.Minute)
		}
		if in(mine) {
			t.Error("lasts longer than twelve hours")
		}
	})
}

// Nobody acts in a role that the sign-in is too weak for, though a session says so.
func TestAWeakSignInCarriesNoMoreThanItMay(t *testing.T) {
	w := newSite(t)
	for role, in := range map[tilhor.Role]bool{tilhor.RoleRektor: false, tilhor.RoleSocialTeacher: false, tilhor.RoleTeacher: true, tilhor.RoleSFO: true} {
		for acr, in := range map[string]bool{"": in, mfa: true} {
			r := w.do("GET", w.enter(w.actorOf("Solbakken skole", role, ""), acr), "nb", "/i-dag", nil)
			if to := r.Header.Get("Location"); in != (r.StatusCode == http.StatusOK) || !in && to != "/logg-inn?niva=hoyt&neste=%2Fi-dag" {
				t.Errorf("%s with %q: %d to %q", role, acr, r.StatusCode, to)
			}
		}
	}
}

// A session stands in a cookie that no script, no other site and no plain line
// can read, and in no address, page or log.
func TestASessionStandsInItsCookieOnly(t *testing.T) {
	w := newSite(t)
	kit := *w.site.Kit()
	kit.Owner.HTTPS, kit.Limits = true, nil
	tls, err := web.New(&kit)
	w.must(err)
	rektor := w.actorOf("Solbakken skole", tilhor.RoleRektor, "")
	c, err := tls.Enter(t.Context(), rektor.Person, rektor, mfa, siteIssuer)
	w.must(err)
	if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 0 || !c.Expires.IsZero() {
		t.Errorf("the cookie is %v", c)
	}
	mine := w.enter(rektor, mfa)
	for _, path := range []string{"/i-dag", "/saker", "/rolle", "/kladder", "/logg-ut", "/logg-inn?neste=/i-dag", "/finnes-ikke"} {
		r := w.do("GET", mine, "nb", path, nil)
		if all := bodyOf(t, r) + r.Header.Get("Location"); strings.Contains(all, mine.Value) || strings.Contains(all, string(rektor.Person)) {
			t.Errorf("%s tells the session or the person", path)
		}
		if r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept", path)
		}
	}
	for _, path := range []string{"/i-dag?tilhor=" + mine.Value, "/i-dag;tilhor=" + mine.Value, "/i-dag?session=" + mine.Value} {
		if r := w.do("GET", nil, "nb", path, nil); r.StatusCode == http.StatusOK {
			t.Errorf("a session in an address is believed: %s", path)
		}
	}
}

// logBook is a log as it was written.
type logBook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (k *logBook) Write(b []byte) (int, error) { k.mu.Lock(); defer k.mu.Unlock(); return k.b.Write(b) }

func (k *logBook) String() string { k.mu.Lock(); defer k.mu.Unlock(); return k.b.String() }

// The whole log of a busy day, with faults in it, tells of nobody: no name, id,
// word, address, machine or question.
func TestTheLogTellsOfNobody(t *testing.T) {
	d, keys := copyGranvik(t)
	w := siteOf(t, d, keys, siteNow)
	log := &logBook{}
	w.house.log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b := web.UsualBounds()
	b.Left, b.Again = 2, 0
	w.house.limits = web.NewLimits(b)
	site, err := w.house.site(w.site.Kit().Owner, signin.Config{Base: "http://127.0.0.1", MadeUp: true, Providers: []signin.Provider{{
		Name: "feide", Title: "Feide", Kind: signin.Feide, Issuer: siteIssuer, ClientID: "tilhor", Secret: "made-up", StepUp: []string{mfa},
	}}}, nil)
	w.must(err)
	wrong := func(serve func(*web.Req) error, name string) web.Route {
		return web.Route{Method: "POST", Path: "/feil/" + name, Name: "t." + name, Roles: []tilhor.Role{tilhor.RoleAnyone}, Serve: serve}
	}
	const word = "Rødlue gråt i garderoben"
	site.Mount([]web.Route{
		wrong(func(*web.Req) error { return fmt.Errorf("save what %s said", word) }, "feil"),
		wrong(func(*web.Req) error { panic(word) }, "panikk"),
		wrong(func(q *web.Req) error {
			return q.Kit.DB.Write(q.Context(), func(tx *db.Tx) error { _, err := tx.Exec(noTable, word); return err })
		}, "sql"),
	})
	w.site, w.h = site, site.Handler()
	const agent, from, asked = "Nettleser-av-ukjent-slag/7.3", "198.51.100.77", "hemmelig-sporsmal"
	hide := map[string]string{"a word": "Rødlue", "another": "garderoben", "a browser": agent, "an address": from, "our tests' address": "192.0.2.1", "a question": asked}
	w.read(func(tx *db.Tx) error {
		schools, err := w.house.roster.Schools(tx, w.owner())
		for _, s := range schools[:2] {
			pupils, err := w.house.roster.Pupils(tx, w.owner(), s.ID, w.today())
			if err != nil {
				return err
			}
			for _, p := range pupils {
				hide["pupil "+string(p.ID)], hide["name of "+string(p.ID)] = string(p.ID), p.Name
			}
		}
		return err
	})
	head := []string{"User-Agent", agent, "X-Forwarded-For", from, "Referer", "http://127.0.0.1/?" + asked}
	visit := func(method string, c *http.Cookie, path string, v url.Values) int {
		return w.do(method, c, "nb", path+"?q="+asked, v, head...).StatusCode
	}
	codes := map[int]int{}
	for _, p := range w.cast() {
		hide["persona "+p.name] = string(p.actor.Person)
		if p.cookie != nil {
			hide["session of "+p.name] = p.cookie.Value
		}
		for _, r := range w.site.Routes() {
			path := addressPart.ReplaceAllStringFunc(r.Path, func(part string) string {
				id := map[bool]string{true: "feide", false: tilhor.NewID()}[part == "{tilbyder}"]
				if part != "{tilbyder}" {
					hide["an id asked for "+id] = id
				}
				return id
			})
			if strings.Contains(path, "logg-ut") || path == "/ut" {
				continue
			}
			v := telling()
			v.Set("saw", word)
			codes[visit(r.Method, p.cookie, path, v)]++
		}
	}
	for _, s := range []string{"", "x"} { // a sign-in that is refused, with all that a provider may say
		w.do("GET", nil, "nb", "/logg-inn/feide/svar?code="+asked+"&state="+strings.Repeat("a", 60)+"&error="+s+"&error_description="+asked, nil, append(head, "Cookie", "tilhor-inn="+tilhor.NewID())...)
	}
	for range 4 {
		codes[visit("POST", nil, "/s/"+string(w.actorOf("Nordli skole", tilhor.RoleRektor, "").School)+"/ansatt", telling())]++
	}
	end := w.house.tend(nil, w.site)
	end()
	d.Close()
	for _, path := range []string{"/i-dag", "/", "/saker"} {
		codes[visit("GET", &http.Cookie{Name: "tilhor", Value: hide["session of rektor"]}, path, nil)]++
	}
	for _, code := range []int{200, 303, 404, 429, 500} {
		if codes[code] == 0 {
			t.Errorf("the day had no %d: %v", code, codes)
		}
	}
	text := log.String()
	for _, want := range []string{"request failed", "panic", "sign-in refused", `"route":`, `"ref":`} {
		if !strings.Contains(text, want) {
			t.Errorf("the log does not say %q", want)
		}
	}
	for what, s := range hide {
		if s != "" && strings.Contains(text, s) {
			t.Errorf("the log tells %s", what)
		}
	}
	log.Write([]byte("the control: " + word))
	if !strings.Contains(log.String(), hide["a word"]) {
		t.Error("the control is not found")
	}
	if testing.Verbose() {
		t.Logf("%d lines, %v", strings.Count(text, "\n"), codes)
	}
}

var noTable = testSQL(`INSERT INTO ingen_slik_tabell (word) VALUES ($1)`)

// No address takes anything but a form of text that is no longer than a form may be;
// and none a file but those that say so (TestFilesMadeToHurt).
func TestNoOtherRouteTakesAFile(t *testing.T) {
	w := newSite(t)
	var file bytes.Buffer
	m := multipart.NewWriter(&file)
	for k, v := range telling() {
		m.WriteField(k, v[0])
	}
	part, err := m.CreateFormFile("fil", "../../elev.png")
	w.must(err)
	part.Write([]byte("\x89PNG\r\n\x1a\n<?php"))
	m.Close()
	school := string(w.actorOf("Nordli skole", tilhor.RoleRektor, "").School)
	long := telling()
	long.Set("saw", strings.Repeat("Hun gråt. ", 120_000))
	entries := w.entries()
	rektor := w.enter(w.actorOf("Nordli skole", tilhor.RoleRektor, ""), mfa)
	send := func(path, kind string, body io.Reader) int {
		r := httptest.NewRequestWithContext(context.Background(), "POST", "http://127.0.0.1"+path, body)
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if !strings.HasPrefix(path, "/s/") {
			r.AddCookie(rektor)
		}
		rec := httptest.NewRecorder()
		w.h.ServeHTTP(rec, r)
		return rec.Code
	}
	refused := []int{http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusMethodNotAllowed}
	tried := 0
	for _, r := range w.site.Routes() {
		if r.Method != http.MethodPost || strings.HasPrefix(r.Path, "/logg-ut") { // which read nothing at all
			continue
		}
		tried++
		path := strings.NewReplacer("{skole}", school, "{spor}", "abcdefghij", "{id}", tilhor.NewID(), "{slug}", "abcdefghij").Replace(r.Path)
		for kind, body := range map[string]string{
			m.FormDataContentType():             file.String(),
			"application/json":                  `{"saw":"x"}`,
			"text/plain":                        telling().Encode(),
			"application/octet-stream":          file.String(),
			"":                                  telling().Encode(),
			"application/x-www-form-urlencoded": long.Encode(),
		} {
			if r.File && kind == m.FormDataContentType() {
				continue
			}
			if code := send(path, kind, strings.NewReader(body)); !slices.Contains(refused, code) {
				t.Errorf("%s takes %q: %d", r.Path, kind, code)
			}
		}
	}
	if n := w.entries(); n != entries || tried < 10 {
		t.Errorf("%d entries written, %d routes tried", n-entries, tried)
	}
	if code := send("/s/"+school+"/ansatt", "application/x-www-form-urlencoded; charset=UTF-8", strings.NewReader(telling().Encode())); code != http.StatusSeeOther {
		t.Errorf("the control, a form: %d", code)
	}
}
