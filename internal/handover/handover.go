// Package handover makes the package (saksmappe): everything of one pupil's track
// in one file that proves itself, for Statsforvalteren (opplæringslova § 12-6
// third paragraph) or for the family. Verify checks one with nothing but the
// owner's public key. docs/guide/package.md gives every format.
//
// A package is made in memory and written straight to who asked for it: no
// plaintext of a case is ever laid on a disk of ours.
package handover

import (
	"io"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/dialogue"
	"tilhor/internal/interventions"
	"tilhor/internal/seal"
)

// A Desk is where packages are made.
type Desk struct {
	Cases         *cases.Desk
	Interventions *interventions.Desk // nil where there are none
	Dialogue      *dialogue.Desk      // nil where there are no talks
	Keys          *seal.Keys
	Clock         tilhor.Clock
}

// A Kind is whom a package is for.
type Kind string

// Kinds. The names stand in the record and in the package.
const (
	// ForState is whole: the municipality hands over what Statsforvalteren asks
	// for, notwithstanding confidentiality (§ 12-6 third paragraph).
	ForState Kind = "state"
	// ForFamily is shielded: what is about others, and who reported, is withheld,
	// and each thing withheld stands there as a commitment with its reason.
	ForFamily Kind = "family"
)

// An Order says what package is wanted.
type Order struct {
	Kind     Kind
	To       tilhor.PersonID // for the family: the pupil, one of the guardians, or cases.Barnevern
	Answers  string          // the request it answers, or why it is made
	Readings bool            // with the reading log: only when it is asked for
	Lang     tilhor.Lang
	Owner    string // as readers know it: «Granvik kommune»
	School   string
	Maker    string // the name of who makes it
}

// A Package is a file that was made, and can be written once or more: each time
// the same bytes.
type Package struct {
	Name  string // of the file: nothing of whose it is
	Size  int64
	Hash  string // SHA-256 in hexadecimal, as the record has it
	items []item
}

// WriteTo writes the file. It stops at the first write that fails.
func (p *Package) WriteTo(w io.Writer) (int64, error) { return writeZip(w, p.items) }

// Contents tells what a package would hold, before it is made.
type Contents struct {
	Track    cases.Track
	Records  int // lines of the chronology
	Plans    int // approved versions
	Own      int // talks with the pupil
	Others   int // talks with other children, in this track
	Findings int
	Evals    int
	Notices  int
	Forces   int // interventions against the pupil, for Statsforvalteren
	Files    int // attachments that are read, for Statsforvalteren
	Duties   int
	Entries  int
	Withheld map[Reason]int // from the family
	Made     []cases.Record // packages made before, newest first
	Windows  int
	Asked    bool // Statsforvalteren has asked for information, and nothing is sent yet
	Ready    bool // every entry is signed
	Guarded  bool // the pupil's address is protected
	At       time.Time
}

// A Reason is why a passage is withheld.
type Reason string

// Reasons.
const (
	OtherChild Reason = "other-child" // it is about another child, or that child's own words
	Reporter   Reason = "reporter"    // who reported, when it is no employee
	Unjudged   Reason = "unjudged"    // nobody has judged whether it is the family's to read
	Blocked    Reason = "blocked"     // no page of the track shows it
)

// Reasons lists them in the order they are told.
var Reasons = []Reason{OtherChild, Reporter, Unjudged, Blocked}
