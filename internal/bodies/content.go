package bodies

import (
	"tilhor"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// The record can be compared with what a body is (tilhor journal verify).
func init() {
	journal.RegisterContent(journal.Lines{
		Acts: "bodies.", Table: "bodies_body", Of: "school", Kind: seal.KindBody, Field: field, Act: actFounded,
		Stream: func(thing string) string { return stream(tilhor.SchoolID(thing)) },
		Writes: func(act string) bool { return act == actFounded },
	}.Content())
}
