package web_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// signs writes an entry and has it signed now.
func (w *town) signs() {
	w.t.Helper()
	ctx := context.Background()
	err := w.db.Write(ctx, func(tx *db.Tx) error {
		_, err := w.kit.Journal.Append(tx, journal.Entry{
			Stream: "owner", Act: "clock.test", Subject: string(owner), When: tilhor.Now(w.clock()),
			By: tilhor.Actor{Owner: owner, Role: "operator"}, Rule: "the test",
		})
		return err
	})
	w.later(2 * time.Hour) // an entry is ready within the hour
	_, signed := w.kit.Journal.Sequence(ctx, w.db, owner, w.clock)
	if err := errors.Join(err, signed); err != nil {
		w.t.Fatal(err)
	}
}

// A machine that forgot the time while it was off stands before the whole
// record. That is told, and nobody is signed out and nothing written: the mark
// is right. The controls are a clock that was set back to a time the record
// knows, and a record too young to be a witness.
func TestAClockBeforeTheRecord(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		ctx := context.Background()
		const years = 6 * 365 * 24 * time.Hour
		minds := func() error { return w.site.MindClock(ctx) }
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		w.signs()
		ok(minds())
		c := w.enter(w.kari, tilhor.RoleRektor)
		w.later(-years)
		ok(minds())
		w.later(years)
		if w.do(visit{path: "/i-dag", cookie: c}).Code == 200 {
			t.Fatal("the control: a record of one day holds a clock back")
		}

		w.later(31 * 24 * time.Hour)
		w.signs()
		ok(minds())
		c = w.enter(w.kari, tilhor.RoleRektor)
		mark, err := w.db.MarkOf(ctx, "clock "+string(owner))
		ok(err)
		w.later(-years)
		if minds() == nil {
			t.Error("a clock before the whole record is not told of")
		}
		if now, err := w.db.MarkOf(ctx, "clock "+string(owner)); err != nil || now != mark {
			t.Errorf("the mark was %s, is %s, %v", mark, now, err)
		}
		w.later(years)
		ok(minds())
		want(t, w.do(visit{path: "/i-dag", cookie: c}), 200)

		w.later(-20 * 24 * time.Hour)
		ok(minds())
		w.later(20 * 24 * time.Hour)
		if w.do(visit{path: "/i-dag", cookie: c}).Code == 200 {
			t.Error("the control: a clock set back to a day of the record signs nobody out")
		}
	})
}
