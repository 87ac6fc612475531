package cases_test

import (
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/roster"
)

// matter is who stands in a matter, as somebody sees it.
func (w *world) matter(who tilhor.Actor, slug string) string {
	w.T.Helper()
	rows, err := w.desk.Matter(w.ctx, who, slug)
	w.must(err)
	var all []string
	for _, r := range rows {
		first, _, _ := strings.Cut(r.Name, " ")
		all = append(all, first+" "+r.Number)
	}
	return strings.Join(all, ", ")
}

// Two matters turn out to be one: the tracks stand together, and each keeps its
// number, address, plan and clocks. Taken out, a track stands where it began.
func TestMattersAreJoinedAndParted(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.days(1)
		other := w.running(w.elias)
		w.days(1)
		one, two := w.see(slug), w.see(other)
		w.must(w.desk.JoinMatter(w.ctx, w.ina, slug, two.Number, "Det er den samme gjengen i friminuttet."))
		want := "Nora " + one.Number + ", Elias " + two.Number
		for _, s := range []string{slug, other} {
			if got := w.matter(w.kari, s); got != want {
				t.Errorf("the matter is %s, want %s", got, want)
			}
			f := w.see(s)
			r := f.Last(cases.Together)
			if r == nil || r.Answer != cases.WereJoined || r.Text["reason"] == "" || f.Siblings != 1 || len(f.Plans) != 1 {
				t.Errorf("%s: %d others, %d plans, and it says %+v", s, f.Siblings, len(f.Plans), r)
			}
		}
		for id := range map[string]bool{"k12.investigate": true, "k12.plan": true} {
			for _, p := range [][2]cases.File{{one, w.see(slug)}, {two, w.see(other)}} {
				for i, d := range p[0].Duties {
					if string(d.ID) == id && !d.TriggeredAt.Equal(p[1].Duties[i].TriggeredAt) {
						t.Errorf("%s ran from %s, and now from %s", id, d.TriggeredAt, p[1].Duties[i].TriggeredAt)
					}
				}
			}
		}
		// A case is found by the number it has, a concern joins the matter by either.
		for _, n := range []string{one.Number, two.Number} {
			rows, _, err := w.desk.Seek(w.ctx, w.kari, cases.Query{Number: n})
			w.must(err)
			if len(rows) != 1 || rows[0].Number != n {
				t.Errorf("%s finds %d", n, len(rows))
			}
		}
		all, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaBreak, "", w.tuva, w.elias).Slug, cases.Stance{Join: two.Number})
		w.must(err)
		if all[0].Case != w.see(slug).Case || all[0].Number != one.Number || w.see(all[0].Slug).Number != one.Number || all[1].Slug != other {
			t.Errorf("the concern came into %+v", all)
		}
		w.days(1)
		w.must(w.desk.TakeOut(w.ctx, w.ina, other, "Det var en annen gjeng, sier Nora."))
		if got := w.matter(w.kari, other); got != "Elias "+two.Number {
			t.Errorf("taken out, it is %s", got)
		}
		if f := w.see(other); f.Case != two.Case || f.Last(cases.Together).Text["reason"] == "" || f.Siblings != 0 {
			t.Errorf("it stands in %s, not where it began", f.Case)
		}
		if r := w.see(slug).Last(cases.Together); r.Answer != cases.OneLeft || len(r.Text) != 0 {
			t.Errorf("the one that stays says %+v", r)
		}
		// A track that began there with others stands by itself, with its number.
		w.must(w.desk.TakeOut(w.ctx, w.kari, all[0].Slug, "Noe annet."))
		f := w.see(all[0].Slug)
		if got := w.matter(w.kari, all[0].Slug); got != "Tuva "+one.Number || f.Case == w.see(slug).Case {
			t.Errorf("taken out, it is %s", got)
		}
		w.is(w.desk.TakeOut(w.ctx, w.kari, slug, "Alene."), tilhor.ErrConflict)
		w.must(w.desk.JoinMatter(w.ctx, w.kari, slug, one.Number, "Likevel.")) // both have that number
		if got := w.matter(w.kari, slug); got != "Nora "+one.Number+", Tuva "+one.Number {
			t.Errorf("joined again, it is %s", got)
		}
		w.holds()
	})
}

// By joining nothing becomes readable to anybody who could not read it, and who
// is family of one child has no part in the other's case any more.
func TestJoiningLetsNobodyIn(t *testing.T) {
	each(t, func(w *world) {
		slug, other := w.taken(w.nora), w.taken(w.elias)
		w.must(w.desk.Appoint(w.ctx, w.kari, slug, w.jonas.Person))
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: w.nora, Guardian: w.ina.Person, Holds: true, Responsibility: roster.Yes, Reason: "Dom."}, w.Now())
		}))
		w.must(w.desk.JoinMatter(w.ctx, w.kari, slug, w.see(other).Number, "Samme sted og tid."))
		_, err := w.desk.See(w.ctx, w.jonas, other, "whole")
		w.is(err, tilhor.ErrNotFound)
		if got := w.matter(w.jonas, slug); strings.Contains(got, "Elias") {
			t.Errorf("who has one sees %s", got)
		}
		_, err = w.desk.See(w.ctx, w.ina, other, "whole") // is Nora's parent
		w.is(err, tilhor.ErrNotFound)
		w.must(w.desk.TakeOut(w.ctx, w.kari, other, "Likevel ikke."))
		_, err = w.desk.See(w.ctx, w.ina, other, "whole")
		w.is(err, tilhor.ErrNotFound)
		w.sequence()
		f, err := w.desk.Folder(w.ctx, w.kari, other, cases.Wanted{})
		w.must(err)
		if strings.Join(f.Others, " ") != "Nora Dahl" {
			t.Errorf("what the family is given no longer keeps out %v", f.Others)
		}
	})
}

func TestWhatIsNotJoined(t *testing.T) {
	each(t, func(w *world) {
		slug, other, twin := w.taken(w.nora), w.taken(w.elias), w.taken(w.nora)
		n := w.see(other).Number
		join := func(who tilhor.Actor, at, number, reason string) error {
			return w.desk.JoinMatter(w.ctx, who, at, number, reason)
		}
		foreign, err := w.told.Tell(w.ctx, w.other, concerns.Telling{School: w.Fjellvik, Pupils: []tilhor.PersonID{w.odin}, Saw: "Alene.", Arena: tilhor.ArenaBreak, Happened: w.now(), Known: w.now()})
		w.must(err)
		there, err := w.desk.TakeUp(w.ctx, w.other, foreign.Slug, cases.Stance{})
		w.must(err)
		c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
			School: w.Solbakken, Pupils: []tilhor.PersonID{w.tuva}, Saw: "Ropte.", Arena: tilhor.ArenaBreak, Happened: w.now(), Known: w.now(),
			Accused: duty.AccusedEmployee, Against: []tilhor.PersonID{w.jonas.Person},
		})
		w.must(err)
		sealed, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{}, cases.ToOwner{})
		w.must(err)
		refusals(t, []refusal{
			{"which?", join(w.kari, slug, " ", "Samme."), "number", "children.fault.number-missing"},
			{"why?", join(w.kari, slug, n, " "), "reason", "cases.fault.reason"},
			{"no such case", join(w.kari, slug, "finnes", "Samme."), "number", "children.fault.join"},
			{"another school's", join(w.kari, slug, there[0].Number, "Samme."), "number", "children.fault.join"},
			{"closed to the school", join(w.kari, slug, sealed[0].Number, "Samme."), "number", "children.fault.join"},
			{"itself", join(w.kari, slug, w.see(slug).Number, "Samme."), "number", "children.fault.join-itself"},
			{"the same child", join(w.kari, slug, w.see(twin).Number, "Samme."), "number", "children.fault.join-same"},
			{"a name in the reason", join(w.kari, slug, n, "Elias var med."), "reason", "children.fault.names"},
		})
		w.must(w.desk.Appoint(w.ctx, w.kari, other, w.jonas.Person))
		refusals(t, []refusal{{"has one of them", join(w.ina, slug, n, "Samme."), "number", "children.fault.join"}})
		w.must(join(w.kari, slug, n, "Samme."))
		third := w.taken(w.tuva)
		refusals(t, []refusal{{"has one track of the other", join(w.ina, third, w.see(slug).Number, "Samme."), "number", "children.fault.join"}})
		for _, who := range []tilhor.Actor{w.mona, w.other} {
			w.is(join(who, slug, w.see(third).Number, "Samme."), tilhor.ErrNotFound)
			w.is(w.desk.TakeOut(w.ctx, who, slug, "Nei."), tilhor.ErrNotFound)
		}
		refusals(t, []refusal{{"taken out, and why?", w.desk.TakeOut(w.ctx, w.kari, slug, ""), "reason", "cases.fault.reason"}})
	})
}

// sequence puts what was written into the tree, so that a folder can be made.
func (w *world) sequence() {
	w.T.Helper()
	_, err := w.Kit.Journal.Sequence(w.ctx, w.DB, w.kari.Owner, w.Now)
	w.must(err)
}
