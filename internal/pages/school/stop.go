package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/privacy"
	"tilhor/internal/web"
)

// What must not be there is blocked at once (sperre): from then on nobody reads
// it. The data protection officer and the archive decide what becomes of it.

var stopPage = page("stop")

type stopView struct {
	web.Frame
	Back      web.Back
	Line      string
	Heading   string
	Lead      string
	Done      *web.Note
	Note      web.Note
	Faults    *web.Summary
	Form      *web.Form
	Path      string
	Questions []question
	Buttons   []web.Button
	Blocks    []stopShown
}

// A stopShown is one blocked record; one that shall be moved has a form.
type stopShown struct {
	Title string
	State web.State
	ID    string
	To    web.Field
}

func (p *Pages) stop(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showStop(q, http.StatusOK, f)
}

func (p *Pages) showStop(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	if !file.Lead {
		return tilhor.ErrNotFound
	}
	blocks, err := p.Cases.Stopped(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	w, h := q.T, p.head(q, file, "")
	v := stopView{
		Back: backTo(q, h), Line: h.Line, Heading: w.T("insight.stop.title", "name", h.Name), Lead: w.T("insight.stop.lead"), Form: f, Path: q.R.URL.Path,
		Note:   web.Note{Color: "info", Title: w.T("insight.stop.note")},
		Faults: web.SummaryOf(w, f.Faults), Done: doneNote(q, "sperret", "flyttet"),
		Questions: []question{
			lineField(w, f, file, q),
			radios(w, f, "reason", w.T("insight.stop.reason"), pairs("insight.stop.reason.", privacy.BlockReasons)...),
			area(w, f, "why", w.T("insight.stop.why"), w.T("insight.stop.why-help"), 3),
		},
		Buttons: []web.Button{{Text: w.T("insight.stop.do"), Name: "do", Value: "stop", Danger: true}, cancel(q, h)},
	}
	if q.Actor.Role.Leads() { // who stands in tells rektor
		v.Note.Href, v.Note.Link = "/avvik", w.T("insight.stop.breach")
	}
	c, moves := chronicle{w, file, h.Name}, false
	for _, b := range blocks {
		x := stopShown{State: web.State{Name: web.Lock, Word: w.T("insight.stop.state." + b.State)}, Title: w.T("insight.stop.reason." + b.Reason)}
		if r := file.Record(b.Record); r != nil {
			x.Title = w.T("insight.stop.line", "when", w.Moment(r.When), "what", c.title(*r))
		}
		if b.State == privacy.Move && !moves {
			moves = true
			x.ID, x.To = b.ID, f.Field(w, "to", w.T("insight.stop.to"))
			x.To.Help, x.To.Autocomplete, x.To.Max = w.T("insight.stop.to-help"), "off", 10
		}
		v.Blocks = append(v.Blocks, x)
	}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	return q.RenderStatus(code, stopPage, v)
}

func (p *Pages) doStop(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	again := func(code int, f *web.Form) error { return p.showStop(q, code, f) }
	if f.Get("do") == "move" {
		return q.Answer(f, func() (string, error) {
			return q.R.URL.Path + "?gjort=flyttet", p.Cases.MoveBlocked(q.Context(), q.Actor, q.Path("spor"), f.Line("block"), f.Line("to"))
		}, again)
	}
	s := cases.Stop{Record: tilhor.RecordID(f.Get("record")), Reason: f.Choice("reason", "cases.fault.reason", privacy.BlockReasons...), Why: f.Get("why")}
	f.Faults.Add(s.Record == "", "record", "cases.fault.record")
	return q.Answer(f, func() (string, error) {
		return q.R.URL.Path + "?gjort=sperret", p.Cases.StopRecord(q.Context(), q.Actor, q.Path("spor"), s)
	}, again)
}
