package interventions

import (
	"context"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// actHeed is the entry of having seen who has been in: it writes no line.
const actHeed = "interventions.heed"

var slugOf = db.SQL(`SELECT slug FROM interventions_event WHERE owner = $1 AND id = $2`)

// Ringing lists the openings by others of interventions against protected pupils,
// which nobody who decides on them has seen yet.
func (d *Desk) Ringing(ctx context.Context, by tilhor.Actor) (all []access.Alarm, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = d.Roster.Ringing(tx, by, access.LeadForce, slugOf, d.Clock())
		return err
	})
	return all, err
}

// Heed says that one who decides on them has seen who has been in.
func (d *Desk) Heed(ctx context.Context, by tilhor.Actor) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		return access.Heed(tx, by, access.LeadForce, now, func(thing string) error {
			_, err := d.Journal.Append(tx, journal.Entry{
				Stream: stream(EventID(thing)), Act: actHeed, Subject: thing, When: tilhor.Now(now), By: by, Rule: string(access.Leads),
			})
			return err
		})
	})
}
