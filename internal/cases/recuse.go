package cases

import (
	"context"
	"slices"

	"tilhor"
	"tilhor/internal/access"
)

// A Recusal says that somebody cannot have a case (inhabil): kin, or a conflict
// that the person declares or another finds (forvaltningsloven § 6).
type Recusal struct {
	Person tilhor.PersonID
	Why    string // declared, kin, conflict
	Reason string
}

// Whys are the grounds of a recusal.
var Whys = []string{"declared", "kin", "conflict"}

// Recuse keeps somebody from a track from now on, in every role, and takes back
// what was given. Who works the track can say it of oneself; of another, who
// leads it. When nobody is left who can decide, the owner appoints.
func (d *Desk) Recuse(ctx context.Context, by tilhor.Actor, slug string, r Recusal) error {
	var c check
	c.Add(!slices.Contains(Whys, r.Why), "why", "sealed.fault.why")
	c.text(&r.Reason, "reason", true)
	c.Add(r.Person == "", "person", "cases.fault.person")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if r.Person != by.Person {
			if _, err := access.Allow(w.tx, by, access.Lead, string(w.t.ID), w.now); err != nil {
				return err
			}
			if err := d.worksAt(w.tx, by, w.t.School, r.Person, w.now, "person"); err != nil {
				return err
			}
		}
		if err := w.notBarred(r.Person, "person"); err != nil {
			return err
		}
		if err := w.recuse(r.Person, r.Why, r.Reason); err != nil {
			return err
		}
		return w.led()
	})
}
