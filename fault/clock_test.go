package fault

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/web"
	"tilhor/internal/work"
)

// A hour is the schools at work by a clock that the test holds.
type hour struct {
	*testing.T
	ctx  context.Context
	p    *work.Place
	site *web.Site
	rng  *rand.Rand
	all  ledger
	mu   sync.Mutex
	now  time.Time
	wall bool // sabotage: a clock that counts the hours on the wall
}

func at(t *testing.T, d *db.DB, when string) *hour {
	t.Helper()
	h := &hour{T: t, ctx: context.Background(), rng: rand.New(rand.NewPCG(7, 7)), all: newLedger(), now: oslo(t, when)}
	h.p = must(work.Over(h.ctx, d, filepath.Join(t.TempDir(), "keys"), h.clock))(t)
	h.site = must(siteOf(h.p))(t)
	h.tend()
	return h
}

func (h *hour) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.wall {
		l := h.now.In(calendar.Oslo())
		return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
	}
	return h.now
}

func (h *hour) move(by time.Duration) { h.mu.Lock(); defer h.mu.Unlock(); h.now = h.now.Add(by) }

func oslo(t *testing.T, when string) time.Time {
	t.Helper()
	return must(time.ParseInLocation("2006-01-02 15:04", when, calendar.Oslo()))(t)
}

func (h *hour) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// acts does some of the mix.
func (h *hour) acts(n int) {
	h.Helper()
	for range n {
		h.move(time.Second)
		a := h.p.Next(h.rng)
		err := a.Do(h.ctx)
		var lacks cases.Missing
		if errors.As(err, &lacks) || became(err) == "no" { // a plan whose dates have passed meanwhile
			h.all.refused[a.ID] = true
			continue
		}
		h.ok(err)
		h.all.acked[a.ID] = true
	}
}

// tend does what the server does beside the pages.
func (h *hour) tend() {
	h.Helper()
	h.ok(errors.Join(h.site.MindClock(h.ctx), h.p.Tend(h.ctx)))
}

// again is what a restart is: a new process over the same database.
func (h *hour) again() {
	h.Helper()
	h.p = must(work.Over(h.ctx, h.p.DB, filepath.Dir(h.p.Keys.Folder(work.Owner)), h.clock))(h)
	h.site = must(siteOf(h.p))(h)
}

// holds checks everything: each act is there once, nothing waits unsigned, the
// record and the duties hold.
func (h *hour) holds() error {
	f := h.p.Finder()
	if err := errors.Join(f.Look(h.ctx), h.all.check(f), h.p.Holds(h.ctx)); err != nil {
		return err
	}
	n, err := h.unsigned()
	if err == nil && n > 0 {
		err = fmt.Errorf("%d entries are not in the tree", n)
	}
	return err
}

var countUnsigned = db.SQL(`SELECT COUNT(*) FROM journal_entry WHERE owner = $1 AND leaf IS NULL`)

func (h *hour) unsigned() (n int, err error) {
	err = h.p.DB.Read(h.ctx, func(tx *db.Tx) error { return tx.One(countUnsigned, db.Args(work.Owner), &n) })
	return n, err
}

// signIn is a teacher's session, and asks is how it is answered.
func (h *hour) signIn() *http.Cookie {
	h.Helper()
	who := h.p.Schools[0].Teachers[0]
	return must(h.site.Enter(h.ctx, who.Person, who, "strong", "https://feide.example"))(h)
}

func (h *hour) asks(c *http.Cookie) int {
	r := httptest.NewRequest("GET", "http://127.0.0.1/bekymringer", nil)
	r.AddCookie(c)
	rec := httptest.NewRecorder()
	h.site.Handler().ServeHTTP(rec, r)
	return rec.Code
}

// taken is a track of a concern that a family took up with rektor now.
func (h *hour) taken() cases.Track {
	h.Helper()
	s := h.p.Schools[0]
	n := h.p.Telling(s, s.Pupils[0], "family")
	n.Raised = &concerns.Raised{By: "parent", At: tilhor.Now(h.clock())}
	c := must(h.p.Concerns.Tell(h.ctx, s.Rektor, n))(h)
	return must(h.p.Cases.TakeUp(h.ctx, s.Rektor, c.Slug, cases.Stance{Handler: s.Social.Person}))(h)[0]
}

func (h *hour) sees(t cases.Track) cases.File {
	h.Helper()
	return must(h.p.Cases.See(h.ctx, h.p.Schools[0].Rektor, t.Slug, "overview"))(h)
}

// readings is how often the track was opened.
func (h *hour) readings(t cases.Track) (n int) {
	h.Helper()
	h.ok(h.p.DB.Read(h.ctx, func(tx *db.Tx) error {
		all, err := h.p.Journal.Readings(tx, work.Owner, string(t.ID))
		n = len(all)
		return err
	}))
	return n
}

// TestClockJumps lets the clock run ahead by an hour, a day and a year while
// schools are at work, and be set back, with a restart on the way: what was done
// meanwhile stays done and is seen by those it was meant for, the record is
// signed on, readings are written, duties stand as the day says, and no session
// lives longer. The control is a program that does not mind its clock.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	for _, jump := range []time.Duration{time.Hour, 24 * time.Hour, 365 * 24 * time.Hour} {
		t.Run(jump.String(), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { jumps(t, d, jump) })
		})
	}
}

func jumps(t *testing.T, d *db.DB, jump time.Duration) {
	h := at(t, d, "2026-11-23 09:00")
	before := h.taken()
	h.sees(before)
	h.acts(25)
	h.tend()
	h.move(20 * time.Minute)

	h.move(jump)
	h.tend()
	h.acts(25)
	ahead := h.taken()
	h.sees(before)
	ran := must(h.p.Concerns.Tell(h.ctx, h.p.Schools[0].Teachers[0], h.p.Telling(h.p.Schools[0], h.p.Schools[0].Pupils[1], "ahead")))(t)
	h.tend()
	waits := must(h.p.Concerns.Tell(h.ctx, h.p.Schools[0].Teachers[0], h.p.Telling(h.p.Schools[0], h.p.Schools[0].Pupils[2], "unsigned")))(t)
	opened := h.readings(before)
	early := h.signIn()

	h.move(-jump)
	h.again()
	if wrong, err := duty.Check(h.ctx, d, work.Owner, h.clock()); err != nil || len(wrong) == 0 && jump > 24*time.Hour {
		t.Fatalf("the control: a program that does not mind its clock was not seen to have late duties: %v", err)
	}
	if !h.waiting(waits.Slug) && h.waiting(ran.Slug) {
		t.Fatal("the control: a grant of a day to come is in force")
	}
	h.tend()
	maps.DeleteFunc(h.all.acked, func(id string, _ bool) bool { return strings.HasPrefix(id, "session-") }) // ended, and empty
	h.ok(h.holds())
	if h.asks(early) == 200 {
		t.Error("a session of a clock that ran ahead is honoured")
	}
	for _, c := range []concerns.Concern{ran, waits} {
		if !h.waiting(c.Slug) {
			t.Error("rektor does not see what was told while the clock ran ahead")
		}
		if err := h.receipt(c); err != nil {
			t.Errorf("the receipt: %v", err)
		}
	}
	h.sees(before)
	if n := h.readings(before); n != opened+1 {
		t.Errorf("a reading after the clock was set back is not in the record: %d of %d", n, opened+1)
	}
	if f := h.sees(ahead); len(f.Of(cases.TakenUp)) != 1 {
		t.Error("what was taken up ahead of time is not seen as it was done")
	}
	h.ok(h.p.Cases.Hear(h.ctx, h.p.Schools[0].Rektor, ahead.Slug, cases.Talk{At: tilhor.Now(h.clock()), Answer: cases.Spoke, Words: "Jeg sa det.", How: "none"}))
	h.acts(25)
	h.tend()
	h.ok(h.holds())
	h.move(jump + time.Minute)
	h.tend()
	h.acts(5)
	h.tend()
	h.ok(h.holds())
}

// waiting says whether rektor has the concern before her.
func (h *hour) waiting(slug string) bool {
	h.Helper()
	all, _, err := h.p.Concerns.Waiting(h.ctx, h.p.Schools[0].Rektor)
	if err != nil {
		h.Fatal(err)
	}
	return slices.ContainsFunc(all, func(c concerns.Concern) bool { return c.Slug == slug })
}

// receipt checks a receipt as its holder does, with the public key alone.
func (h *hour) receipt(c concerns.Concern) error {
	r, err := h.p.Concerns.Receipt(h.ctx, work.Owner, c.Entry)
	if err != nil {
		return err
	}
	got, err := journal.CheckReceipt(h.p.Keys.Public(work.Owner), r.File)
	if err == nil && (!got.At.Equal(c.Written.Truncate(time.Millisecond)) || len(r.Proof) == 0) {
		err = fmt.Errorf("it says %s, it was written %s, proof %d bytes", got.At, c.Written, len(r.Proof))
	}
	return err
}

// A session that had run out does not begin to live again when the clock is set
// back, by whatever: the control, before the clock is minded, does.
func TestClockSetBackGivesNoSessionLife(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := at(t, d, "2026-11-23 09:00")
		for _, back := range []time.Duration{40 * time.Minute, time.Hour, 24 * time.Hour, 365 * 24 * time.Hour} {
			h.move(back) // each time it is later than ever before
			h.tend()
			c := h.signIn()
			if h.asks(c) != 200 {
				t.Fatal("a new session is not honoured")
			}
			h.move(45 * time.Minute)
			h.tend()
			if h.asks(c) == 200 {
				t.Fatal("a session outlives half an hour of rest")
			}
			h.move(-min(back, 44*time.Minute))
			if h.asks(c) != 200 {
				t.Fatal("the control: a program that does not mind its clock was not seen to let a session live again")
			}
			h.again()
			h.tend()
			if h.asks(c) == 200 {
				t.Errorf("a clock set back by %s gave a session its life again", back)
			}
		}
	})
}

// A lease that a clock took far ahead keeps nobody out once it is set back; one
// that another holds does.
func TestClockSetBackHoldsNoLease(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := context.Background(), time.Now()
		takes := func(who string, at time.Time) bool {
			t.Helper()
			return must(d.Lease(ctx, work.Owner, "x", who, func() time.Time { return at }, lease))(t)
		}
		for _, ahead := range []time.Duration{time.Hour, 365 * 24 * time.Hour} {
			if !takes("one", now.Add(ahead)) || !takes("other", now) {
				t.Errorf("a lease taken %s ahead keeps the next one out", ahead)
			}
			if takes("one", now.Add(lease/2)) {
				t.Error("the control: a lease that holds keeps nobody out")
			}
			if !takes("one", now.Add(lease)) {
				t.Error("a lease that has run out keeps the next one out")
			}
		}
	})
}

// errHours says that half an hour was not half an hour.
var errHours = errors.New("the hours are wrong")

// The nights when an hour is left out or comes twice, the leap day and the turn
// of the year: work goes on over them, half an hour of rest is half an hour, and
// the family's week ends on the same weekday. The controls are a program that
// counts the hours on the wall, in the nights when the wall is wrong, and a week
// of another length.
func TestClockNights(t *testing.T) {
	t.Parallel()
	for _, n := range []struct {
		name, eve, week string
		wall            bool // the clock on the wall is put forward or back
	}{
		{"the hour left out", "2026-03-29 01:30", "2026-04-05", true},
		{"the hour that comes twice", "2026-10-25 01:30", "2026-11-01", true},
		{"into the leap day", "2028-02-28 23:30", "2028-03-06", false},
		{"the leap day", "2028-02-29 23:30", "2028-03-07", false},
		{"a week into the leap day", "2028-02-22 12:00", "2028-02-29", false},
		{"the turn of the year", "2026-12-31 23:30", "2027-01-07", false},
	} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				h := at(t, d, n.eve)
				h.ok(h.night(n.week))
				if err := h.week(n.week[:len(n.week)-1] + "x"); !errors.Is(err, errWeek) {
					t.Fatalf("the control: another week was not seen: %v", err)
				}
			})
			if n.wall {
				dbtest.Each(t, func(t *testing.T, d *db.DB) {
					h := at(t, d, n.eve)
					h.wall = true
					if err := h.night(n.week); !errors.Is(err, errHours) {
						t.Fatalf("the control: a clock that counts the hours on the wall was not seen: %v", err)
					}
				})
			}
		})
	}
}

// errWeek says that the family's week has another end.
var errWeek = errors.New("the family's week is wrong")

// week takes a concern up, and says whether the family's week ends on the day.
func (h *hour) week(ends string) error {
	h.Helper()
	if w := h.sees(h.taken()).Windows; len(w) != 1 || string(w[0].CalendarWeek) != ends {
		return fmt.Errorf("%w: it ends %+v, want %s", errWeek, w, ends)
	}
	return nil
}

func (h *hour) night(week string) error {
	h.Helper()
	if err := h.week(week); err != nil {
		return err
	}
	c, last := h.signIn(), time.Time{}
	for range 16 { // four hours over midnight, or over both hours
		h.move(15 * time.Minute)
		h.tend()
		if h.asks(c) != 200 {
			return fmt.Errorf("%w: a session in use has ended", errHours)
		}
		h.acts(2)
		h.tend()
		var newest journal.Checkpoint
		h.ok(h.p.DB.Read(h.ctx, func(tx *db.Tx) (err error) { newest, err = h.p.Journal.Newest(tx, work.Owner); return err }))
		if newest.Time.Before(last) {
			return fmt.Errorf("%w: a checkpoint is of %s, after one of %s", errHours, newest.Time, last)
		}
		last = newest.Time
	}
	h.move(31 * time.Minute)
	if h.asks(c) == 200 {
		return fmt.Errorf("%w: a session outlives half an hour of rest", errHours)
	}
	if err := h.holds(); err != nil {
		return err
	}
	h.move(8 * 24 * time.Hour)
	h.tend()
	return h.holds()
}
