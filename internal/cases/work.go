package cases

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// work is one act on one track under way: everything it writes stands in one
// transaction: the record with its words, the facts the clocks run on, and the
// entry in the journal.
type work struct {
	d    *Desk
	tx   *db.Tx
	by   tilhor.Actor
	t    Track
	rule access.Relation
	key  seal.Key
	now  time.Time
	last tilhor.EntryID // of what was written last
}

// on finds the track through the scope and runs the act on it.
func (d *Desk) on(ctx context.Context, by tilhor.Actor, act access.Act, slug string, do func(w *work) error) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		t, rule, err := d.find(tx, by, act, slug, now)
		if err != nil {
			return err
		}
		key, err := d.Keys.Get(tx, by.Owner, seal.KindTrack, string(t.ID))
		if err != nil {
			return err
		}
		w := &work{d: d, tx: tx, by: by, t: t, rule: rule, key: key, now: now}
		if err := do(w); err != nil {
			return err
		}
		return w.touch()
	})
}

// A note is what record writes besides who and when.
type note struct {
	kind   Kind
	when   tilhor.When
	ref    string
	on     tilhor.Date
	answer string
	text   []field
	parts  []journal.Part // what else the entry commits to
	told   *journal.Told  // a receipt is given for it
}

// A field is one passage of a record. Empty ones are not kept.
type field struct{ name, plain string }

// write seals the words, puts the entry in the journal with a commitment to
// each passage and to what the record stores open, and stores the record.
func (w *work) write(n note) (tilhor.RecordID, error) {
	id := tilhor.RecordID(tilhor.NewID())
	n.when.Written = w.now
	parts := journal.Parts(w.key.Commit(fieldRow, string(id), openOf(n.ref, n.on, n.answer)))
	for _, f := range n.text {
		if f.plain == "" {
			continue
		}
		s := w.key.Seal(f.name, string(id), f.plain)
		if _, err := w.tx.Exec(insertText, w.by.Owner, w.t.ID, id, f.name, s.Bytes); err != nil {
			return "", err
		}
		parts = append(parts, journal.Parts(s)...)
	}
	parts = append(parts, n.parts...)
	e, err := w.d.Journal.Append(w.tx, journal.Entry{
		Stream: stream(w.t.ID), Act: "cases." + string(n.kind), Subject: string(id),
		When: n.when, By: w.by, Rule: string(w.rule), Parts: parts, Told: n.told,
	})
	if err != nil {
		return "", err
	}
	w.last = e.ID
	_, err = w.tx.Exec(insertRecord, w.by.Owner, id, w.t.ID, n.kind, millis(n.when), n.when.Precision, w.now.UnixMilli(), w.by.Person, w.by.Role,
		n.ref, n.on, n.answer, e.ID)
	return id, err
}

// millis is the instant a time counts from: what is not known counts from when
// it was written.
func millis(w tilhor.When) int64 { return w.Counts().UnixMilli() }

// facts gives the clocks what they run on.
func (w *work) facts(all ...duty.Fact) error {
	for i := range all {
		f := &all[i]
		f.When.Written = w.now
		if f.Pupil == "" {
			f.Pupil = w.t.Code()
		}
		if err := w.notBefore(f); err != nil {
			return err
		}
	}
	return duty.Record(w.tx, w.by.Owner, w.thing(), w.now, all...)
}

// notBefore lets a talk, or the beginning of the inquiry, count on the day the
// school came to know, though its hour is not known or comes first: the talk in
// which a child tells is how the school comes to know. The record keeps the
// time that was written.
func (w *work) notBefore(f *duty.Fact) error {
	if f.Kind != duty.Heard && f.Kind != duty.Started {
		return nil
	}
	known, err := duty.KnownOn(w.tx, w.by.Owner, string(w.t.ID), today(f.When.Counts()))
	if err == nil && f.When.Counts().Before(known) {
		f.When.At = known
	}
	return err
}

func (w *work) thing() duty.Thing { return duty.Thing{ID: string(w.t.ID), School: w.t.School} }

// touch keeps what lists sort by: when the track was last written in, and the
// first date it has to meet.
func (w *work) touch() error {
	due := noDate
	states, err := duty.StatesOf(w.tx, w.by.Owner, string(w.t.ID))
	if err != nil {
		return err
	}
	for _, s := range states {
		if d := s.On(); s.Standing() && d != "" && d < due {
			due = d
		}
	}
	_, err = w.tx.Exec(touchTrack, w.by.Owner, w.t.ID, w.now.UnixMilli(), due)
	return err
}

// check of one form: trims the texts in place and gathers the faults.
type check struct{ tilhor.Faults }

func (c *check) text(s *string, name string, required bool) {
	c.limit(s, name, required, maxText, "cases.fault.long")
}

func (c *check) short(s *string, name string, required bool) {
	c.limit(s, name, required, maxShort, "cases.fault.short")
}

func (c *check) limit(s *string, name string, required bool, max int, tooLong string) {
	*s = strings.TrimSpace(*s)
	c.Add(required && *s == "", name, "cases.fault."+name)
	c.Add(utf8.RuneCountInString(*s) > max, name, tooLong)
}

func (c *check) oneOf(s, name string, allowed ...string) {
	for _, a := range allowed {
		if s == a {
			return
		}
	}
	c.Add(true, name, "cases.fault."+name)
}

// past refuses a time that has not been.
func (c *check) past(w *tilhor.When, now time.Time, name string) {
	switch w.Precision {
	case "":
		*w = tilhor.Now(now)
	case tilhor.Unknown:
		w.At = now
	case tilhor.Day:
		c.Add(today(w.At) > today(now), name, "cases.fault.future")
		if w.At.After(now) { // today, whatever the hour it was put at
			w.At = now
		}
	default:
		c.Add(w.At.After(now), name, "cases.fault.future")
	}
	c.Add(w.Precision != tilhor.Unknown && w.At.Before(now.AddDate(-20, 0, 0)), name, "cases.fault.old")
}

// between refuses a date outside the days that make sense.
func (c *check) between(d tilhor.Date, from, to tilhor.Date, name, key string) {
	c.Add(d == "" || d < from || d > to, name, key)
}
