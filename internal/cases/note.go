package cases

import (
	"context"
	"errors"
	"slices"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/duty"
)

// A Line is any other thing said or done that belongs in the track. The act
// asks that what is done is documented (§ 12-4 fourth paragraph).
type Line struct {
	At   tilhor.When
	What string // note, parents-informed, rights-informed
	Text string
}

// Write adds a line to the track.
func (d *Desk) Write(ctx context.Context, by tilhor.Actor, slug string, l Line) error {
	now := d.Clock()
	var c check
	c.past(&l.At, now, "at")
	c.oneOf(l.What, "what", "note", "parents-informed", "rights-informed")
	c.text(&l.Text, "text", l.What == "note")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		n, f := note{kind: Wrote, when: l.At, text: []field{{"text", l.Text}}}, duty.Fact{Kind: duty.Written, When: l.At}
		switch l.What {
		case "parents-informed":
			n.kind, f.Kind = Informed, duty.ParentsInformed
		case "rights-informed":
			n.kind, f.Kind = Rights, duty.RightsInformed
		}
		if _, err := w.write(n); err != nil {
			return err
		}
		return w.facts(f)
	})
}

// A Raise is what pupil or parent took up with rektor by voice.
type Raise struct {
	By     string          // pupil or parent
	Parent tilhor.PersonID // which of those at home, when that is known
	At     tilhor.When
	Text   string
}

// Raise logs that the family took the matter up with rektor, with the time:
// from then the week of § 12-6 runs, whenever it was written down.
func (d *Desk) Raise(ctx context.Context, by tilhor.Actor, slug string, r Raise) error {
	now := d.Clock()
	var c check
	c.past(&r.At, now, "at")
	c.oneOf(r.By, "by", "pupil", "parent")
	c.text(&r.Text, "text", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		n := note{kind: RaisedBy, when: r.At, answer: r.By, text: []field{{"text", r.Text}}}
		if r.By == "parent" && r.Parent != "" {
			home, _, err := d.guardians(w.tx, by.Owner, w.t, w.now)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(home, func(g HomeGuardian) bool { return g.ID == r.Parent }) {
				return tilhor.Faults{{Field: "parent", Key: "cases.fault.by"}}
			}
			n.ref = string(r.Parent)
		}
		if _, err := w.write(n); err != nil {
			return err
		}
		if err := w.resume(map[string]string{"pupil": "not-safe", "parent": "raised"}[r.By]); err != nil {
			return err
		}
		facts := []duty.Fact{{Kind: duty.Raised, When: r.At, By: duty.By(r.By)}}
		if r.By == "pupil" { // the pupil says that it is not safe
			facts = append(facts, duty.Fact{Kind: duty.NotSafe, When: r.At})
		}
		return w.facts(facts...)
	})
}

// Identify says who the pupil of a track is, when it was not known. The clocks
// keep their first time.
func (d *Desk) Identify(ctx context.Context, by tilhor.Actor, slug string, pupil tilhor.PersonID) error {
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if w.t.Pupil != "" {
			return tilhor.ErrConflict
		}
		in, err := d.Roster.Pupil(w.tx, by.Owner, pupil, today(w.now))
		if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
			return err
		}
		if err == nil && in.Protected { // found by those who are named for the pupil, by nobody else
			if named, err := access.IsNamed(w.tx, by, pupil, w.now); err != nil || !named {
				return errors.Join(err, tilhor.Faults{{Field: "pupil", Key: "cases.fault.pupil"}})
			}
		}
		if err != nil || in.School != w.t.School {
			return tilhor.Faults{{Field: "pupil", Key: "cases.fault.pupil"}}
		}
		if err := w.onlyTrack(pupil); err != nil {
			return err
		}
		was := w.t.Code()
		if err := access.NotAbout(w.tx, by.Owner, access.Track, string(w.t.ID)); err != nil {
			return err
		}
		unit := w.t.School
		if sealed, err := w.closedAs(); err != nil {
			return err
		} else if sealed == string(duty.AccusedLeadership) { // past all at the school, also who is named there
			unit = access.Owner
		}
		if _, err := access.About(w.tx, by.Owner, access.Track, string(w.t.ID), pupil, unit, w.now); err != nil {
			return err
		}
		told, err := w.toldIn()
		if err != nil {
			return err
		}
		for _, concern := range told { // and so is what was told, with the talk that goes with it
			if _, err := access.About(w.tx, by.Owner, access.Concern, concern, pupil, unit, w.now); err != nil {
				return err
			}
		}
		if _, err := w.tx.Exec(setPupil, by.Owner, w.t.ID, pupil); err != nil {
			return err
		}
		w.t.Pupil = pupil
		if _, err := w.write(note{kind: Identified, when: tilhor.Now(w.now), ref: string(pupil)}); err != nil {
			return err
		}
		if err := w.barKin(); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Identified, When: tilhor.Now(w.now), Was: was})
	})
}
