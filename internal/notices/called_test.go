package notices_test

import (
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/ideas"
	"tilhor/internal/roster"
)

// Who is called to a meeting, and who has an answer to a suggestion, is told that there
// is something to read: families not at night, never a parent who is barred, nor a
// child; and not who called, or answered.
func TestACallAndAnAnswer(t *testing.T) {
	each(t, func(w *world) {
		k := w.Kit
		formal := &bodies.Desk{DB: w.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		said := &ideas.Desk{DB: w.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Bodies: formal, Clock: k.Clock}
		w.desk.May, w.desk.Called, w.desk.Suggested = w.worked.MayMail, formal.Called, said.Suggested
		as := func(p tilhor.PersonID) tilhor.Actor {
			return tilhor.Actor{Owner: w.kari.Owner, Person: p, Role: tilhor.RoleParent}
		}
		mother, ina := as(w.Person("forelder-nora")), as(w.ina.Person) // who works there too
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: w.Person("nora"), Guardian: ina.Person, Holds: true, Responsibility: roster.Yes, Reason: "Dom."}, w.Now())
		}))
		b := bodies.SMU.Usual()
		b.Name = "SMU"
		smu, err := formal.Found(w.ctx, w.kari, b)
		w.must(err)
		for _, m := range []bodies.Member{{Person: mother.Person, Part: bodies.Parents, Office: bodies.Leader}, {Person: ina.Person, Part: bodies.Parents}, {Person: w.Person("nora"), Part: bodies.Pupils}, {Person: w.jonas.Person, Part: bodies.Staff}} {
			w.must(formal.Seat(w.ctx, w.kari, smu, m))
		}
		m, err := formal.Arrange(w.ctx, mother, smu, bodies.Meeting{On: "2026-12-09", Clock: "18"})
		w.must(err)
		w.must(formal.Invite(w.ctx, mother, smu, m, bodies.Guest{Person: w.kari.Person}))
		w.drain()
		call := func() { w.must(formal.Call(w.ctx, mother, smu, m)) }
		call()
		w.sends(rektor, social, teacher)
		w.must(said.Say(w.ctx, ina, ideas.Saying{School: w.Solbakken, Kind: "way", Words: "Flere lys."}))
		w.sends()
		answer := func() {
			all, _, err := said.AtSchool(w.ctx, w.kari)
			w.must(err)
			w.must(said.Reply(w.ctx, w.kari, all[0].Slug, ideas.Answer{Verdict: "no", Why: "Nei."}))
		}
		answer()
		w.sends(social)
		w.Later(12 * time.Hour) // night: everybody is left in peace
		call()
		answer()
		w.sends()
		w.Later(11 * time.Hour)
		w.sends(rektor, social, teacher)
		// A meeting that was moved since calls nobody.
		call()
		w.must(formal.Rearrange(w.ctx, mother, smu, m, bodies.Meeting{On: "2026-12-10", Clock: "18"}))
		w.sends()
		// Who is invited after the call is told too, and nobody when the meeting is called off.
		off, err := formal.Arrange(w.ctx, mother, smu, bodies.Meeting{On: "2026-12-11", Clock: "18"})
		w.must(err)
		w.must(formal.Invite(w.ctx, mother, smu, off, bodies.Guest{Person: w.kari.Person}))
		w.sends()
		w.must(formal.Call(w.ctx, mother, smu, off))
		w.sends(rektor, social, teacher)
		x, err := formal.Meeting(w.ctx, mother, smu, off)
		w.must(err)
		w.must(formal.Uninvite(w.ctx, mother, smu, off, x.Guests[0].Slug))
		w.must(formal.Invite(w.ctx, mother, smu, off, bodies.Guest{Person: w.kari.Person}))
		w.sends(rektor)
		w.must(formal.Call(w.ctx, mother, smu, off))
		w.must(formal.Cancel(w.ctx, mother, smu, off))
		w.sends()
		all, err := w.worked.TakeUp(w.ctx, w.kari, w.tell(nil).Slug, cases.Stance{Handler: w.jonas.Person})
		w.must(err)
		w.must(w.worked.DecideHome(w.ctx, w.kari, all[0].Slug, cases.HomeDecision{What: "barred", Guardian: ina.Person, Basis: "judgment", Reason: "Dom."}))
		w.drain()
		call()
		answer()
		w.sends(rektor, teacher)
	})
}
