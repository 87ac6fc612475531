package school

import (
	"net/http"

	"tilhor/internal/cases"
	"tilhor/internal/web"
)

// What is done is written down (§ 12-4 fourth paragraph): a line, that the
// parents were told, or that they were told of the way to Statsforvalteren.

func (p *Pages) note(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	if what := map[string]string{"foreldre": "parents-informed", "statsforvalteren": "rights-informed"}[q.Query("hva")]; what != "" && !f.Has("what") {
		f.Set("what", what) // the reader came from a link that says so
	}
	return p.askNote(q, http.StatusOK, f)
}

func (p *Pages) askNote(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	h := p.head(q, file, "")
	return ask(q, code, f, formView{
		Back: backTo(q, h), Line: h.Line, Heading: q.T.T("school.note.title", "name", h.Name), Lead: q.T.T("school.note.lead"),
		Questions: []question{
			radios(q.T, f, "what", q.T.T("school.note.what"), "note", "school.note.note", "parents-informed", "school.note.parents", "rights-informed", "school.note.rights"),
			whenAsked(q.T, f, "at", q.T.T("school.note.at")),
			area(q.T, f, "text", q.T.T("school.note.text"), q.T.T("school.note.text-help"), 5),
		}, Buttons: []web.Button{{Text: q.T.T("school.note.do")}, cancel(q, h)},
	})
}

func (p *Pages) doNote(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	l := cases.Line{What: f.Choice("what", "school.note.fault.what", "note", "parents-informed", "rights-informed"), Text: f.Get("text"), At: readWhen(f, "at", q.Now)}
	return q.Answer(f, func() (string, error) {
		return done(q, "skrevet"), p.Cases.Write(q.Context(), q.Actor, q.Path("spor"), l)
	}, func(code int, f *web.Form) error { return p.askNote(q, code, f) })
}
