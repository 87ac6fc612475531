package cases

import (
	"context"
	"errors"
	"slices"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/duty"
)

// A decision under §§ 13-1 and 13-2 is about the pupil it decides over, who is
// most often another than the one the case began with. It stands in a track of
// that pupil's own, in a matter of its own: nothing of the exposed pupil is in it,
// and none of the duties of § 12-4 run there.
const (
	DecisionBegun Kind = "decision-begun" // a track for decisions about the pupil, and for nothing else
	DecisionEnded Kind = "decision-over"  // what there was to decide is decided
)

func init() { kinds[DecisionBegun], kinds[DecisionEnded] = true, true }

// AboutDecisions says whether the track is there for decisions alone. When the
// pupil is told of as exposed in it, it is a case like any other.
func (f File) AboutDecisions() bool { return aboutDecisions(f.Records) }

func aboutDecisions(all []Record) bool {
	has := func(kinds ...Kind) bool {
		return slices.ContainsFunc(all, func(r Record) bool { return slices.Contains(kinds, r.Kind) })
	}
	return has(DecisionBegun) && !has(Told, Exposed, HandedIn, Follows)
}

// BeginDecision begins a track for decisions about an alleged child of this one,
// by the child's code, or gives the one there is. Who begins it decides in both:
// a child of another school, one whose address is protected and who is led by
// another, and an own child are refused alike.
func (d *Desk) BeginDecision(ctx context.Context, by tilhor.Actor, slug, code string) (t Track, err error) {
	refused := tilhor.Faults{{Field: "child", Key: "life.fault.own-case"}}
	err = d.on(ctx, by, access.Lead, slug, func(w *work) error {
		all, err := d.children(w.tx, by.Owner, w.t.ID, nil)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(c Child) bool { return c.Code == code && c.Role == "alleged" && c.Person != "" })
		if i < 0 {
			return refused
		}
		pupil := all[i].Person
		old, err := w.decisionTrack(pupil)
		if err != nil || old.ID != "" {
			t = old
			return err
		}
		in, err := d.Roster.Where(w.tx, by.Owner, pupil, today(w.now))
		if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
			return err
		}
		if err != nil || in.School != by.School {
			return refused
		}
		var n work
		if t, err = d.begin(w.tx, by, Track{School: in.School, Pupil: pupil, Arena: tilhor.ArenaElsewhere}, &n); err != nil {
			return err
		}
		if err := n.roleLeads(); err != nil {
			return err
		}
		if err := n.barKin(); err != nil {
			return err
		}
		if _, err := access.Allow(w.tx, by, access.Lead, string(t.ID), w.now); errors.Is(err, tilhor.ErrNotFound) {
			return refused
		} else if err != nil {
			return err
		}
		if _, err := n.write(note{kind: DecisionBegun, when: tilhor.Now(w.now)}); err != nil {
			return err
		}
		if err := n.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)}); err != nil { // nothing that starts a clock
			return err
		}
		return n.touch()
	})
	return t, err
}

// decisionTrack is the one that was begun for a pupil before and is not over, for
// who decides in it.
func (w *work) decisionTrack(pupil tilhor.PersonID) (Track, error) {
	all, err := w.d.tracksOf(w.tx, w.by.Owner, pupil)
	if err != nil {
		return Track{}, err
	}
	for _, t := range all {
		if t.Over() {
			continue
		}
		if _, err := access.Allow(w.tx, w.by, access.Lead, string(t.ID), w.now); errors.Is(err, tilhor.ErrNotFound) {
			continue
		} else if err != nil {
			return Track{}, err
		}
		records, err := w.d.records(w.tx, w.by.Owner, t.ID, nil)
		if err != nil || aboutDecisions(records) {
			return t, err
		}
	}
	return Track{}, nil
}

// EndDecision ends a track that was for decisions alone, when each is made and no
// appeal waits to be sent on. What stands there stays.
func (d *Desk) EndDecision(ctx context.Context, by tilhor.Actor, slug string) error {
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		all, err := d.records(w.tx, by.Owner, w.t.ID, nil)
		if err != nil {
			return err
		}
		if w.t.Over() || !aboutDecisions(all) {
			return tilhor.ErrConflict
		}
		for _, x := range decisionsOf(all) {
			if x.Made == nil || len(x.Appeals) > len(x.Sent) {
				return tilhor.Faults{{Field: "gate", Key: "life.fault.decision-waits"}}
			}
		}
		if _, err := w.write(note{kind: DecisionEnded, when: tilhor.Now(w.now)}); err != nil {
			return err
		}
		if err := w.endMeasures(today(w.now)); err != nil {
			return err
		}
		if err := w.withdrawAll(""); err != nil {
			return err
		}
		if err := w.state(Closed, ""); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.ClosedTrack, When: tilhor.Now(w.now)})
	})
}

// ordinary refuses to go on with a track that was for decisions alone as if it
// were a case under § 12-4: another decision begins a track of its own.
func (w *work) ordinary() error {
	all, err := w.d.records(w.tx, w.by.Owner, w.t.ID, nil)
	if err == nil && aboutDecisions(all) {
		err = tilhor.ErrConflict
	}
	return err
}
