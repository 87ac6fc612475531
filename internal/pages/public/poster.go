package public

import (
	"html/template"

	"tilhor/internal/web"
)

var posterPage = page("poster")

type posterView struct {
	web.Frame
	Back    web.Back
	Address string
	QR      template.HTML
	People  web.Facts
}

// poster is one sheet to print and hang up: where one tells, as a square of dots
// and in words, and whom to talk to. The square holds the address of the school's
// page and nothing that tells where it hung.
func (p *Pages) poster(q *web.Req) error {
	s, err := q.SchoolHere()
	if err != nil {
		return err
	}
	adults, err := Adults(p.Front)(q, s)
	if err != nil {
		return err
	}
	w, at := q.T, "/s/"+web.SchoolCode(s)
	v := posterView{Frame: q.Frame(w.T("public.poster.title")), Back: web.Back{Href: q.Link(at), Text: w.T("do.back")}, Address: q.Base() + at, People: people(w, adults)}
	v.School, v.Home = s.Name, q.Link("/")
	svg, err := web.Square(q.Full(at))
	if err != nil {
		return err
	}
	v.QR = template.HTML(svg)
	return q.Render(posterPage, v)
}
