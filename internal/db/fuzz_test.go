package db

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// FuzzCopy: a copy that is read through has the rows it says, each value of its
// column's type; an error is short, so that it cannot hold what the copy holds.
func FuzzCopy(f *testing.F) {
	head := fmt.Sprintf(`{"format":%q,"schema":3}`, copyFormat) + "\n"
	whole := head + `{"table":"t","columns":["a","b","c","d","e"],"types":["text","int","bool","real","bytes"]}` + "\n" +
		`["x",1,true,1.5,"AAE="]` + "\n" + `[null,null,null,null,null]` + "\n" + `{"end":"t","rows":2}` + "\n" + `{"done":true,"tables":1}` + "\n"
	for _, s := range []string{
		whole, head, whole + "x", strings.Replace(whole, `"rows":2`, `"rows":3`, 1), strings.Replace(whole, "1.5", "1e999", 1),
		strings.Replace(whole, "AAE=", "???", 1), strings.Replace(whole, `["x",1`, `["x",9223372036854775808`, 1),
		head + `{"table":"` + strings.Repeat("t", 3000) + `","columns":["a"],"types":["text"]}` + "\n[1]\n", head + `{"` + strings.Repeat("k", 3000) + `":1}` + "\n",
		strings.Replace(whole, `"AAE="]`, `"AAE="] ["y"]`, 1), strings.Replace(whole, `"end":"t"`, `"end":"t","schema":9`, 1), "\n\n", "",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var rows, tables int64
		last := ""
		got, err := ReadCopy(bytes.NewReader(raw), nil, func(tb string, columns []string, batch [][]any) error {
			rows += int64(len(batch))
			if tb != last {
				tables, last = tables+1, tb
			}
			for _, row := range batch {
				if len(row) != len(columns) {
					t.Fatalf("a row of %d in %d columns", len(row), len(columns))
				}
				for _, c := range row {
					switch c.(type) {
					case nil, string, bool, int64, float64, []byte:
					default:
						t.Fatalf("a value of type %T", c)
					}
				}
			}
			return nil
		})
		if err != nil {
			if len(err.Error()) > 300 {
				t.Fatalf("an error of %d bytes: %.100s…", len(err.Error()), err)
			}
			return
		}
		if got.Rows != rows || int64(got.Tables) < tables || got.Schema < 1 {
			t.Fatalf("%+v, and %d rows were told", got, rows)
		}
	})
}

// FuzzAddress: the address of a database that cannot be read is told without
// its password.
func FuzzAddress(f *testing.F) {
	f.Add("@127.0.0.1:99999999/x")
	f.Add("@[::1/x")
	f.Add("@host/x?sslmode=maybe")
	f.Add(" @host/x?connect_timeout=y")
	f.Add("%zz@host/x")
	f.Add("0")
	f.Fuzz(func(t *testing.T, rest string) {
		const password = "hunter2hunter2"
		if c, err := openPostgres("postgres://tilhor:" + password + rest); err == nil {
			c.Close()
		} else if strings.Contains(err.Error(), password) {
			t.Fatalf("%q is told with its password", rest)
		}
	})
}

// FuzzNumbered: a statement's numbered arguments mean the same on both engines.
func FuzzNumbered(f *testing.F) {
	f.Add("SELECT $2, $1 FROM t WHERE a = $10")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "?") {
			return
		}
		lite := dollar.ReplaceAllString(text, "?$1")
		if strings.ReplaceAll(lite, "?", "$") != text {
			t.Fatalf("%q became %q", text, lite)
		}
	})
}
