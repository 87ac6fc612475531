package db_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tilhor/internal/db"
)

// mayBeNull lists the columns of a table that may hold nothing.
var mayBeNull = db.SQLFor(
	`SELECT CAST(column_name AS TEXT) FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 AND is_nullable = 'YES'`,
	`SELECT name FROM pragma_table_info($1) WHERE "notnull" = 0`)

func nullable(t testing.TB, d *db.DB, table string) (out []string) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		out = nil
		return tx.Each(mayBeNull, func(scan db.Scan) error {
			var c string
			err := scan(&c)
			out = append(out, c)
			return err
		}, table)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What is easily lost between two engines.
var (
	hardTexts = []string{
		"", " ", "blåbærsyltetøy", "BLÅBÆR", "a\nb\t\"c\" 'd' \\ <&> \r\n", "null", "NULL", "0", "true", "\u2028\u2029", "😀👩‍👩‍👧", "é", "e\u0301",
		"\u202eabc", "\ufeff", "\uffff", "\U0010ffff", "$1 ?1 :a @b %s {}", "--", "/*", "\x01\x7f", "1e5", "\\x00", "\\u0000", strings.Repeat("æ", 5000),
	}
	hardInts   = []int64{0, 1, -1, math.MaxInt64, math.MinInt64, 1 << 53, 1<<53 + 1, -(1<<53 + 1), 1 << 31, 253402300799999}
	hardFloats = []float64{0, math.Copysign(0, -1), 1.5, math.MaxFloat64, math.SmallestNonzeroFloat64, 0.1, 1e-300, math.Pi}
	hardBytes  = [][]byte{{}, {0}, {0xff, 0, '\n', '\\'}, []byte("text"), []byte("\\x41"), make([]byte, 3000)}
)

// someRows makes n rows of a table, each with another key, full of what is hard.
func someRows(rng *rand.Rand, tb db.Table, null []string, n int) (rows [][]any) {
	for i := range n {
		row := make([]any, len(tb.Columns))
		for k, c := range tb.Columns {
			switch {
			case c == "owner":
				row[k] = []string{"granvik", "bergvik", "Ås"}[rng.IntN(3)]
			case slices.Contains(null, c) && rng.IntN(3) == 0:
				row[k] = nil
			default:
				row[k] = someValue(rng, tb.Types[k], i, slices.Contains(tb.Key, c) || tb.Types[k] == "bytes" || rng.IntN(2) == 0)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// someValue is one value; alone ones are like no other of their column.
func someValue(rng *rand.Rand, typ string, i int, alone bool) any {
	switch typ {
	case "int":
		if alone {
			return rng.Int64() - rng.Int64()
		}
		return hardInts[rng.IntN(len(hardInts))]
	case "bool":
		return rng.IntN(2) == 0
	case "real":
		return hardFloats[rng.IntN(len(hardFloats))]
	case "bytes":
		v := slices.Clone(hardBytes[rng.IntN(len(hardBytes))])
		if alone && rng.IntN(8) > 0 || i > 0 {
			v = binary.BigEndian.AppendUint64(v, rng.Uint64())
		}
		return v
	}
	v := hardTexts[rng.IntN(len(hardTexts))]
	if alone {
		v += fmt.Sprintf("-%d-%x", i, rng.Uint64())
	}
	return v
}

// filled puts rows into every table there is, and gives how many.
func filled(t testing.TB, d *db.DB, rng *rand.Rand, each int) (n int) {
	t.Helper()
	ctx := context.Background()
	tables, err := d.Tables(ctx)
	if err != nil || len(tables) == 0 {
		t.Fatal(tables, err)
	}
	for _, tb := range tables {
		rows := someRows(rng, tb, nullable(t, d, tb.Name), each)
		err := d.Put(ctx, tb, rows)
		if err == nil {
			n += len(rows)
			continue
		}
		for _, row := range rows { // of two that are the same in what must be alone, the second is left out
			if err = d.Put(ctx, tb, [][]any{row}); err == nil {
				n++
			} else if !db.Unique(err) {
				t.Fatalf("%s: %v", tb.Name, err)
			}
		}
	}
	return n
}
