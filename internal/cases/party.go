package cases

import (
	"context"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// PartyWhats are what the one a report is about gets, or says: told of it; the
// person's own view (kontradiksjon) and the answer to it; access, given or not;
// put right, or not. Each by a person's judgement, with the words.
var PartyWhats = []string{"informed", "said", "answered", "access", "no-access", "corrected", "not-corrected"}

// A PartyAct is one such thing, of an accused employee or of a pupil that is
// said to have done it, with parents (forvaltningsloven §§ 16 to 19, GDPR
// articles 15 and 16).
type PartyAct struct {
	Person tilhor.PersonID
	What   string
	Text   string
	At     tilhor.When
}

// WriteParty writes it in the track. It is for who works the case to judge: the
// accused gets no page of the case.
func (d *Desk) WriteParty(ctx context.Context, by tilhor.Actor, slug string, x PartyAct) error {
	var c check
	c.Add(x.Person == "", "party", "sealed.fault.party")
	c.oneOf(x.What, "what", PartyWhats...)
	c.text(&x.Text, "text", true)
	c.past(&x.At, d.Clock(), "at")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		is, err := w.isParty(x.Person)
		if err != nil {
			return err
		}
		if !is {
			return tilhor.Faults{{Field: "party", Key: "sealed.fault.party"}}
		}
		if _, err := w.write(note{kind: Party, when: x.At, ref: string(x.Person), answer: x.What, text: []field{{"text", x.Text}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	})
}

var countParty = db.SQL(`SELECT (SELECT COUNT(*) FROM cases_accused WHERE owner = $1 AND track = $2 AND person = $3)
	+ (SELECT COUNT(*) FROM cases_child WHERE owner = $1 AND track = $2 AND person = $3 AND role = 'alleged')`)

func (w *work) isParty(p tilhor.PersonID) (bool, error) {
	var n int
	err := w.tx.One(countParty, db.Args(w.by.Owner, w.t.ID, p), &n)
	return n > 0, err
}
