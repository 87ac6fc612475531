package cases

import (
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/roster"
)

// What a calendar shows is a day and nothing more. A case about a protected
// pupil gives none: a calendar lies open on a table. Of the actor's own school it
// is what the scope lets, so that who leads by role has days too; of any school what
// was given by name, a day of both once.
var selectDays = db.SQL(`SELECT s.first_on FROM duty_state s WHERE s.owner = $1 AND s.school = $4 AND ` + dated + `
	UNION SELECT s.first_on FROM (` + lent + `) mine CROSS JOIN duty_state s
		WHERE s.owner = $1 AND s.thing = mine.thing AND ` + dated + `
	ORDER BY 1 LIMIT 366`)

var dated = `s.state IN ('open', 'late', 'late-local', 'not-due') AND s.first_on >= $6 AND s.first_on < $7
	AND NOT EXISTS (SELECT 1 FROM access_guard k WHERE k.owner = s.owner AND k.kind = 'track' AND k.thing = s.thing AND k.until_at > $5)
	AND ` + access.Scope(access.Work, "s.thing")

var selectDraft = db.SQL(`SELECT version FROM cases_plan WHERE owner = $1 AND track = $2 AND state = 'draft'`)

// Days are the days with something to do in the cases that an actor works, or that
// stand on a parent's page, for a calendar of their own.
func (d *Desk) Days(tx *db.Tx, by tilhor.Actor, from, until tilhor.Date, now time.Time) (all []tilhor.Date, err error) {
	if by.Role == tilhor.RoleParent {
		return d.homeDays(tx, by, from, until, now)
	}
	err = tx.Each(selectDays, func(scan db.Scan) error {
		var day tilhor.Date
		err := scan(&day)
		all = append(all, day)
		return err
	}, access.Args(by, access.Work, now, from, until)...)
	return all, err
}

// homeDays are those of a parent's page: what comes next, and until when one may say
// what one means of the draft. They pass the gate of the home, and nothing sealed is
// opened for them.
func (d *Desk) homeDays(tx *db.Tx, by tilhor.Actor, from, until tilhor.Date, now time.Time) (all []tilhor.Date, err error) {
	open, err := d.shownTo(tx, by, now)
	if err != nil {
		return nil, err
	}
	for _, s := range open {
		if s.protected {
			continue
		}
		f := File{Track: s.Track}
		if f.Records, err = d.records(tx, by.Owner, s.ID, nil); err != nil {
			return nil, err
		}
		err := tx.Each(selectDraft, func(scan db.Scan) error {
			f.Draft = &Plan{}
			return scan(&f.Draft.Version)
		}, by.Owner, s.ID)
		if err != nil {
			return nil, err
		}
		days := []tilhor.Date{f.next(from, true).On}
		if _, until := f.draftShown(); s.May == roster.TellAll {
			days = append(days, until)
		}
		for _, day := range days {
			if day >= from && day < until {
				all = append(all, day)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
