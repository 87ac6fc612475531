package cases

import (
	"context"
	"errors"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// An Alarm is one opening of a protected pupil's case: who, when, what. It
// rings for the named leaders until one of them has seen it, and stands in the
// record besides.
type Alarm struct {
	ID     string
	Slug   string
	Number string
	Person tilhor.PersonID
	Name   string
	Role   tilhor.Role
	View   string
	At     time.Time
	Seen   time.Time
}

// printView is the reading of a page to be printed: of a protected pupil's case
// it takes an unlocking, as a package and a copy after a request for access do.
const printView = "print"

// ErrLocked says that a protected pupil's case is not printed or copied before
// somebody has unlocked it with a reason.
var ErrLocked = errors.New("of a protected pupil: unlock it first")

var (
	insertAlarm  = db.SQL(`INSERT INTO cases_alarm (owner, id, track, person, role, view, at, seen_by) VALUES ($1, $2, $3, $4, $5, $6, $7, '')`)
	selectAlarms = db.SQL(`SELECT a.id, a.person, a.role, a.view, a.at, a.seen_at FROM cases_alarm a
		WHERE a.owner = $1 AND a.track = $2 ORDER BY a.at DESC, a.id LIMIT 200`)
	selectRinging = db.SQL(`SELECT a.id, a.person, a.role, a.view, a.at, t.slug, c.number FROM cases_alarm a
		JOIN cases_track t ON t.owner = a.owner AND t.id = a.track JOIN cases_case c ON c.owner = t.owner AND c.id = ` + begunIn + `
		WHERE a.owner = $1 AND t.school = $4 AND a.seen_at IS NULL AND a.person <> $2 AND ` + access.Scope(access.Lead, "t.id") + ` ORDER BY a.at DESC, a.id LIMIT 200`)
	ackAlarms    = db.SQL(`UPDATE cases_alarm SET seen_at = $3, seen_by = $4 WHERE owner = $1 AND track = $2 AND seen_at IS NULL AND person <> $4`)
	insertUnlock = db.SQL(`INSERT INTO cases_unlock (owner, id, track, person, until_at) VALUES ($1, $2, $3, $4, $5)`)
	selectUnlock = db.SQL(`SELECT id, until_at FROM cases_unlock WHERE owner = $1 AND track = $2 AND person = $3 AND used_at IS NULL AND until_at > $4 ORDER BY until_at, id LIMIT 1`)
	spendUnlock  = db.SQL(`UPDATE cases_unlock SET used_at = $3 WHERE owner = $1 AND id = $2 AND used_at IS NULL`)
)

func readingsOf(id tilhor.TrackID) string { return journal.ReadingsOf(string(id)) }

// opened rings for an opening of a protected pupil's case, and spends the
// unlocking that a print takes.
func (d *Desk) opened(tx *db.Tx, by tilhor.Actor, id tilhor.TrackID, view string, now time.Time) error {
	if view == printView {
		if err := d.Spend(tx, by, id, now); err != nil {
			return err
		}
	}
	_, err := tx.Exec(insertAlarm, by.Owner, tilhor.NewID(), id, by.Person, by.Role, view, now.UnixMilli())
	return err
}

// Spend uses up what was unlocked, in the act that takes a copy out of the
// system; ErrLocked when nothing is. A track that is not protected needs none.
func (d *Desk) Spend(tx *db.Tx, by tilhor.Actor, id tilhor.TrackID, now time.Time) error {
	guarded, err := access.Guarded(tx, by.Owner, access.Track, string(id), now)
	if err != nil || len(guarded) == 0 {
		return err
	}
	var unlock string
	var until int64
	err = tx.One(selectUnlock, db.Args(by.Owner, id, by.Person, now.UnixMilli()), &unlock, &until)
	if errors.Is(err, tilhor.ErrNotFound) {
		return ErrLocked
	}
	if err != nil {
		return err
	}
	n, err := tx.Exec(spendUnlock, by.Owner, unlock, now.UnixMilli())
	if err == nil && n == 0 {
		err = ErrLocked
	}
	return err
}

// open is until when the reader may print the track once; nil when it is locked.
func (d *Desk) open(tx *db.Tx, by tilhor.Actor, id tilhor.TrackID, now time.Time) (*time.Time, error) {
	var unlock string
	var until int64
	err := tx.One(selectUnlock, db.Args(by.Owner, id, by.Person, now.UnixMilli()), &unlock, &until)
	if errors.Is(err, tilhor.ErrNotFound) {
		return nil, nil
	}
	at := instant(until)
	return &at, err
}

// unlockFor is how long what was unlocked stands open.
const unlockFor = 15 * time.Minute

// Unlock lets a named leader print or copy a protected pupil's case once, within
// a quarter of an hour, with a reason that stands in the record.
func (d *Desk) Unlock(ctx context.Context, by tilhor.Actor, slug, reason string) error {
	var c check
	c.text(&reason, "reason", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if _, err := w.shielded(); err != nil {
			return err
		}
		id, err := w.write(note{kind: Unlocked, when: tilhor.Now(w.now), text: []field{{"reason", reason}}})
		if err != nil {
			return err
		}
		_, err = w.tx.Exec(insertUnlock, by.Owner, id, w.t.ID, by.Person, w.now.Add(unlockFor).UnixMilli())
		return err
	})
}

// alarms lists the openings of a track, newest first.
func (d *Desk) alarms(tx *db.Tx, owner tilhor.OwnerID, id tilhor.TrackID) (all []Alarm, err error) {
	var ids []tilhor.PersonID
	err = tx.Each(selectAlarms, func(scan db.Scan) error {
		var a Alarm
		var at int64
		var seen *int64
		if err := scan(&a.ID, &a.Person, &a.Role, &a.View, &at, &seen); err != nil {
			return err
		}
		a.At = instant(at)
		if seen != nil {
			a.Seen = instant(*seen)
		}
		ids = append(ids, a.Person)
		all = append(all, a)
		return nil
	}, owner, id)
	if err != nil {
		return nil, err
	}
	return all, d.nameAlarms(tx, owner, all, ids)
}

func (d *Desk) nameAlarms(tx *db.Tx, owner tilhor.OwnerID, all []Alarm, ids []tilhor.PersonID) error {
	names, err := d.Roster.Names(tx, owner, compact(ids)...)
	for i := range all {
		all[i].Name = names[all[i].Person]
	}
	return err
}

// Ringing lists the openings by others that no named leader has seen yet, of the
// protected cases this person leads.
func (d *Desk) Ringing(ctx context.Context, by tilhor.Actor) (all []Alarm, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		var ids []tilhor.PersonID
		err := tx.Each(selectRinging, func(scan db.Scan) error {
			var a Alarm
			var at int64
			err := scan(&a.ID, &a.Person, &a.Role, &a.View, &at, &a.Slug, &a.Number)
			a.At = instant(at)
			ids = append(ids, a.Person)
			all = append(all, a)
			return err
		}, access.Args(by, access.Lead, now)...)
		if err != nil {
			return err
		}
		return d.nameAlarms(tx, by.Owner, all, ids)
	})
	return all, err
}

// Heed says that a named leader has seen who has been in a protected case.
func (d *Desk) Heed(ctx context.Context, by tilhor.Actor, slug string) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		t, rule, err := d.find(tx, by, access.Lead, slug, now)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ackAlarms, by.Owner, t.ID, now.UnixMilli(), by.Person); err != nil {
			return err
		}
		_, err = d.Journal.Append(tx, journal.Entry{
			Stream: stream(t.ID), Act: "cases.heed", Subject: string(t.ID), When: tilhor.Now(now), By: by, Rule: string(rule),
		})
		return err
	})
}
