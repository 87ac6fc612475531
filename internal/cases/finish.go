package cases

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// MeasureEnded is the record that one measure ended while the others go on.
const MeasureEnded Kind = "measure-ended"

func init() { kinds[MeasureEnded] = true }

var (
	endMeasure     = db.SQL(`UPDATE cases_measure SET state = 'ended' WHERE owner = $1 AND track = $2 AND id = $3 AND state = 'running'`)
	countOfDoer    = db.SQL(`SELECT COUNT(*) FROM cases_measure WHERE owner = $1 AND track = $2 AND doer = $3 AND state = 'running' AND (until_on = '' OR until_on >= $4)`)
	selectMeasure  = db.SQL(`SELECT doer, start_on, until_on, state FROM cases_measure WHERE owner = $1 AND track = $2 AND id = $3`)
	countRunningOf = db.SQL(`SELECT COUNT(*) FROM cases_measure WHERE owner = $1 AND track = $2 AND state = 'running' AND id <> $3 AND (until_on = '' OR until_on >= $4)`)
)

// A Finishing ends one measure.
type Finishing struct {
	Measure tilhor.MeasureID
	Reason  string
}

// EndMeasure ends one measure (avslutte et tiltak), and what its doer could see
// because of it. The last one that runs is not taken away from a pupil who has
// not said that it is safe: then the plan is changed, with the pupil, instead.
func (d *Desk) EndMeasure(ctx context.Context, by tilhor.Actor, slug string, f Finishing) error {
	var c check
	c.text(&f.Reason, "reason", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if err := w.running(); err != nil {
			return err
		}
		m, err := w.measure(f.Measure)
		if err != nil {
			return err
		}
		if !m.Running {
			return tilhor.ErrConflict
		}
		if err := w.notLast(f.Measure); err != nil {
			return err
		}
		if err := w.finish(m, []field{{"reason", f.Reason}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	})
}

// measure is one measure of the track; another's is refused as one that is not
// there.
func (w *work) measure(id tilhor.MeasureID) (Measure, error) {
	m := Measure{ID: id}
	var state string
	err := w.tx.One(selectMeasure, db.Args(w.by.Owner, w.t.ID, id), &m.Doer, &m.Start, &m.Until, &state)
	if err == tilhor.ErrNotFound {
		return m, tilhor.Faults{{Field: "measure", Key: "life.fault.measure"}}
	}
	m.Running = state == "running"
	return m, err
}

// notLast refuses to leave a pupil that has not said it is safe with nothing.
func (w *work) notLast(id tilhor.MeasureID) error {
	var others int
	if err := w.tx.One(countRunningOf, db.Args(w.by.Owner, w.t.ID, id, today(w.now)), &others); err != nil || others > 0 {
		return err
	}
	all, err := w.d.records(w.tx, w.by.Owner, w.t.ID, nil)
	if err != nil || wordStands(all) {
		return err
	}
	return tilhor.Faults{{Field: "measure", Key: "life.fault.last-measure"}}
}

// finish ends a measure: its row, what its doer could see, and a record of it.
func (w *work) finish(m Measure, text []field) error {
	if _, err := w.tx.Exec(endMeasure, w.by.Owner, w.t.ID, m.ID); err != nil {
		return err
	}
	var left int
	if err := w.tx.One(countOfDoer, db.Args(w.by.Owner, w.t.ID, m.Doer, today(w.now)), &left); err != nil {
		return err
	}
	if left == 0 {
		if err := w.carriesNoMore(m.Doer); err != nil {
			return err
		}
	}
	_, err := w.write(note{kind: MeasureEnded, when: tilhor.Now(w.now), ref: string(m.ID), text: text})
	return err
}

// carriesNoMore takes back what one could see who carries out nothing here any
// more, and what a stand-in had of it. What the person has as somebody else's
// stand-in has an end of its own, and stays.
func (w *work) carriesNoMore(p tilhor.PersonID) error {
	if err := w.uncover(coverMeasures, p, w.now); err != nil {
		return err
	}
	grants, err := access.GrantsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	if err != nil {
		return err
	}
	for _, g := range grants {
		if carriedBy(g, p) && g.Until.IsZero() {
			if err := access.EndGrant(w.tx, w.by.Owner, g.ID, w.now); err != nil {
				return err
			}
		}
	}
	return nil
}

// leavesSome refuses to go on with a plan of which every measure is said to
// end, while the pupil has not said that it is safe.
func (w *work) leavesSome(e Evaluation) error {
	if e.Then != GoOn || e.Answer == SafeNow {
		return nil
	}
	all, err := w.d.measures(w.tx, w.by.Owner, w.t.ID, nil)
	if err != nil {
		return err
	}
	ends := e.ended()
	runs, left := 0, 0
	for _, m := range all {
		if !m.Running || m.Until != "" && m.Until < today(w.now) {
			continue
		}
		runs++
		if !slices.Contains(ends, m.ID) {
			left++
		}
	}
	if len(ends) > 0 && runs > 0 && left == 0 {
		return tilhor.Faults{{Field: "then", Key: "life.fault.nothing-left"}}
	}
	return nil
}

// ended are the measures that an evaluation says are done.
func (e Evaluation) ended() (ids []tilhor.MeasureID) {
	for _, x := range e.Effects {
		if x.Then == Finish {
			ids = append(ids, x.Measure)
		}
	}
	return ids
}

// finishThose ends the measures that the evaluation said are done, when the
// plan goes on. When it is changed they run until the new one begins.
func (w *work) finishThose(e Evaluation) error {
	if e.Then != GoOn || w.t.Over() {
		return nil
	}
	for _, id := range e.ended() {
		m, err := w.measure(id)
		if err != nil {
			return err
		}
		if !m.Running {
			continue
		}
		if err := w.finish(m, nil); err != nil {
			return fmt.Errorf("end a measure that was evaluated: %w", err)
		}
	}
	return nil
}

// A Report is what somebody else says of a measure that was carried out, or was
// not.
type Report struct {
	Measure tilhor.MeasureID
	Day     tilhor.Date
	Done    bool
	Said    string // who said so, and how: «Jonas, på gangen»
	Line    string
}

// TickFor notes for the doer that a measure was carried out on a day, or was
// not: who handles the case writes it, and whose word it is stands beside it.
func (d *Desk) TickFor(ctx context.Context, by tilhor.Actor, slug string, r Report) error {
	now := d.Clock()
	var c check
	c.short(&r.Said, "said", true)
	c.short(&r.Line, "line", false)
	c.between(r.Day, today(now).Add(-14), today(now), "day", "cases.fault.day")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		m, err := w.measure(r.Measure)
		if err != nil {
			return err
		}
		if r.Day < m.Start || m.Until != "" && r.Day > m.Until {
			return tilhor.Faults{{Field: "day", Key: "cases.fault.day"}}
		}
		return w.tick(m.ID, r.Day, r.Done, []field{{"line", r.Line}, {"told-by", r.Said}})
	})
}

// tick writes that a measure was carried out, or was not.
func (w *work) tick(id tilhor.MeasureID, day tilhor.Date, done bool, text []field) error {
	answer := map[bool]string{true: "done", false: "not"}[done]
	var before int
	if err := w.tx.One(countDone, db.Args(w.by.Owner, w.t.ID, id), &before); err != nil {
		return err
	}
	when := tilhor.When{At: midnight(day).Add(12 * time.Hour), Precision: tilhor.Day}
	if when.At.After(w.now) {
		when.At = w.now
	}
	if _, err := w.write(note{kind: Ticked, when: when, ref: string(id), on: day, answer: answer, text: text}); err != nil {
		return err
	}
	if !done || before > 0 {
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	}
	return w.facts(duty.Fact{Kind: duty.MeasureStarted, When: when})
}

var setDoer = db.SQL(`UPDATE cases_measure SET doer = $4 WHERE owner = $1 AND track = $2 AND id = $3 AND state = 'running'`)

// HandedOver is the record that another carries out a measure from now on.
const HandedOver Kind = "measure-handed"

func init() { kinds[HandedOver] = true }

// HandMeasure gives a measure that runs to another who works at the school: a
// doer who has left, or is away, leaves it to nobody otherwise. The plan as it
// was approved is not changed.
func (d *Desk) HandMeasure(ctx context.Context, by tilhor.Actor, slug string, id tilhor.MeasureID, doer tilhor.PersonID) error {
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if err := w.running(); err != nil {
			return err
		}
		m, err := w.measure(id)
		if err != nil {
			return err
		}
		if !m.Running {
			return tilhor.ErrConflict
		}
		if err := d.worksAt(w.tx, by, w.t.School, doer, w.now, "doer"); err != nil {
			return err
		}
		if doer == m.Doer {
			return nil
		}
		if err := w.notBarred(doer, "doer"); err != nil {
			return err
		}
		if _, err := w.tx.Exec(setDoer, by.Owner, w.t.ID, id, doer); err != nil {
			return err
		}
		var left int
		if err := w.tx.One(countOfDoer, db.Args(by.Owner, w.t.ID, m.Doer, today(w.now)), &left); err != nil {
			return err
		}
		if left == 0 {
			if err := w.carriesNoMore(m.Doer); err != nil {
				return err
			}
		}
		if err := w.carries(doer); err != nil {
			return err
		}
		if _, err := w.write(note{kind: HandedOver, when: tilhor.Now(w.now), ref: string(id), answer: string(doer)}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	})
}

// running is the plan without the measures that have ended one by one.
func (p Plan) running(all []Measure) Plan {
	ended := map[tilhor.MeasureID]bool{}
	for _, m := range all {
		ended[m.ID] = !m.Running
	}
	left := p
	left.Measures = nil
	for _, m := range p.Measures {
		if !ended[m.ID] {
			left.Measures = append(left.Measures, m)
		}
	}
	return left
}

// InForce are the measures of the plan in force that still run.
func (f File) InForce() []Measure {
	if f.Current() == nil {
		return nil
	}
	return f.Current().running(f.Measures).Measures
}
