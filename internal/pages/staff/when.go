package staff

import (
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// whenFields ask for a day and a clock; readWhen reads them.
func whenFields(w *lang.Words, f *web.Form, label string) (day, clock web.Field) {
	day = f.Field(w, "at", label)
	day.Help = w.T("form.date-help")
	clock = f.Field(w, "at-time", w.T("danger.clock"))
	clock.Help, clock.Mark = w.T("form.time-help"), w.T("form.optional")
	return day, clock
}

// readWhen reads when something happened. Nothing typed is now; a day without a
// clock is known to the day, and no closer.
func readWhen(f *web.Form, now time.Time) tilhor.When {
	typed, clock, day := f.Line("at"), f.Line("at-time"), calendar.DateOf(now)
	if typed == "" && clock == "" {
		return tilhor.Now(now)
	}
	if typed != "" {
		var err error
		day, err = lang.ReadDate(typed)
		f.Faults.Add(err != nil, "at", "danger.fault.date")
		if err != nil {
			return tilhor.Now(now)
		}
	}
	if clock == "" {
		at := calendar.Start(day).Add(12 * time.Hour)
		if at.After(now) && day == calendar.DateOf(now) {
			at = now
		}
		return tilhor.When{At: at, Precision: tilhor.Day}
	}
	at, err := lang.ReadTime(day, clock)
	f.Faults.Add(err != nil, "at-time", "danger.fault.clock")
	if err != nil {
		return tilhor.Now(now)
	}
	return tilhor.When{At: at, Precision: tilhor.Exact}
}

// answer does what a form asks for, once; with faults the page comes again with
// all that was typed.
func answer(q *web.Req, f *web.Form, act func() (location string, err error), again func(code int) error) error {
	return q.Answer(f, act, func(code int, _ *web.Form) error { return again(code) })
}
