package cases_test

import (
	"fmt"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/privacy"
)

var (
	wordsOf   = db.SQL(`SELECT field, sealed FROM concerns_text WHERE owner = $1 AND concern = $2`)
	backWords = db.SQL(`UPDATE concerns_text SET sealed = $4 WHERE owner = $1 AND concern = $2 AND field = $3`)
)

// words are every word that a concern still has, by field.
func (w *world) words(c concerns.Concern) map[string][]byte {
	w.T.Helper()
	all := map[string][]byte{}
	w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
		return tx.Each(wordsOf, func(scan db.Scan) error {
			var field string
			var b []byte
			err := scan(&field, &b)
			all[field] = append([]byte{}, b...)
			return err
		}, w.kari.Owner, c.ID)
	}))
	return all
}

// everywhere is what somebody reads of a concern: the reporter's page and list,
// and the page where it was received.
func (w *world) everywhere(c concerns.Concern) string {
	w.T.Helper()
	a, err := w.told.Follow(w.ctx, w.mona, c.Slug)
	w.must(err)
	mine, err := w.told.Mine(w.ctx, w.mona, concerns.MostTold)
	w.must(err)
	got, err := w.told.Receive(w.ctx, w.kari, c.Slug)
	w.must(err)
	return fmt.Sprintf("%+v %+v %+v", a, mine, got)
}

// What was told is blocked in the track and where it was told, and decided on
// together.
func TestWhatWasToldIsBlockedToo(t *testing.T) {
	each(t, func(w *world) {
		for _, outcome := range privacy.Outcomes {
			c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
				School: w.Solbakken, Pupils: []tilhor.PersonID{w.nora}, Said: "FEIL-BARN sa hun.", Saw: "FEIL-BARN gråt.", Place: "FEIL-BARN sin hylle.",
				Arena: tilhor.ArenaBreak, Happened: w.now(), Known: w.now(),
			})
			w.must(err)
			all, err := w.desk.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person, Ask: "Se etter Nora."})
			w.must(err)
			slug := all[0].Slug
			if !strings.Contains(w.everywhere(c), "FEIL-BARN") || !w.reads(slug, "FEIL-BARN") {
				w.T.Fatal("the words are not there: the test proves nothing")
			}
			before := w.words(c)
			w.must(w.desk.StopRecord(w.ctx, w.kari, slug, cases.Stop{Record: w.see(slug).Last(cases.Told).ID, Reason: "wrong-child", Why: "Gjelder en annen."}))
			if got := w.everywhere(c); strings.Contains(got, "FEIL-BARN") || w.reads(slug, "FEIL-BARN") {
				w.T.Errorf("what is blocked is read: %s", got)
			}
			a, err := w.told.Follow(w.ctx, w.mona, c.Slug)
			w.must(err)
			if !a.Held || a.Ask != "Se etter Nora." {
				w.T.Errorf("the reporter is not told: held %v, asked %q", a.Held, a.Ask)
			}
			if r, err := w.told.Receipt(w.ctx, w.mona.Owner, a.Entry); err != nil || len(r.File) == 0 {
				w.T.Errorf("the receipt is gone: %v", err)
			}
			w.verified()

			desk, dpo := w.officer()
			blocks, err := desk.Blocks(w.ctx, dpo)
			w.must(err)
			for _, b := range blocks {
				if b.State == privacy.Blocked {
					w.must(desk.Rule(w.ctx, dpo, b.ID, privacy.Ruling{Outcome: outcome, Reason: "Feil elev.", Archive: "Anne"}))
				}
			}
			if strings.Contains(w.everywhere(c), "FEIL-BARN") {
				w.T.Errorf("%s, and it is read again", outcome)
			}
			left := 0
			for field, b := range w.words(c) {
				if len(b) > 0 && field != "ask" {
					left++
				}
			}
			if shredded := outcome == privacy.Shredded; shredded != (left == 0) {
				w.T.Errorf("%s, and %d words are left", outcome, left)
			}
			w.verified()
			if outcome != privacy.Shredded {
				continue
			}
			report, err := journal.Verify(w.ctx, w.DB, w.kari.Owner, journal.Against{Keys: w.Kit.Keys})
			w.must(err)
			if !report.Holds() || len(report.Shreddings) != 2 {
				w.T.Fatalf("the record says %v of %+v", report.Wrong, report.Shreddings)
			}
			// An older backup is put back: the shredding is done again.
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
				for field, b := range before {
					if _, err := tx.Exec(backWords, w.kari.Owner, c.ID, field, b); err != nil {
						return err
					}
				}
				return cases.BlankShredded(tx, w.kari.Owner)
			}))
			if b := w.words(c)["said"]; len(b) != 0 {
				w.T.Error("an older backup brings shredded words back")
			}
		}
	})
}
