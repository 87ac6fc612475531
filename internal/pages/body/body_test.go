package body_test

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/pages/body"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// A world is the SMU at Solbakken on its pages: Marit leads it, Nora is a pupil in
// it, Jonas a teacher. Kari is rektor, and no member. It is Monday 23 November.
type world struct {
	*webtest.Town
	t                               *testing.T
	ctx                             context.Context
	desk                            *bodies.Desk
	kari, marit, nora, jonas, anne  *http.Cookie
	kariActor, maritActor, noraSelf tilhor.Actor
	slug                            string
}

var others = []string{
	"/", "/tilgjengelighet", "/personvern", "/hjelp", "/logg-inn", "/logg-ut", "/i-dag", "/skolen", "/skoler", "/min/si", "/bekymringer/ny", "/s/solbakken", "/s/fjellvik",
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(settled(t, d)) })
}

func worldOn(t *testing.T) *world { return settled(t, dbtest.SQLite(t)) }

// settled is the SMU set up and its seats given, on the pages.
func settled(t *testing.T, d *db.DB) *world {
	t.Helper()
	town := webtest.NewTown(t, d)
	k := town.Kit
	w := &world{Town: town, t: t, ctx: context.Background()}
	w.desk = &bodies.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
	town.Site.Mount((&body.Pages{Bodies: w.desk}).Routes())
	w.kariActor, w.maritActor, w.noraSelf = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleParent, town.Solbakken), town.Actor(tilhor.RolePupil, town.Solbakken)
	w.kari, w.marit, w.nora, w.jonas, w.anne = w.In(w.kariActor), w.In(w.maritActor), w.In(w.noraSelf), w.As(tilhor.RoleTeacher, w.Solbakken), w.As(tilhor.RoleOwnerAdviser, "")
	w.slug = part(w.sent(w.kari, "/skolen/rad", "do", "nytt", "nytt-kind", "smu", "nytt-name", "Skolemiljøutvalget"), 2)
	w.sent(w.kari, "/skolen/rad/"+w.slug, "do", "plass", "plass-person", string(w.Person("nora")), "plass-part", "parent", "plass-office", "leader")
	w.sent(w.kari, "/skolen/rad/"+w.slug, "do", "plass", "plass-person", string(w.Person("nora")), "plass-part", "pupil")
	w.sent(w.kari, "/skolen/rad/"+w.slug, "do", "plass", "plass-person", string(w.Person("teacher-solbakken")), "plass-part", "staff", "plass-office", "secretary")
	return w
}

func part(path string, n int) string {
	path, _, _ = strings.Cut(path, "?")
	return strings.Split(strings.Trim(path, "/"), "/")[n]
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// sent sends a form that must be taken, and gives where it leads.
func (w *world) sent(c *http.Cookie, path string, pairs ...string) string {
	w.t.Helper()
	r := w.Post(c, path, form(pairs...))
	if r.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("%s %v: %d\n%s", path, pairs, r.StatusCode, text(w.body(r)))
	}
	return r.Header.Get("Location")
}

// refused sends a form that must come back with what was typed and these words.
func (w *world) refused(c *http.Cookie, path string, v url.Values, words ...string) string {
	w.t.Helper()
	r := w.Post(c, path, v)
	webtest.New(w.Site, others...).Check(w.t, r, nil)
	b := w.body(r)
	if r.StatusCode != http.StatusUnprocessableEntity {
		w.t.Fatalf("%s: %d", path, r.StatusCode)
	}
	w.says(b, words...)
	return b
}

func (w *world) body(r *http.Response) string {
	w.t.Helper()
	b, err := io.ReadAll(r.Body)
	w.must(err)
	return string(b)
}

var tags = regexp.MustCompile(`<[^>]*>`)

func text(b string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(b, " "))), " ")
}

func (w *world) says(b string, words ...string) {
	w.t.Helper()
	for _, s := range words {
		if !strings.Contains(text(b), s) && !strings.Contains(b, html.EscapeString(s)) {
			w.t.Errorf("it does not say %q:\n%s", s, text(b))
		}
	}
}

// shows visits a page in every language, holds it against the battery, and gives the
// bokmål one, which must say these words.
func (w *world) shows(c *http.Cookie, path string, words ...string) string {
	w.t.Helper()
	battery, bokmal := webtest.New(w.Site, append([]string{"/s/" + w.code()}, others...)...), ""
	for _, l := range []string{"nb", "nn", "en"} {
		r := w.Get(c, path+"?l="+l)
		if r.StatusCode != http.StatusOK {
			w.t.Fatalf("%s: %d", path, r.StatusCode)
		}
		battery.Check(w.t, r, nil)
		if l == "nb" {
			bokmal = w.body(r)
		}
	}
	w.says(bokmal, words...)
	return bokmal
}

func (w *world) lacks(b string, words ...string) {
	w.t.Helper()
	webtest.Lacks(w.t, b, words...)
}

func (w *world) room() string { return "/rad/" + w.slug }

// meet sets a meeting up, and gives its address.
func (w *world) meet(day string) string {
	w.t.Helper()
	to, _, _ := strings.Cut(w.sent(w.marit, w.room(), "do", "mote", "mote-on", day, "mote-clock", "18.00", "mote-place", "Biblioteket"), "?")
	return to
}

// item puts a matter on an agenda, and gives its address.
func (w *world) item(meeting, title string, more ...string) string {
	w.t.Helper()
	w.sent(w.marit, meeting, append([]string{"do", "sak", "sak-title", title, "sak-text", "Papir om " + title}, more...)...)
	b := w.body(w.Get(w.marit, meeting))
	m := regexp.MustCompile(`href="(/rad/[^"]+/saker/[^"]+)">\d+\. ` + regexp.QuoteMeta(title)).FindStringSubmatch(b)
	if m == nil {
		w.t.Fatalf("%s is not on the agenda:\n%s", title, b)
	}
	return m[1]
}

// From the first meeting to the hand-over, on the pages.
func TestAYearInTheRoom(t *testing.T) {
	each(t, func(w *world) {
		w.shows(w.marit, "/rad", "Skolemiljøutvalget", "Solbakken skole")
		w.shows(w.marit, w.room(), "Ingen møter er satt opp", "Sett opp møtet", "Hvem som er med", "Marit Dahl", "Jonas Lund", "Leder, forelder")
		w.refused(w.marit, w.room(), form("do", "mote", "mote-on", "", "mote-clock", "x", "mote-place", "Biblioteket"), "Skriv dagen", "Biblioteket")
		w.refused(w.marit, w.room(), form("do", "mote", "mote-on", "3.12.2026", "mote-clock", "kveld"), "Skriv klokkeslettet")
		m := w.meet("03.12.2026")
		w.shows(w.nora, w.room(), "Neste møte er torsdag 3. desember", "Se saklista", "Kl. 18.00, Biblioteket", "Satt opp, ikke innkalt")
		w.says(w.shows(w.marit, w.room()), "Gjør saklista klar")
		w.shows(w.marit, m, "Skolemiljøet", "Fast sak på hvert møte", "Kall inn til møtet", "Hvem er invitert?")
		i := w.item(m, "Skolegården")
		w.shows(w.marit, i, "Papir om Skolegården", "Flytt opp")
		w.sent(w.marit, i, "do", "opp")
		w.says(w.shows(w.nora, m), "1. Skolegården", "2. Har alle det bra her?")
		w.sent(w.marit, i, "do", "endre", "endre-title", "Skolegården i vinter", "endre-text", "Is og mørke.")
		w.refused(w.marit, i, form("do", "endre", "endre-title", "Skolegården", "endre-text", "Fredrik faller."), "Det ser ut som det står et navn", "Fredrik faller.", "Det er ikke et navn på noen")
		w.sent(w.marit, m, "do", "innkall")
		w.shows(w.nora, m+"/innkalling", "Innkalling til møte i Skolemiljøutvalget", "Lederen kalte inn", "Is og mørke.", "Biblioteket")
		w.lacks(w.body(w.Get(w.nora, m)), "Kall inn til møtet", "Legg til en sak", "Inviter")
		w.refused(w.marit, m, form("do", "avlys"), "Kryss av hvis du er sikker")
		w.refused(w.marit, i, form("do", "fjern"), "Kryss av hvis du er sikker")
		w.refused(w.marit, m+"/referat", form("do", "oppmote", "oppmote-present", string(w.noraSelf.Person)), "Møtet har ikke vært ennå")

		// The day of the meeting.
		w.Later(10 * 24 * 60 * 60 * 1e9)
		w.marit, w.nora, w.jonas, w.kari = w.In(w.maritActor), w.In(w.noraSelf), w.As(tilhor.RoleTeacher, w.Solbakken), w.In(w.kariActor)
		w.says(w.shows(w.marit, w.room()), "Skriv referatet")
		w.shows(w.marit, m+"/referat", "2 av 3 må være der", "Kryss av for dem som var der", "Skriv først hvem som var der")
		w.refused(w.marit, m+"/referat", form("do", "oppmote"), "Kryss av for dem som var der.")
		w.refused(w.marit, i, form("do", "vedtak", "vedtak-text", "Vi vil ha lys ute.", "vedtak-for", "2"), "Skriv først hvem som var der", "Vi vil ha lys ute.")
		w.sent(w.marit, m+"/referat", "do", "oppmote", "oppmote-present", string(w.maritActor.Person), "oppmote-present", string(w.noraSelf.Person))
		w.refused(w.marit, i, form("do", "vedtak", "vedtak-text", "Vi vil ha lys ute.", "vedtak-for", "to"), "Skriv et tall", "Vi vil ha lys ute.")
		w.sent(w.marit, i, "do", "vedtak", "vedtak-text", "Vi vil ha lys ute.", "vedtak-for", "1", "vedtak-against", "1", "vedtak-dissent", "Det koster for mye.", "vedtak-dissent-by", "parent")
		w.sent(w.jonas, i, "do", "gjore", "gjore-what", "Spørre kommunen om lys", "gjore-who", string(w.noraSelf.Person), "gjore-due", "11.12.2026")
		w.refused(w.marit, i, form("do", "gjore", "gjore-what", "Noe"), "Velg hvem som gjør det", "Noe")
		w.shows(w.marit, i, "1 for, 1 mot", "Uenig: forelder", "Spørre kommunen om lys")
		next := w.meet("20.01.2027")
		w.shows(w.nora, next, "Dette er ikke gjort ennå", "Spørre kommunen om lys", "Hvem: Nora Dahl")
		if r := w.Get(nil, "/s/solbakken/rad/"+part(m, 3)); r.StatusCode != http.StatusNotFound {
			t.Errorf("a draft is public: %d", r.StatusCode)
		}
		if r := w.Post(w.jonas, m+"/referat", form("do", "godkjenn", "godkjenn-nameless", "yes")); r.StatusCode != http.StatusNotFound {
			t.Errorf("the secretary approves: %d", r.StatusCode)
		}
		w.refused(w.marit, m+"/referat", form("do", "godkjenn"), "Les gjennom først")
		w.sent(w.marit, i, "do", "vedtak", "vedtak-text", "Vi vil ha lys ute, sa Fredrik.")
		w.refused(w.marit, m+"/referat", form("do", "godkjenn", "godkjenn-nameless", "yes"), "Det ser ut som det står et navn")
		w.sent(w.marit, m+"/referat", "do", "godkjenn", "godkjenn-nameless", "yes", "godkjenn-no-name", "yes")
		w.sent(w.marit, m+"/referat", "do", "trekk")
		w.sent(w.marit, i, "do", "vedtak", "vedtak-text", "Vi vil ha lys ute.", "vedtak-for", "1", "vedtak-against", "1", "vedtak-dissent", "Det koster for mye.", "vedtak-dissent-by", "parent")
		w.sent(w.marit, m+"/referat", "do", "godkjenn", "godkjenn-nameless", "yes")
		w.shows(w.nora, m+"/referat", "Lederen har godkjent referatet", "2 av 3 var der.", "Det er nok til å bestemme.")

		// What everybody reads.
		code := w.code()
		w.shows(nil, "/s/"+code+"/rad", "Skolemiljøutvalget", "3. desember 2026")
		b := w.shows(nil, "/s/"+code+"/rad/"+part(m, 3), "Vi vil ha lys ute.", "1 for, 1 mot", "Ikke vedtatt: det var like mange for og mot", "Det koster for mye.", "(elev)", "Leder 1", "Elever 1")
		w.lacks(b, "Marit", "Nora", "Jonas", "Dahl")
		w.shows(nil, "/kommunens-rad", "Ingen referater er godkjent ennå")
		w.sent(w.nora, w.room(), "do", "gjort", "action", w.action(w.nora))
		w.lacks(w.body(w.Get(w.nora, next)), "Spørre kommunen")

		w.shows(w.marit, w.room()+"/ar", "Dette er et forslag", "Tall fra elevundersøkelsen")
		w.refused(w.marit, w.room()+"/ar", form("do", "ar", "ar-m09", "Se sak k4m2xq"), "Det ser ut som dette gjelder ett barn", "Se sak k4m2xq")
		w.sent(w.marit, w.room()+"/ar", "do", "ar", "ar-m12", "Lys i gården")
		w.lacks(w.shows(w.nora, w.room()+"/ar", "Lys i gården"), "Tall fra", "<textarea")
		w.shows(w.nora, w.room()+"/overlevering", "Skolegården i vinter", "Vi vil ha lys ute.", "Lys i gården", "Ingenting venter", "20. januar")
		w.sent(w.marit, m+"/referat", "do", "trekk")
		if r := w.Get(nil, "/s/"+code+"/rad/"+part(m, 3)); r.StatusCode != http.StatusNotFound {
			t.Errorf("taken back, and public: %d", r.StatusCode)
		}
		w.sent(w.marit, next, "do", "flytt-mote", "flytt-mote-on", "21.01.2027", "flytt-mote-clock", "17")
		w.sent(w.marit, next, "do", "avlys", "avlys-cancel", "yes")
	})
}

// action is what waits for somebody, as the form on the page has it.
func (w *world) action(c *http.Cookie) string {
	m := regexp.MustCompile(`name="action" value="([^"]+)"`).FindStringSubmatch(w.body(w.Get(c, w.room())))
	if m == nil {
		w.t.Fatal("nothing waits")
	}
	return m[1]
}

func (w *world) code() (code string) {
	w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
		s, err := w.Kit.Roster.School(tx, webtest.Owner, w.Solbakken)
		code = web.SchoolCode(s)
		return err
	}))
	return code
}

// Whoever leads the school is answered as if there were no such room; invited, she
// comes into one meeting.
func TestRektorStaysOutside(t *testing.T) {
	each(t, func(w *world) {
		m, other := w.meet("03.12.2026"), w.meet("10.12.2026")
		i := w.item(m, "Skolegården")
		gone := func(path string) {
			t.Helper()
			missing := regexp.MustCompile(`/[a-z2-7]{10}`).ReplaceAllString(path, "/zzzzzzzzzz")
			for _, post := range []bool{false, true} {
				ask := func(path string) string {
					r := w.Get(w.kari, path)
					if post {
						r = w.Post(w.kari, path, form("do", "sak", "sak-title", "Nå"))
					}
					if r.StatusCode != http.StatusNotFound && r.StatusCode != http.StatusMethodNotAllowed {
						t.Errorf("%s: %d", path, r.StatusCode)
					}
					return strings.ReplaceAll(w.body(r), path, "")
				}
				if a, b := unkeyed(ask(path)), unkeyed(ask(missing)); a != b {
					t.Errorf("%s is told from what is missing", path)
				}
			}
		}
		for _, path := range []string{w.room(), w.room() + "/ar", w.room() + "/overlevering", m, m + "/innkalling", m + "/referat", m + "/kalender.ics", i} {
			gone(path)
		}
		w.lacks(w.body(w.Get(w.kari, "/rad")), "Skolemiljøutvalget")
		w.sent(w.marit, m, "do", "inviter", "inviter-person", string(w.kariActor.Person))
		w.refused(w.marit, m, form("do", "inviter", "inviter-person", string(w.kariActor.Person)), "invitert fra før")
		w.shows(w.kari, "/rad", "Møter du er invitert til", "Torsdag 3. desember")
		w.shows(w.kari, m, "Du er invitert til dette møtet", "Skolegården")
		w.shows(w.kari, m+"/referat", "Dette er en kladd")
		for _, path := range []string{w.room(), w.room() + "/overlevering", other, other + "/kalender.ics"} {
			gone(path)
		}
		w.sent(w.marit, m, "do", "ikke-inviter", "guest", w.hidden(w.marit, m, "guest"))
		gone(m)
		w.shows(w.kari, "/skolen/rad", "Skolemiljøutvalget", "3 medlemmer", "Elevrådet er ikke satt opp her.", "opplæringslova § 10-5")
		w.lacks(w.shows(w.kari, "/skolen/rad/"+w.slug, "Nora Dahl", "Reglene", "Plasser: 3 elever, 3 foreldre"), "Skolegården", "Gå inn i rommet")
	})
}

var keys = regexp.MustCompile(`\b[a-z2-7]{10,26}\b`)

func unkeyed(s string) string { return keys.ReplaceAllString(s, "") }

func (w *world) hidden(c *http.Cookie, path, name string) string {
	m := regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindStringSubmatch(w.body(w.Get(c, path)))
	if m == nil {
		w.t.Fatalf("no %s on %s", name, path)
	}
	return m[1]
}

// What is confidential is on no page of a pupil's, is not in the calendar, and has no
// address.
func TestAPupilReadsNothingConfidential(t *testing.T) {
	each(t, func(w *world) {
		m := w.meet("23.11.2026")
		w.item(m, "Før")
		hidden := w.item(m, "Hemmelig sak", "sak-shut", "yes")
		w.item(m, "Etter")
		w.sent(w.marit, m+"/referat", "do", "oppmote", "oppmote-present", string(w.maritActor.Person), "oppmote-present", string(w.Person("teacher-solbakken")))
		w.sent(w.marit, hidden, "do", "vedtak", "vedtak-text", "Hemmelig vedtak")
		w.sent(w.marit, hidden, "do", "gjore", "gjore-what", "Hemmelig gjøremål", "gjore-who", "school")
		w.shows(w.marit, m, "4. Hemmelig sak", "Fortrolig: elevene går ut", "kommunens forskrift")
		w.shows(w.jonas, hidden, "Hemmelig vedtak")
		pages := []string{"/rad", w.room(), w.room() + "/ar", w.room() + "/overlevering", m, m + "/innkalling", m + "/referat"}
		blind := func() {
			t.Helper()
			for _, path := range append(pages, m+"/kalender.ics") {
				b := w.body(w.Get(w.nora, path))
				w.lacks(b, "emmelig", "ortrolig:", part(hidden, 5))
			}
			w.says(w.body(w.Get(w.nora, m)), "2. Før", "3. Etter")
			for _, r := range []*http.Response{w.Get(w.nora, hidden), w.Get(w.nora, strings.Replace(hidden, part(hidden, 5), "zzzzzzzzzz", 1)), w.Post(w.nora, hidden, form("do", "opp"))} {
				if r.StatusCode != http.StatusNotFound {
					t.Errorf("by its address: %d", r.StatusCode)
				}
			}
		}
		blind()
		w.sent(w.marit, m+"/referat", "do", "godkjenn", "godkjenn-nameless", "yes")
		blind()
		w.lacks(w.body(w.Get(nil, "/s/"+w.code()+"/rad/"+part(m, 3))), "emmelig")
		// A pupil who leads is asked for nothing that cannot be answered.
		w.sent(w.kari, "/skolen/rad/"+w.slug, "do", "ta-tilbake", "seat", w.seatOf(w.noraSelf.Person))
		w.sent(w.kari, "/skolen/rad/"+w.slug, "do", "plass", "plass-person", string(w.noraSelf.Person), "plass-part", "pupil", "plass-office", "leader")
		w.sent(w.nora, m+"/referat", "do", "trekk")
		blind()
		w.lacks(w.shows(w.nora, m, "Legg til en sak"), "sak-shut", "inviter-shut")
		w.refused(w.nora, m, form("do", "sak", "sak-title", "Noe", "sak-shut", "yes"), "Du kan ikke gjøre en sak fortrolig")
	})
}

func (w *world) seatOf(p tilhor.PersonID) string {
	k, err := w.desk.Kept(w.ctx, w.kariActor, w.slug)
	w.must(err)
	for _, m := range k.Members {
		if m.Person == p {
			return m.Seat
		}
	}
	w.t.Fatal("no seat")
	return ""
}

// One child's case is refused kindly: what was typed stands there still, and the way
// to who can help.
func TestOneChildsCaseIsShownTheWay(t *testing.T) {
	each(t, func(w *world) {
		m := w.meet("03.12.2026")
		for _, v := range []url.Values{
			form("do", "sak", "sak-title", "Gutten på bussen", "sak-text", "Han gråter.", "sak-pupil", "yes"),
			form("do", "sak", "sak-title", "Gutten på bussen", "sak-text", "Se saksnummer abcdef. Han gråter."),
			form("do", "sak", "sak-title", "Gutten på bussen", "sak-text", "/saker/abcdefghij Han gråter."),
		} {
			b := w.refused(w.marit, m, v, "Saker om ett barn hører ikke hjemme her", "Si ifra her", "Gutten på bussen", "Han gråter.")
			if !strings.Contains(b, `href="/min/si"`) {
				t.Error("the way is not shown")
			}
		}
		w.lacks(w.body(w.Get(w.marit, m)), "Gutten")
		w.says(w.refused(w.jonas, m, form("do", "sak", "sak-title", "Gutten", "sak-pupil", "yes")), "Meld fra her")
	})
}

// The calendar says when, and nothing else.
func TestTheCalendar(t *testing.T) {
	each(t, func(w *world) {
		m := w.meet("03.12.2026")
		w.item(m, "Skolegården")
		r := w.Get(w.nora, m+"/kalender.ics")
		b := w.body(r)
		if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/calendar") {
			t.Fatal(r.StatusCode, r.Header)
		}
		for _, s := range []string{"SUMMARY:Møte\n", "DTSTART:20261203T170000Z", "CLASS:PRIVATE"} {
			if !strings.Contains(b, s) {
				t.Errorf("no %q in\n%s", s, b)
			}
		}
		w.lacks(b, "Skole", "Biblioteket", "SMU", "DESCRIPTION", "LOCATION")
	})
}

// What a body is, is written as the regulation has it; who sets up does not come in.
func TestSettingUp(t *testing.T) {
	each(t, func(w *world) {
		w.refused(w.kari, "/skolen/rad", form("do", "nytt", "nytt-name", "Noe"), "Velg hva slags råd")
		w.refused(w.kari, "/skolen/rad", form("do", "nytt", "nytt-kind", "other"), "Skriv hva det heter")
		at := "/skolen/rad/" + w.slug
		w.sent(w.kari, at, "do", "regler", "regler-name", "SMU", "regler-seats-pupil", "4", "regler-need", "2", "regler-term", "12", "regler-shut", "Dobbelt for foreldrene.")
		w.shows(w.kari, at, "SMU", "Plasser: 4 elever", "Dobbelt for foreldrene.")
		w.refused(w.kari, at, form("do", "regler", "regler-name", "", "regler-basis", "Forskrift § 3"), "Skriv hva det heter", "Forskrift § 3")
		w.refused(w.kari, at, form("do", "regler", "regler-name", "SMU", "regler-need", "mange"), "Skriv et tall")
		w.refused(w.kari, at, form("do", "plass", "plass-person", string(w.noraSelf.Person), "plass-part", "staff"), "har plass fra før")
		w.refused(w.kari, at, form("do", "plass", "plass-person", string(w.Person("tuva")), "plass-part", "staff"), "En elev sitter der for elevene")
		w.refused(w.kari, at, form("do", "plass", "plass-person", string(w.kariActor.Person), "plass-part", "municipality"), "Du kan ikke gi deg selv en plass")
		w.refused(w.kari, at, form("do", "plass"), "Velg hvem.", "Velg hvem de sitter der for")
		w.refused(w.kari, at, form("do", "avslutt"), "Kryss av hvis du er sikker")
		for _, c := range []*http.Cookie{w.jonas, w.As(tilhor.RoleRektor, w.Fjellvik)} {
			if r := w.Get(c, at); r.StatusCode != http.StatusNotFound {
				t.Errorf("%d", r.StatusCode)
			}
		}
		// The municipality's own.
		to := w.sent(w.anne, "/eier/rad", "do", "nytt", "nytt-kind", "kfu")
		w.shows(w.anne, "/eier/rad", "Kommunalt foreldreutvalg (KFU)", "Ingen leder ennå")
		to, _, _ = strings.Cut(to, "?")
		w.lacks(w.shows(w.anne, to, "Leder, SMU, Solbakken skole"), "Marit") // by office, and not by name
		w.sent(w.anne, to, "do", "plass", "plass-person", string(w.maritActor.Person), "plass-part", "parent", "plass-office", "leader")
		w.shows(w.marit, "/rad", "Kommunalt foreldreutvalg (KFU)", "Granvik kommune")
		w.sent(w.anne, to, "do", "avslutt", "avslutt-close", "yes")
		if r := w.Get(w.marit, "/rad/"+part(to, 2)); r.StatusCode != http.StatusNotFound {
			t.Errorf("ended, and shown: %d", r.StatusCode)
		}
	})
}

// The votes of a confidential matter, as the regulation says: the parents' are written
// apart, and what carried is told with how it was reckoned.
func TestTheVotesOfAConfidentialMatter(t *testing.T) {
	w := worldOn(t)
	w.sent(w.kari, "/skolen/rad/"+w.slug, "do", "regler", "regler-name", "SMU", "regler-need", "1", "regler-seats-parent", "3", "regler-seats-pupil", "3", "regler-seats-staff", "2", "regler-count", "parents", "regler-casting", "yes")
	w.shows(w.kari, "/skolen/rad/"+w.slug, "Foreldrenes stemmer veier så mye at de er i flertall", "Den som leder møtet, avgjør")
	m := w.meet("23.11.2026")
	i := w.item(m, "Bemanning", "sak-shut", "yes")
	w.sent(w.marit, m+"/referat", "do", "oppmote", "oppmote-present", string(w.maritActor.Person), "oppmote-present", string(w.noraSelf.Person), "oppmote-present", string(w.Person("teacher-solbakken")))
	w.shows(w.marit, i, "Av disse: foreldre for")
	w.refused(w.marit, i, form("do", "vedtak", "vedtak-text", "Vi vil ha flere voksne.", "vedtak-for", "1", "vedtak-against", "1"), "Skriv hvor mange av stemmene som er foreldrenes", "Vi vil ha flere voksne.")
	w.sent(w.marit, i, "do", "vedtak", "vedtak-text", "Vi vil ha flere voksne.", "vedtak-for", "1", "vedtak-for-parents", "1", "vedtak-against", "1")
	w.shows(w.marit, m+"/referat", "1 for, 1 mot", "Foreldrenes stemmer telte til sammen som 2", "(1 forelder var der)", "Vedtatt")
	open := w.item(m, "Lys")
	w.lacks(w.body(w.Get(w.marit, open)), "Av disse: foreldre for")
	w.refused(w.marit, open, form("do", "vedtak", "vedtak-text", "Lys.", "vedtak-for", "1", "vedtak-against", "1"), "Velg hva den som ledet møtet, stemte")
	w.sent(w.marit, open, "do", "vedtak", "vedtak-text", "Lys.", "vedtak-for", "1", "vedtak-against", "1", "vedtak-cast", "against")
	w.shows(w.nora, m+"/referat", "Stemmen til den som ledet møtet, avgjorde", "Ikke vedtatt")
	// It is asked also when no seats are for pupils and one sits there, and stays when it is not.
	at := "/skolen/rad/" + w.slug
	for _, x := range []struct {
		then []string
		has  bool
	}{{nil, true}, {[]string{"regler-count", ""}, false}} {
		w.sent(w.kari, at, append([]string{"do", "regler", "regler-name", "SMU", "regler-need", "1", "regler-seats-parent", "3"}, x.then...)...)
		b := w.body(w.Get(w.kari, at))
		if !strings.Contains(b, `name="regler-count"`) || strings.Contains(b, `<option value="parents" selected>`) != x.has {
			t.Errorf("%v: it is not asked, or not kept:\n%s", x.then, b)
		}
	}
}
