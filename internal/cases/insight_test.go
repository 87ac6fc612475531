package cases_test

import (
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
	"tilhor/internal/privacy"
)

// canaries are words of other children, and of who told: none of them is in a
// copy unless a person has opened the passage it stands in.
var canaries = []string{"KANARI-ELIAS", "KANARI-KILDE", "KANARI-NAVN", "KANARI-MELDER", "KANARI-PLAN"}

func (w *world) withCanaries() (slug string) {
	slug = w.taken(w.nora)
	ctx, d := w.ctx, w.desk
	w.must(d.AddChild(ctx, w.ina, slug, cases.Child{Person: w.elias, Role: "alleged"}))
	code := w.see(slug).Children[0].Code
	w.must(d.Hear(ctx, w.ina, slug, cases.Talk{Child: code, At: w.now(), Answer: cases.Spoke, How: "none", Words: "KANARI-ELIAS sa jeg."}))
	w.must(d.Write(ctx, w.ina, slug, cases.Line{What: "note", Text: "Nora var trist i dag.\n\nElias KANARI-NAVN sto ved siden av."}))
	w.must(d.Hear(ctx, w.ina, slug, cases.Talk{At: w.now(), Answer: cases.Spoke, How: "none", Words: "Jeg vil ikke ut."}))
	return slug
}

func given(c cases.Copy) string {
	var b strings.Builder
	for _, x := range c.Items {
		b.WriteString(x.Text + "\n")
	}
	return b.String()
}

// Access is given passage by passage, by a person: what nobody has judged is not
// decided, and nothing of another child is in the copy unless it was opened.
func TestInsight(t *testing.T) {
	each(t, func(w *world) {
		slug := w.withCanaries()
		n := cases.NewInsight{Asker: "parent", Basis: "gdpr-15", Who: "Marit Dahl", Received: "2026-11-20"}
		id, err := w.desk.AskInsight(w.ctx, w.ina, slug, n)
		w.must(err)
		rows, err := w.desk.InsightRows(w.ctx, w.kari)
		w.must(err)
		if len(rows) != 1 || rows[0].Due != "2026-12-21" || rows[0].Track.Name != "Nora Dahl" { // 20 December is a Sunday
			t.Errorf("the request on the page of today: %+v", rows)
		}
		if rows, err = w.desk.InsightRows(w.ctx, w.jonas); err != nil || len(rows) > 0 {
			t.Error("somebody without the track is told", err)
		}

		// Only the one who decides goes through it.
		for _, who := range []tilhor.Actor{w.ina, w.jonas, w.other} {
			_, err := w.desk.ReviewInsight(w.ctx, who, slug, id)
			w.is(err, tilhor.ErrNotFound)
			w.is(w.desk.Judge(w.ctx, who, slug, id, nil), tilhor.ErrNotFound)
			w.is(w.desk.DecideInsight(w.ctx, who, slug, id, cases.Reply{}), tilhor.ErrNotFound)
		}
		r, err := w.desk.ReviewInsight(w.ctx, w.kari, slug, id)
		w.must(err)
		if r.Left() != len(r.Passages) || r.Left() < 4 {
			t.Fatalf("%d of %d passages are not judged: something is chosen beforehand", r.Left(), len(r.Passages))
		}
		var shown, other []cases.Judgement
		for _, p := range r.Passages {
			marked := strings.Contains(p.Text, "KANARI")
			if marked && !p.Marked() {
				t.Errorf("%q bears no mark", p.Field)
			}
			j := cases.Judgement{Passage: p.Key, Shown: !p.Marked(), Reason: "fvl-13"}
			if p.Marked() {
				other = append(other, j)
			} else {
				shown = append(shown, j)
			}
		}
		w.must(w.desk.Judge(w.ctx, w.kari, slug, id, shown))
		refusals(t, []refusal{
			{"before all are judged", w.desk.DecideInsight(w.ctx, w.kari, slug, id, cases.Reply{Complain: "Personvernombudet."}), "passages", "cases.fault.unjudged"},
			{"shielded by no provision", w.desk.Judge(w.ctx, w.kari, slug, id, []cases.Judgement{{Passage: other[0].Passage}}), other[0].Passage, "cases.fault.provision"},
			{"§ 16 without own words", w.desk.Judge(w.ctx, w.kari, slug, id, []cases.Judgement{{Passage: other[0].Passage, Reason: "popl-16-c"}}), other[0].Passage, "cases.fault.own-words"},
			{"a passage that is not there", w.desk.Judge(w.ctx, w.kari, slug, id, []cases.Judgement{{Passage: "zz", Shown: true}}), "zz", "cases.fault.passage"},
			{"a refusal without a provision", w.desk.DecideInsight(w.ctx, w.kari, slug, id, cases.Reply{Refused: true, Text: "x", Complain: "y"}), "provision", "cases.fault.provision"},
			{"a refusal without a reason", w.desk.DecideInsight(w.ctx, w.kari, slug, id, cases.Reply{Refused: true, Reason: "fvl-13", Complain: "y"}), "reason", "cases.fault.reason"},
		})
		_, err = w.desk.CopyOf(w.ctx, w.kari, slug, id)
		w.is(err, tilhor.ErrNotFound)
		w.must(w.desk.Judge(w.ctx, w.kari, slug, id, other))
		refusals(t, []refusal{{"nothing of how to complain", w.desk.DecideInsight(w.ctx, w.kari, slug, id, cases.Reply{}), "complain", "cases.fault.complain"}})
		w.must(w.desk.DecideInsight(w.ctx, w.kari, slug, id, cases.Reply{Complain: "Personvernombudet.", To: w.Person("forelder-nora")}))
		w.is(w.desk.Judge(w.ctx, w.kari, slug, id, other), tilhor.ErrConflict)
		w.is(w.desk.DecideInsight(w.ctx, w.kari, slug, id, cases.Reply{Complain: "x"}), tilhor.ErrConflict)

		// What is written since is in no copy that was given before.
		w.must(w.desk.Write(w.ctx, w.ina, slug, cases.Line{What: "note", Text: "Skrevet etterpå."}))
		c, err := w.desk.CopyOf(w.ctx, w.kari, slug, id)
		w.must(err)
		text := given(c)
		for _, k := range canaries {
			if strings.Contains(text, k) {
				t.Errorf("%s is in the copy", k)
			}
		}
		if !strings.Contains(text, "Jeg vil ikke ut.") || !strings.Contains(text, "Nora var trist i dag.") || strings.Contains(text, "Skrevet etterpå.") {
			t.Errorf("the copy is not what was decided: %q", text)
		}
		if c.Insight.Outcome != "part" || len(c.Items) != len(shown)+len(other) {
			t.Errorf("%s, %d passages of %d", c.Insight.Outcome, len(c.Items), len(shown)+len(other))
		}
		for _, x := range c.Items {
			if x.Text == "" && x.Reason != "fvl-13" {
				t.Errorf("a passage is left out without a reason: %+v", x)
			}
		}
	})
}

// The control: opened by a person, the canaries are in the copy, so that the test
// above would see them.
func TestInsightOpened(t *testing.T) {
	each(t, func(w *world) {
		slug := w.withCanaries()
		id, err := w.desk.AskInsight(w.ctx, w.kari, slug, cases.NewInsight{Asker: "pupil", Basis: "fvl-18", Who: "Nora", Received: w.in(0)})
		w.must(err)
		r, err := w.desk.ReviewInsight(w.ctx, w.kari, slug, id)
		w.must(err)
		if r.Insight.Due != "" {
			t.Error("a date was made of an act that gives none")
		}
		var all []cases.Judgement
		for _, p := range r.Passages {
			all = append(all, cases.Judgement{Passage: p.Key, Shown: true})
		}
		w.must(w.desk.Judge(w.ctx, w.kari, slug, id, all))
		w.must(w.desk.DecideInsight(w.ctx, w.kari, slug, id, cases.Reply{}))
		c, err := w.desk.CopyOf(w.ctx, w.kari, slug, id)
		w.must(err)
		if text := given(c); c.Insight.Outcome != "whole" || !strings.Contains(text, "KANARI-ELIAS") || !strings.Contains(text, "KANARI-NAVN") {
			t.Error("what was opened is not in the copy")
		}
		// Refused: nothing is given at all.
		no, err := w.desk.AskInsight(w.ctx, w.kari, slug, cases.NewInsight{Asker: "press", Basis: "offl-3", Who: "Avisa", Received: w.in(0)})
		w.must(err)
		w.must(w.desk.DecideInsight(w.ctx, w.kari, slug, no, cases.Reply{Refused: true, Reason: "offl-13", Text: "Saken gjelder et barn.", Complain: "Skriv til skolen."}))
		if c, err = w.desk.CopyOf(w.ctx, w.kari, slug, no); err != nil || strings.TrimSpace(given(c)) != "" || c.Insight.Outcome != "none" {
			t.Errorf("a refusal gives %q (%v)", given(c), err)
		}
		refusals(t, []refusal{
			{"nobody asks", errOf(w.desk.AskInsight(w.ctx, w.kari, slug, cases.NewInsight{Asker: "x", Basis: "fvl-18", Who: "y", Received: w.in(0)})), "asker", "cases.fault.asker"},
			{"by no rule", errOf(w.desk.AskInsight(w.ctx, w.kari, slug, cases.NewInsight{Asker: "pupil", Basis: "x", Who: "y", Received: w.in(0)})), "basis", "cases.fault.basis"},
			{"tomorrow", errOf(w.desk.AskInsight(w.ctx, w.kari, slug, cases.NewInsight{Asker: "pupil", Basis: "fvl-18", Who: "y", Received: w.in(1)})), "received", "cases.fault.received"},
			{"who asks has no name", errOf(w.desk.AskInsight(w.ctx, w.kari, slug, cases.NewInsight{Asker: "pupil", Basis: "fvl-18", Received: w.in(0)})), "from", "cases.fault.from-who"},
		})
	})
}

func errOf(_ tilhor.RecordID, err error) error { return err }

// Whom the owner gave a case at another school is told of what waits in it.
func TestInsightWaitsForWhoLeadsFromElsewhere(t *testing.T) {
	each(t, func(w *world) {
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		all, err := w.desk.TakeForOwner(w.ctx, anne, w.against(duty.AccusedLeadership).Slug, w.other.Person)
		w.must(err)
		_, err = w.desk.AskInsight(w.ctx, w.other, all[0].Slug, cases.NewInsight{Asker: "parent", Basis: "gdpr-15", Who: "Marit Dahl", Received: "2026-11-20"})
		w.must(err)
		rows, err := w.desk.InsightRows(w.ctx, w.other)
		w.must(err)
		if len(rows) != 1 || rows[0].Track.Name != "Nora Dahl" {
			t.Errorf("the lead from another school has waiting %+v", rows)
		}
		if rows, err := w.desk.InsightRows(w.ctx, w.kari); err != nil || len(rows) != 0 {
			t.Errorf("the leadership it is about is told: %+v (%v)", rows, err)
		}
		f, err := w.desk.See(w.ctx, w.other, all[0].Slug, "whole")
		w.must(err)
		w.must(w.desk.StopRecord(w.ctx, w.other, all[0].Slug, cases.Stop{Record: f.Last(cases.Told).ID, Reason: "wrong-child", Why: "Gjelder et annet barn."}))
		desk, dpo := w.officer()
		blocks, err := desk.Blocks(w.ctx, dpo)
		w.must(err)
		w.must(desk.Rule(w.ctx, dpo, blocks[0].ID, privacy.Ruling{Outcome: privacy.Move, Reason: "Hører hjemme et annet sted.", Archive: "Anne i arkivet"}))
		if move, err := w.desk.StopRows(w.ctx, w.other); err != nil || len(move) != 1 {
			t.Errorf("the lead from another school has to move %+v (%v)", move, err)
		}
		if move, err := w.desk.StopRows(w.ctx, w.kari); err != nil || len(move) != 0 {
			t.Errorf("the leadership it is about has to move %+v (%v)", move, err)
		}
	})
}
