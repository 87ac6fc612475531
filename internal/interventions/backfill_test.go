package interventions_test

import (
	"os"
	"strings"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/interventions"
)

// backfill are the statements of the step that guarded what was told before it.
var backfill = func() (all []*db.Stmt) {
	text, err := os.ReadFile("../db/migrations/00300_access_alarm.sql")
	if err != nil {
		panic(err)
	}
	for _, s := range strings.Split(string(text), ";\n") {
		if i := strings.Index(s, "INSERT INTO"); i >= 0 {
			all = append(all, db.SQL(s[i:]))
		}
	}
	return all
}()

var (
	noSubjects = db.SQL(`DELETE FROM access_subject WHERE kind = 'force'`)
	noGuards   = db.SQL(`DELETE FROM access_guard WHERE kind = 'force'`)
	noNames    = db.SQL(`DELETE FROM access_grant WHERE kind = 'force' AND relation = 'leads' AND person <> ''`)
)

// An intervention that was told before the walls stood around any: of a pupil who
// is protected it is guarded by the step, and who leads for her has it.
func TestWhatWasToldBeforeIsGuarded(t *testing.T) {
	each(t, func(w *world) {
		slug := w.told(interventions.Later)
		w.shielded()
		w.must(w.Kit.DB.Write(w.ctx, func(tx *db.Tx) error {
			for _, s := range []*db.Stmt{noSubjects, noGuards, noNames} {
				if _, err := tx.Exec(s); err != nil {
					return err
				}
			}
			return nil
		}))
		if e, err := w.desk.See(w.ctx, w.kari, slug); err != nil || !e.Lead { // as it was
			t.Fatalf("the control: %v", err)
		}
		if len(backfill) != 3 {
			t.Fatalf("%d statements", len(backfill))
		}
		w.must(w.Kit.DB.Write(w.ctx, func(tx *db.Tx) error {
			for _, s := range backfill {
				if _, err := tx.Exec(s); err != nil {
					return err
				}
			}
			return nil
		}))
		w.missing(w.kari, slug)
		if e, err := w.desk.See(w.ctx, w.ina, slug); err != nil || !e.Lead {
			t.Errorf("who leads for her does not have it: %v", err)
		}
	})
}
