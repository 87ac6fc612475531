package concerns

import (
	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

var oneByID = db.SQL(`SELECT ` + columns + ` FROM concerns_concern c WHERE c.owner = $1 AND c.id = $2`)

// Outline is a concern as far as it stands open, for a room that keeps something
// beside it and has settled who may have that: no word and no name.
func Outline(tx *db.Tx, owner tilhor.OwnerID, id tilhor.ConcernID) (c Concern, err error) {
	found := false
	err = tx.Each(oneByID, func(scan db.Scan) error {
		found = true
		c, err = row(scan)
		return err
	}, owner, id)
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return Concern{}, err
	}
	c.Pupils, err = pupils(tx, owner, id)
	return c, err
}

// AsSent is a concern with its words, as it was sent, for the talk about it
// (dialogue): that room has settled who may read it, and writes the reading down.
func (d *Desk) AsSent(tx *db.Tx, owner tilhor.OwnerID, id tilhor.ConcernID) (Concern, error) {
	c, err := Outline(tx, owner, id)
	if err != nil {
		return Concern{}, err
	}
	return c, d.fill(tx, owner, &c)
}

// ForOwner says whether it went past the school, to the municipality (§ 12-5).
func (c Concern) ForOwner() bool { return c.Accused == duty.AccusedLeadership }
