package family_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/pages/pupil"
	"tilhor/internal/roster"
)

// What a parent tells, and what became of it, beside the page of the child.

// tells mounts the pages of who tells.
func (w *world) tells() *world {
	w.Site.Mount((&pupil.Pages{Concerns: w.concerns, Sees: w.cases.HomeSees}).Routes())
	return w
}

// made is what is another in each town, and each time.
var made = regexp.MustCompile(`"[a-z2-7]{26}"|/min/sagt/[a-z2-7]{10}`)

// look is an answer without it.
func (w *world) look(r *http.Response) string {
	w.t.Helper()
	b, err := io.ReadAll(r.Body)
	w.must(err)
	return made.ReplaceAllString(r.Status+" "+r.Header.Get("Location")+"\n"+string(b), "")
}

// The way to tell is the same, to the byte, for every parent: who has no case, who is
// kept from the child by a decision, whose child is protected, and who is only the
// next of kin. No answer on it, and no list, says that something was decided.
func TestTheFormIsTheSameForEveryParent(t *testing.T) {
	var first []string
	for i, p := range []struct {
		name  string
		setup func(w *world)
	}{
		{"has no case", func(*world) {}},
		{"barred", func(w *world) { s := w.track(); w.informs(s); w.home(s, "barred") }},
		{"no responsibility", func(w *world) { s := w.track(); w.informs(s); w.home(s, "no-responsibility") }},
		{"next of kin", func(w *world) { w.link("next-of-kin", roster.Yes) }},
		{"protected", func(w *world) {
			s := w.track()
			w.must(w.cases.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.Person("nora"), Grade: roster.Confidential, Leader: w.ina.Person, Reason: "Brev."}))
			w.informs(s)
		}},
		{"may read it", func(w *world) { w.informs(w.track()) }},
	} {
		w := newWorld(t).tells()
		p.setup(w)
		c := w.In(w.marit)
		var got []string
		got = append(got, w.look(w.Get(c, "/min/si")))
		v := form("level", "9-12", "step", "whom", "go", "next", "for", "child", "school", string(w.Solbakken))
		for _, kv := range [][2]string{{"step", "whom"}, {"step", "what"}, {"whom", "Nora i 5A"}, {"words", "Hun gråter."}, {"step", "send"}, {"accused", "none"}, {"go", "send"}} {
			v.Set(kv[0], kv[1])
			got = append(got, w.look(w.Post(c, "/min/si", v)))
		}
		if !strings.HasPrefix(got[len(got)-1], "303") {
			t.Errorf("%s: it is not sent: %s", p.name, got[len(got)-1])
		}
		if i == 0 {
			first = got
			continue
		}
		for n := range got {
			if got[n] != first[n] {
				t.Errorf("%s: step %d is not as for who has no case\n%s", p.name, n, mainOf(got[n]))
			}
		}
	}
}

// What a parent told says that the school has it, and no more, until the gate of the
// home lets this parent see the case it became: not that it was taken up, not who has
// it, not that there was one before.
func TestWhatAParentToldSaysNothingOfACase(t *testing.T) {
	for name, keep := range map[string]func(w *world, slug string){
		"the home is not informed":    func(*world, string) {},
		"it is decided not to inform": func(w *world, slug string) { w.notInformed(slug) },
		"barred":                      func(w *world, slug string) { w.informs(slug); w.home(slug, "barred") },
	} {
		w := newWorld(t).tells()
		c := w.In(w.marit)
		w.sent(c, "/foresatt/rektor", form("school", string(w.Solbakken), "described", "Nora i 5A", "saw", "Hun gråter hver morgen."))
		all, err := w.concerns.Mine(w.ctx, w.marit, concerns.MostTold)
		w.must(err)
		path := "/min/sagt/" + all[0].Slug
		w.page(c, path, "Skolen har fått det", "Hun gråter hver morgen.", "Saken er tatt opp med rektor")
		w.shown(w.Get(c, path+"/kvittering"), 200, "Kvitteringen din")
		_, err = w.concerns.Receive(w.ctx, w.kari, all[0].Slug)
		w.must(err)
		w.page(c, path, "En voksen har lest det du sa", "Skolen har det")
		w.page(c, "/min/sagt", "En voksen har lest det")
		w.later(time.Hour)
		c = w.In(w.marit)
		before, list := w.page(c, path), w.page(c, "/min/sagt")
		up, err := w.cases.TakeUp(w.ctx, w.kari, all[0].Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		slug := up[0].Slug
		w.must(w.cases.Identify(w.ctx, w.kari, slug, w.Person("nora")))
		w.must(w.cases.Hear(w.ctx, w.ina, slug, cases.Talk{At: tilhor.Now(w.Now()), Answer: cases.Spoke, How: "none", Words: "Ja."}))
		keep(w, slug)
		if after := w.page(c, path); after != before {
			t.Errorf("%s: the page of what she told changed\n%s", name, mainOf(after))
		}
		if after := w.page(c, "/min/sagt"); after != list {
			t.Errorf("%s: the list of what she told changed\n%s", name, mainOf(after))
		}
	}
	// The control: who may see the case, sees that it was taken up, and who has it.
	w := newWorld(t).tells()
	c := w.In(w.marit)
	told, err := w.concerns.Tell(w.ctx, w.marit, concerns.Telling{
		School: w.Solbakken, Described: "Nora", Saw: "Hun gråter.", Arena: tilhor.ArenaElsewhere, Happened: tilhor.Now(w.Now()), Known: tilhor.Now(w.Now()), Raised: &concerns.Raised{By: "parent", At: tilhor.Now(w.Now())},
	})
	w.must(err)
	up, err := w.cases.TakeUp(w.ctx, w.kari, told.Slug, cases.Stance{Handler: w.ina.Person})
	w.must(err)
	w.must(w.cases.Identify(w.ctx, w.kari, up[0].Slug, w.Person("nora")))
	w.must(w.cases.Hear(w.ctx, w.ina, up[0].Slug, cases.Talk{At: tilhor.Now(w.Now()), Answer: cases.Spoke, How: "none", Words: "Ja."}))
	w.informs(up[0].Slug)
	w.page(c, "/min/sagt/"+told.Slug, "Skolen arbeider med det du sa", "Ina Lund følger det opp.")
}
