package cases

import (
	"context"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// Kinds of records of the plan of an inquiry (plan for undersøkelsen).
const (
	ToFind   Kind = "to-find-out" // what shall be found out, whom to ask, by when
	FoundOut Kind = "found-out"   // it was ticked off
)

func init() {
	kinds[ToFind], kinds[FoundOut] = true, true
	rank[ToFind], rank[Asked], rank[FoundOut] = 6, 6, 90 // at the same instant: before what they lead to, after what they are about
}

// A Lookup is one thing that an inquiry shall find out.
type Lookup struct {
	ID       tilhor.RecordID
	Question string // what shall be found out
	Whom     string // whom to ask; which places, at which times
	On       tilhor.Date
	By       string // who wrote it
	Answer   string // done, dropped, or empty while it stands
	Line     string
	Done     tilhor.When
	DoneBy   string
}

// How a thing to find out is ticked off.
const (
	LookedDone    = "done"
	LookedDropped = "dropped" // it was not needed, or could not be done
)

// Late says whether its day has passed.
func (l Lookup) Late(today tilhor.Date) bool { return l.Answer == "" && l.On < today }

// PlanInquiry adds one thing to find out. The act says «snarast»; the day is the
// school's own.
func (d *Desk) PlanInquiry(ctx context.Context, by tilhor.Actor, slug string, l Lookup) error {
	now := today(d.Clock())
	var c check
	c.text(&l.Question, "question", true)
	c.text(&l.Whom, "ask-whom", true)
	c.between(l.On, now, now.Add(askUntil), "due", "cases.fault.due")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if err := w.running(); err != nil {
			return err
		}
		n := note{kind: ToFind, when: tilhor.Now(w.now), on: l.On, text: []field{{"question", l.Question}, {"whom", l.Whom}}}
		if _, err := w.write(n); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	})
}

var countRef = db.SQL(`SELECT COUNT(*) FROM cases_record WHERE owner = $1 AND track = $2 AND kind = $3 AND ref = $4`)

// TickFound ticks off a thing to find out: it was done, or let go with a line
// that says why.
func (d *Desk) TickFound(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID, answer, line string) error {
	return d.tickOff(ctx, by, slug, id, ToFind, FoundOut, answer, line)
}

// tickOff ends a record of one kind with one of another.
func (d *Desk) tickOff(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID, kind, ends Kind, answer, line string) error {
	var c check
	c.oneOf(answer, "found-out", LookedDone, LookedDropped)
	c.short(&line, "line", false)
	c.Add(answer == LookedDropped && line == "", "line", "cases.fault.dropped")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if err := w.openPoint(id, kind, ends); err != nil {
			return err
		}
		if _, err := w.write(note{kind: ends, when: tilhor.Now(w.now), ref: string(id), answer: answer, text: []field{{"line", line}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	})
}

// openPoint finds a record of the track that is ticked off by another, once.
func (w *work) openPoint(id tilhor.RecordID, kind, ends Kind) error {
	var is Kind
	if err := w.tx.One(selectRecordTrack, db.Args(w.by.Owner, w.t.ID, id), &is); err != nil {
		return err
	}
	if is != kind {
		return tilhor.ErrNotFound
	}
	var n int
	if err := w.tx.One(countRef, db.Args(w.by.Owner, w.t.ID, ends, id), &n); err != nil {
		return err
	}
	if n > 0 {
		return tilhor.ErrConflict
	}
	return nil
}

// Lookups are the things to find out, oldest first, each with how it went.
func (f File) Lookups() (all []Lookup) {
	at := map[string]int{}
	for _, r := range f.Of(ToFind) {
		at[string(r.ID)] = len(all)
		all = append(all, Lookup{ID: r.ID, Question: r.Text["question"], Whom: r.Text["whom"], On: r.On, By: r.Name})
	}
	for _, r := range f.Of(FoundOut) {
		if i, ok := at[r.Ref]; ok {
			all[i].Answer, all[i].Line, all[i].Done, all[i].DoneBy = r.Answer, r.Text["line"], r.When, r.Name
		}
	}
	return all
}
