package sender

import (
	"errors"
	"net/http"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/web"
)

var (
	enterPage = page("enter")
	talkPage  = page("talk")
)

type enterView struct {
	web.Frame
	Faults *web.Summary
	Form   *web.Form
	Action string
	Code   web.Field
	Phone  string
}

// enter asks for the words.
func (p *Pages) enter(q *web.Req) error { return p.ask(q, http.StatusOK, web.NewForm()) }

func (p *Pages) ask(q *web.Req, code int, f *web.Form) error {
	w := q.T
	v := enterView{Frame: frame(q, w.T("dialogue.enter.title")), Form: f, Action: q.Link(TalkPath), Faults: web.SummaryOf(w, f.Faults)}
	v.Faulty, v.Home = len(f.Faults) > 0, q.Link("/")
	v.Code = f.Field(w, fieldCode, w.T("dialogue.enter.code"))
	v.Code.Help, v.Code.Rows, v.Code.Max, v.Code.Required = w.T("dialogue.enter.help"), 2, 400, true
	return q.RenderStatus(code, enterPage, v)
}

// none leads who comes without a code to where it is asked for.
func (p *Pages) none(q *web.Req) error { return q.See(EnterPath) }

// A message of a talk, as the page shows it.
type message struct {
	Own        bool
	From, Text string
	Kind       string // what it is, when it is no plain message
}

type talkView struct {
	web.Frame
	Faults  *web.Summary
	Action  string
	Code    string // of who has one
	Read    web.State
	Lead    string
	Readers string // who may read it
	Told    []message
	Talk    []message
	Hours   string
	Reason  string
	Write   *web.Form
	Text    web.Field
	Say     *web.Form // who it is, of who has a code
	Name    web.Field
	Named   bool
	Ask     *web.Form
	Need    web.Field
	Sent    bool
	NameBad bool
	NeedBad bool
	Kept    string // how long it is kept
	Last    string // when a pupil's own was opened before
}

// talk opens what a code opens, and takes in what the sender writes there. What
// opens nothing, whatever it is, is answered with the question again.
func (p *Pages) talk(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	s := dialogue.Sender{Code: f.Get(fieldCode), By: tilhor.Actor{Owner: q.Kit.Owner.ID, Role: tilhor.RoleAnyone}}
	err = p.open(q, f, s)
	if errors.Is(err, tilhor.ErrNotFound) {
		if err := q.Guessed(); err != nil {
			return err
		}
		f.Faults.Add(true, fieldCode, "dialogue.fault.code")
		return p.ask(q, http.StatusUnprocessableEntity, f)
	}
	return err
}

// kinds are what the buttons of the page do, and the field each sends.
var kinds = map[string]struct {
	kind  dialogue.Kind
	field string
}{"skriv": {dialogue.Say, "text"}, "navn": {dialogue.Name, "name"}, "hjelp": {dialogue.Need, "need"}}

// open writes what was sent, once, and shows the talk.
func (p *Pages) open(q *web.Req, f *web.Form, s dialogue.Sender) error {
	k, writes := kinds[f.Get(fieldDo)]
	code := http.StatusOK
	if writes {
		err := q.Did(f, func() error { return p.Dialogue.Write(q.Context(), s, k.kind, f.Get(k.field)) })
		if f.Faults = tilhor.FaultsOf(err); f.Faults == nil && err != nil {
			return err
		}
		if f.Faults != nil {
			code = http.StatusUnprocessableEntity
		}
	}
	told, err := p.Dialogue.Return(q.Context(), s)
	if err != nil {
		return err
	}
	v, err := p.show(q, told, f)
	if err != nil {
		return err
	}
	v.Code, v.Action, v.Sent = f.Get(fieldCode), q.Link(TalkPath), writes && code == http.StatusOK
	v.Home = q.Link("/")
	return q.RenderStatus(code, talkPage, v)
}

// show draws a talk. f is what was just sent: with faults its words stand where
// they were written, and else the fields are empty.
func (p *Pages) show(q *web.Req, told dialogue.Told, f *web.Form) (*talkView, error) {
	w := q.T
	school := ""
	err := q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		s, err := q.Kit.Roster.School(tx, q.Kit.Owner.ID, told.School)
		school = s.Name
		return err
	})
	if err != nil {
		return nil, err
	}
	who := school
	if told.Owner {
		who = q.Kit.Owner.Name
	}
	v := &talkView{Frame: frame(q, w.T(titleOf(told))), Readers: w.T("dialogue.talk.who", "who", who), Named: told.Named, Faults: web.SummaryOf(w, f.Faults)}
	v.School, v.Faulty = school, len(f.Faults) > 0
	switch {
	case told.Sealed && !told.Owner:
		v.Readers = w.T("dialogue.talk.who-sealed")
	case told.Owner:
		v.Readers = w.T("dialogue.talk.who-owner", "who", who)
	}
	if !told.Exact && !told.Named {
		v.Readers += " " + w.T("dialogue.talk.unknown")
	}
	v.Read, v.Lead = state(q, told)
	v.Told = toldOf(q, told)
	for _, l := range told.Lines {
		v.Talk = append(v.Talk, messageOf(q, told, l))
	}
	if told.State == concerns.SetAside && told.Exact { // it may name what a stranger with the words must not read
		v.Reason = told.Reason
	}
	if v.Hours, err = p.hours(q, told.School, told.Owner); err != nil {
		return nil, err
	}
	if !told.Exact {
		v.Kept = w.T("dialogue.talk.kept")
	}
	v.ask(q, f)
	return v, nil
}

// ask puts the questions on the page: what to write, who it is, what is needed.
func (v *talkView) ask(q *web.Req, f *web.Form) {
	w := q.T
	form := func(do string) *web.Form {
		if len(f.Faults) > 0 && f.Get(fieldDo) == do {
			return f
		}
		return web.NewForm()
	}
	v.Write, v.Say, v.Ask = form("skriv"), form("navn"), form("hjelp")
	v.Text = v.Write.Field(w, "text", w.T("dialogue.talk.write"))
	v.Text.Rows, v.Text.Max = 4, dialogue.MaxText
	v.Name = v.Say.Field(w, "name", w.T("dialogue.talk.name"))
	v.Name.Help, v.Name.Autocomplete, v.Name.Spell, v.Name.Max = w.T("dialogue.talk.name-help"), "off", "false", dialogue.MaxShort
	v.Need = v.Ask.Field(w, "need", w.T("dialogue.talk.need"))
	v.Need.Help, v.Need.Autocomplete, v.Need.Max = w.T("dialogue.talk.need-help"), "off", dialogue.MaxShort
	v.NameBad, v.NeedBad = v.Name.Error != "", v.Need.Error != ""
}

// titleOf says how far it has come.
func titleOf(t dialogue.Told) string {
	switch {
	case t.Answered:
		return "dialogue.talk.answered"
	case t.ReadAt.IsZero():
		return "dialogue.talk.new"
	case t.Unread:
		return "dialogue.talk.more"
	}
	return "dialogue.talk.read"
}

// state says whether an adult has read it, and when, and what becomes of it.
func state(q *web.Req, t dialogue.Told) (web.State, string) {
	w := q.T
	s := web.State{Name: web.Wait, Word: w.T("dialogue.state.new")}
	if !t.ReadAt.IsZero() {
		s = web.State{Name: web.OK, Word: w.T("dialogue.state.read", "when", q.Near(t.ReadAt, t.Exact))}
	}
	if t.Unread && !t.ReadAt.IsZero() {
		s = web.State{Name: web.Wait, Word: w.T("dialogue.state.more")}
	}
	switch {
	case t.State == concerns.Taken && q.Actor.Role == tilhor.RoleParent: // what it became is for the page of the child to say, where that opens
		return s, ""
	case t.State == concerns.Taken:
		return s, w.T("dialogue.state.taken")
	case t.State == concerns.SetAside:
		return s, w.T("dialogue.state.aside")
	}
	return s, ""
}

// toldOf is what was told, in the sender's own words.
func toldOf(q *web.Req, t dialogue.Told) (all []message) {
	w := q.T
	from := w.T("dialogue.from.you", "when", q.Near(t.Sent, t.Exact))
	if t.Held {
		return []message{{Own: true, From: from, Kind: w.T("dialogue.held")}}
	}
	for _, s := range []string{t.Said, t.Saw} {
		if s != "" {
			all = append(all, message{Own: true, From: from, Text: s})
		}
	}
	if t.Hope != "" {
		all = append(all, message{Own: true, From: from, Kind: w.T("say.hope"), Text: t.Hope})
	}
	return all
}

func messageOf(q *web.Req, t dialogue.Told, l dialogue.Line) message {
	w := q.T
	when := q.Near(l.At, l.Exact)
	m := message{Own: l.Own, Text: l.Text, From: w.T("dialogue.from.you", "when", when)}
	switch {
	case !l.Own && l.Role == tilhor.RoleOwnerAdviser:
		m.From = w.T("dialogue.from.owner", "when", when)
	case !l.Own && l.Name == "":
		m.From = w.T("dialogue.from.school", "when", when)
	case !l.Own:
		m.From = w.T("dialogue.from.staff", "who", l.Name, "when", when)
	}
	switch {
	case t.Held:
		m.Text, m.Kind = "", w.T("dialogue.held")
	case l.Kind == dialogue.Name:
		m.Kind = w.T("dialogue.kind.name")
	case l.Kind == dialogue.Need:
		m.Kind = w.T("dialogue.kind.need")
	}
	return m
}
