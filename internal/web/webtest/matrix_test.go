package webtest

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/web"
)

// tiny are two made-up pages, and matrixOf the matrix of a site with them.
func tiny(roles ...tilhor.Role) []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/x/{spor}", Name: "x.show", Roles: roles, Case: true, Sensitive: true, Serve: func(q *web.Req) error {
			if q.Path("spor") != "abcdefghij" {
				return tilhor.ErrNotFound
			}
			q.Write(200, "text/plain", []byte("ja"))
			return nil
		}},
		{Method: "POST", Path: "/x/{spor}", Name: "x.save", Roles: roles, Serve: func(q *web.Req) error {
			return tilhor.Faults{{Field: "a", Key: "web.role.fault"}}
		}},
	}
}

func matrixOf(w *Town) Matrix {
	return Matrix{
		Site: w.Site, Relations: []string{"at the school", "at another"},
		Who: func(role tilhor.Role, rel string) (*http.Cookie, bool) {
			school := w.Solbakken
			if rel == "at another" {
				school = w.Fjellvik
			}
			return w.As(role, school), true
		},
		Path: func(r web.Route, rel string) string {
			if rel == "at the school" {
				return strings.Replace(r.Path, "{spor}", "abcdefghij", 1)
			}
			return ""
		},
	}
}

// The matrix of the frame's own pages and two made-up ones, on both engines.
func TestMatrix(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := NewTown(t, d)
		w.Site.Mount(tiny(tilhor.RoleRektor, tilhor.RoleTeacher))
		matrixOf(w).Check(t, "testdata/matrix.txt")
	})
}

// A route without its rows, one that admits more, and rows of no route are
// each caught.
func TestMatrixCatches(t *testing.T) {
	golden, err := os.ReadFile("testdata/matrix.txt")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		routes []web.Route
		wants  string
	}{
		"a new route":       {append(tiny(tilhor.RoleRektor, tilhor.RoleTeacher), web.Route{Method: "GET", Path: "/ny", Name: "x.new", Roles: []tilhor.Role{tilhor.RoleRektor}, Serve: tiny()[0].Serve}), "x.new has no rows"},
		"one role more":     {tiny(tilhor.RoleRektor, tilhor.RoleTeacher, tilhor.RoleNurse), "x.show is not as written"},
		"not a case":        {unguarded(tiny(tilhor.RoleRektor, tilhor.RoleTeacher)), "x.show is not as written"},
		"a route that left": {tiny(tilhor.RoleRektor, tilhor.RoleTeacher)[:1], "rows for x.save, which is no route"},
	} {
		w := NewTown(t, dbtest.SQLite(t))
		w.Site.Mount(c.routes)
		if got := strings.Join(Differences(string(golden), matrixOf(w).Text()), "\n"); !strings.Contains(got, c.wants) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func unguarded(rs []web.Route) []web.Route {
	rs[0].Case, rs[0].Sensitive = false, false
	return rs
}
