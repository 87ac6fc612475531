package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// rawTable is where the bare rows go: one key, and a body as large as ours are.
const rawTable = `CREATE TABLE IF NOT EXISTS bench_row (id TEXT PRIMARY KEY, body BYTEA NOT NULL)`

const rawBody = 250

// raw is the engine without the program: bare rows, as durable as ours.
type raw struct {
	engine db.Engine
	c      *sql.DB
	insert *sql.Stmt
	body   []byte
	queue  chan chan error // SQLite: those that wait to be committed together
	rows   int
	end    chan struct{}
}

// startRaw opens bare rows in a database of their own, rows of them to a job.
func (m *measurer) startRaw(ctx context.Context, rows int) (*raw, error) {
	const name = "bare"
	if err := m.store.drop(name); err != nil {
		return nil, err
	}
	if err := m.store.create(name); err != nil {
		return nil, err
	}
	c, err := m.store.raw(ctx, name, false)
	if err != nil {
		return nil, err
	}
	if _, err := c.ExecContext(ctx, rawTable); err != nil {
		return nil, err
	}
	r := &raw{engine: m.store.engine, c: c, rows: rows, body: make([]byte, rawBody), queue: make(chan chan error, 256), end: make(chan struct{})}
	rand.Read(r.body)
	if r.insert, err = c.PrepareContext(ctx, `INSERT INTO bench_row (id, body) VALUES ($1, $2)`); err != nil {
		return nil, err
	}
	if r.engine == db.SQLite {
		go r.loop()
	}
	return r, nil
}

func (r *raw) close() {
	close(r.end)
	r.c.Close()
}

// single commits one row by itself.
func (r *raw) single(ctx context.Context) error {
	_, err := r.insert.ExecContext(ctx, tilhor.NewID(), r.body)
	return err
}

// job commits the rows of one concern: together with those that wait (SQLite),
// or in a transaction of its own, which PostgreSQL syncs with others.
func (r *raw) job(ctx context.Context) error {
	if r.engine == db.Postgres {
		return r.transact(ctx, 1)
	}
	done := make(chan error, 1)
	r.queue <- done
	return <-done
}

func (r *raw) loop() {
	for {
		var jobs []chan error
		select {
		case j := <-r.queue:
			jobs = append(jobs, j)
		case <-r.end:
			return
		}
		for more := true; more && len(jobs) < 256; {
			select {
			case j := <-r.queue:
				jobs = append(jobs, j)
			default:
				more = false
			}
		}
		err := r.transact(context.Background(), len(jobs))
		for _, j := range jobs {
			j <- err
		}
	}
}

func (r *raw) transact(ctx context.Context, jobs int) error {
	t, err := r.c.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	insert := t.StmtContext(ctx, r.insert)
	for range jobs * r.rows {
		if _, err := insert.ExecContext(ctx, tilhor.NewID(), r.body); err != nil {
			return err
		}
	}
	return t.Commit()
}

// pace is how many a second, of a job done by many at once for a spell.
func pace(ctx context.Context, many int, spell time.Duration, job func(ctx context.Context, worker, n int) error) (float64, error) {
	n, lasted, err := atOnce(ctx, many, spell, 0, job)
	return rate(n, lasted), err
}
