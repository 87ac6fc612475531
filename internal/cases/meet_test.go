package cases_test

import (
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
)

// The minutes of a meeting: each thing that was agreed is an entry of its own,
// and is ticked off once.
func TestWhatWasAgreedIsAnEntry(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		m := func(change func(*cases.Meeting)) cases.Meeting {
			x := cases.Meeting{Kind: "home", At: w.now(), Who: "Mor, Ina Lund", Points: []cases.Point{
				{What: "Ina ringer hver fredag.", Who: "Ina Lund", On: w.in(4)}, {}, {What: "Nora får sitte foran.", Who: "Jonas Lund"},
			}}
			change(&x)
			return x
		}
		none := func(*cases.Meeting) {}
		refusals(w.T, []refusal{
			{"with whom", w.desk.Meet(w.ctx, w.ina, slug, m(func(m *cases.Meeting) { m.Kind = "" })), "meeting", "cases.fault.meeting"},
			{"nobody", w.desk.Meet(w.ctx, w.ina, slug, m(func(m *cases.Meeting) { m.Who = " " })), "present", "cases.fault.present"},
			{"nothing", w.desk.Meet(w.ctx, w.ina, slug, m(func(m *cases.Meeting) { m.Points = nil })), "p1-what", "cases.fault.agreed-nothing"},
			{"agreed by nobody", w.desk.Meet(w.ctx, w.ina, slug, m(func(m *cases.Meeting) { m.Points[2].Who = "" })), "p2-who", "cases.fault.agreed-who"},
			{"who does what", w.desk.Meet(w.ctx, w.ina, slug, m(func(m *cases.Meeting) { m.Points[0].What = "" })), "p1-what", "cases.fault.agreed"},
			{"by yesterday", w.desk.Meet(w.ctx, w.ina, slug, m(func(m *cases.Meeting) { m.Points[0].On = w.in(-1) })), "p1-on", "cases.fault.agreed-on"},
			{"tomorrow", w.desk.Meet(w.ctx, w.ina, slug, m(func(m *cases.Meeting) { m.At.At = w.Now().AddDate(0, 0, 1) })), "at", "cases.fault.future"},
			{"too long", w.desk.Meet(w.ctx, w.ina, slug, m(func(m *cases.Meeting) { m.Points[0].Who = strings.Repeat("a", 501) })), "p1-who", "cases.fault.short"},
		})
		w.is(w.desk.Meet(w.ctx, w.jonas, slug, m(none)), tilhor.ErrNotFound)
		w.must(w.desk.Meet(w.ctx, w.ina, slug, m(none)))
		w.must(w.desk.Meet(w.ctx, w.ina, slug, m(func(m *cases.Meeting) { m.Points, m.Text = nil, "Ingenting ble avtalt." })))
		f := w.see(slug)
		if len(f.Meetings()) != 2 || len(f.Points()) != 2 || len(f.Of(cases.Agreed)) != 2 {
			w.T.Fatalf("%+v", f.Meetings())
		}
		var call cases.Point
		for _, p := range f.Points() {
			if p.On != "" {
				call = p
			}
		}
		if call.What != "Ina ringer hver fredag." || call.Late(w.in(4)) || !call.Late(w.in(5)) {
			w.T.Fatalf("%+v", call)
		}
		refusals(w.T, []refusal{{"let go without a reason", w.desk.TickAgreed(w.ctx, w.ina, slug, call.ID, cases.LookedDropped, ""), "line", "cases.fault.dropped"}})
		w.must(w.desk.TickAgreed(w.ctx, w.ina, slug, call.ID, cases.LookedDone, "Mor var glad for det."))
		w.is(w.desk.TickAgreed(w.ctx, w.ina, slug, call.ID, cases.LookedDone, ""), tilhor.ErrConflict)
		w.is(w.desk.TickAgreed(w.ctx, w.jonas, slug, call.ID, cases.LookedDone, ""), tilhor.ErrNotFound)
		w.is(w.desk.TickAgreed(w.ctx, w.ina, w.taken(w.elias), call.ID, cases.LookedDone, ""), tilhor.ErrNotFound)
		for _, p := range w.see(slug).Points() {
			if done := p.Answer == cases.LookedDone; done != (p.ID == call.ID) || done && p.Line != "Mor var glad for det." {
				w.T.Errorf("%+v", p)
			}
		}
	})
}
