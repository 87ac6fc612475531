package public

import (
	"fmt"
	"html/template"
	"strings"

	"rsc.io/qr"

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
	s, err := schoolOf(q)
	if err != nil {
		return err
	}
	adults, err := Adults(p.Front)(q, s)
	if err != nil {
		return err
	}
	w, at := q.T, "/s/"+codeOf(s)
	scheme := "http://"
	if q.Kit.Owner.HTTPS {
		scheme = "https://"
	}
	v := posterView{Frame: q.Frame(w.T("public.poster.title")), Back: web.Back{Href: q.Link(at), Text: w.T("do.back")}, Address: q.R.Host + at, People: people(w, adults)}
	v.School, v.Home = s.Name, q.Link("/")
	if v.QR, err = square(scheme + q.R.Host + at); err != nil {
		return err
	}
	return q.Render(posterPage, v)
}

// square draws an address as a square of dots.
func square(address string) (template.HTML, error) {
	c, err := qr.Encode(address, qr.M)
	if err != nil {
		return "", fmt.Errorf("draw the address of a school: %w", err)
	}
	const quiet = 4
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %[1]d" shape-rendering="crispEdges" aria-hidden="true"><path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path fill="#000" d="`, c.Size+2*quiet)
	for y := range c.Size {
		for x := range c.Size {
			if c.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return template.HTML(b.String()), nil
}
