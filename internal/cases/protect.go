package cases

import (
	"context"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/duty"
)

// An Urgent is a measure that is started at once so that the pupil is safe
// meanwhile (strakstiltak). It waits for no gate: not for the talk, not for
// the plan.
type Urgent struct {
	What  string
	Doer  tilhor.PersonID
	Start tilhor.Date
}

// Protect starts an urgent measure.
func (d *Desk) Protect(ctx context.Context, by tilhor.Actor, slug string, u Urgent) error {
	var c check
	c.text(&u.What, "what", true)
	c.Add(u.Doer == "", "doer", "cases.fault.doer")
	c.between(u.Start, today(d.Clock()).Add(-7), today(d.Clock()).Add(7), "start", "cases.fault.start")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error { return w.protect(u) })
}

func (w *work) protect(u Urgent) error {
	if err := w.running(); err != nil {
		return err
	}
	if err := w.d.worksAt(w.tx, w.by, w.t.School, u.Doer, w.now, "doer"); err != nil {
		return err
	}
	if err := w.notBarred(u.Doer, "doer"); err != nil {
		return err
	}
	id, err := w.write(note{kind: Protected, when: tilhor.Now(w.now), on: u.Start, text: []field{{"what", u.What}}})
	if err != nil {
		return err
	}
	m := Measure{ID: tilhor.MeasureID(id), What: u.What, Doer: u.Doer, Start: u.Start}
	if _, err := w.run(m, 0); err != nil {
		return err
	}
	return w.facts(duty.Fact{Kind: duty.MeasureStarted, When: tilhor.Now(w.now), Urgent: true})
}
