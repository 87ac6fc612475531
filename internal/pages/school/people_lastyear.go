package school

import (
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// Who leaves with the last grade, and what can be done before summer: a case does
// not follow the pupil to the next school by itself.

var lastYearPage = page("people_lastyear")

type lastYearView struct {
	web.Frame
	Back          web.Back
	Heading, Lead string
	Law           web.Note
	Rows          []leaverRow
	Empty         web.Empty
}

// A leaverRow is one case, how far it has come, and what can be done with it.
type leaverRow struct {
	Name, Line, State string
	Href              string
	Does              []web.Button
}

func (p *Pages) lastYear(q *web.Req) error {
	rows, grade, err := p.Cases.LastYear(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	v := lastYearView{
		Back: schoolBack(q), Heading: w.T("absence.last.none"), Lead: w.T("absence.last.lead"),
		Law:   web.Note{Color: "info", Title: w.T("absence.last.law"), Text: w.T("absence.last.law-text")},
		Empty: web.Empty{Title: w.T("absence.last.empty"), Text: w.T("absence.last.empty-text")},
	}
	if grade == 0 {
		v.Empty = web.Empty{Title: w.T("absence.last.no-grade"), Text: w.T("absence.last.no-grade-text")}
	}
	if len(rows) > 0 {
		v.Heading = numbered(w, "absence.last.title", len(rows), "grade", grade)
	}
	for _, r := range rows {
		does := []web.Button{
			{Text: w.T("absence.last.end"), Href: path(r.Track, stageEnd)},
			{Text: w.T("absence.last.move"), Href: path(r.Track, "skolebytte")},
			{Text: w.T("absence.last.leave"), Href: path(r.Track, "slutter")},
		}
		v.Rows = append(v.Rows, leaverRow{
			Name: rowName(w, r.Track, false), Line: w.T("school.case", "number", r.Number) + " · " + hasIt(w, r),
			State: w.T("absence.last.at", "stage", lang.Cap(rowStage(w, r))), Href: path(r.Track), Does: does,
		})
	}
	v.Frame = q.Frame(v.Heading)
	return q.Render(lastYearPage, v)
}
