package suggest_test

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
	"tilhor/internal/db/dbtest"
	"tilhor/internal/ideas"
	"tilhor/internal/pages/suggest"
	"tilhor/internal/web/webtest"
)

type world struct {
	*webtest.Town
	t       *testing.T
	desk    *ideas.Desk
	battery *webtest.Battery
	council string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	town := webtest.NewTown(t, dbtest.SQLite(t))
	k := town.Kit
	b := &bodies.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
	w := &world{Town: town, t: t, desk: &ideas.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Bodies: b, Clock: k.Clock}}
	town.Site.Mount((&suggest.Pages{Ideas: w.desk}).Routes())
	w.battery = webtest.New(town.Site, "/", "/logg-ut", "/logg-inn", "/personvern", "/hjelp", "/tilgjengelighet", "/i-dag", "/varsler", "/min/si", "/min", "/foresatt", "/rettigheter/11", "/rettigheter/foresatt")
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// founds sets an elevråd up that Nora leads.
func (w *world) founds() {
	w.t.Helper()
	ctx, kari := context.Background(), w.Actor(tilhor.RoleRektor, w.Solbakken)
	slug, err := w.desk.Bodies.Found(ctx, kari, bodies.Body{Kind: bodies.Council, Name: "Elevrådet på Solbakken"})
	w.must(err)
	w.must(w.desk.Bodies.Seat(ctx, kari, slug, bodies.Member{Person: w.Person("nora"), Part: bodies.Pupils, Office: bodies.Leader}))
	w.council = slug
}

func (w *world) pupil(source string) *http.Cookie {
	return w.In(tilhor.Actor{Owner: webtest.Owner, Person: w.Person(source), Role: tilhor.RolePupil, School: w.Solbakken})
}

// page checks a page and gives its text.
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

// goes sends a form, and follows to where it leads.
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
	to := r.Header.Get("Location")
	if strings.Contains(to, "baller") {
		w.t.Errorf("the words stand in %s", to)
	}
	return w.Get(c, to)
}

// A pupil suggests something, and sees whose norm the thirty days are; what is about a
// child is led to where one tells, and the text is kept.
func TestAPupilSuggests(t *testing.T) {
	w := newWorld(t)
	nora := w.As(tilhor.RolePupil, w.Solbakken)
	for _, l := range []string{"nn", "en"} {
		w.page(w.Get(nora, "/innspill?l="+l), 200)
	}
	body := w.page(w.Get(nora, "/innspill"), 200, "Hva burde bli bedre for alle?", "/min/si", "Si ifra her", `data-level="9-12"`, "t-exit", "De ser ikke hvem du er")
	if strings.Contains(body, "Hvem skal få det først?") || strings.Contains(body, "/elevrad") {
		t.Error("there is no elevråd, and it is asked for")
	}
	body = w.page(w.goes(nora, "/innspill", "kind", "outside", "words", "Flere baller til alle.", "child", "yes"), 422, "Takk for at du sier det", "Flere baller til alle.")
	if !strings.Contains(body, "/min/si") {
		t.Error("the way to tell is not shown")
	}
	w.page(w.goes(nora, "/innspill", "kind", "outside", "words", "Hva skjer med k4mno2?"), 422, "Det ser ut som et saksnummer", "Hva skjer med k4mno2?")
	w.page(w.goes(nora, "/innspill", "kind", "outside", "words", "Flere baller til alle."), 200, "Innspillet er sendt", "Flere baller til alle.", "Skolen svarer innen 23. desember")
	all, _, err := w.desk.AtSchool(context.Background(), w.Actor(tilhor.RoleRektor, w.Solbakken))
	w.must(err)
	w.must(w.desk.Reply(context.Background(), w.Actor(tilhor.RoleRektor, w.Solbakken), all[0].Slug, ideas.Answer{Verdict: "yes", Why: "Vi kjøper ti.", When: "Fra mandag."}))
	w.page(w.Get(nora, "/innspill"), 200, "Svart 23. november", "Skolen sier ja.", "Vi kjøper ti.", "Når: Fra mandag.")
}

// A parent chooses among all schools, so that the page tells nothing of a family.
func TestAParentSuggests(t *testing.T) {
	w := newWorld(t)
	marit := w.As(tilhor.RoleParent, w.Solbakken)
	body := w.page(w.Get(marit, "/innspill"), 200, "Solbakken skole", "Fjellvik skole", "ikke lovens", `data-level="voksen"`)
	if strings.Contains(body, "Nora") {
		t.Error("a child is named")
	}
	w.page(w.goes(marit, "/innspill", "kind", "way", "words", "Flere lys."), 422, "Velg skole.", "Flere lys.")
	w.page(w.goes(marit, "/innspill", "school", string(w.Solbakken), "kind", "way", "words", "Flere lys."), 200, "Innspillet er sendt")
}

// The elevråd reads what was sent to it, and never who sent it; who sits in none finds
// no such page.
func TestTheElevradsTable(t *testing.T) {
	w := newWorld(t)
	w.founds()
	nora, elias := w.pupil("nora"), w.pupil("elias")
	w.page(w.Get(elias, "/innspill"), 200, "Hvem skal få det først?", "Elevrådet på Solbakken")
	w.page(w.goes(elias, "/innspill", "kind", "outside", "words", "Flere baller."), 422, "Velg hvem som skal få det.")
	w.page(w.goes(elias, "/innspill", "council", w.council, "kind", "outside", "words", "Flere baller."), 200, "Elevrådet har det. Skolen svarer innen 23. desember")
	w.page(w.goes(elias, "/innspill", "council", w.council, "kind", "outside", "words", "Noras baller er best."), 422, "Andre elever leser den", "Noras baller er best.", "Det er ikke navnet på en elev")
	w.page(w.goes(elias, "/innspill", "council", w.council, "kind", "outside", "words", "Noras baller er best.", "no-pupil", "yes"), 200, "Innspillet er sendt")
	w.page(w.Get(elias, "/elevrad"), 404)
	w.page(w.goes(elias, "/elevrad", "council", w.council, "kind", "outside", "words", "Noe."), 404)
	w.page(w.Get(nora, "/innspill"), 200, "/elevrad")
	body := w.page(w.Get(nora, "/elevrad"), 200, "Flere baller.", "En elev, 23. november 2026", "Stemmene vises når minst 5 har stemt")
	one := regexp.MustCompile(`/elevrad/[a-z2-7]{10}`).FindString(body)
	w.page(w.Get(elias, one), 404)
	w.page(w.goes(elias, one, "do", "stem", "vote", "yes"), 404)
	for _, l := range []string{"?l=nn", "?l=en", ""} {
		body += w.page(w.Get(nora, one+l), 200)
	}
	w.page(w.goes(nora, one, "do", "stem"), 422, "Velg for eller mot.")
	body += w.page(w.goes(nora, one, "do", "stem", "vote", "yes"), 200, "Stemmen din er lagret")
	w.page(w.goes(nora, one, "do", "lukk", "carry", "no"), 422, "Skriv hvorfor.")
	body += w.page(w.goes(nora, one, "do", "lukk", "carry", "yes"), 200, "Avstemningen er avsluttet", "For få stemte", "Skolen svarer innen 23. desember")
	w.page(w.goes(nora, "/elevrad", "kind", "outside", "council", w.council), 422, "Skriv hva som burde bli bedre.")
	body += w.page(w.goes(nora, "/elevrad", "council", w.council, "kind", "together", "words", "En felles dag."), 200, "En felles dag.")
	for _, hidden := range []string{"Elias", "Moe", string(w.Person("elias"))} {
		if strings.Contains(body, hidden) {
			t.Errorf("the elevråd is shown %q", hidden)
		}
	}
}
