package access

import (
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// An Alarm is one opening of a thing about a protected person: who, when, what.
// It rings for the others who may do the act that leads it, until one of them has
// seen it.
type Alarm struct {
	Thing  string
	Slug   string // of the thing, as its room puts it in
	Person tilhor.PersonID
	Name   string
	Role   tilhor.Role
	View   string
	At     time.Time
}

var (
	insertAlarm = db.SQL(`INSERT INTO access_alarm (owner, id, kind, thing, person, role, view, at, seen_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '')`)
	ringing     = statements(func(act Act, k Kind) string {
		return `SELECT a.thing, a.person, a.role, a.view, a.at FROM access_alarm a
			WHERE a.owner = $1 AND a.kind = '` + string(k) + `' AND a.seen_at IS NULL AND a.person <> $2 AND ` + Scope(act, "a.thing") + ` ORDER BY a.at DESC, a.id LIMIT 200`
	})
	heed = statements(func(act Act, k Kind) string {
		return `UPDATE access_alarm SET seen_at = $5, seen_by = $2
			WHERE owner = $1 AND kind = '` + string(k) + `' AND seen_at IS NULL AND person <> $2 AND ` + Scope(act, "access_alarm.thing")
	})
)

// statements are those of the acts that hear alarms.
func statements(text func(Act, Kind) string) map[Act]*db.Stmt {
	m := map[Act]*db.Stmt{}
	for _, act := range []Act{Receive, LeadForce} {
		m[act] = db.SQL(text(act, rules[act].kind))
	}
	return m
}

// Ring rings for an opening of a thing, when it is about a protected person.
func Ring(tx *db.Tx, by tilhor.Actor, kind Kind, thing, view string, now time.Time) error {
	guarded, err := Guarded(tx, by.Owner, kind, thing, now)
	if err != nil || len(guarded) == 0 {
		return err
	}
	_, err = tx.Exec(insertAlarm, by.Owner, tilhor.NewID(), kind, thing, by.Person, by.Role, view, now.UnixMilli())
	return err
}

// Ringing lists the openings by others that nobody who may do the act has seen
// yet, newest first.
func Ringing(tx *db.Tx, by tilhor.Actor, act Act, now time.Time) (all []Alarm, err error) {
	err = tx.Each(ringing[act], func(scan db.Scan) error {
		var a Alarm
		var at int64
		err := scan(&a.Thing, &a.Person, &a.Role, &a.View, &at)
		a.At = time.UnixMilli(at).UTC()
		all = append(all, a)
		return err
	}, Args(by, act, now)...)
	return all, err
}

// Heed says that one who may do the act has seen them; note is called once for each
// thing, for the record.
func Heed(tx *db.Tx, by tilhor.Actor, act Act, now time.Time, note func(thing string) error) error {
	all, err := Ringing(tx, by, act, now)
	if err != nil {
		return err
	}
	noted := map[string]bool{}
	for _, a := range all {
		if noted[a.Thing] {
			continue
		}
		noted[a.Thing] = true
		if err := note(a.Thing); err != nil {
			return err
		}
	}
	_, err = tx.Exec(heed[act], Args(by, act, now)...)
	return err
}
