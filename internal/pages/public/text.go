package public

import (
	"tilhor"
	"tilhor/internal/web"
)

var textPages = map[string]*web.Page{"privacy": page("privacy"), "accessibility": page("accessibility"), "help": page("help")}

type textView struct {
	web.Frame
	Phone  *phone
	DPO    string
	DPIA   tilhor.Date
	Front  string
	Reach  *web.Facts  // Statsforvalteren and the ombud
	Levels []levelLink // privacy in the words of each age; none on the other pages
}

// text serves a page of words: what the municipality does with what it is told,
// how well the pages work for everyone, and whom to ask.
func text(name string) func(*web.Req) error {
	return func(q *web.Req) error {
		o := q.Kit.Owner
		v := textView{Frame: q.Frame(q.T.T("public." + name + ".title")), Phone: phoneOf(q), DPO: o.DPO, DPIA: o.DPIA, Front: q.Link("/"), Reach: o.Reach()}
		if name == "privacy" {
			v.Levels = privacyLevels(q, "foresatt")
		}
		return q.Render(textPages[name], v)
	}
}
