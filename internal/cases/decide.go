package cases

import (
	"context"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/duty"
)

// The stages of an individual decision (enkeltvedtak) under §§ 13-1 and 13-2,
// as records. The others refer to the notice.
const (
	Noticed  Kind = "decision-notice"   // forhåndsvarsel
	SpokeTo  Kind = "decision-heard"    // the pupil, or the parents, said what they think
	Resolved Kind = "decision-made"     // the decision, with its reasons
	Reached  Kind = "decision-received" // it has reached a party: three weeks begin
	Appealed Kind = "decision-appealed"
	PassedOn Kind = "decision-sent-on" // the appeal was sent on
)

func init() {
	for _, k := range []Kind{Noticed, SpokeTo, Resolved, Reached, Appealed, PassedOn} {
		kinds[k] = true
	}
}

// Who is a party in such a matter, and how one of them answered. A pupil who is
// fifteen gets everything itself, besides the parents (fvl. §§ 16–18, 27).
const (
	PartyPupil   = "pupil"
	PartyParents = "parents"
	NoReply      = "no-reply" // had the chance, and the day has passed
	SaidNothing  = "declined" // was asked, and would not say anything
	Imposed      = "imposed"
	Dropped      = "dropped"
)

// Grades decide how long a pupil can be sent away (§ 13-1).
var Grades = []string{"1-7", "8-10", "vgs"}

// longest is how many days a pupil of some grades can be sent away for; none
// means single lessons or the rest of the day.
var longest = map[string]int{"1-7": 0, "8-10": 3, "vgs": 5}

// A Notice tells the parties that a decision is considered (forhåndsvarsel).
type Notice struct {
	About   duty.About
	At      tilhor.When
	Older   bool   // the pupil is fifteen or older: a party of its own
	Grounds string // what has happened, and what is considered
	Reply   tilhor.Date
	Told    bool // the parents have been told, and a pupil of fifteen too
}

// Notify notes that the parties were told that a decision is considered. It is
// about the pupil of this track; what concerns another pupil stands in its own.
func (d *Desk) Notify(ctx context.Context, by tilhor.Actor, slug string, n Notice) error {
	now := d.Clock()
	first := today(now)
	if n.About == duty.SchoolChange { // sending away for the rest of a day cannot wait for tomorrow
		first = first.Add(1)
	}
	var c check
	c.oneOf(string(n.About), "about", string(duty.SchoolChange), string(duty.Expulsion))
	c.past(&n.At, now, "at")
	c.text(&n.Grounds, "grounds", true)
	c.between(n.Reply, first, today(now).Add(60), "reply", "life.fault.reply")
	c.Add(!n.Told, "noticed", "life.fault.noticed")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if w.t.Pupil == "" {
			return tilhor.Faults{{Field: "about", Key: "life.fault.unknown"}}
		}
		open, err := w.decisions()
		if err != nil {
			return err
		}
		for _, x := range open {
			if x.About == n.About && x.Made == nil {
				return tilhor.ErrConflict
			}
		}
		older := ""
		if n.Older {
			older = "yes"
		}
		if _, err := w.write(note{kind: Noticed, when: n.At, on: n.Reply, answer: string(n.About), text: []field{{"grounds", n.Grounds}, {"older", older}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Decision, When: n.At, About: n.About, Stage: duty.StageNotice})
	})
}

// A Decision is one individual decision, as far as it has come.
type Decision struct {
	ID       tilhor.RecordID // of the notice
	About    duty.About
	Older    bool
	Notice   Record
	Heard    []Record
	Made     *Record
	Received []Record
	Appeals  []Record
	Sent     []Record
}

// Decisions are those of a track, oldest first.
func (f File) Decisions() []Decision { return decisionsOf(f.Records) }

func decisionsOf(all []Record) (ds []Decision) {
	for _, r := range all {
		if r.Kind == Noticed {
			ds = append(ds, Decision{ID: r.ID, About: duty.About(r.Answer), Older: r.Text["older"] == "yes", Notice: r})
		}
	}
	for i := range ds {
		d := &ds[i]
		for _, r := range all {
			if r.Ref != string(d.ID) {
				continue
			}
			switch r.Kind {
			case SpokeTo:
				d.Heard = append(d.Heard, r)
			case Resolved:
				made := r
				d.Made = &made
			case Reached:
				d.Received = append(d.Received, r)
			case Appealed:
				d.Appeals = append(d.Appeals, r)
			case PassedOn:
				d.Sent = append(d.Sent, r)
			}
		}
	}
	return ds
}

// partyOf is whom a record of a hearing or a receipt is about.
func partyOf(r Record) string {
	if r.Answer == PartyPupil || r.Answer == PartyParents {
		return r.Answer
	}
	if r.Answer == NoReply {
		return PartyParents
	}
	return PartyPupil // declined
}

// Lacks is what is missing before it can be decided, with keys of the texts.
// The pupil is heard whatever its age (§ 10-2); the parents are heard, or have
// had the chance until the day of the notice.
func (d Decision) Lacks() (keys []string) {
	has := map[string]bool{}
	for _, r := range d.Heard {
		has[partyOf(r)] = true
	}
	if !has[PartyPupil] {
		keys = append(keys, "life.lack.pupil")
	}
	if !has[PartyParents] {
		keys = append(keys, "life.lack.parents")
	}
	return keys
}

// Parties are those who shall have the decision.
func (d Decision) Parties() []string {
	if d.Older {
		return []string{PartyPupil, PartyParents}
	}
	return []string{PartyParents}
}

// Waits are the parties whom the decision has not been noted to have reached.
func (d Decision) Waits() (left []string) {
	if d.Made == nil || d.Made.Answer != Imposed {
		return nil
	}
	for _, p := range d.Parties() {
		if !slices.ContainsFunc(d.Received, func(r Record) bool { return r.Answer == p }) {
			left = append(left, p)
		}
	}
	return left
}

// AppealBy is the last day a party may appeal: three weeks from receipt
// (fvl. § 29), moved by domstolloven § 149; empty before it has the decision.
func (d Decision) AppealBy(party string) tilhor.Date {
	for _, r := range d.Received {
		if r.Answer == party {
			return calendar.Klagefrist(calendar.DateOf(r.When.Counts()))
		}
	}
	return ""
}

// decisions are those of the track under way.
func (w *work) decisions() ([]Decision, error) {
	texts, err := w.d.texts(w.tx, w.by.Owner, w.t.ID, w.key)
	if err != nil {
		return nil, err
	}
	all, err := w.d.records(w.tx, w.by.Owner, w.t.ID, texts)
	return decisionsOf(all), err
}

// decision finds one of the track.
func (w *work) decision(id tilhor.RecordID) (Decision, error) {
	all, err := w.decisions()
	for _, d := range all {
		if d.ID == id {
			return d, err
		}
	}
	if err == nil {
		err = tilhor.ErrNotFound
	}
	return Decision{}, err
}

// A Say is what a party said before it is decided.
type Say struct {
	Decision tilhor.RecordID
	Party    string
	At       tilhor.When
	Silent   bool // did not want to say anything; or the parents let the day pass
	Words    string
}

// HearParty notes what the pupil, or the parents, think of what is considered.
func (d *Desk) HearParty(ctx context.Context, by tilhor.Actor, slug string, s Say) error {
	now := d.Clock()
	var c check
	c.oneOf(s.Party, "party", PartyPupil, PartyParents)
	c.past(&s.At, now, "at")
	c.text(&s.Words, "words", !s.Silent)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		x, err := w.decision(s.Decision)
		if err != nil {
			return err
		}
		if x.Made != nil {
			return tilhor.ErrConflict
		}
		if s.At.Counts().Before(dayOf(x.Notice.When)) {
			return tilhor.Faults{{Field: "at", Key: "life.fault.before-notice"}}
		}
		answer := s.Party
		if s.Silent && s.Party == PartyParents {
			if today(w.now) <= x.Notice.On {
				return tilhor.Faults{{Field: "words", Key: "life.fault.reply-open"}}
			}
			answer = NoReply
		} else if s.Silent {
			answer = SaidNothing
		}
		if _, err := w.write(note{kind: SpokeTo, when: s.At, ref: string(x.ID), answer: answer, text: []field{{"words", s.Words}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Decision, When: s.At, About: x.About, Stage: duty.StageHeard})
	})
}

// dayOf is when something happened, or the beginning of its day when no hour is
// known.
func dayOf(at tilhor.When) time.Time {
	if at.Precision == tilhor.Day {
		return midnight(calendar.DateOf(at.At))
	}
	return at.Counts()
}

// A Resolution is the decision itself.
type Resolution struct {
	Decision tilhor.RecordID
	Imposed  bool   // false: nothing is decided, and the matter is dropped
	Facts    string // what it builds on
	Tried    string // what else was tried or weighed, and why it is not enough
	Best     string // the best interest of the child (§ 10-1)
	Reasons  string
	From     tilhor.Date
	Where    string // the new school (§ 13-2)
	Who      string // who in the municipality decided (§ 13-2)
	Grade    string // § 13-1: decides how long
	Days     int    // § 13-1: 0 is single lessons or the rest of the day
	Before   bool   // § 13-1: the parents were told before the pupil was sent away
}

func (r *Resolution) check(c *check, about duty.About, now tilhor.Date) {
	c.text(&r.Reasons, "reasons", true)
	if !r.Imposed {
		return
	}
	c.text(&r.Facts, "facts", true)
	c.text(&r.Tried, "tried", true)
	c.text(&r.Best, "best", true)
	c.between(r.From, now, now.Add(120), "from", "life.fault.from")
	if about == duty.SchoolChange {
		c.short(&r.Where, "where", true)
		c.short(&r.Who, "decided-by", true)
		r.Grade, r.Days = "", 0
		return
	}
	r.Where, r.Who = "", ""
	c.oneOf(r.Grade, "grade", Grades...)
	most, known := longest[r.Grade]
	c.Add(known && (r.Days < 0 || r.Days > most), "days", "life.fault.days")
	c.Add(r.Grade == "1-7" && !r.Before, "before", "life.fault.before")
}

// Decide writes an individual decision. It is refused before the notice and the
// hearing stand in the case (fvl. §§ 16, 17). Sending away is decided by rektor
// self (§ 13-1); an imposed change of school by the municipality, never by the
// school (§ 13-2): then what is written is whom it was decided by.
func (d *Desk) Decide(ctx context.Context, by tilhor.Actor, slug string, r Resolution) error {
	now := d.Clock()
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		x, err := w.decision(r.Decision)
		if err != nil {
			return err
		}
		if x.Made != nil {
			return tilhor.ErrConflict
		}
		var c check
		r.check(&c, x.About, today(now))
		for _, key := range x.Lacks() {
			c.Add(true, "gate", key)
		}
		c.Add(x.About == duty.Expulsion && by.Role != tilhor.RoleRektor, "gate", "life.fault.rektor-self")
		if err := c.Err(); err != nil {
			return err
		}
		answer := Dropped
		if r.Imposed {
			answer = Imposed
		}
		length := ""
		if r.Imposed && x.About == duty.Expulsion {
			length = string('0' + rune(r.Days))
		}
		if _, err := w.write(note{kind: Resolved, when: tilhor.Now(now), ref: string(x.ID), on: r.From, answer: answer, text: []field{
			{"facts", r.Facts}, {"tried", r.Tried}, {"best", r.Best}, {"reasons", r.Reasons}, {"where", r.Where}, {"decided-by", r.Who}, {"grade", r.Grade}, {"days", length},
		}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Decision, When: tilhor.Now(now), About: x.About, Stage: duty.StageDecided})
	})
}

// Receive notes that the decision has reached a party: the three weeks to
// appeal begin (fvl. § 29).
func (d *Desk) Receive(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID, party string, at tilhor.When) error {
	var c check
	c.past(&at, d.Clock(), "at")
	c.Add(at.Precision == tilhor.Unknown, "at", "life.fault.received-day")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		x, err := w.decision(id)
		if err != nil {
			return err
		}
		if x.Made == nil || x.Made.Answer != Imposed {
			return tilhor.ErrConflict
		}
		if !slices.Contains(x.Waits(), party) {
			return tilhor.Faults{{Field: "party", Key: "cases.fault.party"}}
		}
		if calendar.DateOf(at.Counts()) < calendar.DateOf(x.Made.When.Counts()) {
			return tilhor.Faults{{Field: "at", Key: "life.fault.before-decision"}}
		}
		if at.Counts().Before(x.Made.When.Counts()) { // the same day, and only the day is known
			at.At = x.Made.When.Counts()
		}
		if _, err := w.write(note{kind: Reached, when: at, ref: string(x.ID), answer: party}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Decision, When: at, About: x.About, Stage: duty.StageReceived})
	})
}

// An Appeal is what a party who does not agree has sent.
type Appeal struct {
	Decision tilhor.RecordID
	Party    string
	At       tilhor.When
	Words    string
}

// Appeal notes that an appeal came. One that comes after the three weeks is
// taken too, and shown as late: who decides on it is not the school.
func (d *Desk) Appeal(ctx context.Context, by tilhor.Actor, slug string, a Appeal) error {
	var c check
	c.past(&a.At, d.Clock(), "at")
	c.oneOf(a.Party, "party", PartyPupil, PartyParents)
	c.text(&a.Words, "words", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		x, err := w.decision(a.Decision)
		if err != nil {
			return err
		}
		if x.Made == nil || x.Made.Answer != Imposed {
			return tilhor.ErrConflict
		}
		late := ""
		if last := x.AppealBy(a.Party); last != "" && calendar.DateOf(a.At.Counts()) > last {
			late = "late"
		}
		if _, err := w.write(note{kind: Appealed, when: a.At, ref: string(x.ID), answer: a.Party, text: []field{{"words", a.Words}, {"late", late}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	})
}

// SendOn notes that the appeals were sent on, and to whom.
func (d *Desk) SendOn(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID, to string) error {
	var c check
	c.short(&to, "sent-to", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		x, err := w.decision(id)
		if err != nil {
			return err
		}
		if len(x.Appeals) <= len(x.Sent) {
			return tilhor.ErrConflict
		}
		if _, err := w.write(note{kind: PassedOn, when: tilhor.Now(w.now), ref: string(x.ID), text: []field{{"to", to}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	})
}
