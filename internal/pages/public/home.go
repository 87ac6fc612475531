package public

import (
	"tilhor"
	"tilhor/internal/web"
)

var homePage = page("home")

type homeView struct {
	web.Frame
	SignIn  string
	Schools []link
	Within  string // how soon what is told is read, in the whole municipality
	People  []folk
}

type link struct{ Href, Text string }

// folk are the made-up people of one role.
type folk struct {
	Role   string
	People []Face
}

// byRole puts the made-up people in groups, in the order they come.
func byRole(q *web.Req, all []Face) (groups []folk) {
	at := map[string]int{}
	for _, f := range all {
		i, seen := at[f.Role]
		if !seen {
			i = len(groups)
			at[f.Role] = i
			groups = append(groups, folk{Role: q.T.T("role." + f.Role)})
		}
		groups[i].People = append(groups[i].People, f)
	}
	return groups
}

// home is the front page: what this is, the way in, and every school. Who is
// signed in and works here goes on to the day's work.
func (p *Pages) home(q *web.Req) error {
	if to := onward(q); to != "" {
		return q.See(to)
	}
	all, err := q.Schools()
	if err != nil {
		return err
	}
	v := homeView{Frame: q.Frame(q.T.T("public.home.title")), SignIn: q.Link("/logg-inn")}
	if q.Kit.Owner.Demo {
		v.People = byRole(q, p.People)
	}
	for _, s := range all {
		v.Schools = append(v.Schools, link{q.Link("/s/" + web.SchoolCode(s)), s.Name})
	}
	if v.Within, err = p.within(q); err != nil {
		return err
	}
	return q.Render(homePage, v)
}

// onward is where somebody who is signed in belongs, "" to stay here.
func onward(q *web.Req) string {
	role := q.Actor.Role
	switch {
	case role == tilhor.RoleAnyone && q.Who() != "":
		return "/rolle"
	case role == tilhor.RoleOwnerAdviser:
		return "/skoler"
	case role == tilhor.RolePupil, role == tilhor.RoleParent:
		return "/min/sagt"
	case role.Staff():
		return "/i-dag"
	}
	return ""
}
