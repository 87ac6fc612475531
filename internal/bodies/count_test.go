package bodies_test

import (
	"testing"

	"tilhor"
	"tilhor/internal/bodies"
)

// Of a confidential matter the pupils have left: only who is left votes, and the
// parents' votes weigh as the regulation says. Sabotaged: count without the weight.
func TestHowVotesCount(t *testing.T) {
	each(t, func(w *world) {
		for _, k := range []bodies.Kind{bodies.SMU, bodies.SU, bodies.FAU, bodies.Council, bodies.KFU, bodies.Youth} {
			if k.Usual().Count != "" { // a guess would look like the regulation
				t.Errorf("%s is counted by %q before anybody chose", k, k.Usual().Count)
			}
		}
		w.seat(w.smu, "rektor-solbakken", bodies.Municipality, "")
		w.seat(w.smu, "nurse-solbakken", bodies.Staff, "")
		rules := func(c bodies.Count, casting bool) {
			t.Helper()
			b := bodies.SMU.Usual()
			b.Name, b.Need, b.Count, b.Casting = "SMU", 2, c, casting
			w.Must(w.desk.Change(w.ctx, w.kari, w.smu, b))
		}
		m := w.meet("2026-11-23")
		open, shut := w.add(m, "Bussen", false), w.add(m, "Bemanning", true)
		there := func(who ...string) error {
			var all []tilhor.PersonID
			for _, p := range who {
				all = append(all, w.Person(p))
			}
			return w.desk.Attend(w.ctx, w.marit, w.smu, m, all)
		}
		write := func(i string, r bodies.Result) error {
			r.Text = "Ja"
			return w.desk.Write(w.ctx, w.marit, w.smu, m, i, r)
		}
		became := func(i string, r bodies.Result, want string) {
			t.Helper()
			w.Must(write(i, r))
			for _, x := range w.sees(w.marit, m).Items {
				if x.Slug == i && x.Result.Outcome != want {
					t.Errorf("%+v became %q, not %q", r, x.Result.Outcome, want)
				}
			}
		}
		rules(bodies.Weighed, false)
		// Two parents, three others, one pupil: together the parents count as four.
		w.Must(there("forelder-nora", "forelder-tuva", "nora", "teacher-solbakken", "nurse-solbakken", "rektor-solbakken"))
		became(open, bodies.Result{For: 3, Against: 2, Blank: 1}, bodies.Carried)
		became(open, bodies.Result{For: 3, Against: 3}, bodies.Tied)
		became(open, bodies.Result{For: 2, Against: 3}, bodies.Fell)
		w.Refused(write(open, bodies.Result{For: 3, Against: 4}), "for", "bodies.fault.votes")
		became(shut, bodies.Result{For: 2, ForParents: 2, Against: 3}, bodies.Carried)
		became(shut, bodies.Result{For: 3, ForParents: 1, Against: 2, AgainstParents: 1}, bodies.Carried)
		became(shut, bodies.Result{For: 3, Against: 2, AgainstParents: 2}, bodies.Fell)
		w.Refused(write(shut, bodies.Result{For: 3, ForParents: 1, Against: 3, AgainstParents: 1}), "for", "bodies.fault.votes") // a pupil's vote
		w.Refused(write(shut, bodies.Result{For: 3, Against: 1}), "for-parents", "bodies.fault.votes-parents")
		w.Refused(write(shut, bodies.Result{For: 3, ForParents: 3}), "for-parents", "bodies.fault.votes-parents")
		w.Refused(write(shut, bodies.Result{For: 1, ForParents: 2}), "for-parents", "bodies.fault.votes-parents")
		became(shut, bodies.Result{For: 2, ForParents: 1, Against: 2}, bodies.Carried) // with no pupils there would be no tie to win
		// What was reckoned stands: who was there is not changed behind it.
		w.Refused(there("forelder-nora", "teacher-solbakken", "nurse-solbakken"), "present", "bodies.fault.counted")
		became(shut, bodies.Result{For: 1, ForParents: 1}, bodies.Carried)
		became(open, bodies.Result{For: 1}, bodies.Carried)
		w.Refused(there("teacher-solbakken", "nurse-solbakken", "forelder-nora"), "present", "bodies.fault.counted") // it would carry, and be counted otherwise
		became(shut, bodies.Result{}, "")
		w.Must(there("teacher-solbakken", "nurse-solbakken", "forelder-nora"))
		became(shut, bodies.Result{}, "")
		w.Must(there("teacher-solbakken", "nurse-solbakken"))
		w.Refused(write(shut, bodies.Result{For: 2}), "for", "bodies.fault.no-parents")
		// One vote each, and who leads the meeting decides a tie.
		rules(bodies.Each, true)
		became(shut, bodies.Result{For: 2}, bodies.Carried)
		w.Refused(write(shut, bodies.Result{For: 1, Against: 1}), "cast", "bodies.fault.cast")
		became(shut, bodies.Result{For: 1, Against: 1, Cast: bodies.For}, bodies.Carried)
		became(shut, bodies.Result{For: 1, Against: 1, Cast: bodies.Against}, bodies.Fell)
		became(shut, bodies.Result{Blank: 2}, bodies.Tied)
		// Where the regulation is not written down, nothing is reckoned.
		rules("", false)
		became(shut, bodies.Result{For: 2, Cast: bodies.Against}, "")
		for _, x := range w.sees(w.marit, m).Items {
			if x.Slug == shut && x.Result.Cast != "" {
				t.Errorf("nothing was reckoned, and who led decided: %+v", x.Result)
			}
		}
		became(open, bodies.Result{For: 2}, bodies.Carried)
		w.Refused(w.desk.Change(w.ctx, w.kari, w.smu, bodies.Body{Name: "SMU", Count: "twice"}), "count", "bodies.fault.count")
		// No more are there than there are seats for.
		b := bodies.SMU.Usual()
		b.Name, b.Need, b.Seats = "SMU", 1, map[bodies.Part]int{bodies.Parents: 1, bodies.Staff: 2}
		w.Must(w.desk.Change(w.ctx, w.kari, w.smu, b))
		w.Refused(there("forelder-nora", "forelder-tuva", "teacher-solbakken"), "present", "bodies.fault.seats")
		w.Must(there("forelder-nora", "teacher-solbakken", "nurse-solbakken"))
	})
}
