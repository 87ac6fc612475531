package body

import (
	"fmt"
	"net/http"
	"slices"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// mine are the bodies that somebody sits in, and the meetings somebody is invited to.
func (p *Pages) mine(q *web.Req) error {
	all, err := p.Bodies.Mine(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	invited, err := p.Bodies.Invited(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	names, err := schools(q)
	if err != nil {
		return err
	}
	w := q.T
	v := view{Heading: w.T("bodies.mine.title"), Lead: w.T("bodies.mine.lead")}
	s := section{ID: "rad", Title: w.T("bodies.mine.all")}
	for _, b := range all {
		s.Points = append(s.Points, point{Href: roomPath(b), Title: b.Name, Lines: []string{names[b.School]}})
	}
	if len(all) == 0 {
		s.Text = []string{w.T("bodies.mine.none")}
	}
	v.Sections = []section{s}
	if len(invited) > 0 {
		s := section{ID: "innbudt", Title: w.T("bodies.mine.invited"), Text: []string{w.T("bodies.mine.invited-text")}}
		for _, x := range invited {
			s.Points = append(s.Points, point{Href: meetingPath(x.Body.Slug, x.Meeting.Slug), Title: x.Body.Name, Lines: []string{when(w, x.Meeting)}})
		}
		v.Sections = append(v.Sections, s)
	}
	return v.show(q, http.StatusOK, nil)
}

func roomPath(b bodies.Body) string           { return Path + "/" + b.Slug }
func meetingPath(slug, meeting string) string { return Path + "/" + slug + "/moter/" + meeting }
func itemPath(slug, meeting, item string) string {
	return meetingPath(slug, meeting) + "/saker/" + item
}

// day is the day of a meeting in a heading, without its year.
func day(w *lang.Words, on tilhor.Date) string { return w.Weekday(on) + " " + w.DayMonth(on) }

// when is the day and the clock of a meeting.
func when(w *lang.Words, m bodies.Meeting) string {
	return lang.Cap(w.T("bodies.when", "day", w.Day(m.On), "clock", w.Time(m.Begins())))
}

// room is where a member comes in: the next meeting first, and one thing to do.
func (p *Pages) room(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showRoom(q, http.StatusOK, f)
}

const (
	doMeet   = "mote"
	doFinish = "gjort"
)

func (p *Pages) showRoom(q *web.Req, code int, f *web.Form) error {
	r, err := p.Bodies.Room(q.Context(), q.Actor, q.Path("rad"))
	if err != nil {
		return err
	}
	w, s, at := q.T, several{q, f}, roomPath(r.Body)
	v := view{
		Back: &web.Back{Href: Path, Text: w.T("bodies.mine.title")}, Heading: w.T("bodies.room.none"), Done: note(q),
		Line: w.T("bodies.room.line", "body", r.Body.Name, "members", w.T("bodies.members", "n", len(r.Members))),
	}
	if r.Next != nil {
		v.Heading = w.T("bodies.room.next", "day", day(w, r.Next.On))
		v.Lead = place(w, *r.Next)
	}
	v.Buttons = p.first(q, r)
	arrange := s.form(s.of(doMeet), doMeet, w.T("bodies.meet.do"), meetQuestions(w, s.of(doMeet), doMeet)...).folded(w.T("bodies.meet.fold"))
	if r.Me.Leads() && len(v.Buttons) == 0 {
		v.Lead, arrange.Fold = w.T("bodies.room.none-lead"), ""
		v.First = []smallForm{arrange.first()}
	}
	if month := int(today(q).Time().Month()); month == 5 || month == 6 {
		v.Notes = append(v.Notes, web.Note{Color: "info", Title: w.T("bodies.handover.time"), Text: w.T("bodies.handover.time-text"), Href: at + "/overlevering", Link: w.T("bodies.handover.link")})
	}
	v.Sections = append(v.Sections, todo(q, r, s))
	meetings := section{ID: "moter", Title: w.T("bodies.meetings"), Rows: meetingRows(w, r, today(q))}
	if len(r.Meetings) == 0 {
		meetings.Text = []string{w.T("bodies.meetings.none")}
	}
	if r.Me.Leads() && len(v.First) == 0 {
		meetings.Forms = []smallForm{arrange}
	}
	v.Sections = append(v.Sections, meetings)
	if p.More != nil {
		if more := p.More(q, r.Body); len(more) > 0 {
			v.Sections = append(v.Sections, section{ID: "mer", Title: w.T("bodies.more"), Buttons: more})
		}
	}
	v.Sections = append(v.Sections, yearNow(q, r), membersOf(w, r), section{
		ID: "overlevering", Title: w.T("bodies.handover"), Text: []string{w.T("bodies.handover.text")},
		Buttons: []web.Button{{Text: w.T("bodies.handover.link"), Href: at + "/overlevering", Kind: "tertiary"}},
	})
	return v.show(q, code, f)
}

// first is the one thing to do now.
func (p *Pages) first(q *web.Req, r bodies.Room) []web.Button {
	w := q.T
	switch leads := r.Me.Leads(); {
	case leads && r.Wait != nil:
		return []web.Button{{Text: w.T("bodies.room.do-minutes", "date", w.DayMonth(r.Wait.On)), Href: meetingPath(r.Body.Slug, r.Wait.Slug) + "/referat"}}
	case r.Next == nil:
		return nil
	case leads && r.Next.On == today(q):
		return []web.Button{{Text: w.T("bodies.meeting.do-minutes"), Href: meetingPath(r.Body.Slug, r.Next.Slug) + "/referat"}}
	case leads && r.Next.Called.IsZero():
		return []web.Button{{Text: w.T("bodies.room.do-call"), Href: meetingPath(r.Body.Slug, r.Next.Slug)}}
	}
	return []web.Button{{Text: w.T("bodies.room.do-agenda"), Href: meetingPath(r.Body.Slug, r.Next.Slug)}}
}

// todo is what is not done, with who and when.
func todo(q *web.Req, r bodies.Room, s several) section {
	w := q.T
	x := section{ID: "gjore", Title: w.T("bodies.todo"), Points: actionPoints(w, r.Actions, r.Members, today(q))}
	for i, a := range r.Actions {
		if r.Me.Leads() || a.Who == q.Actor.Person {
			x.Points[i].Forms = []smallForm{s.press(doFinish, w.T("bodies.todo.do"), "action", a.Slug)}
		}
	}
	if len(r.Actions) == 0 {
		x.Text = []string{w.T("bodies.todo.none")}
	}
	return x
}

func actionPoints(w *lang.Words, all []bodies.Action, members []bodies.Member, today tilhor.Date) (out []point) {
	for _, a := range all {
		x := point{Title: a.What, Lines: lines(w.T("bodies.todo.who", "who", called(w, members, a.Who)))}
		if a.Shut {
			x.Lines = append(x.Lines, w.T("bodies.shut"))
		}
		state := web.State{Name: web.None, Word: w.T("bodies.todo.open")}
		switch {
		case a.Done != "":
			state = web.State{Name: web.OK, Word: w.T("bodies.todo.done", "date", w.DayMonth(a.Done))}
		case a.Due != "" && a.Due < today:
			state = web.State{Name: web.Late, Word: w.T("bodies.todo.late", "date", w.DayMonth(a.Due))}
		case a.Due != "":
			state = web.State{Name: web.Soon, Word: w.T("bodies.todo.due", "date", w.DayMonth(a.Due))}
		}
		x.State = &state
		out = append(out, x)
	}
	return out
}

// meetingRows are all meetings, the last first.
func meetingRows(w *lang.Words, r bodies.Room, today tilhor.Date) (all []row) {
	for _, m := range r.Meetings {
		all = append(all, row{meetingPath(r.Body.Slug, m.Slug), when(w, m), meetingState(w, m, today)})
	}
	slices.Reverse(all)
	return all
}

func meetingState(w *lang.Words, m bodies.Meeting, today tilhor.Date) web.State {
	switch {
	case m.Approved:
		return web.State{Name: web.OK, Word: w.T("bodies.state.approved")}
	case m.On < today:
		return web.State{Name: web.Wait, Word: w.T("bodies.state.draft")}
	case m.Called.IsZero():
		return web.State{Name: web.None, Word: w.T("bodies.state.planned")}
	}
	return web.State{Name: web.Soon, Word: w.T("bodies.state.called")}
}

func membersOf(w *lang.Words, r bodies.Room) section {
	x := section{ID: "medlemmer", Title: w.T("bodies.members.title"), Facts: &web.Facts{}}
	for _, m := range r.Members {
		text := lang.Cap(voice(w, m))
		if m.Until != "" {
			text += ". " + w.T("bodies.members.until", "date", w.Date(m.Until.Add(-1)))
		}
		name := m.Name
		if name == "" {
			name = w.T("bodies.voice.former")
		}
		x.Facts.Items = append(x.Facts.Items, web.Fact{Term: name, Text: text})
	}
	return x
}

func meetQuestions(w *lang.Words, f *web.Form, do string) []question {
	day, clock := ask(w, f, "date", do, "on", "bodies.meet.on"), ask(w, f, "text", do, "clock", "bodies.meet.clock")
	day.F.Help, clock.F.Help = w.T("form.date-help"), w.T("form.time-help")
	return []question{day, clock, optional(w, ask(w, f, "text", do, "place", "bodies.meet.place"))}
}

func readMeeting(f *web.Form, do string) bodies.Meeting {
	return bodies.Meeting{On: f.Day(name(do, "on")), Clock: f.Line(name(do, "clock")), Place: f.Line(name(do, "place"))}
}

func (p *Pages) doRoom(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, m := q.Path("rad"), bodies.Meeting{}
	if f.Get("do") == doMeet {
		m = readMeeting(f, doMeet)
	}
	return done(q, f, func(do string) (string, error) {
		if do == doMeet {
			meeting, err := p.Bodies.Arrange(q.Context(), q.Actor, slug, m)
			return meetingPath(slug, meeting) + "?gjort=mote", err
		}
		return Path + "/" + slug + "?gjort=gjort", p.Bodies.Finish(q.Context(), q.Actor, slug, f.Get("action"))
	}, func(code int, f *web.Form) error { return p.showRoom(q, code, f) })
}

// planned is what stands in a month: what the body wrote, else what is commonly done
// then (practice, not law).
func planned(w *lang.Words, r bodies.Room, month int) string {
	if r.Written {
		return r.Months[month]
	}
	if key := fmt.Sprintf("bodies.year.%s.%02d", r.Body.Kind, month); w.Has(key) {
		return w.T(key)
	}
	return ""
}

func monthName(w *lang.Words, month int) string { return w.T(fmt.Sprintf("bodies.month.%02d", month)) }

// yearNow is this month and the next of the year plan.
func yearNow(q *web.Req, r bodies.Room) section {
	w := q.T
	x := section{ID: "aret", Title: w.T("bodies.year"), Facts: &web.Facts{}, Buttons: []web.Button{{Text: w.T("bodies.year.link"), Href: roomPath(r.Body) + "/ar", Kind: "tertiary"}}}
	at := max(slices.Index(bodies.Year, int(today(q).Time().Month())), 0) // July: the year that comes
	for i := range 2 {
		month := bodies.Year[(at+i)%len(bodies.Year)]
		if text := planned(w, r, month); text != "" {
			x.Facts.Items = append(x.Facts.Items, web.Fact{Term: monthName(w, month), Text: text})
		}
	}
	if len(x.Facts.Items) == 0 {
		x.Facts, x.Text = nil, []string{w.T("bodies.year.nothing")}
	}
	return x
}

func yearFacts(w *lang.Words, r bodies.Room) *web.Facts {
	facts := &web.Facts{}
	for _, m := range bodies.Year {
		if text := planned(w, r, m); text != "" {
			facts.Items = append(facts.Items, web.Fact{Term: monthName(w, m), Text: text})
		}
	}
	return facts
}

// year is the year plan (årshjul).
func (p *Pages) year(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showYear(q, http.StatusOK, f)
}

const doYear = "ar"

func (p *Pages) showYear(q *web.Req, code int, f *web.Form) error {
	r, err := p.Bodies.Room(q.Context(), q.Actor, q.Path("rad"))
	if err != nil {
		return err
	}
	w, s := q.T, several{q, f}
	v := view{Back: &web.Back{Href: roomPath(r.Body), Text: r.Body.Name}, Heading: w.T("bodies.year.title", "body", r.Body.Name), Done: note(q)}
	if !r.Written {
		v.Lead = w.T("bodies.year.proposal")
	}
	if !r.Me.Leads() {
		v.Sections = []section{{ID: "maneder", Title: w.T("bodies.year"), Facts: yearFacts(w, r)}}
		return v.show(q, code, f)
	}
	var stands []string
	for _, m := range bodies.Year {
		stands = append(stands, fmt.Sprintf("m%02d", m), planned(w, r, m))
	}
	form := s.of(doYear, stands...)
	var all []question
	for _, m := range bodies.Year {
		x := form.Field(w, name(doYear, fmt.Sprintf("m%02d", m)), monthName(w, m))
		x.Rows = 2
		all = append(all, question{Kind: "area", F: x})
	}
	v.First = []smallForm{s.form(form, doYear, w.T("do.save"), all...).first()}
	return v.show(q, code, f)
}

func (p *Pages) doYear(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, months := q.Path("rad"), map[int]string{}
	for _, m := range bodies.Year {
		months[m] = f.Get(name(doYear, fmt.Sprintf("m%02d", m)))
	}
	return done(q, f, func(string) (string, error) {
		return Path + "/" + slug + "/ar?gjort=lagret", p.Bodies.Plan(q.Context(), q.Actor, slug, months)
	}, func(code int, f *web.Form) error { return p.showYear(q, code, f) })
}

// handover is what next year's leader needs.
func (p *Pages) handover(q *web.Req) error {
	h, err := p.Bodies.Handover(q.Context(), q.Actor, q.Path("rad"))
	if err != nil {
		return err
	}
	w := q.T
	v := view{
		Back: &web.Back{Href: roomPath(h.Body), Text: h.Body.Name}, Heading: w.T("bodies.handover.title", "body", h.Body.Name), Lead: w.T("bodies.handover.lead", "date", w.Date(h.From)), Print: true,
	}
	decided := section{ID: "vedtak", Title: w.T("bodies.handover.decided")}
	for _, d := range h.Decisions {
		x := point{Title: title(w, d.Item), Lines: append([]string{w.Date(d.Meeting.On)}, d.Item.Result.Votes(w)...), Text: d.Item.Result.Text}
		if d.Item.Shut {
			x.Lines = append(x.Lines, w.T("bodies.shut"))
		}
		decided.Points = append(decided.Points, x)
	}
	if len(h.Decisions) == 0 {
		decided.Text = []string{w.T("bodies.handover.decided-none")}
	}
	open := section{ID: "gjore", Title: w.T("bodies.todo"), Points: actionPoints(w, h.Actions, h.Members, today(q))}
	if len(h.Actions) == 0 {
		open.Text = []string{w.T("bodies.todo.none")}
	}
	dates := section{ID: "datoer", Title: w.T("bodies.handover.dates"), Facts: &web.Facts{}}
	for _, m := range h.Dates {
		dates.Facts.Items = append(dates.Facts.Items, web.Fact{Term: when(w, m), Text: meetingState(w, m, today(q)).Word})
	}
	if len(h.Dates) == 0 {
		dates.Facts, dates.Text = nil, []string{w.T("bodies.meetings.none")}
	}
	v.Sections = []section{decided, open, {ID: "aret", Title: w.T("bodies.year"), Facts: yearFacts(w, h.Room)}, dates}
	return v.show(q, http.StatusOK, nil)
}
