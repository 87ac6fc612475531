package cases

import (
	"context"
	"errors"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/duty"
)

// How a talk ended for the child who was asked.
const (
	Spoke    = "told"     // the child told, in its own way
	Declined = "declined" // did not want to speak now: a full answer, and it is offered again
	// Unwritten is for a talk that was held, of which nothing of what was said
	// stands in the case: because the child wants it so, or because the talk was
	// stopped for others to go on with (tilrettelagt avhør belongs to the
	// police). Which of them is written nowhere: it is kept as a talk without
	// words, every gate takes it as heard, and nothing asks the child again.
	Unwritten = "unwritten"
)

// Ways a child is helped to speak. The list has no "too young": there is no
// lower age limit (§§ 10-2, 12-4; Udir), and a drawing is an answer.
var Helps = []string{"none", "interpreter", "aac", "sign", "drawing", "adult", "written"}

// A Talk is what a child said (samtale), in its own words.
type Talk struct {
	Child  string // the code of another child; empty: the pupil of the track
	At     tilhor.When
	Answer string // told or declined
	Words  string // the child's own words, verbatim
	Asked  string // what I asked
	Wants  string // what the child wants to happen
	Weight string // how the view counts, by age and maturity (§ 10-2)
	How    string // interpreter or other way of communicating, a key of Helps
	Detail string // which language, who interpreted, how it was understood
	Back   bool   // it was read back to the child
	Again  tilhor.Date
}

// Hear writes down what a child said, or that it did not want to speak. A
// child who declines is offered a talk again, on a date. The act asks no
// parent's consent, and has no age floor.
func (d *Desk) Hear(ctx context.Context, by tilhor.Actor, slug string, v Talk) error {
	now := d.Clock()
	var c check
	c.past(&v.At, now, "at")
	c.oneOf(v.Answer, "answer", Spoke, Declined, Unwritten)
	c.oneOf(v.How, "how", Helps...)
	c.text(&v.Words, "words", v.Answer == Spoke)
	c.text(&v.Asked, "asked", false)
	c.text(&v.Wants, "wants", false)
	c.text(&v.Weight, "weight", false)
	c.short(&v.Detail, "detail", v.How == "interpreter")
	if v.Answer == Unwritten { // what was typed is not thrown away: who wrote it takes it out
		for _, f := range []field{{"words", v.Words}, {"asked", v.Asked}, {"wants", v.Wants}, {"weight", v.Weight}} {
			c.Add(f.plain != "", f.name, "cases.fault.unwritten")
		}
		v.Again = ""
	}
	if v.Answer == Declined || v.Again != "" {
		c.between(v.Again, today(now), today(now).Add(60), "again", "cases.fault.again")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error { return w.hear(v) })
}

func (w *work) hear(v Talk) error {
	child := w.t.Code()
	if v.Child != "" && v.Child != child {
		if err := w.hasChild(v.Child); err != nil {
			return err
		}
		child = v.Child
	}
	if v.Answer == Unwritten {
		v.Answer, v.Back = Spoke, false
	}
	back := ""
	if v.Back {
		back = "yes"
	}
	if _, err := w.write(note{
		kind: Voice, when: v.At, ref: child, on: v.Again, answer: v.Answer,
		text: []field{{"words", v.Words}, {"asked", v.Asked}, {"wants", v.Wants}, {"weight", v.Weight}, {"how", v.How}, {"detail", v.Detail}, {"back", back}},
	}); err != nil {
		return err
	}
	return w.facts(duty.Fact{Kind: duty.Heard, When: v.At, Child: child, Declined: v.Answer == Declined})
}

func (w *work) hasChild(code string) error {
	all, err := w.d.children(w.tx, w.by.Owner, w.t.ID, nil)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Code == code {
			return nil
		}
	}
	return tilhor.Faults{{Field: "child", Key: "cases.fault.child"}}
}

// isNew refuses a child that stands among the other children already: it is
// heard once, and owed once.
func (w *work) isNew(person tilhor.PersonID) error {
	all, err := w.d.children(w.tx, w.by.Owner, w.t.ID, nil)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Person == person {
			return tilhor.Faults{{Field: "person", Key: "cases.fault.person"}}
		}
	}
	return nil
}

// Roles of another child in a matter.
var ChildRoles = []string{"affected", "alleged", "witness"}

// AddChild says that another child is directly affected and must be heard too.
func (d *Desk) AddChild(ctx context.Context, by tilhor.Actor, slug string, k Child) error {
	var c check
	c.short(&k.Described, "described", k.Person == "")
	c.oneOf(k.Role, "role", ChildRoles...)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if k.Person != "" {
			in, err := d.Roster.Pupil(w.tx, by.Owner, k.Person, today(w.now))
			if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
				return err
			}
			if err != nil || in.School != w.t.School || in.Protected || k.Person == w.t.Pupil {
				return tilhor.Faults{{Field: "person", Key: "cases.fault.person"}}
			}
			if err := w.isNew(k.Person); err != nil {
				return err
			}
			k.Described = ""
		}
		code := tilhor.NewID()[:12]
		id, err := w.write(note{kind: Affected, when: tilhor.Now(w.now), ref: code, answer: k.Role, text: []field{{"who", k.Described}}})
		if err != nil {
			return err
		}
		if _, err := w.tx.Exec(insertChild, by.Owner, w.t.ID, code, w.t.Case, k.Person, k.Role, id); err != nil {
			return err
		}
		if err := w.barKin(); err != nil {
			return err
		}
		if k.Role == "witness" { // saw it; is not directly affected
			return nil
		}
		return w.facts(duty.Fact{Kind: duty.Affected, When: tilhor.Now(w.now), Child: code})
	})
}

// A Miss says that another affected child could not be reached before the
// plan: why, what was tried, and when it is heard.
type Miss struct {
	Child    string
	Reason   string
	Attempts string
	HearBy   tilhor.Date
}

// CouldNotReach lets rektor approve a plan though another affected child has
// not been heard yet. The date becomes a duty and is shown. The exposed
// pupil's own voice is never skipped this way.
func (d *Desk) CouldNotReach(ctx context.Context, by tilhor.Actor, slug string, m Miss) error {
	now := d.Clock()
	var c check
	c.text(&m.Reason, "reason", true)
	c.text(&m.Attempts, "attempts", true)
	c.between(m.HearBy, today(now), today(now).Add(60), "hear-by", "cases.fault.hear-by")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if err := w.hasChild(m.Child); err != nil {
			return err
		}
		if _, err := w.write(note{
			kind: NotReached, when: tilhor.Now(now), ref: m.Child, on: m.HearBy,
			text: []field{{"reason", m.Reason}, {"attempts", m.Attempts}},
		}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.NotReached, When: tilhor.Now(now), Child: m.Child, HearBy: m.HearBy})
	})
}
