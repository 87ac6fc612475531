package public

import (
	"slices"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

var schoolPage = page("school")

type schoolView struct {
	web.Frame
	Lead     string
	People   web.Facts
	Works    string
	Say      string // where one tells
	Pictures string // the same, with pictures
}

// school is a school's own page for everyone: the right to be safe, whom to
// talk to, and where else to turn. No count and no case ever changes it.
func (p *Pages) school(q *web.Req) error {
	s, err := schoolOf(q)
	if err != nil {
		return err
	}
	var all []roster.Employee
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		all, err = q.Kit.Roster.Employees(tx, q.Kit.Owner.ID, s.ID, calendar.DateOf(q.Now))
		return err
	})
	if err != nil {
		return err
	}
	w := q.T
	v := schoolView{Frame: q.Frame(w.T("public.school.title")), Works: q.Link("/s/" + codeOf(s) + "/ansatt"), Lead: w.T("public.school.lead")}
	if s.HasSFO {
		v.Lead = w.T("public.school.lead-sfo")
	}
	v.Say, v.Pictures = q.Link("/s/"+codeOf(s)+"/si"), q.Link("/s/"+codeOf(s)+"/si/bilder")
	v.School, v.Home = s.Name, q.Link("/")
	for _, role := range []tilhor.Role{tilhor.RoleSocialTeacher, tilhor.RoleRektor} {
		if names := having(all, role); len(names) > 0 {
			v.People.Items = append(v.People.Items, web.Fact{Term: w.T("role." + string(role)), Text: w.List(names)})
		} else if role == tilhor.RoleRektor {
			v.People.Items = append(v.People.Items, web.Fact{Term: w.T("role.rektor"), Text: w.T("public.school.ask-office")})
		}
	}
	return q.Render(schoolPage, v)
}

func having(all []roster.Employee, role tilhor.Role) (names []string) {
	for _, e := range all {
		if slices.Contains(e.Roles, role) {
			names = append(names, e.Name)
		}
	}
	return names
}
