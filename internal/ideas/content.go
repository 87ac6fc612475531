package ideas

import (
	"tilhor"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// The record can be compared with every text about a suggestion (tilhor journal verify).
func init() {
	journal.RegisterContent(journal.Lines{
		Acts: "ideas.", Table: "ideas_line", Of: "school", Kind: seal.KindIdeas, Field: field,
		Stream: func(thing string) string { return stream(tilhor.SchoolID(thing)) },
		Writes: func(act string) bool { return writes[act] != "" },
	}.Content())
}
