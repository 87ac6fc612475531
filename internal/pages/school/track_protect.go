package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// An urgent measure (strakstiltak) waits for no gate: it can be written before
// anything else is done.

func (p *Pages) protect(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	if !f.Has("start") {
		f.Set("start", lang.TypedDate(today(q)))
	}
	return p.askProtect(q, http.StatusOK, f)
}

func (p *Pages) askProtect(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	all, err := p.employeesAt(q, file.School)
	if err != nil {
		return err
	}
	h := p.head(q, file, "")
	what := area(q.T, f, "what", q.T.T("school.protect.what"), q.T.T("school.protect.what-help", "name", h.Name), 3)
	doer := question{Kind: "select", F: employeeField(q.T, f, "doer", q.T.T("school.protect.doer"), unbarred(all, file))}
	start := question{Kind: "date", F: f.Field(q.T, "start", q.T.T("school.protect.start"))}
	start.F.Help = q.T.T("form.date-help")
	return ask(q, code, f, formView{
		Back: backTo(q, h), Line: h.Line, Heading: q.T.T("school.protect.title", "name", h.Name), Lead: q.T.T("school.protect.lead"),
		Questions: []question{what, doer, start}, Buttons: []web.Button{{Text: q.T.T("school.protect.do")}, cancel(q, h)},
	})
}

func (p *Pages) doProtect(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	u := cases.Urgent{What: f.Get("what"), Doer: tilhor.PersonID(f.Get("doer")), Start: f.Day("start")}
	return q.Answer(f, func() (string, error) {
		return done(q, "strakstiltak"), p.Cases.Protect(q.Context(), q.Actor, q.Path("spor"), u)
	}, func(code int, f *web.Form) error { return p.askProtect(q, code, f) })
}

// backTo leads from a form back to its track.
func backTo(q *web.Req, h head) web.Back {
	return web.Back{Href: h.Path, Text: q.T.T("school.track.back", "name", lang.Cap(h.Name))}
}

func cancel(q *web.Req, h head) web.Button {
	return web.Button{Text: q.T.T("do.cancel"), Href: h.Path, Kind: "tertiary"}
}

// done is the track's page, saying what was just done.
func done(q *web.Req, what string) string { return "/saker/" + q.Path("spor") + "?gjort=" + what }
