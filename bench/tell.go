package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tilhor/internal/db"
)

// tell measures concerns that are accepted: the form posted by somebody who is
// signed in, the words sealed, the entry in the record, the duties made, all on
// disk before the answer. Beside it, in the same minute: one bare row a commit,
// bare rows committed together, as many as one concern writes, and a bare
// server that reads the same form.
func tell(ctx context.Context, m *measurer) error {
	w, err := m.fresh(ctx, "told")
	if err != nil {
		return err
	}
	m.told = w
	all, err := w.tellers(ctx)
	if err != nil {
		return err
	}
	s, err := m.serve(ctx, w)
	if err != nil {
		return err
	}
	defer s.stop()
	most := m.scale.clients[len(m.scale.clients)-1]
	c := newClient(most)
	defer c.close()
	var refused refusals
	send := func(ctx context.Context, worker, n int) error {
		p := all[worker%len(all)]
		return refused.note(c.post(ctx, s.url+"/bekymringer/ny", p.cookie, form(p, n)))
	}
	bare := func(ctx context.Context, worker, n int) error {
		return c.post(ctx, m.hello.url+"/", nil, form(all[worker%len(all)], n))
	}
	rows, err := m.rowsEach(ctx, w, send)
	if err != nil {
		return err
	}
	r, err := m.startRaw(ctx, rows)
	if err != nil {
		return err
	}
	defer r.close()
	m.report.fact("rows that one concern leaves", strconv.Itoa(rows))
	asked := 0
	n, err := m.statements(ctx, func() error { asked--; return send(ctx, 0, -asked) })
	if err != nil {
		return err
	}
	if n > 0 {
		m.report.fact("statements of one concern", strconv.Itoa(n))
	}
	var same *replay
	if m.store.engine == db.Postgres {
		if same, err = m.startReplay(ctx, w, func() error { asked--; return send(ctx, 0, -asked) }); err != nil {
			return err
		}
		defer same.c.Close()
		m.report.fact("of which written again by hand, into the same tables", fmt.Sprintf("%d, in %d statements", same.rows(), len(same.tables)))
	}
	for _, many := range m.scale.clients {
		if err := m.tellAtOnce(ctx, many, s, r, same, send, bare); err != nil {
			return err
		}
	}
	return m.tellMany(ctx, s, most, send, &refused)
}

// rowsEach counts the rows that concerns leave in the database.
func (m *measurer) rowsEach(ctx context.Context, w *world, send func(context.Context, int, int) error) (int, error) {
	const some = 40
	if _, _, err := atOnce(ctx, 4, 0, some, send); err != nil { // also warms it up
		return 0, err
	}
	c, err := m.store.raw(ctx, w.name, false)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	before, err := m.store.rowsOf(ctx, c)
	if err != nil {
		return 0, err
	}
	if _, _, err := atOnce(ctx, 4, 0, some, send); err != nil {
		return 0, err
	}
	after, err := m.store.rowsOf(ctx, c)
	return max(1, (after-before)/some), err
}

func (m *measurer) tellAtOnce(ctx context.Context, many int, s *server, r *raw, same *replay, send, bare func(context.Context, int, int) error) error {
	var single, group, plain, hand series
	ours := &pacer{child: &s.child}
	add := func(to *series, many int, job func(context.Context, int, int) error) error {
		v, err := pace(ctx, many, m.scale.spell, job)
		*to = append(*to, v)
		return err
	}
	type side struct {
		to   *series
		many int
		job  func(context.Context, int, int) error
	}
	sides := []side{
		{&single, 1, func(ctx context.Context, _, _ int) error { return r.single(ctx) }},
		{&group, many, func(ctx context.Context, _, _ int) error { return r.job(ctx) }},
		{&plain, many, bare},
	}
	if same != nil {
		sides = append(sides, side{&hand, many, func(ctx context.Context, _, _ int) error { return same.job(ctx) }})
	}
	for range m.scale.rounds {
		for _, side := range sides {
			if err := add(side.to, side.many, side.job); err != nil {
				return err
			}
		}
		if err := ours.pace(ctx, many, m.scale.spell, send); err != nil {
			return err
		}
	}
	what, figure := fmt.Sprintf("concerns, %d at once", many), ours.String()
	var want *aim // SQLite's is of as many rows, PostgreSQL's of the same; it is asked of as many too
	if many >= 64 {
		want = atLeast(map[db.Engine]float64{db.SQLite: 0.10, db.Postgres: 0.5}[m.store.engine])
	}
	m.report.ratio(what, figure, fmt.Sprintf("raw commits of as many rows, %d at once: %s/s", many, group), ratios(ours.rate, group), want)
	if same != nil {
		m.report.ratio(what, figure, fmt.Sprintf("the same rows by hand, %d at once: %s/s", many, hand), ratios(ours.rate, hand), want)
	}
	m.report.ratio(what, figure, fmt.Sprintf("raw commits of one row, one after the other: %s/s", single), ratios(ours.rate, single), nil)
	m.report.ratio(what, figure, fmt.Sprintf("bare net/http with the same form, %d at once: %s/s", many, plain), ratios(ours.rate, plain), nil)
	return nil
}

// refusals counts what was not accepted; the bench goes on, and tells.
type refusals struct {
	n    atomic.Int64
	mu   sync.Mutex
	last error
}

func (r *refusals) note(err error) error {
	if err == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = err
	if r.n.Add(1) > 1000 {
		return err
	}
	return nil
}

// tellMany sends very many with the most clients. One refusal, now or before,
// is one too many.
func (m *measurer) tellMany(ctx context.Context, s *server, many int, send func(context.Context, int, int) error, refused *refusals) error {
	var n int
	var lasted time.Duration
	before := refused.n.Load()
	own, err := s.ownMost(func() error {
		return m.profiled(s, "tell", func() (err error) {
			n, lasted, err = atOnce(ctx, many, 0, m.scale.concerns, send)
			return err
		})
	})
	if err != nil {
		return err
	}
	m.report.fact("errors before that", strconv.FormatInt(before, 10))
	m.report.bound(fmt.Sprintf("errors among %d concerns, %d at once (%.0f/s)", m.scale.concerns, many, rate(n, lasted)), float64(refused.n.Load()-before), "", atMost(0))
	if refused.last != nil {
		m.note("a concern was not accepted: " + refused.last.Error())
	}
	held, err := s.memory()
	m.report.bound("memory at most, under that load", held.most, " MB", atMost(m.memoryAim()))
	m.report.fact("of that its own, at most (the rest is the program's file, which the system may drop)", short3(own)+" MB")
	return err
}

func (m *measurer) memoryAim() float64 {
	if m.store.engine == db.SQLite {
		return 64
	}
	return 256
}

// form is the last screen of a concern, as a browser sends it.
func form(p person, n int) url.Values {
	return url.Values{
		"step": {"3"}, "go": {"send"}, "began": {strconv.FormatInt(time.Now().Add(-4*time.Minute).UnixMilli(), 10)},
		"pupil": {string(p.pupils[n%len(p.pupils)])},
		"said":  {fmt.Sprintf("De sier at jeg ikke får være med, og at jeg skal gå. Det er sånn hver dag nå. (%d)", n)},
		"saw":   {"Eleven sto alene ved gjerdet i hele storefri, og gikk unna da jeg kom. Tre andre lo og så bort på eleven."},
		"arena": {"break"}, "place": {"Bak gymsalen"}, "happened": {"now"}, "known": {"then"},
	}
}
