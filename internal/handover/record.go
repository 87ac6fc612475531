package handover

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"

	"tilhor/internal/journal"
)

func newHash() hash.Hash { return sha256.New() }

// A recordLine is one entry of the record in a package: the text that was hashed,
// the way from it to the root of the checkpoint's tree, and what it commits to.
type recordLine struct {
	Entry string     `json:"entry"`
	Leaf  int64      `json:"leaf"`
	Path  []string   `json:"path"`
	Parts []partLine `json:"parts"`
}

// A partLine is one thing that an entry commits to: shown with its salt and text,
// withheld with the reason, or shredded.
type partLine struct {
	Label  string  `json:"label"`
	State  string  `json:"state"`
	Reason Reason  `json:"reason,omitempty"`
	Salt   string  `json:"salt,omitempty"`
	Text   *string `json:"text,omitempty"`
}

// States of a part.
const (
	stateShown    = "shown"
	stateWithheld = "withheld"
	stateShredded = "shredded"
)

// recordText writes the entries, and counts what is shown of them.
func recordText(s *shield) (raw []byte, n partCounts, err error) {
	n.Withheld = map[Reason]int{}
	for _, e := range s.entries() {
		line := recordLine{Entry: string(e.Body), Leaf: e.Leaf, Path: e.Path, Parts: []partLine{}}
		if line.Path == nil {
			line.Path = []string{}
		}
		for _, p := range e.Parts {
			line.Parts = append(line.Parts, s.part(p))
		}
		for _, p := range line.Parts {
			switch p.State {
			case stateShown:
				n.Shown++
			case stateWithheld:
				n.Withheld[p.Reason]++
			default:
				n.Shredded++
			}
		}
		one, err := marshal(line, "")
		if err != nil {
			return nil, n, err
		}
		raw = append(raw, one...)
	}
	return raw, n, nil
}

// part is what the package says of one thing an entry commits to.
func (s *shield) part(p journal.Part) partLine {
	d, known := s.f.Parts[p.Label]
	switch why := s.held[p.Label]; {
	case !known:
		return partLine{Label: p.Label, State: stateWithheld, Reason: Blocked}
	case d.Shredded:
		return partLine{Label: p.Label, State: stateShredded}
	case why != "":
		return partLine{Label: p.Label, State: stateWithheld, Reason: why}
	}
	return partLine{Label: p.Label, State: stateShown, Salt: hex.EncodeToString(d.Salt[:]), Text: &d.Plain}
}
