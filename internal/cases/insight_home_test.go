package cases_test

import (
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
)

// What is one parent's, why the home was not told, and the child's own page are
// marked for who judges, each by its own; left out, they have no place in the copy
// that tells of kind or day.
func TestInsightKeepsTheHomeApart(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.InformHome(w.ctx, w.ina, slug, w.informing()))
		mother, father := w.mother(), w.father()
		w.desk.Talks = func(*db.Tx, tilhor.OwnerID, tilhor.TrackID) ([]cases.TalkLine, error) {
			line := func(id string, who tilhor.PersonID, role tilhor.Role, text string) cases.TalkLine {
				return cases.TalkLine{ID: id, Sender: who, Role: role, Own: true, Text: text, When: w.now()}
			}
			return []cases.TalkLine{line("a", mother.Person, tilhor.RoleParent, "MORS samtale."), line("b", father.Person, tilhor.RoleParent, "FARS samtale."), line("c", w.nora, tilhor.RolePupil, "NORAS samtale.")}, nil
		}
		w.must(w.desk.Say(w.ctx, mother, slug, cases.Letter{What: cases.SayComment, Text: "MORS brev."}))
		w.must(w.desk.RaiseFromHome(w.ctx, mother, slug, "MOR tok det opp."))
		w.must(w.desk.AnswerHome(w.ctx, w.ina, slug, w.see(slug).Unanswered()[0].ID, "SVAR til mor."))
		w.must(w.desk.SayHowItIs(w.ctx, w.ina, slug, cases.Partly, "BARNETS svar."))
		ask := func(asker string, to tilhor.PersonID, shown ...string) (cases.Review, cases.Copy) {
			w.T.Helper()
			id, err := w.desk.AskInsight(w.ctx, w.ina, slug, cases.NewInsight{Asker: asker, Basis: "gdpr-15", Who: "Den som spør", Received: w.in(0)})
			w.must(err)
			r, err := w.desk.ReviewInsight(w.ctx, w.kari, slug, id)
			w.must(err)
			var all []cases.Judgement
			for _, p := range r.Passages {
				j := cases.Judgement{Passage: p.Key, Shown: !p.Marked(), Reason: "fvl-13"}
				for _, s := range shown {
					j.Shown = j.Shown || strings.Contains(p.Text, s)
				}
				all = append(all, j)
			}
			w.must(w.desk.Judge(w.ctx, w.kari, slug, id, all))
			w.must(w.desk.DecideInsight(w.ctx, w.kari, slug, id, cases.Reply{Complain: "Statsforvalteren.", To: to}))
			c, err := w.desk.CopyOf(w.ctx, w.kari, slug, id)
			w.must(err)
			return r, c
		}
		r, c := ask("parent", father.Person)
		for _, p := range r.Passages {
			parent, mine, untold := strings.Contains(p.Text, "MOR"), strings.Contains(p.Text, "BARNETS"), p.Kind == cases.HomeInformed
			if (parent || strings.Contains(p.Text, "SVAR til mor")) && !p.Parent || mine != p.Mine || untold != p.Untold {
				t.Errorf("%s %q is marked %v %v %v", p.Kind, p.Text, p.Parent, p.Mine, p.Untold)
			}
		}
		silent := 0
		for _, x := range c.Items {
			if x.Silent {
				silent++
				if x.Kind != "" || x.Field != "" || x.Record != "" || !x.When.At.IsZero() || x.Reason != "fvl-13" {
					t.Errorf("what is left out tells of itself: %+v", x)
				}
			}
		}
		text := given(c)
		if silent == 0 || strings.Contains(text, "MOR") || strings.Contains(text, "BARNETS") || strings.Contains(text, "SVAR") || strings.Contains(text, "samtale.") {
			t.Errorf("%d silent: %q", silent, text)
		}
		// Opened by a person: the asker's own talk is in it, and never another one's.
		_, c = ask("parent", father.Person, "samtale.")
		if text = given(c); !strings.Contains(text, "FARS samtale.") || strings.Contains(text, "MORS samtale.") || strings.Contains(text, "NORAS samtale.") {
			t.Errorf("the talks in his copy: %q", text)
		}
		_, c = ask("pupil", "", "samtale.")
		if text = given(c); !strings.Contains(text, "NORAS samtale.") || strings.Contains(text, "FARS samtale.") || strings.Contains(text, "MORS samtale.") {
			t.Errorf("the talks in her copy: %q", text)
		}
	})
}
