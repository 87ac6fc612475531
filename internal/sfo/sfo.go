// Package sfo is the room of what those who work at SFO (skolefritidsordning)
// share: a machine, the hours it is open, and each one's six digits. Chapter 12
// holds at SFO too (opplæringslova § 12-1), and so does the duty to tell rektor
// (§ 12-4); most who work there have no machine of their own to tell on.
//
// The room knows no case and no concern. It says who somebody is on a machine
// that was let in, and nothing else: what that person may see is for the other
// rooms to say, by the same rules as everywhere.
package sfo

import (
	"context"
	"errors"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Desk is where SFO's machines, hours and PINs are kept.
type Desk struct {
	DB      *db.DB
	Keys    *seal.Keys
	Journal *journal.Journal
	Roster  *roster.Roster
	Clock   tilhor.Clock
}

// mostTries is how many wrong PINs in a row lock it. A lock is a lever against a
// colleague, as every lock is; here it takes SFO's own machine, in its hours, and
// the leader opens it in person. Six digits cannot be guessed in five tries, and
// they can in a million.
const mostTries = 5

// codeFor is how long a start code can be used: it is given by word of mouth,
// and used at once.
const codeFor = 2 * time.Hour

const maxName = 60

// may lets in who leads SFO: rektor, who stands in for her, or whoever was
// handed the task (SFO-leder). Anybody else finds nothing.
func (d *Desk) may(tx *db.Tx, by tilhor.Actor, now time.Time) error {
	if !by.Role.Staff() || by.School == "" || by.Person == "" {
		return tilhor.ErrNotFound
	}
	has, err := access.Duties(tx, by, now)
	if err != nil {
		return err
	}
	if !has[access.Leads] && !has[access.LeadsSFO] {
		return tilhor.ErrNotFound
	}
	return nil
}

// Leads says whether the reader leads SFO at the school.
func (d *Desk) Leads(ctx context.Context, by tilhor.Actor) (bool, error) {
	err := d.DB.Read(ctx, func(tx *db.Tx) error { return d.may(tx, by, d.Clock()) })
	if errors.Is(err, tilhor.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// act is what the leader does: let in, done and recorded in one transaction.
// subject is whom or what it is about.
func (d *Desk) act(ctx context.Context, by tilhor.Actor, name, subject string, do func(tx *db.Tx, now time.Time) error) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := d.may(tx, by, now); err != nil {
			return err
		}
		if err := do(tx, now); err != nil {
			return err
		}
		return d.record(tx, by, string(access.LeadsSFO), name, subject, now)
	})
}

// record writes it in the school's stream: what was done and to whom, never a code.
func (d *Desk) record(tx *db.Tx, by tilhor.Actor, rule, name, subject string, now time.Time) error {
	_, err := d.Journal.Append(tx, journal.Entry{
		Stream: "school/" + string(by.School), Act: "sfo." + name, Subject: subject, When: tilhor.Now(now), By: by, Rule: rule,
	})
	return err
}

// staff are those who work at SFO at the school today, by name.
func (d *Desk) staff(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, now time.Time) (all []roster.Employee, err error) {
	list, err := d.Roster.Employees(tx, owner, school, calendar.DateOf(now))
	for _, e := range list {
		for _, r := range e.Roles {
			if r == tilhor.RoleSFO {
				all = append(all, e)
			}
		}
	}
	return all, err
}

// works refuses who does not work at SFO there today.
func (d *Desk) works(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, person tilhor.PersonID, now time.Time) error {
	roles, err := d.Roster.RolesOf(tx, owner, person, calendar.DateOf(now))
	if err != nil {
		return err
	}
	for _, a := range roles {
		if a.Role == tilhor.RoleSFO && a.School == school {
			return nil
		}
	}
	return tilhor.ErrNotFound
}

// closed are the school's own days without school, besides weekends and holidays.
func closed(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID) (calendar.Closed, error) {
	return duty.Closed(tx, owner, school)
}
