package hearing

import (
	"context"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/firstnames"
	"tilhor/internal/hearing/reply"
)

// Say writes what a body means about one measure, the report as a whole, or
// something else. It is a draft of the body's own until it is adopted.
func (d *Desk) Say(ctx context.Context, by tilhor.Actor, body, slug, measure string, s Said) error {
	return d.speaking(ctx, by, body, slug, func(h Hearing, i *Invited) ([]line, error) {
		if err := checkSaid(h, measure, &s); err != nil {
			return nil, err
		}
		lines := []line{{kind: kindSaid, body: i.ID, measure: measure, words: s}}
		if i.Has() { // what a meeting adopted is not changed afterwards, unless it is taken back
			return nil, tilhor.Faults{{Field: "text", Key: "hearing.fault.adopted"}}
		}
		return lines, nil
	})
}

func checkSaid(h Hearing, measure string, s *Said) error {
	if measure != "" && measure != reply.Other && h.Measure(measure) == nil {
		return tilhor.ErrNotFound
	}
	s.Text = strings.TrimSpace(strings.ReplaceAll(s.Text, "\r\n", "\n"))
	var f tilhor.Faults
	f.Add(s.Stance != "" && !s.Stance.Known(), "stance", "hearing.fault.stance")
	f.Add(measure != "" && measure != reply.Other && s.Stance == "", "stance", "hearing.fault.stance")
	f.Add(s.Rank < 0 || s.Rank > 99, "rank", "hearing.fault.rank")
	f.Add(s.Rank == 1 && s.Stance.Way() != reply.For, "rank", "hearing.fault.rank-first")
	f.Add(measure == reply.Other && s.Text == "", "text", "hearing.fault.text")
	f.Add(bodies.Single(s.Text), "text", "hearing.fault.single") // one child's case has no place in what becomes public
	f.Add(utf8.RuneCountInString(s.Text) > maxText, "text", "hearing.fault.text-long")
	f.Add(!s.NoPupil && firstnames.Any(s.Text), "no-pupil", "circles.fault.name")
	return f.Err()
}

// Adopt makes the statement the body's: a meeting decided it, with so many there
// that it can decide. Who meant otherwise is told, by part and never by name.
func (d *Desk) Adopt(ctx context.Context, by tilhor.Actor, body, slug string, a Adoption) error {
	today := calendar.DateOf(d.Clock())
	return d.speaking(ctx, by, body, slug, func(h Hearing, i *Invited) ([]line, error) {
		a := a // an act may be run more than once
		a.Dissent, a.Before = strings.TrimSpace(a.Dissent), strings.TrimSpace(a.Before)
		var f tilhor.Faults
		f.Add(a.On == "" || a.On > today, "on", "hearing.fault.on")
		for p, n := range a.Present {
			f.Add(n < 0 || n > 99, "present-"+string(p), "hearing.fault.present")
		}
		f.Add(a.There() == 0, "present", "hearing.fault.present")
		f.Add(a.There() > 0 && a.There() < i.quorum(), "present", "hearing.fault.quorum")
		f.Add(a.For < 0 || a.Against < 0 || a.For+a.Against > a.There(), "votes", "hearing.fault.votes")
		f.Add(a.For <= a.Against, "votes", "hearing.fault.majority")
		f.Add(a.Against > 0 && a.Dissent == "", "dissent", "hearing.fault.dissent")
		f.Add(utf8.RuneCountInString(a.Dissent) > maxText, "dissent", "hearing.fault.text-long")
		f.Add(bodies.Single(a.Dissent), "dissent", "hearing.fault.single")
		f.Add(i.Has(), "on", "hearing.fault.adopted")
		f.Add(!i.says(), "on", "hearing.fault.nothing")
		a.waited(h, *i, &f)
		f.Add(!a.NoPupil && firstnames.Any(a.Dissent, a.Before), "no-pupil", "circles.fault.name")
		return []line{{kind: kindAdopted, body: i.ID, words: a}}, f.Err()
	})
}

// waited holds a committee to its turn: FAU and elevråd speak first, so that it knows
// their view, or it is written why it did not wait.
func (a *Adoption) waited(h Hearing, i Invited, f *tilhor.Faults) {
	if len(h.Awaited(i, a.On)) == 0 {
		a.Before = ""
		return
	}
	f.Add(a.Before == "", "before", "hearing.fault.before")
	f.Add(utf8.RuneCountInString(a.Before) > maxText, "before", "hearing.fault.text-long")
	f.Add(bodies.Single(a.Before), "before", "hearing.fault.single")
}

// quorum is how many must be there: what the regulation says of the body, or more
// than half of its seats where it says nothing.
func (i Invited) quorum() int {
	if i.Need > 0 {
		return i.Need
	}
	n := 0
	for _, k := range i.Seats {
		n += k
	}
	return n/2 + 1
}

// Quorum is how many must be there to decide, for the page.
func (i Invited) Quorum() int { return i.quorum() }

// own says whether the body has written or adopted something itself.
func (i Invited) own() bool {
	for _, s := range i.Said {
		if !s.Mail {
			return true
		}
	}
	return i.Has() && !i.Adopted.Mail
}

func (i Invited) says() bool {
	for _, s := range i.Said {
		if s.Text != "" || s.Stance != "" {
			return true
		}
	}
	return false
}

// Decline is that a body does not want to say anything. noPupil is as in Said.
func (d *Desk) Decline(ctx context.Context, by tilhor.Actor, body, slug, why string, noPupil bool) error {
	return d.speaking(ctx, by, body, slug, func(h Hearing, i *Invited) ([]line, error) {
		why = strings.TrimSpace(why)
		var f tilhor.Faults
		f.Add(why == "", "why", "hearing.fault.why")
		f.Add(bodies.Single(why), "why", "hearing.fault.single")
		f.Add(utf8.RuneCountInString(why) > maxText, "why", "hearing.fault.text-long")
		f.Add(i.Has(), "why", "hearing.fault.adopted")
		f.Add(!noPupil && firstnames.Any(why), "no-pupil", "circles.fault.name")
		return []line{{kind: kindDeclined, body: i.ID, words: why}}, f.Err()
	})
}

// Withdraw takes an adopted statement back. Sentences of the answer that rested on it
// alone are flagged until somebody has looked at them.
func (d *Desk) Withdraw(ctx context.Context, by tilhor.Actor, body, slug string) error {
	return d.speaking(ctx, by, body, slug, func(h Hearing, i *Invited) ([]line, error) {
		if !i.Has() {
			return nil, tilhor.ErrConflict
		}
		return []line{{kind: kindWithdrawn, body: i.ID}}, nil
	})
}

// speaking is an act of who leads a body that is invited, as long as the answer is
// not sent.
func (d *Desk) speaking(ctx context.Context, by tilhor.Actor, body, slug string, do func(h Hearing, i *Invited) ([]line, error)) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		b, me, h, err := d.in(tx, by, body, slug, now)
		if err != nil {
			return err
		}
		if !me.Leads() {
			return tilhor.ErrNotFound
		}
		if !h.Open() {
			return ErrSent
		}
		lines, err := do(h, h.Invitation(b.Slug))
		if err != nil {
			return err
		}
		return d.write(tx, by, h.ID, now, lines...)
	})
}

// SayFor is Say for a body whose statement came by mail.
func (d *Desk) SayFor(ctx context.Context, by tilhor.Actor, slug, body, measure string, s Said) error {
	return d.receiving(ctx, by, slug, body, func(h Hearing, i *Invited) ([]line, error) {
		if len(i.Received) == 0 {
			return nil, tilhor.ErrNotFound
		}
		if i.own() { // what the body writes and adopts itself is the body's own
			return nil, tilhor.Faults{{Field: "text", Key: "hearing.fault.adopted"}}
		}
		if err := checkSaid(h, measure, &s); err != nil {
			return nil, err
		}
		s := s
		s.Mail = true
		return []line{{kind: kindSaid, body: i.ID, measure: measure, words: s}}, nil
	})
}

// AdoptFor says when the body adopted what came by mail, as it says there itself, and
// when it did not wait for FAU and elevråd, why. noPupil is as in Said.
func (d *Desk) AdoptFor(ctx context.Context, by tilhor.Actor, slug, body string, on tilhor.Date, before string, noPupil bool) error {
	today := calendar.DateOf(d.Clock())
	return d.receiving(ctx, by, slug, body, func(h Hearing, i *Invited) ([]line, error) {
		var f tilhor.Faults
		f.Add(len(i.Received) == 0 || !i.says(), "on", "hearing.fault.nothing")
		f.Add(i.own(), "on", "hearing.fault.adopted")
		f.Add(on == "" || on > today, "on", "hearing.fault.on")
		a := Adoption{On: on, Present: map[bodies.Part]int{}, Before: strings.TrimSpace(before), Mail: true}
		a.waited(h, *i, &f)
		f.Add(!noPupil && firstnames.Any(a.Before), "no-pupil", "circles.fault.name")
		return []line{{kind: kindAdopted, body: i.ID, words: a}}, f.Err()
	})
}

func (d *Desk) receiving(ctx context.Context, by tilhor.Actor, slug, body string, do func(h Hearing, i *Invited) ([]line, error)) error {
	return d.holding(ctx, by, slug, func(tx *db.Tx, h Hearing) ([]line, error) {
		i := h.Invitation(body)
		if i == nil {
			return nil, tilhor.ErrNotFound
		}
		return do(h, i)
	})
}
