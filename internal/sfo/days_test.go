package sfo_test

import (
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/sfo"
)

// SFO's own days: open when the school is not, and closed when it is. Without one
// the day is as the week and the school say.
func TestDaysOfSFOsOwn(t *testing.T) {
	each(t, func(w *world) {
		open := func() bool { w.T.Helper(); return w.at().Open }
		set := func(x sfo.Day) { w.T.Helper(); w.must(w.desk.SetDay(w.ctx, w.kari, x)) }
		if !open() {
			t.Fatal("closed on an ordinary Monday")
		}
		set(sfo.Day{Day: "2026-11-23"})
		if open() {
			t.Error("open on a day of its own on which it is closed")
		}
		w.must(w.desk.DropDay(w.ctx, w.kari, "2026-11-23"))
		if !open() {
			t.Error("the day is not as the week says again")
		}
		w.Later(5 * 24 * time.Hour) // Saturday
		if open() {
			t.Error("open on a Saturday")
		}
		set(sfo.Day{Day: "2026-11-28", Opens: 8 * 60, Closes: 11*60 + 30})
		if p := w.at(); !p.Open || p.Closes.Hour() != 11 {
			t.Errorf("closed on a day of its own: %+v", p)
		}
		w.Later(90 * time.Minute)
		if open() {
			t.Error("open at the minute it closes")
		}
		b, err := w.desk.Look(w.ctx, w.kari)
		w.must(err)
		if len(b.Days) != 1 || b.Days[0].Day != "2026-11-28" {
			t.Errorf("what the leader sees: %+v", b.Days)
		}
		for name, x := range map[string]sfo.Day{"yesterday": {Day: "2026-11-27", Opens: 1, Closes: 2}, "too far": {Day: "2028-01-10", Opens: 1, Closes: 2}} {
			if key(w.desk.SetDay(w.ctx, w.kari, x)) != "sfo.fault.own-day" {
				t.Errorf("%s can be set", name)
			}
		}
		if key(w.desk.SetDay(w.ctx, w.kari, sfo.Day{Day: "2026-11-30", Opens: 600, Closes: 500})) != "sfo.fault.hours" {
			t.Error("it closes before it opens")
		}
		for _, err := range []error{w.desk.SetDay(w.ctx, w.mona, sfo.Day{Day: "2026-11-30"}), w.desk.DropDay(w.ctx, w.mona, "2026-11-28"), w.desk.DropDay(w.ctx, w.kari, "2026-12-01")} {
			if err != tilhor.ErrNotFound {
				t.Errorf("want nothing there, got %v", err)
			}
		}
	})
}

// Whoever signs in on the machine can see when the own PIN was chosen, and the
// one before it: a PIN somebody else chose meanwhile is seen.
func TestWhenAPINWasChosen(t *testing.T) {
	each(t, func(w *world) {
		made := func() sfo.Made {
			w.T.Helper()
			m, err := w.desk.Made(w.ctx, w.mona)
			w.must(err)
			return m
		}
		if m := made(); m != (sfo.Made{}) {
			t.Errorf("before there is any: %+v", m)
		}
		first := w.Now()
		w.chosen("837261")
		if m := made(); !m.Chosen.Equal(first) || !m.Code.Equal(first) || !m.Before.IsZero() {
			t.Errorf("the first: %+v", m)
		}
		w.Later(time.Hour)
		second := w.Now()
		w.chosen("927364")
		if m := made(); !m.Chosen.Equal(second) || !m.Before.Equal(first) {
			t.Errorf("the second: %+v", m)
		}
	})
}
