package cases

import (
	"context"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/privacy"
	"tilhor/internal/seal"
)

// GivenOver is the record of what was said to whoever has a track from then on,
// when several were given on at once (overlevering).
const GivenOver Kind = "given-over"

func init() { kinds[GivenOver] = true }

// mostGiven bounds how many cases one form gives on.
const mostGiven = 50

// A Holder is one who has open cases that the reader leads.
type Holder struct {
	Person tilhor.PersonID
	Name   string
	N      int
	Left   bool        // does not work there any more
	Away   tilhor.Date // is away until then
}

var (
	selectHolders = db.SQL(`SELECT t.handler, COUNT(*) FROM cases_track t WHERE t.owner = $1 AND t.school = $4 AND t.state IN ('open', 'stepped-down')
		AND t.handler <> '' AND ` + access.Scope(access.Lead, "t.id") + ` GROUP BY t.handler`)
	insertGiveOver = db.SQL(`INSERT INTO cases_giveover (owner, id, school, person, by_person, at) VALUES ($1, $2, $3, $4, $5, $6)`)
	insertGiven    = db.SQL(`INSERT INTO cases_given (owner, giveover, track, person, record) VALUES ($1, $2, $3, $4, $5)`)
	findGiveOver   = db.SQL(`SELECT person, by_person, at FROM cases_giveover WHERE owner = $1 AND id = $2 AND school = $3`)
	lastGiveOvers  = db.SQL(`SELECT id, person, at FROM cases_giveover WHERE owner = $1 AND school = $2 ORDER BY at DESC, id LIMIT 10`)
	selectGiven    = db.SQL(`SELECT ` + columns + `, g.person, g.record FROM cases_given g JOIN cases_track t ON t.owner = g.owner AND t.id = g.track
		WHERE g.owner = $1 AND g.giveover = $6 AND ` + access.Scope(access.Lead, "t.id") + ` ORDER BY t.opened_at, t.id`)
)

// Holders lists those who have open cases at the school, of those the reader
// leads: who has left or is away first.
func (d *Desk) Holders(ctx context.Context, by tilhor.Actor) (all []Holder, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		if leads, err := d.leadsSchool(tx, by, now); err != nil || !leads {
			if err == nil {
				err = tilhor.ErrNotFound
			}
			return err
		}
		works, err := d.Roster.Working(tx, by.Owner, by.School, today(now))
		if err != nil {
			return err
		}
		var ids []tilhor.PersonID
		err = tx.Each(selectHolders, func(scan db.Scan) error {
			var h Holder
			err := scan(&h.Person, &h.N)
			h.Left = !works[h.Person]
			ids, all = append(ids, h.Person), append(all, h)
			return err
		}, access.Args(by, access.Lead, now)...)
		if err != nil {
			return err
		}
		until, err := d.awayUntil(tx, by.Owner, now, ids...)
		if err != nil {
			return err
		}
		names, err := d.Roster.Names(tx, by.Owner, ids...)
		for i := range all {
			all[i].Name, all[i].Away = names[all[i].Person], until[all[i].Person]
		}
		return err
	})
	return all, err
}

// HeldBy lists the open cases that a person has, of those the reader leads: as many
// as one form gives on, the oldest first, and how many there are.
func (d *Desk) HeldBy(ctx context.Context, by tilhor.Actor, p tilhor.PersonID) (rows []Row, n int, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		rows = nil
		if leads, err := d.leadsSchool(tx, by, now); err != nil || !leads || p == "" {
			if err == nil {
				err = tilhor.ErrNotFound
			}
			return err
		}
		err := tx.Each(selectHeld[access.Lead], func(scan db.Scan) error {
			t, err := trackRow(scan)
			rows = append(rows, Row{Track: t})
			return err
		}, access.Args(by, access.Lead, now, p)...)
		if err != nil {
			return err
		}
		n = len(rows)
		if rows = rows[:min(n, mostGiven)]; n == 0 {
			return tilhor.ErrNotFound
		}
		return d.nameRows(tx, by.Owner, rows, now)
	})
	if err != nil {
		return nil, 0, err
	}
	return rows, n, d.listed(ctx, by, "cases", rows, now)
}

// A Giving is one of several cases that are given on at once, and what whoever
// gets it must know first.
type Giving struct {
	Slug string
	To   tilhor.PersonID
	Note string
}

// GiveOver gives several of a person's cases to others, all or none: each pair is
// held against the walls of its own track (kin, recusal, whom it is about, who is
// named), and what is refused is said at its own row. It gives the address of the
// receipt.
func (d *Desk) GiveOver(ctx context.Context, by tilhor.Actor, from tilhor.PersonID, all []Giving) (id string, err error) {
	var c check
	c.Add(len(all) == 0, "all", "absence.fault.none")
	c.Add(len(all) > mostGiven, "all", "absence.fault.many")
	for i := range all {
		c.short(&all[i].Note, "note-"+all[i].Slug, false)
		c.Add(all[i].Note == "", "note-"+all[i].Slug, "absence.fault.note")
		c.Add(all[i].To == "" || all[i].To == from, "to-"+all[i].Slug, "absence.fault.self")
	}
	if err := c.Err(); err != nil {
		return "", err
	}
	now := d.Clock()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if leads, err := d.leadsSchool(tx, by, now); err != nil || !leads {
			if err == nil {
				err = tilhor.ErrNotFound
			}
			return err
		}
		id = tilhor.NewSlug()
		if _, err := tx.Exec(insertGiveOver, by.Owner, id, by.School, from, by.Person, now.UnixMilli()); err != nil {
			return err
		}
		var refused tilhor.Faults
		for _, g := range all {
			err := d.giveOne(tx, by, id, from, g, now)
			if tilhor.FaultsOf(err) != nil {
				refused = append(refused, tilhor.FaultsOf(err)...)
				continue
			}
			if err != nil {
				return err
			}
		}
		return refused.Err()
	})
	return id, err
}

// giveOne gives one of them on. What is refused is told at its row.
func (d *Desk) giveOne(tx *db.Tx, by tilhor.Actor, id string, from tilhor.PersonID, g Giving, now time.Time) error {
	t, rule, err := d.find(tx, by, access.Lead, g.Slug, now)
	if err != nil {
		return err
	}
	if t.Handler != from || t.Over() { // somebody else has given it on meanwhile
		return tilhor.Faults{{Field: "all", Key: "absence.fault.moved"}}
	}
	w, err := d.workOn(tx, by, t, rule, now)
	if err != nil {
		return err
	}
	if err := at("to-"+g.Slug, w.appoint(g.To)); err != nil {
		return err
	}
	record, err := w.write(note{kind: GivenOver, when: tilhor.Now(now), ref: string(g.To), text: []field{{"note", g.Note}}})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(insertGiven, by.Owner, id, t.ID, g.To, record); err != nil {
		return err
	}
	return w.touch()
}

// A GiveOverReceipt is the receipt of several cases that were given on at once.
type GiveOverReceipt struct {
	ID       string
	From, By string // names
	At       time.Time
	Rows     []GivenRow
}

// GiveOvers lists the newest receipts of the school, for who leads it: from whom,
// and when.
func (d *Desk) GiveOvers(ctx context.Context, by tilhor.Actor) (all []GiveOverReceipt, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		if leads, err := d.leadsSchool(tx, by, d.Clock()); err != nil || !leads {
			return err
		}
		var ids []tilhor.PersonID
		err := tx.Each(lastGiveOvers, func(scan db.Scan) error {
			var r GiveOverReceipt
			var p tilhor.PersonID
			var at int64
			err := scan(&r.ID, &p, &at)
			r.At = instant(at)
			ids, all = append(ids, p), append(all, r)
			return err
		}, by.Owner, by.School)
		if err != nil {
			return err
		}
		names, err := d.Roster.Names(tx, by.Owner, compact(ids)...)
		for i := range all {
			all[i].From = names[ids[i]]
		}
		return err
	})
	return all, err
}

// A GivenRow is one case of it.
type GivenRow struct {
	Row
	To   string
	Note string
}

// GiveOverOf opens the receipt, for who leads the cases it is about: the note of
// each is read in its track, and that is in the record.
func (d *Desk) GiveOverOf(ctx context.Context, by tilhor.Actor, id string) (r GiveOverReceipt, err error) {
	now := d.Clock()
	var rows []Row
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		r, rows = GiveOverReceipt{}, nil
		if leads, err := d.leadsSchool(tx, by, now); err != nil || !leads {
			if err == nil {
				err = tilhor.ErrNotFound
			}
			return err
		}
		var from, who tilhor.PersonID
		var at int64
		if err := tx.One(findGiveOver, db.Args(by.Owner, id, by.School), &from, &who, &at); err != nil {
			return err
		}
		r.At = instant(at)
		var to []tilhor.PersonID
		var records []string
		err := tx.Each(selectGiven, func(scan db.Scan) error {
			var p tilhor.PersonID
			var record string
			t, err := trackRow(func(dst ...any) error { return scan(append(dst, &p, &record)...) })
			rows, to, records = append(rows, Row{Track: t}), append(to, p), append(records, record)
			return err
		}, access.Args(by, access.Lead, now, id)...)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return tilhor.ErrNotFound
		}
		if err := d.nameRows(tx, by.Owner, rows, now); err != nil {
			return err
		}
		names, err := d.Roster.Names(tx, by.Owner, compact(append(to, from, who))...)
		if err != nil {
			return err
		}
		r.From, r.By = names[from], names[who]
		for i := range rows {
			g := GivenRow{Row: rows[i], To: names[to[i]]}
			if g.Note, err = d.passage(tx, by.Owner, rows[i].ID, records[i], "note"); err != nil {
				return err
			}
			r.Rows = append(r.Rows, g)
		}
		return nil
	})
	if err != nil {
		return GiveOverReceipt{}, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		for _, row := range rows {
			guarded, err := access.Guarded(tx, by.Owner, access.Track, string(row.ID), now)
			if err != nil {
				return err
			}
			if len(guarded) > 0 {
				if err := d.opened(tx, by, row.ID, viewGiven, now); err != nil {
					return err
				}
			}
			if err := d.Journal.Seen(tx, by, journal.ReadingsOf(string(row.ID)), string(row.ID), viewGiven, string(access.Leads), now); err != nil {
				return err
			}
		}
		return nil
	})
	return r, err
}

// viewGiven is the reading of the note that a track was given on with.
const viewGiven = "given-over"

// passage opens one passage of one record, and no other of the track: nothing when
// it is blocked or shredded.
func (d *Desk) passage(tx *db.Tx, owner tilhor.OwnerID, id tilhor.TrackID, record, name string) (plain string, err error) {
	stopped, err := privacy.Stopped(tx, owner, id, record)
	if err != nil || stopped {
		return "", err
	}
	key, err := d.Keys.Get(tx, owner, seal.KindTrack, string(id))
	if err != nil {
		return "", err
	}
	err = tx.Each(selectTextOf, func(scan db.Scan) error {
		var field string
		var sealed []byte
		if err := scan(&field, &sealed); err != nil || field != name || len(sealed) == 0 {
			return err
		}
		plain, err = key.Open(field, record, sealed)
		return err
	}, owner, id, record)
	return plain, err
}
