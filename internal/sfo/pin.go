package sfo

import (
	"context"
	"errors"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

var (
	selectPin = db.SQL(`SELECT code, code_until, pin, stamp, tries, locked_at FROM sfo_pin WHERE owner = $1 AND school = $2 AND person = $3`)
	listPins  = db.SQL(`SELECT person, code, code_until, pin, locked_at FROM sfo_pin WHERE owner = $1 AND school = $2`)
	giveCode  = db.SQL(`INSERT INTO sfo_pin (owner, school, person, code, code_until, code_at, pin, stamp, tries, locked_at) VALUES ($1, $2, $3, $4, $5, $7, $6, '', 0, 0)
		ON CONFLICT (owner, school, person) DO UPDATE SET code = excluded.code, code_until = excluded.code_until, code_at = excluded.code_at, pin = excluded.pin, stamp = '', tries = 0, locked_at = 0`)
	setPin    = db.SQL(`UPDATE sfo_pin SET pin = $4, stamp = $5, code = $6, code_until = 0, tries = 0, before_at = chosen_at, chosen_at = $7 WHERE owner = $1 AND school = $2 AND person = $3`)
	setTries  = db.SQL(`UPDATE sfo_pin SET tries = $4, locked_at = $5 WHERE owner = $1 AND school = $2 AND person = $3`)
	unlockPin = db.SQL(`UPDATE sfo_pin SET tries = 0, locked_at = 0 WHERE owner = $1 AND school = $2 AND person = $3 AND locked_at > 0`)
)

// ownRule is by what somebody may choose and use a PIN: by working at SFO.
const ownRule = "sfo"

// A pinRow is how it stands with somebody's PIN.
type pinRow struct {
	code   []byte
	until  int64
	pin    []byte
	stamp  string
	tries  int
	locked int64
}

func (r pinRow) waits(now time.Time) bool { return len(r.code) > 0 && now.UnixMilli() < r.until }

func pinOf(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, person tilhor.PersonID) (r pinRow, err error) {
	err = tx.One(selectPin, db.Args(owner, school, person), &r.code, &r.until, &r.pin, &r.stamp, &r.tries, &r.locked)
	if errors.Is(err, tilhor.ErrNotFound) {
		return pinRow{}, nil
	}
	return r, err
}

// bound is what is hashed of a PIN or a code: it fits one person at one school.
// Six digits are guessed in no time by whoever has the hash and its key, slow or
// not; the key lies outside the database, and whoever has that can read
// everything else already. So the hash is keyed, not slow: a slow one would let
// a stranger spend the machine.
func bound(school tilhor.SchoolID, person tilhor.PersonID, digits string) string {
	return string(school) + "\x00" + string(person) + "\x00" + digits
}

// What is kept of each.
const (
	purposeCode = "sfo.code"
	purposePIN  = "sfo.pin"
)

// GiveCode gives the start code that somebody chooses a PIN with, to be said in
// person. A PIN that was chosen before is no more, and a lock is open.
func (d *Desk) GiveCode(ctx context.Context, by tilhor.Actor, person tilhor.PersonID) (code string, err error) {
	if code, err = seal.Digits(6); err != nil {
		return "", err
	}
	return code, d.act(ctx, by, "code", string(person), func(tx *db.Tx, now time.Time) error {
		if err := d.works(tx, by.Owner, by.School, person, now); err != nil {
			return err
		}
		_, err := tx.Exec(giveCode, by.Owner, by.School, person, d.Keys.Hash(by.Owner, purposeCode, bound(by.School, person, code)), now.Add(codeFor).UnixMilli(), []byte{}, now.UnixMilli())
		return err
	})
}

var (
	everyPIN = db.SQL(`SELECT school, person FROM sfo_pin WHERE owner = $1 ORDER BY school, person`)
	dropPIN  = db.SQL(`DELETE FROM sfo_pin WHERE owner = $1 AND school = $2 AND person = $3`)
)

// goneFor is how many days somebody must have been out of SFO's lists: a gap in what is
// delivered takes nobody's PIN.
const goneFor = 7

// Sweep lets go of the PINs of those who have not worked at SFO there for some days. Who
// comes back gets a start code, as who is new. It looks first, and writes only when there
// is somebody to let go of, asked again.
func (d *Desk) Sweep(ctx context.Context, owner tilhor.OwnerID) error {
	now := d.Clock()
	var all []tilhor.Actor
	err := d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		return tx.Each(everyPIN, func(scan db.Scan) error {
			var a tilhor.Actor
			err := scan(&a.School, &a.Person)
			all = append(all, a)
			return err
		}, owner)
	})
	if err != nil {
		return err
	}
	var left []tilhor.Actor
	for _, a := range all {
		err := d.DB.Read(ctx, func(tx *db.Tx) error { return d.worked(tx, owner, a, now) })
		if errors.Is(err, tilhor.ErrNotFound) {
			left, err = append(left, a), nil
		}
		if err != nil {
			return err
		}
	}
	if len(left) == 0 {
		return nil
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		for _, a := range left {
			err := d.worked(tx, owner, a, now)
			if errors.Is(err, tilhor.ErrNotFound) {
				_, err = tx.Exec(dropPIN, owner, a.School, a.Person)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// worked answers like works, for today and the days before it.
func (d *Desk) worked(tx *db.Tx, owner tilhor.OwnerID, a tilhor.Actor, now time.Time) (err error) {
	for n := range goneFor {
		if err = d.works(tx, owner, a.School, a.Person, now.AddDate(0, 0, -n)); !errors.Is(err, tilhor.ErrNotFound) {
			return err
		}
	}
	return err
}

// Unlock opens a PIN that five wrong ones locked. The leader does it in person,
// and so knows who stands there.
func (d *Desk) Unlock(ctx context.Context, by tilhor.Actor, person tilhor.PersonID) error {
	return d.act(ctx, by, "unlock", string(person), func(tx *db.Tx, _ time.Time) error {
		n, err := tx.Exec(unlockPin, by.Owner, by.School, person)
		if err == nil && n == 0 {
			return tilhor.ErrNotFound
		}
		return err
	})
}

// Choose takes the PIN that somebody chooses with a start code.
func (d *Desk) Choose(ctx context.Context, at Place, person tilhor.PersonID, code, pin, again string) (stamp string, err error) {
	var f tilhor.Faults
	f.Add(!sixDigits(code), "code", "sfo.fault.code")
	f.Add(!sixDigits(pin), "pin", "sfo.fault.six")
	f.Add(sixDigits(pin) && weak(pin), "pin", "sfo.fault.weak")
	f.Add(sixDigits(pin) && pin != again, "again", "sfo.fault.again")
	if err := f.Err(); err != nil {
		return "", err
	}
	return d.try(ctx, at, person, "code", "sfo.fault.code-wrong", func(r pinRow, now time.Time) []byte {
		if !r.waits(now) {
			return nil
		}
		return r.code
	}, code, func(tx *db.Tx, stamp string, now time.Time) error {
		if _, err := tx.Exec(setPin, at.Owner, at.School, person, d.Keys.Hash(at.Owner, purposePIN, bound(at.School, person, pin)), stamp, []byte{}, now.UnixMilli()); err != nil {
			return err
		}
		return d.record(tx, at.actor(person), ownRule, "chosen", string(person), now)
	})
}

var selectMade = db.SQL(`SELECT code_at, chosen_at, before_at FROM sfo_pin WHERE owner = $1 AND school = $2 AND person = $3`)

// Made is when somebody's PIN was chosen, and the start code for it made. Whoever
// gives a code could choose the PIN too: so the one whose name it is in is told,
// by mail and on the machine. Zero times are not known.
type Made struct {
	Code, Chosen time.Time
	Before       time.Time // when the one before it was chosen
}

// Made tells whoever has signed in on a machine about the own PIN.
func (d *Desk) Made(ctx context.Context, by tilhor.Actor) (m Made, err error) {
	var code, chosen, before int64
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.One(selectMade, db.Args(by.Owner, by.School, by.Person), &code, &chosen, &before)
	})
	if errors.Is(err, tilhor.ErrNotFound) {
		return Made{}, nil
	}
	for ms, to := range map[*int64]*time.Time{&code: &m.Code, &chosen: &m.Chosen, &before: &m.Before} {
		if *ms > 0 {
			*to = time.UnixMilli(*ms).UTC()
		}
	}
	return m, err
}

// Enter lets somebody in with a PIN. A wrong one is counted, and the fifth in a
// row locks it; what is answered then is the same, but for how to go on.
func (d *Desk) Enter(ctx context.Context, at Place, person tilhor.PersonID, pin string) (stamp string, err error) {
	if !sixDigits(pin) {
		return "", tilhor.Faults{{Field: "pin", Key: "sfo.fault.six"}}
	}
	return d.try(ctx, at, person, "pin", "sfo.fault.wrong", func(r pinRow, _ time.Time) []byte { return r.pin }, pin, nil)
}

// try compares six digits with what is kept, counts, and does what they open.
// The count is written though the answer is a fault: so nothing is returned from
// the writing itself.
func (d *Desk) try(ctx context.Context, at Place, person tilhor.PersonID, what, wrong string, kept func(pinRow, time.Time) []byte, digits string,
	then func(tx *db.Tx, stamp string, now time.Time) error,
) (stamp string, err error) {
	if !at.Open {
		return "", tilhor.ErrNotFound
	}
	now := d.Clock()
	var fault string
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		stamp, fault = "", ""
		if err := d.works(tx, at.Owner, at.School, person, now); err != nil {
			return err
		}
		r, err := pinOf(tx, at.Owner, at.School, person)
		if err != nil {
			return err
		}
		if r.locked > 0 {
			fault = "sfo.fault.locked"
			return nil
		}
		if d.Keys.Fits(at.Owner, "sfo."+what, bound(at.School, person, digits), kept(r, now)) {
			if stamp = r.stamp; then != nil {
				stamp = tilhor.NewID()
				return then(tx, stamp, now)
			}
			_, err := tx.Exec(setTries, at.Owner, at.School, person, 0, int64(0))
			return err
		}
		fault, r.tries = wrong, r.tries+1
		if r.tries >= mostTries {
			fault, r.locked = "sfo.fault.locked", now.UnixMilli()
			if err := d.record(tx, at.actor(""), ownRule, "locked", string(person), now); err != nil {
				return err
			}
		}
		_, err = tx.Exec(setTries, at.Owner, at.School, person, r.tries, r.locked)
		return err
	})
	if err == nil && fault != "" {
		err = tilhor.Faults{{Field: what, Key: fault}}
	}
	return stamp, err
}

// actor is who writes on the machine: the person who has shown who it is, and
// nobody when wrong digits are all there is.
func (p Place) actor(person tilhor.PersonID) tilhor.Actor {
	a := tilhor.Actor{Owner: p.Owner, Person: person, Role: tilhor.RoleSFO, School: p.School}
	if person == "" {
		a.Role = tilhor.RoleAnyone
	}
	return a
}

func sixDigits(s string) bool {
	return len(s) == 6 && strings.Trim(s, "0123456789") == ""
}

// weak says whether a PIN is among the first that anybody would try: few
// different digits, a row, the same three twice, or a date of birth.
func weak(pin string) bool {
	different := map[byte]bool{}
	up, down := true, true
	for i := range len(pin) {
		different[pin[i]] = true
		if i > 0 {
			up = up && (pin[i]-pin[i-1]+10)%10 == 1
			down = down && (pin[i-1]-pin[i]+10)%10 == 1
		}
	}
	_, err := time.Parse("020106", pin)
	return len(different) < 3 || up || down || pin[:3] == pin[3:] || err == nil
}
