package main

import (
	"context"
	"testing"
	"time"

	"tilhor/internal/db/dbtest"
	"tilhor/internal/web"
)

// Two machines that both are let mind the clock by a database between them are
// never so far apart that one takes the other's mark for a clock set back. The
// controls are clocks that are near enough, and the slack whole: by it, both of
// the two that are 130 seconds apart are let by.
func TestTwoClocksThatAgreeAreNear(t *testing.T) {
	d := dbtest.Postgres(t)
	const slow = 5 * time.Second // what the asking may take
	agrees := func(by time.Duration) bool {
		h := &house{db: d, clock: func() time.Time { return time.Now().Add(by) }}
		return h.clocksAgree(context.Background()) == nil
	}
	for by, want := range map[time.Duration]bool{0: true, 50 * time.Second: true, -50 * time.Second: true, 65*time.Second + slow: false, -65*time.Second - slow: false} {
		if agrees(by) != want {
			t.Errorf("a clock %s off: agrees is %v", by, !want)
		}
		if by.Abs() > web.ClockSlack {
			t.Errorf("the control: %s is not within the whole slack", by)
		}
	}
}
