package cases

import (
	"context"
	"fmt"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/duty"
)

// Kinds of records of a meeting.
const (
	Met        Kind = "meeting"     // the minutes: who was there, and when
	Agreed     Kind = "agreed"      // one thing that was agreed: what, who, by when
	AgreedDone Kind = "agreed-done" // how it went
)

func init() {
	for _, k := range []Kind{Met, Agreed, AgreedDone} {
		kinds[k] = true
	}
	rank[Agreed], rank[AgreedDone] = 91, 92 // at the same instant: after the meeting
}

// MeetingKinds are whom the school met.
var MeetingKinds = []string{"home", "pupil", "staff", "support", "other"}

// A Meeting is the minutes of one meeting about a track (møtereferat).
type Meeting struct {
	ID     tilhor.RecordID
	Kind   string
	At     tilhor.When
	Who    string // who was there
	Text   string // anything else that was said and must be kept
	Points []Point
	By     string
}

// A Point is one thing that was agreed. It stands in the chronology by itself,
// and is ticked off.
type Point struct {
	ID     tilhor.RecordID
	What   string
	Who    string
	On     tilhor.Date // empty when it has no day
	Answer string      // done, dropped, or empty while it stands
	Line   string
	Done   tilhor.When
	DoneBy string
}

// Late says whether its day has passed.
func (p Point) Late(today tilhor.Date) bool { return p.Answer == "" && p.On != "" && p.On < today }

const (
	mostPoints = 12
	pointUntil = 180 // days ahead
)

// check trims the minutes, and drops the rows that nobody filled in.
func (m *Meeting) check(c *check, now tilhor.Date) {
	held := calendar.DateOf(m.At.Counts()) // what was agreed for yesterday can be written today
	c.oneOf(m.Kind, "meeting", MeetingKinds...)
	c.text(&m.Who, "present", true)
	c.text(&m.Text, "text", false)
	var kept []Point
	for _, p := range m.Points {
		at := func(f string) string { return fmt.Sprintf("p%d-%s", len(kept)+1, f) }
		c.limit(&p.What, at("what"), false, maxText, "cases.fault.long")
		c.limit(&p.Who, at("who"), false, maxShort, "cases.fault.short")
		if p.What == "" && p.Who == "" && p.On == "" {
			continue
		}
		c.Add(p.What == "", at("what"), "cases.fault.agreed")
		c.Add(p.Who == "", at("who"), "cases.fault.agreed-who")
		c.Add(p.On != "" && (p.On < held || p.On > now.Add(pointUntil)), at("on"), "cases.fault.agreed-on")
		kept = append(kept, p)
	}
	c.Add(len(kept) == 0 && m.Text == "", "p1-what", "cases.fault.agreed-nothing")
	c.Add(len(kept) > mostPoints, "p1-what", "cases.fault.agreed-many")
	m.Points = kept
}

// Meet writes the minutes of a meeting, and each thing that was agreed as an
// entry of its own. What is done is documented (§ 12-4 fourth paragraph).
func (d *Desk) Meet(ctx context.Context, by tilhor.Actor, slug string, m Meeting) error {
	now := d.Clock()
	var c check
	c.past(&m.At, now, "at")
	m.check(&c, today(now))
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		id, err := w.write(note{kind: Met, when: m.At, answer: m.Kind, text: []field{{"who", m.Who}, {"text", m.Text}}})
		if err != nil {
			return err
		}
		for _, p := range m.Points {
			n := note{kind: Agreed, when: m.At, ref: string(id), on: p.On, text: []field{{"what", p.What}, {"who", p.Who}}}
			if _, err := w.write(n); err != nil {
				return err
			}
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: m.At})
	})
}

// TickAgreed says how it went with a thing that was agreed: done, or let go with
// a line that says why.
func (d *Desk) TickAgreed(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID, answer, line string) error {
	return d.tickOff(ctx, by, slug, id, Agreed, AgreedDone, answer, line)
}

// Meetings are the minutes, oldest first, each with what was agreed and how it
// went.
func (f File) Meetings() (all []Meeting) {
	at, points := map[string]int{}, map[string]*Point{}
	for _, r := range f.Of(Met) {
		at[string(r.ID)] = len(all)
		all = append(all, Meeting{ID: r.ID, Kind: r.Answer, At: r.When, Who: r.Text["who"], Text: r.Text["text"], By: r.Name})
	}
	for _, r := range f.Of(AgreedDone) {
		points[r.Ref] = &Point{Answer: r.Answer, Line: r.Text["line"], Done: r.When, DoneBy: r.Name}
	}
	for _, r := range f.Of(Agreed) {
		i, ok := at[r.Ref]
		if !ok {
			continue
		}
		p := Point{}
		if done := points[string(r.ID)]; done != nil {
			p = *done
		}
		p.ID, p.What, p.Who, p.On = r.ID, r.Text["what"], r.Text["who"], r.On
		all[i].Points = append(all[i].Points, p)
	}
	return all
}

// Points are all that was agreed in the meetings.
func (f File) Points() (all []Point) {
	for _, m := range f.Meetings() {
		all = append(all, m.Points...)
	}
	return all
}
