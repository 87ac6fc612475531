package work_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"tilhor"
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
			if p, err = anew(ctx, p, keys); err != nil {
				t.Fatal(err)
			}
		}
		if len(kinds) < 20 {
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

// Every act of the whole case, one after the other: each can be done, is found
// exactly once, and what is handed over to the archive goes on where it was
// broken off.
func TestTheWholeCase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, keys, out := context.Background(), t.TempDir(), filepath.Join(t.TempDir(), "out")
		p, err := work.Over(ctx, d, keys, nil)
		if err != nil {
			t.Fatal(err)
		}
		rng, done, f := rand.New(rand.NewPCG(3, 4)), map[string]int{}, p.Finder()
		for range 80 {
			if _, err := p.Do(ctx, rng); err != nil {
				t.Fatal(err)
			}
		}
		do := func(a work.Act) {
			t.Helper()
			if err := a.Do(ctx); err != nil {
				t.Fatalf("%s: %v", a.Kind(), err)
			}
			if err := f.Look(ctx); err != nil {
				t.Fatal(err)
			}
			if n := f.Count(a.ID); n != 1 {
				t.Fatalf("%s was found %d times", a.ID, n)
			}
			done[a.Kind()]++
		}
		for round := range 3 {
			for n := range work.WholeKinds() {
				if a, ok := p.Whole(n, rng); ok {
					do(a)
				}
			}
			if r, err := p.Hand(ctx, out, 4); err != nil || r.Written != 4 {
				t.Fatalf("%+v, %v", r, err)
			}
			if round == 0 { // who opens the place anew goes on where it stood
				if p, err = anew(ctx, p, keys); err != nil {
					t.Fatal(err)
				}
				f.In(p)
			}
		}
		for _, kind := range work.WholeKinds() {
			if done[kind] == 0 {
				t.Errorf("nobody could %s: %v", kind, done)
			}
		}
		if d := f.Doubled(); len(d) > 0 {
			t.Errorf("done twice: %v", d)
		}
		if err := p.Tend(ctx); err != nil {
			t.Fatal(err)
		}
		if err := p.Holds(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

// Two who share the tracks each do what takes several steps at tracks of their own
// alone: who begins meanwhile finds the other's half done, and would do the rest too.
func TestWhoSharesTheTracksEndsNoneOfTheOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, keys := context.Background(), t.TempDir()
		p, err := work.Over(ctx, d, keys, nil)
		if err != nil {
			t.Fatal(err)
		}
		rng, settle := rand.New(rand.NewPCG(5, 6)), slices.Index(work.WholeKinds(), "settle")
		for range 80 {
			if _, err := p.Do(ctx, rng); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Share(ctx, 1, 2); err != nil {
			t.Fatal(err)
		}
		f, done, left := p.Finder(), 0, 0
		for range 20 {
			a, ok := p.Whole(settle, rng)
			if !ok {
				t.Fatal("nobody could settle")
			}
			err := a.Do(ctx)
			if err != nil && !errors.Is(err, tilhor.ErrConflict) {
				t.Fatal(err)
			}
			if err := f.Look(ctx); err != nil {
				t.Fatal(err)
			}
			if want := f.Count(a.ID); (err == nil) != (want == 1) {
				t.Fatalf("%v, and found %d times", err, want)
			}
			if err == nil {
				done++
			} else {
				left++
			}
		}
		if done == 0 || left == 0 {
			t.Fatalf("%d done, and %d left to the other", done, left)
		}
	})
}

// anew is the place as a process has it that begins after another has ended.
func anew(ctx context.Context, p *work.Place, keys string) (*work.Place, error) {
	if err := p.Journal.Rest(ctx, p.DB, work.Owner); err != nil {
		return nil, err
	}
	return work.Over(ctx, p.DB, keys, nil)
}
