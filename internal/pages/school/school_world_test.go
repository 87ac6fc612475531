package school_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/archive"
	"tilhor/internal/bodies"
	"tilhor/internal/cases"
	"tilhor/internal/circles"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/dialogue"
	"tilhor/internal/front"
	"tilhor/internal/handover"
	"tilhor/internal/ideas"
	"tilhor/internal/pages/school"
	"tilhor/internal/roster"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// A world is the pages of cases in a made-up town, on real rooms.
type world struct {
	*webtest.Town
	t        *testing.T
	concerns *concerns.Desk
	cases    *cases.Desk
	talks    *dialogue.Desk
	ideas    *ideas.Desk
	groups   *circles.Desk

	rektor, ina, jonas *http.Cookie // ina is the social teacher, jonas a teacher
	kari, sosial       tilhor.Actor
	teacher            tilhor.Actor
}

// others are addresses that other packages mount.
var others = []string{"/", "/tilgjengelighet", "/personvern", "/rettigheter/11", "/varsler", "/hjelp", "/logg-inn", "/logg-ut", "/i-dag", "/bekymringer", "/bekymringer/ny", "/avvik", "/fare", "/skolen/rad"}

func newWorld(t *testing.T) *world {
	t.Helper()
	town := webtest.NewTown(t, dbtest.SQLite(t))
	k := town.Kit
	told := &concerns.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: town.Now}
	worked := &cases.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: told, Clock: town.Now}
	k.Nav = func(q *web.Req) []web.NavItem {
		return []web.NavItem{{Href: "/i-dag", Icon: "House", Text: "I dag"}, {Href: "/saker", Icon: "Tasklist", Text: "Saker", Current: strings.HasPrefix(q.R.URL.Path, "/saker")}}
	}
	kept := &archive.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Cases: worked, Concerns: told, Clock: town.Now}
	talks := &dialogue.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: told, Clock: town.Now}
	told.Became, told.Started = talks.Became, talks.Start
	suggested := &ideas.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: town.Now, Bodies: &bodies.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: town.Now}}
	groups := &circles.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: town.Now}
	shown := &front.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: town.Now, Away: worked.AwayOn}
	town.Site.Mount((&school.Pages{Concerns: told, Cases: worked, Archive: kept, Front: shown, Handover: &handover.Desk{Cases: worked, Keys: k.Keys, Clock: town.Now}, Dialogue: talks, Ideas: suggested, Circles: groups}).Routes())
	w := &world{Town: town, t: t, concerns: told, cases: worked, talks: talks, ideas: suggested, groups: groups}
	w.kari, w.sosial = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleSocialTeacher, town.Solbakken)
	w.teacher = town.Actor(tilhor.RoleTeacher, town.Solbakken)
	w.rektor, w.ina, w.jonas = town.In(w.kari), town.In(w.sosial), town.In(w.teacher)
	return w
}

// tells sends a concern from the teacher, known an hour ago.
func (w *world) tells(said, saw string, who ...string) concerns.Concern {
	w.t.Helper()
	n := concerns.Telling{
		School: w.Solbakken, Said: said, Saw: saw, Arena: tilhor.ArenaBreak, Place: "Ved ballbingen",
		Happened: tilhor.When{At: w.Now().Add(-time.Hour), Precision: tilhor.Exact}, Known: tilhor.When{At: w.Now().Add(-time.Hour), Precision: tilhor.Exact},
	}
	for _, p := range who {
		if p == "" {
			n.Described = "ei jente med rød lue på femte trinn"
			continue
		}
		n.Pupils = append(n.Pupils, w.Person(p))
	}
	c, err := w.concerns.Tell(context.Background(), w.teacher, n)
	w.must(err)
	return c
}

// track is a track that rektor has taken up and given to the social teacher.
func (w *world) track(said string, who ...string) string {
	w.t.Helper()
	c := w.tells(said, "Sto alene i storefri, og gikk inn igjen.", who...)
	all, err := w.cases.TakeUp(context.Background(), w.kari, c.Slug, cases.Stance{Handler: w.sosial.Person})
	w.must(err)
	return all[0].Slug
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// page visits, and holds what comes back up against the battery.
func (w *world) page(c *http.Cookie, path string, has ...string) string {
	w.t.Helper()
	return w.shown(w.Get(c, path), http.StatusOK, has...)
}

// pages visits in every language; the texts are asked for in bokmål.
func (w *world) pages(c *http.Cookie, path string, has ...string) string {
	w.t.Helper()
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	w.page(c, path+sep+"l=nn")
	w.page(c, path+sep+"l=en")
	return w.page(c, path+sep+"l=nb", has...)
}

func (w *world) shown(r *http.Response, code int, has ...string) string {
	w.t.Helper()
	webtest.New(w.Site, others...).Check(w.t, r, nil)
	b, err := io.ReadAll(r.Body)
	w.must(err)
	body := string(b)
	if r.StatusCode != code {
		w.t.Fatalf("%s: status %d, want %d\n%s", r.Request.URL, r.StatusCode, code, mainOf(body))
	}
	for _, s := range has {
		if !strings.Contains(body, s) {
			w.t.Errorf("%s: %q is not in\n%s", r.Request.URL, s, mainOf(body))
		}
	}
	return body
}

// sent posts a form and gives where it leads.
func (w *world) sent(c *http.Cookie, path string, form url.Values) string {
	w.t.Helper()
	r := w.Post(c, path, form)
	if r.StatusCode != http.StatusSeeOther {
		b, _ := io.ReadAll(r.Body)
		w.t.Fatalf("%s: status %d\n%s", path, r.StatusCode, mainOf(string(b)))
	}
	return r.Header.Get("Location")
}

// refused posts a form that must come back with its faults and its text.
func (w *world) refused(c *http.Cookie, path string, form url.Values, has ...string) string {
	w.t.Helper()
	return w.shown(w.Post(c, path, form), http.StatusUnprocessableEntity, append(has, `class="ds-error-summary"`)...)
}

func mainOf(body string) string {
	return regexp.MustCompile(`\s+`).ReplaceAllString(regexp.MustCompile(`<svg.*?</svg>`).ReplaceAllString(webtest.Main(body), ""), " ")
}

func form(pairs ...string) url.Values {
	v := url.Values{"nokkel": {tilhor.NewID()}}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

var lacks = webtest.Lacks

// hire puts one more into the roster of Solbakken, without training.
func (w *world) hire(name string, role tilhor.Role) (id tilhor.PersonID) {
	w.t.Helper()
	w.must(w.DB.Write(context.Background(), func(tx *db.Tx) (err error) {
		if id, err = w.Kit.Roster.AddPerson(tx, w.Keeper(), roster.NewPerson{Name: name, Home: w.Solbakken}, w.Now()); err != nil {
			return err
		}
		return w.Kit.Roster.Appoint(tx, w.Keeper(), id, role, w.Solbakken, "", "", w.Now())
	}))
	return id
}

// later moves the clock on, and everybody signs in again.
func (w *world) later(by time.Duration) {
	w.Later(by)
	w.rektor, w.ina, w.jonas = w.In(w.kari), w.In(w.sosial), w.In(w.teacher)
}
