package staff_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/duty"
)

// tell sends a concern from Jonas about Elias and gives it.
func (w *town) tell(change ...func(*concerns.Telling)) concerns.Concern {
	w.t.Helper()
	now := w.clock()
	n := concerns.Telling{
		School: solbakken, Pupils: []tilhor.PersonID{w.people["elias"]}, Said: "De tar alltid ballen når jeg kommer. Jeg vil ikke ut mer.",
		Saw: "Elias ble stående i garderoben.", Arena: tilhor.ArenaBreak, Place: "Ved ballbingen",
		Happened: tilhor.When{At: now.Add(-20 * time.Minute), Precision: tilhor.Exact}, Known: tilhor.When{At: now.Add(-15 * time.Minute), Precision: tilhor.Exact},
	}
	for _, c := range change {
		c(&n)
	}
	c, err := w.concerns.Tell(w.t.Context(), w.actor("jonas"), n)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// take takes a concern up, with Jonas to stand in the changing room meanwhile.
func (w *town) take(c concerns.Concern) cases.Track {
	w.t.Helper()
	tracks, err := w.cases.TakeUp(w.t.Context(), w.actor("kari"), c.Slug, cases.Stance{
		Handler: w.people["ina"], Urgent: "Stå i garderoben til 6B er ute", Doer: w.people["jonas"],
		Ask: "Sett Elias ved siden av Jakob i dag.",
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return tracks[0]
}

func TestTheDayIsCalmWhenQuiet(t *testing.T) {
	w := newTown(t)
	body := has(t, w.get(w.as("jonas"), "/i-dag"), 200, "Ingen avtaler i dag, Jonas", "Meld bekymring", "Mandag 23.", "uke 48")
	lacks(t, body, "Haster", "Pågår")
	has(t, w.get(w.as("kari"), "/i-dag"), 200, "Ingenting haster i dag")
	has(t, w.get(w.as("ny"), "/i-dag"), 200, "Hei, Nils", "Sakene er lukket for deg ennå")
}

func TestRektorSeesWhatIsNew(t *testing.T) {
	w := newTown(t)
	c := w.tell()
	w.later(31 * time.Minute)
	w.tell(func(n *concerns.Telling) {
		n.Pupils, n.Described, n.Said = nil, "Elev med rød lue", ""
		n.Known = tilhor.When{Precision: tilhor.Unknown}
	})
	kari := w.as("kari")
	body := has(t, w.get(kari, "/i-dag"), 200, "To nye bekymringer", "Elias Haug, 6B: De tar alltid ballen når jeg kommer", "For 31 minutter siden", "Fra Jonas Berg",
		"/bekymringer/"+c.Slug+"/stilling", "De tar alltid ballen når jeg kommer. Jeg vil ikke ut mer.", "Ta stilling", "15 minutter", "Elev med rød lue", "Ukjent når skolen fikk vite det", "<title>Arbeidsside")
	if strings.Index(body, "Nye: ta stilling") > strings.Index(body, "Er du bekymret for en elev?") {
		t.Error("what is new does not stand first")
	}
	// Nobody else sees it: not the handler-to-be, not a teacher, not without two steps.
	for who, cookie := range map[string]string{"ina": "high", "jonas": "high", "kari": "low", "per": "high"} {
		body := has(t, w.get(w.asWith(who, cookie), "/i-dag"), 200)
		lacks(t, body, "ballen")
		if who != "jonas" { // who told sees whom it was about
			lacks(t, body, "Elias", "rød lue")
		}
	}
	has(t, w.get(w.asWith("kari", "low"), "/i-dag"), 200, "Logg inn med to trinn", "/logg-inn?niva=hoyt&amp;neste=/i-dag")
}

func TestACaseAndWhatWasPromised(t *testing.T) {
	w := newTown(t)
	c := w.tell()
	w.later(10 * time.Minute)
	track := w.take(c)
	jonas, ina := w.as("jonas"), w.as("ina")
	body := has(t, w.get(ina, "/i-dag"), 200, "Elias Haug, 6B", "/saker/"+track.Slug, " til")
	lacks(t, body, "ballen")
	has(t, w.get(w.as("kari"), "/i-dag"), 200, "Ina Moe")

	body = has(t, w.get(jonas, "/i-dag"), 200, "Én avtale i dag, Jonas", "Stå i garderoben til 6B er ute", "Gjort", "Ble ikke noe av", "Du er bedt om å gjøre noe")
	lacks(t, body, "/saker/", "ballen")
	form := hidden(body)
	form.Set("answer", "done")
	form.Set("line", "Gikk fint.")
	at := body[strings.Index(body, `action="/tiltak/`)+8:]
	at = at[:strings.Index(at, `"`)]

	// A fault keeps the line; somebody else's measure is not there.
	bad := url.Values{"day": form["day"], "line": {strings.Repeat("a ", 400)}, "answer": {"done"}}
	has(t, w.post(jonas, at, bad), 422, strings.Repeat("a ", 400))
	has(t, w.post(jonas, at, url.Values{"day": form["day"], "line": {"Vi prøvde"}}), 422, "Vi prøvde", "Trykk «Gjort»")
	has(t, w.post(w.as("mona"), at, form), 404)
	has(t, w.post(jonas, at, url.Values{"day": {"2026-12-24"}, "answer": {"done"}}), 404)
	has(t, w.get(w.as("mona"), at), 404)
	has(t, w.get(jonas, at), 200, "Stå i garderoben")

	rec := w.post(jonas, at, form)
	if rec.Code != 303 || rec.Header().Get("Location") != "/i-dag?notert=done" {
		t.Fatal(rec.Code, rec.Header())
	}
	if again := w.post(jonas, at, form); again.Code != 303 {
		t.Error(again.Code)
	}
	has(t, w.get(jonas, "/i-dag?notert=done"), 200, "Alt er gjort for i dag, Jonas", "Notert: gjort.", "Endre svaret")

	// The day after, yesterday's is asked for when it was not answered.
	w.later(48 * time.Hour)
	jonas = w.as("jonas")
	has(t, w.get(jonas, "/i-dag"), 200, "I går: ble det noe av?")
	// A case where nothing is done hastens.
	w.later(5 * 24 * time.Hour)
	if _, err := duty.Wake(t.Context(), w.db, owner, w.clock(), 1000); err != nil {
		t.Fatal(err)
	}
	has(t, w.get(w.as("ina"), "/i-dag"), 200, "Én sak haster", "Haster: ikke gjort")
}

// The talks in which somebody waits stand on the page of today; those that have ended only
// when they are asked for, and each page leads back to the first.
func TestTheTalksThatWait(t *testing.T) {
	w := newTown(t)
	pupil := tilhor.Actor{Owner: owner, Person: w.people["elias"], Role: tilhor.RolePupil, School: solbakken}
	c, _, err := w.concerns.Say(t.Context(), pupil, concerns.Saying{School: solbakken, For: concerns.ForSelf, Words: "De tar ballen."})
	if err == nil {
		err = w.talks.Write(t.Context(), dialogue.Sender{Slug: c.Slug, By: pupil}, dialogue.Say, "Er det noen der?")
	}
	if err != nil {
		t.Fatal(err)
	}
	link := "/bekymringer/" + c.Slug + "/samtale"
	body := has(t, w.get(w.as("kari"), "/i-dag"), 200, "Venter på svar fra deg eller en kollega", "Samtale med elev eller forelder", link)
	lacks(t, body, "Avsluttede samtaler", "Til samtalene som venter")
	body = has(t, w.get(w.as("kari"), "/i-dag?samtaler=avsluttet"), 200, "Samtaler som er avsluttet", "Til samtalene som venter")
	lacks(t, body, link)
	body = has(t, w.get(w.as("kari"), "/i-dag?etter=zzzzzzzz-a"), 200, "Til samtalene som venter")
	lacks(t, body, link)
	has(t, w.get(w.as("kari"), "/i-dag?etter=%C3%A5"), 200, link)
}

func TestTheAnswerToWhoTold(t *testing.T) {
	w := newTown(t)
	c := w.tell()
	path := "/bekymringer/" + c.Slug
	jonas := w.as("jonas")
	has(t, w.get(jonas, path), 200, "Rektor har fått bekymringen for Elias", "Rektor leser den", "snarast")
	for _, other := range []string{"kari", "ina", "mona", "per"} {
		for _, p := range []string{path, path + "/kvittering", path + "/kvittering/bilde"} {
			if rec := w.get(w.as(other), p); rec.Code != 404 {
				t.Errorf("%s at %s: %d", other, p, rec.Code)
			}
		}
	}
	if _, err := w.concerns.Receive(t.Context(), w.actor("kari"), c.Slug); err != nil {
		t.Fatal(err)
	}
	has(t, w.get(jonas, path), 200, "Rektor har lest bekymringen for Elias")
	w.later(time.Hour)
	w.take(c)
	jonas = w.as("jonas")
	body := has(t, w.get(jonas, path), 200, "Skolen følger opp bekymringen for Elias", "Ina Moe har saken", "Sett Elias ved siden av Jakob i dag.", "Dette er du bedt om å gjøre")
	lacks(t, body, "/saker/")
	has(t, w.get(jonas, "/bekymringer"), 200, "Skolen følger det opp", path)

	rec := w.get(jonas, path+"/kvittering")
	if rec.Code != 200 || !strings.Contains(rec.Header().Get("Content-Disposition"), "attachment") || !strings.HasPrefix(rec.Body.String(), "tilhor receipt 1\n") {
		t.Error(rec.Code, rec.Header(), rec.Body)
	}
	lacks(t, rec.Body.String(), "Elias", "ballen")
	if rec := w.get(jonas, path+"/kvittering/bilde"); rec.Code != 200 || !strings.HasPrefix(rec.Body.String(), "<svg") {
		t.Error(rec.Code)
	}

	aside := w.tell(func(n *concerns.Telling) { n.Said = "" })
	if err := w.concerns.PutAside(t.Context(), w.actor("kari"), aside.Slug, concerns.Twice, "Dette meldte du i stad."); err != nil {
		t.Fatal(err)
	}
	has(t, w.get(jonas, "/bekymringer/"+aside.Slug), 200, "ble ikke en egen sak", "Dette meldte du i stad.", "Det samme var meldt før")
	has(t, w.get(w.as("mona"), "/bekymringer"), 200, "Du har ikke meldt noe her ennå")
}

// What nobody has stands before all else, with the one thing to do; and only for
// who can do it.
func TestACaseThatNobodyHasStandsFirst(t *testing.T) {
	w := newTown(t)
	tracks, err := w.cases.TakeUp(t.Context(), w.actor("kari"), w.tell().Slug, cases.Stance{})
	if err != nil {
		t.Fatal(err)
	}
	w.tell(func(n *concerns.Telling) { n.Pupils = []tilhor.PersonID{w.people["nora"]} })
	for lang, words := range map[string][3]string{
		"nb": {"Én sak som ingen har, og én ny bekymring", "Velg hvem som skal ha saken: Elias Haug, 6B", "ingen har fått den ennå"},
		"nn": {"Éi sak som ingen har, og éi ny bekymring", "Vel kven som skal ha saka: Elias Haug, 6B", "ingen har fått ho enno"},
		"en": {"One case that nobody has, and one new concern", "Choose who is to have the case: Elias Haug, 6B", "nobody has been given it yet"},
	} {
		body := has(t, w.get(w.as("kari"), "/i-dag?l="+lang), 200, words[0], words[1], words[2], "/saker/"+tracks[0].Slug+"/ansvar")
		if strings.Index(body, words[1]) > strings.Index(body, "Nora Dahl") {
			t.Errorf("%s: what nobody has does not stand first", lang)
		}
	}
	for _, who := range []string{"ina", "jonas", "per"} {
		lacks(t, has(t, w.get(w.as(who), "/i-dag"), 200), "/ansvar")
	}
	lacks(t, has(t, w.get(w.asWith("kari", "low"), "/i-dag"), 200), "/ansvar")
	if err := w.cases.Appoint(t.Context(), w.actor("kari"), tracks[0].Slug, w.people["ina"]); err != nil {
		t.Fatal(err)
	}
	lacks(t, has(t, w.get(w.as("kari"), "/i-dag?l=nb"), 200, "Én ny bekymring"), "Ingen har saken")
}

var renameClass = db.SQL(`UPDATE roster_group SET name = $3 WHERE owner = $1 AND name = $2`)

// From April on rektor is told of the open cases of those who leave in summer.
func TestRektorIsToldOfWhoLeavesInSummer(t *testing.T) {
	w := newTown(t)
	w.take(w.tell())
	w.write(func(tx *db.Tx) error {
		_, err := tx.Exec(renameClass, owner, "6B", "10B")
		return err
	})
	lacks(t, has(t, w.get(w.as("kari"), "/i-dag"), 200), "/avgangstrinnet")
	w.later(140 * 24 * time.Hour)
	has(t, w.get(w.as("kari"), "/i-dag?l=nb"), 200, "Én åpen sak om en elev som går ut til sommeren", "/avgangstrinnet")
	lacks(t, has(t, w.get(w.as("ina"), "/i-dag"), 200), "/avgangstrinnet")
}
