package calendar

import (
	"slices"
	"sync"
	"time"

	"tilhor"
)

// Easter is the first day of Easter (1. påskedag) of a year, by the Gregorian
// reckoning (Meeus, Jones and Butcher).
func Easter(year int) tilhor.Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	month := (h + l - 7*m + 114) / 31
	day := (h+l-7*m+114)%31 + 1
	return date(year, time.Month(month), day)
}

// The movable holidays, in days from Easter: skjærtorsdag, langfredag, 1. and
// 2. påskedag, Kristi himmelfartsdag, 1. and 2. pinsedag.
var movable = []int{-3, -2, 0, 1, 39, 49, 50}

// The fixed ones: 1 January, 1 May and 17 May (which equal Sundays), 25 and 26
// December (LOV-1995-02-24-12 § 2; LOV-1947-04-26-1).
var fixed = []struct {
	month time.Month
	day   int
}{{time.January, 1}, {time.May, 1}, {time.May, 17}, {time.December, 25}, {time.December, 26}}

// Holidays are the public holidays of a year but ordinary Sundays: a sorted
// SET, for two may fall on one day (17 May was Kristi himmelfartsdag in 2012
// and is 2. pinsedag in 2027). There is no substitute day for one that falls on
// a weekend. 24 and 31 December are working days in law.
func Holidays(year int) []tilhor.Date {
	var out []tilhor.Date
	easter := Easter(year)
	for _, n := range movable {
		out = append(out, easter.Add(n))
	}
	for _, f := range fixed {
		out = append(out, date(year, f.month, f.day))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Holiday says whether the date is a Sunday or a public holiday (helligdag, or
// a day that equals one).
func Holiday(d tilhor.Date) bool { return holiday(d.Time()) }

func holiday(t time.Time) bool {
	if t.Weekday() == time.Sunday {
		return true
	}
	for _, f := range fixed {
		if t.Month() == f.month && t.Day() == f.day {
			return true
		}
	}
	return slices.Contains(movable, t.YearDay()-easterDay(t.Year()))
}

// easters keeps the day of the year that Easter begins on: a list asks for it
// for every day between two dates, row by row.
var easters sync.Map

func easterDay(year int) int {
	if day, known := easters.Load(year); known {
		return day.(int)
	}
	day := Easter(year).Time().YearDay()
	easters.Store(year, day)
	return day
}

// Arbeidsdag says whether the date is a Monday to Friday that is no holiday.
func Arbeidsdag(d tilhor.Date) bool { return arbeidsdag(d.Time()) }

func arbeidsdag(t time.Time) bool { return t.Weekday() != time.Saturday && !holiday(t) }

// AddArbeidsdager is the nth arbeidsdag after the date, which is itself not
// counted. Zero gives the date itself, or the next arbeidsdag if it is none.
func AddArbeidsdager(d tilhor.Date, n int) tilhor.Date { return add(d, n, Arbeidsdag) }

// ArbeidsdagerBetween counts the arbeidsdagar after from, up to and including
// to.
func ArbeidsdagerBetween(from, to tilhor.Date) int {
	n := 0
	for t, end := from.Time().AddDate(0, 0, 1), to.Time(); !t.After(end); t = t.AddDate(0, 0, 1) {
		if arbeidsdag(t) {
			n++
		}
	}
	return n
}

func add(d tilhor.Date, n int, open func(tilhor.Date) bool) tilhor.Date {
	if n <= 0 {
		for !open(d) {
			d = d.Add(1)
		}
		return d
	}
	for n > 0 {
		d = d.Add(1)
		if open(d) {
			n--
		}
	}
	return d
}

// Closed are the days on which a school is shut beyond weekends and holidays:
// its own skolerute.
type Closed map[tilhor.Date]bool

// ClosedOn makes a set of dates.
func ClosedOn(days ...tilhor.Date) Closed {
	c := Closed{}
	for _, d := range days {
		c[d] = true
	}
	return c
}

// Skoledag says whether the school is open on the date.
func (c Closed) Skoledag(d tilhor.Date) bool { return !c[d] && Arbeidsdag(d) }

// AddSkoledager is the nth skoledag after the date.
func (c Closed) AddSkoledager(d tilhor.Date, n int) tilhor.Date { return add(d, n, c.Skoledag) }
