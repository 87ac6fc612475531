package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/web"
)

// What a family takes up with rektor by voice starts the week of § 12-6, from
// when it was said and not from when it was written.

func (p *Pages) raise(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askRaise(q, http.StatusOK, f)
}

func (p *Pages) askRaise(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	if !file.Lead {
		return tilhor.ErrNotFound
	}
	h := p.head(q, file, "")
	by := []question{radios(q.T, f, "by", q.T.T("school.raise.by"), "pupil", "school.raise.pupil", "parent", "school.raise.parent")}
	if file.Home {
		home, err := p.Cases.HomeOf(q.Context(), q.Actor, file.Slug)
		if err != nil {
			return err
		}
		x := guardianField(q.T, f, "parent", q.T.T("school.raise.which"), home)
		x.Mark, x.Help = q.T.T("form.optional"), q.T.T("school.raise.which-help")
		by = append(by, question{Kind: "select", F: x})
	}
	return ask(q, code, f, formView{
		Back: backTo(q, h), Line: h.Line, Heading: q.T.T("school.raise.title"), Lead: q.T.T("school.raise.lead"),
		Questions: append(by,
			whenAsked(q.T, f, "at", q.T.T("school.raise.at")),
			area(q.T, f, "text", q.T.T("school.raise.text"), q.T.T("school.raise.text-help"), 5),
		), Buttons: []web.Button{{Text: q.T.T("school.raise.do")}, cancel(q, h)},
	})
}

func (p *Pages) doRaise(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	r := cases.Raise{By: f.Choice("by", "cases.fault.by", "pupil", "parent"), Parent: tilhor.PersonID(f.Get("parent")), At: readWhen(f, "at", q.Now), Text: f.Get("text")}
	return q.Answer(f, func() (string, error) {
		return done(q, "tatt-opp-med-rektor"), p.Cases.Raise(q.Context(), q.Actor, q.Path("spor"), r)
	}, func(code int, f *web.Form) error { return p.askRaise(q, code, f) })
}
