package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Later runs a statement no later than the next one that is asked for, or the
// commit. PostgreSQL is another process: an act of thirty statements waited for
// it thirty times, and now waits for as many as it must have the answer of. What
// is wrong with the statement is said by the one it went with. It is for writes
// whose count nobody asks for; on SQLite it is Exec.
func (t *Tx) Later(s *Stmt, args ...any) error {
	if p, ok := t.run.(*pgWrite); ok {
		t.count()
		p.waiting = append(p.waiting, asked{s, args})
		return nil
	}
	_, err := t.Exec(s, args...)
	return err
}

// settle runs what waits.
func (t *Tx) settle() error {
	p, ok := t.run.(*pgWrite)
	if !ok {
		return nil
	}
	return p.send(t.ctx)
}

// A pgWrite is a transaction of PostgreSQL that writes, on a connection of its
// own.
type pgWrite struct {
	c       *sql.Conn
	waiting []asked // not sent yet
	begun   bool
	tag     pgconn.CommandTag // of the last that was sent
}

// asked is a statement with its arguments.
type asked struct {
	s    *Stmt
	args []any
}

// beginWrite has snapshot isolation: every act on a track moves the head of that
// track's stream in the journal, so two acts on one track never both commit.
var beginWrite = &Stmt{pg: "begin isolation level repeatable read"}

func newPgWrite(c *sql.Conn) *pgWrite { return &pgWrite{c: c, waiting: []asked{{s: beginWrite}}} }

// send sends all that waits, and waits for the answers.
func (p *pgWrite) send(ctx context.Context) error {
	if len(p.waiting) == 0 {
		return nil
	}
	return p.sendWith(ctx, "")
}

// sendWith sends all that waits and one more, by itself: the rows that one is about
// are counted.
func (p *pgWrite) sendWith(ctx context.Context, last string, args ...any) error {
	b := together(p.waiting)
	if last != "" {
		b.Queue(last, args...)
	}
	p.waiting, p.begun = nil, true
	return p.c.Raw(func(c any) (err error) {
		r := c.(*stdlib.Conn).Conn().SendBatch(ctx, b)
		for range b.Len() {
			if p.tag, err = r.Exec(); err != nil {
				break
			}
		}
		if shut := r.Close(); err == nil {
			err = shut
		}
		return err
	})
}

// together is what waits, as PostgreSQL is asked it: rows that one statement
// inserts one after the other go in at once, since most of what a row costs there
// is the statement.
func together(waiting []asked) *pgx.Batch {
	b := &pgx.Batch{}
	for len(waiting) > 0 {
		s, n := waiting[0].s, 1
		for n < len(waiting) && waiting[n].s == s && n <= len(s.manyRows()) {
			n++
		}
		if n == 1 {
			b.Queue(s.pg, waiting[0].args...)
		} else {
			var args []any
			for _, w := range waiting[:n] {
				args = append(args, w.args...)
			}
			b.Queue(s.manyRows()[n-2], args...)
		}
		waiting = waiting[n:]
	}
	return b
}

func (p *pgWrite) exec(ctx context.Context, s *Stmt, args []any) (sql.Result, error) {
	if err := p.sendWith(ctx, s.pg, args...); err != nil {
		return nil, err
	}
	return driver.RowsAffected(p.tag.RowsAffected()), nil
}

func (p *pgWrite) query(ctx context.Context, s *Stmt, args []any) (*sql.Rows, error) {
	if err := p.send(ctx); err != nil {
		return nil, err
	}
	return p.c.QueryContext(ctx, s.pg, args...)
}

var errRolledBack = errors.New("the transaction had failed")

func (p *pgWrite) commit(ctx context.Context) error {
	if err := p.sendWith(ctx, "commit"); err != nil {
		return fmt.Errorf("commit: %w", committed(err))
	}
	p.begun = false
	if p.tag.String() != "COMMIT" { // PostgreSQL answers so when a statement had failed, and nobody minded
		return errRolledBack
	}
	return nil
}

// end undoes what was not committed. A connection that does not come back in
// order is thrown away by the pool.
func (p *pgWrite) end(ctx context.Context) {
	if p.begun {
		p.c.ExecContext(ctx, "rollback")
	}
	p.c.Close()
}

// One asks one statement and scans its first row: one statement is a snapshot
// by itself, without a beginning and an end that have to be waited for.
func (d *DB) One(ctx context.Context, s *Stmt, args []any, dst ...any) error {
	return d.Look(ctx, func(tx *Tx) error { return tx.One(s, args, dst...) })
}

// Look is Read for one statement and no more.
func (d *DB) Look(ctx context.Context, fn func(*Tx) error) error {
	if m := d.momentOf(ctx); m != nil && m.t != nil {
		return m.read(ctx, fn, true)
	} else if m != nil {
		m.mu.Unlock()
	}
	return d.patiently(ctx, func() error {
		met := new([]*Stmt)
		defer d.keep(ctx, met)
		return withCount(ctx, fn)(&Tx{ctx: ctx, run: &loneRun{d: d, met: met}})
	})
}

// loneRun runs one statement outside any transaction.
type loneRun struct {
	d     *DB
	met   *[]*Stmt
	asked bool
}

var errSecond = errors.New("a second statement outside a transaction: they would not see the same moment")

func (l *loneRun) exec(context.Context, *Stmt, []any) (sql.Result, error) {
	return nil, errors.New("a write outside a transaction")
}

func (l *loneRun) query(ctx context.Context, s *Stmt, args []any) (*sql.Rows, error) {
	if l.asked {
		return nil, errSecond
	}
	l.asked = true
	if st := l.d.kept(s); st != nil {
		return st.QueryContext(ctx, args...)
	}
	if l.d.engine == SQLite {
		*l.met = append(*l.met, s)
	}
	return l.d.pool.QueryContext(ctx, s.text(l.d.engine), args...)
}
