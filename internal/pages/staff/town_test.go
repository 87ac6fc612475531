package staff_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/danger"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/dialogue"
	"tilhor/internal/interventions"
	"tilhor/internal/journal"
	"tilhor/internal/pages/staff"
	"tilhor/internal/roster"
	"tilhor/internal/seal/sealtest"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

const (
	owner     = tilhor.OwnerID("granvik")
	solbakken = tilhor.SchoolID("solbakken")
	fjell     = tilhor.SchoolID("fjell")
)

// A town is the pages of staff on real rooms, with people and pupils in a real
// roster and a clock that the test holds.
type town struct {
	t        *testing.T
	db       *db.DB
	kit      *web.Kit
	site     *web.Site
	h        http.Handler
	concerns *concerns.Desk
	cases    *cases.Desk
	talks    *dialogue.Desk
	people   map[string]tilhor.PersonID

	mu  sync.Mutex
	now time.Time
}

// elsewhere are addresses of other packages that these pages lead to.
func elsewhere(slugs ...string) []string {
	all := []string{"/tilgjengelighet", "/personvern", "/rettigheter/11", "/varsler", "/hjelp", "/logg-ut", "/logg-inn", "/saker", "/fravaer", "/avgangstrinnet"}
	return append(all, slugs...)
}

func newTown(t *testing.T) *town {
	t.Helper()
	d := dbtest.SQLite(t)
	keys := sealtest.Keys(t, owner)
	j := journal.New(keys)
	w := &town{t: t, db: d, people: map[string]tilhor.PersonID{}, now: time.Date(2026, 11, 23, 8, 10, 0, 0, time.UTC)}
	r := roster.New(keys, j)
	w.concerns = &concerns.Desk{DB: d, Keys: keys, Journal: j, Roster: r, Clock: w.clock}
	w.cases = &cases.Desk{DB: d, Keys: keys, Journal: j, Roster: r, Concerns: w.concerns, Clock: w.clock}
	w.talks = &dialogue.Desk{DB: d, Keys: keys, Journal: j, Roster: r, Concerns: w.concerns, Clock: w.clock}
	w.concerns.Opened, w.concerns.Became = w.talks.Open, w.talks.Became
	w.kit = &web.Kit{
		DB: d, Keys: keys, Journal: j, Roster: r, Clock: w.clock,
		Owner: web.Owner{ID: owner, Name: "Granvik kommune", Hosts: []string{"localhost"}, Phone: "55 00 00 00"},
		Nav: func(q *web.Req) []web.NavItem {
			return []web.NavItem{{Href: "/i-dag", Icon: "House", Text: "I dag", Current: q.R.URL.Path == "/i-dag"}, {Href: "/bekymringer", Icon: "NotePencil", Text: "Mine bekymringer"}}
		},
		Level: func(_ tilhor.Role, _, acr string) bool { return acr == "high" },
	}
	site, err := web.New(w.kit)
	if err != nil {
		t.Fatal(err)
	}
	w.site = site
	site.Mount((&staff.Pages{
		Concerns: w.concerns, Cases: w.cases, Dialogue: w.talks,
		Danger:        &danger.Desk{DB: d, Keys: keys, Journal: j, Roster: r, Clock: w.clock},
		Interventions: &interventions.Desk{DB: d, Keys: keys, Journal: j, Roster: r, Clock: w.clock},
	}).Routes())
	w.h = site.Handler()
	w.fill()
	return w
}

func (w *town) clock() time.Time       { w.mu.Lock(); defer w.mu.Unlock(); return w.now }
func (w *town) later(by time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.now = w.now.Add(by) }

var (
	putSchool = db.SQL(`INSERT INTO roster_school (owner, id, source, kind, name, org_number, has_sfo, content, from_date, until_date)
		VALUES ($1, $2, $3, 'school', $4, $5, TRUE, $3, '2020-08-01', '')`)
	putGroup = db.SQL(`INSERT INTO roster_group (owner, id, source, school, kind, name, content, from_date, until_date)
		VALUES ($1, $2, $3, $4, 'class', $5, $3, '2026-08-01', '')`)
	putMember = db.SQL(`INSERT INTO roster_member (owner, school, role, grp, person, from_date, until_date, detail, manual)
		VALUES ($1, $2, $3, $4, $5, '2026-08-01', '', $6, FALSE)`)
)

// fill puts the people of two schools into the roster: more pupils than a form
// lists at once, and one who is in no list.
func (w *town) fill() {
	w.t.Helper()
	by := tilhor.Actor{Owner: owner, Role: tilhor.RoleOwnerAdviser}
	w.write(func(tx *db.Tx) error {
		for id, name := range map[tilhor.SchoolID]string{solbakken: "Solbakken skole", fjell: "Fjellgløtt skole"} {
			if _, err := tx.Exec(putSchool, owner, id, []byte(id), name, "97460000"+fmt.Sprint(len(id)%10)); err != nil {
				return err
			}
		}
		for _, g := range []string{"5A", "6B", "3B"} {
			if _, err := tx.Exec(putGroup, owner, g, []byte(g), solbakken, g); err != nil {
				return err
			}
		}
		for _, e := range []struct {
			id, name string
			school   tilhor.SchoolID
			role     tilhor.Role
			trained  bool
			contact  string
		}{
			{"kari", "Kari Lund", solbakken, tilhor.RoleRektor, true, ""},
			{"ina", "Ina Moe", solbakken, tilhor.RoleSocialTeacher, true, ""},
			{"jonas", "Jonas Berg", solbakken, tilhor.RoleTeacher, true, "6B"},
			{"mona", "Mona Aas", solbakken, tilhor.RoleSFO, true, ""},
			{"ny", "Nils Ny", solbakken, tilhor.RoleTeacher, false, ""},
			{"siri", "Siri Sol", solbakken, tilhor.RoleNurse, true, ""},
			{"per", "Per Fjell", fjell, tilhor.RoleTeacher, true, ""},
		} {
			id, err := w.kit.Roster.AddPerson(tx, by, roster.NewPerson{Name: e.name, Home: e.school}, w.now)
			if err != nil {
				return err
			}
			w.people[e.id] = id
			detail := ""
			if e.contact != "" {
				detail = "contact"
			}
			if _, err := tx.Exec(putMember, owner, e.school, e.role, e.contact, id, detail); err != nil {
				return err
			}
			if e.trained {
				if err := w.kit.Roster.Train(tx, by, id, "2026-08-20", w.now); err != nil {
					return err
				}
			}
		}
		pupils := [][3]string{{"elias", "Elias Haug", "6B"}, {"jakob", "Jakob Strand", "6B"}, {"nora", "Nora Dahl", "5A"}, {"leah", "Leah Olsen", "3B"}, {"skjult", "Ada Skjult", "6B"}}
		for i := range 45 {
			pupils = append(pupils, [3]string{fmt.Sprint("p", i), fmt.Sprintf("Elev %s Prøve", []string{"Ask", "Bo", "Carl", "Dina", "Eva"}[i%5]), []string{"5A", "6B", "3B"}[i%3]})
		}
		for _, p := range pupils {
			id, err := w.kit.Roster.AddPerson(tx, by, roster.NewPerson{Name: p[1], Home: solbakken}, w.now)
			if err != nil {
				return err
			}
			w.people[p[0]] = id
			if _, err := tx.Exec(putMember, owner, solbakken, "pupil", p[2], id, ""); err != nil {
				return err
			}
		}
		return w.kit.Roster.Protect(tx, by, w.people["skjult"], roster.StrictConfidential, w.now)
	})
}

func (w *town) write(act func(*db.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(context.Background(), act); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) actor(id string) tilhor.Actor {
	roles := map[string]tilhor.Role{"kari": tilhor.RoleRektor, "ina": tilhor.RoleSocialTeacher, "mona": tilhor.RoleSFO, "siri": tilhor.RoleNurse}
	a := tilhor.Actor{Owner: owner, Person: w.people[id], Role: tilhor.RoleTeacher, School: solbakken, Trained: id != "ny"}
	if r, ok := roles[id]; ok {
		a.Role = r
	}
	if id == "per" {
		a.School = fjell
	}
	return a
}

// as signs somebody in, strongly.
func (w *town) as(id string) *http.Cookie { return w.asWith(id, "high") }

func (w *town) asWith(id, acr string) *http.Cookie {
	w.t.Helper()
	c, err := w.site.Enter(context.Background(), w.people[id], w.actor(id), acr, "https://feide.example")
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *town) get(who *http.Cookie, path string) *httptest.ResponseRecorder {
	return w.do(who, httptest.NewRequest("GET", "http://localhost"+path, nil))
}

func (w *town) post(who *http.Cookie, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "http://localhost"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return w.do(who, r)
}

// do asks, and holds every page that comes back up against the battery.
func (w *town) do(who *http.Cookie, r *http.Request) *httptest.ResponseRecorder {
	w.t.Helper()
	if who != nil {
		r.AddCookie(who)
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	if strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") {
		res := rec.Result()
		res.Request = r
		var links []string
		for _, l := range regexp.MustCompile(`href="(/(?:saker|bekymringer)/[a-z2-7]{10}(?:/stilling|/ansvar|/undersokelse|/samtale)?)"`).FindAllStringSubmatch(rec.Body.String(), -1) {
			links = append(links, l[1])
		}
		webtest.New(w.site, elsewhere(links...)...).Check(w.t, res, nil)
	}
	return rec
}

func has(t *testing.T, rec *httptest.ResponseRecorder, code int, texts ...string) string {
	t.Helper()
	body := rec.Body.String()
	if rec.Code != code {
		t.Fatalf("status %d, want %d (%s)\n%s", rec.Code, code, rec.Header().Get("Location"), main(body))
	}
	for _, s := range texts {
		if !strings.Contains(body, s) {
			t.Errorf("%q is not in\n%s", s, main(body))
		}
	}
	return body
}

var lacks = webtest.Lacks

var main = webtest.Main

var field = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// hidden are the fields a page carries along.
func hidden(body string) url.Values {
	v := url.Values{}
	form := body[strings.Index(body, "<main"):]
	for _, m := range field.FindAllStringSubmatch(form, -1) {
		v.Add(m[1], strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&", "&lt;", "<", "&gt;", ">", "&#43;", "+").Replace(m[2]))
	}
	return v
}
