package journal

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// A Table is rows as the database has them, for tests that change a hundred
// thousand things: a cell is a string, an int64, bytes, or nil.
type Table struct {
	Name    string
	Columns []string
	kinds   string // one letter a column: s, i, b
	Unique  [][]int
	Rows    [][]any
}

// A Memory is a whole record in memory, and a source for the one verifier there is.
type Memory struct {
	Tables []Table // in the order of recordTables
	Files  [][]byte
	Keys   *seal.Keys
	Owner  tilhor.OwnerID
	opened map[string]noted
}

type noted struct {
	c   Checkpoint
	err error
}

// The tables in their order, and the files beside the owner key.
const (
	TEntry = iota
	THead
	TListed
	THash
	TCheckpoint
	TKey
	TMeta
	FCheckpoints = 0
	FShredded    = 1
)

func noTables() []Table {
	table := func(name, columns, kinds string, unique ...[]int) Table {
		return Table{Name: name, Columns: strings.Fields(columns), kinds: kinds, Unique: unique}
	}
	return []Table{
		table("journal_entry", "owner stream seq id person view written ready leaf hash mark body", "ssisssiiibbb", []int{0, 1, 2}, []int{0, 3}, []int{0, 8}),
		table("journal_head", "owner stream seq ready hash", "ssiib", []int{0, 1}),
		table("journal_listed", "owner id entry school sealed", "ssssb", []int{0, 1}, []int{0, 2}),
		table("journal_hash", "owner idx hash", "sib", []int{0, 1}),
		table("journal_checkpoint", "owner size note", "sib", []int{0, 1}),
		table("seal_key", "owner kind thing wrapped shredded noted", "sssbii", []int{0, 1, 2}),
		table("db_meta", "owner name value", "sss", []int{0, 1}),
	}
}

var memoryStatements = map[string][3]*db.Stmt{}

func init() {
	for _, t := range noTables() {
		var holes []string
		for i := range t.Columns {
			holes = append(holes, fmt.Sprint("$", i+1))
		}
		columns := strings.Join(t.Columns, ", ")
		memoryStatements[t.Name] = [3]*db.Stmt{
			db.SQL("SELECT " + columns + " FROM " + t.Name),
			db.SQL("DELETE FROM " + t.Name),
			db.SQL("INSERT INTO " + t.Name + " (" + columns + ") VALUES (" + strings.Join(holes, ", ") + ")"),
		}
	}
}

// LoadMemory reads a record out of the database.
func LoadMemory(tx *db.Tx, owner tilhor.OwnerID, keys *seal.Keys, files ...[]byte) (*Memory, error) {
	m := &Memory{Tables: noTables(), Files: files, Keys: keys, Owner: owner, opened: map[string]noted{}}
	for i := range m.Tables {
		t := &m.Tables[i]
		err := tx.Each(memoryStatements[t.Name][0], func(scan db.Scan) error {
			row, dst := make([]any, len(t.Columns)), make([]any, len(t.Columns))
			for c, kind := range t.kinds {
				switch kind {
				case 's':
					dst[c] = new(*string)
				case 'i':
					dst[c] = new(*int64)
				default:
					dst[c] = new([]byte)
				}
			}
			if err := scan(dst...); err != nil {
				return err
			}
			for c := range dst {
				switch v := dst[c].(type) {
				case **string:
					if *v != nil {
						row[c] = **v
					}
				case **int64:
					if *v != nil {
						row[c] = **v
					}
				case *[]byte:
					row[c] = append([]byte{}, *v...)
				}
			}
			t.Rows = append(t.Rows, row)
			return nil
		})
		if err != nil {
			return nil, err
		}
		slices.SortFunc(t.Rows, func(a, b []any) int { return strings.Compare(fmt.Sprint(a[:3]), fmt.Sprint(b[:3])) })
	}
	return m, nil
}

// Store writes the record into the database in place of the one that is there.
func (m *Memory) Store(tx *db.Tx) error {
	for _, t := range m.Tables {
		if _, err := tx.Exec(memoryStatements[t.Name][1]); err != nil {
			return err
		}
		for _, row := range t.Rows {
			if _, err := tx.Exec(memoryStatements[t.Name][2], row...); err != nil {
				return err
			}
		}
	}
	return nil
}

// Clone is another record with the same rows.
func (m *Memory) Clone() *Memory {
	c := *m
	c.Files, c.Tables, c.opened = nil, noTables(), map[string]noted{}
	for _, f := range m.Files {
		c.Files = append(c.Files, bytes.Clone(f))
	}
	for i := range m.Tables {
		for _, row := range m.Tables[i].Rows {
			c.Tables[i].Rows = append(c.Tables[i].Rows, CloneRow(row))
		}
	}
	return &c
}

// CloneRow is a row with bytes of its own.
func CloneRow(row []any) []any {
	out := slices.Clone(row)
	for i, v := range out {
		if b, ok := v.([]byte); ok {
			out[i] = bytes.Clone(b)
		}
	}
	return out
}

// InKey says whether a column is part of what must be unique.
func (t *Table) InKey(column int) bool {
	return slices.ContainsFunc(t.Unique, func(key []int) bool { return slices.Contains(key, column) })
}

// Refused says whether a database would not have such rows: two with one key.
func (t *Table) Refused() bool {
	for _, columns := range t.Unique {
		seen := map[string]bool{}
		for _, row := range t.Rows {
			var key strings.Builder
			null := false
			for _, c := range columns {
				null = null || row[c] == nil
				fmt.Fprintf(&key, "%v\x00", row[c])
			}
			if !null && seen[key.String()] {
				return true
			}
			seen[key.String()] = true
		}
	}
	return false
}

// Against is what the record is compared with; without names what the verifier
// is not to look at: a control.
func (m *Memory) Against(without string) Against {
	a := Against{Public: m.Keys.Public(m.Owner), File: m.Files[FCheckpoints], Shredded: m.Files[FShredded], Keys: m.Keys, without: without, read: m.readNote}
	switch without {
	case "keys":
		a.Keys = nil
	case "file":
		a.File = nil
	case "shreddings":
		a.Shredded = nil
	}
	return a
}

// Verify is Verify of the rows in memory.
func (m *Memory) Verify(without string) (Report, error) {
	return verify(m.Owner, m.Against(without), m, contentsNow())
}

// readNote computes each signature once.
func (m *Memory) readNote(raw []byte) (Checkpoint, error) {
	n, ok := m.opened[string(raw)]
	if !ok {
		n.c, n.err = ReadCheckpoint(m.Keys.Public(m.Owner), raw)
		m.opened[string(raw)] = n
	}
	return n.c, n.err
}

// mine gives the owner's rows of a table.
func (m *Memory) mine(table int, yield func(row []any)) {
	for _, row := range m.Tables[table].Rows {
		if row[0] == string(m.Owner) {
			yield(row)
		}
	}
}

func foundOf(row []any) found {
	f := found{
		stream: row[1].(string), seq: row[2].(int64), id: tilhor.EntryID(row[3].(string)), person: row[4].(string),
		written: row[6].(int64), ready: row[7].(int64), leaf: -1, hash: row[9].([]byte), mark: row[10].([]byte), body: row[11].([]byte),
	}
	if view, ok := row[5].(string); ok {
		f.view = &view
	}
	if leaf, ok := row[8].(int64); ok {
		f.leaf, f.inTree = leaf, &leaf
	}
	return f
}

func (m *Memory) entries(stream string, seq int64) (out []found, err error) {
	m.mine(TEntry, func(row []any) {
		if row[1].(string) > stream || row[1].(string) == stream && row[2].(int64) > seq {
			out = append(out, foundOf(row))
		}
	})
	sort.Slice(out, func(i, k int) bool {
		return out[i].stream < out[k].stream || out[i].stream == out[k].stream && out[i].seq < out[k].seq
	})
	return out, nil
}

func (m *Memory) heads(from, to string) (map[string]headRow, error) {
	out := map[string]headRow{}
	m.mine(THead, func(row []any) {
		if s := row[1].(string); s >= from && s <= to {
			out[s] = headRow{s, row[2].(int64), row[3].(int64), row[4].([]byte)}
		}
	})
	return out, nil
}

func (m *Memory) loose() (out []headRow, err error) {
	stands := map[string]bool{}
	m.mine(TEntry, func(row []any) { stands[fmt.Sprint(row[1], row[2])] = true })
	m.mine(THead, func(row []any) {
		if !stands[fmt.Sprint(row[1], row[2])] {
			out = append(out, headRow{stream: row[1].(string), seq: row[2].(int64)})
		}
	})
	return out, nil
}

func (m *Memory) leaves(after int64) (out []leafRow, err error) {
	m.mine(TEntry, func(row []any) {
		if leaf, ok := row[8].(int64); ok && leaf > after {
			out = append(out, leafRow{leaf, row[7].(int64), row[9].([]byte)})
		}
	})
	sort.Slice(out, func(i, k int) bool { return out[i].leaf < out[k].leaf })
	return out, nil
}

func (m *Memory) one(is func(row []any) bool) (f found, err error) {
	f, err = nowhere, tilhor.ErrNotFound
	m.mine(TEntry, func(row []any) {
		if is(row) {
			f, err = foundOf(row), nil
		}
	})
	return f, err
}

func (m *Memory) leaf(n int64) (found, error) {
	return m.one(func(row []any) bool { return row[8] == n })
}

func (m *Memory) entry(id tilhor.EntryID) (found, error) {
	return m.one(func(row []any) bool { return row[3] == string(id) })
}

func (m *Memory) hashes(after int64) (out []storedHash, err error) {
	m.mine(THash, func(row []any) {
		if row[1].(int64) > after {
			out = append(out, storedHash{row[1].(int64), row[2].([]byte)})
		}
	})
	sort.Slice(out, func(i, k int) bool { return out[i].idx < out[k].idx })
	return out, nil
}

func (m *Memory) notes(after int64) (out []storedNote, err error) {
	m.mine(TCheckpoint, func(row []any) {
		if row[1].(int64) > after {
			out = append(out, storedNote{row[1].(int64), row[2].([]byte)})
		}
	})
	sort.Slice(out, func(i, k int) bool { return out[i].size < out[k].size })
	return out, nil
}

// find is what the rooms of this test look up in the database: db_meta holds the
// words of "room.", journal_listed what lists showed.
func (m *Memory) find(c *Content, r Record, label string) (s Stored, err error) {
	_, id, _ := seal.SplitLabel(label)
	err = tilhor.ErrNotFound
	if c.Acts == actRead {
		m.mine(TListed, func(row []any) {
			if row[1] == id {
				s.Kind, s.Thing = listThing(m.Owner, row[3].(string))
				s.Entry, s.Bytes, err = tilhor.EntryID(row[2].(string)), row[4].([]byte), nil
			}
		})
		return s, err
	}
	m.mine(TMeta, func(row []any) {
		if row[1] == id {
			s, err = Stored{Kind: seal.KindTrack, Thing: strings.TrimPrefix(r.Stream, "track/"), Bytes: UnhexWords(row[2].(string))}, nil
		}
	})
	return s, err
}

// UnhexWords reads the words of the test's room, in one form only.
func UnhexWords(text string) []byte {
	raw, err := hex.DecodeString(text)
	if err != nil || hex.EncodeToString(raw) != text {
		return nil
	}
	return raw
}

func (m *Memory) key(kind seal.Kind, thing string) (k seal.Key, err error) {
	err = tilhor.ErrNotFound
	m.mine(TKey, func(row []any) {
		if row[1] == string(kind) && row[2] == thing {
			k, err = m.Keys.Unwrap(m.Owner, kind, thing, row[3].([]byte), row[4] != nil)
		}
	})
	return k, err
}

func (m *Memory) buried(shredded) (out []buriedKey, err error) {
	m.mine(TKey, func(row []any) {
		if at, ok := row[4].(int64); ok {
			out = append(out, buriedKey{shredded{seal.Kind(row[1].(string)), row[2].(string)}, at, row[5] != nil, len(row[3].([]byte)) == 0})
		}
	})
	return out, nil
}

func (m *Memory) each(c *Content, yield func(label string) error) error {
	var labels []string
	switch c.Acts {
	case actRead:
		m.mine(TListed, func(row []any) { labels = append(labels, seal.Label(listedField, row[1].(string))) })
	case "room.":
		m.mine(TMeta, func(row []any) {
			if name := row[1].(string); !strings.HasPrefix(name, "row-") {
				labels = append(labels, seal.Label("room.text", name))
			}
		})
	}
	for _, l := range labels {
		if err := yield(l); err != nil {
			return err
		}
	}
	return nil
}

func (m *Memory) odd(Mirror, func(id string) error) error { return nil }

func (m *Memory) rowsOf(c *Content, yield func(RoomRow) error) (err error) {
	if c.Acts != "room." {
		return nil
	}
	m.mine(TMeta, func(row []any) {
		if id, ok := strings.CutPrefix(row[1].(string), "row-"); ok && err == nil {
			err = yield(RoomRow{Table: "db_meta", Entry: tilhor.EntryID(id), Subject: row[2].(string)})
		}
	})
	return err
}
