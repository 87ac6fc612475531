package archive_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/archive"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/seal"
	"tilhor/internal/web/webtest"
)

// read is everything a folder holds, as one text.
func (w *world) read(dir string) string {
	w.T.Helper()
	var b strings.Builder
	for _, p := range packages(w.T, dir) {
		files, err := filepath.Glob(filepath.Join(p, "*"))
		w.must(err)
		for _, f := range files {
			raw, err := os.ReadFile(f)
			w.must(err)
			b.Write(raw)
		}
	}
	return b.String()
}

// The talk with who told is kept with the case: each message is a document, once,
// and those of a nameless sender say nothing of who it is. What was shredded is in
// none (bevaringsforskrifta § 40).
func TestATalkGoesWithItsCase(t *testing.T) {
	each(t, func(w *world) {
		talks := &dialogue.Desk{DB: w.DB, Keys: w.Kit.Keys, Journal: w.Kit.Journal, Roster: w.Kit.Roster, Concerns: w.told, Clock: w.Kit.Clock}
		w.desk.Dialogue, w.told.Became = talks, talks.Became
		w.Later(23*time.Minute + 17*time.Second)
		begin := func(pupil tilhor.PersonID) (concerns.Concern, dialogue.Sender) {
			c := w.worry("Sto alene.", pupil)
			s := dialogue.Sender{By: tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}}
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) (err error) {
				s.Code, err = talks.Start(tx, webtest.Owner, w.Solbakken, c.ID, tilhor.NewID())
				return err
			}))
			return c, s
		}
		c, s := begin(w.nora)
		gone, g := begin(w.tuva)
		w.must(talks.Write(w.ctx, s, dialogue.Say, "De tar ballen."))
		w.must(talks.Write(w.ctx, s, dialogue.Name, "HEMMELIG navn"))
		w.must(talks.Write(w.ctx, g, dialogue.Say, "SHREDDED ord."))
		for _, x := range []concerns.Concern{c, gone} {
			_, err := w.cases.TakeUp(w.ctx, w.kari, x.Slug, cases.Stance{Handler: w.ina.Person})
			w.must(err)
		}
		w.must(talks.Reply(w.ctx, w.kari, c.Slug, "Takk, vi følger med.", dialogue.ToSender))
		w.must(talks.Reply(w.ctx, w.kari, c.Slug, "Internt notat.", dialogue.ToStaff))
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return seal.Shred(tx, webtest.Owner, seal.KindConcern, string(gone.ID), w.Now())
		}))
		dir := filepath.Join(t.TempDir(), "ut")
		r := w.export(dir, archive.Export{})
		all := w.read(dir)
		for _, s := range []string{"De tar ballen.", "Takk, vi følger med.", "Internt notat.", "Sa hvem det er. Navnet står ikke her.", "Den som meldte", "Melding i samtalen med den som meldte"} {
			if !strings.Contains(all, s) {
				t.Errorf("%q is in no document", s)
			}
		}
		for _, bad := range []string{"HEMMELIG", "SHREDDED", s.Code} {
			if strings.Contains(all, bad) {
				t.Errorf("%q is in a document", bad)
			}
		}
		if r.Left != 0 || r.Shredded != 0 {
			t.Errorf("left or shredded as a whole: %+v", r)
		}
		if again := w.export(dir, archive.Export{}); again.Written != 0 {
			t.Errorf("%d are written twice", again.Written)
		}
		w.must(talks.Write(w.ctx, s, dialogue.Say, "En ting til."))
		if more := w.export(dir, archive.Export{}); more.Written != 1 || !strings.Contains(w.read(dir), "En ting til.") {
			t.Errorf("what was said after: %+v", more)
		}
	})
}
