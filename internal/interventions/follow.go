package interventions

import (
	"context"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/seal"
)

// on finds the intervention, runs the act on it and writes its line and facts.
func (d *Desk) on(ctx context.Context, by tilhor.Actor, lead bool, slug string, l Line, right func(e Event) error, facts ...duty.Fact) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		e, rule, err := d.either(tx, by, slug, now)
		if err == nil && lead && !e.Lead {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
		key, err := d.Keys.Get(tx, by.Owner, seal.KindForce, string(e.ID))
		if err != nil {
			return err
		}
		if e.Lines, err = d.lines(tx, key, by.Owner, e.ID); err != nil {
			return err
		}
		if len(e.Lines) >= maxLines {
			return tilhor.Faults{{Field: "text", Key: "force.fault.full"}}
		}
		if err := right(e); err != nil {
			return err
		}
		if _, err := d.write(tx, key, by, e.ID, l, rule, now); err != nil {
			return err
		}
		return d.facts(tx, by.Owner, e, now, facts...)
	})
}

func fine(Event) error { return nil }

// A View is how the pupil saw it (elevens syn), asked for afterwards. Not to
// want to is a full answer. It is written by who told, or by rektor.
type View struct {
	At     tilhor.When
	Answer string
	Words  string
}

// Ask writes the pupil's view: the last of the three parts that the act asks to
// be documented (§ 13-5 second paragraph).
func (d *Desk) Ask(ctx context.Context, by tilhor.Actor, slug string, v View) error {
	now := d.Clock()
	var c check
	c.past(&v.At, now)
	c.Add(v.Answer != Told && v.Answer != Declined, "view", "force.fault.view-now")
	c.text(&v.Words, "words", v.Answer == Told)
	if err := c.Err(); err != nil {
		return err
	}
	l := Line{Kind: Viewed, At: v.At.At.UnixMilli(), Precision: v.At.Precision, View: v.Answer, Words: v.Words}
	fact := duty.Fact{Kind: duty.ForceDocumented, When: tilhor.Now(now)}
	return d.on(ctx, by, false, slug, l, fine, fact)
}

// A Notice is that somebody was told: when, how, and what was said.
type Notice struct {
	At   tilhor.When
	Text string
}

func (n *Notice) check(now time.Time) error {
	var c check
	c.past(&n.At, now)
	c.text(&n.Text, "text", true)
	return c.Err()
}

// TellParents writes that rektor told the parents (§ 13-5 first paragraph).
func (d *Desk) TellParents(ctx context.Context, by tilhor.Actor, slug string, n Notice) error {
	return d.told(ctx, by, slug, Parents, duty.ParentsInformed, n)
}

// TellOwner writes that rektor told the owner: it is asked for when it is not
// the first against the pupil, or particularly serious.
func (d *Desk) TellOwner(ctx context.Context, by tilhor.Actor, slug string, n Notice) error {
	return d.told(ctx, by, slug, Owner, duty.OwnerInformed, n)
}

func (d *Desk) told(ctx context.Context, by tilhor.Actor, slug string, k Kind, fact duty.Kind, n Notice) error {
	if err := n.check(d.Clock()); err != nil {
		return err
	}
	l := Line{Kind: k, At: n.At.At.UnixMilli(), Precision: n.At.Precision, Text: n.Text}
	return d.on(ctx, by, true, slug, l, func(e Event) error {
		if n.At.At.Before(e.Happened.At) && n.At.Precision != tilhor.Day {
			return tilhor.Faults{{Field: "at", Key: "force.fault.before"}}
		}
		return nil
	}, duty.Fact{Kind: fact, When: n.At})
}

// Judge is rektor's own judgement, with the reason, of whether it was
// particularly serious: then the owner is told though it is the first.
func (d *Desk) Judge(ctx context.Context, by tilhor.Actor, slug string, serious, answered bool, reason string) error {
	var c check
	c.Add(!answered, "serious", "force.fault.serious")
	c.text(&reason, "reason", true)
	if err := c.Err(); err != nil {
		return err
	}
	l := Line{Kind: Judged, Serious: serious, Text: reason}
	if !serious {
		return d.on(ctx, by, true, slug, l, fine, duty.Fact{Kind: duty.Written, When: tilhor.Now(d.Clock())})
	}
	return d.on(ctx, by, true, slug, l, func(e Event) error {
		if j := e.Of(Judged); j != nil && j.Serious {
			return tilhor.ErrConflict // judged so already
		}
		return nil
	}, duty.Fact{Kind: duty.ForceReported, When: tilhor.Now(d.Clock()), Serious: true})
}
