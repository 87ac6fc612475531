package db

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// The portable form of a whole database, the same for both engines, as JSON
// lines:
//
//	{"format":"tilhor database 1","schema":90}
//	{"table":"seal_key","columns":["owner",…],"types":["text",…]}
//	["granvik",…]                 one row; bytes are base64, and so is {"raw":…}, text that is not UTF-8
//	{"end":"seal_key","rows":12}
//	{"done":true,"tables":30}
//
// Rows come in the order of their key, so that two copies of the same rows are
// the same bytes, whatever the engine.
const copyFormat = "tilhor database 1"

// Tables that belong to the machine, not to the data.
var notCopied = map[string]bool{"db_schema": true, "db_lease": true}

type table struct {
	name    string
	columns []string
	types   []string // text, int, bool, bytes, real
	key     []string
}

var (
	// The two engines keep the list of their tables in different places.
	listTables = SQLFor(
		`SELECT CAST(table_name AS TEXT) FROM information_schema.tables
			WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1`,
		`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1`)
	listColumns = SQLFor(
		`SELECT CAST(c.column_name AS TEXT), CAST(c.data_type AS TEXT), COALESCE((
				SELECT k.ordinal_position FROM information_schema.table_constraints t
				JOIN information_schema.key_column_usage k ON k.constraint_name = t.constraint_name
					AND k.table_schema = t.table_schema AND k.table_name = t.table_name
				WHERE t.constraint_type = 'PRIMARY KEY' AND t.table_schema = c.table_schema
					AND t.table_name = c.table_name AND k.column_name = c.column_name), 0)
			FROM information_schema.columns c
			WHERE c.table_schema = current_schema() AND c.table_name = $1 ORDER BY c.ordinal_position`,
		`SELECT name, lower(type), pk FROM pragma_table_info($1) ORDER BY cid`)
	schemaNow = SQL(`SELECT MAX(version_id) FROM db_schema WHERE is_applied`)
	quick     = SQLFor(`SELECT 'ok'`, `SELECT quick_check FROM pragma_quick_check`)
	// Only a machine's own clock is asked here: how far it is from another's.
	clockNow = SQLFor(`SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)`,
		`SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)`)
)

// tables lists what is copied, by name.
func (t *Tx) tables() ([]table, error) {
	var names []string
	err := t.Each(listTables, func(scan Scan) error {
		var n string
		err := scan(&n)
		if !notCopied[n] {
			names = append(names, n)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []table
	for _, n := range names {
		tb, err := t.table(n)
		if err != nil {
			return nil, err
		}
		out = append(out, tb)
	}
	sort.Slice(out, func(i, k int) bool { return out[i].name < out[k].name })
	return out, nil
}

func (t *Tx) table(name string) (table, error) {
	tb := table{name: name}
	at := map[int]string{}
	err := t.Each(listColumns, func(scan Scan) error {
		var c, typ string
		var pk int
		if err := scan(&c, &typ, &pk); err != nil {
			return err
		}
		class, err := classOf(typ)
		if err != nil {
			return fmt.Errorf("column %s.%s: %w", name, c, err)
		}
		tb.columns, tb.types = append(tb.columns, c), append(tb.types, class)
		if pk > 0 {
			at[pk] = c
		}
		return nil
	}, name)
	for i := 1; i <= len(at); i++ {
		tb.key = append(tb.key, at[i])
	}
	if err == nil && len(tb.key) == 0 {
		err = fmt.Errorf("table %s has no primary key", name)
	}
	return tb, err
}

// classOf maps what the engines call a type to the five that travel.
func classOf(typ string) (string, error) {
	switch strings.ToLower(typ) {
	case "text", "jsonb", "json", "character varying":
		return "text", nil
	case "bigint", "integer", "int", "smallint":
		return "int", nil
	case "boolean":
		return "bool", nil
	case "bytea", "blob":
		return "bytes", nil
	case "double precision", "real":
		return "real", nil
	}
	return "", fmt.Errorf("the type %q does not travel", typ)
}

func (tb table) selectAll(e Engine) *Stmt {
	order := make([]string, len(tb.key))
	for i, k := range tb.key {
		order[i] = quoted(k)
		if e == Postgres && tb.typeOf(k) == "text" {
			order[i] += ` COLLATE "C"` // bytes, as SQLite compares
		}
	}
	text := "SELECT " + list(tb.columns) + " FROM " + quoted(tb.name) + " ORDER BY " + strings.Join(order, ", ")
	return &Stmt{pg: text, lite: text}
}

func (tb table) typeOf(column string) string {
	for i, c := range tb.columns {
		if c == column {
			return tb.types[i]
		}
	}
	return ""
}

// insert is one statement for n rows.
func (tb table) insert(n int) *Stmt {
	var b strings.Builder
	b.WriteString("INSERT INTO " + quoted(tb.name) + " (" + list(tb.columns) + ") VALUES ")
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for k := range tb.columns {
			if k > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "$%d", i*len(tb.columns)+k+1)
		}
		b.WriteByte(')')
	}
	return &Stmt{pg: b.String(), lite: dollar.ReplaceAllString(b.String(), "?$1")}
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func list(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = quoted(n)
	}
	return strings.Join(q, ", ")
}

// A Copied says how much a copy held.
type Copied struct {
	Schema int64
	Tables int
	Rows   int64
	Owners []string // whose rows they are; of Dump only
}

type copyLine struct {
	Format  string   `json:"format,omitempty"`
	Schema  int64    `json:"schema,omitempty"`
	Table   string   `json:"table,omitempty"`
	Columns []string `json:"columns,omitempty"`
	Types   []string `json:"types,omitempty"`
	End     string   `json:"end,omitempty"`
	Rows    int64    `json:"rows,omitempty"`
	Done    bool     `json:"done,omitempty"`
	Tables  int      `json:"tables,omitempty"`
}

// Dump writes every row in the portable form, of one snapshot, while others go
// on reading and writing.
func (d *DB) Dump(ctx context.Context, w io.Writer) (Copied, error) {
	var c Copied
	out := bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	err := d.Read(ctx, func(tx *Tx) error {
		if err := tx.One(schemaNow, nil, &c.Schema); err != nil {
			return err
		}
		if err := enc.Encode(copyLine{Format: copyFormat, Schema: c.Schema}); err != nil {
			return err
		}
		all, err := tx.tables()
		if err != nil {
			return err
		}
		owners := map[string]bool{}
		for _, tb := range all {
			n, err := tx.dump(tb, enc, d.engine, owners)
			if err != nil {
				return fmt.Errorf("copy %s: %w", tb.name, err)
			}
			c.Tables, c.Rows = c.Tables+1, c.Rows+n
		}
		delete(owners, "") // what the database says of itself
		c.Owners = slices.Sorted(maps.Keys(owners))
		return enc.Encode(copyLine{Done: true, Tables: c.Tables})
	})
	return c, errors.Join(err, out.Flush())
}

func (t *Tx) dump(tb table, enc *json.Encoder, e Engine, owners map[string]bool) (n int64, err error) {
	if err := enc.Encode(copyLine{Table: tb.name, Columns: tb.columns, Types: tb.types}); err != nil {
		return 0, err
	}
	cells := make([]any, len(tb.columns))
	for i, typ := range tb.types {
		cells[i] = newCell(typ)
	}
	row := make([]any, len(cells))
	owner := slices.Index(tb.columns, "owner")
	// Not through t.Each: the prepared statements are for those that are known.
	rows, err := t.queryOnce(tb.selectAll(e), e)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return n, err
		}
		for i := range cells {
			row[i] = cellValue(cells[i])
		}
		if owner >= 0 {
			o, _ := row[owner].(string)
			owners[o] = true
		}
		if err := enc.Encode(row); err != nil {
			return n, err
		}
		n++
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	return n, enc.Encode(copyLine{End: tb.name, Rows: n})
}

// queryOnce runs a statement that is not kept prepared.
func (t *Tx) queryOnce(s *Stmt, e Engine) (*sql.Rows, error) {
	p, ok := t.run.(poolRun)
	if !ok {
		return nil, errors.New("a copy is made from a reader")
	}
	return p.t.QueryContext(t.ctx, s.text(e))
}

func newCell(typ string) any {
	switch typ {
	case "int":
		return new(sql.NullInt64)
	case "bool":
		return new(sql.NullBool)
	case "real":
		return new(sql.NullFloat64)
	case "bytes":
		return new(nullBytes)
	}
	return new(sql.NullString)
}

// nullBytes tells an empty value from none, which a []byte does not.
type nullBytes struct {
	bytes []byte
	valid bool
}

// Scan is sql.Scanner.
func (n *nullBytes) Scan(src any) error {
	n.bytes, n.valid = nil, src != nil
	switch v := src.(type) {
	case nil:
	case []byte:
		n.bytes = bytes.Clone(v)
	case string:
		n.bytes = []byte(v)
	default:
		return errCell
	}
	return nil
}

func cellValue(c any) any {
	switch v := c.(type) {
	case *sql.NullInt64:
		if v.Valid {
			return v.Int64
		}
	case *sql.NullBool:
		if v.Valid {
			return v.Bool
		}
	case *sql.NullFloat64:
		if v.Valid {
			return v.Float64
		}
	case *sql.NullString:
		if v.Valid && utf8.ValidString(v.String) {
			return v.String
		}
		if v.Valid { // SQLite holds any bytes as text, JSON does not
			return rawText{base64.StdEncoding.EncodeToString([]byte(v.String))}
		}
	case *nullBytes:
		if v.valid {
			return base64.StdEncoding.EncodeToString(v.bytes)
		}
	}
	return nil
}

// rawText is a text that is not UTF-8, as it travels.
type rawText struct {
	Raw string `json:"raw"`
}

func readText(c any) (any, bool) {
	if s, ok := c.(string); ok {
		return s, true
	}
	m, ok := c.(map[string]any)
	raw, ok2 := m["raw"].(string)
	if !ok || !ok2 || len(m) != 1 {
		return nil, false
	}
	b, err := base64.StdEncoding.DecodeString(raw)
	return string(b), err == nil && !utf8.Valid(b)
}

// Empty says whether no table holds a row yet.
func (d *DB) Empty(ctx context.Context) (bool, error) {
	empty := true
	err := d.Read(ctx, func(tx *Tx) error {
		all, err := tx.tables()
		if err != nil {
			return err
		}
		for _, tb := range all {
			q := "SELECT 1 FROM " + quoted(tb.name) + " LIMIT 1"
			rows, err := tx.queryOnce(&Stmt{pg: q, lite: q}, d.engine)
			if err != nil {
				return err
			}
			if rows.Next() {
				empty = false
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				return err
			}
		}
		return nil
	})
	return empty, err
}

// ReadCopy reads a copy through and checks its shape. begin is told the schema,
// then rows is told every row in batches; both may be nil.
func ReadCopy(r io.Reader, begin func(schema int64) error, rows func(tb string, columns []string, batch [][]any) error) (Copied, error) {
	c := &copyReader{in: bufio.NewReaderSize(r, 1<<16), rows: rows}
	var head copyLine
	if err := c.line(&head); err != nil || head.Format != copyFormat || head.Schema < 1 {
		return c.got, errors.Join(errors.New("this is not a copy of a Tilhør database"), err)
	}
	c.got.Schema = head.Schema
	if begin != nil {
		if err := begin(head.Schema); err != nil {
			return c.got, err
		}
	}
	for {
		var l copyLine
		if err := c.line(&l); err != nil {
			return c.got, fmt.Errorf("the copy breaks off or is damaged: %w", err)
		}
		switch {
		case l.Done && l.Tables == c.got.Tables:
			if _, err := c.in.ReadByte(); err != io.EOF {
				return c.got, errors.Join(errors.New("the copy goes on after its end"), err)
			}
			return c.got, nil
		case l.Table != "" && len(l.Columns) == len(l.Types) && len(l.Columns) > 0:
			if err := c.table(l); err != nil {
				return c.got, fmt.Errorf("table %s: %w", l.Table, err)
			}
		default:
			return c.got, errors.New("the copy is damaged: a line is not one of a copy")
		}
	}
}

type copyReader struct {
	in   *bufio.Reader
	rows func(string, []string, [][]any) error
	got  Copied
}

// maxLine bounds one row: the largest is a sealed attachment of 256 KiB.
const maxLine = 64 << 20

func (c *copyReader) raw() ([]byte, error) {
	var line []byte
	for {
		part, err := c.in.ReadSlice('\n')
		line = append(line, part...)
		if err == nil {
			return line, nil
		}
		if err != bufio.ErrBufferFull {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		if len(line) > maxLine {
			return nil, errors.New("a line is too long")
		}
	}
}

func (c *copyReader) line(l *copyLine) error {
	raw, err := c.raw()
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(l); err != nil || len(l.Table) > maxTable {
		return errLine // what the library says would quote the file
	}
	return nil
}

var errLine = errors.New("a line is not one of a copy")

// maxTable bounds a table's name, which an error tells.
const maxTable = 63

func (c *copyReader) table(l copyLine) error {
	perBatch := max(1, min(200, 30000/len(l.Columns)))
	var batch [][]any
	var n int64
	flush := func() error {
		if len(batch) == 0 || c.rows == nil {
			batch = nil
			return nil
		}
		err := c.rows(l.Table, l.Columns, batch)
		batch = nil
		return err
	}
	for {
		raw, err := c.raw()
		if err != nil {
			return err
		}
		if raw[0] == '{' {
			var end copyLine
			if err := json.Unmarshal(raw, &end); err != nil || end.End != l.Table || end.Rows != n {
				return fmt.Errorf("it should end after %d rows", n)
			}
			c.got.Tables, c.got.Rows = c.got.Tables+1, c.got.Rows+n
			return flush()
		}
		row, err := readRow(raw, l.Types)
		if err != nil {
			return fmt.Errorf("row %d: %w", n+1, err)
		}
		n++
		if batch = append(batch, row); len(batch) == perBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
}

var errCell = errors.New("a value is not of its column's type")

func readRow(raw []byte, types []string) ([]any, error) {
	var cells []any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&cells); err != nil || len(cells) != len(types) || len(bytes.TrimSpace(raw[d.InputOffset():])) > 0 {
		return nil, errCell
	}
	for i, c := range cells {
		if c == nil {
			continue
		}
		ok := false
		switch types[i] {
		case "text":
			cells[i], ok = readText(c)
		case "bool":
			_, ok = c.(bool)
		case "int", "real":
			cells[i], ok = readNumber(c, types[i])
		case "bytes":
			var s string
			if s, ok = c.(string); ok {
				b, err := base64.StdEncoding.DecodeString(s)
				cells[i], ok = b, err == nil
			}
		}
		if !ok {
			return nil, errCell
		}
	}
	return cells, nil
}

func readNumber(c any, typ string) (any, bool) {
	n, ok := c.(json.Number)
	if !ok {
		return nil, false
	}
	if typ == "real" {
		f, err := n.Float64()
		return f, err == nil
	}
	i, err := n.Int64()
	return i, err == nil
}

// Load reads a copy into a database that holds nothing yet. When it fails, the
// database is incomplete and says so (Unfinished).
func (d *DB) Load(ctx context.Context, r io.Reader) (Copied, error) {
	c, err := d.Fill(ctx, r)
	if err == nil {
		err = d.Finish(ctx)
	}
	return c, err
}

// Finish says that all that belongs to a restore is done.
func (d *DB) Finish(ctx context.Context) error { return d.mark(ctx, false) }

// Fill is Load for who has more to do before anybody may read the database, as
// to shred again: it stays Unfinished until Finish. It writes many transactions.
func (d *DB) Fill(ctx context.Context, r io.Reader) (Copied, error) {
	empty, err := d.Empty(ctx)
	if err != nil {
		return Copied{}, err
	}
	if !empty {
		return Copied{}, errors.New("the database holds something already: restore only into an empty one")
	}
	known := map[string]table{}
	err = d.Read(ctx, func(tx *Tx) error {
		all, err := tx.tables()
		for _, tb := range all {
			known[tb.name] = tb
		}
		return err
	})
	if err != nil {
		return Copied{}, err
	}
	if err := d.mark(ctx, true); err != nil {
		return Copied{}, err
	}
	c, err := ReadCopy(r, nil, func(name string, columns []string, batch [][]any) error {
		tb, ok := known[name]
		if !ok || strings.Join(columns, " ") != strings.Join(tb.columns, " ") {
			return fmt.Errorf("the database has no such table, or other columns")
		}
		return d.insertRows(ctx, tb, batch)
	})
	if err != nil {
		return c, err
	}
	return c, d.Survey(ctx)
}

// countRows has PostgreSQL count what its tables hold.
const countRows = `ANALYZE`

// Survey has PostgreSQL count what its tables hold. It does so by itself, a minute
// after many rows have come, and until then it reads whole tables where an index
// leads to one row: the first minute after a restore took it many times as long.
// SQLite plans by the indexes alone.
func (d *DB) Survey(ctx context.Context) error {
	if d.engine != Postgres {
		return nil
	}
	if _, err := d.pool.ExecContext(ctx, countRows); err != nil {
		return fmt.Errorf("all rows are there, and PostgreSQL could not count them (ANALYZE): %w", err)
	}
	return nil
}

func (d *DB) insertRows(ctx context.Context, tb table, batch [][]any) error {
	var args []any
	for _, row := range batch {
		args = append(args, row...)
	}
	return d.Write(ctx, func(tx *Tx) error {
		if w, ok := tx.run.(*writer); ok { // not kept prepared: the text depends on the batch
			_, err := w.conn.ExecContext(tx.ctx, tb.insert(len(batch)).lite, args...)
			return err
		}
		_, err := tx.Exec(tb.insert(len(batch)), args...)
		return err
	})
}

var (
	setUnfinished = SQL(`INSERT INTO db_meta (owner, name, value) VALUES ('', 'restore', 'unfinished')`)
	noUnfinished  = SQL(`DELETE FROM db_meta WHERE owner = '' AND name = 'restore'`)
	isUnfinished  = SQL(`SELECT COUNT(*) FROM db_meta WHERE owner = '' AND name = 'restore'`)
)

func (d *DB) mark(ctx context.Context, unfinished bool) error {
	q := noUnfinished
	if unfinished {
		q = setUnfinished
	}
	return d.Write(ctx, func(tx *Tx) error { _, err := tx.Exec(q); return err })
}

// Unfinished says whether a restore into this database broke off, or goes on: it
// must not be served.
func (d *DB) Unfinished(ctx context.Context) (bool, error) {
	var n int
	err := d.Read(ctx, func(tx *Tx) error { return tx.One(isUnfinished, nil, &n) })
	return n > 0, err
}

// Schema is the number of the newest migration that was run.
func (d *DB) Schema(ctx context.Context) (n int64, err error) {
	err = d.Read(ctx, func(tx *Tx) error { return tx.One(schemaNow, nil, &n) })
	return n, err
}

// Check asks the engine whether its own files are whole; "ok" when they are.
func (d *DB) Check(ctx context.Context) (said string, err error) {
	err = d.Read(ctx, func(tx *Tx) error { return tx.One(quick, nil, &said) })
	return said, err
}

// ClockMillis is the time on the database's machine.
func (d *DB) ClockMillis(ctx context.Context) (ms int64, err error) {
	err = d.Read(ctx, func(tx *Tx) error { return tx.One(clockNow, nil, &ms) })
	return ms, err
}

// OpenAt opens a database and brings its schema to an earlier step, so that a
// copy of that step can be loaded; Open brings it up to date afterwards.
func OpenAt(ctx context.Context, dsn string, schema int64) (*DB, error) {
	d, err := open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	d.upTo = schema
	if err := d.migrate(ctx); err != nil {
		d.Close()
		return nil, fmt.Errorf("bring the schema to step %d: %w", schema, err)
	}
	return d, nil
}

// A Mark is what the database says of itself: whether it is made up (demo) or
// real, whether a restore broke off.
type Mark struct{ Owner, Name, Value string }

var selectMarks = SQL(`SELECT owner, name, value FROM db_meta ORDER BY owner, name`)

// Marks lists them.
func (d *DB) Marks(ctx context.Context) (out []Mark, err error) {
	err = d.Read(ctx, func(tx *Tx) error {
		out = nil
		return tx.Each(selectMarks, func(scan Scan) error {
			var m Mark
			err := scan(&m.Owner, &m.Name, &m.Value)
			out = append(out, m)
			return err
		})
	})
	return out, err
}
