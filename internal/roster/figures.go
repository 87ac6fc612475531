package roster

import (
	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/figures"
)

// pupilsOn are the pupils of a day, at the schools there are.
const pupilsOn = `FROM roster_member WHERE owner = $1 AND role = 'pupil' AND from_date <= $2 AND (until_date = '' OR until_date > $2)
	AND school IN (SELECT id FROM roster_school WHERE owner = $1 AND until_date = '')`

var (
	pupils         = db.SQL(`SELECT COUNT(DISTINCT person) ` + pupilsOn)
	pupilsBySchool = db.SQL(`SELECT DISTINCT school ` + pupilsOn)
)

// Figures are what the lists offer of numbers: how many pupils there are (one at two
// schools is one), and how many schools have their pupils in the lists.
func (r *Roster) Figures() []figures.Register {
	having := func(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date) (schools figures.Figure, err error) {
		by := map[tilhor.SchoolID]bool{}
		err = tx.Each(pupilsBySchool, func(scan db.Scan) error {
			var s tilhor.SchoolID
			err := scan(&s)
			by[s] = true
			return err
		}, owner, on)
		if err != nil {
			return schools, err
		}
		all, err := r.Schools(tx, owner)
		schools.Of = len(all)
		for _, s := range all {
			if by[s.ID] {
				schools.N++
			} else {
				schools.Lack = append(schools.Lack, s.Name)
			}
		}
		return schools, err
	}
	return []figures.Register{
		{Name: "pupils", Figure: func(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date) (f figures.Figure, err error) {
			err = tx.One(pupils, db.Args(owner, on), &f.N)
			return f, err
		}},
		{Name: "schools-with-pupils", Figure: having},
	}
}
