package school

import (
	"strconv"

	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

var guidePage = page("talk_guide")

// A guidePart is one part of the guide to a talk with a child.
type guidePart struct {
	Title string
	Lines []string
	Last  string
}

// guideParts are before and during, what is different with each age, and after.
// The questions are open ones: what a child says to «fortell» is the child's own
// (Udir, Samtaler med barn og unge).
func guideParts(w *lang.Words) []guidePart {
	var all []guidePart
	for _, part := range []string{"before", "during", roster.Young, roster.Middle, roster.Teen, "after"} {
		g := guidePart{Title: w.T("stage.guide." + part)}
		for i := 1; w.Has("stage.guide." + part + "." + strconv.Itoa(i)); i++ {
			g.Lines = append(g.Lines, w.T("stage.guide."+part+"."+strconv.Itoa(i)))
		}
		if w.Has("stage.guide." + part + ".last") {
			g.Last = w.T("stage.guide." + part + ".last")
		}
		all = append(all, g)
	}
	return all
}

type guideData struct {
	web.Frame
	Parts []guidePart
}

// guide is the guide alone, to print and take along: it names no child.
func (p *Pages) guide(q *web.Req) error {
	return q.Render(guidePage, guideData{q.Frame(q.T.T("stage.guide.title")), guideParts(q.T)})
}
