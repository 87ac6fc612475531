package school_test

import (
	"net/http"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
)

// The home: who may be told what, why, and what a person has decided; secrecy
// past its day is something to do.
func TestTheHomePage(t *testing.T) {
	w := newWorld(t)
	slug, mother := w.track("De tok luen min.", "nora"), string(w.Person("forelder-nora"))
	page := "/saker/" + slug + "/hjemmet"
	w.pages(w.ina, "/saker/"+slug, "Marit Dahl", `href="`+page+`"`)
	body := w.pages(w.ina, page, "Hvem hjemme får vite hva", "Marit Dahl", "Får vite alt som er elevens", "Har foreldreansvar.", "Ingenting ennå.")
	lacks(t, mainOf(body), "<form") // who handles it reads, and does not decide
	if r := w.Post(w.ina, page, form("do", "barnevern", "barnevern-what", "in-care", "barnevern-reason", "x")); r.StatusCode != http.StatusNotFound {
		t.Errorf("the handler decides: %d", r.StatusCode)
	}
	for _, who := range []*http.Cookie{w.jonas, w.As(tilhor.RoleRektor, w.Fjellvik)} {
		w.shown(w.Get(who, page), http.StatusNotFound)
	}
	body = w.pages(w.rektor, page, "Hold en forelder utenfor", "Forelder som ikke skal få vite", "når avgjørelsen sier det")
	lacks(t, mainOf(body), "Bestem hva en forelder får vite", " checked", " selected", "Noe annet, som står i grunnen")
	w.refused(w.rektor, page, form("do", "sperre", "sperre-what", "barred", "sperre-guardian", mother, "sperre-basis", "other", "sperre-reason", "Bor skjult."), "Velg hva det bygger på.", "Bor skjult.")
	w.refused(w.rektor, page, form())
	w.refused(w.rektor, page, form("do", "sperre", "sperre-guardian", mother, "sperre-reason", "Dom fra tingretten."), "Velg hva som er bestemt.", "Dom fra tingretten.")
	w.refused(w.rektor, page, form("do", "sperre", "sperre-what", "barred", "sperre-guardian", mother, "sperre-reason", "Dom fra tingretten."), "Velg hva det bygger på.")
	w.refused(w.rektor, page, form("do", "taushet", "taushet-what", "secret", "taushet-guardian", mother, "taushet-basis", "fvl-19", "taushet-reason", "Redd hjemme."), "Skriv en dag etter i dag", "Redd hjemme.")
	w.refused(w.rektor, page, form("do", "femten", "femten-what", "fifteen", "femten-on", "i går", "femten-reason", "Mor sa det."), "Mor sa det.")
	w.sent(w.rektor, page, form("do", "taushet", "taushet-what", "secret", "taushet-guardian", mother, "taushet-basis", "fvl-19", "taushet-review", "30.11.2026", "taushet-reason", "Redd hjemme."))
	w.pages(w.rektor, page+"?gjort=hjemmet", "Det er lagret", "Får ikke vite noe", "Se på det igjen 30.", "Redd hjemme.", "Forvaltningsloven § 19", "Kari Lund")
	body = w.pages(w.ina, "/saker/"+slug, "skrev noe om hjemmet", "Én til får ikke vite noe herfra")
	lacks(t, body, "Marit Dahl", "Redd hjemme")
	w.later(7 * 24 * time.Hour)
	w.pages(w.rektor, page, "Se på det igjen: Marit Dahl får ikke vite noe", "Opphev den, eller skriv hvorfor", `href="#taushet"`, `id="taushet"`)
	lacks(t, mainOf(w.pages(w.ina, page, "Se på det igjen: Marit Dahl får ikke vite noe")), "#taushet") // leads to what is not there
	w.sent(w.rektor, page, form("do", "taushet", "taushet-what", "not-secret", "taushet-guardian", mother, "taushet-reason", "Er trygt nå."))
	w.sent(w.rektor, page, form("do", "femten", "femten-what", "fifteen", "femten-on", "01.11.2026", "femten-reason", "Mor sa det."))
	w.pages(w.rektor, page, "Nora fylte 15 år", "får i saker om enkeltvedtak egne varsler og vedtak (fvl. §§ 16", "opplæringslova § 24-5", "Bestem, med en grunn", "skolens eget valg")
	w.sent(w.rektor, page, form("do", "fortelle", "fortelle-guardian", mother, "fortelle-basis", "main", "fortelle-reason", "Nora vil det."))
	w.pages(w.rektor, page, "Får vite hovedtrekkene", "Nora vil det.")
	w.sent(w.rektor, page, form("do", "barnevern", "barnevern-what", "in-care", "barnevern-reason", "Barnevernet ringte."))
	w.pages(w.rektor, page, "Barnevernet har omsorgen", "opplæringslova § 24")
	unknown := w.track("", "")
	w.shown(w.Get(w.ina, "/saker/"+unknown+"/hjemmet"), http.StatusNotFound) // nobody knows whose home
}

// In a case that is not sealed, nothing says why something was decided in the
// sealed one, nor by whom.
func TestTheHomePageOfSomebodyBehindTheWall(t *testing.T) {
	w := newWorld(t)
	slug, mother := w.track("De tok luen min.", "nora"), w.Person("forelder-nora")
	w.must(w.cases.Appoint(t.Context(), w.kari, slug, w.teacher.Person))
	all, err := w.cases.TakeSealed(t.Context(), w.kari, w.tellsOf(duty.AccusedEmployee, "den som hadde inspeksjon").Slug, cases.Stance{Handler: w.sosial.Person}, cases.ToOwner{Words: "Vi følger opp."})
	w.must(err)
	w.must(w.cases.DecideHome(t.Context(), w.kari, all[0].Slug, cases.HomeDecision{What: "barred", Guardian: mother, Basis: "judgment", Reason: "Dom fra tingretten."}))
	body := w.pages(w.jonas, "/saker/"+slug+"/hjemmet", "Er holdt utenfor", "Marit Dahl", "Grunnen er bare for dem som har tilgang til den.")
	lacks(t, mainOf(body), "Dom", "Kari Lund")
	lacks(t, w.page(w.jonas, "/saker/"+slug), "skrev noe om hjemmet")
	w.pages(w.rektor, "/saker/"+slug+"/hjemmet", "Dom fra tingretten.", "Kari Lund")
}

// What the page is called in nynorsk: it is no duty of secrecy, and no case of a
// pronoun that is not there.
func TestTheHomePageInNynorsk(t *testing.T) {
	w := newWorld(t)
	slug := w.track("De tok luen min.", "nora")
	w.sign()
	body := w.page(w.rektor, "/saker/"+slug+"/hjemmet?l=nn", "Forelder som ikkje skal få vite", "La han stå tom", "når avgjerda seier det")
	lacks(t, mainOf(body), "eieplikt", " henne")
	lacks(t, mainOf(w.page(w.rektor, "/saker/"+slug+"/pakke?l=nn", "Kven i familien får ho")), " henne")
}

// A package for the family, and a copy, are for one who is told all.
func TestWhatIsGivenHome(t *testing.T) {
	w := newWorld(t)
	slug, mother := w.track("De tok luen min.", "nora"), string(w.Person("forelder-nora"))
	w.sign()
	page := "/saker/" + slug + "/pakke"
	w.pages(w.rektor, page, "Hvem i familien får den", "Marit Dahl, får vite alt")
	w.refused(w.rektor, page, form("kind", "family", "answers", "Mor ba om den."), "Velg hvem i familien", "Mor ba om den.")
	w.refused(w.rektor, page, form("kind", "family", "to", "barnevern", "answers", "Barnevernet ba om den."), "Denne skal ikke få alt dette.")
	w.refused(w.rektor, page, form("kind", "family", "to", string(w.Person("forelder-elias")), "answers", "Far ba om den."), "Denne skal ikke få alt dette.")
	if r := w.Post(w.rektor, page, form("kind", "family", "to", mother, "answers", "Mor ba om den.")); r.StatusCode != http.StatusOK {
		t.Fatalf("the package is not given: %d", r.StatusCode)
	}
	w.page(w.rektor, "/saker/"+slug, "Gitt til Marit Dahl")
	w.sent(w.rektor, "/saker/"+slug+"/hjemmet", form("do", "sperre", "sperre-what", "barred", "sperre-guardian", mother, "sperre-basis", "contact-ban", "sperre-reason", "Politiet."))
	w.sign()
	w.refused(w.rektor, page, form("kind", "family", "to", mother, "answers", "Mor ba om den."), "Denne skal ikke få alt dette.")
}

// Who handles the case has no form on the page of the home, and is not told to fill
// one in.
func TestTheHomeAsksNothingOfWhoCannot(t *testing.T) {
	w := newWorld(t)
	slug := w.track("", "nora")
	page := "/saker/" + slug + "/hjemmet"
	w.must(w.cases.DecideHome(t.Context(), w.kari, slug, cases.HomeDecision{What: "fifteen", On: "2026-11-20", Reason: "Folkeregisteret."}))
	lacks(t, w.page(w.ina, page, "Rektor bestemmer, med en grunn, hva foreldrene får vite."), "15 år. Bestem, med en grunn")
	w.page(w.rektor, page, "15 år. Bestem, med en grunn")
}
