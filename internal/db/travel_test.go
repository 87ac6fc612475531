package db_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/soak"
)

// Every table with every type of column, full of what is hard, goes from one
// engine to the other and back, and is the same bytes.
func TestEveryTableTravelsBothWays(t *testing.T) {
	ctx := context.Background()
	seed := uint64(time.Now().UnixNano())
	for round := range soak.Times(1, 60) {
		rng := rand.New(rand.NewPCG(seed, uint64(round)))
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			if n := filled(t, d, rng, 12); n < 300 {
				t.Fatalf("only %d rows could be put there", n)
			}
			whole := dump(t, d)
			for _, dsn := range []string{dbtest.PostgresDSN(t), dbtest.SQLiteDSN(t)} {
				e, err := db.Open(ctx, dsn)
				if err != nil {
					t.Fatal(err)
				}
				defer e.Close()
				if _, err := e.Load(ctx, bytes.NewReader(whole)); err != nil {
					t.Fatalf("seed %d: from %s to %s: %v", seed, d.Engine(), e.Engine(), err)
				}
				if again := dump(t, e); !bytes.Equal(again, whole) {
					t.Fatalf("seed %d: from %s to %s the rows changed: %s", seed, d.Engine(), e.Engine(), firstOther(whole, again))
				}
			}
		})
	}
}

// firstOther is the first line in which two copies differ.
func firstOther(a, b []byte) string {
	as, bs := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return fmt.Sprintf("line %d\n%.300q\n%.300q", i+1, as[i], bs[i])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(as), len(bs))
}

// Two copies that differ in one value are told apart: one for each type.
func TestACopyTellsEveryValueApart(t *testing.T) {
	a := dbtest.SQLite(t)
	ctx := context.Background()
	tables, err := a.Tables(ctx)
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]bool{}
	for _, tb := range tables {
		for k, typ := range tb.Types {
			if types[typ] {
				continue
			}
			types[typ] = true
			var copies [2][]byte
			for i, pair := range [2][]any{{"a", int64(1), true, []byte{1}, 1.0}, {"b", int64(2), false, []byte{1, 0}, 2.0}} {
				d := dbtest.SQLite(t)
				row := someRows(rand.New(rand.NewPCG(1, 1)), tb, nil, 1)[0]
				row[k] = pair[strings.Index("text int  bool bytesreal ", typ)/5]
				if err := d.Put(ctx, tb, [][]any{row}); err != nil {
					t.Fatal(err)
				}
				copies[i] = dump(t, d)
			}
			if bytes.Equal(copies[0], copies[1]) {
				t.Errorf("two values of the type %s look the same in a copy", typ)
			}
		}
	}
	if len(types) < 4 {
		t.Errorf("the tables have columns of the types %v only", types)
	}
}

// SQLite takes any bytes for text. They travel as they are to another SQLite;
// PostgreSQL, which takes only UTF-8, refuses them instead of changing them.
func TestTextThatIsNoTextIsNotChanged(t *testing.T) {
	ctx := context.Background()
	d := dbtest.SQLite(t)
	bad := "a\xff\xfeb"
	if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(put, "o", "bad", bad); return err }); err != nil {
		t.Fatal(err)
	}
	whole := dump(t, d)
	e := dbtest.SQLite(t)
	if _, err := e.Load(ctx, bytes.NewReader(whole)); err != nil {
		t.Fatal(err)
	}
	var got string
	err := e.Read(ctx, func(tx *db.Tx) error { return tx.One(get, db.Args("bad", "o"), &got) })
	if got != bad || err != nil {
		t.Fatalf("%q became %q, %v", bad, got, err)
	}
	if _, err := dbtest.Postgres(t).Load(ctx, bytes.NewReader(whole)); err == nil {
		t.Fatal("PostgreSQL took bytes that are no text")
	}
	for _, forged := range []string{`{"raw":"YQ=="}`, `{"raw":"???"}`, `{"raw":"/w==","x":1}`, `{}`, `[]`} { // "a" has one form
		bent := strings.Replace(string(whole), `{"raw":"Yf/+Yg=="}`, forged, 1)
		if bent == string(whole) {
			t.Fatal("the control is not in the copy")
		}
		if _, err := dbtest.SQLite(t).Load(ctx, strings.NewReader(bent)); err == nil {
			t.Errorf("%s was loaded", forged)
		}
	}
}
