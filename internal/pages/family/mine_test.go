package family_test

import (
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/roster"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
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
	w.year("9A")
	c := w.Anew(w.nora())
	before := w.pages(c, "/min", "Denne siden er lik for alle elever.", "Åpne med bilder")
	none := w.shown(w.shows(c, "/min/apne", right...), http.StatusUnprocessableEntity, "Bildene stemte ikke, eller det er ingenting", `href="/min/si"`, "Er den voksne borte? Gå til Ina Lund og Kari Lund, eller til en annen voksen du stoler på.")
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
	c = w.Anew(w.nora())
	w.shows(c, "/min/apne", right...)
	w.page(c, "/min/sak", "Sist åpnet i dag kl. 10.00.")
	if to := w.sent(c, "/min/lukk", form()); to != "/min" || w.Get(c, "/min/sak").StatusCode != http.StatusSeeOther {
		t.Errorf("closed, and it stands open: %q", to)
	}
}

// opens shows Nora's pictures and gives the cases they open.
func (w *world) opens(code ...string) (slugs []string) {
	w.t.Helper()
	o, err := w.cases.OpenMine(w.ctx, w.nora(), code)
	if tilhor.FaultsOf(err) == nil {
		w.must(err)
	}
	for _, t := range o.Tracks {
		slugs = append(slugs, t.Slug)
	}
	return slugs
}

// keyless is a page without the key of its form.
func keyless(s string) string { return random.ReplaceAllString(mainOf(s), "") }

// What the child wants the school to do stands on its own page under a heading of its own,
// in the language of who reads.
func TestAHopeOnTheChildsOwnPage(t *testing.T) {
	w := newWorld(t)
	w.year("9A")
	said, _, err := w.concerns.Say(w.ctx, w.nora(), concerns.Saying{School: w.Solbakken, For: concerns.ForSelf, Words: "De ler.", Hope: "At vi bytter plass."})
	w.must(err)
	all, err := w.cases.TakeUp(w.ctx, w.kari, said.Slug, cases.Stance{Handler: w.ina.Person})
	w.must(err)
	w.must(w.cases.AgreePictures(w.ctx, w.ina, all[0].Slug, right))
	c := w.Anew(w.nora())
	w.shows(c, "/min/apne", right...)
	w.page(c, "/min/sak?l=nn", "De ler.", "At vi bytter plass.", "Det du vil at skolen skal gjere")
	w.page(c, "/min/sak?l=nb", "Det du vil at skolen skal gjøre")
}

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
		if got := w.opens("house", "sfo", "sfo", "trip"); !slices.Equal(got, []string{slug}) {
			t.Errorf("new ones, made in person: %q", got)
		}
		// Another pupil's own pictures open nothing of hers.
		elias := tilhor.Actor{Owner: w.marit.Owner, Person: w.Person("elias"), Role: tilhor.RolePupil, School: w.Solbakken}
		if _, err := w.cases.Own(w.ctx, elias, slug, time.Time{}); err == nil {
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
	slug, c := w.opensOwn("9A")
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

// together opens the child's page in an adult's session.
func (w *world) together(c *http.Cookie, page string) {
	w.t.Helper()
	if to := w.sent(c, page, form()); to != page {
		w.t.Fatalf("opened together, and it led to %q", to)
	}
}

// hiddenIn is the value of a hidden field of a page.
func hiddenIn(body, name string) string {
	_, rest, _ := strings.Cut(body, `<input type="hidden" name="`+name+`" value="`)
	value, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(value)
}

// Below the eighth year the case is opened together with the adult who has it, in
// that one's session, in the words and pictures of the child's age.
func TestOpenedTogether(t *testing.T) {
	w := newWorld(t)
	slug := w.track()
	page := "/saker/" + slug + "/sammen"
	ina := w.In(w.ina)
	lacks(t, w.pages(ina, page, "Se på dette sammen", "Etter fem minutter lukkes den."), "Nora", "noen å gå med", "Solbakken", "Ina")
	w.together(ina, page)
	w.pages(ina, page, "Dette er ditt, Nora", `data-level="9-12"`, "Dette gjør de voksne")
	if w.cases.AgreePictures(w.ctx, w.ina, slug, right) == nil {
		t.Error("a code is made for a child in the fifth year")
	}
	w.shown(w.Get(ina, page+"/bilder"), http.StatusNotFound)
	for _, who := range []tilhor.Role{tilhor.RoleTeacher, tilhor.RoleNurse} {
		c := w.As(who, w.Solbakken)
		for _, under := range []string{"", "/ord", "/trygt", "/bilder"} {
			w.shown(w.Get(c, page+under), http.StatusNotFound)
			if r := w.Post(c, page+under, form()); r.StatusCode != http.StatusNotFound {
				t.Errorf("%s posts to %q: %d", who, under, r.StatusCode)
			}
		}
	}
	w.year("2B")
	young := w.pages(ina, page, `data-level="6-8"`, "Nå skjer dette", "Ble det bedre?", "Dette står i planen for deg.</p>\n<ul>\n<li>Jonas går sammen med Nora.</li>", "Det du sa, skal telle.")
	lacks(t, young, "Nora er alene ute.", "hvert friminutt") // the rest of it is for those who read well
	w.must(w.cases.Hear(w.ctx, w.ina, slug, cases.Talk{At: tilhor.Now(w.Now().Add(-time.Minute)), Answer: cases.Spoke, How: "none", Words: "Jeg vil gå med noen.", Weight: "Stor vekt etter modenhet."}))
	lacks(t, w.page(ina, page+"?l=nb", "De voksne har tenkt på det du sa."), "modenhet", "Det du sa, skal telle.")
	lacks(t, w.pages(ina, page+"/trygt", "Ble det bedre?", "Vil ikke svare", "<svg"), " checked")
	if to := w.sent(ina, page+"/trygt", form("better", "partly")); to != page+"?sagt=trygt" {
		t.Errorf("led to %q", to)
	}
	w.pages(ina, page+"?sagt=trygt", "Takk. Vi har skrevet det ned.", "Litt bedre")
	f, err := w.cases.See(w.ctx, w.ina, slug, "whole")
	w.must(err)
	hva := string(f.Last(cases.Voice).ID)
	w.pages(ina, page+"/ord?hva="+hva, "Er det riktig?", "noen å gå med")
	w.refused(ina, page+"/ord", form("hva", hva, "right", "wrong"), "Skriv hva som er riktig.")
	if to := w.sent(ina, page+"/ord", form("hva", hva, "right", "wrong", "instead", "Jeg sa Jonas.")); to != page+"?sagt=ord" {
		t.Errorf("led to %q", to)
	}
	w.pages(ina, page+"?sagt=ord", "Takk. Vi har skrevet det ned.", "Jeg sa Jonas.")
	// After five minutes the browser leaves it, it is open to nobody, and what was being
	// written stands there again when they open it once more.
	if to := w.Get(ina, page).Header.Get("Refresh"); !strings.HasSuffix(to, "url="+page) {
		t.Errorf("the browser stays: %q", to)
	}
	w.later(5 * time.Minute)
	lacks(t, w.page(ina, page+"?l=nb", "Se på dette sammen"), "Nora", "noen å gå med")
	for _, under := range []string{"/ord?hva=" + hva, "/trygt", "/bilder"} {
		if to := w.Get(ina, page+under).Header.Get("Location"); to != page {
			t.Errorf("%s stands open after five minutes: %q", under, to)
		}
	}
	to := w.sent(ina, page+"/ord", form("hva", hva, "right", "wrong", "instead", "Jeg sa Ina."))
	if !strings.HasPrefix(to, page+"?til=") {
		t.Fatalf("too late, and it leads to %q", to)
	}
	onwards := hiddenIn(w.page(ina, to+"&l=nb", "Vi har tatt vare på det du skrev."), "til")
	to = w.sent(ina, page, form("til", onwards))
	w.page(ina, to+"&l=nb", "Er det riktig?", "Jeg sa Ina.")
	if to := w.sent(ina, page, form("til", "https://annet.example/ord")); to != page {
		t.Errorf("it leads out: %q", to)
	}
	other := w.track()
	if to := w.Get(ina, "/saker/"+other+"/sammen/trygt").Header.Get("Location"); to != "/saker/"+other+"/sammen" {
		t.Errorf("one opened, and another stands open: %q", to)
	}
	// From the eighth year they agree on the pictures here.
	w2 := newWorld(t)
	w2.year("8C")
	slug = w2.track()
	page, ina = "/saker/"+slug+"/sammen", w2.In(w2.ina)
	w2.together(ina, page)
	w2.pages(ina, page, "Lag bildekode sammen")
	w2.pages(ina, page+"/bilder", "Lag ny kode: bilde 1 av 4")
	if r := w2.shows(ina, page+"/bilder", right...); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("the code is not made: %d", r.StatusCode)
	} else {
		w2.page(ina, r.Header.Get("Location")+"&l=nb", "Bildene er valgt.")
	}
	if got := w2.opens(right...); !slices.Equal(got, []string{slug}) {
		t.Errorf("the code they made: %q", got)
	}
	// A protected pupil's is opened with who is named alone, and names no school.
	w2.must(w2.cases.Shield(w2.ctx, w2.kari, cases.Shielding{Pupil: w2.nora().Person, Grade: roster.StrictConfidential, Leader: w2.ina.Person, Reason: "Brev."}))
	if _, err := w2.cases.OpenMine(w2.ctx, w2.nora(), right); err == nil {
		t.Error("a protected pupil's case opens in a session of its own")
	}
	w2.shown(w2.Get(w2.In(w2.kari), page), http.StatusNotFound)
	ina = w2.In(w2.ina)
	w2.together(ina, page)
	body := w2.pages(ina, page, "Saken din, Nora")
	lacks(t, body, "Solbakken", "Granvik", "Ina", "Jonas Lund")
}

// Pictures open the case they were agreed on in, and no other: not a newer one, not
// one of decisions about the pupil. Two that have the same are a list that tells
// nothing of either, and what is said goes into the one that was chosen.
func TestAChildWithTwoCases(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := worldOn(t, d)
		w.year("9A")
		first := w.track()
		w.must(w.cases.AgreePictures(w.ctx, w.ina, first, right))
		w.later(time.Hour)
		second := w.track()
		decided := w.decisionAbout(w.nora().Person)
		if err := w.cases.AgreePictures(w.ctx, w.kari, decided, right); !errors.Is(err, tilhor.ErrConflict) {
			t.Errorf("pictures for decisions alone: %v", err)
		}
		if got := w.opens(right...); !slices.Equal(got, []string{first}) {
			t.Fatalf("the pictures of one open %v", got)
		}
		for _, other := range []string{second, decided} {
			if _, err := w.cases.Own(w.ctx, w.nora(), other, time.Time{}); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("another case: %v", err)
			}
			if err := w.cases.SayHowItIs(w.ctx, w.nora(), other, cases.Better, ""); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("a word in another case: %v", err)
			}
		}
		w.must(w.cases.AgreePictures(w.ctx, w.ina, second, []string{"way", "way", "sfo", "sfo"}))
		if got := w.opens("way", "way", "sfo", "sfo"); !slices.Equal(got, []string{second}) {
			t.Errorf("the pictures of the other open %v", got)
		}
		w.must(w.cases.AgreePictures(w.ctx, w.ina, second, right))
		c := w.Anew(w.nora())
		w.shows(c, "/min/apne", right...)
		if to := w.Get(c, "/min/sak").Header.Get("Location"); to != "/min/velg" {
			t.Fatalf("two are open, and it leads to %q", to)
		}
		body := w.pages(c, "/min/velg", "Hva vil du åpne?", "Nummer 1, fra 23. november", "Nummer 2, fra 23. november")
		lacks(t, body, "Ina", "luen", "krenk", " checked", "Solbakken skole har")
		w.refused(c, "/min/velg", form(), "Velg hva du vil åpne.")
		w.refused(c, "/min/velg", form("sak", decided), "Velg hva du vil åpne.")
		if to := w.sent(c, "/min/velg", form("sak", second)); to != "/min/sak" {
			t.Errorf("chosen, and it leads to %q", to)
		}
		w.page(c, "/min/sak?l=nb", "Åpne noe annet")
		w.sent(c, "/min/sak/trygt", form("better", "partly"))
		for slug, want := range map[string]int{first: 0, second: 1} {
			f, err := w.cases.See(w.ctx, w.ina, slug, "whole")
			w.must(err)
			if n := len(f.Of(cases.MineWord)); n != want {
				t.Errorf("%d own words, want %d", n, want)
			}
		}
	})
}

// decisionAbout is a track of decisions about a pupil who is told of as the one
// who harms in another's case.
func (w *world) decisionAbout(pupil tilhor.PersonID) string {
	w.t.Helper()
	now := tilhor.Now(w.Now())
	c, err := w.concerns.Tell(w.ctx, w.kari, concerns.Telling{
		School: w.Solbakken, Pupils: []tilhor.PersonID{w.Person("elias")}, Saw: "Dyttet ham.", Arena: tilhor.ArenaBreak, Happened: now, Known: now,
	})
	w.must(err)
	all, err := w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
	w.must(err)
	w.must(w.cases.AddChild(w.ctx, w.ina, all[0].Slug, cases.Child{Person: pupil, Role: "alleged"}))
	f, err := w.cases.See(w.ctx, w.kari, all[0].Slug, "overview")
	w.must(err)
	for _, child := range f.Children {
		if child.Person == pupil {
			t, err := w.cases.BeginDecision(w.ctx, w.kari, all[0].Slug, child.Code)
			w.must(err)
			return t.Slug
		}
	}
	w.t.Fatal("the child is not in the track")
	return ""
}

var movedPupil = db.SQL(`UPDATE roster_member SET school = $3 WHERE owner = $1 AND person = $2 AND role = 'pupil'`)

// A child who goes to another school now has nothing to open at the old one, and is
// led to where somebody hears it: its word is never said into a case of the past.
func TestAChildWhoHasChangedSchool(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := worldOn(t, d)
		w.year("9A")
		slug := w.track()
		w.must(w.cases.AgreePictures(w.ctx, w.ina, slug, right))
		if len(w.opens(right...)) != 1 {
			t.Fatal("the control: it does not open")
		}
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(movedPupil, w.marit.Owner, w.nora().Person, w.Fjellvik)
			return err
		}))
		if got := w.opens(right...); len(got) > 0 {
			t.Errorf("at the old school %v opens", got)
		}
		if err := w.cases.SayHowItIs(w.ctx, w.nora(), slug, cases.Worse, "Det er ikke trygt."); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("a word at the old school: %v", err)
		}
		err := w.cases.SayHowItIs(w.ctx, w.ina, slug, cases.Worse, "Det er ikke trygt.")
		if all := tilhor.FaultsOf(err); len(all) != 1 || all[0].Key != "mine.fault.elsewhere" {
			t.Errorf("together with an adult of the old school: %v", err)
		}
		there := w.nora()
		there.School = w.Fjellvik
		w.shown(w.shows(w.Anew(there), "/min/apne", right...), http.StatusUnprocessableEntity, "eller det er ingenting", `href="/min/si"`)
	})
}

// A case whose story is long over is not opened again by a word in it: the page
// leads to where it is heard.
func TestAWordInACaseOfThePast(t *testing.T) {
	w := newWorld(t)
	w.year("9A")
	slug := w.track()
	w.must(w.cases.AgreePictures(w.ctx, w.ina, slug, right))
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(longOver, w.marit.Owner, slug, w.Now().AddDate(0, -6, 0).UnixMilli())
		return err
	}))
	c := w.Anew(w.nora())
	w.shows(c, "/min/apne", right...)
	w.refused(c, "/min/sak/trygt", form("better", "no", "own-words", "De har begynt igjen."), "Her leser ingen svaret nå", "De har begynt igjen.", `href="/min/si"`)
	w.sent(c, "/min/sak/trygt", form("better", "yes"))
}

var longOver = db.SQL(`UPDATE cases_track SET state = 'closed', check_on = '', ended_at = $3 WHERE owner = $1 AND slug = $2`)

// The page says when it was opened before this, and with whom: never this opening
// itself, and also one from another screen meanwhile.
func TestWhenItWasOpenedBefore(t *testing.T) {
	w := newWorld(t)
	slug, c := w.opensOwn("9A")
	w.page(c, "/min/sak", "Dette er ikke åpnet før.")
	w.later(2 * time.Minute)
	w.page(c, "/min/sak", "Dette er ikke åpnet før.")
	other := w.Anew(w.nora())
	w.shows(other, "/min/apne", right...)
	w.page(other, "/min/sak", "Sist åpnet i dag kl. 10.00.")
	w.page(c, "/min/sak", "Sist åpnet i dag kl. 10.02.")
	w.later(time.Hour)
	ina := w.In(w.ina)
	w.together(ina, "/saker/"+slug+"/sammen")
	w.page(ina, "/saker/"+slug+"/sammen", "Sist åpnet i dag kl. 10.02.")
	w.later(16 * time.Minute)
	w.together(ina, "/saker/"+slug+"/sammen")
	w.page(ina, "/saker/"+slug+"/sammen", "Sist åpnet i dag kl. 10.02.")
	w.later(4 * time.Minute)
	c = w.Anew(w.nora())
	w.shows(c, "/min/apne", right...)
	w.page(c, "/min/sak", "Sist åpnet i dag kl. 11.18, sammen med Ina Lund.")
}

// Below the eighth year the page does not begin with what cannot be done; and it is
// the same for all of that age.
func TestThePageOfAYoungerPupil(t *testing.T) {
	w := newWorld(t)
	for class, how := range map[string]string{"2B": "Det åpner du sammen med en voksen.", "6C": "Fra 8. trinn kan dere avtale"} {
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(everyYear, w.marit.Owner, w.Solbakken, class)
			return err
		}))
		body := w.pages(w.In(w.nora()), "/min", how)
		lacks(t, body, "Åpne med bilder", "/min/apne")
		if tell, open := strings.Index(body, `href="/min/si"`), strings.Index(body, how); tell < 0 || open < tell || strings.Contains(body[tell-80:tell+80], "secondary") {
			t.Error("to tell is not what comes first")
		}
		elias := tilhor.Actor{Owner: w.marit.Owner, Person: w.Person("elias"), Role: tilhor.RolePupil, School: w.Solbakken}
		if other := w.page(w.In(elias), "/min?l=nb"); mainOf(other) != mainOf(body) {
			t.Error("it is another for another pupil")
		}
		if class == "2B" {
			w.track()
			if with := w.page(w.In(w.nora()), "/min?l=nb"); mainOf(with) != mainOf(body) {
				t.Error("it tells that there is a case")
			}
		}
	}
}

var everyYear = db.SQL(`UPDATE roster_group SET name = $3 WHERE owner = $1 AND school = $2`)

// What is typed as the five minutes run out is kept, sealed, and stands there again
// when it is opened once more; and no page with a text to write runs away.
func TestWhatIsTypedSurvivesTheFiveMinutes(t *testing.T) {
	w := newWorld(t)
	slug, c := w.opensOwn("9A")
	f, err := w.cases.See(w.ctx, w.ina, slug, "whole")
	w.must(err)
	talk := string(f.Last(cases.Voice).ID)
	for _, page := range []string{"/min/sak/trygt", "/min/sak/ord?hva=" + talk} {
		if r := w.Get(c, page); r.StatusCode != http.StatusOK || r.Header.Get("Refresh") != "" {
			t.Errorf("%s: %d, and runs away: %q", page, r.StatusCode, r.Header.Get("Refresh"))
		}
	}
	w.later(6 * time.Minute)
	for page, sent := range map[string]url.Values{
		"/min/sak/trygt": form("better", "partly", "own-words", "De sluttet ikke i går heller.", "sak", slug),
		"/min/sak/ord":   form("hva", talk, "right", "wrong", "instead", "Jeg sa noen i klassen min.", "sak", slug),
	} {
		to := w.sent(c, page, sent)
		if !strings.HasPrefix(to, "/min/apne?til=") || strings.Contains(to, "klassen") || strings.Contains(to, "heller") {
			t.Fatalf("led to %q", to)
		}
		w.page(c, to+"&l=nb", "Logg inn en gang til", "Vi har tatt vare på det du skrev.")
		back := w.Anew(w.nora())
		asked := fields(w.page(back, to))
		got := w.showsWith(back, asked.Get("til"), right...).Header.Get("Location")
		if !strings.HasPrefix(got, page+"?") {
			t.Fatalf("opened once more it leads to %q", got)
		}
		body := w.page(back, got)
		for _, text := range []string{sent.Get("own-words"), sent.Get("instead")} {
			if !strings.Contains(body, text) {
				t.Errorf("%s: %q is lost", page, text)
			}
		}
		again := fields(body)
		for name := range sent {
			again.Set(name, sent.Get(name))
		}
		w.sent(back, page, again)
		w.later(6 * time.Minute)
	}
	// It is nobody else's.
	to := w.sent(c, "/min/sak/trygt", form("better", "partly", "own-words", "Bare til den voksne.", "sak", slug))
	u, err := url.Parse(to)
	w.must(err)
	kept, err := url.Parse(u.Query().Get("til"))
	w.must(err)
	elias := tilhor.Actor{Owner: w.marit.Owner, Person: w.Person("elias"), Role: tilhor.RolePupil, School: w.Solbakken}
	lacks(t, w.page(w.Anew(elias), "/min/apne?"+u.RawQuery), "Bare til den voksne.")
	if kept.Query().Get("kladd") == "" {
		t.Errorf("nothing is kept: %s", to)
	}
	// Nor is it had back past the lock, by whoever finds the screen.
	silent := w.In(w.nora())
	if r := w.Get(silent, "/kladder/"+kept.Query().Get("kladd")); r.StatusCode != http.StatusNotFound {
		t.Errorf("what was kept is shown past the lock: %d", r.StatusCode)
	}
	if r := w.Get(silent, "/kladder"); r.StatusCode == http.StatusOK {
		b, err := io.ReadAll(r.Body)
		w.must(err)
		lacks(t, string(b), kept.Query().Get("kladd"))
	}
}

// What a pupil has told stands behind the same lock: a fresh sign-in, the pictures
// where there are some, five minutes; and says when it was opened. What was told just
// now stands open, and what a parent told is behind the parent's own sign-in.
func TestTheLockOfWhatWasTold(t *testing.T) {
	w := newWorld(t)
	w.year("9A")
	w.locked()
	said := func() string {
		w.t.Helper()
		c, _, err := w.concerns.Say(w.ctx, w.nora(), concerns.Saying{School: w.Solbakken, For: concerns.ForSelf, Words: "De går fra meg."})
		w.must(err)
		return c.Slug
	}
	slug := said()
	told, talk := "/min/sagt/"+slug, "/min/samtale/"+slug
	silent := w.In(w.nora())
	w.has(w.Get(silent, told), "åpent: ")
	w.later(5 * time.Minute)
	for _, page := range []string{told, talk} {
		if to := w.Get(silent, page).Header.Get("Location"); to != "/min/apne?til="+url.QueryEscape(page) {
			t.Errorf("%s: a sign-in that is not fresh leads to %q", page, to)
		}
	}
	w.page(silent, "/min/apne?til="+url.QueryEscape(told), "Så får du se det du har sagt.")
	kept := w.sent(silent, talk, form("text", "Det skjedde igjen i går."))
	fresh := w.Anew(w.nora())
	if to := w.Get(fresh, kept).Header.Get("Location"); !strings.HasPrefix(to, talk+"?kladd=") {
		t.Errorf("what was written leads to %q", to)
	} else {
		w.has(w.Get(fresh, to), "Det skjedde igjen i går.")
	}
	r := w.Get(fresh, told)
	if r.Header.Get("Refresh") == "" {
		t.Error("the browser stays")
	}
	w.has(r, "Dette er ikke åpnet før.")
	if r := w.Get(fresh, talk); r.Header.Get("Refresh") != "" {
		t.Error("the page with a text to write runs away")
	}
	w.later(5 * time.Minute)
	if r := w.Get(fresh, told); r.StatusCode != http.StatusSeeOther {
		t.Errorf("open after five minutes: %d", r.StatusCode)
	}
	fresh = w.Anew(w.nora())
	w.has(w.Get(fresh, told), "Sist åpnet i dag kl. 10.05.")

	// From when pictures are agreed on it takes them.
	w.must(w.cases.AgreePictures(w.ctx, w.ina, w.track(), right))
	fresh = w.Anew(w.nora())
	to := w.Get(fresh, told).Header.Get("Location")
	asked := fields(w.page(fresh, to, "Bilde 1 av 4"))
	if got := w.showsWith(fresh, asked.Get("til"), "way", "way", "way", "way"); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("wrong pictures: %d", got.StatusCode)
	}
	if got := w.showsWith(fresh, asked.Get("til"), right...).Header.Get("Location"); got != told {
		t.Errorf("the pictures lead to %q", got)
	}
	w.has(w.Get(fresh, told), "åpent: ")
	w.has(w.Get(w.In(w.marit), told), "åpent: ")
	for _, elsewhere := range []string{"//evil.example/min/sagt/x", "https://evil.example/min/sagt/", "/saker/x", "/min/sagt"} {
		if got := fields(w.page(w.Anew(w.nora()), "/min/apne?til="+url.QueryEscape(elsewhere))); got.Get("til") != "" {
			t.Errorf("it goes on to %q", got.Get("til"))
		}
	}
}

var openings = db.SQL(`SELECT COUNT(*) FROM cases_opening WHERE owner = $1`)

// What is not there opens nothing, and neither does what cannot be an address: it is
// not noted that the own was opened.
func TestWhatIsNotThereOpensNothing(t *testing.T) {
	w := newWorld(t)
	w.locked()
	c := w.Anew(w.nora())
	for _, slug := range []string{tilhor.NewSlug(), "%FF%FE", "abc%00defgh", strings.Repeat("a", 201)} {
		for _, path := range []string{"/min/sagt/", "/min/samtale/"} {
			var n int
			r := w.Get(c, path+slug)
			w.must(w.DB.One(w.ctx, openings, db.Args(w.kari.Owner), &n))
			if r.StatusCode != http.StatusNotFound || n != 0 {
				t.Errorf("%s: %d, and %d openings", path+slug, r.StatusCode, n)
			}
		}
	}
}

// A sign-in that nobody vouches for opens nothing, and the page says what to do.
func TestASignInNobodyVouchesFor(t *testing.T) {
	w := newWorld(t)
	w.year("9A")
	w.must(w.cases.AgreePictures(w.ctx, w.ina, w.track(), right))
	c := w.unvouched(w.nora())
	w.pages(c, "/min/apne", "Vi vet ikke om du logget inn på nytt", "spør en voksen på skolen", "Prøv igjen")
	if to := w.shows(c, "/min/apne", right[0]).Header.Get("Location"); to == "/min/sak" {
		t.Error("it opens")
	}
}

// A child reads what weight its view was given, and says that a note is right, which
// stands beside it; what is decided about it is told of from fifteen, and not before.
func TestWhatAChildReadsOfItsOwn(t *testing.T) {
	w := newWorld(t)
	slug, c := w.opensOwn("9A")
	w.page(c, "/min/sak?l=nb", "Hva skolen gjorde med det du mener", "Det er ikke skrevet ennå.")
	w.later(time.Second)
	w.must(w.cases.Hear(w.ctx, w.ina, slug, cases.Talk{At: tilhor.Now(w.Now()), Answer: cases.Spoke, How: "none", Words: "Jeg vil være inne.", Weight: "Stor vekt: det gjelder henne selv."}))
	w.must(w.cases.Notify(w.ctx, w.kari, slug, cases.Notice{About: duty.SchoolChange, At: tilhor.Now(w.Now()), Grounds: "Slo en elev.", Reply: w.in(7), Told: true}))
	body := w.pages(c, "/min/sak", "Stor vekt: det gjelder henne selv.", "Jeg vil være inne.")
	lacks(t, body, "Det er ikke skrevet ennå.", "Varsler og vedtak til deg", "Skolen varslet et vedtak", "Du har sagt at det er riktig", "Slo en elev.")
	f, err := w.cases.See(w.ctx, w.ina, slug, "whole")
	w.must(err)
	talk := f.Last(cases.Voice).ID
	if to := w.sent(c, "/min/sak/ord", form("hva", string(talk), "right", "right")); to != "/min/sak?sagt=ord" {
		t.Errorf("led to %q", to)
	}
	if body := w.pages(c, "/min/sak", "Jeg vil være inne."); strings.Count(body, "· Du har sagt at det er riktig") != 1 {
		t.Errorf("that one of the notes is right stands beside it, and beside that alone:\n%s", mainOf(body))
	}
	f, err = w.cases.See(w.ctx, w.ina, slug, "whole")
	w.must(err)
	if r := f.Of(cases.MineSaid); len(r) != 1 || r[0].Answer != cases.NoteRight || r[0].Ref != string(talk) || r[0].By != w.nora().Person {
		t.Errorf("the school reads %+v", r)
	}
	w.home(slug, string(roster.Fifteen))
	w.pages(c, "/min/sak", "Varsler og vedtak til deg", "Skolen varslet et vedtak", "23. november")
	lacks(t, w.page(c, "/min/sak?l=nb"), "Slo en elev.")
}

// On a page where something is being written all but the form is hidden when the five
// minutes are over, without a script of ours; what was typed stands there.
func TestAPageThatIsWrittenOnClosesAroundTheForm(t *testing.T) {
	if err := web.AssetsBuilt(); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	slug, c := w.opensOwn("9A")
	f, err := w.cases.See(w.ctx, w.ina, slug, "whole")
	w.must(err)
	w.later(70 * time.Second) // three minutes and fifty seconds are left
	s := httptest.NewServer(w.Site.Handler())
	t.Cleanup(s.Close)
	for page, tells := range map[string]string{"/min/sak/ord?hva=" + string(f.Last(cases.Voice).ID): "Jeg vil bare ha noen å gå med.", "/min/sak/trygt": "Saken kan avsluttes"} {
		type look struct{ Text, Typed, Form, Button string }
		var seen struct {
			Before, After look
			Waits         []float64
		}
		webtest.Script(t, "closes.mjs", map[string]string{"at": strings.Replace(s.URL, "127.0.0.1", "localhost", 1) + page, "cookie": c.String()}, &seen)
		const closed = "Nå er siden lukket."
		if b := seen.Before; !strings.Contains(b.Text, tells) || strings.Contains(b.Text, closed) || b.Form != "visible" {
			t.Errorf("%s, before: %+v", page, b)
		}
		if a := seen.After; strings.Contains(a.Text, tells) || !strings.HasPrefix(strings.TrimSpace(a.Text), closed) || a.Typed != "Det var ikke slik" || a.Form != "visible" || a.Button != "visible" {
			t.Errorf("%s, after: %+v", page, a)
		}
		if len(seen.Waits) != 1 || seen.Waits[0] != 225 { // in steps of fifteen
			t.Errorf("%s closes after %v seconds", page, seen.Waits)
		}
	}
}
