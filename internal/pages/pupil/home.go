package pupil

import (
	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

var homePage = page("home")

type homeView struct {
	web.Frame
	Lead     string
	Say      string
	Pictures string
	Told     []row
}

// A row is one thing that the reader told.
type row struct {
	Href, When string
	State      *web.State // none for a pupil: how far it has come stands behind the lock
}

// home is where a pupil or a parent begins: to tell, and what they have told. The
// words stand on the page of each, and not in the list, which somebody may see
// over a shoulder.
func (p *Pages) home(q *web.Req) error {
	all, err := p.Concerns.Mine(q.Context(), q.Actor, concerns.MostTold)
	if err != nil {
		return err
	}
	w := q.T
	v := homeView{Frame: frame(q, w.T("pupil.home.title")), Lead: w.T("pupil.home.lead." + string(q.Actor.Role)), Say: "/min/si"}
	if q.Actor.Role == tilhor.RolePupil {
		v.Pictures = v.Say + "/bilder"
	}
	for _, c := range all {
		told := row{Href: HomePath + "/" + c.Slug, When: lang.Cap(w.Near(c.Written, q.Now))}
		if q.Actor.Role != tilhor.RolePupil {
			state := stateOf(w, neutral(q, c))
			told.State = &state
		}
		v.Told = append(v.Told, told)
	}
	return q.Render(homePage, v)
}

// frame is the surface of who tells for themselves, whatever the frame thinks of
// the role.
func frame(q *web.Req, title string) web.Frame {
	f := q.Frame(title)
	f.Surface, f.Exit, f.Neutral, f.Home = web.Public, true, true, HomePath
	return f
}

// stateOf is how far it has come, as the one who told may know it.
func stateOf(w *lang.Words, c concerns.Concern) web.State {
	switch {
	case c.State != concerns.New:
		return web.State{Name: web.OK, Word: w.T("pupil.state." + string(c.State))}
	case !c.ReadAt.IsZero():
		return web.State{Name: web.OK, Word: w.T("pupil.state.read")}
	}
	return web.State{Name: web.Wait, Word: w.T("pupil.state.new")}
}

// schoolOf is the pupil's own school.
func schoolOf(q *web.Req) (s roster.School, err error) {
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		s, err = q.Kit.Roster.School(tx, q.Actor.Owner, q.Actor.School)
		return err
	})
	return s, err
}

// level is the version a pupil begins with, from the year in the name of the class:
// 1–3 with pictures, 4–7, and from 8. Another can be chosen.
func level(q *web.Req, _ roster.School) string {
	if q.Actor.Role != tilhor.RolePupil {
		return roster.Middle
	}
	var age string
	err := q.Kit.DB.Read(q.Context(), func(tx *db.Tx) (err error) {
		age, err = q.Kit.Roster.Age(tx, q.Actor.Owner, q.Actor.Person, calendar.DateOf(q.Now))
		return err
	})
	if err != nil {
		return roster.Middle
	}
	return age
}
