package danger

import (
	"context"

	"tilhor"
	"tilhor/internal/db"
)

// An Addition is what came later: a receipt, or something more to remember.
type Addition struct {
	Receipt string
	Text    string
	With    tilhor.PersonID // lets one in the leadership in
}

// Add writes more in a note. Only who wrote it does; nothing in it is changed.
func (d *Desk) Add(ctx context.Context, by tilhor.Actor, id NoteID, a Addition) error {
	var f tilhor.Faults
	trim(&f, &a.Receipt, "receipt", maxShort)
	trim(&f, &a.Text, "text", maxText)
	f.Add(a.Receipt == "" && a.Text == "" && a.With == "", "receipt", "danger.fault.nothing")
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		key, err := d.find(tx, by, id)
		if err != nil {
			return err
		}
		all, err := d.lines(tx, key, by.Owner, id, selectLines)
		if err != nil {
			return err
		}
		if all[0].By != by.Person {
			return tilhor.ErrNotFound
		}
		f := append(tilhor.Faults{}, f...)
		f.Add(written(all) >= maxLines, "text", "danger.fault.full")
		if err := f.Err(); err != nil {
			return err
		}
		if err := d.leads(tx, by, a.With, now); err != nil {
			return err
		}
		l := line{Kind: added, Receipt: a.Receipt, Text: a.Text, With: a.With}
		if a.Receipt == "" && a.Text == "" {
			l.Kind = shown
		}
		if err := d.write(tx, key, by, id, l, now); err != nil || a.With == "" {
			return err
		}
		_, err = tx.Exec(insertReader, by.Owner, d.reader(by.Owner, a.With), id)
		return err
	})
}

// written is how many lines somebody wrote; openings bound nothing.
func written(all []line) (n int) {
	for _, l := range all {
		if l.Kind != opened {
			n++
		}
	}
	return n
}
