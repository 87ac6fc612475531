package dialogue

import (
	"tilhor"
	"tilhor/internal/db"
)

var selectReach = db.SQL(`SELECT ` + columns + `, l.n FROM dialogue_line l JOIN dialogue_thread t ON t.owner = l.owner AND t.concern = l.concern WHERE l.owner = $1 AND l.id = $2`)

// Hears says who hears of a line of a talk, without opening it: the sender who is
// known, when it was written to the sender, and the tracks that the
// talk goes with: who handles one hears, unless a wall of another keeps them out.
func (d *Desk) Hears(tx *db.Tx, owner tilhor.OwnerID, concern, line string) (sender tilhor.PersonID, tracks []string, err error) {
	var t thread
	var n int64
	found := false
	err = tx.Each(selectReach, func(scan db.Scan) error {
		found = true
		t, err = row(func(dst ...any) error { return scan(append(dst, &n)...) })
		return err
	}, owner, line)
	if err != nil || !found {
		return "", nil, err
	}
	ended, err := d.ended(tx, owner, t, d.Clock())
	if err != nil {
		return "", nil, err
	}
	if n <= t.answerN && !ended {
		sender = t.sender
	}
	tracks, err = tracksOf(tx, owner, t.concern)
	return sender, tracks, err
}
