package cases

import (
	"context"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// Appoint gives a track to whoever shall handle it (saksbehandler). Anyone who
// works at the school can be asked: small schools have no social teacher.
func (d *Desk) Appoint(ctx context.Context, by tilhor.Actor, slug string, handler tilhor.PersonID) error {
	return d.on(ctx, by, access.Lead, slug, func(w *work) error { return w.appoint(handler) })
}

func (w *work) appoint(handler tilhor.PersonID) error {
	if err := w.d.worksAt(w.tx, w.by, w.t.School, handler, w.now, "handler"); err != nil {
		return err
	}
	if err := w.notKin(handler); err != nil {
		return err
	}
	if err := w.notBarred(handler, "handler"); err != nil {
		return err
	}
	if handler == w.t.Handler {
		return nil
	}
	if err := w.mayBeGiven(handler, "handler"); err != nil {
		return err
	}
	if w.t.Handler != "" {
		if err := w.uncover(coverCases, "", w.now); err != nil {
			return err
		}
		if err := access.End(w.tx, w.by.Owner, access.Track, string(w.t.ID), w.t.Handler, access.Handles, w.now); err != nil {
			return err
		}
	}
	if err := access.Give(w.tx, w.by.Owner, access.Grant{
		Kind: access.Track, Thing: string(w.t.ID), Person: handler, Unit: w.t.School,
		Relation: access.Handles, From: w.now, By: w.by.Person,
	}); err != nil {
		return err
	}
	if _, err := w.tx.Exec(setHandler, w.by.Owner, w.t.ID, handler); err != nil {
		return err
	}
	_, err := w.write(note{kind: Appointed, when: tilhor.Now(w.now), ref: string(handler)})
	w.t.Handler = handler
	if err != nil {
		return err
	}
	return w.coverFor(handler, coverCases)
}

// notKin refuses the pupil's own parent, who works at the school, as the one
// who handles the case: nobody decides in a case where the own child is a party
// (ugild, forvaltningsloven § 6).
func (w *work) notKin(handler tilhor.PersonID) error {
	if w.t.Pupil == "" {
		return nil
	}
	all, err := w.d.Roster.Guardians(w.tx, w.by.Owner, w.t.Pupil, today(w.now))
	if err != nil {
		return err
	}
	for _, g := range all {
		if g.ID == handler {
			return tilhor.Faults{{Field: "handler", Key: "cases.fault.kin"}}
		}
	}
	return nil
}

// worksAt refuses a person who does not work at the school today: a track's own
// school, also when who decides was given the track and works elsewhere.
func (d *Desk) worksAt(tx *db.Tx, by tilhor.Actor, school tilhor.SchoolID, person tilhor.PersonID, now time.Time, field string) error {
	all, err := d.Roster.Employees(tx, by.Owner, school, today(now))
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.ID == person || person == WholeSFO && field == "doer" && slices.Contains(e.Roles, tilhor.RoleSFO) {
			return nil
		}
	}
	return tilhor.Faults{{Field: field, Key: "cases.fault." + field}}
}

// A Task is what rektor can hand to another for a school.
type Task string

// Tasks.
const (
	ReceivesReports Task = "intake" // takes a stance on what comes in
	StandsIn        Task = "leads"  // stands in for rektor: receives and decides
	HasWatch        Task = "oncall" // is on call (vakt): may ask for emergency access
	LeadsSFO        Task = "sfo"    // leads SFO (SFO-leder): its shared machines, hours and PINs
)

// A HandedTask is one such task, with its days.
type HandedTask struct {
	Person tilhor.PersonID
	Name   string
	Task   Task
	From   tilhor.Date
	Until  tilhor.Date // empty: until it is taken back
}

// Hand gives somebody a task of rektor's at the school: to receive reports, or
// to stand in while she is away. A case never has nobody.
func (d *Desk) Hand(ctx context.Context, by tilhor.Actor, h HandedTask) error {
	if by.Role != tilhor.RoleRektor {
		return tilhor.ErrNotFound
	}
	now := d.Clock()
	var c check
	c.oneOf(string(h.Task), "task", string(ReceivesReports), string(StandsIn), string(HasWatch), string(LeadsSFO))
	c.Add(h.From == "", "from", "cases.fault.from")
	c.Add(h.Until != "" && h.Until < h.From, "until", "cases.fault.until")
	c.Add(h.Until != "" && h.Until < today(now), "until", "cases.fault.until-past")
	c.Add(h.Task == HasWatch && h.Until == "", "until", "cases.fault.until-watch")
	c.Add(h.Task == StandsIn && h.Until == "", "until", "cases.fault.until-missing")
	c.Add(h.Person == by.Person, "person", "cases.fault.self")
	if err := c.Err(); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error { return d.hand(tx, by, h, now) })
}

func (d *Desk) hand(tx *db.Tx, by tilhor.Actor, h HandedTask, now time.Time) error {
	if err := d.worksAt(tx, by, by.School, h.Person, now, "person"); err != nil {
		return err
	}
	g := access.Grant{
		Kind: access.School, Thing: string(by.School), Person: h.Person, Unit: by.School, By: by.Person,
		From: midnight(h.From),
	}
	if h.From <= today(now) {
		g.From = now
	}
	if h.Until != "" {
		g.Until = midnight(h.Until.Add(1))
	}
	relations := []access.Relation{access.Intake}
	switch h.Task {
	case StandsIn:
		relations = append(relations, access.Leads)
	case HasWatch:
		relations = []access.Relation{access.OnCall}
	case LeadsSFO:
		relations = []access.Relation{access.LeadsSFO}
	}
	for _, r := range relations {
		g.Relation = r
		if err := access.Give(tx, by.Owner, g); err != nil {
			return err
		}
	}
	_, err := d.Journal.Append(tx, journal.Entry{
		Stream: "school/" + string(by.School), Act: "cases.hand." + string(h.Task),
		Subject: string(h.Person), When: tilhor.Now(now), By: by, Rule: "rektor",
	})
	return err
}

// TakeBack ends the tasks that were handed to a person, from now on; those that
// are named, or all. Standing in brought receiving reports along, and takes it
// away again; who receives reports besides goes on doing so.
func (d *Desk) TakeBack(ctx context.Context, by tilhor.Actor, person tilhor.PersonID, tasks ...Task) error {
	if len(tasks) == 0 {
		tasks = []Task{ReceivesReports, StandsIn, HasWatch, LeadsSFO}
	}
	if by.Role != tilhor.RoleRektor {
		return tilhor.ErrNotFound
	}
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		ends, err := tasksOf(tx, by, person, tasks, now)
		if err != nil {
			return err
		}
		for _, g := range ends {
			if err := access.EndGrant(tx, by.Owner, g.ID, now); err != nil {
				return err
			}
		}
		_, err = d.Journal.Append(tx, journal.Entry{
			Stream: "school/" + string(by.School), Act: "cases.take-back", Subject: string(person),
			When: tilhor.Now(now), By: by, Rule: "rektor",
		})
		return err
	})
}

// tasksOf are the grants of some tasks that a person has at the school, now or
// later. Who has none of them is refused: nothing that a form holds goes into
// the record as a person.
func tasksOf(tx *db.Tx, by tilhor.Actor, person tilhor.PersonID, tasks []Task, now time.Time) (ends []access.Grant, err error) {
	all, err := access.GrantsOf(tx, by.Owner, access.School, string(by.School))
	if err != nil {
		return nil, err
	}
	for _, g := range all {
		if g.Person != person || !g.Until.IsZero() && !g.Until.After(now) {
			continue
		}
		task := Task(g.Relation)
		if ofStandIn(g, all) {
			task = StandsIn
		}
		if slices.Contains(tasks, task) {
			ends = append(ends, g)
		}
	}
	if len(ends) == 0 {
		return nil, tilhor.Faults{{Field: "person", Key: "cases.fault.person"}}
	}
	return ends, nil
}

// Handed lists who has a task of rektor's at the school, now or later.
func (d *Desk) Handed(ctx context.Context, by tilhor.Actor) (all []HandedTask, err error) {
	if by.Role != tilhor.RoleRektor {
		return nil, tilhor.ErrNotFound
	}
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		gs, err := access.GrantsOf(tx, by.Owner, access.School, string(by.School))
		if err != nil {
			return err
		}
		all = nil
		var ids []tilhor.PersonID
		for _, g := range gs {
			if !g.Until.IsZero() && !g.Until.After(now) || ofStandIn(g, gs) {
				continue
			}
			h := HandedTask{Person: g.Person, Task: Task(g.Relation), From: today(g.From)}
			if !g.Until.IsZero() {
				h.Until = today(g.Until.Add(-time.Second))
			}
			ids = append(ids, g.Person)
			all = append(all, h)
		}
		names, err := d.Roster.Names(tx, by.Owner, ids...)
		for i := range all {
			all[i].Name = names[all[i].Person]
		}
		return err
	})
	return all, err
}

// ofStandIn says whether a grant to receive reports came with standing in, for
// the same days: it is no task of its own.
func ofStandIn(g access.Grant, all []access.Grant) bool {
	return g.Relation == access.Intake && slices.ContainsFunc(all, func(o access.Grant) bool {
		return o.Relation == access.Leads && o.Person == g.Person && o.From.Equal(g.From) && o.Until.Equal(g.Until)
	})
}

// midnight is when a date begins in Oslo.
func midnight(d tilhor.Date) time.Time {
	t := d.Time()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, calendar.Oslo())
}
