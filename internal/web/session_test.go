package web_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"tilhor"
)

// A log-out everywhere that comes at any moment while a thief renews a session
// ends the renewed one too. Each time the site looks at the clock is tried.
func TestNoSessionOutlivesALogOutEverywhere(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		in := func(c *http.Cookie) bool { return w.do(visit{path: "/i-dag", cookie: c}).Code == 200 }
		role := url.Values{"rolle": {"rektor@" + string(w.solbakken)}}
		reached := 0
		for at := range 12 {
			stolen := w.enter(w.kari, tilhor.RoleRektor)
			looked, ended := 0, false
			w.kit.Clock = func() time.Time {
				if looked++; looked == at+1 && !ended {
					ended = true
					if err := w.site.EndAll(context.Background(), w.kari); err != nil {
						t.Error(err)
					}
				}
				return w.clock()
			}
			rec := w.do(visit{method: "POST", path: "/rolle", form: role, cookie: stolen})
			w.kit.Clock = w.clock
			if !ended {
				break
			}
			reached++
			if in(stolen) {
				t.Errorf("look %d: the old name is signed in", at)
			}
			for _, c := range rec.Result().Cookies() {
				if c.Name == stolen.Name && c.Value != "" && in(c) {
					t.Errorf("look %d: the new name is signed in", at)
				}
			}
		}
		if reached < 3 {
			t.Fatalf("only %d moments were tried", reached)
		}
		// The control: nobody signs out, and the new name works.
		c := w.do(visit{method: "POST", path: "/rolle", form: role, cookie: w.enter(w.kari, tilhor.RoleRektor)}).Result().Cookies()
		if len(c) != 1 || !in(c[0]) {
			t.Fatalf("the control is not signed in: %v", c)
		}
	})
}

// The clock decides how long a session lives, and setting it back ends it
// rather than making it longer.
func TestAClockSetBackEndsSessions(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		in := func(c *http.Cookie) bool { return w.do(visit{path: "/i-dag", cookie: c}).Code == 200 }
		c := w.enter(w.jonas, tilhor.RoleTeacher)
		w.later(-time.Minute) // two machines whose clocks differ a little
		if !in(c) {
			t.Error("a minute's difference signs people out")
		}
		w.later(-time.Hour)
		if in(c) {
			t.Error("a clock set back an hour gives an hour more")
		}
		again := w.enter(w.jonas, tilhor.RoleTeacher)
		if !in(again) {
			t.Error("nobody can sign in after it")
		}
	})
}
