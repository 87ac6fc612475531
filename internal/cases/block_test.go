package cases_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/privacy"
)

func (w *world) officer() (*privacy.Desk, tilhor.Actor) {
	k := w.Kit
	return &privacy.Desk{DB: w.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock, Shred: cases.ShredPart}, w.Actor(tilhor.RoleDPO, w.Solbakken)
}

// reads says whether a word stands anywhere in what somebody may read of a track.
func (w *world) reads(slug, word string) bool {
	f := w.see(slug)
	f.Held = nil
	return strings.Contains(fmt.Sprintf("%+v", f), word)
}

// What rektor blocks, nobody reads any more; the officer decides with the
// archive; what is shredded is gone for good, and the record says so and holds.
func TestStopAndShred(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.Write(w.ctx, w.ina, slug, cases.Line{What: "note", Text: "FEIL-BARN Elias slo."}))
		id := w.see(slug).Last(cases.Wrote).ID
		if !w.reads(slug, "FEIL-BARN") {
			t.Fatal("the words are not there: the test proves nothing")
		}
		if hits, err := w.desk.Search(w.ctx, w.kari, "FEIL-BARN", ""); err != nil || len(hits.Hits) != 1 {
			t.Fatalf("the words are not found before: the test proves nothing (%v)", err)
		}
		stop := cases.Stop{Record: id, Reason: "wrong-child", Why: "Notatet gjelder en annen elev."}
		for _, who := range []tilhor.Actor{w.ina, w.jonas, w.other} {
			w.is(w.desk.StopRecord(w.ctx, who, slug, stop), tilhor.ErrNotFound)
		}
		krav, err := w.desk.AskInsight(w.ctx, w.kari, slug, cases.NewInsight{Asker: "parent", Basis: "fvl-18", Who: "Marit", Received: w.in(0)})
		w.must(err)
		r, err := w.desk.ReviewInsight(w.ctx, w.kari, slug, krav)
		w.must(err)
		var all []cases.Judgement
		for _, p := range r.Passages {
			all = append(all, cases.Judgement{Passage: p.Key, Shown: true})
		}
		w.must(w.desk.Judge(w.ctx, w.kari, slug, krav, all))
		w.must(w.desk.DecideInsight(w.ctx, w.kari, slug, krav, cases.Reply{To: w.Person("forelder-nora")}))

		w.must(w.desk.StopRecord(w.ctx, w.kari, slug, stop))
		if w.reads(slug, "FEIL-BARN") {
			t.Error("what is blocked is read")
		}
		if hits, err := w.desk.Search(w.ctx, w.kari, "FEIL-BARN", ""); err != nil || len(hits.Hits) > 0 {
			t.Errorf("what is blocked is found: %+v (%v)", hits.Hits, err)
		}
		c, err := w.desk.CopyOf(w.ctx, w.kari, slug, krav) // a copy that was given before it was blocked
		w.must(err)
		if strings.Contains(given(c), "FEIL-BARN") {
			t.Error("what is blocked stands in a copy")
		}
		refusals(t, []refusal{
			{"twice", w.desk.StopRecord(w.ctx, w.kari, slug, stop), "record", "privacy.fault.blocked"},
			{"not there", w.desk.StopRecord(w.ctx, w.kari, slug, cases.Stop{Record: "zz", Reason: "health", Why: "x"}), "record", "cases.fault.record"},
			{"no reason", w.desk.StopRecord(w.ctx, w.kari, slug, cases.Stop{Record: id, Why: "x"}), "reason", "cases.fault.reason"},
			{"nothing for the officer", w.desk.StopRecord(w.ctx, w.kari, slug, cases.Stop{Record: id, Reason: "health"}), "why", "privacy.fault.block-why"},
		})
		w.verified()

		// The officer decides, and says who at the archive took part.
		desk, dpo := w.officer()
		_, err = desk.Blocks(w.ctx, w.kari)
		w.is(err, tilhor.ErrNotFound)
		blocks, err := desk.Blocks(w.ctx, dpo)
		w.must(err)
		if len(blocks) != 1 || blocks[0].Words["why"] != stop.Why || strings.Contains(fmt.Sprint(blocks), "FEIL-BARN") {
			t.Fatalf("the officer sees %+v", blocks)
		}
		block := blocks[0].ID
		rule := privacy.Ruling{Outcome: privacy.Shredded, Reason: "Hører ikke hjemme.", Archive: "Anne i arkivet"}
		w.is(desk.Rule(w.ctx, w.kari, block, rule), tilhor.ErrNotFound)
		bad := rule
		bad.Archive = ""
		refusals(t, []refusal{
			{"without the archive", desk.Rule(w.ctx, dpo, block, bad), "archive", "privacy.fault.archive"},
			{"no outcome", desk.Rule(w.ctx, dpo, block, privacy.Ruling{Reason: "x", Archive: "y"}), "outcome", "privacy.fault.outcome"},
			{"no reason", desk.Rule(w.ctx, dpo, block, privacy.Ruling{Outcome: privacy.Keep, Archive: "y"}), "reason", "privacy.fault.reason"},
		})
		before := w.sealedOf(id)
		w.must(desk.Rule(w.ctx, dpo, block, rule))
		refusals(t, []refusal{{"twice", desk.Rule(w.ctx, dpo, block, rule), "outcome", "privacy.fault.decided"}})
		if got := w.sealedOf(id); len(got) != 0 {
			t.Errorf("%d sealed bytes are left of what was shredded", len(got))
		}
		report, err := journal.Verify(w.ctx, w.DB, w.kari.Owner, journal.Against{Keys: w.Kit.Keys})
		w.must(err)
		if !report.Holds() || report.Shredded != 1 || len(report.Shreddings) != 1 || report.Shreddings[0].Entry == "" {
			t.Fatalf("the record says %v, shredded %d %+v", report.Wrong, report.Shredded, report.Shreddings)
		}

		if hits, err := w.desk.Search(w.ctx, w.kari, "FEIL-BARN", ""); err != nil || len(hits.Hits) > 0 {
			t.Errorf("what is shredded breaks the search: %+v (%v)", hits.Hits, err)
		}

		// An older backup is put back: the shredding is done again.
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(changeText, w.kari.Owner, id, before)
			return err
		}))
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return cases.BlankShredded(tx, w.kari.Owner) }))
		if got := w.sealedOf(id); len(got) != 0 {
			t.Error("an older backup brings shredded words back")
		}
	})
}

var sealedOf = db.SQL(`SELECT sealed FROM cases_text WHERE owner = $1 AND record = $2 AND field = 'text'`)

func (w *world) sealedOf(id tilhor.RecordID) (b []byte) {
	w.T.Helper()
	w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error { return tx.One(sealedOf, db.Args(w.kari.Owner, id), &b) }))
	return bytes.Clone(b)
}

// The control: words that are blanked without a shredding are named as wrong.
func TestBlankedIsNotShredded(t *testing.T) {
	each(t, func(w *world) {
		w.Altered = true
		slug := w.taken(w.nora)
		w.must(w.desk.Write(w.ctx, w.ina, slug, cases.Line{What: "note", Text: "Noe."}))
		id := w.see(slug).Last(cases.Wrote).ID
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(changeText, w.kari.Owner, id, []byte{})
			return err
		}))
		r, err := journal.Verify(w.ctx, w.DB, w.kari.Owner, journal.Against{Keys: w.Kit.Keys})
		w.must(err)
		if r.Holds() {
			t.Error("words that were blanked by hand count as shredded")
		}
	})
}

// Moved: the words stand in the track they belong to, and nowhere else. A plan is
// blocked with its measures.
func TestStopAndMove(t *testing.T) {
	each(t, func(w *world) {
		slug, right := w.running(w.nora), w.taken(w.elias)
		w.must(w.desk.Write(w.ctx, w.ina, slug, cases.Line{What: "note", Text: "FEIL-BARN Elias gråt."}))
		id := w.see(slug).Last(cases.Wrote).ID
		w.must(w.desk.StopRecord(w.ctx, w.kari, slug, cases.Stop{Record: id, Reason: "wrong-child", Why: "Feil elev."}))
		desk, dpo := w.officer()
		blocks, err := desk.Blocks(w.ctx, dpo)
		w.must(err)
		block := blocks[0].ID
		w.is(w.desk.MoveBlocked(w.ctx, w.kari, slug, block, right), tilhor.ErrConflict)
		w.must(desk.Rule(w.ctx, dpo, block, privacy.Ruling{Outcome: privacy.Move, Reason: "Riktig spor.", Archive: "Anne"}))
		rows, err := w.desk.StopRows(w.ctx, w.kari)
		if w.must(err); len(rows) != 1 {
			t.Error("rektor is not told to move it")
		}
		refusals(t, []refusal{
			{"to itself", w.desk.MoveBlocked(w.ctx, w.kari, slug, block, slug), "to", "privacy.fault.to"},
			{"to nowhere", w.desk.MoveBlocked(w.ctx, w.kari, slug, block, "zzzzzzzzzz"), "to", "privacy.fault.to"},
		})
		w.is(w.desk.MoveBlocked(w.ctx, w.ina, slug, block, right), tilhor.ErrNotFound)
		w.must(w.desk.MoveBlocked(w.ctx, w.kari, slug, block, right))
		if w.reads(slug, "FEIL-BARN") || !w.reads(right, "FEIL-BARN") {
			t.Error("the words were not moved")
		}

		plan := w.see(slug).Last(cases.Approved)
		w.must(w.desk.StopRecord(w.ctx, w.kari, slug, cases.Stop{Record: plan.ID, Reason: "health", Why: "Helseopplysninger i planen."}))
		if w.reads(slug, "Voksen ved ballbingen") {
			t.Error("a blocked plan is read")
		}
		chores, _ := w.chores(w.jonas)
		if strings.Contains(chores, "ballbingen") {
			t.Error("a blocked measure is read by who carries it out")
		}
		blocks, err = desk.Blocks(w.ctx, dpo)
		w.must(err)
		for _, b := range blocks {
			if b.State == privacy.Blocked {
				w.must(desk.Rule(w.ctx, dpo, b.ID, privacy.Ruling{Outcome: privacy.Shredded, Reason: "Helse.", Archive: "Anne"}))
			}
		}
		w.see(slug)
	})
}
