package access

import (
	"context"
	"errors"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// unguarded says that no guard stands before what the subject s is about, at $2.
const unguarded = `NOT EXISTS (SELECT 1 FROM access_guard g WHERE g.owner = s.owner AND g.kind = s.kind AND g.thing = s.thing AND g.subject = s.person AND g.until_at > $2)`

var (
	bareThings = db.SQL(`SELECT s.kind, s.thing, s.person FROM access_subject s
		WHERE s.owner = $1 AND s.person IN (SELECT k.thing FROM access_guard k WHERE k.owner = $1 AND k.kind = 'person' AND k.until_at > $2) AND ` + unguarded)
	ledAt = db.SQL(`SELECT unit FROM access_grant WHERE owner = $1 AND kind = $2 AND thing = $3 AND role <> '' AND relation IN ('leads', 'intake') AND until_at > $4
		ORDER BY CASE unit WHEN '' THEN 1 ELSE 0 END, from_at DESC, id LIMIT 1`)
	isBare = db.SQL(`SELECT COUNT(*) FROM access_subject s WHERE s.owner = $1 AND s.kind = $3 AND s.thing = $4 AND s.person = $5 AND ` + unguarded)
)

// A bare thing is about a protected person, and no guard stands before it.
type bare struct {
	kind   Kind
	thing  string
	person tilhor.PersonID
}

func bareOf(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) (all []bare, err error) {
	err = d.Look(ctx, func(tx *db.Tx) error {
		all = nil
		return tx.Each(bareThings, func(scan db.Scan) error {
			var b bare
			err := scan(&b.kind, &b.thing, &b.person)
			all = append(all, b)
			return err
		}, owner, now.UnixMilli())
	})
	return all, err
}

// Reguard guards what is about a protected person and stands bare, and says how
// much it was. On PostgreSQL two who write in the same moment do not see each
// other: what is told of a pupil while she is protected is not guarded by the one,
// nor by the other. It is called now and then, and costs what is guarded.
func Reguard(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) (n int, err error) {
	all, err := bareOf(ctx, d, owner, now)
	if err != nil {
		return 0, err
	}
	var wrong []error // one thing that cannot be guarded keeps no other open
	for _, b := range all {
		var guards bool
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			guards, err = b.guard(tx, owner, now)
			return err
		})
		if guards {
			n++
		}
		wrong = append(wrong, err)
	}
	return n, errors.Join(wrong...)
}

// guard guards a thing that still stands bare: another process may have done so, or
// it is about somebody else by now.
func (b bare) guard(tx *db.Tx, owner tilhor.OwnerID, now time.Time) (bool, error) {
	var n int
	if err := tx.One(isBare, db.Args(owner, now.UnixMilli(), b.kind, b.thing, b.person), &n); err != nil || n == 0 {
		return false, err
	}
	unit := Owner // of what nobody at a school leads
	if err := tx.One(ledAt, db.Args(owner, b.kind, b.thing, now.UnixMilli()), &unit); err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return false, err
	}
	return guard(tx, owner, b.kind, b.thing, b.person, unit, now)
}

// Bare counts what is about a protected person and no guard stands before.
func Bare(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) (int, error) {
	all, err := bareOf(ctx, d, owner, now)
	return len(all), err
}
