package notices

import (
	"context"
	"errors"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/lang"
)

// A Mailer hands one mail to whoever carries it.
type Mailer interface {
	Mail(ctx context.Context, to, subject, text string) error
}

// How long until a mail that could not be handed over is tried again, by how
// often it was tried; after the last it is given up.
var again = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// claim is how long a mail that is being sent belongs to the process that took it.
const claim = 5 * time.Minute

// Everybody is left in peace at night: at home a child may be the one who hears the
// telephone, and who works at the school reads nothing then that cannot wait. What
// cannot is not told by mail: the pages say whom to ring.
const (
	quietFrom  = 21
	quietUntil = 8
)

type letter struct {
	id            string
	to            string
	subject, text string
	tries         int
}

var (
	selectDue   = db.SQL(`SELECT id, person, family, tries, at, queued_at FROM notices_outbox WHERE owner = $1 AND state = 'waiting' AND at <= $2 ORDER BY at LIMIT 50`)
	moveNotice  = db.SQL(`UPDATE notices_outbox SET at = $4, tries = $5 WHERE owner = $1 AND id = $2 AND state = 'waiting' AND at = $3`)
	settle      = db.SQL(`UPDATE notices_outbox SET state = $3, at = $4 WHERE owner = $1 AND id = $2 AND state = 'waiting'`)
	postpone    = db.SQL(`UPDATE notices_outbox SET at = $3 WHERE owner = $1 AND id = $2 AND state = 'waiting'`)
	deleteOld   = db.SQL(`DELETE FROM notices_outbox WHERE owner = $1 AND state = $2 AND at < $3`)
	selectLeft  = db.SQL(`SELECT COUNT(*) FROM notices_outbox WHERE owner = $1 AND state = 'given-up'`)
	settled     = []string{"sent", "dropped", "given-up"}
	keepSettled = 30 * 24 * time.Hour
)

// Send hands over what is due, and says how many mails were. Each is taken in
// one transaction, sent outside it, and settled in another: when a process dies
// in between, it is sent again after a while, since two mails do less harm than
// none. From tells who the municipality is and where its pages are.
func (d *Desk) Send(ctx context.Context, owner tilhor.OwnerID, name, host string, m Mailer) (sent int, err error) {
	for {
		var letters []letter
		taken := 0
		err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
			letters, taken, err = d.take(tx, owner, name, host)
			return err
		})
		if err != nil || taken == 0 {
			return sent, err
		}
		for _, l := range letters {
			failed := m.Mail(ctx, l.to, l.subject, l.text)
			if failed == nil {
				sent++
			}
			if err := d.settle(ctx, owner, l, failed); err != nil {
				return sent, err
			}
			if ctx.Err() != nil {
				return sent, ctx.Err()
			}
		}
	}
}

// take claims what is due, and writes each letter. Who must not be told any more
// is dropped; who is to be left in peace waits for the morning.
func (d *Desk) take(tx *db.Tx, owner tilhor.OwnerID, name, host string) (letters []letter, taken int, err error) {
	now := d.Clock()
	type row struct {
		id     string
		person tilhor.PersonID
		family bool
		tries  int
		at     int64
		queued int64
	}
	var due []row
	err = tx.Each(selectDue, func(scan db.Scan) error {
		var r row
		err := scan(&r.id, &r.person, &r.family, &r.tries, &r.at, &r.queued)
		due = append(due, r)
		return err
	}, owner, now.UnixMilli())
	if err != nil {
		return nil, 0, err
	}
	for _, r := range due {
		to, at, err := d.to(tx, owner, r.person, r.family, time.UnixMilli(r.queued), now)
		if err != nil {
			return nil, 0, err
		}
		if to == "" {
			if _, err := tx.Exec(settle, owner, r.id, "dropped", now.UnixMilli()); err != nil {
				return nil, 0, err
			}
			continue
		}
		if at.After(now) {
			if _, err := tx.Exec(postpone, owner, r.id, at.UnixMilli()); err != nil {
				return nil, 0, err
			}
			continue
		}
		n, err := tx.Exec(moveNotice, owner, r.id, r.at, now.Add(claim).UnixMilli(), r.tries+1)
		if err != nil {
			return nil, 0, err
		}
		if n == 0 { // another process has it
			continue
		}
		c, err := choiceOf(tx, owner, r.person)
		if err != nil {
			return nil, 0, err
		}
		w := lang.For(c.Lang)
		letters = append(letters, letter{r.id, to, w.T("notices.subject"), w.T("notices.text", "owner", name, "host", host), r.tries + 1})
	}
	return letters, len(due), nil
}

// to is the address a person is told at, and when: "" for who must not be told,
// or has no address, or wants no mail. What is told to somebody as one of those at
// home is asked about again, also when that one works for the municipality. At night
// it waits for the morning.
func (d *Desk) to(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID, family bool, queued, now time.Time) (string, time.Time, error) {
	c, err := choiceOf(tx, owner, person)
	if err != nil || !c.Mail {
		return "", now, err
	}
	roles, err := d.Roster.RolesOf(tx, owner, person, calendar.DateOf(now))
	if err != nil {
		return "", now, err
	}
	if family || !slices.ContainsFunc(roles, worksHere) {
		if d.May == nil {
			return "", now, nil
		}
		if ok, err := d.May(tx, owner, person, queued, now); err != nil || !ok {
			return "", now, err
		}
	}
	address, err := d.Roster.Email(tx, owner, person)
	if errors.Is(err, tilhor.ErrNotFound) {
		return "", now, nil
	}
	return address, awake(now), err
}

func worksHere(a tilhor.Actor) bool {
	return a.Role != tilhor.RolePupil && a.Role != tilhor.RoleParent
}

// awake is now, or the next morning.
func awake(now time.Time) time.Time {
	day, hour := calendar.DateOf(now), now.In(lang.Oslo).Hour()
	switch {
	case hour >= quietFrom:
		return calendar.At(day.Add(1), quietUntil)
	case hour < quietUntil:
		return calendar.At(day, quietUntil)
	}
	return now
}

func (d *Desk) settle(ctx context.Context, owner tilhor.OwnerID, l letter, failed error) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		switch {
		case failed == nil:
			_, err = tx.Exec(settle, owner, l.id, "sent", now.UnixMilli())
		case l.tries > len(again):
			_, err = tx.Exec(settle, owner, l.id, "given-up", now.UnixMilli())
		default:
			_, err = tx.Exec(postpone, owner, l.id, now.Add(again[l.tries-1]).UnixMilli())
		}
		return err
	})
}

// GivenUp is how many mails could not be handed over at all, for the operator.
func (d *Desk) GivenUp(ctx context.Context, owner tilhor.OwnerID) (n int, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error { return tx.One(selectLeft, db.Args(owner), &n) })
	return n, err
}

// Sweep lets go of what was settled a month ago.
func (d *Desk) Sweep(ctx context.Context, owner tilhor.OwnerID) error {
	before := d.Clock().Add(-keepSettled).UnixMilli()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		for _, s := range settled {
			if _, err := tx.Exec(deleteOld, owner, s, before); err != nil {
				return err
			}
		}
		return nil
	})
}
