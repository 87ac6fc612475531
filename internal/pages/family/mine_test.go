package family_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/roster"
)

var yearOf = db.SQL(`UPDATE roster_group SET name = $3 WHERE owner = $1 AND name = $2`)

// year moves class 5A to another year.
func (w *world) year(class string) {
	w.t.Helper()
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(yearOf, w.marit.Owner, "5A", class)
		return err
	}))
}

func (w *world) nora() tilhor.Actor {
	return tilhor.Actor{Owner: w.marit.Owner, Person: w.Person("nora"), Role: tilhor.RolePupil, School: w.Solbakken}
}

var right = []string{"book", "door", "book", "way"}

// shows shows four pictures, one at a time, and gives the last answer.
func (w *world) shows(c *http.Cookie, path string, code ...string) *http.Response {
	w.t.Helper()
	var r *http.Response
	sent := form("steg", "p1")
	for i, p := range code {
		sent.Set("p"+string(rune('1'+i)), p)
		sent.Set("steg", "p"+string(rune('1'+i)))
		r = w.Post(c, path, sent)
		if i < len(code)-1 && r.StatusCode != http.StatusOK {
			w.t.Fatalf("picture %d: %d", i+1, r.StatusCode)
		}
	}
	return r
}

// A pupil opens its own case with four pictures agreed with an adult, just after
// signing in; it ends after five minutes. Until it is opened the page is the same
// for every pupil, and a wrong picture is answered as no case at all.
func TestAPupilOpensItsOwnCase(t *testing.T) {
	w := newWorld(t)
	c := w.In(w.nora())
	before := w.pages(c, "/min", "Denne siden er lik for alle elever.")
	none := w.shown(w.shows(c, "/min/apne", right...), http.StatusUnprocessableEntity, "Bildene stemte ikke, eller det er ingenting")
	w.year("9A")
	slug := w.track()
	after := w.page(c, "/min?l=nb")
	if before != after {
		t.Error("the page tells that there is a case")
	}
	if got := w.shown(w.shows(c, "/min/apne", right...), http.StatusUnprocessableEntity); keyless(got) != keyless(none) {
		t.Error("that nothing is agreed on is told from that there is no case")
	}
	w.must(w.cases.AgreePictures(w.ctx, w.ina, slug, right))
	if got := w.shown(w.shows(c, "/min/apne", "book", "door", "way", "book"), http.StatusUnprocessableEntity); keyless(got) != keyless(none) {
		t.Error("a wrong picture is told from that there is no case")
	}
	if to := w.Get(c, "/min/sak").Header.Get("Location"); to != "/min" {
		t.Errorf("it stands open before it is opened: %q", to)
	}
	w.shown(w.Post(c, "/min/apne", form("steg", "p1")), http.StatusUnprocessableEntity, "Velg et bilde.")
	if to := w.shows(c, "/min/apne", right...).Header.Get("Location"); to != "/min/sak" {
		t.Fatalf("the right pictures led to %q", to)
	}
	body := w.pages(c, "/min/sak", "Saken din, Nora", "noen å gå med", "Jonas går sammen med Nora.", "Jonas Lund gjør dette", "Ina Lund spør deg om det hjelper 7. desember.", "De hjemme ser ikke ordene dine.", "Dette er ikke åpnet før.", "opplæringslova § 10-2", "De tok luen min.")
	lacks(t, body, "Elias", "Marit", " checked")
	if r := w.Get(c, "/min/sak"); !strings.HasSuffix(r.Header.Get("Refresh"), "url=/min") {
		t.Errorf("the browser stays: %q", r.Header.Get("Refresh"))
	}
	w.later(5 * time.Minute)
	if to := w.Get(c, "/min/sak").Header.Get("Location"); to != "/min" {
		t.Errorf("it stands open after five minutes: %q", to)
	}
	w.page(c, "/min/apne", "Logg inn en gang til") // and the sign-in is no longer fresh
	if to := w.shows(c, "/min/apne", right[0]).Header.Get("Location"); to == "/min/sak" {
		t.Error("it opens without a fresh sign-in")
	}
	c = w.In(w.nora())
	w.shows(c, "/min/apne", right...)
	w.page(c, "/min/sak", "Sist åpnet")
	if to := w.sent(c, "/min/lukk", form()); to != "/min" || w.Get(c, "/min/sak").StatusCode != http.StatusSeeOther {
		t.Errorf("closed, and it stands open: %q", to)
	}
}

// keyless is a page without the key of its form.
func keyless(s string) string { return random.ReplaceAllString(mainOf(s), "") }

// After five wrong tries the right ones open nothing, until new ones are made in
// person; and the school sees it.
func TestFiveWrongTries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := worldOn(t, d)
		w.year("9A")
		slug := w.track()
		w.must(w.cases.AgreePictures(w.ctx, w.ina, slug, right))
		for range 5 {
			if _, err := w.cases.OpenMine(w.ctx, w.nora(), []string{"way", "way", "way", "way"}); tilhor.FaultsOf(err) == nil {
				t.Fatalf("wrong pictures: %v", err)
			}
		}
		if _, err := w.cases.OpenMine(w.ctx, w.nora(), right); tilhor.FaultsOf(err) == nil {
			t.Errorf("the right pictures after five wrong: %v", err)
		}
		f, err := w.cases.See(w.ctx, w.ina, slug, "whole")
		w.must(err)
		if len(f.Of(cases.MineLocked)) != 1 {
			t.Errorf("the school sees %d", len(f.Of(cases.MineLocked)))
		}
		w.must(w.cases.AgreePictures(w.ctx, w.ina, slug, []string{"house", "sfo", "sfo", "trip"}))
		if got, err := w.cases.OpenMine(w.ctx, w.nora(), []string{"house", "sfo", "sfo", "trip"}); err != nil || got != slug {
			t.Errorf("new ones, made in person: %q, %v", got, err)
		}
		// Another pupil's own pictures open nothing of hers.
		elias := tilhor.Actor{Owner: w.marit.Owner, Person: w.Person("elias"), Role: tilhor.RolePupil, School: w.Solbakken}
		if _, err := w.cases.Own(w.ctx, elias, slug); err == nil {
			t.Error("another pupil opens it")
		}
		if _, err := w.cases.OpenMine(w.ctx, elias, []string{"house", "sfo", "sfo", "trip"}); err == nil {
			t.Error("another pupil opens it with her pictures")
		}
	})
}

// A child's own word: the note is approved or put right beside what stands; not
// safe starts the duty again; not to answer is an answer.
func TestTheChildsOwnWord(t *testing.T) {
	w := newWorld(t)
	w.year("9A")
	slug := w.track()
	w.must(w.cases.AgreePictures(w.ctx, w.ina, slug, right))
	c := w.In(w.nora())
	w.shows(c, "/min/apne", right...)
	f, err := w.cases.See(w.ctx, w.ina, slug, "whole")
	w.must(err)
	talk := string(f.Last(cases.Voice).ID)
	ask := "/min/sak/ord?hva=" + talk
	lacks(t, w.pages(c, ask, "noen å gå med", "Er det riktig det vi skrev?"), " checked")
	w.shown(w.Get(c, "/min/sak/ord?hva=zz"), http.StatusNotFound)
	w.refused(c, "/min/sak/ord", form("hva", talk, "instead", "Noen i klassen."), "Velg om det er riktig.", "Noen i klassen.")
	w.refused(c, "/min/sak/ord", form("hva", talk, "right", "wrong"), "Skriv hva som er riktig.")
	w.sent(c, "/min/sak/ord", form("hva", talk, "right", "wrong", "instead", "Jeg vil ha noen i klassen."))
	w.pages(c, "/min/sak?sagt=ord", "Takk. Det er skrevet ned.", "Jeg vil ha noen i klassen.", "noen å gå med")
	lacks(t, w.pages(c, "/min/sak/trygt", "Har du det trygt og godt nå?", "Vil ikke svare", "Skolen må prøve noe annet."), " checked")
	w.refused(c, "/min/sak/trygt", form("better", "", "own-words", "Litt."), "Velg et svar.", "Litt.")
	w.sent(c, "/min/sak/trygt", form("better", "will-not"))
	w.later(time.Second)
	w.sent(c, "/min/sak/trygt", form("better", "no", "own-words", "De gjør det fortsatt."))
	w.page(c, "/min/sak", "De gjør det fortsatt.")
	f, err = w.cases.See(w.ctx, w.ina, slug, "whole")
	w.must(err)
	if n := len(f.Of(cases.MineWord)); n != 2 {
		t.Errorf("%d own words", n)
	}
	if r := f.Of(cases.MineSaid); len(r) != 1 || r[0].Role != tilhor.RolePupil || r[0].By != w.nora().Person {
		t.Errorf("the correction is not the child's own entry: %+v", r)
	}
}

// Below the eighth year the case is opened together with the adult who has it, in
// that one's session, in the words and pictures of the child's age.
func TestOpenedTogether(t *testing.T) {
	w := newWorld(t)
	slug := w.track()
	page := "/saker/" + slug + "/sammen"
	ina := w.In(w.ina)
	w.pages(ina, page, "Dette er ditt, Nora", `data-level="9-12"`, "Dette gjør de voksne")
	if w.cases.AgreePictures(w.ctx, w.ina, slug, right) == nil {
		t.Error("a code is made for a child in the fifth year")
	}
	w.shown(w.Get(ina, page+"/bilder"), http.StatusNotFound)
	for _, who := range []tilhor.Role{tilhor.RoleTeacher, tilhor.RoleNurse} {
		w.shown(w.Get(w.As(who, w.Solbakken), page), http.StatusNotFound)
	}
	w.year("2B")
	w.pages(ina, page, `data-level="6-8"`, "Nå skjer dette", "Ble det bedre?")
	lacks(t, w.pages(ina, page+"/trygt", "Ble det bedre?", "Vil ikke svare", "<svg"), " checked")
	if to := w.sent(ina, page+"/trygt", form("better", "partly")); to != page+"?sagt=trygt" {
		t.Errorf("led to %q", to)
	}
	w.pages(ina, page+"?sagt=trygt", "Takk. Vi har skrevet det ned.", "Litt bedre")
	// From the eighth year they agree on the pictures here.
	w2 := newWorld(t)
	w2.year("8C")
	slug = w2.track()
	page, ina = "/saker/"+slug+"/sammen", w2.In(w2.ina)
	w2.pages(ina, page, "Lag bildekode sammen")
	w2.pages(ina, page+"/bilder", "Lag ny kode: bilde 1 av 4")
	if r := w2.shows(ina, page+"/bilder", right...); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("the code is not made: %d", r.StatusCode)
	}
	if got, err := w2.cases.OpenMine(w2.ctx, w2.nora(), right); err != nil || got != slug {
		t.Errorf("the code they made: %q %v", got, err)
	}
	// A protected pupil's is opened with who is named alone, and names no school.
	w2.must(w2.cases.Shield(w2.ctx, w2.kari, cases.Shielding{Pupil: w2.nora().Person, Grade: roster.StrictConfidential, Leader: w2.ina.Person, Reason: "Brev."}))
	if _, err := w2.cases.OpenMine(w2.ctx, w2.nora(), right); err == nil {
		t.Error("a protected pupil's case opens in a session of its own")
	}
	w2.shown(w2.Get(w2.In(w2.kari), page), http.StatusNotFound)
	body := w2.pages(w2.In(w2.ina), page, "Saken din, Nora")
	lacks(t, body, "Solbakken", "Granvik", "Ina", "Jonas Lund")
}
