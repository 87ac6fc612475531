package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/demo"
	"tilhor/internal/oversight"
)

// The owner's counts, by hand: over the rows themselves, with no view between.
const (
	rawTracks = `SELECT t.school, t.sfo, COUNT(*), COUNT(l.thing) FROM cases_track t
		LEFT JOIN (SELECT DISTINCT thing FROM duty_state WHERE owner = $1 AND state IN ('late', 'late-local')) l ON l.thing = t.id
		WHERE t.owner = $1 AND t.state IN ('open', 'stepped-down') GROUP BY t.school, t.sfo`
	rawCube = `SELECT t.school, t.sfo, SUBSTR(s.first_on, 1, 4), COUNT(*), COUNT(CASE WHEN s.state = 'met' THEN 1 END)
		FROM cases_track t JOIN duty_state s ON s.owner = t.owner AND s.thing = t.id
		WHERE t.owner = $1 AND s.duty = 'k12.evaluate' AND s.class = 'local-plan' AND s.state IN ('met', 'met-late', 'late-local')
		GROUP BY t.school, t.sfo, SUBSTR(s.first_on, 1, 4)`
	rawYear = `SELECT t.school, t.sfo, COUNT(*), COUNT(CASE WHEN s.state = 'met' THEN 1 END)
		FROM cases_track t JOIN duty_state s ON s.owner = t.owner AND s.thing = t.id
		WHERE t.owner = $1 AND s.duty = 'k12.evaluate' AND s.class = 'local-plan' AND s.state IN ('met', 'met-late', 'late-local')
		AND s.first_on > $2 AND s.first_on <= $3 GROUP BY t.school, t.sfo`
	viewTracks = `SELECT school, sfo, open_n, late_n FROM oversight_tracks WHERE owner = $1`
	viewCube   = `SELECT school, sfo, SUBSTR(day, 1, 4), SUM(due_n), SUM(on_time_n) FROM oversight_evaluations WHERE owner = $1
		GROUP BY school, sfo, SUBSTR(day, 1, 4)`
)

// A cell is one school, or its SFO, in one year ("" for now).
type cell struct {
	school string
	sfo    bool
	year   string
}

type pair struct{ a, b int }

// ownerCounts measures what the owner's adviser reads, kept week by week,
// against the cube over ten years of every school reckoned from the rows; and
// compares, cell by cell, what the program's views count with that cube, before
// anything is hidden, and what is shown with both.
func ownerCounts(ctx context.Context, m *measurer) error {
	n := m.scale.cases[len(m.scale.cases)-1]
	w, err := m.grown(ctx, n)
	if err != nil {
		return err
	}
	c, err := m.store.raw(ctx, w.name, false)
	if err != nil {
		return errors.Join(err, w.close())
	}
	defer c.Close()
	err = m.countAmong(ctx, w, c, n)
	if err != nil {
		return errors.Join(err, w.close())
	}
	var all []person
	adviser, err := w.adviser(ctx)
	if err == nil {
		all, err = w.beside(ctx, adviser)
	}
	if err := errors.Join(err, w.close()); err != nil {
		return err
	}
	_, err = m.pageFor(ctx, w, all, "the owner's page of all schools", "/skoler", nil, func([]byte) error { return nil })
	return err
}

func (m *measurer) countAmong(ctx context.Context, w *world, c *sql.DB, n int) error {
	if _, err := c.ExecContext(ctx, `DELETE FROM oversight_shown`); err != nil {
		return err
	}
	now := time.Now()
	publish, err := took(func() error { return oversight.Publish(ctx, w.db, demo.Owner, now) })
	if err != nil {
		return err
	}
	cells, err := sameCells(ctx, c)
	if err != nil {
		return err
	}
	desk := &oversight.Desk{DB: w.db, Clock: time.Now}
	by := tilhor.Actor{Owner: demo.Owner, Role: tilhor.RoleOwnerAdviser, Trained: true}
	var table oversight.Table
	read := func() error {
		table, err = desk.Schools(ctx, by)
		return err
	}
	if err := read(); err != nil {
		return err
	}
	shown, err := shownCells(ctx, c, table, now)
	if err != nil {
		return err
	}
	today := calendar.DateOf(now)
	var ours, year, cube, views series
	for range m.scale.rounds {
		for _, side := range []struct {
			to *series
			do func() error
		}{
			{&cube, both(ctx, c, rawTracks, rawCube)},
			{&views, both(ctx, c, viewTracks, viewCube)},
			{&year, func() error {
				_, err := cellsOf(ctx, c, rawTracks, false)
				if err == nil {
					_, err = cellsOf(ctx, c, rawYear, false, string(today.Add(-365)), string(today))
				}
				return err
			}},
			{&ours, read},
		} {
			d, err := took(side.do)
			if err != nil {
				return err
			}
			*side.to = append(*side.to, millis(d))
		}
	}
	what := fmt.Sprintf("the owner's counts, %d cases over ten years", n)
	m.report.ratio(what, ours.String()+" ms", fmt.Sprintf("the raw cube: %s ms, how many times longer", cube), ratios(cube, ours), atLeast(40))
	m.report.ratio(what, ours.String()+" ms", fmt.Sprintf("no more than what they tell (open and late now, evaluations of twelve months), from the rows: %s ms, how many times longer", year), ratios(year, ours), nil)
	m.report.ratio("the views that are counted from, the same cells as the cube", views.String()+" ms", "the raw cube", ratios(views, cube), nil)
	m.report.ratio("counting them anew, once a week", short3(millis(publish))+" ms", "the raw cube", series{millis(publish) / cube.median()}, nil)
	m.report.fact("cells equal to the raw cube before hiding, and figures shown equal to it", fmt.Sprintf("%d of %d, %d of %d", cells, cells, shown, shown))
	return nil
}

// both counts now and by year.
func both(ctx context.Context, c *sql.DB, tracks, cube string) func() error {
	return func() error {
		_, err := cellsOf(ctx, c, tracks, false)
		if err == nil {
			_, err = cellsOf(ctx, c, cube, true)
		}
		return err
	}
}

// sameCells compares the program's views with the cube, and counts the cells.
func sameCells(ctx context.Context, c *sql.DB) (n int, err error) {
	for _, both := range []struct {
		view, raw string
		years     bool
	}{{viewTracks, rawTracks, false}, {viewCube, rawCube, true}} {
		want, err := cellsOf(ctx, c, both.raw, both.years)
		if err != nil {
			return n, err
		}
		got, err := cellsOf(ctx, c, both.view, both.years)
		if err != nil {
			return n, err
		}
		if len(want) == 0 || !maps.Equal(got, want) {
			return n, fmt.Errorf("the views count %d cells, the raw query %d, and they are not the same", len(got), len(want))
		}
		n += len(want)
	}
	return n, nil
}

func cellsOf(ctx context.Context, c *sql.DB, q string, years bool, args ...any) (map[cell]pair, error) {
	rows, err := c.QueryContext(ctx, q, append([]any{string(demo.Owner)}, args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[cell]pair{}
	for rows.Next() {
		var k cell
		var v pair
		to := []any{&k.school, &k.sfo}
		if years {
			to = append(to, &k.year)
		}
		if err := rows.Scan(append(to, &v.a, &v.b)...); err != nil {
			return nil, err
		}
		out[k] = v
	}
	return out, rows.Err()
}

// shownCells compares every figure that is shown with the rows, and counts them.
func shownCells(ctx context.Context, c *sql.DB, t oversight.Table, now time.Time) (n int, err error) {
	tracks, err := cellsOf(ctx, c, rawTracks, false)
	if err != nil {
		return 0, err
	}
	today := calendar.DateOf(now)
	evals, err := cellsOf(ctx, c, rawYear, false, string(today.Add(-365)), string(today))
	if err != nil {
		return 0, err
	}
	for _, l := range t.Lines {
		k := cell{school: string(l.School), sfo: l.SFO}
		for _, f := range []struct {
			name  string
			shown oversight.Figure
			want  int
		}{{"open", l.Open, tracks[k].a}, {"late", l.Late, tracks[k].b}, {"due", l.Due, evals[k].a}, {"on time", l.OnTime, evals[k].b}} {
			if !f.shown.Told {
				continue
			}
			if f.shown.N != f.want {
				return n, fmt.Errorf("%s at a school is shown as %d, the rows say %d", f.name, f.shown.N, f.want)
			}
			n++
		}
	}
	return n, nil
}
