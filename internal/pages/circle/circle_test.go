package circle_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/circles"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/pages/circle"
	"tilhor/internal/roster"
	"tilhor/internal/web/webtest"
)

type world struct {
	*webtest.Town
	t       *testing.T
	battery *webtest.Battery
}

func newWorld(t *testing.T) *world {
	t.Helper()
	town := webtest.NewTown(t, dbtest.SQLite(t))
	k := town.Kit
	town.Site.Mount((&circle.Pages{Circles: &circles.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}}).Routes())
	return &world{town, t, webtest.New(town.Site, "/", "/logg-ut", "/logg-inn", "/personvern", "/hjelp", "/tilgjengelighet", "/i-dag", "/varsler", "/min/si", "/foresatt", "/rettigheter/foresatt")}
}

func (w *world) parent(source string) *http.Cookie {
	return w.In(tilhor.Actor{Owner: webtest.Owner, Person: w.Person(source), Role: tilhor.RoleParent})
}

func (w *world) page(r *http.Response, code int, texts ...string) string {
	w.t.Helper()
	w.battery.Check(w.t, r, nil)
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != code {
		w.t.Fatalf("%s is %d, want %d: %v\n%s", r.Request.URL, r.StatusCode, code, err, b)
	}
	body := strings.ReplaceAll(html.UnescapeString(string(b)), "\u00a0", " ")
	for _, s := range texts {
		if !strings.Contains(body, s) {
			w.t.Errorf("%s: %q is not in\n%s", r.Request.URL, s, body)
		}
	}
	return body
}

func (w *world) goes(c *http.Cookie, path string, pairs ...string) *http.Response {
	w.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	r := w.Post(c, path, v)
	if r.StatusCode != http.StatusSeeOther {
		return r
	}
	return w.Get(c, r.Header.Get("Location"))
}

var units = regexp.MustCompile(`name="unit" value="([^"]+)"`)

// A parent starts a group from the kit, another finds it, they plan; what looks like a
// name is asked about, the text is kept, and one may go on.
func TestAGroupFromTheKit(t *testing.T) {
	w := newWorld(t)
	marit, ali := w.parent("forelder-nora"), w.parent("forelder-elias")
	for _, l := range []string{"nn", "en"} {
		w.page(w.Get(marit, "/foreldregruppe?l="+l), 200)
	}
	kit := w.page(w.Get(marit, "/foreldregruppe"), 200, "Første møte, 60 minutter", "Gjelder det et barn som ikke har det bra?", "/min/si", "5A, Solbakken skole", "5. trinn", "Når mitt barn plager andre", "t-exit")
	if strings.Contains(kit, "Nora") || strings.Contains(kit, "ikke navnet på en elev") {
		t.Error("the kit names a child, or asks of a name that nobody wrote")
	}
	unit := units.FindStringSubmatch(kit)[1]
	w.page(w.goes(marit, "/foreldregruppe", "unit", unit, "where", "Hos oss"), 422, "Velg minst én avtale.", "Hos oss")
	w.page(w.goes(marit, "/foreldregruppe", "unit", unit, "choices", "chat", "choices", "call", "next", "21.1.2027", "where", "Biblioteket", "named", "yes"), 200,
		"Foreldregruppen for 5A", "Chatten på trinnet har to voksne", "Neste møte er torsdag 21. januar", "Gjelder det et barn som ikke har det bra?")
	at := regexp.MustCompile(`/foreldregruppe/[a-z2-7]{10}`).FindString(w.page(w.Get(ali, "/foreldregruppe"), 200, "Åpne gruppen for 5A"))
	for _, l := range []string{"?l=nn", "?l=en"} {
		w.page(w.Get(ali, at+l), 200)
	}
	w.page(w.Get(ali, at), 200, "Skrevet av Marit Dahl", "Foreslå noe annet", "Vis navnet mitt til de andre i gruppen")
	w.page(w.goes(ali, at, "do", "plan", "part", "activity", "what", "Vi hjelper Nora."), 422, "Det ser ut som det står et navn", "Vi hjelper Nora.", "Det er ikke navnet på en elev")
	w.page(w.goes(ali, at, "do", "plan", "part", "activity", "what", "Vi møtes hos Nora kafé.", "no-pupil", "yes", "named-plan", "yes"), 200, "Det er lagt til.", "Skrevet av Ali Moe", "Aktivitet: Vi møtes hos Nora kafé.")
	w.page(w.Get(marit, "/foreldregruppe"), 200, "Opplegg for foreldremøter", "Mobil, spill og chat, 60 minutter")
	w.page(w.goes(ali, at, "do", "plan", "part", "meeting", "on", "21.1.2027", "kit", "ukjent"), 422, "Velg et av oppleggene.")
	w.page(w.goes(ali, at, "do", "plan", "part", "meeting", "on", "21.1.2027", "kit", "apart"), 200, "Alle i klassen snakker om bursdagen")
	w.page(w.goes(ali, at, "do", "plan", "part", "meeting", "on", "21.1.2027", "kit", "net"), 200, "21. januar 2027. Møte", "Mobil, spill og chat, 60 minutter", "Når om kvelden legger barna bort telefonen", "Avtaler å velge mellom", "Vi følger aldersgrensene")
	w.page(w.goes(ali, at, "do", "avtaler", "choices", "other", "words", "", "next", "i går"), 422, "Skriv datoen med dag, måned og år")
	w.page(w.goes(ali, at, "do", "avtaler", "choices", "other", "words", "Alle sier hei."), 200, "Forslaget er sendt.", "Skrevet av en forelder, ", "Forslag til nye avtaler", "Alle sier hei.", "Chatten på trinnet har to voksne")
	w.page(w.goes(ali, at, "do", "del", "line", "yes"), 404)
	proposal := regexp.MustCompile(`value="bruk"><input type="hidden" name="line" value="([a-z2-7]{26})"`).FindStringSubmatch(w.page(w.Get(marit, at), 200, "Bruk disse avtalene"))[1]
	for _, l := range []string{"?l=nn", "?l=en"} {
		w.page(w.Get(marit, at+l), 200)
	}
	w.page(w.goes(ali, at, "do", "bruk", "line", proposal), 404)
	w.page(w.goes(marit, at, "do", "bruk", "line", proposal), 200, "Avtalene er lagret.", "Slik var avtalene før", "Skrevet av Marit Dahl, 23. november 2026")
	w.page(w.goes(ali, at, "do", "del", "line", "yes"), 200, "Skolen kan lese avtalene nå.")
	line := regexp.MustCompile(`name="line" value="([a-z2-7]{26})"`).FindStringSubmatch(w.page(w.Get(ali, at), 200))[1]
	if s := w.page(w.goes(ali, at, "do", "fjern", "line", line), 200, "Det er tatt bort."); strings.Contains(s, "Nora kafé") {
		t.Error("taken away, and shown")
	}
	for _, other := range []string{"forelder-tuva", "forelder-odin"} {
		c := w.parent(other)
		w.page(w.Get(c, at), 404)
		w.page(w.goes(c, at, "do", "del", "line", "yes"), 404)
	}
}

// The page is the same for a name that a pupil of the class has and for one that
// nobody there has, but for the name.
func TestThePageTellsNoNamesApart(t *testing.T) {
	w := newWorld(t)
	marit := w.parent("forelder-nora")
	unit := units.FindStringSubmatch(w.page(w.Get(marit, "/foreldregruppe"), 200))[1]
	random := regexp.MustCompile(`[a-z2-7]{26}`)
	ask := func(name string) string {
		r := w.Post(marit, "/foreldregruppe", url.Values{"unit": {unit}, "choices": {"other"}, "words": {name + " skal bli med."}})
		return random.ReplaceAllString(strings.ReplaceAll(w.page(r, 422, "Det ser ut som det står et navn"), name, "NAVN"), "ID")
	}
	if real, made := ask("Elias"), ask("Fredrik"); real != made {
		t.Errorf("a pupil's name and nobody's are told apart:\n%s\n%s", real, made)
	}
}

// The page of the parent who lives with a protected child names no school, no municipality
// and nobody. That of another parent of the child is as of one without a class.
func TestAProtectedChildsPageIsBare(t *testing.T) {
	w := newWorld(t)
	marit := w.parent("forelder-nora")
	protect := func(p tilhor.PersonID) {
		if err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
			return w.Kit.Roster.Protect(tx, w.Keeper(), p, roster.StrictConfidential, w.Now())
		}); err != nil {
			t.Fatal(err)
		}
	}
	protect(w.Person("nora"))
	if kit := w.page(w.Get(marit, "/foreldregruppe"), 200, "Granvik"); strings.Contains(kit, "5A") || strings.Contains(kit, "Solbakken") || units.MatchString(kit) {
		t.Errorf("a parent who does not live with the child reads where it goes:\n%s", kit)
	}
	protect(w.Person("forelder-nora"))
	kit := w.page(w.Get(marit, "/foreldregruppe"), 200, "5A")
	unit := units.FindStringSubmatch(kit)[1]
	kit += w.page(w.goes(marit, "/foreldregruppe", "unit", unit, "choices", "chat"), 200, "Foreldregruppen for 5A")
	for _, hidden := range []string{"Solbakken", "Granvik", "Marit", "Nora", string(w.Solbakken)} {
		if strings.Contains(kit, hidden) {
			t.Errorf("%s stands on the page", hidden)
		}
	}
}
