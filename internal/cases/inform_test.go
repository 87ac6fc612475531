package cases_test

import (
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
)

func (w *world) informing(change ...func(n *cases.Informing)) cases.Informing {
	n := cases.Informing{Answer: cases.Yes, At: w.now(), Heard: cases.HeardFirst, Danger: cases.NoDanger, Basis: "Snakket med barnet.", Shared: "Planen."}
	for _, c := range change {
		c(&n)
	}
	return n
}

func (w *world) mother() tilhor.Actor {
	return tilhor.Actor{Owner: w.kari.Owner, Person: w.Person("forelder-nora"), Role: tilhor.RoleParent}
}

func (w *world) opensFor(who tilhor.Actor) int {
	w.T.Helper()
	all, err := w.desk.Wards(w.ctx, who)
	w.must(err)
	return len(all)
}

// Nothing opens for the home before it is recorded that it is informed: the child
// heard first, or why not; danger at home considered; what is shared. Not to
// inform is a person's decision, with a reason and a day.
func TestTheHomeIsInformed(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		say := func(change ...func(n *cases.Informing)) error {
			return w.desk.InformHome(w.ctx, w.ina, slug, w.informing(change...))
		}
		no := func(n *cases.Informing) {
			n.Answer, n.Reason, n.Review = cases.No, "Redd hjemme.", w.in(14)
		}
		refusals(t, []refusal{
			{"no answer", say(func(n *cases.Informing) { n.Answer = "" }), "informed", "cases.fault.informed"},
			{"nobody has heard it", say(), "heard", "cases.fault.heard-first"},
			{"not heard, and no reason", say(func(n *cases.Informing) { n.Heard = cases.NotHeard }), "why-not", "cases.fault.why-not"},
			{"danger not considered", say(func(n *cases.Informing) { n.Danger = "" }), "danger", "cases.fault.danger"},
			{"nothing it rests on", say(func(n *cases.Informing) { n.Basis = " " }), "considered", "cases.fault.considered"},
			{"danger at home", say(func(n *cases.Informing) { n.Danger = cases.Danger }), "informed", "cases.fault.danger-at-home"},
			{"nothing shared", say(func(n *cases.Informing) { n.Shared = "" }), "shared", "cases.fault.shared"},
			{"no reason", say(no, func(n *cases.Informing) { n.Reason = "" }), "inform-reason", "cases.fault.inform-reason"},
			{"no day of review", say(no, func(n *cases.Informing) { n.Review = "" }), "review", "cases.fault.inform-review"},
			{"too long", say(no, func(n *cases.Informing) { n.Review = w.in(61) }), "review", "cases.fault.inform-review"},
		})
		w.must(w.desk.Hear(w.ctx, w.ina, slug, cases.Talk{At: w.now(), Answer: cases.Declined, How: "none", Again: w.in(3)}))
		w.is(say(no), tilhor.ErrNotFound) // the handler does not decide it
		if n := w.opensFor(w.mother()); n != 0 {
			t.Fatalf("%d open before the home is informed", n)
		}
		w.must(say())
		if n := w.opensFor(w.mother()); n != 1 {
			t.Fatalf("%d open when the home is informed", n)
		}
		w.Later(time.Minute)
		w.must(w.desk.InformHome(w.ctx, w.kari, slug, w.informing(no, func(n *cases.Informing) { n.Danger = cases.Danger })))
		if n := w.opensFor(w.mother()); n != 0 {
			t.Fatal("it stays open when somebody decides that the home is not told")
		}
		_, err := w.desk.Family(w.ctx, w.mother(), slug)
		w.is(err, tilhor.ErrNotFound)
		w.is(w.desk.Say(w.ctx, w.mother(), slug, cases.Letter{What: cases.SayComment, Text: "Hei."}), tilhor.ErrNotFound)
		w.is(w.desk.RaiseFromHome(w.ctx, w.mother(), slug, "Hei."), tilhor.ErrNotFound)
		due := func(who tilhor.Actor) int {
			all, err := w.desk.InformReviews(w.ctx, who)
			w.must(err)
			return len(all)
		}
		if due(w.kari) != 0 {
			t.Error("it waits before its day")
		}
		w.days(14)
		if due(w.kari) != 1 || due(w.ina) != 0 || due(w.other) != 0 {
			t.Error("it is not who leads that it waits for, when its day has come")
		}
		w.must(say())
		if due(w.kari) != 0 || w.opensFor(w.mother()) != 1 {
			t.Error("what was looked at again waits still")
		}
		for _, who := range []tilhor.Actor{w.ina, {Owner: w.kari.Owner, Person: w.nora, Role: tilhor.RolePupil}} {
			_, err := w.desk.Wards(w.ctx, who)
			w.is(err, tilhor.ErrNotFound)
		}
	})
}

// What a parent wrote waits for whoever works the case, until it is answered.
func TestALetterWaits(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.InformHome(w.ctx, w.ina, slug, w.informing()))
		waits := func(who tilhor.Actor) int {
			all, err := w.desk.Letters(w.ctx, who)
			w.must(err)
			return len(all)
		}
		if waits(w.ina) != 0 {
			t.Error("something waits before anybody wrote")
		}
		for _, s := range []string{"Hei.", "Er dere der?"} {
			w.must(w.desk.Say(w.ctx, w.mother(), slug, cases.Letter{What: cases.SayComment, Text: s}))
		}
		if waits(w.ina) != 1 || waits(w.kari) != 1 || waits(w.jonas) != 0 || waits(w.other) != 0 {
			t.Error("it waits for others than those who work it")
		}
		for _, r := range w.see(slug).Unanswered() {
			if waits(w.ina) != 1 {
				t.Error("one is answered, and the other waits no more")
			}
			w.must(w.desk.AnswerHome(w.ctx, w.ina, slug, r.ID, "Vi ringer."))
		}
		if waits(w.ina) != 0 {
			t.Error("what is answered waits")
		}
	})
}

// A parent is shown none of the child's words but those the child has agreed to;
// and one parent nothing of the other's.
func TestTheHomeReadsWhatTheChildAgreedTo(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.InformHome(w.ctx, w.ina, slug, w.informing()))
		f := w.see(slug)
		talk := f.Last(cases.Voice).ID
		words := func() int {
			v, err := w.desk.Family(w.ctx, w.mother(), slug)
			w.must(err)
			return len(v.Quotes)
		}
		agree := func(change ...func(a *cases.WordsAgreed)) error {
			a := cases.WordsAgreed{Record: talk, Answer: cases.Yes, Talk: "Spurte, og fikk ja."}
			for _, c := range change {
				c(&a)
			}
			return w.desk.AgreeWords(w.ctx, w.ina, slug, a)
		}
		refusals(t, []refusal{
			{"no answer", agree(func(a *cases.WordsAgreed) { a.Answer = "" }), "home-reads", "cases.fault.home-reads"},
			{"no talk", agree(func(a *cases.WordsAgreed) { a.Talk = "" }), "talk", "cases.fault.talk"},
			{"no words", agree(func(a *cases.WordsAgreed) { a.Record = f.Last(cases.TakenUp).ID }), "record", "cases.fault.words-record"},
		})
		if words() != 0 {
			t.Error("words are shown that nobody asked the child about")
		}
		w.must(agree())
		if words() != 1 {
			t.Error("the child agreed, and nothing is shown")
		}
		w.Later(time.Minute)
		w.must(agree(func(a *cases.WordsAgreed) { a.Answer = cases.No }))
		if words() != 0 {
			t.Error("the child said no, and it is shown")
		}
		w.is(w.desk.AgreeWords(w.ctx, w.jonas, slug, cases.WordsAgreed{Record: talk, Answer: cases.Yes, Talk: "x"}), tilhor.ErrNotFound)
	})
}
