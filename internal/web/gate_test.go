package web

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Who asks once is answered after one turn, however many another asks for.
func TestTheRowsOfAGateTakeTurns(t *testing.T) {
	g := newGate(1, 1, 1000, 10_000)
	order := func(fair bool) int {
		var mu sync.Mutex
		var in []client
		var wg sync.WaitGroup
		if err := g.enter(t.Context(), 9); err != nil {
			t.Fatal(err)
		}
		line := func(who client, n int) {
			for range n {
				before := queued(g)
				wg.Go(func() {
					if err := g.enter(t.Context(), who); err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					in = append(in, who)
					mu.Unlock()
					g.leave(who)
				})
				for queued(g) == before {
					runtime.Gosched()
				}
			}
		}
		line(1, 300)
		if fair {
			line(2, 1)
		} else {
			line(1, 1) // the control: in the same row as the flood
		}
		g.leave(9)
		wg.Wait()
		for i, who := range in {
			if who == 2 {
				return i
			}
		}
		return len(in) - 1
	}
	if at := order(true); at > 2 {
		t.Errorf("came in as number %d", at)
	}
	if at := order(false); at < 300 {
		t.Errorf("the control came in as number %d", at)
	}
	g.tidy(time.Now().Add(time.Minute))
	if len(g.rows) != 0 || g.turns.Len() != 0 || g.busy != 0 || g.waiting != 0 {
		t.Errorf("something is left: %d rows, %d turns, %d inside, %d waiting", len(g.rows), g.turns.Len(), g.busy, g.waiting)
	}
}

func queued(g *gate) int { g.mu.Lock(); defer g.mu.Unlock(); return g.waiting }

// A gate under a crowd that comes, waits, gives up and leaves never lets in
// more than it may, and ends empty.
func TestAGateHoldsItsBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // on a clock of its own: no sleep takes time
		g := newGate(5, 2, 20, 60)
		var mu sync.Mutex
		inside, by, got := 0, map[client]int{}, map[error]int{}
		count := func(who client, n int) {
			mu.Lock()
			defer mu.Unlock()
			inside += n
			by[who] += n
			if inside > 5 || by[who] > 2 || inside < 0 {
				t.Errorf("%d inside, %d of one client", inside, by[who])
			}
		}
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(1, uint64(i)))
				for range 60 {
					who := client(r.IntN(12))
					if r.IntN(2) == 0 {
						who = 0 // who asks most
					}
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(r.IntN(900)+100)*time.Microsecond)
					err := g.enter(ctx, who)
					if err == nil {
						count(who, 1)
						time.Sleep(time.Duration(r.IntN(100)) * time.Microsecond)
						count(who, -1)
						g.leave(who)
					}
					cancel()
					mu.Lock()
					got[err]++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		g.tidy(time.Now().Add(time.Minute))
		if len(g.rows) != 0 || g.turns.Len() != 0 || g.busy != 0 || g.waiting != 0 {
			t.Errorf("something is left: %d rows, %d turns, %d inside, %d waiting", len(g.rows), g.turns.Len(), g.busy, g.waiting)
		}
		if got[nil] == 0 || got[context.DeadlineExceeded] == 0 || got[errTooMuch] == 0 || got[errBusy] == 0 {
			t.Errorf("not all answers were seen: %v", got)
		}
	})
}

// When every place is taken, a newcomer gets one of who has most, and who has
// most gets none of the others'.
func TestPlacesAreGivenUpByWhoHasMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1, 100, 10)
		g.enter(t.Context(), 9)
		left := make(chan error, 20)
		wait := func(who client) { go func() { left <- g.enter(t.Context(), who) }(); synctest.Wait() }
		for range 10 {
			wait(1)
		}
		wait(1)
		if err := <-left; !errors.Is(err, errBusy) {
			t.Errorf("the eleventh of one client: %v", err)
		}
		for range 3 {
			wait(2)
			if err := <-left; !errors.Is(err, errBusy) {
				t.Errorf("the longest row gave up no place: %v", err)
			}
		}
		g.mu.Lock()
		if a, b := g.rows[1].wait.Len(), g.rows[2].wait.Len(); a != 7 || b != 3 {
			t.Errorf("%d and %d wait", a, b)
		}
		g.mu.Unlock()
		time.Sleep(patience + time.Second) // of the test's own clock: nobody waits for ever
		synctest.Wait()
		for range 10 {
			if err := <-left; !errors.Is(err, errBusy) {
				t.Error(err)
			}
		}
		g.leave(9)
		synctest.Wait()
		g.tidy(time.Now().Add(time.Minute))
		if len(g.rows) != 0 || g.waiting != 0 {
			t.Error("something is left")
		}
	})
}

// A visit keeps a place for as long as it takes.
func visits(t *testing.T, g *gate, who client, takes time.Duration, in chan<- client) {
	go func() {
		if err := g.enter(t.Context(), who); err != nil {
			t.Error(err)
		}
		in <- who
		time.Sleep(takes)
		g.leave(who)
	}()
	synctest.Wait()
}

// Who asks for something small now and then stands behind nobody who asks for much,
// though they came first.
func TestTheSmallStandBehindNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1, 100, 1000)
		in := make(chan client, 100)
		for range 5 {
			for who := range client(4) {
				visits(t, g, who, 50*time.Millisecond, in)
			}
		}
		for range 8 {
			<-in
		}
		visits(t, g, 9, time.Millisecond, in)
		if a, b := <-in, <-in; a != 9 && b != 9 { // of four turns one is another's
			t.Errorf("%d and %d came in first", a, b)
		}
		for range 11 {
			<-in
		}
		// Who was away has saved nothing up: it takes turns from here.
		time.Sleep(time.Second)
		before := 0
		for range 5 {
			visits(t, g, 1, 50*time.Millisecond, in)
			visits(t, g, 7, 50*time.Millisecond, in)
		}
		for range 4 {
			if who := <-in; who == 7 {
				before++
			}
		}
		if before != 2 {
			t.Errorf("of four turns who was away had %d", before)
		}
		time.Sleep(time.Second)
	})
}

// isAhead lets client 1 come so many times and be inside for so long: the rest wait.
func isAhead(t *testing.T, g *gate, times int, long time.Duration, in chan<- client) {
	for range times {
		visits(t, g, 1, 50*time.Millisecond, in)
	}
	time.Sleep(long)
}

// However many come who were never here before, who was here is let in again, and who has
// been inside for long too: of four turns one goes to who has waited longest.
func TestNobodyStarves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1, 100, 1000)
		in := make(chan client, 1000)
		isAhead(t, g, 20, 600*time.Millisecond, in)
		for len(in) > 0 {
			<-in
		}
		visits(t, g, 2, 10*time.Millisecond, in) // was here
		for who := range client(160) {           // and never fewer than forty who were not
			visits(t, g, 100+who, 10*time.Millisecond, in)
			if who == 40 {
				visits(t, g, 2, 10*time.Millisecond, in)
			}
			if who > 40 {
				time.Sleep(10 * time.Millisecond)
			}
		}
		was := map[client]int{}
		for time.Sleep(100 * time.Millisecond); len(in) > 0; {
			was[<-in]++
		}
		if was[1] < 2 || was[2] < 2 {
			t.Errorf("who has been inside for long was let in %d times among those who are new, who was here %d", was[1], was[2])
		}
		time.Sleep(5 * time.Second)
	})
}

// Who is let in for having waited takes nobody along: who asks for little stands behind
// the others no more than before.
func TestATurnForWaitingForgivesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1, 100, 1000)
		in := make(chan client, 1000)
		isAhead(t, g, 12, 500*time.Millisecond, in)
		for range 20 {
			for who := range client(3) {
				visits(t, g, 2+who, 50*time.Millisecond, in)
			}
		}
		for len(in) > 0 {
			<-in
		}
		for who := client(0); who != 1; { // its turn for having waited
			who = <-in
		}
		visits(t, g, 9, time.Millisecond, in)
		if a, b, c := <-in, <-in, <-in; a != 9 && b != 9 && c != 9 { // two may have come as far as that
			t.Errorf("%d, %d and %d came in before who asks for little", a, b, c)
		}
		time.Sleep(5 * time.Second)
	})
}

// Who has asked for much for a while has few places as long as others ask, at whichever
// gate; more when nobody does; and is as anybody after a quarter of a minute.
func TestWhoAsksMuchLeavesTheProcessor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &machine{}
		g, other := m.gate(4, 4, 1, 2, 100, 1000), m.gate(4, 4, 1, 2, 100, 1000)
		in := make(chan client, 1000)
		inside := func() int { synctest.Wait(); m.mu.Lock(); defer m.mu.Unlock(); return g.busy + g.much }
		for who := range client(4) { // four at once, as anybody
			for range 40 {
				visits(t, g, who, 30*time.Millisecond, in)
			}
		}
		if n := inside(); n != 4 {
			t.Errorf("%d of those who have just come are inside", n)
		}
		for time.Sleep(600 * time.Millisecond); len(in) > 0; {
			<-in
		}
		if n := inside(); n != 2 {
			t.Errorf("alone, %d of those who ask for much are inside", n)
		}
		visits(t, other, 9, 200*time.Millisecond, in)
		time.Sleep(120 * time.Millisecond) // those who were inside have rested
		if n := inside(); n != 1 {
			t.Errorf("beside another, %d of those who ask for much are inside", n)
		}
		for len(in) > 0 {
			<-in
		}
		visits(t, g, 8, time.Millisecond, in) // who has not has a place at once
		if who := <-in; who != 8 {
			t.Errorf("%d came in first", who)
		}
		time.Sleep(200 * time.Millisecond)
		if n := inside(); n != 2 {
			t.Errorf("alone again, %d are inside", n)
		}
		time.Sleep(20 * time.Second)
		if n := inside(); n != 0 {
			t.Fatalf("%d are inside still", n)
		}
		for range 4 {
			visits(t, g, 1, 30*time.Millisecond, in)
		}
		if n := inside(); n != 4 {
			t.Errorf("a while later, %d are inside", n)
		}
		time.Sleep(time.Second)
	})
}

// Who asks for very many small things asks for much: to read each and to send its
// answer is work too. Fewer are no matter.
func TestManySmallThingsAreMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := (&machine{}).gate(4, 4, 1, 2, 100, 1000)
		ask := func(who client, many int, each time.Duration) bool {
			for range many {
				if err := g.enter(t.Context(), who); err != nil {
					t.Fatal(err)
				}
				g.leave(who)
				time.Sleep(each)
			}
			g.mu.Lock()
			defer g.mu.Unlock()
			return g.rows[who] != nil && g.asksMuch(g.rows[who])
		}
		if ask(1, 60, 0) || ask(2, 600, 25*time.Millisecond) {
			t.Error("a page with what belongs to it is much, or forty a second")
		}
		if !ask(3, 90, 0) || !ask(4, 600, 10*time.Millisecond) {
			t.Error("ninety at a stroke are not much, or a hundred a second")
		}
		time.Sleep(time.Minute)
	})
}

// A crowd, of which each comes once and from a network of its own, takes no more than is
// strangers' together while somebody is inside who is signed in; and it is forgotten when
// it is over. The control is a gate that knows no crowd.
func TestACrowdLeavesTheProcessor(t *testing.T) {
	const long, takes = 10 * time.Second, 10 * time.Millisecond
	answered := func(lightly time.Duration) (n int) {
		synctest.Test(t, func(t *testing.T) {
			m := &machine{}
			persons, strangers := m.gate(16, 2, 1, 16, 100, 1000), m.gate(4, 4, 1, 2, 100, 1000)
			strangers.lightly = lightly
			var wg sync.WaitGroup
			var all atomic.Int64
			end := time.Now().Add(long)
			ask := func(g *gate, takes time.Duration, who func() client) {
				wg.Go(func() {
					for time.Now().Before(end) {
						came := who()
						if err := g.enter(t.Context(), came); err != nil {
							t.Error(err)
							return
						}
						time.Sleep(takes)
						g.leave(came)
					}
				})
			}
			next := client(0)
			ask(persons, 40*time.Millisecond, func() client { next++; return next % 40 }) // one after another, none of whom asks for much
			for range 64 {
				ask(strangers, takes, func() client { return client(1000 + all.Add(1)) })
			}
			wg.Wait()
			time.Sleep(4 * time.Second)
			in := make(chan client, 4)
			for who := range client(4) {
				visits(t, strangers, who, takes, in)
			}
			if len(in) != 4 {
				t.Errorf("a while after the crowd, %d of four came in at once", len(in))
			}
			time.Sleep(time.Minute)
			n = int(all.Load())
		})
		return n
	}
	half := time.Second / 2
	if n, most := answered(half), int((2*crowdAtOnce+half*time.Duration(long/time.Second))/takes); n > most || n < most/2 {
		t.Errorf("%d of a crowd came in within %v: %d are theirs, and half of that at least", n, long, most)
	}
	if n := answered(0); n < 3000 {
		t.Errorf("the control: where no crowd is known, %d were answered", n)
	}
}

// A client is who it is, whatever it says of itself.
func TestWhoAsks(t *testing.T) {
	proxies, err := ParseProxies([]string{"127.0.0.1", "::1", "10.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseProxies([]string{"proxy.granvik.example"}); err == nil {
		t.Error("a name was taken for an address")
	}
	for _, c := range []struct {
		from string
		said []string
		none string // without proxies
		want string // behind them
	}{
		{"192.0.2.7:5000", nil, "192.0.2.7/32", "192.0.2.7/32"},
		{"192.0.2.7:5000", []string{"198.51.100.1"}, "192.0.2.7/32", "192.0.2.7/32"}, // no proxy of ours says so
		{"127.0.0.1:5000", nil, "127.0.0.1/32", "127.0.0.1/32"},
		{"127.0.0.1:5000", []string{"198.51.100.1"}, "127.0.0.1/32", "198.51.100.1/32"},
		{"127.0.0.1:5000", []string{"6.6.6.6, 198.51.100.1"}, "127.0.0.1/32", "198.51.100.1/32"}, // the client wrote the first itself
		{"127.0.0.1:5000", []string{"6.6.6.6", "198.51.100.1"}, "127.0.0.1/32", "198.51.100.1/32"},
		{"127.0.0.1:5000", []string{"6.6.6.6, 198.51.100.1, 10.1.2.3"}, "127.0.0.1/32", "198.51.100.1/32"},
		{"127.0.0.1:5000", []string{"6.6.6.6, tull, 10.1.2.3"}, "127.0.0.1/32", "10.1.2.3/32"},
		{"127.0.0.1:5000", []string{"127.0.0.1"}, "127.0.0.1/32", "127.0.0.1/32"},
		{"127.0.0.1:5000", []string{""}, "127.0.0.1/32", "127.0.0.1/32"},
		{"127.0.0.1:5000", []string{"198.51.100.1:4711"}, "127.0.0.1/32", "198.51.100.1/32"},
		{"[::1]:5000", []string{"2001:db8:1:2:3:4:5:6"}, "::/56", "2001:db8:1::/56"},
		{"[::1]:5000", []string{"[2001:db8:1:2:ffff::1]:443"}, "::/56", "2001:db8:1::/56"},
		{"[::ffff:127.0.0.1]:5000", []string{"::ffff:198.51.100.1"}, "127.0.0.1/32", "198.51.100.1/32"},
		{"[fe80::1%eth0]:5000", nil, "fe80::/56", "fe80::/56"},
		{"@", []string{"198.51.100.1"}, "invalid Prefix", "invalid Prefix"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		r.Header["X-Forwarded-For"] = c.said
		r.Header.Set("Forwarded", "for=6.6.6.6")
		r.Header.Set("X-Real-Ip", "6.6.6.6")
		if got := NewLimits(UsualBounds()).network(r).String(); got != c.none {
			t.Errorf("%s %q, no proxy: %s, want %s", c.from, c.said, got, c.none)
		}
		if got := NewLimits(Bounds{Proxies: proxies}).network(r).String(); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.from, c.said, got, c.want)
		}
	}
}
