package danger

import (
	"context"
	"sort"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// A Shown is a note as its readers see it.
type Shown struct {
	ID     NoteID
	Own    bool   // the reader wrote it
	Writer string // the name
	Child  string
	To     string
	When   tilhor.When
	Lines  []Line
	With   []string // who else may open it
	Opened []Opening
}

// A Line is something written in the note.
type Line struct {
	Written       time.Time
	Receipt, Text string
}

// An Opening is who read it, and when.
type Opening struct {
	Name string
	At   time.Time
}

// again is how long one person's reading counts as the same.
const again = 15 * time.Minute

// Open shows a note to its writer, and to whom the writer let in. That it was
// opened is sealed in the note itself, and committed to in the record.
func (d *Desk) Open(ctx context.Context, by tilhor.Actor, id NoteID) (s Shown, err error) {
	now := d.Clock()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		key, err := d.find(tx, by, id)
		if err != nil {
			return err
		}
		all, err := d.lines(tx, key, by.Owner, id, selectLines)
		if err != nil {
			return err
		}
		if !seenLately(all, by.Person, now) {
			if err := d.write(tx, key, by, id, line{Kind: opened}, now); err != nil {
				return err
			}
		}
		s, err = d.show(tx, by, id, all)
		return err
	})
	return s, err
}

func seenLately(all []line, who tilhor.PersonID, now time.Time) bool {
	for _, l := range all {
		age := now.UnixMilli() - l.Written
		if l.By == who && l.Kind == opened && age >= 0 && age < again.Milliseconds() {
			return true
		}
	}
	return false
}

func (d *Desk) show(tx *db.Tx, by tilhor.Actor, id NoteID, all []line) (Shown, error) {
	first := all[0]
	ids := map[tilhor.PersonID]bool{}
	for _, l := range all {
		for _, p := range []tilhor.PersonID{l.By, l.With} {
			ids[p] = p != ""
		}
	}
	var list []tilhor.PersonID
	for p, is := range ids {
		if is {
			list = append(list, p)
		}
	}
	names, err := d.Roster.Names(tx, by.Owner, list...)
	if err != nil {
		return Shown{}, err
	}
	s := Shown{ID: id, Own: first.By == by.Person, Writer: names[first.By], Child: first.Child, To: first.To, When: first.when()}
	for _, l := range all {
		if l.With != "" {
			s.With = append(s.With, names[l.With])
		}
		switch l.Kind {
		case kept, added:
			s.Lines = append(s.Lines, Line{Written: time.UnixMilli(l.Written).UTC(), Receipt: l.Receipt, Text: l.Text})
		case opened:
			s.Opened = append(s.Opened, Opening{names[l.By], time.UnixMilli(l.Written).UTC()})
		}
	}
	return s, nil
}

// A Row is a note in its reader's own list: when it was written, and by whom. No
// child stands in it.
type Row struct {
	ID      NoteID
	Own     bool
	Writer  string
	Written time.Time
}

// Mine lists the notes this person may open, newest first.
func (d *Desk) Mine(ctx context.Context, by tilhor.Actor) (rows []Row, err error) {
	if !may(by) {
		return nil, tilhor.ErrNotFound
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		rows = nil
		var ids []string
		err := tx.Each(selectMine, func(scan db.Scan) error {
			var id string
			err := scan(&id)
			ids = append(ids, id)
			return err
		}, by.Owner, d.reader(by.Owner, by.Person))
		if err != nil {
			return err
		}
		var people []tilhor.PersonID
		writer := map[NoteID]tilhor.PersonID{}
		for _, id := range ids {
			key, err := d.Keys.Get(tx, by.Owner, seal.KindNote, id)
			if err != nil {
				return err
			}
			all, err := d.lines(tx, key, by.Owner, NoteID(id), firstLine)
			if err != nil {
				return err
			}
			rows = append(rows, Row{ID: NoteID(id), Own: all[0].By == by.Person, Written: time.UnixMilli(all[0].Written).UTC()})
			writer[NoteID(id)] = all[0].By
			people = append(people, all[0].By)
		}
		sort.Slice(rows, func(i, j int) bool { return rows[i].Written.After(rows[j].Written) })
		rows = rows[:min(len(rows), maxNotes)]
		names, err := d.Roster.Names(tx, by.Owner, people...)
		for i := range rows {
			rows[i].Writer = names[writer[rows[i].ID]]
		}
		return err
	})
	return rows, err
}
