package cases

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// What is written in a track of a protected pupil.
const (
	Shielded Kind = "shielded" // the pupil's address is protected from now on, or no longer
	Named    Kind = "named"    // somebody was named for it
	Unnamed  Kind = "unnamed"
	Unlocked Kind = "unlocked" // it was unlocked for one print or copy
)

func init() {
	for _, k := range []Kind{Shielded, Named, Unnamed, Unlocked} {
		kinds[k] = true
	}
}

// A Shielding is rektor's act when a pupil gets a protected address
// (adressebeskyttelse, folkeregisterloven § 10-4), or what is decided when it
// is lifted. The address itself is never asked for and never kept.
type Shielding struct {
	Pupil  tilhor.PersonID
	Grade  roster.Protection
	Leader tilhor.PersonID // who leads whatever is told and done about the pupil from now on
	Reason string
}

// Shield protects a pupil of rektor's school and names who leads: always
// somebody, so that what is told of the pupil reaches a person, and no case has
// nobody. Rektor herself passes no longer unless it is she who is named.
func (d *Desk) Shield(ctx context.Context, by tilhor.Actor, s Shielding) error {
	if by.Role != tilhor.RoleRektor || !by.Trained {
		return tilhor.ErrNotFound
	}
	now := d.Clock()
	var c check
	c.text(&s.Reason, "reason", true)
	c.Add(s.Grade != roster.Confidential && s.Grade != roster.StrictConfidential, "grade", "children.fault.grade")
	if err := c.Err(); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		in, err := d.Roster.Where(tx, by.Owner, s.Pupil, today(now))
		if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
			return err
		}
		if err != nil || in.School != by.School || in.Protected { // who is protected is in no list, and answers like nobody
			return tilhor.Faults{{Field: "pupil", Key: "cases.fault.pupil"}}
		}
		if err := d.mayLead(tx, by.Owner, by.School, s.Leader, "leader", now, s.Pupil); err != nil {
			return err
		}
		if err := d.Roster.Protect(tx, by, s.Pupil, s.Grade, now); err != nil {
			return err
		}
		n := access.Naming{Subject: s.Pupil, Person: s.Leader, Unit: by.School, Lead: true}
		if err := d.Roster.Name(tx, by, n, s.Reason, now); err != nil {
			return err
		}
		return d.tellTracks(tx, by, s.Pupil, note{kind: Shielded, when: tilhor.Now(now), ref: string(s.Leader), answer: string(s.Grade), text: []field{{"reason", s.Reason}}}, now)
	})
}

// mayLead refuses who does not work at the school, or has not had the training
// without which no case is opened, and a pupil's own next of kin, from whom every
// case about the pupil is kept (forvaltningsloven § 6): then nobody would see it.
func (d *Desk) mayLead(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, person tilhor.PersonID, at string, now time.Time, pupils ...tilhor.PersonID) error {
	kin, err := d.Roster.WorkingKin(tx, owner, today(now), pupils...)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(kin, func(a tilhor.Actor) bool { return a.Person == person }) {
		return tilhor.Faults{{Field: at, Key: "cases.fault.kin"}}
	}
	all, err := d.Roster.Employees(tx, owner, school, today(now))
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.ID == person && e.TrainedOn != "" {
			return nil
		}
		if e.ID == person {
			return tilhor.Faults{{Field: at, Key: "children.fault.untrained"}}
		}
	}
	return tilhor.Faults{{Field: at, Key: "cases.fault.handler"}}
}

var selectTracksOf = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.pupil = $2 ORDER BY t.opened_at, t.id`)

func (d *Desk) tracksOf(tx *db.Tx, owner tilhor.OwnerID, pupil tilhor.PersonID) (all []Track, err error) {
	err = tx.Each(selectTracksOf, func(scan db.Scan) error {
		t, err := trackRow(scan)
		all = append(all, t)
		return err
	}, owner, pupil)
	return all, err
}

// tellTracks writes a line into every track a pupil has.
func (d *Desk) tellTracks(tx *db.Tx, by tilhor.Actor, pupil tilhor.PersonID, n note, now time.Time) error {
	all, err := d.tracksOf(tx, by.Owner, pupil)
	if err != nil {
		return err
	}
	return d.tellThose(tx, by, all, n, now)
}

// tellAlike writes a line into the tracks of a pupil, as something is decided in
// one of them: when that one has a wall around it, in those alone that have the
// same. A line in another would say that there is one.
func (d *Desk) tellAlike(w *work, n note) error {
	wall, err := w.wallOf(w.t.ID)
	if err != nil {
		return err
	}
	all, err := d.tracksOf(w.tx, w.by.Owner, w.t.Pupil)
	if err != nil {
		return err
	}
	var alike []Track
	for _, t := range all {
		other, err := w.wallOf(t.ID)
		if err != nil {
			return err
		}
		if wall == "" || other == wall {
			alike = append(alike, t)
		}
	}
	return d.tellThose(w.tx, w.by, alike, n, w.now)
}

// wallOf says how a track is sealed and whom it is about, "" for one that is open
// to those at the school who have it.
func (w *work) wallOf(id tilhor.TrackID) (string, error) {
	var all []string
	err := w.tx.Each(selectWall, func(scan db.Scan) error {
		var accused, person string
		err := scan(&accused, &person)
		all = append(all, accused+"/"+person)
		return err
	}, w.by.Owner, id)
	slices.Sort(all)
	return strings.Join(all, " "), err
}

func (d *Desk) tellThose(tx *db.Tx, by tilhor.Actor, all []Track, n note, now time.Time) error {
	for _, t := range all {
		w, err := d.workOn(tx, by, t, access.Leads, now)
		if err != nil {
			return err
		}
		if n.kind == Shielded && t.Handler != "" && string(t.Handler) != n.ref && n.answer != "lifted" { // is not named: has it no longer
			if err := w.unhandle(); err != nil {
				return err
			}
		}
		protected := n.kind == Shielded && n.answer != "lifted"
		if protected {
			if err := w.keepAppointed(); err != nil {
				return err
			}
		}
		if _, err := w.write(n); err != nil {
			return err
		}
		if protected && t.State != Closed { // who is named may be kept out of this one
			if err := w.barKin(); err != nil {
				return err
			}
			if err := w.led(); err != nil {
				return err
			}
		}
		if err := w.touch(); err != nil {
			return err
		}
	}
	return nil
}

// keepAppointed lets those keep the track whom the owner gave it by name, as the
// pupil is protected: one that goes past rektor has nobody else. Who has it by name
// as named for another, who it was taken to be about, was given it by nobody.
func (w *work) keepAppointed() error {
	grants, err := access.GrantsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	if err != nil {
		return err
	}
	for _, g := range grants {
		record, given := map[access.Relation]Kind{access.Leads: LedBy, access.Advises: AdvisedBy}[g.Relation]
		if !given || g.Person == "" || !g.InForce(w.now) {
			continue
		}
		var n int
		if err := w.tx.One(countGiven, db.Args(w.by.Owner, w.t.ID, record, g.Person), &n); err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := w.letBy(g.Person, g.Unit); err != nil {
			return err
		}
	}
	return nil
}

var countGiven = db.SQL(`SELECT COUNT(*) FROM cases_record WHERE owner = $1 AND track = $2 AND kind = $3 AND ref = $4`)

// unhandle takes the track from whoever handles it, until it is given to another.
func (w *work) unhandle() error {
	if err := access.End(w.tx, w.by.Owner, access.Track, string(w.t.ID), w.t.Handler, access.Handles, w.now); err != nil {
		return err
	}
	if err := w.uncover(coverCases, "", w.now); err != nil {
		return err
	}
	_, err := w.tx.Exec(setHandler, w.by.Owner, w.t.ID, "")
	w.t.Handler = ""
	return err
}

// workOn is an act on a track that was found by other means than its address.
func (d *Desk) workOn(tx *db.Tx, by tilhor.Actor, t Track, rule access.Relation, now time.Time) (*work, error) {
	key, err := d.Keys.Get(tx, by.Owner, seal.KindTrack, string(t.ID))
	return &work{d: d, tx: tx, by: by, t: t, rule: rule, key: key, now: now}, err
}

// Name names somebody for the pupil of a protected track, with a reason. Only a
// named leader does; who is named as leader leads from then on, anybody else may
// be given the case or a part of it.
func (d *Desk) Name(ctx context.Context, by tilhor.Actor, slug string, person tilhor.PersonID, lead bool, reason string) error {
	var c check
	c.text(&reason, "reason", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		subjects, err := w.shielded()
		if err != nil {
			return err
		}
		unit := w.t.School
		err = d.mayLead(w.tx, by.Owner, unit, person, "person", w.now, subjects...)
		if by.School != unit && !lead && tilhor.FaultsOf(err) != nil { // whom the owner appointed may have people of another place beside them
			unit = by.School
			err = d.mayLead(w.tx, by.Owner, unit, person, "person", w.now, subjects...)
		}
		if err != nil {
			return err
		}
		for _, s := range subjects {
			n := access.Naming{Subject: s, Person: person, Unit: unit, Lead: lead}
			if err := d.Roster.Name(w.tx, by, n, reason, w.now); err != nil {
				return err
			}
		}
		answer := map[bool]string{true: "leads"}[lead]
		_, err = w.write(note{kind: Named, when: tilhor.Now(w.now), ref: string(person), answer: answer, text: []field{{"reason", reason}}})
		return err
	})
}

// Unname takes a name back. The last who leads stays until another is named: a
// protected pupil's case never has nobody.
func (d *Desk) Unname(ctx context.Context, by tilhor.Actor, slug string, person tilhor.PersonID, reason string) error {
	var c check
	c.text(&reason, "reason", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		subjects, err := w.shielded()
		if err != nil {
			return err
		}
		for _, s := range subjects {
			all, _, err := d.chosen(w.tx, by.Owner, s, w.now)
			if err != nil {
				return err
			}
			is, others := false, 0
			for _, n := range all {
				is = is || n.Person == person
				if n.Lead && n.Person != person {
					others++
				}
			}
			if !is {
				return tilhor.Faults{{Field: "person", Key: "cases.fault.person"}}
			}
			if others == 0 {
				return tilhor.Faults{{Field: "person", Key: "children.fault.last-leader"}}
			}
			if err := d.Roster.Unname(w.tx, by, s, person, reason, w.now); err != nil {
				return err
			}
		}
		if _, err := w.write(note{kind: Unnamed, when: tilhor.Now(w.now), ref: string(person), text: []field{{"reason", reason}}}); err != nil {
			return err
		}
		for _, s := range subjects {
			all, err := d.tracksOf(w.tx, by.Owner, s)
			if err != nil {
				return err
			}
			if w.t.Pupil == "" { // who is only described
				all = append(all, w.t)
			}
			for _, t := range all {
				if err := d.without(w.tx, by, t, person, w.now); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// without sees to a protected pupil's track as somebody is named for her no longer: that
// person has it no more, and when nobody who leads for her is let into it, the owner is told.
func (d *Desk) without(tx *db.Tx, by tilhor.Actor, t Track, person tilhor.PersonID, now time.Time) error {
	w, err := d.workOn(tx, by, t, access.Leads, now)
	if err != nil {
		return err
	}
	if t.Handler == person {
		if err := w.unhandle(); err != nil {
			return err
		}
	}
	if t.State == Closed {
		return nil
	}
	return w.led()
}

// chosen are those who are named for a protected person by who leads for her, and what is
// decided about her. Whom the owner gave a track past them is not theirs to see, nor to
// take out: it may be about them.
func (d *Desk) chosen(tx *db.Tx, owner tilhor.OwnerID, subject tilhor.PersonID, now time.Time) (all []access.Naming, decided []roster.Decision, err error) {
	named, err := access.Namings(tx, owner, subject, now)
	if err != nil {
		return nil, nil, err
	}
	if decided, err = d.Roster.Decisions(tx, owner, subject); err != nil {
		return nil, nil, err
	}
	for _, n := range named {
		if roster.Stands(decided, roster.NamedFor, roster.NotNamedFor, n.Person, today(now)) == nil {
			var given int
			if err := tx.One(countGivenFor, db.Args(owner, subject, n.Person), &given); err != nil {
				return nil, nil, err
			}
			if given > 0 {
				continue
			}
		}
		all = append(all, n)
	}
	return all, decided, nil
}

var countGivenFor = db.SQL(`SELECT COUNT(*) FROM access_guard k CROSS JOIN cases_record r
	WHERE k.owner = $1 AND k.subject = $2 AND r.owner = k.owner AND r.track = k.thing AND r.kind IN ('led-by', 'advised-by') AND r.ref = $3`)

// Unshield lifts the protection, when the register has lifted it. From then on
// the ordinary rules are the rules again.
func (d *Desk) Unshield(ctx context.Context, by tilhor.Actor, slug, reason string) error {
	var c check
	c.text(&reason, "reason", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if _, err := w.shielded(); err != nil {
			return err
		}
		if w.t.Pupil == "" {
			return tilhor.ErrConflict
		}
		return d.Lift(w.tx, by, w.t.Pupil, reason, w.now)
	})
}

// Lift ends the protection of a person; every track of hers tells so that was guarded,
// or that says still that she is protected.
func (d *Desk) Lift(tx *db.Tx, by tilhor.Actor, person tilhor.PersonID, reason string, now time.Time) error {
	all, err := d.tracksOf(tx, by.Owner, person)
	if err != nil {
		return err
	}
	var those []Track
	for _, t := range all {
		guarded, err := access.Guarded(tx, by.Owner, access.Track, string(t.ID), now)
		if err != nil {
			return err
		}
		var says int
		if err := tx.One(countShielded, db.Args(by.Owner, t.ID), &says); err != nil {
			return err
		}
		if says > 0 || len(guarded) > 0 {
			those = append(those, t)
		}
	}
	if err := d.Roster.Protect(tx, by, person, roster.NotProtected, now); err != nil {
		return err
	}
	return d.tellThose(tx, by, those, note{kind: Shielded, when: tilhor.Now(now), answer: "lifted", text: []field{{"reason", reason}}}, now)
}

var countShielded = db.SQL(`SELECT COUNT(*) FROM cases_record r WHERE r.owner = $1 AND r.track = $2 AND ` + shielded)

// shielded are the protected persons the track is about; a track that is about
// none has no such acts.
func (w *work) shielded() ([]tilhor.PersonID, error) {
	all, err := access.Guarded(w.tx, w.by.Owner, access.Track, string(w.t.ID), w.now)
	if err == nil && len(all) == 0 {
		err = tilhor.ErrConflict
	}
	return all, err
}

// mayBeGiven refuses to give a protected pupil's case to somebody who is not
// named for the pupil: it would be given and could not be opened.
func (w *work) mayBeGiven(person tilhor.PersonID, at string) error {
	all, err := access.Guarded(w.tx, w.by.Owner, access.Track, string(w.t.ID), w.now)
	if err != nil {
		return err
	}
	if named, err := access.NamedForAll(w.tx, w.by.Owner, person, all, w.now); err != nil || !named {
		return errors.Join(err, tilhor.Faults{{Field: at, Key: "children.fault.not-named"}})
	}
	return nil
}

// A Naming is who is named for the pupil of a track, and why.
type Naming struct {
	Person tilhor.PersonID
	Name   string
	Lead   bool
	By     string
	From   time.Time
	Reason string
}

// A Guarding is what stands of a protected track besides the case: who is named
// for the pupil, and who has opened it.
type Guarding struct {
	Track
	Lead   bool
	Grade  roster.Protection
	Named  []Naming
	Alarms []Alarm
	Open   *time.Time // until when the reader may print it once
}

// Guarding opens the page of who is named and who has been in, for a named
// leader. Looking is itself an opening.
func (d *Desk) Guarding(ctx context.Context, by tilhor.Actor, slug string) (g Guarding, err error) {
	now := d.Clock()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		g = Guarding{Lead: true}
		var rule access.Relation
		if g.Track, rule, err = d.find(tx, by, access.Lead, slug, now); err != nil {
			return err
		}
		w, err := d.workOn(tx, by, g.Track, rule, now)
		if err != nil {
			return err
		}
		subjects, err := w.shielded()
		if errors.Is(err, tilhor.ErrConflict) {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
		g.Shielded = true
		if err := d.namings(tx, by.Owner, &g, subjects, now); err != nil {
			return err
		}
		if g.Alarms, err = d.alarms(tx, by.Owner, g.ID); err != nil {
			return err
		}
		if g.Open, err = d.open(tx, by, g.ID, now); err != nil {
			return err
		}
		names, err := d.Roster.Names(tx, by.Owner, compact([]tilhor.PersonID{g.Pupil, g.Handler})...)
		g.Name, g.Has = names[g.Pupil], names[g.Handler]
		if err != nil {
			return err
		}
		if err := d.opened(tx, by, g.ID, "guard", now); err != nil {
			return err
		}
		return d.Journal.Seen(tx, by, readingsOf(g.ID), string(g.ID), "guard", string(rule), now)
	})
	return g, err
}

func (d *Desk) namings(tx *db.Tx, owner tilhor.OwnerID, g *Guarding, subjects []tilhor.PersonID, now time.Time) (err error) {
	ids := []tilhor.PersonID{}
	for _, s := range subjects {
		if g.Grade, err = d.Roster.Grade(tx, owner, s); err != nil {
			return err
		}
		all, decided, err := d.chosen(tx, owner, s, now)
		if err != nil {
			return err
		}
		for _, n := range all {
			x := Naming{Person: n.Person, Lead: n.Lead, By: string(n.By), From: n.From}
			for _, r := range decided {
				if r.Kind == roster.NamedFor && r.Person == n.Person {
					x.Reason = r.Reason
				}
			}
			ids = append(ids, n.Person, n.By)
			g.Named = append(g.Named, x)
		}
	}
	names, err := d.Roster.Names(tx, owner, compact(ids)...)
	for i := range g.Named {
		g.Named[i].Name, g.Named[i].By = names[g.Named[i].Person], names[tilhor.PersonID(g.Named[i].By)]
	}
	return err
}

// onlyNamed keeps, of those who are given a protected track, the ones who pass.
func (d *Desk) onlyNamed(tx *db.Tx, owner tilhor.OwnerID, t *Track, may []Entitled, now time.Time) ([]Entitled, error) {
	all, err := access.Guarded(tx, owner, access.Track, string(t.ID), now)
	if err != nil || len(all) == 0 {
		return may, err
	}
	t.Shielded = true
	var kept []Entitled
	for _, m := range may {
		passes := m.Relation == access.Carries && m.Person != ""
		if !passes && m.Person != "" {
			if passes, err = access.NamedForAll(tx, owner, m.Person, all, now); err != nil {
				return nil, err
			}
		}
		if passes {
			kept = append(kept, m)
		}
	}
	return kept, nil
}

// ShieldedPupils are the protected pupils of the reader's school that the reader
// is named for.
func (d *Desk) ShieldedPupils(ctx context.Context, by tilhor.Actor) (all []roster.Pupil, err error) {
	now := d.Clock()
	if !by.Role.Staff() || !by.Trained {
		return nil, nil
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		some, err := d.Roster.Shielded(tx, by.Owner, by.School, today(now))
		for _, p := range some {
			named, err := access.IsNamed(tx, by, p.ID, now)
			if err != nil {
				return err
			}
			if named {
				all = append(all, p)
			}
		}
		return err
	})
	return all, err
}

// Unattended are the numbers of the cases of protected pupils at rektor's school
// for whom nobody who works there is named any longer: somebody left. Rektor
// sees no more of them than that, and names somebody.
func (d *Desk) Unattended(ctx context.Context, by tilhor.Actor) (numbers []string, err error) {
	if by.Role != tilhor.RoleRektor || !by.Trained {
		return nil, nil
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := d.unattended(tx, by, d.Clock())
		numbers = nil
		for _, t := range all {
			numbers = append(numbers, t.Number)
		}
		return err
	})
	return numbers, err
}

var selectSchools = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.id = $2 AND t.school = $3`)

func (d *Desk) unattended(tx *db.Tx, by tilhor.Actor, now time.Time) (all []Track, err error) {
	guarded, err := access.AllGuarded(tx, by.Owner, access.Track, now)
	if err != nil || len(guarded) == 0 {
		return nil, err
	}
	staff, err := d.Roster.Employees(tx, by.Owner, by.School, calendar.DateOf(now))
	if err != nil {
		return nil, err
	}
	works := map[tilhor.PersonID]bool{}
	for _, e := range staff {
		works[e.ID] = e.TrainedOn != ""
	}
	for id := range guarded {
		var here []Track
		err := tx.Each(selectSchools, func(scan db.Scan) error {
			t, err := trackRow(scan)
			here = append(here, t)
			return err
		}, by.Owner, id, by.School)
		if err != nil || len(here) == 0 {
			if err != nil {
				return nil, err
			}
			continue
		}
		subjects, err := access.Guarded(tx, by.Owner, access.Track, id, now)
		if err != nil {
			return nil, err
		}
		led := false
		for _, s := range subjects {
			named, err := access.Namings(tx, by.Owner, s, now)
			if err != nil {
				return nil, err
			}
			for _, n := range named {
				if led || !n.Lead || !works[n.Person] {
					continue
				}
				if led, err = d.canLead(tx, by.Owner, tilhor.TrackID(id), n.Person, now); err != nil {
					return nil, err
				}
			}
		}
		if !led {
			all = append(all, here...)
		}
	}
	return all, nil
}

// NameFor lets rektor name a leader for a protected pupil whose case nobody
// leads any longer. That is all she sees of it.
func (d *Desk) NameFor(ctx context.Context, by tilhor.Actor, number string, person tilhor.PersonID, reason string) error {
	if by.Role != tilhor.RoleRektor || !by.Trained {
		return tilhor.ErrNotFound
	}
	now := d.Clock()
	var c check
	c.text(&reason, "reason", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		all, err := d.unattended(tx, by, now)
		if err != nil {
			return err
		}
		found := false
		for _, t := range all {
			if t.Number != number {
				continue
			}
			found = true
			subjects, err := access.Guarded(tx, by.Owner, access.Track, string(t.ID), now)
			if err != nil {
				return err
			}
			if err := d.mayLead(tx, by.Owner, by.School, person, "person", now, subjects...); err != nil {
				return err
			}
			for _, s := range subjects {
				if err := d.Roster.Name(tx, by, access.Naming{Subject: s, Person: person, Unit: by.School, Lead: true}, reason, now); err != nil {
					return err
				}
			}
			w, err := d.workOn(tx, by, t, access.Leads, now)
			if err != nil {
				return err
			}
			if _, err := w.write(note{kind: Named, when: tilhor.Now(now), ref: string(person), answer: "leads", text: []field{{"reason", reason}}}); err != nil {
				return err
			}
		}
		if !found {
			return tilhor.Faults{{Field: "number", Key: "children.fault.number"}}
		}
		return nil
	})
}
