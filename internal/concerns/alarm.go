package concerns

import (
	"context"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

var slugOf = db.SQL(`SELECT slug FROM concerns_concern WHERE owner = $1 AND id = $2`)

// Ringing lists the openings by others of concerns about protected pupils, which
// no named leader has seen yet, for who receives those concerns.
func (d *Desk) Ringing(ctx context.Context, by tilhor.Actor) (all []access.Alarm, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = d.Roster.Ringing(tx, by, access.Receive, slugOf, d.Clock())
		return err
	})
	return all, err
}

// Heed says that one who receives them has seen who has been in.
func (d *Desk) Heed(ctx context.Context, by tilhor.Actor) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		return access.Heed(tx, by, access.Receive, now, func(thing string) error {
			_, err := d.Journal.Append(tx, journal.Entry{
				Stream: stream(tilhor.ConcernID(thing)), Act: "concerns.heed", Subject: thing, When: tilhor.Now(now), By: by, Rule: string(access.Intake),
			})
			return err
		})
	})
}
