package ideas

import (
	"strings"

	"tilhor"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// The record can be compared with every text about a suggestion (tilhor journal verify).
func init() {
	journal.RegisterContent(journal.Lines{
		Acts: "ideas.", Table: "ideas_line", Of: "secret", Kind: seal.KindIdeas, Field: field,
		Stream: func(thing string) string {
			school, _, _ := strings.Cut(thing, ".")
			return stream(tilhor.SchoolID(school))
		},
		Writes: func(act string) bool { return writes[act] != "" },
	}.Content())
}
