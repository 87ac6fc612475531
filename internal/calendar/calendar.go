// Package calendar counts days the way Norwegian law and Norwegian schools do.
//
// There are three calendars, and they are never called by the bare word
// "virkedag" (which in older law includes Saturday):
//
//   - calendar days, weeks and months (domstolloven § 148);
//   - arbeidsdag: Monday to Friday but public holidays;
//   - skoledag: an arbeidsdag on which this school is open (its skolerute,
//     opplæringslova § 14-1).
//
// School holidays never suspend a duty. All dates are civil dates in
// Europe/Oslo; nothing here reads a clock.
package calendar

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // the zone must be there on a bare machine too

	"tilhor"
)

// Oslo is the zone in which Norwegian law counts dates.
var Oslo = sync.OnceValue(func() *time.Location {
	loc, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic("calendar: Europe/Oslo is embedded and must load: " + err.Error())
	}
	return loc
})

// DateOf is the civil date of an instant in Oslo.
func DateOf(t time.Time) tilhor.Date { return tilhor.DateOf(t, Oslo()) }

// Start is the first instant of the date in Oslo.
func Start(d tilhor.Date) time.Time {
	t := d.Time()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, Oslo())
}

// End is the first instant after the date in Oslo: what must be done "by" the
// date may be done before End.
func End(d tilhor.Date) time.Time {
	t := d.Time()
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, Oslo())
}

// At is an hour of the date on the wall clock in Oslo.
func At(d tilhor.Date, hour int) time.Time {
	t := d.Time()
	return time.Date(t.Year(), t.Month(), t.Day(), hour, 0, 0, 0, Oslo())
}

func date(year int, month time.Month, day int) tilhor.Date {
	return tilhor.Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Format("2006-01-02"))
}

// AddWeeks adds whole weeks: the period ends on the weekday it began on, and
// the day it began is not counted (domstolloven § 148).
func AddWeeks(d tilhor.Date, n int) tilhor.Date { return d.Add(7 * n) }

// AddMonths adds whole months: the period ends on the day of the month it began
// on, or on the last day of a month that is too short (domstolloven § 148).
func AddMonths(d tilhor.Date, n int) tilhor.Date {
	t := d.Time()
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return date(first.Year(), first.Month(), min(t.Day(), last))
}

// Klagefrist is the last day for a complaint (klage): three weeks from receipt
// (forvaltningsloven § 29), moved by domstolloven § 149.
func Klagefrist(received tilhor.Date) tilhor.Date { return NextOpen(AddWeeks(received, 3)) }

// NextOpen is the date itself or, if it is a Saturday or a holiday, the next
// day that is neither (domstolloven § 149). It is for complaints and replies
// only: the week of opplæringslova § 12-6 is a waiting time that runs in the
// pupil's favour and is never moved.
func NextOpen(d tilhor.Date) tilhor.Date {
	for !Arbeidsdag(d) {
		d = d.Add(1)
	}
	return d
}

// ISOWeek is the week number in use in Norway, with the year it belongs to.
func ISOWeek(d tilhor.Date) (year, week int) { return d.Time().ISOWeek() }

// SchoolYear is the year the school year of the date began: 1 August to 31
// July (opplæringslova § 14-1).
func SchoolYear(d tilhor.Date) int {
	t := d.Time()
	if t.Month() < time.August {
		return t.Year() - 1
	}
	return t.Year()
}

// SchoolYearName is the school year as people write it: 2026–2027.
func SchoolYearName(start int) string { return fmt.Sprintf("%d–%d", start, start+1) }
