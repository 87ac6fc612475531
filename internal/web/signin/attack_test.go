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
	{name: "the same answer again", steer: func(_ *world, b **browser, back *url.URL) { (*b).twin().get(back.String()) }, why: "unknown-state"},
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

// What the database holds of a sign-in under way is of no use to who reads it.
func TestTheDatabaseHoldsNoSecretOfASignIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.browser()
		to, err := url.Parse(b.get("/logg-inn/feide?som=jonas").To)
		if err != nil {
			t.Fatal(err)
		}
		secret := b.Jar.Cookies(w.address())[0].Value
		rows := 0
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Each(everyPending, func(scan db.Scan) error {
				var state, browser, provider, next string
				rows++
				if err := scan(&state, &browser, &provider, &next); err != nil {
					return err
				}
				all := state + browser + provider + next
				for _, s := range []string{to.Query().Get("state"), to.Query().Get("nonce"), to.Query().Get("code_challenge"), secret} {
					if s == "" || strings.Contains(all, s) {
						t.Errorf("a row holds %q", s)
					}
				}
				return nil
			}, owner)
		})
		if err != nil || rows != 1 {
			t.Fatalf("%d rows, %v", rows, err)
		}
		w.wait(time.Hour)
		w.browser().get("/logg-inn/feide")
		rows = 0
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Each(everyPending, func(scan db.Scan) error { rows++; return nil }, owner)
		})
		if err != nil || rows != 1 {
			t.Errorf("%d rows: what has run out is not swept, %v", rows, err)
		}
	})
}

var everyPending = db.SQL(`SELECT state, browser, provider, next FROM signin_pending WHERE owner = $1`)
