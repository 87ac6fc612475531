package cases

import (
	"context"
	"slices"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// What is written when it becomes known whom a closed track is about, and when
// somebody who could not have a track can have it after all.
const (
	AccusedNamed Kind = "accused-named" // who was only described is named
	RecusalOver  Kind = "recusal-over"  // the ground of a recusal is gone
)

func init() { kinds[AccusedNamed], kinds[RecusalOver] = true, true }

// whyAccused is the reason of a bar around whom a track is about: no act lifts it.
const whyAccused = "accused"

var setAccused = db.SQL(`UPDATE cases_sealed SET accused = $3 WHERE owner = $1 AND track = $2`)

// NameAccused says who it is that a closed track is about (§ 12-5), when that
// person was only described in words, or when there is one more. From then on the
// person sees nothing of it, nor of what was told, in every track of the matter
// that is closed; what was given is taken back. When it is somebody who leads the
// school, the matter goes past rektor to the owner from then on, who appoints.
func (d *Desk) NameAccused(ctx context.Context, by tilhor.Actor, slug string, person tilhor.PersonID) error {
	if person == "" {
		return tilhor.Faults{{Field: "person", Key: "cases.fault.person"}}
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		sealed, err := w.closedAs()
		if err != nil {
			return err
		}
		if sealed == "" {
			return tilhor.ErrConflict
		}
		if err := d.worksAt(w.tx, by, w.t.School, person, w.now, "person"); err != nil {
			return err
		}
		leads, err := w.leadsThere(person)
		if err != nil {
			return err
		}
		tracks, err := w.tracksOf(w.t.Case)
		if err != nil {
			return err
		}
		for _, t := range tracks {
			x := w
			if t.ID != w.t.ID {
				if x, err = w.in(t); err != nil {
					return err
				}
			}
			if err := x.nameAccused(person, leads); err != nil {
				return err
			}
			if x != w {
				if err := x.touch(); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// closedAs is how the track is closed: employee, leadership, or not at all.
func (w *work) closedAs() (accused string, err error) {
	err = w.tx.Each(selectSealed, func(scan db.Scan) error { return scan(&accused) }, w.by.Owner, w.t.ID)
	return accused, err
}

// leadsThere says whether a person leads the track's school, by role or because
// it was handed over: then it is the leadership that is accused.
func (w *work) leadsThere(p tilhor.PersonID) (bool, error) {
	roles, err := w.d.Roster.RolesOf(w.tx, w.by.Owner, p, today(w.now))
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(roles, func(a tilhor.Actor) bool { return a.School == w.t.School && a.Role.Leads() }) {
		return true, nil
	}
	handed, err := access.GrantsOf(w.tx, w.by.Owner, access.School, string(w.t.School))
	return slices.ContainsFunc(handed, func(g access.Grant) bool {
		return g.Person == p && g.Relation == access.Leads && g.InForce(w.now)
	}), err
}

// nameAccused puts the wall around one track of the matter.
func (w *work) nameAccused(p tilhor.PersonID, leads bool) error {
	sealed, err := w.closedAs()
	if err != nil || sealed == "" {
		return err
	}
	if _, err := w.write(note{kind: AccusedNamed, when: tilhor.Now(w.now), ref: string(p)}); err != nil {
		return err
	}
	if err := w.keepOut(p); err != nil {
		return err
	}
	if !leads || sealed == string(duty.AccusedLeadership) {
		return w.led()
	}
	if _, err := w.tx.Exec(setAccused, w.by.Owner, w.t.ID, duty.AccusedLeadership); err != nil {
		return err
	}
	if err := w.notify(Leadership, nil); err != nil { // before the bars: who names may be rektor
		return err
	}
	if err := w.rolesHaveNothing(); err != nil {
		return err
	}
	for _, r := range []tilhor.Role{tilhor.RoleRektor, tilhor.RoleDeputy} {
		b := access.Bar{Kind: access.Track, Thing: string(w.t.ID), Role: r, Unit: w.t.School, From: w.now, Reason: whyAccused}
		if err := access.Shut(w.tx, w.by.Owner, b); err != nil {
			return err
		}
	}
	return w.facts( // who decides is now the owner's to see to, not rektor's (§ 12-5 second paragraph)
		duty.Fact{Kind: duty.Known, When: tilhor.Now(w.now), By: duty.ByStaff, Accused: duty.AccusedLeadership},
		duty.Fact{Kind: duty.OwnerInformed, When: tilhor.Now(w.now)})
}

// rolesHaveNothing takes the track, and what was told, from everybody who has it
// by role: also from who has rektor's task handed over, and no bar of a role.
func (w *work) rolesHaveNothing() error {
	things := [][2]string{{string(access.Track), string(w.t.ID)}}
	told, err := w.toldIn()
	for _, concern := range told {
		things = append(things, [2]string{string(access.Concern), concern})
	}
	if err != nil {
		return err
	}
	for _, thing := range things {
		grants, err := access.GrantsOf(w.tx, w.by.Owner, access.Kind(thing[0]), thing[1])
		if err != nil {
			return err
		}
		for _, g := range grants {
			if g.Role == "" || g.Relation != access.Leads && g.Relation != access.Intake {
				continue
			}
			if err := access.EndGrant(w.tx, w.by.Owner, g.ID, w.now); err != nil {
				return err
			}
		}
	}
	return nil
}

// toldIn are the concerns that the track was told by.
func (w *work) toldIn() (all []string, err error) {
	err = w.tx.Each(selectToldOf, func(scan db.Scan) error {
		var concern string
		err := scan(&concern)
		all = append(all, concern)
		return err
	}, w.by.Owner, w.t.ID)
	return all, err
}

// lockOut keeps the person from what was told, and makes a bar that had another
// reason one that no act lifts.
func (w *work) lockOut(p tilhor.PersonID) error {
	bars, err := access.BarsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	if err != nil {
		return err
	}
	if shut(bars, w.now)[p] && !slices.ContainsFunc(bars, func(b access.Bar) bool { return b.Person == p && b.Reason == whyAccused }) {
		b := access.Bar{Kind: access.Track, Thing: string(w.t.ID), Person: p, From: w.now, Reason: whyAccused}
		if err := access.Shut(w.tx, w.by.Owner, b); err != nil {
			return err
		}
	}
	return w.barTold(p, whyAccused)
}

var selectToldOf = db.SQL(`SELECT DISTINCT ref FROM cases_record WHERE owner = $1 AND track = $2 AND kind = 'told' AND ref <> ''`)

// EndRecusal lets somebody who could not have a track have it again, with a
// reason: the ground is gone, or it was a mistake. Nothing that was taken back is
// given again by it. Whom the track is about stays out, and so does the family of
// a child in the matter; nobody lifts it for oneself.
func (d *Desk) EndRecusal(ctx context.Context, by tilhor.Actor, slug string, person tilhor.PersonID, reason string) error {
	var c check
	c.Add(person == "", "person", "cases.fault.person")
	c.text(&reason, "reason", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		bars, err := access.BarsOf(w.tx, by.Owner, access.Track, string(w.t.ID))
		if err != nil {
			return err
		}
		if !lifts(bars, w.now)[person] {
			return tilhor.Faults{{Field: "person", Key: "cases.fault.person"}}
		}
		kin, err := w.kin()
		if err != nil {
			return err
		}
		if slices.Contains(kin, person) {
			return tilhor.Faults{{Field: "person", Key: "sealed.fault.still-kin"}}
		}
		for _, b := range bars {
			if b.Person == person && (b.Until.IsZero() || b.Until.After(w.now)) {
				if err := access.Open(w.tx, by.Owner, b.ID, w.now); err != nil {
					return err
				}
			}
		}
		if err := w.openTold(person, bars); err != nil {
			return err
		}
		_, err = w.write(note{kind: RecusalOver, when: tilhor.Now(w.now), ref: string(person), text: []field{{"reason", reason}}})
		return err
	})
}

// openTold opens again what a recusal that is over had shut of what was told. What
// was shut for a reason that stood before it, as the concern was told, stays shut.
func (w *work) openTold(p tilhor.PersonID, was []access.Bar) error {
	ground := map[string]bool{}
	for _, b := range was {
		if b.Person == p && b.Reason != whyAccused {
			ground[b.Reason] = true
		}
	}
	told, err := w.toldIn()
	if err != nil {
		return err
	}
	for _, concern := range told {
		bars, err := access.BarsOf(w.tx, w.by.Owner, access.Concern, concern)
		if err != nil {
			return err
		}
		for _, b := range bars {
			if b.Person != p || !ground[b.Reason] || !b.Until.IsZero() && !b.Until.After(w.now) {
				continue
			}
			if err := access.Open(w.tx, w.by.Owner, b.ID, w.now); err != nil {
				return err
			}
		}
	}
	return nil
}
