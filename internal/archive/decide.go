package archive

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// A Waiting concern is one that is restricted, as the archivist sees it in a
// list: no word and no name.
type Waiting struct {
	ID           tilhor.ConcernID
	School       string
	Why          string // twice, wrong-school: why it was left as not a case
	DecidedAt    time.Time
	RestrictedAt time.Time
}

// Waits lists the restricted concerns that wait for the archivist (arkivar).
func (d *Desk) Waits(ctx context.Context, owner tilhor.OwnerID) (all []Waiting, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		err := tx.Each(selectKept, func(scan db.Scan) error {
			var w Waiting
			var state State
			var at int64
			err := scan(&w.ID, &state, &at)
			w.RestrictedAt = instant(at)
			if state == Restricted {
				all = append(all, w)
			}
			return err
		}, owner)
		for i := range all {
			if err != nil {
				return err
			}
			var a concerns.Aside
			if a, err = concerns.OneAside(tx, owner, all[i].ID); err != nil {
				return err
			}
			all[i].Why, all[i].DecidedAt = a.Why, a.DecidedAt
			s, err := d.Roster.School(tx, owner, a.School)
			if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
				return err
			}
			all[i].School = s.Name
		}
		return err
	})
	return all, err
}

// Show opens a restricted concern for the archivist, who must read it to decide.
// It is a reading, and stands in the record before a word is shown.
func (d *Desk) Show(ctx context.Context, by tilhor.Actor, id tilhor.ConcernID) (c concerns.Concern, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error { return restricted(tx, by.Owner, id) })
	if err != nil {
		return c, err
	}
	return d.Concerns.Judge(ctx, by, id)
}

// restricted is ErrNotFound for a concern that does not wait for the archivist.
func restricted(tx *db.Tx, owner tilhor.OwnerID, id tilhor.ConcernID) error {
	var state State
	err := tx.One(oneKept, db.Args(owner, id), &state)
	if err == nil && state != Restricted {
		err = tilhor.ErrNotFound
	}
	return err
}

const (
	fieldWhy = "archive.why"
	maxWhy   = 2000
)

// Decide is the archivist's decision about a restricted concern: it is kept, out
// of everybody's reach, or discarded (kassert), and then its key is shredded.
// The reason is sealed under the owner's own key and outlives what it is about.
func (d *Desk) Decide(ctx context.Context, by tilhor.Actor, id tilhor.ConcernID, keep bool, why string) error {
	why = strings.TrimSpace(why)
	var f tilhor.Faults
	f.Add(why == "", "why", "archive.fault.why")
	f.Add(utf8.RuneCountInString(why) > maxWhy, "why", "archive.fault.long")
	if err := f.Err(); err != nil {
		return err
	}
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := restricted(tx, by.Owner, id); err != nil {
			return err
		}
		key, err := d.Keys.Make(tx, by.Owner, seal.KindOwner, string(by.Owner))
		if err != nil {
			return err
		}
		s := key.Seal(fieldWhy, string(id), why)
		var w journal.Written
		state := Kept
		if keep {
			w, err = d.Journal.Append(tx, journal.Entry{
				Stream: stream(string(id)), Act: "archive.kept", Subject: string(id), When: tilhor.Now(now), By: by, Rule: "archivist", Parts: journal.Parts(s),
			})
		} else {
			state = Discarded
			w, err = d.shredConcern(tx, by, id, "archivist", now, journal.Parts(s)...)
		}
		if err != nil {
			return err
		}
		n, err := tx.Exec(decideKept, by.Owner, id, state, now.UnixMilli(), s.Bytes, w.ID)
		if err == nil && n != 1 {
			err = tilhor.ErrConflict
		}
		return err
	})
}

var (
	findWhy  = db.SQL(`SELECT sealed FROM archive_kept WHERE owner = $1 AND thing = $2 AND sealed IS NOT NULL`)
	everyWhy = db.SQL(`SELECT thing FROM archive_kept WHERE owner = $1 AND sealed IS NOT NULL ORDER BY thing`)
)

// The record can be compared with the reasons this room keeps.
func init() {
	journal.RegisterContent(journal.Content{
		Acts:  "archive.",
		Table: "archive_kept",
		Find: func(tx *db.Tx, r journal.Record, _, id string) (journal.Stored, error) {
			s := journal.Stored{Kind: seal.KindOwner, Thing: string(r.By.Owner)}
			return s, tx.One(findWhy, db.Args(r.By.Owner, id), &s.Bytes)
		},
		Each: func(tx *db.Tx, owner tilhor.OwnerID, yield func(string) error) error {
			return tx.Each(everyWhy, func(scan db.Scan) error {
				var id string
				if err := scan(&id); err != nil {
					return err
				}
				return yield(seal.Label(fieldWhy, id))
			}, owner)
		},
	})
}
