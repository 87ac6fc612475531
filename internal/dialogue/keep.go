package dialogue

import (
	"errors"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

var (
	selectLast = db.SQL(`SELECT named, last_at FROM dialogue_thread WHERE owner = $1 AND concern = $2`)
	forgetCode = db.SQL(`UPDATE dialogue_thread SET code = NULL, slug = $3 WHERE owner = $1 AND concern = $2`)
)

// Last says when a message was last written in the talk of a concern, and
// whether the sender has said who it is. Without a talk it is the zero time.
func Last(tx *db.Tx, owner tilhor.OwnerID, concern tilhor.ConcernID) (at time.Time, named bool, err error) {
	var ms int64
	err = tx.One(selectLast, db.Args(owner, concern), &named, &ms)
	if errors.Is(err, tilhor.ErrNotFound) {
		return time.Time{}, false, nil
	}
	return instant(ms), named, err
}

// Forget lets go of the way into a talk whose words are shredded: its code is
// from now on as one that was never given out.
func Forget(tx *db.Tx, owner tilhor.OwnerID, concern tilhor.ConcernID) error {
	_, err := tx.Exec(forgetCode, owner, concern, tilhor.NewID())
	return err
}
