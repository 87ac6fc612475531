package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
)

// readers is how many read at once where a page's pace is measured.
const readers = 8

// listCases measures the page of fifty cases, each row found through the scope,
// in worlds of more and more cases: against hello world, against the same list
// written by hand, and how long one reader waits at most, in turn with the
// smallest world.
func listCases(ctx context.Context, m *measurer) error {
	var small *reading
	for _, n := range m.scale.cases {
		r, err := m.reading(ctx, n)
		if err != nil {
			return err
		}
		defer r.stop()
		if err := m.listAmong(ctx, r, n); err != nil {
			return err
		}
		if small == nil {
			small = r
			continue
		}
		var here, there series
		for range m.scale.rounds {
			a, err := times(m.scale.asks, func() error { return r.ask(ctx, 0) })
			if err != nil {
				return err
			}
			b, err := times(m.scale.asks, func() error { return small.ask(ctx, 0) })
			if err != nil {
				return err
			}
			here, there = append(here, a.at(0.99)), append(there, b.at(0.99))
		}
		m.report.ratio(fmt.Sprintf("list among %d: p99 of one reader", n), here.String()+" ms", fmt.Sprintf("p99 among %d: %s ms", m.scale.cases[0], there), ratios(here, there), atMost(1.5))
		r.stop()
	}
	return nil
}

// A reading is a world that is served, and who reads its list.
type reading struct {
	*server
	who    []person
	client *client
	hand   *child
}

func (m *measurer) reading(ctx context.Context, n int) (*reading, error) {
	w, err := m.grown(ctx, n)
	if err != nil {
		return nil, err
	}
	r := &reading{client: newClient(readers)}
	r.client.gzip = true
	boss, err := w.rektor(ctx)
	if err == nil {
		r.who, err = w.beside(ctx, boss)
	}
	if err := errors.Join(err, w.close()); err != nil {
		return nil, err
	}
	if r.server, err = m.serve(ctx, w); err != nil {
		return nil, err
	}
	r.hand, err = m.startHand(w, boss)
	return r, err
}

func (r *reading) ask(ctx context.Context, worker int) error {
	_, err := r.client.get(ctx, r.url+"/saker", r.who[worker%len(r.who)].cookie)
	return err
}

func (r *reading) stop() {
	r.client.close()
	r.server.stop()
	if r.hand != nil {
		r.hand.stop()
	}
}

func (m *measurer) listAmong(ctx context.Context, r *reading, n int) error {
	full := func(body []byte) error {
		if rows := bytes.Count(body, []byte(`href="/saker/`)); rows != 50 && n >= 1000 {
			return fmt.Errorf("the page has %d cases, want 50", rows)
		}
		return nil
	}
	what := fmt.Sprintf("list of 50 cases among %d", n)
	if _, err := m.asked(ctx, r.server, r.who, what, "/saker", listAim(m.store.engine), full); err != nil {
		return err
	}
	byHand, ours := &pacer{child: r.hand}, &pacer{child: &r.child}
	body, err := r.client.get(ctx, r.hand.url+"/", nil)
	if err == nil {
		err = full(body)
	}
	if err != nil {
		return fmt.Errorf("the list by hand: %w", err)
	}
	for range m.scale.rounds {
		err := byHand.pace(ctx, readers, m.scale.spell, func(ctx context.Context, _, _ int) error {
			_, err := r.client.get(ctx, r.hand.url+"/", nil)
			return err
		})
		if err == nil {
			err = ours.pace(ctx, readers, m.scale.spell, func(ctx context.Context, worker, _ int) error { return r.ask(ctx, worker) })
		}
		if err != nil {
			return err
		}
	}
	m.report.ratio(what, ours.String(), fmt.Sprintf("its query and template by hand: %s; how many times longer ours takes", byHand), ratios(byHand.rate, ours.rate), handAim(m.store.engine))
	return nil
}

// The aims of the two engines are not the same: a municipality's list is put
// against hello world, a country's against the same query and template.
func listAim(e db.Engine) *aim {
	if e == db.SQLite {
		return atLeast(0.03)
	}
	return nil
}

func handAim(e db.Engine) *aim {
	if e == db.Postgres {
		return atMost(2)
	}
	return nil
}

// openCase measures opening a case with few entries and with many.
func openCase(ctx context.Context, m *measurer) error {
	w, err := m.fresh(ctx, "opened")
	if err != nil {
		return err
	}
	slugs, err := w.fill(ctx, m.scale.entries)
	if err != nil {
		return errors.Join(err, w.close())
	}
	if err := w.close(); err != nil {
		return err
	}
	var first float64
	for i, n := range m.scale.entries {
		again, err := m.open(ctx, w.name)
		if err != nil {
			return err
		}
		p50, err := m.page(ctx, again, fmt.Sprintf("opening a case of %d entries", n), "/saker/"+slugs[i], nil, func([]byte) error { return nil })
		if err != nil {
			return err
		}
		if i == 0 {
			first = p50
			continue
		}
		m.report.ratio(fmt.Sprintf("case of %d entries: p50", n), short3(p50)+" ms", fmt.Sprintf("one of %d: %s ms", m.scale.entries[0], short3(first)), series{p50 / first}, nil)
	}
	return nil
}

// fill writes lines in open cases, through the rooms, until each has so many
// entries.
func (w *world) fill(ctx context.Context, entries []int) (slugs []string, err error) {
	boss, err := w.rektor(ctx)
	if err != nil {
		return nil, err
	}
	rows, _, err := w.worked.List(ctx, boss.Actor, cases.Filter{State: cases.Open})
	if err != nil || len(rows) < len(entries) {
		return nil, errors.Join(err, errors.New("there are too few open cases to fill"))
	}
	for i, want := range entries {
		slug := rows[i].Slug
		f, err := w.worked.See(ctx, boss.Actor, slug, "whole")
		if err != nil {
			return nil, err
		}
		for n := len(f.Records); n < want; n++ {
			line := cases.Line{At: tilhor.Now(time.Now()), What: "note", Text: fmt.Sprintf("Dag %d: eleven var med de andre i friminuttet, og gikk sammen med to av dem etterpå.", n)}
			if err := w.worked.Write(ctx, boss.Actor, slug, line); err != nil {
				return nil, err
			}
		}
		slugs = append(slugs, slug)
	}
	return slugs, nil
}

// page serves the world and measures one page for the rektor of the home
// school against a bare server: pace with several readers, and how long one
// reader waits. It closes the world.
func (m *measurer) page(ctx context.Context, w *world, what, path string, want *aim, check func([]byte) error) (p50 float64, err error) {
	var all []person
	boss, err := w.rektor(ctx)
	if err == nil {
		all, err = w.beside(ctx, boss)
	}
	if err := errors.Join(err, w.close()); err != nil {
		return 0, err
	}
	return m.pageFor(ctx, w, all, what, path, want, check)
}

func (m *measurer) pageFor(ctx context.Context, w *world, who []person, what, path string, want *aim, check func([]byte) error) (p50 float64, err error) {
	s, err := m.serve(ctx, w)
	if err != nil {
		return 0, err
	}
	defer s.stop()
	return m.asked(ctx, s, who, what, path, want, check)
}

// asked measures one page of a world that is served.
func (m *measurer) asked(ctx context.Context, s *server, who []person, what, path string, want *aim, check func([]byte) error) (p50 float64, err error) {
	c := newClient(readers)
	defer c.close()
	ask := func(ctx context.Context, worker, _ int) error {
		_, err := c.get(ctx, s.url+path, who[worker%len(who)].cookie)
		return err
	}
	bare := func(ctx context.Context, _, _ int) error {
		_, err := c.get(ctx, m.hello.url+"/", nil)
		return err
	}
	body, err := c.get(ctx, s.url+path, who[0].cookie)
	if err == nil {
		err = check(body)
	}
	if err != nil {
		return 0, err
	}
	c.gzip = true
	packed, err := c.get(ctx, s.url+path, who[0].cookie)
	if err != nil {
		return 0, err
	}
	ours, plain := &pacer{child: &s.child}, &pacer{child: &m.hello.child}
	for range m.scale.rounds {
		if err := errors.Join(plain.pace(ctx, readers, m.scale.spell, bare), ours.pace(ctx, readers, m.scale.spell, ask)); err != nil {
			return 0, err
		}
	}
	one, err := times(m.scale.asks, func() error { return ask(ctx, 0, 0) })
	if err != nil {
		return 0, err
	}
	name := strings.ReplaceAll(strings.ReplaceAll(what, " ", "-"), "/", "-")
	if err := m.profiled(s, name, func() error { _, err := pace(ctx, readers, m.scale.spell, ask); return err }); err != nil {
		return 0, err
	}
	n, err := m.statements(ctx, func() error { return ask(ctx, 0, 0) })
	if err != nil {
		return 0, err
	}
	held, err := s.memory()
	figure := fmt.Sprintf("%s; one reader p50 %s ms, p99 %s ms; %.0f kB, packed %.0f; memory at most %.0f MB, in the end %.0f its own", ours, short3(one.median()), short3(one.at(0.99)), float64(len(body))/1024, float64(len(packed))/1024, held.most, held.own)
	if n > 0 {
		figure += fmt.Sprintf("; %d statements", n)
	}
	m.report.ratio(what, figure, fmt.Sprintf("hello world of net/http: %s", plain), ratios(ours.rate, plain.rate), want)
	return one.median(), err
}

// statements counts what the program asks PostgreSQL for while do runs: its own
// log tells. SQLite is asked the same, and keeps no log.
func (m *measurer) statements(_ context.Context, do func() error) (n int, err error) {
	if m.store.engine != db.Postgres {
		return 0, nil
	}
	log := filepath.Join(m.store.dir, "log")
	set := func(to string) error {
		if err := m.store.admin("ALTER SYSTEM SET log_statement = '" + to + "'"); err != nil {
			return err
		}
		return m.store.admin("SELECT pg_reload_conf()")
	}
	count := func() (int, error) {
		b, err := os.ReadFile(log)
		return bytes.Count(b, []byte("LOG:  execute ")), err
	}
	if err := set("all"); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, set("none")) }()
	if err := do(); err != nil { // by now every connection knows that it is to tell
		return 0, err
	}
	// Of several, the least: what the program does beside the pages is counted too.
	for try := range 5 {
		before, err := count()
		if err != nil {
			return 0, err
		}
		if err := do(); err != nil {
			return 0, err
		}
		after, err := count()
		if err != nil {
			return 0, err
		}
		if got := after - before; got > 0 && (try == 0 || n == 0 || got < n) {
			n = got
		}
	}
	return n, nil
}
