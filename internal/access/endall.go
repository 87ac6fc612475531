package access

import (
	"time"

	"tilhor"
	"tilhor/internal/db"
)

var endAll = db.SQL(`UPDATE access_grant SET until_at = $4 WHERE owner = $1 AND kind = $2 AND thing = $3 AND until_at > $4`)

// EndAll ends every relation to a thing from an instant on, whoever has it, by
// name or by role: nobody finds it any more.
func EndAll(tx *db.Tx, owner tilhor.OwnerID, kind Kind, thing string, at time.Time) error {
	_, err := tx.Exec(endAll, owner, kind, thing, at.UnixMilli())
	return err
}
