package journal

import (
	"errors"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

var oldestWaiting = db.SQL(`SELECT ready FROM journal_entry WHERE owner = $1 AND leaf IS NULL ORDER BY ready LIMIT 1`)

// Waiting is how long the oldest entry that is ready has waited for a
// checkpoint; 0 when none waits. More than a few seconds means that no
// sequencer runs.
func Waiting(tx *db.Tx, owner tilhor.OwnerID, now time.Time) (time.Duration, error) {
	var ready int64
	err := tx.One(oldestWaiting, db.Args(owner), &ready)
	if errors.Is(err, tilhor.ErrNotFound) {
		return 0, nil
	}
	return max(0, now.Sub(time.UnixMilli(ready))), err
}

// Witnessed is the newest checkpoint in the file beside the owner key.
func (j *Journal) Witnessed(owner tilhor.OwnerID) (Checkpoint, error) { return j.files.newest(owner) }
