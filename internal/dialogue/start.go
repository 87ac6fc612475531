package dialogue

import (
	"slices"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// actOpen is the act of the entry that a talk begins with: it has no line.
const actOpen = "dialogue.open"

var (
	insertThread = db.SQL(`INSERT INTO dialogue_thread (owner, concern, slug, school, code, sender, role, named, opened_at, last_at, said_n, answer_n, read_n)
		VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE, $8, $8, 0, 0, -1)`)
	insertTrack = db.SQL(`INSERT INTO dialogue_track (owner, concern, track) VALUES ($1, $2, $3) ON CONFLICT (owner, track, concern) DO NOTHING`)
)

// Start opens the talk of a concern that somebody told without a name, in the
// transaction in which it is told, and gives the code: seven words, drawn from a
// token (CodeFor). The token names one sending of a form, so that the same form
// sent twice shows the same words; it must be random, and kept nowhere: then the
// words are not either, and nobody can find them again.
func (d *Desk) Start(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, concern tilhor.ConcernID, token string) (code string, err error) {
	code = d.CodeFor(owner, token)
	by := tilhor.Actor{Owner: owner, Role: tilhor.RoleAnyone, School: school}
	return code, d.open(tx, by, concern, d.hash(owner, code))
}

// Open opens the talk of a concern that a pupil or a parent told by name, in the
// transaction in which it is told.
func (d *Desk) Open(tx *db.Tx, by tilhor.Actor, concern tilhor.ConcernID) error {
	return d.open(tx, by, concern, nil)
}

func (d *Desk) open(tx *db.Tx, by tilhor.Actor, concern tilhor.ConcernID, code []byte) error {
	now := d.Clock()
	c, err := concerns.Outline(tx, by.Owner, concern)
	if err != nil {
		return err
	}
	t := thread{concern: concern, sender: c.Reporter, role: c.Role}
	if code != nil {
		t.sender, t.role = "", tilhor.RoleAnyone
	} else if !slices.Contains([]tilhor.Role{tilhor.RolePupil, tilhor.RoleParent}, c.Role) || c.Reporter == "" {
		return tilhor.ErrConflict // an employee who told has a page of the own (concerns.Follow)
	}
	_, err = d.Journal.Append(tx, journal.Entry{
		Stream: stream(concern), Act: actOpen, Subject: string(concern), When: tilhor.Now(now), By: by, Rule: "told it", Quiet: t.quiet(),
	})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(insertThread, by.Owner, concern, c.Slug, c.School, code, t.sender, t.role, t.at(now).UnixMilli()); err != nil {
		return err
	}
	for _, p := range c.Pupils {
		if err := d.Became(tx, by.Owner, concern, p.Track); err != nil {
			return err
		}
	}
	return nil
}

// Became says that a concern was taken up as these tracks, in the transaction of
// that act: who handles one has the talk from now on.
func (d *Desk) Became(tx *db.Tx, owner tilhor.OwnerID, concern tilhor.ConcernID, tracks ...tilhor.TrackID) error {
	for _, k := range tracks {
		if k == "" {
			continue
		}
		if _, err := tx.Exec(insertTrack, owner, concern, k); err != nil {
			return err
		}
	}
	return nil
}
