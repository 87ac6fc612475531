package front_test

import (
	"testing"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/front"
	"tilhor/internal/web/webtest"
)

// When it is read is one answer: the school's own days without school, the days when it
// has said that nobody reads, weekends and the hours of a day all count.
func TestWhenItIsRead(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return duty.Shut(tx, webtest.Owner, w.Solbakken, "2026-11-27") }))
		w.must(w.desk.Say(w.ctx, w.kari, front.Line{Kind: front.Shut, From: "2026-12-01", Until: "2026-12-02", Reads: front.ByOwner}))
		p, err := w.desk.Show(w.ctx, webtest.Owner, w.Solbakken)
		w.must(err)
		for _, row := range []struct {
			day  tilhor.Date
			hour int
			want front.Reading
		}{
			{"2026-11-24", 7, front.Reading{Today: true, Next: "2026-11-24"}},
			{"2026-11-24", 10, front.Reading{Today: true, Now: true, Next: "2026-11-24"}},
			{"2026-11-24", 15, front.Reading{Today: true, Next: "2026-11-25"}},
			{"2026-11-26", 20, front.Reading{Today: true, Next: "2026-11-30"}}, // Friday has no school, and then it is weekend
			{"2026-11-27", 10, front.Reading{Next: "2026-11-30"}},
			{"2026-11-29", 10, front.Reading{Next: "2026-11-30"}},
			{"2026-11-30", 16, front.Reading{Today: true, Next: "2026-12-03"}},
			{"2026-12-01", 10, front.Reading{By: front.ByOwner, Until: "2026-12-02", Next: "2026-12-03"}},
		} {
			now := calendar.At(row.day, row.hour)
			if got := p.Reads(now); got != row.want {
				t.Errorf("%s at %d: %+v, want %+v", row.day, row.hour, got, row.want)
			}
		}
		// The municipality's: the school's own days hold nothing up.
		if got := (front.Page{}).Reads(calendar.At("2026-11-27", 10)); !got.Now || got.By != "" {
			t.Errorf("the municipality: %+v", got)
		}
	})
}
