package work_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/work"
)

// A busy moment on both engines: every act is found exactly once, all holds,
// and who opens the place anew goes on where it stood.
func TestTheSchoolsWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, keys := context.Background(), t.TempDir()
		p, err := work.Over(ctx, d, keys, nil)
		if err != nil {
			t.Fatal(err)
		}
		rng, kinds := rand.New(rand.NewPCG(1, 2)), map[string]int{}
		finder := p.Finder()
		var ids []string
		for range 2 {
			for range 300 {
				a := p.Next(rng)
				if err := a.Do(ctx); err != nil {
					t.Fatalf("%s: %v", a.Kind(), err)
				}
				kinds[a.Kind()]++
				ids = append(ids, a.ID)
			}
			if err := finder.Look(ctx); err != nil {
				t.Fatal(err)
			}
			for _, id := range ids {
				if n := finder.Count(id); n != 1 {
					t.Fatalf("%s was found %d times", id, n)
				}
			}
			if p, err = work.Over(ctx, d, keys, nil); err != nil {
				t.Fatal(err)
			}
		}
		if len(kinds) < 11 {
			t.Errorf("the mix has only %v", kinds)
		}
		if err := p.Tend(ctx); err != nil {
			t.Fatal(err)
		}
		if err := p.Holds(ctx); err != nil {
			t.Fatal(err)
		}
	})
}
