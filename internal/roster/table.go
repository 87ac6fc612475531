package roster

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"tilhor"
)

// maxRecord bounds one line of a table, so that a quote which is never closed
// does not take the rest of the file for one field.
const maxRecord = 256 << 10

// A table is one CSV file: its headers are known, its lines are read later.
type table struct {
	in     input
	enc    string
	comma  rune
	header []string
	cols   map[string]int
	start  int // the line of the header
}

// openTable reads the headers. The separator is what parts them.
func openTable(f input) (*table, error) {
	t := &table{in: f}
	var err error
	if t.enc, err = f.encoding(csvEncoding); err != nil {
		return nil, err
	}
	r, err := f.as(t.enc)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	head := make([]byte, maxRecord)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	line, _, _ := strings.Cut(string(head[:n]), "\n")
	t.start = 1
	if strings.HasPrefix(strings.ToLower(line), "sep=") { // a hint of Excel's
		t.start = 2
		_, rest, _ := strings.Cut(string(head[:n]), "\n")
		line, _, _ = strings.Cut(rest, "\n")
	}
	t.comma = ','
	if strings.Count(line, ";") > strings.Count(line, ",") {
		t.comma = ';'
	}
	if strings.TrimSpace(line) == "" {
		return nil, unreadable(At{f.name, t.start}, "unknown-format")
	}
	c := csv.NewReader(strings.NewReader(line))
	c.Comma = t.comma
	t.header, err = c.Read()
	if err != nil {
		return nil, unreadable(At{f.name, t.start}, "header")
	}
	t.cols = map[string]int{}
	for i, h := range t.header {
		h = strings.ToLower(tidy(h))
		t.header[i] = h
		if _, twice := t.cols[h]; twice && columns[h] { // another may be what somebody is called, where the headers are missing
			return nil, unreadable(At{f.name, t.start}, "header-twice", "name", h)
		}
		if _, twice := t.cols[h]; !twice {
			t.cols[h] = i
		}
	}
	return t, nil
}

// columns are those that are read, in any table.
var columns = func() map[string]bool {
	all := map[string]bool{}
	for _, c := range strings.Fields(`propertyname value sourcedid status name type identifier title classtype schoolsourcedid orgsourcedids role
		givenname middlename familyname email userids enableduser password agentsourcedids classsourcedid usersourcedid primary begindate enddate
		skole-id navn orgnr sfo gruppe-id fra til elev-id fornavn etternavn klasse-id sfo-gruppe-id feide-id fødselsnummer e-post ansatt-id rolle
		foresatt-id foreldreansvar verv-gruppe-id person-id verv`) {
		all[c] = true
	}
	return all
}()

// short keeps what is shown of a header to a length that can be shown.
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func (t *table) has(col string) bool { _, ok := t.cols[col]; return ok }

// need refuses the table when a column is missing.
func (t *table) need(cols ...string) error {
	for _, c := range cols {
		if !t.has(c) {
			return unreadable(At{t.in.name, t.start}, "column", "name", c)
		}
	}
	return nil
}

// A row is one line of a table.
type row struct {
	t      *table
	At     At
	fields []string
}

// get gives a field, tidied; "" when the table has no such column.
func (r row) get(col string) string {
	i, ok := r.t.cols[col]
	if !ok || i >= len(r.fields) {
		return ""
	}
	return tidy(r.fields[i])
}

// own gives a field for keeping: a copy, since the field is a piece of its
// whole line, with all in it that is never kept.
func (r row) own(col string) string { return strings.Clone(r.get(col)) }

func (r row) bad(key, col string) error { return unreadable(r.At, key, "name", col) }

// key gives an id that must be there.
func (r row) key(col string) (string, error) {
	k := r.own(col)
	if k == "" {
		return "", r.bad("no-value", col)
	}
	if len(k) > maxKey {
		return "", r.bad("too-long", col)
	}
	return k, nil
}

// date gives a date: 2026-08-17, or 17.08.2026 as a spreadsheet writes it.
func (r row) date(col string) (tilhor.Date, error) {
	s := r.get(col)
	if s == "" {
		return "", nil
	}
	if len(s) > 10 && s[10] == 'T' {
		s = s[:10]
	}
	if p := strings.Split(s, "."); len(p) == 3 && len(p[2]) == 4 {
		s = p[2] + "-" + two(p[1]) + "-" + two(p[0])
	}
	d, err := tilhor.ParseDate(strings.Clone(s))
	if err != nil {
		return "", r.bad("date", col)
	}
	return d, nil
}

func two(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// fromUntil reads two dates, the second the last day that counts.
func (r row) fromUntil(from, until string) (tilhor.Date, tilhor.Date, error) {
	f, err := r.date(from)
	if err != nil {
		return "", "", err
	}
	u, err := r.date(until)
	if err == nil && turned(f, u) {
		err = unreadable(r.At, "turned")
	}
	return f, after(u), err
}

// each reads the lines below the header.
func (t *table) each(ctx context.Context, tell Progress, fn func(row) error) error {
	text, err := t.in.as(t.enc)
	if err != nil {
		return err
	}
	defer text.Close()
	m := &lineMeter{r: text}
	c := csv.NewReader(m)
	c.Comma, c.FieldsPerRecord, c.ReuseRecord = t.comma, -1, true
	for n := 0; ; n++ {
		m.since = 0
		fields, err := c.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return t.syntax(err)
		}
		if n%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			tell.say("read", m.total, t.in.size)
		}
		line, _ := c.FieldPos(0)
		if line <= t.start || blank(fields) {
			continue
		}
		if len(fields) > len(t.header) && !blank(fields[len(t.header):]) || len(fields) < len(t.header)/2 {
			return unreadable(At{t.in.name, line}, "fields")
		}
		if n > maxRows {
			return tooMany(At{t.in.name, line})
		}
		if strings.HasPrefix(fields[0], "\ufeff") {
			return unreadable(At{t.in.name, line}, "joined")
		}
		if err := fn(row{t, At{t.in.name, line}, fields}); err != nil {
			return err
		}
	}
}

func (t *table) syntax(err error) error {
	var p *csv.ParseError
	switch {
	case errors.Is(err, errToken):
		return unreadable(At{File: t.in.name}, "too-large")
	case errors.As(err, &p):
		return unreadable(At{t.in.name, p.StartLine}, "quotes")
	}
	return err
}

func blank(fields []string) bool {
	for _, f := range fields {
		if strings.TrimSpace(f) != "" {
			return false
		}
	}
	return true
}

// lineMeter stops a record that grows past its bound.
type lineMeter struct {
	r     io.Reader
	since int
	total int64
}

func (m *lineMeter) Read(b []byte) (int, error) {
	if m.since > maxRecord {
		return 0, errToken
	}
	n, err := m.r.Read(b)
	m.since += n
	m.total += int64(n)
	return n, err
}
