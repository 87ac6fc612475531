package school

import (
	"strconv"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// craftRoutes are the pages of the handler's craft: what helps whoever works a
// case to do it well, and is asked of nobody.
func (p *Pages) craftRoutes() []web.Route {
	return append(append(append(p.attachRoutes(), p.meetRoutes()...), p.surveyRoutes()...),
		web.Route{Method: "GET", Path: auditPath, Name: "school.audit", Roles: workers, Case: true, Sensitive: true, Serve: p.audit},
		web.Route{Method: "GET", Path: libraryPath, Name: "guide.library", Roles: given, Serve: p.library},
		web.Route{Method: "GET", Path: digitalPath, Name: "guide.digital", Roles: workers, Serve: p.digital},
	)
}

// craftTools are the ways to them from a track.
func craftTools(w *lang.Words, f cases.File) []web.Button {
	all := []web.Button{{Text: w.T("craft.attach.link", "n", len(f.Attachments)), Href: path(f.Track, attachPath)}}
	if f.Works {
		all = append(all, web.Button{Text: w.T("look.link"), Href: path(f.Track, stageInquiry, lookPath)},
			web.Button{Text: w.T("meet.link"), Href: path(f.Track, "moter")}, web.Button{Text: w.T("team.link"), Href: path(f.Track, "ressursteam")})
	}
	if f.Works && f.Arena == tilhor.ArenaDigital { // first where it is what the case is about
		all = append([]web.Button{{Text: w.T("digital.link"), Href: path(f.Track, inWordsPath)}}, all...)
	} else if f.Works {
		all = append(all, web.Button{Text: w.T("digital.link"), Href: path(f.Track, inWordsPath)})
	}
	return append(all, web.Button{Text: w.T("craft.digital.link"), Href: digitalPath})
}

// crafted is what the records of the craft say in the chronology.
func (c chronicle) crafted(r cases.Record) string {
	switch r.Kind {
	case cases.Attached:
		return r.Text["shows"]
	case cases.Unsealed, cases.Advice:
		return r.Text["text"]
	case cases.Met:
		return lines(r.Text["who"], r.Text["text"])
	case cases.Agreed:
		return lines(r.Text["what"], r.Text["who"], c.on(r))
	case cases.AgreedDone:
		return lines(c.agreedText(r.Ref), r.Text["line"])
	case cases.Asked:
		return lines(r.Text["place"], r.Text["look"])
	case cases.AskDeclined:
		return r.Text["reason"]
	case cases.ToFind:
		return lines(r.Text["question"], r.Text["whom"])
	case cases.Surveyed:
		return lines(r.Text["whom"], c.named("reasons", r.Text["reason"]), r.Text["questions"])
	case cases.FoundOut:
		return lines(c.toFind(r.Ref), r.Text["line"])
	}
	return ""
}

// toFind is what a thing that was ticked off was about.
func (c chronicle) toFind(id string) string {
	if r := c.f.Record(tilhor.RecordID(id)); r != nil {
		return r.Text["question"]
	}
	return ""
}

func (c chronicle) craftLink(r cases.Record) (href, text string) {
	if r.Kind == cases.Attached {
		return path(c.f.Track, attachPath, r.Ref), c.t("link.attached")
	}
	return "", ""
}

const digitalPath = "/digitale-hendelser"

var craftGuidePage = page("craft_guide")

type craftGuideView struct {
	web.Frame
	Lead  string
	Parts []guidePart
}

// digital is the guide to what happens on the net (digitale hendelser), with as
// little kept as possible. It names no child and calls nobody.
func (p *Pages) digital(q *web.Req) error {
	w := q.T
	return q.Render(craftGuidePage, craftGuideView{q.Frame(w.T("craft.digital.title")), w.T("craft.digital.lead"), craftParts(w, "craft.digital", "first", "school", "little", "never", "who")})
}

// craftParts are the parts of a guide, as long as there are lines.
func craftParts(w *lang.Words, key string, parts ...string) (all []guidePart) {
	for _, part := range parts {
		g := guidePart{Title: w.T(key + "." + part)}
		for i := 1; w.Has(key + "." + part + "." + strconv.Itoa(i)); i++ {
			g.Lines = append(g.Lines, w.T(key+"."+part+"."+strconv.Itoa(i)))
		}
		all = append(all, g)
	}
	return all
}
