package school

import (
	"net/http"

	"tilhor/internal/cases"
	"tilhor/internal/web"
)

// A closed or stepped-down track is opened again as the same story.

func (p *Pages) reopen(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askReopen(q, http.StatusOK, f)
}

func (p *Pages) askReopen(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	if file.State == cases.Open {
		return q.See(path(file.Track))
	}
	h := p.head(q, file, "")
	if !file.SameStory(today(q)) {
		return p.askAnew(q, code, f, file, h)
	}
	return ask(q, code, f, formView{
		Back: backTo(q, h), Line: h.Line, Heading: q.T.T("school.reopen.title", "name", h.Name), Lead: q.T.T("school.reopen.lead"),
		Questions: []question{area(q.T, f, "reason", q.T.T("school.reopen.reason"), q.T.T("school.reopen.reason-help"), 4)},
		Buttons:   []web.Button{{Text: q.T.T("school.reopen.do")}, cancel(q, h)},
	})
}

func (p *Pages) doReopen(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	if f.Get("do") == "ny" {
		return p.doAnew(q, f)
	}
	return q.Answer(f, func() (string, error) {
		return done(q, "apnet"), p.Cases.Reopen(q.Context(), q.Actor, q.Path("spor"), f.Get("reason"))
	}, func(code int, f *web.Form) error { return p.askReopen(q, code, f) })
}
