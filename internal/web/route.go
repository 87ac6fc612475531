package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tilhor"
)

// A Route is one address and what is known of it before anything is looked up.
type Route struct {
	Method, Path string        // "GET", "/saker/{spor}/plan"
	Name         string        // "staff.plan": its row in the authorisation matrix
	Roles        []tilhor.Role // who may come at all; tilhor.RoleAnyone is the public
	Case         bool          // shows what stands in a case: neutral title, quick exit, and no HEAD or prefetch, because a reading must be written
	Sensitive    bool          // needs the role's level of sign-in, and recorded privacy training (opplæringsforskrifta § 20-2)
	Form         string        // of a POST: the address of the page with the form, when it is another than its own
	Further      bool          // exists in further languages too (lang.Further)
	Even         bool          // every answer has the same size, what is refused too, and is not packed (EvenSize)
	Tablet       bool          // of the shared machine at SFO: nowhere else, and no other route takes its sign-in
	File         bool          // of a POST: its form may hold one file
	Serve        func(*Req) error
}

// public says whether the route takes no notice of who is signed in.
func (r *Route) public() bool {
	return !r.Tablet && len(r.Roles) == 1 && r.Roles[0] == tilhor.RoleAnyone
}

func (r *Route) admits(role tilhor.Role) bool {
	return slices.Contains(r.Roles, tilhor.RoleAnyone) || slices.Contains(r.Roles, role)
}

// check refuses a route that would be wrong at the first visit.
func (r *Route) check() error {
	switch {
	case r.Name == "" || r.Serve == nil:
		return errors.New("want a name and something that serves")
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		return errors.New("only GET and POST: forms without JavaScript know no other")
	case !strings.HasPrefix(r.Path, "/") || strings.HasSuffix(r.Path, "/") && r.Path != "/":
		return errors.New("want a path that begins with a slash and does not end with one")
	case r.Tablet != (r.Path == TabletPath || strings.HasPrefix(r.Path, TabletPath+"/")):
		return errors.New("what is the shared machine's lies under its own path, and nothing else does")
	case r.Tablet && r.Sensitive:
		return errors.New("six digits are no strong sign-in")
	case r.File && r.Method != http.MethodPost:
		return errors.New("a file comes with a form that is sent")
	case len(r.Roles) == 0:
		return errors.New("nobody may come")
	case (r.Case || r.Sensitive) && slices.Contains(r.Roles, tilhor.RoleAnyone):
		return errors.New("a case is shown to the public")
	}
	return nil
}

// pattern is the route as ServeMux reads it; the root matches itself only.
func (r *Route) pattern() string {
	if r.Path == "/" {
		return r.Method + " /{$}"
	}
	return r.Method + " " + r.Path
}

// Mount adds routes. It panics on a route that cannot be right, because the
// program must not start with it.
func (s *Site) Mount(routes []Route) {
	for _, r := range routes {
		if err := r.check(); err != nil {
			panic(fmt.Sprintf("route %q %s %s: %v", r.Name, r.Method, r.Path, err))
		}
		if slices.ContainsFunc(s.routes, func(o Route) bool { return o.Name == r.Name }) {
			panic(fmt.Sprintf("route %q is mounted twice", r.Name))
		}
		s.routes = append(s.routes, r)
		if s.even[r.pattern()] = r.Even; r.File {
			s.files[r.pattern()] = r.Roles
		}
		s.mux.HandleFunc(r.pattern(), func(w http.ResponseWriter, req *http.Request) { s.enter(w, req, &r) })
	}
}

// Routes lists every route, for the authorisation matrix.
func (s *Site) Routes() []Route { return slices.Clone(s.routes) }
