package db

import (
	"context"
	"sync/atomic"
)

type alongKey struct{}

// Along gives a context whose writes carry fn with them: every Write under it
// runs fn first, in the same transaction.
func Along(ctx context.Context, fn func(*Tx) error) context.Context {
	ctx, c := Carrying(ctx)
	c.Carry(fn)
	return ctx
}

// A Carried is what the writes of a context carry with them, for as long as it
// is set.
type Carried struct {
	fn    atomic.Pointer[func(*Tx) error]
	outer *Carried // what the context carried before, while this carries nothing
}

// Carrying is Along for what is not known yet: also whoever has taken the context
// before Carry writes along with it. So the frame can write that a form has been
// answered together with what the form did, and a crash between the two cannot happen.
func Carrying(ctx context.Context) (context.Context, *Carried) {
	outer, _ := ctx.Value(alongKey{}).(*Carried)
	c := &Carried{outer: outer}
	return context.WithValue(ctx, alongKey{}, c), c
}

// Carry has every Write from now on carry fn, until rest.
func (c *Carried) Carry(fn func(*Tx) error) (rest func()) {
	was := c.fn.Swap(&fn)
	return func() { c.fn.Store(was) }
}

// withAlong is fn preceded by what the context carries.
func withAlong(ctx context.Context, fn func(*Tx) error) func(*Tx) error {
	c, _ := ctx.Value(alongKey{}).(*Carried)
	var first *func(*Tx) error
	for ; c != nil && first == nil; c = c.outer {
		first = c.fn.Load()
	}
	if first == nil {
		return fn
	}
	return func(tx *Tx) error {
		if err := (*first)(tx); err != nil {
			return err
		}
		return fn(tx)
	}
}

type twiceKey struct{}

// Twice gives a context whose writes run their function, undo it, and run it
// again, as a retry does. A function that keeps something of its first run is
// shown by it: tests of the rooms work under such a context.
func Twice(ctx context.Context) context.Context { return context.WithValue(ctx, twiceKey{}, true) }

var (
	tryFirst  = &Stmt{pg: "SAVEPOINT first", lite: "SAVEPOINT first"}
	undoFirst = &Stmt{pg: "ROLLBACK TO first", lite: "ROLLBACK TO first"}
	endFirst  = &Stmt{pg: "RELEASE first", lite: "RELEASE first"}
)

// withTwice is fn run twice when the context asks for it.
func withTwice(ctx context.Context, fn func(*Tx) error) func(*Tx) error {
	if ctx.Value(twiceKey{}) == nil {
		return fn
	}
	return func(tx *Tx) error {
		if _, err := tx.Exec(tryFirst); err != nil {
			return err
		}
		fn(tx) // what it says counts when it says it again
		tx.settle()
		for _, s := range []*Stmt{undoFirst, endFirst} {
			if _, err := tx.Exec(s); err != nil {
				return err
			}
		}
		return fn(tx)
	}
}

type countKey struct{}

// Counted gives a context that counts the statements asked under it: what a
// page costs follows what it is, not how long a case has grown, and a test says
// so. A statement that goes with the next is counted too.
func Counted(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, countKey{}, n), n
}

// withCount is fn in a transaction that counts when the context asks for it.
func withCount(ctx context.Context, fn func(*Tx) error) func(*Tx) error {
	n, ok := ctx.Value(countKey{}).(*atomic.Int64)
	if !ok {
		return fn
	}
	return func(tx *Tx) error {
		tx.asked = n
		return fn(tx)
	}
}

func (t *Tx) count() {
	if t.asked != nil {
		t.asked.Add(1)
	}
}
