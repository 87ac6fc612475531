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
}

type link struct{ Href, Text string }

// home is the front page: what this is, the way in, and every school. Who is
// signed in and works here goes on to the day's work.
func (p *Pages) home(q *web.Req) error {
	if to := onward(q); to != "" {
		return q.See(to)
	}
	all, err := schools(q)
	if err != nil {
		return err
	}
	v := homeView{Frame: q.Frame(q.T.T("public.home.title")), SignIn: q.Link("/logg-inn")}
	for _, s := range all {
		v.Schools = append(v.Schools, link{q.Link("/s/" + codeOf(s)), s.Name})
	}
	return q.Render(homePage, v)
}

// onward is where somebody who is signed in belongs, "" to stay here: pupils
// and parents have no pages of their own yet.
func onward(q *web.Req) string {
	role := q.Actor.Role
	switch {
	case role == tilhor.RoleAnyone && q.Who() != "":
		return "/rolle"
	case role == tilhor.RoleOwnerAdviser:
		return "/skoler"
	case role.Staff():
		return "/i-dag"
	}
	return ""
}
