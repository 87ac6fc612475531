package handover

import (
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/seal"
)

// What the receiver took up with rektor by voice, and is known to have, is the receiver's
// own; to the other parent it has no line.
func TestWhatTheReceiverTookUpIsWhole(t *testing.T) {
	r := cases.Record{ID: "1", Kind: cases.RaisedBy, Answer: "parent", Ref: "marit", Text: map[string]string{"text": "Ringte."}}
	for to, own := range map[string]bool{"marit": true, "ali": false, "": false} {
		f := &cases.Folder{File: cases.File{Records: []cases.Record{r}}}
		s := newShield(f, ForFamily, tilhor.PersonID(to))
		if whole := s.held[seal.Label("text", "1")] == ""; whole != own || s.unseen(r) == own {
			t.Errorf("to %q: whole %v, no line %v", to, whole, s.unseen(r))
		}
	}
}
