package staff_test

import (
	"net/http"
	"net/url"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
)

// asks asks Jonas for something about Elias, and gives the address of it.
func (w *town) asks(t cases.Track, kind cases.AskKind) string {
	w.t.Helper()
	err := w.cases.Ask(w.t.Context(), w.actor("ina"), t.Slug, cases.Request{
		Kind: kind, Whom: []tilhor.PersonID{w.people["jonas"]}, Place: "Storefri, ved ballbingen", Look: "Hvem er han sammen med?", Due: "2026-11-25",
	})
	if err != nil {
		w.t.Fatal(err)
	}
	all, err := w.cases.Questions(w.t.Context(), w.actor("jonas"))
	if err != nil || len(all) != 1 {
		w.t.Fatal(all, err)
	}
	return "/foresporsler/" + string(all[0].ID)
}

// What one is asked stands on the page of today, with the name and what to look
// for and nothing of the case; the answer thanks, and the question is gone.
func TestWhatAColleagueIsAsked(t *testing.T) {
	w := newTown(t)
	track := w.take(w.tell())
	here, jonas := w.asks(track, cases.ForObservation), w.as("jonas")
	body := has(t, w.get(jonas, "/i-dag"), 200, "Du er spurt", "Se etter hvordan Elias har det", `href="`+here+`"`, "Storefri, ved ballbingen", "Svar innen")
	lacks(t, body, "Hvem er han sammen med?")
	body = has(t, w.get(jonas, here), 200, "Kan du se etter hvordan Elias har det?", "Elias Haug, 6B", "Hvem er han sammen med?", "«en elev»")
	lacks(t, body, "De tar alltid ballen", "Elias ble stående", "/saker/", track.Number)
	for _, who := range []string{"kari", "mona", "ina"} {
		has(t, w.get(w.as(who), here), 404)
		has(t, w.post(w.as(who), here, url.Values{"do": {"svar"}, "observed": {"x"}, "observed-where": {"x"}, "seemed": {"x"}}), 404)
	}
	form := url.Values{"do": {"svar"}, "observed": {"Han sto alene i ti minutter."}, "at": {"31.12.2026"}}
	has(t, w.post(jonas, here, form), 422, "Tidspunktet har ikke vært ennå.", "Skriv hvor det var.", "Skriv hvordan eleven virket", "Han sto alene i ti minutter.", "31.12.2026")
	form.Set("at", "23.11.2026")
	form.Set("observed-where", "Ballbingen")
	form.Set("seemed", "Han så ned.")
	rec := w.post(jonas, here, form)
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/i-dag?notert=svart" {
		t.Fatal(rec.Code, rec.Header().Get("Location"))
	}
	lacks(t, has(t, w.get(jonas, "/i-dag?notert=svart"), 200, "Takk for at du så etter."), "Du er spurt")
	has(t, w.get(jonas, here), 404)
	has(t, w.get(w.as("ina"), "/i-dag?l=nb"), 200, "Svar fra kolleger", "Jonas Berg har svart: Elias Haug, 6B", "/saker/"+track.Slug+`/undersokelse"`, "Ikke lest ennå")
	for _, who := range []string{"kari", "mona", "jonas"} {
		lacks(t, has(t, w.get(w.as(who), "/i-dag?l=nb"), 200), "Svar fra kolleger")
	}
	f, err := w.cases.See(t.Context(), w.actor("ina"), track.Slug, "whole")
	if err != nil || f.Last(cases.Source) == nil || f.Last(cases.Source).Text["text"] != "Han sto alene i ti minutter." {
		t.Fatal(err, f.Last(cases.Source))
	}
	lacks(t, has(t, w.get(w.as("ina"), "/i-dag?l=nb"), 200), "Svar fra kolleger")
}

// A question that is taken back while it is answered: what was typed comes back,
// also when something lacks in it.
func TestAQuestionIsTakenBackMeanwhile(t *testing.T) {
	w := newTown(t)
	track := w.take(w.tell())
	here, jonas := w.asks(track, cases.ForObservation), w.as("jonas")
	if err := w.cases.Withdraw(t.Context(), w.actor("ina"), track.Slug, tilhor.RecordID(here[len("/foresporsler/"):])); err != nil {
		t.Fatal(err)
	}
	form := url.Values{"do": {"svar"}, "observed": {"Han sto alene i ti minutter."}, "observed-where": {"Ballbingen"}, "at": {"23.11.2026"}}
	has(t, w.post(jonas, here, form), 409, "Han sto alene i ti minutter.")
	form.Set("seemed", "Han så ned.")
	has(t, w.post(jonas, here, form), 409, "Han sto alene i ti minutter.", "Han så ned.")
	has(t, w.post(jonas, here, url.Values{"do": {"kan-ikke"}, "reason": {"Jeg var på tur."}}), 409, "Jeg var på tur.")
	has(t, w.post(w.as("mona"), here, form), 404)
	form.Del("seemed")
	has(t, w.post(w.as("mona"), here, form), 404)
}

// In the resource team, the name is told only when it was found to be needed; and
// who cannot says so, with or without a reason.
func TestAdviceIsAskedWithoutAName(t *testing.T) {
	w := newTown(t)
	track := w.take(w.tell())
	jonas := w.as("jonas")
	here := w.asks(track, cases.ForAdvice)
	lacks(t, has(t, w.get(jonas, "/i-dag"), 200, "Ressursteamet: gi et råd"), "hvordan Elias")
	lacks(t, has(t, w.get(jonas, here), 200, "Hva råder du til?", "Det teamet får vite"), "Elias")
	has(t, w.post(jonas, here, url.Values{"do": {"rad"}}), 422, "Skriv hva du råder til.")
	has(t, w.post(jonas, here, url.Values{"do": {"svar"}, "observed": {"x"}, "observed-where": {"x"}, "seemed": {"x"}}), 404)
	if rec := w.post(jonas, here, url.Values{"do": {"rad"}, "advice": {"La ham velge en makker."}}); rec.Code != http.StatusSeeOther {
		t.Fatal(rec.Code)
	}
	here = w.asks(track, cases.ForAdviceNamed)
	has(t, w.get(jonas, here), 200, "Elias Haug, 6B")
	rec := w.post(jonas, here, url.Values{"do": {"kan-ikke"}})
	if rec.Code != http.StatusSeeOther {
		t.Fatal(rec.Code)
	}
	has(t, w.get(jonas, rec.Header().Get("Location")), 200, "Den som spurte, ser at du ikke kan.")
}
