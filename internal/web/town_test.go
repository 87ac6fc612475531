package web_test

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal/sealtest"
	"tilhor/internal/web"
)

// A town is a site of two made-up pages, with real people in a real roster and
// a clock that the test holds.
type town struct {
	t    *testing.T
	db   *db.DB
	kit  *web.Kit
	site *web.Site
	h    http.Handler
	log  *bytes.Buffer
	folk

	mu  sync.Mutex
	now time.Time
}

const owner = tilhor.OwnerID("granvik")

// there is the one track that exists.
const there = "abcdefghij"

//go:embed testdata/town/*.html
var townPages embed.FS

var planPage = web.Pages(townPages)("testdata/town/plan")

var (
	putPlan = db.SQL(`INSERT INTO db_meta (owner, name, value) VALUES ($1, $2, $3)`)
	getPlan = db.SQL(`SELECT name, value FROM db_meta WHERE owner = $1 ORDER BY name DESC`)
)

func eachTown(t *testing.T, test func(*testing.T, *town)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newTown(t, d)) })
}

func newTown(t *testing.T, d *db.DB) *town {
	t.Helper()
	keys := sealtest.Keys(t, owner)
	j := journal.New(keys)
	w := &town{t: t, db: d, log: &bytes.Buffer{}, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	w.kit = &web.Kit{
		DB: d, Keys: keys, Journal: j, Roster: roster.New(keys, j), Clock: w.clock,
		Owner: web.Owner{ID: owner, Name: "Granvik kommune", Hosts: []string{"tilhor.example", "localhost"}, Phone: "55 00 00 00"},
		Log:   slog.New(slog.NewTextHandler(&locked{w: w.log, mu: &w.mu}, nil)),
		Level: func(_ tilhor.Role, _, acr string) bool { return acr == "high" },
	}
	site, err := web.New(w.kit)
	if err != nil {
		t.Fatal(err)
	}
	w.site = site
	site.Mount(w.routes())
	w.h = site.Handler()
	w.settle()
	return w
}

type locked struct {
	w  io.Writer
	mu *sync.Mutex
}

func (l *locked) Write(b []byte) (int, error) { l.mu.Lock(); defer l.mu.Unlock(); return l.w.Write(b) }

func (w *town) clock() time.Time       { w.mu.Lock(); defer w.mu.Unlock(); return w.now }
func (w *town) later(by time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.now = w.now.Add(by) }
func (w *town) logged() string         { w.mu.Lock(); defer w.mu.Unlock(); return w.log.String() }

func (w *town) routes() []web.Route {
	rektor := []tilhor.Role{tilhor.RoleRektor}
	staff := []tilhor.Role{tilhor.RoleRektor, tilhor.RoleTeacher}
	anyone := []tilhor.Role{tilhor.RoleAnyone}
	return []web.Route{
		{Method: "GET", Path: "/saker/{spor}/plan", Name: "t.plan", Roles: rektor, Case: true, Sensitive: true, Serve: w.showPlan},
		{Method: "POST", Path: "/saker/{spor}/plan", Name: "t.plan.save", Roles: rektor, Case: true, Sensitive: true, Serve: w.savePlan},
		{Method: "POST", Path: "/saker/{spor}/plan/godkjenn", Name: "t.plan.approve", Form: "/saker/{spor}/plan", Roles: rektor, Serve: w.savePlan},
		{Method: "GET", Path: "/i-dag", Name: "t.today", Roles: staff, Serve: w.today},
		{Method: "POST", Path: "/i-dag/lagre", Name: "t.today.save", Form: "/i-dag", Roles: staff, Serve: w.savePlan},
		{Method: "POST", Path: "/i-dag/borte", Name: "t.today.gone", Form: "/var/her", Roles: staff, Serve: w.savePlan},
		{Method: "GET", Path: "/si", Name: "t.tell", Roles: anyone, Serve: func(q *web.Req) error { return w.page(q, web.NewForm(), "Si det", 200) }},
		{Method: "POST", Path: "/si", Name: "t.told", Roles: anyone, Serve: w.savePlan},
		{Method: "POST", Path: "/elev", Name: "t.pupil", Roles: []tilhor.Role{tilhor.RolePupil, tilhor.RoleRektor}, Serve: w.savePlan},
		{Method: "POST", Path: "/feil/{hva}", Name: "t.wrong", Roles: anyone, Serve: w.wrong},
	}
}

type planData struct {
	web.Frame
	Faults                      *web.Summary
	Form                        *web.Form
	Field                       web.Field
	Text, Version, Action, More string
}

func (w *town) page(q *web.Req, f *web.Form, title string, code int) error {
	version, text, err := w.plan()
	if err != nil {
		return err
	}
	return q.RenderStatus(code, planPage, planData{
		Frame: q.Frame(title), Faults: web.SummaryOf(q.T, f.Faults), Form: f, Text: text, Version: version, More: q.Link("/si"),
		Field: f.Field(q.T, "tekst", "Tekst"), Action: q.R.URL.RequestURI(),
	})
}

func (w *town) plan() (version, text string, err error) {
	err = w.db.Read(context.Background(), func(tx *db.Tx) error {
		return tx.One(getPlan, db.Args(owner), &version, &text)
	})
	if errors.Is(err, tilhor.ErrNotFound) {
		err = nil
	}
	return version, text, err
}

func (w *town) plans() (n int) {
	w.db.Read(context.Background(), func(tx *db.Tx) error {
		n = 0
		return tx.Each(getPlan, func(db.Scan) error { n++; return nil }, owner)
	})
	return n
}

func (w *town) showPlan(q *web.Req) error {
	if q.Path("spor") != there {
		return tilhor.ErrNotFound
	}
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return w.page(q, f, "Planen for Nora", 200)
}

func (w *town) today(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return w.page(q, f, "I dag", 200)
}

func (w *town) savePlan(q *web.Req) error {
	if s := q.Path("spor"); s != "" && s != there {
		return tilhor.ErrForbidden
	}
	f, err := q.Form()
	if err != nil {
		return err
	}
	version, text, err := w.plan()
	if err != nil {
		return err
	}
	if v := f.Get("versjon"); v != "" && v != version {
		return q.Conflict(f, web.Clash{
			Who: "Ina Moe", At: q.Now, Version: map[string]string{"versjon": version},
			Fields: []web.ClashField{{Name: "tekst", Label: "Hva vi gjør", Theirs: text}},
		})
	}
	return q.Once(f, func() (string, error) {
		f.Faults.Add(f.Get("tekst") == "", "tekst", "web.role.fault")
		if f.Faults.Err() != nil && f.Has("vis") {
			return "", f.Faults.Err()
		}
		id := fmt.Sprintf("%s-%s", q.Now.Format(time.RFC3339), tilhor.NewID())
		err := w.db.Write(q.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(putPlan, owner, id, f.Get("tekst"))
			return err
		})
		if err == nil && f.Has("halvt") {
			err = tilhor.Fault{Field: "tekst", Key: "web.role.fault"} // refused when something was written already
		}
		if f.Has("krasj") {
			panic("the process ends here")
		}
		return "/si?lagret=" + url.QueryEscape(id), err
	})
}

func (w *town) wrong(q *web.Req) error {
	if _, err := q.Form(); err != nil {
		return err
	}
	switch q.Path("hva") {
	case "feil":
		return fmt.Errorf("save the plan of Nora Dahl: %w", errors.New("Nora sa noe"))
	case "panikk":
		panic("Nora Dahl")
	case "panikk2":
		return w.db.Write(q.Context(), func(*db.Tx) error { panic("Nora Dahl") })
	case "sent":
		return context.DeadlineExceeded
	case "konflikt":
		return tilhor.ErrConflict
	case "fault":
		return tilhor.Faults{{Field: "tekst", Key: "web.role.fault"}}
	case "stille":
		return nil
	case "ut":
		return q.See("//ond.example/")
	}
	return tilhor.ErrNotFound
}

// A visit is one request, from a browser on our own page unless it says else.
type visit struct {
	method, path string
	form         url.Values
	body         string
	cookie       *http.Cookie
	header       map[string]string
	host         string
}

func (w *town) do(v visit) *httptest.ResponseRecorder {
	if v.method == "" {
		v.method = "GET"
	}
	body := v.body
	if v.form != nil {
		body = v.form.Encode()
	}
	r := httptest.NewRequest(v.method, "http://tilhor.example"+v.path, strings.NewReader(body))
	r.Host = "tilhor.example"
	if v.host != "" {
		r.Host = v.host
	}
	if v.method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for k, val := range v.header {
		if val == "" {
			r.Header.Del(k)
			continue
		}
		r.Header.Set(k, val)
	}
	if v.cookie != nil {
		r.AddCookie(v.cookie)
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	return rec
}

// enter signs a person in, strongly, as the roster says.
func (w *town) enter(p tilhor.PersonID, role tilhor.Role) *http.Cookie {
	w.t.Helper()
	c, err := w.site.Enter(context.Background(), p, tilhor.Actor{Role: role, School: w.solbakken}, "high", "https://feide.example")
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func want(t *testing.T, rec *httptest.ResponseRecorder, code int, has ...string) string {
	t.Helper()
	body := rec.Body.String()
	if rec.Code != code {
		t.Fatalf("status %d, want %d: %s\n%s", rec.Code, code, rec.Header().Get("Location"), body)
	}
	for _, h := range has {
		if !strings.Contains(body, h) {
			t.Fatalf("%q is not in\n%s", h, body)
		}
	}
	if strings.Contains(body, "⟦") {
		t.Fatalf("a text is missing in\n%s", body)
	}
	return body
}

func sentTo(t *testing.T, rec *httptest.ResponseRecorder, path string) string {
	t.Helper()
	want(t, rec, http.StatusSeeOther)
	to := rec.Header().Get("Location")
	if !strings.HasPrefix(to, path) {
		t.Fatalf("sent to %q, want %q", to, path)
	}
	return to
}
