package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"tilhor"

	"github.com/pressly/goose/v3"
)

// One file a step, the same for both engines, forward only.
//
//go:embed migrations/*.sql
var steps embed.FS

// The lease table stands before every migration, because migrations run under
// a lease of it.
var leaseTable = `CREATE TABLE IF NOT EXISTS db_lease (
	owner TEXT NOT NULL, name TEXT NOT NULL, holder TEXT NOT NULL, until BIGINT NOT NULL, PRIMARY KEY (owner, name))`

// made sees to it that the lease table is there. Of two who make it at once
// PostgreSQL lets one have it and refuses the other, in more than one way: who
// is refused looks whether it is there now.
func made(ctx context.Context, pool *sql.DB) error {
	_, err := pool.ExecContext(ctx, leaseTable)
	if err != nil {
		if _, again := pool.ExecContext(ctx, leaseTable); again == nil {
			return nil
		}
	}
	return err
}

func (d *DB) migrate(ctx context.Context) error {
	if d.upTo == 0 && d.upToDate(ctx) {
		return nil // nothing is written, and no lease that a crash left is waited for
	}
	files, err := fs.Sub(steps, "migrations")
	if err != nil {
		return err
	}
	return d.migrateBy(ctx, files)
}

// migrateBy takes the steps in files that are left. Each is one transaction
// with the note that it was taken, on both engines: cut off anywhere, it was
// not begun.
func (d *DB) migrateBy(ctx context.Context, files fs.FS) error {
	pool, dialect := d.pool, goose.DialectPostgres
	if d.engine == SQLite {
		at, _ := parseLite(d.dsn)
		p, err := openSQLite(at, false)
		if err != nil {
			return err
		}
		defer p.Close()
		pool, dialect = p, goose.DialectSQLite3
	}
	if err := made(ctx, pool); err != nil {
		return err
	}
	g, err := goose.NewProvider(dialect, pool, files, goose.WithTableName("db_schema"))
	if err != nil {
		return err
	}
	return d.underLease(ctx, "migrate", func() error {
		newer, err := d.newer(ctx, pool, g)
		if err != nil {
			return err
		}
		if newer {
			return errors.New("the database was written by a newer version of this program")
		}
		if d.upTo > 0 {
			_, err = g.UpTo(ctx, d.upTo)
			return err
		}
		_, err = g.Up(ctx)
		return err
	})
}

// upToDate says whether every step has been taken; false when that cannot be
// told, as in a new database.
func (d *DB) upToDate(ctx context.Context) bool {
	newest, err := Newest()
	if err != nil {
		return false
	}
	at, err := d.Schema(ctx)
	return err == nil && at == newest
}

// Newest is the last step that this program knows.
func Newest() (int64, error) {
	names, err := fs.Glob(steps, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		return 0, errors.Join(err, errors.New("the program holds no steps"))
	}
	return goose.NumericComponent(names[len(names)-1])
}

// newer says whether the database knows a step that this program does not.
func (d *DB) newer(ctx context.Context, _ *sql.DB, g *goose.Provider) (bool, error) {
	at, err := g.GetDBVersion(ctx)
	if err != nil {
		return false, err
	}
	all := g.ListSources()
	return len(all) > 0 && at > all[len(all)-1].Version, nil
}

// underLease runs fn while no other process does; it waits up to the limit.
func (d *DB) underLease(ctx context.Context, name string, fn func() error) error {
	holder := tilhor.NewID()
	ctx, cancel := context.WithTimeout(ctx, 2*limit)
	defer cancel()
	for try := 0; ; try++ {
		// A wall clock is right here: a lease is between machines, not a duty.
		got, err := d.Lease(ctx, "", name, holder, time.Now, leaseFor)
		if err != nil {
			return err
		}
		if got {
			break
		}
		select {
		case <-time.After(backoff(try)):
		case <-ctx.Done():
			return fmt.Errorf("another process holds the lease %q", name)
		}
	}
	stop := d.renew(name, holder)
	err := fn()
	stop()
	return errors.Join(err, d.Release(context.WithoutCancel(ctx), "", name, holder))
}

// leaseFor is how long a process that has died holds the others up, leaseAgain
// how often one that lives renews its lease.
var leaseFor, leaseAgain = limit, limit / 4

// renew keeps a lease while something long is done under it; stop ends that.
// On SQLite a step holds the one lock there is for writing, and nobody could
// take the lease meanwhile.
func (d *DB) renew(name, holder string) (stop func()) {
	if d.engine == SQLite {
		return func() {}
	}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(leaseAgain)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				// A failure is tried again: the lease outlasts three of them.
				d.Lease(context.Background(), "", name, holder, time.Now, leaseFor)
			case <-end:
				return
			}
		}
	}()
	return func() { close(end); <-ended }
}

var (
	takeLease = SQL(`INSERT INTO db_lease (owner, name, holder, until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE db_lease.until <= $5 OR db_lease.holder = excluded.holder OR db_lease.until > $6`)
	dropLease = SQL(`DELETE FROM db_lease WHERE owner = $1 AND name = $2 AND holder = $3`)
)

// Lease takes or renews a named lease for ttl; false when another holds it. One
// that would hold longer than any lease does was taken by a clock that ran ahead
// and has been set back: it keeps nobody out. So the clock is read as late as can be,
// and again at each try: with a time from before a long wait, the lease that another has
// taken since would look like one of those.
func (d *DB) Lease(ctx context.Context, owner tilhor.OwnerID, name, holder string, clock tilhor.Clock, ttl time.Duration) (bool, error) {
	var n int64
	err := d.Write(ctx, func(tx *Tx) (err error) {
		now := clock()
		n, err = tx.Exec(takeLease, owner, name, holder, now.Add(ttl).UnixMilli(), now.UnixMilli(), now.Add(2*ttl).UnixMilli())
		return err
	})
	return n == 1, err
}

// Release gives a lease back.
func (d *DB) Release(ctx context.Context, owner tilhor.OwnerID, name, holder string) error {
	return d.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(dropLease, owner, name, holder)
		return err
	})
}
