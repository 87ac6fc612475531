package journal_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
	"tilhor/internal/soak"

	"golang.org/x/mod/sumdb/tlog"
)

// lived is a record with everything in it: three streams with words, lists that
// were seen, an entry with a row of its own, a shredding, and two entries that
// wait for the tree.
func lived(t *testing.T, d *db.DB) *school {
	t.Helper()
	s := told(t, d)
	now := monday.Add(10 * time.Second)
	for i, ids := range [][]string{{"a"}, {"a", "b"}} {
		s.write(func(tx *db.Tx) error {
			return s.j.SeenList(tx, rektor, "readings/lia", "lia", fmt.Sprint("list", i), "rektor", ids, now)
		})
	}
	lined := s.append(journal.Entry{Stream: "track/a", Act: "room.lined", Subject: "line", When: tilhor.Now(now), By: kari})
	s.do(`INSERT INTO db_meta (owner, name, value) VALUES ('granvik', $1, 'line')`, "row-"+string(lined.ID))
	s.write(func(tx *db.Tx) error {
		key, err := s.k.Make(tx, granvik, seal.KindTrack, "d")
		if err != nil {
			return err
		}
		field := key.Seal("room.text", "gone", "det som ikke skulle stått der")
		if _, err := tx.Exec(putText, granvik, "gone", hex.EncodeToString(field.Bytes)); err != nil {
			return err
		}
		_, err = s.j.Append(tx, journal.Entry{Stream: "track/d", Act: "room.wrote", Subject: "gone", When: tilhor.Now(now), By: kari, Parts: journal.Parts(field)})
		return err
	})
	s.write(func(tx *db.Tx) error {
		if err := seal.Shred(tx, granvik, seal.KindTrack, "d", now); err != nil {
			return err
		}
		_, err := s.j.Append(tx, journal.Entry{Stream: "track/d", Act: "room.shredded", Subject: "d", When: tilhor.Now(now), By: rektor})
		return err
	})
	if _, err := s.k.NoteShreddings(context.Background(), d, granvik, now); err != nil {
		t.Fatal(err)
	}
	s.sequence(now)
	s.says("track/b", "cases.b8", now)
	s.says("track/e", "cases.e1", now)
	return s
}

// memory is the record with its files, read out of the database.
func (s *school) memory() (m *journal.Memory) {
	s.t.Helper()
	var files [][]byte
	for _, name := range []string{seal.CheckpointsFile, seal.ShreddedFile} {
		text, err := s.k.File(granvik, name)
		if err != nil || len(text) == 0 {
			s.t.Fatal("no file of", name, err)
		}
		files = append(files, text)
	}
	s.read(func(tx *db.Tx) (err error) { m, err = journal.LoadMemory(tx, granvik, s.k, files...); return err })
	return m
}

// A cell is one value of one row; row -1 for a file beside the owner key.
type cell struct{ table, row, column int }

// uncovered is what the record cannot speak of: what is left of words whose key
// was shredded, which nobody can open, and when the shredding was noted in the
// file beside the key, which is bookkeeping.
func uncovered(m *journal.Memory, c cell) bool {
	switch {
	case c.row < 0:
		return false
	case c.table == journal.TMeta:
		return c.column == 2 && m.Tables[c.table].Rows[c.row][1] == "gone"
	}
	return c.table == journal.TKey && c.column == 5
}

func cellsOf(m *journal.Memory) (out []cell) {
	for i, t := range m.Tables {
		for r := range t.Rows {
			for c := range t.Columns {
				if !uncovered(m, cell{i, r, c}) {
					out = append(out, cell{i, r, c})
				}
			}
		}
	}
	for i := range m.Files {
		out = append(out, cell{i, -1, 0})
	}
	return out
}

func get(m *journal.Memory, c cell) any {
	if c.row < 0 {
		return m.Files[c.table]
	}
	return m.Tables[c.table].Rows[c.row][c.column]
}

func put(m *journal.Memory, c cell, v any) {
	if c.row < 0 {
		m.Files[c.table] = v.([]byte)
		return
	}
	m.Tables[c.table].Rows[c.row][c.column] = v
}

func bitsOf(v any) int {
	switch v := v.(type) {
	case string:
		return len(v) * 8
	case []byte:
		return len(v) * 8
	case int64:
		return 64
	}
	return 0
}

func flipped(v any, bit int) any {
	switch v := v.(type) {
	case string:
		b := []byte(v)
		b[bit/8] ^= 1 << (bit % 8)
		return string(b)
	case []byte:
		b := slices.Clone(v)
		b[bit/8] ^= 1 << (bit % 8)
		return b
	case int64:
		return v ^ 1<<bit
	}
	return v
}

// about lists what a report may call a row: an auditor finds the place by any of
// them. The row is as it was before it was changed.
func about(table int, row []any) (names func(w journal.Wrong) bool) {
	says := func(words ...string) func(w journal.Wrong) bool {
		return func(w journal.Wrong) bool {
			for _, word := range words {
				if strings.Contains(w.What, word) {
					return true
				}
			}
			return false
		}
	}
	switch table {
	case journal.TEntry:
		return func(w journal.Wrong) bool {
			return w.Stream == row[1] && w.Seq == row[2] || string(w.ID) == row[3] || row[8] != nil && w.Leaf == row[8] || strings.Contains(w.What, row[3].(string))
		}
	case journal.THead:
		return func(w journal.Wrong) bool { return w.Stream == row[1] }
	case journal.TListed:
		return func(w journal.Wrong) bool {
			return string(w.ID) == row[2] || says("journal.listed:"+row[1].(string))(w)
		}
	case journal.THash:
		level, n := tlog.SplitStoredHashIndex(row[1].(int64))
		last := (n+1)<<level - 1 // the leaf that completes it
		return func(w journal.Wrong) bool { return w.Leaf == last || says(fmt.Sprintf("hash %d", row[1]))(w) }
	case journal.TCheckpoint:
		size := row[1].(int64)
		return says(fmt.Sprintf(" %d ", size), fmt.Sprintf("%d entries", size))
	case journal.TKey:
		return says(fmt.Sprintf("%s %s", row[1], row[2]))
	}
	name := row[1].(string)
	return func(w journal.Wrong) bool {
		return says(":"+name, strings.TrimPrefix(name, "row-"))(w) || string(w.ID) == strings.TrimPrefix(name, "row-")
	}
}

// named says whether the report's first lines name the place.
func named(r journal.Report, names func(w journal.Wrong) bool) bool {
	return slices.ContainsFunc(r.Wrong[:min(3, len(r.Wrong))], names)
}

func aboutCell(m *journal.Memory, c cell) func(w journal.Wrong) bool {
	if c.row >= 0 {
		return about(c.table, journal.CloneRow(m.Tables[c.table].Rows[c.row]))
	}
	if c.table == journal.FShredded {
		return func(w journal.Wrong) bool { return w.Kind == journal.Shreds }
	}
	return func(w journal.Wrong) bool { return w.Kind == journal.Signed && strings.Contains(w.What, "file") }
}

// A flip is one bit, and what was wrong with the report of it.
type flip struct {
	cell
	bit  int
	says string
}

// flipSome flips want bits of the record, spread evenly, one at a time, and gives
// those that were not named. The control leaves out a step of the verifier.
func flipSome(m *journal.Memory, without string, want int) (tried int, missed []flip) {
	cells, all := cellsOf(m), countBits(m)
	want = min(want, all)
	from := rand.IntN(all)
	nth := func(at int) int { return (at + from) * want / all }
	type part struct {
		tried  int
		missed []flip
	}
	parts := make([]part, 2) // as many as the machine of make test has cores
	var wait sync.WaitGroup
	for w := range parts {
		wait.Add(1)
		go func() {
			defer wait.Done()
			m, p, at := m.Clone(), &parts[w], 0
			for _, c := range cells {
				old := get(m, c)
				names := aboutCell(m, c)
				for bit := range bitsOf(old) {
					at++
					if nth(at) == nth(at-1) || nth(at)%len(parts) != w {
						continue
					}
					put(m, c, flipped(old, bit))
					if c.row >= 0 && m.Tables[c.table].InKey(c.column) && m.Tables[c.table].Refused() {
						continue
					}
					p.tried++
					r, err := m.Verify(without)
					if err != nil || !named(r, names) {
						p.missed = append(p.missed, flip{c, bit, fmt.Sprint(err, r.Wrong)})
					}
				}
				put(m, c, old)
			}
		}()
	}
	wait.Wait()
	for _, p := range parts {
		tried, missed = tried+p.tried, append(missed, p.missed...)
	}
	return tried, missed
}

func countBits(m *journal.Memory) (n int) {
	for _, c := range cellsOf(m) {
		n += bitsOf(get(m, c))
	}
	return n
}

// Any one bit of any column of the record or of the files beside the key,
// flipped, is seen, and the report names the place. The controls leave out one
// step of the verifier each, and the same flips must show it.
func TestTamperEveryBit(t *testing.T) {
	t.Parallel()
	want := soak.Times(100_000, 80_000_000) // every bit of 10 MB of records
	tried := 0
	for world := 0; tried < want; world++ {
		s := lived(t, dbtest.SQLite(t))
		m := s.memory()
		if r, err := m.Verify(""); err != nil || !r.Holds() || r.Opened != 9 || r.Shredded != 1 || r.Rows != 1 || r.Pending != 2 {
			t.Fatalf("the control does not hold: %+v %v", r, err)
		}
		ask := min(want-tried, countBits(m))
		n, missed := flipSome(m, "", ask)
		for i, f := range missed {
			if i == 20 {
				t.Fatalf("… and %d more", len(missed)-i)
			}
			t.Errorf("bit %d of %s was not named: %s", f.bit, describe(m, f.cell), f.says)
		}
		if tried += n; n < ask*9/10 { // the database refuses a few: two rows with one key
			t.Fatalf("of %d bits only %d were tried", ask, n)
		}
		if world > 0 {
			continue
		}
		for _, without := range []string{"checkpoints", "streams", "tree", "content", "shredded", "keys", "file", "shreddings"} {
			if n, missed := flipSome(m, without, atLeast(without)); len(missed) == 0 {
				t.Errorf("the verifier without its %s named all %d flips as well: the test does not need it", without, n)
			} else {
				t.Logf("without %s: %d of %d flips missed", without, len(missed), n)
			}
		}
	}
	t.Logf("%d flips, all named", tried)
}

// atLeast is how many bits a control needs: some steps look at few bytes.
func atLeast(without string) int {
	switch without {
	case "content", "shredded", "shreddings":
		return 3000
	}
	return 300
}

func describe(m *journal.Memory, c cell) string {
	if c.row < 0 {
		return fmt.Sprint("file ", c.table)
	}
	t := m.Tables[c.table]
	return fmt.Sprintf("%s.%s of %v", t.Name, t.Columns[c.column], t.Rows[c.row][:3])
}
