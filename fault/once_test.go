package fault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/soak"
	"tilhor/internal/work"
)

// A form that is sent twice is done once: pressed twice, sent by sixteen at the
// same moment, or sent again because the line was cut: before it had come whole,
// while it was being done, and when only the answer was lost. A form without its
// key, the control, is done twice, and that is seen.
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
		x := sending{T: t, p: p, find: p.Finder(), all: all, how: asItWas}
		x.often(soak.Times(30, 3000), func(n int) {
			f, before := fill(t, p, rng), told(t, p)
			when := []func(){
				nil, // in the midst of the form
				func() { <-time.After(time.Duration(rng.IntN(8000)) * time.Microsecond) },
				func() { until(t, func() bool { return told(t, p) > before }) }, // it is done, and the answer on its way
			}[n%3]
			if err := f.cut(addr, when); err != nil {
				t.Fatal(err)
			}
			x.again(addr, []sheet{f})
		})

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

// told counts what has been told.
func told(t testing.TB, p *work.Place) (n int) {
	t.Helper()
	err := p.DB.Read(context.Background(), func(tx *db.Tx) error { return tx.One(countTold, db.Args(work.Owner), &n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var countTold = db.SQL(`SELECT COUNT(*) FROM concerns_concern WHERE owner = $1`)

// until waits until something is so.
func until(t testing.TB, so func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !so(); <-time.After(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never came to be so")
		}
	}
}

// A sending is sheets that got no answer and are sent again.
type sending struct {
	*testing.T
	p          *work.Place
	find       *work.Finder
	all        ledger
	how        func(sheet) sheet
	there, not int // of those sent again: what had been done, and what had not
}

// How a sheet is sent again: as it was, or, the control, as a form of its own.
func asItWas(f sheet) sheet { return f }

func withNewKey(f sheet) sheet {
	g := sheet{f.id, f.cookie, maps.Clone(f.form)}
	g.form.Set("nokkel", tilhor.NewID())
	return g
}

// again looks which sheets had been done although nobody was told, and sends all
// of them once more.
func (x *sending) again(addr string, lost []sheet) {
	x.Helper()
	if err := x.find.Look(context.Background()); err != nil {
		x.Fatal(err)
	}
	for _, f := range lost {
		if x.find.Count(f.id) > 0 {
			x.there++
		} else {
			x.not++
		}
		must(x.how(f).insist(addr))(x)
		x.all.acked[f.id] = true
	}
}

// often breaks it so often, and on until answers were lost of both sorts: of what
// was done already, and of what was not.
func (x *sending) often(times int, round func(n int)) {
	x.Helper()
	for n := 0; n < times || x.there == 0 || x.not == 0; n++ {
		if n >= times+100 {
			x.Fatalf("of what got no answer %d had been done, and %d had not: one of the two was never tried", x.there, x.not)
		}
		round(n)
	}
	found(x.T, x.p, x.all, nil)
	x.Logf("sent again: %d that had been done, %d that had not", x.there, x.not)
}

// catches is the control: sent again as forms of their own, some are done twice.
func (x *sending) catches(round func(n int)) {
	x.Helper()
	x.how = withNewKey
	for n := range 100 {
		round(n)
		if err := x.find.Look(context.Background()); err != nil {
			x.Fatal(err)
		}
		if err := x.all.check(x.find); errors.Is(err, errDoubled) {
			return
		} else if err != nil {
			x.Fatal(err)
		}
	}
	x.Fatal("sheets sent again with another key were not seen to be done twice: this test proves nothing")
}

// A form whose answer was lost because the program was killed is done once, by
// the program that is begun after it. In every second round answers are a moment
// on their way, so that the kill meets some of them there.
func TestSentTwiceOverAKill(t *testing.T) {
	t.Parallel()
	for engine, dsn := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteDSN, "postgres": dbtest.PostgresDSN} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			j := job{DSN: dsn(t), Keys: filepath.Join(t.TempDir(), "keys"), Serve: true}
			p := must(work.Open(context.Background(), j.DSN, j.Keys, nil))(t)
			defer p.Close()
			x, rng := sending{T: t, p: p, find: p.Finder(), all: newLedger(), how: asItWas}, rand.New(rand.NewPCG(rand.Uint64(), 1))
			var unanswered []sheet
			round := func(n int) {
				j.Late = time.Duration(n%2) * 15 * time.Millisecond
				w := begin(t, j)
				addr := must(w.where())(t)
				x.again(addr, unanswered)
				posts := posting(t, p, rng, addr)
				if err := posts.until(10); err != nil {
					t.Fatal(err)
				}
				w.kill(rng)
				unanswered = posts.end(x.all)
			}
			x.often(soak.Times(5, 500), round)
			if err := p.Holds(context.Background()); err != nil {
				t.Fatal(err)
			}
			x.catches(round)
		})
	}
}

// A form whose answer was lost between the database and us is done once: nobody
// knows whether the COMMIT that was cut off was done, and sending it again asks.
// Each time one answer to a COMMIT is let go astray before the server ends. The server
// is away until those who wait have given up: of one that comes back sooner, the
// program finds out by itself what was done, and tells.
func TestSentTwiceOverACrash(t *testing.T) {
	t.Parallel()
	c := durable(t, "fsync=off") // the server is killed, not the machine
	l := wireTo(t, database(t, c))
	p := must(work.Open(context.Background(), l.dsn, filepath.Join(t.TempDir(), "keys"), nil))(t)
	defer p.Close()
	x, rng := sending{T: t, p: p, find: p.Finder(), all: newLedger(), how: asItWas}, rand.New(rand.NewPCG(rand.Uint64(), 1))
	addr := served(t, p)
	lost := func(soon bool) (lost []sheet) {
		posts := posting(t, p, rng, addr)
		if err := posts.until(10); err != nil {
			t.Fatal(err)
		}
		l.lose(t)
		c.Crash()
		if !soon {
			lost = posts.end(x.all)
		}
		if err := c.Begin(); err != nil {
			t.Fatal(err)
		}
		if soon {
			lost = posts.end(x.all)
		}
		return lost
	}
	round := func(int) { x.again(addr, lost(false)) }
	x.often(soak.Times(3, 300), round)
	before := x.there
	for range 3 {
		x.again(addr, lost(true))
	}
	if n := x.there - before; n > 0 {
		t.Errorf("%d were done, and not told so although the server came back", n)
	}
	x.catches(round)
}

// A wire lies between the program and PostgreSQL, and can lose an answer.
type wire struct {
	dsn   string // through it
	loses chan chan struct{}
}

// wireTo is a wire to a server on a socket.
func wireTo(t *testing.T, dsn string) *wire {
	t.Helper()
	u := must(url.Parse(dsn))(t)
	q := u.Query()
	const socket = "/.s.PGSQL.5432"
	server, dir := q.Get("host")+socket, must(os.MkdirTemp("/tmp", "tilhor-wire-"))(t) // a socket's name must be short
	l := must(net.Listen("unix", dir+socket))(t)
	t.Cleanup(func() { l.Close(); os.RemoveAll(dir) })
	q.Set("host", dir)
	u.RawQuery = q.Encode()
	w := &wire{u.String(), make(chan chan struct{}, 1)}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.carry(c, server)
		}
	}()
	return w
}

func (w *wire) carry(client net.Conn, to string) {
	defer client.Close()
	server, err := net.Dial("unix", to)
	if err != nil {
		return
	}
	go func() { io.Copy(server, client); server.Close() }()
	var lost bool
	for buf := make([]byte, 64<<10); ; {
		n, err := server.Read(buf)
		if err != nil {
			return
		}
		if !lost && bytes.Contains(buf[:n], []byte("COMMIT\x00")) {
			select {
			case gone := <-w.loses: // and nothing more comes
				lost = true
				close(gone)
			default:
			}
		}
		if !lost {
			client.Write(buf[:n])
		}
	}
}

// lose loses the answer to the next COMMIT, and comes back when it is lost.
func (w *wire) lose(t *testing.T) {
	t.Helper()
	gone := make(chan struct{})
	w.loses <- gone
	select {
	case <-gone:
	case <-time.After(patience):
		t.Fatal("no answer to a COMMIT was lost")
	}
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
