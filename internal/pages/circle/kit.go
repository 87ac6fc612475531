package circle

import (
	"net/http"
	"slices"

	"tilhor/internal/circles"
	"tilhor/internal/web"
)

type kitView struct {
	web.Frame
	Back      web.Back
	Faults    *web.Summary
	Note      web.Note
	There     []web.Button // the groups that exist already
	Agenda    []string
	Stories   []string
	Form      *web.Form
	Questions []question
	None      string // why there is no form
	Ideas     []string
	Modules   []module
	Kits      []kit
}

// kit is the start kit: an hour's meeting, agreements to choose from, and the next
// date. What stands on it is the same for every parent but for the own classes.
func (p *Pages) kit(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showKit(q, http.StatusOK, f)
}

func (p *Pages) showKit(q *web.Req, code int, f *web.Form) error {
	all, err := p.Circles.Mine(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w, bare := q.T, slices.ContainsFunc(all, func(x circles.Place) bool { return x.SchoolName == "" })
	v := kitView{
		Frame: frame(q, w.T("circles.title"), bare), Back: web.Back{Href: "/foresatt", Text: w.T("parent.back")}, Faults: web.SummaryOf(w, f.Faults), Note: note(w), Form: f,
		Agenda: numbered(w, "circles.agenda"), Stories: numbered(w, "circles.story"), Ideas: numbered(w, "circles.idea"), Modules: modules(w), Kits: kits(w),
	}
	v.Faulty = code == http.StatusUnprocessableEntity
	unit := f.Field(w, "unit", w.T("circles.unit"))
	for _, u := range all {
		name := placed(w, u.Unit, u.SchoolName)
		if u.Circle != "" {
			v.There = append(v.There, web.Button{Text: w.T("circles.open", "name", name), Href: path + "/" + u.Circle, Kind: "secondary"})
			continue
		}
		unit.Options = append(unit.Options, web.Option{Value: u.Key(), Label: name, Checked: f.Ticked("unit", u.Key())})
	}
	if len(unit.Options) == 0 {
		v.None = w.T("circles.none")
	} else {
		v.Questions = append([]question{{Kind: "radios", F: unit}}, agreeing(w, f)...)
	}
	return q.RenderStatus(code, kitPage, v)
}

func (p *Pages) start(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	a := agreedOf(f)
	return q.Answer(f, func() (string, error) {
		slug, err := p.Circles.Start(q.Context(), q.Actor, f.Get("unit"), a)
		return path + "/" + slug + "?gjort=startet", err
	}, func(code int, f *web.Form) error { return p.showKit(q, code, f) })
}
