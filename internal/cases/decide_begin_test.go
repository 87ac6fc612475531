package cases_test

import (
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
)

// A decision about the pupil who harms stands in a track of that pupil's own: with
// nothing of the exposed pupil, and no duty of § 12-4.
func TestADecisionAboutAnAllegedPupilHasATrackOfItsOwn(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		add := func(person tilhor.PersonID, role string) string {
			w.must(w.desk.AddChild(w.ctx, w.ina, slug, cases.Child{Person: person, Role: role}))
			all := w.see(slug).Children
			for _, c := range all {
				if c.Person == person {
					return c.Code
				}
			}
			w.T.Fatal("the child is not in the track")
			return ""
		}
		alleged, witness := add(w.elias, "alleged"), add(w.tuva, "witness")
		before := w.see(slug)
		begin := func(by tilhor.Actor, code string) error {
			_, err := w.desk.BeginDecision(w.ctx, by, slug, code)
			return err
		}
		w.is(begin(w.ina, alleged), tilhor.ErrNotFound)
		w.is(begin(w.other, alleged), tilhor.ErrNotFound)
		refusals(w.T, []refusal{
			{"a witness", begin(w.kari, witness), "child", "life.fault.own-case"},
			{"nobody", begin(w.kari, "zz"), "child", "life.fault.own-case"},
		})
		own, err := w.desk.BeginDecision(w.ctx, w.kari, slug, alleged)
		w.must(err)
		again, err := w.desk.BeginDecision(w.ctx, w.kari, slug, alleged)
		w.must(err)
		if again.ID != own.ID {
			t.Error("begun twice it is two tracks")
		}
		f := w.see(own.Slug)
		if f.Pupil != w.elias || f.Case == before.Case || f.Siblings != 0 || len(f.Records) != 1 || len(f.Duties) != 0 || len(f.Children) != 0 || !f.AboutDecisions() || f.Arena != tilhor.ArenaElsewhere {
			t.Errorf("the track of its own: %d records, %d duties, %d siblings, %+v", len(f.Records), len(f.Duties), f.Siblings, f.Track)
		}
		for _, r := range f.Records {
			for _, text := range r.Text {
				if strings.Contains(text, "Nora") {
					t.Errorf("it tells of the exposed pupil: %q", text)
				}
			}
		}
		if len(w.see(slug).Records) != len(before.Records) {
			t.Error("the exposed pupil's track tells of the other's")
		}
		w.is(func() error { _, err := w.desk.See(w.ctx, w.ina, own.Slug, "whole"); return err }(), tilhor.ErrNotFound)
		// The decision is made there; its duty is the only one.
		w.must(w.desk.Notify(w.ctx, w.kari, own.Slug, cases.Notice{About: duty.Expulsion, At: w.now(), Grounds: "Kastet stol.", Reply: w.in(0), Told: true}))
		refusals(w.T, []refusal{{"ended before it is made", w.desk.EndDecision(w.ctx, w.kari, own.Slug), "gate", "life.fault.decision-waits"}})
		id := w.see(own.Slug).Decisions()[0].ID
		for _, p := range []string{cases.PartyPupil, cases.PartyParents} {
			w.must(w.desk.HearParty(w.ctx, w.kari, own.Slug, cases.Say{Decision: id, Party: p, At: w.now(), Words: "Jeg ble sint."}))
		}
		w.must(w.desk.Decide(w.ctx, w.kari, own.Slug, cases.Resolution{
			Decision: id, Imposed: true, Facts: "Kastet stol.", Tried: "Eget rom.", Best: "Veid.", Reasons: "Grovt.", From: w.in(0), Grade: "8-10", Days: 3, Before: true,
		}))
		f = w.see(own.Slug)
		for _, d := range f.Duties {
			if d.ID != "k12.expel" && d.ID != "k12.appeal" {
				t.Errorf("the duty %s runs there", d.ID)
			}
		}
		if s := w.state(f, "k12.expel"); s != duty.Met {
			t.Errorf("the duty of § 13-1 is %s", s)
		}
		// It ends, and is no case that is opened again; another decision is another track.
		w.is(w.desk.EndDecision(w.ctx, w.kari, slug), tilhor.ErrConflict)
		w.must(w.desk.EndDecision(w.ctx, w.kari, own.Slug))
		w.is(w.desk.EndDecision(w.ctx, w.kari, own.Slug), tilhor.ErrConflict)
		w.is(w.desk.Reopen(w.ctx, w.kari, own.Slug, "Igjen."), tilhor.ErrConflict)
		next, err := w.desk.BeginDecision(w.ctx, w.kari, slug, alleged)
		w.must(err)
		if next.ID == own.ID {
			t.Error("what is over is begun again")
		}
	})
}

// A pupil who is protected, and led by another, and a pupil of another school
// answer alike.
func TestADecisionTrackAsksWhoMay(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.elias)
		w.must(w.desk.AddChild(w.ctx, w.ina, slug, cases.Child{Person: w.nora, Role: "alleged"}))
		code := w.see(slug).Children[0].Code
		w.shielded()
		_, err := w.desk.BeginDecision(w.ctx, w.kari, slug, code)
		refusals(w.T, []refusal{{"protected", err, "child", "life.fault.own-case"}})
		w.is(func() error { _, err := w.desk.BeginDecision(w.ctx, w.ina, slug, code); return err }(), tilhor.ErrNotFound)
	})
}
