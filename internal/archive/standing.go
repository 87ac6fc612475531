package archive

import (
	"context"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
)

// A Standing is how a track stands with the archive.
type Standing struct {
	Documents int // that belong in the archive
	Sent      int // of them exported or archived
	Got       int // of them archived
	On        tilhor.Date
}

// Whole says that the archive has every document: On is when the last receipt
// was read.
func (s Standing) Whole() bool { return s.Documents > 0 && s.Got == s.Documents }

var selectStanding = db.SQL(`SELECT doc, state, COALESCE(archived_at, 0) FROM archive_item WHERE owner = $1 AND track = $2`)

// Of is how a track that has been let through stands with the archive.
func (d *Desk) Of(ctx context.Context, owner tilhor.OwnerID, f cases.File) (s Standing, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		s, err = d.standing(tx, owner, cases.Outline{Track: f.Track, Records: f.Records})
		return err
	})
	return s, err
}

func (d *Desk) standing(tx *db.Tx, owner tilhor.OwnerID, o cases.Outline) (s Standing, err error) {
	var last int64
	state := map[string]State{}
	err = tx.Each(selectStanding, func(scan db.Scan) error {
		var doc string
		var st State
		var at int64
		err := scan(&doc, &st, &at)
		state[doc], last = st, max(last, at)
		return err
	}, owner, o.ID)
	if err != nil {
		return s, err
	}
	talks, err := d.talkItems(tx, owner, o.ID)
	for _, it := range append(items(o), talks...) {
		if it.item != itemPost {
			continue
		}
		s.Documents++
		if state[it.doc] != "" {
			s.Sent++
		}
		if state[it.doc] == Archived {
			s.Got++
		}
	}
	if s.Whole() {
		s.On = date(instant(last))
	}
	return s, err
}

// Unsent counts the tracks that were closed, or that the pupil left, longer ago than a number of days and
// are not whole in the archive: nobody is told which.
func (d *Desk) Unsent(ctx context.Context, owner tilhor.OwnerID, days int, now time.Time) (n int, err error) {
	for after := tilhor.TrackID(""); ; {
		var found, some int
		var last tilhor.TrackID
		err := d.DB.Read(ctx, func(tx *db.Tx) error {
			found = 0
			all, err := d.Cases.Outlines(tx, owner, after, outlines)
			some = len(all)
			for _, o := range all {
				if err != nil {
					return err
				}
				last = o.ID
				if !o.Over() || o.Ended.IsZero() || date(now).Sub(date(o.Ended)) <= days {
					continue
				}
				var s Standing
				if s, err = d.standing(tx, owner, o); err == nil && !s.Whole() {
					found++
				}
			}
			return err
		})
		after, n = last, n+found
		if err != nil || some < outlines {
			return n, err
		}
	}
}
