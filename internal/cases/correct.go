package cases

import (
	"context"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// Kinds of rectification (retting).
const (
	Corrected    Kind = "corrected"     // something that stands in the track was put right
	NotCorrected Kind = "not-corrected" // it was asked for and refused; the person's own version stands beside it
)

func init() {
	kinds[Corrected], kinds[NotCorrected] = true, true
	rank[Corrected], rank[NotCorrected] = 99, 99 // after what they are about, at the same instant
}

// Askers are those who can ask for a rectification. The school that finds its
// own mistake is one of them.
var Askers = []string{"pupil", "parent", "employee", "school"}

// A Correction puts right what stands in a record (retting, arkivforskrifta
// § 11): the right information is added, and what was written before is never
// overwritten. Who, when and how stands in the record.
type Correction struct {
	Record  tilhor.RecordID
	Asker   string
	Granted bool
	Text    string // what is right; of one that is refused, the person's own version
	Reason  string
}

var selectRecordTrack = db.SQL(`SELECT kind FROM cases_record WHERE owner = $1 AND track = $2 AND id = $3`)

// Correct grants or refuses a rectification. Who works the track may put right;
// to refuse takes the one who decides, and a reason.
func (d *Desk) Correct(ctx context.Context, by tilhor.Actor, slug string, x Correction) error {
	var c check
	c.oneOf(x.Asker, "asker", Askers...)
	c.text(&x.Text, "correct", true)
	c.text(&x.Reason, "reason", !x.Granted)
	if err := c.Err(); err != nil {
		return err
	}
	act, kind := access.Work, Corrected
	if !x.Granted {
		act, kind = access.Lead, NotCorrected
	}
	return d.on(ctx, by, act, slug, func(w *work) error {
		var is Kind
		err := w.tx.One(selectRecordTrack, db.Args(by.Owner, w.t.ID, x.Record), &is)
		if err == tilhor.ErrNotFound {
			return tilhor.Faults{{Field: "record", Key: "cases.fault.record"}}
		}
		if err != nil {
			return err
		}
		n := note{kind: kind, when: tilhor.Now(w.now), ref: string(x.Record), answer: x.Asker, text: []field{{"text", x.Text}, {"reason", x.Reason}}}
		if _, err := w.write(n); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	})
}

// Corrections are what was put right of a record, or asked to be, oldest first.
func (f File) Corrections(id tilhor.RecordID) (all []Record) {
	for _, r := range f.Of(Corrected, NotCorrected) {
		if r.Ref == string(id) {
			all = append(all, r)
		}
	}
	return all
}

// Record finds one record of the file.
func (f File) Record(id tilhor.RecordID) *Record {
	for i := range f.Records {
		if f.Records[i].ID == id {
			return &f.Records[i]
		}
	}
	return nil
}
