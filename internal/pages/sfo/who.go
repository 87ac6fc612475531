package sfo

import (
	"net/url"

	"tilhor"
	"tilhor/internal/sfo"
	"tilhor/internal/web"
)

var whoPage = page("who")

type whoView struct {
	web.Frame
	Lead   string
	Note   *web.Note
	Faces  []faceShown
	Empty  *web.Empty
	Phone  string
	Dial   string
	Open   string // where who works here can tell without the machine
	Closed bool
}

type faceShown struct{ Href, Name, State string }

// who asks who it is. Outside the hours nobody is named, and the page says how to
// tell all the same: the duty to tell has no opening hours (§ 12-4).
func (p *Pages) who(q *web.Req) error {
	s, err := school(q)
	if err != nil {
		return err
	}
	faces, err := p.SFO.Who(q.Context(), place(q))
	if err != nil {
		return err
	}
	w, kept := q.T, q.KeptText(q.Query("kladd"))
	v := whoView{Closed: !q.Tablet.Open, Phone: q.Kit.Owner.Phone, Dial: web.Dial(q.Kit.Owner.Phone), Open: q.Link(openPath(q))}
	title := w.T("sfo.who.title")
	v.Lead = w.T("sfo.who.lead", "name", q.Tablet.Name, "time", w.Time(q.Tablet.Closes))
	if v.Closed {
		title, v.Lead = w.T("sfo.closed.title"), w.T("sfo.closed.lead")
	}
	switch {
	case kept != "" && v.Closed:
		v.Note = &web.Note{Color: "info", Role: "status", Title: w.T("sfo.kept.closed"), Text: w.T("sfo.kept.closed-text")}
	case kept != "":
		v.Note = &web.Note{Color: "info", Role: "status", Title: w.T("sfo.kept.title"), Text: w.T("sfo.kept.text")}
	case q.Query("gjort") == "ut" && !v.Closed:
		v.Note = &web.Note{Color: "success", Role: "status", Title: w.T("sfo.out")}
	}
	for _, f := range faces {
		x := faceShown{Href: q.Link(pinPath(f.ID, kept)), Name: f.Name}
		if f.State != sfo.Ready {
			x.State = w.T("sfo.state." + f.State)
		}
		v.Faces = append(v.Faces, x)
	}
	if len(v.Faces) == 0 && !v.Closed {
		v.Empty = &web.Empty{Title: w.T("sfo.who.empty"), Text: w.T("sfo.who.empty-text")}
	}
	v.Frame = q.Frame(title)
	v.School = s.Name
	return q.Render(whoPage, v)
}

// pinPath is where somebody gives the six digits; a text that waits goes along.
func pinPath(id tilhor.PersonID, kept string) string {
	path := web.TabletPath + "/kode/" + url.PathEscape(string(id))
	if kept != "" {
		path += "?kladd=" + kept
	}
	return path
}

// leave signs out on the machine.
func (p *Pages) leave(q *web.Req) error {
	if err := web.SignOut(q); err != nil {
		return err
	}
	return q.See(web.TabletPath + "?gjort=ut")
}
