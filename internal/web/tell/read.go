package tell

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
)

// check notes what is wrong on one screen. The room decides; this only spares
// the teller from coming back two screens later.
func (t *teller) check(at screen) {
	f := t.form
	blank := func(name string) bool { return f.Line(name) == "" }
	long := func(name string, most int) {
		f.Faults.Add(utf8.RuneCountInString(f.Get(name)) > most, name, map[bool]string{true: "concerns.fault.long", false: "concerns.fault.short"}[most == concerns.MaxText])
	}
	switch at {
	case who:
		if t.Open {
			f.Faults.Add(blank("name"), "name", "concerns.fault.name")
			long("name", concerns.MaxShort)
			f.Faults.Add(blank("described"), "described", "concerns.fault.described")
		} else {
			f.Faults.Add(len(f.All("pupil")) == 0 && blank("described"), "described", "concerns.fault.pupil")
			f.Faults.Add(len(f.All("pupil")) > concerns.MaxPupils, "described", "concerns.fault.pupils")
		}
		long("described", concerns.MaxText)
		long("whom", concerns.MaxShort)
		f.Faults.Add(f.Get("accused") == string(duty.AccusedEmployee) && blank("whom") && (t.Open || blank("against")), "whom", "concerns.fault.against")
	case what:
		f.Faults.Add(blank("said") && blank("saw"), "said", "concerns.fault.what")
		long("said", concerns.MaxText)
		long("saw", concerns.MaxText)
	case where:
		f.Faults.Add(!tilhor.Arena(f.Get("arena")).Valid(), "arena", "concerns.fault.arena")
		long("place", concerns.MaxShort)
		happened := t.when("happened", tilhor.When{})
		f.Faults.Add(happened.Precision == "", "happened", "concerns.fault.when")
		f.Faults.Add(t.when("known", happened).Precision == "", "known", "concerns.fault.known")
	}
}

func (t *teller) today() tilhor.Date { return calendar.DateOf(t.q.Now) }

// began is when the form was opened: what the teller came to know «now» was
// known then, also when the draft is sent the day after.
func (t *teller) began() time.Time {
	now := t.q.Now
	ms, err := strconv.ParseInt(t.form.Get("began"), 10, 64)
	if at := time.UnixMilli(ms); err == nil && !at.After(now) && at.After(now.AddDate(0, 0, -8)) {
		return at
	}
	return now
}

// when reads one time: a day with a clock or without, or unknown. The other is
// when it happened, for an adult who was there. A fault is noted at the field.
func (t *teller) when(name string, happened tilhor.When) tilhor.When {
	f := t.form
	switch f.Get(name) {
	case "unknown":
		return tilhor.When{Precision: tilhor.Unknown, Written: t.q.Now}
	case "now":
		return tilhor.When{At: t.began(), Precision: tilhor.Exact}
	case "then":
		return happened
	case "today":
		return t.on(name, t.opened())
	case "yesterday":
		return t.on(name, t.opened().Add(-1))
	case "earlier":
		d, err := lang.ReadDate(f.Line(name + "-on"))
		if err != nil {
			f.Faults.Add(true, name+"-on", "concerns.fault.date")
			return tilhor.When{Precision: tilhor.Day, At: t.q.Now}
		}
		return t.on(name, d)
	}
	return tilhor.When{}
}

// opened is the day the form was opened: a «today» that was meant then.
func (t *teller) opened() tilhor.Date { return calendar.DateOf(t.began()) }

// on is a time on a day: at the clock that was given, else the day alone, which
// is kept as noon but never later than now.
func (t *teller) on(name string, d tilhor.Date) tilhor.When {
	clock := t.form.Line(name + "-at")
	if clock != "" {
		at, err := lang.ReadTime(d, clock)
		if err == nil {
			return tilhor.When{At: at, Precision: tilhor.Exact}
		}
		t.form.Faults.Add(true, name+"-at", "concerns.fault.time")
	}
	y := d.Time()
	noon := time.Date(y.Year(), y.Month(), y.Day(), 12, 0, 0, 0, calendar.Oslo())
	if noon.After(t.q.Now) && d <= t.today() {
		noon = t.q.Now
	}
	return tilhor.When{At: noon, Precision: tilhor.Day}
}

// telling is the form as the room wants it.
func (t *teller) telling() concerns.Telling {
	f := t.form
	n := concerns.Telling{
		School: t.school.ID, Described: f.Get("described"), Said: f.Get("said"), Saw: f.Get("saw"),
		Arena: tilhor.Arena(f.Get("arena")), Place: f.Get("place"),
	}
	n.Happened = t.when("happened", tilhor.When{})
	n.Known = t.when("known", n.Happened)
	if t.adult() {
		n.Accused, n.Whom = duty.Accused(f.Get("accused")), f.Line("whom")
		if a := f.Line("against"); a != "" && !t.Open {
			n.Against = []tilhor.PersonID{tilhor.PersonID(a)}
		}
	}
	if t.Open {
		n.Name = f.Line("name")
		return n
	}
	for _, id := range f.All("pupil") {
		if p := tilhor.PersonID(id); !slices.Contains(n.Pupils, p) {
			n.Pupils = append(n.Pupils, p)
		}
	}
	return n
}
