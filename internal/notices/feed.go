package notices

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
)

// A calendar of one's own (kalender) has an address that only its reader knows,
// because a calendar program cannot sign in. It holds days and nothing else: no
// school, no name, no case, no reason. It is for one role, and ends with it.

// Dated are the roles that have days of their own to be reminded of. A pupil's stand
// behind four pictures, and a calendar behind nothing; PPT and the data protection
// officer work no case.
var Dated = append([]tilhor.Role{tilhor.RoleParent, tilhor.RoleOwnerAdviser}, tilhor.StaffRoles...)

var (
	selectFeed  = db.SQL(`SELECT person, role, school FROM notices_feed WHERE owner = $1 AND id = $2`)
	selectMine  = db.SQL(`SELECT id FROM notices_feed WHERE owner = $1 AND person = $2 AND role = $3 AND school = $4`)
	deleteFeed  = db.SQL(`DELETE FROM notices_feed WHERE owner = $1 AND person = $2 AND role = $3 AND school = $4`)
	insertFeed  = db.SQL(`INSERT INTO notices_feed (owner, id, person, role, school, made_at) VALUES ($1, $2, $3, $4, $5, $6)`)
	monthsAhead = 12
)

// OpenFeed gives the actor a calendar address, a new one if there is one
// already: the old one then leads nowhere.
func (d *Desk) OpenFeed(ctx context.Context, by tilhor.Actor) error {
	if by.Person == "" || !slices.Contains(Dated, by.Role) {
		return tilhor.ErrNotFound
	}
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(deleteFeed, by.Owner, by.Person, by.Role, by.School); err != nil {
			return err
		}
		_, err := tx.Exec(insertFeed, by.Owner, tilhor.NewID(), by.Person, by.Role, by.School, now.UnixMilli())
		return err
	})
}

// EndFeed takes the address back.
func (d *Desk) EndFeed(ctx context.Context, by tilhor.Actor) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(deleteFeed, by.Owner, by.Person, by.Role, by.School)
		return err
	})
}

// FeedOf is the secret of the actor's calendar address, "" for none.
func (d *Desk) FeedOf(ctx context.Context, by tilhor.Actor) (secret string, err error) {
	var id string
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.One(selectMine, db.Args(by.Owner, by.Person, by.Role, by.School), &id)
	})
	if errors.Is(err, tilhor.ErrNotFound) {
		return "", nil
	}
	return id + d.sign(by.Owner, id), err
}

// sign is what makes an id an address.
func (d *Desk) sign(owner tilhor.OwnerID, id string) string {
	return hex.EncodeToString(d.Keys.Hash(owner, "notices.feed", id)[:16])
}

// A Feed is what a calendar program is given.
type Feed struct {
	ID   string
	Lang tilhor.Lang
	Days []tilhor.Date
}

// Feed opens a calendar by its secret, with the days that its reader has
// something to do in the year ahead. An address that was taken back, one whose
// reader no longer has the role, and one that never was are the same.
func (d *Desk) Feed(ctx context.Context, owner tilhor.OwnerID, secret string) (f Feed, err error) {
	now := d.Clock()
	id, known := d.idOf(owner, secret)
	if !known {
		return f, tilhor.ErrNotFound
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		by := tilhor.Actor{Owner: owner}
		if err := tx.One(selectFeed, db.Args(owner, id), &by.Person, &by.Role, &by.School); err != nil {
			return err
		}
		roles, err := d.Roster.RolesOf(tx, owner, by.Person, calendar.DateOf(now))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(roles, func(a tilhor.Actor) bool { return a.Role == by.Role && a.School == by.School })
		if i < 0 || !slices.Contains(Dated, by.Role) {
			return tilhor.ErrNotFound
		}
		c, err := choiceOf(tx, owner, by.Person)
		if err != nil {
			return err
		}
		from := calendar.DateOf(now)
		days, err := d.Days(tx, roles[i], from, calendar.AddMonths(from, monthsAhead), now)
		f = Feed{ID: id, Lang: c.Lang, Days: days}
		return err
	})
	return f, err
}

func (d *Desk) idOf(owner tilhor.OwnerID, secret string) (id string, known bool) {
	const mark = 32
	if len(secret) <= mark || strings.ContainsFunc(secret, func(r rune) bool { return r > 0x7f }) {
		return "", false
	}
	id = secret[:len(secret)-mark]
	same := func(s string) []byte { return d.Keys.Hash(owner, "notices.same", s) } // how far two agree shows in no time
	return id, bytes.Equal(same(d.sign(owner, id)), same(secret[len(secret)-mark:]))
}

// Days says on which days an actor has something to do, of what the room lets
// the actor see.
type Days func(tx *db.Tx, by tilhor.Actor, from, until tilhor.Date, now time.Time) ([]tilhor.Date, error)
