package danger

import (
	"context"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// A Note is what the writer wants to keep: meldt av (who writes), når, kvittering.
type Note struct {
	Child   string // in the writer's own words: no id leads from here to a pupil
	To      string // a key of Tos
	When    tilhor.When
	Receipt string // who took it in, a number; may come later
	Text    string
	With    tilhor.PersonID // in the leadership, when it was told to them
}

// Keep seals a note. It asks for no training, as telling does not: the duty is
// there from the first day. Nobody is told.
func (d *Desk) Keep(ctx context.Context, by tilhor.Actor, n Note) (NoteID, error) {
	if !may(by) {
		return "", tilhor.ErrNotFound
	}
	now := d.Clock()
	if err := n.check(now); err != nil {
		return "", err
	}
	id := NoteID(tilhor.NewID())
	key := d.Keys.New(by.Owner, seal.KindNote, string(id))
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := d.leads(tx, by, n.With, now); err != nil {
			return err
		}
		if err := seal.Keep(tx, key); err != nil {
			return err
		}
		l := line{
			Kind: kept, At: n.When.At.UnixMilli(), Precision: n.When.Precision, Child: n.Child, To: n.To, Receipt: n.Receipt, Text: n.Text, With: n.With,
		}
		if err := d.write(tx, key, by, id, l, now); err != nil {
			return err
		}
		if n.With != "" {
			if _, err := tx.Exec(insertReader, by.Owner, d.reader(by.Owner, n.With), id); err != nil {
				return err
			}
		}
		_, err := tx.Exec(insertReader, by.Owner, d.reader(by.Owner, by.Person), id)
		return err
	})
	return id, err
}

func (n *Note) check(now time.Time) error {
	var f tilhor.Faults
	trim(&f, &n.Child, "child", maxShort)
	trim(&f, &n.Receipt, "receipt", maxShort)
	trim(&f, &n.Text, "text", maxText)
	f.Add(n.Child == "", "child", "danger.fault.child")
	f.Add(!slices.Contains(Tos, n.To), "to", "danger.fault.to")
	switch w := &n.When; w.Precision {
	case tilhor.Unknown:
		w.At = now
	case tilhor.Day:
		f.Add(calendar.DateOf(w.At) > calendar.DateOf(now), "at", "danger.fault.future")
		if w.At.After(now) {
			w.At = now
		}
	case tilhor.Exact, tilhor.Hour:
		f.Add(w.At.After(now), "at", "danger.fault.future")
	default:
		n.When = tilhor.Now(now)
	}
	f.Add(n.When.At.Before(now.AddDate(-20, 0, 0)), "at", "danger.fault.old")
	return f.Err()
}

// leads refuses to let in anybody but the school's leadership: a note is shown
// because it was told to them, not to spread it.
func (d *Desk) leads(tx *db.Tx, by tilhor.Actor, with tilhor.PersonID, now time.Time) error {
	if with == "" {
		return nil
	}
	all, err := d.Roster.Employees(tx, by.Owner, by.School, calendar.DateOf(now))
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.ID == with && with != by.Person && slices.ContainsFunc(e.Roles, tilhor.Role.Leads) {
			return nil
		}
	}
	return tilhor.Faults{{Field: "with", Key: "danger.fault.with"}}
}
