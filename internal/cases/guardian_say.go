package cases

import (
	"context"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
)

// HomeSaid is what a parent wrote on its page.
const HomeSaid Kind = "home-said"

func init() { kinds[HomeSaid] = true }

// What a parent can write: each is one question on a page of its own.
const (
	SayComment     = "comment"
	SayCorrect     = "correct"     // something is wrong: it stands, and this beside it
	SayPlan        = "plan"        // what the parent means of the draft
	SayMeeting     = "meeting"     // asks for a meeting
	SayInterpreter = "interpreter" // asks for an interpreter
	SayDisagree    = "disagree"    // does not agree with the plan, or with what was decided
)

// Says are all of them.
var Says = []string{SayComment, SayCorrect, SayPlan, SayMeeting, SayInterpreter, SayDisagree}

// A Letter is something a parent writes to the school about the child's case.
type Letter struct {
	What string // one of Says
	Text string // of an interpreter: the language
}

// Say writes what a parent says in the child's track, where whoever handles it
// reads it. It changes nothing that stands there.
func (d *Desk) Say(ctx context.Context, by tilhor.Actor, slug string, l Letter) error {
	var c check
	c.oneOf(l.What, "what", Says...)
	switch l.What {
	case SayInterpreter:
		c.limit(&l.Text, "language", true, maxShort, "cases.fault.short")
	case SayMeeting:
		c.text(&l.Text, "say", false)
	default:
		c.text(&l.Text, "say", true)
	}
	if err := c.Err(); err != nil {
		return err
	}
	return d.asHome(ctx, by, slug, func(w *work, _ shown) error {
		ref := ""
		if l.What == SayPlan {
			all, err := d.records(w.tx, by.Owner, w.t.ID, nil)
			if err != nil {
				return err
			}
			plans, err := d.plans(w.tx, by.Owner, w.t.ID, w.key)
			if err != nil {
				return err
			}
			_, draft := split(plans)
			shown, _ := File{Records: all, Draft: draft}.draftShown()
			if shown == nil { // it was adopted, or is not theirs to see
				return tilhor.Faults{{Field: "say", Key: "cases.fault.draft-gone"}}
			}
			ref = planID(shown.Version)
		}
		_, err := w.write(note{kind: HomeSaid, when: tilhor.Now(w.now), ref: ref, answer: l.What, text: []field{{"text", l.Text}}})
		return err
	})
}

// RaiseFromHome is that a parent takes the matter up with rektor, on its page:
// from now the week of § 12-6 runs. A story that was over begins again.
func (d *Desk) RaiseFromHome(ctx context.Context, by tilhor.Actor, slug, text string) error {
	var c check
	c.text(&text, "say", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.asHome(ctx, by, slug, func(w *work, _ shown) error {
		here, err := d.here(w.tx, by.Owner, w.t, w.now)
		if err != nil {
			return err
		}
		if !here || w.t.Over() && !w.t.SameStory(today(w.now)) { // then it is a new case, at the school where the child is now
			return tilhor.ErrConflict
		}
		now := tilhor.Now(w.now)
		w.by.School = w.t.School // who has received it, for the receipt
		raised := note{kind: RaisedBy, when: now, answer: "parent", text: []field{{"text", text}}, told: &journal.Told{For: []tilhor.Role{tilhor.RoleRektor}, TakenUp: true}}
		if _, err := w.write(raised); err != nil {
			return err
		}
		if err := w.resume("raised"); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Raised, When: now, By: duty.ByParent})
	})
}

// asHome is an act of a parent in a track that is open to it: the same gate as
// for reading, inside the transaction of the act.
func (d *Desk) asHome(ctx context.Context, by tilhor.Actor, slug string, do func(w *work, s shown) error) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := d.shownAt(tx, by, slug, now)
		if err != nil {
			return err
		}
		w, err := d.workOn(tx, by, s.Track, access.Relation(asGuardian), now)
		if err != nil {
			return err
		}
		if err := do(w, s); err != nil {
			return err
		}
		return w.touch()
	})
}
