package pupil_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/lang"
	"tilhor/internal/pages/pupil"
	"tilhor/internal/web/webtest"
)

type world struct {
	*webtest.Town
	t       *testing.T
	desk    *concerns.Desk
	battery *webtest.Battery

	lastBody string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	town := webtest.NewTown(t, dbtest.SQLite(t))
	k := town.Kit
	w := &world{Town: town, t: t, desk: &concerns.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}}
	town.Site.Mount((&pupil.Pages{Concerns: w.desk}).Routes())
	w.battery = webtest.New(town.Site, "/", "/logg-ut", "/logg-inn", "/personvern", "/hjelp", "/tilgjengelighet", "/i-dag", "/varsler", "/rettigheter/7", "/rettigheter/11", "/rettigheter/15", "/rettigheter/foresatt")
	return w
}

// page checks a page and gives its text.
func (w *world) page(r *http.Response, code int, texts ...string) string {
	w.t.Helper()
	if strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		w.battery.Check(w.t, r, nil)
	}
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != code {
		w.t.Fatalf("%s is %d, want %d: %v\n%s", r.Request.URL, r.StatusCode, code, err, b)
	}
	for _, s := range texts {
		if !strings.Contains(string(b), s) {
			w.t.Errorf("%s: %q is not in\n%s", r.Request.URL, s, b)
		}
	}
	return string(b)
}

// fields are the hidden fields of a page's last form.
func fields(body string) url.Values {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	v := url.Values{}
	for n := range root.Descendants() {
		if n.Data != "input" {
			continue
		}
		a := map[string]string{}
		for _, x := range n.Attr {
			a[x.Key] = x.Val
		}
		if a["type"] == "hidden" {
			v.Add(a["name"], a["value"])
		}
	}
	return v
}

func (w *world) step(c *http.Cookie, v url.Values, do string, code int, kv ...string) (string, url.Values) {
	w.t.Helper()
	for i := 0; i+1 < len(kv); i += 2 {
		v.Set(kv[i], kv[i+1])
	}
	v.Set("go", do)
	body := w.page(w.Post(c, "/min/si", v), code)
	w.lastBody = body
	return body, fields(body)
}

// A pupil tells at the own school with her name known, and sees when an adult has
// read it. The receipt is shown only when it is asked for.
func TestAPupilTellsAndSeesThatItIsRead(t *testing.T) {
	w := newWorld(t)
	nora, kari := w.As(tilhor.RolePupil, w.Solbakken), w.Actor(tilhor.RoleRektor, w.Solbakken)
	home := w.page(w.Get(nora, "/min/sagt"), 200, "Du har ikke sagt noe her ennå", "t-exit", "<title>Min side")
	if !strings.Contains(home, "/min/si/bilder") {
		t.Error("no pictures")
	}
	body := w.page(w.Get(nora, "/min/si"), 200, "Hvem gjelder det?", "Steg 1 av 3", "Meg selv")
	if strings.Contains(body, "Barnet mitt") {
		t.Error("a pupil is asked about her child")
	}
	_, v := w.step(nora, fields(body), "next", 200, "for", "self")
	if !strings.Contains(w.lastBody, "kan vi ikke love at det blir hemmelig") {
		t.Error("she is not told who reads it before she writes")
	}
	body, v = w.step(nora, v, "next", 200, "level", "13+", "words", "De går fra meg.", "hope", "At vi bytter plass.")
	if !strings.Contains(body, "Steg 3 av 3") || strings.Contains(body, "Uten navn") {
		t.Error(body)
	}
	v.Set("go", "send")
	v.Set("accused", "none")
	r := w.Post(nora, "/min/si", v)
	to := r.Header.Get("Location")
	if r.StatusCode != 303 || !strings.HasPrefix(to, "/min/sagt/") {
		t.Fatal(r.StatusCode, to)
	}
	told := w.page(w.Get(nora, to), 200, "Skolen har fått det", "De går fra meg.", "Sendt, ikke lest ennå", "Rektor leser det", "<h3 class=\"t-h3\">Hva vil du at skolen skal gjøre?</h3>", ">At vi bytter plass.<")
	w.page(w.Get(nora, to+"?l=nn"), 200, "Kva vil du at skolen skal gjere?", ">At vi bytter plass.<")
	if strings.Contains(told, "tilhor receipt") || strings.Contains(told, "Kjennetegn") {
		t.Error("the receipt is shown unasked")
	}
	w.page(w.Get(nora, to+"/kvittering"), 200, "Kvitteringen din", "<svg", "Kjennetegn")
	file := w.page(w.Get(nora, to+"/kvittering/fil"), 200, "tilhor receipt 1\n", "precision instant")
	if strings.Contains(file, "går fra") {
		t.Error(file)
	}
	all, _, err := w.desk.Waiting(t.Context(), kari)
	if err != nil || len(all) != 1 || all[0].Channel != concerns.FromPupil || all[0].From != "Nora Dahl" {
		t.Fatalf("%+v, %v", all, err)
	}
	w.Later(10 * time.Minute)
	if _, err := w.desk.Receive(t.Context(), kari, all[0].Slug); err != nil {
		t.Fatal(err)
	}
	w.page(w.Get(nora, to), 200, "En voksen har lest det du sa")
	list := w.page(w.Get(nora, "/min/sagt"), 200, to)
	for _, tells := range []string{"En voksen har lest det", "går fra", "Sendt", `class="t-state"`} {
		if strings.Contains(list, tells) {
			t.Errorf("the list, which anybody may see over a shoulder, says %q", tells)
		}
	}

	// Nobody else opens it: the answer is that of what is not there.
	for _, role := range []tilhor.Role{tilhor.RoleParent, tilhor.RoleTeacher, tilhor.RoleRektor} {
		for _, path := range []string{to, to + "/kvittering", to + "/kvittering/fil"} {
			w.page(w.Get(w.As(role, w.Solbakken), path), 404)
		}
	}
	w.page(w.Get(w.As(tilhor.RolePupil, w.Fjellvik), to), 404)
}

// A small pupil who is signed in points at pictures, and is asked for no name.
func TestASmallPupilPoints(t *testing.T) {
	w := newWorld(t)
	nora := w.As(tilhor.RolePupil, w.Solbakken)
	_, v := w.step(nora, fields(w.page(w.Get(nora, "/min/si/bilder"), 200, "Hvordan har du det?")), "next", 200, "face", "afraid")
	_, v = w.step(nora, v, "next", 200, "place", "break")
	body, v := w.step(nora, v, "next", 200)
	if strings.Contains(body, "Hva heter du?") {
		t.Error("who is signed in is asked for a name")
	}
	v.Set("go", "send")
	to := w.Post(nora, "/min/si", v).Header.Get("Location")
	w.page(w.Get(nora, to), 200, "(Pekte på bilder:) Redd. Ute.")
}

// A parent chooses a school and names the child in words, and the matter is then taken
// up with rektor; about another pupil it is not. No list of children is shown.
func TestAParentTells(t *testing.T) {
	w := newWorld(t)
	marit := w.As(tilhor.RoleParent, w.Solbakken)
	w.page(w.Get(marit, "/min/sagt"), 200, "tatt opp med rektor")
	body := w.page(w.Get(marit, "/min/si"), 200, "Solbakken skole", "Fjellvik skole", "Barnet mitt", "En elev jeg kjenner eller så", `data-level="voksen"`)
	if strings.Contains(body, "Nora") || strings.Contains(body, "Elias") {
		t.Error("the form shows a child of the lists")
	}
	w.step(marit, fields(body), "next", 422, "for", "child")
	w.step(marit, fields(body), "next", 422, "for", "self", "school", string(w.Solbakken))
	for _, row := range []struct {
		choice, channel string
		week            bool
	}{{"child", "home", true}, {"other", "parent", false}} {
		_, v := w.step(marit, fields(body), "next", 200, "for", row.choice, "school", string(w.Solbakken))
		v.Set("school", string(w.Solbakken))
		if row.choice == "child" {
			w.step(marit, v, "next", 422, "words", "Hun vil ikke gå på skolen.", "whom", " ")
			if !strings.Contains(w.lastBody, "Skriv hvilket barn det gjelder") || !strings.Contains(w.lastBody, "Hun vil ikke gå på skolen.") {
				t.Error(w.lastBody)
			}
		}
		_, v = w.step(marit, v, "next", 200, "words", "Hun vil ikke gå på skolen.", "whom", "Nora i 5A")
		if !strings.Contains(w.lastBody, "Nora i 5A") || !strings.Contains(w.lastBody, "Solbakken skole") {
			t.Error("the child and the school are not there to look over")
		}
		v.Set("go", "send")
		v.Set("accused", "none")
		to := w.Post(marit, "/min/si", v).Header.Get("Location")
		page := w.page(w.Get(marit, to), 200, "Hun vil ikke gå på skolen.")
		if strings.Contains(page, "Saken er tatt opp med rektor") != row.week {
			t.Errorf("%s: the week is said to run: %v", row.choice, !row.week)
		}
		all, _, err := w.desk.Waiting(t.Context(), w.Actor(tilhor.RoleRektor, w.Solbakken))
		if err != nil || len(all) == 0 || string(all[len(all)-1].Channel) != row.channel && string(all[0].Channel) != row.channel {
			t.Errorf("%s: rektor has %+v, %v", row.choice, all, err)
		}
	}
}

// The version is that of the class, and every page is there in every language.
func TestEveryLanguage(t *testing.T) {
	w := newWorld(t)
	for _, who := range []tilhor.Role{tilhor.RolePupil, tilhor.RoleParent} {
		c := w.As(who, w.Solbakken)
		for _, l := range []string{"nb", "nn", "en"} {
			for _, path := range []string{"/min/sagt", "/min/si", "/min/si/bilder"} {
				w.page(w.Get(c, path+"?l="+l), 200)
			}
		}
	}
	w.page(w.Get(w.As(tilhor.RolePupil, w.Solbakken), "/min/si?l=nb"), 200, `data-level="9-12"`)
}

// A small child who is signed in sees on every screen whom to ring, and before it
// sends who reads, what the machine remembers and that pictures are shown to an adult.
func TestASmallChildSignedIn(t *testing.T) {
	w := newWorld(t)
	nora := w.As(tilhor.RolePupil, w.Solbakken)
	body := w.page(w.Get(nora, "/min/si/bilder"), 200, `data-level="6-8"`)
	v := fields(body)
	for i, kv := range [][]string{{"face", "sad"}, {"place", "break"}, {"wish", ""}, nil} {
		for _, n := range []string{"112", "113", "116111"} {
			if !strings.Contains(body, `href="tel:`+n+`"`) {
				t.Errorf("screen %d: %s is not there", i+1, n)
			}
		}
		if kv != nil {
			body, v = w.step(nora, v, "next", 200, kv...)
		}
	}
	for _, s := range []string{"Rektor leser det.", "Vi leser på hverdager.", "Vi må hjelpe.", "Maskinen kan huske at du var her.", "Vi tar ikke imot bilder her."} {
		if !strings.Contains(body, s) {
			t.Errorf("%q is not said before it is sent", s)
		}
	}
}

// Who is signed in tells in the language they read, all the way: the form, what
// became of it, and the receipt.
func TestTellingInFurtherLanguages(t *testing.T) {
	for _, l := range lang.Further {
		for _, who := range []tilhor.Role{tilhor.RolePupil, tilhor.RoleParent} {
			t.Run(string(l)+" "+string(who), func(t *testing.T) {
				w := newWorld(t)
				c, in := w.As(who, w.Solbakken), "?l="+string(l)
				look := func(r *http.Response, code int, keys ...string) string {
					t.Helper()
					texts := []string{`<html lang="` + string(lang.For(l).Page()) + `"`}
					for _, k := range keys {
						texts = append(texts, html.EscapeString(lang.For(l).T(k)))
					}
					return w.page(r, code, texts...)
				}
				look(w.Get(c, "/min/sagt"+in), 200, "pupil.home.title", "pupil.home.lead."+string(who), "pupil.home.none")
				v := fields(look(w.Get(c, "/min/si"+in), 200, "say.whom.title"))
				whose := map[tilhor.Role]string{tilhor.RolePupil: "self", tilhor.RoleParent: "child"}[who]
				step := func(do string, code int, keys []string, kv ...string) url.Values {
					t.Helper()
					for i := 0; i+1 < len(kv); i += 2 {
						v.Set(kv[i], kv[i+1])
					}
					v.Set("go", do)
					v.Set("school", string(w.Solbakken))
					return fields(look(w.Post(c, "/min/si"+in, v), code, keys...))
				}
				v = step("next", 200, []string{"arena.corridor"}, "for", whose)
				step("next", 422, []string{"concerns.fault.long"}, "words", strings.Repeat("а", concerns.MaxText+1), "whom", "Nora i 5A")
				v = step("next", 200, []string{"arena.break"}, "words", "De går fra meg.", "arena", "break")
				v.Set("go", "send")
				v.Set("accused", "none")
				v.Set("school", string(w.Solbakken))
				to, _, _ := strings.Cut(w.Post(c, "/min/si"+in, v).Header.Get("Location"), "?")
				if !strings.HasPrefix(to, "/min/sagt/") {
					t.Fatalf("sent on to %q", to)
				}
				look(w.Get(c, to+in), 200, "pupil.told.new", "pupil.step.sent-rektor", "pupil.step.will-read-text", "pupil.step.then."+string(who))
				look(w.Get(c, to+"/kvittering"+in), 200, "receipt.means", "public.receipt.number", "public.receipt.file")
				listed := map[tilhor.Role]string{tilhor.RolePupil: "pupil.home.told", tilhor.RoleParent: "pupil.state.new"}[who] // a pupil's list shows no state
				look(w.Get(c, "/min/sagt"+in), 200, listed)
			})
		}
	}
}
