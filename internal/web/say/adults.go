package say

import (
	"slices"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/front"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// known are the roles whose names the school's page shows to everyone, with their
// pictures, in the order they are shown.
var known = []struct {
	role    tilhor.Role
	picture string
}{{tilhor.RoleSocialTeacher, "talk"}, {tilhor.RoleRektor, "door"}}

// Reads is when what is told at a school is read.
func Reads(q *web.Req, d *front.Desk, school tilhor.SchoolID) (front.Reading, error) {
	var p front.Page
	var err error
	if d != nil {
		p, err = d.Show(q.Context(), q.Kit.Owner.ID, school)
	}
	return p.Reads(q.Now), err
}

// Known are those whom the school's lists say a child may turn to: the social
// teacher and rektor.
func Known(q *web.Req, s roster.School) (all []Adult, err error) {
	var staff []roster.Employee
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		staff, err = q.Kit.Roster.Employees(tx, q.Kit.Owner.ID, s.ID, calendar.DateOf(q.Now))
		return err
	})
	for _, k := range known {
		for _, e := range staff {
			if slices.Contains(e.Roles, k.role) && !slices.ContainsFunc(all, func(a Adult) bool { return a.ID == e.ID }) {
				all = append(all, Adult{
					ID: e.ID, Name: e.Name, What: q.T.T("role." + string(k.role)), Picture: k.picture, Leads: slices.ContainsFunc(e.Roles, tilhor.Role.Leads),
				})
			}
		}
	}
	return all, err
}
