package school

import (
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

var statePage = page("state_show")

// A stateView is how a track stands with Statsforvalteren, with one next step.
type stateView struct {
	web.Frame
	Back    web.Back
	Line    string
	Heading string
	Done    *web.Note
	Next    next
	Windows []web.Facts
	Letters []pointView
	Points  []pointView
	Appeal  *web.Facts
	NoDate  string
	Past    []web.Happening
	Do      []web.Button
	Reasons bool
}

// A pointView is a request or a point of an order, with how it stands.
type pointView struct {
	Title string
	Text  string
	State web.State
	Facts web.Facts
}

// stateSteps are the forms, by their part of the address.
var stateSteps = []string{"meldt", "foresporsel", "svar", "utfall", "vedtak", "mottatt", "palegg", "mulkt", "mulkt-stanset", "klage"}

func statePath(f cases.File, parts ...string) string {
	return path(f.Track, append([]string{"statsforvalteren"}, parts...)...)
}

func (p *Pages) stateShow(q *web.Req) error {
	f, err := p.see(q, "state")
	if err != nil {
		return err
	}
	w, h, m, day := q.T, p.head(q, f, ""), f.StateMatter(), today(q)
	v := stateView{Back: backTo(q, h), Line: h.Line, Heading: stateHeading(w, f, m, day)}
	v.Frame = q.Frame(v.Heading)
	if q.Query("gjort") == "1" {
		v.Done = &web.Note{Color: "success", Role: "status", Title: w.T("handover.with.saved")}
	}
	v.Next = stateNext(w, f, m, day)
	for _, x := range f.Windows {
		v.Windows = append(v.Windows, web.Facts{Items: []web.Fact{
			{Term: w.T("school.window.raised"), Text: w.Date(x.RaisedAt)},
			{Term: w.T("school.window.week"), Text: w.Date(x.CalendarWeek)},
			{Term: w.T("school.window.days"), Text: w.Date(x.Arbeidsdager)},
		}})
	}
	v.Reasons = m.Reported == nil && m.Decision == nil
	for _, l := range m.Requests {
		x := pointView{Title: w.T("handover.with.letter", "date", day0(w, l.Record), "due", w.Date(l.On)), Text: l.Text["text"]}
		x.State = dueState(w, l.On, l.Reply, day)
		v.Letters = append(v.Letters, x)
	}
	for _, pt := range m.Points {
		v.Points = append(v.Points, pointShown(w, pt, day))
	}
	if m.Decision != nil {
		v.Appeal, v.NoDate = appealShown(w, f, m)
	}
	v.Past = statePast(w, f, q)
	v.Do = stateActs(w, f, m, v.Next.Do.Href)
	return q.Render(statePage, v)
}

// day0 is the day a record tells of.
func day0(w *lang.Words, r cases.Record) string { return w.Date(calendar.DateOf(r.When.Counts())) }

// dueState is a date that Statsforvalteren set, and whether it was kept.
func dueState(w *lang.Words, due tilhor.Date, met *cases.Record, day tilhor.Date) web.State {
	switch {
	case met != nil && calendar.DateOf(met.When.Counts()) > due:
		return web.State{Name: web.OK, Word: w.T("handover.with.state.done-late", "date", day0(w, *met))}
	case met != nil:
		return web.State{Name: web.OK, Word: w.T("handover.with.state.done", "date", day0(w, *met))}
	case due < day:
		return web.State{Name: web.Late, Word: w.T("handover.with.state.late")}
	}
	return web.State{Name: web.Soon, Word: w.T("handover.with.state.open", "date", w.DayMonth(due))}
}

func pointShown(w *lang.Words, p cases.PointStanding, day tilhor.Date) pointView {
	x := pointView{Title: w.T("handover.with.point", "n", p.Answer), Text: p.Text["text"], State: dueState(w, p.On, p.Done, day)}
	add := func(key, text string) {
		x.Facts.Items = append(x.Facts.Items, web.Fact{Term: w.T("handover.with.point." + key), Text: text})
	}
	add("due", w.Date(p.On))
	if p.Done != nil {
		add("done", p.Done.Text["text"])
	}
	for _, f := range p.Fines {
		if f.Stopped != nil {
			add("fine", w.T("handover.with.point.fine-ran", "date", w.Date(f.On), "until", w.Date(f.Stopped.On), "text", f.Text["text"]))
			continue
		}
		add("fine", w.T("handover.with.point.fine-runs", "date", w.Date(f.On), "text", f.Text["text"]))
	}
	return x
}

// appealShown is the family's way to appeal: three weeks from when they got the
// decision, as the duty says it.
func appealShown(w *lang.Words, f cases.File, m cases.StateMatter) (*web.Facts, string) {
	if m.Received == nil {
		return &web.Facts{}, w.T("handover.with.appeal.unknown")
	}
	x := &web.Facts{Items: []web.Fact{{Term: w.T("handover.with.appeal.got"), Text: w.Date(m.Received.On)}}}
	if by := appealBy(f); by != "" {
		x.Items = append(x.Items, web.Fact{Term: w.T("handover.with.appeal.by"), Text: w.Date(by)})
	}
	if m.Appeal != nil {
		x.Items = append(x.Items, web.Fact{Term: w.T("handover.with.appeal.done"), Text: day0(w, *m.Appeal)})
	}
	return x, ""
}

// appealBy is the last day of the newest appeal of Statsforvalteren's decision.
func appealBy(f cases.File) (last tilhor.Date) {
	for _, d := range f.Duties {
		if d.ID == "k12.appeal" && strings.Contains(d.Ref, "12-6") && d.Due.Date > last {
			last = d.Due.Date
		}
	}
	return last
}

// stateHeading says in one sentence how it stands.
func stateHeading(w *lang.Words, f cases.File, m cases.StateMatter, day tilhor.Date) string {
	say := func(key string, kv ...any) string { return w.T("handover.with.title."+key, kv...) }
	left := 0
	for _, p := range m.Points {
		if p.Done == nil {
			left++
		}
	}
	wait, undone := m.Waiting(), m.Undone()
	switch {
	case wait != nil && wait.On < day:
		return say("asked-late", "date", w.DayMonth(wait.On))
	case wait != nil:
		return say("asked", "date", w.DayMonth(wait.On))
	case undone != nil && undone.On < day:
		return say("points-late", "n", left, "date", w.DayMonth(undone.On))
	case undone != nil:
		return say("points", "n", left, "date", w.DayMonth(undone.On))
	case len(m.Points) > 0:
		return say("done")
	case m.Decision != nil:
		return say(m.Decision.Answer)
	case m.Ended != nil:
		return say("ended." + m.Ended.Answer)
	case len(m.Requests) > 0:
		return say("answered")
	case m.Reported != nil:
		return say("reported")
	case len(f.Windows) == 0:
		return say("none")
	}
	if x := f.Windows[len(f.Windows)-1]; day <= x.CalendarWeek {
		return say("waits", "date", w.DayMonth(x.CalendarWeek))
	}
	return say("may")
}

// stateNext is the one next step. What waits longest goes first.
func stateNext(w *lang.Words, f cases.File, m cases.StateMatter, day tilhor.Date) next {
	to := func(key, do, href string, kv ...any) next {
		return next{Title: w.T("handover.with.next."+key, kv...), Do: web.Button{Text: w.T("handover.with.do." + do), Href: href}}
	}
	switch {
	case m.Waiting() != nil && f.Lead && !packedSince(f, *m.Waiting()):
		return to("pack", "pack", path(f.Track, "pakke")+"?for=state")
	case m.Waiting() != nil:
		return to("answer", "svar", statePath(f, "svar"))
	case m.Undone() != nil:
		return to("point", "palegg", statePath(f, "palegg"), "n", m.Undone().Answer)
	case m.Decision != nil && m.Received == nil:
		return to("got", "mottatt", statePath(f, "mottatt"))
	case m.Decision != nil, m.Ended != nil:
		return to("nothing", "track", path(f.Track))
	case len(m.Requests) > 0:
		return to("decide", "vedtak", statePath(f, "vedtak"))
	case m.Reported != nil:
		return to("ask", "foresporsel", statePath(f, "foresporsel"))
	case len(f.Windows) == 0 && f.Lead:
		return to("raise", "raise", path(f.Track, "tatt-opp"))
	}
	return to("wait", "meldt", statePath(f, "meldt"))
}

// packedSince says whether a package for Statsforvalteren was made after a request
// came.
func packedSince(f cases.File, l cases.StateLetter) bool {
	for _, r := range f.Of(cases.Packed) {
		if r.Answer == "state" && !r.When.Written.Before(l.When.Written) {
			return true
		}
	}
	return false
}

// stateActs are what else can be written in, as it stands.
func stateActs(w *lang.Words, f cases.File, m cases.StateMatter, but string) (all []web.Button) {
	may := map[string]bool{
		"meldt": true, "foresporsel": true, "svar": m.Waiting() != nil, "utfall": m.Reported != nil && m.Ended == nil, "vedtak": true,
		"mottatt": m.Decision != nil && m.Received == nil, "palegg": m.Undone() != nil, "klage": m.Decision != nil && m.Appeal == nil,
	}
	for i := range m.Points {
		if m.Points[i].Running() == nil {
			may["mulkt"] = true
		} else {
			may["mulkt-stanset"] = true
		}
	}
	for _, s := range stateSteps {
		if href := statePath(f, s); may[s] && href != but {
			all = append(all, web.Button{Text: w.T("handover.with.do." + s), Href: href, Kind: "secondary"})
		}
	}
	if f.Lead {
		if href := path(f.Track, "pakke"); href+"?for=state" != but {
			all = append(all, web.Button{Text: w.T("school.do.package"), Href: href, Kind: "tertiary", Icon: "Download"})
		}
	}
	return all
}

// statePast is what has passed, the oldest first.
func statePast(w *lang.Words, f cases.File, q *web.Req) (all []web.Happening) {
	c := chronicle{w, f, short(w, f.Track)}
	for _, r := range f.Of(append([]cases.Kind{cases.RaisedBy, cases.Rights, cases.Packed}, cases.StateKinds...)...) {
		all = append(all, c.tell(r))
	}
	return all
}

// stateText is a record of what passed, in the chronology of the track.
func (c chronicle) stateText(r cases.Record) string {
	key := "stage.answer." + string(r.Kind) + "." + r.Answer
	switch r.Kind {
	case cases.StateAsked, cases.StateOrdered, cases.StateReceived, cases.StateFined, cases.StateFineEnded:
		return lines(r.Text["text"], c.w.T("stage.on."+string(r.Kind))+": "+c.w.Date(r.On))
	case cases.StateReported, cases.StateEnded, cases.StateDecided, cases.StateAppealed:
		if c.w.Has(key) {
			return lines(c.w.T(key), r.Text["particular"], r.Text["text"])
		}
	}
	return r.Text["text"]
}
