package sfo

import (
	"context"
	"fmt"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
)

var (
	selectDays = db.SQL(`SELECT day, opens, closes FROM sfo_day WHERE owner = $1 AND school = $2 AND day >= $3 ORDER BY day LIMIT 200`)
	putDay     = db.SQL(`INSERT INTO sfo_day (owner, school, day, opens, closes, by_person, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (owner, school, day) DO UPDATE SET opens = excluded.opens, closes = excluded.closes, by_person = excluded.by_person, at = excluded.at`)
	dropDay = db.SQL(`DELETE FROM sfo_day WHERE owner = $1 AND school = $2 AND day = $3`)
)

// mostAhead is how many days ahead a day of SFO's own can be set: a school year,
// and some.
const mostAhead = 400

// A Day is one of SFO's own: SFO is often open on planning days and in holidays,
// when the school is not, and sometimes closed when the school is open.
type Day struct {
	Day           tilhor.Date
	Opens, Closes int // minutes after midnight in Oslo; both zero: closed that day
}

// Shut says whether SFO is closed that day.
func (x Day) Shut() bool { return x.Opens == x.Closes }

// SetDay says when SFO is open one day, whatever the week and the school say.
func (d *Desk) SetDay(ctx context.Context, by tilhor.Actor, x Day) error {
	today := calendar.DateOf(d.Clock())
	var f tilhor.Faults
	f.Add(x.Day < today || x.Day > today.Add(mostAhead), "day", "sfo.fault.own-day")
	f.Add(x.Opens < 0 || x.Closes >= 24*60 || x.Opens > x.Closes || x.Shut() && x.Opens != 0, "opens", "sfo.fault.hours")
	if err := f.Err(); err != nil {
		return err
	}
	said := fmt.Sprintf("%s %02d:%02d-%02d:%02d", x.Day, x.Opens/60, x.Opens%60, x.Closes/60, x.Closes%60)
	return d.act(ctx, by, "day", said, func(tx *db.Tx, now time.Time) error {
		_, err := tx.Exec(putDay, by.Owner, by.School, x.Day, x.Opens, x.Closes, by.Person, now.UnixMilli())
		return err
	})
}

// DropDay lets a day be as the week and the school say again.
func (d *Desk) DropDay(ctx context.Context, by tilhor.Actor, day tilhor.Date) error {
	return d.act(ctx, by, "day.back", string(day), func(tx *db.Tx, _ time.Time) error {
		n, err := tx.Exec(dropDay, by.Owner, by.School, day)
		if err == nil && n == 0 {
			return tilhor.ErrNotFound
		}
		return err
	})
}

// days are SFO's own, from one on.
func days(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, from tilhor.Date) (all []Day, err error) {
	err = tx.Each(selectDays, func(scan db.Scan) error {
		var x Day
		err := scan(&x.Day, &x.Opens, &x.Closes)
		all = append(all, x)
		return err
	}, owner, school, from)
	return all, err
}

// isOpen says whether SFO at a school is open now, and when it closes today.
func isOpen(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, now time.Time) (closes time.Time, open bool, err error) {
	week, err := hours(tx, owner, school)
	if err != nil {
		return closes, false, err
	}
	own, err := days(tx, owner, school, calendar.DateOf(now))
	if err != nil {
		return closes, false, err
	}
	shut, err := closed(tx, owner, school)
	closes, open = openAt(week, own, shut, now)
	return closes, open, err
}
