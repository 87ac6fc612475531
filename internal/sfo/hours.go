package sfo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
)

var (
	selectHours = db.SQL(`SELECT weekday, opens, closes FROM sfo_hours WHERE owner = $1 AND school = $2 ORDER BY weekday`)
	dropHours   = db.SQL(`DELETE FROM sfo_hours WHERE owner = $1 AND school = $2`)
	insertHours = db.SQL(`INSERT INTO sfo_hours (owner, school, weekday, opens, closes) VALUES ($1, $2, $3, $4, $5)`)
)

// Hours are when SFO is open one weekday, in minutes after midnight in Oslo.
type Hours struct {
	Weekday       time.Weekday
	Opens, Closes int
}

// SetHours says when SFO is open. A day that is not among them is closed.
func (d *Desk) SetHours(ctx context.Context, by tilhor.Actor, all []Hours) error {
	var f tilhor.Faults
	seen := map[time.Weekday]bool{}
	var said []string
	for _, h := range all {
		day := fmt.Sprint(int(h.Weekday))
		f.Add(h.Weekday < time.Monday || h.Weekday > time.Friday || seen[h.Weekday], "opens-"+day, "sfo.fault.day")
		f.Add(h.Opens < 0 || h.Closes >= 24*60 || h.Opens >= h.Closes, "opens-"+day, "sfo.fault.hours")
		seen[h.Weekday] = true
		said = append(said, fmt.Sprintf("%s %02d:%02d-%02d:%02d", day, h.Opens/60, h.Opens%60, h.Closes/60, h.Closes%60))
	}
	if err := f.Err(); err != nil {
		return err
	}
	return d.act(ctx, by, "hours", strings.Join(said, ", "), func(tx *db.Tx, _ time.Time) error {
		if _, err := tx.Exec(dropHours, by.Owner, by.School); err != nil {
			return err
		}
		for _, h := range all {
			if _, err := tx.Exec(insertHours, by.Owner, by.School, int(h.Weekday), h.Opens, h.Closes); err != nil {
				return err
			}
		}
		return nil
	})
}

func hours(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID) (all []Hours, err error) {
	err = tx.Each(selectHours, func(scan db.Scan) error {
		var h Hours
		var day int
		err := scan(&day, &h.Opens, &h.Closes)
		h.Weekday = time.Weekday(day)
		all = append(all, h)
		return err
	}, owner, school)
	return all, err
}

// openAt says whether SFO is open at an instant, and when it closes that day.
// The closing minute itself is closed; so is a day the school is (skolerute), when
// the day is none of SFO's own.
func openAt(week []Hours, own []Day, shut calendar.Closed, now time.Time) (closes time.Time, open bool) {
	at, on := now.In(calendar.Oslo()), calendar.DateOf(now)
	opens, ends := 0, 0
	for _, h := range week {
		if h.Weekday == at.Weekday() && shut.Skoledag(on) {
			opens, ends = h.Opens, h.Closes
		}
	}
	for _, x := range own {
		if x.Day == on {
			opens, ends = x.Opens, x.Closes
		}
	}
	if minute := at.Hour()*60 + at.Minute(); minute < opens || minute >= ends {
		return time.Time{}, false
	}
	return time.Date(at.Year(), at.Month(), at.Day(), ends/60, ends%60, 0, 0, calendar.Oslo()), true
}
