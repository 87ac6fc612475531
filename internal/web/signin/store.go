package signin

import (
	"context"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

var (
	putPending = db.SQL(`INSERT INTO signin_pending (owner, state, browser, provider, next, step, begun, until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	getPending = db.SQL(`SELECT provider, next, step, begun, until FROM signin_pending
		WHERE owner = $1 AND state = $2 AND browser = $3`)
	dropPending  = db.SQL(`DELETE FROM signin_pending WHERE owner = $1 AND state = $2 AND browser = $3`)
	sweepPending = db.SQL(`DELETE FROM signin_pending WHERE owner = $1 AND until < $2`)
)

// pendingLife is how long a person may take at the provider.
const pendingLife = 10 * time.Minute

// A step says why a sign-in should be stronger than the first.
type step int64

const (
	stepNone  step = iota
	stepRoles      // one of the person's roles needs it; the others do without
	stepPage       // a page needs it; without it there is nothing to come back to
)

// pending is a sign-in under way.
type pending struct {
	provider, next string
	step           step
	begun, until   time.Time
}

func (d *Desk) keepPending(ctx context.Context, state, browser string, p pending) error {
	return d.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(sweepPending, d.owner, p.begun.UnixMilli()); err != nil {
			return err
		}
		_, err := tx.Exec(putPending, d.owner, hashed(state), hashed(browser), p.provider, p.next, int64(p.step), p.begun.UnixMilli(), p.until.UnixMilli())
		return err
	})
}

// takePending takes a sign-in out, once: of two that bring the same state, one
// finds it. Another browser's state is not found at all. tilhor.ErrNotFound.
func (d *Desk) takePending(ctx context.Context, state, browser string) (pending, error) {
	var p pending
	err := d.db.Write(ctx, func(tx *db.Tx) error {
		var begun, until, s int64
		if err := tx.One(getPending, db.Args(d.owner, hashed(state), hashed(browser)), &p.provider, &p.next, &s, &begun, &until); err != nil {
			return err
		}
		p.step, p.begun, p.until = step(s), time.UnixMilli(begun), time.UnixMilli(until)
		n, err := tx.Exec(dropPending, d.owner, hashed(state), hashed(browser))
		if err == nil && n != 1 {
			return tilhor.ErrNotFound
		}
		return err
	})
	return p, err
}
