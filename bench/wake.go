package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"tilhor/internal/demo"
	"tilhor/internal/duty"
)

// wakeDuties lets a thousand duties fall due at once in worlds of more and more,
// and wakes them: the facts are read, the law is asked, the duties are written
// anew. Beside it the same rows read and written by hand, without asking the
// law, in as many transactions.
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
	var duties int
	if err := c.QueryRowContext(ctx, `SELECT COUNT(*) FROM duty_state`).Scan(&duties); err != nil {
		return err
	}
	open, err := strings1(ctx, c, `SELECT id FROM cases_track WHERE owner = $1 AND state <> 'closed' ORDER BY id`, string(demo.Owner))
	if err != nil {
		return err
	}
	var ours, hand series
	var woken int
	for round := range m.scale.rounds {
		due := some(open, m.scale.woken, round)
		if err := fallDue(ctx, c, due); err != nil {
			return err
		}
		a, err := took(func() error { return byHand(ctx, c, now) })
		if err != nil {
			return err
		}
		if err := fallDue(ctx, c, due); err != nil {
			return err
		}
		b, err := took(func() error {
			got, err := duty.Wake(ctx, w.db, demo.Owner, now, m.scale.woken)
			woken = got
			return err
		})
		if err != nil {
			return err
		}
		if woken != len(due) {
			return fmt.Errorf("%d were woken, want %d", woken, len(due))
		}
		hand, ours = append(hand, millis(a)), append(ours, millis(b))
	}
	m.report.ratio(fmt.Sprintf("waking %d cases among %d duties", woken, duties), ours.String()+" ms",
		fmt.Sprintf("the same rows by hand: %s ms", hand), ratios(ours, hand), atMost(2))
	return nil
}

// some picks n at random.
func some(all []string, n, seed int) []string {
	rng := rand.New(rand.NewPCG(uint64(seed), 11))
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

// fallDue makes the duties of some cases fall due now.
func fallDue(ctx context.Context, c *sql.DB, cases []string) error {
	t, err := c.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	st, err := t.PrepareContext(ctx, `UPDATE duty_thing SET next_change = 1 WHERE owner = $1 AND thing = $2`)
	if err != nil {
		return err
	}
	defer st.Close()
	for _, id := range cases {
		if _, err := st.ExecContext(ctx, string(demo.Owner), id); err != nil {
			return err
		}
	}
	return t.Commit()
}

const stateColumns = `owner, thing, duty, pupil, instance, school, ruleset, ref, class, word, bearer, state, triggered_at, due, local_due, first_on, why, met_at, told`

// byHand does to the rows what waking does: finds what is due, reads the facts,
// takes the duties away and puts them back, and sets the next time.
func byHand(ctx context.Context, c *sql.DB, now time.Time) error {
	due, err := strings1(ctx, c, `SELECT thing FROM duty_thing WHERE owner = $1 AND next_change <= $2 ORDER BY next_change LIMIT 1000`, string(demo.Owner), now.UnixMilli())
	if err != nil {
		return err
	}
	for part := range slices.Chunk(due, 32) {
		if err := byHandOf(ctx, c, part, now); err != nil {
			return err
		}
	}
	return nil
}

func byHandOf(ctx context.Context, c *sql.DB, things []string, now time.Time) error {
	t, err := c.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	h, err := prepareHand(ctx, t)
	if err != nil {
		return err
	}
	defer h.close()
	for _, id := range things {
		if err := h.one(ctx, id, now); err != nil {
			return err
		}
	}
	return t.Commit()
}

// A hand is the statements of byHand.
type hand struct{ facts, states, drop, put, next *sql.Stmt }

func prepareHand(ctx context.Context, t *sql.Tx) (h hand, err error) {
	for _, s := range []struct {
		to *(*sql.Stmt)
		q  string
	}{
		{&h.facts, `SELECT at, precision, written_at, body FROM duty_fact WHERE owner = $1 AND thing = $2 ORDER BY n`},
		{&h.states, `SELECT ` + stateColumns + ` FROM duty_state WHERE owner = $1 AND thing = $2`},
		{&h.drop, `DELETE FROM duty_state WHERE owner = $1 AND thing = $2`},
		{&h.put, `INSERT INTO duty_state (` + stateColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`},
		{&h.next, `UPDATE duty_thing SET next_change = $3 WHERE owner = $1 AND thing = $2`},
	} {
		if *s.to, err = t.PrepareContext(ctx, s.q); err != nil {
			return h, err
		}
	}
	return h, nil
}

func (h hand) close() {
	for _, s := range []*sql.Stmt{h.facts, h.states, h.drop, h.put, h.next} {
		s.Close()
	}
}

func (h hand) one(ctx context.Context, id string, now time.Time) error {
	if _, err := all(ctx, h.facts, 4, string(demo.Owner), id); err != nil {
		return err
	}
	states, err := all(ctx, h.states, 19, string(demo.Owner), id)
	if err != nil {
		return err
	}
	if _, err := h.drop.ExecContext(ctx, string(demo.Owner), id); err != nil {
		return err
	}
	for _, s := range states {
		if _, err := h.put.ExecContext(ctx, s...); err != nil {
			return err
		}
	}
	_, err = h.next.ExecContext(ctx, string(demo.Owner), id, now.AddDate(0, 0, 1).UnixMilli())
	return err
}

// all reads every row of a statement.
func all(ctx context.Context, st *sql.Stmt, columns int, args ...any) (out [][]any, err error) {
	rows, err := st.QueryContext(ctx, args...)
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
