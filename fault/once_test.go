package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/soak"
	"tilhor/internal/work"
)

// A form that is sent twice is done once: pressed twice, sent by sixteen at the
// same moment, or sent again because the answer was lost on the line. A form
// without its key, the control, is done twice, and that is seen.
func TestSentTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, err := work.Over(context.Background(), d, filepath.Join(t.TempDir(), "keys"), nil)
		if err != nil {
			t.Fatal(err)
		}
		addr, rng := served(t, p), rand.New(rand.NewPCG(rand.Uint64(), 1))
		all := newLedger()
		once := func(answers []string, f sheet) {
			t.Helper()
			all.acked[f.id] = true
			for _, a := range answers {
				if a != answers[0] && a != "sent" || !strings.HasPrefix(answers[0], "/bekymringer/") {
					t.Fatalf("one sheet had the answers %q", answers)
				}
			}
		}
		for range soak.Times(3, 300) {
			f := fill(t, p, rng)
			once([]string{must(f.insist(addr))(t), must(f.insist(addr))(t), must(f.insist(addr))(t)}, f)

			f = fill(t, p, rng)
			once(atOnce(t, 16, func() (string, error) { return f.insist(addr) }), f)
		}
		for range soak.Times(30, 3000) {
			f := fill(t, p, rng)
			if err := f.cut(addr, time.Duration(rng.IntN(8000))*time.Microsecond); err != nil {
				t.Fatal(err)
			}
			once([]string{must(f.insist(addr))(t)}, f)
		}
		found(t, p, all, nil)

		f := fill(t, p, rng)
		f.form.Del("nokkel")
		must(f.insist(addr))(t)
		must(f.insist(addr))(t)
		found(t, p, all, errDoubled)
	})
}

// must is must(what())(t): what it gives, or the end of the test.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// atOnce does the same from many sides; the answers, the first one first.
func atOnce(t *testing.T, n int, do func() (string, error)) []string {
	t.Helper()
	answers, errs := make([]string, n), make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { answers[i], errs[i] = do() })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if a != "sent" {
			answers[0], answers[i] = a, answers[0]
			break
		}
	}
	return answers
}

// found looks for everything, and wants it to be well or, of a control, not.
func found(t *testing.T, p *work.Place, l ledger, want error) {
	t.Helper()
	f := p.Finder()
	if err := f.Look(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := l.check(f); !errors.Is(err, want) {
		t.Fatalf("found %v, want %v", err, want)
	}
}

// A form whose answer was lost because the program was killed is done once, by
// the program that is begun after it.
func TestSentTwiceOverAKill(t *testing.T) {
	t.Parallel()
	for engine, dsn := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteDSN, "postgres": dbtest.PostgresDSN} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			j := job{DSN: dsn(t), Keys: filepath.Join(t.TempDir(), "keys"), Serve: true}
			p := must(work.Open(context.Background(), j.DSN, j.Keys, nil))(t)
			defer p.Close()
			all, rng := newLedger(), rand.New(rand.NewPCG(rand.Uint64(), 1))
			var unanswered []sheet
			for range soak.Times(5, 500) {
				w := begin(t, j)
				addr := must(w.where())(t)
				for _, f := range unanswered {
					must(f.insist(addr))(t)
					all.acked[f.id] = true
				}
				posts := posting(t, p, rng, addr)
				if err := posts.until(10); err != nil {
					t.Fatal(err)
				}
				w.kill(rng)
				unanswered = posts.end(all)
			}
			found(t, p, all, nil)
			if err := p.Holds(context.Background()); err != nil {
				t.Fatal(err)
			}
			t.Logf("%d sheets, each found once", len(all.acked))
		})
	}
}

// A form whose answer was lost between the database and us is done once: nobody
// knows whether the COMMIT that was cut off was done, and sending it again asks.
func TestSentTwiceOverACrash(t *testing.T) {
	t.Parallel()
	c := durable(t, "fsync=off") // the server is killed, not the machine
	p := must(work.Open(context.Background(), database(t, c), filepath.Join(t.TempDir(), "keys"), nil))(t)
	defer p.Close()
	addr, all, rng := served(t, p), newLedger(), rand.New(rand.NewPCG(rand.Uint64(), 1))
	for range soak.Times(5, 500) {
		posts := posting(t, p, rng, addr)
		if err := posts.until(10); err != nil {
			t.Fatal(err)
		}
		c.Crash()
		if err := c.Begin(); err != nil {
			t.Fatal(err)
		}
		for _, f := range posts.end(all) {
			must(f.insist(addr))(t)
			all.acked[f.id] = true
		}
	}
	found(t, p, all, nil)
}

// A poster is many hands that send sheets until they are told to stop. A sheet
// that gets no answer is kept, and its hand goes on with the next.
type poster struct {
	mu       sync.Mutex
	answered map[string]bool
	lost     []sheet
	heard    chan struct{}
	stop     chan struct{}
	hands    sync.WaitGroup
}

// posting begins to send: twelve hands, each signed in beforehand.
func posting(t *testing.T, p *work.Place, rng *rand.Rand, addr string) *poster {
	t.Helper()
	x := &poster{answered: map[string]bool{}, heard: make(chan struct{}, 10_000), stop: make(chan struct{})}
	for range 12 {
		f := fill(t, p, rng)
		x.hands.Go(func() { x.hand(addr, f) })
	}
	return x
}

func (x *poster) hand(addr string, f sheet) {
	for {
		select {
		case <-x.stop:
			return
		default:
		}
		f = f.anew()
		_, err := f.send(addr)
		x.mu.Lock()
		if err == nil {
			x.answered[f.id] = true
			x.heard <- struct{}{}
		} else {
			x.lost = append(x.lost, f)
		}
		x.mu.Unlock()
		if err != nil && !strings.HasPrefix(err.Error(), "status") {
			return // nobody is there any more
		}
	}
}

// until waits until so many sheets are answered.
func (x *poster) until(n int) error {
	end := time.After(patience)
	for i := range n {
		select {
		case <-x.heard:
		case <-end:
			return fmt.Errorf("only %d sheets were answered", i)
		}
	}
	return nil
}

// end stops the hands; what was answered goes into the ledger, and the rest back.
func (x *poster) end(all ledger) []sheet {
	close(x.stop)
	x.hands.Wait()
	for id := range x.answered {
		all.acked[id] = true
	}
	return x.lost
}
