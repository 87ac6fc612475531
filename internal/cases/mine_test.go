package cases_test

import (
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
)

// What the child answers on its own page counts when the case is to be closed: a
// yes does not stand for asking, and anything else asks for the child to be asked
// once more.
func TestTheChildsOwnWordAtClosing(t *testing.T) {
	end := func(w *world, slug string) error {
		return w.desk.Close(w.ctx, w.kari, slug, cases.Ending{Words: "Det er trygt nå.", CheckOn: w.in(35)})
	}
	refused := func(w *world, name string, err error) {
		w.T.Helper()
		refusals(w.T, []refusal{{name, err, "words", "cases.fault.not-safe"}})
	}
	safe := func(w *world, slug string) {
		w.T.Helper()
		w.Later(time.Hour)
		w.must(w.desk.Evaluate(w.ctx, w.ina, slug, w.evaluation(cases.SafeNow, cases.Finish)))
	}
	says := func(w *world, slug, answer string) {
		w.T.Helper()
		w.Later(time.Hour)
		w.must(w.desk.SayHowItIs(w.ctx, w.ina, slug, answer, "")) // together with the adult who has the case
	}
	each(t, func(w *world) {
		slug := w.running(w.nora)
		says(w, slug, cases.Better)
		refused(w, "a yes that nobody asked for", end(w, slug))
		for _, answer := range []string{cases.Partly, cases.WillNot, cases.Worse} {
			safe(w, slug)
			says(w, slug, answer)
			refused(w, answer+" after it was said to be safe", end(w, slug))
			says(w, slug, cases.Better)
			refused(w, "a yes after "+answer, end(w, slug))
		}
		safe(w, slug)
		says(w, slug, cases.Better)
		w.must(end(w, slug))
	})
}

// A no from the child opens a case again that has ended, while its story goes on.
func TestAChildsNoOpensTheCaseAgain(t *testing.T) {
	each(t, func(w *world) {
		slug := w.closed(w.nora)
		w.must(w.desk.SayHowItIs(w.ctx, w.ina, slug, cases.Worse, "Det er ikke trygt."))
		if f := w.see(slug); f.State != cases.Open || f.Last(cases.Reopened) == nil {
			w.Errorf("it is %s", f.State)
		}
		if _, err := w.desk.OpenMine(w.ctx, tilhor.Actor{Owner: w.kari.Owner, Person: w.nora, Role: tilhor.RolePupil, School: w.Solbakken}, nil); tilhor.FaultsOf(err) == nil {
			w.Errorf("no pictures open something: %v", err)
		}
	})
}
