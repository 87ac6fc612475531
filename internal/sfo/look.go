package sfo

import (
	"context"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/lang"
)

// How it stands with somebody's PIN.
const (
	None   = "none"   // has none: asks the leader for a start code
	Waits  = "waits"  // has a start code, to choose one with
	Ready  = "ready"  // has one
	Locked = "locked" // has one, and five wrong ones locked it
)

// A Face is one who works at SFO: how the name stands on the shared screen, and
// how it stands with the PIN.
type Face struct {
	ID    tilhor.PersonID
	Name  string // in full for the leader, and else the first name
	State string
}

// A Board is what the leader sees of it all.
type Board struct {
	Devices []Device
	Hours   []Hours
	Days    []Day // SFO's own, from today
	People  []Face
	Open    bool
}

// Look shows the leader machines, hours and people.
func (d *Desk) Look(ctx context.Context, by tilhor.Actor) (b Board, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		b = Board{}
		if err := d.may(tx, by, now); err != nil {
			return err
		}
		if b.Devices, err = devices(tx, by); err != nil {
			return err
		}
		if b.Hours, err = hours(tx, by.Owner, by.School); err != nil {
			return err
		}
		if b.Days, err = days(tx, by.Owner, by.School, calendar.DateOf(now)); err != nil {
			return err
		}
		if _, b.Open, err = isOpen(tx, by.Owner, by.School, now); err != nil {
			return err
		}
		b.People, err = d.faces(tx, by.Owner, by.School)
		return err
	})
	return b, err
}

// Who are those who can sign in on a machine, by first name. Nobody is shown
// outside the hours: what a closed machine shows, anybody may see who finds it.
func (d *Desk) Who(ctx context.Context, at Place) (all []Face, err error) {
	if !at.Open {
		return nil, nil
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = d.faces(tx, at.Owner, at.School)
		return err
	})
	short(all)
	return all, err
}

func (d *Desk) faces(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID) (all []Face, err error) {
	now := d.Clock()
	list, err := d.staff(tx, owner, school, now)
	if err != nil {
		return nil, err
	}
	states := map[tilhor.PersonID]string{}
	err = tx.Each(listPins, func(scan db.Scan) error {
		var p tilhor.PersonID
		var r pinRow
		if err := scan(&p, &r.code, &r.until, &r.pin, &r.locked); err != nil {
			return err
		}
		switch {
		case r.locked > 0:
			states[p] = Locked
		case len(r.pin) > 0:
			states[p] = Ready
		case r.waits(now):
			states[p] = Waits
		}
		return nil
	}, owner, school)
	for _, e := range list {
		f := Face{ID: e.ID, Name: e.Name, State: states[e.ID]}
		if f.State == "" {
			f.State = None
		}
		all = append(all, f)
	}
	return all, err
}

// short leaves the first name of each, and the first letter of the last where
// two have the same.
func short(all []Face) {
	count := map[string]int{}
	for _, f := range all {
		first, _, _ := strings.Cut(f.Name, " ")
		count[first]++
	}
	for i, f := range all {
		words := strings.Fields(f.Name)
		if len(words) == 0 {
			continue
		}
		all[i].Name = words[0]
		if count[words[0]] > 1 && len(words) > 1 {
			last := []rune(words[len(words)-1])
			all[i].Name += " " + string(last[:1]) + "."
		}
	}
	lang.Sort(tilhor.Bokmal, all, func(f Face) string { return f.Name })
}
