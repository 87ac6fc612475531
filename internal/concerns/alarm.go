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
		if all, err = access.Ringing(tx, by, access.Receive, d.Clock()); err != nil || len(all) == 0 {
			return err
		}
		var ids []tilhor.PersonID
		for i := range all {
			if err := tx.One(slugOf, db.Args(by.Owner, all[i].Thing), &all[i].Slug); err != nil {
				return err
			}
			ids = append(ids, all[i].Person)
		}
		names, err := d.Roster.Names(tx, by.Owner, once(ids)...)
		for i := range all {
			all[i].Name = names[all[i].Person]
		}
		return err
	})
	return all, err
}

// Heed says that one who receives them has seen who has been in.
func (d *Desk) Heed(ctx context.Context, by tilhor.Actor) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		all, err := access.Ringing(tx, by, access.Receive, now)
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
				Stream: stream(tilhor.ConcernID(a.Thing)), Act: "concerns.heed", Subject: a.Thing, When: tilhor.Now(now), By: by, Rule: string(access.Intake),
			}); err != nil {
				return err
			}
		}
		return access.Heed(tx, by, access.Receive, now)
	})
}
