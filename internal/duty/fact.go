// Package duty answers one question: given these facts, at this instant, which
// duties exist, who bears them, and how do they stand?
//
// Assess is a pure function: no clock, no database, no language. The rooms keep
// the facts (see Record); the answer is derived and never stored as truth. What
// is stored is a cache for lists and counts, with the next instant at which it
// changes (see Wake), so that a sweep costs what falls due, not what exists.
//
// The law itself is data in package law. A duty carries the rule set in force
// when its trigger occurred, and is met by a record: an event that has both the
// time it happened and the time it was written.
package duty

import (
	"tilhor"
)

// A Kind is a kind of fact.
type Kind string

// The kinds. Their meaning stands in docs/law.
const (
	Known           Kind = "known"            // someone who works there suspected or knew, or the pupil said so
	Reported        Kind = "reported"         // an employee reported it on
	Raised          Kind = "raised"           // the family took it up with rektor: the week begins
	Groundless      Kind = "groundless"       // openbert grunnlaus
	OwnerInformed   Kind = "owner-informed"   // rektor told the owner
	ParentsInformed Kind = "parents-informed" // the parents were told
	RightsInformed  Kind = "rights-informed"  // they were told of the way to Statsforvalteren
	Identified      Kind = "identified"       // an unknown pupil is now known
	Affected        Kind = "affected"         // another child directly affected
	Heard           Kind = "heard"            // a child was heard, or declined
	NotReached      Kind = "not-reached"      // another affected child could not be reached
	Started         Kind = "investigation-started"
	Found           Kind = "found"         // findings written
	BestInterest    Kind = "best-interest" // the assessment is written
	MeasureStarted  Kind = "measure-started"
	PlanApproved    Kind = "plan-approved"
	Evaluated       Kind = "evaluated"
	Safe            Kind = "safe"     // the pupil's own word
	NotSafe         Kind = "not-safe" // the pupil's own word
	ClosedTrack     Kind = "closed"
	SteppedDown     Kind = "stepped-down"
	StateRequest    Kind = "state-request"
	StateSent       Kind = "state-sent"
	StateOrder      Kind = "state-order"
	StateMet        Kind = "state-met"
	StateDecision   Kind = "state-decision"
	Intervention    Kind = "intervention"
	ForceReported   Kind = "intervention-reported"
	ForceDocumented Kind = "intervention-documented"
	Decision        Kind = "decision"
	LeftSchool      Kind = "left-school"
	Written         Kind = "written"
)

// A By is who knew, or who took it up.
type By string

// Who knew.
const (
	ByPupil      By = "pupil"
	ByParent     By = "parent"
	ByStaff      By = "staff"
	ByLeadership By = "leadership"
	ByOutside    By = "outside"
	ByAnonymous  By = "anonymous"
)

// An Accused is whom it is about, so far as it decides the route (§ 12-5).
type Accused string

// Whom it is about.
const (
	AccusedNone       Accused = "none"
	AccusedPupil      Accused = "pupil"
	AccusedEmployee   Accused = "employee"
	AccusedLeadership Accused = "leadership"
)

// A To is where an employee reported.
type To string

// Where.
const (
	ToRektor To = "rektor"
	ToOwner  To = "owner"
)

// An About is what an individual decision (enkeltvedtak) is about.
type About string

// What about.
const (
	SchoolChange About = "school-change" // § 13-2
	Expulsion    About = "expulsion"     // § 13-1
)

// A Stage is how far an individual decision has come.
type Stage string

// The stages.
const (
	StageNotice   Stage = "notice"
	StageHeard    Stage = "heard"
	StageDecided  Stage = "decided"
	StageReceived Stage = "received"
)

// A Fact is one thing that happened. It holds codes and dates only: no name and
// no words of anybody.
type Fact struct {
	Kind       Kind        `json:"kind"`
	Pupil      string      `json:"pupil"`
	When       tilhor.When `json:"-"`
	By         By          `json:"by,omitempty"`
	Accused    Accused     `json:"accused,omitempty"`
	Serious    bool        `json:"serious,omitempty"`
	To         To          `json:"to,omitempty"`
	Reasoned   bool        `json:"reasoned,omitempty"` // a written reason is in the record
	Was        string      `json:"was,omitempty"`
	Child      string      `json:"child,omitempty"`
	Declined   bool        `json:"declined,omitempty"`
	Urgent     bool        `json:"urgent,omitempty"`
	EvaluateOn tilhor.Date `json:"evaluateOn,omitempty"`
	Next       tilhor.Date `json:"next,omitempty"`
	HearBy     tilhor.Date `json:"hearBy,omitempty"`
	RecheckOn  tilhor.Date `json:"recheckOn,omitempty"`
	DueOn      tilhor.Date `json:"dueOn,omitempty"`
	About      About       `json:"about,omitempty"`
	Stage      Stage       `json:"stage,omitempty"`
}
