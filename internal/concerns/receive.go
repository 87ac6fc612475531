package concerns

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// columns of a concern, in the order that row scans.
const columns = `c.id, c.slug, c.school, c.reporter, c.reporter_role, c.channel, c.arena, c.happened_at, c.happened_precision,
	c.known_at, c.known_precision, c.written_at, c.pupil_says, c.accused, c.state, c.why, c.read_at, c.decided_at, c.decided_by, c.entry`

func row(scan db.Scan) (c Concern, err error) {
	var happened, known, written int64
	var read, decided *int64
	err = scan(&c.ID, &c.Slug, &c.School, &c.Reporter, &c.Role, &c.Channel, &c.Arena, &happened, &c.Happened.Precision,
		&known, &c.Known.Precision, &written, &c.PupilSays, &c.Accused, &c.State, &c.Why, &read, &decided, &c.DecidedBy, &c.Entry)
	c.Written = at(written)
	c.Happened.At, c.Happened.Written = at(happened), c.Written
	c.Known.At, c.Known.Written = at(known), c.Written
	if read != nil {
		c.ReadAt = at(*read)
	}
	if decided != nil {
		c.DecidedAt = at(*decided)
	}
	return c, err
}

func at(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// toOwner are the new concerns that the owner receives, of every school: few, and
// looked up from what was given to the owner.
const toOwner = ` FROM (SELECT DISTINCT o.thing FROM access_grant o WHERE o.owner = $1 AND o.kind = 'concern' AND o.unit = '' AND o.person = '') told
		CROSS JOIN concerns_concern c WHERE c.owner = $1 AND c.id = told.thing AND c.state = 'new'`

// toSchool are those of the reader's school.
const toSchool = ` FROM concerns_concern c WHERE c.owner = $1 AND c.school = $4 AND c.state = 'new'`

// kind is which of the kinds of new concerns one is, in the order they are listed in:
// what a colleague stands behind, what a family does, and what anybody may have sent; of
// each the closed ones first (§ 12-5). The index concerns_kind has the same words.
const (
	kind = `(CASE WHEN c.channel IN ('staff', 'voice') THEN 0 WHEN c.channel IN ('pupil', 'parent', 'home') THEN 2 ELSE 4 END
		+ CASE WHEN c.accused IN ('employee', 'leadership') THEN 0 ELSE 1 END)`
	kinds = 6
)

// MostOfAKind is how many of each kind the page of today lists, those that have waited
// longest: a flood of one leaves the others where they are seen. MostCounted is how far
// what waits is counted, and listed a page of all of them.
const (
	MostOfAKind = 10
	MostCounted = 100
	listed      = 50
)

// newOf lists the first of each kind.
func newOf(from string) *db.Stmt {
	var parts []string
	for n := range kinds {
		parts = append(parts, fmt.Sprintf(`SELECT * FROM (SELECT %s%s AND %s = %d AND %s ORDER BY c.written_at, c.id LIMIT $6) k`, columns, from, kind, n, access.Scope(access.Receive, "c.id")))
	}
	return db.SQL(strings.Join(parts, ` UNION ALL `))
}

// newAfter lists all after one of them.
func newAfter(from string) *db.Stmt {
	return db.SQL(`SELECT ` + columns + from + ` AND ` + access.Scope(access.Receive, "c.id") + `
		AND ` + kind + ` >= $6 AND (` + kind + `, c.written_at, c.id) > ($6, $7, $8) ORDER BY ` + kind + `, c.written_at, c.id LIMIT $9`)
}

func countOf(from string) *db.Stmt {
	return db.SQL(`SELECT COUNT(*) FROM (SELECT c.id` + from + ` AND ` + access.Scope(access.Receive, "c.id") + ` LIMIT $6) n`)
}

var (
	selectNew, selectNewOwner = newOf(toSchool), newOf(toOwner)
	newFrom, newFromOwner     = newAfter(toSchool), newAfter(toOwner)
	countNew, countNewOwner   = countOf(toSchool), countOf(toOwner)

	whereInLine    = db.SQL(`SELECT ` + kind + `, c.written_at, c.id FROM concerns_concern c WHERE c.owner = $1 AND c.slug = $2`)
	manyAgainst    = db.SQL(`SELECT concern, n, person FROM concerns_accused WHERE owner = $1 AND concern IN (` + db.Marks(2) + `) ORDER BY concern, n`)
	selectReceived = db.SQL(`SELECT ` + columns + ` FROM concerns_concern c
		WHERE c.owner = $1 AND c.slug = $6 AND ` + access.Scope(access.Receive, "c.id"))
	selectPupils = db.SQL(`SELECT n, person, track FROM concerns_pupil WHERE owner = $1 AND concern = $2 ORDER BY n`)
	manyPupils   = db.SQL(`SELECT concern, n, person, track FROM concerns_pupil WHERE owner = $1 AND concern IN (` + db.Marks(2) + `) ORDER BY concern, n`)
	manyTexts    = db.SQL(`SELECT concern, field, sealed FROM concerns_text WHERE owner = $1 AND concern IN (` + db.Marks(2) + `)`)
	markRead     = db.SQL(`UPDATE concerns_concern SET read_at = $3 WHERE owner = $1 AND id = $2 AND read_at IS NULL`)
)

// CountNew is how many concerns wait for a stance from this person, up to MostCounted.
func (d *Desk) CountNew(ctx context.Context, by tilhor.Actor) (n int, err error) {
	some := false
	count := countNew
	if by.School == access.Owner {
		count = countNewOwner
	}
	now := d.Clock()
	err = d.DB.Look(ctx, func(tx *db.Tx) error {
		some, err = access.Some(tx, by, access.Receive, now)
		return err
	})
	if err != nil || !some { // most who work at a school receive nothing: nothing is looked through
		return 0, err
	}
	err = d.DB.One(ctx, count, access.Args(by, access.Receive, now, MostCounted), &n)
	return n, err
}

// Receives says whether this person has the task of receiving what is told:
// rektor, or whom she has handed it to.
func (d *Desk) Receives(ctx context.Context, by tilhor.Actor) (bool, error) {
	if by.Role == tilhor.RoleRektor {
		return by.Trained, nil
	}
	has := map[access.Relation]bool{}
	err := d.DB.Look(ctx, func(tx *db.Tx) (err error) {
		has, err = access.Duties(tx, by, d.Clock())
		return err
	})
	return has[access.Intake] && by.Trained, err
}

// Waiting lists the new concerns that this person receives, for the page of today: the
// first of each kind, what has waited longest first, with the names of the pupils and the
// words; and says whether there may be more. That they were listed is in the record.
func (d *Desk) Waiting(ctx context.Context, by tilhor.Actor) (all []Concern, more bool, err error) {
	list := selectNew
	if by.School == access.Owner {
		list = selectNewOwner
	}
	all, _, err = d.waiting(ctx, by, list, kinds*MostOfAKind, MostOfAKind)
	slices.SortFunc(all, func(a, b Concern) int {
		return cmp.Or(a.Written.Compare(b.Written), cmp.Compare(a.ID, b.ID))
	})
	return all, len(all) >= MostOfAKind, err
}

// AllWaiting lists every new concern that this person receives, kind by kind and a page
// at a time. It begins after the concern at an address, or with the first, and says where
// the next page begins: "" when there is none.
func (d *Desk) AllWaiting(ctx context.Context, by tilhor.Actor, after string) (all []Concern, next string, err error) {
	list := newFrom
	if by.School == access.Owner {
		list = newFromOwner
	}
	kind, at, id := -1, int64(0), ""
	if after != "" {
		err := d.DB.One(ctx, whereInLine, db.Args(by.Owner, after), &kind, &at, &id)
		if err != nil && !errors.Is(err, tilhor.ErrNotFound) { // what is no address begins with the first
			return nil, "", err
		}
	}
	all, more, err := d.waiting(ctx, by, list, listed, kind, at, id, listed+1)
	if more {
		next = all[len(all)-1].Slug
	}
	return all, next, err
}

// waiting lists as many as the page shows with one of the statements, and says whether
// that gave more.
func (d *Desk) waiting(ctx context.Context, by tilhor.Actor, list *db.Stmt, most int, own ...any) (all []Concern, more bool, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, more = nil, false
		if some, err := access.Some(tx, by, access.Receive, now); err != nil || !some {
			return err
		}
		err := tx.Each(list, func(scan db.Scan) error {
			c, err := row(scan)
			all = append(all, c)
			return err
		}, access.Args(by, access.Receive, now, own...)...)
		if err != nil {
			return err
		}
		if more = len(all) > most; more {
			all = all[:most]
		}
		if err := d.fill(tx, by.Owner, pointers(all)...); err != nil {
			return err
		}
		return shield(tx, by.Owner, all, now)
	})
	if err != nil || len(all) == 0 {
		return all, more, err
	}
	return all, more, d.DB.Write(ctx, func(tx *db.Tx) error {
		ids := make([]string, len(all))
		for i, c := range all {
			ids[i] = string(c.ID)
		}
		stream := journal.ReadingsOf("school/" + string(by.School))
		if by.School == access.Owner {
			stream = journal.ReadingsOf("owner")
		}
		return d.Journal.SeenList(tx, by, stream, string(by.School), "concerns", string(access.Intake), ids, now)
	})
}

// shield takes out of a list what it shows of protected pupils: those who are
// named for them open the concern to read it.
func shield(tx *db.Tx, owner tilhor.OwnerID, all []Concern, now time.Time) error {
	if len(all) == 0 {
		return nil
	}
	guarded, err := access.AllGuarded(tx, owner, access.Concern, now)
	for i, c := range all {
		if guarded[string(c.ID)] {
			all[i] = Concern{
				ID: c.ID, Slug: c.Slug, School: c.School, Shielded: true, Role: c.Role, Channel: c.Channel, Known: c.Known, Written: c.Written,
				PupilSays: c.PupilSays, Accused: c.Accused, State: c.State, ReadAt: c.ReadAt, DecidedAt: c.DecidedAt, Entry: c.Entry,
			}
		}
	}
	return err
}

// Receive opens a concern for the one who takes a stance on it. The first
// opening is what the reporter sees as read; every opening is in the record.
func (d *Desk) Receive(ctx context.Context, by tilhor.Actor, slug string) (c Concern, err error) {
	now := d.Clock()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if c, err = d.find(tx, by, slug, now); err != nil {
			return err
		}
		if c.ReadAt.IsZero() {
			c.ReadAt = now
			if _, err := tx.Exec(markRead, by.Owner, c.ID, now.UnixMilli()); err != nil {
				return err
			}
			if _, err := d.Journal.Append(tx, journal.Entry{
				Stream: stream(c.ID), Act: "concerns.read", Subject: string(c.ID),
				When: tilhor.Now(now), By: by, Rule: string(access.Intake),
			}); err != nil {
				return err
			}
		}
		if err := access.Ring(tx, by, access.Concern, string(c.ID), "concern", now); err != nil {
			return err
		}
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(c.ID)), string(c.ID), "whole", string(access.Intake), now)
	})
	if err != nil {
		return Concern{}, err
	}
	return c, d.DB.Read(ctx, func(tx *db.Tx) error { return d.fill(tx, by.Owner, &c) })
}

// find is a concern that this person receives, whatever its state.
func (d *Desk) find(tx *db.Tx, by tilhor.Actor, slug string, now time.Time) (c Concern, err error) {
	found := false
	err = tx.Each(selectReceived, func(scan db.Scan) error {
		found = true
		c, err = row(scan)
		return err
	}, access.Args(by, access.Receive, now, slug)...)
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return Concern{}, err
	}
	c.Pupils, err = pupils(tx, by.Owner, c.ID)
	return c, err
}

func pupils(tx *db.Tx, owner tilhor.OwnerID, id tilhor.ConcernID) (all []Pupil, err error) {
	err = tx.Each(selectPupils, func(scan db.Scan) error {
		var p Pupil
		if err := scan(&p.N, &p.Person, &p.Track); err != nil {
			return err
		}
		all = append(all, p)
		return nil
	}, owner, id)
	return all, err
}

// fill opens the words and the names of concerns that have been let through:
// together, for a list has many.
func (d *Desk) fill(tx *db.Tx, owner tilhor.OwnerID, all ...*Concern) error {
	by := map[tilhor.ConcernID]*Concern{}
	ids := make([]tilhor.ConcernID, len(all))
	for i, c := range all {
		by[c.ID], ids[i], c.Pupils, c.Against = c, c.ID, nil, nil
	}
	err := db.InMany(ids, db.Args(owner), func(args []any) error {
		return tx.Each(manyPupils, func(scan db.Scan) error {
			var p Pupil
			var of tilhor.ConcernID
			err := scan(&of, &p.N, &p.Person, &p.Track)
			by[of].Pupils = append(by[of].Pupils, p)
			return err
		}, args...)
	})
	if err != nil {
		return err
	}
	err = db.InMany(sealedOf(all), db.Args(owner), func(args []any) error {
		return tx.Each(manyAgainst, func(scan db.Scan) error {
			var a Against
			var of tilhor.ConcernID
			err := scan(&of, &a.N, &a.Person)
			by[of].Against = append(by[of].Against, a)
			return err
		}, args...)
	})
	if err != nil {
		return err
	}
	if err := d.words(tx, owner, ids, by); err != nil {
		return err
	}
	return d.names(tx, owner, all)
}

// sealedOf are the concerns about somebody who works there.
func sealedOf(all []*Concern) (ids []tilhor.ConcernID) {
	for _, c := range all {
		if c.Sealed() {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// words opens every text of the concerns.
func (d *Desk) words(tx *db.Tx, owner tilhor.OwnerID, ids []tilhor.ConcernID, by map[tilhor.ConcernID]*Concern) error {
	type sealed struct {
		of    tilhor.ConcernID
		field string
		bytes []byte
	}
	var rows []sealed
	err := db.InMany(ids, db.Args(owner), func(args []any) error {
		return tx.Each(manyTexts, func(scan db.Scan) error {
			var r sealed
			err := scan(&r.of, &r.field, &r.bytes)
			rows = append(rows, r)
			return err
		}, args...)
	})
	if err != nil {
		return err
	}
	keys, err := seal.All(d.Keys, tx, owner, seal.KindConcern, ids) // also for one without a text: a shredded key is told of
	if err != nil {
		return fmt.Errorf("keys of concerns: %w", err)
	}
	held, err := heldOf(tx, owner, ids)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if hides(r.field) && (held[r.of] || len(r.bytes) == 0) { // blocked, or shredded: nobody reads it
			by[r.of].Held = true
			continue
		}
		plain, err := keys[r.of].Open(r.field, string(r.of), r.bytes)
		if err != nil {
			return err
		}
		by[r.of].put(r.field, plain)
	}
	return nil
}

// put sets the word that stands in a field.
func (c *Concern) put(field, plain string) {
	switch field {
	case "said":
		c.Said = plain
	case "saw":
		c.Saw = plain
	case "hope":
		c.Hope = plain
	case "place":
		c.Place = plain
	case "reporter":
		c.From = plain
	case "whom":
		c.Against = append(c.Against, Against{Described: plain})
	case "reason":
		c.Reason = plain
	case "ask":
		c.Ask = plain
	case "wish":
		c.Wish = tilhor.PersonID(plain)
	case "pen":
		c.Pen = plain
	}
	for i := range c.Pupils {
		if p := &c.Pupils[i]; p.Person == "" && field == fmt.Sprintf("pupil-%d", p.N) {
			p.Described = plain
		}
	}
}

// names puts in who told and who it is about, with the classes.
func (d *Desk) names(tx *db.Tx, owner tilhor.OwnerID, all []*Concern) error {
	var people, pupils []tilhor.PersonID
	for _, c := range all {
		if c.Reporter != "" {
			people = append(people, c.Reporter)
		}
		if c.Wish != "" {
			people = append(people, c.Wish)
		}
		for _, a := range c.Against {
			if a.Person != "" {
				people = append(people, a.Person)
			}
		}
		for _, p := range c.Pupils {
			if p.Person != "" {
				pupils = append(pupils, p.Person)
			}
		}
	}
	pupils = once(pupils)
	names, err := d.Roster.Names(tx, owner, once(append(people, pupils...))...)
	if err != nil {
		return err
	}
	classes, err := d.Roster.Classes(tx, owner, tilhor.DateOf(d.Clock(), calendar.Oslo()), pupils...)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Reporter != "" {
			c.From = names[c.Reporter]
		}
		c.WishName = names[c.Wish]
		for i := range c.Against {
			if a := &c.Against[i]; a.Person != "" {
				a.Name = names[a.Person]
			}
		}
		for i := range c.Pupils {
			if p := &c.Pupils[i]; p.Person != "" {
				p.Name, p.Class = names[p.Person], classes[p.Person]
			}
		}
	}
	return nil
}

// pointers are to the concerns of a list.
func pointers(all []Concern) []*Concern {
	to := make([]*Concern, len(all))
	for i := range all {
		to[i] = &all[i]
	}
	return to
}

// Lead is the first line of a concern, for a list: never more than a sentence. A full
// stop inside a word or a number ends none.
func (c Concern) Lead() string {
	s := c.Said
	if s == "" {
		s = c.Saw
	}
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if first, _, more := strings.Cut(s, ". "); more && strings.Trim(first, ".") != "" {
		s = first
	}
	s = strings.TrimSuffix(s, ".")
	if r := []rune(s); len(r) > 80 {
		s = strings.TrimSpace(string(r[:79])) + "…"
	}
	return s
}
