package cases_test

import (
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// lonely is why each case that a person leads has nobody, and who had it.
func (w *world) lonely(by tilhor.Actor) string {
	w.T.Helper()
	all, err := w.desk.Nobody(w.ctx, by)
	w.must(err)
	var out []string
	for _, l := range all {
		out = append(out, strings.TrimSpace(l.Why+" "+l.Name+" "+l.Who))
	}
	return strings.Join(out, ", ")
}

// A case never has nobody: who leads it is told of each that nobody was given,
// that somebody left behind, and that somebody cannot have.
func TestACaseThatNobodyHas(t *testing.T) {
	each(t, func(w *world) {
		if got := w.lonely(w.kari); got != "" {
			w.T.Fatalf("with no case: %s", got)
		}
		first, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "", w.nora).Slug, cases.Stance{})
		w.must(err)
		w.Later(1e9)
		second, vikar := w.taken(w.elias), w.temp("Per Vikar")
		w.must(w.desk.Appoint(w.ctx, w.kari, second, vikar))
		if got := w.lonely(w.kari); got != "new Nora Dahl" {
			w.T.Errorf("one was given to nobody: %q", got)
		}
		w.days(3)
		w.must(w.desk.Appoint(w.ctx, w.kari, first[0].Slug, w.ina.Person))
		if got := w.lonely(w.kari); got != "left Elias Moe Per Vikar" {
			w.T.Errorf("one is left behind: %q", got)
		}
		w.must(w.desk.Recuse(w.ctx, w.ina, first[0].Slug, cases.Recusal{Person: w.ina.Person, Why: "declared", Reason: "Nabo."}))
		if got := w.lonely(w.kari); got != "recused Nora Dahl, left Elias Moe Per Vikar" {
			w.T.Errorf("one is left behind, and one cannot be had: %q", got)
		}
		for _, who := range []tilhor.Actor{w.ina, w.jonas, w.mona, w.other} { // who leads nothing is told nothing
			if got := w.lonely(who); got != "" {
				w.T.Errorf("%s is told %s", who.Role, got)
			}
		}
		w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.mona.Person, Task: cases.StandsIn, From: w.in(0), Until: w.in(7)}))
		if got := w.lonely(w.mona); !strings.HasPrefix(got, "recused Nora Dahl") {
			w.T.Errorf("who stands in for rektor is told %q", got)
		}
		w.must(w.desk.Appoint(w.ctx, w.kari, first[0].Slug, w.jonas.Person))
		w.must(w.desk.Appoint(w.ctx, w.kari, second, w.jonas.Person))
		if got := w.lonely(w.kari); got != "" {
			w.T.Errorf("both have somebody again: %q", got)
		}
	})
}

// Who went to another school and was given one case there has that one, and not
// the others they left behind, in whatever order a list shows them.
func TestWhoHasOneCaseElsewhereHasLeftTheOthers(t *testing.T) {
	each(t, func(w *world) {
		vikar := w.temp("Per Vikar")
		slugs := map[tilhor.PersonID]string{}
		for _, pupil := range []tilhor.PersonID{w.nora, w.elias} {
			w.Later(1e9)
			slugs[pupil] = w.taken(pupil)
			w.must(w.desk.Appoint(w.ctx, w.kari, slugs[pupil], vikar))
		}
		w.days(3)
		held := string(w.see(slugs[w.nora]).ID)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			if err := w.Kit.Roster.Appoint(tx, w.Keeper(), vikar, tilhor.RoleTeacher, w.Fjellvik, w.in(0), "", w.Now()); err != nil {
				return err
			}
			return access.Give(tx, w.kari.Owner, access.Grant{Kind: access.Track, Thing: held, Person: vikar, Unit: w.Fjellvik, Relation: access.Handles, From: w.Now()})
		}))
		if got := w.lonely(w.kari); got != "left Elias Moe Per Vikar" {
			w.T.Errorf("what is left behind: %q", got)
		}
		rows, _, err := w.desk.List(w.ctx, w.kari, cases.Filter{})
		w.must(err)
		for _, r := range rows {
			if f := w.see(r.Slug); f.Has != r.Has || f.Gone != r.Gone || (r.Has == "") != (r.Pupil == w.elias) {
				w.T.Errorf("%s: the list has %q, gone %q; the case %q, gone %q", r.Name, r.Has, r.Gone, f.Has, f.Gone)
			}
		}
	})
}

// That somebody else was kept out of a case is not why nobody has it.
func TestARecusalOfAnotherIsNoReason(t *testing.T) {
	each(t, func(w *world) {
		all, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "", w.nora).Slug, cases.Stance{})
		w.must(err)
		slug := all[0].Slug
		recuse := func(who tilhor.Actor) {
			w.must(w.desk.Recuse(w.ctx, w.kari, slug, cases.Recusal{Person: who.Person, Why: "conflict", Reason: "Nabo."}))
			w.Later(1e9)
		}
		recuse(w.mona)
		if got := w.lonely(w.kari); got != "new Nora Dahl" {
			w.T.Errorf("nobody was given it: %q", got)
		}
		w.must(w.desk.Appoint(w.ctx, w.kari, slug, w.ina.Person))
		recuse(w.ina)
		if got := w.lonely(w.kari); got != "recused Nora Dahl" {
			w.T.Errorf("who had it is out: %q", got)
		}
	})
}

// What is closed to rektor is not told her either: the one whom the owner
// appointed is told, wherever that person works.
func TestASealedCaseThatNobodyHas(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		c := w.against(duty.AccusedLeadership)
		all, err := w.desk.TakeForOwner(w.ctx, anne, c.Slug, w.other.Person)
		w.must(err)
		vikar := w.temp("Per Vikar")
		w.must(w.desk.Appoint(w.ctx, w.other, all[0].Slug, vikar))
		w.days(3)
		if got := w.lonely(w.kari); got != "" {
			w.T.Errorf("rektor is told %s", got)
		}
		if got := w.lonely(w.other); got != "left Nora Dahl Per Vikar" {
			w.T.Errorf("who leads it is told %q", got)
		}
	})
}
