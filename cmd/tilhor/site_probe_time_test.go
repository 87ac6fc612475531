package main

import (
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/soak"
	"tilhor/internal/web"
)

// A timer asks over loopback, and takes the time from the first byte sent to
// the last received.
type timer struct {
	t      *testing.T
	client *http.Client
	base   string
	cookie *http.Cookie
}

func (m *timer) ask(method, path string, form url.Values) float64 {
	r, err := http.NewRequest(method, m.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		m.t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(m.cookie)
	begun := time.Now()
	resp, err := m.client.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		m.t.Fatal(err)
	}
	took := time.Since(begun)
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		m.t.Fatalf("%s %s: %d", method, path, resp.StatusCode)
	}
	return float64(took.Nanoseconds())
}

// A guess is a route asked for something that is there, and refused, and for
// something that is not.
type guess struct {
	name, method   string
	there, missing func(i int) string
	form           url.Values
}

// A series is the times of both kinds, as they were taken.
type series struct{ there, missing []float64 }

// take asks n times for each in turn, in an order nobody can foresee.
func (m *timer) take(p *prober, g guess, s *series, n int) {
	for i := range n {
		if p.rng.IntN(2) == 0 {
			s.there = append(s.there, m.ask(g.method, g.there(i), g.form))
			s.missing = append(s.missing, m.ask(g.method, g.missing(i), g.form))
		} else {
			s.missing = append(s.missing, m.ask(g.method, g.missing(i), g.form))
			s.there = append(s.there, m.ask(g.method, g.there(i), g.form))
		}
	}
}

// welch says how sure one can be that one of the two takes longer, and by how
// much: Welch's t of the fastest half of each, with the spread that goes with
// such a mean (Yuen), because the slow half is the machine's and not ours.
func (s *series) welch() (t, longer float64) {
	m1, e1 := fastHalf(s.there)
	m2, e2 := fastHalf(s.missing)
	return (m1 - m2) / math.Sqrt(e1+e2), m1 - m2
}

// fastHalf is the mean of the fastest half, and its squared standard error.
func fastHalf(all []float64) (mean, squared float64) {
	all = slices.Sorted(slices.Values(all))
	n, h := float64(len(all)), len(all)/2
	for _, x := range all[:h] {
		mean += x / float64(h)
	}
	var centre, spread float64
	for i := range all {
		centre += all[min(i, h)] / n
	}
	for i := range all {
		spread += (all[min(i, h)] - centre) * (all[min(i, h)] - centre)
	}
	return mean, spread / float64(h*(h-1))
}

// clearly is how sure one must be: past chance, whatever the machine does
// besides. What a refusal costs more than a miss (the rule is asked of a row
// that is there, some microseconds of seven hundred) stays below that for the
// number of tries at which one more question to the database does not.
const clearly = 5.0

// catch asks for the slow refusal until it clearly shows, and so finds out how
// many tries it takes on this machine today.
func (m *timer) catch(p *prober, g guess) (n int, t, by float64) {
	var s series
	for n = 100; n <= 12_800; n *= 2 {
		m.take(p, g, &s, n-len(s.there))
		if t, by = s.welch(); t > clearly {
			return n, t, by
		}
	}
	return 0, t, by
}

// shows says whether n tries tell the two apart; and before it says so it tries
// twice as many anew.
func (m *timer) shows(p *prober, g guess, n int) (yes bool, t, by float64) {
	var first, second series
	m.take(p, g, &first, n)
	t, by = first.welch()
	if math.Abs(t) < clearly {
		return false, t, by
	}
	m.take(p, g, &second, 2*n)
	again, by := second.welch()
	return math.Abs(again) >= clearly && again*t > 0, again, by
}

// timedHere are the routes that are timed at each check, by who asks; at length it is
// all that each role may come to.
var timedHere = map[tilhor.Role][]string{
	tilhor.RolePupil: {"pupil.told"}, tilhor.RoleParent: {"family.parent.child"}, tilhor.RoleTeacher: {"school.track", "staff.answer", "school.note.write"},
	tilhor.RoleEmployee: {"staff.danger.note"}, tilhor.RoleSFO: {"staff.measure"}, tilhor.RoleSocialTeacher: {"stage.plan"}, tilhor.RoleDeputy: {"school.dialogue"},
	tilhor.RoleNurse: {"staff.force.one"}, tilhor.RoleRektor: {"school.take"}, tilhor.RoleOwnerAdviser: {"walls.sealed"},
}

// stranger is one of a role who has no part in anything: at the same school if that can
// be, and the last hired of those.
func (p *prober) stranger(role tilhor.Role) (x prowler, ok bool) {
	for _, who := range p.prowlers {
		if who.role == role && !who.held && who.barred == "" {
			x, ok = who, true
		}
	}
	return x, ok
}

// What is refused takes as long as what is not there: asked over loopback in
// turn, so often that a refusal which asks the database one thing more and
// opens it is caught, no route shows a difference.
func TestProbeTime(t *testing.T) {
	w := newMatrixWorld(t, dbtest.SQLite(t))
	p := newProber(w)
	w.site.Mount([]web.Route{slowRefusal(w)})
	srv := w.serveOnLoopback(t)
	m := &timer{t: t, client: srv.Client(), base: srv.URL}
	teacher, _ := p.stranger(tilhor.RoleTeacher)
	m.cookie = teacher.cookie
	routes := w.site.Routes()
	slow, _ := p.guess(teacher, routes[len(routes)-1])
	m.take(p, slow, &series{}, 200) // warm
	n, score, by := m.catch(p, slow)
	if n == 0 {
		t.Fatalf("a refusal that asks one thing more was not caught: %.0f ns, t = %.1f", by, score)
	}
	t.Logf("the slow refusal is caught in %d tries: t = %.1f (%.0f ns)", n, score, by)
	for role, want := range timedHere {
		who, _ := p.stranger(role)
		m.cookie = who.cookie
		var timed []string
		for _, r := range routes[:len(routes)-1] {
			g, ok := p.guess(who, r)
			if !ok || !soak.AtLength() && !slices.Contains(want, r.Name) {
				continue
			}
			timed = append(timed, r.Name)
			yes, score, by := m.shows(p, g, n)
			if yes {
				t.Errorf("%s as %s: what is refused takes %.0f ns longer than what is missing (t = %.1f)", r.Name, who.name, by, score)
			}
			t.Logf("%-28s as %-50s t = %5.1f (%6.0f ns)", r.Name, who.name, score, by)
		}
		if len(timed) < len(want) {
			t.Errorf("%s was timed at %v, and is to be at %v", role, timed, want)
		}
	}
}

// slowRefusal finds a pupil's name before it refuses: the hole that time shows.
func slowRefusal(w *matrixWorld) web.Route {
	nora := w.town.Person("nora")
	return web.Route{
		Method: "GET", Path: "/sabotert/{spor}", Name: "sabotage.slow", Roles: tilhor.StaffRoles, Case: true,
		Serve: func(q *web.Req) error {
			if _, err := unscoped(q); err != nil {
				return tilhor.ErrNotFound
			}
			err := q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
				_, err := q.Kit.Roster.Names(tx, q.Kit.Owner.ID, nora)
				return err
			})
			if err != nil {
				return err
			}
			return tilhor.ErrNotFound
		},
	}
}

// guess is a route as somebody asks it who has no part in anything.
func (p *prober) guess(who prowler, r web.Route) (g guess, ok bool) {
	parts := addressPart.FindAllString(r.Path, -1)
	if len(parts) != 1 || !slices.Contains(r.Roles, who.role) || parts[0] == "{skole}" || r.Tablet {
		return g, false
	}
	kind := kindOf(r, parts[0])
	var ids []string
	for _, b := range p.baits {
		if b.kind == kind && p.closed(who, b) {
			ids = append(ids, b.id)
		}
	}
	if len(ids) == 0 {
		return g, false
	}
	g = guess{name: r.Name, method: r.Method}
	g.there = func(i int) string { return strings.Replace(r.Path, parts[0], ids[i%len(ids)], 1) }
	g.missing = func(i int) string { return strings.Replace(r.Path, parts[0], p.like(ids[i%len(ids)]), 1) }
	if r.Method == http.MethodPost {
		g.form = p.w.form(r, relLeads)
	}
	return g, true
}
