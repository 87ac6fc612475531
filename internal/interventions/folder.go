package interventions

import (
	"context"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// A Folder is one intervention with the proof of every entry of it, for a package
// to Statsforvalteren.
type Folder struct {
	Event
	Stream     string
	Checkpoint journal.Checkpoint
	Entries    []journal.Proven
	Parts      map[string]journal.Disclosure // by label
}

var selectOfPupil = db.SQL(`SELECT ` + columns + ` FROM interventions_event e WHERE e.owner = $1 AND e.thing = $6 AND ` + access.Scope(access.LeadForce, "e.id") + `
	ORDER BY e.happened_at, e.id`)

// Folders opens the interventions against a pupil at a school, the oldest first,
// for who decides on them, inside the transaction of who makes the package: all
// of it is of one moment. Who asks says with Handed that they were read, before
// anything of it is given.
func (d *Desk) Folders(tx *db.Tx, by tilhor.Actor, school tilhor.SchoolID, pupil tilhor.PersonID, now time.Time) (all []Folder, err error) {
	if pupil == "" {
		return nil, nil
	}
	thing := thingPrefix + string(school) + "/" + string(pupil)
	err = tx.Each(selectOfPupil, func(scan db.Scan) error {
		e, err := row(scan)
		e.Lead = true
		all = append(all, Folder{Event: e, Stream: stream(e.ID)})
		return err
	}, access.Args(by, access.LeadForce, now, thing)...)
	if err != nil {
		return nil, err
	}
	to := make([]*Event, len(all))
	for i := range all {
		f := &all[i]
		to[i] = &f.Event
		key, err := d.Keys.Get(tx, by.Owner, seal.KindForce, string(f.ID))
		if err != nil {
			return nil, err
		}
		if f.Lines, err = d.lines(tx, key, by.Owner, f.ID); err != nil {
			return nil, err
		}
		entries, err := d.Journal.Stream(tx, by.Owner, f.Stream)
		if err != nil {
			return nil, err
		}
		if f.Checkpoint, f.Entries, err = d.Journal.Prove(tx, by.Owner, entries); err != nil {
			return nil, err
		}
		if f.Parts, err = d.Journal.Disclose(tx, entries, func(journal.Record, string) bool { return true }); err != nil {
			return nil, err
		}
	}
	return all, d.names(tx, by, to, false, now)
}

// Handed writes that interventions were read to be handed over.
func (d *Desk) Handed(ctx context.Context, by tilhor.Actor, all []Folder) error {
	if len(all) == 0 {
		return nil
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		for _, f := range all {
			if err := access.Ring(tx, by, access.Force, string(f.ID), "intervention", d.Clock()); err != nil {
				return err
			}
			if err := d.Journal.Seen(tx, by, journal.ReadingsOf(string(f.ID)), string(f.ID), "package", string(access.Leads), d.Clock()); err != nil {
				return err
			}
		}
		return nil
	})
}
