package db_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

// The databases of every earlier step, kept for ever in testdata: what somebody
// may still have. For step 10 they are
//
//	00010.db.gz     a SQLite file
//	00010.sql.gz    the same rows in PostgreSQL, as pg_dump writes them
//	00010.copy.gz   the same rows in the portable form, as an old backup holds them
//
// and steps.sum holds the hash of every step, which is never changed any more.
// TILHOR_UPDATE=1 makes what is missing, and never touches what is there.
const (
	kept     = "testdata/steps"
	stepSums = "testdata/steps.sum"
)

func updating() bool { return os.Getenv("TILHOR_UPDATE") != "" }

// A step is one migration.
type step struct {
	n    int64
	name string
	text []byte
}

func steps(t testing.TB, files fs.FS) (all []step) {
	t.Helper()
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal("no steps", err)
	}
	sort.Strings(names)
	for _, name := range names {
		s := step{name: name}
		if s.text, err = fs.ReadFile(files, name); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscanf(name, "%05d_", &s.n); err != nil {
			t.Fatalf("%s has no number", name)
		}
		all = append(all, s)
	}
	return all
}

// changedSteps says which steps are not as they were kept.
func changedSteps(all []step, sums string) (wrong []string) {
	want := map[string]string{}
	last := ""
	for _, l := range strings.Split(strings.TrimSpace(sums), "\n") {
		sum, name, _ := strings.Cut(l, "  ")
		want[name], last = sum, name
	}
	seen := map[string]bool{}
	for _, s := range all {
		seen[s.name] = true
		switch sum, known := want[s.name]; {
		case known && sum != fmt.Sprintf("%x", sha256.Sum256(s.text)):
			wrong = append(wrong, s.name+" was changed: somebody has run it already; write a new step instead")
		case !known && s.name < last:
			wrong = append(wrong, s.name+" comes before a step that somebody has run already: give it a higher number")
		case !known:
			wrong = append(wrong, s.name+" is new: TILHOR_UPDATE=1 go test ./internal/db -run 'Step|Earlier' keeps it")
		}
		if bytes.Contains(bytes.ToUpper(s.text), []byte("NO TRANSACTION")) {
			wrong = append(wrong, s.name+" would not be one transaction: cut off, it could not be run again")
		}
	}
	for name := range want {
		if name != "" && !seen[name] {
			wrong = append(wrong, name+" is gone, and somebody has run it already")
		}
	}
	return wrong
}

// A step that somebody may have run is never changed.
func TestNoStepIsChanged(t *testing.T) {
	all := steps(t, db.Steps())
	raw, err := os.ReadFile(stepSums)
	if err != nil && !updating() {
		t.Fatal(err)
	}
	sums := string(raw)
	if updating() {
		for _, s := range all {
			if !strings.Contains(sums, "  "+s.name+"\n") {
				sums += fmt.Sprintf("%x  %s\n", sha256.Sum256(s.text), s.name)
			}
		}
		if err := os.WriteFile(stepSums, []byte(sums), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, wrong := range changedSteps(all, sums) {
		t.Error(wrong)
	}
	// The controls.
	bent := slices.Clone(all)
	bent[3].text = append(bytes.Clone(bent[3].text), ' ')
	bent[4].text = append([]byte("-- +goose NO TRANSACTION\n"), bent[4].text...)
	bent = slices.Delete(bent, 5, 6)
	bent = append(bent, step{2, "00002_between.sql", nil}, step{99999, "99999_new.sql", nil})
	said := strings.Join(changedSteps(bent, sums), "\n")
	for _, want := range []string{all[3].name + " was changed", all[4].name + " would not be one", all[5].name + " is gone", "00002_between.sql comes before", "99999_new.sql is new"} {
		if !strings.Contains(said, want) {
			t.Errorf("not caught: %s", want)
		}
	}
}

func readKept(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join(kept, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func keep(t testing.TB, name string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(kept, 0o755); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	z.Write(text)
	if err := errors.Join(z.Close(), os.WriteFile(filepath.Join(kept, name), b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// schemaOf is a place of its own in a database of PostgreSQL, empty.
func schemaOf(t testing.TB, base, name string) string {
	t.Helper()
	runSQL(t, base, "CREATE SCHEMA "+name)
	return base + "&search_path=" + name
}

func runSQL(t testing.TB, dsn, text string) {
	t.Helper()
	c, err := sql.Open("pgx", dsn+"&default_query_exec_mode=simple_protocol")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Exec(text); err != nil {
		t.Fatal(err)
	}
}

// makeKept makes the databases of a step that are not kept yet.
func makeKept(t *testing.T, s step, base string) {
	t.Helper()
	ctx := context.Background()
	name := fmt.Sprintf("%05d", s.n)
	if _, err := os.Stat(filepath.Join(kept, name+".copy.gz")); err == nil {
		return
	}
	lite := dbtest.SQLiteDSN(t)
	d, err := db.OpenAt(ctx, lite, s.n)
	if err != nil {
		t.Fatal(err)
	}
	filled(t, d, rand.New(rand.NewPCG(uint64(s.n), 2026)), 5)
	copied := dump(t, d)
	d.Close()
	file, err := os.ReadFile(strings.TrimPrefix(lite, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	const place = "tilhor_kept_step"
	dsn := schemaOf(t, base, place)
	p, err := db.OpenAt(ctx, dsn, s.n)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Load(ctx, bytes.NewReader(copied)); err != nil {
		t.Fatal(err)
	}
	p.Close()
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if len(bins) == 0 {
		bins = []string{"pg_dump"}
	}
	text, err := exec.Command(bins[len(bins)-1], "--inserts", "--no-owner", "--no-privileges", "--schema="+place, base).Output()
	if err != nil {
		t.Fatal(err)
	}
	runSQL(t, base, "DROP SCHEMA "+place+" CASCADE")
	keep(t, name+".db.gz", file)
	keep(t, name+".sql.gz", plainDump(text, place))
	keep(t, name+".copy.gz", copied)
}

// plainDump is what pg_dump writes, without what belongs to its own session.
func plainDump(text []byte, place string) []byte {
	var b bytes.Buffer
	for _, l := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(l, "--") || strings.HasPrefix(l, "SET ") || strings.HasPrefix(l, "SELECT pg_catalog.set_config") || strings.HasPrefix(l, `\`) || strings.HasPrefix(l, "CREATE SCHEMA") || l == "" {
			continue
		}
		b.WriteString(strings.ReplaceAll(l, place+".", "") + "\n")
	}
	return b.Bytes()
}

// rowsByKey are the rows of a copy by table and key, each a map of its columns.
func rowsByKey(t testing.TB, copied []byte, keys map[string][]string) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	_, err := db.ReadCopy(bytes.NewReader(copied), nil, func(table string, columns []string, rows [][]any) error {
		for _, row := range rows {
			m := map[string]any{}
			for i, c := range columns {
				m[c] = row[i]
			}
			id := table
			for _, k := range keys[table] {
				id += fmt.Sprintf("|%v", m[k])
			}
			if out[id] != nil {
				return fmt.Errorf("two rows %q", id)
			}
			out[id] = m
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// lostOf says which rows of before are not there, as they were, in after. What
// a step adds is new columns and new rows.
func lostOf(t testing.TB, before, after []byte, keys map[string][]string) (lost []string) {
	t.Helper()
	now := rowsByKey(t, after, keys)
	for id, was := range rowsByKey(t, before, keys) {
		for c, v := range was {
			if is, there := now[id][c]; !there || !reflect.DeepEqual(is, v) {
				lost = append(lost, id+" "+c)
			}
		}
	}
	return lost
}

func keysOf(t testing.TB, d *db.DB) map[string][]string {
	t.Helper()
	tables, err := d.Tables(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, tb := range tables {
		out[tb.Name] = tb.Key
	}
	return out
}

// shapeSQL is all that a schema consists of, in words.
var shapeSQL = db.SQLFor(
	`SELECT CAST(table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable AS TEXT) FROM information_schema.columns WHERE table_schema = current_schema()
		UNION ALL SELECT CAST(regexp_replace(indexdef, ' ON \w+\.', ' ON ') AS TEXT) FROM pg_indexes WHERE schemaname = current_schema()
		UNION ALL SELECT CAST(viewname || regexp_replace(definition, '\w+\.', '', 'g') AS TEXT) FROM pg_views WHERE schemaname = current_schema() ORDER BY 1`,
	`SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_master ORDER BY 1`)

func shape(t testing.TB, d *db.DB) (all []string) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		all = nil
		return tx.Each(shapeSQL, func(scan db.Scan) error {
			var s string
			err := scan(&s)
			all = append(all, s)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// oldOnes gives the databases of a step, one on each engine, ready to open.
func oldOnes(t *testing.T, s step) map[string]string {
	t.Helper()
	name := fmt.Sprintf("%05d", s.n)
	lite := dbtest.SQLiteDSN(t)
	if err := os.WriteFile(strings.TrimPrefix(lite, "sqlite:"), readKept(t, name+".db.gz"), 0o600); err != nil {
		t.Fatal(err)
	}
	pg := dbtest.EmptyPostgresDSN(t) // a database each: what all the tables of one are asked for costs what stands in it
	runSQL(t, pg, string(readKept(t, name+".sql.gz")))
	return map[string]string{"sqlite": lite, "postgres": pg}
}

// Every earlier database, as it was left by the program of its day, is brought
// to the newest step with all its rows, on both engines, and becomes what a new
// one is; and so does an earlier backup.
func TestEveryEarlierDatabaseIsBroughtUpToDate(t *testing.T) {
	ctx := context.Background()
	base := dbtest.PostgresDSN(t)
	all := steps(t, db.Steps())
	newest := all[len(all)-1].n
	fresh := map[string][]string{}
	for engine, dsn := range map[string]string{"sqlite": dbtest.SQLiteDSN(t), "postgres": dbtest.EmptyPostgresDSN(t)} {
		d, err := db.Open(ctx, dsn)
		if err != nil {
			t.Fatal(err)
		}
		fresh[engine] = shape(t, d)
		d.Close()
	}
	t.Run("steps", func(t *testing.T) {
		for _, s := range all {
			if updating() {
				makeKept(t, s, base)
			}
			copied := readKept(t, fmt.Sprintf("%05d.copy.gz", s.n))
			for engine, dsn := range oldOnes(t, s) {
				t.Run(fmt.Sprint(engine, " from ", s.n), func(t *testing.T) {
					t.Parallel()
					broughtUp(t, s, dsn, copied, newest, fresh[engine])
				})
			}
		}
	})
	// The control: a value changed, and a row gone, are seen.
	d := dbtest.SQLite(t)
	if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(put, "o", "a", "1"); return err }); err != nil {
		t.Fatal(err)
	}
	was := dump(t, d)
	for what, st := range map[string]*db.Stmt{"a value changed": change, "a row gone": take} {
		err := d.Write(ctx, func(tx *db.Tx) error {
			args := []any{"o", "a"}
			if st == change {
				args = append(args, "2")
			}
			_, err := tx.Exec(st, args...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if lost := lostOf(t, was, dump(t, d), keysOf(t, d)); len(lost) == 0 {
			t.Errorf("%s was not seen", what)
		}
	}
}

var take = db.SQL(`DELETE FROM db_meta WHERE owner = $1 AND name = $2`)

// broughtUp opens a kept database as it was, and then as the program does now.
func broughtUp(t *testing.T, s step, dsn string, copied []byte, newest int64, fresh []string) {
	ctx := context.Background()
	old, err := db.OpenAt(ctx, dsn, s.n)
	if err != nil {
		t.Fatal(err)
	}
	if at, err := old.Schema(ctx); at != s.n || err != nil {
		t.Fatalf("the one kept stands at %d, %v", at, err)
	}
	before := dump(t, old)
	if !bytes.Equal(before, copied) {
		t.Fatalf("the rows are not those of the copy: %s", firstOther(copied, before))
	}
	old.Close()
	broughtUpFrom(t, before, dsn, newest, fresh)
	if !strings.HasPrefix(dsn, "sqlite:") {
		return
	}
	restored := dbtest.SQLiteDSN(t) // an old backup is loaded at its step
	at, err := db.OpenAt(ctx, restored, s.n)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := at.Load(ctx, bytes.NewReader(copied)); err != nil {
		t.Fatal(err)
	}
	at.Close()
	broughtUpFrom(t, before, restored, newest, fresh)
}

// broughtUpFrom opens a database as the program does now, and compares.
func broughtUpFrom(t *testing.T, before []byte, dsn string, newest int64, fresh []string) {
	t.Helper()
	ctx := context.Background()
	now, err := db.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer now.Close()
	if at, err := now.Schema(ctx); at != newest || err != nil {
		t.Fatal(at, err)
	}
	if lost := lostOf(t, before, dump(t, now), keysOf(t, now)); len(lost) > 0 {
		t.Errorf("%d values lost or changed, as %s", len(lost), lost[0])
	}
	if got := shape(t, now); !slices.Equal(got, fresh) {
		t.Error("it is not what a new one is")
	}
}
