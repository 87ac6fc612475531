package sfo

import (
	"html/template"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
	"tilhor/internal/web/tick"
)

var (
	herePage    = page("here")
	measurePage = page("measure")
	sentPage    = page("sent")
)

type hereView struct {
	web.Frame
	Day    string
	Note   *web.Note
	Made   *web.Note // when the own PIN was chosen, for two weeks
	Agreed []agreed
	Empty  string
	Tell   string
	Out    string
	Form   *web.Form
}

// An agreed is one thing to do, as it stands on a screen others may see: for whom
// by initials, and how it went.
type agreed struct {
	Href, Who, When string
	State           web.State
}

// here is what one comes for: to tell, and what was agreed that one does here.
func (p *Pages) here(q *web.Req) error {
	now, before, err := p.Cases.Initials(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	first, _, _ := strings.Cut(q.Who(), " ")
	v := hereView{Day: lang.Cap(w.Day(today(q))), Tell: tellPath, Out: web.TabletPath + "/ut", Form: web.NewForm()}
	if answer := q.Query("notert"); slices.Contains([]string{"done", "not"}, answer) {
		v.Note = &web.Note{Color: "success", Role: "status", Title: w.T("staff.today.noted-" + answer)}
	}
	if v.Made, err = p.made(q); err != nil {
		return err
	}
	for _, c := range append(now, before...) {
		v.Agreed = append(v.Agreed, agreedOf(q, c))
	}
	if len(v.Agreed) == 0 {
		v.Empty = w.T("sfo.here.empty")
		if !q.Actor.Trained { // opplæringsforskrifta § 20-2
			v.Empty = w.T("sfo.here.untrained")
		}
	}
	v.Frame = q.Frame(w.T("sfo.here.title", "name", first))
	left(q)
	return q.Render(herePage, v)
}

// madeFor is how long somebody is told when the own PIN was chosen: longer than
// most are away.
const madeFor = 14 * 24 * time.Hour

// made says when the own PIN was chosen: whoever did not do it, knows then.
func (p *Pages) made(q *web.Req) (*web.Note, error) {
	m, err := p.SFO.Made(q.Context(), q.Actor)
	if err != nil || m.Chosen.IsZero() || q.Now.Sub(m.Chosen) > madeFor {
		return nil, err
	}
	w := q.T
	n := &web.Note{Color: "info", Title: w.T("sfo.here.made", "when", w.Near(m.Chosen, q.Now))}
	var said []string
	if !m.Code.IsZero() {
		said = append(said, w.T("sfo.here.made-code", "when", w.Near(m.Code, q.Now)))
	}
	if !m.Before.IsZero() {
		said = append(said, w.T("sfo.here.made-before", "when", w.Near(m.Before, q.Now)))
	}
	n.Text = strings.Join(append(said, w.T("sfo.here.made-not-you")), " ")
	return n, nil
}

func agreedOf(q *web.Req, c cases.Chore) agreed {
	w := q.T
	a := agreed{Href: web.TabletPath + "/avtaler/" + string(c.ID), Who: c.Pupil, When: lang.Cap(w.NearDay(c.Day, today(q)))}
	if c.Pupil == "" {
		a.Who = w.T("sfo.here.nameless")
	}
	if c.Shielded {
		a.Who = w.T("children.shielded")
	}
	if a.State = tick.State(w, c); c.Answer == "" && c.Day != today(q) {
		a.State = web.State{Name: web.Soon, Word: w.T("sfo.here.missed")}
	}
	return a
}

type measureView struct {
	web.Frame
	Faults *web.Summary
	Back   web.Back
	Chores []chore
}

// A chore is one measure on one day, opened: the name, what to do, and the form.
type chore struct {
	W            *lang.Words
	What, Who    string
	When, DayISO string
	Day          string
	State        web.State
	Form         *web.Form
	Action       string
	Line         web.Field
}

// agreement is one of them opened: the name and the words, and a reading of them.
func (p *Pages) agreement() tick.Page {
	return tick.Page{Cases: p.Cases, ID: "tiltak", Done: herePath, Draw: func(q *web.Req, code int, f *web.Form, all []cases.Chore) error {
		w := q.T
		v := measureView{Frame: q.Frame(w.T("sfo.measure.title")), Back: web.Back{Href: herePath, Text: w.T("sfo.measure.back")}}
		for _, c := range all {
			v.Chores = append(v.Chores, choreOf(q, c, f))
		}
		v.Faults = web.SummaryOf(w, f.Faults)
		v.Faulty = v.Faults != nil
		left(q)
		return q.RenderStatus(code, measurePage, v)
	}}
}

func (p *Pages) measure(q *web.Req) error { return p.agreement().Show(q, web.NewForm()) }

func choreOf(q *web.Req, c cases.Chore, f *web.Form) chore {
	w := q.T
	x := chore{W: w, What: c.What, Who: c.Pupil, When: c.When, DayISO: string(c.Day), Day: lang.Cap(w.NearDay(c.Day, today(q))), Form: f, Action: q.R.URL.Path}
	if c.Class != "" {
		x.Who += ", " + c.Class
	}
	if c.Shielded {
		x.Who = w.T("children.shielded")
	}
	x.State, x.Line = agreedOf(q, c).State, tick.Line(w, c, f)
	return x
}

type sentView struct {
	web.Frame
	Facts web.Facts
	QR    template.HTML
	Here  string
	Out   string
	Form  *web.Form
}

// sent says that it came through, with the receipt in words, as a picture for the own
// telephone, and as a file. What was written is not shown again on this machine, and
// stands in none of them.
func (p *Pages) sent(q *web.Req) error {
	r, err := p.Concerns.Sent(q.Context(), q.Actor, q.Path("slug"))
	if err != nil {
		return err
	}
	svg, err := r.QR()
	if err != nil {
		return err
	}
	left(q)
	w := q.T
	return q.Render(sentPage, sentView{
		Frame: q.Frame(w.T("sfo.sent.title")), QR: template.HTML(svg), Here: herePath, Out: web.TabletPath + "/ut", Form: web.NewForm(),
		Facts: web.Facts{Items: []web.Fact{
			{Term: w.T("staff.answer.received"), Text: w.Moment(r.When())},
			{Term: w.T("staff.answer.number"), Text: r.Short()},
		}},
	})
}

// left has the browser turn to the question of who it is when the sign-in is over:
// who walks away leaves no name on the screen. Not where a report is written:
// that would take the words away.
func left(q *web.Req) { q.W.Header().Set("Refresh", web.TabletAway) }

// today is the date in Oslo.
func today(q *web.Req) tilhor.Date { return calendar.DateOf(q.Now) }
