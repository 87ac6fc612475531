package interventions_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/interventions"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/law"
	"tilhor/internal/web/webtest"
)

type world struct {
	*testing.T
	*webtest.Town
	ctx                    context.Context
	desk                   *interventions.Desk
	kari, mona, ina, other tilhor.Actor // rektor, SFO, social teacher; the other school's rektor
	nora, odin             tilhor.PersonID
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		w := &world{T: t, Town: town, ctx: db.Twice(context.Background())}
		w.desk = &interventions.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		w.kari, w.mona = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleSFO, town.Solbakken)
		w.ina, w.other = town.Actor(tilhor.RoleSocialTeacher, town.Solbakken), town.Actor(tilhor.RoleRektor, town.Fjellvik)
		w.nora, w.odin = town.Person("nora"), town.Person("odin")
		test(w)
	})
}

func (w *world) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

func (w *world) report(view string) interventions.Report {
	r := interventions.Report{
		Pupil: w.nora, Arena: tilhor.ArenaSFO, At: tilhor.Now(w.Now()), Event: "Nora kastet stein mot de andre.", What: "Mona holdt henne rundt livet.",
		Who: "Mona Lund", Long: "Et halvt minutt", Why: "De små sto like ved.", View: view,
	}
	if view == interventions.Told {
		r.Words = "Jeg ble sint. Det var ekkelt."
	}
	return r
}

func (w *world) told(view string) string {
	w.T.Helper()
	e, err := w.desk.Tell(w.ctx, w.mona, w.report(view))
	w.must(err)
	return e.Slug
}

// stands is how each duty of the pupil's interventions stands.
func (w *world) stands(slug string) string {
	w.T.Helper()
	e, err := w.desk.See(w.ctx, w.kari, slug)
	w.must(err)
	by := map[law.ID][]string{}
	for _, d := range e.Duties {
		by[d.ID] = append(by[d.ID], string(d.State))
	}
	var all []string
	for _, id := range []law.ID{"k13.force_report", "k13.force_parents", "k13.force_doc", "k13.force_owner"} {
		if len(by[id]) > 0 {
			all = append(all, strings.TrimPrefix(string(id), "k13.force_")+"="+strings.Join(by[id], "+"))
		}
	}
	return strings.Join(all, " ")
}

func (w *world) is(slug, want string) {
	w.T.Helper()
	if got := w.stands(slug); got != want {
		w.T.Errorf("stands %s, want %s", got, want)
	}
}

// The first: rektor is told by the telling itself, the parents by rektor, and it
// is not documented before the pupil was asked. The second also goes to the owner.
func TestOneThenAnother(t *testing.T) {
	each(t, func(w *world) {
		slug := w.told(interventions.Later)
		w.is(slug, "report=met parents=open doc=open")
		w.must(w.desk.Ask(w.ctx, w.mona, slug, interventions.View{Answer: interventions.Declined}))
		w.must(w.desk.TellParents(w.ctx, w.kari, slug, interventions.Notice{Text: "Ringte mor."}))
		w.is(slug, "report=met parents=met doc=met")
		w.Later(time.Hour)
		second := w.told(interventions.Told)
		w.is(second, "report=met+met parents=met+open doc=met+met owner=open")
		e, err := w.desk.See(w.ctx, w.kari, second)
		w.must(err)
		if e.Nth != 2 || e.All != 2 || !e.Lead || e.Name != "Nora Dahl" {
			t.Errorf("rektor sees %+v", e)
		}
		today, err := w.desk.Today(w.ctx, w.kari)
		w.must(err)
		if len(today) != 1 || today[0].Slug != second || len(today[0].Duties) != 2 {
			t.Errorf("rektor's day has %+v", today)
		}
		w.must(w.desk.TellOwner(w.ctx, w.kari, second, interventions.Notice{Text: "Ringte kommunen."}))
		w.must(w.desk.TellParents(w.ctx, w.kari, second, interventions.Notice{Text: "Ringte mor igjen."}))
		w.is(second, "report=met+met parents=met+met doc=met+met owner=met")
		if today, err = w.desk.Today(w.ctx, w.kari); err != nil || len(today) != 0 {
			t.Errorf("what is done stands in the day: %+v (%v)", today, err)
		}
		r, err := journal.Verify(context.Background(), w.Kit.DB, webtest.Owner, journal.Against{Keys: w.Kit.Keys})
		w.must(err)
		if len(r.Wrong) > 0 {
			t.Errorf("a whole record is faulted: %v", r.Wrong)
		}
		if wrong, err := duty.Check(context.Background(), w.Kit.DB, webtest.Owner, w.Now()); err != nil || len(wrong) > 0 {
			t.Errorf("the cache of duties: %v %v", wrong, err)
		}
	})
}

// One that rektor judges particularly serious goes to the owner though it is the
// first; one that is not, does not. The reason is always asked for.
func TestAParticularlySeriousOne(t *testing.T) {
	each(t, func(w *world) {
		slug := w.told(interventions.Told)
		w.must(w.desk.Judge(w.ctx, w.kari, slug, false, true, "Kort, uten skade."))
		w.is(slug, "report=met parents=open doc=met")
		w.must(w.desk.Judge(w.ctx, w.kari, slug, true, true, "Legen fant et blåmerke."))
		w.is(slug, "report=met parents=open doc=met owner=open")
		if err := w.desk.Judge(w.ctx, w.kari, slug, true, true, "En gang til."); !errors.Is(err, tilhor.ErrConflict) {
			t.Errorf("judged twice: %v", err)
		}
	})
}

// Rektor decides, who told sees what was told, and nobody else knows of it: not
// the other school, not a colleague, not the nurse.
func TestWhoSeesAnIntervention(t *testing.T) {
	each(t, func(w *world) {
		slug := w.told(interventions.Later)
		w.must(w.desk.Judge(w.ctx, w.kari, slug, false, true, "Kort."))
		e, err := w.desk.See(w.ctx, w.mona, slug)
		w.must(err)
		if e.Lead || e.All != 0 || len(e.Duties) != 0 || len(e.Lines) != 1 {
			t.Errorf("who told sees %+v", e)
		}
		for _, role := range webtest.Roles {
			for _, school := range []tilhor.SchoolID{w.Solbakken, w.Fjellvik} {
				a := w.Actor(role, school)
				if a == w.mona || a == w.kari {
					continue
				}
				_, there := w.desk.See(w.ctx, a, slug)
				_, missing := w.desk.See(w.ctx, a, "zzzzzzzzzz")
				if !errors.Is(there, tilhor.ErrNotFound) || there.Error() != missing.Error() {
					t.Errorf("%s at %s: %v, %v", role, school, there, missing)
				}
				if all, _, _ := w.desk.List(w.ctx, a, ""); len(all) != 0 {
					t.Errorf("%s at %s has it in the list", role, school)
				}
				if err := w.desk.Ask(w.ctx, a, slug, interventions.View{Answer: interventions.Declined}); !errors.Is(err, tilhor.ErrNotFound) {
					t.Errorf("%s at %s wrote in it: %v", role, school, err)
				}
			}
		}
		for what, err := range map[string]error{
			"the parents": w.desk.TellParents(w.ctx, w.mona, slug, interventions.Notice{Text: "x"}),
			"the owner":   w.desk.TellOwner(w.ctx, w.mona, slug, interventions.Notice{Text: "x"}),
			"a judgement": w.desk.Judge(w.ctx, w.mona, slug, true, true, "x"),
		} {
			if !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("who told decided on %s: %v", what, err)
			}
		}
		untrained := w.kari
		untrained.Trained = false
		if _, err := w.desk.See(w.ctx, untrained, slug); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("rektor without training: %v", err)
		}
	})
}

// What can be put right is told at its field, in every language.
func TestAnInterventionIsRefusedKindly(t *testing.T) {
	each(t, func(w *world) {
		for name, c := range map[string]struct {
			change     func(r *interventions.Report)
			field, key string
		}{
			"no pupil":          {func(r *interventions.Report) { r.Pupil = "" }, "described", "force.fault.described"},
			"another school's":  {func(r *interventions.Report) { r.Pupil = w.odin }, "pupil", "force.fault.pupil"},
			"no place":          {func(r *interventions.Report) { r.Arena = "" }, "arena", "force.fault.arena"},
			"no event":          {func(r *interventions.Report) { r.Event = " " }, "event", "force.fault.event"},
			"nothing done":      {func(r *interventions.Report) { r.What = "" }, "what", "force.fault.what"},
			"nobody":            {func(r *interventions.Report) { r.Who = "" }, "who", "force.fault.who"},
			"no length":         {func(r *interventions.Report) { r.Long = "" }, "long", "force.fault.length"},
			"no reason":         {func(r *interventions.Report) { r.Why = "" }, "why", "force.fault.why"},
			"the pupil's view":  {func(r *interventions.Report) { r.View = "" }, "view", "force.fault.view"},
			"told without word": {func(r *interventions.Report) { r.View = interventions.Told }, "words", "force.fault.words"},
			"tomorrow":          {func(r *interventions.Report) { r.At = tilhor.Now(w.Now().AddDate(0, 0, 1)) }, "at", "force.fault.future"},
			"too long":          {func(r *interventions.Report) { r.Event = strings.Repeat("x", 20_001) }, "event", "force.fault.long"},
		} {
			r := w.report(interventions.Later)
			c.change(&r)
			_, err := w.desk.Tell(w.ctx, w.mona, r)
			all := tilhor.FaultsOf(err)
			if len(all) != 1 || all[0] != (tilhor.Fault{Field: c.field, Key: c.key}) {
				t.Errorf("%s: %v", name, err)
			}
			for _, l := range lang.Langs {
				if !lang.For(l).Has(c.key) {
					t.Errorf("%s has no text in %s", c.key, l)
				}
			}
		}
		slug := w.told(interventions.Later)
		for name, c := range map[string]struct {
			err        error
			field, key string
		}{
			"no view":       {w.desk.Ask(w.ctx, w.mona, slug, interventions.View{Answer: interventions.Later}), "view", "force.fault.view-now"},
			"no words":      {w.desk.Ask(w.ctx, w.mona, slug, interventions.View{Answer: interventions.Told}), "words", "force.fault.words"},
			"nothing said":  {w.desk.TellParents(w.ctx, w.kari, slug, interventions.Notice{}), "text", "force.fault.text"},
			"said before":   {w.desk.TellParents(w.ctx, w.kari, slug, interventions.Notice{At: tilhor.When{At: w.Now().Add(-time.Hour), Precision: tilhor.Exact}, Text: "x"}), "at", "force.fault.before"},
			"not judged":    {w.desk.Judge(w.ctx, w.kari, slug, false, false, "x"), "serious", "force.fault.serious"},
			"without cause": {w.desk.Judge(w.ctx, w.kari, slug, true, true, " "), "reason", "force.fault.reason"},
		} {
			if all := tilhor.FaultsOf(c.err); len(all) != 1 || all[0] != (tilhor.Fault{Field: c.field, Key: c.key}) {
				t.Errorf("%s: %v", name, c.err)
			}
		}
	})
}

// The list pages by its clock, each once.
func TestTheListPages(t *testing.T) {
	each(t, func(w *world) {
		for range 53 {
			w.Later(time.Minute)
			if _, err := w.desk.Tell(context.Background(), w.mona, w.report(interventions.Declined)); err != nil {
				t.Fatal(err)
			}
		}
		seen := map[string]bool{}
		after, pages := "", 0
		for {
			all, next, err := w.desk.List(w.ctx, w.kari, after)
			w.must(err)
			pages++
			for _, e := range all {
				if seen[e.Slug] {
					t.Error("one stands twice")
				}
				seen[e.Slug] = true
			}
			if next == "" {
				break
			}
			after = next
		}
		if len(seen) != 53 || pages != 2 {
			t.Errorf("%d in %d pages", len(seen), pages)
		}
		if all, _, err := w.desk.List(w.ctx, w.kari, "tull"); err != nil || len(all) != 50 {
			t.Errorf("a cursor that is none: %d, %v", len(all), err)
		}
	})
}

// However much is told at a school, none of it takes the place of an intervention
// in rektor's day.
func TestAFloodHidesNoIntervention(t *testing.T) {
	each(t, func(w *world) {
		w.Flood()
		w.Later(48 * time.Hour)
		slug := w.told(interventions.Told)
		w.is(slug, "report=met parents=open doc=met")
		today, err := w.desk.Today(w.ctx, w.kari)
		w.must(err)
		if len(today) != 1 || today[0].Slug != slug || len(today[0].Duties) != 1 {
			w.Errorf("rektor's day has %+v", today)
		}
	})
}
