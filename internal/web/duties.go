package web

import (
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/law"
)

// TagClass is the tag of a duty's class: the act, guidance, or a routine of
// one's own. The three are never mixed up.
func TagClass(c law.Class) string {
	switch c {
	case law.Guidance:
		return "rad"
	case law.Local, law.LocalPlan:
		return "lokal"
	}
	return "lov"
}

// DutyRowOf is the row of a duty as the pure function gave it.
func DutyRowOf(w *lang.Words, d duty.Duty, now time.Time) Duty { return DutyRow(w, d.Stored(), now) }

// DutyRow is one duty as a row of a list: what, where it comes from, and how it
// stands. A word of the act (snarast, straks) is never shown as a date: it says
// how long the school has known. A date says whose it is.
func DutyRow(w *lang.Words, s duty.Stored, now time.Time) Duty {
	row := DutyNow(w, s, calendar.DateOf(now))
	row.Meta, row.When = []string{s.Ref}, reason(w, s, calendar.DateOf(now))
	return row
}

// DutyNow is a duty's row without why it stands so, for a list of many: what,
// where it comes from, and how it stands today.
func DutyNow(w *lang.Words, s duty.Stored, today tilhor.Date) Duty {
	return Duty{What: w.T("duty." + string(s.ID) + ".name"), Tag: TagOf(w, TagClass(s.Class)), State: standing(w, s, today)}
}

func standing(w *lang.Words, s duty.Stored, today tilhor.Date) State {
	switch s.State {
	case duty.Met:
		return State{OK, w.T("clock.met")}
	case duty.MetLate:
		return State{OK, w.T("clock.met-late")}
	case duty.Ended:
		return State{None, w.T("clock.ended")}
	case duty.Late:
		return State{Late, w.T("clock.late", "n", max(1, calendar.ArbeidsdagerBetween(s.FirstOn, today)))}
	case duty.LateLocal:
		if s.Class == law.LocalPlan {
			return State{Late, w.T("clock.late-plan", "n", max(1, calendar.ArbeidsdagerBetween(s.FirstOn, today)))}
		}
		return State{Late, w.T("clock.late-local")}
	}
	switch {
	case s.FirstOn == "" || wordy(s.Class):
		return State{Now, w.T("clock.open")}
	case s.FirstOn <= today:
		return State{Now, w.T("clock.today")}
	case s.State == duty.Open && s.Class != law.LocalPlan && s.FirstOn <= today.Add(1):
		return State{Soon, w.T("clock.tomorrow")}
	}
	return State{Soon, lang.Cap(w.NearDay(s.FirstOn, today))}
}

// wordy says that the act gives a word, an order or an always, and no day: then
// the owner's norm stands beside it, and never in its place.
func wordy(c law.Class) bool {
	return c == law.StatutoryWord || c == law.Linked || c == law.Continuous || c == law.NoTime
}

// reason says why it stands so, and whose time it is.
func reason(w *lang.Words, s duty.Stored, today tilhor.Date) string {
	if s.State == duty.Met || s.State == duty.MetLate || s.State == duty.Ended {
		return ""
	}
	known := calendar.ArbeidsdagerBetween(calendar.DateOf(s.Triggered), today)
	switch {
	case s.Class == law.StatutoryWord && s.Word != "":
		text := w.T("clock.word", "word", s.Word) + " " + knownFor(w, known)
		if s.FirstOn >= today {
			text += " " + w.T("clock.norm", "date", w.DayMonth(s.FirstOn))
		}
		return text
	case s.Class == law.LocalPlan && s.FirstOn != "":
		return w.T("clock.plan", "date", w.DayMonth(s.FirstOn))
	case s.Class == law.External && s.FirstOn != "":
		return w.T("clock.external", "date", w.DayMonth(s.FirstOn))
	case s.LocalDue != "" && s.FirstOn != "":
		return w.T("clock.norm", "date", w.DayMonth(s.FirstOn))
	case s.Class == law.Linked:
		return w.T("clock.linked")
	}
	return knownFor(w, known)
}

// knownFor is for how long the school has known.
func knownFor(w *lang.Words, days int) string {
	if days == 0 {
		return w.T("clock.known-today")
	}
	return w.T("clock.known", "n", days)
}
