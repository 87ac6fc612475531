package web

import (
	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/roster"
)

// SchoolCode is what an address calls a school: its number in the register of
// organisations, which everybody may know, and else its own id.
func SchoolCode(s roster.School) string {
	if s.OrgNumber != "" {
		return s.OrgNumber
	}
	return string(s.ID)
}

// SchoolHere is the school that an address names (skole). One that has closed has no
// page.
func (q *Req) SchoolHere() (roster.School, error) {
	code := q.Path("skole")
	all, err := q.Schools()
	if err != nil {
		return roster.School{}, err
	}
	for _, s := range all {
		if code != "" && (code == SchoolCode(s) || code == string(s.ID)) {
			return s, nil
		}
	}
	return roster.School{}, tilhor.ErrNotFound
}

// Schools are those of the owner that stand today.
func (q *Req) Schools() (all []roster.School, err error) {
	err = q.Kit.DB.Look(q.Context(), func(tx *db.Tx) error {
		all, err = q.Kit.Roster.Schools(tx, q.Kit.Owner.ID)
		return err
	})
	return all, err
}
