package sfo

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/db"
)

var (
	insertDevice  = db.SQL(`INSERT INTO sfo_device (owner, id, school, name, hash, by_person, at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`)
	selectDevices = db.SQL(`SELECT id, name, at FROM sfo_device WHERE owner = $1 AND school = $2 AND ended_at = 0 ORDER BY at, id`)
	endDevice     = db.SQL(`UPDATE sfo_device SET ended_at = $4 WHERE owner = $1 AND school = $2 AND id = $3 AND ended_at = 0`)
	findDevice    = db.SQL(`SELECT id, school, name FROM sfo_device WHERE owner = $1 AND hash = $2 AND ended_at = 0`)
)

// A Device is a machine that those who work at SFO share.
type Device struct {
	ID, Name string
	At       time.Time // when it was let in
}

// Enroll lets in the machine the leader stands at, and gives what it shall hold:
// the only time anybody sees it.
func (d *Desk) Enroll(ctx context.Context, by tilhor.Actor, name string) (token string, err error) {
	name = strings.Join(strings.Fields(name), " ")
	var f tilhor.Faults
	f.Add(name == "", "name", "sfo.fault.name")
	f.Add(utf8.RuneCountInString(name) > maxName, "name", "sfo.fault.name-long")
	if err := f.Err(); err != nil {
		return "", err
	}
	id := tilhor.NewID()
	token = tilhor.NewID() + tilhor.NewID()
	return token, d.act(ctx, by, "device", id, func(tx *db.Tx, now time.Time) error {
		_, err := tx.Exec(insertDevice, by.Owner, id, by.School, name, d.hold(by.Owner, token), by.Person, now.UnixMilli())
		return err
	})
}

// TakeBack shuts a machine out, from now on: whoever has it has nothing.
func (d *Desk) TakeBack(ctx context.Context, by tilhor.Actor, id string) error {
	return d.act(ctx, by, "device.back", id, func(tx *db.Tx, now time.Time) error {
		n, err := tx.Exec(endDevice, by.Owner, by.School, id, now.UnixMilli())
		if err == nil && n == 0 {
			return tilhor.ErrNotFound
		}
		return err
	})
}

func (d *Desk) hold(owner tilhor.OwnerID, token string) []byte {
	return d.Keys.Hash(owner, "sfo.device", token)
}

// A Place is the machine that asks: where it stands, and whether SFO is open.
type Place struct {
	Owner  tilhor.OwnerID
	ID     string
	School tilhor.SchoolID
	Name   string
	Open   bool
	Closes time.Time
	Stamp  string // of the PIN of whoever was asked about; "" for none, or a locked one
}

// At finds the machine that holds the token, and whether a person's PIN is as it
// was. A machine that was never let in, or was taken back, is not found.
func (d *Desk) At(ctx context.Context, owner tilhor.OwnerID, token string, person tilhor.PersonID) (p Place, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		p = Place{Owner: owner}
		if err := tx.One(findDevice, db.Args(owner, d.hold(owner, token)), &p.ID, &p.School, &p.Name); err != nil {
			return err
		}
		var err error
		if p.Closes, p.Open, err = isOpen(tx, owner, p.School, now); err != nil || person == "" {
			return err
		}
		r, err := pinOf(tx, owner, p.School, person)
		if len(r.pin) > 0 && r.locked == 0 {
			p.Stamp = r.stamp
		}
		return err
	})
	return p, err
}

func devices(tx *db.Tx, by tilhor.Actor) (all []Device, err error) {
	err = tx.Each(selectDevices, func(scan db.Scan) error {
		var v Device
		var at int64
		err := scan(&v.ID, &v.Name, &at)
		v.At = time.UnixMilli(at).UTC()
		all = append(all, v)
		return err
	}, by.Owner, by.School)
	return all, err
}
