package duty

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor/internal/calendar"

	"pgregory.net/rapid"
)

// Cases that live across 1 August 2024: the engine and the oracle agree, what
// began before keeps the citation it had, and nothing is carried on under the
// old act.
func TestAcrossTheFirstOfAugust(t *testing.T) {
	checks(t, "1000")
	gen := histories("2024-05-20", "2024-08-10")
	night := time.Date(2024, 8, 1, 0, 0, 0, 0, calendar.Oslo())
	crossed := 0
	rapid.Check(t, func(rt *rapid.T) {
		in := gen.Draw(rt, "case")
		if a, b := oracle(in, calendar.Oslo(), ""), engine(t, in); !slices.Equal(a, b) {
			rt.Fatalf("they differ\n%s\n%s", diff(a, b), tell(in))
		}
		out, err := Assess(in)
		if err != nil {
			rt.Fatal(err)
		}
		was, is := false, false
		for _, d := range out.Duties {
			old := d.TriggeredAt.Before(night)
			was, is = was || old, is || !old
			if strings.HasPrefix(string(d.ID), "9A.") != old && !strings.HasPrefix(string(d.ID), "k13.") {
				rt.Fatalf("%s was triggered %s\n%s", d.ID, d.TriggeredAt, tell(in))
			}
			if old && d.State.Waiting() && !in.AsOf.Before(night) {
				rt.Fatalf("%s goes on under the old act as %s\n%s", d.Ref, d.State, tell(in))
			}
		}
		if was && is {
			crossed++
		}
	})
	if crossed < 20 {
		t.Fatalf("of a thousand cases %d lived across the night", crossed)
	}
}
