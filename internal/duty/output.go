package duty

import (
	"encoding/json"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/law"
)

// Version is the version of the JSON shape. The shape is a promise: a change
// bumps it.
const Version = 1

// Input is what Assess needs to know.
type Input struct {
	AsOf   time.Time
	School law.Kind
	Closed calendar.Closed
	Norms  law.Norms // the owner's own; nil for the proposals
	Facts  []Fact
}

// A State is how a duty stands.
type State string

// The states. Late is said only of a number of the act or of an authority.
const (
	NotDue    State = "not-due"
	Open      State = "open"
	Met       State = "met"
	MetLate   State = "met-late"
	Late      State = "late"
	LateLocal State = "late-local"
	Ended     State = "ended"
)

// Waiting says whether somebody still has to act.
func (s State) Waiting() bool { return s == Open || s == Late || s == LateLocal }

// A Limit is when something must be done: a date when it is counted in days, an
// instant when it is counted in hours.
type Limit struct {
	Date tilhor.Date
	At   time.Time
}

// None says that there is no limit.
func (l Limit) None() bool { return l.Date == "" && l.At.IsZero() }

// End is the first instant that is too late.
func (l Limit) End() time.Time {
	if l.Date != "" {
		return calendar.End(l.Date)
	}
	return l.At.Add(time.Millisecond)
}

// Day is the date of the limit in Oslo, empty when there is none.
func (l Limit) Day() tilhor.Date {
	if l.Date != "" || l.At.IsZero() {
		return l.Date
	}
	return calendar.DateOf(l.At)
}

// String is the limit as it stands in JSON, empty when there is none.
func (l Limit) String() string {
	if l.Date != "" || l.At.IsZero() {
		return string(l.Date)
	}
	return stamp(l.At)
}

// A Duty is one duty towards one pupil, and how it stands.
type Duty struct {
	ID          law.ID
	RuleSet     law.RuleSetID
	Ref         string
	Pupil       string
	Bearer      law.Bearer
	TriggeredAt time.Time
	Class       law.Class
	Word        string
	Due         Limit
	LocalDue    Limit
	MetAt       time.Time
	State       State
	EscalatedTo []law.Bearer
	Why         string

	// What the pages use and JSON does not carry.
	Instance string    // tells several duties with one id and pupil apart, steady over time
	Child    string    // the child that must be heard
	WhyKey   string    // the reason as a key of duty.*.json
	Norm     law.Norm  // the owner's norm, if it has one here
	Warned   bool      // a warning is due to whoever bears it
	Changes  time.Time // the next instant it changes with no new facts; zero: never
	sort     int
}

// MarshalJSON writes the promised shape.
func (d Duty) MarshalJSON() ([]byte, error) {
	told := d.EscalatedTo
	if told == nil {
		told = []law.Bearer{}
	}
	return json.Marshal(struct {
		ID          law.ID        `json:"id"`
		RuleSet     law.RuleSetID `json:"ruleset"`
		Ref         string        `json:"ref"`
		Pupil       string        `json:"pupil"`
		Bearer      law.Bearer    `json:"bearer"`
		TriggeredAt *string       `json:"triggeredAt"`
		Class       law.Class     `json:"class"`
		Word        *string       `json:"word"`
		Due         *string       `json:"due"`
		LocalDue    *string       `json:"localDue"`
		MetAt       *string       `json:"metAt"`
		State       State         `json:"state"`
		EscalatedTo []law.Bearer  `json:"escalatedTo"`
		Why         string        `json:"why"`
	}{
		d.ID, d.RuleSet, d.Ref, d.Pupil, d.Bearer, orNull(stampOrEmpty(d.TriggeredAt)), d.Class, orNull(d.Word),
		orNull(d.Due.String()), orNull(d.LocalDue.String()), orNull(stampOrEmpty(d.MetAt)), d.State, told, d.Why,
	})
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func stamp(t time.Time) string { return t.In(calendar.Oslo()).Format(time.RFC3339Nano) }

func stampOrEmpty(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stamp(t)
}

// A Window is the family's way to Statsforvalteren (§ 12-6): the act's calendar
// week from when it was taken up with rektor, and the five arbeidsdagar of
// practice beside it. Both are shown.
type Window struct {
	ID           law.ID      `json:"id"`
	Pupil        string      `json:"pupil"`
	RaisedAt     tilhor.Date `json:"raisedAt"`
	CalendarWeek tilhor.Date `json:"calendarWeek"`
	Arbeidsdager tilhor.Date `json:"arbeidsdager"`
}

// The acts that have a gate.
const (
	GatePlan       = "plan-approval"
	GateEvaluation = "evaluation"
	GateClosing    = "closing"
)

// A Gate is what an act is refused without.
type Gate struct {
	Act     string   `json:"act"`
	Pupil   string   `json:"pupil"`
	Open    bool     `json:"open"`
	Missing []string `json:"missing"`
}

// A Route is who gets to know, and who never does (§ 12-5).
type Route struct {
	Pupil string       `json:"pupil"`
	To    []law.Bearer `json:"to"`
	Never []law.Bearer `json:"never"`
}

// Output is the answer.
type Output struct {
	Version int      `json:"version"`
	AsOf    string   `json:"asOf"`
	Duties  []Duty   `json:"duties"`
	Windows []Window `json:"windows"`
	Gates   []Gate   `json:"gates"`
	Routes  []Route  `json:"routes"`

	// Changes is the next instant at which any duty stands otherwise with no new
	// facts; zero when time alone changes nothing.
	Changes time.Time `json:"-"`
}

// Gate finds a gate of a pupil.
func (o Output) Gate(act, pupil string) Gate {
	for _, g := range o.Gates {
		if g.Act == act && g.Pupil == pupil {
			return g
		}
	}
	return Gate{Act: act, Pupil: pupil}
}

// Of are the duties with an id towards a pupil, oldest first.
func (o Output) Of(id law.ID, pupil string) []Duty {
	var out []Duty
	for _, d := range o.Duties {
		if d.ID == id && d.Pupil == pupil {
			out = append(out, d)
		}
	}
	return out
}
