// Package concerns keeps what somebody tells the school (melding, bekymring):
// who is worried about which pupil, what was said and seen, where, when, and
// when the first adult knew. Telling starts the law's clocks; nobody is asked
// whether it is bullying (opplæringslova § 12-4: suspicion is enough).
package concerns

import (
	"slices"
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
	// Became is told what a concern was taken up as, in that transaction; nil
	// where nothing is kept beside concerns.
	Became func(tx *db.Tx, owner tilhor.OwnerID, concern tilhor.ConcernID, tracks ...tilhor.TrackID) error

	// Shut says who reads on a day when nobody does at the school: ShutOwner,
	// ShutNobody, or "" when the school reads itself. Nil knows of no such days.
	Shut func(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, on tilhor.Date) (reads string, err error)

	// Started gives a code to one who tells without a name, in the transaction
	// that writes the concern: with it they come back and go on talking. It belongs
	// to a token that nobody keeps. Nil gives none.
	Started func(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, concern tilhor.ConcernID, token string) (code string, err error)

	// Opened opens the talk of a pupil or a parent who told by name, in the same
	// transaction. Nil opens none.
	Opened func(tx *db.Tx, by tilhor.Actor, concern tilhor.ConcernID) error
}

// A Channel is the way a concern came in.
type Channel string

// Channels.
const (
	Staff Channel = "staff" // somebody signed in who works at the school
	Open  Channel = "open"  // somebody who works there and has no account (Jeg jobber her)
	Voice Channel = "voice" // pupil or parent took it up with rektor by voice; rektor wrote it down
	Home  Channel = "home"  // a parent, signed in, took it up with rektor

	FromPupil  Channel = "pupil"     // a pupil of the school, signed in
	FromParent Channel = "parent"    // a parent, signed in, of another child
	Unnamed    Channel = "anonymous" // from the school's own page, by a pupil as far as anybody knows
	Outsider   Channel = "outsider"  // from the same page: a parent who did not sign in, a neighbour, a coach
)

// Quiet says whether the way in leaves no trace of who told: no time finer than
// the hour, and no name but one that was written by hand.
func (c Channel) Quiet() bool { return c == Unnamed || c == Outsider }

// Said says whether somebody told it for themselves (Say), and not as one who
// works at the school.
func (c Channel) Said() bool { return c == FromPupil || c == FromParent || c.Quiet() }

// Named says whether a pupil or a parent told it under their own sign-in: they
// follow it, and may talk with who has it.
func (c Channel) Named() bool { return c == FromPupil || c == FromParent || c == Home }

// Who reads what families tell while nobody does at the school.
const (
	ShutOwner  = "owner"
	ShutNobody = "nobody"
)

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
	Hope      string // what the one who told wants the school to do
	Arena     tilhor.Arena
	Place     string
	Happened  tilhor.When
	Known     tilhor.When
	Written   time.Time
	PupilSays bool
	State     State
	Why       string
	Reason    string          // why it was set aside, as the reporter reads it
	Ask       string          // what the reporter is asked to do
	Wish      tilhor.PersonID // which adult the one who told wants to talk with
	WishName  string
	Pen       string // the adult who wrote a small child's words for it
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

// TakenUp says whether the family has taken it up with rektor: by voice or on a
// parent's own page. Then the week of opplæringslova § 12-6 runs. (A parent who
// told of a child that was chosen from a list did so too; nobody does that now.)
func (c Concern) TakenUp() bool {
	return c.Channel == Voice || c.Channel == Home || c.Channel == FromParent && slices.ContainsFunc(c.Pupils, func(p Pupil) bool { return p.Person != "" })
}

// Sent is when it was told, no more exactly than that may be known.
func (c Concern) Sent() tilhor.When {
	w := tilhor.Now(c.Written)
	if c.Channel.Quiet() {
		w.Precision = tilhor.Hour
	}
	return w
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
