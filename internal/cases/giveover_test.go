package cases_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
	"tilhor/internal/roster"
)

// Several cases are given on at once, each with its note: all of them, or none.
func TestSeveralCasesAreGivenOnAtOnce(t *testing.T) {
	each(t, func(w *world) {
		nora, elias := w.taken(w.nora), w.taken(w.elias)
		tuva := w.taken(w.tuva)
		w.must(w.desk.Recuse(w.ctx, w.kari, elias, cases.Recusal{Person: w.mona.Person, Why: "conflict", Reason: "Nabo."}))
		give := func(to ...tilhor.PersonID) []cases.Giving {
			return []cases.Giving{{Slug: nora, To: to[0], Note: "Nora stoler på Mona."}, {Slug: elias, To: to[1], Note: "Møte torsdag."}}
		}
		// One pair is refused: it is said at its row, and nothing is given.
		_, err := w.desk.GiveOver(w.ctx, w.kari, w.ina.Person, give(w.mona.Person, w.mona.Person))
		refusals(w.T, []refusal{{"barred from one", err, "to-" + elias, "sealed.fault.barred"}})
		if f := w.see(nora); f.Has != "Ina Lund" || f.Last(cases.GivenOver) != nil {
			w.T.Fatalf("one was given though the other was refused: %s", f.Has)
		}
		id, err := w.desk.GiveOver(w.ctx, w.kari, w.ina.Person, give(w.mona.Person, w.jonas.Person))
		w.must(err)
		if got := w.may(w.mona, nora) + w.may(w.jonas, elias) + w.may(w.ina, nora) + w.may(w.ina, tuva) + w.may(w.mona, tuva); got != "worksworksnoworksno" {
			w.T.Errorf("who has what: %s", got)
		}
		if r := w.see(elias).Last(cases.GivenOver); r == nil || r.Text["note"] != "Møte torsdag." || r.Text["who"] != "Jonas Lund" {
			w.T.Errorf("the note in the track: %+v", r)
		}
		r, err := w.desk.GiveOverOf(w.ctx, w.kari, id)
		w.must(err)
		var got []string
		for _, g := range r.Rows {
			got = append(got, fmt.Sprint(g.Name, ": ", g.To, ": ", g.Note))
		}
		all := strings.Join(got, "; ")
		if r.From != "Ina Lund" || r.By != "Kari Lund" || len(r.Rows) != 2 || !strings.Contains(all, "Elias Moe: Jonas Lund: Møte torsdag.") {
			w.T.Errorf("the receipt says %s, from %s by %s", all, r.From, r.By)
		}
		for _, who := range []tilhor.Actor{w.ina, w.mona, w.other} {
			_, err := w.desk.GiveOverOf(w.ctx, who, id)
			w.is(err, tilhor.ErrNotFound)
			_, err = w.desk.GiveOver(w.ctx, who, w.ina.Person, []cases.Giving{{Slug: tuva, To: w.jonas.Person, Note: "Ta den."}})
			w.is(err, tilhor.ErrNotFound)
			_, _, err = w.desk.HeldBy(w.ctx, who, w.ina.Person)
			w.is(err, tilhor.ErrNotFound)
			if who != w.other { // who has her own
				_, err = w.desk.Holders(w.ctx, who)
				w.is(err, tilhor.ErrNotFound)
			}
		}
	})
}

func TestGivingOnIsRefused(t *testing.T) {
	each(t, func(w *world) {
		nora := w.taken(w.nora)
		one := func(from tilhor.PersonID, g ...cases.Giving) error {
			_, err := w.desk.GiveOver(w.ctx, w.kari, from, g)
			return err
		}
		refusals(w.T, []refusal{
			{"none", one(w.ina.Person), "all", "absence.fault.none"},
			{"no note", one(w.ina.Person, cases.Giving{Slug: nora, To: w.mona.Person}), "note-" + nora, "absence.fault.note"},
			{"to nobody", one(w.ina.Person, cases.Giving{Slug: nora, Note: "Ta den."}), "to-" + nora, "absence.fault.self"},
			{"to the same", one(w.ina.Person, cases.Giving{Slug: nora, To: w.ina.Person, Note: "Ta den."}), "to-" + nora, "absence.fault.self"},
			{"works elsewhere", one(w.ina.Person, cases.Giving{Slug: nora, To: w.other.Person, Note: "Ta den."}), "to-" + nora, "cases.fault.handler"},
			{"not that person's", one(w.jonas.Person, cases.Giving{Slug: nora, To: w.mona.Person, Note: "Ta den."}), "all", "absence.fault.moved"},
		})
		w.is(one(w.ina.Person, cases.Giving{Slug: "aaaaaaaaaa", To: w.mona.Person, Note: "Ta den."}), tilhor.ErrNotFound)
	})
}

// Who has left is among those whose cases can be given on; what is closed to
// rektor is not, and is not counted.
func TestWhoHasCasesToGiveOn(t *testing.T) {
	each(t, func(w *world) {
		anne, vikar := w.adviser(), w.temp("Per Vikar")
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		all, err := w.desk.TakeForOwner(w.ctx, anne, w.against(duty.AccusedLeadership).Slug, w.other.Person)
		w.must(err)
		w.must(w.desk.Appoint(w.ctx, w.other, all[0].Slug, vikar))
		elias := w.taken(w.elias)
		w.must(w.desk.Appoint(w.ctx, w.kari, elias, vikar))
		w.days(3)
		w.must(w.desk.Away(w.ctx, w.kari, cases.Absence{Person: w.ina.Person, From: w.in(0), Until: w.in(3)}))
		w.taken(w.tuva)
		holders, err := w.desk.Holders(w.ctx, w.kari)
		w.must(err)
		got := map[string]string{}
		for _, h := range holders {
			got[h.Name] = fmt.Sprint(h.N, h.Left, h.Away != "")
		}
		if len(got) != 2 || got["Per Vikar"] != "1 true false" || got["Ina Lund"] != "1 false true" {
			w.T.Errorf("those who have cases: %v", got)
		}
		rows, n, err := w.desk.HeldBy(w.ctx, w.kari, vikar)
		w.must(err)
		if n != 1 || len(rows) != 1 || rows[0].Slug != elias {
			w.T.Errorf("%d of what Per left", len(rows))
		}
		_, err = w.desk.GiveOver(w.ctx, w.kari, vikar, []cases.Giving{{Slug: all[0].Slug, To: w.ina.Person, Note: "Ta den."}})
		w.is(err, tilhor.ErrNotFound)
		_, err = w.desk.GiveOver(w.ctx, w.kari, vikar, []cases.Giving{{Slug: elias, To: w.jonas.Person, Note: "Ta den."}})
		w.must(err)
		if got := w.may(w.jonas, elias); got != "works" {
			w.T.Errorf("Jonas has it: %s", got)
		}
	})
}

// The receipt opens the one note of each case, and that is a reading of the case:
// of a protected pupil it rings, and what is blocked is not shown.
func TestTheReceiptIsAReading(t *testing.T) {
	each(t, func(w *world) {
		nora, elias := w.taken(w.nora), w.taken(w.elias)
		shielded, open := w.see(nora).ID, w.see(elias).ID
		w.must(w.desk.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.nora, Grade: roster.StrictConfidential, Leader: w.kari.Person, Reason: "Melding fra politiet."}))
		for _, who := range []tilhor.Actor{w.ina, w.mona} {
			w.must(w.desk.Name(w.ctx, w.kari, nora, who.Person, who == w.mona, "Har henne i timene."))
		}
		w.must(w.desk.Appoint(w.ctx, w.kari, nora, w.ina.Person))
		id, err := w.desk.GiveOver(w.ctx, w.kari, w.ina.Person, []cases.Giving{
			{Slug: nora, To: w.mona.Person, Note: "Stoler på Mona."}, {Slug: elias, To: w.jonas.Person, Note: "Møte torsdag."},
		})
		w.must(err)
		w.must(w.desk.StopRecord(w.ctx, w.kari, elias, cases.Stop{Record: w.see(elias).Last(cases.GivenOver).ID, Reason: "wrong-child", Why: "Feil elev."}))
		r, err := w.desk.GiveOverOf(w.ctx, w.kari, id)
		w.must(err)
		got := map[tilhor.TrackID]string{}
		for _, g := range r.Rows {
			got[g.ID] = g.Note
		}
		if len(got) != 2 || got[shielded] != "Stoler på Mona." || got[open] != "" {
			t.Errorf("the notes: %v", got)
		}
		for _, track := range []tilhor.TrackID{shielded, open} {
			if !slices.Contains(w.readIn(track, w.kari), "given-over") {
				t.Errorf("the case says %v", w.readIn(track, w.kari))
			}
		}
		ring, err := w.desk.Ringing(w.ctx, w.mona)
		w.must(err)
		if !slices.ContainsFunc(ring, func(a cases.Alarm) bool { return a.View == "given-over" && a.Person == w.kari.Person }) {
			t.Errorf("it did not ring: %+v", ring)
		}
	})
}
