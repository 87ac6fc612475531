package school_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
)

// The overview follows a pupil from the first day until after the end: the
// heading says how the pupil is, and the next step is the only primary button.
func TestTheOverviewFollowsThePupil(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	c := w.tells("Jeg tør ikke gå i garderoben.", "Nora gråt etter gym.", "nora")
	all, err := w.cases.TakeUp(ctx, w.kari, c.Slug, cases.Stance{})
	w.must(err)
	slug := all[0].Slug
	at := "/saker/" + slug
	date := func(days int) tilhor.Date { return tilhor.DateOf(w.Now(), time.UTC).Add(days) }
	plan := func() {
		_, err := w.cases.See(ctx, w.sosial, slug, "plan")
		w.must(err)
		w.must(w.cases.SavePlan(ctx, w.sosial, slug, 0, cases.Plan{Measures: []cases.Measure{{
			Problem: "Nora er redd i garderoben.", What: "Jonas går med.", When: "Før gym",
			Start: date(0), Doer: w.teacher.Person, Evaluate: date(14),
		}}}))
	}
	rev := func() int {
		f, err := w.cases.See(ctx, w.kari, slug, "plan")
		w.must(err)
		return f.Draft.Rev
	}
	for _, s := range []struct {
		name string
		do   func()
		who  **http.Cookie
		has  []string
	}{
		{"taken up", func() {}, &w.rektor, []string{"Nora er ikke hørt ennå", "Jeg tør ikke gå i garderoben.", "Gi saken til noen", "snarast", "Ingen ennå"}},
		{"given", func() { w.must(w.cases.Appoint(ctx, w.kari, slug, w.sosial.Person)) }, &w.ina, []string{"Snakk med Nora", "Et tiltak som gjør at Nora er trygg imens"}},
		{"made safe", func() {
			w.must(w.cases.Protect(ctx, w.sosial, slug, cases.Urgent{What: "Jonas står i gangen.", Doer: w.teacher.Person, Start: date(0)}))
		}, &w.ina, []string{"Nora er trygget imens", "Jonas står i gangen.", "Strakstiltak"}},
		{"declined", func() {
			w.must(w.cases.Hear(ctx, w.sosial, slug, cases.Talk{Answer: cases.Declined, How: "none", Again: date(3)}))
		}, &w.ina, []string{"Nora ville ikke snakke. Skolen undersøker likevel", "Begynn undersøkelsen", "Spørres igjen"}},
		{"heard", func() {
			w.later(time.Hour)
			w.must(w.cases.Hear(ctx, w.sosial, slug, cases.Talk{Answer: cases.Spoke, How: "none", Words: "De ler når jeg bytter.", Wants: "At Jonas er der."}))
		}, &w.ina, []string{"Nora er hørt. Undersøkelsen er ikke begynt", "De ler når jeg bytter.", "Nora ble hørt av Ina Lund"}},
		{"inquiry", func() {
			w.must(w.cases.Inquire(ctx, w.sosial, slug, cases.SourceOf{Kind: "talk-pupils", Who: "Elias Moe", Text: "Jeg så at de lo."}))
		}, &w.ina, []string{"Skolen undersøker hvordan Nora har det", "Ingen funn ennå", "Kilde: samtale med elever"}},
		{"another child is heard", func() {
			w.must(w.cases.AddChild(ctx, w.sosial, slug, cases.Child{Person: w.Person("elias"), Role: "alleged"}))
			f, err := w.cases.See(ctx, w.sosial, slug, "talks")
			w.must(err)
			w.must(w.cases.Hear(ctx, w.sosial, slug, cases.Talk{Child: f.Children[0].Code, Answer: cases.Spoke, How: "none", Words: "Det var bare på gøy."}))
		}, &w.ina, []string{"En annen berørt elev skal bli hørt", "En annen elev ble hørt", "De ler når jeg bytter."}},
		{"found", func() {
			f, err := w.cases.See(ctx, w.sosial, slug, "inquiry")
			w.must(err)
			w.must(w.cases.Find(ctx, w.sosial, slug, "Det skjer når ingen voksen er der.", []string{string(f.Last(cases.Source).ID)}))
			w.must(w.cases.FinishInquiry(ctx, w.sosial, slug))
		}, &w.ina, []string{"Undersøkelsen er ferdig. Nora trenger en plan", "Skriv en plan for Nora", "En skriftlig plan", "1 funn"}},
		{"draft", plan, &w.ina, []string{"Planen for Nora mangler 1 ting", "Gjør ferdig plan, versjon 1", "Det som er best for eleven, er ikke vurdert", "Skriv vurderingen"}},
		{"weighed", func() {
			w.must(w.cases.Weigh(ctx, w.sosial, slug, cases.Weighing{Interests: "Trygghet.", View: "Vil ha Jonas der.", Weighing: "Veier tungt.", Conclusion: "En voksen i garderoben."}))
		}, &w.rektor, []string{"Planen for Nora er klar til å bli godkjent", "Les og godkjenn"}},
		{"weighed, for who may not approve", func() {}, &w.ina, []string{"Plan, versjon 1, venter på rektor"}},
		{"approved", func() { w.must(w.cases.Approve(ctx, w.kari, slug, rev())) }, &w.ina, []string{"Tiltakene for Nora er i gang", "Evaluer sammen med Nora", "godkjent av Kari Lund", "Versjon 1 gjelder"}},
		{"the date", func() { w.later(14 * 24 * time.Hour) }, &w.ina, []string{"Nora skal bli spurt om tiltakene hjelper i dag", "Spør Nora: Har du det trygt nå?"}},
		{"past the date", func() { w.later(24 * time.Hour) }, &w.ina, []string{"Nora skulle vært spurt om tiltakene hjelper 7.", "Ingenting er skrevet om Nora siden", "Planens dato var"}},
		{"not safe", func() {
			w.must(w.cases.Evaluate(ctx, w.sosial, slug, cases.Evaluation{Way: "self", Answer: cases.NotSafe, Words: "Det er ikke bra ennå.", Saw: "Stille.", Best: "Mer.", Then: cases.Change, Next: date(14)}))
		}, &w.ina, []string{"Nora sier at det ikke er trygt ennå", "Endre planen, versjon 2"}},
		{"safe", func() {
			w.later(24 * time.Hour)
			w.must(w.cases.Evaluate(ctx, w.sosial, slug, cases.Evaluation{Way: "self", Answer: cases.SafeNow, Words: "Nå går det fint.", Saw: "Ler igjen.", Best: "Gå videre.", Then: cases.Finish}))
		}, &w.ina, []string{"Nora sier at det er trygt nå", "Rektor kan avslutte saken", "Nå går det fint."}},
		{"safe, for rektor", func() {}, &w.rektor, []string{"Gå til avslutning"}},
		{"closed", func() {
			w.must(w.cases.Close(ctx, w.kari, slug, cases.Ending{Words: "Nå går det fint.", CheckOn: date(35)}))
		}, &w.rektor, []string{"Nora sier at det er trygt", "Spør Nora igjen", "Åpne saken igjen"}},
	} {
		s.do()
		body := w.pages(*s.who, at, s.has...)
		if n := strings.Count(mainOf(body), `class="ds-button"`) - strings.Count(mainOf(body), `class="ds-button" href`); n > 0 {
			t.Errorf("%s: a form on the overview", s.name)
		}
		if n := primary(body); n != 1 {
			t.Errorf("%s: %d primary buttons", s.name, n)
		}
		lacks(t, body, "Jeg så at de lo.", "Det var bare på gøy.", "Elias")
		if t.Failed() {
			t.Fatalf("at %q", s.name)
		}
	}
}

// primary counts the buttons that call most.
func primary(body string) (n int) {
	for _, b := range strings.Split(mainOf(body), `class="ds-button"`)[1:] {
		if tag, _, _ := strings.Cut(b, ">"); !strings.Contains(tag, "data-variant") {
			n++
		}
	}
	return n
}

func TestWhoMayOpenATrack(t *testing.T) {
	w := newWorld(t)
	slug := w.track("", "nora")
	for _, page := range []string{"", "/sammenheng", "/lesinger", "/skriv", "/strakstiltak", "/tatt-opp", "/ansvar", "/elev", "/apne"} {
		missing := mainOf(w.shown(w.Get(w.jonas, "/saker/aaaaaaaaaa"+page), http.StatusNotFound))
		for name, who := range map[string]*http.Cookie{"teacher": w.jonas, "rektor elsewhere": w.As(tilhor.RoleRektor, w.Fjellvik), "deputy": w.As(tilhor.RoleDeputy, w.Solbakken)} {
			if got := mainOf(w.shown(w.Get(who, "/saker/"+slug+page), http.StatusNotFound)); name == "teacher" && got != missing {
				t.Errorf("%s at %s sees another answer than of nothing", name, page)
			}
		}
	}
	for _, page := range []string{"/tatt-opp", "/ansvar", "/elev"} { // only who decides
		w.shown(w.Get(w.ina, "/saker/"+slug+page), http.StatusNotFound)
		if r := w.Post(w.ina, "/saker/"+slug+page, form("handler", string(w.teacher.Person), "by", "parent", "text", "x")); r.StatusCode != http.StatusNotFound {
			t.Errorf("the handler posts to %s: %d", page, r.StatusCode)
		}
	}
	if r := w.Get(nil, "/saker/"+slug); r.StatusCode != http.StatusSeeOther {
		t.Errorf("a stranger: %d", r.StatusCode)
	}
}

// A teacher who is given a track gets its pages.
func TestATeacherIsGivenATrack(t *testing.T) {
	w := newWorld(t)
	slug := w.track("", "nora")
	w.pages(w.rektor, "/saker/"+slug+"/ansvar", "Ina Lund har saken nå", "Jonas Lund, lærer")
	w.refused(w.rektor, "/saker/"+slug+"/ansvar", form("handler", ""), "Velg hvem som skal ha saken")
	w.refused(w.rektor, "/saker/"+slug+"/ansvar", form("handler", string(w.Person("teacher-fjellvik"))), "Velg hvem som skal ha saken")
	to := w.sent(w.rektor, "/saker/"+slug+"/ansvar", form("handler", string(w.teacher.Person)))
	w.page(w.rektor, to, "Saken er gitt videre", "Jonas Lund har saken.")
	w.pages(w.jonas, "/saker/"+slug, "Nora er ikke hørt ennå")
	w.pages(w.jonas, "/saker", "Én åpen sak", "Nora Dahl")
	w.shown(w.Get(w.ina, "/saker/"+slug), http.StatusNotFound)
}

func TestWritingInATrack(t *testing.T) {
	w := newWorld(t)
	at := "/saker/" + w.track("", "nora")
	for _, c := range []struct {
		page       string
		who        *http.Cookie
		title      string
		wrong      []string
		faults     []string
		right      []string
		then, note string
	}{
		{
			"/skriv", w.ina, "Skriv i saken til Nora",
			[]string{"what", "note", "at", "24.11.2026"},
			[]string{"Skriv hva som ble sagt", "Tidspunktet har ikke vært"},
			[]string{"what", "note", "text", "Nora lekte med Tuva i dag.", "at", "20.11.2026", "at-time", "09.30"},
			"Nora lekte med Tuva i dag.", "Det står i saken nå",
		},
		{
			"/skriv", w.ina, "Skriv i saken til Nora",
			[]string{"text", "Ringte mor.", "at", "31.02.2026"},
			[]string{"Velg hva du skriver om", "Skriv datoen", "Ringte mor."},
			[]string{"what", "parents-informed", "text", "Ringte mor."},
			"Foreldrene fikk vite det av Ina Lund", "Det står i saken nå",
		},
		{
			"/skriv", w.rektor, "Skriv i saken til Nora",
			[]string{"what", "x", "at", "20.11.2026", "at-time", "25.00"},
			[]string{"Velg hva du skriver om", "Skriv klokkeslettet"},
			[]string{"what", "rights-informed"},
			"Familien fikk vite om veien til Statsforvalteren", "",
		},
		{
			"/strakstiltak", w.ina, "Hva gjør at Nora er trygg imens?",
			[]string{"what", "Jonas følger til garderoben.", "start", "24.12.2026"},
			[]string{"Velg hvem som skal gjøre det", "sju dager", "Jonas følger til garderoben."},
			[]string{"what", "Jonas følger til garderoben.", "doer", string(w.teacher.Person), "start", "23.11.2026"},
			"Jonas følger til garderoben.", "Strakstiltaket er i gang",
		},
		{
			"/tatt-opp", w.rektor, "Familien har tatt saken opp med rektor",
			[]string{"text", "Mor ringte."},
			[]string{"Velg hvem som tok det opp", "Mor ringte."},
			[]string{"by", "parent", "text", "Mor ringte.", "at", "20.11.2026"},
			"Foreldrene tok saken opp med rektor", "Uken i § 12-6 går fra da",
		},
	} {
		w.pages(c.who, at+c.page, c.title)
		w.refused(c.who, at+c.page, form(c.wrong...), c.faults...)
		once := form(c.right...)
		to := w.sent(c.who, at+c.page, once)
		if again := w.sent(c.who, at+c.page, once); again != to {
			t.Errorf("%s twice led to %s", c.page, again)
		}
		body := w.page(c.who, to, c.then, c.note)
		if n := strings.Count(mainOf(body), "<b>"+c.then); n > 1 {
			t.Errorf("%s: written %d times", c.page, n)
		}
	}
	body := w.page(w.rektor, at, "Skrevet inn 23.", "27.\u00a0november\u00a02026")
	if i, j := strings.Index(body, "Mor ringte."), strings.Index(body, "Skolen fikk vite det"); i < 0 || j < i {
		t.Error("what happened first does not stand first")
	}
}

func TestAnUnknownPupil(t *testing.T) {
	w := newWorld(t)
	at := "/saker/" + w.track("", "")
	w.pages(w.rektor, at, "Eleven er ikke hørt ennå", "Finn ut hvem eleven er", "Elev uten navn ennå")
	w.pages(w.ina, at, "Vi vet ikke hvem eleven er", "Snakk med eleven")
	w.pages(w.rektor, at+"/elev", "Hvem er eleven?", "jente med rød lue")
	w.refused(w.rektor, at+"/elev", form("pupil", string(w.Person("odin"))), "Velg en elev fra listen")
	to := w.sent(w.rektor, at+"/elev", form("pupil", string(w.Person("tuva"))))
	w.pages(w.rektor, to, "Tuva er ikke hørt ennå", "Vi vet hvem eleven er", "Tuva Aas, 6B")
	if r := w.Get(w.rektor, at+"/elev"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("asked again who it is: %d", r.StatusCode)
	}
}

func TestACaseThatGoesQuietIsNoticed(t *testing.T) {
	w := newWorld(t)
	at := "/saker/" + w.track("", "nora")
	w.later(13 * 24 * time.Hour)
	lacks(t, w.page(w.rektor, at), "Ingenting er skrevet")
	w.later(24 * time.Hour)
	w.pages(w.rektor, at, "Ingenting er skrevet om Nora siden 23.\u00a0november")
}

func TestReadings(t *testing.T) {
	w := newWorld(t)
	slug := w.track("", "nora")
	at := "/saker/" + slug + "/lesinger"
	w.page(w.ina, "/saker/"+slug)
	w.later(20 * time.Minute)
	w.page(w.rektor, "/saker/"+slug, "Sist åpnet av Ina Lund")
	w.pages(w.rektor, at, "2 kan lese saken til Nora.", "Alt i dette sporet", "Har saken", "Så lenge oppgaven varer", "Oversikten", "Listen kan ikke slås av")
}

func TestReopen(t *testing.T) {
	w := newWorld(t)
	slug := w.track("", "nora")
	at := "/saker/" + slug + "/apne"
	if r := w.Get(w.rektor, at); r.StatusCode != http.StatusSeeOther {
		t.Errorf("an open track: %d", r.StatusCode)
	}
	w.must(w.cases.Hear(context.Background(), w.sosial, slug, cases.Talk{At: tilhor.Now(w.Now()), Answer: cases.Spoke, How: "none", Words: "Vil ikke svare."}))
	w.must(w.cases.StepDown(context.Background(), w.kari, slug, cases.Step{View: "Vil ikke svare.", Way: "adult", Reason: "Rolig lenge.", Recheck: tilhor.DateOf(w.Now(), time.UTC).Add(30), Told: true}))
	w.pages(w.rektor, "/saker/"+slug, "Saken er trappet ned", "Spør Nora igjen")
	w.pages(w.ina, at, "Åpne saken til Nora igjen")
	w.refused(w.ina, at, form("reason", " "), "Skriv hvorfor.")
	to := w.sent(w.ina, at, form("reason", "Nora gråt på skoleveien."))
	w.pages(w.ina, to, "Saken er åpnet igjen", "Nora gråt på skoleveien.")
}

func TestTheListAndItsFilters(t *testing.T) {
	w := newWorld(t)
	w.pages(w.rektor, "/saker", "Ingen åpne saker", "Ingen saker her nå", `href="/bekymringer/muntlig"`)
	w.track("", "nora")
	w.track("", "elias")
	c := w.tells("", "Tuva er redd for bussen.", "tuva")
	if _, err := w.cases.TakeUp(context.Background(), w.kari, c.Slug, cases.Stance{}); err != nil {
		t.Fatal(err)
	}
	w.pages(w.rektor, "/saker", "3 åpne saker", "Nora Dahl, 5A", "Tuva Aas, 6B", "Samtale", "Skjul navn på skjermen")
	lacks(t, mainOf(w.pages(w.ina, "/saker", "2 åpne saker", "Nora Dahl")), "Tuva")
	body := w.pages(w.rektor, "/saker?navn=skjul&sted=break", "Elev, 5A", "Vis navn igjen")
	lacks(t, mainOf(body), "Nora", "Elias", "Tuva")
	w.pages(w.rektor, "/saker?sted=digital", "Ingen saker med dette", "Vis alle åpne")
	w.pages(w.rektor, "/saker?hvem=mine", "Ingen saker med dette")
	w.pages(w.rektor, "/saker?tilstand=avsluttet&sted=nonsens&etter=x", "Ingen saker med dette")
	body = w.shown(w.Post(w.rektor, "/saker", form("sok", "nora d")), http.StatusOK, "Søket ga én sak", `value="nora d"`)
	lacks(t, mainOf(body), "Elias Moe")
	w.shown(w.Post(w.ina, "/saker", form("sok", "tuva")), http.StatusOK, "Ingen sak du kan se, passer med søket")
	w.shown(w.Post(w.rektor, "/saker", form("sok", "5a")), http.StatusOK, "Søket ga 2 saker")
	w.refused(w.rektor, "/saker", form("sok", " "), "Skriv et navn eller en klasse.")
	for _, r := range w.Site.Routes() {
		if strings.HasPrefix(r.Path, "/saker") && !r.Case {
			t.Errorf("%s shows cases and does not say so", r.Name)
		}
	}
}

func TestTheListGoesOn(t *testing.T) {
	w := newWorld(t)
	for range 52 {
		w.track("", "nora")
	}
	body := w.page(w.rektor, "/saker?sted=break", "Vis de neste")
	if n := strings.Count(mainOf(body), `role="rowheader"`); n != 50 {
		t.Errorf("%d rows", n)
	}
	_, next, _ := strings.Cut(body, `href="/saker?etter=`)
	next, _, _ = strings.Cut(next, `"`)
	body = w.page(w.rektor, "/saker?etter="+strings.ReplaceAll(next, "&amp;", "&"))
	if n := strings.Count(mainOf(body), `role="rowheader"`); n != 2 {
		t.Errorf("%d rows on the second page", n)
	}
}

func TestAHandlerWithoutTraining(t *testing.T) {
	w := newWorld(t)
	r := w.Get(w.In(untrained(w)), "/saker")
	w.shown(r, http.StatusForbidden, "personvernopplæring")
}

// untrained is a teacher who has had no training.
func untrained(w *world) tilhor.Actor {
	id := w.hire("Nils Ny", tilhor.RoleTeacher)
	return tilhor.Actor{Owner: w.kari.Owner, Person: id, Role: tilhor.RoleTeacher, School: w.Solbakken}
}

// What was written when the session had ended comes back in the same form.
func TestADraftComesBack(t *testing.T) {
	w := newWorld(t)
	at := "/saker/" + w.track("", "nora") + "/skriv"
	w.Later(31 * time.Minute)
	to := w.sent(w.ina, at, form("what", "note", "text", "Nora lekte med Tuva i dag, for første gang på lenge."))
	_, id, ok := strings.Cut(to, "kladd=")
	if !ok {
		t.Fatalf("led to %s", to)
	}
	w.page(w.In(w.sosial), at+"?kladd="+id, "Nora lekte med Tuva i dag, for første gang på lenge.", `value="note" checked`)
}
