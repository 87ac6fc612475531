package school

import (
	"tilhor"
	"tilhor/internal/web"
)

var schoolPage = page("people_school")

// A schoolView is where rektor finds what is done now and then: who is away, who
// stands in, who comes and who leaves. The menu keeps what is done each day.
type schoolView struct {
	web.Frame
	Heading, Lead string
	Places        []schoolPlace
}

type schoolPlace struct{ Href, What, Text string }

// HomePath is the page's address.
const HomePath = "/skolen"

// schoolPlaces are what it leads to: the people first.
var schoolPlaces = []struct{ key, href string }{
	{"away", "/fravaer"},
	{"standin", "/stedfortreder"},
	{"sfo", sfoPath},
	{"over", "/overlevering"},
	{"front", frontPath},
	{"bodies", "/skolen/rad"}, // internal/pages/body
	{"ideas", IdeasPath},
	{"circles", circlesPath},
	{"arrivals", "/overforinger"},
	{"lastyear", "/avgangstrinnet"},
	{"survey", surveyPath},
	{"audit", auditPath},
	{"training", "/opplaring"},
	{"shields", "/skjerming"},
	{"breach", "/avvik"},
}

func (p *Pages) school(q *web.Req) error {
	w := q.T
	v := schoolView{Heading: w.T("school.places.title"), Lead: w.T("school.places.lead")}
	v.Frame = q.Frame(v.Heading)
	for _, x := range schoolPlaces {
		v.Places = append(v.Places, schoolPlace{Href: x.href, What: w.T("school.places." + x.key), Text: w.T("school.places." + x.key + ".text")})
	}
	return q.Render(schoolPage, v)
}

// UnderHome are the addresses that the menu counts as the school's.
func UnderHome() (paths []string) {
	for _, x := range schoolPlaces {
		paths = append(paths, x.href)
	}
	return paths
}

// schoolBack is the way back from them: to the school's page for rektor, whose it
// is, and to the cases for who stands in.
func schoolBack(q *web.Req) web.Back {
	if q.Actor.Role == tilhor.RoleRektor {
		return web.Back{Href: HomePath, Text: q.T.T("nav.school")}
	}
	return web.Back{Href: "/saker", Text: q.T.T("school.list.back")}
}
