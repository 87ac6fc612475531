package school_test

import (
	"testing"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
)

// A teacher is accused who handles the pupil's other case: rektor is told as she
// takes the report up, with the way to where it is judged, and no longer when it is.
func TestTheAccusedHasAPartInAnotherCase(t *testing.T) {
	w := newWorld(t)
	other := w.track("Står alene.", "nora")
	w.must(w.cases.Appoint(t.Context(), w.kari, other, w.teacher.Person))
	c, err := w.concerns.Tell(t.Context(), w.sosial, concerns.Telling{
		School: w.Solbakken, Pupils: []tilhor.PersonID{w.Person("nora")}, Saw: "Holdt henne hardt.", Arena: tilhor.ArenaCorridor,
		Happened: tilhor.Now(w.Now()), Known: tilhor.Now(w.Now()), Accused: duty.AccusedEmployee, Against: []tilhor.PersonID{w.teacher.Person},
	})
	w.must(err)
	at := "/sperrede/" + c.Slug
	w.pages(w.rektor, at, "Jonas Lund har del i en annen sak om samme elev", "/saker/"+other+"/inhabil")
	w.sent(w.rektor, "/saker/"+other+"/inhabil", form("person", string(w.teacher.Person), "why", "conflict", "reason", "Er meldt."))
	lacks(t, w.pages(w.rektor, at), "annen sak om samme elev")
}

// The one whom the owner appointed is asked to judge whether it is serious, as
// whoever leads a case is (§ 12-4).
func TestTheAppointedLeadIsAskedWhetherItIsSerious(t *testing.T) {
	w := newWorld(t)
	anne := w.Actor(tilhor.RoleOwnerAdviser, access.Owner)
	w.must(w.cases.AppointReceiver(t.Context(), anne, anne.Person))
	c := w.tellsOf(duty.AccusedLeadership, "rektor")
	all, err := w.cases.TakeForOwner(t.Context(), anne, c.Slug, anne.Person)
	w.must(err)
	w.pages(w.In(anne), "/saker/"+all[0].Slug, "/saker/"+all[0].Slug+"/alvorlig", "Er dette et alvorlig tilfelle?")
}
