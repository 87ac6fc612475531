package signin

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

// asks begins a sign-in in which the person is to show who it is, and gives where
// the browser is sent.
func (b *browser) asks() *url.URL {
	b.w.t.Helper()
	u, err := url.Parse(b.get("/logg-inn/feide?niva=ny&neste=/i-dag").To)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return u
}

// shows chooses a person in the provider's list, and comes back.
func (b *browser) shows(at *url.URL, person string) answer {
	b.w.t.Helper()
	list := b.get(at.String())
	if list.Code != http.StatusOK || !strings.Contains(list.Body, "/feide/som/"+person+"?") {
		b.w.t.Fatalf("the provider does not ask: %d to %q", list.Code, list.To)
	}
	u := *at
	u.Path = strings.Replace(u.Path, "/authorize", "/som/"+person, 1)
	return b.get(b.choose(u.String()).String())
}

// without takes something out of what the provider is asked, as one does that
// heeds it not.
func without(at *url.URL, names ...string) *url.URL {
	u := *at
	q := u.Query()
	for _, n := range names {
		q.Del(n)
	}
	u.RawQuery = q.Encode()
	return &u
}

// fresh is what the site thinks of the sign-in.
func (b *browser) fresh() string { return b.get("/fersk").Body }

// Fresh is only who showed who it is because a page asked, as the provider says: no
// sign-in that came of itself, no provider that does not say, none that was not
// asked anew.
func TestAFreshSignIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.browser()
		b.in("feide", "emil")
		if got := b.fresh(); got != "stale" {
			t.Errorf("an ordinary sign-in is %s", got)
		}
		w.wait(3 * time.Minute)
		silent := b.get("/logg-inn/feide")
		if a := b.get(b.choose(silent.To).String()); a.Code != http.StatusSeeOther || b.fresh() != "stale" {
			t.Errorf("a silent sign-in: %d, %s", a.Code, b.fresh())
		}
		at := b.asks()
		if q := at.Query(); q.Get("prompt") != "login" || q.Get("max_age") != "0" {
			t.Errorf("asked with %v", q)
		}
		if a := b.shows(at, "emil"); a.To != w.base+"/i-dag" || b.fresh() != "fresh" {
			t.Errorf("shown anew: %d to %q, %s", a.Code, a.To, b.fresh())
		}
		w.wait(5 * time.Minute)
		if got := b.fresh(); got != "stale" {
			t.Errorf("five minutes later: %s", got)
		}
		b.get(b.choose(b.get("/logg-inn/feide").To).String())
		if got := b.fresh(); got != "stale" {
			t.Errorf("a silent one after it: %s", got)
		}
	})
}

// What is not vouched for is not fresh, and the session knows that it was asked.
func TestASignInThatNobodyVouchesFor(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	b := w.browser()
	b.in("feide", "emil")
	w.wait(time.Minute)
	now := w.clock()
	cases := []struct {
		name  string
		at    func(*url.URL) *url.URL
		twist func(map[string]any)
		list  bool
		want  string
	}{
		{name: "the control", list: true, want: "fresh"},
		{name: "a provider that says nothing", list: true, twist: func(c map[string]any) { delete(c, "auth_time") }, want: "unvouched"},
		{name: "one that says it oddly", list: true, twist: func(c map[string]any) { c["auth_time"] = "i dag" }, want: "unvouched"},
		{name: "one that says another day", list: true, twist: func(c map[string]any) { c["auth_time"] = now.Add(-24 * time.Hour).Unix() }, want: "unvouched"},
		{name: "one that says a time before it was asked", list: true, twist: func(c map[string]any) { c["auth_time"] = now.Unix() - 20 }, want: "unvouched"},
		{name: "one that says a time to come", list: true, twist: func(c map[string]any) { c["auth_time"] = now.Add(time.Minute).Unix() }, want: "unvouched"},
		{name: "one that heeds nothing", at: func(u *url.URL) *url.URL { return without(u, "prompt", "max_age") }, want: "unvouched"},
	}
	for _, c := range cases {
		at := b.asks()
		if c.at != nil {
			at = c.at(at)
		}
		w.mu.Lock()
		w.twist = c.twist
		w.mu.Unlock()
		if c.list {
			b.shows(at, "emil")
		} else {
			b.get(b.choose(at.String()).String())
		}
		if got := b.fresh(); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}
