package school_test

import (
	"net/http"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
)

// The page of the home and the case: nothing opens before it is written that the
// home is informed; the child's words one by one; what parents write is answered.
func TestTheHomeAndTheCase(t *testing.T) {
	w := newWorld(t)
	slug := w.track("De tok luen min.", "nora")
	page := "/saker/" + slug + "/hjemmet/informer"
	others = append(others, "/saker/"+slug+"/sammen") // the family's own pages are mounted elsewhere
	w.pages(w.ina, "/saker/"+slug+"/hjemmet", `href="`+page+`"`)
	body := w.pages(w.ina, page, "Ingen hjemme ser noe ennå", "Er barnet hørt først?", "Er det vurdert om det er fare hjemme?", "Ingen har skrevet noe.", "De tok luen min.", "Hjemmet ser det ikke")
	lacks(t, mainOf(body), " checked")
	for _, who := range []*http.Cookie{w.jonas, w.As(tilhor.RoleRektor, w.Fjellvik)} {
		w.shown(w.Get(who, page), http.StatusNotFound)
	}
	yes := []string{"do", "informert", "informert-informed", "yes", "informert-heard", "heard", "informert-danger", "no-danger", "informert-considered", "Spurte Nora.", "informert-shared", "Planen."}
	w.refused(w.ina, page, form("do", "informert", "informert-shared", "Planen."), "Svar på om barnet er hørt først.", "Planen.")
	w.refused(w.ina, page, form(yes...), "Ingen samtale med barnet står i saken.", "Spurte Nora.")
	w.must(w.cases.Hear(t.Context(), w.sosial, slug, cases.Talk{At: tilhor.Now(w.Now()), Answer: cases.Spoke, How: "none", Words: "Jeg vil ha noen å gå med."}))
	w.refused(w.ina, page, form("do", "informert", "informert-informed", "no", "informert-heard", "heard", "informert-danger", "danger", "informert-considered", "Hun er redd.", "informert-inform-reason", "Meldt.", "informert-review", "07.12.2026"),
		"Bare den som leder saken", "Hun er redd.")
	w.sent(w.ina, page, form(yes...))
	w.pages(w.ina, page+"?gjort=informert", "Siden er åpen for dem hjemme som får vite", "Ina Lund")
	w.pages(w.ina, "/saker/"+slug, "Hjemmet er informert", "Spurte Nora.")
	home := tilhor.Actor{Owner: w.kari.Owner, Person: w.Person("forelder-nora"), Role: tilhor.RoleParent}
	w.must(w.cases.Say(t.Context(), home, slug, cases.Letter{What: cases.SayCorrect, Text: "Hun var syk."}))
	f, err := w.cases.See(t.Context(), w.sosial, slug, "whole")
	w.must(err)
	talk, said := f.Last(cases.Voice).ID, f.Last(cases.HomeSaid).ID
	w.pages(w.ina, page, "Hun var syk.", "Marit Dahl", "Ikke svart")
	w.pages(w.ina, "/saker/"+slug, "Marit Dahl skrev at noe er feil", `href="`+page+`"`)
	w.refused(w.ina, page, form("do", "svar", "svar-to", "", "svar-answer-text", "Takk."), "Velg hva du svarer på.", "Takk.")
	w.sent(w.ina, page, form("do", "svar", "svar-to", string(said), "svar-answer-text", "Takk, vi skriver det."))
	w.refused(w.ina, page, form("do", "ord", "ord-record", string(talk), "ord-talk", "Spurte."), "Velg hva eleven sa.", "Spurte.")
	w.sent(w.ina, page, form("do", "ord", "ord-record", string(talk), "ord-home-reads", "yes", "ord-talk", "Nora sa ja."))
	w.pages(w.ina, page, "Hjemmet får lese det", "Svart")
	// The parent's reading stands in the log, and is no stranger's.
	_, err = w.cases.Family(t.Context(), home, slug)
	w.must(err)
	body = w.pages(w.rektor, "/saker/"+slug+"/lesinger", "Foreldresiden", "Forelder, og saken er åpnet for hjemmet")
	lacks(t, mainOf(body), "Ingen tilgang")
	// Rektor decides that it is closed, and looks at it again.
	w.later(time.Minute)
	w.sent(w.rektor, page, form("do", "informert", "informert-informed", "no", "informert-heard", "heard", "informert-danger", "danger", "informert-considered", "Hun er redd.", "informert-inform-reason", "Meldt.", "informert-review", "07.12.2026"))
	w.pages(w.rektor, page, "Det er bestemt at hjemmet ikke informeres nå", "7.\u00a0desember", "Kari Lund")
	w.later(14 * 24 * time.Hour)
	w.sign()
	w.pages(w.rektor, page, "Se på det igjen: hjemmet er ikke informert")
	// What the parents do not agree on, each by itself; and what is not shown at home.
	w.refused(w.ina, page, form("do", "uenige", "uenige-disagree-about", "Klassebytte.", "uenige-disagree-does", "Følger planen."), "Skriv hva minst én av foreldrene sier.", "Klassebytte.")
	w.sent(w.ina, page, form("do", "uenige", "guardian", string(home.Person), "uenige-said-"+string(home.Person), "Hun vil bytte.", "uenige-disagree-about", "Klassebytte.", "uenige-disagree-does", "Følger planen."))
	body = w.pages(w.ina, page, "Klassebytte.", "Følger planen.", "Hva sier Marit Dahl?")
	lacks(t, mainOf(body), "blir ikke vist hjemme")
	w.must(w.cases.AddChild(t.Context(), w.sosial, slug, cases.Child{Person: w.Person("elias"), Role: "alleged"}))
	w.must(w.cases.SavePlan(t.Context(), w.sosial, slug, 0, cases.Plan{Measures: []cases.Measure{{What: "En voksen er ute. Elias går inn først."}}}))
	w.pages(w.ina, page, "Én setning blir ikke vist hjemme", "Elias går inn først.", "Utkastet til plan")
	unknown := w.track("", "")
	w.shown(w.Get(w.ina, "/saker/"+unknown+"/hjemmet/informer"), http.StatusNotFound)
}
