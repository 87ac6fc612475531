package public_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/front"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
)

// The school's page shows who has said yes, the plan, and when nobody reads; the
// poster has the same, and an address and nothing else in its square of dots. All
// of it stays within 30 KB.
func TestTheSchoolsPageForEveryone(t *testing.T) {
	w := newTown(t)
	rektor := w.rektor()
	var omar tilhor.PersonID
	err := w.db.Write(t.Context(), func(tx *db.Tx) (err error) {
		by := tilhor.Actor{Owner: owner, Role: tilhor.RoleOwnerAdviser}
		if omar, err = w.kit.Roster.AddPerson(tx, by, roster.NewPerson{Name: "Omar Dahl", Home: solbakken}, w.now); err != nil {
			return err
		}
		return w.kit.Roster.Appoint(tx, by, omar, tilhor.RoleNurse, solbakken, "2020-08-01", "", w.now)
	})
	if err != nil {
		t.Fatal(err)
	}
	say := func(l front.Line) {
		t.Helper()
		if err := w.front.Say(t.Context(), rektor, l); err != nil {
			t.Fatal(err)
		}
	}
	say(front.Line{Kind: front.Helper, Person: omar, What: "Helsesykepleier", When: "Helserommet, tirsdag og torsdag", Yes: true})
	say(front.Line{Kind: front.Helper, Person: w.kari, When: "Kontoret i 2. etasje", Choose: true, Yes: true})
	say(front.Line{Kind: front.Plan, Text: strings.Repeat("To voksne skal være ute i hvert friminutt.\n", 100)})
	body := has(t, w.get(school), 200, "Omar Dahl", "Helserommet, tirsdag og torsdag", "Kari Lund", "Planen vår med vanlige ord", "To voksne skal", school+"/si", school+"/plakat")
	lacks(t, body, "Ina Moe") // she has not said yes
	if n := packed(t, body); n > 30_000 {
		t.Errorf("the page is %d bytes packed", n)
	}
	poster := has(t, w.get(school+"/plakat"), 200, "Omar Dahl", "localhost"+school, "<svg xmlns", "116&nbsp;111")
	if n := packed(t, poster); n > 30_000 {
		t.Errorf("the poster is %d bytes packed", n)
	}

	// Omar is there to talk with, and Kari may be chosen.
	_, v := w.step(200, fields(has(t, w.get(school+"/si"), 200, "Helserommet")), "next", "for", "self")
	_, v = w.step(200, v, "next", "sign", "no")
	body, _ = w.step(200, v, "next", "words", "De går fra meg.")
	if !strings.Contains(body, `name="wish" value="`+string(w.kari)) || strings.Contains(body, `name="wish" value="`+string(omar)) {
		t.Error("the wrong adults may be chosen")
	}

	// Who has left is not shown.
	err = w.db.Write(t.Context(), func(tx *db.Tx) error {
		return w.kit.Roster.Dismiss(tx, tilhor.Actor{Owner: owner, Role: tilhor.RoleOwnerAdviser}, omar, tilhor.RoleNurse, solbakken, w.now)
	})
	if err != nil {
		t.Fatal(err)
	}
	lacks(t, has(t, w.get(school), 200), "Omar")

	// Days when nobody reads: the page says so, and what is written is not lost.
	err = w.db.Write(t.Context(), func(tx *db.Tx) error { return duty.Shut(tx, owner, solbakken, "2026-11-24", "2026-11-25") })
	if err != nil {
		t.Fatal(err)
	}
	say(front.Line{Kind: front.Shut, From: "2026-11-24", Until: "2026-11-25", Reads: front.ByNobody})
	w.now = w.now.Add(24 * time.Hour)
	has(t, w.get(school), 200, "Skjemaet er stengt til og med", "116&nbsp;111", "kan du sende det likevel", `href="`+school+`/si"`)
	body, _ = w.step(422, v, "send", "words", "De går fra meg.", "accused", "none", "step", "send")
	for _, s := range []string{"Ingen leser her nå", "Dette ble ikke sendt", "De går fra meg."} {
		if !strings.Contains(body, s) {
			t.Errorf("%q is not in\n%s", s, body)
		}
	}
	// What is about the one who could close the door goes through it.
	body, _ = w.step(200, v, "send", "words", "Hun roper.", "accused", "leadership", "step", "send")
	if !strings.Contains(body, "Kommunen har fått det") || strings.Contains(body, "Skjemaet er stengt") {
		t.Error(body)
	}
	// While the municipality reads, the page afterwards says so.
	w.now = w.now.Add(48 * time.Hour)
	say(front.Line{Kind: front.Shut, From: "2026-11-26", Until: "2026-11-27", Reads: front.ByOwner})
	body = w.tells("De går fra meg.")
	if !strings.Contains(body, "En i kommunen leser det") || strings.Contains(body, "Rektor leser det") {
		t.Error(body)
	}
}

// At its limits the school's page and its style sheet weigh at most 30 KB packed, in every
// language, in a text that hardly packs; it has one button, and one that is less.
func TestTheSchoolsPageAtItsLimits(t *testing.T) {
	w := newTown(t)
	r := rand.New(rand.NewPCG(1, 2))
	varied := func(n int) string {
		letters := []rune("abcdefghijklmnopqrstuvwxyzæøåABCDEFGHIJKLMNOPRST    ,.")
		b := make([]rune, n)
		for i := range b {
			b[i] = letters[r.IntN(len(letters))]
		}
		b[0], b[n-1] = 'A', '.'
		return string(b)
	}
	w.shows(29, varied)
	if err := w.front.Say(t.Context(), w.rektor(), front.Line{Kind: front.Plan, Text: varied(8_000)}); err != nil {
		t.Fatal(err)
	}
	for _, l := range slices.Concat(lang.Langs, lang.Further) {
		body := has(t, w.get(school+"?l="+string(l)), 200, "/static/school-")
		n := packed(t, body)
		t.Logf("%s: %d bytes", l, n)
		if n > 30_000 {
			t.Errorf("the page in %s is %d bytes packed", l, n)
		}
		if all, less := strings.Count(body, `class="ds-button"`), strings.Count(body, `data-variant="secondary"`); all != 2 || less != 1 {
			t.Errorf("%s: %d buttons, %d of them lesser", l, all, less)
		}
	}
}
