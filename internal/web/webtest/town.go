package webtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal/sealtest"
	"tilhor/internal/web"
)

// Owner is the made-up municipality of the tests.
const Owner = tilhor.OwnerID("granvik")

// Strong is the acr of a sign-in that is enough for every page of a Town.
const Strong = "strong"

// A Town is a made-up municipality to test pages in: two schools with one
// person in every role at each, pupils in two classes, parents; read through
// the import, with real keys, a real journal and a clock the test holds. It is
// Monday 23 November 2026, ten o'clock.
type Town struct {
	T    testing.TB
	DB   *db.DB
	Kit  *web.Kit
	Site *web.Site
	// Solbakken and Fjellvik are the schools.
	Solbakken, Fjellvik tilhor.SchoolID
	// Altered says that the test writes past the program. Else its record is
	// verified in the end: nothing that the program does is taken for tampering.
	Altered bool

	mu  sync.Mutex
	now time.Time
}

// NewTown makes a Town in an empty database. Mount the routes of the pages on
// its Site, then visit.
func NewTown(t testing.TB, d *db.DB) *Town {
	t.Helper()
	keys := sealtest.Keys(t, Owner)
	j := journal.New(keys)
	w := &Town{T: t, DB: d, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	w.Kit = &web.Kit{
		DB: d, Keys: keys, Journal: j, Roster: roster.New(keys, j), Clock: w.Now,
		Owner: web.Owner{
			ID: Owner, Name: "Granvik kommune", Hosts: []string{"127.0.0.1", "localhost"}, Phone: "55 00 00 00", Barnevern: "55 00 00 02", Barnevernvakt: "55 00 00 03",
			DPO: "personvernombud@granvik.example", DPIA: "2026-08-01",
		},
		Level: func(_ tilhor.Role, _, acr string) bool { return acr == Strong },
	}
	site, err := web.New(w.Kit)
	if err != nil {
		t.Fatal(err)
	}
	w.Site = site
	w.settle()
	t.Cleanup(w.verified)
	return w
}

func (w *Town) verified() {
	if w.Altered || w.T.Failed() {
		return
	}
	r, err := journal.Verify(context.Background(), w.DB, Owner, journal.Against{Keys: w.Kit.Keys})
	if err != nil || !r.Holds() {
		w.T.Errorf("the record does not hold: %v %v", r.Wrong, err)
	}
}

// Now is the held clock.
func (w *Town) Now() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }

// Later moves the clock on.
func (w *Town) Later(by time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.now = w.now.Add(by) }

var staffCSV = map[tilhor.Role]string{
	tilhor.RoleTeacher: "lærer", tilhor.RoleEmployee: "ansatt", tilhor.RoleSFO: "sfo-ansatt", tilhor.RoleSocialTeacher: "sosiallærer",
	tilhor.RoleDeputy: "inspektør", tilhor.RoleRektor: "rektor", tilhor.RoleNurse: "helsesykepleier", tilhor.RolePPT: "ppt",
}

var first = map[tilhor.Role]string{
	tilhor.RoleTeacher: "Jonas", tilhor.RoleEmployee: "Petter", tilhor.RoleSFO: "Mona", tilhor.RoleSocialTeacher: "Ina",
	tilhor.RoleDeputy: "Hilde", tilhor.RoleRektor: "Kari", tilhor.RoleNurse: "Siri", tilhor.RolePPT: "Even",
}

// files is the municipality as a school administration would export it.
func files() map[string]string {
	var staff strings.Builder
	staff.WriteString("ansatt-id;fornavn;etternavn;rolle;skole-id;e-post\n")
	for _, school := range []struct{ id, last string }{{"solbakken", "Lund"}, {"fjellvik", "Vik"}} {
		for _, role := range Roles {
			if csv := staffCSV[role]; csv != "" {
				fmt.Fprintf(&staff, "%s-%s;%s;%s;%s;%s;%[1]s@%[2]s.example\n", role, school.id, first[role], school.last, csv, school.id)
			}
		}
	}
	staff.WriteString("owner-adviser;Anne;Sæther;skoleeier;;\ndpo;Per;Vern;personvernombud;;\n")
	return map[string]string{
		"skoler.csv":  "skole-id;navn;type;sfo\nsolbakken;Solbakken skole;skole;ja\nfjellvik;Fjellvik skole;skole;ja\n",
		"grupper.csv": "gruppe-id;skole-id;type;navn\n5a;solbakken;klasse;5A\n6b;solbakken;klasse;6B\nf5;fjellvik;klasse;5A\n",
		"elever.csv": "elev-id;fornavn;etternavn;skole-id;klasse-id\nnora;Nora;Dahl;solbakken;5a\nelias;Elias;Moe;solbakken;5a\ntuva;Tuva;Aas;solbakken;6b\n" +
			"odin;Odin;Berg;fjellvik;f5\n",
		"ansatte.csv": staff.String(),
		"foresatte.csv": "foresatt-id;fornavn;etternavn;elev-id;foreldreansvar;e-post\nforelder-nora;Marit;Dahl;nora;ja;marit@dahl.example\nforelder-elias;Ali;Moe;elias;ja;\n" +
			"forelder-tuva;Liv;Aas;tuva;ja;\nforelder-odin;Jon;Berg;odin;ja;\n",
	}
}

func (w *Town) settle() {
	w.T.Helper()
	dir := w.T.TempDir()
	for name, text := range files() {
		w.must(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	ctx, now := context.Background(), w.Now()
	quiet := roster.Progress(func(string, int64, int64) {})
	s, err := roster.Read(ctx, dir, quiet)
	w.must(err)
	plan, err := w.Kit.Roster.Compare(ctx, w.DB, Owner, s, roster.Options{Today: calendar.DateOf(now)}, quiet)
	w.must(err)
	w.must(w.Kit.Roster.Apply(ctx, w.DB, w.Keeper(), plan, true, now, quiet))
	w.must(w.DB.Write(ctx, func(tx *db.Tx) error {
		schools, err := w.Kit.Roster.Schools(tx, Owner)
		for _, s := range schools {
			if s.Name == "Solbakken skole" {
				w.Solbakken = s.ID
			} else {
				w.Fjellvik = s.ID
			}
		}
		return err
	}))
	for _, role := range Roles {
		if staffCSV[role] != "" || role == tilhor.RoleOwnerAdviser || role == tilhor.RoleDPO {
			for _, school := range []tilhor.SchoolID{w.Solbakken, w.Fjellvik} {
				w.Train(w.Person(sourceOf(role, school == w.Solbakken)))
			}
		}
	}
}

// Keeper is who keeps the lists: an actor for the roster's own acts.
func (w *Town) Keeper() tilhor.Actor {
	return tilhor.Actor{Owner: Owner, Role: tilhor.RoleOwnerAdviser}
}

func (w *Town) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// Train records a person's privacy training, as of today.
func (w *Town) Train(p tilhor.PersonID) {
	w.T.Helper()
	w.must(w.DB.Write(context.Background(), func(tx *db.Tx) error {
		return w.Kit.Roster.Train(tx, w.Keeper(), p, calendar.DateOf(w.Now()), w.Now())
	}))
}

func sourceOf(role tilhor.Role, solbakken bool) string {
	school := "fjellvik"
	if solbakken {
		school = "solbakken"
	}
	switch role {
	case tilhor.RolePupil:
		return map[bool]string{true: "nora", false: "odin"}[solbakken]
	case tilhor.RoleParent:
		return map[bool]string{true: "forelder-nora", false: "forelder-odin"}[solbakken]
	case tilhor.RoleOwnerAdviser, tilhor.RoleDPO:
		return string(role)
	}
	return string(role) + "-" + school
}

// Flood tells of so many pupils at Solbakken, now, that more than 2000 duties wait
// there today or tomorrow: the duties alone, of concerns that nobody has taken up.
func (w *Town) Flood() {
	w.T.Helper()
	at, things := tilhor.Now(w.Now()), make([]string, 70)
	err := w.DB.Write(context.Background(), func(tx *db.Tx) error {
		for i := range things {
			things[i] = fmt.Sprintf("told-%d", i)
			var all []duty.Fact
			for n := range 10 {
				code := fmt.Sprintf("unknown-%d", n+1)
				all = append(all, duty.Fact{Kind: duty.Known, When: at, Pupil: code, By: duty.ByAnonymous}, duty.Fact{Kind: duty.Reported, When: at, Pupil: code, To: duty.ToRektor})
			}
			if err := duty.Begin(tx, Owner, duty.Thing{ID: things[i], School: w.Solbakken}, at.At, all...); err != nil {
				return err
			}
		}
		return nil
	})
	w.must(err)
	waiting := 0
	w.must(w.DB.Read(context.Background(), func(tx *db.Tx) error {
		by, err := duty.StandingOf(tx, Owner, things)
		for _, all := range by {
			for _, s := range all {
				if s.FirstOn <= calendar.DateOf(at.At).Add(1) {
					waiting++
				}
			}
		}
		return err
	}))
	if waiting <= 2000 {
		w.T.Fatalf("%d duties are no flood", waiting)
	}
}

// Person finds somebody by the id in the files: "nora", "elias", "tuva",
// "odin", "forelder-nora", "rektor-solbakken", "teacher-fjellvik", "dpo" …
func (w *Town) Person(source string) (p tilhor.PersonID) {
	w.T.Helper()
	w.must(w.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		p, err = w.Kit.Roster.Find(tx, Owner, source)
		return err
	}))
	return p
}

// Actor is the person of a role at a school, acting in it.
func (w *Town) Actor(role tilhor.Role, school tilhor.SchoolID) tilhor.Actor {
	w.T.Helper()
	if role == tilhor.RoleAnyone {
		return tilhor.Actor{Owner: Owner, Role: role}
	}
	p := w.Person(sourceOf(role, school == w.Solbakken))
	var all []tilhor.Actor
	w.must(w.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		all, err = w.Kit.Roster.RolesOf(tx, Owner, p, calendar.DateOf(w.Now()))
		return err
	}))
	for _, a := range all {
		if a.Role == role {
			return a
		}
	}
	w.T.Fatalf("nobody is %s at %s: %v", role, school, all)
	return tilhor.Actor{}
}

// As signs in the person of a role at a school, strongly; nil for nobody.
func (w *Town) As(role tilhor.Role, school tilhor.SchoolID) *http.Cookie {
	w.T.Helper()
	if role == tilhor.RoleAnyone {
		return nil
	}
	return w.In(w.Actor(role, school))
}

// In signs in an actor.
func (w *Town) In(a tilhor.Actor) *http.Cookie {
	w.T.Helper()
	c, err := w.Site.Enter(context.Background(), a.Person, a, Strong, "https://feide.example")
	w.must(err)
	return c
}

// Anew signs in an actor who has just shown who it is, as a page of a child's own
// asks.
func (w *Town) Anew(a tilhor.Actor) *http.Cookie {
	w.T.Helper()
	c, err := w.Site.EnterAnew(context.Background(), a.Person, a, Strong, "https://feide.example")
	w.must(err)
	return c
}

// Get visits a page.
func (w *Town) Get(c *http.Cookie, path string) *http.Response { return w.do("GET", c, path, nil) }

// Post sends a form, as a browser on our own page does.
func (w *Town) Post(c *http.Cookie, path string, form url.Values) *http.Response {
	return w.do("POST", c, path, form)
}

// PostFile sends a form with a file, last in it as on our pages.
func (w *Town) PostFile(c *http.Cookie, path string, form url.Values, name string, body []byte) *http.Response {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, all := range form {
		for _, v := range all {
			w.must(m.WriteField(k, v))
		}
	}
	p, err := m.CreateFormFile("fil", name)
	w.must(err)
	p.Write(body)
	w.must(m.Close())
	return w.send("POST", c, path, m.FormDataContentType(), &b)
}

func (w *Town) do(method string, c *http.Cookie, path string, form url.Values) *http.Response {
	return w.send(method, c, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

func (w *Town) send(method string, c *http.Cookie, path, kind string, body io.Reader) *http.Response {
	r := httptest.NewRequest(method, "http://127.0.0.1"+path, body)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if c != nil {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	w.Site.Handler().ServeHTTP(rec, r.WithContext(db.Twice(r.Context())))
	resp := rec.Result()
	resp.Request = r
	return resp
}

// Serve serves the town on loopback for a browser, and gives its address.
func (w *Town) Serve() string {
	srv := httptest.NewServer(w.Site.Handler())
	w.T.Cleanup(srv.Close)
	return srv.URL
}
