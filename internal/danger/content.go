package danger

import (
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// The record can be compared with what is kept (tilhor journal verify): a line
// that was changed, taken away or put in.
func init() {
	journal.RegisterContent(journal.Lines{
		Acts: "sealed.", Table: "danger_line", Of: "paper", Kind: seal.KindNote, Field: field, Act: act,
		Stream: func(thing string) string { return stream(NoteID(thing)) },
		Writes: func(done string) bool { return done == act },
	}.Content())
}
