package access

import (
	"context"
	"errors"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

var (
	bareThings = db.SQL(`SELECT s.kind, s.thing, s.person FROM access_guard k
		CROSS JOIN access_subject s
		WHERE k.owner = $1 AND k.kind = 'person' AND k.until_at > $2 AND s.owner = k.owner AND s.person = k.subject
		AND NOT EXISTS (SELECT 1 FROM access_guard g WHERE g.owner = s.owner AND g.kind = s.kind AND g.thing = s.thing AND g.subject = s.person AND g.until_at > $2)
		ORDER BY s.kind, s.thing, s.person`)
	ledAt = db.SQL(`SELECT unit FROM access_grant WHERE owner = $1 AND kind = $2 AND thing = $3 AND role <> '' AND relation IN ('leads', 'intake') AND until_at > $4
		ORDER BY from_at DESC, id LIMIT 1`)
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
	for _, b := range all {
		err := d.Write(ctx, func(tx *db.Tx) error {
			unit := Owner // of what nobody at a school leads
			err := tx.One(ledAt, db.Args(owner, b.kind, b.thing, now.UnixMilli()), &unit)
			if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
				return err
			}
			_, err = About(tx, owner, b.kind, b.thing, b.person, unit, now)
			return err
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Bare counts what is about a protected person and no guard stands before.
func Bare(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) (int, error) {
	all, err := bareOf(ctx, d, owner, now)
	return len(all), err
}
