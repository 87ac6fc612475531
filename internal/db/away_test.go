package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// An answer to COMMIT that did not come is not a refusal, whatever the driver
// calls it; and only what was surely not committed is begun again by itself.
func TestWhatALostConnectionMeans(t *testing.T) {
	fatal := &pgconn.PgError{Severity: "FATAL", Code: "57P01"}
	for name, c := range map[string]struct {
		err          error
		unsure, away bool // of COMMIT; of anything before it
	}{
		"could not serialise":  {&pgconn.PgError{Severity: "ERROR", Code: "40001"}, false, false},
		"a rule of the tables": {&pgconn.PgError{Severity: "ERROR", Code: "23505"}, false, false},
		"shutting down":        {fatal, true, true},
		"wrong password":       {&pgconn.PgError{Severity: "FATAL", Code: "28P01"}, true, false},
		"cut":                  {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), true, true},
		"reset":                {fmt.Errorf("read: %w", syscall.ECONNRESET), true, true},
		"bad connection":       {driver.ErrBadConn, true, true},
		"said to be safe":      {safe{}, true, true},
		"SQLite's own word":    {ofSQLite(t), false, false},
		"out of time":          {context.DeadlineExceeded, true, false},
		"nothing":              {nil, false, false},
		"something else":       {errors.New("x"), true, false},
	} {
		if got := Unsure(committed(c.err)); got != c.unsure {
			t.Errorf("%s: COMMIT is unsure: %v", name, got)
		}
		if got := away(c.err); got != c.away {
			t.Errorf("%s: may be begun again: %v", name, got)
		}
		if c.unsure && away(fmt.Errorf("commit: %w", committed(c.err))) {
			t.Errorf("%s: what may be committed is done again", name)
		}
	}
}

// ofSQLite is an error that SQLite itself gave.
func ofSQLite(t *testing.T) error {
	t.Helper()
	d, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	_, err = d.Exec("COMMIT")
	return err
}

type safe struct{}

func (safe) Error() string     { return "conn closed" }
func (safe) SafeToRetry() bool { return true }
