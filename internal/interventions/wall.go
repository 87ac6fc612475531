package interventions

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
	"tilhor/internal/duty"
)

// subjects are whom an intervention is about. Who tells of a protected pupil
// finds her in no list and writes her name, as with a concern.
func (d *Desk) subjects(tx *db.Tx, by tilhor.Actor, r Report, now time.Time) ([]tilhor.PersonID, error) {
	if r.Pupil != "" {
		return []tilhor.PersonID{r.Pupil}, nil
	}
	return d.Roster.ShieldedIn(tx, by.Owner, by.School, r.Described, calendar.DateOf(now))
}

// wall says who can never decide on it, and sees to it that somebody can. The
// pupil's next of kin has no part in the matter (ugild, forvaltningsloven § 6),
// and nobody judges what they did themselves. When nobody who leads the school is
// left, the owner has it.
func (d *Desk) wall(tx *db.Tx, by tilhor.Actor, e Event, r Report, subjects []tilhor.PersonID, now time.Time) error {
	out := map[tilhor.PersonID]string{}
	for _, p := range subjects {
		if _, err := access.About(tx, by.Owner, access.Force, string(e.ID), p, e.School, now); err != nil {
			return err
		}
		family, err := d.Roster.Guardians(tx, by.Owner, p, calendar.DateOf(now))
		if err != nil {
			return err
		}
		for _, g := range family {
			out[g.ID] = "kin"
		}
	}
	did, err := d.did(tx, by, r, now)
	if err != nil {
		return err
	}
	for _, p := range did {
		out[p] = "did"
	}
	for p, why := range out {
		if err := access.Shut(tx, by.Owner, access.Bar{Kind: access.Force, Thing: string(e.ID), Person: p, From: now, Reason: why}); err != nil {
			return err
		}
	}
	return d.reaches(tx, by, e, out, now)
}

// reaches gives it to the owner when nobody can decide on it; out are those who are kept
// from it.
func (d *Desk) reaches(tx *db.Tx, by tilhor.Actor, e Event, out map[tilhor.PersonID]string, now time.Time) error {
	led, err := d.led(tx, by.Owner, e, out, now)
	if err != nil || led {
		return err
	}
	return access.Give(tx, by.Owner, access.Grant{
		Kind: access.Force, Thing: string(e.ID), Role: tilhor.RoleOwnerAdviser, Unit: access.Owner, Relation: access.Intake, From: now, By: by.Person,
	})
}

// Reach sees to it that interventions against protected pupils, of which something is
// still to be done, have somebody, as when they are told: a pupil may have been protected
// since. It is called now and then, and costs what is guarded.
func (d *Desk) Reach(ctx context.Context, owner tilhor.OwnerID) error {
	now := d.Clock()
	var all []Event
	err := d.DB.Look(ctx, func(tx *db.Tx) error {
		all = nil
		return tx.Each(guardedEvents, func(scan db.Scan) error {
			var e Event
			err := scan(&e.ID, &e.School, &e.thing)
			all = append(all, e)
			return err
		}, owner, now.UnixMilli())
	})
	wrong := []error{err} // one that cannot be seen to keeps no other from it
	for _, e := range all {
		led, out := true, map[tilhor.PersonID]string{}
		err := d.DB.Read(ctx, func(tx *db.Tx) error {
			stands, err := duty.StandingOf(tx, owner, []string{e.thing})
			if err != nil || len(stands[e.thing]) == 0 {
				return err
			}
			bars, err := access.BarsOf(tx, owner, access.Force, string(e.ID))
			for _, b := range bars {
				out[b.Person] = b.Reason
			}
			if err == nil {
				led, err = d.led(tx, owner, e, out, now)
			}
			return err
		})
		if err == nil && !led {
			err = d.DB.Write(ctx, func(tx *db.Tx) error { return d.reaches(tx, tilhor.Actor{Owner: owner}, e, out, now) })
		}
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

var guardedEvents = db.SQL(`SELECT DISTINCT e.id, e.school, e.thing FROM access_guard k CROSS JOIN interventions_event e
	WHERE k.owner = $1 AND k.kind = 'force' AND k.until_at > $2 AND e.owner = k.owner AND e.id = k.thing`)

// did are those at the school who intervened, as it was told: by name, or as who
// leads the school, or as who tells.
func (d *Desk) did(tx *db.Tx, by tilhor.Actor, r Report, now time.Time) (all []tilhor.PersonID, err error) {
	named, err := d.Roster.StaffIn(tx, by.Owner, by.School, r.Who, calendar.DateOf(now))
	if err != nil {
		return nil, err
	}
	for _, e := range named {
		all = append(all, e.ID)
	}
	said := strings.FieldsFunc(strings.ToLower(r.Who), func(c rune) bool { return c == ' ' || c == ',' || c == '.' || c == '/' || c == '\n' })
	says := func(words ...string) bool {
		return slices.ContainsFunc(said, func(w string) bool { return slices.Contains(words, w) })
	}
	if says("jeg", "eg", "meg", "me", "myself") && by.Person != "" {
		all = append(all, by.Person)
	}
	if !says("rektor", "rektoren", "principal") {
		return all, nil
	}
	staff, err := d.Roster.Employees(tx, by.Owner, by.School, calendar.DateOf(now))
	for _, e := range staff {
		if slices.Contains(e.Roles, tilhor.RoleRektor) {
			all = append(all, e.ID)
		}
	}
	return all, err
}

// led says whether somebody can decide on it: rektor, or who has that handed over; of a
// protected pupil those alone who are named to lead; or the owner, who has it then.
func (d *Desk) led(tx *db.Tx, owner tilhor.OwnerID, e Event, out map[tilhor.PersonID]string, now time.Time) (bool, error) {
	guarded, err := access.Guarded(tx, owner, access.Force, string(e.ID), now)
	if err != nil {
		return false, err
	}
	can := map[tilhor.PersonID]bool{}
	staff, err := d.Roster.Employees(tx, owner, e.School, calendar.DateOf(now))
	if err != nil {
		return false, err
	}
	if len(guarded) == 0 {
		handed, err := access.HandedAt(tx, owner, e.School, access.Leads, now)
		if err != nil {
			return false, err
		}
		for _, p := range handed {
			can[p] = true
		}
	}
	grants, err := access.GrantsOf(tx, owner, access.Force, string(e.ID))
	if err != nil {
		return false, err
	}
	for _, g := range grants {
		if !g.InForce(now) {
			continue
		}
		if g.Person == "" && g.Unit == access.Owner && g.Relation == access.Intake {
			return true, nil // the owner has it
		}
		if g.Person == "" || g.Relation != access.Leads {
			continue
		}
		named, err := access.NamedForAll(tx, owner, g.Person, guarded, now)
		if err != nil {
			return false, err
		}
		can[g.Person] = can[g.Person] || named
	}
	for _, s := range staff {
		leads := can[s.ID] || len(guarded) == 0 && slices.Contains(s.Roles, tilhor.RoleRektor)
		if leads && out[s.ID] == "" {
			return true, nil
		}
	}
	return false, nil
}
