package signin

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

// An attack changes one thing of a sign-in that would have succeeded.
type attack struct {
	name     string
	provider string // feide unless given
	person   string // jonas unless given
	twist    func(map[string]any)
	tamper   func(string, []byte) []byte
	steer    func(w *world, b **browser, back *url.URL)
	page     Page
	why      Why
}

func query(set ...string) func(*world, **browser, *url.URL) {
	return func(_ *world, _ **browser, back *url.URL) {
		q := back.Query()
		for i := 0; i < len(set); i += 2 {
			if set[i+1] == "" {
				q.Del(set[i])
			} else {
				q.Set(set[i], set[i+1])
			}
		}
		back.RawQuery = q.Encode()
	}
}

func again(name string) func(*world, **browser, *url.URL) {
	return func(_ *world, _ **browser, back *url.URL) {
		back.RawQuery += "&" + name + "=" + url.QueryEscape(back.Query().Get(name))
	}
}

func claim(name string, value any) func(map[string]any) {
	return func(c map[string]any) {
		if c[name] = value; value == nil {
			delete(c, name)
		}
	}
}

func unix(d time.Duration) int64 {
	return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC).Add(d).Unix()
}

var attacks = []attack{
	{name: "the same answer again", steer: func(_ *world, b **browser, back *url.URL) { (*b).twin().get(back.String()) }, why: "used-state"},
	{name: "in another browser", steer: func(w *world, b **browser, _ *url.URL) {
		*b = w.browser()
		(*b).get("/logg-inn/feide") // which has a secret of its own
	}, why: "unknown-state"},
	{name: "in a browser that began nothing", steer: func(w *world, b **browser, _ *url.URL) { *b = w.browser() }, why: "no-browser"},
	{name: "no state", steer: query("state", ""), why: "no-state"},
	{name: "two states", steer: again("state"), why: "no-state"},
	{name: "a made-up state", steer: query("state", "aaaaaaaaaaaaaaaaaaaaaaaaaa"), why: "unknown-state"},
	{name: "a state that is no state", steer: query("state", "' OR 1=1 --"), why: "no-state"},
	{name: "after eleven minutes", steer: func(w *world, _ **browser, _ *url.URL) { w.wait(11 * time.Minute) }, why: "too-late"},
	{name: "at another provider's door", steer: func(_ *world, _ **browser, back *url.URL) { back.Path = "/logg-inn/idporten/svar" }, why: "mix-up"},
	{name: "from another issuer", steer: query("iss", "https://evil.example"), why: "issuer"},
	{name: "from nobody, though it names itself", steer: query("iss", ""), why: "issuer"},
	{name: "from two issuers", steer: again("iss"), why: "issuer"},
	{name: "a state that was changed", steer: func(w *world, b **browser, back *url.URL) {
		s := []byte(back.Query().Get("state"))
		at := &s[len(s)/2] // another letter that a state can have, so that it is looked up
		if *at == 'x' {
			*at = 'y'
		} else {
			*at = 'x'
		}
		query("state", string(s))(w, b, back)
	}, why: "unknown-state"},
	{name: "a state of another sign-in", steer: func(w *world, b **browser, back *url.URL) {
		query("state", (*b).back("feide", "kari").Query().Get("state"))(w, b, back)
	}, why: "code-refused"}, // the provider wants the verifier of the first
	{name: "without a challenge", steer: func(w *world, b **browser, back *url.URL) {
		*back = *(*b).rewritten("code_challenge", "")
	}, why: "provider-refused"},
	{name: "another's challenge", steer: func(w *world, b **browser, back *url.URL) {
		*back = *(*b).rewritten("code_challenge", strings.Repeat("A", 43))
	}, why: "code-refused"},
	{name: "another's nonce in the question", steer: func(w *world, b **browser, back *url.URL) {
		*back = *(*b).rewritten("nonce", "en annen")
	}, why: "nonce"},
	{name: "no code", steer: query("code", ""), why: "no-code"},
	{name: "two codes", steer: again("code"), why: "no-code"},
	{name: "a guessed code", steer: query("code", "gjettet"), why: "code-refused"},
	{name: "a huge code", steer: query("code", strings.Repeat("x", 5000)), why: "no-code"},
	{name: "another's code", steer: func(w *world, b **browser, back *url.URL) {
		query("code", w.browser().back("feide", "kari").Query().Get("code"))(w, b, back)
	}, why: "code-refused"},
	{name: "another's code under the same browser", steer: func(w *world, b **browser, back *url.URL) {
		query("code", (*b).back("feide", "kari").Query().Get("code"))(w, b, back)
	}, why: "code-refused"},
	{name: "another nonce", twist: claim("nonce", "en annen"), why: "nonce"},
	{name: "no nonce", twist: claim("nonce", nil), why: "nonce"},
	{name: "for another site", twist: claim("aud", "en-annen"), why: "id-token"},
	{name: "for nobody", twist: claim("aud", nil), why: "id-token"},
	{name: "for us and another, not saying to whom", twist: claim("aud", []string{"tilhor-feide", "en-annen"}), why: "azp"},
	{name: "given to another", twist: claim("azp", "en-annen"), why: "azp"},
	{name: "an id_token of another issuer", twist: claim("iss", "https://evil.example"), why: "id-token"},
	{name: "run out", twist: claim("exp", unix(-time.Second)), why: "id-token"},
	{name: "never runs out", twist: claim("exp", nil), why: "id-token"},
	{name: "not valid yet", twist: claim("nbf", unix(time.Hour)), why: "id-token"},
	{name: "issued before it was asked for", twist: claim("iat", unix(-time.Hour)), why: "issued-at"},
	{name: "issued in the future", twist: claim("iat", unix(time.Hour)), why: "issued-at"},
	{name: "nobody's", twist: claim("sub", nil), why: "subject"},
	{name: "a very long subject", twist: claim("sub", strings.Repeat("x", 300)), why: "subject"},
	{name: "claims of the wrong kind", twist: claim("acr", 4), why: "claims"},
	{name: "another access token", tamper: inToken("access_token", func(string) string { return "byttet" }), why: "access-token"},
	{name: "a changed signature", tamper: inToken("id_token", func(s string) string {
		i := strings.LastIndexByte(s, '.')
		return s[:i+1] + strings.Repeat("A", len(s)-i-1)
	}), why: "id-token"},
	{name: "a changed claim", tamper: inToken("id_token", func(s string) string {
		return recoded(s, 1, func(b string) string { return strings.Replace(b, `"jonas"`, `"kari"`, 1) })
	}), why: "id-token"},
	{name: "signed by nobody", tamper: inToken("id_token", func(s string) string {
		s = recoded(s, 0, func(string) string { return `{"alg":"none","typ":"JWT"}` })
		return s[:strings.LastIndexByte(s, '.')+1]
	}), why: "id-token"},
	{name: "signed with a secret", tamper: inToken("id_token", func(s string) string {
		return recoded(s, 0, func(b string) string { return strings.Replace(b, "RS256", "HS256", 1) })
	}), why: "id-token"},
	{name: "no id_token", tamper: inToken("id_token", func(string) string { return "" }), why: "id-token"},
	{name: "a megabyte of token", tamper: inToken("id_token", func(s string) string { return strings.Repeat("A", 1<<20) }), page: PageUnreachable, why: "token"},
	{name: "userinfo about somebody else", tamper: func(path string, b []byte) []byte {
		if strings.HasSuffix(path, "/userinfo") {
			return []byte(strings.Replace(string(b), `"sub":"jonas"`, `"sub":"kari"`, 1))
		}
		return b
	}, why: "userinfo-subject"},
	{name: "userinfo that is no object", tamper: userinfo(`["jonas"]`), page: PageUnreachable, why: "userinfo"},
	{name: "userinfo that is not JSON", tamper: userinfo(`<html>`), page: PageUnreachable, why: "userinfo"},
	{name: "userinfo with no subject", tamper: userinfo(`{"https://n.feide.no/claims/eduPersonPrincipalName":"kari@granvik.kommune.no"}`), why: "userinfo-subject"},
	{name: "userinfo of the wrong kinds", tamper: userinfo(`{"sub":"jonas","https://n.feide.no/claims/eduPersonPrincipalName":["kari@granvik.kommune.no"]}`), why: "userinfo-claims"},
	{name: "a token that is not JSON", tamper: func(path string, b []byte) []byte {
		if strings.HasSuffix(path, "/token") {
			return []byte("<html>")
		}
		return b
	}, page: PageUnreachable, why: "token"},
	{name: "no person number", provider: "idporten", person: "par", twist: claim("pid", nil), why: "pid"},
	{name: "no number at all", provider: "idporten", person: "par", twist: claim("pid", "01018012x45"), why: "pid"},
	{name: "another tenant", provider: "entra", twist: claim("tid", "nabokommunen"), why: "tenant"},
	{name: "no tenant", provider: "entra", twist: claim("tid", nil), why: "tenant"},
	{name: "no object", provider: "entra", twist: claim("oid", nil), why: "tenant"},
	{name: "a name instead of a Feide id", provider: "entra", twist: func(c map[string]any) {
		delete(c, "feideid")
		c["oid"], c["eduPersonPrincipalName"], c["email"] = "ny", "kari@granvik.kommune.no", "kari@granvik.kommune.no"
	}, page: PageUnknown, why: "no-match"},
	{name: "a level we do not know", provider: "idporten", person: "par", twist: claim("acr", "Level4"), page: PageLevel, why: "level"},
	{name: "Feide's level at ID-porten", provider: "idporten", person: "par", twist: claim("acr", mfa), page: PageLevel, why: "level"},
	{name: "a level that is too low", provider: "idporten", person: "lav", page: PageLevel, why: "level"},
	{name: "nobody in the lists", person: "fremmed", page: PageUnknown, why: "no-match"},
	{name: "turned back", steer: query("code", "", "error", "access_denied", "error_description", "<b>Hemmelig</b>"), page: PageCancelled, why: "cancelled"},
	{name: "an error we do not know", steer: query("code", "", "error", "invalid_scope"), why: "provider-refused"},
	{name: "the provider is out of order", steer: query("code", "", "error", "server_error"), page: PageUnreachable, why: "provider-error"},
	{name: "an error with no state", steer: query("code", "", "state", "", "error", "access_denied"), why: "no-state"},
}

// rewritten begins a sign-in anew with one thing changed on the way to the
// provider, and gives the address the provider sends back to.
func (b *browser) rewritten(name, value string) *url.URL {
	b.w.t.Helper()
	u, err := url.Parse(b.get("/logg-inn/feide?som=jonas").To)
	if err != nil {
		b.w.t.Fatal(err)
	}
	query(name, value)(nil, nil, u)
	return b.choose(u.String())
}

// userinfo makes the provider say something else of a person.
func userinfo(says string) func(string, []byte) []byte {
	return func(path string, b []byte) []byte {
		if strings.HasSuffix(path, "/userinfo") {
			return []byte(says)
		}
		return b
	}
}

// recoded changes one part of a token, without its key.
func recoded(token string, part int, change func(string) string) string {
	parts := strings.Split(token, ".")
	b, err := base64.RawURLEncoding.DecodeString(parts[part])
	if err != nil {
		panic(err)
	}
	parts[part] = base64.RawURLEncoding.EncodeToString([]byte(change(string(b))))
	return strings.Join(parts, ".")
}

var reason = regexp.MustCompile(`why=([a-z-]+)`)

func (c attack) run(w *world) (*browser, answer, string) {
	w.mu.Lock()
	w.now, w.twist, w.tamper = time.Unix(unix(0), 0), c.twist, c.tamper
	w.mu.Unlock()
	b := w.browser()
	back := b.back(or(c.provider, "feide"), or(c.person, "jonas"))
	if c.steer != nil {
		c.steer(w, &b, back)
	}
	w.log.take()
	a := b.get(back.String())
	return b, a, w.log.take()
}

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}

// Each attack is met with a kind page that is the same for all, tells nothing,
// and signs nobody in.
func TestAttacks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		if _, a, _ := (attack{}).run(w); a.Code != http.StatusSeeOther {
			t.Fatalf("the control, which is no attack: %d", a.Code)
		}
		bodies := map[string]string{}
		for _, c := range attacks {
			t.Run(c.name, func(t *testing.T) {
				w.t = t
				page := Page(or(string(c.page), string(PageAgain)))
				b, a, log := c.run(w)
				m := reason.FindStringSubmatch(log)
				if m == nil || m[1] != string(c.why) {
					t.Errorf("why: got %q, want %q", m, c.why)
				}
				if a.Code != page.Status() {
					t.Errorf("status: got %d, want %d", a.Code, page.Status())
				}
				key := string(page) + or(c.provider, "feide")
				if c.why == "mix-up" {
					key = string(page) + "idporten"
				}
				if want, ok := bodies[key]; ok && a.Body != want {
					t.Errorf("the page differs from that of other attacks: %d", a.Code)
				}
				bodies[key] = a.Body
				for _, leak := range []string{string(c.why), "nonce", "state=", "code=", "Hemmelig", "granvik.kommune", "Jonas", "⟦"} {
					if strings.Contains(a.Body, leak) && leak != "level" {
						t.Errorf("the page tells %q", leak)
					}
				}
				for _, leak := range []string{"code", "Hemmelig", "jonas", "tilhor-feide", "127.0.0.1"} {
					if strings.Contains(strings.ReplaceAll(log, "code-refused", ""), leak) && !strings.Contains(string(c.why), leak) {
						t.Errorf("the log tells %q: %s", leak, log)
					}
				}
				if got := b.get("/i-dag"); got.Code == http.StatusOK {
					t.Errorf("signed in all the same: %s", got.Body)
				}
			})
		}
	})
}

// Of twenty that bring the same answer at once, one gets in: also when they
// reach different processes, since nothing is kept in memory.
func TestAnAnswerIsTakenOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.browser()
		back := b.back("feide", "jonas")
		got := make(chan int, 20)
		for range cap(got) {
			other := b.twin()
			go func() { got <- other.get(back.String()).Code }()
		}
		in := 0
		for range cap(got) {
			if <-got == http.StatusSeeOther {
				in++
			}
		}
		if in != 1 {
			t.Errorf("%d got in", in)
		}
	})
}

// Each check is needed: with one left out, the table above tells of it. Of some
// it is also shown that the attack then gets in.
func TestEveryCheckIsNeeded(t *testing.T) {
	skip := map[string]func(s *source){
		"nonce":            func(s *source) { s.without = "nonce" },
		"used-state":       func(s *source) { s.without = "used-state" },
		"mix-up":           func(s *source) { s.without = "mix-up" },
		"too-late":         func(s *source) { s.without = "too-late" },
		"issuer":           func(s *source) { s.without = "issuer" },
		"issued-at":        func(s *source) { s.without = "issued-at" },
		"access-token":     func(s *source) { s.without = "access-token" },
		"azp":              func(s *source) { s.without = "azp" },
		"userinfo-subject": func(s *source) { s.without = "userinfo-subject" },
		"tenant":           func(s *source) { s.without = "tenant" },
		"audience":         func(s *source) { s.checked.SkipClientIDCheck = true },
		"expiry":           func(s *source) { s.checked.SkipExpiryCheck = true },
		"token's issuer":   func(s *source) { s.checked.SkipIssuerCheck = true },
		"signature":        func(s *source) { s.checked.InsecureSkipSignatureCheck = true },
	}
	lets := map[string]bool{ // which, left out, lets somebody in by itself
		"nonce": true, "audience": true, "expiry": true, "signature": true, "issuer": true, "issued-at": true, "azp": true, "tenant": true,
	}
	w := newWorld(t, dbtest.SQLite(t))
	for name, leave := range skip {
		t.Run(name, func(t *testing.T) {
			w.t = t
			whole := map[string]source{}
			for n, s := range w.desk.sources {
				whole[n] = source{checked: s.checked}
				leave(s)
			}
			defer func() {
				for n, s := range w.desk.sources {
					s.checked, s.without = whole[n].checked, ""
				}
			}()
			told, in := 0, 0
			for _, c := range attacks {
				b, a, log := c.run(w)
				m := reason.FindStringSubmatch(log)
				if m == nil || m[1] != string(c.why) || a.Code != Page(or(string(c.page), string(PageAgain))).Status() {
					told++
				}
				if b.inside() {
					in++
				}
			}
			if told == 0 {
				t.Error("the table does not tell that it is left out")
			}
			if lets[name] && in == 0 {
				t.Error("nobody gets in without it")
			}
		})
	}
}

// A provider that changes its keys is believed by the new one, and no more by
// the old one.
func TestAProviderThatChangesItsKeys(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	var old string
	w.tamper = inToken("id_token", func(s string) string { old = s; return s })
	if a := w.browser().in("feide", "jonas"); a.Code != http.StatusSeeOther {
		t.Fatalf("got %d", a.Code)
	}
	w.tamper = nil
	if err := w.idp.Rotate(); err != nil {
		t.Fatal(err)
	}
	if a := w.browser().in("feide", "jonas"); a.Code != http.StatusSeeOther {
		t.Fatalf("the new key is not believed: %d", a.Code)
	}
	w.log.take()
	w.tamper = inToken("id_token", func(string) string { return old })
	if a := w.browser().in("feide", "jonas"); a.Code != http.StatusBadRequest || !strings.Contains(w.log.take(), "why=id-token") {
		t.Errorf("the old key is believed: %d", a.Code)
	}
}

// A provider that does not answer in time is given up, kindly; one that was
// known goes on being used while it is asked again.
func TestAProviderThatIsSlow(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for _, s := range w.desk.sources {
		s.client.Timeout = 100 * time.Millisecond
		break // they share one client
	}
	w.browser().in("feide", "jonas")
	set := func(slow string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.slow = slow
	}
	for _, slow := range []string{"/token", "/userinfo", "/me/groups"} {
		person, status := "jonas", http.StatusServiceUnavailable
		if slow == "/me/groups" {
			person, status = "ny", http.StatusForbidden // told that they are in no list, all the same
		}
		b := w.browser()
		back := b.back("feide", person)
		set(slow)
		if a := b.get(back.String()); a.Code != status {
			t.Errorf("%s is slow: %d", slow, a.Code)
		}
		set("")
	}
	// A day later what is known is asked for again, and used on meanwhile.
	w.wait(25 * time.Hour)
	set("/openid-configuration")
	if a := w.browser().get("/logg-inn/feide"); a.Code != http.StatusFound {
		t.Errorf("what is known is not used on: %d", a.Code)
	}
	if a := w.browser().get("/logg-inn/idporten"); a.Code != http.StatusServiceUnavailable {
		t.Errorf("the control, which is not known: %d", a.Code)
	}
}

// Our own address never comes from what a request says of the host.
func TestTheWayBackIsOurs(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	want := w.base + "/logg-inn/feide/svar"
	for _, h := range [][2]string{{"X-Forwarded-Host", "evil.example"}, {"Forwarded", "host=evil.example"}, {"X-Forwarded-Proto", "gopher"}, {"X-Original-Url", "//evil.example"}} {
		u, err := url.Parse(w.browser().get("/logg-inn/feide?redirect_uri=https://evil.example/&client_id=evil&state=x", h[0], h[1]).To)
		if err != nil || u.Query().Get("redirect_uri") != want || strings.Contains(u.String(), "evil") || u.Query().Get("state") == "x" {
			t.Errorf("%s: %v", h[0], u)
		}
	}
	// The provider follows no other, either.
	b := w.browser()
	u, err := url.Parse(b.get("/logg-inn/feide?som=jonas").To)
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"https://evil.example/", want + "/", want + "?x=y", strings.Replace(want, "127.0.0.1", "127.0.0.1@evil.example", 1), ""} {
		query("redirect_uri", to)(nil, nil, u)
		if a := b.get(u.String()); a.Code != http.StatusBadRequest || a.To != "" {
			t.Errorf("%q: %d to %q", to, a.Code, a.To)
		}
	}
}

// Who begins leaves nothing in the database, however often; who comes back
// leaves a hash, until the ten minutes are over.
func TestTheDatabaseHoldsNoSecretOfASignIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.browser()
		rows := func(secrets ...string) (n int) {
			err := d.Read(t.Context(), func(tx *db.Tx) error {
				n = 0
				return tx.Each(everyPending, func(scan db.Scan) error {
					var state, browser, provider, next string
					n++
					err := scan(&state, &browser, &provider, &next)
					for _, s := range secrets {
						if s == "" || strings.Contains(state+browser+provider+next, s) {
							t.Errorf("a row holds %q", s)
						}
					}
					return err
				}, owner)
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		to, err := url.Parse(b.get("/logg-inn/feide?som=jonas&neste=/saker/abc").To)
		if err != nil {
			t.Fatal(err)
		}
		state, secret := to.Query().Get("state"), b.Jar.Cookies(w.address())[0].Value
		if n := rows(); n != 0 {
			t.Errorf("%d rows for who only begins", n)
		}
		if strings.Contains(state, "saker") || strings.Contains(string(unbased(state)), "saker") || strings.Contains(string(unbased(state)), "feide") {
			t.Error("the state tells where the person is going")
		}
		b.get(b.choose(to.String()).String())
		if n := rows(state, to.Query().Get("nonce"), to.Query().Get("code_challenge"), secret, "saker"); n != 1 {
			t.Errorf("%d rows for who comes back", n)
		}
		w.wait(time.Hour)
		w.browser().in("feide", "jonas")
		if n := rows(); n != 1 {
			t.Errorf("%d rows: what has run out is not swept", n)
		}
	})
}

func unbased(s string) []byte {
	b, _ := base64.RawURLEncoding.DecodeString(s)
	return b
}

var everyPending = db.SQL(`SELECT state, browser, provider, next FROM signin_pending WHERE owner = $1`)
