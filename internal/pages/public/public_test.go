package public_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/dialogue"
	"tilhor/internal/duty"
	"tilhor/internal/front"
	"tilhor/internal/ideas"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/pages/public"
	"tilhor/internal/roster"
	"tilhor/internal/seal/sealtest"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

const (
	owner     = tilhor.OwnerID("granvik")
	solbakken = tilhor.SchoolID("solbakken")
	number    = "974600001"
	school    = "/s/" + number
)

type town struct {
	t        *testing.T
	db       *db.DB
	kit      *web.Kit
	site     *web.Site
	h        http.Handler
	battery  *webtest.Battery
	concerns *concerns.Desk
	front    *front.Desk
	talks    *dialogue.Desk
	kari     tilhor.PersonID
	now      time.Time
	ideas    *ideas.Desk
}

var putSchool = db.SQL(`INSERT INTO roster_school (owner, id, source, kind, name, org_number, has_sfo, content, from_date, until_date)
	VALUES ($1, $2, $3, 'school', $4, $5, $6, $3, '2020-08-01', $7)`)

func newTown(t *testing.T) *town {
	t.Helper()
	return newTownOn(t, dbtest.SQLite(t))
}

func newTownOn(t *testing.T, d *db.DB) *town {
	t.Helper()
	keys := sealtest.Keys(t, owner)
	j := journal.New(keys)
	w := &town{t: t, db: d, now: time.Date(2026, 11, 23, 8, 10, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	r := roster.New(keys, j)
	w.concerns = &concerns.Desk{DB: d, Keys: keys, Journal: j, Roster: r, Clock: clock}
	w.kit = &web.Kit{
		DB: d, Keys: keys, Journal: j, Roster: r, Clock: clock, Level: func(tilhor.Role, string, string) bool { return true },
		Owner: web.Owner{ID: owner, Name: "Granvik kommune", Hosts: []string{"localhost"}, Phone: "55 00 00 00", DPO: "personvernombud@granvik.example", DPIA: "2026-06-01"},
	}
	w.front = &front.Desk{DB: d, Keys: keys, Journal: j, Roster: r, Clock: clock, Closed: duty.Closed}
	w.concerns.Shut = w.front.ShutOn
	w.talks = &dialogue.Desk{DB: d, Keys: keys, Journal: j, Roster: r, Concerns: w.concerns, Clock: clock}
	w.concerns.Started, w.concerns.Opened = w.talks.Start, w.talks.Open
	w.ideas = &ideas.Desk{DB: d, Keys: keys, Journal: j, Roster: r, Clock: clock, Bodies: &bodies.Desk{DB: d, Keys: keys, Journal: j, Roster: r, Clock: clock}}
	w.open()
	w.battery = webtest.New(w.site, "/logg-inn", "/logg-ut", "/kode", school+"/si/kode", "/s/fjell/si/kode")
	by := tilhor.Actor{Owner: owner, Role: tilhor.RoleOwnerAdviser}
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		for _, s := range []struct{ id, name, number, until string }{{string(solbakken), "Solbakken skole", number, ""}, {"fjell", "Fjellgløtt skole", "", ""}, {"nedlagt", "Gamle skole", "974600009", "2025-08-01"}} {
			if _, err := tx.Exec(putSchool, owner, s.id, []byte(s.id), s.name, s.number, true, s.until); err != nil {
				return err
			}
		}
		for _, e := range []struct {
			name string
			role tilhor.Role
			id   *tilhor.PersonID
		}{{"Kari Lund", tilhor.RoleRektor, &w.kari}, {"Ina Moe", tilhor.RoleSocialTeacher, nil}, {"Jonas Berg", tilhor.RoleTeacher, nil}} {
			id, err := r.AddPerson(tx, by, roster.NewPerson{Name: e.name, Home: solbakken}, w.now)
			if err != nil {
				return err
			}
			if e.id != nil {
				*e.id = id
			}
			if err := r.Appoint(tx, by, id, e.role, solbakken, "2020-08-01", "", w.now); err != nil {
				return err
			}
			if err := r.Train(tx, by, id, "2026-08-01", w.now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// open makes the site of the kit as it now is.
func (w *town) open() {
	w.t.Helper()
	site, err := web.New(w.kit)
	if err != nil {
		w.t.Fatal(err)
	}
	site.Mount((&public.Pages{Concerns: w.concerns, Front: w.front, Ideas: w.ideas, Code: w.talks.CodeFor}).Routes())
	w.site, w.h = site, site.Handler()
}

func (w *town) do(r *http.Request, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	w.t.Helper()
	for _, c := range cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	if strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") {
		res := rec.Result()
		res.Request = r
		w.battery.Check(w.t, res, nil)
		if len(cookies) == 0 && rec.Header().Get("Set-Cookie") != "" {
			w.t.Errorf("%s sets a cookie: %s", r.URL, rec.Header().Get("Set-Cookie"))
		}
	}
	return rec
}

func (w *town) get(path string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.do(httptest.NewRequest("GET", "http://localhost"+path, nil), cookies...)
}

func (w *town) post(path string, form url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest("POST", "http://localhost"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return w.do(r)
}

func has(t *testing.T, rec *httptest.ResponseRecorder, code int, texts ...string) string {
	t.Helper()
	body := rec.Body.String()
	if rec.Code != code {
		t.Fatalf("status %d, want %d (%s)\n%s", rec.Code, code, rec.Header().Get("Location"), body)
	}
	for _, s := range texts {
		if !strings.Contains(body, s) {
			t.Errorf("%q is not in\n%s", s, body)
		}
	}
	return body
}

var lacks = webtest.Lacks

// A page that exists in further languages is offered in them, says that nobody
// has read the translation, and is written the way the language is; the others
// answer in a language they have, and remember what was asked for.
func TestFurtherLanguages(t *testing.T) {
	w := newTown(t)
	for _, l := range lang.Further {
		body := has(t, w.get("/rettigheter/foresatt?l="+string(l)), 200, `<html lang="`+string(lang.For(l).Page())+`"`, `hreflang="ar"`,
			">"+lang.For(l).T("lang.unchecked"), "ikke lest av et menneske", `href="/?l=`+string(l)+`"`)
		if rtl := strings.Contains(body, `dir="rtl" data-`); rtl != (l == tilhor.Arabic) {
			t.Errorf("%s is written from the right: %v", l, rtl)
		}
		if n := packed(t, body); n > 30_000 {
			t.Errorf("rights in %s is %d bytes packed", l, n)
		}
		other := has(t, w.get("/tilgjengelighet?l="+string(l)), 200, `<html lang="`+string(lang.Instead(l))+`"`, `?l=`+string(l))
		lacks(t, other, `hreflang="ar"`)
		has(t, w.get("/hjelp"), 200, `hreflang="se"`)
	}
	for _, l := range []tilhor.Lang{tilhor.Polish, tilhor.Ukrainian, tilhor.Arabic, tilhor.Somali} {
		own, in := lang.For(l), "?l="+string(l)
		has(t, w.get(school+in), 200, own.T("dialogue.about.enter"), own.T("dialogue.about.title"), own.T("public.poster.link"), own.T("role.rektor"))
		has(t, w.get("/personvern"+in), 200, `<html lang="`+string(l)+`"`, own.T("public.privacy.passed"), own.T("public.privacy.rights-text"), own.T("role.dpo"))
		has(t, w.get(school+"/plakat"+in), 200, `<html lang="`+string(l)+`"`, own.T("public.poster.lead"), own.T("public.poster.how"), own.T("role.rektor"), "116&nbsp;111")
		has(t, w.get("/"+in), 200, `<html lang="`+string(l)+`"`, own.T("public.home.law"), own.T("public.home.schools-help"))
		has(t, w.get("/hjelp"+in), 200, `<html lang="`+string(l)+`"`, own.T("public.help.ombud"), own.T("public.help.sign-in-text"), own.T("public.help.owner", "owner", "Granvik kommune"))
	}
	for path, want := range map[string]string{
		"/": `lang="se">Skuvllat</h2>`, school: `lang="se">Muital</span>`, school + "/plakat": `<h1 class="t-h1" lang="se">Muital</h1>`, school + "/si": `lang="se">Mu mánná</span>`,
		school + "/si/bilder":   `lang="se">Suhttan</span>`,
		"/rettigheter/foresatt": `<h1 class="t-h1" lang="se">`, "/rettigheter/7": `lang="se">Seamma siidu, eará sánit:</p>`,
		"/personvern": `lang="se">Meannudan`, "/personvern/11": `lang="se">Man guhká</dt>`, "/hjelp": `lang="se">Olggobealde skuvlla</h2>`,
	} {
		rec := w.get(path + "?l=se")
		has(t, rec, 200, `<html lang="nb"`, want, "ikke lest av et menneske", `lang="se">Ii oktage gii`)
		for _, fault := range webtest.Faults(rec.Result()) {
			t.Errorf("%s: %s", path, fault)
		}
	}
	r := httptest.NewRequest("GET", "http://localhost/rettigheter/11", nil)
	r.Header.Set("Accept-Language", "uk-UA")
	has(t, w.do(r), 200, `<html lang="uk"`)
	has(t, w.get("/rettigheter/12"), 404)
	has(t, w.get("/personvern/foresatt"), 404)
	lacks(t, has(t, w.get("/rettigheter/7?l=nb"), 200), "§", "artikkel")
}

// What is said of privacy is true at each age: that the municipality may read, and
// what ("numbers, never names" was said to all, and was not so); what of the lists is
// kept; and who is given it.
func TestPrivacyAtEachAge(t *testing.T) {
	w := newTown(t)
	for path, says := range map[string][]string{
		"/personvern/7": {"en i kommunen", "få hjelp fra andre", "Vi skriver ned", "Loven sier", "når du blir stor", "Du kan spørre hva som står om deg."},
		"/personvern/11": {
			"Noen i kommunen", "handler om en voksen", "skolen er stengt", "få saken din",
			"fødselsnummer, e-post og Feide-ID", "Arkivet", "Statsforvalteren får", "barnevernet",
		},
		"/personvern/15": {
			"Noen i kommunen", "gjelder en voksen", "skolen er stengt", "få saken din",
			"e-post eller fødselsnummer", "Feide-ID", "arkiv", "Statsforvalteren får", "barnevernet",
		},
		"/personvern": {
			"noen i kommunen", "ledelsen", "en ansatt", "skolen er stengt", "én sak å lese",
			"e-post, fødselsnummer eller Feide-ID", "hjemmeadresser", "arkiv", "Statsforvalteren får", "En ny skole", "barnevernet",
		},
	} {
		lacks(t, has(t, w.get(path+"?l=nb"), 200, says...), "aldri navn")
		for _, l := range []string{"nb", "nn", "en"} { // whom to ask
			has(t, w.get(path+"?l="+l), 200, "personvernombud@granvik.example", `href="tel:55000000"`)
		}
	}
}

func TestEveryPageInEveryLanguage(t *testing.T) {
	w := newTown(t)
	for _, path := range []string{"/", school, "/s/fjell", school + "/ansatt", school + "/plakat", "/personvern", "/tilgjengelighet", "/hjelp", "/rettigheter/7", "/rettigheter/11", "/rettigheter/15", "/rettigheter/foresatt", "/personvern/7", "/personvern/11", "/personvern/15"} {
		for _, l := range []string{"nb", "nn", "en"} {
			body := has(t, w.get(path+"?l="+l), 200)
			if n := packed(t, body); n > 30_000 {
				t.Errorf("%s in %s is %d bytes packed", path, l, n)
			}
		}
	}
	home := has(t, w.get("/?l=nn"), 200, "Solbakken skole", `href="/s/974600001?l=nn"`, `href="/s/fjell?l=nn"`, "Granvik kommune")
	lacks(t, home, "Gamle skole")
	body := has(t, w.get(school), 200, "Kari Lund", "Ina Moe", "116&nbsp;111", "Jeg jobber her", "Statsforvalteren", "mobbeombudet", "på SFO")
	lacks(t, body, "Jonas Berg")
	has(t, w.get("/s/fjell"), 200, "Spør på skolens kontor")
	has(t, w.get("/personvern"), 200, "§\u00a025\u20111", "personvernombud@granvik.example", "1.\u00a0juni\u00a02026")
	has(t, w.get("/hjelp"), 200, "tel:55000000")
	for _, path := range []string{"/s/974600009", "/s/974600009/ansatt", "/s/x", "/kvittering/x", "/kvittering/" + tilhor.NewID(), "/kvittering/" + tilhor.NewID() + "/fil"} {
		has(t, w.get(path), 404, "Vi finner ikke siden")
	}
}

// packed is what a page and its style sheet weigh on the line, without fonts. A page
// alone says nothing: without the built style sheets it cannot be known, and fails.
func packed(t *testing.T, body string) int {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(body))
	z.Close()
	n := b.Len()
	m := regexp.MustCompile(`href="/static/((?:public|school)-[^"]+\.css)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no public style sheet to weigh (make assets): %v", web.AssetsBuilt())
	}
	css, err := os.Stat(filepath.Join("../../web/dist", m[1]+".gz"))
	if err != nil {
		t.Fatal(err)
	}
	return n + int(css.Size())
}

func TestWhoIsSignedInGoesToWork(t *testing.T) {
	w := newTown(t)
	c, err := w.site.Enter(t.Context(), w.kari, tilhor.Actor{Role: tilhor.RoleRektor, School: solbakken}, "x", "y")
	if err != nil {
		t.Fatal(err)
	}
	if rec := w.get("/", c); rec.Code != 303 || rec.Header().Get("Location") != "/i-dag" {
		t.Error(rec.Code, rec.Header())
	}
	// The other public pages take no notice of who is signed in.
	lacks(t, has(t, w.get(school, c), 200), "Logg ut")
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

func hidden(body string) url.Values {
	v := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(body, -1) {
		v.Add(m[1], m[2])
	}
	return v
}

func TestAnEmployeeWithoutAccountTells(t *testing.T) {
	w := newTown(t)
	path := school + "/ansatt"
	body := has(t, w.get(path), 200, "Navnet ditt", "Hvilken elev gjelder det?", "Gjelder det en voksen på skolen?", "t-exit", "<title>Min side")
	v := hidden(body)
	v.Set("go", "next")
	has(t, w.post(path, v), 422, "Skriv navnet ditt", "Skriv hvilken elev det gjelder")
	v.Set("name", "Olga Renhold")
	v.Set("described", "Ei jente med rød lue")
	has(t, w.post(path, v), 200, "Hva har skjedd?")
	v.Set("step", "2")
	v.Set("saw", "Hun satt alene i garderoben og gråt.")
	body = has(t, w.post(path, v), 200, "Hvor og når?", "De ser navnet du har skrevet", "Ei jente med rød lue", "Olga Renhold")
	if n := packed(t, body); n > 30_000 {
		t.Errorf("the last screen is %d bytes packed", n)
	}
	v.Set("step", "3")
	v.Set("go", "send")
	v.Set("arena", "changing")
	v.Set("happened", "today")
	v.Set("known", "now")
	rec := w.post(path, v)
	to := rec.Header().Get("Location")
	if rec.Code != 303 || !strings.HasPrefix(to, "/kvittering/") {
		t.Fatal(rec.Code, to)
	}
	if again := w.post(path, v).Header().Get("Location"); again != to {
		t.Errorf("sent twice: %s, %s", to, again)
	}

	// The next one at the shared screen presses back and writes over what stands
	// there: a concern of its own, and not the first one's secret address.
	said := v.Get("saw")
	v.Set("name", "Per Vikar")
	v.Set("saw", "Jeg så det samme.")
	other := w.post(path, v).Header().Get("Location")
	if other == to || !strings.HasPrefix(other, "/kvittering/") {
		t.Fatalf("another's words on the same form lead to %q, the first one's receipt is %q", other, to)
	}
	v.Set("saw", said)
	v.Set("name", "Olga Renhold")

	body = has(t, w.get(to), 200, "Skolen har fått bekymringen din", "Sendt, ikke lest ennå", "Solbakken skole", "<title>Min side")
	lacks(t, body, "Olga", "rød lue", "gråt", "Kari")
	file := w.get(to + "/fil")
	lacks(t, has(t, file, 200, "tilhor receipt 1\n", "school solbakken"), "Olga", "rød lue")
	has(t, w.get(to+"/bilde"), 200, "<svg")

	rektor := tilhor.Actor{Owner: owner, Person: w.kari, Role: tilhor.RoleRektor, School: solbakken, Trained: true}
	all, _, err := w.concerns.Waiting(t.Context(), rektor)
	if err != nil || len(all) != 2 {
		t.Fatal(len(all), err)
	}
	c := all[0]
	if all[1].From == "Olga Renhold" {
		c = all[1]
	}
	if c.Channel != concerns.Open || c.From != "Olga Renhold" || c.Pupils[0].Described != "Ei jente med rød lue" || c.PupilSays {
		t.Errorf("%+v", c)
	}
	w.now = w.now.Add(20 * time.Minute)
	if _, err := w.concerns.Receive(t.Context(), rektor, c.Slug); err != nil {
		t.Fatal(err)
	}
	has(t, w.get(to), 200, "Rektor har lest bekymringen din", "09.30")
	if err := w.concerns.PutAside(t.Context(), rektor, c.Slug, concerns.WrongSchool, "Meld til Fjellgløtt."); err != nil {
		t.Fatal(err)
	}
	lacks(t, has(t, w.get(to), 200, "Rektor har tatt stilling", "Den ble ikke en egen sak"), "Meld til Fjellgløtt")

	// A pupil from a list cannot be named here, and not a school that has closed.
	v.Set("nokkel", tilhor.NewID())
	v.Set("pupil", tilhor.NewID())
	if rec := w.post(path, v); rec.Code != 303 {
		t.Error(rec.Code)
	}
	has(t, w.post("/s/974600009/ansatt", v), 404)
}

var (
	bodyOf   = db.SQL(`SELECT id, body FROM journal_entry WHERE owner = $1 AND id = (SELECT entry FROM concerns_concern WHERE owner = $1)`)
	bodyOver = db.SQL(`UPDATE journal_entry SET body = $3 WHERE owner = $1 AND id = $2`)
)

// A receipt whose entry was altered is not given: who asks is told whom to ring,
// and is not sent round again.
func TestNoReceiptOfAnAlteredEntry(t *testing.T) {
	w := newTown(t)
	var log bytes.Buffer
	w.kit.Log = slog.New(slog.NewTextHandler(&log, nil))
	path := school + "/ansatt"
	v := hidden(has(t, w.get(path), 200))
	for k, s := range map[string]string{"name": "Olga Renhold", "described": "Ei jente med rød lue", "saw": "Hun satt alene.", "step": "3", "go": "send", "arena": "changing", "happened": "today", "known": "now"} {
		v.Set(k, s)
	}
	to := w.post(path, v).Header().Get("Location")
	has(t, w.get(to), 200)
	var id string
	var was []byte
	over := func(text []byte) {
		t.Helper()
		err := w.db.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(bodyOver, owner, id, text); return err })
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.db.Read(t.Context(), func(tx *db.Tx) error { return tx.One(bodyOf, db.Args(owner), &id, &was) }); err != nil {
		t.Fatal(err)
	}
	later := bytes.Replace(was, []byte(`"for":["rektor"`), []byte(`"for":["deputy"`), 1)
	if bytes.Equal(later, was) {
		t.Fatalf("nothing is altered: this proves nothing\n%s", was)
	}
	over(later)
	for _, page := range []string{"", "/fil", "/bilde"} {
		log.Reset()
		rec := w.get(to + page)
		lacks(t, has(t, rec, 503, "ikke slik det ble skrevet", "55 00 00 00"), "tilhor receipt", "<svg viewBox", "http-equiv")
		if rec.Header().Get("Retry-After") != "" || !strings.Contains(log.String(), "entry="+id) {
			t.Errorf("%q: %v\n%s", page, rec.Header(), log.String())
		}
	}
	over(was)
	has(t, w.get(to), 200)
	has(t, w.get(to+"/fil"), 200, "tilhor receipt 1\n")
}
