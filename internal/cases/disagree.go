package cases

import (
	"context"
	"slices"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/roster"
)

// That the parents do not agree, as the school has it: what it is about, and what
// the school does. What each of them said stands in that one's own thread.
const (
	HomeDisagree Kind = "home-disagree" // what the parents do not agree on, and what the school does
	HomeHeard    Kind = "home-heard"    // what one parent said about it, as the school wrote it
)

func init() { kinds[HomeDisagree], kinds[HomeHeard] = true, true }

// A Disagreement is something that the parents do not agree on. The school does
// not judge between them: it hears each, and says what it does. Neither of them
// is shown what the other said, nor that it is written down.
type Disagreement struct {
	About string
	Does  string                     // what the school does, and why
	Said  map[tilhor.PersonID]string // what each said, by who it is
}

// Disagree records that the parents do not agree.
func (d *Desk) Disagree(ctx context.Context, by tilhor.Actor, slug string, x Disagreement) error {
	said := map[tilhor.PersonID]string{}
	var who []tilhor.PersonID
	var c check
	c.text(&x.About, "disagree-about", true)
	c.text(&x.Does, "disagree-does", true)
	for p, s := range x.Said {
		c.text(&s, "said-"+string(p), false)
		if s != "" {
			said[p], who = s, append(who, p)
		}
	}
	c.Add(len(who) == 0, "disagree-about", "cases.fault.disagree-nobody")
	if err := c.Err(); err != nil {
		return err
	}
	slices.Sort(who)
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if w.t.Pupil == "" {
			return tilhor.ErrConflict
		}
		home, err := d.Roster.Guardians(w.tx, by.Owner, w.t.Pupil, today(w.now))
		if err != nil {
			return err
		}
		for _, p := range who {
			if !slices.ContainsFunc(home, func(g roster.Guardian) bool { return g.ID == p }) {
				return tilhor.Faults{{Field: "said-" + string(p), Key: "cases.fault.disagree-who"}}
			}
		}
		names, protected, err := d.Roster.Faces(w.tx, by.Owner, who...)
		if err != nil {
			return err
		}
		now := tilhor.Now(w.now)
		if _, err := w.write(note{kind: HomeDisagree, when: now, text: []field{{"what", x.About}, {"does", x.Does}}}); err != nil {
			return err
		}
		for _, p := range who {
			name := names[p]
			if protected[p] {
				name = ""
			}
			if _, err := w.write(note{kind: HomeHeard, when: now, ref: string(p), text: []field{{"who", name}, {"text", said[p]}}}); err != nil {
				return err
			}
		}
		return nil
	})
}
