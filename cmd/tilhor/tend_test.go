package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
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

var (
	breakFact = testSQL(`UPDATE duty_fact SET body = '{"kind": "' || thing WHERE owner = $1 AND thing = $2`)
	asleep    = testSQL(`SELECT COUNT(*) FROM duty_thing WHERE owner = $1 AND next_change = 0`)
)

// A waitedLog is a log that says when something stands in it.
type waitedLog struct {
	logBook
	what string
	once sync.Once
	came chan struct{}
}

func (k *waitedLog) Write(b []byte) (int, error) {
	n, err := k.logBook.Write(b)
	if bytes.Contains(b, []byte(k.what)) {
		k.once.Do(func() { close(k.came) })
	}
	return n, err
}

// What a chore trips over names a case in its error; the log has what kind of error it
// was, and no case. What is plain stands in it in words. And the duties of the others are
// woken all the same.
func TestAChoreThatFailsNamesNoCase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newStoryWorld(t, d)
		ctx, rektor, now := context.Background(), w.town.Actor(tilhor.RoleRektor, w.town.Solbakken), tilhor.Now(w.clock())
		var c concerns.Concern
		var all []cases.Track
		for range 3 {
			var err error
			c, err = w.concerns().Tell(ctx, rektor, concerns.Telling{School: w.town.Solbakken, Described: "Ei jente", Saw: "Sto alene.", Arena: tilhor.ArenaBreak, Happened: now, Known: now})
			w.must(err)
			all, err = w.cases().TakeUp(ctx, rektor, c.Slug, cases.Stance{})
			w.must(err)
		}
		id := string(all[0].ID)
		w.write(func(tx *db.Tx) error {
			if _, err := tx.Exec(breakFact, w.owner(), id); err != nil {
				return err
			}
			return duty.WakeAll(tx, w.owner())
		})
		n, err := duty.Wake(ctx, d, w.owner(), w.clock(), 1000)
		if err == nil || !strings.Contains(err.Error(), id) {
			t.Fatalf("the control: the error itself names no case: %v", err)
		}
		still := 0
		w.read(func(tx *db.Tx) error { return tx.One(asleep, db.Args(w.owner()), &still) })
		if n < 2 || still != 1 {
			t.Errorf("%d were woken, and %d sleep on", n, still)
		}
		log := &waitedLog{what: `"msg":"duties"`, came: make(chan struct{})}
		w.house.log = slog.New(slog.NewJSONHandler(log, nil))
		end := w.house.tend(nil, w.site)
		select {
		case <-log.came:
		case <-time.After(20 * time.Second):
			t.Error("the chore that fails is not logged")
		}
		end()
		for what, s := range map[string]string{"the id of the case": id, "its address": all[0].Slug, "that of the concern": c.Slug} {
			if strings.Contains(log.String(), s) {
				t.Errorf("the log tells %s: %s", what, log.String())
			}
		}
		if !strings.Contains(log.String(), "*json.") {
			t.Errorf("the log does not say what kind of error it was: %s", log.String())
		}
	})
	if said := web.Types(fmt.Errorf("sweep abcdefghij: %w", journal.ErrForked)); strings.Contains(said, "abcdefghij") || !strings.Contains(said, journal.ErrForked.Error()) {
		t.Errorf("what is plain is told as %q", said)
	}
}
