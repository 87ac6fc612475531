package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/circles"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/demo"
	"tilhor/internal/ideas"
	"tilhor/internal/oversight"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
	"tilhor/internal/web"
	"tilhor/internal/web/signin"
)

// siteNow is when the tests of the whole site begin: a Monday morning.
var siteNow = time.Date(2026, 11, 23, 8, 56, 0, 0, calendar.Oslo())

// granvik is the small made-up municipality, made once for all the tests of
// this process; each test that writes has a copy of it.
var granvik struct {
	once sync.Once
	dir  string
	err  error
}

// asProgram in the environment makes this test binary the program itself, for
// tests that must stop, kill or look at a whole process.
const asProgram = "TILHOR_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	code := m.Run()
	if granvik.dir != "" {
		os.RemoveAll(granvik.dir)
	}
	os.Exit(code)
}

func makeGranvik() error {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "tilhor-site-")
	if err != nil {
		return err
	}
	granvik.dir = dir
	if err := seal.Init(filepath.Join(dir, "keys"), demo.Owner); err != nil {
		return err
	}
	keys, err := seal.Open(filepath.Join(dir, "keys"), demo.Owner)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "tilhor.db"))
	if err != nil {
		return err
	}
	if err := demo.New(d, keys).Fill(ctx, demo.Small, siteNow, dir, nil); err != nil {
		return err
	}
	if err := oversight.Publish(ctx, d, demo.Owner, siteNow); err != nil {
		return err
	}
	return d.Close()
}

// copyGranvik gives the test its own Granvik.
func copyGranvik(t testing.TB) (*db.DB, *seal.Keys) {
	t.Helper()
	granvik.once.Do(func() { granvik.err = makeGranvik() })
	if granvik.err != nil {
		t.Fatal(granvik.err)
	}
	path := filepath.Join(t.TempDir(), "tilhor.db")
	for _, end := range []string{"", "-wal"} { // what is not yet moved into the file stands in its log
		b, err := os.ReadFile(filepath.Join(granvik.dir, "tilhor.db"+end))
		if err == nil {
			err = os.WriteFile(path+end, b, 0o600)
		}
		if err != nil && (end == "" || !os.IsNotExist(err)) {
			t.Fatal(err)
		}
	}
	d, err := db.Open(context.Background(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	// Keys of its own too: beside them stands what each copy has signed.
	dir := filepath.Join(t.TempDir(), "keys")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(granvik.dir, "keys"))); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chmod(path, map[bool]fs.FileMode{true: 0o700, false: 0o600}[e.IsDir()])
	})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Open(dir, demo.Owner)
	if err != nil {
		t.Fatal(err)
	}
	return d, keys
}

// granvikOn is copyGranvik on either engine: PostgreSQL is given the rows.
func granvikOn(t testing.TB, e db.Engine) (*db.DB, *seal.Keys) {
	t.Helper()
	d, keys := copyGranvik(t)
	if e == db.SQLite {
		return d, keys
	}
	pg := dbtest.Postgres(t)
	r, w := io.Pipe()
	go func() {
		_, err := d.Dump(context.Background(), w)
		w.CloseWithError(err)
	}()
	if _, err := pg.Load(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	return pg, keys
}

// A siteWorld is every page of a municipality, as the program serves it.
type siteWorld struct {
	t     testing.TB
	house *house
	site  *web.Site
	h     http.Handler
	mux   *http.ServeMux // of the routes, to know which one an address is
	names map[string]web.Route

	tablet  []*http.Cookie    // of the shared machine at SFO, once there is one: sent to its own pages only
	shared  []string          // what is shown on it
	toOwner []tilhor.PersonID // pupils whom the owner's people were told of
	ownTalk string            // the talk of a pupil who is signed in
	ownCase string            // the case that a pupil opens, alone or together with an adult

	mu  sync.Mutex
	now time.Time
}

const siteIssuer = "http://127.0.0.1:9/feide"

// newSite serves Granvik.
func newSite(t testing.TB) *siteWorld {
	t.Helper()
	d, keys := copyGranvik(t)
	return siteOf(t, d, keys, siteNow)
}

func siteOf(t testing.TB, d *db.DB, keys *seal.Keys, now time.Time) *siteWorld {
	t.Helper()
	return siteLogging(t, d, keys, now, slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn})))
}

// siteLogging is siteOf with a log that somebody reads.
func siteLogging(t testing.TB, d *db.DB, keys *seal.Keys, now time.Time, log *slog.Logger) *siteWorld {
	t.Helper()
	w := &siteWorld{t: t, now: now, mux: http.NewServeMux(), names: map[string]web.Route{}}
	w.house = newHouse(d, keys, w.clock, log)
	b := web.UsualBounds()
	b.Guesses = 1 << 30            // the clock stands still here: no guess would come back, and each beyond the first hundred waits
	b.Much, b.Crowd = b.Persons, 0 // and nobody rests: a test asks in a loop, as one; TestFlood has limits of its own
	w.house.limits = web.NewLimits(b)
	login := signin.Config{Base: "http://127.0.0.1", MadeUp: true, Providers: []signin.Provider{{
		Name: "feide", Title: "Feide", Kind: signin.Feide,
		Issuer: siteIssuer, ClientID: "tilhor", Secret: "made-up", StepUp: []string{mfa},
	}}}
	o := web.Owner{
		ID: keys.Owners()[0], Name: "Granvik kommune", Hosts: []string{"127.0.0.1", "localhost"}, Phone: "55 00 00 00", Barnevern: "55 00 00 02", Barnevernvakt: "55 00 00 03",
		DPO: "personvernombud@granvik.example", DPIA: "2026-08-01",
	}
	site, err := w.house.site(o, login, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.site, w.h = site, site.Handler()
	for _, r := range site.Routes() {
		w.names[r.Name] = r
		path := r.Path
		if path == "/" {
			path = "/{$}"
		}
		w.mux.Handle(r.Method+" "+path, named(r.Name))
	}
	return w
}

// testLog lets what the site warns of fail the test: nothing in these tests may
// need a warning.
type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) { l.t.Errorf("logged: %s", b); return len(b), nil }

type named string

func (named) ServeHTTP(http.ResponseWriter, *http.Request) {}

// route is the route an address belongs to, nil for none.
func (w *siteWorld) route(method, path string) *web.Route {
	h, _ := w.mux.Handler(httptest.NewRequest(method, "http://127.0.0.1"+path, nil))
	if n, ok := h.(named); ok {
		r := w.names[string(n)]
		return &r
	}
	return nil
}

func (w *siteWorld) clock() time.Time       { w.mu.Lock(); defer w.mu.Unlock(); return w.now }
func (w *siteWorld) later(by time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.now = w.now.Add(by) }

func (w *siteWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *siteWorld) read(fn func(*db.Tx) error) {
	w.t.Helper()
	w.must(w.house.db.Read(context.Background(), fn))
}

func (w *siteWorld) write(fn func(*db.Tx) error) {
	w.t.Helper()
	w.must(w.house.db.Write(context.Background(), fn))
}

func (w *siteWorld) owner() tilhor.OwnerID { return w.site.Kit().Owner.ID }
func (w *siteWorld) today() tilhor.Date    { return calendar.DateOf(w.clock()) }

// keeper keeps the lists: an actor for the roster's own acts.
func (w *siteWorld) keeper() tilhor.Actor { return tilhor.Actor{Owner: w.owner(), Role: "operator"} }

// The desks, on the clock of the test.
func (w *siteWorld) concerns() *concerns.Desk {
	talks := w.dialogue()
	return &concerns.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Clock: w.clock, Opened: talks.Open}
}

func (w *siteWorld) cases() *cases.Desk {
	return &cases.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Concerns: w.concerns(), Clock: w.clock}
}

// ideas is the desk of what is suggested.
func (w *siteWorld) ideas() *ideas.Desk {
	b := &bodies.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Clock: w.clock}
	return &ideas.Desk{DB: b.DB, Keys: b.Keys, Journal: b.Journal, Roster: b.Roster, Bodies: b, Clock: w.clock}
}

// circles is the desk of the parents' groups.
func (w *siteWorld) circles() *circles.Desk {
	return &circles.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Clock: w.clock}
}

// enter signs a person in as what the person is, strongly or with another acr; and a
// pupil as one who has just shown who it is.
func (w *siteWorld) enter(a tilhor.Actor, acr string) *http.Cookie {
	w.t.Helper()
	enter := w.site.Enter
	if a.Role == tilhor.RolePupil {
		enter = w.site.EnterAnew
	}
	c, err := enter(context.Background(), a.Person, a, acr, siteIssuer)
	w.must(err)
	return c
}

// do asks as a browser would. lang is the browser's own.
func (w *siteWorld) do(method string, c *http.Cookie, lang, path string, form url.Values, header ...string) *http.Response {
	r := httptest.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept-Language", lang)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if c != nil {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	w.onMachine(rec, r)
	resp := rec.Result()
	resp.Request = r
	return resp
}

// onMachine serves a request as if it came from the shared machine at SFO, if that
// is where it goes.
func (w *siteWorld) onMachine(to http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, web.TabletPath) {
		for _, k := range w.tablet {
			r.AddCookie(k)
		}
	}
	w.h.ServeHTTP(to, r)
}

// A persona is one of those whom the pages are for.
type persona struct {
	name   string
	actor  tilhor.Actor
	cookie *http.Cookie
	home   string
}

// actorOf finds an employee of a school by role, and by name when one is given.
func (w *siteWorld) actorOf(school string, role tilhor.Role, name string) (a tilhor.Actor) {
	w.t.Helper()
	w.read(func(tx *db.Tx) error {
		all, err := w.house.roster.Schools(tx, w.owner())
		for _, s := range all {
			if s.Name != school {
				continue
			}
			staff, err := w.house.roster.Employees(tx, w.owner(), s.ID, w.today())
			if err != nil {
				return err
			}
			for _, e := range staff {
				if (name == "" || e.Name == name) && slices.Contains(e.Roles, role) && e.TrainedOn != "" {
					a = tilhor.Actor{Owner: w.owner(), Person: e.ID, Role: role, School: s.ID, Trained: true}
					return nil
				}
			}
		}
		return err
	})
	if a.Person == "" {
		w.t.Fatalf("nobody is %s at %s", role, school)
	}
	return a
}

// cast are the personas of the batteries.
func (w *siteWorld) cast() []persona {
	w.t.Helper()
	const solbakken = "Solbakken skole"
	all := []persona{
		{name: "rektor", actor: w.actorOf(solbakken, tilhor.RoleRektor, "Kari Lund")},
		{name: "deputy", actor: w.actorOf(solbakken, tilhor.RoleDeputy, "Hilde Ness")},
		{name: "social-teacher", actor: w.actorOf(solbakken, tilhor.RoleSocialTeacher, "Ina Moe")},
		{name: "teacher", actor: w.actorOf(solbakken, tilhor.RoleTeacher, "Jonas Berg")},
		{name: "sfo", actor: w.actorOf(solbakken, tilhor.RoleSFO, "Mona Aas")},
		{name: "employee", actor: w.actorOf(solbakken, tilhor.RoleEmployee, "")},
		{name: "nurse", actor: w.nurse(solbakken)},
		{name: "small-school", actor: w.handler()},
		{name: "stand-in", actor: w.standIn(solbakken)},
		{name: "untrained", actor: w.untrained(solbakken)},
		{name: "two-roles", actor: w.twoRoles()},
		{name: "adviser", actor: w.adviser(), home: "/skoler"},
		{name: "officer", actor: w.officer(), home: "/personvernombud"},
		{name: "rektor elsewhere", actor: w.actorOf("Åsen skole", tilhor.RoleRektor, "")},
		{name: "parent", actor: w.aParent(solbakken, 0), home: "/foresatt"},
		{name: "parent of none", actor: w.aParent(solbakken, 1), home: "/foresatt"},
		{name: "pupil", actor: w.aPupil(solbakken), home: "/min"},
		{name: "nobody", actor: tilhor.Actor{Owner: w.owner(), Role: tilhor.RoleAnyone}, home: "/"},
	}
	for i := range all {
		p := &all[i]
		if p.home == "" {
			p.home = "/i-dag"
		}
	}
	w.signIn(all)
	return all
}

// atHome are pupils of a school whose parents work at none.
func (w *siteWorld) atHome(at tilhor.Actor) (ids []tilhor.PersonID) {
	w.t.Helper()
	for _, p := range w.pupils(at)[6:] {
		w.read(func(tx *db.Tx) error {
			home, err := w.house.roster.Guardians(tx, w.owner(), p, w.today())
			works := len(home) == 0
			for _, g := range home {
				roles, err := w.house.roster.RolesOf(tx, w.owner(), g.ID, w.today())
				if err != nil {
					return err
				}
				works = works || len(roles) != 1
			}
			if !works {
				ids = append(ids, p)
			}
			return err
		})
		if len(ids) == 2 {
			break
		}
	}
	return ids
}

// aParent is the first parent of one of those.
func (w *siteWorld) aParent(school string, n int) tilhor.Actor {
	w.t.Helper()
	at := w.actorOf(school, tilhor.RoleRektor, "")
	return tilhor.Actor{Owner: w.owner(), Role: tilhor.RoleParent, Person: w.parent(at, w.atHome(at)[n])}
}

// aPupil is the first of them, the one whose parent reads along.
func (w *siteWorld) aPupil(school string) tilhor.Actor {
	w.t.Helper()
	at := w.actorOf(school, tilhor.RoleRektor, "")
	return tilhor.Actor{Owner: w.owner(), Role: tilhor.RolePupil, School: at.School, Person: w.atHome(at)[0]}
}

// signIn gives everyone a session.
func (w *siteWorld) signIn(all []persona) {
	for i := range all {
		if all[i].actor.Person != "" {
			all[i].cookie = w.enter(all[i].actor, mfa)
		}
	}
}

// nurse is the school's nurse, with the training a nurse may or may not have.
func (w *siteWorld) nurse(school string) tilhor.Actor {
	a := w.actorOf(school, tilhor.RoleRektor, "")
	w.read(func(tx *db.Tx) error {
		staff, err := w.house.roster.Employees(tx, w.owner(), a.School, w.today())
		for _, e := range staff {
			if slices.Contains(e.Roles, tilhor.RoleNurse) {
				a.Person, a.Role = e.ID, tilhor.RoleNurse
			}
		}
		return err
	})
	w.train(a)
	return a
}

func (w *siteWorld) train(a tilhor.Actor) {
	w.write(func(tx *db.Tx) error {
		return w.house.roster.Train(tx, w.keeper(), a.Person, w.today(), w.clock())
	})
}

// handler is a teacher at Granlia, where there is no social teacher, who has
// been given a case this morning.
func (w *siteWorld) handler() tilhor.Actor {
	w.t.Helper()
	const granlia = "Granlia skole"
	rektor, a := w.actorOf(granlia, tilhor.RoleRektor, ""), w.actorOf(granlia, tilhor.RoleTeacher, "")
	var pupil tilhor.PersonID
	w.read(func(tx *db.Tx) error {
		staff, err := w.house.roster.Employees(tx, w.owner(), a.School, w.today())
		if err != nil || slices.ContainsFunc(staff, func(e roster.Employee) bool { return slices.Contains(e.Roles, tilhor.RoleSocialTeacher) }) {
			return fmt.Errorf("%s has a social teacher (%v)", granlia, err)
		}
		pupils, err := w.house.roster.Pupils(tx, w.owner(), a.School, w.today())
		pupil = pupils[0].ID
		return err
	})
	ctx, hour := context.Background(), tilhor.When{At: w.clock().Add(-time.Hour), Precision: tilhor.Exact}
	concern, err := w.concerns().Tell(ctx, a, concerns.Telling{
		School: a.School, Pupils: []tilhor.PersonID{pupil}, Saw: "Sto alene ved gjerdet.",
		Arena: tilhor.ArenaBreak, Happened: hour, Known: hour,
	})
	w.must(err)
	_, err = w.cases().TakeUp(ctx, rektor, concern.Slug, cases.Stance{Handler: a.Person, Urgent: "En voksen går sammen med eleven.", Doer: a.Person})
	w.must(err)
	return a
}

// standIn is a teacher who stands in for rektor this week.
func (w *siteWorld) standIn(school string) (a tilhor.Actor) {
	rektor := w.actorOf(school, tilhor.RoleRektor, "")
	w.read(func(tx *db.Tx) error {
		staff, err := w.house.roster.Employees(tx, w.owner(), rektor.School, w.today())
		for _, e := range staff {
			if slices.Contains(e.Roles, tilhor.RoleTeacher) && e.Name != "Jonas Berg" && e.TrainedOn != "" {
				a = tilhor.Actor{Owner: w.owner(), Person: e.ID, Role: tilhor.RoleTeacher, School: rektor.School, Trained: true}
			}
		}
		return err
	})
	w.must(w.cases().Hand(context.Background(), rektor, cases.HandedTask{Person: a.Person, Task: cases.StandsIn, From: w.today(), Until: w.today().Add(7)}))
	return a
}

// untrained works at the school and has had no privacy training.
func (w *siteWorld) untrained(school string) (a tilhor.Actor) {
	rektor := w.actorOf(school, tilhor.RoleRektor, "")
	w.read(func(tx *db.Tx) error {
		staff, err := w.house.roster.Employees(tx, w.owner(), rektor.School, w.today())
		for _, e := range staff {
			if e.TrainedOn == "" && len(e.Roles) > 0 {
				a = tilhor.Actor{Owner: w.owner(), Person: e.ID, Role: e.Roles[0], School: rektor.School}
			}
		}
		return err
	})
	if a.Person == "" {
		w.t.Fatal("everybody has had privacy training")
	}
	return a
}

// twoRoles works at two schools.
func (w *siteWorld) twoRoles() tilhor.Actor {
	a := w.actorOf("Granlia skole", tilhor.RoleTeacher, "")
	b := w.actorOf("Nordli skole", tilhor.RoleRektor, "")
	w.write(func(tx *db.Tx) error {
		return w.house.roster.Appoint(tx, w.keeper(), a.Person, tilhor.RoleSFO, b.School, "", "", w.clock())
	})
	return a
}

func (w *siteWorld) adviser() (a tilhor.Actor) {
	w.read(func(tx *db.Tx) error {
		for _, f := range demo.Cast(demo.Small, w.today()) {
			if f.Role != string(tilhor.RoleOwnerAdviser) {
				continue
			}
			p, err := w.house.roster.Find(tx, w.owner(), f.Key)
			if err != nil {
				return err
			}
			all, err := w.house.roster.RolesOf(tx, w.owner(), p, w.today())
			for _, x := range all {
				if x.Role == tilhor.RoleOwnerAdviser {
					a = x
				}
			}
			return err
		}
		return fmt.Errorf("the cast has no adviser")
	})
	if a.Person == "" {
		w.t.Fatal("the adviser has no role")
	}
	w.train(a)
	return a
}

// bodyOf reads a response to its end and puts it back.
func bodyOf(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	r.Body = io.NopCloser(strings.NewReader(string(b)))
	return string(b)
}
