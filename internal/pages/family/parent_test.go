package family_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

var relink = db.SQL(`UPDATE roster_guardian SET kind = $4, responsibility = $5 WHERE owner = $1 AND pupil = $2 AND guardian = $3`)

func (w *world) link(kind roster.LinkKind, r roster.Responsibility) {
	w.t.Helper()
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(relink, w.marit.Owner, w.Person("nora"), w.marit.Person, kind, r)
		return err
	}))
}

// Whoever has nothing to read is shown the same, to the byte, in as many
// statements: who has no case, whose case is not opened for the home, and who is
// kept out. The page says neither yes nor no.
func TestWhoIsKeptOutSeesThePageOfOneWithoutACase(t *testing.T) {
	decided := func(what string) func(w *world) {
		return func(w *world) { s := w.track(); w.informs(s); w.home(s, what) }
	}
	tells := func(w *world, s, basis string) {
		w.home(s, "tell", func(x *cases.HomeDecision) { x.Basis = basis })
	}
	personas := []struct {
		name  string
		setup func(w *world)
	}{
		{"has no case", func(*world) {}},
		{"the home is not informed", func(w *world) { w.track() }},
		{"it is decided not to inform", func(w *world) { w.notInformed(w.track()) }},
		{"was informed, and is no more", func(w *world) { s := w.track(); w.informs(s); w.later(time.Minute); w.notInformed(s) }},
		{"barred", decided("barred")},
		{"secrecy", decided("secret")},
		{"no responsibility", decided("no-responsibility")},
		{"nobody knows of responsibility", func(w *world) { w.informs(w.track()); w.link("guardian", roster.Unknown) }},
		{"next of kin", func(w *world) { w.informs(w.track()); w.link("next-of-kin", roster.Yes) }},
		{"barnevernet has the care", decided("in-care")},
		{"fifteen, and nobody has decided", decided("fifteen")},
		{"fifteen, and told nothing", func(w *world) { s := w.track(); w.informs(s); w.home(s, "fifteen"); tells(w, s, "nothing") }},
		{"protected, and nobody has decided", func(w *world) {
			s := w.track()
			w.informs(s)
			w.must(w.cases.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.Person("nora"), Grade: roster.Confidential, Leader: w.ina.Person, Reason: "Brev."}))
		}},
		{"barred, and two cases more", func(w *world) {
			s := w.track()
			w.informs(s)
			w.home(s, "barred")
			w.track()
		}},
	}
	paths := []string{"/foresatt", "/foresatt/rektor", "/foresatt/statsforvalteren", "/foresatt/abcdefghij", "/foresatt/abcdefghij/skriv"}
	for engine, fresh := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		first := map[string]answered{}
		for i, p := range personas {
			w := worldOn(t, fresh(t))
			p.setup(w)
			c := w.In(w.marit)
			w.ask(c, "/hjelp") // who she is, is asked once a minute
			w.ask(c, "/foresatt/rektor")
			for _, path := range paths {
				got := w.ask(c, path)
				got.body = random.ReplaceAllString(got.body, "")
				if i == 0 {
					first[path] = got
					continue
				}
				want := first[path]
				if got.code != want.code || got.head != want.head || got.body != want.body {
					t.Errorf("%s, %s: %s is not as for who has no case: %d %d\n%s", engine, p.name, path, got.code, want.code, mainOf(got.body))
				}
				if got.asked != want.asked {
					t.Errorf("%s: %s asks %d statements, and %d for who has no case", p.name, path, got.asked, want.asked)
				}
			}
			if w.slug != "" {
				w.asIfMissing(c, engine+", "+p.name)
			}
		}
		if b := first["/foresatt"].body; !strings.Contains(b, "Den sier verken ja eller nei") || !strings.Contains(b, "Ta opp med rektor") {
			t.Errorf("the page is not the one: %s", mainOf(b))
		}
		// The control: who may read it, gets another.
		w := worldOn(t, fresh(t))
		s := w.track()
		w.informs(s)
		c := w.In(w.marit)
		if got := w.ask(c, "/foresatt"); got.code != http.StatusSeeOther {
			t.Errorf("who may read it is not sent to it: %d", got.code)
		}
		for _, under := range []string{"", "/skriv", "/rett"} {
			if got := w.ask(c, "/foresatt/"+s+under); got.code != http.StatusOK {
				t.Errorf("who may read it does not come to %q: %d", under, got.code)
			}
		}
		if got := w.ask(c, "/foresatt/"+s+"/skriv", form("say", "Hei.")); got.code != http.StatusSeeOther {
			t.Errorf("who may read it does not write: %d", got.code)
		}
	}
}

// asIfMissing asks for each page of the case there is, as one might who has seen its
// address, and for the same of one that is not: read and sent, and in Arabic.
func (w *world) asIfMissing(c *http.Cookie, who string) {
	w.t.Helper()
	letter := "abcdefghijklmnopqrstuvwxyz"
	for _, under := range []string{"", "/skriv", "/rett", "/plan", "/mote", "/tolk", "/uenig", "/rektor", "/kvittering/" + letter, "/kvittering/" + letter + "/fil"} {
		for _, in := range []string{"", "?l=ar"} {
			for _, sent := range [][]url.Values{nil, {form("say", "Hei.", "language", "Polsk")}} {
				asked := func(slug string) answered {
					a := w.ask(c, "/foresatt/"+slug+under+in, sent...)
					a.head, a.body = strings.ReplaceAll(a.head, slug, "SLUG"), strings.ReplaceAll(random.ReplaceAllString(a.body, ""), slug, "SLUG")
					return a
				}
				there, missing := asked(w.slug), asked("zzzzzzzzzz")
				if there.code != missing.code || there.head != missing.head || there.body != missing.body || there.code < 400 {
					w.t.Errorf("%s: %q%s, sent %v: the own is told from one that is not there: %d %d\n%s", who, under, in, sent != nil, there.code, missing.code, mainOf(there.body))
				}
			}
		}
	}
}

// random are the ids of a town and the key of a form: other in each town.
var random = regexp.MustCompile(`value="[a-z2-7]{26}"`)

func (w *world) notInformed(slug string) {
	w.t.Helper()
	w.must(w.cases.InformHome(w.ctx, w.kari, slug, cases.Informing{
		Answer: cases.No, Heard: cases.HeardFirst, Danger: cases.Danger, Basis: "Nora er redd hjemme.", Reason: "Barnevernet er meldt.", Review: w.in(14),
	}))
}

// What a parent sees: the child's own part, the plan with its five elements, what
// comes next, and no words that the child has not agreed to.
func TestTheParentsPage(t *testing.T) {
	w := newWorld(t)
	slug := w.track()
	c := w.In(w.marit)
	page := "/foresatt/" + slug
	w.shown(w.Get(c, page), http.StatusNotFound)
	w.informs(slug)
	body := w.pages(c, page, "Neste: skolen spør Nora om det hjelper, 7. desember", "Saken til Nora · Solbakken skole", "Skolen fikk vite det", "Barnet ble hørt", "Rektor godkjente planen, utgave 1",
		"Hva er problemet?", "Nora er alene ute.", "Jonas går sammen med Nora.", "Jonas Lund", "hvert friminutt", "7. desember 2026", "Ina Lund har den.", "Andre barn: hvem de er", "Ta opp med rektor")
	lacks(t, body, "Elias", "luen", "noen å gå med", "trygt hjemme", "Planen og datoene")
	f, err := w.cases.See(w.ctx, w.ina, slug, "whole")
	w.must(err)
	talk := f.Last(cases.Voice)
	w.must(w.cases.AgreeWords(w.ctx, w.ina, slug, cases.WordsAgreed{Record: talk.ID, Answer: cases.Yes, Talk: "Spurte i samtalen. Nora sa ja."}))
	body = w.page(c, page, "noen å gå med", "Ina Lund, har saken")
	lacks(t, body, "luen", "Nora sa ja")
	w.later(time.Minute)
	w.must(w.cases.AgreeWords(w.ctx, w.ina, slug, cases.WordsAgreed{Record: talk.ID, Answer: cases.No, Talk: "Nora vil ikke mer."}))
	lacks(t, w.page(c, page), "noen å gå med")
	// The reading stands in the log, as the parent's.
	_, _, seen, err := w.cases.Readings(w.ctx, w.ina, slug)
	w.must(err)
	found := false
	for _, s := range seen {
		found = found || s.Role == tilhor.RoleParent && s.View == "home-page" && s.Name == "Marit Dahl"
	}
	if !found {
		t.Error("the parent's reading is not in the log")
	}
	if to := w.Get(c, "/foresatt").Header.Get("Location"); to != page {
		t.Errorf("the one case is not where the day begins: %q", to)
	}
}

// Who is told the main points is shown what is done and when, and no words, no
// problem, and not who has read.
func TestAParentWhoIsToldTheMainPoints(t *testing.T) {
	w := newWorld(t)
	slug := w.track()
	w.informs(slug)
	w.home(slug, "fifteen")
	w.home(slug, "tell", func(x *cases.HomeDecision) { x.Basis = "main" })
	body := w.pages(w.In(w.marit), "/foresatt/"+slug, "Her står hovedtrekkene.", "Jonas går sammen med Nora.")
	lacks(t, body, "Nora er alene ute.", "Jonas Lund", "Hvem har åpnet", "Barnet ble hørt")
}

// The home of a protected child sees dates and how far it is: no name, no school,
// no municipality, no staff.
func TestTheHomeOfAProtectedChild(t *testing.T) {
	w := newWorld(t)
	slug := w.track()
	w.informs(slug)
	w.must(w.cases.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.Person("nora"), Grade: roster.StrictConfidential, Leader: w.ina.Person, Reason: "Brev."}))
	w.later(time.Minute)
	w.must(w.cases.DecideHome(w.ctx, w.ina, slug, cases.HomeDecision{What: "tell", Guardian: w.marit.Person, Basis: "all", Reason: "Bor sammen."}))
	body := w.pages(w.In(w.marit), "/foresatt/"+slug, "Neste: planen blir sett på 7. desember", "Dette vises ikke på skjerm", "Rektor godkjente planen")
	lacks(t, body, "Nora", "Solbakken", "Granvik", "Ina", "Jonas", "Marit", "5A")
	body = w.page(w.In(w.marit), "/foresatt/"+slug+"/skriv")
	lacks(t, body, "Nora", "Solbakken", "Granvik", "Marit")
}

// What a parent writes reaches the school, is answered there, and is seen by no
// other parent. It changes nothing that stands.
func TestWhatAParentWrites(t *testing.T) {
	w := newWorld(t)
	slug := w.track()
	w.informs(slug)
	ali := tilhor.Actor{Owner: w.marit.Owner, Person: w.Person("forelder-elias"), Role: tilhor.RoleParent}
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: w.Person("nora"), Guardian: ali.Person, Holds: true, Responsibility: roster.Yes, Reason: "Dom."}, w.Now())
	}))
	her, his, page := w.In(w.marit), w.In(ali), "/foresatt/"+slug
	for what, text := range map[string]string{"skriv": "Skriv til skolen", "rett": "Noe er feil", "mote": "Be om møte", "tolk": "Be om tolk", "rektor": "Ta opp med rektor"} {
		w.pages(her, page+"/"+what, text, "En annen forelder ser ikke")
	}
	w.refused(her, page+"/skriv", form("say", ""), "Skriv det du vil si.")
	w.refused(her, page+"/tolk", form("language", ""), "Skriv hvilket språk.")
	if to := w.sent(her, page+"/rett", form("say", "Hun var ikke alene, hun var syk.")); to != page+"?sendt=correct" {
		t.Errorf("led to %q", to)
	}
	w.sent(her, page+"/mote", form("say", ""))
	w.sent(her, page+"/tolk", form("language", "polsk"))
	w.sent(his, page+"/skriv", form("say", "Jeg er enig i planen."))
	f, err := w.cases.See(w.ctx, w.ina, slug, "whole")
	w.must(err)
	if n := len(f.Unanswered()); n != 4 {
		t.Fatalf("%d letters wait", n)
	}
	w.must(w.cases.AnswerHome(w.ctx, w.ina, slug, f.Of(cases.HomeSaid)[0].ID, "Vi ringer deg i morgen."))
	body := w.pages(her, page+"?sendt=correct", "Rettelsen er sendt", "hun var syk", "Du ba om tolk", "polsk", "Nora er alene ute.")
	lacks(t, body, "enig i planen", "Ali Moe")
	body = w.page(his, page, "enig i planen")
	lacks(t, body, "hun var syk", "Du ba om tolk", "Marit Dahl")
	if strings.Contains(w.page(her, page), "Vi ringer deg") == strings.Contains(w.page(his, page), "Vi ringer deg") {
		t.Error("the answer is for one of them, and for no other")
	}
	// Somebody else's parent finds nothing, and writes nothing.
	other := w.In(tilhor.Actor{Owner: w.marit.Owner, Person: w.Person("forelder-tuva"), Role: tilhor.RoleParent})
	for _, p := range []string{page, page + "/skriv", page + "/rektor"} {
		w.shown(w.Get(other, p), http.StatusNotFound)
	}
	if r := w.Post(other, page+"/skriv", form("say", "Hei.")); r.StatusCode != http.StatusNotFound {
		t.Errorf("a stranger writes: %d", r.StatusCode)
	}
}

// The home is heard on the plan before it is adopted: it sees the draft only when
// it is shown, and until it is approved.
func TestTheHomeIsHeardOnThePlan(t *testing.T) {
	w := newWorld(t)
	slug := w.track()
	w.informs(slug)
	c, page := w.In(w.marit), "/foresatt/"+slug
	w.must(w.cases.SavePlan(w.ctx, w.ina, slug, 0, cases.Plan{Measures: []cases.Measure{w.measure("To voksne ved ballbingen.")}, Why: "Det holder ikke."}))
	lacks(t, w.page(c, page), "ballbingen")
	w.shown(w.Get(c, page+"/plan"), http.StatusNotFound)
	w.must(w.cases.ShowDraft(w.ctx, w.ina, slug, w.in(3)))
	w.pages(c, page, "Neste: si hva du mener om planen innen 26. november", "To voksne ved ballbingen.", "Dette er ikke bestemt ennå.")
	w.pages(c, page+"/plan", "Hva mener du om utkastet til plan?")
	w.sent(c, page+"/plan", form("say", "Bra. Men også på skoleveien."))
	w.page(c, page, "Skriv mer om planen")
	f, err := w.cases.See(w.ctx, w.ina, slug, "whole")
	w.must(err)
	if r := f.Last(cases.HomeSaid); r == nil || r.Ref != "plan-2" || r.Text["text"] != "Bra. Men også på skoleveien." {
		t.Errorf("what the home means is not by the draft: %+v", r)
	}
	w.must(w.cases.Approve(w.ctx, w.kari, slug, f.Draft.Rev))
	w.shown(w.Get(c, page+"/plan"), http.StatusNotFound)
	w.refused(c, page+"/plan", form("say", "For sent."), "For sent.", "Planen er godkjent eller endret")
}

// A parent takes it up with rektor itself: the week runs from then, counted both
// ways; from day one, with a case to read or none.
func TestAParentTakesItUpWithRektor(t *testing.T) {
	w := newWorld(t).tells()
	c := w.In(w.marit)
	w.pages(c, "/foresatt", "Ta opp med rektor", "En uke etter at saken er tatt opp med rektor", "særlige grunner")
	w.pages(c, "/foresatt/rektor", "Solbakken skole", "Fjellvik skole", "Hvilket barn gjelder det?")
	w.pages(c, "/foresatt/statsforvalteren", "opplæringslova § 12-6", "Barnet kan melde selv, uansett alder.")
	w.refused(c, "/foresatt/rektor", form("school", "", "described", "", "saw", "Hun gråter."), "Velg hvilken skole", "Skriv hvilket barn", "Hun gråter.")
	to := w.sent(c, "/foresatt/rektor", form("school", string(w.Solbakken), "described", "Nora i 5A", "saw", "Hun gråter hver morgen."))
	w.pages(c, to, "Rektor har fått det 23. november", "30. november 2026", "Se hva som skjer, og kvitteringen", `href="/min/sagt/`)
	waiting, _, err := w.concerns.Waiting(w.ctx, w.kari)
	w.must(err)
	if len(waiting) != 1 || waiting[0].Channel != "home" || waiting[0].From != "Marit Dahl" {
		t.Fatalf("what waits for rektor: %+v", waiting)
	}
	all, err := w.cases.TakeUp(w.ctx, w.kari, waiting[0].Slug, cases.Stance{Handler: w.ina.Person})
	w.must(err)
	w.must(w.cases.Identify(w.ctx, w.kari, all[0].Slug, w.Person("nora")))
	f, err := w.cases.See(w.ctx, w.kari, all[0].Slug, "whole")
	w.must(err)
	if len(f.Windows) != 1 || f.Windows[0].CalendarWeek != "2026-11-30" || f.Windows[0].Arbeidsdager != "2026-11-30" {
		t.Fatalf("the week does not run: %+v", f.Windows)
	}
	slug := all[0].Slug
	w.must(w.cases.Hear(w.ctx, w.ina, slug, cases.Talk{At: tilhor.Now(w.Now()), Answer: cases.Spoke, How: "none", Words: "Ja."}))
	w.informs(slug)
	w.pages(c, "/foresatt/"+slug, "Saken ble tatt opp med rektor 23. november 2026", "30. november 2026", "Neste dag er ikke satt ennå")
	w.later(8 * 24 * time.Hour)
	c = w.In(w.marit)
	w.page(c, "/foresatt/"+slug, "Gått: 30. november 2026")
	w.sent(c, "/foresatt/"+slug+"/rektor", form("say", "Det fortsetter."))
	body := w.page(c, "/foresatt/"+slug, "Du tok det opp med rektor", "Det fortsetter.", "1. desember 2026", "Vis kvitteringen", "8. desember 2026")
	at := regexp.MustCompile(`href="(/foresatt/` + slug + `/kvittering/[a-z2-7]+)"`).FindStringSubmatch(body)
	if at == nil {
		t.Fatal("no way to the receipt")
	}
	w.page(c, "/foresatt/"+slug+"?sendt=raise", "Rektor har fått det", `href="`+at[1]+`"`)
	w.pages(c, at[1], "Kvitteringen viser at skolen har fått noe", "1. desember 2026", `href="`+at[1]+`/fil"`)
	r := w.Get(c, at[1]+"/fil")
	file, err := io.ReadAll(r.Body)
	w.must(err)
	if got, err := journal.CheckReceipt(w.Kit.Keys.Public(w.marit.Owner), file); err != nil || !got.TakenUp {
		t.Errorf("the receipt: %+v %v", got, err)
	}
	other := w.In(tilhor.Actor{Owner: w.marit.Owner, Person: w.Person("forelder-tuva"), Role: tilhor.RoleParent})
	for _, p := range []string{at[1], at[1] + "/fil", "/foresatt/" + slug + "/kvittering/abc"} {
		w.shown(w.Get(other, p), http.StatusNotFound)
	}
	w.shown(w.Get(c, "/foresatt/"+slug+"/kvittering/abc"), http.StatusNotFound)
}

// A parent says that it does not agree, in its own thread; and nothing on the page
// names another child.
func TestAParentWhoDoesNotAgree(t *testing.T) {
	w := newWorld(t)
	slug := w.track()
	w.informs(slug)
	c, page := w.In(w.marit), "/foresatt/"+slug
	w.page(c, page, "Jeg er ikke enig", `href="`+page+`/uenig"`)
	w.pages(c, page+"/uenig", "Hva er du ikke enig i?", "En annen forelder ser ikke")
	w.refused(c, page+"/uenig", form("say", " "), "Skriv det du vil si.")
	w.sent(c, page+"/uenig", form("say", "Hun må bytte klasse."))
	w.pages(c, page+"?sendt=disagree", "Det er sendt", "Du skrev at du ikke er enig", "Hun må bytte klasse.", "Skolen har ikke svart her ennå.")
	w.must(w.cases.AddChild(w.ctx, w.ina, slug, cases.Child{Person: w.Person("elias"), Role: "alleged"}))
	w.must(w.cases.SavePlan(w.ctx, w.ina, slug, 0, cases.Plan{Measures: []cases.Measure{w.measure("En voksen er ute. Når Elias kommer, går de inn.")}, Why: "Det holder ikke."}))
	w.must(w.cases.ShowDraft(w.ctx, w.ina, slug, w.in(3)))
	lacks(t, w.pages(c, page, "En voksen er ute. (Her står noe om andre. Det vises ikke her.)"), "Elias", "[…]")
}

// How Statsforvalteren and the ombud are reached stands where they are named, when
// the municipality has set it; and nothing is invented.
func TestHowTheyAreReached(t *testing.T) {
	w := newWorld(t)
	c := w.In(w.marit)
	lacks(t, w.page(c, "/foresatt/statsforvalteren"), "tel:55")
	w.Kit.Owner.State = web.Contact{Name: "Statsforvalteren i Granvik", Phone: "55 00 00 10", Address: "Fylkesgata 1", URL: "statsforvalteren.example"}
	w.Kit.Owner.Ombud = web.Contact{Phone: "55 00 00 11"} // no name: nothing is shown
	lacks(t, w.pages(c, "/foresatt/statsforvalteren", "Statsforvalteren i Granvik", "Fylkesgata 1", `href="tel:55000010"`), "55 00 00 11")
}
