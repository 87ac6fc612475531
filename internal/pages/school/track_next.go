package school

import (
	"strconv"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// quietAfter is how many arbeidsdager without a line make a case quiet: the
// owner's own norm, not the law's.
const quietAfter = 10

// situation is the heading of a track: how the pupil is, in one sentence. What
// the pupil has said itself goes before what the school has done.
func situation(w *lang.Words, f cases.File, now time.Time) string {
	name := short(w, f.Track)
	say := func(key string, kv ...any) string {
		return lang.Cap(w.T("school.is."+key, append(kv, "name", name)...))
	}
	last := f.Last(cases.Evaluated, cases.Checked, cases.Reopened)
	switch talk := ownTalk(f); {
	case f.State == cases.Left:
		return say("left")
	case f.AboutDecisions() && f.Over():
		return say("decision-over")
	case f.AboutDecisions():
		return say("decision")
	case f.State == cases.Closed:
		return say("closed")
	case f.State == cases.SteppedDown:
		return say("stepped-down")
	case gateOpen(f, duty.GateClosing):
		return say("safe")
	case evaluateOn(f) != "" && evaluateOn(f) < calendar.DateOf(now):
		return say("evaluate-late", "date", w.DayMonth(evaluateOn(f)))
	case evaluateOn(f) == calendar.DateOf(now):
		return say("evaluate-today")
	case quietSince(f, now) != "":
		return say("quiet", "date", w.DayMonth(quietSince(f, now)))
	case last != nil && last.Answer == cases.NotSafe:
		return say("not-safe")
	case talk == nil:
		return say("not-heard")
	case f.Draft != nil && !untouched(f) && len(f.Lacks) > 0:
		return say("plan-lacks", "n", len(f.Lacks))
	case f.Draft != nil && !untouched(f):
		return say("plan-ready")
	case f.Current() != nil:
		return say("running")
	case f.Last(cases.Found) != nil:
		return say("found")
	case f.Last(cases.Started) != nil:
		return say("inquiry")
	case talk.Answer == cases.Declined:
		return say("declined")
	}
	return say("heard")
}

// quietSince is the day of the last line in an open track where nothing has
// been written for a while, "" where something has. A case that goes quiet is
// noticed.
func quietSince(f cases.File, now time.Time) tilhor.Date {
	last := calendar.DateOf(f.Written)
	if f.State != cases.Open || calendar.ArbeidsdagerBetween(last, calendar.DateOf(now)) < quietAfter {
		return ""
	}
	return last
}

// A next is the next step of a track: what, what is missing, and the only
// primary button of the page.
type next struct {
	Title string
	Text  string
	Gate  *web.Gate
	Do    web.Button
}

// nextStep finds the next step, the pupil's own voice before everything else.
func nextStep(w *lang.Words, f cases.File, now time.Time) next {
	s := steps{w, f, short(w, f.Track), now}
	talk := ownTalk(f)
	switch {
	case f.State != cases.Open:
		return s.askAgain()
	case f.AboutDecisions():
		return s.make("decision", "vedtak")
	case f.Pupil == "" && f.Lead:
		return s.make("identify", "elev")
	case f.Has == "" && f.Lead:
		return s.make("appoint", "ansvar")
	case gateOpen(f, duty.GateClosing):
		return s.close()
	case evaluateOn(f) != "" && evaluateOn(f) <= calendar.DateOf(now):
		return s.make("evaluate", stageEvaluate)
	case talk == nil:
		return s.hear()
	case talk.Answer == cases.Declined && talk.On != "" && talk.On <= calendar.DateOf(now):
		return s.make("offer", stageTalks)
	case f.Draft != nil:
		return s.plan()
	case f.Current() != nil:
		return s.running()
	case f.Last(cases.Found) != nil:
		return s.plan()
	}
	return s.inquire()
}

type steps struct {
	w    *lang.Words
	f    cases.File
	name string
	now  time.Time
}

func (s steps) t(key string, kv ...any) string {
	return s.w.T("school.next."+key, append(kv, "name", s.name)...)
}

func (s steps) make(key, page string, kv ...any) next {
	n := next{Title: lang.Cap(s.t(key, kv...)), Do: web.Button{Text: s.t(key + ".do"), Href: path(s.f.Track, page)}}
	if s.w.Has("school.next." + key + ".text") {
		n.Text = lang.Cap(s.t(key+".text", kv...))
	}
	return n
}

func (s steps) gate(items ...web.GateItem) *web.Gate { return &web.Gate{W: s.w, Items: items} }

func (s steps) missing(key, page, link string) web.GateItem {
	return web.GateItem{Text: lang.Cap(s.t(key)), Href: path(s.f.Track, page), Link: s.t(link)}
}

func (s steps) askAgain() next {
	if s.f.State == cases.Left {
		return s.make("left", "utskrift")
	}
	if s.f.CheckOn == "" {
		return s.make("over", "utskrift")
	}
	return s.make("ask-again", "etterkontroll", "date", s.w.DayMonth(s.f.CheckOn))
}

// hear: the pupil is heard first, and is made safe meanwhile without waiting.
func (s steps) hear() next {
	n := s.make("hear", stageTalks)
	n.Gate = s.gate(s.protected(), web.GateItem{Text: lang.Cap(s.t("hear.missing"))})
	return n
}

func (s steps) protected() web.GateItem {
	r := s.f.Last(cases.Protected)
	if r == nil {
		return s.missing("protect.missing", "strakstiltak", "protect.link")
	}
	return web.GateItem{OK: true, Text: lang.Cap(s.t("protect.ok")), Small: r.Text["what"]}
}

func (s steps) inquire() next {
	if s.f.Last(cases.Started) == nil {
		n := s.make("inquire", stageInquiry)
		n.Gate = s.gate(s.protected(), web.GateItem{Text: s.t("inquire.missing")})
		return n
	}
	n, findings, waiting := s.make("inquiry", stageInquiry), len(s.f.Of(cases.Finding)), 0
	for _, r := range s.f.Of(cases.Source) {
		if r.Answer == "waiting" {
			waiting++
		}
	}
	items := []web.GateItem{{Text: s.t("inquiry.no-finding")}}
	if findings > 0 {
		items = []web.GateItem{{OK: true, Text: s.t("inquiry.findings", "n", findings)}}
	}
	if waiting > 0 {
		items = append(items, web.GateItem{Text: s.t("inquiry.waiting", "n", waiting)})
	}
	n.Gate = s.gate(items...)
	return n
}

// plan: what the plan lacks, and where each thing is put right.
func (s steps) plan() next {
	if s.f.Draft == nil {
		n := s.make("plan", stagePlan)
		n.Gate = s.gate(append(s.lacks(), web.GateItem{Text: s.t("plan.missing")})...)
		return n
	}
	version := strconv.Itoa(s.f.Draft.Version)
	switch {
	case untouched(s.f):
		n := s.make("change", stagePlan, "version", version)
		if items := s.lacks(); len(items) > 0 {
			n.Gate = s.gate(items...)
		}
		return n
	case len(s.f.Lacks) > 0:
		n := s.make("draft", stagePlan, "version", version)
		n.Gate = s.gate(s.lacks()...)
		return n
	case s.f.Lead:
		return s.make("approve", stagePlan, "version", version)
	}
	return s.make("ready", stagePlan, "version", version)
}

// untouched says whether the draft is only what the evaluation began it with:
// the plan shall be changed, and nobody has changed it yet.
func untouched(f cases.File) bool {
	e := f.Last(cases.Evaluated)
	return e != nil && f.Draft != nil && e.Ref == cases.Change && f.Draft.Rev == 1 && !f.Draft.SavedAt.After(e.When.Written)
}

func (s steps) lacks() (items []web.GateItem) {
	for _, l := range s.f.Lacks {
		item := web.GateItem{Text: s.w.T(l.Key), Href: path(s.f.Track, l.Page), Link: s.t("put-right." + l.Page)}
		if l.Measure > 0 && s.f.Draft != nil && len(s.f.Draft.Measures) > 1 {
			item.Small = s.t("measure", "n", strconv.Itoa(l.Measure)) + "."
		}
		items = append(items, item)
	}
	return items
}

func (s steps) running() next {
	on := evaluateOn(s.f)
	if on == "" {
		return s.make("follow", stagePlan)
	}
	return s.make("running", stageEvaluate, "date", s.w.DayMonth(on))
}

func (s steps) close() next {
	if s.f.Lead {
		return s.make("close", stageEnd)
	}
	return s.make("may-close", stageEnd)
}
