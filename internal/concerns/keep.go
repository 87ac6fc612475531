package concerns

import (
	"context"
	"errors"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// An Aside is a concern that was left as not a case, as far as it stands open:
// no word and no name.
type Aside struct {
	ID        tilhor.ConcernID
	School    tilhor.SchoolID
	Why       string
	DecidedAt time.Time
	Anonymous bool // nobody told it by name, and it names no pupil of the roster
	entry     tilhor.EntryID
}

// anonymous is said of the columns; Unnamed asks the record as well, which
// nobody can change unseen.
const asideColumns = `c.id, c.school, c.why, c.decided_at, c.entry, c.reporter = ''
	AND NOT EXISTS (SELECT 1 FROM concerns_text t WHERE t.owner = c.owner AND t.concern = c.id AND t.field = 'reporter')
	AND NOT EXISTS (SELECT 1 FROM concerns_pupil p WHERE p.owner = c.owner AND p.concern = c.id AND p.person <> '')`

var (
	selectAside = db.SQL(`SELECT ` + asideColumns + ` FROM concerns_concern c
		WHERE c.owner = $1 AND c.id > $2 AND c.state = 'set-aside' AND c.decided_at IS NOT NULL ORDER BY c.id LIMIT $3`)
	oneAside = db.SQL(`SELECT ` + asideColumns + ` FROM concerns_concern c
		WHERE c.owner = $1 AND c.id = $2 AND c.state = 'set-aside' AND c.decided_at IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM concerns_pupil p WHERE p.owner = c.owner AND p.concern = c.id AND p.track <> '')`)
	oneConcern   = db.SQL(`SELECT ` + columns + ` FROM concerns_concern c WHERE c.owner = $1 AND c.id = $2 AND c.state = 'set-aside'`)
	forgetPupils = db.SQL(`UPDATE concerns_pupil SET person = '' WHERE owner = $1 AND concern = $2 AND track = ''`)
)

func asideRow(scan db.Scan) (a Aside, err error) {
	var decided int64
	err = scan(&a.ID, &a.School, &a.Why, &decided, &a.entry, &a.Anonymous)
	a.DecidedAt = at(decided)
	return a, err
}

// SetAsides lists the concerns that were left as not a case, after one of them.
func SetAsides(tx *db.Tx, owner tilhor.OwnerID, after tilhor.ConcernID, limit int) (all []Aside, err error) {
	err = tx.Each(selectAside, func(scan db.Scan) error {
		a, err := asideRow(scan)
		all = append(all, a)
		return err
	}, owner, after, limit)
	return all, err
}

// OneAside finds one of them in the transaction that decides about it: one that
// became part of a case is none, whatever else its row says.
func OneAside(tx *db.Tx, owner tilhor.OwnerID, id tilhor.ConcernID) (a Aside, err error) {
	found := false
	err = tx.Each(oneAside, func(scan db.Scan) (err error) {
		found = true
		a, err = asideRow(scan)
		return err
	}, owner, id)
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	return a, err
}

// Unnamed says whether the record, too, holds that it was told by nobody who
// gave a name.
func (d *Desk) Unnamed(tx *db.Tx, owner tilhor.OwnerID, a Aside) (bool, error) {
	if !a.Anonymous {
		return false, nil
	}
	e, err := d.Journal.Entry(tx, owner, a.entry)
	if altered := (journal.Altered{}); errors.As(err, &altered) || errors.Is(err, tilhor.ErrNotFound) {
		return false, nil // verify names it; until then nobody's word is thrown away
	}
	if err != nil || e.By.Person != "" {
		return false, err
	}
	for _, p := range e.Parts {
		if p.Label == "reporter:"+string(a.ID) {
			return false, nil
		}
	}
	return true, nil
}

// Restrict takes a concern that is no case out of everybody's reach at the
// school, the reporter's too: it is in no list, and its address is the page of
// what does not exist.
func Restrict(tx *db.Tx, owner tilhor.OwnerID, id tilhor.ConcernID, now time.Time) error {
	return access.EndAll(tx, owner, access.Concern, string(id), now)
}

// Forget takes away which pupils a concern was about, when its words are gone:
// nobody is found by it any more.
func Forget(tx *db.Tx, owner tilhor.OwnerID, id tilhor.ConcernID) error {
	_, err := tx.Exec(forgetPupils, owner, id)
	return err
}

// Judge opens a concern that was left as not a case, for the archivist who
// decides whether it is kept. It is a reading like any other: the entry of it is
// committed before a word is handed out.
func (d *Desk) Judge(ctx context.Context, by tilhor.Actor, id tilhor.ConcernID) (c Concern, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		found := false
		err := tx.Each(oneConcern, func(scan db.Scan) (err error) {
			found = true
			c, err = row(scan)
			return err
		}, by.Owner, id)
		if err == nil && !found {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
		return d.fill(tx, by.Owner, &c)
	})
	if err != nil {
		return Concern{}, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := access.Ring(tx, by, access.Concern, string(id), "concern", d.Clock()); err != nil {
			return err
		}
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(id)), string(id), "archive", string(by.Role), d.Clock())
	})
	if err != nil {
		return Concern{}, err
	}
	return c, nil
}
