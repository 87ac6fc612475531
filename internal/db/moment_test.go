package db_test

import (
	"context"
	"errors"
	"testing"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

var broken = db.SQL(`SELECT 1 / CAST(value AS INTEGER) FROM db_meta WHERE owner = $1`)

// The reads of one page on PostgreSQL see one moment, whatever others write meanwhile;
// what the page itself wrote is seen by what it reads after; and no connection is kept
// by who has done, waits, or met an error.
func TestOneMoment(t *testing.T) {
	d := dbtest.Postgres(t)
	page, end := d.OneMoment(context.Background())
	write := func(ctx context.Context, name string) {
		t.Helper()
		if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(put, "o", name, "0"); return err }); err != nil {
			t.Fatal(err)
		}
	}
	sees := func(want int) {
		t.Helper()
		var read, looked int
		ask := func(n *int) func(*db.Tx) error {
			return func(tx *db.Tx) error { return tx.One(count, db.Args("o"), n) }
		}
		if err := errors.Join(d.Read(page, ask(&read)), d.Look(page, ask(&looked))); err != nil || read != want || looked != want {
			t.Fatalf("the page sees %d and %d rows, want %d: %v", read, looked, want, err)
		}
	}
	held := func(want int) {
		t.Helper()
		if got := d.InUse(); got != want {
			t.Errorf("%d connections are held, want %d", got, want)
		}
	}
	others := context.Background()

	if err := d.One(page, count, db.Args("o"), new(int)); err != nil {
		t.Fatal(err)
	}
	held(0) // one look is no page
	sees(0)
	held(1)
	write(others, "a")
	sees(0)
	write(page, "b")
	held(0)
	sees(2)

	write(others, "c")
	sees(2)
	db.Let(page)
	held(0)
	sees(3)

	// A read in the midst of another does not wait for it.
	err := d.Read(page, func(tx *db.Tx) error {
		return tx.Each(get, func(db.Scan) error {
			held(1)
			return d.Read(page, func(tx *db.Tx) error { held(2); return tx.One(count, db.Args("o"), new(int)) })
		}, "a", "o")
	})
	if err != nil {
		t.Fatal(err)
	}

	// What is not there ends nothing; what PostgreSQL refuses does.
	write(others, "d")
	if err := d.Read(page, func(tx *db.Tx) error { return tx.One(get, db.Args("none", "o"), new(string)) }); !errors.Is(err, tilhor.ErrNotFound) {
		t.Fatal(err)
	}
	sees(3)
	if err := d.Read(page, func(tx *db.Tx) error { return tx.One(broken, db.Args("o"), new(int)) }); err == nil {
		t.Fatal("nothing is divided by nought")
	}
	held(0)
	sees(4)
	func() {
		defer func() { recover() }()
		d.Read(page, func(*db.Tx) error { panic("a page") })
	}()
	held(0)
	sees(4)

	// A read asked under something that ends sooner than the page.
	db.Let(page)
	short, cut := context.WithCancel(page)
	if err := d.Read(short, func(tx *db.Tx) error { return tx.One(count, db.Args("o"), new(int)) }); err != nil {
		t.Fatal(err)
	}
	cut()
	sees(4)

	end()
	held(0)
}

var cutOthers = db.SQLFor(`SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`, `SELECT 0`)

// A page whose connection is lost between two reads goes on with another.
func TestAMomentOutlivesItsConnection(t *testing.T) {
	dsn := dbtest.PostgresDSN(t)
	var both [2]*db.DB
	for i := range both {
		d, err := db.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		both[i] = d
	}
	page, end := both[0].OneMoment(t.Context())
	defer end()
	ask := func(tx *db.Tx) error { return tx.One(count, db.Args("o"), new(int)) }
	if err := both[0].Read(page, ask); err != nil {
		t.Fatal(err)
	}
	var cut int
	if err := both[1].One(t.Context(), cutOthers, nil, &cut); err != nil || cut == 0 {
		t.Fatalf("%d connections were cut: %v", cut, err)
	}
	if err := both[0].Read(page, ask); err != nil {
		t.Errorf("after the connection was lost: %v", err)
	}
}
