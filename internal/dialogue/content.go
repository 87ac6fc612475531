package dialogue

import (
	"tilhor"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// The record can be compared with what is kept (tilhor journal verify): a
// message that was changed, taken away or put in.
func init() {
	journal.RegisterContent(journal.Lines{
		Acts: "dialogue.", Table: "dialogue_line", Of: "concern", Kind: seal.KindConcern, Field: field,
		Stream: func(thing string) string { return stream(tilhor.ConcernID(thing)) },
		Writes: func(act string) bool { return act != actOpen },
	}.Content())
}
