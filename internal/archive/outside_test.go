package archive_test

import (
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/circles"
	"tilhor/internal/db"
	"tilhor/internal/ideas"
	"tilhor/internal/seal"
	"tilhor/internal/web/webtest"
)

// A suggestion that was answered is shredded when its time is over, with who wrote it,
// and a parent group in which nothing is written; what waits, or is used, never is, and
// the record holds and says that it was shredded. A school's own key cannot come there.
func TestSuggestionsAndGroupsAreLetGo(t *testing.T) {
	each(t, func(w *world) {
		k := w.Kit
		d := &ideas.Desk{DB: w.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock, Bodies: &bodies.Desk{DB: w.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}}
		g := &circles.Desk{DB: w.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		parent := w.Actor(tilhor.RoleParent, w.Solbakken)
		for _, words := range []string{"Flere lys.", "Færre lys.", "Jeg orker ikke mer."} {
			w.must(d.Say(w.ctx, parent, ideas.Saying{School: w.Solbakken, Kind: "way", Words: words}))
		}
		of := func(words string) ideas.Idea {
			all, err := d.Mine(w.ctx, parent)
			w.must(err)
			for _, i := range all {
				if i.Words == words {
					return i
				}
			}
			return ideas.Idea{}
		}
		answered := of("Flere lys.")
		w.must(d.Reply(w.ctx, w.kari, answered.Slug, ideas.Answer{Verdict: "no", Why: "Nei."}))
		w.must(d.Show(w.ctx, w.kari, answered.Slug, ideas.Public{Words: "Lys.", Did: "Nei.", Checked: true}))
		cry := of("Jeg orker ikke mer.") // answered, and rektor asked who wrote: no rule shreds it
		w.must(d.Reply(w.ctx, w.kari, cry.Slug, ideas.Answer{Verdict: "no", Why: "Vi snakkes."}))
		_, err := d.Ask(w.ctx, w.kari, cry.Slug, "Ordene tyder på at et barn ikke har det bra.")
		w.must(err)
		mine, err := g.Mine(w.ctx, parent)
		w.must(err)
		begin := func(n int) string {
			slug, err := g.Start(w.ctx, parent, mine[n].Key(), circles.Agreed{Choices: []string{"birthday"}})
			w.must(err)
			return slug
		}
		unused, used := begin(0), begin(1)
		agree := func(slug string) error {
			_, err := g.Agree(w.ctx, parent, slug, circles.Agreed{Choices: []string{"chat"}})
			return err
		}
		for setting, days := range map[string]string{"keep-ideas": "30", "keep-circles": "60"} {
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return w.desk.Set(tx, w.op, setting, days) }))
		}
		w.Later(30 * 24 * time.Hour)
		w.must(agree(used))
		if s := w.sweep(false); s.Ideas+s.Circles != 0 {
			t.Errorf("on the last day: %+v", s)
		}
		w.Later(31 * 24 * time.Hour)
		if s := w.sweep(true); s.Ideas != 1 || s.Circles != 1 || of("Flere lys.").ID == "" {
			t.Errorf("what would be: %+v", s)
		}
		if s := w.sweep(false); s.Ideas != 1 || s.Circles != 1 {
			t.Errorf("%+v", s)
		}
		if s := w.sweep(false); s.Ideas+s.Circles != 0 {
			t.Errorf("twice: %+v", s)
		}
		all, _, err := d.AtSchool(w.ctx, w.kari)
		w.must(err)
		shown, err := d.Published(w.ctx, webtest.Owner, w.Solbakken)
		if of("Flere lys.").ID != "" || of("Færre lys.").ID == "" || of(cry.Words).ID == "" || len(all) != 2 || len(shown) != 0 || err != nil {
			t.Errorf("%d at the school, %v shown, %v", len(all), shown, err)
		}
		for slug, there := range map[string]bool{unused: false, used: true} {
			if _, err := g.See(w.ctx, parent, slug); (err == nil) != there {
				t.Errorf("a group is there: %v, %v", there, err)
			}
		}
		begin(0) // the class may begin anew
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			for kind, n := range map[seal.Kind]int{seal.KindIdeas: 2, seal.KindCircle: 2} {
				left, err := seal.Things(tx, webtest.Owner, kind)
				if err != nil || len(left) != n {
					t.Errorf("keys of %s are left: %v, %v", kind, left, err)
				}
			}
			return nil
		}))
		if r := w.verify(); !r.Holds() || len(r.Shreddings) != 2 || r.Shreddings[0].Entry == "" {
			t.Errorf("the record: %+v", r)
		}
	})
}
