package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/web"
)

// What the shared machine holds is for no script, for no other site and for one
// path, and goes over TLS only.
func TestTheSharedMachinesCookies(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	w.kit.Owner.HTTPS = true
	token := strings.Repeat("a", 52)
	w.kit.Tablet = func(_ context.Context, held string, _ tilhor.PersonID) (web.Tablet, error) {
		if held != token {
			return web.Tablet{}, tilhor.ErrNotFound
		}
		return web.Tablet{ID: "m", School: "s", Open: true, Stamp: "p"}, nil
	}
	site, err := web.New(w.kit)
	if err != nil {
		t.Fatal(err)
	}
	anyone := []tilhor.Role{tilhor.RoleAnyone}
	site.Mount([]web.Route{
		{Method: "GET", Path: "/ta-i-bruk", Name: "t.enroll", Roles: anyone, Serve: func(q *web.Req) error {
			return q.EnrollTablet(token)
		}},
		{Method: "GET", Path: web.TabletPath + "/inn", Name: "t.enter", Roles: anyone, Tablet: true, Serve: func(q *web.Req) error {
			if err := web.EnterTablet(q, "somebody", "p"); err != nil {
				return err
			}
			return q.See(web.TabletPath)
		}},
	})
	get := func(path string, with ...*http.Cookie) *http.Response {
		r := httptest.NewRequest("GET", "https://tilhor.example"+path, nil)
		for _, c := range with {
			r.AddCookie(c)
		}
		rec := httptest.NewRecorder()
		site.Handler().ServeHTTP(rec, r)
		return rec.Result()
	}
	machine := get("/ta-i-bruk").Cookies()
	if len(machine) != 1 {
		t.Fatalf("%d cookies", len(machine))
	}
	all := append(machine, get(web.TabletPath+"/inn", machine...).Cookies()...)
	if len(all) != 2 || all[0].Name != "__Secure-tilhor-enhet" || all[1].Name != "__Secure-tilhor-sfo" {
		t.Fatalf("the cookies are %v", all)
	}
	for _, c := range all {
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != web.TabletPath || c.Domain != "" {
			t.Errorf("%s: %+v", c.Name, c)
		}
	}
	if all[0].MaxAge == 0 || all[1].MaxAge != 0 {
		t.Error("the machine is forgotten with the browser, or the person is not")
	}
	for _, held := range []string{"", "short", strings.Repeat("b", 52)} {
		if r := get(web.TabletPath+"/inn", &http.Cookie{Name: machine[0].Name, Value: held}); r.StatusCode != http.StatusNotFound {
			t.Errorf("%q: %d", held, r.StatusCode)
		}
	}
}

// A route of the machine that would be wrong stops the program at its start.
func TestRoutesOfTheSharedMachine(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	serve := func(*web.Req) error { return nil }
	for name, r := range map[string]web.Route{
		"strong":      {Path: web.TabletPath + "/x", Tablet: true, Sensitive: true, Roles: []tilhor.Role{tilhor.RoleSFO}},
		"elsewhere":   {Path: "/x", Tablet: true, Roles: []tilhor.Role{tilhor.RoleSFO}},
		"not its own": {Path: web.TabletPath + "/x", Roles: []tilhor.Role{tilhor.RoleSFO}},
	} {
		r.Method, r.Name, r.Serve = "GET", "t."+name, serve
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was mounted", name)
				}
			}()
			w.site.Mount([]web.Route{r})
		}()
	}
}
