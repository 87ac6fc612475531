package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

var (
	put    = db.SQL(`INSERT INTO db_meta (owner, name, value) VALUES ($1, $2, $3)`)
	get    = db.SQL(`SELECT value FROM db_meta WHERE owner = $2 AND name = $1`)
	count  = db.SQL(`SELECT COUNT(*) FROM db_meta WHERE owner = $1`)
	change = db.SQL(`UPDATE db_meta SET value = $3 WHERE owner = $1 AND name = $2`)
)

func rows(t *testing.T, d *db.DB, owner string) (n int) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) error { return tx.One(count, db.Args(owner), &n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWriteIsReadBackAndArgumentsGoByNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(put, tilhor.OwnerID("granvik"), "a", "en"); return err })
		if err != nil {
			t.Fatal(err)
		}
		var v string
		err = d.Read(ctx, func(tx *db.Tx) error { return tx.One(get, db.Args("a", tilhor.OwnerID("granvik")), &v) })
		if err != nil || v != "en" {
			t.Fatalf("got %q, %v", v, err)
		}
		err = d.Read(ctx, func(tx *db.Tx) error { return tx.One(get, db.Args("b", "granvik"), &v) })
		if !errors.Is(err, tilhor.ErrNotFound) {
			t.Fatalf("a missing row: %v", err)
		}
		err = d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(put, "granvik", "a", "to"); return err })
		if !db.Unique(err) {
			t.Fatalf("a doubled key: %v", err)
		}
	})
}

func TestAReadCannotWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(context.Background(), func(tx *db.Tx) error { _, err := tx.Exec(put, "o", "a", "b"); return err })
		if err == nil || rows(t, d, "o") != 0 {
			t.Fatal("a read wrote a row")
		}
	})
}

// One of many writers fails, one panics, one has left: the others are kept.
func TestABadWriterFailsAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		gone, leave := context.WithCancel(context.Background())
		defer leave()
		var wg sync.WaitGroup
		errs := make([]error, 64)
		for i := range errs {
			wg.Add(1)
			go func() {
				defer wg.Done()
				ctx := context.Background()
				if i == 5 {
					ctx = gone
				}
				defer func() {
					if v := recover(); v != nil { // PostgreSQL writers run in their own goroutine
						errs[i] = fmt.Errorf("panic")
					}
				}()
				errs[i] = d.Write(ctx, func(tx *db.Tx) error {
					if _, err := tx.Exec(put, "o", fmt.Sprint(i), ""); err != nil {
						return err
					}
					switch i {
					case 3:
						return errors.New("no")
					case 4:
						panic("what a person typed")
					case 5:
						leave()
					}
					return nil
				})
			}()
		}
		wg.Wait()
		for i, err := range errs {
			if bad := i == 3 || i == 4; bad != (err != nil) {
				t.Errorf("writer %d: %v", i, err)
			}
		}
		if n := rows(t, d, "o"); n != 62 {
			t.Fatalf("%d rows, want 62", n)
		}
	})
}

// Two that read and then write the same row never both win from the same sight.
func TestNoLostUpdate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(put, "o", "n", "0"); return err }); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 20 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				err := d.Write(ctx, func(tx *db.Tx) error {
					var n int
					if err := tx.One(get, db.Args("n", "o"), &n); err != nil {
						return err
					}
					_, err := tx.Exec(change, "o", "n", fmt.Sprint(n+1))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		var n int
		if err := d.Read(ctx, func(tx *db.Tx) error { return tx.One(get, db.Args("n", "o"), &n) }); err != nil || n != 20 {
			t.Fatalf("%d, %v", n, err)
		}
	})
}

func TestALeaseHasOneHolder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := context.Background(), time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
		take := func(who string, at time.Time) bool {
			got, err := d.Lease(ctx, "o", "wake", who, func() time.Time { return at }, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if !take("a", now) || take("b", now) || !take("a", now) || !take("b", now.Add(time.Minute)) || take("a", now.Add(time.Minute)) {
			t.Fatal("a lease was held by two, or lost")
		}
	})
}

func TestOpenTwiceAndRefuseNonsense(t *testing.T) {
	for _, dsn := range []string{"", "sqlite:", "mysql://x", "/tmp/x"} {
		if _, err := db.Open(context.Background(), dsn); err == nil {
			t.Errorf("%q was opened", dsn)
		}
	}
	for _, dsn := range []string{dbtest.SQLiteDSN(t), dbtest.PostgresDSN(t)} {
		for range 2 {
			d, err := db.Open(context.Background(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			d.Close()
		}
	}
}

// PostgreSQL plans a statement once a connection, unless the address says
// otherwise.
func TestPlansAreMadeOnce(t *testing.T) {
	dsn := dbtest.PostgresDSN(t)
	for address, want := range map[string]string{dsn: "force_generic_plan", dsn + "&plan_cache_mode=auto": "auto"} {
		d, err := db.Open(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		var mode string
		if err := d.One(t.Context(), db.SQL(`SHOW plan_cache_mode`), nil, &mode); err != nil || mode != want {
			t.Errorf("plans are made as %q, want %q: %v", mode, want, err)
		}
		d.Close()
	}
}
