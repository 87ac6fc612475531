package cases_test

import (
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
)

// What happened on the net is written in words and is a source; that it happened
// on Saturday does not let the inquiry begin before the school knew.
func TestADigitalEventInWords(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		e := func(change func(*cases.DigitalEvent)) error {
			x := cases.DigitalEvent{At: tilhor.When{At: w.Now().AddDate(0, 0, -2), Precision: tilhor.Day}, Service: "En gruppe i Snapchat", Text: "Fire skrev at hun ikke skulle komme.", Keeper: "Nora"}
			change(&x)
			return w.desk.Describe(w.ctx, w.ina, slug, x)
		}
		refusals(w.T, []refusal{
			{"nowhere", e(func(e *cases.DigitalEvent) { e.Service = "" }), "service", "cases.fault.service"},
			{"nothing", e(func(e *cases.DigitalEvent) { e.Text = "" }), "happened", "cases.fault.happened"},
			{"who has it", e(func(e *cases.DigitalEvent) { e.Keeper = "" }), "keeper", "cases.fault.keeper"},
			{"tomorrow", e(func(e *cases.DigitalEvent) { e.At.At = w.Now().AddDate(0, 0, 1) }), "at", "cases.fault.future"},
		})
		w.is(w.desk.Describe(w.ctx, w.jonas, slug, cases.DigitalEvent{Service: "x", Text: "x", Keeper: "x"}), tilhor.ErrNotFound)
		w.must(e(func(*cases.DigitalEvent) {}))
		f := w.see(slug)
		r, began := f.Last(cases.Source), f.Last(cases.Started)
		if r == nil || r.Ref != "digital" || r.Text["keeper"] != "Nora" || !r.When.At.Before(f.Opened) {
			w.T.Fatalf("%+v", r)
		}
		if began == nil || began.When.At.Before(f.Opened) || w.state(f, "k12.investigate") != duty.Met {
			w.T.Errorf("%+v, %s", began, w.state(f, "k12.investigate"))
		}
	})
}
