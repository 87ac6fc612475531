package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// awhile is how long a write, or the beginning of a read, waits for a server
// that is restarting: an upgrade of PostgreSQL costs people a moment, not what
// they wrote. It is well within the time that a page may take.
const awhile = 5 * time.Second

// errUnsure marks an answer to COMMIT that never came.
var errUnsure = errors.New("nobody knows whether it was committed")

// Unsure says that the rows may be there or not: the engine's answer to COMMIT
// did not come. Whoever tries again must ask first whether it was done.
func Unsure(err error) bool { return errors.Is(err, errUnsure) }

// committed says what an error of COMMIT means: the engine's own refusal is
// certain, a lost connection is not, nor is what the driver says by itself. What the driver calls safe to try again is
// not believed here: it says so also of a COMMIT whose answer it did not get.
func committed(err error) error {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	refused := errors.As(err, &pg) && pg.Severity == "ERROR" || errors.As(err, &lite) || errors.Is(err, sql.ErrTxDone)
	if err == nil || refused {
		return err
	}
	return fmt.Errorf("%w: %w", errUnsure, err)
}

// away says that the server could not be reached, or went, before anything was
// committed: what was begun can be begun again.
func away(err error) bool {
	if Unsure(err) {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) { // shutting down, crashed, starting up
		return pg.Code == "57P01" || pg.Code == "57P02" || pg.Code == "57P03"
	}
	for _, gone := range []error{driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, syscall.ENOENT} {
		if errors.Is(err, gone) {
			return true
		}
	}
	return err != nil && (pgconn.SafeToRetry(err) || strings.Contains(err.Error(), "conn closed"))
}

// begin begins a transaction, and waits awhile for a server that is away.
func (d *DB) begin(ctx context.Context, opt *sql.TxOptions) (t *sql.Tx, err error) {
	err = d.patiently(ctx, func() error {
		t, err = d.pool.BeginTx(ctx, opt)
		return err
	})
	return t, err
}

// patiently does what begins with asking the server, and waits awhile for one
// that is away.
func (d *DB) patiently(ctx context.Context, ask func() error) error {
	end := time.Now().Add(awhile)
	for try := 0; ; try++ {
		err := ask()
		if err == nil || d.engine != Postgres || !away(err) || time.Now().After(end) {
			return err
		}
		select {
		case <-time.After(backoff(try)):
		case <-ctx.Done():
			return err
		}
	}
}

// reach waits awhile for a server that is starting, as when the machine does.
func (d *DB) reach(ctx context.Context) error {
	end := time.Now().Add(awhile)
	for try := 0; ; try++ {
		err := d.pool.PingContext(ctx)
		var pg *pgconn.PgError
		if err == nil || !errors.As(err, &pg) || pg.Code != "57P03" || time.Now().After(end) {
			return err
		}
		select {
		case <-time.After(backoff(try)):
		case <-ctx.Done():
			return err
		}
	}
}
