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
	// nobodys is what was told of protected persons that the owner does not receive, and
	// of which everybody who is named for all of them is kept out.
	nobodys = db.SQL(`SELECT DISTINCT k.kind, k.thing FROM access_guard k WHERE k.owner = $1 AND k.kind IN ('concern', 'force') AND k.until_at > $2
		AND NOT EXISTS (SELECT 1 FROM access_grant g WHERE g.owner = k.owner AND g.kind = k.kind AND g.thing = k.thing AND g.relation IN ('intake', 'leads') AND g.from_at <= $2 AND g.until_at > $2
			AND (g.person = '' AND g.unit = '' OR g.person <> ''
				AND NOT EXISTS (SELECT 1 FROM access_bar b WHERE b.owner = g.owner AND b.kind = g.kind AND b.thing = g.thing AND b.person = g.person AND b.until_at > $2)
				AND NOT EXISTS (SELECT 1 FROM access_guard o WHERE o.owner = g.owner AND o.kind = g.kind AND o.thing = g.thing AND o.until_at > $2
					AND NOT EXISTS (SELECT 1 FROM access_grant n WHERE n.owner = o.owner AND n.kind = 'person' AND n.thing = o.subject AND n.relation = 'named' AND n.person = g.person AND n.from_at <= $2 AND n.until_at > $2))))`)
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
//
// reaches is asked to see to what was told of a protected person and nobody who is
// named for her can have, since it is about them, or they are her next of kin: she
// may have been protected after it was told.
func Reguard(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time, reaches func(tx *db.Tx, kind Kind, thing string) error) (n int, err error) {
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
	lost, err := nobodysOf(ctx, d, owner, now)
	wrong = append(wrong, err)
	for _, b := range lost {
		wrong = append(wrong, d.Write(ctx, func(tx *db.Tx) error { return reaches(tx, b.kind, b.thing) }))
	}
	return n, errors.Join(wrong...)
}

func nobodysOf(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) (all []bare, err error) {
	err = d.Look(ctx, func(tx *db.Tx) error {
		all = nil
		return tx.Each(nobodys, func(scan db.Scan) error {
			var b bare
			err := scan(&b.kind, &b.thing)
			all = append(all, b)
			return err
		}, owner, now.UnixMilli())
	})
	return all, err
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
