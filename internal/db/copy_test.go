package db_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

var (
	putKey   = db.SQL(`INSERT INTO seal_key (owner, kind, thing, wrapped, shredded) VALUES ($1, $2, $3, $4, $5)`)
	allSteps = []func(testing.TB) string{dbtest.SQLiteDSN, dbtest.PostgresDSN}
)

// fill writes rows with every kind of value that is easily lost on the way.
func fill(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		for i, text := range []string{"", "blåbærsyltetøy", "a\nb\t\"c\" 'd' \\ <&>", "null", "\u2028 😀", strings.Repeat("æ", 70000)} {
			if _, err := tx.Exec(put, "granvik", fmt.Sprint("Z", i), text); err != nil {
				return err
			}
			if _, err := tx.Exec(put, "granvik", fmt.Sprint("å", i), text); err != nil {
				return err
			}
		}
		for i, raw := range [][]byte{{}, {0}, {0xff, 0, '\n'}, bytes.Repeat([]byte{7}, 300<<10)} {
			var at any
			if i%2 == 0 {
				at = int64(1) << 62
			}
			if _, err := tx.Exec(putKey, "granvik", "track", fmt.Sprint(i), raw, at); err != nil {
				return err
			}
		}
		for i := range 1000 {
			if _, err := tx.Exec(put, "o", fmt.Sprint(i), fmt.Sprint(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func dump(t *testing.T, d *db.DB) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := d.Dump(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var rowsKnown = db.SQLFor(`SELECT CAST(MAX(reltuples) AS DOUBLE PRECISION) FROM pg_class WHERE relname = 'db_meta'`, `SELECT 1`)

// From each engine to each engine, and the copy of the copy is the same bytes.
func TestACopyIsTheSameOnBothEngines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d)
		whole := dump(t, d)
		for _, dsn := range allSteps {
			e, err := db.Open(context.Background(), dsn(t))
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			c, err := e.Load(context.Background(), bytes.NewReader(whole))
			if err != nil || c.Rows != 1016 {
				t.Fatalf("%s: %+v %v", e.Engine(), c, err)
			}
			if again := dump(t, e); !bytes.Equal(again, whole) {
				t.Fatalf("from %s to %s the rows changed", d.Engine(), e.Engine())
			}
			if u, err := e.Unfinished(context.Background()); u || err != nil {
				t.Fatal("a whole restore is called unfinished", err)
			}
			if e.Engine() == db.Postgres { // else it reads whole tables until it looks by itself
				var n float64
				if err := e.One(context.Background(), rowsKnown, nil, &n); err != nil || n < 1 {
					t.Errorf("PostgreSQL takes a table of the copy for one of %v rows: %v", n, err)
				}
			}
			if _, err := e.Load(context.Background(), bytes.NewReader(whole)); err == nil {
				t.Fatal("was restored over what was there")
			}
		}
	})
}

// What is filled is not finished before whoever filled it says so, whatever is opened
// in between.
func TestWhatIsFilledIsNotFinished(t *testing.T) {
	ctx := context.Background()
	d := dbtest.SQLite(t)
	fill(t, d)
	whole := dump(t, d)
	for _, dsn := range allSteps {
		at := dsn(t)
		e := opened(t, at)
		if _, err := e.Fill(ctx, bytes.NewReader(whole)); err != nil {
			t.Fatal(err)
		}
		e.Close()
		e = opened(t, at)
		if u, err := e.Unfinished(ctx); !u || err != nil {
			t.Fatalf("%s: called finished with more to do: %v", e.Engine(), err)
		}
		if err := e.Finish(ctx); err != nil {
			t.Fatal(err)
		}
		if u, err := e.Unfinished(ctx); u || err != nil || !bytes.Equal(dump(t, e), whole) {
			t.Fatalf("%s: finished, and it is not: %v, %v", e.Engine(), u, err)
		}
	}
}

// A damaged copy is refused, and what was restored of it is marked unfinished.
func TestADamagedCopyIsRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	fill(t, d)
	whole := string(dump(t, d))
	for name, bad := range map[string]string{
		"empty":          "",
		"not a copy":     "hello\n",
		"cut":            whole[:len(whole)/2],
		"cut at a line":  whole[:strings.LastIndex(whole[:len(whole)/2], "\n")+1],
		"no end":         whole[:strings.LastIndex(whole, `{"done"`)],
		"more":           whole + "x",
		"a row gone":     strings.Replace(whole, `["o","7","7"]`+"\n", "", 1),
		"a row twice":    strings.Replace(whole, `["o","7","7"]`, `["o","7","7"]`+"\n"+`["o","7","7"]`, 1),
		"a cell gone":    strings.Replace(whole, `["o","7","7"]`, `["o","7"]`, 1),
		"a cell changed": strings.Replace(whole, `["o","7","7"]`, `["o","7",7]`, 1),
		"a column":       strings.Replace(whole, `"shredded"`, `"sprinkled"`, 1),
		"a table":        strings.Replace(whole, `{"table":"seal_key"`, `{"table":"seal_keys"`, 1),
	} {
		e, err := db.Open(context.Background(), dbtest.SQLiteDSN(t))
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Load(context.Background(), strings.NewReader(bad))
		if err == nil {
			t.Errorf("%s: was restored", name)
		}
		if u, err := e.Unfinished(context.Background()); !u || err != nil {
			t.Errorf("%s: is not marked unfinished: %v", name, err)
		}
		e.Close()
	}
}

// A copy of an earlier schema is loaded at that step and brought up to date.
func TestAnEarlierSchemaIsLoadedAndBroughtUpToDate(t *testing.T) {
	for _, dsn := range []string{dbtest.SQLiteDSN(t), emptyPostgres(t)} {
		ctx := context.Background()
		old, err := db.OpenAt(ctx, dsn, 10)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := old.Schema(ctx); n != 10 || err != nil {
			t.Fatalf("schema %d, %v", n, err)
		}
		fill(t, old)
		copied := dump(t, old)
		old.Close()
		target := "sqlite:" + t.TempDir() + "/x.db"
		at, err := db.OpenAt(ctx, target, 10)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := at.Load(ctx, bytes.NewReader(copied)); err != nil {
			t.Fatal(err)
		}
		at.Close()
		head, err := db.Open(ctx, target)
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := head.Schema(ctx); n <= 10 || rows(t, head, "o") != 1000 {
			t.Fatalf("schema %d, %d rows", n, rows(t, head, "o"))
		}
		head.Close()
	}
}

// emptyPostgres is a database without any schema.
func emptyPostgres(t *testing.T) string {
	t.Helper()
	dsn := dbtest.PostgresDSN(t)
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	drop := db.SQLFor(`DROP SCHEMA public CASCADE`, `SELECT 1`)
	create := db.SQLFor(`CREATE SCHEMA public`, `SELECT 1`)
	err = d.Write(context.Background(), func(tx *db.Tx) error {
		if _, err := tx.Exec(drop); err != nil {
			return err
		}
		_, err := tx.Exec(create)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

func TestTheDatabaseTellsOfItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if said, err := d.Check(ctx); said != "ok" || err != nil {
			t.Fatal(said, err)
		}
		if ms, err := d.ClockMillis(ctx); ms < 1.7e12 || err != nil {
			t.Fatal(ms, err)
		}
		if marks, err := d.Marks(ctx); len(marks) != 0 || err != nil {
			t.Fatal(marks, err)
		}
	})
}
