package body

import (
	"net/http"
	"strings"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/bodies"
	"tilhor/internal/web"
)

// where is the school that an open page is about, or the municipality, what it is
// called and where its pages lie.
func where(q *web.Req) (id tilhor.SchoolID, name, at string, err error) {
	if !strings.HasPrefix(q.R.URL.Path, "/s/") {
		return access.Owner, q.Kit.Owner.Name, OpenPath, nil
	}
	s, err := q.SchoolHere()
	if err != nil {
		return "", "", "", err
	}
	return s.ID, s.Name, "/s/" + web.SchoolCode(s) + "/rad", nil
}

// open are the approved minutes of a school's bodies, for everybody.
func (p *Pages) open(q *web.Req) error {
	id, unit, at, err := where(q)
	if err != nil {
		return err
	}
	all, err := p.Bodies.Published(q.Context(), q.Kit.Owner.ID, id)
	if err != nil {
		return err
	}
	w := q.T
	v := view{Heading: w.T("bodies.open.title", "unit", unit), Lead: w.T("bodies.open.lead"), Back: &web.Back{Href: q.Link("/"), Text: w.T("do.back")}}
	if id != access.Owner {
		v.Back = &web.Back{Href: q.Link(strings.TrimSuffix(at, "/rad")), Text: unit}
	}
	s := section{ID: "referater", Title: w.T("bodies.open.minutes")}
	for _, m := range all {
		s.Points = append(s.Points, point{Href: q.Link(at + "/" + m.Meeting.Slug), Title: m.Body.Name, Lines: []string{w.Date(m.Meeting.On)}})
	}
	if len(all) == 0 {
		s.Text = []string{w.T("bodies.open.none")}
	}
	v.Sections = []section{s}
	if id == access.Owner && p.Answers != "" {
		v.Sections = append(v.Sections, section{ID: "horinger", Title: w.T("hear.public.title"), Text: []string{w.T("hear.public.lead")}, Buttons: []web.Button{{Text: w.T("hear.public.h"), Href: q.Link(p.Answers), Kind: "secondary"}}})
	}
	return v.show(q, http.StatusOK, nil)
}

// openMinutes are the minutes of one meeting: by office, never by name.
func (p *Pages) openMinutes(q *web.Req) error {
	id, unit, at, err := where(q)
	if err != nil {
		return err
	}
	m, err := p.Bodies.Minutes(q.Context(), q.Kit.Owner.ID, id, q.Path("mote"))
	if err != nil {
		return err
	}
	w := q.T
	v := view{
		Back: &web.Back{Href: q.Link(at), Text: w.T("bodies.open.title", "unit", unit)}, Line: m.Body.Name + " · " + unit, Print: true,
		Heading: w.T("bodies.minutes.title", "day", w.Day(m.Meeting.On)), Lead: w.Date(m.Meeting.On),
	}
	there := section{ID: "oppmote", Title: w.T("bodies.present"), Facts: &web.Facts{}}
	n := 0
	for _, x := range m.There {
		there.Facts.Items = append(there.Facts.Items, web.Fact{Term: w.T("bodies.there." + x.Of), Text: w.Num(x.N)})
		n += x.N
	}
	there.Text = []string{w.T("bodies.present.n", "n", n, "all", m.Members)}
	items := section{ID: "saker", Title: w.T("bodies.minutes.items")}
	for k, i := range m.Items {
		items.Points = append(items.Points, openPoint(q, k, i))
	}
	v.Sections = []section{there, items}
	return v.show(q, http.StatusOK, nil)
}

func openPoint(q *web.Req, n int, i bodies.Item) point {
	w := q.T
	a := point{Lines: []string{w.T("bodies.result.none")}}
	if i.Result != nil {
		a = resultPoint(w, i)
	}
	a.Title = w.T("bodies.agenda.n", "n", n+1, "title", title(w, i))
	for _, t := range i.Actions {
		of := t.Of
		if of == "" {
			of = "former"
		}
		a.Lines = append(a.Lines, w.T("bodies.todo.line", "what", t.What, "who", w.T("bodies.voice."+of)))
	}
	return a
}
