package cases

import (
	"context"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/duty"
)

// Days of an after-check and a re-check: four to eight weeks on.
const (
	checkFrom  = 28
	checkUntil = 56
)

// An Ending closes a track on the pupil's own word that it is safe.
type Ending struct {
	Words   string // the pupil's own
	Weight  string // what the school has seen that fits with it
	CheckOn tilhor.Date
}

// Close closes a track (avslutte). Only the pupil's own word can: a track is
// never closed because the school found nothing.
func (d *Desk) Close(ctx context.Context, by tilhor.Actor, slug string, e Ending) error {
	now := today(d.Clock())
	var c check
	c.text(&e.Words, "words", true)
	c.text(&e.Weight, "weight", false)
	c.between(e.CheckOn, now.Add(checkFrom), now.Add(checkUntil), "check", "cases.fault.check")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if w.t.Over() {
			return tilhor.ErrConflict
		}
		gate, err := duty.GateOf(w.tx, by.Owner, string(w.t.ID), duty.GateClosing, w.now)
		if err != nil {
			return err
		}
		all, err := d.records(w.tx, by.Owner, w.t.ID, nil)
		if err != nil {
			return err
		}
		if !gate.Open || !wordStands(all) {
			return tilhor.Faults{{Field: "words", Key: "cases.fault.not-safe"}}
		}
		if _, err := w.write(note{kind: Ended, when: tilhor.Now(w.now), on: e.CheckOn, text: []field{{"words", e.Words}, {"weight", e.Weight}}}); err != nil {
			return err
		}
		if err := w.endMeasures(today(w.now)); err != nil {
			return err
		}
		if err := w.withdrawAll(""); err != nil {
			return err
		}
		if err := w.state(Closed, e.CheckOn); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.ClosedTrack, When: tilhor.Now(w.now)})
	})
}

func (w *work) state(s State, check tilhor.Date) error {
	var ended *int64
	switch {
	case s != Closed && s != Left:
		w.t.Ended = time.Time{}
	case !w.t.Over(): // asked again afterwards, it ended when it ended
		w.t.Ended = w.now
	}
	if !w.t.Ended.IsZero() {
		ms := w.t.Ended.UnixMilli()
		ended = &ms
	}
	_, err := w.tx.Exec(setState, w.by.Owner, w.t.ID, s, check, ended)
	w.t.State, w.t.CheckOn = s, check
	return err
}

// A Step is the stepping down of a track without the pupil's word.
type Step struct {
	View    string // the pupil's view comes first
	Way     string // asked through an adult of its choice, or observed
	Reason  string // the school's reasons
	Recheck tilhor.Date
	Told    bool // the family was told of the way to Statsforvalteren
}

// StepDown steps a track down when the pupil has not said that it is safe. It
// is not closing: measures, watching and evaluation go on, and the pupil is
// asked again on a date. Rektor alone signs, never the child or a parent. A talk
// with the pupil, or its refusal, an evaluation or a check must stand in the
// case since it was last opened: rektor's own words for what the pupil thinks
// are not the pupil's (§ 12-6).
func (d *Desk) StepDown(ctx context.Context, by tilhor.Actor, slug string, s Step) error {
	now := today(d.Clock())
	var c check
	c.text(&s.View, "view", true)
	c.oneOf(s.Way, "way", Ways...)
	c.text(&s.Reason, "reason", true)
	c.between(s.Recheck, now.Add(checkFrom), now.Add(checkUntil), "recheck", "cases.fault.check")
	c.Add(!s.Told, "told", "cases.fault.told")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if w.t.State != Open { // stepped down already: the date to ask again is not moved by stepping down once more
			return tilhor.ErrConflict
		}
		all, err := d.records(w.tx, by.Owner, w.t.ID, nil)
		if err != nil {
			return err
		}
		if !pupilAsked(all, w.t.Code()) {
			return tilhor.Faults{{Field: "view", Key: "cases.fault.not-asked"}}
		}
		if _, err := w.write(note{
			kind: SteppedDownK, when: tilhor.Now(w.now), on: s.Recheck, answer: s.Way,
			text: []field{{"view", s.View}, {"reason", s.Reason}},
		}); err != nil {
			return err
		}
		if err := w.state(SteppedDown, s.Recheck); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.RightsInformed, When: tilhor.Now(w.now)},
			duty.Fact{Kind: duty.SteppedDown, When: tilhor.Now(w.now), RecheckOn: s.Recheck})
	})
}

// An Asking is the check afterwards: the pupil is asked again.
type Asking struct {
	At     tilhor.When
	Way    string
	Answer string
	Words  string
	Next   tilhor.Date // when it is not settled, and while it is stepped down: asked again
}

// AskAgain writes the after-check of a closed track, or the re-check of one
// that was stepped down. Not safe opens a closed track again, as the same story.
func (d *Desk) AskAgain(ctx context.Context, by tilhor.Actor, slug string, a Asking) error {
	now := d.Clock()
	var c check
	c.past(&a.At, now, "at")
	c.oneOf(a.Way, "way", Ways...)
	c.oneOf(a.Answer, "answer", SafeNow, NotSafe, NoAnswer)
	c.Add(a.Way == "observation" && a.Answer == SafeNow, "answer", "cases.fault.not-own-word")
	c.text(&a.Words, "words", true)
	if a.Next != "" || a.Answer == NoAnswer {
		c.between(a.Next, today(now).Add(1), today(now).Add(checkUntil), "next", "cases.fault.next")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if w.t.CheckOn == "" {
			return tilhor.ErrConflict
		}
		if w.t.State == SteppedDown && a.Answer != NotSafe && a.Next == "" {
			return tilhor.Faults{{Field: "next", Key: "cases.fault.next-stepped"}}
		}
		if _, err := w.write(note{kind: Checked, when: a.At, on: a.Next, answer: a.Answer, text: []field{{"words", a.Words}, {"way", a.Way}}}); err != nil {
			return err
		}
		facts := []duty.Fact{{Kind: duty.Heard, When: a.At, Child: w.t.Code(), Declined: a.Answer == NoAnswer}}
		if f, said := word(a.Answer, a.At); said {
			facts = append(facts, f)
		}
		switch {
		case a.Answer == NotSafe:
			if err := w.reopen("not-safe"); err != nil {
				return err
			}
		case w.t.State == SteppedDown: // safe or not, it is asked again until rektor closes it on the pupil's word
			facts = append(facts, duty.Fact{Kind: duty.SteppedDown, When: tilhor.Now(now), RecheckOn: a.Next})
			fallthrough
		default:
			if err := w.state(w.t.State, a.Next); err != nil {
				return err
			}
		}
		return w.facts(facts...)
	})
}

// Reopen opens a closed or stepped-down track again: the same story goes on.
// After storyDays it is a new one, that refers to this (BeginAnew).
func (d *Desk) Reopen(ctx context.Context, by tilhor.Actor, slug, reason string) error {
	var c check
	c.text(&reason, "reason", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if w.t.State == Open {
			return tilhor.ErrConflict
		}
		if err := w.ordinary(); err != nil {
			return err
		}
		return w.reopen("reason", field{"reason", reason})
	})
}

// pupilAsked says whether the pupil was heard, or asked and would not answer,
// after the track was last opened.
func pupilAsked(all []Record, pupil string) bool {
	var asked, opened time.Time
	for _, r := range all {
		switch {
		case r.Kind == Reopened:
			opened = later(opened, r.When.Written)
		case r.Kind == Evaluated, r.Kind == Checked, r.Kind == Voice && r.Ref == pupil:
			asked = later(asked, r.When.Written)
		}
	}
	return asked.After(opened)
}

// wordStands says whether the pupil's word that it is safe is the last thing
// said, in the order it was written down: an answer that did not come, a new
// concern, what the family took up, a case opened again, and whatever but a yes the
// pupil answered on its own page all ask for it anew.
// A time of day that is not known must not let an older word pass for the last.
func wordStands(all []Record) bool {
	var word, doubt time.Time
	for _, r := range all {
		at := r.When.Written
		switch {
		case (r.Kind == Evaluated || r.Kind == Checked) && r.Answer == SafeNow:
			word = later(word, at)
		case r.Kind == MineWord && r.Answer == Better: // glad to hear it, and the pupil is asked all the same
		case r.Kind == Evaluated, r.Kind == Checked, r.Kind == Told, r.Kind == Exposed, r.Kind == RaisedBy, r.Kind == Reopened, r.Kind == MineWord:
			doubt = later(doubt, at)
		}
	}
	return !word.IsZero() && !word.Before(doubt)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// resume opens a track that has ended when somebody says that it is not safe.
func (w *work) resume(why string) error {
	if w.t.State == Open {
		return nil
	}
	return w.reopen(why)
}

// running refuses to start anything in a track that is over: it is opened again
// first.
func (w *work) running() error {
	if w.t.Over() {
		return tilhor.ErrConflict
	}
	return nil
}

// reopen lets the same story go on. That it is opened again is itself something
// the school knows: whatever was said before it ended, and written down after,
// the duties run again from now at the latest.
func (w *work) reopen(why string, text ...field) error {
	if !w.t.SameStory(today(w.now)) {
		return tilhor.Faults{{Field: map[string]string{"reason": "reason", "concern": "join"}[why], Key: "life.fault.story-over"}}
	}
	if err := w.stillHere(); err != nil {
		return err
	}
	if _, err := w.write(note{kind: Reopened, when: tilhor.Now(w.now), answer: why, text: text}); err != nil {
		return err
	}
	if err := w.state(Open, ""); err != nil {
		return err
	}
	return w.facts(duty.Fact{Kind: duty.Known, When: tilhor.Now(w.now), By: duty.ByStaff, Accused: duty.AccusedNone},
		duty.Fact{Kind: duty.Reported, When: tilhor.Now(w.now), To: duty.ToRektor})
}
