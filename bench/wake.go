package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"

	"tilhor/internal/demo"
	"tilhor/internal/duty"
)

// ahead is how far the clock is moved on, so that duties fall due: some become
// late, some open.
const ahead = 14 * 24 * time.Hour

// wakeDuties lets the duties of a thousand cases fall due at once in worlds of
// more and more, and wakes them: the facts are read, the law is asked, what has
// changed is written. Beside it the same rows read and the same changes written
// by hand, by one who is told what has changed and need not ask the law, in as
// many transactions; in every round both begin with the rows as they stood.
func wakeDuties(ctx context.Context, m *measurer) error {
	for _, n := range m.scale.cases {
		if err := m.wakeAmong(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func (m *measurer) wakeAmong(ctx context.Context, n int) error {
	w, err := m.grown(ctx, n)
	if err != nil {
		return err
	}
	defer w.close()
	now := time.Now()
	then := now.Add(ahead)
	for { // what fell due since the world was made is none of this
		woken, err := duty.Wake(ctx, w.db, demo.Owner, now, 1000)
		if err != nil {
			return err
		}
		if woken == 0 {
			break
		}
	}
	c, err := m.store.raw(ctx, w.name, false)
	if err != nil {
		return err
	}
	defer c.Close()
	var duties, open int
	if err := c.QueryRowContext(ctx, `SELECT COUNT(*), COUNT(CASE WHEN state IN ('open', 'late', 'late-local') THEN 1 END) FROM duty_state`).Scan(&duties, &open); err != nil {
		return err
	}
	soon, err := strings1(ctx, c, `SELECT thing FROM duty_thing WHERE owner = $1 AND next_change > $2 AND next_change <= $3 ORDER BY thing`,
		string(demo.Owner), now.UnixMilli(), then.UnixMilli())
	if err != nil {
		return err
	}
	due := some(soon, m.scale.woken)
	before, err := standingOf(ctx, c, due)
	if err != nil {
		return err
	}
	wake := func() error {
		woken, err := duty.Wake(ctx, w.db, demo.Owner, then, len(due))
		if err == nil && woken != len(due) {
			err = fmt.Errorf("%d were woken, want %d", woken, len(due))
		}
		return err
	}
	// Once, so that the hand can be told what changes.
	if err := errors.Join(before.restore(ctx, c), wake()); err != nil {
		return err
	}
	after, err := standingOf(ctx, c, due)
	if err != nil {
		return err
	}
	todo, changed := before.until(after)
	var ours, hand series
	for range m.scale.rounds {
		for _, side := range []struct {
			do func() error
			to *series
		}{{func() error { return byHand(ctx, c, then, len(due), todo) }, &hand}, {wake, &ours}} {
			if err := before.restore(ctx, c); err != nil {
				return err
			}
			d, err := took(side.do)
			if err != nil {
				return err
			}
			*side.to = append(*side.to, millis(d))
			left, err := standingOf(ctx, c, due)
			if err != nil {
				return err
			}
			if !reflect.DeepEqual(left, after) {
				return errors.New("waking leaves other rows than the first time")
			}
		}
	}
	m.report.ratio(fmt.Sprintf("waking %d cases, in which %d duties change, among %d duties of which %d are open", len(due), changed, duties, open),
		ours.String()+" ms", fmt.Sprintf("the same rows by hand: %s ms", hand), ratios(ours, hand), atMost(2))
	return before.settle(ctx, c)
}

// some picks n at random.
func some(all []string, n int) []string {
	rng := rand.New(rand.NewPCG(1, 11))
	all = slices.Clone(all)
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:min(n, len(all))]
}

func strings1(ctx context.Context, c *sql.DB, q string, args ...any) (out []string, err error) {
	rows, err := c.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

const stateColumns = `owner, thing, duty, pupil, instance, school, ruleset, ref, class, word, bearer, state, triggered_at, due, local_due, first_on, why, met_at, told`

// A stand is what the cache holds of one case: when it changes next, and its
// duties by what names them.
type stand struct {
	next int64
	rows map[[3]string][]any
}

type stands map[string]stand

func standingOf(ctx context.Context, c *sql.DB, things []string) (stands, error) {
	all := stands{}
	err := inTx(ctx, c, func(h *hand) error {
		for _, id := range things {
			s := stand{}
			if err := h.look.QueryRowContext(ctx, string(demo.Owner), id).Scan(&s.next); err != nil {
				return err
			}
			rows, err := h.read(ctx, h.states, 19, id)
			if err != nil {
				return err
			}
			s.rows = named(rows)
			all[id] = s
		}
		return nil
	})
	return all, err
}

func named(rows [][]any) map[[3]string][]any {
	m := map[[3]string][]any{}
	for _, r := range rows {
		m[[3]string{fmt.Sprint(r[2]), fmt.Sprint(r[3]), fmt.Sprint(r[4])}] = r
	}
	return m
}

// restore puts the rows back, and lets them fall due now: before all others.
func (s stands) restore(ctx context.Context, c *sql.DB) error {
	return s.put(ctx, c, func(stand) int64 { return 1 })
}

// settle puts everything back as it was, for whoever uses the world next.
func (s stands) settle(ctx context.Context, c *sql.DB) error {
	return s.put(ctx, c, func(x stand) int64 { return x.next })
}

func (s stands) put(ctx context.Context, c *sql.DB, next func(stand) int64) error {
	return inTx(ctx, c, func(h *hand) error {
		for _, id := range slices.Sorted(maps.Keys(s)) {
			if _, err := h.dropAll.ExecContext(ctx, string(demo.Owner), id); err != nil {
				return err
			}
			for _, r := range s[id].rows {
				if _, err := h.put.ExecContext(ctx, r...); err != nil {
					return err
				}
			}
			if _, err := h.next.ExecContext(ctx, string(demo.Owner), id, next(s[id])); err != nil {
				return err
			}
		}
		return nil
	})
}

// A task is what one case is changed by: the rows that go, those that come, and
// when it changes next.
type task struct {
	drop [][3]string
	put  [][]any
	next int64
}

// until says what changes between two looks, and how many rows that are.
func (s stands) until(later stands) (todo map[string]task, changed int) {
	todo = map[string]task{}
	for id, was := range s {
		is := later[id]
		t := task{next: is.next}
		for k, r := range was.rows {
			if now, stays := is.rows[k]; !stays || !reflect.DeepEqual(now, r) {
				t.drop = append(t.drop, k)
			}
		}
		for k, r := range is.rows {
			if old, stood := was.rows[k]; !stood || !reflect.DeepEqual(old, r) {
				t.put = append(t.put, r)
			}
		}
		changed += max(len(t.drop), len(t.put))
		todo[id] = t
	}
	return todo, changed
}

// byHand does to the rows what waking does: finds what is due, reads the facts
// and the duties, writes those that change, and sets the next time.
func byHand(ctx context.Context, c *sql.DB, now time.Time, limit int, todo map[string]task) error {
	due, err := strings1(ctx, c, `SELECT thing FROM duty_thing WHERE owner = $1 AND next_change <= $2 ORDER BY next_change LIMIT $3`, string(demo.Owner), now.UnixMilli(), limit)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(due, 32) {
		err := inTx(ctx, c, func(h *hand) error {
			for _, id := range part {
				if err := h.one(ctx, id, todo[id]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// A hand is the statements of one transaction.
type hand struct{ look, facts, states, drop, dropAll, put, next *sql.Stmt }

func inTx(ctx context.Context, c *sql.DB, do func(*hand) error) error {
	t, err := c.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	h := &hand{}
	for _, s := range []struct {
		to *(*sql.Stmt)
		q  string
	}{
		{&h.look, `SELECT next_change FROM duty_thing WHERE owner = $1 AND thing = $2`},
		{&h.facts, `SELECT at, precision, written_at, body FROM duty_fact WHERE owner = $1 AND thing = $2 ORDER BY n`},
		{&h.states, `SELECT ` + stateColumns + ` FROM duty_state WHERE owner = $1 AND thing = $2`},
		{&h.drop, `DELETE FROM duty_state WHERE owner = $1 AND thing = $2 AND duty = $3 AND pupil = $4 AND instance = $5`},
		{&h.dropAll, `DELETE FROM duty_state WHERE owner = $1 AND thing = $2`},
		{&h.put, `INSERT INTO duty_state (` + stateColumns + `) VALUES (` + marks(19) + `)`},
		{&h.next, `UPDATE duty_thing SET next_change = $3 WHERE owner = $1 AND thing = $2`},
	} {
		if *s.to, err = t.PrepareContext(ctx, s.q); err != nil {
			return err
		}
		defer (*s.to).Close()
	}
	if err := do(h); err != nil {
		return err
	}
	return t.Commit()
}

func marks(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(all, ", ")
}

func (h *hand) one(ctx context.Context, id string, t task) error {
	if _, err := h.read(ctx, h.facts, 4, id); err != nil {
		return err
	}
	if _, err := h.read(ctx, h.states, 19, id); err != nil {
		return err
	}
	for _, k := range t.drop {
		if _, err := h.drop.ExecContext(ctx, string(demo.Owner), id, k[0], k[1], k[2]); err != nil {
			return err
		}
	}
	for _, r := range t.put {
		if _, err := h.put.ExecContext(ctx, r...); err != nil {
			return err
		}
	}
	_, err := h.next.ExecContext(ctx, string(demo.Owner), id, t.next)
	return err
}

// read reads every row of a statement about one case.
func (h *hand) read(ctx context.Context, st *sql.Stmt, columns int, id string) (out [][]any, err error) {
	rows, err := st.QueryContext(ctx, string(demo.Owner), id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		cells, to := make([]any, columns), make([]any, columns)
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := rows.Scan(to...); err != nil {
			return nil, err
		}
		out = append(out, cells)
	}
	return out, rows.Err()
}
