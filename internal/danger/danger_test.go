package danger_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/danger"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/web/webtest"
)

const canary = "Zq7kanari"

type world struct {
	*testing.T
	*webtest.Town
	ctx  context.Context
	desk *danger.Desk
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		test(&world{
			T: t, Town: town, ctx: db.Twice(context.Background()),
			desk: &danger.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock},
		})
	})
}

func (w *world) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

func (w *world) at(role tilhor.Role) tilhor.Actor { return w.Actor(role, w.Solbakken) }

func note(child string) danger.Note {
	return danger.Note{Child: child, To: danger.Barnevern, Receipt: "Tatt imot av " + canary, Text: "Ble bedt om å vente."}
}

// Who wrote it, and whom the writer let in, open a note; to everybody else, and
// for every note there is not, the answer is the same.
func TestANoteIsItsReaders(t *testing.T) {
	each(t, func(w *world) {
		jonas, kari, hilde := w.at(tilhor.RoleTeacher), w.at(tilhor.RoleRektor), w.at(tilhor.RoleDeputy)
		id, err := w.desk.Keep(w.ctx, jonas, note("Nora"))
		w.must(err)
		s, err := w.desk.Open(w.ctx, jonas, id)
		w.must(err)
		if !s.Own || s.Child != "Nora" || s.To != danger.Barnevern || len(s.Lines) != 1 || !strings.Contains(s.Lines[0].Receipt, canary) {
			t.Fatalf("the writer sees %+v", s)
		}
		for _, role := range webtest.Roles {
			for _, school := range []tilhor.SchoolID{w.Solbakken, w.Fjellvik} {
				a := w.Actor(role, school)
				if a == jonas {
					continue
				}
				_, there := w.desk.Open(w.ctx, a, id)
				_, missing := w.desk.Open(w.ctx, a, "zzzzzzzzzzzzzzzzzzzzzzzzzz")
				if !errors.Is(there, tilhor.ErrNotFound) || there.Error() != missing.Error() {
					t.Errorf("%s at %s: %v, and for what is not there: %v", role, school, there, missing)
				}
				if rows, _ := w.desk.Mine(w.ctx, a); len(rows) != 0 {
					t.Errorf("%s at %s has a note in the list", role, school)
				}
				if err := w.desk.Add(w.ctx, a, id, danger.Addition{Text: "x"}); !errors.Is(err, tilhor.ErrNotFound) {
					t.Errorf("%s at %s wrote in it: %v", role, school, err)
				}
			}
		}
		w.must(w.desk.Add(w.ctx, jonas, id, danger.Addition{With: hilde.Person}))
		s, err = w.desk.Open(w.ctx, hilde, id)
		w.must(err)
		if s.Own || len(s.With) != 1 || len(s.Opened) != 1 {
			t.Fatalf("the one let in sees %+v", s)
		}
		if err := w.desk.Add(w.ctx, hilde, id, danger.Addition{Text: "x"}); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("the one let in wrote in it: %v", err)
		}
		if _, err := w.desk.Open(w.ctx, kari, id); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("rektor was not chosen, and opened it: %v", err)
		}
		rows, err := w.desk.Mine(w.ctx, hilde)
		w.must(err)
		if len(rows) != 1 || rows[0].Own || !strings.HasPrefix(rows[0].Writer, "Jonas") {
			t.Errorf("the list of the one let in: %+v", rows)
		}
		w.Later(time.Hour)
		if s, err = w.desk.Open(w.ctx, jonas, id); err != nil || len(s.Opened) != 2 {
			t.Errorf("the openings are %+v (%v)", s.Opened, err)
		}
		untrained := jonas
		untrained.Trained = false
		if _, err := w.desk.Keep(w.ctx, untrained, note("Nora")); err != nil {
			t.Errorf("the duty waited for a course: %v", err)
		}
	})
}

// What can be put right is told at its field, in every language.
func TestANoteIsRefusedKindly(t *testing.T) {
	each(t, func(w *world) {
		jonas, ina := w.at(tilhor.RoleTeacher), w.at(tilhor.RoleSocialTeacher)
		for name, c := range map[string]struct {
			change     func(n *danger.Note)
			field, key string
		}{
			"nobody":              {func(n *danger.Note) { n.Child = " " }, "child", "danger.fault.child"},
			"no receiver":         {func(n *danger.Note) { n.To = "x" }, "to", "danger.fault.to"},
			"tomorrow":            {func(n *danger.Note) { n.When = tilhor.Now(w.Now().AddDate(0, 0, 1)) }, "at", "danger.fault.future"},
			"long ago":            {func(n *danger.Note) { n.When = tilhor.Now(w.Now().AddDate(-30, 0, 0)) }, "at", "danger.fault.old"},
			"a long receipt":      {func(n *danger.Note) { n.Receipt = strings.Repeat("x", 501) }, "receipt", "danger.fault.short"},
			"a long text":         {func(n *danger.Note) { n.Text = strings.Repeat("x", 20_001) }, "text", "danger.fault.long"},
			"no leader":           {func(n *danger.Note) { n.With = ina.Person }, "with", "danger.fault.with"},
			"oneself":             {func(n *danger.Note) { n.With = jonas.Person }, "with", "danger.fault.with"},
			"a leader elsewhere":  {func(n *danger.Note) { n.With = w.Actor(tilhor.RoleRektor, w.Fjellvik).Person }, "with", "danger.fault.with"},
			"somebody not at all": {func(n *danger.Note) { n.With = "zzzz" }, "with", "danger.fault.with"},
		} {
			n := note("Nora")
			c.change(&n)
			_, err := w.desk.Keep(w.ctx, jonas, n)
			all := tilhor.FaultsOf(err)
			if len(all) != 1 || all[0] != (tilhor.Fault{Field: c.field, Key: c.key}) {
				t.Errorf("%s: %v", name, err)
			}
			for _, l := range lang.Langs {
				if !lang.For(l).Has(c.key) {
					t.Errorf("%s has no text in %s", c.key, l)
				}
			}
		}
		id, err := w.desk.Keep(w.ctx, jonas, note("Nora"))
		w.must(err)
		if all := tilhor.FaultsOf(w.desk.Add(w.ctx, jonas, id, danger.Addition{})); len(all) != 1 || all[0].Key != "danger.fault.nothing" {
			t.Errorf("nothing was added: %v", all)
		}
		if _, err := w.desk.Keep(w.ctx, w.Actor(tilhor.RoleParent, w.Solbakken), note("Nora")); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("a parent kept a note: %v", err)
		}
	})
}

var spoil = db.SQL(`UPDATE danger_line SET sealed = $2 WHERE owner = $1`)

// The record says that something was sealed in an hour, and nothing else: not
// who, where, to the minute, or of whom. It still sees a line that was changed.
func TestTheRecordTellsNothingOfANote(t *testing.T) {
	each(t, func(w *world) {
		jonas, hilde := w.at(tilhor.RoleTeacher), w.at(tilhor.RoleDeputy)
		export := func() string {
			var b bytes.Buffer
			w.must(journal.Export(w.ctx, w.Kit.DB, webtest.Owner, w.Kit.Keys.Public(webtest.Owner), &b))
			return b.String()
		}
		before := export()
		w.Later(17*time.Minute + 3*time.Second)
		id, err := w.desk.Keep(w.ctx, jonas, note("Nora"))
		w.must(err)
		w.must(w.desk.Add(w.ctx, jonas, id, danger.Addition{Receipt: canary, With: hilde.Person}))
		_, err = w.desk.Open(w.ctx, hilde, id)
		w.must(err)
		after := export()
		lines := strings.Split(strings.TrimSpace(strings.TrimPrefix(after, before[:strings.LastIndex(strings.TrimSpace(before), "\n")+1])), "\n")
		found := 0
		for _, l := range lines {
			if !strings.Contains(l, "sealed") {
				continue
			}
			found++
			for what, s := range map[string]string{
				"the writer": string(jonas.Person), "the one let in": string(hilde.Person), "the school": string(w.Solbakken), "a role": "teacher",
				"what it is": "danger", "to whom": "barnevern", "the minute": w.Now().Format("15:04"), "a word": canary,
			} {
				if strings.Contains(l, s) {
					t.Errorf("an entry tells %s: %s", what, l)
				}
			}
		}
		if found != 3 {
			t.Fatalf("%d entries of three", found)
		}
		// The control: an act of another room tells who and where.
		if !strings.Contains(after, string(w.Actor(tilhor.RoleOwnerAdviser, "").Person)) && !strings.Contains(after, "roster.") {
			t.Error("the export holds nothing to tell apart: the test proves nothing")
		}
		verify := func() []journal.Wrong {
			r, err := journal.Verify(context.Background(), w.Kit.DB, webtest.Owner, journal.Against{Keys: w.Kit.Keys})
			w.must(err)
			return r.Wrong
		}
		if got := verify(); len(got) != 0 {
			t.Errorf("a whole record is faulted: %v", got)
		}
		w.Altered = true
		w.must(w.Kit.DB.Write(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(spoil, webtest.Owner, []byte("x"))
			return err
		}))
		if len(verify()) == 0 {
			t.Error("a line that was changed is not seen")
		}
	})
}
