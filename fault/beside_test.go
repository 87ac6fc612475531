package fault

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tilhor/internal/beside"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest/disk"
	"tilhor/internal/seal"
	"tilhor/internal/soak"
	"tilhor/internal/work"
)

// The shreddings of the stretch, by what was shredded.
var shredded = []string{"one", "two", "three"}

// Papers are the files beside a database, on a disk of their own, while they are
// written.
type papers struct {
	p     *work.Place
	dir   string
	clock *diskClock
	loose map[string]bool // files and folders of which something is not surely on disk
	ops   int
	mute  int // sabotage: the sync that is told to have failed, and of which the program hears nothing
}

func (b *diskBase) papers(t *testing.T) (*papers, error) {
	dir, err := b.copied(t)
	if err != nil {
		return nil, err
	}
	x := &papers{dir: dir, clock: newDiskClock(), loose: map[string]bool{}}
	x.clock.later(time.Hour)
	x.p, err = work.Open(context.Background(), "sqlite:"+filepath.Join(dir, "tilhor.db"), filepath.Join(dir, "keys"), x.clock.now)
	return x, err
}

// on has the files on a disk, and notes of which something is not surely on it: a
// sync that has failed says nothing, and neither does the next one, of what was
// written before it.
func (x *papers) on(d beside.Disk) (off func()) {
	failed := map[string]bool{}
	var mu sync.Mutex
	return beside.On(x.dir, func(o beside.Op, path string) (half bool, err error) {
		mu.Lock()
		defer mu.Unlock()
		half, err = d(o, path)
		x.ops++
		switch mute := x.ops == x.mute; {
		case o == beside.Syncs && (err != nil || mute):
			x.loose[path], failed[path] = true, true
		case o == beside.Syncs && failed[path] && !isDir(path):
		case o == beside.Syncs:
			delete(x.loose, path)
		case o == beside.Creates || o == beside.Renames:
			x.loose[filepath.Dir(path)] = true
			if o == beside.Renames { // what it was made as is gone
				maps.DeleteFunc(x.loose, func(p string, _ bool) bool { _, err := os.Stat(p); return err != nil })
			}
		default:
			x.loose[path], failed[path] = true, false
		}
		return half, err
	})
}

func isDir(path string) bool { st, err := os.Stat(path); return err == nil && st.IsDir() }

func (x *papers) archive() string { return filepath.Join(x.dir, "archive") }

// steps are everything that the program writes beside its database, in the midst
// of a day: checkpoints, shreddings, packages for the archive, and notes.
func (x *papers) steps(ctx context.Context) []func() error {
	rng := rand.New(rand.NewPCG(1, 5))
	tend := func() error { return x.p.Tend(ctx) }
	hand := func() error { _, err := x.p.Hand(ctx, x.archive(), 2); return err }
	tell := func() error {
		x.clock.later(time.Minute)
		return x.p.Tell(rng).Do(ctx)
	}
	shred := func(some ...string) func() error {
		return func() error {
			return x.p.DB.Write(ctx, func(tx *db.Tx) error {
				for _, thing := range some {
					if err := seal.Gone(tx, work.Owner, thing, x.clock.now()); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	note := func() error {
		return x.p.Keys.Append(work.Owner, seal.BackedUpFile, x.clock.now().UTC().Format(time.RFC3339)+"\n")
	}
	return []func() error{tell, tend, shred(shredded[:2]...), tend, hand, tell, shred(shredded[2]), tend, hand, note, tend}
}

// write goes through the steps. One that fails says why, fails again as long as the
// disk does, and goes through when it is whole.
func (x *papers) write(k *disk.Disk, f disk.Fault) error {
	why := map[disk.Kind]error{disk.Broken: syscall.EIO, disk.Full: syscall.ENOSPC, disk.Half: syscall.ENOSPC}[f.Kind]
	for i, step := range x.steps(context.Background()) {
		err := step()
		if err == nil {
			continue
		}
		if !errors.Is(err, why) {
			return fmt.Errorf("step %d: %s is told as %w", i, f.Kind, err)
		}
		if !f.Once && step() == nil {
			return fmt.Errorf("step %d went through on a disk that fails", i)
		}
		if k.Mend() == 0 {
			return fmt.Errorf("step %d failed, and no operation: %w", i, err)
		}
		if err := step(); err != nil {
			return fmt.Errorf("the disk is whole again, and step %d fails: %w", i, err)
		}
	}
	return nil
}

// errPapers says that what lies beside the database is not what was answered for.
var errPapers = errors.New("beside the database")

// whole looks at all of it: every checkpoint stands in the file, once and in order;
// every shredding that the database takes for noted can be carried out from its
// list; and every package that was handed over is there, byte for byte.
func (x *papers) whole() error {
	ctx := context.Background()
	for path := range x.loose {
		if _, err := os.Stat(path); err == nil && !strings.Contains(path, ".part-") { // what was broken off is begun anew
			return fmt.Errorf("%w: %s was answered for, and is not surely on disk", errPapers, strings.TrimPrefix(path, x.dir))
		}
	}
	if err := x.p.Verify(ctx); err != nil {
		return err
	}
	if err := sameCheckpoints(x.p, 0); err != nil {
		return fmt.Errorf("%w: %w", errPapers, err)
	}
	list, err := x.p.Keys.File(work.Owner, seal.ShreddedFile)
	if err != nil {
		return err
	}
	for _, thing := range shredded {
		if !strings.Contains("\n"+string(list), "\n"+string(seal.KindText)+" "+thing+" ") {
			return fmt.Errorf("%w: that %q was shredded is not in the list", errPapers, thing)
		}
	}
	if n, err := x.p.Keys.ApplyShreddings(ctx, x.p.DB, work.Owner); err != nil || n < len(shredded) {
		return fmt.Errorf("%w: %d shreddings could be carried out: %w", errPapers, n, err)
	}
	return x.packages(ctx)
}

var handedOver = db.SQL(`SELECT hash FROM archive_item WHERE owner = $1`)

// packages compares the packages there are with those that the database knows of.
func (x *papers) packages(ctx context.Context) error {
	var want []string
	err := x.p.DB.Read(ctx, func(tx *db.Tx) error {
		want = nil
		return tx.Each(handedOver, func(scan db.Scan) error {
			var hash []byte
			err := scan(&hash)
			want = append(want, string(hash))
			return err
		}, work.Owner)
	})
	if err != nil || len(want) < 4 {
		return fmt.Errorf("%d documents were handed over: %w", len(want), err)
	}
	var there []string
	err = filepath.WalkDir(x.archive(), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		sum := sha256.Sum256(text)
		there = append(there, string(sum[:]))
		return err
	})
	for _, hash := range want {
		if !slices.Contains(there, hash) {
			return fmt.Errorf("%w: a package that was handed over is not there, or is not whole", errPapers)
		}
	}
	return err
}

// TestBeside has the disk go wrong at every write and sync of the files that lie
// beside the database, with a database that is well: the checkpoints, the list of
// what was shredded, and the packages for the archive. Nothing is answered for that
// is not there, and surely on the disk; and the next try goes through. The controls
// are a disk that says it has written, and has written half, and syncs that fail and
// nobody minds.
func TestBeside(t *testing.T) {
	b := diskBegin(t)
	ops, files, syncs := b.named(t)
	var met atomic.Int64
	points := soak.Times(60, 6*ops)
	diskSpread(t, points, 1, ops, func(n, seed int) error {
		k, err := disk.New()
		if err != nil {
			return err
		}
		defer k.Remove()
		x, err := b.papers(t)
		if err != nil {
			return err
		}
		defer x.p.Close()
		defer x.on(func(o beside.Op, _ string) (bool, error) { return k.Says(o) })()
		f := disk.Fault{At: n, Kind: []disk.Kind{disk.Broken, disk.Full, disk.Half}[seed%3], Once: seed/3%2 == 0}
		k.Break(f)
		if err := x.write(k, f); err != nil {
			return fmt.Errorf("%s (once: %v): %w", f.Kind, f.Once, err)
		}
		if k.Failed() > 0 {
			met.Add(1)
		}
		if err := x.whole(); err != nil {
			return fmt.Errorf("%s (once: %v): %w", f.Kind, f.Once, err)
		}
		return nil
	})
	if n := int(met.Load()); n < points*8/10 && !t.Failed() {
		t.Fatalf("only %d of %d faults met an operation: the fault injector is not at work", n, points)
	}
	for _, what := range []string{seal.CheckpointsFile, seal.ShreddedFile, "archive"} {
		if len(files[what]) == 0 {
			t.Errorf("nothing was written to %s", what)
		} else if !slices.ContainsFunc(files[what], func(n int) bool { return errors.Is(b.lies(t, n, 0), errPapers) }) {
			t.Errorf("the control was not caught: half of %s was written, at none of %d writes", what, len(files[what]))
		}
	}
	for _, n := range []int{syncs[0], syncs[len(syncs)/2], syncs[len(syncs)-1]} {
		if err := b.lies(t, 0, n); !errors.Is(err, errPapers) {
			t.Errorf("the control was not caught: the sync that is operation %d failed, and nobody minded: %v", n, err)
		}
	}
}

// named counts the operations of the stretch on a whole disk, and says which of them
// are writes to which file, and which are the last sync of something.
func (b *diskBase) named(t *testing.T) (ops int, files map[string][]int, syncs []int) {
	t.Helper()
	x := must(b.papers(t))(t)
	defer x.p.Close()
	files = map[string][]int{}
	last := map[string]int{}
	defer x.on(func(o beside.Op, path string) (bool, error) {
		ops++
		name := filepath.Base(path)
		if strings.HasPrefix(path, x.archive()) {
			name = "archive"
		}
		switch o {
		case beside.Writes:
			files[name] = append(files[name], ops)
		case beside.Syncs:
			last[path] = ops
		}
		return false, nil
	})()
	if err := errors.Join(x.write(nil, disk.Fault{}), x.whole()); err != nil {
		t.Fatal(err)
	}
	for path, n := range last {
		if _, err := os.Stat(path); err == nil {
			syncs = append(syncs, n)
		}
	}
	slices.Sort(syncs)
	return ops, files, syncs
}

// lies goes through the stretch on a disk that writes half at one operation, and
// says that it has written it all; or that fails at one sync and is not heard.
func (b *diskBase) lies(t *testing.T, half, mute int) error {
	t.Helper()
	x := must(b.papers(t))(t)
	defer x.p.Close()
	x.mute = mute
	off := x.on(func(beside.Op, string) (bool, error) { return x.ops+1 == half, nil })
	err := x.write(nil, disk.Fault{})
	off()
	return errors.Join(err, x.whole())
}
