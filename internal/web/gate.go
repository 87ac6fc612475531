package web

import (
	"container/list"
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"
)

// What a client is told when there is no room: it asks for too much itself, or
// everybody together does.
var (
	errTooMuch = errors.New("too much at once from one client")
	errBusy    = errors.New("more than can be answered")
)

// patience is how long somebody waits for a turn.
const patience = 15 * time.Second

// A gate lets a few in at once. The others wait, each client in a row of its own, and
// the row whose requests have taken least time is next: who asks a thousand times at once
// waits behind himself, and who asks for something small now and then waits for nobody
// who asks for much. It is start-time fair queueing (Goyal, Vin and Cheng, 1996), where
// what a request costs is known when it is done. And who has asked for much for a while
// has places apart, and few as long as there are others: the processor has time for them.
type gate struct {
	*machine
	slots int // at once
	each  int // at once, by one client
	heavy int // at once, by those who have asked for much, while others are inside
	alone int // and while nobody else is
	long  int // the longest row
	all   int // waiting, in all rows

	lightly time.Duration // of each second, what those may take together who have not asked for much; 0 is no bound
	crowd   time.Duration // what they took beyond that
	counted time.Time     // when that was counted

	busy    int
	much    int // inside, of those who had asked for much when they came in
	waiting int
	rows    map[client]*row
	turns   list.List     // of the rows in which somebody waits, who was let in last is last
	at      time.Duration // how far those who were let in have come
	let     int           // how many were let in from a row
	least   time.Duration // how far the one who waits has come who has come least
	kept    int           // how many rows there may be before some are forgotten
}

// A machine has gates to it, and one processor for them all.
type machine struct {
	mu    sync.Mutex
	light int // inside of any gate, who has not asked for much
	gates []*gate
}

// A row is one client's.
type row struct {
	who   client
	wait  list.List // of chan bool: true lets in, false sends away
	turn  *list.Element
	light int           // of those inside, who came in before it had asked for much
	since []time.Time   // when those inside came in, the first one first
	at    time.Duration // how far this one has come: all the time it was inside
	used  time.Duration // of that, what is held against it still
	seen  time.Time     // when that was counted
}

// A client asks for much that has been inside for muchAtOnce beyond a tenth of the time:
// a person who reads and writes is a hundredth. Of what it was, muchAtMost is remembered,
// so that a quarter of a minute later it is as anybody. Of one request muchByOne counts at
// most, for who had to wait for a slow disk has not asked for more; and littleByOne at
// least: to read it and to send its answer are work too.
const (
	muchAtOnce  = 150 * time.Millisecond
	muchAtMost  = 2 * time.Second
	muchByOne   = 100 * time.Millisecond
	littleByOne = 2 * time.Millisecond
	muchShare   = 10
)

// A crowd are those of whom each has asked for little, and who take more together than
// is theirs. It is over when they have not for a while. Of one request leastOfCrowd counts
// at least: a thousand a second are a crowd however little each is.
const (
	crowdAtOnce  = time.Second
	crowdAtMost  = 2 * time.Second
	leastOfCrowd = time.Millisecond / 2
)

// crowded says whether there is a crowd: then few of it are let in at once. Without that,
// whoever comes from a new network each time is never known.
func (g *gate) crowded(now time.Time) bool {
	if g.lightly == 0 {
		return false
	}
	if g.counted.IsZero() {
		g.counted = now
	}
	if passed := now.Sub(g.counted); passed > 0 {
		g.crowd = max(0, g.crowd-time.Duration(passed.Seconds()*float64(g.lightly)))
		g.counted = now
	}
	return g.crowd >= crowdAtOnce
}

// count moves a row on to now.
func (r *row) count(now time.Time) {
	passed := now.Sub(r.seen)
	r.at += time.Duration(len(r.since)) * passed
	r.used = max(0, r.used-passed/muchShare)
	r.seen = now
}

func (m *machine) gate(slots, each, heavy, alone, long, all int) *gate {
	g := &gate{machine: m, slots: slots, each: each, heavy: heavy, alone: alone, long: long, all: all, rows: map[client]*row{}}
	m.gates = append(m.gates, g)
	return g
}

// newGate is a gate by itself, that makes no difference between them.
func newGate(slots, each, long, all int) *gate {
	return (&machine{}).gate(slots, each, slots, slots, long, all)
}

// enter waits for a turn. Who got in must leave.
func (g *gate) enter(ctx context.Context, who client) error {
	g.mu.Lock()
	r := g.rows[who]
	if r == nil {
		r = &row{who: who, seen: time.Now()}
		g.keep(r)
	}
	r.count(time.Now())
	if g.room(r) && r.wait.Len() == 0 {
		g.comeIn(r)
		g.mu.Unlock()
		return nil
	}
	if r.wait.Len() >= g.long {
		g.forget(r)
		g.mu.Unlock()
		return errTooMuch
	}
	if g.waiting >= g.all && !g.makeRoom(r) {
		g.forget(r)
		g.mu.Unlock()
		return errBusy
	}
	mine := make(chan bool, 1)
	place := r.wait.PushBack(mine)
	g.waiting++
	if r.turn == nil { // it counts from where the others have come: who was away has saved up nothing
		r.at = max(r.at, g.at)
		r.turn = g.turns.PushBack(r)
	}
	g.mu.Unlock()
	return g.await(ctx, r, place, mine)
}

func (g *gate) await(ctx context.Context, r *row, place *list.Element, mine chan bool) error {
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case in := <-mine:
		if !in {
			return errBusy
		}
		return nil
	case <-ctx.Done():
	case <-t.C:
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case in := <-mine: // in the same moment
		if in {
			return nil
		}
	default:
		g.remove(r, place)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return errBusy
}

// leave gives the turn on. That of who has asked for much, and of a crowd, rests first.
func (g *gate) leave(who client) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, now := g.rows[who], time.Now()
	took := now.Sub(r.since[0])
	if r.light == 0 { // as long as it rests it is held against the client, as if it were inside
		rest := breather
		if g.light > 0 {
			rest = min(restsLong*max(littleByOne, took), longBreather)
		}
		g.after(rest, func() { g.much--; g.goOut(r); g.open() })
		return
	}
	r.light--
	g.crowd = min(g.crowd+max(leastOfCrowd, took), crowdAtMost)
	g.goOut(r)
	out := func() { g.busy--; g.light--; g.open() }
	if g.light > g.busy && g.crowded(now) {
		g.after(min(took, longBreather), out)
		return
	}
	out()
}

// after does it a while later.
func (g *gate) after(rest time.Duration, do func()) {
	time.AfterFunc(rest, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		do()
	})
}

// breather is how long the turn of who has asked for much rests. To read a small request
// and to send its answer takes longer than to answer it, and is done without a turn. While
// others are inside it rests restsLong times as long as it took, up to longBreather: three
// quarters of the time are theirs alone. That of a crowd rests as long as it took.
const (
	breather     = 2 * time.Millisecond
	restsLong    = 3
	longBreather = 150 * time.Millisecond
)

// goOut counts what the first of a row took. Who turns out to ask for much was no crowd.
func (g *gate) goOut(r *row) {
	now := time.Now()
	r.count(now)
	was := r.used
	r.used = min(was+max(littleByOne, min(now.Sub(r.since[0]), muchByOne)), muchAtMost)
	if was < muchAtOnce && r.used >= muchAtOnce {
		g.crowd = max(0, g.crowd-muchAtOnce)
	}
	r.since = slices.Delete(r.since, 0, 1)
	g.forget(r)
}

// open lets in who may come in where a place is given up.
func (g *gate) open() {
	g.fill()
	if g.light == 0 { // nobody is in the way of who asks for much
		for _, other := range g.gates {
			other.fill()
		}
	}
}

// fill lets in who may come in.
func (g *gate) fill() {
	for next := g.next(); next != nil; next = g.next() {
		g.letIn(next)
	}
}

// next is the row whose turn it is, nil when nobody may come in. Of four turns one goes
// to the row that was let in longest ago, whatever it took: where many come who were never
// here before, a school that has asked for more is still answered.
func (g *gate) next() (next *row) {
	now, longest := time.Now(), g.let%4 == 3
	if g.busy >= g.lightPlaces(now) && (g.heavy >= g.slots || g.much >= g.places()) {
		return nil // nobody is looked for when there is no place
	}
	g.least = math.MaxInt64
	for e := g.turns.Front(); e != nil; e = e.Next() {
		r := e.Value.(*row)
		r.count(now)
		g.least = min(g.least, r.at)
		if g.room(r) && (next == nil || !longest && r.at < next.at) {
			next = r
		}
	}
	return next
}

// room says whether one more of a row may come in.
func (g *gate) room(r *row) bool {
	switch {
	case len(r.since) >= g.each:
		return false
	case g.asksMuch(r):
		return g.much < g.places()
	}
	return g.busy < g.lightPlaces(r.seen)
}

// lightPlaces is how many there are for those who have not asked for much: few for a
// crowd, and fewest while others are inside.
func (g *gate) lightPlaces(now time.Time) int {
	switch {
	case !g.crowded(now):
		return g.slots
	case g.light > g.busy:
		return g.heavy
	}
	return g.alone
}

// places is how many there are for those who have asked for much.
func (g *gate) places() int {
	if g.light == 0 {
		return g.alone
	}
	return g.heavy
}

func (g *gate) comeIn(r *row) {
	r.at = max(r.at, g.at)
	if g.waiting == 0 {
		g.at = r.at
	}
	r.since = append(r.since, r.seen)
	if g.asksMuch(r) {
		g.much++
	} else {
		r.light++
		g.busy++
		g.light++
	}
}

func (g *gate) asksMuch(r *row) bool { return g.heavy < g.slots && r.used >= muchAtOnce }

// letIn takes the first of a row in, and puts the row last.
func (g *gate) letIn(r *row) {
	first := r.wait.Front()
	g.let++
	g.comeIn(r)
	g.at = max(g.at, min(r.at, g.least)) // who is let in for having waited takes nobody along
	g.turns.MoveToBack(r.turn)
	g.remove(r, first)
	first.Value.(chan bool) <- true
}

// remove takes somebody out of a row.
func (g *gate) remove(r *row, place *list.Element) {
	r.wait.Remove(place)
	g.waiting--
	if r.wait.Len() == 0 {
		g.turns.Remove(r.turn)
		r.turn = nil
	}
	g.forget(r)
}

// forget drops a row in which nobody is or was lately.
func (g *gate) forget(r *row) {
	if len(r.since) == 0 && r.wait.Len() == 0 && r.used == 0 {
		delete(g.rows, r.who)
	}
}

// keep adds a row, and now and then forgets those in which nobody was lately.
func (g *gate) keep(r *row) {
	if len(g.rows) >= g.kept {
		g.tidy(r.seen)
		g.kept = max(256, 2*len(g.rows))
	}
	g.rows[r.who] = r
}

func (g *gate) tidy(now time.Time) {
	for _, r := range g.rows {
		r.count(now)
		g.forget(r)
	}
}

// makeRoom sends the last of the longest row away, if that is longer than the
// newcomer's: when all places are taken, they are given up by who has most.
func (g *gate) makeRoom(newcomer *row) bool {
	if g.waiting == g.turns.Len() {
		return false // nobody has more than one place
	}
	longest := newcomer
	for e := g.turns.Front(); e != nil; e = e.Next() {
		if r := e.Value.(*row); r.wait.Len() > longest.wait.Len()+1 {
			longest = r
		}
	}
	if longest == newcomer {
		return false
	}
	last := longest.wait.Back()
	g.remove(longest, last)
	last.Value.(chan bool) <- false
	return true
}
