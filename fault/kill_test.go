package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor/internal/db/dbtest"
	"tilhor/internal/soak"
	"tilhor/internal/work"
)

// step is how much later each process begins, by its clock: longer than the
// lease of the sequencer, so that each takes the record's tree up where the one
// before it was killed.
const step = 11 * time.Second

// whole is how often everything is checked, and not only what is new.
const whole = 25

// fresh is after how many kills a new database is begun.
const fresh = 200

// TestKill kills the program at moments of chance while many hands are at work,
// on both engines: what it had acknowledged is there exactly once, what it had
// refused is not there, and the record and the duties hold.
func TestKill(t *testing.T) {
	times := soak.Times(100, 10_000)
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		for begun := 0; begun < times; begun += fresh {
			newKiller(t, dbtest.SQLiteDSN(t), nil).kills(min(fresh, times-begun))
		}
		newKiller(t, dbtest.SQLiteDSN(t), nil).catches(early, errLost)
		newKiller(t, dbtest.SQLiteDSN(t), nil).catches(twice, errDoubled)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		c := durable(t, "fsync=off") // processes are killed here, never the machine: its memory of the files stays
		for begun := 0; begun < times; begun += fresh {
			newKiller(t, database(t, c), c).kills(min(fresh, times-begun))
		}
		newKiller(t, database(t, c), c).catches(early, errLost)
		newKiller(t, database(t, c), c).catches(twice, errDoubled)
	})
}

// durable is a PostgreSQL of the test's own that may be killed.
func durable(t *testing.T, settings ...string) *dbtest.Cluster {
	t.Helper()
	c, err := dbtest.Durable(settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	return c
}

func database(t *testing.T, c *dbtest.Cluster) string {
	t.Helper()
	dsn, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// A killer kills one worker after the other over one database.
type killer struct {
	*testing.T
	job     job
	cluster *dbtest.Cluster // nil on SQLite
	rng     *rand.Rand
	all     ledger
	finder  *work.Finder
	place   *work.Place
	clock   time.Duration
	between map[string]bool // done between two lives
	times   int             // how often it is to be killed; after that what nobody has come to gets more time
}

func newKiller(t *testing.T, dsn string, c *dbtest.Cluster) *killer {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return &killer{
		T: t, cluster: c, rng: rand.New(rand.NewPCG(seed, 1)), all: newLedger(), between: map[string]bool{},
		job: job{DSN: dsn, Keys: filepath.Join(t.TempDir(), "keys"), Hands: 12},
	}
}

func (k *killer) kills(times int) {
	k.Helper()
	k.times = times
	n := 0
	for ; n < times || len(k.missed()) > 0 && n < 2*times; n++ {
		if err := k.round(n); err != nil {
			k.Fatalf("kill %d: %v", n+1, err)
		}
		if (n+1)%whole == 0 {
			k.wholly()
		}
	}
	k.wholly()
	if missed := k.missed(); len(missed) > 0 {
		k.Errorf("of the whole case nobody could %v", missed)
	}
	k.Logf("%d kills: %d acts acknowledged, %d tried", n, len(k.all.acked), len(k.all.tried))
}

// missed are the kinds of the whole case of which no worker had one acknowledged yet. What
// takes several steps may take longer than a worker lives: of those it is enough that
// workers were killed at one, and that one was done between two lives (further).
func (k *killer) missed() []string {
	kindOf := func(id string) string { kind, _, _ := strings.Cut(id, "-"); return kind }
	done, tried := map[string]bool{}, map[string]bool{}
	for id := range k.all.acked {
		done[kindOf(id)] = done[kindOf(id)] || !k.between[id]
	}
	for id := range k.all.tried {
		tried[kindOf(id)] = true
	}
	for n, kind := range work.WholeKinds() {
		_, here := done[kind]
		done[kind] = done[kind] || here && tried[kind] && work.Stepwise(n)
	}
	return slices.DeleteFunc(work.WholeKinds(), func(kind string) bool { return done[kind] })
}

// round is one worker's life, and what is found after it.
func (k *killer) round(n int) error {
	k.clock += step
	k.job.Seed, k.job.Ahead, k.job.Whole, k.job.First = k.rng.Uint64(), k.clock, n%2 == 1, k.missed()
	w := begin(k, k.job)
	if err := w.until(1 + k.rng.IntN(30)); err != nil {
		return err
	}
	if k.cluster != nil && n%25 == 12 { // the server's own process first, and the worker goes on by itself
		if err := k.cluster.KillOne(k.job.DSN); err != nil {
			return err
		}
		if err := w.since(time.Now(), 15); err != nil {
			return err
		}
	}
	w.kill(k.rng)
	return errors.Join(w.calm(), k.found(w.ledger, n))
}

// found opens the database again, as after any crash, and looks.
func (k *killer) found(l ledger, n int) error {
	ctx := context.Background()
	k.clock += step
	p, err := k.open(ctx)
	if err != nil {
		return err
	}
	if k.cluster == nil {
		defer p.Close() // the next worker is then alone with the file, and mends it
	}
	if k.finder == nil {
		k.finder = p.Finder()
	}
	k.finder.In(p)
	if err := k.finder.Look(ctx); err != nil {
		return err
	}
	k.all.add(l)
	if err := l.check(k.finder); err != nil {
		return err
	}
	if err := p.Tend(ctx); err != nil || n%2 == 1 { // refuses when the record does not go on from what was signed
		return err
	}
	return k.further(ctx, p, k.times > 0 && n >= k.times)
}

// further does what takes longer than a worker lives, so that the next one comes to
// the acts that build on it; late in the day all else too, but what is done in one step
// and nobody has come to yet.
func (k *killer) further(ctx context.Context, p *work.Place, late bool) error {
	if err := p.Resume(ctx); err != nil {
		return err
	}
	missed := k.missed()
	for n, kind := range work.WholeKinds() {
		long := kind == "settle" || kind == "begin" || kind == "asks"
		if !long && (!late || slices.Contains(missed, kind) && !work.Stepwise(n)) {
			continue
		}
		a, ok := p.Whole(n, k.rng)
		if !ok {
			continue
		}
		if err := a.Do(ctx); err == nil {
			k.all.acked[a.ID], k.between[a.ID] = true, true
		} else if !late || became(err) != "no" {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	return nil
}

// open opens the place; a server that was not killed keeps its place open.
func (k *killer) open(ctx context.Context) (*work.Place, error) {
	if k.cluster != nil && k.place != nil {
		return k.place, nil
	}
	p, err := work.Open(ctx, k.job.DSN, k.job.Keys, func() time.Time { return time.Now().Add(k.clock) })
	if err == nil && k.cluster != nil {
		k.place = p
		k.Cleanup(func() { p.Close() })
	}
	return p, err
}

// wholly checks everything from the beginning.
func (k *killer) wholly() {
	k.Helper()
	ctx := context.Background()
	p, err := work.Open(ctx, k.job.DSN, k.job.Keys, ahead(k.clock))
	if err != nil {
		k.Fatal(err)
	}
	defer p.Close()
	f := p.Finder()
	if err := f.Look(ctx); err != nil {
		k.Fatal(err)
	}
	if err := k.all.check(f); err != nil {
		k.Fatal(err)
	}
	if err := p.Holds(ctx); err != nil {
		k.Fatal(err)
	}
}

// catches is the control: a program sabotaged so is found out.
func (k *killer) catches(how string, want error) {
	k.Helper()
	k.job.Sabotage = how
	for n := range 100 {
		if err := k.round(n); errors.Is(err, want) {
			k.Logf("the control %q was caught at kill %d", how, n+1)
			return
		} else if err != nil {
			k.Fatalf("the control %q: %v", how, err)
		}
	}
	k.Fatalf("the control %q was not caught: this test proves nothing", how)
}
