package cases

import (
	"context"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/duty"
)

// Sources of an inquiry.
var Sources = []string{"talk-staff", "talk-pupils", "talk-home", "observation", "digital", "documents", "survey", "other"}

// A SourceOf is where the school looked or asked (kilde).
type SourceOf struct {
	Kind    string
	Who     string
	Text    string // what it gave; empty while it is waited for
	Waiting bool
	At      tilhor.When
}

// Inquire begins the inquiry (undersøkje), if it has not begun, and adds a
// source to it. The act says «snarast»; postponing needs a good reason.
func (d *Desk) Inquire(ctx context.Context, by tilhor.Actor, slug string, s SourceOf) error {
	now := d.Clock()
	var c check
	c.past(&s.At, now, "at")
	c.oneOf(s.Kind, "source", Sources...)
	c.short(&s.Who, "who", s.Waiting)
	c.text(&s.Text, "text", !s.Waiting)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		answer := "given"
		if s.Waiting {
			answer = "waiting"
		}
		if err := w.unchecked(s.Kind); err != nil {
			return err
		}
		if err := w.start(s.At); err != nil {
			return err
		}
		_, err := w.write(note{kind: Source, when: s.At, ref: s.Kind, answer: answer, text: []field{{"who", s.Who}, {"text", s.Text}}})
		return err
	})
}

// start notes that the inquiry has begun, once each time the track is opened.
func (w *work) start(when tilhor.When) error {
	all, err := w.d.records(w.tx, w.by.Owner, w.t.ID, nil)
	if err != nil {
		return err
	}
	for _, r := range sinceOpened(all) {
		if r.Kind == Started {
			return nil
		}
	}
	if _, err := w.write(note{kind: Started, when: when}); err != nil {
		return err
	}
	return w.facts(duty.Fact{Kind: duty.Started, When: when})
}

// sinceOpened are the records written since the track was last opened again:
// what the school found the first time ends no second inquiry.
func sinceOpened(all []Record) (since []Record) {
	var opened time.Time
	for _, r := range all {
		if r.Kind == Reopened {
			opened = later(opened, r.When.Written)
		}
	}
	for _, r := range all {
		if !r.When.Written.Before(opened) {
			since = append(since, r)
		}
	}
	return since
}

// Find adds a finding (funn): what the inquiry showed, and from which sources.
// Finding nothing is a finding as well, and is written.
func (d *Desk) Find(ctx context.Context, by tilhor.Actor, slug, text string, from []string) error {
	var c check
	c.text(&text, "finding", true)
	c.Add(len(from) == 0, "from", "cases.fault.sources")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if err := w.hasSources(from); err != nil {
			return err
		}
		_, err := w.write(note{kind: Finding, when: tilhor.Now(w.now), ref: strings.Join(from, " "), text: []field{{"finding", text}}})
		return err
	})
}

// hasSources refuses a finding from a source that is not in this track. A talk
// with the child is a source as well.
func (w *work) hasSources(from []string) error {
	all, err := w.d.records(w.tx, w.by.Owner, w.t.ID, nil)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, r := range all {
		known[string(r.ID)] = r.Kind == Source || r.Kind == Voice || r.Kind == Told || r.Kind == Exposed
	}
	for _, f := range from {
		if !known[f] {
			return tilhor.Faults{{Field: "from", Key: "cases.fault.sources"}}
		}
	}
	return nil
}

// FinishInquiry ends the inquiry. It needs a finding, also when nothing was
// found: an inquiry without findings is the commonest fault in inspections.
func (d *Desk) FinishInquiry(ctx context.Context, by tilhor.Actor, slug string) error {
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		all, err := d.records(w.tx, by.Owner, w.t.ID, nil)
		if err != nil {
			return err
		}
		n := 0
		for _, r := range sinceOpened(all) {
			if r.Kind == Finding {
				n++
			}
		}
		if n == 0 {
			return tilhor.Faults{{Field: "finding", Key: "cases.fault.no-finding"}}
		}
		if _, err := w.write(note{kind: Found, when: tilhor.Now(w.now), ref: strconv.Itoa(n)}); err != nil {
			return err
		}
		if _, err := w.tx.Exec(finishAudit, by.Owner, w.t.ID, w.now.UnixMilli()); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Found, When: tilhor.Now(w.now)})
	})
}

// A Weighing is the assessment of the best interest of the child (det beste
// for eleven, § 10-1): the interests at stake, the pupil's own view and the
// weight it was given, the weighing, and the conclusion.
type Weighing struct {
	Interests, View, Weighing, Conclusion string
}

// Weigh writes the assessment. A later one does not replace an earlier one:
// both stand.
func (d *Desk) Weigh(ctx context.Context, by tilhor.Actor, slug string, b Weighing) error {
	var c check
	c.text(&b.Interests, "interests", true)
	c.text(&b.View, "view", true)
	c.text(&b.Weighing, "weighing", true)
	c.text(&b.Conclusion, "conclusion", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error { return w.weigh(b) })
}

func (w *work) weigh(b Weighing) error {
	if _, err := w.write(note{
		kind: Interest, when: tilhor.Now(w.now),
		text: []field{{"interests", b.Interests}, {"view", b.View}, {"weighing", b.Weighing}, {"conclusion", b.Conclusion}},
	}); err != nil {
		return err
	}
	return w.facts(duty.Fact{Kind: duty.BestInterest, When: tilhor.Now(w.now)})
}
