package circles

import (
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// The record can be compared with what a group has agreed (tilhor journal verify).
func init() {
	journal.RegisterContent(journal.Lines{
		Acts: "circles.", Table: "circles_line", Of: "circle", Kind: seal.KindCircle, Field: field,
		Stream: stream,
		Writes: func(act string) bool { return writes[act] != "" },
	}.Content())
}
