package front

import (
	"tilhor"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// The record can be compared with what the page says (tilhor journal verify): a
// line that was changed, taken out or put in.
func init() {
	journal.RegisterContent(journal.Lines{
		Acts: "front.", Table: "front_line", Of: "school", Kind: seal.KindFront, Field: field, Act: actSay,
		Stream: func(thing string) string { return stream(tilhor.SchoolID(thing)) },
		Writes: func(act string) bool { return act == actSay },
	}.Content())
}
