package story

import (
	"errors"
	"sync"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
)

// atOnce runs an act from eight sides and counts those that went through; the
// others must have the answer of somebody who came second.
func (s *story) atOnce(what string, act func(n int) error) (done int) {
	s.Helper()
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for n := range errs {
		wg.Go(func() { errs[n] = act(n) })
	}
	wg.Wait()
	for _, err := range errs {
		switch {
		case err == nil:
			done++
		case !errors.Is(err, tilhor.ErrConflict):
			s.Errorf("%s at once: %v", what, err)
		}
	}
	return done
}

// To som trykker samtidig: ett vedtak, én sak, ett utkast; den andre får vite det.
func TestSamtidig(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		kari, ina := s.people["Kari"], s.people["Ina"]
		c, err := s.concerns.Tell(s.ctx, s.people["Jonas"], s.worried("Jeg er redd.", "x", "Elias", "Nora"))
		s.must(err)
		var slug string
		var mu sync.Mutex
		if n := s.atOnce("TakeUp", func(int) error {
			tracks, err := s.cases.TakeUp(s.ctx, kari, c.Slug, cases.Stance{Handler: ina.Person})
			if err == nil {
				mu.Lock()
				slug = tracks[0].Slug
				mu.Unlock()
			}
			return err
		}); n != 1 {
			t.Fatalf("one concern was taken up %d times", n)
		}
		if rows, _, err := s.cases.List(s.ctx, kari, cases.Filter{}); err != nil || len(rows) != 2 {
			t.Fatalf("%d tracks", len(rows))
		}
		s.must(s.cases.Hear(s.ctx, ina, slug, s.talk("Jeg er redd.")))
		s.must(s.cases.Weigh(s.ctx, ina, slug, weighing))
		m := cases.Measure{Problem: "x", What: "y", Start: "2026-11-23", Doer: s.people["Jonas"].Person, Evaluate: "2026-11-30"}
		for rev := range 2 {
			if n := s.atOnce("SavePlan", func(int) error {
				return s.cases.SavePlan(s.ctx, ina, slug, rev, cases.Plan{Measures: []cases.Measure{m}})
			}); n != 1 {
				t.Fatalf("%d drafts were saved over each other", n)
			}
		}
		if n := s.atOnce("Approve", func(int) error { return s.cases.Approve(s.ctx, kari, slug, 2) }); n != 1 {
			t.Fatalf("one plan was approved %d times", n)
		}
		if f := s.see("Kari", slug); len(f.Plans) != 1 || len(f.Of(cases.Approved)) != 1 || len(f.Measures) != 1 {
			t.Fatalf("%d plans, %d measures", len(f.Plans), len(f.Measures))
		}
		s.evaluated(slug, cases.SafeNow, "Det er trygt.", cases.Finish, "")
		end := cases.Ending{Words: "Det er trygt.", CheckOn: "2026-12-28"}
		if n := s.atOnce("Close", func(int) error { return s.cases.Close(s.ctx, kari, slug, end) }); n != 1 {
			t.Fatalf("one track was closed %d times", n)
		}
		if n := s.atOnce("Reopen", func(int) error { return s.cases.Reopen(s.ctx, ina, slug, "Det har begynt igjen.") }); n != 1 {
			t.Fatalf("one track was opened again %d times", n)
		}
	})
}

// Rektor avslutter i det eleven sier at det ikke er trygt: uansett rekkefølge står saken ikke avsluttet.
func TestAvslutterMensElevenSierNei(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		spor := s.safeTrack()
		s.at("2026-12-01 11:00")
		s.atOnce("Close and Raise", func(n int) error {
			if n%2 == 0 {
				return s.cases.Raise(s.ctx, s.people["Kari"], spor, cases.Raise{By: "pupil", At: tilhor.Now(s.now), Text: "Nei."})
			}
			err := s.cases.Close(s.ctx, s.people["Kari"], spor, ending)
			if tilhor.FaultsOf(err) != nil {
				return nil
			}
			return err
		})
		if f := s.see("Kari", spor); f.State != cases.Open {
			t.Fatalf("the pupil says no, and the track stands as %s", f.State)
		}
	})
}
