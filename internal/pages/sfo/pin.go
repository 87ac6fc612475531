package sfo

import (
	"net/http"
	"slices"

	"tilhor"
	"tilhor/internal/sfo"
	"tilhor/internal/web"
)

var pinPage = page("pin")

type pinView struct {
	web.Frame
	Lead      string
	Faults    *web.Summary
	Form      *web.Form
	Action    string
	Kept      string
	Back      web.Back
	Questions []web.Field
	Button    string
	Note      *web.Note
}

// pin asks for the six digits, or has them chosen with the code that the leader
// gave in person.
func (p *Pages) pin(q *web.Req) error {
	return p.showPIN(q, http.StatusOK, web.NewForm(), q.KeptText(q.Query("kladd")))
}

// face is the person asked about, among those who work at SFO here today.
func (p *Pages) face(q *web.Req) (sfo.Face, error) {
	if !q.Tablet.Open {
		return sfo.Face{}, q.See(web.TabletPath)
	}
	all, err := p.SFO.Who(q.Context(), place(q))
	if err != nil {
		return sfo.Face{}, err
	}
	i := slices.IndexFunc(all, func(f sfo.Face) bool { return string(f.ID) == q.Path("hvem") })
	if i < 0 {
		return sfo.Face{}, tilhor.ErrNotFound
	}
	return all[i], nil
}

func (p *Pages) showPIN(q *web.Req, code int, f *web.Form, kept string) error {
	who, err := p.face(q)
	if err != nil || who.ID == "" {
		return err
	}
	w := q.T
	v := pinView{
		Lead: w.T("sfo.pin.lead-" + who.State), Faults: web.SummaryOf(w, f.Faults), Form: f, Action: q.Link(pinPath(who.ID, "")), Kept: kept,
		Back: web.Back{Href: q.Link(web.TabletPath), Text: w.T("sfo.pin.back")}, Button: w.T("sfo.pin.do"),
	}
	digits := func(name, label, help string) {
		x := f.Field(w, name, w.T(label))
		x.Value = "" // digits are never shown again
		x.Type, x.InputMode, x.Autocomplete, x.Max, x.Short, x.Spell = "password", "numeric", "off", 6, true, "false"
		if help != "" {
			x.Help = w.T(help)
		}
		v.Questions = append(v.Questions, x)
	}
	switch who.State {
	case sfo.Ready:
		digits("pin", "sfo.pin.pin", "")
	case sfo.Waits:
		digits("code", "sfo.pin.code", "sfo.pin.code-help")
		digits("pin", "sfo.pin.new", "sfo.pin.new-help")
		digits("again", "sfo.pin.again", "")
		v.Button = w.T("sfo.pin.choose")
	default: // nothing to fill in: what to do now stands in the lead
		v.Faults = nil
		v.Note = &web.Note{Color: "info", Title: w.T("sfo.pin.tell"), Text: w.T("sfo.pin.tell-text"), Href: q.Link(openPath(q)), Link: w.T("sfo.pin.tell-link")}
	}
	if f.Has("kladd") { // it goes along in the form itself
		v.Kept = ""
	}
	v.Frame = q.Frame(w.T("sfo.pin.title", "name", who.Name))
	v.Faulty = v.Faults != nil
	return q.RenderStatus(code, pinPage, v)
}

// enter lets somebody in, or says what was wrong. The digits come back to nobody.
func (p *Pages) enter(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	if !q.Tablet.Open {
		return q.See(web.TabletPath)
	}
	who := tilhor.PersonID(q.Path("hvem"))
	kept := q.KeptText(f.Get("kladd"))
	var stamp string
	if f.Has("code") {
		stamp, err = p.SFO.Choose(q.Context(), place(q), who, f.Line("code"), f.Line("pin"), f.Line("again"))
	} else {
		stamp, err = p.SFO.Enter(q.Context(), place(q), who, f.Line("pin"))
	}
	if faults := tilhor.FaultsOf(err); faults != nil {
		f.Faults = faults
		return p.showPIN(q, http.StatusUnprocessableEntity, f, kept)
	}
	if err != nil {
		return err
	}
	if err := web.EnterTablet(q, who, stamp); err != nil {
		return err
	}
	if kept != "" {
		return q.See(tellPath + "?kladd=" + kept)
	}
	return q.See(herePath)
}
