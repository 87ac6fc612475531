package roster

import (
	"strings"

	"tilhor"
	"tilhor/internal/db"
)

// works is the roles of all who work for the municipality, as SQL lists them.
// Written as whoever is no pupil, SQLite read every pupil of the school to find
// the few.
var works = func() string {
	all := []string{string(tilhor.RolePPT), string(tilhor.RoleOwnerAdviser), string(tilhor.RoleDPO)}
	for _, r := range tilhor.StaffRoles {
		all = append(all, string(r))
	}
	return "('" + strings.Join(all, "', '") + "')"
}()

var listWorking = db.SQL(`SELECT m.person FROM roster_member m
	WHERE m.owner = $1 AND m.school = $2 AND m.role IN ` + works + ` AND m.from_date <= $3 AND (m.until_date = '' OR m.until_date > $3)`)

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

var countWorks = db.SQL(`SELECT COUNT(*) FROM roster_member m
	WHERE m.owner = $1 AND m.school = $2 AND m.role = $4 AND m.from_date <= $3 AND (m.until_date = '' OR m.until_date > $3)`)

// AnyWorks says whether anybody works at a school in a role, on a day.
func (r *Roster) AnyWorks(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, role tilhor.Role, on tilhor.Date) (bool, error) {
	var n int
	err := tx.One(countWorks, db.Args(owner, school, on, role), &n)
	return n > 0, err
}
