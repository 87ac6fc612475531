package webtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/web"
)

// Roles are all roles there are, in the order of the matrix.
var Roles = append([]tilhor.Role{tilhor.RoleAnyone, tilhor.RolePupil, tilhor.RoleParent},
	append(slices.Clone(tilhor.StaffRoles), tilhor.RolePPT, tilhor.RoleOwnerAdviser, tilhor.RoleDPO)...)

// A Matrix is who may come where: every route of a site, times every role,
// times every relation to the thing the route shows. It is made from the routes
// themselves, and held against a text that people read: a route without its
// rows there fails, and so does a cell that changed.
type Matrix struct {
	Site      *web.Site
	Relations []string // to the thing shown: "handles it", "same school", "other school", "barred"

	// Who signs in as a role with a relation. ok is false when there can be no
	// such person; the cell is then a dash.
	Who func(role tilhor.Role, relation string) (cookie *http.Cookie, ok bool)
	// Along are more cookies for the cell, whatever address they are for. Nil: none.
	Along func(role tilhor.Role, relation string) []*http.Cookie
	// Path fills in the address of a route for the relation. Nil, or "", gives
	// ids that do not exist.
	Path func(r web.Route, relation string) string
	// Form is what a POST sends. Nil sends an empty form, which changes nothing.
	Form func(r web.Route, relation string) url.Values
	// Before, when set, puts the world right before each cell.
	Before func()
}

// Check makes the matrix and holds it against the file. With
// TILHOR_GOLDEN=write the file is written instead, to be read before it is
// committed.
func (m Matrix) Check(t testing.TB, file string) {
	t.Helper()
	got := m.Text()
	if os.Getenv("TILHOR_GOLDEN") == "write" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range Differences(string(b), got) {
		t.Error(d)
	}
}

// Text is the matrix: one block a route, one row for the roles that fare alike.
func (m Matrix) Text() string {
	h := m.Site.Handler()
	routes := m.Site.Routes()
	slices.SortFunc(routes, func(a, b web.Route) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	fmt.Fprintf(&b, "# Who may come where. Columns: %s.\n", strings.Join(m.Relations, " | "))
	b.WriteString("# page: it is shown · done: taken in, sent on · faults: may come, but the form was empty · sign-in, role, step-up: sent there\n")
	b.WriteString("# training: privacy training is missing · kept: text kept for after sign-in · 404: as if it were not there · -: no such person\n")
	for _, r := range routes {
		fmt.Fprintf(&b, "\n%s\n  %s %s%s\n", r.Name, r.Method, r.Path, marks(r))
		b.WriteString(m.block(h, r))
	}
	return b.String()
}

func marks(r web.Route) string {
	s := ""
	if r.Case {
		s += " case"
	}
	if r.Sensitive {
		s += " sensitive"
	}
	if r.Tablet {
		s += " shared machine"
	}
	return s
}

// block is the rows of one route; roles with the same row share it.
func (m Matrix) block(h http.Handler, r web.Route) string {
	var rows []string
	roles := map[string][]string{}
	for _, role := range Roles {
		var cells []string
		for _, rel := range m.Relations {
			cells = append(cells, m.cell(h, r, role, rel))
		}
		row := strings.Join(cells, " | ")
		if roles[row] == nil {
			rows = append(rows, row)
		}
		roles[row] = append(roles[row], string(role))
	}
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "    %s: %s\n", strings.Join(roles[row], ", "), row)
	}
	return b.String()
}

var part = regexp.MustCompile(`\{[^}]+\}`)

func (m Matrix) cell(h http.Handler, r web.Route, role tilhor.Role, relation string) string {
	if m.Before != nil {
		m.Before()
	}
	cookie, ok := m.Who(role, relation)
	if !ok {
		return "-"
	}
	path := ""
	if m.Path != nil {
		path = m.Path(r, relation)
	}
	if path == "" {
		path = part.ReplaceAllString(r.Path, "zzzzzzzzzz")
	}
	body := url.Values{}
	if m.Form != nil && r.Method == http.MethodPost {
		body = m.Form(r, relation)
	}
	req := httptest.NewRequest(r.Method, "http://"+m.Site.Kit().Owner.Hosts[0]+path, strings.NewReader(body.Encode()))
	if r.Method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if cookie != nil {
		req.AddCookie(cookie)
	}
	if m.Along != nil {
		for _, c := range m.Along(role, relation) {
			req.AddCookie(c)
		}
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return outcome(rec)
}

// outcome is one word for an answer.
func outcome(rec *httptest.ResponseRecorder) string {
	to := rec.Header().Get("Location")
	switch {
	case rec.Code == http.StatusOK:
		return "page"
	case rec.Code == http.StatusUnprocessableEntity:
		return "faults"
	case rec.Code == http.StatusForbidden && strings.Contains(rec.Body.String(), "20-2"):
		return "training"
	case rec.Code == http.StatusForbidden:
		return "signed-out"
	case rec.Code != http.StatusSeeOther:
		return fmt.Sprint(rec.Code)
	case strings.HasPrefix(to, "/logg-inn?niva="):
		return "step-up"
	case strings.HasPrefix(to, "/logg-inn"):
		return "sign-in"
	case strings.HasPrefix(to, "/rolle"):
		return "role"
	case strings.HasPrefix(to, "/utlogget?kladd="):
		return "kept"
	}
	return "done"
}

// Differences are the routes whose rows are not as written, one line each.
func Differences(want, got string) []string {
	w, g := blocks(want), blocks(got)
	var out []string
	for name := range g {
		switch {
		case w[name] == "":
			out = append(out, fmt.Sprintf("the route %s has no rows in the matrix; it is now:\n%s", name, g[name]))
		case w[name] != g[name]:
			out = append(out, fmt.Sprintf("the route %s is not as written.\nwritten:\n%s\nnow:\n%s", name, w[name], g[name]))
		}
	}
	for name := range w {
		if g[name] == "" {
			out = append(out, fmt.Sprintf("the matrix has rows for %s, which is no route", name))
		}
	}
	if head(want) != head(got) {
		out = append(out, "the columns are not as written: "+head(got))
	}
	slices.Sort(out)
	return out
}

func head(s string) string { first, _, _ := strings.Cut(s, "\n"); return first }

func blocks(s string) map[string]string {
	m := map[string]string{}
	for _, b := range strings.Split(s, "\n\n")[1:] {
		name, rest, _ := strings.Cut(strings.TrimRight(b, "\n"), "\n")
		m[name] = rest
	}
	return m
}
