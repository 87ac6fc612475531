package cases_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/law"
	"tilhor/internal/web/webtest"
)

// A world is a town of two schools with the desk under test. It is Monday 23
// November 2026, ten o'clock.
type world struct {
	*testing.T
	*webtest.Town
	ctx                           context.Context
	told                          *concerns.Desk
	desk                          *cases.Desk
	kari, ina, jonas, mona, other tilhor.Actor // rektor, social teacher, teacher, SFO; the other school's rektor
	nora, elias, tuva, odin       tilhor.PersonID
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		w := &world{T: t, Town: town, ctx: db.Twice(context.Background())}
		w.told = &concerns.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		w.desk = &cases.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: w.told, Clock: k.Clock}
		w.kari, w.ina = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleSocialTeacher, town.Solbakken)
		w.jonas, w.mona = town.Actor(tilhor.RoleTeacher, town.Solbakken), town.Actor(tilhor.RoleSFO, town.Solbakken)
		w.other = town.Actor(tilhor.RoleRektor, town.Fjellvik)
		w.nora, w.elias, w.tuva, w.odin = town.Person("nora"), town.Person("elias"), town.Person("tuva"), town.Person("odin")
		test(w)
	})
}

func (w *world) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// now is the held clock, as something that happens as it is written.
func (w *world) now() tilhor.When { return tilhor.Now(w.Now()) }

// in is a date some days from today.
func (w *world) in(days int) tilhor.Date { return calendar.DateOf(w.Now()).Add(days) }

func (w *world) days(n int) { w.Later(time.Duration(n) * 24 * time.Hour) }

// worry sends a concern from Mona.
func (w *world) worry(arena tilhor.Arena, described string, pupils ...tilhor.PersonID) concerns.Concern {
	w.T.Helper()
	c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
		School: w.Solbakken, Pupils: pupils, Described: described, Saw: "Sto alene.", Arena: arena, Happened: w.now(), Known: w.now(),
	})
	w.must(err)
	return c
}

// taken is a track that Ina handles.
func (w *world) taken(pupil tilhor.PersonID) string {
	w.T.Helper()
	all, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "", pupil).Slug, cases.Stance{Handler: w.ina.Person})
	w.must(err)
	return all[0].Slug
}

func (w *world) see(slug string) cases.File {
	w.T.Helper()
	f, err := w.desk.See(w.ctx, w.kari, slug, "overview")
	w.must(err)
	return f
}

// heard is what the gate of the plan asks for.
func (w *world) heard(slug string) {
	w.T.Helper()
	w.must(w.desk.Hear(w.ctx, w.ina, slug, cases.Talk{At: w.now(), Answer: cases.Spoke, How: "none", Words: "Jeg vil ikke ut."}))
	w.must(w.desk.Weigh(w.ctx, w.ina, slug, cases.Weighing{Interests: "Trygghet.", View: "Vil ha en voksen nær.", Weighing: "Tungt.", Conclusion: "En voksen ute."}))
}

func (w *world) measure() cases.Measure {
	return cases.Measure{Problem: "Alene ute.", What: "Voksen ved ballbingen.", Start: w.in(0), Doer: w.jonas.Person, Evaluate: w.in(14)}
}

// planned approves a plan of these measures.
func (w *world) planned(slug string, ms ...cases.Measure) {
	w.T.Helper()
	rev := 0
	if f := w.see(slug); f.Draft != nil {
		rev = f.Draft.Rev
	}
	w.must(w.desk.SavePlan(w.ctx, w.ina, slug, rev, cases.Plan{Measures: ms}))
	w.must(w.desk.Approve(w.ctx, w.kari, slug, w.see(slug).Draft.Rev))
}

// running is a track with a plan in force.
func (w *world) running(pupil tilhor.PersonID) string {
	w.T.Helper()
	slug := w.taken(pupil)
	w.heard(slug)
	w.planned(slug, w.measure())
	return slug
}

func (w *world) evaluation(answer, then string) cases.Evaluation {
	return cases.Evaluation{At: w.now(), Way: "self", Answer: answer, Words: "Det er som det er.", Saw: "Mindre uro.", Best: "Som før.", Then: then, Next: w.in(14)}
}

// closed is a track closed on the pupil's own word.
func (w *world) closed(pupil tilhor.PersonID) string {
	w.T.Helper()
	slug := w.running(pupil)
	w.days(1)
	w.must(w.desk.Evaluate(w.ctx, w.ina, slug, w.evaluation(cases.SafeNow, cases.Finish)))
	w.must(w.desk.Close(w.ctx, w.kari, slug, cases.Ending{Words: "Det er trygt nå.", CheckOn: w.in(35)}))
	return slug
}

// stepped is a track stepped down without the pupil's word.
func (w *world) stepped(pupil tilhor.PersonID) string {
	w.T.Helper()
	slug := w.running(pupil)
	w.must(w.desk.StepDown(w.ctx, w.kari, slug, cases.Step{View: "Vet ikke.", Way: "self", Reason: "Målt over tid.", Recheck: w.in(35), Told: true}))
	return slug
}

// chores are the measures of a person's day, in words.
func (w *world) chores(who tilhor.Actor) (now, before string) {
	w.T.Helper()
	words := func(all []cases.Chore) string {
		var s []string
		for _, c := range all {
			s = append(s, strings.TrimSpace(c.What+" "+c.Answer))
		}
		return strings.Join(s, ", ")
	}
	a, b, err := w.desk.Mine(w.ctx, who)
	w.must(err)
	return words(a), words(b)
}

// state is how the last duty of a kind stands.
func (w *world) state(f cases.File, id law.ID) (s duty.State) {
	for _, d := range f.Duties {
		if d.ID == id {
			s = d.State
		}
	}
	return s
}

// A refusal is one thing that is refused: at a field, with a
// text of the catalogue.
type refusal struct {
	name  string
	err   error
	field string
	key   string
}

// refusals checks that each act was refused where it should be, with just one
// fault, and that people can read why in every language.
func refusals(t *testing.T, rows []refusal) {
	t.Helper()
	for _, r := range rows {
		all := tilhor.FaultsOf(r.err)
		if len(all) != 1 || all[0] != (tilhor.Fault{Field: r.field, Key: r.key}) {
			t.Errorf("%s: want %s at %s, got %v (%v)", r.name, r.key, r.field, all, r.err)
		}
		for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk, tilhor.English} {
			if s := lang.For(l).T(r.key); strings.Contains(s, "⟦") || s == r.key {
				t.Errorf("%s: %s has no text in %s", r.name, r.key, l)
			}
		}
	}
}

func (w *world) is(err, want error) {
	w.T.Helper()
	if !errors.Is(err, want) {
		w.T.Fatalf("want %q, got %v", want, err)
	}
}
