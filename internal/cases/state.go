package cases

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/duty"
)

// What passes with Statsforvalteren (håndhevingsordninga, § 12-6). Each is a
// record of the track like any other.
const (
	StateReported  Kind = "state-reported"   // the family reported the case there
	StateAsked     Kind = "state-asked"      // Statsforvalteren asks for information
	StateAnswered  Kind = "state-answered"   // the answer is sent
	StateEnded     Kind = "state-ended"      // rejected, guided or withdrawn: no decision
	StateDecided   Kind = "state-decided"    // the decision came to the school
	StateReceived  Kind = "state-received"   // the family got the decision: three weeks run
	StateOrdered   Kind = "state-ordered"    // one point of an order, with its own deadline
	StateDone      Kind = "state-done"       // a point is carried out, and reported back
	StateFined     Kind = "state-fined"      // a fine that runs (tvangsmulkt, § 12-8)
	StateFineEnded Kind = "state-fine-ended" // it has stopped
	StateAppealed  Kind = "state-appealed"   // the family appealed. The owner may not
)

// StateKinds lists them.
var StateKinds = []Kind{
	StateReported, StateAsked, StateAnswered, StateEnded, StateDecided, StateReceived, StateOrdered, StateDone, StateFined, StateFineEnded, StateAppealed,
}

func init() {
	for i, k := range StateKinds {
		kinds[k], rank[k] = true, 40+i
	}
}

// Ways a case ends at Statsforvalteren without a decision.
var StateEnds = []string{"rejected", "guided", "withdrawn"}

// What Statsforvalteren decides: whether the duty to correct and to plan is met
// (§ 12-6 second paragraph).
const (
	StateBreach = "breach"
	StateMet    = "met"
)

// A StateReport is that the family reported the case.
type StateReport struct {
	By         string // pupil or parent
	At         tilhor.When
	Particular string // særlege grunnar the family points to
	Text       string
}

// ReportedToState writes that the family reported the case to Statsforvalteren.
// Nobody asks the school first: what the record says is what the school knows.
func (d *Desk) ReportedToState(ctx context.Context, by tilhor.Actor, slug string, r StateReport) error {
	var c check
	c.past(&r.At, d.Clock(), "at")
	c.oneOf(r.By, "by", "pupil", "parent")
	c.text(&r.Particular, "particular", false)
	c.text(&r.Text, "text", false)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		_, err := w.write(note{kind: StateReported, when: r.At, answer: r.By, text: []field{{"particular", r.Particular}, {"text", r.Text}}})
		if err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: r.At})
	})
}

// A StateRequest is a request for information, with the date it sets.
type StateRequest struct {
	At   tilhor.When
	Due  tilhor.Date
	Text string // what is asked for
}

// AskedByState writes that Statsforvalteren asks for information (§ 12-6 third
// paragraph). The date is theirs.
func (d *Desk) AskedByState(ctx context.Context, by tilhor.Actor, slug string, r StateRequest) error {
	var c check
	c.past(&r.At, d.Clock(), "at")
	c.stateDate(r.Due, r.At, d.Clock(), "due")
	c.text(&r.Text, "text", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if _, err := w.write(note{kind: StateAsked, when: r.At, on: r.Due, text: []field{{"text", r.Text}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.StateRequest, When: r.At, DueOn: r.Due})
	})
}

// stateDate refuses a deadline before the letter that sets it, and one that is
// more than two years ahead.
func (c *check) stateDate(due tilhor.Date, at tilhor.When, now time.Time, name string) {
	c.between(due, today(at.Counts()), today(now).Add(730), name, "cases.fault.state-due")
}

// A StateAnswer is what was sent, and when.
type StateAnswer struct {
	Request tilhor.RecordID
	At      tilhor.When
	Hash    string // of the package that was sent; "" when something else was
	Text    string
}

// AnsweredState writes that a request is answered.
func (d *Desk) AnsweredState(ctx context.Context, by tilhor.Actor, slug string, r StateAnswer) error {
	var c check
	c.past(&r.At, d.Clock(), "at")
	c.text(&r.Text, "text", r.Hash == "")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		m, err := w.stateNow()
		if err != nil {
			return err
		}
		asked := m.open(r.Request)
		if asked == nil {
			return tilhor.Faults{{Field: "request", Key: "cases.fault.state-request"}}
		}
		if today(r.At.Counts()) < today(asked.When.Counts()) {
			return tilhor.Faults{{Field: "at", Key: "cases.fault.state-before"}}
		}
		if r.Hash != "" && !m.packed[r.Hash] {
			return tilhor.Faults{{Field: "package", Key: "cases.fault.state-package"}}
		}
		if _, err := w.write(note{kind: StateAnswered, when: r.At, ref: string(asked.ID), answer: r.Hash, text: []field{{"text", r.Text}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.StateSent, When: r.At, DueOn: asked.On})
	})
}

// EndedByState writes that Statsforvalteren ended the case without deciding:
// rejected it, guided instead, or that the family withdrew it.
func (d *Desk) EndedByState(ctx context.Context, by tilhor.Actor, slug, how, text string, at tilhor.When) error {
	var c check
	c.past(&at, d.Clock(), "at")
	c.oneOf(how, "outcome", StateEnds...)
	c.text(&text, "text", false)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if _, err := w.write(note{kind: StateEnded, when: at, answer: how, text: []field{{"text", text}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: at})
	})
}

// A StatePoint is one point of an order (pålegg) with its deadline.
type StatePoint struct {
	What string
	Due  tilhor.Date
}

// A StateDecision is a decision (enkeltvedtak) as it came to the school.
type StateDecision struct {
	At     tilhor.When
	Answer string      // breach or met
	Got    tilhor.Date // when the family got it; "" when that is not known yet
	Text   string
	Points []StatePoint
}

// MaxPoints is how many points an order may have.
const MaxPoints = 20

// DecidedByState writes the decision, and each point of an order with its own
// deadline (§ 12-6 fourth and fifth paragraphs).
func (d *Desk) DecidedByState(ctx context.Context, by tilhor.Actor, slug string, r StateDecision) error {
	now := d.Clock()
	var c check
	c.past(&r.At, now, "at")
	c.oneOf(r.Answer, "result", StateBreach, StateMet)
	c.text(&r.Text, "text", false)
	c.Add(r.Got > today(now), "got", "cases.fault.future")
	var points []StatePoint
	for _, p := range r.Points {
		n := strconv.Itoa(len(points) + 1)
		c.limit(&p.What, "what-"+n, false, maxText, "cases.fault.long")
		if p.What == "" && p.Due == "" {
			continue
		}
		c.Add(p.What == "", "what-"+n, "cases.fault.state-point")
		c.stateDate(p.Due, r.At, now, "due-"+n)
		points = append(points, p)
	}
	c.Add(len(points) > MaxPoints, "what-1", "cases.fault.state-points")
	c.Add(r.Answer == StateMet && len(points) > 0, "result", "cases.fault.state-no-points")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		id, err := w.write(note{kind: StateDecided, when: r.At, answer: r.Answer, text: []field{{"text", r.Text}}})
		if err != nil {
			return err
		}
		facts := []duty.Fact{}
		for i, p := range points {
			if _, err := w.write(note{kind: StateOrdered, when: r.At, ref: string(id), on: p.Due, answer: strconv.Itoa(i + 1), text: []field{{"text", p.What}}}); err != nil {
				return err
			}
			facts = append(facts, duty.Fact{Kind: duty.StateOrder, When: r.At, DueOn: p.Due})
		}
		if len(facts) == 0 {
			facts = append(facts, duty.Fact{Kind: duty.Written, When: r.At})
		}
		if err := w.facts(facts...); err != nil || r.Got == "" {
			return err
		}
		return w.received(string(id), r.Got)
	})
}

// received lets the three weeks of an appeal run from the day the family got the
// decision (fvl. § 29).
func (w *work) received(decision string, on tilhor.Date) error {
	at := onDay(on, w.now)
	if _, err := w.write(note{kind: StateReceived, when: at, ref: decision, on: on}); err != nil {
		return err
	}
	return w.facts(duty.Fact{Kind: duty.StateDecision, When: at})
}

// onDay is a date that is known to the day: noon, but never later than now.
func onDay(on tilhor.Date, now time.Time) tilhor.When {
	at := midnight(on).Add(12 * time.Hour)
	if at.After(now) {
		at = now
	}
	return tilhor.When{At: at, Precision: tilhor.Day, Written: now}
}

// ReceivedFromState writes when the family got a decision that the school knows of.
func (d *Desk) ReceivedFromState(ctx context.Context, by tilhor.Actor, slug string, on tilhor.Date) error {
	var c check
	c.Add(on == "" || on > today(d.Clock()), "got", "cases.fault.state-got")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		m, err := w.stateNow()
		if err != nil {
			return err
		}
		if m.Decision == nil || m.Received != nil {
			return tilhor.ErrConflict
		}
		return w.received(string(m.Decision.ID), on)
	})
}

// DonePoint writes that a point of an order is carried out and reported back.
func (d *Desk) DonePoint(ctx context.Context, by tilhor.Actor, slug string, point tilhor.RecordID, at tilhor.When, text string) error {
	var c check
	c.past(&at, d.Clock(), "at")
	c.text(&text, "text", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		m, err := w.stateNow()
		if err != nil {
			return err
		}
		p := m.point(point)
		if p == nil || p.Done != nil {
			return tilhor.Faults{{Field: "point", Key: "cases.fault.state-which"}}
		}
		if today(at.Counts()) < today(p.When.Counts()) {
			return tilhor.Faults{{Field: "at", Key: "cases.fault.state-before"}}
		}
		if _, err := w.write(note{kind: StateDone, when: at, ref: string(p.ID), text: []field{{"text", text}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.StateMet, When: at, DueOn: p.On})
	})
}

// Fine writes that Statsforvalteren has set a fine for a point: it runs from a
// date until the point is done (§ 12-8). The amount stands in the words of the
// letter; the act has none.
func (d *Desk) Fine(ctx context.Context, by tilhor.Actor, slug string, point tilhor.RecordID, from tilhor.Date, text string) error {
	var c check
	now := today(d.Clock())
	c.between(from, now.Add(-730), now.Add(730), "from", "cases.fault.state-from")
	c.text(&text, "text", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		m, err := w.stateNow()
		if err != nil {
			return err
		}
		p := m.point(point)
		if p == nil || p.running() != nil {
			return tilhor.Faults{{Field: "point", Key: "cases.fault.state-which"}}
		}
		if from < p.On { // it runs from the missed deadline at the earliest
			return tilhor.Faults{{Field: "from", Key: "cases.fault.state-from-before"}}
		}
		if _, err := w.write(note{kind: StateFined, when: tilhor.Now(w.now), ref: string(p.ID), on: from, text: []field{{"text", text}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	})
}

// StopFine writes that a fine has stopped.
func (d *Desk) StopFine(ctx context.Context, by tilhor.Actor, slug string, point tilhor.RecordID, on tilhor.Date, text string) error {
	var c check
	c.between(on, today(d.Clock()).Add(-730), today(d.Clock()), "on", "cases.fault.state-stopped")
	c.text(&text, "text", false)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		m, err := w.stateNow()
		if err != nil {
			return err
		}
		p := m.point(point)
		if p == nil || p.running() == nil {
			return tilhor.Faults{{Field: "point", Key: "cases.fault.state-which"}}
		}
		if on < p.running().On {
			return tilhor.Faults{{Field: "on", Key: "cases.fault.state-before"}}
		}
		if _, err := w.write(note{kind: StateFineEnded, when: onDay(on, w.now), ref: string(p.running().ID), on: on, text: []field{{"text", text}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	})
}

// AppealedToState writes that the family appealed (klage). It is theirs alone: the
// owner cannot appeal a decision under § 12-6. That it came late is Statsforvalteren's
// to judge, and hinders nobody from writing it down.
func (d *Desk) AppealedToState(ctx context.Context, by tilhor.Actor, slug, who, text string, at tilhor.When) error {
	var c check
	c.past(&at, d.Clock(), "at")
	c.oneOf(who, "by", "pupil", "parent")
	c.text(&text, "text", false)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		m, err := w.stateNow()
		if err != nil {
			return err
		}
		if m.Decision == nil {
			return tilhor.ErrConflict
		}
		if _, err := w.write(note{kind: StateAppealed, when: at, ref: string(m.Decision.ID), answer: who, text: []field{{"text", text}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: at})
	})
}

// A StateMatter is how a track stands with Statsforvalteren.
type StateMatter struct {
	Reported *Record // the newest
	Requests []StateLetter
	Ended    *Record // of the newest report
	Decision *Record
	Received *Record
	Points   []PointStanding
	Appeal   *Record

	packed map[string]bool
}

// A StateLetter is a request and its answer.
type StateLetter struct {
	Record
	Reply *Record
}

// A PointStanding is a point of an order, and what became of it.
type PointStanding struct {
	Record
	Done  *Record
	Fines []FineStanding
}

// A FineStanding is a fine, and when it stopped.
type FineStanding struct {
	Record
	Stopped *Record
}

func (p *PointStanding) running() *Record {
	for i := range p.Fines {
		if p.Fines[i].Stopped == nil {
			return &p.Fines[i].Record
		}
	}
	return nil
}

// Running is the fine that runs, nil for none.
func (p *PointStanding) Running() *Record { return p.running() }

// Waiting is the request that is due first and not answered.
func (m StateMatter) Waiting() *StateLetter {
	var first *StateLetter
	for i := range m.Requests {
		if l := &m.Requests[i]; l.Reply == nil && (first == nil || l.On < first.On) {
			first = l
		}
	}
	return first
}

// Undone is the point that is due first and not done.
func (m StateMatter) Undone() *PointStanding {
	var first *PointStanding
	for i := range m.Points {
		if p := &m.Points[i]; p.Done == nil && (first == nil || p.On < first.On) {
			first = p
		}
	}
	return first
}

func (m StateMatter) open(id tilhor.RecordID) *Record {
	for i := range m.Requests {
		if l := &m.Requests[i]; l.ID == id && l.Reply == nil {
			return &l.Record
		}
	}
	return nil
}

func (m *StateMatter) point(id tilhor.RecordID) *PointStanding {
	for i := range m.Points {
		if m.Points[i].ID == id {
			return &m.Points[i]
		}
	}
	return nil
}

// StateMatter is how the track stands with Statsforvalteren.
func (f File) StateMatter() StateMatter { return stateOf(f.Records) }

func stateOf(all []Record) StateMatter {
	m := StateMatter{packed: map[string]bool{}}
	for i := range all {
		r := &all[i]
		switch r.Kind {
		case StateReported: // anew: what ended before is over
			m.Reported, m.Ended = r, nil
		case StateAsked:
			m.Requests = append(m.Requests, StateLetter{Record: *r})
		case StateEnded:
			m.Ended = r
		case StateDecided:
			m.Decision, m.Received, m.Appeal = r, nil, nil
		case StateReceived:
			m.Received = r
		case StateAppealed:
			m.Appeal = r
		case StateOrdered:
			m.Points = append(m.Points, PointStanding{Record: *r})
		case Packed:
			m.packed[r.Ref] = true
		}
	}
	slices.SortStableFunc(m.Points, func(a, b PointStanding) int {
		x, _ := strconv.Atoi(a.Answer)
		y, _ := strconv.Atoi(b.Answer)
		return cmp.Or(a.When.Written.Compare(b.When.Written), cmp.Compare(x, y))
	})
	for i := range all { // what answers something stands by its id, whatever the order of the times
		r := &all[i]
		switch r.Kind {
		case StateAnswered:
			for k := range m.Requests {
				if string(m.Requests[k].ID) == r.Ref {
					m.Requests[k].Reply = r
				}
			}
		case StateDone:
			if p := m.point(tilhor.RecordID(r.Ref)); p != nil {
				p.Done = r
			}
		case StateFined:
			if p := m.point(tilhor.RecordID(r.Ref)); p != nil {
				p.Fines = append(p.Fines, FineStanding{Record: *r})
			}
		}
	}
	for i := range all {
		if r := &all[i]; r.Kind == StateFineEnded {
			for k := range m.Points {
				for n := range m.Points[k].Fines {
					if string(m.Points[k].Fines[n].ID) == r.Ref {
						m.Points[k].Fines[n].Stopped = r
					}
				}
			}
		}
	}
	return m
}

// stateNow is the matter as it stands in the transaction, without words.
func (w *work) stateNow() (StateMatter, error) {
	all, err := w.d.records(w.tx, w.by.Owner, w.t.ID, nil)
	if err != nil {
		return StateMatter{}, fmt.Errorf("read what passed with Statsforvalteren: %w", err)
	}
	return stateOf(all), nil
}
