// Package privacy is what the data protection officer (personvernombud) follows
// across the owner's schools: who has opened which case, emergency access
// (nødtilgang), what rektor has blocked (sperre), and breaches (avvik). It knows
// ids and times, never a child's name and never a word of a case: the rooms that
// hold those write their rows here, in the act's own transaction.
package privacy

import (
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Desk is where the officer works.
type Desk struct {
	DB      *db.DB
	Keys    *seal.Keys
	Journal *journal.Journal
	Roster  *roster.Roster
	Clock   tilhor.Clock
	// Shred has the room that keeps the words of a track let one part of it go,
	// and gives the name of what is gone; "" when it held no words.
	Shred func(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID, part string, now time.Time) (thing string, err error)
}

func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// maybe is an instant that may not have come.
func maybe(ms *int64) (t time.Time) {
	if ms != nil {
		t = instant(*ms)
	}
	return t
}
