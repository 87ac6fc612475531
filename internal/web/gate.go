package web

import (
	"container/list"
	"context"
	"errors"
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

// A gate lets a few in at once. The others wait, each client in a row of its
// own, and the rows take turns: who asks a thousand times at once waits behind
// himself, and who asks once is soon next.
type gate struct {
	slots int // at once
	each  int // at once, by one client
	long  int // the longest row
	all   int // waiting, in all rows

	mu      sync.Mutex
	busy    int
	waiting int
	rows    map[client]*row
	turns   list.List // of the rows in which somebody waits, the next one first
}

// A row is one client's.
type row struct {
	who    client
	inside int
	wait   list.List // of chan bool: true lets in, false sends away
	turn   *list.Element
}

func newGate(slots, each, long, all int) *gate {
	return &gate{slots: slots, each: each, long: long, all: all, rows: map[client]*row{}}
}

// enter waits for a turn. Who got in must leave.
func (g *gate) enter(ctx context.Context, who client) error {
	g.mu.Lock()
	r := g.rows[who]
	if r == nil {
		r = &row{who: who}
		g.rows[who] = r
	}
	if g.busy < g.slots && r.inside < g.each && r.wait.Len() == 0 {
		g.busy++
		r.inside++
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
	if r.turn == nil {
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

// leave gives the turn on.
func (g *gate) leave(who client) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.rows[who]
	g.busy--
	r.inside--
	g.forget(r)
	for g.busy < g.slots {
		next := g.next()
		if next == nil {
			return
		}
		g.letIn(next)
	}
}

// next is the row whose turn it is, nil when nobody may come in.
func (g *gate) next() *row {
	for e := g.turns.Front(); e != nil; e = e.Next() {
		if r := e.Value.(*row); r.inside < g.each {
			return r
		}
	}
	return nil
}

// letIn takes the first of a row in, and puts the row last.
func (g *gate) letIn(r *row) {
	first := r.wait.Front()
	g.busy++
	r.inside++
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

// forget drops a row in which nobody is.
func (g *gate) forget(r *row) {
	if r.inside == 0 && r.wait.Len() == 0 {
		delete(g.rows, r.who)
	}
}

// makeRoom sends the last of the longest row away, if that is longer than the
// newcomer's: when all places are taken, they are given up by who has most.
func (g *gate) makeRoom(newcomer *row) bool {
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
