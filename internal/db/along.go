package db

import "context"

type alongKey struct{}

// Along gives a context whose writes carry fn with them: every Write under it
// runs fn first, in the same transaction. So the frame can write that a form
// has been answered together with what the form did, and a crash between the
// two cannot happen.
func Along(ctx context.Context, fn func(*Tx) error) context.Context {
	return context.WithValue(ctx, alongKey{}, fn)
}

// withAlong is fn preceded by what the context carries.
func withAlong(ctx context.Context, fn func(*Tx) error) func(*Tx) error {
	first, ok := ctx.Value(alongKey{}).(func(*Tx) error)
	if !ok {
		return fn
	}
	return func(tx *Tx) error {
		if err := first(tx); err != nil {
			return err
		}
		return fn(tx)
	}
}
