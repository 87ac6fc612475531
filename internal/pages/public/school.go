package public

import (
	"slices"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/front"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
	"tilhor/internal/web/say"
)

var schoolPage = page("school")

type schoolView struct {
	web.Frame
	Lead     string
	People   web.Facts
	Works    string
	Say      string // where one tells
	Pictures string // the same, with pictures
	When     string // when it is read
	Plan     string
	Poster   string
	Did      string // what was suggested, and what came of it; "" where a test has none
	Code     string // what a code is, for who tells without a name
	Enter    string // where it is typed in
	Bodies   string // what its pupils and parents have decided together

	Reach *web.Facts // Statsforvalteren and the ombud
}

// school is a school's own page for everyone: the right to be safe, the way to
// tell, whom to talk to, and where else to turn. No count and no case ever
// changes it.
func (p *Pages) school(q *web.Req) error {
	s, err := q.SchoolHere()
	if err != nil {
		return err
	}
	adults, err := Adults(p.Front)(q, s)
	if err != nil {
		return err
	}
	w, at := q.T, "/s/"+web.SchoolCode(s)
	v := schoolView{
		Frame: q.Frame(w.T("public.school.title")), Lead: w.T("public.school.lead"), Works: q.Link(at + "/ansatt"),
		Say: q.Link(at + "/si"), Pictures: q.Link(at + "/si/bilder"), Poster: q.Link(at + "/plakat"), When: w.T("public.school.say-text"),
	}
	if s.HasSFO {
		v.Lead = w.T("public.school.lead-sfo")
	}
	v.Reach = q.Kit.Owner.Reach()
	v.School, v.Home, v.Formless = s.Name, q.Link("/"), true
	v.Code, v.Enter = q.Link("/s/"+web.SchoolCode(s)+"/si/kode"), q.Link("/kode")
	if p.Bodies {
		v.Bodies = q.Link(at + "/rad")
	}
	v.People = people(w, adults)
	if p.Ideas != nil {
		v.Did = q.Link(at + didPath)
	}
	if p.Front == nil {
		return q.Render(schoolPage, v)
	}
	shown, err := p.Front.Show(q.Context(), q.Kit.Owner.ID, s.ID)
	if err != nil {
		return err
	}
	v.Plan = shown.Plan
	if l := shown.On(calendar.DateOf(q.Now)); l != nil {
		v.When = w.T("public.school.shut-"+l.Reads, "day", lang.In((*lang.Words).Day, l.Until))
	}
	return q.Render(schoolPage, v)
}

// people are the adults with what they help with, and where and when they are.
func people(w *lang.Words, adults []say.Adult) (f web.Facts) {
	for _, a := range adults {
		text := a.What
		if a.Where != "" {
			text += ". " + a.Where
		}
		f.Items = append(f.Items, web.Fact{Term: a.Name, Text: text})
	}
	if !slices.ContainsFunc(adults, func(a say.Adult) bool { return a.Leads }) {
		f.Items = append(f.Items, web.Fact{Term: w.T("role.rektor"), Text: w.T("public.school.ask-office")})
	}
	return f
}

// Adults are those whom a child may turn to at a school: those who have said yes
// to stand on its page and are there today, and else whom the lists name.
func Adults(d *front.Desk) func(q *web.Req, s roster.School) ([]say.Adult, error) {
	return func(q *web.Req, s roster.School) ([]say.Adult, error) {
		if d == nil {
			return say.Known(q, s)
		}
		shown, err := d.Show(q.Context(), q.Kit.Owner.ID, s.ID)
		if err != nil {
			return nil, err
		}
		if len(shown.Helpers) == 0 {
			return say.Known(q, s)
		}
		var all []say.Adult
		for _, l := range shown.Here() {
			a := say.Adult{ID: l.Person, Name: l.Name, What: l.What, Where: l.When, Picture: "talk", Leads: slices.ContainsFunc(l.Roles, tilhor.Role.Leads), Not: !l.Choose}
			if a.What == "" && len(l.Roles) > 0 {
				a.What = q.T.T("role." + string(l.Roles[0]))
			}
			for role, picture := range map[tilhor.Role]string{tilhor.RoleNurse: "plaster", tilhor.RoleTeacher: "book", tilhor.RoleSFO: "sfo", tilhor.RoleRektor: "door", tilhor.RoleDeputy: "door"} {
				if slices.Contains(l.Roles, role) {
					a.Picture = picture
				}
			}
			all = append(all, a)
		}
		return all, nil
	}
}
