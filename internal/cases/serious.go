package cases

import (
	"context"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/duty"
)

// A Seriousness says whether the case is a serious one (alvorleg tilfelle), with
// the reason. The act does not say what serious is: rektor judges, in every case.
type Seriousness struct {
	Answer string // yes or no
	Reason string
	Words  string // to the owner, when it is yes
}

// JudgeSerious writes the judgement. A serious case is reported to the owner in the
// same act, with a receipt (§ 12-4 second paragraph, fourth sentence).
func (d *Desk) JudgeSerious(ctx context.Context, by tilhor.Actor, slug string, j Seriousness) error {
	var c check
	c.Add(j.Answer != "yes" && j.Answer != "no", "serious", "sealed.fault.serious")
	c.text(&j.Reason, "judged", true)
	c.text(&j.Words, "words", false)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if w.t.State != Open {
			return tilhor.ErrConflict
		}
		if _, err := w.write(note{kind: Judged, when: tilhor.Now(w.now), answer: j.Answer, text: []field{{"reason", j.Reason}}}); err != nil {
			return err
		}
		if j.Answer == "no" {
			return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
		}
		told, err := w.noticed(SeriousCase)
		if err != nil || told {
			return err
		}
		if err := w.notify(SeriousCase, []field{{"words", j.Words}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Known, When: tilhor.Now(w.now), By: duty.ByStaff, Accused: duty.AccusedNone, Serious: true},
			duty.Fact{Kind: duty.OwnerInformed, When: tilhor.Now(w.now)})
	})
}
