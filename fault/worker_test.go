// Package fault breaks what can break while schools are at work: processes,
// databases, answers, clocks and disks; and proves that nothing acknowledged is
// lost or doubled. Every test has a sabotaged control that it must catch.
package fault

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/work"
)

// workerEnv tells this test binary to be a worker: a process of its own that
// works until it is killed.
const workerEnv = "TILHOR_FAULT_WORKER"

// A job is what a worker is told.
type job struct {
	DSN, Keys string
	Seed      uint64
	Hands     int           // how many act at once
	Ahead     time.Duration // what its clock is ahead
	Sabotage  string        // early, twice: what the controls do
	Whole     bool          // do the acts of the whole case alone
	First     []string      // those of them that half of the acts are chosen from
	Serve     bool          // serve the pages instead of doing acts
	Late      time.Duration // how long each answer is on its way, when it serves
	From      time.Time     // when set: its clock runs from then, Speed times as fast
	Speed     int
	Part      int // of so many Parts, when several share the tracks
	Parts     int
}

// The sabotages.
const (
	early     = "early"     // says that it is done before it is committed
	twice     = "twice"     // sends again what was answered, as a client without a key does
	leaseless = "leaseless" // takes the sequencer's lease whoever holds it
)

func init() {
	if told := os.Getenv(workerEnv); told != "" {
		var j job
		if err := json.Unmarshal([]byte(told), &j); err != nil {
			panic(err)
		}
		fmt.Println("end", j.work())
		os.Exit(1)
	}
}

// work does acts until it is killed, and says of each what became of it: try
// before it, then ack, no or unsure. A line is one write to the pipe.
func (j job) work() error {
	ctx := context.Background()
	p, err := work.Open(ctx, j.DSN, j.Keys, j.clock())
	if err != nil {
		return err
	}
	if j.Parts > 0 {
		if err := p.Share(ctx, j.Part, j.Parts); err != nil {
			return err
		}
	}
	fmt.Println("ready")
	if j.Serve {
		return j.serve(p)
	}
	go func() {
		for range time.Tick(20 * time.Millisecond) {
			j.tend(ctx, p)
		}
	}()
	var all sync.WaitGroup
	for hand := range j.Hands {
		all.Go(func() { j.hand(ctx, p, rand.New(rand.NewPCG(j.Seed, uint64(hand)))) })
	}
	all.Wait()
	return errors.New("nobody works any more")
}

// tend does what the server does beside the pages, and says when it signed.
func (j job) tend(ctx context.Context, p *work.Place) {
	var now time.Time // as it was read last: when the lease was taken, if it was
	clock := func() time.Time { now = p.Clock(); return now }
	if j.Sabotage == leaseless {
		p.DB.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(dropLease); return err })
	}
	n, err := p.Journal.Sequence(ctx, p.DB, work.Owner, clock)
	if n > 0 {
		fmt.Println("signed", now.UnixMilli())
	}
	_, err2 := duty.Wake(ctx, p.DB, work.Owner, p.Clock(), 1000)
	for _, err := range []error{err, err2} {
		if err != nil {
			fmt.Println("tend", err)
		}
	}
}

var dropLease = db.SQL(`DELETE FROM db_lease WHERE name = 'journal sequence'`)

func (j job) clock() tilhor.Clock {
	if j.From.IsZero() {
		return ahead(j.Ahead)
	}
	return func() time.Time { return j.From.Add(time.Since(j.From) * time.Duration(j.Speed)) }
}

func ahead(by time.Duration) tilhor.Clock { return func() time.Time { return time.Now().Add(by) } }

func (j job) hand(ctx context.Context, p *work.Place, rng *rand.Rand) {
	for {
		a := j.next(p, rng)
		fmt.Println("try", a.ID)
		err := j.do(ctx, a)
		if err == nil {
			if j.Sabotage != early {
				fmt.Println("ack", a.ID)
			}
			continue
		}
		fmt.Println(became(err), a.ID, err)
		if became(err) == "unsure" {
			<-time.After(20 * time.Millisecond) // the database is away: do not hammer at it
		}
	}
}

func (j job) next(p *work.Place, rng *rand.Rand) work.Act {
	if j.Whole {
		kinds := work.WholeKinds()
		n := rng.IntN(len(kinds))
		if len(j.First) > 0 && rng.IntN(2) == 0 {
			n = slices.Index(kinds, j.First[rng.IntN(len(j.First))])
			n = max(0, n-rng.IntN(2)) // or what stands before it, which it may build on
		}
		if a, ok := p.Whole(n, rng); ok {
			return a
		}
	}
	return p.Next(rng)
}

// do does one act, or what a broken program would do instead.
func (j job) do(ctx context.Context, a work.Act) error {
	if j.Sabotage == early {
		ctx = db.Along(ctx, func(*db.Tx) error { fmt.Println("ack", a.ID); return nil })
	}
	err := a.Do(ctx)
	if j.Sabotage == twice && a.Kind() == "note" {
		err = errors.Join(err, a.Do(ctx))
	}
	return err
}

// became says whether an error means that nothing was done, or that nobody knows.
func became(err error) string {
	switch {
	case tilhor.FaultsOf(err) != nil, errors.Is(err, tilhor.ErrConflict), errors.Is(err, tilhor.ErrNotFound):
		return "no"
	}
	return "unsure"
}

// A worker is such a process, seen from here.
type worker struct {
	cmd   *exec.Cmd
	lines chan line
	ledger
	answers []time.Time // when each act was acknowledged
	other   []string    // what it said besides, for a failure
	alarms  []string    // what it said of the record that was not so
	addr    string      // where it serves
	signed  []int64     // when it signed the record, by its clock
}

// A line is what a worker says, and when that was heard.
type line struct {
	text string
	at   time.Time
}

// A ledger is what became of acts, by id.
type ledger struct {
	tried, acked, refused map[string]bool
}

func newLedger() ledger {
	return ledger{map[string]bool{}, map[string]bool{}, map[string]bool{}}
}

// begin starts a worker.
func begin(t testing.TB, j job) *worker {
	t.Helper()
	told, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	w := &worker{cmd: exec.Command(os.Args[0]), lines: make(chan line, 4096), ledger: newLedger()}
	w.cmd.Env = append(os.Environ(), workerEnv+"="+string(told))
	w.cmd.Stderr = os.Stderr
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.cmd.Process.Kill() })
	go func() {
		defer close(w.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			w.lines <- line{s.Text(), time.Now()}
		}
	}()
	return w
}

// hear takes one line in; false when the worker has said its last.
func (w *worker) hear(l line) {
	what, rest, _ := strings.Cut(l.text, " ")
	id, _, _ := strings.Cut(rest, " ")
	switch what {
	case "try":
		w.tried[id] = true
	case "ack":
		w.acked[id] = true
		w.answers = append(w.answers, l.at)
	case "no":
		w.refused[id] = true
	case "at":
		w.addr = id
	case "signed":
		ms, _ := strconv.ParseInt(id, 10, 64)
		w.signed = append(w.signed, ms)
	}
	for _, cry := range []error{journal.ErrForked, journal.ErrForged} {
		if strings.Contains(l.text, cry.Error()) {
			w.alarms = append(w.alarms, l.text)
		}
	}
	if what != "try" && what != "ack" && what != "ready" && what != "signed" && len(w.other) < 50 {
		w.other = append(w.other, l.text)
	}
}

// patience is how long a worker may take to answer at all.
const patience = 60 * time.Second

// until hears the worker until so many more acts are acknowledged.
func (w *worker) until(more int) error {
	want := len(w.answers) + more
	return w.wait(func() bool { return len(w.answers) >= want })
}

// since hears the worker until so many acts are acknowledged after an instant:
// it goes on.
func (w *worker) since(at time.Time, many int) error {
	return w.wait(func() bool {
		n := len(w.answers) - many
		return n >= 0 && w.answers[n].After(at)
	})
}

// where hears the worker until it says where it serves.
func (w *worker) where() (string, error) {
	err := w.wait(func() bool { return w.addr != "" })
	return w.addr, err
}

func (w *worker) wait(enough func() bool) error {
	end := time.After(patience)
	for !enough() {
		select {
		case line, open := <-w.lines:
			if !open {
				return fmt.Errorf("the worker ended by itself: %q", w.other)
			}
			w.hear(line)
		case <-end:
			return fmt.Errorf("the worker does nothing: %d acts answered, %q", len(w.acked), w.other)
		}
	}
	return nil
}

// kill kills it after a moment of chance, and hears what it had said by then.
func (w *worker) kill(rng *rand.Rand) {
	moment := time.After(time.Duration(rng.IntN(6000)) * time.Microsecond)
	for going := true; going; {
		select {
		case line, open := <-w.lines:
			if going = open; open {
				w.hear(line)
			}
		case <-moment:
			going = false
		}
	}
	w.cmd.Process.Kill()
	for line := range w.lines {
		w.hear(line)
	}
	w.cmd.Wait()
}

// What a check finds.
var (
	errLost    = errors.New("acknowledged and lost")
	errDoubled = errors.New("done twice")
	errLeft    = errors.New("refused, and done all the same")
	errAlarm   = errors.New("a false alarm about the record")
)

// calm says that the worker never took the database's trouble for a tampered
// record: whoever is woken at three must be able to believe it.
func (w *worker) calm() error {
	if len(w.alarms) > 0 {
		return fmt.Errorf("%w: %s", errAlarm, w.alarms[0])
	}
	return nil
}

// check looks for what a ledger says: acknowledged exactly once, refused not at
// all, and never anything twice.
func (l ledger) check(f *work.Finder) error {
	if d := f.Doubled(); len(d) > 0 {
		return fmt.Errorf("%w: %d, %v", errDoubled, len(d), d[0])
	}
	for id := range l.acked {
		if f.Count(id) == 0 {
			return fmt.Errorf("%w: %s", errLost, id)
		}
	}
	for id := range l.refused {
		if f.Count(id) > 0 && !l.acked[id] {
			return fmt.Errorf("%w: %s", errLeft, id)
		}
	}
	return nil
}

// add takes another's acts in.
func (l ledger) add(o ledger) {
	for id := range o.tried {
		l.tried[id] = true
	}
	for id := range o.acked {
		l.acked[id] = true
	}
	for id := range o.refused {
		l.refused[id] = true
	}
}
