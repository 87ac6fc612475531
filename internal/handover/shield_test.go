package handover

import (
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
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

// What the one who told wants the school to do goes with the words it was told with: the
// pupil's own is the pupil's, and what somebody else hoped for is not the family's.
func TestAHopeGoesWithItsWords(t *testing.T) {
	own, seen := map[string]string{"said": "De tar ballen.", "hope": "Bytt lag."}, map[string]string{"saw": "De tar ballen.", "hope": "Bytt lag."}
	for name, row := range map[string]struct {
		from concerns.Channel
		text map[string]string
		to   tilhor.PersonID
		held bool
	}{
		"the pupil's, to the pupil":     {concerns.FromPupil, own, "nora", false},
		"the pupil's, to a parent":      {concerns.FromPupil, own, "marit", true},
		"a friend's, to the pupil":      {concerns.FromPupil, seen, "nora", true},
		"a parent's, to the pupil":      {concerns.Home, seen, "nora", true},
		"a parent's, to the other":      {concerns.Home, seen, "marit", true},
		"without a name, to the pupil":  {concerns.Unnamed, own, "nora", false},
		"somebody outside, to a parent": {concerns.Outsider, seen, "marit", true},
	} {
		f := &cases.Folder{File: cases.File{Records: []cases.Record{{ID: "1", Kind: cases.Told, Answer: string(row.from), Text: row.text}}}}
		f.Pupil = "nora"
		s := newShield(f, ForFamily, row.to)
		if held := s.held[seal.Label("hope", "1")] != ""; held != row.held {
			t.Errorf("%s: held %v", name, held)
		}
	}
}
