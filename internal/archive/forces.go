package archive

import (
	"context"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/interventions"
)

// Documentation of physical interventions (opplæringslova § 13-5) is kept for ever
// like a case (bevaringsforskrifta § 40): each has a mappe of its own, and each
// thing written of it is a document. It stands in the table under its own name,
// which no track can have.
const forcePrefix = "force/"

// forceJobs are the interventions that were not handed over as a whole.
func (d *Desk) forceJobs(ctx context.Context, owner tilhor.OwnerID, e Export, now time.Time) (all []job, hidden int, err error) {
	if d.Interventions == nil {
		return nil, 0, nil
	}
	for after := interventions.EventID(""); ; {
		var found []job
		var out, n int
		var last interventions.EventID
		err := d.DB.Read(ctx, func(tx *db.Tx) error {
			found, out = nil, 0
			some, err := d.Interventions.Outlines(tx, owner, after, outlines, now)
			n = len(some)
			for _, o := range some {
				if err != nil {
					return err
				}
				last = o.ID
				j := job{track: tilhor.TrackID(forcePrefix + string(o.ID)), force: o.ID}
				if err = j.lacks(tx, owner, lineItems(o), e.Again); err != nil || len(j.items) == 0 {
					continue
				}
				protected := o.Guarded
				if !protected && o.Pupil != "" {
					protected, err = d.Roster.AnyProtected(tx, owner, o.Pupil)
				}
				if protected && !e.Protected {
					out++
					continue
				}
				found = append(found, j)
			}
			return err
		})
		after, all, hidden = last, append(all, found...), hidden+out
		if err != nil || n < outlines {
			return all, hidden, err
		}
	}
}

// lineItems are the documents of an intervention: what they are is known when it
// is opened.
func lineItems(o interventions.Outline) (all []item) {
	for _, id := range o.Lines {
		all = append(all, item{doc: id, item: itemPost, record: tilhor.RecordID(id)})
	}
	return all
}

// forceKind is what the register calls a line of an intervention.
func forceKind(k interventions.Kind) cases.Kind { return cases.Kind("force-" + string(k)) }

// openForce opens an intervention: a reading, which stands in the record before a
// byte of it is written. It is read as a case is, one record for each line.
func (d *Desk) openForce(ctx context.Context, by tilhor.Actor, j job) (f cases.File, err error) {
	e, err := d.Interventions.Whole(ctx, by, j.force, "archive", d.Clock())
	if err != nil {
		return f, err
	}
	f.Track = cases.Track{ID: j.track, School: e.School, Pupil: e.Pupil, Name: e.Name, Number: string(e.ID)[:6], Opened: e.Happened.Written, State: cases.Open}
	for _, l := range e.Lines {
		r := cases.Record{ID: tilhor.RecordID(l.ID), Kind: forceKind(l.Kind), When: l.When(), By: l.By, Name: l.Name, Role: l.Role, Answer: l.View, Text: map[string]string{}}
		if l.Precision == "" { // when it was written is when it happened
			r.When = tilhor.Now(l.When().Written)
		}
		if l.Kind == interventions.Judged {
			r.Answer = map[bool]string{true: "yes", false: "no"}[l.Serious]
		}
		for name, text := range map[string]string{"event": l.Event, "what": l.What, "who": l.Who, "long": l.Long, "why": l.Why, "words": l.Words, "text": l.Text} {
			if text != "" {
				r.Text["force-"+name] = text
			}
		}
		f.Records = append(f.Records, r)
	}
	for i := range j.items {
		if r, ok := find(f, j.items[i].record); ok {
			j.items[i].kind, j.items[i].when = r.Kind, r.When
		}
	}
	return f, nil
}

// isForce says whether what is handed over is an intervention.
func isForce(id tilhor.TrackID) bool { return strings.HasPrefix(string(id), forcePrefix) }
