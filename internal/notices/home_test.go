package notices_test

import (
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/notices"
	"tilhor/internal/roster"
	"tilhor/internal/sfo"
	"tilhor/internal/web/webtest"
)

// real puts the desks that answer who is told and who may be in the place of the
// test's own, and makes Nora's case, of which the home is informed. Her mother
// has an address; Jonas, who works there, is her other parent.
func (w *world) real() (slug string, mother, jonas tilhor.Actor) {
	w.T.Helper()
	w.desk.Family, w.desk.May, w.desk.Answered = w.worked.Readers, w.worked.MayMail, w.worked.Answered
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: w.Person("nora"), Guardian: w.jonas.Person, Holds: true, Responsibility: roster.Yes, Reason: "Dom."}, w.Now())
	}))
	all, err := w.worked.TakeUp(w.ctx, w.kari, w.tell(nil).Slug, cases.Stance{Handler: w.ina.Person})
	w.must(err)
	slug = all[0].Slug
	w.must(w.worked.InformHome(w.ctx, w.ina, slug, cases.Informing{
		Answer: cases.Yes, At: tilhor.Now(w.Now()), Heard: cases.NotHeard, WhyNot: "Var syk.", Danger: cases.NoDanger, Basis: "Vurdert.", Shared: "Planen.",
	}))
	w.drain()
	as := func(p tilhor.PersonID) tilhor.Actor {
		return tilhor.Actor{Owner: webtest.Owner, Person: p, Role: tilhor.RoleParent}
	}
	return slug, as(w.Person("forelder-nora")), as(w.jonas.Person)
}

// drain lets what has happened until now be told, and forgets it.
func (w *world) drain() {
	w.T.Helper()
	w.gather()
	w.Later(notices.Wait)
	w.send()
	w.post.sent = nil
}

func (w *world) sends(want ...string) {
	w.T.Helper()
	w.gather()
	w.Later(notices.Wait)
	w.send()
	w.are(want...)
}

const (
	marit   = "marit@dahl.example"
	teacher = "teacher@solbakken.example"
	social  = "social-teacher@solbakken.example"
)

// An answer to one parent is for that one: the other parent is told nothing, and
// so is the pupil. What a parent takes up is told to who leads and who has it.
func TestAnAnswerIsForOneParent(t *testing.T) {
	each(t, func(w *world) {
		slug, mother, _ := w.real()
		w.must(w.worked.RaiseFromHome(w.ctx, mother, slug, "Det fortsetter."))
		w.sends(rektor, social)
		w.must(w.worked.Say(w.ctx, mother, slug, cases.Letter{What: cases.SayComment, Text: "Hei."}))
		w.sends(social)
		f, err := w.worked.See(w.ctx, w.ina, slug, "whole")
		w.must(err)
		for _, r := range f.Unanswered() {
			w.must(w.worked.AnswerHome(w.ctx, w.ina, slug, r.ID, "Vi ringer."))
		}
		w.sends(marit)
		// The control: what is for both goes to both.
		w.must(w.worked.InformHome(w.ctx, w.ina, slug, cases.Informing{
			Answer: cases.Yes, At: tilhor.Now(w.Now()), Heard: cases.NotHeard, WhyNot: "Var syk.", Danger: cases.NoDanger, Basis: "Vurdert.", Shared: "Mer.",
		}))
		w.sends(marit, teacher)
	})
}

// A parent who also works for the municipality is asked about as a parent: barred
// since, nothing is sent. At night it waits, and so does what is told to staff.
func TestAParentWhoAlsoWorksThere(t *testing.T) {
	each(t, func(w *world) {
		slug, _, jonas := w.real()
		inform := func() {
			w.must(w.worked.InformHome(w.ctx, w.ina, slug, cases.Informing{
				Answer: cases.Yes, At: tilhor.Now(w.Now()), Heard: cases.NotHeard, WhyNot: "Var syk.", Danger: cases.NoDanger, Basis: "Vurdert.", Shared: "Planen.",
			}))
		}
		w.Later(11 * time.Hour) // in the evening
		inform()
		c := w.tell(nil)
		w.sends()
		_, err := w.told.Receive(w.ctx, w.kari, c.Slug)
		w.must(err)
		w.sends()
		w.Later(11 * time.Hour)
		w.send()
		w.are(marit, rektor, teacher, teacher) // Jonas as who told it, and as a parent

		inform()
		w.gather()
		w.must(w.worked.DecideHome(w.ctx, w.kari, slug, cases.HomeDecision{What: "barred", Guardian: jonas.Person, Basis: "judgment", Reason: "Dom."}))
		w.Later(notices.Wait)
		w.send()
		w.are(marit) // what waited for the barred one is dropped
		inform()
		w.sends(marit)
	})
}

// Who may be told nothing of one child is mailed of another, of which they are; but what
// waited when that was decided is not sent, whichever child it was of.
func TestAParentOfSeveralOneOfWhomIsKept(t *testing.T) {
	each(t, func(w *world) {
		slug, mother, _ := w.real()
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: w.Person("elias"), Guardian: mother.Person, Holds: true, Responsibility: roster.Yes, Reason: "Dom."}, w.Now())
		}))
		inform := func() {
			w.must(w.worked.InformHome(w.ctx, w.ina, slug, cases.Informing{
				Answer: cases.Yes, At: tilhor.Now(w.Now()), Heard: cases.NotHeard, WhyNot: "Var syk.", Danger: cases.NoDanger, Basis: "Vurdert.", Shared: "Planen.",
			}))
		}
		inform()
		w.sends(marit, teacher)
		w.Later(time.Minute)
		inform()
		w.gather()
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Decide(tx, w.kari, roster.Decision{Kind: roster.Barred, Pupil: w.Person("elias"), Person: mother.Person, Basis: roster.Bases[0], Reason: "Kontaktforbud."}, w.Now())
		}))
		w.Later(notices.Wait)
		w.send()
		w.are(teacher)
		w.Later(time.Minute)
		inform()
		w.sends(marit, teacher)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { // the link ends too: the bar is what counts
			return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: w.Person("elias"), Guardian: mother.Person, Responsibility: roster.No, Reason: "Dom."}, w.Now())
		}))
		w.Later(time.Minute)
		inform()
		w.sends(marit, teacher)
	})
}

// That a case is opened again on a parent's word is no news to the other parent:
// the mail of that hour would say that somebody had spoken.
func TestOpenedAgainIsNoNewsAtHome(t *testing.T) {
	each(t, func(w *world) {
		slug, mother, _ := w.real()
		w.must(w.worked.Hear(w.ctx, w.ina, slug, cases.Talk{At: tilhor.Now(w.Now()), Answer: cases.Spoke, How: "none", Words: "Det er trygt."}))
		w.must(w.worked.StepDown(w.ctx, w.kari, slug, cases.Step{View: "Vet ikke.", Way: "self", Reason: "Målt over tid.", Recheck: "2026-12-28", Told: true}))
		w.drain()
		w.must(w.worked.RaiseFromHome(w.ctx, mother, slug, "Det er ikke trygt."))
		f, err := w.worked.See(w.ctx, w.kari, slug, "whole")
		w.must(err)
		if f.Last(cases.Reopened) == nil {
			w.T.Fatal("it was not opened again")
		}
		w.sends(rektor, social)
	})
}

var yearOf = db.SQL(`UPDATE roster_group SET name = $3 WHERE owner = $1 AND name = $2`)

// When a child's pictures are locked, those who may make new ones with it are told that
// there is something to do; the home is not, and the child has no mail.
func TestLockedPictures(t *testing.T) {
	each(t, func(w *world) {
		slug, _, _ := w.real()
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(yearOf, webtest.Owner, "5A", "9A")
			return err
		}))
		w.must(w.worked.AgreePictures(w.ctx, w.ina, slug, []string{"book", "door", "book", "way"}))
		w.drain()
		nora := tilhor.Actor{Owner: webtest.Owner, Person: w.Person("nora"), Role: tilhor.RolePupil, School: w.Solbakken}
		for try := range 6 {
			if _, err := w.worked.OpenMine(w.ctx, nora, []string{"way", "way", "way", "way"}); tilhor.FaultsOf(err) == nil {
				w.T.Fatal(err)
			}
			switch try {
			case 3:
				w.sends() // the control: not yet
			case 4:
				w.sends(rektor, social)
			}
		}
		w.sends()
	})
}

// Whoever has a PIN made, or chosen, in their name is told: also when the record
// says that they did it themselves.
func TestAPINInOnesName(t *testing.T) {
	each(t, func(w *world) {
		desk := &sfo.Desk{DB: w.DB, Keys: w.Kit.Keys, Journal: w.Kit.Journal, Roster: w.Kit.Roster, Clock: w.Kit.Clock}
		mona := w.Actor(tilhor.RoleSFO, w.Solbakken)
		w.must(desk.SetHours(w.ctx, w.kari, []sfo.Hours{{Weekday: time.Monday, Opens: 0, Closes: 23 * 60}}))
		token, err := desk.Enroll(w.ctx, w.kari, "Nettbrettet")
		w.must(err)
		code, err := desk.GiveCode(w.ctx, w.kari, mona.Person)
		w.must(err)
		w.sends("sfo@solbakken.example")
		at, err := desk.At(w.ctx, webtest.Owner, token, mona.Person)
		w.must(err)
		_, err = desk.Choose(w.ctx, at, mona.Person, code, "837261", "837261")
		w.must(err)
		w.sends("sfo@solbakken.example")
		stamp, err := desk.Enter(w.ctx, at, mona.Person, "837261")
		if err != nil || stamp == "" {
			w.T.Fatal(err)
		}
		w.sends()
	})
}
