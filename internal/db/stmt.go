package db

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// A Stmt is one SQL text, written once for both engines with $1, $2 … for its
// arguments. Every statement of the program is known at start, so that a test
// can prepare each of them on both engines.
type Stmt struct {
	pg, lite string
}

var (
	known   []*Stmt
	knownMu sync.Mutex
	dollar  = regexp.MustCompile(`\$(\d+)`)
)

// SQL names a statement; call it for package variables only.
func SQL(text string) *Stmt {
	return register(&Stmt{pg: text, lite: dollar.ReplaceAllString(text, "?$1")})
}

// SQLFor names a statement whose text must differ between the engines. Say why
// where it is used.
func SQLFor(postgres, sqlite string) *Stmt {
	return register(&Stmt{pg: postgres, lite: dollar.ReplaceAllString(sqlite, "?$1")})
}

func register(s *Stmt) *Stmt {
	knownMu.Lock()
	defer knownMu.Unlock()
	known = append(known, s)
	return s
}

// Statements lists every statement of the program.
func Statements() []*Stmt {
	knownMu.Lock()
	defer knownMu.Unlock()
	return append([]*Stmt(nil), known...)
}

// Text is the SQL for one engine.
func (s *Stmt) Text(e Engine) string { return s.text(e) }

func (s *Stmt) text(e Engine) string {
	if e == SQLite {
		return s.lite
	}
	return s.pg
}

// verb is what an error may tell of a statement: its first words, no values.
func (s *Stmt) verb() string {
	f := strings.Fields(s.pg)
	if len(f) > 4 {
		f = f[:4]
	}
	return strings.Join(f, " ")
}

// Prepare checks that the engine understands the statement.
func (d *DB) Prepare(ctx context.Context, s *Stmt) error {
	st, err := d.pool.PrepareContext(ctx, s.text(d.engine))
	if err != nil {
		return fmt.Errorf("%s: %w", s.text(d.engine), err)
	}
	return st.Close()
}

// Explain gives the query plan of a statement, for golden tests.
func (d *DB) Explain(ctx context.Context, s *Stmt, args ...any) (string, error) {
	q := "EXPLAIN "
	if d.engine == SQLite {
		q = "EXPLAIN QUERY PLAN "
	}
	rows, err := d.pool.QueryContext(ctx, q+s.text(d.engine), args...)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for rows.Next() {
		vals := make([]any, len(cols))
		for i := range vals {
			vals[i] = new(any)
		}
		if err := rows.Scan(vals...); err != nil {
			return "", err
		}
		fmt.Fprintln(&b, *vals[len(vals)-1].(*any))
	}
	return b.String(), rows.Err()
}
