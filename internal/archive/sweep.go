package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/circles"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/ideas"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// What became of a thing that is no case.
const (
	Restricted State = "restricted" // out of everybody's reach, until the archivist decides
	Kept       State = "kept"       // the archivist keeps it
	Discarded  State = "discarded"  // the archivist discarded it (kassasjon): its key is shredded
	Shredded   State = "shredded"   // shredded by rule
)

// A Sweep is what one pass did, or would do: counts, and never which.
type Sweep struct {
	Restricted int // concerns left as not a case, past their time
	Shredded   int // anonymous tips that became no case, past their time
	Readings   int // a year of what a school's lists showed, past its time
	Ideas      int // suggestions that wait for nobody, past their time
	Circles    int // parent groups in which nothing was written for so long
	Waiting    int // restricted before, and not decided yet
}

var (
	selectKept = db.SQL(`SELECT thing, state, at FROM archive_kept WHERE owner = $1 ORDER BY thing`)
	oneKept    = db.SQL(`SELECT state FROM archive_kept WHERE owner = $1 AND thing = $2`)
	putKept    = db.SQL(`INSERT INTO archive_kept (owner, thing, state, at, entry) VALUES ($1, $2, $3, $4, $5)`)
	decideKept = db.SQL(`UPDATE archive_kept SET state = $3, at = $4, sealed = $5, entry = $6
		WHERE owner = $1 AND thing = $2 AND state = 'restricted'`)
)

// Sweep lets go of what is no case and past the time the owner has set: an
// anonymous tip, what lists showed, suggestions and parent groups are shredded by
// deleting their keys, a named concern is restricted and waits for the archivist. A case, and what was
// told in one, is in no rule here. dry counts, and does nothing. It can be
// broken off and run again, as often as anybody likes.
func (d *Desk) Sweep(ctx context.Context, by tilhor.Actor, dry bool) (s Sweep, err error) {
	now := d.Clock()
	due, waiting, err := d.due(ctx, by.Owner, now)
	if err != nil {
		return s, err
	}
	s.Waiting = waiting
	for _, x := range due {
		if err := ctx.Err(); err != nil {
			return s, err
		}
		did := x.does
		if !dry {
			err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
				did, err = d.letGo(tx, by, x, now)
				return err
			})
			if err != nil {
				return s, fmt.Errorf("sweep %s: %w", x.thing, err)
			}
		}
		switch {
		case did == Restricted:
			s.Restricted++
		case did == Shredded && x.kind == seal.KindReadings:
			s.Readings++
		case did == Shredded && x.kind == seal.KindIdeas:
			s.Ideas++
		case did == Shredded && x.kind == seal.KindCircle:
			s.Circles++
		case did == Shredded:
			s.Shredded++
		}
	}
	return s, nil
}

// A due thing is one whose time is over, and what its rule does with it.
type dueThing struct {
	kind  seal.Kind
	thing string
	does  State
	id    string // of a suggestion, whose key is named by its school too
}

// due is everything whose time is over.
func (d *Desk) due(ctx context.Context, owner tilhor.OwnerID, now time.Time) (all []dueThing, waiting int, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, waiting = nil, 0
		set, err := settings(tx, owner)
		if err != nil {
			return err
		}
		known := map[string]bool{}
		err = tx.Each(selectKept, func(scan db.Scan) error {
			var thing string
			var state State
			var at int64
			err := scan(&thing, &state, &at)
			known[thing] = true
			if state == Restricted {
				waiting++
			}
			return err
		}, owner)
		if err != nil {
			return err
		}
		for after := tilhor.ConcernID(""); ; {
			some, err := concerns.SetAsides(tx, owner, after, outlines)
			if err != nil {
				return err
			}
			for _, a := range some {
				after = a.ID
				if known[string(a.ID)] {
					continue
				}
				does, err := d.rule(tx, owner, set, a, now)
				if err != nil {
					return err
				}
				if does != "" {
					all = append(all, dueThing{kind: seal.KindConcern, thing: string(a.ID), does: does})
				}
			}
			if len(some) < outlines {
				break
			}
		}
		outside, err := outside(tx, owner, set, "", now)
		if err != nil {
			return err
		}
		all = append(all, outside...)
		years, err := seal.Things(tx, owner, seal.KindReadings)
		for _, thing := range years {
			if over(thing, set, now) {
				all = append(all, dueThing{kind: seal.KindReadings, thing: thing, does: Shredded})
			}
		}
		return err
	})
	return all, waiting, err
}

// rule is what happens to a concern that was left as not a case, now: "" is
// nothing yet.
func (d *Desk) rule(tx *db.Tx, owner tilhor.OwnerID, set set, a concerns.Aside, now time.Time) (State, error) {
	unnamed, err := d.Concerns.Unnamed(tx, owner, a)
	if err != nil {
		return "", err
	}
	said, named, err := dialogue.Last(tx, owner, a.ID)
	if err != nil {
		return "", err
	}
	from := a.DecidedAt
	if said.After(from) { // as long as they talk, it is not over
		from = said
	}
	unnamed = unnamed && !named // who said in the talk who it is, is no anonymous tip
	age := date(now).Sub(date(from))
	switch {
	case unnamed && age > set.days("keep-anonymous"):
		return Shredded, nil
	case !unnamed && age > set.days("keep-aside"):
		return Restricted, nil
	}
	return "", nil
}

// over says whether a year of readings is past its time: the days count from the
// end of the year, so that the last reading of it is kept as long as the first.
func over(thing string, set set, now time.Time) bool {
	year := journal.Year(thing)
	last, err := tilhor.ParseDate(year + "-12-31")
	return err == nil && date(now).Sub(last) > set.days("keep-readings")
}

// outside is what is no case and never was, and is past its time: suggestions that wait
// for nobody, and parent groups that are used no more. With an id, that one.
func outside(tx *db.Tx, owner tilhor.OwnerID, set set, id string, now time.Time) (all []dueThing, err error) {
	past := func(last time.Time, setting string) bool { return date(now).Sub(date(last)) > set.days(setting) }
	said, err := ideas.Ended(tx, owner, id)
	if err != nil {
		return nil, err
	}
	for _, s := range said {
		if past(s.Last, keepIdeas) {
			all = append(all, dueThing{kind: seal.KindIdeas, thing: s.Key, does: Shredded, id: s.ID})
		}
	}
	groups, err := circles.Last(tx, owner, id)
	for id, last := range groups {
		if past(last, keepCircles) {
			all = append(all, dueThing{kind: seal.KindCircle, thing: id, does: Shredded, id: id})
		}
	}
	return all, err
}

const (
	keepIdeas   = "keep-ideas"
	keepCircles = "keep-circles"
)

// letGoOutside shreds one of those, if it is still past its time.
func (d *Desk) letGoOutside(tx *db.Tx, by tilhor.Actor, set set, x dueThing, now time.Time) (State, error) {
	due, err := outside(tx, by.Owner, set, x.id, now)
	if err != nil || !slices.Contains(due, x) {
		return "", err
	}
	forget, rule := ideas.Forget, keepIdeas
	if x.kind == seal.KindCircle {
		forget, rule = circles.Forget, keepCircles
	}
	if _, err := d.shred(tx, by, x.kind, x.thing, rule, now); err != nil {
		return "", err
	}
	return Shredded, forget(tx, by.Owner, x.id)
}

// letGo does what the rule says with one thing, in one transaction in which the
// rule is asked again: what was taken up as a case meanwhile is left alone.
func (d *Desk) letGo(tx *db.Tx, by tilhor.Actor, x dueThing, now time.Time) (State, error) {
	set, err := settings(tx, by.Owner)
	if err != nil {
		return "", err
	}
	if x.kind == seal.KindIdeas || x.kind == seal.KindCircle {
		return d.letGoOutside(tx, by, set, x, now)
	}
	if x.kind == seal.KindReadings {
		if !over(x.thing, set, now) {
			return "", nil
		}
		_, err := d.shred(tx, by, x.kind, x.thing, "keep-readings", now)
		return Shredded, err
	}
	a, err := concerns.OneAside(tx, by.Owner, tilhor.ConcernID(x.thing))
	if errors.Is(err, tilhor.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var state State
	if err := tx.One(oneKept, db.Args(by.Owner, x.thing), &state); !errors.Is(err, tilhor.ErrNotFound) {
		return "", err
	}
	does, err := d.rule(tx, by.Owner, set, a, now)
	if err != nil || does == "" {
		return "", err
	}
	var w journal.Written
	if does == Shredded {
		w, err = d.shredConcern(tx, by, a.ID, "keep-anonymous", now)
	} else {
		w, err = d.Journal.Append(tx, journal.Entry{
			Stream: stream(x.thing), Act: "archive.restricted", Subject: x.thing, When: tilhor.Now(now), By: by, Rule: "keep-aside",
		})
	}
	if err != nil {
		return "", err
	}
	if err := concerns.Restrict(tx, by.Owner, a.ID, now); err != nil {
		return "", err
	}
	if err := dialogue.Forget(tx, by.Owner, a.ID); err != nil { // nor does a code open it
		return "", err
	}
	_, err = tx.Exec(putKept, by.Owner, x.thing, does, now.UnixMilli(), w.ID)
	return does, err
}

// shredConcern shreds a concern that is no case, and which pupils it was about.
func (d *Desk) shredConcern(tx *db.Tx, by tilhor.Actor, id tilhor.ConcernID, rule string, now time.Time, parts ...journal.Part) (w journal.Written, err error) {
	if w, err = d.shred(tx, by, seal.KindConcern, string(id), rule, now, parts...); err != nil {
		return w, err
	}
	if err := dialogue.Forget(tx, by.Owner, id); err != nil {
		return w, err
	}
	return w, concerns.Forget(tx, by.Owner, id)
}

// errKept says that something would have been shredded that is kept for ever.
var errKept = errors.New("this is kept for ever (bevaringsforskrifta § 40): it cannot be shredded")

// shred is the only way to a shredding from here: the key goes, and the entry
// says so. Nothing but what is no case, what lists showed, and what never was about one
// child can come through. The key of a school is in no rule: what it seals is not let go of alone.
func (d *Desk) shred(tx *db.Tx, by tilhor.Actor, kind seal.Kind, thing, rule string, now time.Time, parts ...journal.Part) (journal.Written, error) {
	switch kind {
	case seal.KindReadings, seal.KindCircle:
	case seal.KindIdeas:
		if !strings.Contains(thing, ".") {
			return journal.Written{}, errKept
		}
	case seal.KindConcern:
		if _, err := concerns.OneAside(tx, by.Owner, tilhor.ConcernID(thing)); err != nil {
			return journal.Written{}, errKept
		}
	default:
		return journal.Written{}, errKept
	}
	if err := seal.Shred(tx, by.Owner, kind, thing, now); err != nil {
		return journal.Written{}, err
	}
	return d.Journal.Append(tx, journal.Entry{
		Stream: stream(thing), Act: "archive.shredded", Subject: thing, When: tilhor.Now(now), By: by, Rule: rule, Parts: parts,
	})
}

// days of a setting; one that cannot be read, because somebody else wrote it,
// keeps everything.
func (s set) days(name string) int {
	n, err := strconv.Atoi(s[name])
	if err != nil || n < minDays {
		return maxDays
	}
	return n
}
