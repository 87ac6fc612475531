package db

import (
	"context"
	"io/fs"
	"sync"
	"time"
)

// For the tests beside, which stand outside because they use dbtest.

// Steps are the migrations of the program.
func Steps() fs.FS {
	files, err := fs.Sub(steps, "migrations")
	if err != nil {
		panic(err)
	}
	return files
}

// OpenBy opens a database and brings it up to date by other steps.
func OpenBy(ctx context.Context, dsn string, files fs.FS) (*DB, error) {
	d, err := open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if err := d.migrateBy(ctx, files); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// SetLease changes how long a lease is held, and how often it is renewed.
func SetLease(held, again time.Duration) (back func()) {
	wasHeld, wasAgain := leaseFor, leaseAgain
	leaseFor, leaseAgain = held, again
	return func() { leaseFor, leaseAgain = wasHeld, wasAgain }
}

// EndsWhen has the time of every write to SQLite end when the test says so: end
// ends that of the one under way. Call it before the database is opened.
func EndsWhen() (end, back func()) {
	was := inTime
	var mu sync.Mutex
	now := func() {}
	inTime = func() (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(context.Background())
		mu.Lock()
		defer mu.Unlock()
		now = cancel
		return ctx, cancel
	}
	return func() { mu.Lock(); defer mu.Unlock(); now() }, func() { inTime = was }
}

var expireLeases = SQL(`UPDATE db_lease SET until = 0`)

// Later is what time does to the leases of who has died.
func Later(ctx context.Context, dsn string) error {
	d, err := open(ctx, dsn)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Write(ctx, func(tx *Tx) error { _, err := tx.Exec(expireLeases); return err })
}

// A Table is a table as a copy sees it.
type Table struct {
	Name                string
	Columns, Types, Key []string
}

// Tables lists what a copy holds.
func (d *DB) Tables(ctx context.Context) (out []Table, err error) {
	err = d.Read(ctx, func(tx *Tx) error {
		all, err := tx.tables()
		out = nil
		for _, tb := range all {
			out = append(out, Table{tb.name, tb.columns, tb.types, tb.key})
		}
		return err
	})
	return out, err
}

// Put writes rows of a table.
func (d *DB) Put(ctx context.Context, t Table, rows [][]any) error {
	return d.insertRows(ctx, table{name: t.Name, columns: t.Columns, types: t.Types, key: t.Key}, rows)
}

// How inserts go together.
const MostRows = mostRows

var Several = several

// InUse is how many connections are held.
func (d *DB) InUse() int { return d.pool.Stats().InUse }
