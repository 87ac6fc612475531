package notices_test

import (
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/roster"
)

// Who works at SFO is told of a measure that SFO as a whole carries out, and of none for a
// pupil who is shielded meanwhile.
func TestSFOAsAWholeIsToldOfNobodyShielded(t *testing.T) {
	each(t, func(w *world) {
		slug, _, _ := w.real()
		sfo := tilhor.Date("2026-11-23")
		protect := func() {
			w.must(w.worked.Protect(w.ctx, w.kari, slug, cases.Urgent{What: "En voksen er der.", Doer: cases.WholeSFO, Start: sfo}))
		}
		protect()
		w.sends("sfo@solbakken.example")
		protect()
		w.must(w.worked.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.Person("nora"), Grade: roster.StrictConfidential, Leader: w.ina.Person, Reason: "Melding."}))
		w.sends()
	})
}
