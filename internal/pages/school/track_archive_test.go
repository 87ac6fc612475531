package school_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"tilhor"
	"tilhor/internal/archive"
	"tilhor/internal/cases"
	"tilhor/internal/db"
)

var markAll = db.SQL(`UPDATE archive_item SET state = 'archived', archived_at = $2 WHERE owner = $1`)

// A closed track says to rektor how it stands with the archive; the handler
// is not told, and an open one says nothing. What the archive read is in the
// log of readings as that, and alarms nobody.
func TestAClosedTrackSaysWhetherItIsArchived(t *testing.T) {
	w := newWorld(t)
	slug := w.planned("nora")
	lacks(t, w.page(w.rektor, "/saker/"+slug), "Ikke arkivert ennå")
	w.asked(slug, cases.SafeNow, "Nå er det bra.", cases.Finish)
	w.must(w.cases.Close(context.Background(), w.kari, slug, cases.Ending{Words: "Nå er det bra.", CheckOn: "2027-01-04"}))
	w.pages(w.rektor, "/saker/"+slug, "<dt>Arkiv</dt>", "Ikke arkivert ennå")
	lacks(t, w.page(w.ina, "/saker/"+slug), "Ikke arkivert ennå")

	k := w.Kit
	desk := &archive.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Cases: w.cases, Concerns: w.concerns, Clock: w.Now}
	_, err := desk.Export(context.Background(), archive.Operator(k.Owner.ID), archive.Export{To: filepath.Join(t.TempDir(), "ut")})
	w.must(err)
	w.pages(w.rektor, "/saker/"+slug, "Ikke arkivert ennå", "Drift, fra kommandolinjen")
	body := w.pages(w.rektor, "/saker/"+slug+"/lesinger", "Overføring til arkivet", "Arkivering", "drift, fra kommandolinjen")
	lacks(t, body, "uten å ha saken", "⟦")
	w.must(k.DB.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(markAll, k.Owner.ID, w.Now().UnixMilli())
		return err
	}))
	w.pages(w.rektor, "/saker/"+slug, fmt.Sprintf("Arkivert 23.%[1]snovember%[1]s2026", "\u00a0"))
}

// So does one that the pupil left.
func TestATrackThePupilLeftSaysWhetherItIsArchived(t *testing.T) {
	w := newWorld(t)
	slug := w.planned("nora")
	w.must(w.cases.Leave(context.Background(), w.kari, slug, cases.Leaving{Why: "moved", At: tilhor.Now(w.Now()), Open: "Evalueringen.", Sure: true}))
	w.pages(w.rektor, "/saker/"+slug, "<dt>Arkiv</dt>", "Ikke arkivert ennå")
}
