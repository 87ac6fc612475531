package hearing

import (
	"strings"

	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// The record can be compared with what stands in a hearing (tilhor journal verify).
func init() {
	journal.RegisterContent(journal.Lines{
		Acts: act, Table: "hearing_line", Of: "hearing", Kind: seal.KindHearing, Field: field,
		Stream: stream,
		Writes: func(a string) bool { return strings.HasPrefix(a, act) },
	}.Content())
}
