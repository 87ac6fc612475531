package school

import "tilhor/internal/web"

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
	{"arrivals", "/overforinger"},
	{"lastyear", "/avgangstrinnet"},
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
