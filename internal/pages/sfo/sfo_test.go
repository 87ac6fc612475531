package sfo_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/pages/public"
	"tilhor/internal/pages/school"
	sfopages "tilhor/internal/pages/sfo"
	"tilhor/internal/pages/staff"
	"tilhor/internal/roster"
	"tilhor/internal/sfo"
	"tilhor/internal/web/webtest"
)

// A world is the shared machine at Solbakken's SFO, in a browser of its own that
// keeps cookies as browsers do. Mona and Pia work at SFO. It is Monday, ten
// o'clock, and SFO is open from 7 to 16.30.
type world struct {
	*webtest.Town
	t         *testing.T
	ctx       context.Context
	desk      *sfo.Desk
	cases     *cases.Desk
	concerns  *concerns.Desk
	kari      tilhor.Actor
	mona, pia tilhor.Actor
	base      string
	tablet    *http.Client
}

var (
	sfoGroup = db.SQL(`INSERT INTO roster_group (owner, id, source, school, kind, name, content, from_date, until_date)
		VALUES ($1, 'sfo-1', $3, $2, 'sfo', 'Base 1', $3, '2026-08-01', '')`)
	goesToSFO = db.SQL(`INSERT INTO roster_member (owner, school, role, grp, person, from_date, until_date, detail, manual)
		VALUES ($1, $2, 'pupil', 'sfo-1', $3, '2026-08-01', '', '', FALSE)`)
)

var yearOf = db.SQL(`UPDATE roster_group SET name = $3 WHERE owner = $1 AND name = $2`)

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		w := &world{Town: town, t: t, ctx: context.Background()}
		w.concerns = &concerns.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: town.Now}
		w.cases = &cases.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: w.concerns, Clock: town.Now}
		w.desk = &sfo.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: town.Now}
		p := &sfopages.Pages{SFO: w.desk, Cases: w.cases, Concerns: w.concerns}
		k.Tablet = p.Tablet(k.Owner.ID)
		town.Site.Mount(p.Routes())
		town.Site.Mount((&public.Pages{Concerns: w.concerns}).Routes())
		town.Site.Mount((&staff.Pages{Concerns: w.concerns, Cases: w.cases}).Routes())
		town.Site.Mount((&school.Pages{Concerns: w.concerns, Cases: w.cases, SFO: w.desk}).Routes())
		w.kari, w.mona = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleSFO, town.Solbakken)
		w.pia = w.hire("Pia Nes")
		w.must(d.Write(w.ctx, func(tx *db.Tx) error { // Nora and Elias are of a year that SFO is for, Tuva is not
			_, err := tx.Exec(yearOf, webtest.Owner, "5A", "3A")
			return err
		}))
		w.base = town.Serve()
		w.tablet = w.browser()
		var week []sfo.Hours
		for day := time.Monday; day <= time.Friday; day++ {
			week = append(week, sfo.Hours{Weekday: day, Opens: 7 * 60, Closes: 16*60 + 30})
		}
		w.must(w.desk.SetHours(w.ctx, w.kari, week))
		test(w)
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) hire(name string) tilhor.Actor {
	w.t.Helper()
	a := tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleSFO, School: w.Solbakken, Trained: true}
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) (err error) {
		if a.Person, err = w.Kit.Roster.AddPerson(tx, w.Keeper(), roster.NewPerson{Name: name, Home: a.School}, w.Now()); err != nil {
			return err
		}
		return w.Kit.Roster.Appoint(tx, w.Keeper(), a.Person, a.Role, a.School, "", "", w.Now())
	}))
	w.Train(a.Person)
	return a
}

func (w *world) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// An answer is what a browser got.
type answer struct {
	code     int
	to, body string
	refresh  string
}

func (w *world) send(c *http.Client, method, path string, form url.Values) answer {
	w.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(w.ctx, method, w.base+path, body)
	w.must(err)
	r.Header.Set("Accept-Language", "nb")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.Do(r)
	w.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	w.must(err)
	return answer{resp.StatusCode, resp.Header.Get("Location"), string(b), resp.Header.Get("Refresh")}
}

func (w *world) get(path string) answer { w.t.Helper(); return w.send(w.tablet, "GET", path, nil) }

func (w *world) post(path string, pairs ...string) answer {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return w.send(w.tablet, "POST", path, form)
}

// shows fails unless the page is there and holds the texts.
func (w *world) shows(a answer, texts ...string) {
	w.t.Helper()
	if a.code != http.StatusOK && a.code != http.StatusUnprocessableEntity {
		w.t.Fatalf("%d %s", a.code, a.to)
	}
	for _, s := range texts {
		if !strings.Contains(a.body, s) {
			w.t.Errorf("%q is not in %s", s, a.body)
		}
	}
}

func (w *world) hides(a answer, texts ...string) {
	w.t.Helper()
	webtest.Lacks(w.t, a.body, texts...)
}

func (w *world) goes(a answer, to string) {
	w.t.Helper()
	if a.code != http.StatusSeeOther || a.to != to {
		w.t.Fatalf("%d to %q, want %q: %s", a.code, a.to, to, a.body)
	}
}

// enrolled has rektor sign in on the machine, and let it in.
func (w *world) enrolled() {
	w.t.Helper()
	at, err := url.Parse(w.base)
	w.must(err)
	w.tablet.Jar.SetCookies(at, []*http.Cookie{w.In(w.kari)})
	w.shows(w.get("/skolen/sfo"), "Bruk denne maskinen på SFO")
	w.goes(w.post("/skolen/sfo/maskin", "name", "Nettbrettet på Base 1"), "/sfo-enhet")
	if a := w.get("/skolen/sfo"); a.code != http.StatusSeeOther || !strings.HasPrefix(a.to, "/logg-inn") {
		w.t.Errorf("rektor is still signed in on the machine: %d %s", a.code, a.to)
	}
}

const pinOfMona, pinOfPia = "739152", "528017"

func (w *world) pinPath(a tilhor.Actor) string { return "/sfo-enhet/kode/" + string(a.Person) }

// chosen gives somebody a PIN.
func (w *world) chosen(a tilhor.Actor, pin string) {
	w.t.Helper()
	code, err := w.desk.GiveCode(w.ctx, w.kari, a.Person)
	w.must(err)
	w.goes(w.post(w.pinPath(a), "code", code, "pin", pin, "again", pin), "/sfo-enhet/her")
	w.goes(w.post("/sfo-enhet/ut"), "/sfo-enhet?gjort=ut")
}

func (w *world) in(a tilhor.Actor, pin string) {
	w.t.Helper()
	w.goes(w.post(w.pinPath(a), "pin", pin), "/sfo-enhet/her")
}

// agreed gives somebody a measure for Nora, and its id.
func (w *world) agreed(a tilhor.Actor, what string) tilhor.MeasureID {
	w.t.Helper()
	hour := tilhor.When{At: w.Now().Add(-time.Hour), Precision: tilhor.Exact}
	c, err := w.concerns.Tell(w.ctx, w.kari, concerns.Telling{
		School: w.Solbakken, Pupils: []tilhor.PersonID{w.Person("nora")}, Saw: "Sto alene.", Arena: tilhor.ArenaSFO, Happened: hour, Known: hour,
	})
	w.must(err)
	all, err := w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{})
	w.must(err)
	w.must(w.cases.Protect(w.ctx, w.kari, all[0].Slug, cases.Urgent{What: what, Doer: a.Person, Start: "2026-11-23"}))
	f, err := w.cases.See(w.ctx, w.kari, all[0].Slug, "track")
	w.must(err)
	return f.Measures[0].ID
}

// A whole afternoon: rektor lets the machine in, Mona chooses a PIN, sees what
// she has agreed to, tells something, and leaves.
func TestAnAfternoonOnTheMachine(t *testing.T) {
	each(t, func(w *world) {
		w.enrolled()
		id := w.agreed(w.mona, "Mona setter i gang lek med Nora.")
		who := w.get("/sfo-enhet")
		w.shows(who, "Hvem er du?", "Mona", "Pia", "Trenger en startkode", "16.30", "Nettbrettet på Base 1", "Solbakken skole")
		w.hides(who, "Mona Lund", "Kari")
		w.shows(w.get(w.pinPath(w.mona)), "Be SFO-leder eller rektor om en startkode", "/s/"+string(w.Solbakken)+"/ansatt")

		code, err := w.desk.GiveCode(w.ctx, w.kari, w.mona.Person)
		w.must(err)
		a := w.post(w.pinPath(w.mona), "code", code, "pin", "123456", "again", "123456")
		w.shows(a, "lett å gjette")
		w.hides(a, "123456", code)
		w.goes(w.post(w.pinPath(w.mona), "code", code, "pin", pinOfMona, "again", pinOfMona), "/sfo-enhet/her")

		here := w.get("/sfo-enhet/her")
		if here.refresh != "310; url=/sfo-enhet" || w.get("/sfo-enhet/avtaler/"+string(id)).refresh == "" || w.get("/sfo-enhet/meld").refresh != "" {
			t.Error("a page with a name stays on the screen, or one that is written on does not")
		}
		w.shows(here, "PIN-koden din ble valgt i dag", "Startkoden ble laget i dag", "Var det ikke deg?")
		w.hides(here, "Den forrige PIN-koden")
		w.shows(here, "Hei, Mona", "N. D.", "/sfo-enhet/avtaler/"+string(id), "/sfo-enhet/meld", `action="/sfo-enhet/ut"`)
		w.hides(here, "Nora", "lek", `href="/i-dag"`, `href="/saker"`, `href="/varsler"`, "/logg-ut", `href="/ut"`)
		w.shows(w.get("/sfo-enhet/avtaler/"+string(id)), "Nora Dahl", "Mona setter i gang lek med Nora.")
		w.shows(w.post("/sfo-enhet/avtaler/"+string(id), "day", "2026-11-23"), "Trykk «Gjort»")
		w.goes(w.post("/sfo-enhet/avtaler/"+string(id), "day", "2026-11-23", "answer", "done", "line", "Det gikk fint."), "/sfo-enhet/her?notert=done")
		w.shows(w.get("/sfo-enhet/her"), "Gjort")

		tell := w.get("/sfo-enhet/meld")
		w.shows(tell, `action="/sfo-enhet/meld"`, "Nora Dahl")
		w.shows(tell, `class="t-exit" href="/sfo-enhet/bort"`)
		sent := w.post("/sfo-enhet/meld", "step", "3", "go", "send", "pupil", string(w.Person("nora")), "saw", "Hun ville ikke være med ut.", "arena", "sfo", "happened", "today", "known", "now")
		if sent.code != http.StatusSeeOther || !strings.HasPrefix(sent.to, "/sfo-enhet/sendt/") {
			t.Fatalf("it was sent, and answered with %d %s: %s", sent.code, sent.to, sent.body)
		}
		// The quick way out signs out here too, and only when our own page leads there.
		w.shows(w.get("/sfo-enhet/bort"), `href="/sfo-enhet`)
		w.goes(w.get(sent.to), "/sfo-enhet")
		w.in(w.mona, pinOfMona)
		receipt := w.get(sent.to)
		w.shows(receipt, "Det du skrev, er mottatt", "Kjennetegn", `<div class="t-qr"><svg`)
		// No file: it would lie on the machine that the next one uses.
		w.hides(receipt, "Hun ville ikke", "Nora", "download")
		w.goes(w.post("/sfo-enhet/ut"), "/sfo-enhet?gjort=ut")
		w.goes(w.get(sent.to), "/sfo-enhet")
		waiting, _, err := w.concerns.Waiting(w.ctx, w.kari)
		w.must(err)
		if len(waiting) != 1 || waiting[0].From != "Mona Lund" {
			t.Errorf("rektor has %d concerns", len(waiting))
		}
	})
}

// What SFO as a whole has agreed to holds for whoever is there: it stands by initials on
// the machine, and who taps it reads the words and ticks it off, for all of them.
func TestWhatSFOAsAWholeHasAgreedTo(t *testing.T) {
	each(t, func(w *world) {
		w.enrolled()
		id := w.agreed(tilhor.Actor{Person: cases.WholeSFO}, "En voksen er ved Nora når hun går ut.")
		w.chosen(w.mona, pinOfMona)
		w.chosen(w.pia, pinOfPia)
		for _, who := range []struct {
			a   tilhor.Actor
			pin string
		}{{w.mona, pinOfMona}, {w.pia, pinOfPia}} {
			w.in(who.a, who.pin)
			here := w.get("/sfo-enhet/her")
			w.shows(here, "N. D.", "/sfo-enhet/avtaler/"+string(id))
			w.hides(here, "Nora", "går ut")
			w.shows(w.get("/sfo-enhet/avtaler/"+string(id)), "Nora Dahl", "når hun går ut")
			if who.a == w.mona {
				w.goes(w.post("/sfo-enhet/avtaler/"+string(id), "day", "2026-11-23", "answer", "done"), "/sfo-enhet/her?notert=done")
			}
			w.shows(w.get("/sfo-enhet/her"), "Gjort")
			w.goes(w.post("/sfo-enhet/ut"), "/sfo-enhet?gjort=ut")
		}
	})
}

// On the machine only those who go to SFO are found, by the list of them or else by the
// years it is for: any other pupil is as one the school does not have, in the list, in a
// search, and when somebody knows the number.
func TestWhoIsFoundOnTheMachine(t *testing.T) {
	each(t, func(w *world) {
		w.enrolled()
		w.chosen(w.mona, pinOfMona)
		w.in(w.mona, pinOfMona)
		finds := func(name string, yes bool) {
			t.Helper()
			a := w.post("/sfo-enhet/meld", "step", "1", "go", "find", "find", name)
			if got := strings.Contains(a.body, `name="pupil"`); got != yes {
				t.Errorf("%s is found: %v", name, got)
			}
		}
		tells := func(who string) answer {
			return w.post("/sfo-enhet/meld", "step", "3", "go", "send", "pupil", who, "saw", "Hun gikk alene.", "arena", "sfo", "happened", "today", "known", "now")
		}
		finds("Nora", true)
		finds("Elias", true)
		finds("Tuva", false)
		for _, who := range []string{string(w.Person("tuva")), "finnes-ikke"} {
			a := tells(who)
			w.hides(a, "Tuva")
			if a.code != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Vi finner ikke en av elevene") {
				t.Errorf("%s: %d", who, a.code)
			}
		}
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(sfoGroup, webtest.Owner, w.Solbakken, []byte("s")); err != nil {
				return err
			}
			_, err := tx.Exec(goesToSFO, webtest.Owner, w.Solbakken, w.Person("tuva"))
			return err
		}))
		finds("Tuva", true)
		finds("Nora", false)
		if a := tells(string(w.Person("tuva"))); a.code != http.StatusSeeOther {
			t.Errorf("who goes to SFO: %d", a.code)
		}
	})
}

// The machine's cookies are good on its own pages and nowhere else; and without
// the machine, or with another's sign-in, its pages are as pages we do not have.
func TestAStolenCookie(t *testing.T) {
	each(t, func(w *world) {
		w.enrolled()
		w.chosen(w.mona, pinOfMona)
		w.in(w.mona, pinOfMona)
		at, err := url.Parse(w.base + "/sfo-enhet/her")
		w.must(err)
		cookies := w.tablet.Jar.Cookies(at)
		if len(cookies) != 2 {
			t.Fatalf("the machine holds %d cookies", len(cookies))
		}
		root, err := url.Parse(w.base + "/")
		w.must(err)
		if n := len(w.tablet.Jar.Cookies(root)); n != 0 {
			t.Errorf("%d cookies are sent to other pages", n)
		}
		// Somebody copies them into a browser of the own, for every page and as
		// every cookie.
		for _, name := range []string{"", "tilhor"} {
			for _, c := range cookies {
				thief := w.browser()
				for _, o := range cookies {
					thief.Jar.SetCookies(root, []*http.Cookie{{Name: o.Name, Value: o.Value, Path: "/"}})
				}
				if name != "" {
					thief.Jar.SetCookies(root, []*http.Cookie{{Name: name, Value: c.Value, Path: "/"}})
				}
				for _, path := range []string{"/i-dag", "/bekymringer", "/bekymringer/ny", "/saker", "/kladder", "/skolen/sfo"} {
					if a := w.send(thief, "GET", path, nil); a.code == http.StatusOK || strings.HasPrefix(a.to, "/sfo-enhet") {
						t.Errorf("%s as %q: %d %s", path, name, a.code, a.to)
					}
				}
			}
		}
		// Mona's ordinary sign-in opens nothing here, in another browser or in hers
		// with the machine's.
		own := w.browser()
		own.Jar.SetCookies(root, []*http.Cookie{w.In(w.mona)})
		missing := w.send(own, "GET", "/finnes-ikke", nil)
		for _, path := range []string{"/sfo-enhet", w.pinPath(w.mona), "/sfo-enhet/her", "/sfo-enhet/meld"} {
			a := w.send(own, "GET", path, nil)
			if a.code != http.StatusNotFound || strings.ReplaceAll(a.body, path, "") != strings.ReplaceAll(missing.body, "/finnes-ikke", "") {
				t.Errorf("%s without the machine: %d", path, a.code)
			}
		}
		for _, c := range cookies { // an ordinary sign-in in the name of the machine's
			if c.Name == "tilhor-sfo" {
				w.tablet.Jar.SetCookies(at, []*http.Cookie{{Name: c.Name, Value: w.In(w.mona).Value, Path: "/sfo-enhet"}})
			}
		}
		w.goes(w.get("/sfo-enhet/her"), "/sfo-enhet")
	})
}

// Who comes next is asked who it is, and sees nothing of the one before: not
// when she signed out, and not when she only walked away.
func TestTwoAfterEachOther(t *testing.T) {
	each(t, func(w *world) {
		w.enrolled()
		w.chosen(w.mona, pinOfMona)
		w.chosen(w.pia, pinOfPia)
		id := w.agreed(w.mona, "Mona setter i gang lek med Nora.")
		w.in(w.mona, pinOfMona)
		w.shows(w.get("/sfo-enhet/her"), "N. D.")
		w.in(w.pia, pinOfPia) // without a sign-out between
		here := w.get("/sfo-enhet/her")
		w.shows(here, "Hei, Pia", "Du har ingen avtaler i dag")
		w.hides(here, "N. D.", "Mona")
		if a := w.get("/sfo-enhet/avtaler/" + string(id)); a.code != http.StatusNotFound {
			t.Errorf("Pia opens Mona's: %d", a.code)
		}
		if a := w.post("/sfo-enhet/avtaler/"+string(id), "day", "2026-11-23", "answer", "done"); a.code != http.StatusNotFound {
			t.Errorf("Pia answers Mona's: %d", a.code)
		}
		w.Later(4 * time.Minute)
		w.shows(w.get("/sfo-enhet/her"), "Hei, Pia")
		w.Later(5*time.Minute + time.Second)
		w.goes(w.get("/sfo-enhet/her"), "/sfo-enhet")
		w.shows(w.get("/sfo-enhet"), "Hvem er du?")
	})
}

// What was written when the sign-in had ended is there again after the PIN, for
// the one who wrote it; and it waits for her at her own sign-in.
func TestATextThatWasCutOff(t *testing.T) {
	each(t, func(w *world) {
		w.enrolled()
		w.chosen(w.mona, pinOfMona)
		w.chosen(w.pia, pinOfPia)
		w.in(w.mona, pinOfMona)
		w.Later(6 * time.Minute)
		a := w.post("/sfo-enhet/meld", "step", "2", "saw", "Han gjemte seg bak skuret hele ettermiddagen.")
		if a.code != http.StatusSeeOther || !strings.HasPrefix(a.to, "/sfo-enhet?kladd=") {
			t.Fatalf("%d %s", a.code, a.to)
		}
		kept := strings.TrimPrefix(a.to, "/sfo-enhet?kladd=")
		w.shows(w.get(a.to), "er tatt vare på", w.pinPath(w.mona)+"?kladd="+kept)
		page := w.get(w.pinPath(w.mona) + "?kladd=" + kept)
		w.shows(page, `name="kladd" value="`+kept+`"`)
		wrong := w.post(w.pinPath(w.mona), "pin", "739150", "kladd", kept)
		w.shows(wrong, "PIN-koden stemmer ikke")
		if n := strings.Count(wrong.body, `name="kladd"`); n != 1 {
			t.Errorf("the text goes along %d times", n)
		}
		w.goes(w.post(w.pinPath(w.pia), "pin", pinOfPia, "kladd", kept), "/sfo-enhet/meld?kladd="+kept)
		w.hides(w.get("/sfo-enhet/meld?kladd="+kept), "gjemte seg")
		w.goes(w.post(w.pinPath(w.mona), "pin", pinOfMona, "kladd", kept), "/sfo-enhet/meld?kladd="+kept)
		w.shows(w.get("/sfo-enhet/meld?kladd="+kept), "Han gjemte seg bak skuret")
		own := w.browser()
		root, err := url.Parse(w.base + "/")
		w.must(err)
		own.Jar.SetCookies(root, []*http.Cookie{w.In(w.mona)})
		w.shows(w.send(own, "GET", "/kladder/"+kept, nil), "Han gjemte seg bak skuret", "/bekymringer/ny?kladd="+kept)
	})
}

// At closing time it is over, in the middle of a word.
func TestClosingTime(t *testing.T) {
	each(t, func(w *world) {
		w.enrolled()
		w.chosen(w.mona, pinOfMona)
		w.Later(6*time.Hour + 29*time.Minute)
		w.in(w.mona, pinOfMona)
		w.shows(w.get("/sfo-enhet/her"), "Hei, Mona")
		w.Later(time.Minute)
		w.goes(w.get("/sfo-enhet/her"), "/sfo-enhet")
		closed := w.get("/sfo-enhet")
		w.shows(closed, "SFO er stengt nå", "55 00 00 00", "112", "/s/"+string(w.Solbakken)+"/ansatt")
		w.hides(closed, "Mona", "Pia")
		w.goes(w.get(w.pinPath(w.mona)), "/sfo-enhet")
		w.goes(w.post(w.pinPath(w.mona), "pin", pinOfMona), "/sfo-enhet")
		a := w.post("/sfo-enhet/meld", "step", "2", "saw", "Han gjemte seg bak skuret hele ettermiddagen.")
		if a.code != http.StatusSeeOther || !strings.HasPrefix(a.to, "/sfo-enhet?kladd=") {
			t.Fatalf("%d %s", a.code, a.to)
		}
		w.shows(w.get(a.to), "SFO stengte mens du skrev")
		w.Later(14*time.Hour + 30*time.Minute) // seven the next morning: the old sign-in is over
		w.goes(w.get("/sfo-enhet/her"), "/sfo-enhet")
		w.shows(w.get("/sfo-enhet"), "Hvem er du?")
	})
}

// Five wrong ones lock it; the leader opens it on the page, and a machine that
// is taken back is no machine.
func TestLockedAndTakenBack(t *testing.T) {
	each(t, func(w *world) {
		w.enrolled()
		w.chosen(w.mona, pinOfMona)
		for range 4 {
			w.shows(w.post(w.pinPath(w.mona), "pin", "739150"), "PIN-koden stemmer ikke")
		}
		w.shows(w.post(w.pinPath(w.mona), "pin", "739150"), "låst etter fem feil")
		w.shows(w.post(w.pinPath(w.mona), "pin", pinOfMona), "låst etter fem feil")
		rektor := w.browser()
		root, err := url.Parse(w.base + "/")
		w.must(err)
		rektor.Jar.SetCookies(root, []*http.Cookie{w.In(w.kari)})
		w.shows(w.send(rektor, "GET", "/skolen/sfo", nil), "Låst etter fem feil", "Lås opp")
		w.goes(w.send(rektor, "POST", "/skolen/sfo/las-opp", url.Values{"person": {string(w.mona.Person)}}), "/skolen/sfo?gjort=sfo-last-opp")
		w.in(w.mona, pinOfMona)

		// A new code is shown once, and takes the sign-in with the old PIN.
		w.goes(w.send(rektor, "POST", "/skolen/sfo/kode", url.Values{"person": {string(w.mona.Person)}}), "/skolen/sfo")
		code := regexp.MustCompile(`<p class="t-h1">(\d{6})</p>`)
		if !code.MatchString(w.send(rektor, "GET", "/skolen/sfo", nil).body) || code.MatchString(w.send(rektor, "GET", "/skolen/sfo", nil).body) {
			t.Error("a code is not shown once")
		}
		w.goes(w.get("/sfo-enhet/her"), "/sfo-enhet")

		b, err := w.desk.Look(w.ctx, w.kari)
		w.must(err)
		w.goes(w.send(rektor, "POST", "/skolen/sfo/maskin/tilbake", url.Values{"device": {b.Devices[0].ID}}), "/skolen/sfo?gjort=sfo-tatt-tilbake")
		for _, path := range []string{"/sfo-enhet", "/sfo-enhet/her", w.pinPath(w.mona)} {
			if a := w.get(path); a.code != http.StatusNotFound {
				t.Errorf("%s on a machine that was taken back: %d %s", path, a.code, a.to)
			}
		}
	})
}

// A sign-in is one machine's and one PIN's: it ends when a new PIN is chosen on
// another machine, and cannot be carried to one.
func TestASignInIsOneMachines(t *testing.T) {
	each(t, func(w *world) {
		first := w.tablet
		w.enrolled()
		w.chosen(w.mona, pinOfMona)
		w.in(w.mona, pinOfMona)
		at, err := url.Parse(w.base + "/sfo-enhet/her")
		w.must(err)
		w.tablet = w.browser()
		w.enrolled()
		for _, c := range first.Jar.Cookies(at) {
			if c.Name == "tilhor-sfo" {
				w.tablet.Jar.SetCookies(at, []*http.Cookie{{Name: c.Name, Value: c.Value, Path: "/sfo-enhet"}})
			}
		}
		w.goes(w.get("/sfo-enhet/her"), "/sfo-enhet")
		if a := w.send(first, "GET", "/sfo-enhet/her", nil); a.code != http.StatusOK {
			t.Fatalf("the sign-in is over where it was made: %d", a.code)
		}
		w.chosen(w.mona, pinOfPia)
		w.goes(w.send(first, "GET", "/sfo-enhet/her", nil), "/sfo-enhet")
	})
}

// The hours are put right where they were typed, and nothing typed is lost.
func TestTheLeadersPage(t *testing.T) {
	each(t, func(w *world) {
		rektor := w.browser()
		root, err := url.Parse(w.base + "/")
		w.must(err)
		rektor.Jar.SetCookies(root, []*http.Cookie{w.In(w.kari)})
		a := w.send(rektor, "POST", "/skolen/sfo/tider", url.Values{"opens-1": {"sju"}, "closes-1": {"16.30"}, "opens-2": {"16"}, "closes-2": {"7"}})
		w.shows(a, `value="sju"`)
		if a.code != http.StatusUnprocessableEntity {
			t.Errorf("%d", a.code)
		}
		w.shows(w.send(rektor, "POST", "/skolen/sfo/tider", url.Values{"opens-2": {"16"}, "closes-2": {"7"}}), "Dere må åpne før dere stenger", `value="16"`)
		w.goes(w.send(rektor, "POST", "/skolen/sfo/tider", url.Values{"opens-2": {"7.15"}, "closes-2": {"17"}}), "/skolen/sfo?gjort=sfo-tider")
		w.shows(w.send(rektor, "GET", "/skolen/sfo", nil), `value="07:15"`, `value="17:00"`, "Ingen maskin er tatt i bruk")
		w.shows(w.send(rektor, "POST", "/skolen/sfo/dag", url.Values{"day": {""}, "opens": {"8"}, "closes": {"16"}}), "Skriv en dag fra i dag", `value="8"`)
		w.shows(w.send(rektor, "POST", "/skolen/sfo/dag", url.Values{"day": {"28.11.2026"}, "opens": {"16"}, "closes": {"8"}}), "Dere må åpne før dere stenger", `value="28.11.2026"`)
		w.goes(w.send(rektor, "POST", "/skolen/sfo/dag", url.Values{"day": {"28.11.2026"}, "opens": {"8"}, "closes": {"11.30"}}), "/skolen/sfo?gjort=sfo-dag")
		w.goes(w.send(rektor, "POST", "/skolen/sfo/dag", url.Values{"day": {"24.12.2026"}}), "/skolen/sfo?gjort=sfo-dag")
		w.shows(w.send(rektor, "GET", "/skolen/sfo?gjort=sfo-dag", nil), "Dagen er lagret", "Åpen fra 08:00 til 11:30", "Stengt")
		w.goes(w.send(rektor, "POST", "/skolen/sfo/dag/tilbake", url.Values{"day": {"2026-11-28"}}), "/skolen/sfo?gjort=sfo-dag-tilbake")
		if a := w.send(rektor, "GET", "/skolen/sfo", nil); strings.Contains(a.body, "08:00") {
			t.Error("the day is there still")
		}
		w.shows(w.send(rektor, "POST", "/skolen/sfo/maskin", url.Values{"name": {" "}}), "Gi maskinen et navn")
		ina := w.browser()
		ina.Jar.SetCookies(root, []*http.Cookie{w.As(tilhor.RoleSocialTeacher, w.Solbakken)})
		if a := w.send(ina, "GET", "/skolen/sfo", nil); a.code != http.StatusNotFound {
			t.Errorf("who does not lead SFO: %d", a.code)
		}
		w.must(w.cases.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.Actor(tilhor.RoleSocialTeacher, w.Solbakken).Person, Task: cases.LeadsSFO, From: "2026-11-23"}))
		w.shows(w.send(ina, "GET", "/skolen/sfo", nil), "Mona Lund")
		w.must(w.cases.TakeBack(w.ctx, w.kari, w.Actor(tilhor.RoleSocialTeacher, w.Solbakken).Person, cases.LeadsSFO))
		if a := w.send(ina, "GET", "/skolen/sfo", nil); a.code != http.StatusNotFound {
			t.Errorf("who does not lead SFO any more: %d", a.code)
		}
	})
}
