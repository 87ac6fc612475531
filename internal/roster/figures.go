package roster

import (
	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/figures"
)

var pupilsBySchool = db.SQL(`SELECT school, COUNT(DISTINCT person) FROM roster_member
	WHERE owner = $1 AND role = 'pupil' AND from_date <= $2 AND (until_date = '' OR until_date > $2) GROUP BY school`)

// Figures are what the lists offer of numbers: how many pupils there are, and how many
// schools have their pupils in the lists.
func (r *Roster) Figures() []figures.Register {
	count := func(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date) (pupils, schools figures.Figure, err error) {
		by := map[tilhor.SchoolID]bool{}
		err = tx.Each(pupilsBySchool, func(scan db.Scan) error {
			var s tilhor.SchoolID
			var n int
			err := scan(&s, &n)
			by[s] = n > 0
			pupils.N += n
			return err
		}, owner, on)
		if err != nil {
			return pupils, schools, err
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
		return pupils, schools, err
	}
	return []figures.Register{
		{Name: "pupils", Figure: func(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date) (figures.Figure, error) {
			f, _, err := count(tx, owner, on)
			return f, err
		}},
		{Name: "schools-with-pupils", Figure: func(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date) (figures.Figure, error) {
			_, f, err := count(tx, owner, on)
			return f, err
		}},
	}
}
