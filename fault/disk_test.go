package fault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest/disk"
	"tilhor/internal/soak"
	"tilhor/internal/work"
)

// TestDisk works through a stretch of a school's day on a disk that loses
// power, fails, fills, or writes half, at every write and sync in turn (spread
// evenly at each check, all of them at length). Of every point: what was
// acknowledged is there once, what was refused left nothing, the files are
// whole, the record and the duties hold, and work goes on.
func TestDisk(t *testing.T) {
	b := diskBegin(t)
	for _, whole := range []bool{false, true} {
		name := map[bool]string{false: "day", true: "whole"}[whole]
		trace := b.trace(t, 1, whole, nil)
		for _, kind := range work.WholeKinds() {
			if whole && !trace.kinds[kind] {
				t.Errorf("in the stretch of the whole case nobody could %s", kind)
			}
		}
		cuts, breaks := 150, 60
		if whole {
			cuts, breaks = 240, 50
		}
		t.Run(name+"/power", func(t *testing.T) { trace.cutEvenly(t, soak.Times(cuts, 7*trace.ops())) })
		t.Run(name+"/fault", func(t *testing.T) { b.breakEvenly(t, whole, trace.ops(), soak.Times(breaks, 3*trace.ops())) })
	}
	t.Run("control", func(t *testing.T) { b.diskControls(t) })
}

// cutEvenly cuts the power at points spread over the trace.
func (r *diskTrace) cutEvenly(t *testing.T, points int) {
	var lost atomic.Int64
	diskSpread(t, points, r.first, r.ops(), func(n, seed int) error {
		err := r.cut(t, n, seed)
		if err != nil {
			lost.Add(1)
		}
		return err
	})
	t.Logf("%d power cuts over %d operations, %d acts: %d lost or broken", points, r.ops()-r.first, len(r.acts), lost.Load())
}

// breakEvenly has the disk go wrong in every way, at points spread over a run.
func (b *diskBase) breakEvenly(t *testing.T, whole bool, ops, points int) {
	kinds := []disk.Kind{disk.Broken, disk.Full, disk.Half}
	var hit atomic.Int64
	diskSpread(t, points, 1, ops, func(n, seed int) error {
		f := disk.Fault{At: n, Kind: kinds[seed%3], Once: seed/3%2 == 0}
		dies := seed/6%3 == 0
		met, err := b.broken(t, whole, f, dies, seed)
		if met {
			hit.Add(1)
		}
		if err != nil {
			return fmt.Errorf("%s (once: %v, then the power goes: %v): %w", f.Kind, f.Once, dies, err)
		}
		return nil
	})
	if n := int(hit.Load()); n < points*8/10 && !t.Failed() {
		t.Fatalf("only %d of %d faults met an operation: the fault injector is not at work", n, points)
	}
	t.Logf("%d faults, %d of them met", points, hit.Load())
}

// diskSpread tries points from first to last, a few at a time.
func diskSpread(t *testing.T, points, first, last int, try func(n, seed int) error) {
	t.Helper()
	var next atomic.Int64
	var hands sync.WaitGroup
	for range 3 {
		hands.Go(func() {
			for !t.Failed() {
				i := int(next.Add(1)) - 1
				if i >= points {
					return
				}
				n := first + i*(last-first)/max(points-1, 1)
				if err := try(n, i); err != nil {
					t.Errorf("operation %d (point %d): %v", n, i, err)
				}
			}
		})
	}
	hands.Wait()
}

// diskControls break the promises on purpose: each must be caught.
func (b *diskBase) diskControls(t *testing.T) {
	lies := b.trace(t, 2, false, func(s *diskStretch) { s.disk.Lie() })
	b.caught(t, "a disk that says it has synced, and has not", errLost, lies, lies.answers())
	early := b.trace(t, 3, false, func(s *diskStretch) { s.early = true })
	b.caught(t, "an answer before the commit", errLost, early, early.answers())
	twice := b.trace(t, 4, false, func(s *diskStretch) { s.twice = true })
	b.caught(t, "an act done twice", errDoubled, twice, []int{twice.ops()})
	honest := b.trace(t, 5, false, nil)
	for i := range honest.acts {
		honest.acts[i].refused = true
	}
	b.caught(t, "an act that was refused and done all the same", errLeft, honest, []int{honest.ops()})
}

// caught says that at least one of the points shows what is wrong.
func (b *diskBase) caught(t *testing.T, what string, want error, r *diskTrace, points []int) {
	t.Helper()
	for i, n := range points {
		if err := r.cut(t, n, i); errors.Is(err, want) {
			return
		}
	}
	t.Errorf("the control was not caught at any of %d points: %s", len(points), what)
}

// TestDiskFirst loses power, and fails, while a new database is made: the next
// start makes it whole. The control is a disk that lies about its syncs.
func TestDiskFirst(t *testing.T) {
	ctx := context.Background()
	k := newDisk(t)
	path := filepath.Join(t.TempDir(), "tilhor.db")
	d, err := db.Open(ctx, k.DSN(path))
	if err != nil {
		t.Fatal(err)
	}
	head, err := d.Schema(ctx)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	again := func(path string) error {
		if err := dropLeases(path); err != nil {
			return err
		}
		d, err := db.Open(ctx, "sqlite:"+path)
		if err != nil {
			return err
		}
		defer d.Close()
		if at, err := d.Schema(ctx); err != nil || at != head {
			return fmt.Errorf("the schema stands at %d of %d: %w", at, head, err)
		}
		return intact(ctx, d)
	}
	cut := func(k *disk.Disk, n, seed int) error {
		dir := t.TempDir()
		if err := k.Left(n, rand.New(rand.NewPCG(7, uint64(seed))), dir); err != nil {
			return err
		}
		return again(filepath.Join(dir, "tilhor.db"))
	}
	diskSpread(t, soak.Times(40, k.Ops()), 1, k.Ops(), func(n, seed int) error { return cut(k, n, seed) })
	// The control: a disk that says it has synced, and has not.
	lies := newDisk(t)
	lies.Lie()
	if d, err = db.Open(ctx, lies.DSN(filepath.Join(t.TempDir(), "tilhor.db"))); err != nil {
		t.Fatal(err)
	}
	d.Close()
	const tried = 40
	for seed := range tried {
		if err = cut(lies, lies.Ops()*(tried-seed)/tried, seed); err != nil {
			break
		}
	}
	if err == nil {
		t.Error("the control was not caught: a disk that lies left a whole database at every point")
	}
	diskSpread(t, soak.Times(20, k.Ops()), 1, k.Ops()*9/10, func(n, seed int) error {
		k := newDisk(t)
		path := filepath.Join(t.TempDir(), "tilhor.db")
		k.Break(disk.Fault{At: n, Kind: []disk.Kind{disk.Broken, disk.Full, disk.Half}[seed%3]})
		d, err := db.Open(ctx, k.DSN(path))
		if err == nil {
			d.Close()
		}
		if hits := k.Mend(); hits == 0 {
			return errors.New("nothing failed")
		}
		return again(path)
	})
}

// diskBase is a municipality at work, to begin every stretch from.
type diskBase struct{ dir string }

func diskBegin(t *testing.T) *diskBase {
	t.Helper()
	b := &diskBase{t.TempDir()}
	ctx, clock := context.Background(), newDiskClock()
	p, err := work.Open(ctx, "sqlite:"+filepath.Join(b.dir, "tilhor.db"), filepath.Join(b.dir, "keys"), clock.now)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 60 {
		if _, err := p.Do(ctx, rng); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(p.Plan(ctx), p.Tend(ctx), p.Holds(ctx), p.Close()); err != nil {
		t.Fatal(err)
	}
	return b
}

// copied is a new folder with the base in it.
func (b *diskBase) copied(t *testing.T) (string, error) {
	dir := t.TempDir()
	return dir, copyTree(b.dir, dir)
}

// copyTree copies a folder for its owner's eyes only, as keys must be.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.Join(to, strings.TrimPrefix(path, from))
		if e.IsDir() {
			return os.MkdirAll(name, 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(name, b, 0o600)
	})
}

func newDisk(t *testing.T) *disk.Disk {
	t.Helper()
	k, err := disk.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Remove)
	return k
}
