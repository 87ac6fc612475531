package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// A liteFile is where a SQLite database is: sqlite:PATH, or sqlite:PATH?vfs=NAME
// on a disk that a test has made (internal/db/dbtest/disk). In a program that
// links no such disk, any name is refused when the file is opened.
type liteFile struct{ path, disk string }

func parseLite(dsn string) (f liteFile, ok bool) {
	rest, ok := strings.CutPrefix(dsn, "sqlite:")
	if !ok {
		return f, false
	}
	f.path, f.disk, _ = strings.Cut(rest, "?vfs=")
	return f, f.path != ""
}

// SQLitePath is the file of a sqlite: address; ok is false for any other.
func SQLitePath(dsn string) (path string, ok bool) {
	f, ok := parseLite(dsn)
	return f.path, ok
}

// create makes the file when it is not there, so that nobody else on the
// machine may read it: WAL and shared memory take its mode. It is made without
// being opened, where the system can: closing any handle of a file takes away
// every lock this process has on it, and another program could then write with
// us or remove the log under us.
func (f liteFile) create() error {
	err := syscall.Mknod(f.path, syscall.S_IFREG|0o600, 0)
	if err == nil || errors.Is(err, os.ErrExist) {
		return nil
	}
	h, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the SQLite file: %w", err)
	}
	return h.Close()
}

// openSQLite opens a pool on the file. FULL syncs the log at every commit: an
// acknowledged write survives a power cut. secure_delete overwrites what is
// deleted; trusted_schema=0 keeps a crafted file from running functions.
func openSQLite(at liteFile, readOnly bool) (*sql.DB, error) {
	cache := "cache_size(-4000)"
	if readOnly { // there are eight of them, and the system keeps the file for all
		cache = "cache_size(-1000)"
	}
	q := url.Values{}
	if at.disk != "" {
		q.Set("vfs", at.disk)
	}
	for _, p := range []string{
		"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "trusted_schema(0)",
		"secure_delete(1)", "busy_timeout(10000)", cache, "temp_store(2)",
	} {
		q.Add("_pragma", p)
	}
	if readOnly {
		q.Add("_pragma", "query_only(1)")
	}
	if !readOnly {
		if err := at.create(); err != nil {
			return nil, err
		}
	}
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: at.path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, fmt.Errorf("open the SQLite file: %w", err)
	}
	if readOnly {
		pool.SetMaxOpenConns(8)
		pool.SetMaxIdleConns(8)
	} else {
		pool.SetMaxOpenConns(1)
	}
	return pool, nil
}

// batch is how many writers one commit may carry.
const batch = 256

// A writer is the one connection that writes. Writers queue; those that wait
// together are committed together, each in a savepoint of its own, so that a
// bad one fails alone and one sync to disk serves them all.
type writer struct {
	pool  *sql.DB
	conn  *sql.Conn
	stmts map[*Stmt]*sql.Stmt
	queue chan *job
	stop  chan struct{}
	done  chan struct{}
}

type job struct {
	fn  func(*Tx) error
	err chan error
}

var errClosed = errors.New("the database is closed")

func newWriter(ctx context.Context, at liteFile) (*writer, error) {
	pool, err := openSQLite(at, false)
	if err != nil {
		return nil, err
	}
	w := &writer{pool: pool, queue: make(chan *job, batch), stop: make(chan struct{}), done: make(chan struct{})}
	if err := w.connect(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	go w.loop()
	return w, nil
}

// connect takes the connection, new and clean: the one before is thrown away
// with its statements, not given back to the pool.
func (w *writer) connect(ctx context.Context) error {
	if w.conn != nil {
		w.forget()
		w.conn.Raw(func(any) error { return driver.ErrBadConn })
		w.conn.Close()
	}
	conn, err := w.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open the SQLite file: %w", err)
	}
	w.conn, w.stmts = conn, map[*Stmt]*sql.Stmt{}
	return nil
}

// end waits for the writes under way and takes no more.
func (w *writer) end() {
	close(w.stop)
	<-w.done
}

// close gives the connection back. The last one of a database moves its log
// into the file.
func (w *writer) close() error {
	w.forget()
	w.conn.Close()
	return w.pool.Close()
}

// forget closes the statements. Those of a connection of one's own are closed
// by nobody else, and SQLite keeps a connection open while it has any.
func (w *writer) forget() {
	for _, st := range w.stmts {
		st.Close()
	}
	w.stmts = nil
}

// write queues fn. Once it is queued the answer is awaited whatever happens to
// ctx: a caller who left early would not know whether the row is there.
func (w *writer) write(ctx context.Context, fn func(*Tx) error) error {
	j := &job{fn: fn, err: make(chan error, 1)}
	select {
	case w.queue <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stop:
		return errClosed
	}
	select {
	case err := <-j.err:
		return err
	case <-w.done:
		select {
		case err := <-j.err:
			return err
		default:
			return errClosed
		}
	}
}

func (w *writer) loop() {
	defer close(w.done)
	for {
		select {
		case j := <-w.queue:
			w.run(w.gather(j))
		case <-w.stop:
			for { // those already queued are still served
				select {
				case j := <-w.queue:
					w.run(w.gather(j))
				default:
					return
				}
			}
		}
	}
}

func (w *writer) gather(first *job) []*job {
	jobs := []*job{first}
	for len(jobs) < batch {
		select {
		case j := <-w.queue:
			jobs = append(jobs, j)
		default:
			return jobs
		}
	}
	return jobs
}

// run commits the jobs together. When the transaction itself is lost (a full
// disk, an I/O error, a panic) nobody is answered, and they run again alone.
// When it could not even begin, nobody's turn would end otherwise: all of them
// have that answer, instead of waiting for it one after the other. What may have
// been committed is never run again: it would be there twice.
func (w *writer) run(jobs []*job) {
	errs, lost := w.transact(jobs)
	if lost == nil {
		for i, j := range jobs {
			j.err <- errs[i]
		}
		return
	}
	var never notBegun
	if len(jobs) == 1 || errors.As(lost, &never) || Unsure(lost) {
		for _, j := range jobs {
			j.err <- lost
		}
		return
	}
	for i, j := range jobs {
		var p panicked
		if errors.As(errs[i], &p) {
			j.err <- errs[i]
			continue
		}
		w.run([]*job{j})
	}
}

// inTime bounds the statements of one transaction; a test ends it when it likes.
var inTime = func() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), limit)
}

// transact gives each job's own error, or the reason why all of it is lost.
func (w *writer) transact(jobs []*job) (errs []error, lost error) {
	ctx, cancel := inTime()
	defer cancel()
	errs = make([]error, len(jobs))
	if err := w.plain(ctx, "BEGIN IMMEDIATE"); err != nil {
		w.reset()
		return errs, notBegun{err}
	}
	for i, j := range jobs {
		if err := w.savepoint(ctx, j, &errs[i]); err != nil {
			w.reset()
			return errs, err
		}
	}
	// Nothing ends a COMMIT: on a disk that stands still it is done all the same,
	// and the driver would answer with the time that had run out.
	if err := w.plain(context.Background(), "COMMIT"); err != nil {
		w.reset()
		return errs, fmt.Errorf("commit: %w", committed(err))
	}
	return errs, nil
}

// savepoint runs one job in a savepoint; the error it returns means that the
// whole transaction is lost.
func (w *writer) savepoint(ctx context.Context, j *job, own *error) error {
	if err := w.plain(ctx, "SAVEPOINT job"); err != nil {
		return err
	}
	*own = guard(func() error { return j.fn(&Tx{ctx: ctx, run: w}) })
	if *own == nil {
		return w.plain(ctx, "RELEASE job")
	}
	var p panicked
	if errors.As(*own, &p) || fatal(*own) {
		return *own
	}
	if err := w.plain(ctx, "ROLLBACK TO job"); err != nil {
		return err
	}
	return w.plain(ctx, "RELEASE job")
}

// notBegun is a transaction in which nobody's function ran.
type notBegun struct{ err error }

func (n notBegun) Error() string { return "begin a write: " + n.err.Error() }
func (n notBegun) Unwrap() error { return n.err }

type panicked struct{ v any }

func (p panicked) Error() string { return fmt.Sprintf("panic in a write: %T", p.v) }

func guard(fn func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			// The value may hold what a person typed: only its type is told,
			// and the place.
			err = fmt.Errorf("%w\n%s", panicked{v}, debug.Stack())
		}
	}()
	return fn()
}

// reset ends a transaction that may or may not still be open.
func (w *writer) reset() {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := w.plain(ctx, "ROLLBACK"); err == nil {
		return
	}
	w.connect(ctx) // a failure shows at the next BEGIN
}

func (w *writer) plain(ctx context.Context, q string) error {
	_, err := w.conn.ExecContext(ctx, q)
	return err
}

func (w *writer) stmt(ctx context.Context, s *Stmt) (*sql.Stmt, error) {
	if st := w.stmts[s]; st != nil {
		return st, nil
	}
	st, err := w.conn.PrepareContext(ctx, s.lite)
	if err == nil {
		w.stmts[s] = st
	}
	return st, err
}

func (w *writer) exec(ctx context.Context, s *Stmt, args []any) (sql.Result, error) {
	st, err := w.stmt(ctx, s)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(ctx, args...)
}

func (w *writer) query(ctx context.Context, s *Stmt, args []any) (*sql.Rows, error) {
	st, err := w.stmt(ctx, s)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// fatal says whether SQLite may have given up the whole transaction.
func fatal(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sql.ErrConnDone)
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_FULL, lib.SQLITE_IOERR, lib.SQLITE_NOMEM, lib.SQLITE_INTERRUPT, lib.SQLITE_CORRUPT,
		lib.SQLITE_BUSY, lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_NOTADB:
		return true
	}
	return false
}

// Full says whether the disk is full: pages answer that honestly.
func Full(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "53100"
	}
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == lib.SQLITE_FULL
}

func uniqueSQLite(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == lib.SQLITE_CONSTRAINT_UNIQUE || e.Code() == lib.SQLITE_CONSTRAINT_PRIMARYKEY)
}

func backoff(try int) time.Duration {
	return time.Duration(1+rand.IntN(4<<min(try, 6))) * time.Millisecond
}
