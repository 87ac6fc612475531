package dialogue_test

import (
	"slices"
	"testing"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/duty"
	"tilhor/internal/roster"
	"tilhor/internal/web/webtest"
)

// family makes somebody who works at the school family of a pupil.
func (w *world) family(pupil, of tilhor.PersonID) {
	w.T.Helper()
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: pupil, Guardian: of, Holds: true, Responsibility: roster.Yes, Reason: "Dom."}, w.Now())
	}))
}

// shut checks that a talk is to a person as one that is not there, in every way.
func (w *world) shut(name string, by tilhor.Actor, slug string, track tilhor.TrackID) {
	w.T.Helper()
	_, err := w.desk.Read(w.ctx, by, slug)
	w.is(err, tilhor.ErrNotFound)
	w.is(w.desk.Reply(w.ctx, by, slug, "Hei.", dialogue.ToSender), tilhor.ErrNotFound)
	w.is(w.desk.NoteNeed(w.ctx, by, slug, "tolk"), tilhor.ErrNotFound)
	if l, err := w.desk.At(w.ctx, by, slug); err != nil || l != nil {
		w.Errorf("%s is led to the talk (%v)", name, err)
	}
	if all, err := w.desk.Waiting(w.ctx, by, false, ""); err != nil || len(all.Links) > 0 {
		w.Errorf("%s waits for %v (%v)", name, all, err)
	}
	if all, err := w.desk.Of(w.ctx, by, track); err != nil || len(all) > 0 {
		w.Errorf("%s is led to the talk by the case (%v)", name, err)
	}
}

// unknown is a talk without a name that was taken up about somebody who is only
// described, for Ina, and in which the sender waits.
func (w *world) unknown() (concerns.Concern, string, cases.Track) {
	w.T.Helper()
	c, code := w.unnamed()
	all, err := w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
	w.must(err)
	w.must(w.desk.Write(w.ctx, coded(code), dialogue.Say, "Det var meg."))
	return c, code, all[0]
}

// Who it is becomes known, and it is the child of whoever leads the school: from
// then on rektor has neither the case nor the child's own words.
func TestATalkOfAChildOfRektors(t *testing.T) {
	each(t, func(w *world) {
		c, _, track := w.unknown()
		w.family(w.Person("nora"), w.kari.Person)
		w.read(w.kari, c.Slug) // the control: until it is known
		w.must(w.cases.Identify(w.ctx, w.kari, track.Slug, w.Person("nora")))
		w.shut("rektor", w.kari, c.Slug, track.ID)
		if _, err := w.told.Receive(w.ctx, w.kari, c.Slug); err == nil {
			w.Error("rektor reads what was told")
		}
		w.read(w.ina, c.Slug)
	})
}

// Who was handed the reports receives what is told, and has the talk no longer when
// it has become a case of somebody else's; nor has who declares a conflict there,
// until that is over.
func TestATalkThatWasTakenUpIsOfWhoHasTheCase(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return access.Give(tx, webtest.Owner, access.Grant{Kind: access.School, Thing: string(w.Solbakken), Person: w.jonas.Person, Relation: access.Intake, From: w.Now()})
		}))
		c, code := w.unnamed()
		w.must(w.desk.Write(w.ctx, coded(code), dialogue.Say, "Hei."))
		if talk := w.read(w.jonas, c.Slug); !talk.Works || !talk.Receives {
			w.Errorf("who receives has %+v", talk)
		}
		if all, err := w.desk.Waiting(w.ctx, w.jonas, false, ""); err != nil || len(all.Links) != 1 {
			w.Errorf("who receives waits for %v (%v)", all, err)
		}
		all, err := w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		track := all[0]
		w.shut("who receives", w.jonas, c.Slug, track.ID)
		if talk := w.read(w.kari, c.Slug); talk.Receives || !talk.Lead || !talk.Works {
			w.Errorf("rektor has %+v", talk)
		}
		w.must(w.cases.Recuse(w.ctx, w.ina, track.Slug, cases.Recusal{Person: w.ina.Person, Why: "declared", Reason: "Nær venn av familien."}))
		w.shut("who declared a conflict", w.ina, c.Slug, track.ID)
		w.must(w.cases.EndRecusal(w.ctx, w.kari, track.Slug, w.ina.Person, "Det var en annen."))
		w.must(w.cases.Appoint(w.ctx, w.kari, track.Slug, w.ina.Person))
		w.read(w.ina, c.Slug)
	})
}

// A report is about two children: who is kept out of one of the cases has the words
// through the other no more.
func TestAWallOfOneCaseStandsBeforeTheWholeTalk(t *testing.T) {
	each(t, func(w *world) {
		c := w.named(w.pupil)
		all, err := w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		w.read(w.ina, c.Slug)
		other, err := w.cases.TakeUp(w.ctx, w.kari, w.named(w.parent).Slug, cases.Stance{Handler: w.jonas.Person})
		w.must(err)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			if err := w.desk.Became(tx, webtest.Owner, c.ID, other[0].ID); err != nil {
				return err
			}
			return access.Shut(tx, webtest.Owner, access.Bar{Kind: access.Track, Thing: string(other[0].ID), Person: w.ina.Person, From: w.Now(), Reason: "kin"})
		}))
		w.shut("who is barred from the other", w.ina, c.Slug, all[0].ID)
		w.read(w.jonas, c.Slug)
	})
}

// Somebody who was only described turns out to be a protected pupil: the talk is
// guarded from that hour, and rings when it is opened.
func TestATalkOfWhoTurnsOutToBeProtected(t *testing.T) {
	each(t, func(w *world) {
		c, _, track := w.unknown()
		w.must(w.cases.Identify(w.ctx, w.kari, track.Slug, w.pupil.Person))
		w.must(w.cases.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.pupil.Person, Grade: roster.Confidential, Leader: w.jonas.Person, Reason: "Melding fra politiet."}))
		w.shut("rektor", w.kari, c.Slug, track.ID)
		w.shut("who had the case", w.ina, c.Slug, track.ID)
		w.read(w.jonas, c.Slug)
		rings := func(by tilhor.Actor) []string {
			w.T.Helper()
			all, err := w.told.Ringing(w.ctx, by)
			w.must(err)
			var views []string
			for _, a := range all {
				if a.Slug == c.Slug {
					views = append(views, a.View)
				}
			}
			return views
		}
		if got := rings(w.jonas); len(got) > 0 { // what one opened oneself does not ring for one
			w.Errorf("it rings for who opened it: %v", got)
		}
		w.must(w.cases.Name(w.ctx, w.jonas, track.Slug, w.ina.Person, true, "Skal hjelpe til."))
		if got := rings(w.ina); !slices.Contains(got, "dialogue") {
			w.Errorf("it rings for another leader with %v", got)
		}
	})
}

// One who leads and is named tells who it is, in one act, and it is guarded at once.
func TestAPupilIdentifiedAsProtected(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.cases.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.pupil.Person, Grade: roster.Confidential, Leader: w.kari.Person, Reason: "Melding fra politiet."}))
		c, _, track := w.unknown()
		w.read(w.ina, c.Slug)
		w.must(w.cases.Identify(w.ctx, w.kari, track.Slug, w.pupil.Person))
		w.shut("who had the case and is not named", w.ina, c.Slug, track.ID)
		w.read(w.kari, c.Slug)
		guarded := 0
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			all, err := access.Guarded(tx, webtest.Owner, access.Concern, string(c.ID), w.Now())
			guarded = len(all)
			return err
		}))
		if guarded != 1 {
			w.Error("what was told is not guarded")
		}
	})
}

// What a protected pupil tells past the school reaches the municipality's receiver,
// whom no school can name; and when somebody was appointed, that one.
func TestAProtectedPupilTellsPastTheSchool(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.cases.AppointReceiver(w.ctx, w.anne, w.anne.Person))
		c := w.pastTheSchool()
		w.must(w.cases.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.pupil.Person, Grade: roster.Confidential, Leader: w.jonas.Person, Reason: "Melding fra politiet."}))
		w.must(w.desk.Write(w.ctx, dialogue.Sender{Slug: c.Slug, By: w.pupil}, dialogue.Say, "Det skjedde igjen."))
		if waits, err := w.desk.Waiting(w.ctx, w.anne, false, ""); err != nil || len(waits.Links) != 1 {
			w.Errorf("the municipality waits for %v (%v)", waits, err)
		}
		if talk := w.read(w.anne, c.Slug); !talk.Works || len(talk.Lines) != 1 {
			w.Errorf("the municipality has %+v", talk)
		}
		for _, a := range []tilhor.Actor{w.kari, w.ina, w.jonas} {
			w.shut(string(a.Role), a, c.Slug, "")
		}
	})
}

// pastTheSchool is a concern of the pupil's about who leads the school, with its talk.
func (w *world) pastTheSchool() concerns.Concern {
	w.T.Helper()
	now := tilhor.Now(w.Now())
	c, err := w.told.Tell(w.ctx, w.jonas, concerns.Telling{
		School: w.Solbakken, Pupils: []tilhor.PersonID{w.pupil.Person}, Said: "Rektor roper til henne.", Arena: tilhor.ArenaBreak, Happened: now, Known: now,
		Accused: duty.AccusedLeadership, Against: []tilhor.PersonID{w.kari.Person},
	})
	w.must(err)
	w.Altered = true
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(reportedBy, webtest.Owner, c.ID, w.pupil.Person, w.pupil.Role); err != nil {
			return err
		}
		g := access.Grant{Kind: access.Concern, Thing: string(c.ID), Person: w.pupil.Person, Unit: w.Solbakken, Relation: access.Reporter, From: w.Now()}
		if err := access.Give(tx, webtest.Owner, g); err != nil {
			return err
		}
		return w.desk.Open(tx, w.pupil, c.ID)
	}))
	return c
}
