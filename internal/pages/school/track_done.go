package school

import (
	"slices"
	"strings"

	"tilhor/internal/cases"
	"tilhor/internal/web"
)

// trackDone are the acts after which the track's page says what was done. The
// stage pages may send their readers there as well.
var trackDone = []string{
	"tatt-opp", "lagret", "skrevet", "strakstiltak", "ansvar", "vikar", "elev", "tatt-opp-med-rektor", "apnet",
	"rettet", "ikke-rettet", "nodtilgang", "samtale", "undersokt", "godkjent", "evaluert", "avsluttet", "trappet-ned", "spurt-igjen",
	"alvorlig", "kommunen", "inhabil", "parten", "habil", "navngitt-anklaget", "eget-spor", "tatt-ut",
}

// doneNote is what ?gjort= says was just done, if it is one of those that the
// page knows.
func doneNote(q *web.Req, known ...string) *web.Note {
	what := q.Query("gjort")
	if !slices.Contains(known, what) {
		return nil
	}
	return &web.Note{Color: "success", Role: "status", Title: q.T.T("school.done." + what)}
}

// doneTrack says besides who has the track now.
func (p *Pages) doneTrack(q *web.Req, f cases.File) *web.Note {
	n := doneNote(q, trackDone...)
	if n == nil {
		return nil
	}
	who := []string{}
	if f.Has != "" {
		who = append(who, q.T.T("school.done.has", "who", f.Has))
	} else if f.State == cases.Open {
		who = append(who, q.T.T("school.done.nobody"))
	}
	n.Text = strings.Join(who, " ")
	return n
}
