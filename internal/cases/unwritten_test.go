package cases_test

import (
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
)

// A talk of which nothing is written counts as heard: the plan is approved, and
// nobody is asked to ask again. In the track it is a talk like others, and no
// word or reason stands anywhere.
func TestATalkWithoutWordsIsHeardAndNotAskedAgain(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		refusals(t, []refusal{
			{"words", w.desk.Hear(w.ctx, w.ina, slug, cases.Talk{At: w.now(), Answer: cases.Unwritten, How: "none", Words: "Pappa slår."}), "words", "cases.fault.unwritten"},
			{"what was asked", w.desk.Hear(w.ctx, w.ina, slug, cases.Talk{At: w.now(), Answer: cases.Unwritten, How: "none", Asked: "Om hjemme."}), "asked", "cases.fault.unwritten"},
			{"a wish", w.desk.Hear(w.ctx, w.ina, slug, cases.Talk{At: w.now(), Answer: cases.Unwritten, How: "none", Wants: "Hjelp."}), "wants", "cases.fault.unwritten"},
			{"a weight", w.desk.Hear(w.ctx, w.ina, slug, cases.Talk{At: w.now(), Answer: cases.Unwritten, How: "none", Weight: "Mye."}), "weight", "cases.fault.unwritten"},
			{"a talk with words still asks for them", w.desk.Hear(w.ctx, w.ina, slug, cases.Talk{At: w.now(), Answer: cases.Spoke, How: "none"}), "words", "cases.fault.words"},
		})
		w.must(w.desk.Hear(w.ctx, w.ina, slug, cases.Talk{At: w.now(), Answer: cases.Unwritten, How: "none", Again: w.in(3), Back: true}))
		f := w.see(slug)
		r := f.Last(cases.Voice)
		if r == nil || r.Answer != cases.Spoke || r.On != "" || len(r.Text) != 1 || r.Text["how"] != "none" {
			t.Fatalf("the talk stands as %+v", r)
		}
		if got := w.state(f, "k12.hear"); got != duty.Met {
			t.Errorf("the duty to hear is %s", got)
		}
		w.must(w.desk.Weigh(w.ctx, w.ina, slug, cases.Weighing{Interests: "Trygghet.", View: "Nora er hørt.", Weighing: "Tungt.", Conclusion: "En voksen ute."}))
		w.planned(slug, w.measure())
		for _, day := range []int{1, 7, 30} {
			w.days(day)
			for _, d := range w.see(slug).Duties {
				if d.ID == "k12.hear" && d.State != duty.Met {
					t.Errorf("after %d days the child is to be asked again", day)
				}
			}
		}
		// Another affected child, the same way.
		w.must(w.desk.AddChild(w.ctx, w.ina, slug, cases.Child{Person: w.elias, Role: "affected"}))
		code := w.see(slug).Children[0].Code
		w.must(w.desk.Hear(w.ctx, w.ina, slug, cases.Talk{Child: code, At: tilhor.Now(w.Now()), Answer: cases.Unwritten, How: "none"}))
		if c := w.see(slug).Children[0]; !c.Heard {
			t.Error("the other child is not heard")
		}
	})
}
