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
	several  func() []string // of a plain insert, for PostgreSQL: how two rows, three … are inserted at once
}

var (
	known   []*Stmt
	knownMu sync.Mutex
	dollar  = regexp.MustCompile(`\$(\d+)`)
)

// SQL names a statement; call it for package variables only.
func SQL(text string) *Stmt {
	return register(&Stmt{pg: text, lite: dollar.ReplaceAllString(text, "?$1"), several: sync.OnceValue(func() []string { return several(text) })})
}

// SQLFor names a statement whose text must differ between the engines. Say why
// where it is used.
func SQLFor(postgres, sqlite string) *Stmt {
	return register(&Stmt{pg: postgres, lite: dollar.ReplaceAllString(sqlite, "?$1")})
}

// mostRows is how many rows go into one statement.
const mostRows = 8

var plainInsert = regexp.MustCompile(`^\s*INSERT INTO \w+\s*\(([\w\s,]+)\)\s*VALUES \(([$\d, ]+)\)$`)

// several are the texts that insert two rows and more, of a statement that inserts
// one and minds nothing else: its arguments are its columns, in their order.
func several(text string) (texts []string) {
	m := plainInsert.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	columns := strings.Count(m[1], ",") + 1
	row := func(first int) string {
		args := make([]string, columns)
		for i := range args {
			args[i] = fmt.Sprintf("$%d", first+i)
		}
		return strings.Join(args, ", ")
	}
	if m[2] != row(1) {
		return nil
	}
	for n := 2; n <= mostRows; n++ {
		text += ", (" + row((n-1)*columns+1) + ")"
		texts = append(texts, text)
	}
	return texts
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

func (s *Stmt) manyRows() []string {
	if s.several == nil {
		return nil
	}
	return s.several()
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

// Prepare checks that the engine understands the statement, also for several rows.
func (d *DB) Prepare(ctx context.Context, s *Stmt) error {
	texts := []string{s.text(d.engine)}
	if d.engine == Postgres {
		texts = append(texts, s.manyRows()...)
	}
	for _, text := range texts {
		st, err := d.pool.PrepareContext(ctx, text)
		if err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
		if err := st.Close(); err != nil {
			return err
		}
	}
	return nil
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
