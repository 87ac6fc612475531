package cases_test

import (
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// What was put right stands beside what was written, and nothing is overwritten
// (arkivforskrifta § 11).
func TestCorrect(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.desk.Write(w.ctx, w.ina, slug, cases.Line{What: "note", Text: "Nora kom for sent 20. november."}))
		line := w.see(slug).Last(cases.Wrote)
		fix := cases.Correction{Record: line.ID, Asker: "parent", Granted: true, Text: "Det var bussen som kom for sent.", Reason: "Mor viste bussens melding."}
		w.must(w.desk.Correct(w.ctx, w.ina, slug, fix))
		f := w.see(slug)
		if old := f.Record(line.ID); old.Text["text"] != "Nora kom for sent 20. november." {
			t.Errorf("the old text was overwritten: %v", old.Text)
		}
		if all := f.Corrections(line.ID); len(all) != 1 || all[0].Kind != cases.Corrected || all[0].Text["text"] != fix.Text || all[0].Answer != "parent" {
			t.Fatalf("the correction does not stand beside the line: %+v", all)
		}

		// To refuse takes the one who decides, and a reason; the person's own version stays.
		no := cases.Correction{Record: line.ID, Asker: "pupil", Text: "Jeg var ikke sen.", Reason: "To voksne så det."}
		w.is(w.desk.Correct(w.ctx, w.ina, slug, no), tilhor.ErrNotFound)
		w.Later(time.Minute)
		w.must(w.desk.Correct(w.ctx, w.kari, slug, no))
		if all := w.see(slug).Corrections(line.ID); len(all) != 2 || all[1].Kind != cases.NotCorrected || all[1].Text["reason"] != no.Reason {
			t.Errorf("the refused request: %+v", all)
		}
		edit := func(f func(c *cases.Correction)) error {
			c := no
			f(&c)
			return w.desk.Correct(w.ctx, w.kari, slug, c)
		}
		other := w.taken(w.elias)
		refusals(t, []refusal{
			{"refused without a reason", edit(func(c *cases.Correction) { c.Reason = " " }), "reason", "cases.fault.reason"},
			{"nothing is right", edit(func(c *cases.Correction) { c.Text = "" }), "correct", "cases.fault.correct"},
			{"nobody asks", edit(func(c *cases.Correction) { c.Asker = "press" }), "asker", "cases.fault.asker"},
			{"a line that is not there", edit(func(c *cases.Correction) { c.Record = "zz" }), "record", "cases.fault.record"},
			{"a line of another track", edit(func(c *cases.Correction) { c.Record = w.see(other).Records[0].ID }), "record", "cases.fault.record"},
		})
		for _, who := range []tilhor.Actor{w.jonas, w.mona, w.other} {
			w.is(w.desk.Correct(w.ctx, who, slug, fix), tilhor.ErrNotFound)
		}
	})
}

// verified says that the record holds all that was done.
func (w *world) verified() {
	w.T.Helper()
	r, err := journal.Verify(w.ctx, w.DB, w.kari.Owner, journal.Against{Keys: w.Kit.Keys})
	w.must(err)
	if !r.Holds() {
		w.T.Fatalf("the record does not verify: %v", r.Wrong)
	}
}

var changeText = db.SQL(`UPDATE cases_text SET sealed = $3 WHERE owner = $1 AND record = $2`)

// The control: a correction put in the place of the old text is named.
func TestOverwrittenInsteadOfCorrected(t *testing.T) {
	each(t, func(w *world) {
		w.Altered = true
		slug := w.taken(w.nora)
		w.must(w.desk.Write(w.ctx, w.ina, slug, cases.Line{What: "note", Text: "Nora kom for sent."}))
		id := w.see(slug).Last(cases.Wrote).ID
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(changeText, w.kari.Owner, id, []byte(strings.Repeat("x", 120)))
			return err
		}))
		r, err := journal.Verify(w.ctx, w.DB, w.kari.Owner, journal.Against{Keys: w.Kit.Keys})
		w.must(err)
		if r.Holds() {
			t.Error("an overwritten text was not seen")
		}
	})
}
