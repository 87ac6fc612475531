package cases

import (
	"context"
	"errors"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/duty"
)

// LeftK is the record that the pupil no longer attends the school.
const LeftK Kind = "left"

func init() { kinds[LeftK] = true }

// Why a pupil left.
var Leaves = []string{"moved", "other-school", "graduated", "other"}

// A Leaving says that the pupil no longer attends the school.
type Leaving struct {
	Why  string
	At   tilhor.When
	Open string // what stood open, and who takes it further
	Sure bool   // though the school's lists still have the pupil
}

// Leave ends the track because the pupil no longer attends the school (eleven
// slutter). It is not closing: nobody has said that it is safe, and what stood
// open is said. What the school owes others (the owner, Statsforvalteren) does
// not end with it; and Statsforvalteren rejects a new report about a school the
// pupil does not attend (§ 12-6).
func (d *Desk) Leave(ctx context.Context, by tilhor.Actor, slug string, l Leaving) error {
	now := d.Clock()
	var c check
	c.oneOf(l.Why, "why-left", Leaves...)
	c.past(&l.At, now, "at")
	c.Add(l.At.Precision == tilhor.Unknown, "at", "life.fault.left-day")
	c.text(&l.Open, "left-open", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if w.t.Over() {
			return tilhor.ErrConflict
		}
		if w.t.Pupil == "" {
			return tilhor.Faults{{Field: "why-left", Key: "life.fault.unknown-left"}}
		}
		if today(l.At.Counts()) < today(w.t.Opened) {
			return tilhor.Faults{{Field: "at", Key: "life.fault.left-before"}}
		}
		in, err := d.Roster.Where(w.tx, by.Owner, w.t.Pupil, today(now))
		if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
			return err
		}
		if err == nil && in.School == w.t.School && !l.Sure {
			return tilhor.Faults{{Field: "sure", Key: "life.fault.still-listed"}}
		}
		if _, err := w.write(note{kind: LeftK, when: l.At, answer: l.Why, text: []field{{"text", l.Open}}}); err != nil {
			return err
		}
		if err := w.endMeasures(today(now)); err != nil {
			return err
		}
		if err := w.withdrawAll(""); err != nil {
			return err
		}
		if err := w.state(Left, ""); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.LeftSchool, When: l.At})
	})
}
