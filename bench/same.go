package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A replay writes the rows that one concern leaves in PostgreSQL, into the same
// tables with all their indexes, again and again under new ids: one statement a
// table, in a transaction of its own. It is what anybody pays there who keeps
// these rows, whatever they have to ask before: no law, no roster, no key.
type replay struct {
	c      *sql.DB
	tables []*leaving
}

// A leaving is what one concern leaves in a table.
type leaving struct {
	name   string
	insert *sql.Stmt
	cells  [][]any // by row, as the program wrote them
	fresh  [][]bool
}

// startReplay has two concerns sent, sees in them which values are new each
// time, and gets ready to write the like into a copy of the world as it was.
func (m *measurer) startReplay(ctx context.Context, w *world, send func() error) (*replay, error) {
	const name = "same"
	if err := m.copySeed(ctx, name); err != nil {
		return nil, err
	}
	told, err := m.store.raw(ctx, w.name, false)
	if err != nil {
		return nil, err
	}
	defer told.Close()
	var sent [2][]*leaving
	for i := range sent {
		if err := send(); err != nil {
			return nil, err
		}
		if sent[i], err = left(ctx, told); err != nil {
			return nil, err
		}
	}
	r := &replay{}
	if r.c, err = m.store.raw(ctx, name, false); err != nil {
		return nil, err
	}
	for i, t := range sent[1] {
		if err := t.unlike(sent[0][i]); err != nil {
			return nil, errors.Join(err, r.c.Close())
		}
		if len(t.cells) == 0 {
			continue
		}
		if t.insert, err = r.c.PrepareContext(ctx, t.text()); err != nil {
			return nil, errors.Join(err, r.c.Close())
		}
		r.tables = append(r.tables, t)
	}
	return r, nil
}

// left is what the newest concern's transaction wrote, by table. Columns that the
// database fills in itself are written by it the second time too.
func left(ctx context.Context, c *sql.DB) (all []*leaving, err error) {
	var xid string
	if err := c.QueryRowContext(ctx, `SELECT xmin::text FROM concerns_concern ORDER BY age(xmin) LIMIT 1`).Scan(&xid); err != nil {
		return nil, err
	}
	rows, err := c.QueryContext(ctx, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		t := &leaving{}
		if err := rows.Scan(&t.name); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, t := range all {
		if err := t.read(ctx, c, xid); err != nil {
			return nil, fmt.Errorf("read %s: %w", t.name, err)
		}
	}
	return all, nil
}

func (t *leaving) read(ctx context.Context, c *sql.DB, xid string) error {
	rows, err := c.QueryContext(ctx, `SELECT * FROM `+t.name+` WHERE xmin::text = $1 ORDER BY ctid`, xid)
	if err != nil {
		return err
	}
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		cells, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := rows.Scan(to...); err != nil {
			return err
		}
		t.cells = append(t.cells, cells)
	}
	return rows.Err()
}

// unlike finds the ids and bytes that are new in each concern. A row in which
// nothing is new was there before and was only changed: it is not written again.
func (t *leaving) unlike(other *leaving) error {
	if len(t.cells) != len(other.cells) {
		return fmt.Errorf("one concern leaves %d rows in %s, the next %d", len(other.cells), t.name, len(t.cells))
	}
	var cells [][]any
	for i, row := range t.cells {
		fresh := make([]bool, len(row))
		for j, v := range row {
			switch v := v.(type) {
			case string:
				fresh[j] = v != other.cells[i][j]
			case []byte:
				was, _ := other.cells[i][j].([]byte)
				fresh[j] = !bytes.Equal(v, was)
			}
		}
		if slices.Contains(fresh, true) {
			cells, t.fresh = append(cells, row), append(t.fresh, fresh)
		}
	}
	t.cells = cells
	return nil
}

func (t *leaving) text() string {
	var rows []string
	n := 0
	for _, row := range t.cells {
		var marks []string
		for range row {
			n++
			marks = append(marks, fmt.Sprintf("$%d", n))
		}
		rows = append(rows, "("+strings.Join(marks, ", ")+")")
	}
	return `INSERT INTO ` + t.name + ` VALUES ` + strings.Join(rows, ", ")
}

func (r *replay) rows() (n int) {
	for _, t := range r.tables {
		n += len(t.cells)
	}
	return n
}

// job writes them once more.
func (r *replay) job(ctx context.Context) error {
	tx, err := r.c.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	ids := map[string]string{}
	for _, t := range r.tables {
		var args []any
		for i, row := range t.cells {
			for j, v := range row {
				if t.fresh[i][j] {
					v = likeIt(v, ids)
				}
				args = append(args, v)
			}
		}
		if _, err := tx.StmtContext(ctx, t.insert).ExecContext(ctx, args...); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return tx.Commit()
}

// likeIt is a value of the same length that nobody has had; an id is the same
// wherever it stands.
func likeIt(v any, ids map[string]string) any {
	switch v := v.(type) {
	case string:
		if ids[v] == "" {
			text := ""
			for len(text) < len(v) {
				text += strings.ToLower(rand.Text())
			}
			ids[v] = text[:len(v)]
		}
		return ids[v]
	case []byte:
		b := make([]byte, len(v))
		rand.Read(b)
		return b
	}
	return v
}
