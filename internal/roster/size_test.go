package roster

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/seal/sealtest"
)

const granvik = tilhor.OwnerID("granvik")

var noon = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)

const today = tilhor.Date("2026-11-23")

var clerk = tilhor.Actor{Owner: granvik, Person: "clerk", Role: "operator"}

func made(t testing.TB, w town) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pifu.xml")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	b := bufio.NewWriter(f)
	w.write(b)
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

func rosterOf(t testing.TB) *Roster {
	keys := sealtest.Keys(t, granvik)
	return New(keys, journal.New(keys))
}

// TestAWholeTown imports 16 000 pupils and 24 000 guardians on both engines:
// the transaction that holds others up, and the memory, have bounds.
func TestAWholeTown(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole town is read at full length only")
	}
	file := made(t, town{schools: 40, classes: 16, size: 25, kind: "full"})
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, r := context.Background(), rosterOf(t)
		defer debug.SetGCPercent(debug.SetGCPercent(40)) // as the command does
		for range 2 {                                    // what other tests left is not counted; a pool lets go at the second time
			runtime.GC()
		}
		var peak atomic.Uint64
		stop := watch(&peak)
		began := time.Now()
		s, err := Read(ctx, file, nil)
		if err != nil {
			t.Fatal(err)
		}
		read := time.Since(began)
		p, err := r.Compare(ctx, d, granvik, s, Options{Today: today, AllowSynthetic: true, MaxRemovals: 10}, nil)
		if err != nil {
			t.Fatal(err)
		}
		compared := time.Since(began)
		if p.Pupils.Added != 16000 || p.Guardians.Added != 24000 || p.Schools.Added != 40 || p.Groups.Added != 40*17 || p.Employees.Added != 40*20 {
			t.Fatalf("%+v", p.Report.tables())
		}
		var sealed, worked time.Duration
		note := func(stage string, _, _ int64) {
			if stage == "write" {
				sealed, worked = time.Since(began)-compared, -cpu(t)
			}
		}
		if err := r.Apply(ctx, d, clerk, p, false, noon, note); err != nil {
			t.Fatal(err)
		}
		total := time.Since(began)
		worked += cpu(t)
		stop()
		lastWrite := total - compared - sealed
		t.Logf("read %v, compared %v, sealed %v; heap and stacks at most %d MiB; the transaction %v, of it work of this process %v", read, compared-read, sealed, peak.Load()>>20, lastWrite, worked)
		if peak.Load() > 200<<20 {
			t.Errorf("it took %d MiB", peak.Load()>>20)
		}
		p, err = r.Compare(ctx, d, granvik, s, Options{Today: today.Add(1), AllowSynthetic: true, MaxRemovals: 10}, nil)
		if err != nil || !p.Empty() {
			t.Fatalf("the same file again changes something: %v %+v", err, p.Report.tables())
		}
	})
}

// cpu is the time that the processors have worked for this process: the clock
// on the wall also counts what others do on the machine.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// watch notes the most memory that the program held.
func watch(peak *atomic.Uint64) (stop func()) {
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if now := m.Sys - m.HeapReleased; now > peak.Load() {
				peak.Store(now)
			}
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-gone }
}
