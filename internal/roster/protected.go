package roster

import (
	"tilhor"
	"tilhor/internal/db"
)

// AnyProtected says whether one of the persons has a protected address
// (fortrolig eller strengt fortrolig), whether or not they still go to a school.
// It opens no name.
func (r *Roster) AnyProtected(tx *db.Tx, owner tilhor.OwnerID, ids ...tilhor.PersonID) (bool, error) {
	any := false
	for _, id := range ids {
		err := tx.Each(isPerson, func(scan db.Scan) error {
			var home, protection string
			err := scan(&home, &protection)
			any = any || protection != ""
			return err
		}, owner, id)
		if err != nil || any {
			return any, err
		}
	}
	return any, nil
}
