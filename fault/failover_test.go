package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"tilhor/internal/db/dbtest"
	"tilhor/internal/soak"
	"tilhor/internal/work"
)

// TestFailover loses the machine that PostgreSQL runs on, under load: the server
// is stopped at once and never comes back, the one that followed it takes over,
// and another begins to follow that. What was acknowledged lies on both, so it
// is there exactly once; the record goes on, and the program finds the new
// server by the address it was given at its start.
func TestFailover(t *testing.T) {
	t.Run("load", func(t *testing.T) {
		t.Parallel()
		f := newFailer(t, true)
		for n := range soak.Times(1, 200) {
			if err := f.round(); err != nil {
				t.Fatalf("failover %d: %v", n+1, err)
			}
		}
		f.ends()
	})
	// The control: a server that answers before its standby has heard of it.
	t.Run("control", func(t *testing.T) {
		t.Parallel()
		f := newFailer(t, false)
		mend, err := f.c.Deafen(f.standby)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.w.until(20), ended(f.c.Crash()), mend(), f.standby.Promote()); err != nil {
			t.Fatal(err)
		}
		if err := f.w.since(time.Now(), 1); err != nil {
			t.Fatal(err)
		}
		if err := f.look(); !errors.Is(err, errLost) {
			t.Fatalf("a server that does not wait for its standby lost nothing that was seen: this test proves nothing (%v)", err)
		}
	})
}

// ended lets through a server's own end, which is what a crash is.
func ended(crash error) error {
	var exit interface{ ExitCode() int }
	if errors.As(crash, &exit) {
		return nil
	}
	return crash
}

// A failer has a worker over two servers, one of which follows the other. There
// are two folders in turn, so that the address stays the same.
type failer struct {
	*restarter
	standby *dbtest.Cluster
	wait    bool
}

func newFailer(t *testing.T, wait bool) *failer {
	t.Helper()
	first := durable(t)
	dsn := database(t, first)
	second, err := first.Standby(wait)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.Stop)
	dsn, err = dbtest.Either(dsn, first, second)
	if err != nil {
		t.Fatal(err)
	}
	f := &failer{standby: second, wait: wait, restarter: &restarter{T: t, c: first, job: job{DSN: dsn, Keys: filepath.Join(t.TempDir(), "keys"), Seed: rand.Uint64(), Hands: 12}}}
	if f.p, err = work.Open(context.Background(), dsn, f.job.Keys, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.p.Close() })
	f.finder, f.w = f.p.Finder(), begin(t, f.job)
	return f
}

// round is one machine lost under load.
func (f *failer) round() error {
	if err := f.w.until(20); err != nil {
		return err
	}
	lost := f.c
	lost.Crash() // how it ends is its own affair
	if err := f.standby.Promote(); err != nil {
		return err
	}
	again, err := f.standby.StandbyFor(lost, f.wait)
	if err != nil {
		return err
	}
	f.Cleanup(again.Stop)
	f.c, f.standby = f.standby, again
	if err := f.w.since(time.Now(), 20); err != nil {
		return err
	}
	return errors.Join(f.w.calm(), f.look(), f.goesOn())
}
