package family_test

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/pages/family"
	"tilhor/internal/roster"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// A world is the pages of the family in a made-up town, on real rooms. Nora's
// mother is Marit; Ina has the case.
type world struct {
	*webtest.Town
	t        *testing.T
	ctx      context.Context
	concerns *concerns.Desk
	cases    *cases.Desk
	kari     tilhor.Actor
	ina      tilhor.Actor
	marit    tilhor.Actor
	slug     string // of the track made last
	pagesOf  *family.Pages
}

// others are addresses that other packages mount.
var others = []string{"/min/si", "/min/sagt", "/innspill", "/foreldregruppe", "/", "/tilgjengelighet", "/personvern", "/hjelp", "/logg-inn", "/logg-ut", "/i-dag"}

func newWorld(t *testing.T) *world { return worldOn(t, dbtest.SQLite(t)) }

func worldOn(t *testing.T, d *db.DB) *world {
	t.Helper()
	town := webtest.NewTown(t, d)
	k := town.Kit
	told := &concerns.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: town.Now}
	worked := &cases.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: told, Clock: town.Now}
	pages := &family.Pages{Concerns: told, Cases: worked}
	town.Site.Mount(pages.Routes())
	return &world{
		pagesOf: pages,
		Town:    town, t: t, ctx: context.Background(), concerns: told, cases: worked,
		kari: town.Actor(tilhor.RoleRektor, town.Solbakken), ina: town.Actor(tilhor.RoleSocialTeacher, town.Solbakken),
		marit: tilhor.Actor{Owner: webtest.Owner, Person: town.Person("forelder-nora"), Role: tilhor.RoleParent},
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) in(days int) tilhor.Date { return calendar.DateOf(w.Now()).Add(days) }

// track is Nora's, taken up and given to Ina, with a talk and a plan.
func (w *world) track() string {
	w.t.Helper()
	now := tilhor.Now(w.Now())
	c, err := w.concerns.Tell(w.ctx, w.kari, concerns.Telling{
		School: w.Solbakken, Pupils: []tilhor.PersonID{w.Person("nora")}, Said: "De tok luen min.", Saw: "Elias Moe tok luen hennes.", Arena: tilhor.ArenaBreak, Happened: now, Known: now,
	})
	w.must(err)
	all, err := w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
	w.must(err)
	slug := all[0].Slug
	w.slug = slug
	w.must(w.cases.Hear(w.ctx, w.ina, slug, cases.Talk{At: now, Answer: cases.Spoke, How: "none", Words: "Jeg vil bare ha noen å gå med."}))
	w.must(w.cases.Weigh(w.ctx, w.ina, slug, cases.Weighing{Interests: "Trygghet.", View: "Vil ha en voksen nær.", Weighing: "Tungt.", Conclusion: "En voksen ute."}))
	w.must(w.cases.SavePlan(w.ctx, w.ina, slug, 0, cases.Plan{Measures: []cases.Measure{w.measure("Jonas går sammen med Nora.")}}))
	w.must(w.cases.Approve(w.ctx, w.kari, slug, 1))
	return slug
}

func (w *world) measure(what string) cases.Measure {
	return cases.Measure{Problem: "Nora er alene ute.", What: what, When: "hvert friminutt", Start: w.in(0), Doer: w.Person("teacher-solbakken"), Evaluate: w.in(14)}
}

func (w *world) informs(slug string) {
	w.t.Helper()
	w.must(w.cases.InformHome(w.ctx, w.ina, slug, cases.Informing{
		Answer: cases.Yes, At: tilhor.Now(w.Now()), Heard: cases.HeardFirst, Danger: cases.NoDanger, Basis: "Nora sier at det er trygt hjemme.", Shared: "Planen og datoene.",
	}))
}

func (w *world) home(slug, what string, change ...func(x *cases.HomeDecision)) {
	w.t.Helper()
	x := cases.HomeDecision{What: what, Guardian: w.marit.Person, Reason: "Ringte og fikk det bekreftet."}
	switch roster.DecisionKind(what) {
	case roster.Barred:
		x.Basis = "judgment"
	case roster.Secret:
		x.Basis, x.Review = "popl-16-c", w.in(30)
	case roster.Fifteen:
		x.On = w.in(-5)
	}
	for _, c := range change {
		c(&x)
	}
	w.must(w.cases.DecideHome(w.ctx, w.kari, slug, x))
}

func (w *world) later(d time.Duration) { w.Later(d) }

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
	w.page(c, path+sep+"l=se")
	return w.page(c, path+sep+"l=nb", has...)
}

func (w *world) shown(r *http.Response, code int, has ...string) string {
	w.t.Helper()
	webtest.New(w.Site, append(others, "/saker/"+w.slug)...).Check(w.t, r, nil)
	b, err := io.ReadAll(r.Body)
	w.must(err)
	body := unbroken.Replace(string(b))
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

// unbroken lets a text be asked for as it is read, whatever holds it together.
var unbroken = strings.NewReplacer("\u00a0", " ", "\u2011", "-")

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

func (w *world) refused(c *http.Cookie, path string, form url.Values, has ...string) string {
	w.t.Helper()
	return w.shown(w.Post(c, path, form), http.StatusUnprocessableEntity, append(has, `class="ds-error-summary"`)...)
}

// An answer is all that somebody can see of one: what it says, and how many
// statements it took.
type answered struct {
	code  int
	head  string
	body  string
	asked int64
}

// ask visits as a browser does, or sends a form, and counts.
func (w *world) ask(c *http.Cookie, path string, sent ...url.Values) answered {
	w.t.Helper()
	r := httptest.NewRequest("GET", "http://127.0.0.1"+path, nil)
	if len(sent) > 0 {
		r = httptest.NewRequest("POST", "http://127.0.0.1"+path, strings.NewReader(sent[0].Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.AddCookie(c)
	ctx, n := db.Counted(r.Context())
	rec := httptest.NewRecorder()
	w.Site.Handler().ServeHTTP(rec, r.WithContext(ctx))
	head := rec.Header().Clone()
	head.Del("Date")
	head.Del("Set-Cookie")
	var b strings.Builder
	w.must(head.Write(&b))
	return answered{rec.Code, b.String(), rec.Body.String(), n.Load()}
}

var mainOf = webtest.Main

var lacks = webtest.Lacks

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// fields are the hidden fields of a page.
func fields(body string) url.Values {
	v := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(body, -1) {
		v.Set(m[1], html.UnescapeString(m[2]))
	}
	return v
}

// has asks for a text of a page that is not one of ours.
func (w *world) has(r *http.Response, text string) {
	w.t.Helper()
	b, err := io.ReadAll(r.Body)
	w.must(err)
	if body := unbroken.Replace(string(b)); r.StatusCode != http.StatusOK || !strings.Contains(body, text) {
		w.t.Errorf("%s: %d, and %q is not in %q", r.Request.URL, r.StatusCode, text, body)
	}
}

// locked mounts pages behind the lock that what was told is behind: they say when
// it was opened, and what was kept.
func (w *world) locked() {
	page := func(q *web.Req) error {
		line, open, err := w.pagesOf.Lock(q)
		if err != nil || !open {
			return err
		}
		f := web.NewForm()
		if q.R.Method == http.MethodGet {
			if f, err = q.Refill(); err != nil {
				return err
			}
		}
		q.Write(http.StatusOK, "text/plain; charset=utf-8", []byte("åpent: "+line+f.Get("text")))
		return nil
	}
	family := []tilhor.Role{tilhor.RolePupil, tilhor.RoleParent}
	w.Site.Mount([]web.Route{
		{Method: "GET", Path: "/min/sagt/{slug}", Name: "test.told", Roles: family, Case: true, Serve: page},
		{Method: "GET", Path: "/min/samtale/{slug}", Name: "test.talk", Roles: family, Case: true, Serve: page},
		{Method: "POST", Path: "/min/samtale/{slug}", Name: "test.talk.write", Roles: family, Case: true, Serve: page},
	})
}

// opensOwn is Nora's case, open on her screen after she has shown her pictures.
func (w *world) opensOwn(class string) (slug string, c *http.Cookie) {
	w.t.Helper()
	w.year(class)
	slug = w.track()
	w.must(w.cases.AgreePictures(w.ctx, w.ina, slug, right))
	c = w.Anew(w.nora())
	w.shows(c, "/min/apne", right...)
	return slug, c
}

// unvouched signs in somebody whose provider was asked, and does not say, whether
// they showed who they are.
func (w *world) unvouched(a tilhor.Actor) *http.Cookie {
	w.t.Helper()
	w.Site.Mount([]web.Route{{Method: "GET", Path: "/uvitnet", Name: "test.unvouched", Roles: []tilhor.Role{a.Role}, Serve: func(q *web.Req) error {
		if err := web.Vouch(q, time.Time{}); err != nil {
			return err
		}
		return q.See("/min")
	}}})
	c := w.In(a)
	if r := w.Get(c, "/uvitnet"); r.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("%d", r.StatusCode)
	}
	return c
}

// showsWith shows four pictures at once, with where to go on to.
func (w *world) showsWith(c *http.Cookie, to string, code ...string) *http.Response {
	w.t.Helper()
	sent := form("steg", "p4", "til", to)
	for i, p := range code {
		sent.Set("p"+string(rune('1'+i)), p)
	}
	return w.Post(c, "/min/apne", sent)
}
