package web

import (
	"context"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
)

// ClockSlack is how much a clock may be set back, or two machines' clocks differ,
// before anybody minds.
const ClockSlack = skew

// clockEach is how often the latest time is noted.
const clockEach = time.Minute

var endEveryone = db.SQL(`UPDATE web_session SET ended = $2, data = $3 WHERE owner = $1 AND ends > $2 AND ended = 0`)

// Whoever has a record of so many days, all of them to come, has a clock that is
// wrong now, and was right then: by a clock far ahead nobody can sign in, so no
// such record is made by one.
const (
	aDay   = 24 * time.Hour
	longer = 30 * aDay
)

var errBehind error = tilhor.Plain("the clock is before the first checkpoint of the record: set it right, until then nothing is minded")

// MindClock notes the time in the database, and sees when the clock has been set
// back by more than ClockSlack. Then, in one transaction and with an entry in
// the record: everybody is signed out, because a session that had run out would
// begin to live again; every duty is made anew, because some were made late by
// days that have not been; and what was given to somebody meanwhile is theirs
// now. What was written keeps the time it was written with. A clock that stands
// before the record began (a machine that forgot the time while it was off) is
// told of and moves nothing: the mark is right, and the clock is not.
func (s *Site) MindClock(ctx context.Context) error {
	now, owner := s.kit.Now(), s.kit.Owner.ID
	name := "clock " + string(owner)
	last, err := s.kit.DB.MarkOf(ctx, name)
	if err != nil || !moved(last, now) {
		return err
	}
	if setBack(last, now) && s.behind(now) {
		return errBehind
	}
	return s.kit.DB.Write(ctx, func(tx *db.Tx) error {
		last, err := db.GetMark(tx, name)
		if err != nil || !moved(last, now) {
			return err
		}
		if setBack(last, now) {
			if err := s.beginAnew(tx, owner, now); err != nil {
				return err
			}
		}
		return db.PutMark(tx, name, now.UTC().Format(time.RFC3339))
	})
}

// moved says whether the clock stands far enough from the mark to note it.
func moved(last string, now time.Time) bool {
	at, err := time.Parse(time.RFC3339, last)
	return err != nil || now.Sub(at) >= clockEach || setBack(last, now)
}

func setBack(last string, now time.Time) bool {
	at, err := time.Parse(time.RFC3339, last)
	return err == nil && at.Sub(now) > ClockSlack
}

// behind says whether the clock stands before the whole record. A file that
// cannot be read says nothing here; those who sign the record tell of it.
func (s *Site) behind(now time.Time) bool {
	first, newest, err := s.kit.Journal.Span(s.kit.Owner.ID)
	return err == nil && first.Time.Sub(now) > aDay && newest.Time.Sub(first.Time) >= longer
}

func (s *Site) beginAnew(tx *db.Tx, owner tilhor.OwnerID, now time.Time) error {
	if _, err := tx.Exec(endEveryone, owner, now.UnixMilli(), []byte{}); err != nil {
		return err
	}
	if err := duty.WakeAll(tx, owner); err != nil {
		return err
	}
	if err := access.BeginNow(tx, owner, now); err != nil {
		return err
	}
	_, err := s.kit.Journal.Append(tx, journal.Entry{
		Stream: "owner", Act: "clock.set-back", Subject: string(owner), When: tilhor.Now(now),
		By: tilhor.Actor{Owner: owner, Role: "operator"}, Rule: "the program itself",
	})
	return err
}
