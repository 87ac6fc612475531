package school

import (
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/law"
	"tilhor/internal/web"
)

// The five stages of a track, which are its menu and its addresses.
const (
	stageTalks    = "samtaler"
	stageInquiry  = "undersokelse"
	stagePlan     = "plan"
	stageEvaluate = "evalueringer"
	stageEnd      = "avslutning"
)

// A head is what stands on top of every page of a track: the way back, whose
// track it is, and the five stages with their states. Pages draw it with
// {{template "c-back" .Head.Back}}, {{.Head.Line}} and
// {{template "c-stages" .Head.Stages}}.
type head struct {
	Back   web.Back
	Line   string // «Nora Dahl, 5A · sak k7q2ab, garderoben»
	Name   string // «Nora», or «eleven» while nobody knows who it is
	Path   string // the track's own address
	Stages web.Stages
}

// see opens the track of the address. view is what the record says was read:
// whole, talks, inquiry, plan, print …
func (p *Pages) see(q *web.Req, view string) (cases.File, error) {
	f, err := p.Cases.See(q.Context(), q.Actor, q.Path("spor"), view)
	if err == nil && !f.Works && toWrite[view] {
		return cases.File{}, tilhor.ErrNotFound
	}
	return f, err
}

// toWrite are the views with a form. Who only reads a track (in an emergency, or
// to advise the owner) reads it on the overview and in print: a form that can
// only be refused takes what is typed in it.
var toWrite = map[string]bool{
	"write": true, "talks": true, "inquiry": true, "best": true, "plan": true, "evaluations": true, "end": true, "check": true,
	"look": true, "meetings": true, "team": true,
}

// head is the head of a track's page. current is the stage the page belongs
// to, "" for the overview.
func (p *Pages) head(q *web.Req, f cases.File, current string) head {
	h := head{
		Back: web.Back{Href: toList(q), Text: q.T.T("school.list.back")}, Line: line(q.T, f.Track), Name: short(q.T, f.Track),
		Path: path(f.Track), Stages: stages(q.T, f, current, q.Now),
	}
	if f.AboutDecisions() { // the stages are those of a case under § 12-4
		h.Stages = web.Stages{}
	}
	if current != "" {
		h.Back = web.Back{Href: h.Path, Text: q.T.T("school.track.back", "name", lang.Cap(h.Name))}
	}
	return h
}

// path is an address in a track: path(t), path(t, "plan", "utskrift").
func path(t cases.Track, parts ...string) string {
	return strings.Join(append([]string{"/saker/" + t.Slug}, parts...), "/")
}

// short is what the pupil of a track is called in a sentence: the first name.
// While nobody knows who it is, «eleven»; a sentence that begins with it is
// given to lang.Cap.
func short(w *lang.Words, t cases.Track) string {
	if t.Name == "" {
		return w.T("school.pupil")
	}
	return strings.Fields(t.Name)[0]
}

// line says whose track it is, and in which case.
func line(w *lang.Words, t cases.Track) string {
	who := t.Name
	if who == "" {
		who = w.T("school.pupil.unknown")
	}
	if t.Class != "" {
		who += ", " + t.Class
	}
	return who + " · " + w.T("school.case", "number", t.Number) + ", " + place(w, t.Arena)
}

// place is where it happened, inside a sentence.
func place(w *lang.Words, a tilhor.Arena) string { return w.T("school.place." + string(a)) }

// stages says how far each of the five has come. They are not locked in order:
// only gates stop an act.
func stages(w *lang.Words, f cases.File, current string, now time.Time) web.Stages {
	s := web.Stages{Label: w.T("school.stages")}
	for _, x := range []struct {
		page  string
		state web.State
	}{
		{stageTalks, talkState(w, f, now)},
		{stageInquiry, inquiryState(w, f)},
		{stagePlan, planState(w, f)},
		{stageEvaluate, evaluationState(w, f, now)},
		{stageEnd, endState(w, f, now)},
	} {
		href := path(f.Track, x.page)
		if !f.Works {
			href = ""
		}
		s.Items = append(s.Items, web.Stage{Href: href, Name: w.T("school.stage." + x.page), State: x.state, Current: x.page == current})
	}
	return s
}

func talkState(w *lang.Words, f cases.File, now time.Time) web.State {
	r := ownTalk(f)
	switch {
	case r == nil:
		return web.State{Name: web.Now, Word: w.T("school.state.not-heard")}
	case r.Answer == cases.Declined && r.On != "":
		return web.State{Name: web.Soon, Word: w.T("school.state.ask-again", "date", w.DateShort(r.On))}
	case r.Answer == cases.Declined:
		return web.State{Name: web.OK, Word: w.T("school.state.declined")}
	}
	return web.State{Name: web.OK, Word: w.T("school.state.heard", "date", day(w, r.When, now))}
}

// ownTalk is the newest talk with the pupil of the track.
func ownTalk(f cases.File) *cases.Record {
	for i := len(f.Records) - 1; i >= 0; i-- {
		if r := &f.Records[i]; r.Kind == cases.Voice && f.Own(*r) {
			return r
		}
	}
	return nil
}

func inquiryState(w *lang.Words, f cases.File) web.State {
	n := len(f.Of(cases.Finding))
	switch {
	case f.Last(cases.Found) != nil:
		return web.State{Name: web.OK, Word: w.T("school.state.findings", "n", n)}
	case f.Last(cases.Started) != nil && n > 0:
		return web.State{Name: web.Now, Word: w.T("school.state.findings-so-far", "n", n)}
	case f.Last(cases.Started) != nil:
		return web.State{Name: web.Now, Word: w.T("state.now")}
	}
	return web.State{Name: web.None, Word: w.T("state.none")}
}

func planState(w *lang.Words, f cases.File) web.State {
	switch {
	case f.Over() && f.Current() != nil:
		return web.State{Name: web.OK, Word: w.T("school.state.plan", "version", strconv.Itoa(f.Current().Version))}
	case untouched(f):
		return web.State{Name: web.Now, Word: w.T("school.state.plan-begun", "version", strconv.Itoa(f.Draft.Version))}
	case f.Draft != nil && len(f.Lacks) > 0:
		return web.State{Name: web.Soon, Word: w.T("school.state.plan-lacks", "version", strconv.Itoa(f.Draft.Version), "n", len(f.Lacks))}
	case f.Draft != nil:
		return web.State{Name: web.Now, Word: w.T("school.state.plan-ready", "version", strconv.Itoa(f.Draft.Version))}
	case f.Current() != nil:
		return web.State{Name: web.OK, Word: w.T("school.state.plan", "version", strconv.Itoa(f.Current().Version))}
	}
	return web.State{Name: web.None, Word: w.T("state.none")}
}

func evaluationState(w *lang.Words, f cases.File, now time.Time) web.State {
	on, done := evaluateOn(f), f.Last(cases.Evaluated)
	switch {
	case on != "" && on < calendar.DateOf(now):
		return web.State{Name: web.Late, Word: w.T("school.state.evaluate-late", "date", w.DateShort(on))}
	case on != "":
		return web.State{Name: web.Soon, Word: lang.Cap(w.NearDay(on, calendar.DateOf(now)))}
	case done != nil:
		return web.State{Name: web.OK, Word: w.T("school.state.evaluated", "date", day(w, done.When, now))}
	}
	return web.State{Name: web.None, Word: w.T("state.none")}
}

func endState(w *lang.Words, f cases.File, now time.Time) web.State {
	switch {
	case f.State == cases.Left:
		return web.State{Name: web.None, Word: w.T("school.state.left", "date", w.NearDay(calendar.DateOf(f.Ended), calendar.DateOf(now)))}
	case f.State == cases.Closed:
		return web.State{Name: web.OK, Word: w.T("school.state.closed", "date", w.NearDay(calendar.DateOf(f.Ended), calendar.DateOf(now)))}
	case f.State == cases.SteppedDown:
		return web.State{Name: web.Wait, Word: w.T("school.state.stepped-down")}
	case gateOpen(f, duty.GateClosing):
		return web.State{Name: web.Now, Word: w.T("school.state.can-close")}
	}
	return web.State{Name: web.None, Word: w.T("state.none")}
}

// evaluateOn is the date the measures shall be evaluated next, "" when none is
// set.
func evaluateOn(f cases.File) (first tilhor.Date) {
	for _, d := range f.Duties {
		on := d.LocalDue.Day()
		if d.ID == law.ID("k12.evaluate") && on != "" && d.Stored().Standing() && (first == "" || on < first) {
			first = on
		}
	}
	return first
}

// gateOpen says whether an act of the law has what it needs.
func gateOpen(f cases.File, act string) bool {
	for _, g := range f.Gates {
		if g.Act == act {
			return g.Open
		}
	}
	return false
}

// day is the date of something that happened, as one says it today.
func day(w *lang.Words, at tilhor.When, now time.Time) string {
	return w.NearDay(calendar.DateOf(at.Counts()), calendar.DateOf(now))
}
