package access

import (
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// Barred says whether a bar keeps the actor from a thing now, whatever is granted:
// for a room whose own thing hangs together with another, and has that one's walls.
func Barred(tx *db.Tx, a tilhor.Actor, kind Kind, thing string, now time.Time) (bool, error) {
	bars, err := BarsOf(tx, a.Owner, kind, thing)
	for _, b := range bars {
		if within(now, b.From, b.Until) && (b.Person == a.Person || b.Role != "" && b.Role == a.Role && b.Unit == a.School) {
			return true, err
		}
	}
	return false, err
}

// Unnamed says whether a thing is about a protected person for whom the actor is
// not named.
func Unnamed(tx *db.Tx, a tilhor.Actor, kind Kind, thing string, now time.Time) (bool, error) {
	subjects, err := Guarded(tx, a.Owner, kind, thing, now)
	for _, p := range subjects {
		if named, err := IsNamed(tx, a, p, now); err != nil || !named {
			return true, err
		}
	}
	return false, err
}

// Walled says whether a bar or a guard of a thing keeps the actor out.
func Walled(tx *db.Tx, a tilhor.Actor, kind Kind, thing string, now time.Time) (bool, error) {
	if barred, err := Barred(tx, a, kind, thing, now); err != nil || barred {
		return true, err
	}
	return Unnamed(tx, a, kind, thing, now)
}
