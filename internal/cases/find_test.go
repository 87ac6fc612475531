package cases_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/web/webtest"
)

// sought are the tracks a query finds, over all its pages.
func (w *world) sought(by tilhor.Actor, q cases.Query) (slugs []string) {
	w.T.Helper()
	for range 100 {
		rows, next, err := w.desk.Seek(w.ctx, by, q)
		w.must(err)
		for _, r := range rows {
			slugs = append(slugs, r.Slug)
		}
		if next == "" {
			return slugs
		}
		q.After = next
	}
	w.T.Fatal("the pages do not end")
	return nil
}

// Each thing that can be asked for finds what it says, and nothing else.
func TestAQueryFinds(t *testing.T) {
	each(t, func(w *world) {
		nora := w.running(w.nora)
		w.days(3)
		elias := w.taken(w.elias)
		closed := w.closed(w.tuva)
		all, err := w.desk.TakeUp(w.ctx, w.kari, w.worry(tilhor.ArenaSFO, "En gutt i gul jakke").Slug, cases.Stance{})
		w.must(err)
		unknown := all[0].Slug
		number := w.see(elias).Number
		w.days(9)
		_, err = duty.Wake(context.Background(), w.DB, w.kari.Owner, w.Now(), 1000)
		w.must(err)
		first := w.in(-13)
		for name, x := range map[string]struct {
			q    cases.Query
			want []string
		}{
			"all":              {cases.Query{All: true}, []string{nora, elias, closed, unknown}},
			"open":             {cases.Query{}, []string{nora, elias, unknown}},
			"a pupil":          {cases.Query{Filter: cases.Filter{Pupil: w.tuva}, All: true}, []string{closed}},
			"a place":          {cases.Query{Filter: cases.Filter{Arena: tilhor.ArenaSFO}}, []string{unknown}},
			"a number":         {cases.Query{All: true, Number: number}, []string{elias}},
			"no such number":   {cases.Query{All: true, Number: "zzzzzz"}, nil},
			"nobody's":         {cases.Query{Has: cases.Nobody}, []string{unknown}},
			"somebody's":       {cases.Query{Has: w.ina.Person}, []string{nora, elias}},
			"from a day":       {cases.Query{From: first.Add(1)}, []string{elias, unknown}},
			"until a day":      {cases.Query{Until: first.Add(1)}, []string{nora}},
			"an evaluation":    {cases.Query{Duty: "k12.evaluate"}, []string{nora}},
			"a talk to come":   {cases.Query{Duty: "k12.hear"}, []string{elias, unknown}},
			"late, a talk":     {cases.Query{Duty: "k12.hear", Late: true}, nil},
			"late, an inquiry": {cases.Query{Duty: "k12.investigate", Late: true}, []string{elias, nora, unknown}},
			"not known":        {cases.Query{Duty: "k12.xxx"}, nil},
		} {
			got := w.sought(w.kari, x.q)
			slices.Sort(got)
			want := slices.Clone(x.want)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
		// By name, in Norwegian order, who has none last; the cursor is no name.
		if got := w.sought(w.kari, cases.Query{All: true, ByName: true, Lang: tilhor.Bokmal}); !slices.Equal(got, []string{elias, nora, closed, unknown}) {
			t.Errorf("by name: %v", got)
		}
	})
}

// Whatever is asked for, nobody finds what the one rule of access does not let
// through: the finding and the decision are the same, for everybody and with bars.
func TestNobodyFindsMoreThanTheRuleLets(t *testing.T) {
	each(t, func(w *world) {
		w.Altered = true
		tracks := map[string]string{}
		for _, p := range []tilhor.PersonID{w.nora, w.elias, w.tuva} {
			slug := w.taken(p)
			w.heard(slug)
			tracks[string(w.see(slug).ID)] = slug
		}
		n := 0
		w.must(w.DB.Write(context.Background(), func(tx *db.Tx) error {
			n = 0
			for _, id := range ids(tracks) {
				g := access.Grant{Kind: access.Track, Thing: id, Person: w.jonas.Person, Unit: w.Solbakken, Relation: access.Handles, From: w.Now().Add(-time.Hour)}
				bar := access.Bar{Kind: access.Track, Thing: id, From: w.Now().Add(-time.Hour), Reason: "kin"}
				switch n++; n {
				case 1:
					bar.Role, bar.Unit = tilhor.RoleRektor, w.Solbakken
				case 2:
					bar.Person = w.ina.Person
				default:
					if err := access.Give(tx, webtest.Owner, g); err != nil {
						return err
					}
					continue
				}
				if err := access.Shut(tx, webtest.Owner, bar); err != nil {
					return err
				}
			}
			return nil
		}))
		untrained := w.kari
		untrained.Trained = false
		some := 0
		for _, who := range []tilhor.Actor{w.kari, w.ina, w.jonas, w.mona, w.other, untrained, w.Actor(tilhor.RoleNurse, w.Solbakken), w.Actor(tilhor.RoleDeputy, w.Solbakken)} {
			var want []string
			w.must(w.DB.Read(context.Background(), func(tx *db.Tx) error {
				want = nil
				for id, slug := range tracks {
					if _, err := access.Allow(tx, who, access.Read, id, w.Now()); err == nil {
						want = append(want, slug)
					}
				}
				return nil
			}))
			slices.Sort(want)
			some += len(want)
			got := map[string][]string{"by date": w.sought(who, cases.Query{All: true}), "by name": w.sought(who, cases.Query{All: true, ByName: true})}
			s, err := w.desk.Search(w.ctx, who, "vil ikke ut", "")
			w.must(err)
			for _, h := range s.Hits {
				got["in the texts"] = append(got["in the texts"], h.Slug)
			}
			if s.All != len(want) {
				t.Errorf("%s: %d of %d are counted", who.Role, s.All, len(want))
			}
			for how, all := range got {
				slices.Sort(all)
				if !slices.Equal(all, want) {
					t.Errorf("%s finds %v %s; may open %v", who.Role, all, how, want)
				}
			}
		}
		if some != 2+2+1 {
			t.Errorf("%d may be opened in all: the test proves little", some)
		}
	})
}

func ids(m map[string]string) (all []string) {
	for id := range m {
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}

// A text is found where it stands, told as a place and never as a sentence; what
// another child said is not searched; and the search is one reading.
func TestASearchThroughTheTexts(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.Write(w.ctx, w.ina, slug, cases.Line{What: "note", Text: "Vaktmesteren låste BODEN ved\n gjerdet."}))
		w.must(w.desk.AddChild(w.ctx, w.ina, slug, cases.Child{Person: w.elias, Role: "affected"}))
		w.must(w.desk.Hear(w.ctx, w.ina, slug, cases.Talk{Child: w.see(slug).Children[0].Code, At: w.now(), Answer: cases.Spoke, How: "none", Words: "Jeg så kjelleren."}))
		for text, where := range map[string][]cases.Kind{
			"boden ved gjerdet":     {cases.Wrote},
			"  Boden   VED gjerdet": {cases.Wrote},
			"vil ikke ut":           {cases.Voice},
			"ballbingen":            {cases.Approved},
			"sto alene":             {cases.Told},
			"kjelleren":             nil, // another child's words
			"finnes ikke":           nil,
		} {
			s, err := w.desk.Search(w.ctx, w.kari, text, "")
			w.must(err)
			var got []cases.Kind
			for _, h := range s.Hits {
				got = append(got, h.Where...)
			}
			if !slices.Equal(got, where) || s.Next != "" || s.Looked != 1 || s.All != 1 {
				t.Errorf("%q stands in %v, want %v (%+v)", text, got, where, s)
			}
		}
		if all := tilhor.FaultsOf(func() error { _, err := w.desk.Search(w.ctx, w.kari, " ab ", ""); return err }()); len(all) != 1 || all[0].Key != "find.fault.short" {
			t.Errorf("a short text: %v", all)
		}
		readings := 0
		w.must(w.DB.Read(context.Background(), func(tx *db.Tx) error {
			all, err := w.Kit.Journal.Readings(tx, webtest.Owner, "school/"+string(w.Solbakken))
			readings = 0
			for _, r := range all {
				if r.View == "text-search" && r.Person == w.kari.Person {
					readings++
				}
			}
			return err
		}))
		if readings != 1 {
			t.Errorf("%d readings of the search", readings)
		}
		r, err := journal.Verify(context.Background(), w.DB, webtest.Owner, journal.Against{Keys: w.Kit.Keys})
		w.must(err)
		if len(r.Wrong) > 0 {
			t.Errorf("the record: %v", r.Wrong)
		}
	})
}

// A search through many cases stops, says how far it has come, and goes on from
// there until it has been through each once; and what one part costs does not
// grow with how many there are.
func TestASearchIsBounded(t *testing.T) {
	each(t, func(w *world) {
		const many = 130
		make := func(i int) {
			c, err := w.told.Tell(context.Background(), w.mona, concerns.Telling{
				School: w.Solbakken, Described: fmt.Sprint("Barn ", i), Saw: fmt.Sprint("Saken er nummer <", i, ">."), Arena: tilhor.ArenaBreak, Happened: w.now(), Known: w.now(),
			})
			w.must(err)
			_, err = w.desk.TakeUp(context.Background(), w.kari, c.Slug, cases.Stance{})
			w.must(err)
		}
		for i := range many {
			make(i)
		}
		looked, after, parts, hits := 0, "", 0, 0
		var most int64
		for {
			ctx, n := db.Counted(context.Background())
			s, err := w.desk.Search(ctx, w.kari, "nummer <77>", after)
			w.must(err)
			parts++
			looked += s.Looked
			hits += len(s.Hits)
			most = max(most, n.Load())
			if s.All != many || s.Looked > 100 {
				t.Fatalf("%+v", s)
			}
			if s.Next == "" {
				break
			}
			after = s.Next
		}
		if looked != many || parts != 2 || hits != 1 {
			t.Errorf("%d cases in %d parts, %d found", looked, parts, hits)
		}
		if most > 140 { // a key for each of a hundred cases, and a few for each twenty-five
			t.Errorf("a part asked the database %d times", most)
		}
		ctx, n := db.Counted(context.Background())
		_, _, err := w.desk.Seek(ctx, w.kari, cases.Query{All: true, Late: true})
		w.must(err)
		if n.Load() > 20 {
			t.Errorf("a list asked the database %d times", n.Load())
		}
		// A clock that runs: the time is a bound too.
		at := w.Now()
		slow := *w.desk
		slow.Clock = func() time.Time { at = at.Add(3 * time.Second); return at }
		s, err := slow.Search(context.Background(), w.kari, "nummer", "")
		w.must(err)
		if s.Looked != 25 || s.Next == "" {
			t.Errorf("after its time it had looked at %d", s.Looked)
		}
	})
}

// Whom the owner gave a case at another school finds it there as well: by its
// words, by the pupil's name, and it is counted among what was gone through. Who
// has left the school is found by name; who is protected is not.
func TestFindingWhatIsElsewhereAndWhoHasLeft(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		all, err := w.desk.TakeForOwner(w.ctx, anne, w.against(duty.AccusedLeadership).Slug, w.other.Person)
		w.must(err)
		s, err := w.desk.Search(w.ctx, w.other, "hardt i armen", "")
		w.must(err)
		if len(s.Hits) != 1 || s.Hits[0].Slug != all[0].Slug || s.All != 1 || s.Looked != 1 {
			t.Errorf("the lead from another school finds %+v", s)
		}
		named := func(who tilhor.Actor) (names []string) {
			all, err := w.desk.Pupils(w.ctx, who)
			w.must(err)
			for _, p := range all {
				names = append(names, p.Name)
			}
			slices.Sort(names)
			return names
		}
		if got := named(w.other); !slices.Equal(got, []string{"Nora Dahl"}) {
			t.Errorf("the lead from another school has by name %v", got)
		}
		if s, err := w.desk.Search(w.ctx, w.kari, "hardt i armen", ""); err != nil || len(s.Hits)+s.All != 0 {
			t.Errorf("the leadership it is about finds %+v (%v)", s, err)
		}
		if got := named(w.kari); len(got) != 0 {
			t.Errorf("the leadership it is about has by name %v", got)
		}
		w.closed(w.elias)
		w.leaves(w.elias)
		if got := named(w.kari); !slices.Equal(got, []string{"Elias Moe"}) {
			t.Errorf("rektor has by name %v", got)
		}
		if got := named(w.mona); len(got) != 0 {
			t.Errorf("one without a case has by name %v", got)
		}
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Protect(tx, w.Keeper(), w.nora, roster.StrictConfidential, w.Now())
		}))
		if got := named(w.other); len(got) != 0 {
			t.Errorf("a protected pupil is found by name: %v", got)
		}
	})
}
