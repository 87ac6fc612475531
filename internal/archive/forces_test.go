package archive_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/archive"
	"tilhor/internal/db"
	"tilhor/internal/interventions"
	"tilhor/internal/roster"
)

// Each intervention is handed over in a mappe of its own, one document for each
// thing that was written of it, as it comes; the receipts mark it, and the reading
// stands in the record.
func TestInterventionsAreHandedOver(t *testing.T) {
	each(t, func(w *world) {
		e, err := w.force.Tell(w.ctx, w.mona, interventions.Report{
			Pupil: w.nora, Arena: tilhor.ArenaSFO, At: w.now(), Event: "Nora kastet stein.", What: "Holdt rundt livet.", Who: "Mona Lund", Long: "Et halvt minutt",
			Why: "De små sto like ved.", View: interventions.Later,
		})
		w.must(err)
		dir := filepath.Join(w.TempDir(), "ut")
		if r := w.export(dir, archive.Export{}); r.Written != 1 || r.Left != 0 {
			w.Fatalf("%+v", r)
		}
		w.Later(time.Hour)
		w.must(w.force.Judge(w.ctx, w.kari, e.Slug, true, true, "Hun fikk vondt."))
		if r := w.export(dir, archive.Export{}); r.Written != 1 {
			w.Errorf("what was written since: %+v", r)
		}
		if r := w.export(dir, archive.Export{}); r.Written != 0 {
			w.Errorf("written twice: %+v", r)
		}
		var titles, xml []string
		text := ""
		for _, p := range packages(w.T, dir) {
			if why := broken(p); why != "" {
				w.Error(why)
			}
			m, err := readMessage(filepath.Join(p, "arkivmelding.xml"))
			w.must(err)
			w.reveals(p, m)
			titles, xml = append(titles, m.Folder.Title[:strings.LastIndex(m.Folder.Title, " ")]+"/"+m.Post.Title), append(xml, filepath.Join(p, "arkivmelding.xml"))
			data, err := os.ReadFile(filepath.Join(p, "dokument.html"))
			w.must(err)
			text += string(data)
		}
		if got := strings.Join(titles, "; "); got != "Sak om fysisk inngrep/Melding om fysisk inngrep; Sak om fysisk inngrep/Vurdering av alvoret" {
			w.Error(got)
		}
		for _, s := range []string{"Nora Dahl", "Nora kastet stein.", "Holdt rundt livet.", "Et halvt minutt", "De små sto like ved.", "Hva som ble gjort", "Hun fikk vondt.", "Særlig alvorlig", "Mona Lund"} {
			if !strings.Contains(text, s) {
				w.Errorf("the documents lack %q", s)
			}
		}
		if strings.Contains(text, "⟦") || strings.Contains(text, "force-") {
			w.Errorf("a key stands in a document: %s", text)
		}
		if said := valid(w.T, createXSD, xml...); said != "" {
			w.Error(said)
		}
		if marked, _, err := w.desk.Receive(w.ctx, w.op, w.receipts(dir)...); err != nil || marked != 2 {
			w.Errorf("%d marked: %v", marked, err)
		}
		if _, err := w.force.Whole(w.ctx, w.kari, e.ID, "archive", w.Now()); !errors.Is(err, tilhor.ErrNotFound) {
			w.Errorf("rektor read past the scope: %v", err)
		}
		n := 0
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			all, err := w.Kit.Journal.Readings(tx, w.op.Owner, string(e.ID))
			n = len(all)
			return err
		}))
		if n != 2 {
			w.Errorf("%d readings stand in the record", n)
		}
	})
}

// One about a pupil with a protected address goes by explicit choice only.
func TestAnInterventionAgainstAProtectedPupilIsLeftOut(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.force.Tell(w.ctx, w.mona, interventions.Report{
			Pupil: w.nora, Arena: tilhor.ArenaSFO, At: w.now(), Event: "x", What: "x", Who: "x", Long: "x", Why: "x", View: interventions.Declined,
		})
		w.must(err)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Protect(tx, w.Keeper(), w.nora, roster.StrictConfidential, w.Now())
		}))
		dir := filepath.Join(w.TempDir(), "ut")
		if r := w.export(dir, archive.Export{}); r.Written != 0 || r.Protected != 1 {
			w.Errorf("%+v", r)
		}
		if r := w.export(dir, archive.Export{Protected: true}); r.Written != 1 || r.Protected != 0 {
			w.Errorf("%+v", r)
		}
	})
}
