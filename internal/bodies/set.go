package bodies

import (
	"context"
	"errors"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// A Kept is a body as who sets it up sees it: what it is and who sits there, and
// nothing of what is said in its room.
type Kept struct {
	Body
	Members []Member
	Mine    bool // who asks sits there too
}

// Usual is how a body of a kind is commonly put together. It is a place to begin:
// the municipality's own regulation decides (§ 10-7). How votes count is not among it:
// until somebody has chosen, nothing is reckoned.
func (k Kind) Usual() Body {
	b := Body{Kind: k, Term: 12}
	switch k {
	case Council:
		b.Seats = map[Part]int{Pupils: 8, Staff: 1}
	case FAU:
		b.Seats = map[Part]int{Parents: 7}
	case SU:
		b.Seats, b.Term = map[Part]int{Pupils: 2, Parents: 2, Staff: 3, Municipality: 2}, 24
	case SMU: // pupils and parents together more than the others
		b.Seats = map[Part]int{Pupils: 3, Parents: 3, Staff: 2, Municipality: 2}
	case KFU:
		b.Seats = map[Part]int{Parents: 9}
	case Youth:
		b.Seats = map[Part]int{Pupils: 11}
	}
	return b
}

// InLaw says whether the act itself asks for the body: an elevråd, and a working
// committee elected by the parents, at each grunnskole (§ 10-5). All others are for
// the municipality to lay down.
func (k Kind) InLaw() bool { return k == Council || k == FAU }

// Setup are the bodies that somebody sets up, each with who sits there.
func (d *Desk) Setup(ctx context.Context, by tilhor.Actor) (all []Kept, err error) {
	now := d.Clock()
	on := calendar.DateOf(now)
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		at, err := unit(tx, by, now)
		if err != nil {
			return err
		}
		bodies, err := d.At(tx, by.Owner, at)
		if err != nil {
			return err
		}
		for _, b := range bodies {
			k := Kept{Body: b}
			if k.Members, err = d.Members(tx, by.Owner, b, on); err != nil {
				return err
			}
			k.Mine = sits(k.Members, by.Person)
			all = append(all, k)
		}
		return nil
	})
	return all, err
}

func sits(members []Member, p tilhor.PersonID) bool {
	for _, m := range members {
		if m.Person == p {
			return true
		}
	}
	return false
}

// Kept is one of them.
func (d *Desk) Kept(ctx context.Context, by tilhor.Actor, slug string) (k Kept, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		b, err := d.ours(tx, by, slug, now)
		if err != nil {
			return err
		}
		k = Kept{Body: b}
		if k.Members, err = d.Members(tx, by.Owner, b, calendar.DateOf(now)); err != nil {
			return err
		}
		k.Mine = sits(k.Members, by.Person)
		return nil
	})
	return k, err
}

// Change writes anew what a body is, as when the municipality changes its
// regulation. Its kind, and what was said there, stay.
func (d *Desk) Change(ctx context.Context, by tilhor.Actor, slug string, b Body) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		old, err := d.ours(tx, by, slug, now)
		if err != nil {
			return err
		}
		b.Kind = old.Kind
		if err := b.check(); err != nil {
			return err
		}
		if b.Group != "" {
			if err := d.groupAt(tx, by.Owner, old.School, old.Kind, b.Group, calendar.DateOf(now)); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(groupBody, by.Owner, old.ID, b.Group); err != nil {
			return err
		}
		_, err = d.put(tx, by, old, line{Kind: ofRules, Thing: old.ID, Rules: &b}, now)
		return err
	})
}

// Close ends a body. Who sat there no longer comes in; what was written stays in the
// record.
func (d *Desk) Close(ctx context.Context, by tilhor.Actor, slug string) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := d.ours(tx, by, slug, now)
		if err != nil {
			return err
		}
		if n, err := tx.Exec(closeBody, by.Owner, b.ID, now.UnixMilli()); err != nil || n == 0 {
			return errors.Join(err, missing(n))
		}
		_, err = d.Journal.Append(tx, journal.Entry{Stream: stream(b.School), Act: actClosed, Subject: b.ID, When: tilhor.Now(now), By: by, Rule: string(access.Leads)})
		return err
	})
}

func missing(n int64) error {
	if n == 0 {
		return tilhor.ErrNotFound
	}
	return nil
}
