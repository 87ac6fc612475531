package interventions

import (
	"context"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// See opens an intervention for rektor, or for who told of it: the reading is in
// the record before anything is shown.
func (d *Desk) See(ctx context.Context, by tilhor.Actor, slug string) (e Event, err error) {
	now := d.Clock()
	var rule access.Relation
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if e, rule, err = d.either(tx, by, slug, now); err != nil {
			return err
		}
		key, err := d.Keys.Get(tx, by.Owner, seal.KindForce, string(e.ID))
		if err != nil {
			return err
		}
		if e.Lines, err = d.lines(tx, key, by.Owner, e.ID); err != nil {
			return err
		}
		if e.Lead { // who told sees what was told, and nothing of other times
			if err := tx.One(countNth, db.Args(by.Owner, e.thing, e.Happened.At.UnixMilli(), e.ID), &e.Nth); err != nil {
				return err
			}
			if err := tx.One(countAll, db.Args(by.Owner, e.thing), &e.All); err != nil {
				return err
			}
			if e.Duties, err = duty.StatesOf(tx, by.Owner, e.thing); err != nil {
				return err
			}
		} else {
			e.Lines = own(e.Lines, by.Person)
		}
		return d.names(tx, by, []*Event{&e}, false, now)
	})
	if err != nil {
		return Event{}, err
	}
	return e, d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := access.Ring(tx, by, access.Force, string(e.ID), "intervention", now); err != nil {
			return err
		}
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(e.ID)), string(e.ID), "intervention", string(rule), now)
	})
}

// own are the lines that whoever told may read: what was told, the pupil's view,
// and not what rektor has judged and said to others.
func own(all []Line, who tilhor.PersonID) (some []Line) {
	for _, l := range all {
		if l.Kind == Reported || l.Kind == Viewed || l.By == who {
			some = append(some, l)
		}
	}
	return some
}

// names puts in whom it is about, and who wrote. A protected pupil stands by name
// for those who are named for her, where the intervention is opened; a list shows
// none of it.
func (d *Desk) names(tx *db.Tx, by tilhor.Actor, all []*Event, list bool, now time.Time) error {
	owner := by.Owner
	guarded, err := access.AllGuarded(tx, owner, access.Force, now)
	if err != nil {
		return err
	}
	ids := map[tilhor.PersonID]bool{}
	var people, pupils []tilhor.PersonID
	add := func(p tilhor.PersonID) {
		if p != "" && !ids[p] {
			ids[p] = true
			people = append(people, p)
		}
	}
	for _, e := range all {
		if e.Pupil != "" && !ids[e.Pupil] {
			pupils = append(pupils, e.Pupil)
		}
		add(e.Pupil)
		for _, l := range e.Lines {
			add(l.By)
		}
	}
	names, err := d.Roster.Names(tx, owner, people...)
	if err != nil {
		return err
	}
	classes, err := d.Roster.Classes(tx, owner, calendar.DateOf(now), pupils...)
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.Pupil != "" {
			e.Name, e.Class = names[e.Pupil], classes[e.Pupil]
		}
		for i := range e.Lines {
			l := &e.Lines[i]
			l.Name = names[l.By]
			if l.Described != "" {
				e.Name = l.Described
			}
		}
		if !guarded[string(e.ID)] {
			continue
		}
		e.Shielded = true
		hide := list
		if !hide && e.Pupil != "" { // whoever told picked her before
			named, err := access.IsNamed(tx, by, e.Pupil, now)
			if err != nil {
				return err
			}
			hide = !named && by.School != access.Owner
		}
		if hide {
			e.Name, e.Class = "", ""
		}
	}
	return nil
}

// page is how many rows a list shows at a time.
const page = 50

// The newest first. Two lists, because who decides and who told are two rules.
var selectEvents = func() map[access.Act]*db.Stmt {
	m := map[access.Act]*db.Stmt{}
	for _, act := range []access.Act{access.FollowForce, access.LeadForce} {
		m[act] = db.SQL(`SELECT ` + columns + ` FROM interventions_event e WHERE e.owner = $1 AND e.school = $4 AND ` + access.Scope(act, "e.id") + `
			AND (e.happened_at, e.id) < ($6, $7) ORDER BY e.happened_at DESC, e.id DESC LIMIT 51`)
	}
	return m
}()

// List gives the interventions this person decides on, or told of: fifty at a
// time, and the cursor of the next page.
func (d *Desk) List(ctx context.Context, by tilhor.Actor, after string) (all []Event, next string, err error) {
	now := d.Clock()
	at, id := cursor(after)
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, next = nil, ""
		for _, act := range []access.Act{access.LeadForce, access.FollowForce} {
			err := tx.Each(selectEvents[act], func(scan db.Scan) error {
				e, err := row(scan)
				e.Lead = act == access.LeadForce
				all = append(all, e)
				return err
			}, access.Args(by, act, now, at, id)...)
			if err != nil || len(all) > 0 {
				return d.filled(tx, by, all, &all, &next, now, err)
			}
		}
		return nil
	})
	if err != nil || len(all) == 0 {
		return all, next, err
	}
	return all, next, d.DB.Write(ctx, func(tx *db.Tx) error {
		ids := make([]string, len(all))
		for i, e := range all {
			ids[i] = string(e.ID)
		}
		return d.Journal.SeenList(tx, by, journal.ReadingsOf("school/"+string(by.School)), string(by.School), "interventions", string(access.Leads), ids, now)
	})
}

func (d *Desk) filled(tx *db.Tx, by tilhor.Actor, some []Event, all *[]Event, next *string, now time.Time, err error) error {
	if err != nil {
		return err
	}
	if len(some) > page {
		some = some[:page]
		last := some[page-1]
		*next = stamp(last.Happened.At) + string(last.ID)
	}
	*all = some
	to := make([]*Event, len(some))
	for i := range some {
		e := &some[i]
		to[i] = e
		if e.Pupil != "" {
			continue
		}
		key, err := d.Keys.Get(tx, by.Owner, seal.KindForce, string(e.ID))
		if err != nil {
			return err
		}
		if e.Lines, err = d.lines(tx, key, by.Owner, e.ID); err != nil {
			return err
		}
	}
	return d.names(tx, by, to, true, now)
}

const stamps = "20060102150405.000"

func stamp(t time.Time) string { return t.UTC().Format(stamps) }

// cursor reads where a list goes on: what cannot be read begins at the newest.
func cursor(s string) (at int64, id string) {
	if len(s) > len(stamps) {
		if t, err := time.Parse(stamps, s[:len(stamps)]); err == nil {
			return t.UnixMilli(), s[len(stamps):]
		}
	}
	return 1 << 62, ""
}

// ForOwner lists, the newest first, the interventions that nobody who leads the
// school can decide on, for the owner's receivers.
func (d *Desk) ForOwner(ctx context.Context, by tilhor.Actor) (all []Event, err error) {
	if by.School != access.Owner {
		return nil, tilhor.ErrNotFound
	}
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		err := tx.Each(selectForOwner, func(scan db.Scan) error {
			e, err := row(scan)
			e.Lead = true
			all = append(all, e)
			return err
		}, access.Args(by, access.LeadForce, now)...)
		if err != nil {
			return err
		}
		for i := range all { // of which pupil stands in no list of the owner's
			all[i].Pupil = ""
			s, err := d.Roster.School(tx, by.Owner, all[i].School)
			if err != nil {
				return err
			}
			all[i].Where = s.Name
			if all[i].Duties, err = duty.StatesOf(tx, by.Owner, all[i].thing); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, d.DB.Write(ctx, func(tx *db.Tx) error {
		ids := make([]string, len(all))
		for i, e := range all {
			ids[i] = string(e.ID)
		}
		return d.Journal.SeenList(tx, by, journal.ReadingsOf("owner"), string(by.School), "interventions", string(access.Intake), ids, now)
	})
}

var selectForOwner = db.SQL(`SELECT ` + columns + ` FROM (SELECT DISTINCT o.thing FROM access_grant o WHERE o.owner = $1 AND o.kind = 'force' AND o.unit = '' AND o.person = '') given
	CROSS JOIN interventions_event e WHERE e.owner = $1 AND e.id = given.thing AND ` + access.Scope(access.LeadForce, "e.id") + ` ORDER BY e.happened_at DESC, e.id DESC LIMIT 50`)

var newestOf = db.SQL(`SELECT ` + columns + ` FROM interventions_event e WHERE e.owner = $1 AND e.thing = $6 AND ` + access.Scope(access.LeadForce, "e.id") + `
	ORDER BY e.happened_at DESC, e.id DESC LIMIT 1`)

// Today lists, for rektor, the newest intervention of each pupil about whom
// there is something to do until tomorrow's evening.
func (d *Desk) Today(ctx context.Context, by tilhor.Actor) (all []Event, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		has, err := access.Duties(tx, by, now)
		if err != nil {
			return err
		}
		if !has[access.Leads] { // who is named for a protected pupil has hers
			guarded, err := access.AllGuarded(tx, by.Owner, access.Force, now)
			if err != nil || len(guarded) == 0 {
				return err
			}
		}
		tomorrow := calendar.DateOf(now).Add(1)
		things, err := duty.ThingsDue(tx, by.Owner, by.School, thingPrefix, tomorrow)
		if err != nil {
			return err
		}
		open, err := duty.DueOf(tx, by.Owner, things, tomorrow)
		if err != nil {
			return err
		}
		at := map[string]int{}
		for _, s := range open {
			if !s.Acts() {
				continue
			}
			if i, known := at[s.Thing]; known {
				if i >= 0 {
					all[i].Duties = append(all[i].Duties, s)
				}
				continue
			}
			at[s.Thing] = -1
			err := tx.Each(newestOf, func(scan db.Scan) error {
				e, err := row(scan)
				e.Lead, e.Duties = true, []duty.Stored{s}
				at[s.Thing] = len(all)
				all = append(all, e)
				return err
			}, access.Args(by, access.LeadForce, now, s.Thing)...)
			if err != nil {
				return err
			}
		}
		to := make([]*Event, len(all))
		for i := range all {
			to[i] = &all[i]
		}
		return d.names(tx, by, to, true, now)
	})
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, d.DB.Write(ctx, func(tx *db.Tx) error {
		ids := make([]string, len(all))
		for i, e := range all {
			ids[i] = string(e.ID)
		}
		return d.Journal.SeenList(tx, by, journal.ReadingsOf("school/"+string(by.School)), string(by.School), "interventions", string(access.Leads), ids, now)
	})
}
