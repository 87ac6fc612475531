package hearing

import (
	"context"
	"slices"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
)

// remindBefore is how many days before the deadline those that have not answered are
// reminded, unless who holds the hearing says otherwise. They are once more when it
// has passed.
var remindBefore = []int{14, 3}

const (
	mostReminders = 5
	mostDays      = 60
	reminds       = 7 // for how many days a reminder's day has come: what is older was let lie
)

// Remind tells those that have neither answered nor declined that the day comes
// near. It says when, and to whom; who is told by mail follows the record.
func (d *Desk) Remind(ctx context.Context, by tilhor.Actor, slug string) (n int, err error) {
	on := calendar.DateOf(d.Clock())
	err = d.holding(ctx, by, slug, func(tx *db.Tx, h Hearing) (lines []line, err error) {
		for _, i := range h.Invited {
			if i.waits() && !slices.Contains(i.Reminded, on) {
				lines = append(lines, line{kind: kindReminded, body: i.ID})
			}
		}
		n = len(lines)
		return lines, nil
	})
	return n, err
}

// SetReminders says how many days before the deadline reminders go by themselves. With
// no days none goes, not even the one after the deadline.
func (d *Desk) SetReminders(ctx context.Context, by tilhor.Actor, slug string, days []int) error {
	return d.holding(ctx, by, slug, func(tx *db.Tx, h Hearing) ([]line, error) {
		days := slices.Compact(slices.Sorted(slices.Values(days)))
		slices.Reverse(days)
		var f tilhor.Faults
		f.Add(len(days) > mostReminders || slices.ContainsFunc(days, func(n int) bool { return n < 0 || n > mostDays }), "days", "hearing.fault.days")
		return []line{{kind: kindReminders, words: append([]int{}, days...)}}, f.Err()
	})
}

// waits says whether a body has neither answered, on the page or by mail, nor declined.
func (i Invited) waits() bool { return !i.Has() && i.Declined == "" && len(i.Received) == 0 }

// forgotten says whether a body is to be reminded on a day without anybody asking for
// it: a reminder's day has come since it was asked, not long ago, and it was not
// reminded since.
func (h Hearing) forgotten(i Invited, on tilhor.Date) bool {
	if !i.waits() || len(h.Reminders) == 0 {
		return false
	}
	var last tilhor.Date // the latest of the days that have come
	for _, n := range append([]int{-1}, h.Reminders...) {
		if day := h.Due(i).Add(-n); day <= on && day > last {
			last = day
		}
	}
	return last > i.Asked && last.Add(reminds) >= on && !slices.ContainsFunc(i.Reminded, func(r tilhor.Date) bool { return r >= last })
}

var selectOpen = db.SQL(`SELECT h.id, h.slug, h.at FROM hearing_hearing h WHERE h.owner = $1
	AND NOT EXISTS (SELECT 1 FROM hearing_line l WHERE l.owner = h.owner AND l.body = '' AND l.kind = 'sent' AND l.hearing = h.id)`)

// RemindAll reminds, in every open hearing, the bodies whose day has come. It is run
// over and over; each is reminded once for each day, and each hearing is opened once a
// day: an open one may have been let lie for years. It is the program's own act.
func (d *Desk) RemindAll(ctx context.Context, owner tilhor.OwnerID) error {
	now := d.Clock()
	on := calendar.DateOf(now)
	var seen []string
	due := func(tx *db.Tx) (all []Hearing, lines [][]line, err error) {
		list, err := d.listed(tx, selectOpen, owner)
		list = slices.DeleteFunc(list, func(h Hearing) bool { at, _ := d.looked.Load(h.ID); return at == on })
		if err == nil {
			err = d.read(tx, owner, list)
		}
		for _, h := range list {
			seen = append(seen, h.ID)
			var some []line
			for _, i := range h.Invited {
				if h.forgotten(i, on) {
					some = append(some, line{kind: kindReminded, body: i.ID})
				}
			}
			if len(some) > 0 {
				all, lines = append(all, h), append(lines, some)
			}
		}
		return all, lines, err
	}
	some := false
	err := d.DB.Read(ctx, func(tx *db.Tx) error {
		seen = nil
		all, _, err := due(tx)
		some = len(all) > 0
		return err
	})
	if err == nil && some {
		err = d.DB.Write(ctx, func(tx *db.Tx) error {
			all, lines, err := due(tx)
			for n, h := range all {
				if err == nil {
					err = d.write(tx, tilhor.Actor{Owner: owner, Role: operator}, h.ID, now, lines[n]...)
				}
			}
			return err
		})
	}
	if err == nil {
		for _, id := range seen {
			d.looked.Store(id, on)
		}
	}
	return err
}
