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

// roleOperator is whoever runs the program from a terminal, with the database and
// the keys at hand: no role of a school, and no page knows it.
const roleOperator tilhor.Role = "operator"

// An Outline is what stands open of an intervention: that it is, and which lines
// it has. No word and no name.
type Outline struct {
	ID      EventID
	Pupil   tilhor.PersonID
	Lines   []string // their ids, in the order they were written
	Guarded bool     // somebody it is about has a protected address
}

var (
	selectOutlines = db.SQL(`SELECT e.id, e.pupil FROM interventions_event e WHERE e.owner = $1 AND e.id > $2 ORDER BY e.id LIMIT $3`)
	selectLineIDs  = db.SQL(`SELECT id FROM interventions_line WHERE owner = $1 AND event = $2 ORDER BY n`)
	selectOne      = db.SQL(`SELECT ` + columns + ` FROM interventions_event e WHERE e.owner = $1 AND e.id = $2`)
)

// Outlines lists interventions of the whole owner after one of them, in the order
// of their ids: for the archive, which looks for what has not been sent without
// opening anything.
func (d *Desk) Outlines(tx *db.Tx, owner tilhor.OwnerID, after EventID, limit int, now time.Time) (all []Outline, err error) {
	err = tx.Each(selectOutlines, func(scan db.Scan) error {
		var o Outline
		err := scan(&o.ID, &o.Pupil)
		all = append(all, o)
		return err
	}, owner, after, limit)
	for i := range all {
		if err != nil {
			return nil, err
		}
		var guarded []tilhor.PersonID
		if guarded, err = access.Guarded(tx, owner, access.Force, string(all[i].ID), now); err != nil {
			return nil, err
		}
		all[i].Guarded = len(guarded) > 0
		err = tx.Each(selectLineIDs, func(scan db.Scan) error {
			var id string
			err := scan(&id)
			all[i].Lines = append(all[i].Lines, id)
			return err
		}, owner, all[i].ID)
	}
	return all, err
}

// Whole opens one intervention for the operator, past the scope: documentation of
// it is kept for ever (§ 13-5, bevaringsforskrifta § 40). It is a reading like any
// other: the entry of it is committed before a word is handed out.
func (d *Desk) Whole(ctx context.Context, by tilhor.Actor, id EventID, view string, now time.Time) (e Event, err error) {
	if by.Role != roleOperator {
		return Event{}, tilhor.ErrNotFound
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		e = Event{}
		found := false
		err := tx.Each(selectOne, func(scan db.Scan) (err error) {
			found = true
			e, err = row(scan)
			return err
		}, by.Owner, id)
		if err == nil && !found {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
		key, err := d.Keys.Get(tx, by.Owner, seal.KindForce, string(e.ID))
		if err != nil {
			return err
		}
		if e.Lines, err = d.lines(tx, key, by.Owner, e.ID); err != nil {
			return err
		}
		ids := map[tilhor.PersonID]bool{e.Pupil: true}
		for _, l := range e.Lines {
			ids[l.By] = true
		}
		delete(ids, "")
		var people []tilhor.PersonID
		for p := range ids {
			people = append(people, p)
		}
		names, err := d.Roster.Names(tx, by.Owner, people...)
		e.Name = names[e.Pupil]
		for i := range e.Lines {
			l := &e.Lines[i]
			l.Name = names[l.By]
			if e.Name == "" && l.Described != "" {
				e.Name = l.Described
			}
		}
		return err
	})
	if err != nil {
		return Event{}, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(e.ID)), string(e.ID), view, string(roleOperator), now)
	})
	if err != nil {
		return Event{}, err
	}
	return e, nil
}
