package interventions

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// A Report is what the employee tells rektor (§ 13-5 first paragraph).
type Report struct {
	Pupil     tilhor.PersonID
	Described string // a pupil who is in no list
	Arena     tilhor.Arena
	At        tilhor.When
	Event     string
	What      string
	Who       string
	Long      string
	Why       string
	View      string
	Words     string
	Slug      string // tilhor.NewSlug, for who must know the address before it is sent
}

// Tell writes an intervention and tells rektor. Whoever works at the school may,
// trained or not.
func (d *Desk) Tell(ctx context.Context, by tilhor.Actor, r Report) (Event, error) {
	if !by.Role.Staff() || by.Person == "" || by.School == "" {
		return Event{}, tilhor.ErrNotFound
	}
	now := d.Clock()
	if err := r.check(now); err != nil {
		return Event{}, err
	}
	id := EventID(tilhor.NewID())
	e := Event{ID: id, Slug: cmp.Or(r.Slug, tilhor.NewSlug()), School: by.School, Pupil: r.Pupil, Name: r.Described, Arena: r.Arena, Happened: r.At, thing: thingPrefix + string(id)}
	e.Happened.Written = now
	if r.Pupil != "" {
		e.thing = thingPrefix + string(by.School) + "/" + string(r.Pupil)
	}
	key := d.Keys.New(by.Owner, seal.KindForce, string(id))
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := d.known(tx, by, r.Pupil, now); err != nil {
			return err
		}
		subjects, err := d.subjects(tx, by, r, now)
		if err != nil {
			return err
		}
		if r.Pupil == "" && len(subjects) == 1 { // it counts as hers, and the teller is shown no more than was written
			e.thing = thingPrefix + string(by.School) + "/" + string(subjects[0])
		}
		if err := seal.Keep(tx, key); err != nil {
			return err
		}
		return d.store(tx, key, by, &e, r, subjects, now)
	})
	return e, err
}

func (r *Report) check(now time.Time) error {
	var c check
	c.short(&r.Described, "described", r.Pupil == "")
	c.Add(!r.Arena.Valid(), "arena", "force.fault.arena")
	c.past(&r.At, now)
	c.text(&r.Event, "event", true)
	c.text(&r.What, "what", true)
	c.short(&r.Who, "who", true)
	c.short(&r.Long, "long", false)
	c.Add(r.Long == "", "long", "force.fault.length")
	c.text(&r.Why, "why", true)
	c.Add(r.View != Told && r.View != Declined && r.View != Later, "view", "force.fault.view")
	c.text(&r.Words, "words", r.View == Told)
	return c.Err()
}

// known refuses a pupil who is not at the school, in words that do not tell
// whether there is such a pupil elsewhere.
func (d *Desk) known(tx *db.Tx, by tilhor.Actor, pupil tilhor.PersonID, now time.Time) error {
	if pupil == "" {
		return nil
	}
	in, err := d.Roster.Where(tx, by.Owner, pupil, calendar.DateOf(now))
	if err != nil || in.School != by.School || in.Protected {
		return tilhor.Faults{{Field: "pupil", Key: "force.fault.pupil"}}
	}
	return nil
}

func (d *Desk) store(tx *db.Tx, key seal.Key, by tilhor.Actor, e *Event, r Report, subjects []tilhor.PersonID, now time.Time) error {
	l := Line{
		Kind: Reported, At: r.At.At.UnixMilli(), Precision: r.At.Precision, Described: r.Described, Event: r.Event, What: r.What, Who: r.Who,
		Long: r.Long, Why: r.Why, View: r.View, Words: r.Words,
	}
	entry, err := d.write(tx, key, by, e.ID, l, "works at the school", now, journal.Parts(key.Commit(fieldRow, string(e.ID), openOf(*e)))...)
	if err != nil {
		return err
	}
	e.Entry = entry
	if _, err := tx.Exec(insertEvent, by.Owner, e.ID, e.Slug, e.School, e.Pupil, e.thing, e.Arena, r.At.At.UnixMilli(), r.At.Precision, now.UnixMilli(), entry); err != nil {
		return err
	}
	for _, g := range []access.Grant{{Person: by.Person, Relation: access.Reporter}, {Role: tilhor.RoleRektor, Relation: access.Leads}} {
		g.Kind, g.Thing, g.Unit, g.From, g.By = access.Force, string(e.ID), e.School, now, by.Person
		if err := access.Give(tx, by.Owner, g); err != nil {
			return err
		}
	}
	if err := d.wall(tx, by, *e, r, subjects, now); err != nil {
		return err
	}
	facts := []duty.Fact{{Kind: duty.Intervention, When: r.At}, {Kind: duty.ForceReported, When: tilhor.Now(now)}}
	if r.View != Later {
		facts = append(facts, duty.Fact{Kind: duty.ForceDocumented, When: tilhor.Now(now)})
	}
	return d.facts(tx, by.Owner, *e, now, facts...)
}

// openOf is what an intervention stores open besides what its entry says itself.
func openOf(e Event) string {
	return strings.Join([]string{string(e.School), string(e.Pupil), e.thing, string(e.Arena), fmt.Sprint(e.Happened.At.UnixMilli()), string(e.Happened.Precision)}, "\n")
}
