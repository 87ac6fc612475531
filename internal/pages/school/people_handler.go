package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// Who handles a track (saksbehandler): anyone who works at the school can be
// asked. Rektor decides.

func (p *Pages) handler(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askHandler(q, http.StatusOK, f)
}

func (p *Pages) askHandler(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	if !file.Lead {
		return tilhor.ErrNotFound
	}
	all, err := p.employeesAt(q, file.School)
	if err != nil {
		return err
	}
	h := p.head(q, file, "")
	field := employeeField(q.T, f, "handler", q.T.T("school.handler.who"), unbarred(all, file))
	field.Help = q.T.T("school.handler.who-help")
	v := formView{
		Back: backTo(q, h), Line: h.Line, Heading: q.T.T("school.handler.title", "name", h.Name), Lead: q.T.T("school.handler.none"),
		Questions: []question{{Kind: "select", F: field}}, Buttons: []web.Button{{Text: q.T.T("school.handler.do")}, cancel(q, h)},
	}
	if file.Has != "" {
		v.Lead = q.T.T("school.handler.now", "who", file.Has)
	}
	a, err := p.Cases.AwayOf(q.Context(), q.Actor, file.Slug)
	if err != nil {
		return err
	}
	if a.ID != "" { // for a while, or for good
		v.Note = &web.Note{Color: "info", Title: q.T.T("absence.handler", "who", a.Name, "from", q.T.DayMonth(a.From), "until", q.T.DayMonth(a.Until))}
		v.Questions = append(v.Questions, radios(q.T, f, "how", q.T.T("absence.handler.how"), "while", "absence.handler.while", "good", "absence.handler.good"))
	}
	return ask(q, code, f, v)
}

func (p *Pages) doHandler(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	a, err := p.Cases.AwayOf(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	if a.ID != "" && f.Choice("how", "absence.fault.how", "while", "good") != "good" {
		return q.Answer(f, func() (string, error) {
			return done(q, "vikar"), p.Cases.Cover(q.Context(), q.Actor, q.Path("spor"), tilhor.PersonID(f.Get("handler")))
		}, func(code int, f *web.Form) error { return p.askHandler(q, code, f) })
	}
	return q.Answer(f, func() (string, error) {
		return done(q, "ansvar"), p.Cases.Appoint(q.Context(), q.Actor, q.Path("spor"), tilhor.PersonID(f.Get("handler")))
	}, func(code int, f *web.Form) error { return p.askHandler(q, code, f) })
}

// Who a pupil is that was only described. The clocks keep their first time.

func (p *Pages) identify(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askIdentify(q, http.StatusOK, f)
}

func (p *Pages) askIdentify(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	if !file.Lead {
		return tilhor.ErrNotFound
	}
	if file.Pupil != "" {
		return q.See(path(file.Track))
	}
	all, err := p.pupilsAt(q, file.School)
	if err != nil {
		return err
	}
	shielded, err := p.Cases.ShieldedPupils(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	all = append(all, shielded...)
	h := p.head(q, file, "")
	v := formView{
		Back: backTo(q, h), Line: h.Line, Heading: q.T.T("school.identify.title"), Lead: q.T.T("school.identify.lead"),
		Questions: []question{pupilAsked(q.T, f, "pupil", q.T.T("school.identify.who"), q.T.T("school.identify.who-help"), all)},
		Buttons:   []web.Button{{Text: q.T.T("school.identify.do")}, cancel(q, h)},
	}
	if file.Described != "" {
		v.Note = &web.Note{Color: "info", Title: q.T.T("school.identify.described"), Text: lang.Cap(file.Described)}
	}
	return ask(q, code, f, v)
}

func (p *Pages) doIdentify(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	return q.Answer(f, func() (string, error) {
		return done(q, "elev"), p.Cases.Identify(q.Context(), q.Actor, q.Path("spor"), pupilOf(f, "pupil"))
	}, func(code int, f *web.Form) error { return p.askIdentify(q, code, f) })
}
