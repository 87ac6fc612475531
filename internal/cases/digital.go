package cases

import (
	"context"

	"tilhor"
	"tilhor/internal/access"
)

// A DigitalEvent is what happened on the net, in words instead of pictures: as
// little as possible is kept. An intimate image of a child is never stored, and
// is not described here either: the police are rung.
type DigitalEvent struct {
	At      tilhor.When // when it happened
	Service string      // the service, the game or the group
	Text    string      // what was written or shown, by whom and to whom
	Seen    string      // how many saw it, if anybody knows
	Keeper  string      // who has it: while somebody has, the school needs no copy
}

// Describe writes what happened on the net as a source of the inquiry. To write
// it down is to inquire, whenever it happened.
func (d *Desk) Describe(ctx context.Context, by tilhor.Actor, slug string, e DigitalEvent) error {
	var c check
	c.past(&e.At, d.Clock(), "at")
	c.short(&e.Service, "service", true)
	c.text(&e.Text, "happened", true)
	c.short(&e.Seen, "seen-by", false)
	c.short(&e.Keeper, "keeper", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if err := w.start(tilhor.Now(w.now)); err != nil {
			return err
		}
		_, err := w.write(note{
			kind: Source, when: e.At, ref: "digital", answer: "given",
			text: []field{{"service", e.Service}, {"text", e.Text}, {"seen-by", e.Seen}, {"keeper", e.Keeper}},
		})
		return err
	})
}
