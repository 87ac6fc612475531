package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/privacy"
	"tilhor/internal/web"
)

// Emergency access (nødtilgang): one track, one hour, a written reason. Whoever
// has the track is told at once, and somebody else looks at it afterwards.

func (p *Pages) breakGlass(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askBreak(q, http.StatusOK, f)
}

func (p *Pages) askBreak(q *web.Req, code int, f *web.Form) error {
	may, err := p.Cases.MayBreak(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	if !may {
		return tilhor.ErrNotFound
	}
	w := q.T
	line := func(name string) question {
		x := f.Field(w, name, w.T("insight.break."+name))
		x.Help, x.Autocomplete, x.Spell, x.Max = w.T("insight.break."+name+"-help"), "off", "false", 200
		return question{Kind: "text", F: x}
	}
	return ask(q, code, f, formView{
		Back: web.Back{Href: "/i-dag", Text: w.T("nav.today")}, Heading: w.T("insight.break.title"), Lead: w.T("insight.break.lead"),
		Note:      &web.Note{Color: "info", Title: w.T("insight.break.note"), Text: w.T("insight.break.note-text")},
		Questions: []question{line("number"), line("name"), area(w, f, "reason", w.T("insight.break.reason"), w.T("insight.break.reason-help"), 4)},
		Buttons:   []web.Button{{Text: w.T("insight.break.do")}, {Text: w.T("do.cancel"), Href: "/i-dag", Kind: "tertiary"}},
	})
}

func (p *Pages) doBreak(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	return q.Answer(f, func() (string, error) {
		slug, err := p.Cases.Break(q.Context(), q.Actor, cases.Emergency{Number: f.Line("number"), Name: f.Line("name"), Reason: f.Get("reason")})
		return "/saker/" + slug + "?gjort=nodtilgang", err
	}, func(code int, f *web.Form) error { return p.askBreak(q, code, f) })
}

var glassPage = page("glass")

type glassView struct {
	web.Frame
	Back    web.Back
	Line    string
	Heading string
	Faults  *web.Summary
	Done    *web.Note
	Form    *web.Form
	Path    string
	Items   []glassShown
	Empty   *web.Empty
}

// A glassShown is one emergency access; the first one that waits has the form.
type glassShown struct {
	Title   string
	Tag     web.Tag
	State   web.State
	Facts   web.Facts
	ID      string
	Verdict web.Field
	Reason  web.Field
}

// glass tells who opened the track in an emergency, why, and what was said of it.
func (p *Pages) glass(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showGlass(q, http.StatusOK, f)
}

func (p *Pages) showGlass(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "glass")
	if err != nil {
		return err
	}
	all, err := p.Cases.GlassOf(q.Context(), q.Actor, file.Track)
	if err != nil {
		return err
	}
	w, h := q.T, p.head(q, file, "")
	v := glassView{Back: backTo(q, h), Line: h.Line, Form: f, Path: q.R.URL.Path, Faults: web.SummaryOf(w, f.Faults), Done: doneNote(q, "sett-pa")}
	v.Heading = w.T("insight.glass.title", "n", len(all), "name", h.Name)
	if len(all) == 0 {
		v.Heading = w.T("insight.glass.none", "name", h.Name)
		v.Empty = &web.Empty{Title: w.T("insight.glass.none-title"), Text: w.T("insight.glass.none-text")}
	}
	asked := false
	for _, o := range all {
		x := glassOf(q, file, o)
		if file.Lead && o.Verdict == "" && o.Person != q.Actor.Person && !asked {
			asked = true
			x.ID = o.ID
			x.Verdict = radios(w, f, "verdict", w.T("insight.glass.verdict"), "right", "insight.glass.right", "wrong", "insight.glass.wrong").F
			x.Reason = area(w, f, "reason", w.T("insight.glass.why"), w.T("insight.glass.why-help"), 3).F
		}
		v.Items = append(v.Items, x)
	}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	return q.RenderStatus(code, glassPage, v)
}

func glassOf(q *web.Req, file cases.File, o privacy.Opening) glassShown {
	w := q.T
	x := glassShown{Tag: web.TagOf(w, "lokal")}
	r := file.Record(tilhor.RecordID(o.ID))
	if r == nil {
		return x
	}
	x.Title = w.T("insight.glass.who", "who", r.Name, "role", roleName(w, o.Role))
	x.Facts.Items = []web.Fact{
		{Term: w.T("insight.glass.when"), Text: w.T("insight.glass.from-until", "from", w.DateTime(o.At), "until", w.Time(o.Until))},
		{Term: w.T("insight.glass.reason"), Text: r.Text["reason"]},
	}
	switch {
	case o.Verdict == "" && o.ReviewBy < today(q):
		x.State = web.State{Name: web.Late, Word: w.T("insight.glass.late")}
	case o.Verdict == "":
		x.State = web.State{Name: web.Now, Word: lang.Cap(w.T("insight.glass.review-by", "date", w.NearDay(o.ReviewBy, today(q))))}
	default:
		x.State = web.State{Name: web.OK, Word: w.T("insight.glass.verdict." + o.Verdict)}
		for _, y := range file.Of(cases.GlassReviewed) {
			if y.Ref == o.ID {
				x.Facts.Items = append(x.Facts.Items, web.Fact{Term: w.T("insight.glass.seen-by"), Text: lines(y.Name+", "+w.DateTime(y.When.At), y.Text["reason"])})
			}
		}
	}
	return x
}

func (p *Pages) reviewGlass(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	verdict := f.Choice("verdict", "cases.fault.verdict", privacy.Verdicts...)
	return q.Answer(f, func() (string, error) {
		return q.R.URL.Path + "?gjort=sett-pa", p.Cases.ReviewGlass(q.Context(), q.Actor, q.Path("spor"), tilhor.RecordID(f.Line("id")), verdict, f.Get("reason"))
	}, func(code int, f *web.Form) error { return p.showGlass(q, code, f) })
}

// glass tells an emergency access, and what was said of it, in the chronology.
func (c chronicle) glass(r cases.Record) string {
	return lines(c.named("reasons", r.Text["reason"]))
}
