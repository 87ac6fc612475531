package school

import (
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

var matterPage = page("matter")

// A matterView is one matter (sak) with the tracks that the reader may see,
// side by side with walls between. Each pupil and each home sees one only.
type matterView struct {
	web.Frame
	Back    web.Back
	Line    string
	Heading string
	Done    *web.Note
	Tracks  []matterTrack
}

type matterTrack struct {
	Href, Name, Class string
	Facts             web.Facts
	State             web.State
	What              string
}

func (p *Pages) matter(q *web.Req) error {
	rows, err := p.Cases.Matter(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	if len(rows) == 1 {
		return q.See(path(rows[0].Track))
	}
	w := q.T
	v := matterView{
		Back: web.Back{Href: "/saker", Text: w.T("school.list.back")}, Heading: w.T("school.matter.title", "n", len(rows)), Done: doneNote(q, "tatt-opp"),
		Line: lang.Cap(w.T("school.case", "number", rows[0].Number)) + ", " + place(w, rows[0].Arena),
	}
	for _, r := range rows {
		v.Tracks = append(v.Tracks, p.matterTrack(q, r))
	}
	v.Frame = q.Frame(v.Heading)
	return q.Render(matterPage, v)
}

func (p *Pages) matterTrack(q *web.Req, r cases.Row) matterTrack {
	w := q.T
	t := matterTrack{Href: path(r.Track), Name: rowName(w, cases.Track{Name: r.Name, Shielded: r.Shielded}, false), Class: r.Class}
	t.Facts = web.Facts{Stack: true, Items: []web.Fact{
		{Term: w.T("school.list.stage"), Text: rowStage(w, r)},
		{Term: w.T("school.list.has"), Text: hasIt(w, r)},
		{Term: w.T("school.matter.home"), Text: w.T("school.matter.home-text", "name", short(w, r.Track))},
	}}
	t.State = web.State{Name: web.OK, Word: w.T("school.list.calm")}
	if d, ok := urgent(r.Duties); ok {
		row := web.DutyNow(w, d, calendar.DateOf(q.Now))
		t.State, t.What = row.State, row.What
	}
	return t
}
