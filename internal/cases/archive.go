package cases

import (
	"context"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// RoleOperator is whoever runs the program from a terminal, with the database
// and the keys at hand. It is no role of a school: no page knows it.
const RoleOperator tilhor.Role = "operator"

// An Outline is what stands open of a track: that it is, how far it has come,
// and what was written when. No word and no name.
type Outline struct {
	Track
	Records []Record          // without texts
	Others  []tilhor.PersonID // other children of the track, as far as they are known
}

var selectOutlines = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.id > $2 ORDER BY t.id LIMIT $3`)

// Outlines lists tracks of the whole owner after one of them, in the order of
// their ids: for the archive, which looks for what has not been sent without
// opening anything.
func (d *Desk) Outlines(tx *db.Tx, owner tilhor.OwnerID, after tilhor.TrackID, limit int) (all []Outline, err error) {
	err = tx.Each(selectOutlines, func(scan db.Scan) error {
		t, err := trackRow(scan)
		all = append(all, Outline{Track: t})
		return err
	}, owner, after, limit)
	for i := range all {
		if err != nil {
			return nil, err
		}
		if all[i].Records, err = d.records(tx, owner, all[i].ID, nil); err != nil {
			return nil, err
		}
		var others []Child
		others, err = d.children(tx, owner, all[i].ID, nil)
		for _, c := range others {
			if c.Person != "" {
				all[i].Others = append(all[i].Others, c.Person)
			}
		}
	}
	return all, err
}

// Whole opens one track for the operator, past the scope, because an archive
// holds what no single reader may see. It is a reading like any other: the
// entry of it is committed before a word is handed out. view says for what.
func (d *Desk) Whole(ctx context.Context, by tilhor.Actor, id tilhor.TrackID, view string, now time.Time) (f File, err error) {
	if by.Role != RoleOperator {
		return File{}, tilhor.ErrNotFound
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		f = File{}
		found := false
		err := tx.Each(oneTrack, func(scan db.Scan) (err error) {
			found = true
			f.Track, err = trackRow(scan)
			return err
		}, by.Owner, id)
		if err == nil && !found {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
		return d.load(tx, by, &f, now)
	})
	if err != nil {
		return File{}, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(f.ID)), string(f.ID), view, string(RoleOperator), now)
	})
	if err != nil {
		return File{}, err
	}
	return f, nil
}

var oneTrack = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.id = $2`)
