package cases

import (
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
)

// What a calendar shows is a day and nothing more. A case about a protected
// pupil gives none: a calendar lies open on a table.
var selectDays = db.SQL(`SELECT DISTINCT s.first_on FROM (SELECT DISTINCT p.thing FROM access_grant p
	WHERE p.owner = $1 AND p.person = $2 AND p.kind = 'track' AND p.unit = $4) mine CROSS JOIN duty_state s
	WHERE s.owner = $1 AND s.thing = mine.thing AND s.state IN ('open', 'late', 'late-local', 'not-due') AND s.first_on >= $6 AND s.first_on < $7
	AND NOT EXISTS (SELECT 1 FROM access_guard k WHERE k.owner = s.owner AND k.kind = 'track' AND k.thing = s.thing AND k.until_at > $5)
	AND ` + access.Scope(access.Work, "s.thing") + ` ORDER BY s.first_on LIMIT 366`)

// Days are the days with something to do in the cases that an actor was given by
// name, for a calendar of their own.
func (d *Desk) Days(tx *db.Tx, by tilhor.Actor, from, until tilhor.Date, now time.Time) (all []tilhor.Date, err error) {
	err = tx.Each(selectDays, func(scan db.Scan) error {
		var day tilhor.Date
		err := scan(&day)
		all = append(all, day)
		return err
	}, access.Args(by, access.Work, now, from, until)...)
	return all, err
}
