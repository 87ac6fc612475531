package cases

import (
	"context"
	"errors"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
)

// A Beside is another case about a pupil, in which somebody has a part whom a
// concern about the same pupil is about.
type Beside struct {
	Track
	Person tilhor.PersonID
	Who    string // the name of Person
}

// has are the relations by which a person works a track, or stands beside the
// pupil in it.
var has = []access.Relation{access.Leads, access.Handles, access.Covers, access.Carries, access.Asked}

// Beside lists the cases that this person leads about the pupils of a sealed
// concern, in which those it is about work, or carry something out: a wall around
// the new case alone would leave them beside the child in the old one. Whether
// they are to go on is judged there (inhabil, forvaltningsloven § 6).
func (d *Desk) Beside(ctx context.Context, by tilhor.Actor, c concerns.Concern) (all []Beside, err error) {
	if !c.Sealed() {
		return nil, nil
	}
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		for _, p := range c.Pupils {
			if p.Person == "" {
				continue
			}
			tracks, err := d.tracksOf(tx, by.Owner, p.Person)
			if err != nil {
				return err
			}
			for _, t := range tracks {
				some, err := d.besideIn(tx, by, t, c, now)
				if err != nil {
					return err
				}
				all = append(all, some...)
			}
		}
		var ids []tilhor.PersonID
		for _, b := range all {
			ids = append(ids, b.Person)
		}
		names, err := d.Roster.Names(tx, by.Owner, compact(ids)...)
		for i := range all {
			all[i].Who = names[all[i].Person]
		}
		return err
	})
	return all, err
}

// besideIn are those the concern is about who have a part in one track.
func (d *Desk) besideIn(tx *db.Tx, by tilhor.Actor, t Track, c concerns.Concern, now time.Time) (all []Beside, err error) {
	if t.State == Closed {
		return nil, nil
	}
	if _, err := access.Allow(tx, by, access.Lead, string(t.ID), now); err != nil {
		if errors.Is(err, tilhor.ErrNotFound) {
			err = nil
		}
		return nil, err
	}
	bars, err := access.BarsOf(tx, by.Owner, access.Track, string(t.ID))
	if err != nil {
		return nil, err
	}
	grants, err := access.GrantsOf(tx, by.Owner, access.Track, string(t.ID))
	if err != nil {
		return nil, err
	}
	out := shut(bars, now)
	for _, a := range c.Against {
		if a.Person == "" {
			continue
		}
		roles, err := d.Roster.RolesOf(tx, by.Owner, a.Person, today(now))
		if err != nil {
			return nil, err
		}
		part := slices.ContainsFunc(grants, func(g access.Grant) bool { // by name, or as all who have a role there
			theirs := g.Person == a.Person || g.Person == "" && slices.ContainsFunc(roles, func(r tilhor.Actor) bool { return r.Role == g.Role && r.School == g.Unit })
			return theirs && slices.Contains(has, g.Relation) && g.InForce(now)
		})
		if !out[a.Person] && (part || t.Handler == a.Person) {
			all = append(all, Beside{Track: t, Person: a.Person})
		}
	}
	return all, nil
}
