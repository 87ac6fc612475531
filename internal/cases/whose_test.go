package cases_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
)

// father is another parent of Nora, who is told as much as her mother is.
func (w *world) father() tilhor.Actor {
	w.T.Helper()
	ali := w.Person("forelder-elias")
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: w.nora, Guardian: ali, Holds: true, Responsibility: roster.Yes, Reason: "Dom."}, w.Now())
	}))
	return tilhor.Actor{Owner: w.kari.Owner, Person: ali, Role: tilhor.RoleParent}
}

func (w *world) page(who tilhor.Actor, slug string) cases.FamilyFile {
	w.T.Helper()
	f, err := w.desk.Family(w.ctx, who, slug)
	w.must(err)
	return f
}

func events(f cases.FamilyFile) (all []string) {
	for _, e := range f.Events {
		all = append(all, e.What)
	}
	return all
}

// What a parent took up by voice is that parent's, when it was written down whose it was:
// the week stands on that one's page, and on no other's.
func TestWhatAParentTookUpByVoice(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.InformHome(w.ctx, w.ina, slug, w.informing()))
		mother, father := w.mother(), w.father()
		week := func(who tilhor.Actor) bool {
			v, err := w.desk.Family(w.ctx, who, slug)
			w.must(err)
			return v.Window != nil
		}
		w.must(w.desk.Raise(w.ctx, w.kari, slug, cases.Raise{By: "parent", At: w.now(), Text: "Ringte rektor."}))
		if week(mother) || week(father) {
			t.Error("nobody knows whose it was, and it stands on a page")
		}
		err := w.desk.Raise(w.ctx, w.kari, slug, cases.Raise{By: "parent", Parent: w.jonas.Person, At: w.now(), Text: "Ringte rektor."})
		if tilhor.FaultsOf(err) == nil {
			t.Errorf("one who is none of the pupil's: %v", err)
		}
		w.must(w.desk.Raise(w.ctx, w.kari, slug, cases.Raise{By: "parent", Parent: mother.Person, At: w.now(), Text: "Ringte rektor."}))
		if !week(mother) || week(father) {
			t.Errorf("the mother's page %v, the father's %v", week(mother), week(father))
		}
	})
}

// What a parent takes up inside a case waits for an answer like any letter, and
// that one parent has the receipt and sees the answer.
func TestWhatAParentTakesUpIsAnswered(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.InformHome(w.ctx, w.ina, slug, w.informing()))
		mother, father := w.mother(), w.father()
		waits := func() int {
			all, err := w.desk.Letters(w.ctx, w.kari)
			w.must(err)
			return len(all)
		}
		w.must(w.desk.Raise(w.ctx, w.kari, slug, cases.Raise{By: "parent", At: w.now(), Text: "Ringte rektor."}))
		if waits() != 0 || len(w.see(slug).Letters()) != 0 {
			t.Error("what was said by voice waits as a letter")
		}
		w.must(w.desk.RaiseFromHome(w.ctx, mother, slug, "Det fortsetter."))
		f := w.see(slug)
		if waits() != 1 || len(f.Unanswered()) != 1 {
			t.Fatalf("%d wait, %d unanswered", waits(), len(f.Unanswered()))
		}
		raised := f.Unanswered()[0]
		_, err := w.Kit.Journal.Sequence(w.ctx, w.DB, w.kari.Owner, w.Now)
		w.must(err)
		r, err := w.desk.RaisedReceipt(w.ctx, mother, slug, raised.ID)
		w.must(err)
		checked, err := journal.CheckReceipt(w.Kit.Keys.Public(w.kari.Owner), append(append([]byte{}, r.File...), r.Proof...))
		if err != nil || !checked.TakenUp || checked.School != w.Solbakken || !checked.At.Equal(w.Now()) {
			t.Errorf("the receipt: %+v, %v", checked, err)
		}
		for who, a := range map[string]tilhor.Actor{"the other parent": father, "the pupil": {Owner: w.kari.Owner, Person: w.nora, Role: tilhor.RolePupil}, "rektor": w.kari} {
			if _, err := w.desk.RaisedReceipt(w.ctx, a, slug, raised.ID); err == nil {
				t.Errorf("%s has the receipt", who)
			}
		}
		_, err = w.desk.RaisedReceipt(w.ctx, mother, slug, f.Last(cases.TakenUp).ID)
		w.is(err, tilhor.ErrNotFound)
		w.must(w.desk.AnswerHome(w.ctx, w.ina, slug, raised.ID, "Vi møtes i morgen."))
		if waits() != 0 {
			t.Error("what is answered waits")
		}
		if l := w.page(mother, slug).Letters; len(l) != 1 || len(l[0].Answers) != 1 || l[0].Answers[0].Text != "Vi møtes i morgen." {
			t.Errorf("the parent does not see the answer: %+v", l)
		}
		if l := w.page(father, slug).Letters; len(l) != 0 {
			t.Errorf("the other parent sees %+v", l)
		}
	})
}

// The week is shown to the parent who took it up, and to no other; that a case is
// opened again on the child's word, or on the other parent's, is never shown.
func TestTheWeekIsTheOneParentsOwn(t *testing.T) {
	each(t, func(w *world) {
		slug := w.closed(w.nora)
		w.must(w.desk.InformHome(w.ctx, w.ina, slug, w.informing()))
		mother, father := w.mother(), w.father()
		if f := w.page(mother, slug); f.Window != nil {
			t.Fatalf("a week before anybody took it up: %+v", f.Window)
		}
		w.must(w.desk.RaiseFromHome(w.ctx, mother, slug, "Det er ikke trygt."))
		if w.see(slug).State != cases.Open {
			t.Fatal("it is not opened again")
		}
		hers, his := w.page(mother, slug), w.page(father, slug)
		if hers.Window == nil || hers.Window.RaisedAt != w.in(0) {
			t.Errorf("her own week: %+v", hers.Window)
		}
		if his.Window != nil || slices.Contains(events(his), "reopened") {
			t.Errorf("the other parent is told that she took it up: %+v %v", his.Window, events(his))
		}
		w.days(1)
		w.must(w.desk.Raise(w.ctx, w.kari, slug, cases.Raise{By: "pupil", At: w.now(), Text: "Nora kom til rektor."}))
		if his, hers = w.page(father, slug), w.page(mother, slug); his.Window != nil || hers.Window.RaisedAt != w.in(-1) {
			t.Errorf("what the child took up is shown: %+v %+v", his.Window, hers.Window)
		}
		w.must(w.desk.RaiseFromHome(w.ctx, father, slug, "Jeg vil ha et møte."))
		if his, hers = w.page(father, slug), w.page(mother, slug); his.Window == nil || his.Window.RaisedAt != w.in(0) || hers.Window.RaisedAt != w.in(-1) {
			t.Errorf("his own week: %+v %+v", his.Window, hers.Window)
		}
	})
}

// On the child's own word nothing is shown either. The control: what the school
// opens again is.
func TestOpenedAgainOnTheChildsWord(t *testing.T) {
	each(t, func(w *world) {
		slug := w.closed(w.nora)
		w.must(w.desk.InformHome(w.ctx, w.ina, slug, w.informing()))
		w.must(w.asPupil(slug))
		f := w.see(slug)
		if r := f.Last(cases.Reopened); r == nil || r.Role != tilhor.RolePupil {
			t.Fatalf("the child's no does not open it again: %+v", r)
		}
		if slices.Contains(events(w.page(w.mother(), slug)), "reopened") {
			t.Error("the parent sees that the child opened it again")
		}
		w.days(1)
		w.must(w.desk.Evaluate(w.ctx, w.ina, slug, w.evaluation(cases.SafeNow, cases.Finish)))
		w.must(w.desk.Close(w.ctx, w.kari, slug, cases.Ending{Words: "Det er trygt nå.", CheckOn: w.in(35)}))
		w.Later(time.Minute)
		w.must(w.desk.Reopen(w.ctx, w.kari, slug, "Vi har sett mer."))
		if !slices.Contains(events(w.page(w.mother(), slug)), "reopened") {
			t.Error("what the school opened again is not shown")
		}
	})
}

var oldEnough = db.SQL(`UPDATE roster_group SET name = '9A' WHERE owner = $1 AND name = '5A'`)

// asPupil lets Nora, who goes in the ninth year, say that it is not safe.
func (w *world) asPupil(slug string) error {
	w.T.Helper()
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(oldEnough, w.kari.Owner)
		return err
	}))
	w.must(w.desk.AgreePictures(w.ctx, w.ina, slug, []string{"book", "door", "house", "trip"}))
	me := tilhor.Actor{Owner: w.kari.Owner, Person: w.nora, Role: tilhor.RolePupil, School: w.Solbakken}
	return w.desk.SayHowItIs(w.ctx, me, slug, cases.Worse, "Det er ikke trygt.")
}

// The names of the matter's other children are on no page of the home or of the
// child: whole, and a first name in the middle of a sentence.
func TestNoOtherChildIsNamedAtHome(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.desk.Hear(w.ctx, w.ina, slug, cases.Talk{At: w.now(), Answer: cases.Spoke, How: "none", Words: "Jeg er redd. Det var elias som tok luen."}))
		w.must(w.desk.Weigh(w.ctx, w.ina, slug, cases.Weighing{Interests: "Trygghet.", View: "Vil ha en voksen nær.", Weighing: "Tungt.", Conclusion: "En voksen ute."}))
		m := w.measure()
		m.Problem, m.What, m.When = "Nora er alene. Elias Moe tok luen hennes.", "Jonas går med Nora. Når Elias kommer, går de inn. Det gjelder hver dag.", "I Elias' friminutt"
		w.planned(slug, m)
		w.must(w.desk.AddChild(w.ctx, w.ina, slug, cases.Child{Person: w.elias, Role: "alleged"}))
		m.What = "Mor får vite det. Moes far også."
		w.must(w.desk.SavePlan(w.ctx, w.ina, slug, 0, cases.Plan{Measures: []cases.Measure{m}, Why: "Elias slo."}))
		w.must(w.desk.InformHome(w.ctx, w.ina, slug, w.informing()))
		w.must(w.desk.ShowDraft(w.ctx, w.ina, slug, w.in(3)))
		w.must(w.desk.AgreeWords(w.ctx, w.ina, slug, cases.WordsAgreed{Record: w.see(slug).Last(cases.Voice).ID, Answer: cases.Yes, Talk: "Spurte."}))
		held, err := w.desk.HeldFromHome(w.ctx, w.ina, slug)
		w.must(err)
		in := map[string]int{}
		for _, h := range held {
			in[h.Where]++
			if !strings.Contains(strings.ToLower(h.Text), "elias") && !strings.Contains(h.Text, "Moe") {
				t.Errorf("%q is held back, and names nobody", h.Text)
			}
		}
		if in["plan"] != 3 || in["draft"] != 4 || in["words"] != 1 {
			t.Errorf("what the handler is told is held back: %v", in)
		}
		_, err = w.desk.HeldFromHome(w.ctx, w.jonas, slug)
		w.is(err, tilhor.ErrNotFound)
		home := w.page(w.mother(), slug)
		own, err := w.desk.Own(w.ctx, w.ina, slug, w.Now())
		w.must(err)
		var texts []string
		for _, p := range []*cases.Plan{home.Plan, home.Draft, own.Plan} {
			texts = append(texts, p.Why)
			for _, m := range p.Measures {
				texts = append(texts, m.Problem, m.What, m.When)
			}
		}
		for _, m := range append(home.Urgent, own.Now...) {
			texts = append(texts, m.Problem, m.What, m.When)
		}
		for _, q := range home.Quotes {
			texts = append(texts, q.Text)
		}
		for _, q := range own.Quotes {
			texts = append(texts, q.Text)
		}
		all := strings.Join(texts, "\n")
		for _, s := range []string{"Elias", "elias", "Moe"} {
			if strings.Contains(all, s) {
				t.Errorf("%q is on a page: %s", s, all)
			}
		}
		for _, s := range []string{"Nora er alene. " + cases.HeldBack, "Jonas går med Nora. " + cases.HeldBack + " Det gjelder hver dag.", "Jeg er redd. " + cases.HeldBack, "Mor får vite det."} {
			if !strings.Contains(all, s) {
				t.Errorf("%q is not on a page: %s", s, all)
			}
		}
		if f := w.see(slug); !strings.Contains(f.Current().Measures[0].What, "Elias") {
			t.Error("what the school itself reads is held back")
		}
	})
}

// What the parents do not agree on stands with the school; what each said stands
// in that one's own thread, and neither is shown the other's, nor that there is any.
func TestParentsWhoDisagree(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.InformHome(w.ctx, w.ina, slug, w.informing()))
		mother, father := w.mother(), w.father()
		say := func(change ...func(x *cases.Disagreement)) error {
			x := cases.Disagreement{About: "Bytte av klasse.", Does: "Vi følger planen.", Said: map[tilhor.PersonID]string{mother.Person: "Hun vil bytte.", father.Person: " "}}
			for _, c := range change {
				c(&x)
			}
			return w.desk.Disagree(w.ctx, w.ina, slug, x)
		}
		refusals(t, []refusal{
			{"about nothing", say(func(x *cases.Disagreement) { x.About = "" }), "disagree-about", "cases.fault.disagree-about"},
			{"the school does nothing", say(func(x *cases.Disagreement) { x.Does = " " }), "disagree-does", "cases.fault.disagree-does"},
			{"nobody says anything", say(func(x *cases.Disagreement) { x.Said = nil }), "disagree-about", "cases.fault.disagree-nobody"},
			{"said by a stranger", say(func(x *cases.Disagreement) { x.Said = map[tilhor.PersonID]string{w.jonas.Person: "Nei."} }), "said-" + string(w.jonas.Person), "cases.fault.disagree-who"},
		})
		w.is(w.desk.Disagree(w.ctx, w.jonas, slug, cases.Disagreement{About: "a", Does: "b", Said: map[tilhor.PersonID]string{mother.Person: "c"}}), tilhor.ErrNotFound)
		w.must(say())
		w.must(w.desk.Say(w.ctx, father, slug, cases.Letter{What: cases.SayDisagree, Text: "Jeg vil at hun blir."}))
		hers, his := w.page(mother, slug), w.page(father, slug)
		if len(hers.Letters) != 1 || hers.Letters[0].What != "heard" || hers.Letters[0].Text != "Hun vil bytte." {
			t.Errorf("her thread: %+v", hers.Letters)
		}
		if len(his.Letters) != 1 || his.Letters[0].What != cases.SayDisagree || his.Letters[0].Text != "Jeg vil at hun blir." {
			t.Errorf("his thread: %+v", his.Letters)
		}
		f := w.see(slug)
		if r := f.Last(cases.HomeDisagree); r == nil || r.Text["what"] != "Bytte av klasse." || r.Text["does"] != "Vi følger planen." || len(f.Of(cases.HomeHeard)) != 1 || len(f.Unanswered()) != 1 {
			t.Errorf("what the school has: %+v", r)
		}
		if slices.Equal(events(hers), nil) || len(hers.Events) != len(his.Events) {
			t.Error("what has happened is told to one and not to the other")
		}
	})
}
