package fault

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/soak"
	"tilhor/internal/work"
)

// TestTwiceRun has every write of a school's week run twice, the first time for
// nothing, as when a commit is lost or two writers meet: each act is there once,
// and nothing of the first time is left in memory or in the answer.
func TestTwiceRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, clock := db.Twice(context.Background()), newDiskClock()
		p, err := work.Over(ctx, d, filepath.Join(t.TempDir(), "keys"), clock.now)
		if err != nil {
			t.Fatal(err)
		}
		f, rng, kinds := p.Finder(), rand.New(rand.NewPCG(3, 3)), map[string]int{}
		l := newLedger()
		does := func(i int, a work.Act) {
			t.Helper()
			clock.later(time.Second)
			if err := a.Do(ctx); err != nil {
				t.Fatalf("%s: %v", a.Kind(), err)
			}
			l.acked[a.ID] = true
			kinds[a.Kind()]++
			if i%20 == 0 {
				if err := p.Tend(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
		for i := range soak.Times(150, 3000) {
			does(i, p.Next(rng))
		}
		if err := p.Plan(ctx); err != nil {
			t.Fatal(err)
		}
		for i := range 2 * len(work.WholeKinds()) {
			if a, ok := p.Whole(i, rng); ok {
				does(i, a)
			}
		}
		if err := f.Look(ctx); err != nil {
			t.Fatal(err)
		}
		if err := l.check(f); err != nil {
			t.Fatal(err)
		}
		if err := p.Holds(ctx); err != nil {
			t.Fatal(err)
		}
		for _, kind := range work.WholeKinds() {
			if kinds[kind] == 0 {
				t.Errorf("nobody could %s: %v", kind, kinds)
			}
		}
		// The control: a function that keeps what it saw the first time.
		var seen []string
		err = d.Write(ctx, func(*db.Tx) error { seen = append(seen, "x"); return nil })
		if err != nil || len(seen) != 2 {
			t.Fatalf("the control was run %d times: %v", len(seen), err)
		}
	})
}
