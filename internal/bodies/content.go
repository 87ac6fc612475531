package bodies

import (
	"strings"

	"tilhor"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// The record can be compared with what a body is, and with what is written in its
// room (tilhor journal verify).
func init() {
	of := func(thing string) string { return stream(tilhor.SchoolID(thing)) }
	journal.RegisterContent(journal.Lines{
		Acts: "bodies.", Table: "bodies_body", Of: "school", Kind: seal.KindBody, Field: field, Act: actFounded,
		Stream: of, Writes: func(act string) bool { return act == actFounded },
	}.Content())
	journal.RegisterContent(journal.Lines{
		Acts: actLine, Table: "bodies_line", Of: "school", Kind: seal.KindBody, Field: lineField,
		Stream: of, Writes: func(act string) bool { return strings.HasPrefix(act, actLine) && act != actGone },
	}.Content())
}
