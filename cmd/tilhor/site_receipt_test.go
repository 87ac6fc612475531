package main

import (
	"context"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/db/dbtest"
)

var secretField = regexp.MustCompile(`name="secret" value="([^"]+)"`)

// The file of a receipt, as the pages give it to who told, is what the command checks
// with nothing but the owner's public key: of who told without a name, whose time is the
// hour, and of who is signed in, to the instant. One letter changed, and it is refused.
func TestAReceiptFromThePagesIsChecked(t *testing.T) {
	w := newStoryWorld(t, dbtest.SQLite(t))
	body := func(method string, who tilhor.Actor, path string, form url.Values) string {
		t.Helper()
		r := w.do(method, nil, "nb", path, form)
		if who.Person != "" {
			r = w.do(method, w.enter(who, mfa), "nb", path, form)
		}
		b, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != 200 {
			t.Fatalf("%s %s: %d, %v", method, path, r.StatusCode, err)
		}
		return string(b)
	}
	at := "/s/" + string(w.town.Solbakken) + "/si"
	m := secretField.FindStringSubmatch(body("POST", tilhor.Actor{}, at, saying()))
	if m == nil {
		t.Fatal("the last page has no receipt")
	}
	pupil := w.town.Actor(tilhor.RolePupil, w.town.Solbakken)
	c, _, err := w.concerns().Say(context.Background(), pupil, concerns.Saying{School: w.town.Solbakken, For: concerns.ForSelf, Words: "De går fra meg."})
	w.must(err)
	public := w.house.keys.Public(w.owner())
	for name, file := range map[string]string{
		"precision hour":    body("POST", tilhor.Actor{}, at, url.Values{"secret": {m[1]}, "go": {"file"}}),
		"precision instant": body("GET", pupil, "/min/sagt/"+c.Slug+"/kvittering/fil", nil),
	} {
		if !strings.Contains(file, name) {
			t.Errorf("%s is not in\n%s", name, file)
		}
		check := func(file string) (code int, said string) {
			t.Helper()
			path := filepath.Join(t.TempDir(), "kvittering.txt")
			w.must(os.WriteFile(path, []byte(file), 0o600))
			code, out, complaint := call(t, "receipt", "check", path, "--key", public)
			return code, out + complaint
		}
		if code, said := check(file); code != 0 || !strings.Contains(said, "granvik") {
			t.Errorf("%s: %d %s", name, code, said)
		}
		changed := strings.Replace(file, "received 2026", "received 2027", 1)
		if code, said := check(changed); changed == file || code != 1 {
			t.Errorf("%s, changed: %d %s", name, code, said)
		}
	}
}
