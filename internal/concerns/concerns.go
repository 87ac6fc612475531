// Package concerns keeps what somebody tells the school (melding, bekymring):
// who is worried about which pupil, what was said and seen, where, when, and
// when the first adult knew. Telling starts the law's clocks; nobody is asked
// whether it is bullying (opplæringslova § 12-4: suspicion is enough).
package concerns

import (
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Desk is where concerns are told, received and answered.
type Desk struct {
	DB      *db.DB
	Keys    *seal.Keys
	Journal *journal.Journal
	Roster  *roster.Roster
	Clock   tilhor.Clock
}

// A Channel is the way a concern came in.
type Channel string

// Channels.
const (
	Staff Channel = "staff" // somebody signed in who works at the school
	Open  Channel = "open"  // somebody who works there and has no account (Jeg jobber her)
	Voice Channel = "voice" // pupil or parent took it up with rektor by voice; rektor wrote it down
	Home  Channel = "home"  // a parent took it up with rektor, on its own page
)

// Raised says whether the family itself took it up with rektor: then the week of
// § 12-6 runs.
func (c Channel) Raised() bool { return c == Voice || c == Home }

// A State is how far a concern has come.
type State string

// States.
const (
	New      State = "new"
	Taken    State = "taken"
	SetAside State = "set-aside" // reported twice or to the wrong school, nothing else
)

// A Pupil is one whom a concern is about: somebody in the roster, or somebody
// described in words (shielded, or not known by name).
type Pupil struct {
	N         int
	Person    tilhor.PersonID
	Name      string // with the class, when in the roster
	Class     string
	Described string
	Track     tilhor.TrackID // when taken up
}

// A Concern is what somebody told, as those who receive it may read it.
type Concern struct {
	ID        tilhor.ConcernID
	Slug      string
	School    tilhor.SchoolID
	Reporter  tilhor.PersonID
	From      string // the reporter's name
	Role      tilhor.Role
	Channel   Channel
	Accused   duty.Accused // whether it is about somebody who works there (§ 12-5)
	Held      bool         // its words are blocked: nobody reads them
	Against   []Against    // whom
	Pupils    []Pupil
	Shielded  bool   // it is about a protected pupil: a list shows none of it
	Said      string // the child's own words
	Saw       string // what the adult saw and heard
	Arena     tilhor.Arena
	Place     string
	Happened  tilhor.When
	Known     tilhor.When
	Written   time.Time
	PupilSays bool
	State     State
	Why       string
	Reason    string // why it was set aside, as the reporter reads it
	Ask       string // what the reporter is asked to do
	ReadAt    time.Time
	DecidedAt time.Time
	DecidedBy tilhor.PersonID
	Entry     tilhor.EntryID
}

// An Against is one who works at the school and whom a concern is about, or one
// who is only described.
type Against struct {
	N         int
	Person    tilhor.PersonID
	Name      string
	Described string
}

// Sealed says whether the concern is about somebody who works there: then it is
// closed to all at the school but who must have it (§ 12-5).
func (c Concern) Sealed() bool {
	return c.Accused == duty.AccusedEmployee || c.Accused == duty.AccusedLeadership
}

// stream is where the concern stands in the record.
func stream(id tilhor.ConcernID) string { return "concern/" + string(id) }

// Limits on what one form may carry. Longer text is refused at its field and
// handed back whole.
const (
	MaxText   = 20_000
	MaxShort  = 500
	MaxPupils = 12
)
