package staff_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
)

// step fills in one screen on top of what the page before carries.
func (w *town) step(who *http.Cookie, body string, fields url.Values) string {
	w.t.Helper()
	v := hidden(body)
	for k, all := range fields {
		v[k] = all
	}
	rec := w.post(who, "/bekymringer/ny", v)
	if rec.Code == http.StatusSeeOther {
		return rec.Header().Get("Location")
	}
	return has(w.t, rec, 200)
}

func TestATeacherTellsInThreeScreens(t *testing.T) {
	w := newTown(t)
	jonas := w.as("jonas")
	body := has(t, w.get(jonas, "/bekymringer/ny"), 200, "Hvem er du bekymret for?", "Elias Haug", "<title>Arbeidsside", "t-exit")
	lacks(t, body, "Ada Skjult", "Nora Dahl")
	w.later(3 * time.Minute)

	body = w.step(jonas, body, url.Values{"go": {"next"}, "pupil": {string(w.people["elias"])}})
	if !strings.Contains(body, "Hva har skjedd med Elias?") || !strings.Contains(body, "Det Elias sa") {
		t.Fatal(main(body))
	}
	body = w.step(jonas, body, url.Values{"go": {"next"}, "said": {"De tar alltid ballen.\n«Jeg vil ikke ut.»"}})
	// Back and forth again loses nothing.
	body = w.step(jonas, body, url.Values{"go": {"back"}})
	if !strings.Contains(body, "De tar alltid ballen.") {
		t.Fatal("the words are gone", main(body))
	}
	body = w.step(jonas, body, url.Values{"go": {"next"}, "said": {"De tar alltid ballen.\n«Jeg vil ikke ut.»"}, "saw": {"Han ble stående."}})
	w.later(2 * time.Minute)
	sent := url.Values{"go": {"send"}, "arena": {"break"}, "place": {"Ved ballbingen"}, "happened": {"today"}, "happened-at": {"08.55"}, "known": {"now"}}
	to := w.step(jonas, body, sent)
	if !strings.HasPrefix(to, "/bekymringer/") {
		t.Fatal(to)
	}
	// The same form sent twice is one concern.
	if again := w.step(jonas, body, sent); again != to {
		t.Errorf("sent twice: %s and %s", to, again)
	}
	all, err := w.concerns.Mine(t.Context(), w.actor("jonas"), 100)
	if err != nil || len(all) != 1 {
		t.Fatal(len(all), err)
	}
	c := all[0]
	opened := time.Date(2026, 11, 23, 8, 10, 0, 0, time.UTC)
	if c.Said != "De tar alltid ballen.\n«Jeg vil ikke ut.»" || c.Saw != "Han ble stående." || c.Arena != tilhor.ArenaBreak || c.Place != "Ved ballbingen" ||
		!c.Known.At.Equal(opened) || c.Known.Precision != tilhor.Exact || !c.Happened.At.Equal(opened.Add(-15*time.Minute)) || c.Pupils[0].Person != w.people["elias"] || !c.PupilSays {
		t.Errorf("%+v", c)
	}
	has(t, w.get(jonas, to), 200, "Rektor har fått bekymringen for Elias", "Si til Elias:", "De tar alltid ballen.", "snarast", "Rektor leser den")
}

func TestWhoToTellAbout(t *testing.T) {
	w := newTown(t)
	jonas := w.as("jonas")
	first := has(t, w.get(jonas, "/bekymringer/ny"), 200)
	elias := string(w.people["elias"])
	for name, c := range map[string]struct {
		fields      url.Values
		has, hasNot []string
	}{
		"another class keeps who is chosen": {url.Values{"pupil": {elias}, "class": {"5A"}}, []string{"Valgt", "Elias Haug", "Nora Dahl"}, []string{"Jakob Strand"}},
		"SFO and a class nobody has":        {url.Values{"class": {"9Z"}}, []string{"Ingen treff. Skriv det du vet"}, []string{"Elias Haug"}},
		"a name, in any class":              {url.Values{"find": {"nora"}}, []string{"Nora Dahl", "5A"}, []string{"Jakob Strand"}},
		"a protected name is no hit":        {url.Values{"find": {"skjult"}}, []string{"Ingen treff. Skriv det du vet"}, []string{"Ada"}},
		"too many":                          {url.Values{"find": {"prøve"}}, []string{"Skriv mer av navnet"}, nil},
		"what was described stays":          {url.Values{"class": {"5A"}, "described": {"ei med <rød> lue"}}, []string{"ei med &lt;rød&gt; lue"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c.fields.Set("go", "find")
			body := w.step(jonas, first, c.fields)
			for _, s := range c.has {
				if !strings.Contains(body, s) {
					t.Errorf("%q is not in %s", s, main(body))
				}
			}
			lacks(t, body, c.hasNot...)
		})
	}
}

func TestWhatIsWrongIsToldWhereItIs(t *testing.T) {
	w := newTown(t)
	jonas := w.as("jonas")
	begin := hidden(has(t, w.get(jonas, "/bekymringer/ny"), 200))
	whole := func(change url.Values) url.Values {
		v := url.Values{"step": {"3"}, "go": {"send"}, "pupil": {string(w.people["elias"])}, "saw": {"Han ble stående igjen."}, "arena": {"break"}, "happened": {"today"}, "known": {"unknown"}}
		for k, all := range begin {
			if k != "step" {
				v[k] = all
			}
		}
		for k, all := range change {
			v[k] = all
		}
		return v
	}
	for name, c := range map[string]struct {
		change  url.Values
		says    string
		heading string
	}{
		"nobody":                 {url.Values{"pupil": nil, "step": {"1"}, "go": {"next"}}, "Velg en elev, eller skriv det du vet.", "Hvem er du"},
		"nothing":                {url.Values{"saw": {"  "}, "step": {"2"}, "go": {"next"}}, "Ett av dem er nok.", "Hva har skjedd"},
		"nobody, at the end":     {url.Values{"pupil": nil}, "Velg en elev, eller skriv det du vet.", "Hvem er du"},
		"a pupil elsewhere":      {url.Values{"pupil": {tilhor.NewID()}}, "Vi finner ikke en av elevene", "Hvem er du"},
		"a protected pupil":      {url.Values{"pupil": {string(w.people["skjult"])}}, "Vi finner ikke en av elevene", "Hvem er du"},
		"no place":               {url.Values{"arena": {"månen"}}, "Velg hvor det skjer.", "Hvor og når?"},
		"no answer to known":     {url.Values{"known": nil}, "Velg når den første voksne", "Hvor og når?"},
		"a date that is none":    {url.Values{"happened": {"earlier"}, "happened-on": {"31.2.2026"}}, "Skriv datoen", "Hvor og når?"},
		"tomorrow":               {url.Values{"known": {"earlier"}, "known-on": {"24.11.2026"}}, "Tiden har ikke vært ennå", "Hvor og når?"},
		"later today":            {url.Values{"happened-at": {"23.30"}}, "Tiden har ikke vært ennå", "Hvor og når?"},
		"a clock that is none":   {url.Values{"happened-at": {"25.70"}}, "Skriv klokkeslettet", "Hvor og når?"},
		"a hundred years ago":    {url.Values{"known": {"earlier"}, "known-on": {"1.1.1926"}}, "mer enn tjue år", "Hvor og når?"},
		"a book":                 {url.Values{"saw": {strings.Repeat("å", 20_001)}}, "Teksten er for lang", "Hva har skjedd"},
		"thirteen":               {url.Values{"pupil": slices.Repeat([]string{string(w.people["elias"])}, 13)}, "høyst tolv", "Hvem er du"},
		"a step that is none":    {url.Values{"step": {"99"}, "go": {"next"}, "pupil": nil}, "Velg en elev", "Hvem er du"},
		"a place that is a page": {url.Values{"place": {strings.Repeat("a", 501)}}, "høyst 500 tegn", "Hvor og når?"},
	} {
		t.Run(name, func(t *testing.T) {
			v := whole(c.change)
			body := has(t, w.post(jonas, "/bekymringer/ny", v), 422, c.says, c.heading, "Teksten din er tatt vare på.")
			if saw := v.Get("saw"); strings.TrimSpace(saw) != "" && !strings.Contains(body, saw) {
				t.Error("what was written is gone")
			}
		})
	}
	all, err := w.concerns.Mine(t.Context(), w.actor("jonas"), 100)
	if err != nil || len(all) != 0 {
		t.Errorf("%d were sent: %v", len(all), err)
	}
	// The control: the same form without a fault is sent.
	if rec := w.post(jonas, "/bekymringer/ny", whole(nil)); rec.Code != 303 {
		t.Error(rec.Code)
	}
}

// Telling waits for no training and no second factor; the draft of who was
// signed out is given back.
func TestEveryoneWhoWorksHereMayTell(t *testing.T) {
	w := newTown(t)
	has(t, w.get(w.as("ny"), "/bekymringer/ny"), 200, "Hvem er du bekymret for?")
	has(t, w.get(w.asWith("jonas", "low"), "/bekymringer/ny"), 200)
	has(t, w.get(w.as("mona"), "/bekymringer/ny"), 200)
	if rec := w.get(nil, "/bekymringer/ny"); rec.Code != 303 || !strings.HasPrefix(rec.Header().Get("Location"), "/logg-inn") {
		t.Error(rec.Code)
	}
	jonas := w.as("jonas")
	v := hidden(has(t, w.get(jonas, "/bekymringer/ny"), 200))
	v.Set("described", "Elev jeg ikke kjenner navnet på")
	v.Set("said", "Jeg tør ikke gå hjem")
	v.Set("step", "2")
	v.Set("go", "next")
	w.later(40 * time.Minute)
	rec := w.post(jonas, "/bekymringer/ny", v)
	kept := rec.Header().Get("Location")
	if rec.Code != 303 || !strings.HasPrefix(kept, "/utlogget?kladd=") {
		t.Fatal(rec.Code, kept)
	}
	back := w.as("jonas")
	has(t, w.get(back, "/bekymringer/ny?kladd="+strings.TrimPrefix(kept, "/utlogget?kladd=")), 200, "Hva har skjedd?", "Jeg tør ikke gå hjem", "Elev jeg ikke kjenner navnet på")
	has(t, w.get(back, "/i-dag"), 200, "Du har en kladd som ikke er sendt")
}

func TestInEveryLanguage(t *testing.T) {
	w := newTown(t)
	jonas := w.as("jonas")
	for l, s := range map[string]string{"nn": "Kven er du bekymra for?", "en": "Who are you worried about?"} {
		body := has(t, w.get(jonas, "/bekymringer/ny?l="+l), 200, s)
		v := hidden(body)
		v.Set("described", "x")
		for _, step := range []string{"1", "2"} {
			v.Set("step", step)
			v.Set("go", "next")
			v.Set("saw", "y")
			if rec := w.post(jonas, "/bekymringer/ny?l="+l, v); rec.Code != 200 {
				t.Error(l, step, rec.Code)
			}
		}
		has(t, w.get(jonas, "/i-dag?l="+l), 200)
		has(t, w.get(jonas, "/bekymringer?l="+l), 200)
	}
}

// Who told sees that the words are blocked, and no longer the words.
func TestWhatWasBlockedIsNotOnTheReportersPage(t *testing.T) {
	w := newTown(t)
	c := w.tell()
	track := w.take(c)
	at := "/bekymringer/" + c.Slug
	has(t, w.get(w.as("jonas"), at), 200, "Elias ble stående i garderoben")
	f, err := w.cases.See(t.Context(), w.actor("kari"), track.Slug, "whole")
	if err == nil {
		err = w.cases.StopRecord(t.Context(), w.actor("kari"), track.Slug, cases.Stop{Record: f.Last(cases.Told).ID, Reason: "health", Why: "Helseopplysninger."})
	}
	if err != nil {
		t.Fatal(err)
	}
	for lang, words := range map[string]string{"nb": "Sperret: ingen leser det du skrev", "nn": "Sperra: ingen les det du skreiv", "en": "Blocked: nobody reads what you wrote"} {
		body := has(t, w.get(w.as("jonas"), at+"?l="+lang), 200, words)
		lacks(t, body, "Elias ble stående i garderoben", "De tar alltid ballen", "Ved ballbingen")
	}
	lacks(t, has(t, w.get(w.as("jonas"), "/bekymringer"), 200), "ballen")
}
