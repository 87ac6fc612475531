package notices_test

import (
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/cases"
	"tilhor/internal/ideas"
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
		mother := tilhor.Actor{Owner: w.kari.Owner, Person: w.Person("forelder-nora"), Role: tilhor.RoleParent}
		b := bodies.SMU.Usual()
		b.Name = "SMU"
		smu, err := formal.Found(w.ctx, w.kari, b)
		w.must(err)
		for _, m := range []bodies.Member{{Person: mother.Person, Part: bodies.Parents}, {Person: w.Person("nora"), Part: bodies.Pupils}, {Person: w.jonas.Person, Part: bodies.Staff, Office: bodies.Leader}} {
			w.must(formal.Seat(w.ctx, w.kari, smu, m))
		}
		m, err := formal.Arrange(w.ctx, w.jonas, smu, bodies.Meeting{On: "2026-12-09", Clock: "18"})
		w.must(err)
		w.must(formal.Invite(w.ctx, w.jonas, smu, m, bodies.Guest{Person: w.ina.Person}))
		w.drain()
		call := func() { w.must(formal.Call(w.ctx, w.jonas, smu, m)) }
		call()
		w.sends(marit, social)
		w.must(said.Say(w.ctx, mother, ideas.Saying{School: w.Solbakken, Kind: "way", Words: "Flere lys."}))
		w.sends()
		answer := func() {
			all, _, err := said.AtSchool(w.ctx, w.kari)
			w.must(err)
			w.must(said.Reply(w.ctx, w.kari, all[0].Slug, ideas.Answer{Verdict: "no", Why: "Nei."}))
		}
		answer()
		w.sends(marit)
		w.Later(12 * time.Hour) // night
		call()
		w.sends(social)
		w.Later(11 * time.Hour)
		w.sends(marit)
		// A meeting that was moved since calls nobody.
		call()
		w.must(formal.Rearrange(w.ctx, w.jonas, smu, m, bodies.Meeting{On: "2026-12-10", Clock: "18"}))
		w.sends()
		all, err := w.worked.TakeUp(w.ctx, w.kari, w.tell(nil).Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		w.must(w.worked.DecideHome(w.ctx, w.kari, all[0].Slug, cases.HomeDecision{What: "barred", Guardian: mother.Person, Basis: "judgment", Reason: "Dom."}))
		w.drain()
		call()
		answer()
		w.sends(social)
	})
}
