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
		if all, err = access.Ringing(tx, by, access.LeadForce, d.Clock()); err != nil || len(all) == 0 {
			return err
		}
		ids := map[tilhor.PersonID]bool{}
		for i := range all {
			if err := tx.One(slugOf, db.Args(by.Owner, all[i].Thing), &all[i].Slug); err != nil {
				return err
			}
			ids[all[i].Person] = true
		}
		list := make([]tilhor.PersonID, 0, len(ids))
		for id := range ids {
			list = append(list, id)
		}
		names, err := d.Roster.Names(tx, by.Owner, list...)
		for i := range all {
			all[i].Name = names[all[i].Person]
		}
		return err
	})
	return all, err
}

// Heed says that one who decides on them has seen who has been in.
func (d *Desk) Heed(ctx context.Context, by tilhor.Actor) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		all, err := access.Ringing(tx, by, access.LeadForce, now)
		if err != nil {
			return err
		}
		told := map[string]bool{}
		for _, a := range all {
			if told[a.Thing] {
				continue
			}
			told[a.Thing] = true
			if _, err := d.Journal.Append(tx, journal.Entry{
				Stream: stream(EventID(a.Thing)), Act: actHeed, Subject: a.Thing, When: tilhor.Now(now), By: by, Rule: string(access.Leads),
			}); err != nil {
				return err
			}
		}
		return access.Heed(tx, by, access.LeadForce, now)
	})
}
