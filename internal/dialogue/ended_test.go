package dialogue_test

import (
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/roster"
	"tilhor/internal/web/webtest"
)

var lastLine = db.SQL(`SELECT id FROM dialogue_line WHERE owner = $1 AND concern = $2 ORDER BY n DESC LIMIT 1`)

// A parent who told something, and about whom it is decided afterwards that nothing of
// the child is to be told, has the talk no more: it is as one that is not there, and
// nobody is mailed of it. The school sees that, and what it writes goes nowhere else. So
// it is for a child who was only described, when it is known who it is.
func TestTheTalkEndsForAParentWhoIsBarred(t *testing.T) {
	each(t, func(w *world) {
		bar := func(kind roster.DecisionKind) {
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
				return w.Kit.Roster.Decide(tx, w.kari, roster.Decision{Kind: kind, Pupil: w.Person("nora"), Person: w.parent.Person, Basis: roster.Bases[0], Reason: "Kontaktforbud."}, w.Now())
			}))
		}
		d := w.named(w.parent, func(n *concerns.Telling) { n.Pupils, n.Described = nil, "Datteren min" })
		c := w.named(w.parent)
		s := dialogue.Sender{Slug: c.Slug, By: w.parent}
		w.must(w.desk.Write(w.ctx, s, dialogue.Say, "Det har skjedd igjen."))
		w.must(w.desk.Reply(w.ctx, w.kari, c.Slug, "Takk.", dialogue.ToSender))
		hears := func() (to tilhor.PersonID) {
			w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
				var id string
				if err := tx.One(lastLine, db.Args(webtest.Owner, c.ID), &id); err != nil {
					return err
				}
				var err error
				to, _, err = w.desk.Hears(tx, webtest.Owner, string(c.ID), id)
				return err
			}))
			return to
		}
		if has, err := w.desk.Has(w.ctx, s); err != nil || !has || hears() != w.parent.Person {
			t.Fatalf("the control: %v, %v, %q", has, err, hears())
		}
		_, err := w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		of, err := w.cases.TakeUp(w.ctx, w.kari, d.Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		w.Later(1)
		bar(roster.Barred)
		// "Datteren min" may be the one this parent is kept from, until somebody has settled
		// who it is; without a bar the talk goes on.
		described := dialogue.Sender{Slug: d.Slug, By: w.parent}
		_, err = w.desk.Return(w.ctx, described)
		w.is(err, tilhor.ErrNotFound)
		w.must(w.cases.Identify(w.ctx, w.kari, of[0].Slug, w.Person("nora")))
		_, err = w.desk.Return(w.ctx, described)
		w.is(err, tilhor.ErrNotFound)
		_, err = w.desk.Return(w.ctx, s)
		w.is(err, tilhor.ErrNotFound)
		w.is(w.desk.Write(w.ctx, s, dialogue.Say, "Hallo?"), tilhor.ErrNotFound)
		if has, err := w.desk.Has(w.ctx, s); err != nil || has || hears() != "" {
			t.Errorf("it goes on: %v, %v, %q hears", has, err, hears())
		}
		if talk := w.read(w.ina, c.Slug); !talk.Ended || talk.Waits {
			t.Errorf("the school is not told: %+v", talk)
		}
		if all, err := w.desk.Waiting(w.ctx, w.kari, false, ""); err != nil || len(all.Links) != 0 {
			t.Errorf("somebody waits for an answer: %v, %v", all, err)
		}
		w.refused(w.desk.Reply(w.ctx, w.ina, c.Slug, "Til deg.", dialogue.ToSender), "text", "dialogue.staff.fault-ended")
		w.must(w.desk.Reply(w.ctx, w.ina, c.Slug, "Til oss.", dialogue.ToStaff))
		bar(roster.NoLongerBarred)
		w.back(s)
	})
}

// The talk stays ended when the parent stands in the lists no more, and ends when that is
// all that was decided, when the parent has no responsibility, when it is decided that
// nothing is told for now, when the child is in care, and when it is protected and the
// parent is not. It goes on when nobody has written who has responsibility, and what a
// parent has seen of another's child does.
func TestTheTalkStaysEndedWithoutALink(t *testing.T) {
	each(t, func(w *world) {
		nora := w.Person("nora")
		decide := func(kind roster.DecisionKind, basis string, review tilhor.Date) {
			w.Later(time.Minute)
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
				x := roster.Decision{Kind: kind, Pupil: nora, Person: w.parent.Person, Basis: basis, Reason: "Vurdert.", Review: review}
				if kind == roster.InCare || kind == roster.NotInCare {
					x.Person = ""
				}
				return w.Kit.Roster.Decide(tx, w.kari, x, w.Now())
			}))
		}
		link := func(holds bool, r roster.Responsibility) {
			w.Later(time.Minute)
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
				return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: nora, Guardian: w.parent.Person, Holds: holds, Responsibility: r, Reason: "Dom."}, w.Now())
			}))
		}
		own := dialogue.Sender{Slug: w.named(w.parent).Slug, By: w.parent}
		other := dialogue.Sender{Slug: w.named(w.parent, func(n *concerns.Telling) { n.Pupils, n.Described = nil, "En gutt i klassen" }).Slug, By: w.parent}
		of, err := w.cases.TakeUp(w.ctx, w.kari, other.Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		w.must(w.cases.Identify(w.ctx, w.kari, of[0].Slug, w.Person("elias")))
		is := func(why string, want bool) {
			t.Helper()
			for s, want := range map[dialogue.Sender]bool{own: want, other: true} {
				if has, err := w.desk.Has(w.ctx, s); err != nil || has != want {
					t.Errorf("%s: the talk is there: %v, want %v (%v)", why, has, want, err)
				}
			}
		}
		is("the control", true)
		decide(roster.Secret, roster.SecretBases[0], "2026-12-01")
		is("secrecy", false)
		decide(roster.NotSecret, "", "")
		is("secrecy lifted", true)
		decide(roster.Barred, roster.Bases[0], "")
		is("barred", false)
		link(false, roster.No)
		is("barred, and in no list", false)
		decide(roster.NoLongerBarred, "", "")
		is("in no list", false)
		link(true, roster.No)
		is("no responsibility", false)
		link(true, roster.Unknown)
		is("responsibility that nobody has written", true)
		link(true, roster.Yes)
		is("all as it was", true)
		decide(roster.InCare, "", "")
		is("in care", false)
		decide(roster.NotInCare, "", "")
		is("no longer in care", true)
		protect := func(who tilhor.PersonID) {
			w.Later(time.Minute)
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
				return w.Kit.Roster.Protect(tx, w.Keeper(), who, roster.StrictConfidential, w.Now())
			}))
		}
		protect(nora)
		is("the child is protected", false)
		protect(w.parent.Person)
		is("and the parent, who lives there", true)
	})
}
