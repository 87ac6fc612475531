package cases

import (
	"context"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// Receivers lists who receives for the owner what goes past rektor (mottaker),
// and whether the reader is one of them.
func (d *Desk) Receivers(ctx context.Context, by tilhor.Actor) (all []HandedTask, mine bool, err error) {
	if !adviser(by) {
		return nil, false, tilhor.ErrNotFound
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, mine = nil, false
		gs, err := receiving(tx, by.Owner, d.Clock())
		if err != nil {
			return err
		}
		var ids []tilhor.PersonID
		for _, g := range gs {
			ids, mine = append(ids, g.Person), mine || g.Person == by.Person
			all = append(all, HandedTask{Person: g.Person, Task: ReceivesReports, From: today(g.From)})
		}
		names, err := d.Roster.Names(tx, by.Owner, compact(ids)...)
		for i := range all {
			all[i].Name = names[all[i].Person]
		}
		return err
	})
	return all, mine, err
}

func adviser(by tilhor.Actor) bool {
	return by.Role == tilhor.RoleOwnerAdviser && by.School == access.Owner && by.Person != "" && by.Trained
}

// receiving are the grants of those who receive for the owner now.
func receiving(tx *db.Tx, owner tilhor.OwnerID, now time.Time) (out []access.Grant, err error) {
	gs, err := access.GrantsOf(tx, owner, access.School, string(access.Owner))
	for _, g := range gs {
		if g.Relation == access.Intake && g.InForce(now) {
			out = append(out, g)
		}
	}
	return out, err
}

// AppointReceiver appoints one of the owner's people to receive what goes past rektor.
// Who receives already appoints more; while nobody does, any of the owner's
// people can appoint the first, for a report must never reach nobody. It is in
// the record who did.
func (d *Desk) AppointReceiver(ctx context.Context, by tilhor.Actor, p tilhor.PersonID) error {
	if !adviser(by) {
		return tilhor.ErrNotFound
	}
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		gs, err := receiving(tx, by.Owner, now)
		if err != nil {
			return err
		}
		has := func(who tilhor.PersonID) bool {
			return slices.ContainsFunc(gs, func(g access.Grant) bool { return g.Person == who })
		}
		if len(gs) > 0 && !has(by.Person) {
			return tilhor.ErrNotFound
		}
		roles, err := d.Roster.RolesOf(tx, by.Owner, p, today(now))
		if err != nil {
			return err
		}
		if p == "" || !slices.ContainsFunc(roles, func(a tilhor.Actor) bool { return a.Role == tilhor.RoleOwnerAdviser }) {
			return tilhor.Faults{{Field: "person", Key: "sealed.fault.adviser"}}
		}
		if has(p) {
			return nil
		}
		g := access.Grant{Kind: access.School, Thing: string(access.Owner), Person: p, Unit: access.Owner, From: now, By: by.Person}
		for _, g.Relation = range []access.Relation{access.Intake, access.Appoints} {
			if err := access.Give(tx, by.Owner, g); err != nil {
				return err
			}
		}
		return d.received(tx, by, "cases.receiver", p, now)
	})
}

// StopReceiving takes the task back. The last one cannot be taken away: appoint
// another first.
func (d *Desk) StopReceiving(ctx context.Context, by tilhor.Actor, p tilhor.PersonID) error {
	if !adviser(by) {
		return tilhor.ErrNotFound
	}
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		gs, err := receiving(tx, by.Owner, now)
		if err != nil {
			return err
		}
		mine := slices.ContainsFunc(gs, func(g access.Grant) bool { return g.Person == by.Person })
		theirs := slices.ContainsFunc(gs, func(g access.Grant) bool { return g.Person == p })
		switch {
		case !mine:
			return tilhor.ErrNotFound
		case !theirs:
			return tilhor.Faults{{Field: "person", Key: "sealed.fault.adviser"}}
		case len(gs) == 1:
			return tilhor.Faults{{Field: "person", Key: "sealed.fault.last"}}
		}
		for _, r := range []access.Relation{access.Intake, access.Appoints} {
			if err := access.End(tx, by.Owner, access.School, string(access.Owner), p, r, now); err != nil {
				return err
			}
		}
		return d.received(tx, by, "cases.receiver-end", p, now)
	})
}

func (d *Desk) received(tx *db.Tx, by tilhor.Actor, act string, p tilhor.PersonID, now time.Time) error {
	_, err := d.Journal.Append(tx, journal.Entry{Stream: "owner", Act: act, Subject: string(p), When: tilhor.Now(now), By: by, Rule: "owner-adviser"})
	return err
}
