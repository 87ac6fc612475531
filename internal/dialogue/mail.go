package dialogue

import (
	"errors"

	"tilhor"
	"tilhor/internal/db"
)

var selectReach = db.SQL(`SELECT t.sender, t.answer_n, l.n FROM dialogue_line l JOIN dialogue_thread t ON t.owner = l.owner AND t.concern = l.concern WHERE l.owner = $1 AND l.id = $2`)

// Hears says who hears of a line of a talk, without opening it: the sender who is
// known, when it was written to the sender, and the tracks that the
// talk goes with: who handles one hears, unless a wall of another keeps them out.
func (d *Desk) Hears(tx *db.Tx, owner tilhor.OwnerID, concern, line string) (sender tilhor.PersonID, tracks []string, err error) {
	var answered, n int64
	err = tx.One(selectReach, db.Args(owner, line), &sender, &answered, &n)
	if errors.Is(err, tilhor.ErrNotFound) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	if n > answered {
		sender = ""
	}
	tracks, err = tracksOf(tx, owner, tilhor.ConcernID(concern))
	return sender, tracks, err
}
