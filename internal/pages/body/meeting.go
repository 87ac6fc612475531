package body

import (
	"fmt"
	"net/http"
	"strings"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// What the forms of a meeting do.
const (
	doItem     = "sak"
	doCall     = "innkall"
	doInvite   = "inviter"
	doUninvite = "ikke-inviter"
	doMove     = "flytt-mote"
	doCancel   = "avlys"
)

// meeting is one meeting: what hangs over, the agenda, and who is invited.
func (p *Pages) meeting(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showMeeting(q, http.StatusOK, f)
}

// begin is what all pages of a meeting have alike.
func (p *Pages) begin(q *web.Req) (x bodies.Sitting, v view, err error) {
	if x, err = p.Bodies.Meeting(q.Context(), q.Actor, q.Path("rad"), q.Path("mote")); err != nil {
		return x, v, err
	}
	w := q.T
	v = view{Back: &web.Back{Href: roomPath(x.Body), Text: x.Body.Name}, Line: x.Body.Name, Done: note(q), Heading: w.T("bodies.meeting.title", "day", day(w, x.Meeting.On))}
	if x.Guest {
		v.Back = &web.Back{Href: Path, Text: w.T("bodies.mine.title")}
	}
	return x, v, nil
}

func place(w *lang.Words, m bodies.Meeting) string {
	s := lang.Cap(w.T("bodies.meeting.clock", "clock", w.Time(m.Begins())))
	if m.Place != "" {
		s += ", " + m.Place
	}
	return s + "."
}

func (p *Pages) showMeeting(q *web.Req, code int, f *web.Form) error {
	x, v, err := p.begin(q)
	if err != nil {
		return err
	}
	w, s, at, held := q.T, several{q, f}, meetingPath(x.Body.Slug, x.Meeting.Slug), x.Meeting.On <= today(q)
	v.Lead = place(w, x.Meeting)
	if x.Guest {
		v.Notes = append(v.Notes, web.Note{Color: "info", Title: w.T("bodies.guest"), Text: w.T("bodies.guest-text")})
	}
	if s.sent != nil && refusedCase(s.sent.Faults) {
		v.Notes = append(v.Notes, elsewhere(q))
	}
	changes := x.Runs && !x.Meeting.Approved
	switch {
	case changes && held:
		v.Buttons = []web.Button{{Text: w.T("bodies.meeting.do-minutes"), Href: at + "/referat"}}
	case held:
		v.Buttons = []web.Button{{Text: w.T("bodies.meeting.read-minutes"), Href: at + "/referat"}}
	case changes && x.Meeting.Called.IsZero():
		v.First = []smallForm{s.press(doCall, w.T("bodies.call.do")).first()}
		v.First[0].Lead = w.T("bodies.call.lead")
	}
	if !held {
		v.Buttons = []web.Button{{Text: w.T("bodies.call.link"), Href: at + "/innkalling", Kind: "secondary"}, {Text: w.T("bodies.calendar"), Href: at + "/kalender.ics", Kind: "tertiary"}}
	}
	if len(x.Back) > 0 {
		v.Sections = append(v.Sections, section{ID: "henger", Title: w.T("bodies.back"), Text: []string{w.T("bodies.back-text")}, Points: actionPoints(w, x.Back, x.Members, today(q))})
	}
	agenda := section{ID: "sakliste", Title: w.T("bodies.agenda"), Points: agendaPoints(q, x, true)}
	if changes {
		agenda.Forms = []smallForm{addForm(w, s, x)}
	}
	v.Sections = append(v.Sections, agenda)
	if changes {
		invite, err := p.invite(q, s, x)
		if err != nil {
			return err
		}
		g := s.of(doMove, "on", lang.TypedDate(x.Meeting.On), "clock", x.Meeting.Clock, "place", x.Meeting.Place)
		v.Sections = append(v.Sections, invite, section{ID: "endre", Title: w.T("bodies.move"), Forms: []smallForm{
			s.form(g, doMove, w.T("bodies.move.do"), meetQuestions(w, g, doMove)...).folded(w.T("bodies.move.fold")),
			s.form(s.of(doCancel), doCancel, w.T("bodies.cancel.do"), ask(w, s.of(doCancel), "box", doCancel, "cancel", "bodies.cancel.sure")).folded(w.T("bodies.cancel.fold")),
		}})
	}
	return v.show(q, code, f)
}

// agendaPoints are the matters, numbered as this reader sees them.
func agendaPoints(q *web.Req, x bodies.Sitting, links bool) (all []point) {
	w := q.T
	for n, i := range x.Items {
		a := point{Title: w.T("bodies.agenda.n", "n", n+1, "title", title(w, i)), Text: i.Text}
		if links && !x.Guest {
			a.Href = itemPath(x.Body.Slug, x.Meeting.Slug, i.Slug)
		}
		if i.Standing {
			a.Lines = append(a.Lines, w.T("bodies.standing-text"))
		}
		if i.Shut {
			a.State = &web.State{Name: web.Lock, Word: w.T("bodies.shut")}
			a.Lines = append(a.Lines, lines(w.T("bodies.shut-text"), x.Body.Shut)...)
		}
		all = append(all, a)
	}
	return all
}

func addForm(w *lang.Words, s several, x bodies.Sitting) smallForm {
	g := s.of(doItem)
	all := []question{
		ask(w, g, "text", doItem, "title", "bodies.item.title"),
		optional(w, ask(w, g, "area", doItem, "text", "bodies.item.text")),
		ask(w, g, "box", doItem, "pupil", "bodies.item.pupil"),
	}
	if x.SeesAll {
		all = append(all, ask(w, g, "box", doItem, "shut", "bodies.item.shut"))
	}
	all = append(all, noName(w, g, doItem)...)
	return s.form(g, doItem, w.T("bodies.item.do"), all...).folded(w.T("bodies.item.fold"))
}

// refusedCase says whether something was refused because it is one child's.
func refusedCase(f tilhor.Faults) bool {
	for _, x := range f {
		if x.Key == "bodies.fault.single" {
			return true
		}
	}
	return false
}

// elsewhere is where one child's case is taken up instead.
func elsewhere(q *web.Req) web.Note {
	w := q.T
	n := web.Note{Color: "info", Title: w.T("bodies.single"), Text: w.T("bodies.single-text"), Link: w.T("bodies.single-link"), Href: "/min/si"}
	if !q.Actor.Role.Family() {
		n.Href, n.Link = "", ""
	}
	if q.Actor.Role.Staff() {
		n.Href, n.Link = "/bekymringer/ny", w.T("bodies.single-link-staff")
	}
	return n
}

// invite is who is invited, and the form that invites.
func (p *Pages) invite(q *web.Req, s several, x bodies.Sitting) (section, error) {
	w := q.T
	out := section{ID: "innbudne", Title: w.T("bodies.invite"), Text: []string{w.T("bodies.invite-text")}}
	for _, g := range x.Guests {
		a := point{Title: g.Name, Forms: []smallForm{s.press(doUninvite, w.T("bodies.invite.undo", "name", g.Name), "guest", g.Slug)}}
		if g.Shut {
			a.Lines = []string{w.T("bodies.invite.sees-shut")}
		}
		out.Points = append(out.Points, a)
	}
	var works []roster.Employee
	err := q.Kit.DB.Read(q.Context(), func(tx *db.Tx) (err error) {
		works, err = q.Kit.Roster.Employees(tx, q.Actor.Owner, x.Body.School, today(q))
		return err
	})
	if err != nil {
		return out, err
	}
	lang.Sort(q.Lang, works, func(e roster.Employee) string { return e.Name })
	g := s.of(doInvite)
	all := []question{choose(w, g, doInvite, "person", "bodies.invite.person", employees(w, works)...)}
	if x.SeesAll {
		all = append(all, ask(w, g, "box", doInvite, "shut", "bodies.invite.shut"))
	}
	out.Forms = []smallForm{s.form(g, doInvite, w.T("bodies.invite.do"), all...).folded(w.T("bodies.invite.fold"))}
	return out, nil
}

func employees(w *lang.Words, all []roster.Employee) (pairs []string) {
	for _, e := range all {
		name := e.Name
		if len(e.Roles) > 0 {
			name += ", " + w.T("role."+string(e.Roles[0]))
		}
		pairs = append(pairs, string(e.ID), name)
	}
	return pairs
}

func (p *Pages) doMeeting(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, meeting := q.Path("rad"), q.Path("mote")
	var m bodies.Meeting
	if f.Get("do") == doMove {
		m = readMeeting(f, doMove)
	}
	if f.Get("do") == doCancel {
		f.Faults.Add(!f.Ticked(name(doCancel, "cancel"), "yes"), name(doCancel, "cancel"), "bodies.fault.sure")
	}
	ctx, to := q.Context(), meetingPath(slug, meeting)
	return done(q, f, func(do string) (string, error) {
		yes := func(field string) bool { return f.Ticked(name(do, field), "yes") }
		switch do {
		case doItem:
			return to + "?gjort=sak", p.Bodies.AddItem(ctx, q.Actor, slug, meeting, bodies.Item{Title: f.Line(name(do, "title")), Text: f.Get(name(do, "text")), Pupil: yes("pupil"), Shut: yes("shut"), NoName: yes("no-name")})
		case doCall:
			return to + "?gjort=innkalt", p.Bodies.Call(ctx, q.Actor, slug, meeting)
		case doInvite:
			return to + "?gjort=invitert", p.Bodies.Invite(ctx, q.Actor, slug, meeting, bodies.Guest{Person: tilhor.PersonID(f.Get(name(do, "person"))), Shut: yes("shut")})
		case doMove:
			return to + "?gjort=flyttet", p.Bodies.Rearrange(ctx, q.Actor, slug, meeting, m)
		case doCancel:
			return Path + "/" + slug + "?gjort=avlyst", p.Bodies.Cancel(ctx, q.Actor, slug, meeting)
		}
		return to + "?gjort=lagret", p.Bodies.Uninvite(ctx, q.Actor, slug, meeting, f.Get("guest"))
	}, func(code int, f *web.Form) error { return p.showMeeting(q, code, f) })
}

// call is the call to a meeting (innkalling), to read and to print.
func (p *Pages) call(q *web.Req) error {
	x, v, err := p.begin(q)
	if err != nil {
		return err
	}
	w, at := q.T, meetingPath(x.Body.Slug, x.Meeting.Slug)
	v.Back = &web.Back{Href: at, Text: w.T("bodies.meeting.title", "day", day(w, x.Meeting.On))}
	v.Heading, v.Lead, v.Print = w.T("bodies.call.title", "body", x.Body.Name), w.T("bodies.call.draft"), true
	if !x.Meeting.Called.IsZero() {
		v.Lead = w.T("bodies.call.sent", "when", w.Near(x.Meeting.Called, q.Now))
	}
	facts := &web.Facts{Items: []web.Fact{{Term: w.T("bodies.meetings.when"), Text: when(w, x.Meeting)}}}
	if x.Meeting.Place != "" {
		facts.Items = append(facts.Items, web.Fact{Term: w.T("bodies.meet.place"), Text: x.Meeting.Place})
	}
	v.Sections = append(v.Sections, section{ID: "nar", Title: w.T("bodies.call.when"), Facts: facts, Buttons: []web.Button{{Text: w.T("bodies.calendar"), Href: at + "/kalender.ics", Kind: "secondary"}}})
	if len(x.Back) > 0 {
		v.Sections = append(v.Sections, section{ID: "henger", Title: w.T("bodies.back"), Points: actionPoints(w, x.Back, x.Members, today(q))})
	}
	v.Sections = append(v.Sections, section{ID: "sakliste", Title: w.T("bodies.agenda"), Points: agendaPoints(q, x, false)})
	return v.show(q, http.StatusOK, nil)
}

// What the forms of a matter do.
const (
	doChange = "endre"
	doUp     = "opp"
	doDown   = "ned"
	doRemove = "fjern"
	doResult = "vedtak"
	doAction = "gjore"
)

// item is one matter of a meeting.
func (p *Pages) item(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showItem(q, http.StatusOK, f)
}

func (p *Pages) showItem(q *web.Req, code int, f *web.Form) error {
	x, v, err := p.begin(q)
	if err != nil {
		return err
	}
	var i *bodies.Item
	for n := range x.Items {
		if x.Items[n].Slug == q.Path("sak") {
			i = &x.Items[n]
		}
	}
	if i == nil {
		return tilhor.ErrNotFound
	}
	w, s := q.T, several{q, f}
	v.Back = &web.Back{Href: meetingPath(x.Body.Slug, x.Meeting.Slug), Text: v.Heading}
	v.Heading = title(w, *i)
	if i.Shut {
		v.Notes = append(v.Notes, web.Note{Color: "neutral", Title: w.T("bodies.shut"), Text: strings.Join(lines(w.T("bodies.shut-text"), x.Body.Shut), " ")})
	}
	if s.sent != nil && refusedCase(s.sent.Faults) {
		v.Notes = append(v.Notes, elsewhere(q))
	}
	changes := x.Runs && !x.Meeting.Approved
	paper := section{ID: "papir", Title: w.T("bodies.item.text")}
	if i.Text != "" {
		paper.Points = []point{{Title: title(w, *i), Text: i.Text}}
	} else {
		paper.Text = []string{w.T("bodies.item.text-none")}
	}
	result := section{ID: "vedtaket", Title: w.T("bodies.result")}
	if i.Result != nil {
		result.Points = []point{resultPoint(w, *i)}
	} else if !changes {
		result.Text = []string{w.T("bodies.result.none")}
	}
	next := section{ID: "gjores", Title: w.T("bodies.todo"), Points: actionPoints(w, i.Actions, x.Members, today(q))}
	v.Sections = []section{result, next, paper}
	if changes && x.Meeting.On > today(q) { // before the meeting the agenda is what is worked on
		v.Sections = []section{paper}
	}
	if changes {
		at := len(v.Sections) - 1
		v.Sections[at].Forms = itemForms(w, s, *i)
		if at > 0 {
			v.Sections[0].Forms = []smallForm{resultForm(w, s, x, *i)}
			v.Sections[1].Forms = []smallForm{actionForm(w, s, x)}
		}
	}
	return v.show(q, code, f)
}

func itemForms(w *lang.Words, s several, i bodies.Item) []smallForm {
	g := s.of(doChange, "title", i.Title, "text", i.Text)
	var all []question
	if !i.Standing {
		all = append(all, ask(w, g, "text", doChange, "title", "bodies.item.title"))
	}
	all = append(all, optional(w, ask(w, g, "area", doChange, "text", "bodies.item.text")))
	all = append(all, noName(w, g, doChange)...)
	forms := []smallForm{
		s.form(g, doChange, w.T("do.save"), all...).folded(w.T("bodies.item.change")),
		s.press(doUp, w.T("bodies.item.up")), s.press(doDown, w.T("bodies.item.down")),
	}
	if !i.Standing {
		forms = append(forms, s.form(s.of(doRemove), doRemove, w.T("bodies.item.remove"), ask(w, s.of(doRemove), "box", doRemove, "remove", "bodies.item.remove-sure")).folded(w.T("bodies.item.remove")))
	}
	return forms
}

func resultForm(w *lang.Words, s several, x bodies.Sitting, i bodies.Item) smallForm {
	r := bodies.Result{}
	if i.Result != nil {
		r = *i.Result
	}
	g := s.of(doResult, "text", r.Text, "for", typed(r.For), "against", typed(r.Against), "blank", typed(r.Blank), "dissent", r.Dissent, "dissent-by", r.DissentBy, "for-parents", typed(r.ForParents), "against-parents", typed(r.AgainstParents), "cast", r.Cast)
	var voices []string
	for _, v := range bodies.Voices {
		voices = append(voices, v, lang.Cap(w.T("bodies.voice."+v)))
	}
	count := func(field string) question {
		x := optional(w, ask(w, g, "text", doResult, field, "bodies.result."+field))
		x.F.Short, x.F.InputMode = true, "numeric"
		return x
	}
	all := []question{
		ask(w, g, "area", doResult, "text", "bodies.result.text"),
		{Kind: "row", Parts: []question{count(bodies.For), count(bodies.Against), count("blank")}},
	}
	if x.Body.Weighs(i.Shut) {
		all = append(all, question{Kind: "row", Parts: []question{count("for-parents"), count("against-parents")}})
	}
	if x.Body.Casting {
		all = append(all, optional(w, choose(w, g, doResult, "cast", "bodies.result.cast", bodies.For, w.T("bodies.result.cast.for"), bodies.Against, w.T("bodies.result.cast.against"))))
	}
	return s.form(
		g, doResult, w.T("bodies.result.do"),
		append(all, optional(w, ask(w, g, "area", doResult, "dissent", "bodies.result.dissent")),
			optional(w, choose(w, g, doResult, "dissent-by", "bodies.result.dissent-by", voices...)))...,
	)
}

func actionForm(w *lang.Words, s several, x bodies.Sitting) smallForm {
	g := s.of(doAction)
	pairs := []string{bodies.School, lang.Cap(w.T("bodies.voice.school"))}
	for _, m := range x.Members {
		pairs = append(pairs, string(m.Person), m.Name)
	}
	due := ask(w, g, "date", doAction, "due", "bodies.todo.when")
	due.F.Help = w.T("form.date-help")
	return s.form(
		g, doAction, w.T("bodies.todo.add"),
		ask(w, g, "text", doAction, "what", "bodies.todo.what"),
		choose(w, g, doAction, "who", "bodies.todo.whom", pairs...), optional(w, due),
	).folded(w.T("bodies.todo.fold"))
}

func resultPoint(w *lang.Words, i bodies.Item) point {
	x := point{Title: title(w, i), Text: i.Result.Text, Lines: i.Result.Votes(w)}
	if i.Result.Dissent != "" {
		x.Facts = &web.Facts{Items: []web.Fact{{Term: w.T("bodies.result.dissent-of", "who", w.T("bodies.voice."+i.Result.DissentBy)), Text: i.Result.Dissent}}}
	}
	return x
}

func (p *Pages) doItem(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	var r bodies.Result
	var a bodies.Action
	switch do := f.Get("do"); do {
	case doResult:
		r = bodies.Result{
			Text: f.Get(name(do, "text")), Dissent: f.Get(name(do, "dissent")), DissentBy: f.Get(name(do, "dissent-by")),
			For: readNumber(f, name(do, "for")), Against: readNumber(f, name(do, "against")), Blank: readNumber(f, name(do, "blank")),
			ForParents: readNumber(f, name(do, "for-parents")), AgainstParents: readNumber(f, name(do, "against-parents")), Cast: f.Get(name(do, "cast")),
		}
	case doAction:
		who := f.Get(name(do, "who"))
		f.Faults.Add(who == "", name(do, "who"), "bodies.fault.who")
		if a = (bodies.Action{What: f.Line(name(do, "what")), Due: f.Day(name(do, "due"))}); who != bodies.School {
			a.Who = tilhor.PersonID(who)
		}
	case doRemove:
		f.Faults.Add(!f.Ticked(name(do, "remove"), "yes"), name(do, "remove"), "bodies.fault.sure")
	}
	ctx, slug, meeting, item := q.Context(), q.Path("rad"), q.Path("mote"), q.Path("sak")
	here, to := itemPath(slug, meeting, item), meetingPath(slug, meeting)
	return done(q, f, func(do string) (string, error) {
		switch do {
		case doChange:
			return here + "?gjort=lagret", p.Bodies.ChangeItem(ctx, q.Actor, slug, meeting, item, bodies.Item{Title: f.Line(name(do, "title")), Text: f.Get(name(do, "text")), NoName: f.Ticked(name(do, "no-name"), "yes")})
		case doUp, doDown:
			return to + "?gjort=flyttet-sak", p.Bodies.MoveItem(ctx, q.Actor, slug, meeting, item, do == doUp)
		case doRemove:
			return to + "?gjort=fjernet", p.Bodies.RemoveItem(ctx, q.Actor, slug, meeting, item)
		case doResult:
			return to + "/referat?gjort=vedtak", p.Bodies.Write(ctx, q.Actor, slug, meeting, item, r)
		case doAction:
			return here + "?gjort=lagret", p.Bodies.AddAction(ctx, q.Actor, slug, meeting, item, a)
		}
		return "", fmt.Errorf("a form of a matter: %w", tilhor.ErrNotFound)
	}, func(code int, f *web.Form) error { return p.showItem(q, code, f) })
}
