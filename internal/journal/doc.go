// Package journal is the record: every act and every reading appends an entry,
// in the transaction of the act, and nothing is ever overwritten. A case file
// may be evidence (opplæringslova §§ 12-9 and 12-10) and is kept for ever
// (bevaringsforskrifta § 40).
//
// Each entry holds the hash of the one before it in its stream, and commitments
// to the content it is about, never the content. Each second the entries that
// are new enter a Merkle tree whose root is signed (a checkpoint), and the
// checkpoints also lie in a file outside the database. So an entry that is
// edited, deleted, inserted or moved is seen and named, and so is an older
// database put back. docs/guide/record.md gives every format.
//
// The log of who has read cannot be switched off: a page shows a case only
// after Seen has committed.
package journal

import (
	"tilhor"
	"tilhor/internal/seal"
)

// What the record refuses.
var (
	// ErrForked says that the database does not continue what was signed before:
	// an older one was put back, or the tree was changed. Nothing is signed then.
	ErrForked error = tilhor.Plain("the record does not continue what was signed before: run tilhor journal verify")
	// ErrForged says that an entry was put in by something else than this program.
	ErrForged error = tilhor.Plain("an entry was not written by this program: run tilhor journal verify")
)

// A Journal appends to the record and reads it.
type Journal struct {
	keys   *seal.Keys
	holder string // names this process in the lease of the sequencer
	files  *witness
}
