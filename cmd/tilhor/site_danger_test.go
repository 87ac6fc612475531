package main

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tilhor/internal/danger"
	"tilhor/internal/interventions"
	"tilhor/internal/journal"
	"tilhor/internal/web/webtest"
)

func (w *siteWorld) danger() *danger.Desk {
	return &danger.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Clock: w.clock}
}

func (w *siteWorld) interventions() *interventions.Desk {
	return &interventions.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Clock: w.clock}
}

// canary stands in the note, and may stand nowhere else.
const canary = "Kanari Forsegla"

// shownTo is what a persona sees of pages where a case, a list or a count stands.
func (w *siteWorld) shownTo(p persona, paths []string) string {
	var b strings.Builder
	for _, path := range paths {
		r := w.do("GET", p.cookie, "nb", path, nil)
		b.WriteString(path + " " + answerOf(r, bodyOf(w.t, r), path) + "\n")
	}
	return b.String()
}

// A sealed note is on no page of anybody but its writer and whom the writer let
// in, in no list, log of readings, print or count, and in no line of the record.
// Nothing that others are shown changes because there is one.
func TestASealedNoteIsNowhere(t *testing.T) {
	w := newSite(t)
	cast := w.cast()
	by := map[string]persona{}
	for _, p := range cast {
		by[p.name] = p
	}
	track := firstLink(t, bodyOf(t, w.do("GET", by["rektor"].cookie, "nb", "/saker", nil)), "/saker/")
	paths := []string{
		"/i-dag", "/saker", "/bekymringer", "/fare", "/fare/notater", track, track + "/samtaler", track + "/plan", track + "/lesinger", track + "/utskrift",
		track + "/plan/utskrift", track + "/sammenheng", "/skoler", "/skoler/tall.csv", "/stedfortreder",
	}
	others := []string{"rektor", "social-teacher", "sfo", "nurse", "adviser", "nobody"}
	for _, name := range others { // the first visit is itself a reading
		w.shownTo(by[name], paths)
	}
	before := map[string]string{}
	for _, name := range others {
		before[name] = w.shownTo(by[name], paths)
	}
	r := w.do("POST", by["teacher"].cookie, "nb", "/fare/notat", url.Values{
		"child": {canary}, "to": {"barnevern"}, "receipt": {"Tatt imot av " + canary}, "text": {canary + " ba meg vente."}, "with": {string(by["deputy"].actor.Person)},
	})
	if r.StatusCode != http.StatusSeeOther {
		t.Fatalf("the note is not kept: %d", r.StatusCode)
	}
	for _, name := range others {
		if after := w.shownTo(by[name], paths); after != before[name] {
			t.Errorf("what %s is shown has changed:\n%s", name, firstDifference(before[name], after))
		}
	}
	notes, err := w.danger().Mine(context.Background(), by["teacher"].actor)
	w.must(err)
	here := "/fare/notater/" + string(notes[0].ID)
	for _, p := range cast {
		r, missing := w.do("GET", p.cookie, "nb", here, nil), w.do("GET", p.cookie, "nb", "/fare/notater/zzzzzzzzzzzzzzzzzzzzzzzzzz", nil)
		if p.name == "teacher" || p.name == "deputy" {
			if r.StatusCode != http.StatusOK || strangerIn(bodyOf(t, r), map[string]string{canary: "the note"}) == "" {
				t.Errorf("%s does not find the note where it is: the search proves nothing (%d)", p.name, r.StatusCode)
			}
			continue
		}
		if a, b := answerOf(r, bodyOf(t, r), here), answerOf(missing, bodyOf(t, missing), "/fare/notater/zzzzzzzzzzzzzzzzzzzzzzzzzz"); a != b {
			t.Errorf("%s: a note of somebody else is told from one that is not there:\n%s", p.name, firstDifference(a, b))
		}
	}
	b := webtest.New(w.site)
	for _, name := range []string{"rektor", "social-teacher", "stand-in", "nurse", "adviser"} {
		c := w.crawl(t, by[name], b, map[string]string{canary: "a sealed note"})
		c.langs = siteLangs[:1]
		c.all(by[name].home)
		if name != "adviser" && c.pages < 5 {
			t.Errorf("%s was shown %d pages: the walk proves nothing", name, c.pages)
		}
	}
	w.later(2 * time.Hour)
	if _, err := w.house.journal.Sequence(context.Background(), w.house.db, w.owner(), w.clock); err != nil {
		t.Fatal(err)
	}
	var record bytes.Buffer
	w.must(journal.Export(context.Background(), w.house.db, w.owner(), w.house.keys.Public(w.owner()), &record))
	sealed := 0
	for _, l := range strings.Split(record.String(), "\n") {
		if strings.Contains(l, canary) {
			t.Errorf("the record has the word: %s", l)
		}
		if strings.Contains(l, "sealed.line") {
			sealed++
			for _, p := range cast {
				if id := string(p.actor.Person); id != "" && strings.Contains(l, id) {
					t.Errorf("the record says that %s sealed or opened something: %s", p.name, l)
				}
			}
		}
	}
	if sealed < 3 || !strings.Contains(record.String(), string(by["teacher"].actor.Person)) {
		t.Errorf("%d entries, or nobody is named in the record: the search proves nothing", sealed)
	}
}

// firstLink is the first address on a page that begins so.
func firstLink(t *testing.T, body, begins string) string {
	t.Helper()
	_, rest, ok := strings.Cut(body, `href="`+begins)
	if !ok {
		t.Fatalf("no link to %s", begins)
	}
	end := strings.IndexAny(rest, `"?#`)
	return begins + rest[:end]
}
