package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/soak"
	"tilhor/internal/work"
)

// TestRestart stops PostgreSQL under load, in good order and at once, and starts
// it again, with one process of ours at work all the while: it gets errors, then
// goes on by itself; what was acknowledged is there exactly once; the record is
// signed on and duties are woken.
func TestRestart(t *testing.T) {
	t.Run("load", func(t *testing.T) {
		t.Parallel()
		r := newRestarter(t, durable(t), "")
		for n := range soak.Times(5, 500) {
			if err := r.round(n); err != nil {
				t.Fatalf("restart %d: %v", n+1, err)
			}
		}
		r.ends()
	})
	// The controls: a program that answers early, and a server that is set to.
	t.Run("control", func(t *testing.T) {
		t.Parallel()
		careful := newRestarter(t, durable(t), early)
		careful.catches()
		careless := newRestarter(t, durable(t, "synchronous_commit=off", "wal_writer_delay=10s"), "")
		careless.catches()
		if careful.p.DB.Durable(context.Background()) != nil || careless.p.DB.Durable(context.Background()) == nil {
			t.Error("tilhor doctor does not tell a server that loses from one that does not")
		}
	})
}

// A restarter has one worker over a server that it restarts.
type restarter struct {
	*testing.T
	c      *dbtest.Cluster
	w      *worker
	job    job
	p      *work.Place
	finder *work.Finder
}

func newRestarter(t *testing.T, c *dbtest.Cluster, sabotage string) *restarter {
	t.Helper()
	r := &restarter{T: t, c: c, job: job{DSN: database(t, c), Keys: filepath.Join(t.TempDir(), "keys"), Seed: rand.Uint64(), Hands: 12, Sabotage: sabotage}}
	p, err := work.Open(context.Background(), r.job.DSN, r.job.Keys, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	r.p, r.finder, r.w = p, p.Finder(), begin(t, r.job)
	return r
}

// round is one restart under load.
func (r *restarter) round(n int) error {
	if err := r.w.until(20); err != nil {
		return err
	}
	stop := r.c.Rest
	if n%2 == 1 {
		stop = r.c.Crash
	}
	stop() // how a server ends that is told to end is its own affair
	if err := r.c.Begin(); err != nil {
		return err
	}
	if err := r.w.since(time.Now(), 20); err != nil {
		return err
	}
	return errors.Join(r.w.calm(), r.look(), r.goesOn())
}

// look finds everything acknowledged so far.
func (r *restarter) look() error {
	if err := r.finder.Look(context.Background()); err != nil {
		return err
	}
	return r.w.check(r.finder)
}

// goesOn waits until the worker has signed what is new in the record, and has
// woken a thing that nobody else touches: a concern that only this test knows.
func (r *restarter) goesOn() error {
	ctx := context.Background()
	was, err := r.signed(ctx)
	if err != nil {
		return err
	}
	s := r.p.Schools[0]
	c, err := r.p.Concerns.Tell(ctx, s.Teachers[0], r.p.Telling(s, s.Pupils[0], "woken"))
	if err != nil {
		return err
	}
	err = r.p.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(makeDue, work.Owner, c.ID)
		return err
	})
	if err != nil {
		return err
	}
	return r.w.waitAsked(func() (bool, error) {
		size, err := r.signed(ctx)
		if err != nil || size <= was {
			return false, err
		}
		next := int64(0)
		err = r.p.DB.Read(ctx, func(tx *db.Tx) error { return tx.One(nextOf, db.Args(work.Owner, c.ID), &next) })
		return next > 0, err
	})
}

var (
	makeDue = db.SQL(`UPDATE duty_thing SET next_change = 0 WHERE owner = $1 AND thing = $2`)
	nextOf  = db.SQL(`SELECT next_change FROM duty_thing WHERE owner = $1 AND thing = $2`)
)

// signed is how many entries the newest checkpoint holds.
func (r *restarter) signed(ctx context.Context) (size int64, err error) {
	err = r.p.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := r.p.Journal.Newest(tx, work.Owner)
		size = c.Size
		if errors.Is(err, tilhor.ErrNotFound) {
			err = nil
		}
		return err
	})
	return size, err
}

// ends stops the worker and checks everything.
func (r *restarter) ends() {
	r.Helper()
	ctx := context.Background()
	r.w.kill(rand.New(rand.NewPCG(1, 1)))
	if err := r.look(); err != nil {
		r.Fatal(err)
	}
	f := r.p.Finder()
	if err := errors.Join(f.Look(ctx), r.w.check(f), r.p.Holds(ctx)); err != nil {
		r.Fatal(err)
	}
	r.Logf("%d acts acknowledged, %d tried", len(r.w.acked), len(r.w.tried))
}

// catches is a control: it must be found out by stopping the server at once.
func (r *restarter) catches() {
	r.Helper()
	for range 20 {
		err := errors.Join(r.w.until(20), r.c.Crash())
		var exit interface{ ExitCode() int }
		if err != nil && !errors.As(err, &exit) {
			r.Fatal(err)
		}
		if err := r.c.Begin(); err != nil {
			r.Fatal(err)
		}
		if err := r.w.since(time.Now(), 1); err != nil {
			r.Fatal(err)
		}
		if err := r.look(); errors.Is(err, errLost) {
			return
		} else if err != nil {
			r.Fatal(err)
		}
	}
	r.Fatal("a sabotaged program or server lost nothing that was seen: this test proves nothing")
}

// waitAsked is wait for what is asked of the database.
func (w *worker) waitAsked(enough func() (bool, error)) error {
	var failed error
	err := w.wait(func() bool {
		ok, err := enough()
		failed = err
		return ok || err != nil
	})
	if failed != nil {
		return fmt.Errorf("while waiting: %w", failed)
	}
	return err
}
