package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

// What a pupil has told, its receipt and the talk about it stand behind the lock of
// the pupil's own, as the program mounts them; what a parent told does not.
func TestWhatAPupilToldIsBehindTheLock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newStoryWorld(t, d)
		ctx := context.Background()
		nora, marit := w.town.Actor(tilhor.RolePupil, w.town.Solbakken), w.town.Actor(tilhor.RoleParent, w.town.Solbakken)
		say := func(by tilhor.Actor, s concerns.Saying) []string {
			s.School, s.Words = w.town.Solbakken, "De går fra meg."
			c, _, err := w.concerns().Say(ctx, by, s)
			w.must(err)
			return []string{"/min/sagt/" + c.Slug, "/min/sagt/" + c.Slug + "/kvittering", "/min/samtale/" + c.Slug}
		}
		hers := say(nora, concerns.Saying{For: concerns.ForSelf})
		her := say(marit, concerns.Saying{For: concerns.ForChild, Whom: "Nora i 5A"})
		silent, err := w.site.Enter(ctx, nora.Person, nora, mfa, siteIssuer)
		w.must(err)
		get := func(c *http.Cookie, path string) *http.Response { return w.do("GET", c, "nb", path, nil) }
		for _, path := range hers { // told just now: the page after it, and the receipt
			if r := get(silent, path); r.StatusCode != http.StatusOK {
				t.Errorf("just told, and %s is %d", path, r.StatusCode)
			}
		}
		w.later(6 * time.Minute)
		for _, path := range hers {
			r := get(silent, path)
			if to := r.Header.Get("Location"); r.StatusCode != http.StatusSeeOther || to != "/min/apne?til="+url.QueryEscape(path) {
				t.Errorf("%s: %d to %q", path, r.StatusCode, to)
			}
		}
		r := w.do("POST", silent, "nb", hers[2], url.Values{"gjor": {"skriv"}, "text": {"Det var ikke sant."}})
		if to := r.Header.Get("Location"); r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/min/apne?til=") {
			t.Errorf("whoever finds the screen writes in the talk: %d to %q", r.StatusCode, to)
		}
		fresh := w.enter(nora, mfa)
		for _, path := range hers {
			if r := get(fresh, path); r.StatusCode != http.StatusOK {
				t.Errorf("just shown who it is, and %s is %d", path, r.StatusCode)
			}
		}
		home := w.enter(marit, mfa)
		for _, path := range her {
			if r := get(home, path); r.StatusCode != http.StatusOK {
				t.Errorf("a parent's %s is %d", path, r.StatusCode)
			}
		}
	})
}
