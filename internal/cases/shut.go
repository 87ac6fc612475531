package cases

import (
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// Shut says until which day the actor's school is shut, empty when today is a
// day of school, and who stands in for rektor meanwhile. That the school is shut
// stops no duty: what counts skoledager waits, the rest does not.
func (d *Desk) Shut(tx *db.Tx, by tilhor.Actor, now time.Time) (until tilhor.Date, names []string, err error) {
	day := today(now)
	if !calendar.Arbeidsdag(day) { // a weekend is no holiday
		return "", nil, nil
	}
	closed, err := duty.Closed(tx, by.Owner, by.School)
	if err != nil || !closed[day] {
		return "", nil, err
	}
	for n := 0; n < 120 && (closed[day] || !calendar.Arbeidsdag(day)); n++ {
		until, day = day, day.Add(1)
	}
	for !calendar.Arbeidsdag(until) { // the last shut day of the lists, not the Sunday after
		until = until.Add(-1)
	}
	all, err := access.GrantsOf(tx, by.Owner, access.School, string(by.School))
	if err != nil {
		return "", nil, err
	}
	var ids []tilhor.PersonID
	for _, g := range all {
		if g.Relation == access.Leads && !g.From.After(now) && (g.Until.IsZero() || g.Until.After(now)) {
			ids = append(ids, g.Person)
		}
	}
	known, err := d.Roster.Names(tx, by.Owner, ids...)
	for _, id := range ids {
		names = append(names, known[id])
	}
	return until, names, err
}
