package front

import (
	"time"

	"tilhor"
	"tilhor/internal/calendar"
)

// The hours in which a school reads, as the pages say it: a habit, and no rule.
const (
	Opens  = 8
	Closes = 15
)

// A Reading is when what is told is read: the one answer to it, before it is sent and
// afterwards.
type Reading struct {
	By    string      // who reads today instead of the school: ByOwner, ByNobody, or "" for the school
	Until tilhor.Date // the last day of that
	Today bool        // the school reads today
	Now   bool        // and these are its hours
	Next  tilhor.Date // the next day on which it reads: today, until the hours are over
}

// Reads says when it is read: on days of school (skoledag), but for those when the
// school has said that nobody reads. Of the zero Page it is what the municipality
// reads: on working days.
func (p Page) Reads(now time.Time) (r Reading) {
	today, hour := calendar.DateOf(now), now.In(calendar.Oslo()).Hour()
	if l := p.On(today); l != nil {
		r.By, r.Until = l.Reads, l.Until
	}
	open := func(d tilhor.Date) bool { return p.closed.Skoledag(d) && p.On(d) == nil }
	r.Today = open(today)
	r.Now = r.Today && hour >= Opens && hour < Closes
	r.Next = today
	if hour >= Closes {
		r.Next = today.Add(1)
	}
	for n := 0; n < 2*longest && !open(r.Next); n++ {
		r.Next = r.Next.Add(1)
	}
	return r
}
