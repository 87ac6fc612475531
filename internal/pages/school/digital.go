package school

import (
	"net/http"

	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// inWordsPath is the page where what happened on the net is written in words.
const inWordsPath = "nett"

// inWords asks for what happened on the net, so that no picture is needed.
func (p *Pages) inWords(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askInWords(q, http.StatusOK, f)
}

func (p *Pages) doInWords(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	e := cases.DigitalEvent{At: readWhen(f, "at", q.Now), Service: f.Line("service"), Text: f.Get("happened"), Seen: f.Line("seen-by"), Keeper: f.Line("keeper")}
	return q.Answer(f, func() (string, error) {
		return "/saker/" + q.Path("spor") + "/" + stageInquiry + "?gjort=kilde", p.Cases.Describe(q.Context(), q.Actor, q.Path("spor"), e)
	}, func(code int, f *web.Form) error { return p.askInWords(q, code, f) })
}

func (p *Pages) askInWords(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	w, h := q.T, p.head(q, file, "")
	line := func(name, help string, free bool) question {
		x := f.Field(w, name, w.T("digital."+name))
		x.Help = help
		if free {
			x.Mark = w.T("form.optional")
		}
		return question{Kind: "text", F: x}
	}
	return ask(q, code, f, formView{
		Back: backTo(q, h), Line: h.Line, Heading: lang.Cap(w.T("digital.title", "name", h.Name)), Lead: w.T("digital.lead"),
		Note: &web.Note{Color: "warning", Title: w.T("craft.attach.warn"), Text: w.T("craft.digital.never.1"), Href: digitalPath, Link: w.T("craft.digital.link")},
		Questions: []question{
			line("service", w.T("digital.service-help"), false), area(w, f, "happened", w.T("digital.happened"), w.T("digital.happened-help"), 4),
			whenAsked(w, f, "at", w.T("digital.at")), line("seen-by", "", true), line("keeper", w.T("digital.keeper-help"), false),
		}, Buttons: []web.Button{{Text: w.T("digital.do")}, cancel(q, h)},
	})
}

// digitalLines are what a source from the net says beside what happened.
func digitalLines(w *lang.Words, r cases.Record) (all []string) {
	for _, k := range []string{"service", "seen-by", "keeper"} {
		if s := r.Text[k]; s != "" {
			all = append(all, w.T("stage.field."+k)+": "+s)
		}
	}
	return all
}
