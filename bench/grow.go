package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/demo"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// A world of a hundred thousand cases is made from those that the rooms wrote:
// the rows of one case are written again and again under new random ids, at one
// of many schools and somewhere in ten years. What a list, a duty and a count
// read is multiplied; the words of a case, sealed and bound to its id, and its
// entries in the record are not, and no page that opens them is measured there.

const (
	// casesPerSchool and years are Norway: 600 000 cases, 2 663 schools, ten years.
	casesPerSchool = 225
	years          = 10
	// openShare is how many of all are under way; the home school has openAtHome
	// more, so that its first page is full, and homeShare of all that are closed.
	openShare  = 0.03
	openAtHome = 60
	homeShare  = 0.1
	// growVersion is moved when worlds are made otherwise: those kept are then no
	// longer used.
	growVersion = 2
	growStep    = 10000 // cases in one go; what is written is kept if the run is stopped
)

// A part of a case is one of its tables; key is the column with the track's id.
type part struct {
	table, key string
	columns    []string
	rows       map[string][][]any // by track, as the rooms wrote them
}

// parts are what is multiplied. The first column of each is owner.
func parts() []*part {
	of := func(table, key, columns string) *part {
		return &part{table: table, key: key, columns: strings.Fields(columns), rows: map[string][][]any{}}
	}
	return []*part{
		of("cases_track", "id", "owner id slug matter school pupil arena sfo state handler opened_at written_at due_on check_on ended_at"),
		of("access_grant", "thing", "owner id kind thing person role unit relation from_at until_at given_by"),
		of("duty_thing", "thing", "owner thing school kind next_change"),
		of("duty_fact", "thing", "owner thing n kind pupil at precision written_at body"),
		of("duty_state", "thing", "owner thing duty pupil instance school ruleset ref class word bearer state triggered_at due local_due first_on why met_at told"),
	}
}

// grown opens the world with so many cases, made or finished first.
func (m *measurer) grown(ctx context.Context, n int) (*world, error) {
	name := fmt.Sprintf("cases_v%d_%d", growVersion, n)
	begun := time.Now()
	if !m.store.exists(name) {
		if err := m.copySeed(ctx, name); err != nil {
			return nil, err
		}
	}
	w, err := m.open(ctx, name)
	if err != nil {
		return nil, err
	}
	have, err := w.db.MarkOf(ctx, grownMark)
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	at, _ := strconv.Atoi(have)
	if at >= n {
		return w, nil
	}
	if err := w.close(); err != nil {
		return nil, err
	}
	if err := m.grow(ctx, name, at, n); err != nil {
		return nil, fmt.Errorf("make %d cases: %w", n, err)
	}
	m.note(fmt.Sprintf("%s: %d cases made in %s", m.store.engine, n-at, time.Since(begun).Round(time.Second)))
	return m.open(ctx, name)
}

const grownMark = "bench-cases"

func (m *measurer) grow(ctx context.Context, name string, at, n int) error {
	c, err := m.store.raw(ctx, name, true)
	if err != nil {
		return err
	}
	defer c.Close()
	g := &grower{engine: m.store.engine, c: c, parts: parts(), rng: rand.New(rand.NewPCG(uint64(n), uint64(at)))}
	if err := g.templates(ctx); err != nil {
		return err
	}
	if at == 0 {
		if err := g.moreSchools(ctx, n/casesPerSchool); err != nil {
			return err
		}
	}
	if err := g.readSchools(ctx); err != nil {
		return err
	}
	for at < n {
		step := min(growStep, n-at)
		if err := g.write(ctx, at, step); err != nil {
			return err
		}
		at += step
	}
	if m.store.engine == db.Postgres {
		_, err = c.ExecContext(ctx, "VACUUM ANALYZE") // as the server does by itself in time
		return err
	}
	_, err = c.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

// A grower multiplies cases.
type grower struct {
	engine  db.Engine
	c       *sql.DB
	rng     *rand.Rand
	parts   []*part
	open    []string // templates that are under way
	closed  []string
	schools []string
	home    string
}

// templates reads every row of the cases that the rooms made.
func (g *grower) templates(ctx context.Context) error {
	seeded := `SELECT id FROM cases_track WHERE owner = '` + string(demo.Owner) + `' AND slug NOT LIKE '+%'`
	for _, p := range g.parts {
		q := `SELECT ` + strings.Join(p.columns, ", ") + ` FROM ` + p.table + ` WHERE ` + p.key + ` IN (` + seeded + `) ORDER BY 1, 2, 3`
		rows, err := g.c.QueryContext(ctx, q)
		if err != nil {
			return err
		}
		key := slices.Index(p.columns, p.key)
		for rows.Next() {
			cells := make([]any, len(p.columns))
			to := make([]any, len(cells))
			for i := range cells {
				to[i] = &cells[i]
			}
			if err := rows.Scan(to...); err != nil {
				return err
			}
			track := fmt.Sprint(cells[key])
			p.rows[track] = append(p.rows[track], cells)
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	for track, rows := range g.parts[0].rows {
		if rows[0][8] == "closed" {
			g.closed = append(g.closed, track)
		} else {
			g.open = append(g.open, track)
		}
	}
	if len(g.open) == 0 || len(g.closed) == 0 {
		return errors.New("the municipality has no open case, or no closed one")
	}
	return nil
}

// moreSchools adds schools, so that a school does not grow with the country.
func (g *grower) moreSchools(ctx context.Context, n int) error {
	if err := g.readSchools(ctx); err != nil {
		return err
	}
	for i := len(g.schools); i < n; i++ {
		_, err := g.c.ExecContext(ctx, `INSERT INTO roster_school (owner, id, source, kind, name, org_number, has_sfo, content, from_date, until_date)
			SELECT owner, $1, $2, kind, $3, '', has_sfo, content, from_date, until_date FROM roster_school WHERE owner = $4 AND id = $5`,
			tilhor.NewID(), []byte(tilhor.NewID()), fmt.Sprintf("Skole nr. %d", i), string(demo.Owner), g.home)
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *grower) readSchools(ctx context.Context) error {
	rows, err := g.c.QueryContext(ctx, `SELECT id, name FROM roster_school ORDER BY id`)
	if err != nil {
		return err
	}
	g.schools = nil
	for rows.Next() {
		var id, name string
		if err := rows.Scan(&id, &name); err != nil {
			return err
		}
		g.schools = append(g.schools, id)
		if name == home {
			g.home = id
		}
	}
	return rows.Err()
}

// write makes the next n cases in one transaction, and notes how far it came.
func (g *grower) write(ctx context.Context, at, n int) error {
	all := map[string][][]any{}
	for i := range n {
		g.one(at+i, all)
	}
	t, err := g.begin(ctx)
	if err != nil {
		return err
	}
	defer t.rollback()
	matters := []*part{{table: "cases_case", key: "id", columns: strings.Fields("owner id number school opened_at")}}
	for _, p := range append(matters, g.parts...) {
		at := slices.Index(p.columns, p.key) // in the order of the index, which is quicker
		slices.SortStableFunc(all[p.table], func(a, b []any) int { return strings.Compare(a[at].(string), b[at].(string)) })
		if err := t.put(ctx, p, all[p.table]); err != nil {
			return fmt.Errorf("%s: %w", p.table, err)
		}
	}
	err = t.exec(ctx, `INSERT INTO db_meta (owner, name, value) VALUES ('', $1, $2) ON CONFLICT (owner, name) DO UPDATE SET value = excluded.value`,
		grownMark, strconv.Itoa(at+n))
	if err != nil {
		return err
	}
	return t.commit(ctx)
}

// one is the rows of case number i.
func (g *grower) one(i int, all map[string][][]any) {
	school, from := g.schools[g.rng.IntN(len(g.schools))], g.closed
	switch {
	case i < openAtHome:
		school, from = g.home, g.open
	case g.rng.Float64() < openShare:
		from = g.open
	case g.rng.Float64() < homeShare:
		school = g.home
	}
	template := from[g.rng.IntN(len(from))]
	underWay := &from[0] == &g.open[0]
	days := 0 // what is closed was closed some time in ten years; what is open is open now
	if !underWay {
		days = g.rng.IntN((years - 1) * 365)
	}
	track, matter := g.id(), g.id()
	for _, p := range g.parts {
		if p.table == "duty_fact" && !underWay {
			continue // facts are read when a duty is made anew, and nothing of it will be
		}
		for _, r := range p.rows[template] {
			out := make([]any, len(r))
			for k, v := range r {
				out[k] = moved(p.columns[k], v, days)
			}
			for k, name := range p.columns {
				switch {
				case name == p.key:
					out[k] = track
				case name == "school" || name == "unit":
					out[k] = school
				case name == "matter":
					out[k] = matter
				case name == "slug":
					out[k] = "+" + g.id()[:10] // told from those the rooms made
				case name == "id":
					out[k] = g.id()
				case name == "next_change" && !underWay:
					out[k] = int64(math.MaxInt64)
				}
			}
			all[p.table] = append(all[p.table], out)
			if p.table == "cases_track" {
				all["cases_case"] = append(all["cases_case"], []any{out[0], matter, g.id()[:12], school, out[10]})
			}
		}
	}
}

// instants are the columns that hold a time in milliseconds.
var instants = map[string]bool{"opened_at": true, "written_at": true, "ended_at": true, "from_at": true, "at": true, "triggered_at": true, "met_at": true}

// moved takes a time or a date so many days back.
func moved(column string, v any, days int) any {
	if days == 0 {
		return v
	}
	switch x := v.(type) {
	case int64:
		if instants[column] && x > 0 {
			return x - int64(days)*24*3600*1000
		}
	case string:
		if d, err := tilhor.ParseDate(x); err == nil && x < "9999" {
			return string(d.Add(-days))
		}
	}
	return v
}

const letters = "abcdefghijklmnopqrstuvwxyz234567"

// id is random, as the program's are, so that the indexes grow as its do; from
// the seed, so that a world is the same each time.
func (g *grower) id() string {
	var b [26]byte
	for i := range b {
		b[i] = letters[g.rng.IntN(len(letters))]
	}
	return string(b[:])
}

// A load is one transaction of many rows, by each engine's own quick way.
type load struct {
	lite *sql.Tx
	conn *sql.Conn
	pg   pgx.Tx
}

func (g *grower) begin(ctx context.Context) (*load, error) {
	if g.engine == db.SQLite {
		t, err := g.c.BeginTx(ctx, nil)
		return &load{lite: t}, err
	}
	conn, err := g.c.Conn(ctx)
	if err != nil {
		return nil, err
	}
	l := &load{conn: conn}
	err = conn.Raw(func(c any) (err error) {
		l.pg, err = c.(*stdlib.Conn).Conn().Begin(ctx)
		return err
	})
	return l, err
}

func (l *load) put(ctx context.Context, p *part, rows [][]any) error {
	if l.pg != nil {
		_, err := l.pg.CopyFrom(ctx, pgx.Identifier{p.table}, p.columns, pgx.CopyFromRows(rows))
		return err
	}
	const together = 50
	marks := "(?" + strings.Repeat(", ?", len(p.columns)-1) + ")"
	head := `INSERT INTO ` + p.table + ` (` + strings.Join(p.columns, ", ") + `) VALUES `
	st, err := l.lite.PrepareContext(ctx, head+marks+strings.Repeat(", "+marks, together-1))
	if err != nil {
		return err
	}
	defer st.Close()
	for len(rows) >= together {
		var args []any
		for _, r := range rows[:together] {
			args = append(args, r...)
		}
		if _, err := st.ExecContext(ctx, args...); err != nil {
			return err
		}
		rows = rows[together:]
	}
	for _, r := range rows {
		if _, err := l.lite.ExecContext(ctx, head+marks, r...); err != nil {
			return err
		}
	}
	return nil
}

func (l *load) exec(ctx context.Context, q string, args ...any) (err error) {
	if l.pg != nil {
		_, err = l.pg.Exec(ctx, q, args...)
		return err
	}
	_, err = l.lite.ExecContext(ctx, q, args...)
	return err
}

func (l *load) commit(ctx context.Context) error {
	if l.pg == nil {
		return l.lite.Commit()
	}
	return errors.Join(l.pg.Commit(ctx), l.conn.Close())
}

func (l *load) rollback() {
	if l.pg == nil {
		l.lite.Rollback()
		return
	}
	l.pg.Rollback(context.Background())
	l.conn.Close()
}
