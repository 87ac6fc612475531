package roster

import (
	"tilhor"
	"tilhor/internal/db"
)

var listWorking = db.SQL(`SELECT m.person FROM roster_member m
	WHERE m.owner = $1 AND m.school = $2 AND m.role NOT IN ('pupil', 'seat') AND m.from_date <= $3 AND (m.until_date = '' OR m.until_date > $3)`)

// Working is who works at a school on a day, by id and without a name opened:
// a task that somebody has left behind must be seen to lie there.
func (r *Roster) Working(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, on tilhor.Date) (map[tilhor.PersonID]bool, error) {
	all := map[tilhor.PersonID]bool{}
	err := tx.Each(listWorking, func(scan db.Scan) error {
		var id tilhor.PersonID
		err := scan(&id)
		all[id] = true
		return err
	}, owner, school, on)
	return all, err
}
