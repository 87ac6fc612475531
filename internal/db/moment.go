package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"tilhor"
)

// A moment is one snapshot that all the reads of a page share. On PostgreSQL each
// read by itself begins and ends a transaction, which is waited for twice: a page of
// fifteen reads waited thirty times for that alone. And all that stands on the page
// is true at one time.
type moment struct {
	d   *DB
	ctx context.Context // of the page, however short-lived what a read is asked under
	mu  sync.Mutex
	t   *sql.Tx // nil until something is read, and after something was written
}

type momentKey struct{}

// OneMoment gives a context whose reads see one moment, until something is written
// under it, and what ends that. Only for work that goes on in one goroutine and keeps
// nobody waiting. On SQLite a read costs no waiting, and each sees its own moment.
func (d *DB) OneMoment(ctx context.Context) (context.Context, func()) {
	if d.engine != Postgres {
		return ctx, func() {}
	}
	m := &moment{d: d, ctx: ctx}
	return context.WithValue(ctx, momentKey{}, m), m.end
}

// Let ends the moment of a context, as before waiting for somebody: a connection is
// kept by nobody who waits. What is read after it sees the next.
func Let(ctx context.Context) {
	if m, ok := ctx.Value(momentKey{}).(*moment); ok && m.mu.TryLock() { // in the midst of a read there is nothing to let go
		m.drop()
		m.mu.Unlock()
	}
}

func (m *moment) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop()
}

func (m *moment) drop() {
	if m.t != nil {
		m.t.Rollback()
		m.t = nil
	}
}

// momentOf is the moment that a read is to see, taken for it alone: nil for a read by
// itself, and for one that is begun in the midst of another.
func (d *DB) momentOf(ctx context.Context) *moment {
	m, ok := ctx.Value(momentKey{}).(*moment)
	if !ok || m.d != d || !m.mu.TryLock() {
		return nil
	}
	return m
}

// read is Read in the moment, which is given back. PostgreSQL answers nothing more in a
// transaction that failed: the next read begins another.
func (m *moment) read(ctx context.Context, fn func(*Tx) error, once bool) (err error) {
	whole, run := false, &momentRun{m: m, once: once}
	defer func() {
		if !whole {
			m.drop()
		}
		m.mu.Unlock()
	}()
	if err := m.begin(); err != nil {
		return err
	}
	err = withCount(ctx, fn)(&Tx{ctx: ctx, run: run})
	whole = !run.failed && (err == nil || errors.Is(err, tilhor.ErrNotFound))
	return err
}

func (m *moment) begin() (err error) {
	if m.t != nil {
		return nil
	}
	if m.t, err = m.d.begin(m.ctx, snapshot); err != nil {
		return fmt.Errorf("begin a read: %w", err)
	}
	return nil
}

var errGone = errors.New("the snapshot has ended")

// momentRun is one read in a moment, or one look.
type momentRun struct {
	m      *moment
	once   bool
	asked  bool
	failed bool
}

func (r *momentRun) exec(ctx context.Context, s *Stmt, args []any) (sql.Result, error) {
	if r.m.t == nil {
		return nil, errGone
	}
	return r.m.t.ExecContext(ctx, s.pg, args...)
}

// query asks; a read whose first answer does not come, because the server has gone
// since the one before, begins with the next server.
func (r *momentRun) query(ctx context.Context, s *Stmt, args []any) (rows *sql.Rows, err error) {
	switch {
	case r.once && r.asked:
		return nil, errSecond
	case r.m.t == nil:
		return nil, errGone
	}
	rows, err = r.m.t.QueryContext(ctx, s.pg, args...)
	if err != nil && !r.asked && away(err) {
		r.m.drop()
		if err = r.m.begin(); err == nil {
			rows, err = r.m.t.QueryContext(ctx, s.pg, args...)
		}
	}
	r.asked, r.failed = true, r.failed || err != nil
	return rows, err
}
