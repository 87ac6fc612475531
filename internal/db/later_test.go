package db_test

import (
	"context"
	"fmt"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

var metaOf = db.SQL(`SELECT name, value FROM db_meta WHERE owner = $1 ORDER BY name`)

// Rows that are inserted one after the other go to PostgreSQL together: what
// stands there in the end, and what is said of it, is as if each went alone.
func TestRowsThatGoTogetherAreAsIfAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		read := func(owner string) (out string) {
			err := d.Read(ctx, func(tx *db.Tx) error {
				out = ""
				return tx.Each(metaOf, func(scan db.Scan) error {
					var name, value string
					err := scan(&name, &value)
					out += name + "=" + value + " "
					return err
				}, owner)
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		for i, many := range []int{1, 2, 7, db.MostRows, db.MostRows + 1, 3 * db.MostRows, 3*db.MostRows + 2} {
			between := i%2 == 0
			owner, want := fmt.Sprint("rows-", many), ""
			err := d.Write(ctx, func(tx *db.Tx) error {
				want = ""
				for i := range many {
					name := fmt.Sprintf("%02d", i)
					if err := tx.Later(put, owner, name, "first"); err != nil {
						return err
					}
					if between && i%3 == 2 { // what stands between keeps its place
						if err := tx.Later(change, owner, name, "changed"); err != nil {
							return err
						}
						want += name + "=changed "
						continue
					}
					want += name + "=first "
				}
				// The last is counted, and by itself.
				if n, err := tx.Exec(put, owner, "last", "one"); err != nil || n != 1 {
					return fmt.Errorf("%d rows are said to be one: %w", n, err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := read(owner); got != want+"last=one " {
				t.Errorf("%d rows: %s", many, got)
			}
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			for _, name := range []string{"a", "b", "a"} {
				if err := tx.Later(put, "twice", name, ""); err != nil {
					return err
				}
			}
			return nil
		})
		if !db.Unique(err) || read("twice") != "" {
			t.Errorf("the same row twice: %v, and left is %q", err, read("twice"))
		}
	})
}

func TestWhichInsertsGoTogether(t *testing.T) {
	for text, many := range map[string]string{
		`INSERT INTO a (b, c) VALUES ($1, $2)`:                           `INSERT INTO a (b, c) VALUES ($1, $2), ($3, $4)`,
		"INSERT INTO a\n\t(b)\n\tVALUES ($1)":                            "INSERT INTO a\n\t(b)\n\tVALUES ($1), ($2)",
		`INSERT INTO a (b, c) VALUES ($2, $1)`:                           "",
		`INSERT INTO a (b, c) VALUES ($1, '')`:                           "",
		`INSERT INTO a (b, c) VALUES ($1, $1)`:                           "",
		`INSERT INTO a (b) VALUES ($1) ON CONFLICT DO NOTHING`:           "",
		`INSERT INTO a (b) SELECT $1`:                                    "",
		`INSERT INTO a (b) VALUES ($1) RETURNING b`:                      "",
		`UPDATE a SET b = $1`:                                            "",
		`INSERT INTO a (b, c) VALUES ($1, $2) ON CONFLICT DO UPDATE SET`: "",
	} {
		got := db.Several(text)
		if many == "" && got != nil || many != "" && (len(got) != db.MostRows-1 || got[0] != many) {
			t.Errorf("%s: %q", text, got)
		}
	}
}
