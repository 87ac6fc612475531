package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/duty"
)

// The pupil's answer to whether it is safe now.
const (
	SafeNow  = "safe"
	NotSafe  = "not-safe"
	NoAnswer = "no-answer" // could not or would not answer; nobody is pressed for a yes
)

// How the pupil was asked.
var Ways = []string{"self", "adult", "observation"}

// What is decided at an evaluation.
const (
	GoOn   = "continue"
	Change = "change"
	Finish = "end"
)

// An Effect is what became of one measure.
type Effect struct {
	Measure tilhor.MeasureID
	Helped  string // yes, partly, no, unknown
	Then    string // continue, change, end
	Note    string
}

// An Evaluation is made with the pupil, on the date of the plan (§ 12-4 third
// paragraph, letter e).
type Evaluation struct {
	At      tilhor.When
	Way     string
	Answer  string
	Words   string // the pupil's own
	Why     string // when the pupil was not asked itself, or did not answer
	Saw     string // what adults saw
	Best    string // the best interest of the child, assessed anew (§ 10-1)
	Effects []Effect
	Then    string
	Next    tilhor.Date
}

func (e *Evaluation) check(d *Desk) error {
	now := d.Clock()
	var c check
	c.past(&e.At, now, "at")
	c.oneOf(e.Answer, "answer", SafeNow, NotSafe, NoAnswer)
	c.oneOf(e.Way, "way", Ways...)
	c.text(&e.Words, "words", e.Way != "observation" && (e.Answer == SafeNow || e.Answer == NotSafe))
	c.text(&e.Why, "why", e.Way == "adult" || e.Way == "observation" || e.Answer == NoAnswer)
	c.Add(e.Way == "observation" && e.Answer == SafeNow, "answer", "cases.fault.not-own-word")
	c.text(&e.Saw, "saw", true)
	c.text(&e.Best, "best", true)
	c.oneOf(e.Then, "then", GoOn, Change, Finish)
	c.Add(e.Then == Finish && e.Answer != SafeNow, "then", "cases.fault.not-safe")
	switch e.Then {
	case GoOn, Change:
		c.between(e.Next, today(now).Add(1), today(now).Add(60), "next", "cases.fault.next")
	case Finish: // what ends has no next date, whatever the form still says
		e.Next = ""
	}
	for i := range e.Effects {
		at := func(f string) string { return fmt.Sprintf("e%d-%s", i+1, f) }
		x := &e.Effects[i]
		c.limit(&x.Note, at("note"), false, maxText, "cases.fault.long")
		c.Add(!slices.Contains([]string{"yes", "partly", "no", "unknown"}, x.Helped), at("helped"), "cases.fault.helped")
		c.Add(!slices.Contains([]string{GoOn, Change, Finish}, x.Then), at("then"), "cases.fault.measure-then")
	}
	return c.Err()
}

// Evaluate writes an evaluation: the pupil's answer first, then what adults
// saw, measure by measure, and what happens now. The duty to act runs on until
// the pupil says that it is safe.
func (d *Desk) Evaluate(ctx context.Context, by tilhor.Actor, slug string, e Evaluation) error {
	if err := e.check(d); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		all, err := d.plans(w.tx, by.Owner, w.t.ID, w.key)
		if err != nil {
			return err
		}
		current, draft := split(all)
		if current == nil {
			return tilhor.Faults{{Field: "then", Key: "cases.fault.no-plan"}}
		}
		if err := w.ofTrack(e.Effects); err != nil {
			return err
		}
		if err := w.leavesSome(e); err != nil {
			return err
		}
		if err := w.evaluate(e); err != nil {
			return err
		}
		if err := w.finishThose(e); err != nil {
			return err
		}
		if e.Then == Change && draft == nil {
			all, err := w.d.measures(w.tx, by.Owner, w.t.ID, nil)
			if err != nil {
				return err
			}
			return w.newDraft(current.Version+1, e.next(current.running(all)))
		}
		return nil
	})
}

// ofTrack refuses the effect of a measure that is not this track's, or of one
// twice.
func (w *work) ofTrack(effects []Effect) error {
	all, err := w.d.measures(w.tx, w.by.Owner, w.t.ID, nil)
	if err != nil {
		return err
	}
	left := map[tilhor.MeasureID]bool{}
	for _, m := range all {
		left[m.ID] = true
	}
	for i, x := range effects {
		if !left[x.Measure] {
			return tilhor.Faults{{Field: fmt.Sprintf("e%d-helped", i+1), Key: "cases.fault.helped"}}
		}
		left[x.Measure] = false
	}
	return nil
}

func (w *work) evaluate(e Evaluation) error {
	text := []field{{"words", e.Words}, {"why", e.Why}, {"saw", e.Saw}, {"best", e.Best}, {"way", e.Way}}
	for _, x := range e.Effects {
		text = append(text, field{"effect-" + string(x.Measure), strings.Join([]string{x.Helped, x.Then, x.Note}, "|")})
	}
	if _, err := w.write(note{kind: Evaluated, when: e.At, ref: e.Then, on: e.Next, answer: e.Answer, text: text}); err != nil {
		return err
	}
	closed := w.t.Over()
	if e.Answer == NotSafe {
		if err := w.resume("not-safe"); err != nil {
			return err
		}
	}
	facts := []duty.Fact{{Kind: duty.Heard, When: e.At, Child: w.t.Code(), Declined: e.Answer == NoAnswer}}
	facts = append(facts, duty.Fact{Kind: duty.BestInterest, When: e.At})
	if f, said := word(e.Answer, e.At); said {
		facts = append(facts, f)
	}
	if e.Answer == NotSafe && e.Then == GoOn && !closed { // the measures that run are still in force
		facts = append(facts, duty.Fact{Kind: duty.MeasureStarted, When: e.At})
	}
	return w.facts(append(facts, duty.Fact{Kind: duty.Evaluated, When: e.At, Next: e.Next})...)
}

// word is the pupil's own word as a fact. No answer is no word.
func word(answer string, at tilhor.When) (duty.Fact, bool) {
	switch answer {
	case SafeNow:
		return duty.Fact{Kind: duty.Safe, When: at}, true
	case NotSafe:
		return duty.Fact{Kind: duty.NotSafe, When: at}, true
	}
	return duty.Fact{}, false
}

// next is the draft that a decision to change begins with: what continues, and
// what is to be changed, without what has ended.
func (e Evaluation) next(current Plan) Plan {
	then := map[tilhor.MeasureID]string{}
	for _, x := range e.Effects {
		then[x.Measure] = x.Then
	}
	p := Plan{}
	for _, m := range current.Measures {
		if then[m.ID] == Finish {
			continue
		}
		m.Evaluate = e.Next
		p.Measures = append(p.Measures, m)
	}
	return p
}

// Effects reads back what an evaluation said of each measure, in the order of
// the measures' ids.
func (r Record) Effects() (all []Effect) {
	for name, s := range r.Text {
		id, ok := strings.CutPrefix(name, "effect-")
		if !ok {
			continue
		}
		part := strings.SplitN(s, "|", 3)
		if len(part) == 3 {
			all = append(all, Effect{tilhor.MeasureID(id), part[0], part[1], part[2]})
		}
	}
	slices.SortFunc(all, func(a, b Effect) int { return strings.Compare(string(a.Measure), string(b.Measure)) })
	return all
}
