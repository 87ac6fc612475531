package journal_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/soak"
)

// An edit is what somebody with the database, but not the keys, may do to rows.
type edit struct {
	name  string
	table int
	rows  []int // the rows touched, as they were before
	extra [][]any
	do    func(t *journal.Table)
}

// anyEdit makes up one edit; false when it would change nothing that counts.
func anyEdit(r *rand.Rand, m *journal.Memory) (e edit, ok bool) {
	e.table = r.IntN(len(m.Tables))
	t := &m.Tables[e.table]
	i, k, c := r.IntN(len(t.Rows)), r.IntN(len(t.Rows)), r.IntN(len(t.Columns))
	e.rows = []int{i}
	at := cell{e.table, i, c}
	switch r.IntN(7) {
	case 0:
		e.name = "delete"
		e.do = func(t *journal.Table) { t.Rows = slices.Delete(t.Rows, i, i+1) }
		return e, e.table != journal.TKey || counts(m, i)
	case 1: // a copy with one column of its key made up, or another's
		e.name = "duplicate"
		row := journal.CloneRow(t.Rows[i])
		key := t.Unique[0][1+r.IntN(len(t.Unique[0])-1)]
		for _, u := range t.Unique {
			for _, col := range u[1:] {
				if row[col] != nil && (col == key || !slices.Contains(t.Unique[0], col)) {
					row[col] = other(r, row[col])
				}
			}
		}
		e.extra = [][]any{row}
		e.do = func(t *journal.Table) { t.Rows = append(t.Rows, row) }
		return e, e.table != journal.TKey // a key that opens nothing is no fault
	case 2:
		e.name, e.rows = "swap a column", []int{i, k}
		e.do = func(t *journal.Table) { t.Rows[i][c], t.Rows[k][c] = t.Rows[k][c], t.Rows[i][c] }
		return e, i != k && !reflect.DeepEqual(t.Rows[i][c], t.Rows[k][c]) && !uncovered(m, at) && !uncovered(m, cell{e.table, k, c})
	case 3: // everything but the key: the rows stand in each other's place
		e.name, e.rows = "reorder", []int{i, k}
		e.do = func(t *journal.Table) {
			for col := range t.Columns {
				if !slices.Contains(t.Unique[0], col) {
					t.Rows[i][col], t.Rows[k][col] = t.Rows[k][col], t.Rows[i][col]
				}
			}
		}
		return e, i != k && !reflect.DeepEqual(t.Rows[i][len(t.Unique[0]):], t.Rows[k][len(t.Unique[0]):])
	case 4:
		e.name = "write over"
		v := other(r, t.Rows[i][c])
		e.do = func(t *journal.Table) { t.Rows[i][c] = v }
		return e, v != nil && !reflect.DeepEqual(v, t.Rows[i][c]) && !uncovered(m, at)
	case 5:
		e.name = "cut"
		v := shorter(t.Rows[i][c])
		e.do = func(t *journal.Table) { t.Rows[i][c] = v }
		return e, v != nil && !uncovered(m, at)
	}
	e.name, e.extra = "put in", [][]any{journal.CloneRow(t.Rows[i])}
	row := e.extra[0]
	for col := 1; col < len(row); col++ {
		row[col] = other(r, row[col])
	}
	e.do = func(t *journal.Table) { t.Rows = append(t.Rows, row) }
	return e, e.table != journal.TKey
}

// counts says whether a key opens something the record commits to, or was
// shredded: the others open drafts and lists that the record does not hold.
func counts(m *journal.Memory, key int) bool {
	row := m.Tables[journal.TKey].Rows[key]
	return row[4] != nil || row[1] == "track" || row[1] == "school"
}

func other(r *rand.Rand, v any) any {
	switch v := v.(type) {
	case string:
		return v + fmt.Sprint(r.IntN(1000))
	case int64:
		return v + 1 + r.Int64N(1000)
	case []byte:
		b := slices.Clone(v)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	return nil
}

func shorter(v any) any {
	switch v := v.(type) {
	case string:
		if len(v) > 1 {
			return v[:len(v)-1]
		}
	case []byte:
		if len(v) > 1 {
			return v[:len(v)/2]
		}
	}
	return nil
}

// tamper makes one edit of a copy, and says whether a report of it names a row
// that was touched.
func tamper(m *journal.Memory, e edit) (bad *journal.Memory, names func(journal.Wrong) bool, refused bool) {
	bad = m.Clone()
	var all []func(journal.Wrong) bool
	for _, i := range e.rows {
		all = append(all, about(e.table, m.Tables[e.table].Rows[i]))
	}
	for _, row := range e.extra {
		all = append(all, about(e.table, row))
	}
	e.do(&bad.Tables[e.table])
	names = func(w journal.Wrong) bool {
		return slices.ContainsFunc(all, func(is func(journal.Wrong) bool) bool { return is(w) })
	}
	return bad, names, bad.Tables[e.table].Refused()
}

// editControls are the steps that the edits must show the need of.
var editControls = []string{"streams", "loose heads", "tree", "checkpoints", "content"}

// A thousand edits of every table are named. A sample of them goes the whole way
// through each database, and the report is the same to the letter: the rows in
// memory are checked as those of a database are.
func TestTamperEdits(t *testing.T) {
	t.Parallel()
	want := soak.Times(1_000, 100_000)
	s := lived(t, dbtest.SQLite(t))
	m := s.memory()
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 3))
	var list []edit
	kinds, missed := map[string]int{}, map[string]int{}
	for len(list) < want {
		e, ok := anyEdit(r, m)
		if !ok {
			continue
		}
		bad, names, refused := tamper(m, e)
		if refused {
			continue
		}
		list = append(list, e)
		kinds[e.name+" "+m.Tables[e.table].Name]++
		report, err := bad.Verify("")
		if err != nil || !named(report, names) {
			t.Errorf("seed %d: %s in %s, rows %v %v: not named: %v %v", seed, e.name, m.Tables[e.table].Name, e.rows, e.extra, err, report.Wrong)
		}
		for _, without := range editControls { // the controls
			if report, err := bad.Verify(without); err != nil || !named(report, names) {
				missed[without]++
			}
		}
	}
	if len(kinds) < 35 {
		t.Errorf("only %d kinds of edit: %v", len(kinds), kinds)
	}
	for _, without := range editControls {
		if missed[without] == 0 {
			t.Errorf("the verifier without its %s named all edits as well", without)
		}
	}
	t.Logf("%d edits of %d kinds, all named; missed by the controls: %v", len(list), len(kinds), missed)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := &school{t, d, s.k, s.j}
		for _, e := range list[:soak.Times(40, 1000)] {
			bad, _, _ := tamper(m, e)
			s.write(func(tx *db.Tx) error { return bad.Store(tx) })
			a := bad.Against("")
			got, err := journal.Verify(context.Background(), d, granvik, a)
			want, err2 := bad.Verify("")
			if err != nil || err2 != nil || !reflect.DeepEqual(sorted(got), sorted(want)) {
				t.Errorf("%s in %s: %v %v\nthe database: %v\nthe memory:   %v", e.name, m.Tables[e.table].Name, err, err2, got.Wrong, want.Wrong)
			}
		}
	})
}

// sorted are the lines of a report: two databases give the streams of a
// language's own order, so only what is said counts.
func sorted(r journal.Report) []string {
	out := []string{fmt.Sprint(r.Entries, r.Streams, r.Size, r.Pending, r.Checkpoints, r.Witnessed, r.Opened, r.Shredded, r.Unread, r.Rows, r.Shreddings, r.Gaps)}
	for _, w := range r.Wrong {
		out = append(out, w.String())
	}
	slices.Sort(out)
	return out
}

// What is no tampering is not named: the database packed anew by its own
// engine, and every row taken out and put into the other engine.
func TestBenignChangesAreNotNamed(t *testing.T) {
	t.Parallel()
	ways := map[string][3]string{
		"sqlite":   {dbtest.SQLiteDSN(t), dbtest.PostgresDSN(t), "VACUUM"},
		"postgres": {dbtest.PostgresDSN(t), dbtest.SQLiteDSN(t), "VACUUM FULL"},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			s := lived(t, opened(t, way[0]))
			driver, at := "pgx", way[0]
			if path, lite := strings.CutPrefix(at, "sqlite:"); lite {
				driver, at = "sqlite", path
			}
			raw, err := sql.Open(driver, at)
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			if _, err := raw.Exec(way[2]); err != nil {
				t.Fatal(err)
			}
			s.holds()
			var dump bytes.Buffer
			if _, err := s.d.Dump(context.Background(), &dump); err != nil {
				t.Fatal(err)
			}
			there := &school{t, opened(t, way[1]), s.k, s.j}
			if _, err := there.d.Load(context.Background(), &dump); err != nil {
				t.Fatal(err)
			}
			there.holds()
			there.says("track/a", "cases.later", monday.Add(2*time.Hour))
			there.sequence(monday.Add(2 * time.Hour))
			there.holds()
			if s.verify().Holds() { // the control: the database it came from is now an older one
				t.Fatal("an older database beside a newer file was not named")
			}
		})
	}
}

func opened(t *testing.T, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}
