package cases

import (
	"context"
	"errors"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// A Seen is one opening of a track.
type Seen struct {
	Person tilhor.PersonID
	Name   string
	Role   tilhor.Role
	View   string
	At     time.Time
}

// An Entitled is one who may read, and why.
type Entitled struct {
	Person   tilhor.PersonID
	Name     string
	Role     tilhor.Role // when a role is meant
	Relation access.Relation
	From     time.Time
	Until    time.Time
}

// Readings tells who may read a track and who has opened it, newest first, for
// those who handle or decide it. The log cannot be switched off, and looking
// at it is itself in it.
func (d *Desk) Readings(ctx context.Context, by tilhor.Actor, slug string) (t Track, may []Entitled, seen []Seen, err error) {
	now := d.Clock()
	var rule access.Relation
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		may, seen = nil, nil
		if t, rule, err = d.find(tx, by, access.Read, slug, now); err != nil {
			return err
		}
		if may, seen, err = d.log(tx, by.Owner, &t, now); err != nil {
			return err
		}
		var ids []tilhor.PersonID
		for _, m := range may {
			ids = append(ids, m.Person)
		}
		for _, s := range seen {
			ids = append(ids, s.Person)
		}
		ids = append(ids, t.Pupil)
		names, protected, err := d.Roster.Faces(tx, by.Owner, compact(ids)...)
		for _, s := range seen { // a parent whose address is protected is named on no page
			if s.Role == tilhor.RoleParent && protected[s.Person] {
				delete(names, s.Person)
			}
		}
		for i := range may {
			may[i].Name = names[may[i].Person]
		}
		for i := range seen {
			seen[i].Name = names[seen[i].Person]
		}
		t.Name = names[t.Pupil]
		if in, err := d.Roster.Pupil(tx, by.Owner, t.Pupil, today(now)); t.Pupil != "" && err == nil {
			t.Class = in.Class
		}
		return err
	})
	if err != nil {
		return Track{}, nil, nil, err
	}
	return t, may, seen, d.DB.Write(ctx, func(tx *db.Tx) error {
		if t.Shielded {
			if err := d.opened(tx, by, t.ID, "readings", now); err != nil {
				return err
			}
		}
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(t.ID)), string(t.ID), "readings", string(rule), now)
	})
}

// log is who may read a track and who has opened it, newest first, by id.
func (d *Desk) log(tx *db.Tx, owner tilhor.OwnerID, t *Track, now time.Time) (may []Entitled, seen []Seen, err error) {
	if may, err = d.entitled(tx, owner, t, now); err != nil {
		return nil, nil, err
	}
	read, err := d.Journal.Readings(tx, owner, string(t.ID))
	for _, r := range read {
		seen = append(seen, Seen{Person: r.Person, Role: r.Role, View: r.View, At: r.At})
	}
	return may, seen, err
}

// entitled lists who may read a track or could, and by what.
func (d *Desk) entitled(tx *db.Tx, owner tilhor.OwnerID, t *Track, now time.Time) (may []Entitled, err error) {
	grants, err := access.GrantsOf(tx, owner, access.Track, string(t.ID))
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		may = append(may, Entitled{Person: g.Person, Role: g.Role, Relation: g.Relation, From: g.From, Until: g.Until})
	}
	handed, err := access.GrantsOf(tx, owner, access.School, string(t.School))
	if err != nil {
		return nil, err
	}
	for _, g := range handed {
		if g.Relation == access.Leads && (g.Until.IsZero() || g.Until.After(t.Opened)) {
			may = append(may, Entitled{Person: g.Person, Role: tilhor.RoleRektor, Relation: g.Relation, From: g.From, Until: g.Until})
		}
	}
	return d.onlyNamed(tx, owner, t, may, now)
}

func compact(ids []tilhor.PersonID) (out []tilhor.PersonID) {
	seen := map[tilhor.PersonID]bool{"": true}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// lastSeen is the newest opening by somebody else.
func (d *Desk) lastSeen(tx *db.Tx, by tilhor.Actor, f *File) error {
	r, err := d.Journal.LastReading(tx, by.Owner, string(f.ID), by.Person)
	if errors.Is(err, tilhor.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	f.LastSeen = &Seen{Person: r.Person, Role: r.Role, View: r.View, At: r.At}
	return nil
}
