// Package seal keeps what people tell unreadable to anyone who only holds the
// database. An owner key, in a file beside the program, wraps one random key for
// each concern, track, matter, school roster and draft; that key seals the
// fields of the thing with AES-256-GCM. Deleting the wrapped key shreds the
// thing for good, in every copy of the database.
//
// A sealed field also gives a commitment: the record (journal) keeps it, so that
// a word changed afterwards is seen, while nobody can guess the word from it.
//
// Keys, nonces and salts always come from crypto/rand; there is no seam for it.
// Nothing here prints, logs or returns a key.
package seal

import (
	"errors"

	"tilhor"
)

// What may be wrong with a sealed thing.
var (
	// ErrShredded says that the key was deleted on purpose: the content is gone
	// for good, the record of the act remains.
	ErrShredded = errors.New("shredded")
	// ErrBroken says that sealed bytes do not open: another key, another place,
	// or changed bytes. It never says which.
	ErrBroken error = tilhor.Plain("the sealed value does not open")
	// ErrNoKeys says that this process does not hold the owner's keys.
	ErrNoKeys error = tilhor.Plain("no keys for this owner")
	// ErrRotated says that the owner key was changed, and that this process
	// cannot find the new one in its folder of keys.
	ErrRotated error = tilhor.Plain("the owner key was changed: put the new owner.key into the folder of keys")
)

// A Kind is a stable name for what a key belongs to. It is part of what the
// seal binds, so it is never changed, and never the name of a table.
type Kind string

// The kinds.
const (
	KindConcern  Kind = "concern"  // what somebody told (melding)
	KindTrack    Kind = "track"    // one pupil's part of a matter (elevens spor)
	KindCase     Kind = "case"     // a matter (sak)
	KindSchool   Kind = "school"   // the names of one school's roster
	KindNote     Kind = "note"     // what one employee keeps for himself (forseglet notat)
	KindForce    Kind = "force"    // a physical intervention (fysisk inngrep)
	KindFront    Kind = "front"    // what one school shows everyone on its page
	KindHearing  Kind = "hearing"  // one hearing and all that is said in it (høring)
	KindBody     Kind = "body"     // the formal bodies of one school, or of the municipality (råd og utvalg)
	KindIdeas    Kind = "ideas"    // one suggestion to a school (innspill) and its answers: the school and its id
	KindCircle   Kind = "circle"   // what one parent group has agreed (foreldregruppe)
	KindDraft    Kind = "draft"    // a text not sent yet (kladd)
	KindSession  Kind = "session"  // one sign-in
	KindText     Kind = "text"     // the words of one record, shredded alone: it has no key, only the mark that it is gone
	KindOwner    Kind = "owner"    // what belongs to the owner as a whole
	KindFile     Kind = "file"     // one attachment, beside the key of its track (vedlegg)
	KindReadings Kind = "readings" // what the lists of one school showed to their readers in one year
)
