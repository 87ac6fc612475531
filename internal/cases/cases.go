// Package cases is the duty to act (aktivitetsplikta, opplæringslova § 12-4):
// a concern is taken up, the pupil is made safe for now and heard, the school
// finds out, plans with measures, carries them out, evaluates with the pupil,
// and ends only when the pupil says that it is safe. Each exposed pupil has a
// track of its own.
package cases

import (
	"time"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Desk is where cases are worked.
type Desk struct {
	DB       *db.DB
	Keys     *seal.Keys
	Journal  *journal.Journal
	Roster   *roster.Roster
	Concerns *concerns.Desk
	Clock    tilhor.Clock

	// Talks are the messages between the school and those who told by name what
	// became a track; nil where there are no talks.
	Talks func(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID) ([]TalkLine, error)
}

// A State is how far a track has come.
type State string

// States.
const (
	Open        State = "open"
	Closed      State = "closed"       // on the pupil's own word that it is safe
	SteppedDown State = "stepped-down" // without it: measures, watching and evaluation go on
)

// noDate stands in due_on when no date is set: later than every date.
const noDate tilhor.Date = "9999-12-31"

// A Track is one pupil's own part of a matter (elevens spor).
type Track struct {
	ID        tilhor.TrackID
	Slug      string
	Case      tilhor.CaseID
	Number    string
	School    tilhor.SchoolID
	Pupil     tilhor.PersonID
	Name      string // empty while nobody knows who it is
	Class     string
	Described string
	Shielded  bool // of a protected pupil: lists show no name
	Arena     tilhor.Arena
	SFO       bool
	State     State
	Handler   tilhor.PersonID
	Has       string // the handler's name
	Opened    time.Time
	Written   time.Time
	DueOn     tilhor.Date // empty when no date is set
	CheckOn   tilhor.Date
	Ended     time.Time
	Away      tilhor.Date     // the last day that who has it is away, "" for who is there
	Stand     tilhor.PersonID // who stands in today
	Stands    string          // the name of Stand
	Gone      string          // the name of a handler who does not work at the school any more: nobody has it
}

// Code is what the duties call the pupil of the track.
func (t Track) Code() string {
	if t.Pupil != "" {
		return string(t.Pupil)
	}
	return "unknown-1"
}

// A Kind is a kind of thing said or done.
type Kind string

// Kinds of records. The names stand in the database and in the record.
const (
	Told         Kind = "told"         // a concern came in
	TakenUp      Kind = "taken-up"     // rektor took it up as a case
	Joined       Kind = "joined"       // a later concern was joined to it
	RaisedBy     Kind = "raised"       // pupil or parent took it up with rektor
	Appointed    Kind = "appointed"    // who handles it
	Protected    Kind = "protected"    // an urgent measure: safe for now
	Voice        Kind = "voice"        // a child was heard, or did not want to speak
	Started      Kind = "started"      // the inquiry began
	Source       Kind = "source"       // a source of the inquiry
	Finding      Kind = "finding"      // what it showed
	Found        Kind = "found"        // the inquiry is done
	Interest     Kind = "interest"     // the best interest of the child
	Approved     Kind = "approved"     // a version of the plan
	Ticked       Kind = "ticked"       // a measure was carried out, or not
	Evaluated    Kind = "evaluated"    // evaluated, with the pupil
	Wrote        Kind = "note"         // any other line
	Informed     Kind = "informed"     // the parents were told
	Rights       Kind = "rights"       // they were told of the way to Statsforvalteren
	Affected     Kind = "affected"     // another child must be heard
	NotReached   Kind = "not-reached"  // that child could not be reached yet
	Identified   Kind = "identified"   // it is known who the pupil is
	Ended        Kind = "closed"       // closed on the pupil's own word
	SteppedDownK Kind = "stepped-down" // stepped down without it
	Checked      Kind = "checked"      // asked again afterwards
	Reopened     Kind = "reopened"     // opened again
	Packed       Kind = "package"      // a package was made of the track
	Judged       Kind = "judged"       // whether it is a serious case (alvorleg tilfelle, § 12-4)
	ToldOwner    Kind = "told-owner"   // what the owner was told, and why
	LedBy        Kind = "led-by"       // whom the owner appointed to lead it
	AdvisedBy    Kind = "advised-by"   // whom the owner gave the case to, to read it
	Recused      Kind = "recused"      // who cannot have the case (ugild), and why
	Party        Kind = "party"        // what the accused, or an alleged pupil, was given or said
)

// A Record is one thing said or done in a track, as it stands in the
// chronology.
type Record struct {
	ID     tilhor.RecordID
	Kind   Kind
	When   tilhor.When
	By     tilhor.PersonID
	Name   string // of By
	Role   tilhor.Role
	Ref    string
	On     tilhor.Date
	Answer string
	Text   map[string]string
	Entry  tilhor.EntryID
}

// Late says whether it was written down more than a day after it happened.
func (r Record) Late() bool {
	return r.When.Precision != tilhor.Unknown && r.When.Written.Sub(r.When.At) > 24*time.Hour
}

// A Child is another child of the matter, heard or to be heard in this track.
type Child struct {
	Code      string
	Person    tilhor.PersonID
	Name      string
	Described string
	Role      string // affected, alleged, witness
	Heard     bool   // heard or declined
	HearBy    tilhor.Date
}

// stream is where a track stands in the record.
func stream(id tilhor.TrackID) string { return "track/" + string(id) }

// Limits on what one field may carry.
const (
	maxText  = 20_000
	maxShort = 500
)
