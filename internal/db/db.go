// Package db is the one seam to the database: SQLite in the same process, or
// PostgreSQL. Rooms write one SQL text for both, as named statements:
//
//	var insertNote = db.SQL(`INSERT INTO cases_note (owner, id) VALUES ($1, $2)`)
//
//	err := d.Write(ctx, func(tx *db.Tx) error {
//		_, err := tx.Exec(insertNote, owner, id)
//		return err
//	})
//
// A function given to Write may run more than once (a retry) and may be
// committed together with others (group commit), so it only reads and writes
// rows: seal, parse, hash and render before, mail and answer after. Write
// answers only when the rows are durable. Errors of the engine come back
// wrapped; a missing row is tilhor.ErrNotFound.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tilhor"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// An Engine is one of the two databases Tilhør runs on.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// limit bounds one transaction, whoever waits for it.
const limit = 30 * time.Second

// DB is an open database. It is safe for many goroutines.
type DB struct {
	engine Engine
	dsn    string
	pool   *sql.DB // readers; on PostgreSQL the writers too
	writer *writer // SQLite only
	mu     sync.Mutex
	stmts  map[*Stmt]*sql.Stmt // prepared on the SQLite reader pool
	upTo   int64               // stop at this migration (OpenAt); 0 is the newest
	shut   func() error        // closes once
}

// Open opens `sqlite:PATH` or `postgres://…` and brings its schema up to date.
func Open(ctx context.Context, dsn string) (*DB, error) {
	d, err := open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if err := d.migrate(ctx); err != nil {
		d.Close()
		return nil, fmt.Errorf("bring the schema up to date: %w", err)
	}
	return d, nil
}

func open(ctx context.Context, dsn string) (*DB, error) {
	d := &DB{dsn: dsn, stmts: map[*Stmt]*sql.Stmt{}}
	d.shut = sync.OnceValue(d.close)
	at, lite := parseLite(dsn)
	switch {
	case lite:
		d.engine = SQLite
		pool, err := openSQLite(at, true)
		if err != nil {
			return nil, err
		}
		d.pool = pool
		w, err := newWriter(ctx, at)
		if err != nil {
			pool.Close()
			return nil, err
		}
		d.writer = w
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		d.engine = Postgres
		pool, err := openPostgres(dsn)
		if err != nil {
			return nil, err
		}
		pool.SetMaxOpenConns(64)
		pool.SetMaxIdleConns(16)
		d.pool = pool
	default:
		return nil, errors.New("want a database as sqlite:PATH or postgres://USER@HOST/NAME")
	}
	if err := d.reach(ctx); err != nil {
		d.Close()
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	return d, nil
}

// openPostgres reads the address before it is used: what the driver says of one
// that it cannot read may quote a password that stands where none should.
//
// Every statement is planned once a connection and not anew for its values, as
// SQLite does too: of a list of cases, planning was more than half of what
// PostgreSQL did. Whoever sets plan_cache_mode in the address decides instead.
func openPostgres(dsn string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("the PostgreSQL address cannot be read: want postgres://USER:PASSWORD@HOST/NAME")
	}
	if config.RuntimeParams[planMode] == "" {
		config.RuntimeParams[planMode] = "force_generic_plan"
	}
	return stdlib.OpenDB(*config), nil
}

const planMode = "plan_cache_mode"

// Engine says which database this is.
func (d *DB) Engine() Engine { return d.engine }

// Close waits for the writes under way and closes the database. Of a SQLite
// database one file is left: the writer goes last and moves the log into it.
func (d *DB) Close() error { return d.shut() }

func (d *DB) close() error {
	if d.writer == nil {
		return d.pool.Close()
	}
	d.writer.end()
	return errors.Join(d.pool.Close(), d.writer.close())
}

// Write runs fn in a transaction and answers when its rows are durable. The
// caller's ctx bounds only the wait in the queue: once begun, a write ends by
// itself, so that one reader who leaves cannot undo the writes of others.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	Let(ctx) // what is read after it sees what it wrote
	fn = withCount(ctx, withTwice(ctx, withAlong(ctx, fn)))
	if d.writer != nil {
		return d.writer.write(ctx, fn)
	}
	return d.writePostgres(ctx, fn)
}

// snapshot is how PostgreSQL is read.
var snapshot = &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}

// Read runs fn on a snapshot that nobody can write to.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	if m := d.momentOf(ctx); m != nil {
		return m.read(ctx, fn, false)
	}
	opt := snapshot
	if d.engine == SQLite {
		opt = nil // the pool is query_only, and a deferred BEGIN is a snapshot
	}
	t, err := d.begin(ctx, opt)
	if err != nil {
		return fmt.Errorf("begin a read: %w", err)
	}
	run := poolRun{d: d, t: t, met: new([]*Stmt)}
	defer d.keep(ctx, run.met) // after the connection is given back
	defer t.Rollback()
	return withCount(ctx, fn)(&Tx{ctx: ctx, run: run})
}

// writePostgres retries what the engine could not serialise, and what a server
// that went away had not begun to commit.
func (d *DB) writePostgres(ctx context.Context, fn func(*Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	end := time.Now().Add(awhile)
	for try := 0; ; try++ {
		err := d.tryPostgres(ctx, fn)
		again := retryable(err) && try < 20 || away(err) && time.Now().Before(end)
		if err == nil || !again {
			return err
		}
		select {
		case <-time.After(backoff(try)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (d *DB) tryPostgres(ctx context.Context, fn func(*Tx) error) error {
	c, err := d.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("begin a write: %w", err)
	}
	run := newPgWrite(c)
	defer run.end(ctx)
	if err := fn(&Tx{ctx: ctx, run: run}); err != nil {
		return err
	}
	return run.commit(ctx)
}

// retryable says whether PostgreSQL asks for the transaction to be run again.
func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// Unique says whether an insert met a row that is already there.
func Unique(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	return uniqueSQLite(err)
}

// A Tx is one transaction, given to the function of Write or Read.
type Tx struct {
	ctx   context.Context
	run   runner
	asked *atomic.Int64 // where a test counts
}

type runner interface {
	exec(context.Context, *Stmt, []any) (sql.Result, error)
	query(context.Context, *Stmt, []any) (*sql.Rows, error)
}

// Exec runs a statement and counts the rows it touched.
func (t *Tx) Exec(s *Stmt, args ...any) (int64, error) {
	t.count()
	r, err := t.run.exec(t.ctx, s, args)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.verb(), err)
	}
	return r.RowsAffected()
}

// Scan copies the columns of the current row.
type Scan func(dst ...any) error

// Each calls fn for every row. The rows are closed when it returns.
func (t *Tx) Each(s *Stmt, fn func(Scan) error, args ...any) error {
	t.count()
	rows, err := t.run.query(t.ctx, s, args)
	if err != nil {
		return fmt.Errorf("%s: %w", s.verb(), err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("%s: %w", s.verb(), err)
	}
	return nil
}

// One scans the first row into dst; tilhor.ErrNotFound when there is none.
func (t *Tx) One(s *Stmt, args []any, dst ...any) error {
	found := false
	err := t.Each(s, func(scan Scan) error {
		if found {
			return nil
		}
		found = true
		return scan(dst...)
	}, args...)
	if err == nil && !found {
		return tilhor.ErrNotFound
	}
	return err
}

// Args gathers the arguments of One.
func Args(a ...any) []any { return a }

// poolRun runs statements in a transaction of database/sql.
type poolRun struct {
	d   *DB
	t   *sql.Tx
	met *[]*Stmt // statements met for the first time (SQLite)
}

func (p poolRun) exec(ctx context.Context, s *Stmt, args []any) (sql.Result, error) {
	return p.t.ExecContext(ctx, s.text(p.d.engine), args...)
}

func (p poolRun) query(ctx context.Context, s *Stmt, args []any) (*sql.Rows, error) {
	if p.d.engine == Postgres { // pgx keeps its own prepared statements
		return p.t.QueryContext(ctx, s.text(Postgres), args...)
	}
	if st := p.d.kept(s); st != nil {
		return p.t.StmtContext(ctx, st).QueryContext(ctx, args...)
	}
	*p.met = append(*p.met, s)
	return p.t.QueryContext(ctx, s.text(SQLite), args...)
}

// kept is the statement as it is prepared on the pool, nil at first.
func (d *DB) kept(s *Stmt) *sql.Stmt {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stmts[s]
}

// keep prepares the statements that a read met for the first time. To prepare
// one on the pool takes a connection, so it is done by who holds none: readers
// who each held one and waited for one more would wait for ever.
func (d *DB) keep(ctx context.Context, met *[]*Stmt) {
	for _, s := range *met {
		if d.kept(s) != nil {
			continue
		}
		st, err := d.pool.PrepareContext(ctx, s.text(SQLite))
		if err != nil {
			return // the next who reads tries again
		}
		d.mu.Lock()
		if d.stmts[s] == nil {
			d.stmts[s], st = st, nil
		}
		d.mu.Unlock()
		if st != nil {
			st.Close()
		}
	}
}
