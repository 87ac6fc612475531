package concerns

import (
	"context"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// An Answer is what the one who told may see afterwards: that it was read, who
// has it, and what the reporter is asked to do. Never the child's talk, and
// never another child.
type Answer struct {
	Concern                  // the reporter's own words, as sent
	Has     []string         // names of those who have it now
	Tracks  []tilhor.TrackID // what it became: for the page to ask of, and not to show
}

var (
	selectMine = db.SQL(`SELECT ` + columns + ` FROM concerns_concern c
		WHERE c.owner = $1 AND c.reporter = $2 AND ` + access.Scope(access.Follow, "c.id") + ` ORDER BY c.written_at DESC, c.id LIMIT $6`)
	selectFollowed = db.SQL(`SELECT ` + columns + ` FROM concerns_concern c
		WHERE c.owner = $1 AND c.slug = $6 AND ` + access.Scope(access.Follow, "c.id"))
	selectByLink = db.SQL(`SELECT ` + columns + ` FROM concerns_concern c WHERE c.owner = $1 AND c.link = $2`)
)

// MostTold is how much of what a person has told is listed.
const MostTold = 100

// Mine lists what this person has told, newest first, up to a number: states and times
// only. A protected pupil stands in no list, nor in that of who told.
func (d *Desk) Mine(ctx context.Context, by tilhor.Actor, most int) (all []Concern, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		err := tx.Each(selectMine, func(scan db.Scan) error {
			c, err := row(scan)
			all = append(all, c)
			return err
		}, access.Args(by, access.Follow, now, most)...)
		if err != nil {
			return err
		}
		if err := d.fill(tx, by.Owner, pointers(all)...); err != nil {
			return err
		}
		return shield(tx, by.Owner, all, now)
	})
	return all, err
}

// ToldAt is when this person told something: tilhor.ErrNotFound for what is not
// theirs.
func (d *Desk) ToldAt(ctx context.Context, by tilhor.Actor, slug string) (at time.Time, err error) {
	found := false
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(selectFollowed, func(scan db.Scan) error {
			c, err := row(scan)
			at, found = c.Written, true
			return err
		}, access.Args(by, access.Follow, d.Clock(), slug)...)
	})
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	return at, err
}

// Sent is the receipt of what this person told, and nothing of what it was: for a
// machine where somebody else stands next.
func (d *Desk) Sent(ctx context.Context, by tilhor.Actor, slug string) (r journal.Receipt, err error) {
	var c Concern
	found := false
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(selectFollowed, func(scan db.Scan) error {
			found = true
			c, err = row(scan)
			return err
		}, access.Args(by, access.Follow, d.Clock(), slug)...)
	})
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return r, err
	}
	return d.Receipt(ctx, by.Owner, c.Entry)
}

// Follow opens what this person told, with what became of it.
func (d *Desk) Follow(ctx context.Context, by tilhor.Actor, slug string) (a Answer, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		found := false
		err := tx.Each(selectFollowed, func(scan db.Scan) error {
			found = true
			a.Concern, err = row(scan)
			return err
		}, access.Args(by, access.Follow, now, slug)...)
		if err != nil {
			return err
		}
		if !found {
			return tilhor.ErrNotFound
		}
		if err := d.fill(tx, by.Owner, &a.Concern); err != nil {
			return err
		}
		a.Tracks = nil
		for _, p := range a.Pupils {
			if p.Track != "" {
				a.Tracks = append(a.Tracks, p.Track)
			}
		}
		kept, err := d.kept(tx, by.Owner, a.Concern, now)
		if err != nil {
			return err
		}
		if kept { // a parent who is told nothing of the child sees that it is no case, and no word of why
			a.Reason = ""
		}
		guarded, err := access.AllGuarded(tx, by.Owner, access.Concern, now)
		if err != nil {
			return err
		}
		if guarded[string(a.ID)] { // they keep the receipt and their own words; the name is not shown again
			a.Shielded, a.Pupils = true, nil
		}
		a.Has, err = d.has(tx, by.Owner, a.Concern, now)
		return err
	})
	if err != nil {
		return Answer{}, err
	}
	return a, d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(a.ID)), string(a.ID), "answer", string(access.Reporter), now)
	})
}

// has names those who work what the concern became.
func (d *Desk) has(tx *db.Tx, owner tilhor.OwnerID, c Concern, now time.Time) ([]string, error) {
	if c.Sealed() { // who works it is not for the one who told to know
		return nil, nil
	}
	var ids []tilhor.PersonID
	seen := map[tilhor.PersonID]bool{}
	for _, p := range c.Pupils {
		if p.Track == "" {
			continue
		}
		gs, err := access.GrantsOf(tx, owner, access.Track, string(p.Track))
		if err != nil {
			return nil, err
		}
		for _, g := range gs {
			if g.Relation == access.Handles && g.Person != "" && !seen[g.Person] && g.InForce(now) {
				seen[g.Person] = true
				ids = append(ids, g.Person)
			}
		}
	}
	if c.State == SetAside && c.DecidedBy != "" {
		ids = append(ids, c.DecidedBy)
	}
	known, err := d.Roster.Names(tx, owner, ids...)
	var names []string
	for _, id := range ids {
		names = append(names, known[id])
	}
	return names, err
}

// Status is what the secret address of somebody without an account shows: how
// far the concern has come, and its receipt. No name, no words.
type Status struct {
	Written, ReadAt, DecidedAt time.Time
	State                      State
	School                     tilhor.SchoolID
	Entry                      tilhor.EntryID
	Quiet                      bool // told from the school's page without signing in: reception, and nothing more
}

// ByLink finds a concern by the secret of its address.
func (d *Desk) ByLink(ctx context.Context, owner tilhor.OwnerID, link string) (s Status, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		found := false
		err := tx.Each(selectByLink, func(scan db.Scan) error {
			c, err := row(scan)
			found = true
			s = Status{c.Written, c.ReadAt, c.DecidedAt, c.State, c.School, c.Entry, c.Channel.Quiet()}
			return err
		}, owner, d.Keys.Hash(owner, "concerns.link", link))
		if err == nil && !found {
			err = tilhor.ErrNotFound
		}
		return err
	})
	return s, err
}

// Receipt is the signed statement that the school received this, then. It
// names no child and no content, and claims reception, not knowledge.
func (d *Desk) Receipt(ctx context.Context, owner tilhor.OwnerID, entry tilhor.EntryID) (r journal.Receipt, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		r, err = d.Journal.Receipt(tx, owner, entry)
		return err
	})
	return r, err
}
