package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/interventions"
	"tilhor/internal/oversight"
	"tilhor/internal/sfo"
	"tilhor/internal/web"
	"tilhor/internal/web/watch"
)

// tend does what must be done beside the pages: the record's tree each second,
// duties that fell due, who has something to read, drafts and sessions that ran
// out, the owner's counts. It
// goes on until the function it gives is called, which then signs what is left:
// a process that ends in peace leaves nothing without a checkpoint. w, if any,
// hears how each chore went.
func (h *house) tend(w *watch.Watch, sites ...*web.Site) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	heard := func(chore string, owner tilhor.OwnerID, err error) {
		if ctx.Err() != nil {
			return
		}
		w.Chore(chore, err)
		if err != nil {
			h.log.Error(chore, "owner", owner, "err", web.Types(err))
		}
	}
	told := &concerns.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}
	used := &interventions.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}
	h.mindClock(ctx, heard, sites)
	second := time.NewTicker(time.Second)
	all.Go(func() {
		defer second.Stop()
		h.journal.Run(ctx, h.db, second.C, h.clock, func(o tilhor.OwnerID, err error) { heard("record", o, err) })
	})
	all.Go(func() {
		every(ctx, 10*time.Second, func() {
			h.mindClock(ctx, heard, sites)
			for _, o := range h.keys.Owners() {
				_, err := duty.Wake(ctx, h.db, o, h.clock(), 1000)
				heard("duties", o, err)
				_, err = access.Reguard(ctx, h.db, o, h.clock())
				heard("guards", o, errors.Join(err, told.Reach(ctx, o), used.Reach(ctx, o)))
			}
		})
	})
	all.Go(func() {
		every(ctx, time.Minute, func() {
			for _, s := range sites {
				heard("notices", s.Kit().Owner.ID, h.sendNotices(ctx, s.Kit().Owner))
			}
		})
	})
	all.Go(func() {
		every(ctx, 10*time.Minute, func() {
			for _, s := range sites {
				heard("sweep", s.Kit().Owner.ID, s.Sweep(ctx))
			}
			for _, o := range h.keys.Owners() {
				heard("counts", o, oversight.Publish(ctx, h.db, o, h.clock()))
				heard("archive", o, h.sweepArchive(ctx, o))
				heard("hearings", o, h.hearings().RemindAll(ctx, o))
				heard("sfo", o, (&sfo.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}).Sweep(ctx, o))
				heard("files", o, (&cases.Desk{DB: h.db, Keys: h.keys, Clock: h.clock}).SweepFiles(ctx, o))
			}
		})
	})
	return func() {
		cancel()
		all.Wait()
		h.signRest()
	}
}

// mindClock minds a clock that was set back, of every owner, before anything is
// done by it. A machine whose clock differs from the database's says so and
// does nothing: it is not known which of the two is wrong.
func (h *house) mindClock(ctx context.Context, heard func(string, tilhor.OwnerID, error), sites []*web.Site) {
	apart := h.clocksAgree(ctx)
	for _, s := range sites {
		err := apart
		if err == nil {
			err = s.MindClock(ctx)
		}
		heard("clock", s.Kit().Owner.ID, err)
	}
}

// clocksAgree compares this machine's clock with that of the database's machine,
// which several may share. Each may be half of ClockSlack from it: then no two
// are so far apart that the one takes the other's time for a clock set back.
func (h *house) clocksAgree(ctx context.Context) error {
	if h.db.Engine() == db.SQLite { // one machine, one clock
		return nil
	}
	ms, err := h.db.ClockMillis(ctx)
	if apart := h.clock().Sub(time.UnixMilli(ms)).Abs(); err == nil && apart > web.ClockSlack/2 {
		err = tilhor.Plain(fmt.Sprintf("the clocks of this machine and the database are %s apart", apart.Round(time.Second)))
	}
	return err
}

// signRest takes what still waits into the record's tree, and leaves the rest to
// the next process.
func (h *house) signRest() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, o := range h.keys.Owners() {
		_, err := h.journal.Sequence(ctx, h.db, o, h.clock)
		if err = errors.Join(err, h.journal.Rest(ctx, h.db, o)); err != nil {
			h.log.Error("record", "owner", o, "err", web.Types(err))
		}
	}
}

func every(ctx context.Context, d time.Duration, do func()) {
	t := time.NewTicker(d)
	defer t.Stop()
	for do(); ; do() {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// listen serves until ctx ends, calls stopping while it still answers, then
// lets those under way finish.
func listen(ctx context.Context, l net.Listener, handler http.Handler, stopping func()) error {
	srv := web.Server(l.Addr().String(), handler)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		stopping()
		end, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := srv.Shutdown(end); err != nil && !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
}
