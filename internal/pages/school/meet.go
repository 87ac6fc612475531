package school

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// meetRoutes are the pages of meetings about a track, and of the resource team.
func (p *Pages) meetRoutes() []web.Route {
	track := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/saker/{spor}" + path, Name: "meet." + name, Roles: given, Case: true, Sensitive: true, Serve: serve}
	}
	return []web.Route{
		track("GET", "/moter", "list", p.meetings),
		track("POST", "/moter", "write", p.doMeetings),
		track("GET", "/ressursteam", "team", p.team),
		track("POST", "/ressursteam", "team.ask", p.doTeam),
	}
}

// What the forms of meetings can be asked to do.
const (
	meetAdd  = "mote"
	meetRows = 5
)

// meetings are the minutes, the newest first, and a form for the next.
func (p *Pages) meetings(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showMeetings(q, http.StatusOK, f)
}

func (p *Pages) doMeetings(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug := q.Path("spor")
	act := f.Get("do")
	f.Faults.Add(act != meetAdd && act != lookTick, name(meetAdd, "present"), "stage.fault.do")
	m := cases.Meeting{Kind: f.Get(name(meetAdd, "meeting")), At: readWhen(f, name(meetAdd, "at"), q.Now), Who: f.Get(name(meetAdd, "present")), Text: f.Get(name(meetAdd, "text"))}
	for i := range meetRows {
		at := func(field string) string { return name(meetAdd, "p"+strconv.Itoa(i+1)+"-"+field) }
		m.Points = append(m.Points, cases.Point{What: f.Get(at("what")), Who: f.Line(at("who")), On: f.Day(at("on"))})
	}
	tidyPoints(f)
	back := path(cases.Track{Slug: slug}, "moter") + "?gjort=" + act
	return decided(q, f, func(_ string, get func(string) string) (string, error) {
		if act == meetAdd {
			return back, p.Cases.Meet(q.Context(), q.Actor, slug, m)
		}
		return back, tick(get, func(id tilhor.RecordID, answer, line string) error {
			return p.Cases.TickAgreed(q.Context(), q.Actor, slug, id, answer, line)
		})
	}, func(code int, f *web.Form) error { return p.showMeetings(q, code, f) })
}

// tidyPoints moves what was agreed together, as the room does: then a fault
// stands at the row it is about.
func tidyPoints(f *web.Form) {
	at := func(i int, field string) string { return name(meetAdd, "p"+strconv.Itoa(i)+"-"+field) }
	fields, kept := []string{"what", "who", "on"}, 0
	for i := 1; i <= meetRows; i++ {
		var values []string
		for _, x := range fields {
			values = append(values, f.Get(at(i, x)))
		}
		if strings.TrimSpace(strings.Join(values, "")) == "" {
			continue
		}
		for n := range f.Faults { // a date that could not be read moves along
			if f.Faults[n].Field == at(i, "on") {
				f.Faults[n].Field = at(kept+1, "on")
			}
		}
		kept++
		for j, x := range fields {
			f.Set(at(kept, x), values[j])
		}
	}
	for i := kept + 1; i <= meetRows; i++ {
		for _, x := range fields {
			f.Set(at(i, x))
		}
	}
}

func (p *Pages) showMeetings(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "meetings")
	if err != nil {
		return err
	}
	if !file.Works {
		return tilhor.ErrNotFound
	}
	w, h := q.T, p.head(q, file, "")
	v := sectionsView{Back: backTo(q, h), Line: h.Line, Heading: w.T("meet.title", "name", h.Name), Lead: w.T("meet.lead"), Done: saidDone(q, "meet.done.")}
	s := several{q, f}
	all := file.Meetings()
	add := section{ID: "nytt", Title: w.T("meet.new"), Forms: []smallForm{meetForm(q, s)}}
	var open []openPoint
	for _, x := range file.Points() {
		if x.Answer == "" {
			open = append(open, openPoint{string(x.ID), x.What})
		}
	}
	add.Forms = append(add.Forms, tickForm(q, s, open)...)
	v.Sections = append(v.Sections, add)
	for i, m := range slices.Backward(all) {
		v.Sections = append(v.Sections, meetingShown(q, m, i))
	}
	return v.show(q, code, f)
}

// meetForm asks for who was there, when, and what was agreed.
func meetForm(q *web.Req, s several) smallForm {
	w, f := q.T, s.of(meetAdd)
	n := func(field string) string { return name(meetAdd, field) }
	prefillToday(q, f, n("at"))
	var kinds []string
	for _, k := range cases.MeetingKinds {
		kinds = append(kinds, k, "meet.kind."+k)
	}
	ask := []question{
		heading(w.T("meet.h-meeting")), radios(w, f, n("meeting"), w.T("meet.kind"), kinds...), whenAsked(w, f, n("at"), w.T("meet.at")),
		area(w, f, n("present"), w.T("meet.present"), w.T("meet.present-help"), 2), heading(w.T("meet.h-agreed")),
	}
	more := question{Kind: "fold", F: web.Field{Label: w.T("meet.more")}}
	for i := range meetRows {
		point, filled := agreedAsked(w, f, i)
		if i == 0 {
			ask = append(ask, point...)
			continue
		}
		more.Parts, more.Open = append(more.Parts, point...), more.Open || filled
	}
	text := area(w, f, n("text"), w.T("meet.text"), w.T("meet.text-help"), 3)
	text.F.Mark = w.T("form.optional")
	return s.form(meetAdd, w.T("meet.do"), append(ask, more, text)...).first()
}

// heading begins a part of a form.
func heading(text string) question { return question{Kind: "head", F: web.Field{Label: text}} }

// agreedAsked asks for one thing that was agreed, and says whether it is filled in.
func agreedAsked(w *lang.Words, f *web.Form, i int) (all []question, filled bool) {
	row := strconv.Itoa(i + 1)
	at := func(field string) string { return name(meetAdd, "p"+row+"-"+field) }
	what := area(w, f, at("what"), w.T("meet.what", "n", row), "", 1)
	who := f.Field(w, at("who"), w.T("meet.who", "n", row))
	on := f.Field(w, at("on"), w.T("meet.on", "n", row))
	on.Mark = w.T("form.optional")
	if i == 0 {
		what.F.Help, on.Help = w.T("meet.what-help"), w.T("form.date-help")
	} else {
		what.F.Mark, who.Mark = w.T("form.optional"), w.T("form.optional")
	}
	for _, field := range []string{"what", "who", "on"} {
		filled = filled || f.Get(at(field)) != ""
	}
	return []question{what, {Kind: "row", Parts: []question{{Kind: "text", F: who}, {Kind: "date", F: on}}}}, filled
}

// meetingShown is one meeting, with what was agreed and how it went.
func meetingShown(q *web.Req, m cases.Meeting, i int) section {
	w := q.T
	x := section{ID: "mote-" + strconv.Itoa(i+1), Title: w.T("meet.one", "kind", w.T("meet.kind."+m.Kind), "when", w.Moment(m.At)), Text: lines(w.T("meet.was-there", "who", m.Who), m.Text)}
	var facts web.Facts
	for _, p := range m.Points {
		when := w.T("meet.open")
		switch {
		case p.Answer == cases.LookedDone:
			when = w.T("look.item.done", "date", dayOf(w, p.Done))
		case p.Answer == cases.LookedDropped:
			when = w.T("look.item.dropped")
		case p.Late(today(q)):
			when = w.T("look.item.late", "date", w.NearDay(p.On, today(q)))
		case p.On != "":
			when = w.T("look.item", "date", w.NearDay(p.On, today(q)))
		}
		facts.Items = append(facts.Items, web.Fact{Term: when, Text: lines(p.What, p.Who, p.Line)})
	}
	if len(facts.Items) > 0 {
		x.Facts = &facts
	}
	return x
}

// An openPoint is a thing that was planned or agreed, and is not done.
type openPoint struct{ id, what string }

// tickForm ticks off one of the things that stand open; nil when none does.
func tickForm(q *web.Req, s several, all []openPoint) []smallForm {
	w, f := q.T, s.of(lookTick)
	if len(all) == 0 && f != s.sent {
		return nil
	}
	which := f.Field(w, name(lookTick, "which"), w.T("look.tick.which"))
	which.Options = []web.Option{{Label: w.T("form.choose")}}
	for _, p := range all {
		which.Options = append(which.Options, web.Option{Value: p.id, Label: p.what, Checked: which.Value == p.id || len(all) == 1})
	}
	line := f.Field(w, name(lookTick, "line"), w.T("look.tick.line"))
	line.Help, line.Mark = w.T("look.tick.line-help"), w.T("form.optional")
	return []smallForm{s.form(lookTick, w.T("look.tick.do"), question{Kind: "select", F: which},
		radios(w, f, name(lookTick, "found-out"), w.T("look.tick.answer"), cases.LookedDone, "look.tick.done", cases.LookedDropped, "look.tick.dropped"),
		question{Kind: "text", F: line}).folded(w.T("look.tick"))}
}

// tick is the thing a form ticks off, or the fault that none was chosen.
func tick(get func(string) string, do func(id tilhor.RecordID, answer, line string) error) error {
	if get("which") == "" {
		return tilhor.Faults{{Field: "which", Key: "look.tick.fault"}}
	}
	return do(tilhor.RecordID(get("which")), get("found-out"), get("line"))
}

// team takes the track up in the resource team: those who are chosen see the text
// that is written for them, and nothing else.
func (p *Pages) team(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showTeam(q, http.StatusOK, f)
}

func (p *Pages) doTeam(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	ctx, slug, do := q.Context(), q.Path("spor"), f.Get("do")
	due := f.Day(name(lookAsk, "due"))
	f.Faults.Add(do != lookAsk && do != lookWithdraw, name(lookAsk, "look"), "stage.fault.do")
	back := path(cases.Track{Slug: slug}, "ressursteam") + "?gjort=" + do
	return decided(q, f, func(do string, get func(string) string) (string, error) {
		if do == lookWithdraw {
			return back, p.withdraw(q, slug, get("which"))
		}
		r := cases.Request{Kind: cases.AskKind(get("ask")), Whom: persons(f.All(name(do, "whom"))), Look: get("look"), Due: due}
		if !r.Kind.Team() {
			return "", tilhor.Faults{{Field: "ask", Key: "team.fault.named"}}
		}
		return back, p.Cases.Ask(ctx, q.Actor, slug, r)
	}, func(code int, f *web.Form) error { return p.showTeam(q, code, f) })
}

func (p *Pages) showTeam(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "team")
	if err != nil {
		return err
	}
	if !file.Works {
		return tilhor.ErrNotFound
	}
	staff, err := p.employeesAt(q, file.School)
	if err != nil {
		return err
	}
	w, h := q.T, p.head(q, file, "")
	v := sectionsView{Back: backTo(q, h), Line: h.Line, Heading: w.T("team.title", "name", h.Name), Lead: w.T("team.lead"), Done: saidDone(q, "team.done.")}
	s := several{q, f}
	asked := askSection(q, s, file, cases.AskKind.Team, true)
	asked.Title = w.T("team.asked")
	if asked.Table == nil {
		asked.Text = w.T("team.none")
	}
	if !file.Over() {
		v.Sections = append(v.Sections, section{ID: "ta-opp", Title: w.T("team.new"), Text: w.T("team.new-text"), Forms: []smallForm{teamForm(q, s, staff)}})
	}
	v.Sections = append(v.Sections, asked)
	if advice := adviceShown(w, file); advice.Facts != nil {
		v.Sections = append(v.Sections, advice)
	}
	return v.show(q, code, f)
}

func teamForm(q *web.Req, s several, staff []roster.Employee) smallForm {
	w, f := q.T, s.of(lookAsk)
	return s.form(lookAsk, w.T("team.do"),
		whomAsked(q, f, lookAsk, w.T("team.whom"), staff),
		radios(w, f, name(lookAsk, "ask"), w.T("team.name"), string(cases.ForAdvice), "team.name.no", string(cases.ForAdviceNamed), "team.name.yes"),
		area(w, f, name(lookAsk, "look"), w.T("team.text"), w.T("team.text-help"), 5),
		dueAsked(w, f, lookAsk, w.T("look.ask.due"))).first()
}

// adviceShown is what the team advised.
func adviceShown(w *lang.Words, file cases.File) section {
	x := section{ID: "rad", Title: w.T("team.advice")}
	for _, r := range slices.Backward(file.Of(cases.Advice)) {
		if x.Facts == nil {
			x.Facts = &web.Facts{}
		}
		x.Facts.Items = append(x.Facts.Items, web.Fact{Term: byRole(w, r.Name, r.Role) + ", " + dayOf(w, r.When), Text: r.Text["text"]})
	}
	return x
}

// agreedAhead are the things agreed that have a day to come.
func (c chronicle) agreedAhead(today tilhor.Date) (all []web.Happening) {
	for _, p := range c.f.Points() {
		if p.Answer == "" && p.On >= today && p.On != "" {
			all = append(all, web.Happening{When: c.w.Date(p.On), DateTime: string(p.On), Title: c.t("planned.agreed"), Text: lines(p.What, p.Who), Next: true})
		}
	}
	return all
}

// agreedText is what a thing that was ticked off was about.
func (c chronicle) agreedText(id string) string {
	if r := c.f.Record(tilhor.RecordID(id)); r != nil {
		return r.Text["what"]
	}
	return ""
}

// on is the day of a record's thing to do, in words.
func (c chronicle) on(r cases.Record) string {
	if r.On == "" {
		return ""
	}
	return c.w.T("look.item", "date", c.w.NearDay(r.On, calendar.DateOf(r.When.Written)))
}
