package dialogue

import (
	"errors"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// A talk belongs to the case that came of it, and is kept as long
// (bevaringsforskrifta § 40). Here it is handed on, as part of a track: to
// Statsforvalteren, to the archive, and to the sender who asks for what is its
// own. Of a sender who gave no name there is nothing but what was said, and the
// hour: neither the code nor who it was said to be.

// A Kept is one talk of a track.
type Kept struct {
	Concern tilhor.ConcernID
	Sender  tilhor.PersonID // "" who has only a code
	Role    tilhor.Role
	Shut    bool // who asks may not read it: it has no lines here
	Lines   []KeptLine
}

// A KeptLine is one message of it.
type KeptLine struct {
	ID   string
	Kind Kind
	To   Reach
	Own  bool            // the sender's side
	By   tilhor.PersonID // of the school's
	Name string          // of By
	Role tilhor.Role
	Text string // "" for one that says who a nameless sender is, and for what is blocked
	When tilhor.When
}

var selectLineIDs = db.SQL(`SELECT l.id FROM dialogue_line l WHERE l.owner = $1 AND l.concern = $2 ORDER BY l.n`)

// Folder are the talks of a track, for who leads it and hands it on: with the
// lines that one may read. The page has asked for the track.
func (d *Desk) Folder(tx *db.Tx, by tilhor.Actor, track tilhor.TrackID, now time.Time) ([]Kept, error) {
	return d.keep(tx, by.Owner, track, func(t thread) (func(line) bool, error) {
		ok, err := passes(tx, by, t.concern, now)
		if err != nil || !ok {
			return nil, err
		}
		return func(l line) bool { return l.reaches(by, true) }, nil
	})
}

// Whole are the talks of a track with every line, for the archive.
func (d *Desk) Whole(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID) ([]Kept, error) {
	return d.keep(tx, owner, track, func(thread) (func(line) bool, error) {
		return func(line) bool { return true }, nil
	})
}

// LineIDs are the messages of the talks of a track, without opening any. A talk
// whose words are shredded has none.
func (d *Desk) LineIDs(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID) (all []string, err error) {
	of, err := threads(tx, selectOf, owner, track)
	for _, t := range of {
		if err != nil {
			return nil, err
		}
		if _, err = d.Keys.Get(tx, owner, seal.KindConcern, string(t.concern)); errors.Is(err, seal.ErrShredded) {
			err = nil
			continue
		}
		if err != nil {
			return nil, err
		}
		err = tx.Each(selectLineIDs, func(scan db.Scan) error {
			var id string
			err := scan(&id)
			all = append(all, id)
			return err
		}, owner, t.concern)
	}
	return all, err
}

// keep opens the talks of a track. may gives what of one is read, nil for
// nothing.
func (d *Desk) keep(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID, may func(thread) (func(line) bool, error)) (all []Kept, err error) {
	of, err := threads(tx, selectOf, owner, track)
	if err != nil {
		return nil, err
	}
	for _, t := range of {
		k := Kept{Concern: t.concern, Sender: t.sender, Role: t.role}
		reads, err := may(t)
		if err != nil {
			return nil, err
		}
		if reads == nil {
			k.Shut = true
			all = append(all, k)
			continue
		}
		lines, err := d.lines(tx, owner, t)
		if errors.Is(err, seal.ErrShredded) {
			continue
		}
		if err != nil {
			return nil, err
		}
		c, err := d.Concerns.AsSent(tx, owner, t.concern)
		if err != nil {
			return nil, err
		}
		names, err := d.writers(tx, owner, lines)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if !reads(l) {
				continue
			}
			x := KeptLine{ID: l.id, Kind: l.Kind, To: l.To, Own: !l.staff(), Role: l.Role, Text: l.Text, When: t.when(l)}
			if l.staff() {
				x.By, x.Name = l.By, names[l.By]
			} else if !t.quiet() {
				x.By, x.Name = t.sender, names[l.By]
			}
			if c.Held || t.quiet() && l.Kind == Name {
				x.Text = ""
			}
			k.Lines = append(k.Lines, x)
		}
		all = append(all, k)
	}
	return all, nil
}

// when is when a line was written, no more exactly than that may be known.
func (t thread) when(l line) tilhor.When {
	w := tilhor.Now(instant(l.Written))
	if t.quiet() {
		w.Precision = tilhor.Hour
	}
	return w
}
