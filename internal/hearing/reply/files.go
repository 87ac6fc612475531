package reply

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/lang"
)

// The files of a folder that ReadDir reads.
const (
	LetterFile     = "letter.json"
	MeasuresFile   = "measures.csv"
	StatementsFile = "statements.csv"
	SelectionFile  = "selection.csv" // may be missing: then nothing is commented
	ClaimsFile     = "claims.csv"    // may be missing: then nothing is claimed
)

// Bounds on what is read: far more than any hearing holds.
const (
	maxFile   = 32 << 20
	maxRows   = 1_000_000
	maxFaults = 20
)

// A Fault is what is wrong in a file, and where.
type Fault struct {
	File string
	Line int // 0 for the file as a whole
	Key  string
	kv   []any
}

// Faults are why files are refused, as a whole.
type Faults []Fault

func (f Faults) Error() string { return f.Text(lang.For(tilhor.English)) }

// Text says it in words, a line for each.
func (f Faults) Text(w *lang.Words) string {
	var lines []string
	for _, x := range f {
		where := x.File
		if x.Line > 0 {
			where += ":" + strconv.Itoa(x.Line)
		}
		lines = append(lines, where+": "+w.T("hearing.file."+x.Key, x.kv...))
	}
	return strings.Join(lines, "\n")
}

// ReadDir reads a hearing from a folder of files, all of it or nothing.
func ReadDir(dir fs.FS) (Hearing, error) {
	r := reader{dir: dir}
	h := r.hearing()
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b Fault) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
		return Hearing{}, r.faults
	}
	return h, nil
}

// ReadMeasures reads the list of measures alone, as MeasuresFile holds it.
func ReadMeasures(csv string, l Letter) ([]Measure, error) {
	r := reader{dir: one{MeasuresFile, csv}}
	all := r.measures(l)
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	return all, nil
}

// one is a folder with one file.
type one struct{ name, text string }

func (o one) Open(name string) (fs.File, error) {
	if name != o.name {
		return nil, fs.ErrNotExist
	}
	return text{strings.NewReader(o.text)}, nil
}

type text struct{ *strings.Reader }

func (text) Stat() (fs.FileInfo, error) { return nil, fs.ErrInvalid }
func (text) Close() error               { return nil }

type reader struct {
	dir    fs.FS
	faults Faults
}

func (r *reader) fault(file string, line int, key string, kv ...any) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, Fault{file, line, key, kv})
	}
}

func (r *reader) hearing() (h Hearing) {
	if h.Letter = r.letter(); len(r.faults) > 0 { // what the next file names cannot be known
		return h
	}
	if h.Measures = r.measures(h.Letter); len(r.faults) > 0 {
		return h
	}
	known := map[string]bool{"": true, Other: true}
	for _, m := range h.Measures {
		known[m.ID] = true
	}
	h.Statements, h.Invited = r.statements(known)
	h.Choices = r.selection(known)
	h.Claims = r.claims(known)
	for id, c := range h.Choices { // a sentence of fact has something to be held against
		if c.Voice == Fact && c.Comment && !slices.ContainsFunc(h.Claims, func(x Claim) bool { return x.Measure == id }) {
			r.fault(SelectionFile, c.line, "fact", "measure", id)
		}
	}
	return h
}

// read gives a file's bytes, "" for a missing one that may be.
func (r *reader) read(name string, must bool) ([]byte, bool) {
	f, err := r.dir.Open(name)
	if errors.Is(err, fs.ErrNotExist) && !must {
		return nil, false
	}
	if err != nil {
		r.fault(name, 0, "open")
		return nil, false
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		r.fault(name, 0, "open")
		return nil, false
	case len(b) > maxFile:
		r.fault(name, 0, "large", "n", maxFile>>20)
		return nil, false
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	for n, line := range bytes.Split(b, []byte("\n")) {
		if !utf8.Valid(line) || bytes.IndexByte(line, 0) >= 0 {
			r.fault(name, n+1, "utf8")
			return nil, false
		}
	}
	return b, true
}

func (r *reader) letter() (l Letter) {
	b, ok := r.read(LetterFile, true)
	if !ok {
		return l
	}
	err := json.Unmarshal(b, &l)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		r.fault(LetterFile, lineAt(b, syntax.Offset), "json")
	case errors.As(err, &kind):
		r.fault(LetterFile, lineAt(b, kind.Offset), "value", "name", kind.Field)
	case err != nil:
		r.fault(LetterFile, 0, "json")
	}
	if err != nil {
		return l
	}
	for name, day := range map[string]*tilhor.Date{"deadline": &l.Deadline, "answers_by": &l.AnswersBy, "first_by": &l.FirstBy} {
		if *day == "" {
			continue
		}
		d, ok := date(string(*day))
		if !ok {
			r.fault(LetterFile, lineOf(b, `"`+name+`"`), "date", "name", name)
		}
		*day = d
	}
	if strings.TrimSpace(l.Title) == "" {
		r.fault(LetterFile, max(1, lineOf(b, `"title"`)), "missing", "name", "title")
	}
	if strings.TrimSpace(l.Municipality) == "" {
		r.fault(LetterFile, max(1, lineOf(b, `"municipality"`)), "missing", "name", "municipality")
	}
	seen := map[int]bool{}
	for _, c := range l.Challenges {
		if seen[c.Number] || c.Number < 1 {
			r.fault(LetterFile, max(1, lineOf(b, `"challenges"`)), "challenge", "n", c.Number)
		}
		seen[c.Number] = true
	}
	return l
}

func lineAt(b []byte, offset int64) int {
	return 1 + bytes.Count(b[:min(int(offset), len(b))], []byte("\n"))
}

func lineOf(b []byte, what string) int {
	i := bytes.Index(b, []byte(what))
	if i < 0 {
		return 0
	}
	return lineAt(b, int64(i))
}

// date reads 2026-11-23, or 23.11.2026 as a spreadsheet writes it.
func date(s string) (tilhor.Date, bool) {
	if p := strings.Split(s, "."); len(p) == 3 && len(p[2]) == 4 {
		s = fmt.Sprintf("%s-%02s-%02s", p[2], p[1], p[0])
	}
	d, err := tilhor.ParseDate(s)
	return d, err == nil
}

// A line is one row of a table.
type line struct {
	r      *reader
	file   string
	n      int
	cols   map[string]int
	fields []string
}

func (l line) get(col string) string {
	i, ok := l.cols[col]
	if !ok || i >= len(l.fields) {
		return ""
	}
	return asWritten(strings.TrimSpace(l.fields[i]))
}

func (l line) fault(key string, kv ...any) { l.r.fault(l.file, l.n, key, kv...) }

// whole reads a whole number, 0 for none.
func (l line) whole(col string) int {
	s := l.get(col)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		l.fault("number", "name", col, "value", short(s))
		return 0
	}
	return n
}

func (l line) stance() Stance {
	s := Stance(l.get("stance"))
	if s != "" && !s.Known() {
		l.fault("stance", "value", short(string(s)))
	}
	return s
}

func (l line) voice() Voice {
	v := Voice(l.get("voice"))
	if v != "" && !v.Known() {
		l.fault("voice", "value", short(string(v)))
	}
	return v
}

func (l line) measure(known map[string]bool) string {
	m := l.get("measure")
	if !known[m] {
		l.fault("measure", "value", short(m))
	}
	return m
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// each reads a table: UTF-8, parted by semicolons, its headers in the first line in
// any order. A file with one fault gives no row.
func (r *reader) each(name string, must bool, cols string, row func(line)) {
	b, ok := r.read(name, must)
	if !ok {
		return
	}
	c := csv.NewReader(bytes.NewReader(b))
	c.Comma, c.FieldsPerRecord = ';', -1
	head, err := c.Read()
	if err != nil {
		r.fault(name, 1, "headers", "names", cols)
		return
	}
	at := map[string]int{}
	for i, h := range head {
		h = strings.ToLower(strings.TrimSpace(h))
		if _, twice := at[h]; twice && h != "" {
			r.fault(name, 1, "header-twice", "name", short(h))
			return
		}
		at[h] = i
	}
	for _, need := range strings.Split(cols, ";") {
		if _, ok := at[need]; !ok {
			r.fault(name, 1, "header", "name", need, "names", cols)
			return
		}
	}
	for n := 0; ; n++ {
		fields, err := c.Read()
		if err == io.EOF {
			return
		}
		var p *csv.ParseError
		if errors.As(err, &p) {
			r.fault(name, p.StartLine, "quotes")
			return
		}
		if err != nil || n > maxRows {
			r.fault(name, 0, "large", "n", maxFile>>20)
			return
		}
		lineNumber, _ := c.FieldPos(0)
		l := line{r, name, lineNumber, at, fields}
		if !slices.ContainsFunc(fields, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			continue
		}
		if len(fields) > len(head) && strings.TrimSpace(strings.Join(fields[len(head):], "")) != "" {
			l.fault("fields", "n", len(fields), "of", len(head))
			continue
		}
		row(l)
	}
}

func (r *reader) measures(letter Letter) (all []Measure) {
	first := map[string]int{}
	r.each(MeasuresFile, true, "id;challenge;chapter;text", func(l line) {
		m := Measure{
			ID: l.get("id"), Challenge: l.whole("challenge"), Chapter: l.get("chapter"), Text: strings.TrimRight(l.get("text"), "."),
			Summary: l.get("summary"), Concerns: strings.FieldsFunc(strings.ToLower(l.get("concerns")), func(r rune) bool { return r == ',' || r == ' ' }),
		}
		switch {
		case m.ID == "" || m.ID == Other:
			l.fault("missing", "name", "id")
		case first[m.ID] > 0:
			l.fault("twice", "name", m.ID, "line", first[m.ID])
		}
		first[m.ID] = l.n
		if m.Text == "" {
			l.fault("missing", "name", "text")
		}
		if m.Challenge > 0 && !slices.ContainsFunc(letter.Challenges, func(c Challenge) bool { return c.Number == m.Challenge }) || l.get("challenge") == "" {
			l.fault("unknown-challenge", "value", short(l.get("challenge")))
		}
		all = append(all, m)
	})
	return all
}

// statements reads who said what. A row with nothing but school and body is of one
// that was invited and has not answered; one that only says not-commented, without a
// measure, has declined.
func (r *reader) statements(known map[string]bool) (all []Statement, invited []Body) {
	type key struct {
		Body
		measure string
	}
	first, seen := map[key]int{}, map[Body]bool{}
	r.each(StatementsFile, true, "school;body;adopted;measure;stance;voice;rank;text", func(l line) {
		s := Statement{Body: Body{l.get("school"), l.get("body")}, Measure: l.measure(known), Stance: l.stance(), Voice: l.voice(), Rank: l.whole("rank"), Text: l.get("text")}
		if s.Body.Body == "" {
			l.fault("missing", "name", "body")
		}
		if d := l.get("adopted"); d != "" {
			var ok bool
			if s.Adopted, ok = date(d); !ok {
				l.fault("date", "name", "adopted")
			}
		}
		if d := l.get("due"); d != "" {
			var ok bool
			if s.Due, ok = date(d); !ok {
				l.fault("date", "name", "due")
			}
		}
		k := key{s.Body, s.Measure}
		if first[k] > 0 && s.Measure != Other { // other comments may be many
			l.fault("body-twice", "body", s.Body.Body, "school", s.School, "line", first[k])
		}
		first[k] = l.n
		if !seen[s.Body] {
			seen[s.Body] = true
			invited = append(invited, s.Body)
		}
		if !s.says() && s.Stance == "" {
			return // invited, and no more
		}
		all = append(all, s)
	})
	return all, invited
}

func (r *reader) selection(known map[string]bool) map[string]Choice {
	all := map[string]Choice{}
	r.each(SelectionFile, false, "measure;comment;reason;stance;rank;voice", func(l line) {
		m := l.measure(known)
		c := Choice{Reason: l.get("reason"), Stance: l.stance(), Rank: l.whole("rank"), Voice: l.voice(), line: l.n}
		switch yes := strings.ToLower(l.get("comment")); yes {
		case "yes", "ja":
			c.Comment = true
		case "no", "nei":
			if c.Reason == "" {
				l.fault("reason", "measure", m)
			}
		default:
			l.fault("comment", "value", short(yes))
		}
		if m == "" || m == Other {
			l.fault("missing", "name", "measure")
		}
		if c.Comment && c.Stance == NotCommented {
			l.fault("commented", "measure", m)
		}
		if x, twice := all[m]; twice {
			l.fault("twice", "name", m, "line", x.line)
		}
		all[m] = c
	})
	return all
}

func (r *reader) claims(known map[string]bool) (all []Claim) {
	r.each(ClaimsFile, false, "measure;text;register;value;expected", func(l line) {
		c := Claim{
			Measure: l.measure(known), Text: l.get("text"), Register: l.get("register"),
			Value: l.get("value"), Expected: l.get("expected"), At: fmt.Sprintf("%s:%d", ClaimsFile, l.n),
		}
		for _, name := range []string{"text", "register", "expected"} {
			if l.get(name) == "" {
				l.fault("missing", "name", name)
			}
		}
		all = append(all, c)
	})
	return all
}

// Holds says whether the register bears the claim out: its figure is the one that
// the claim takes for given. Numbers are compared as numbers, however written.
func (c Claim) Holds() bool {
	if a, ok := figure(c.Value); ok {
		if b, ok := figure(c.Expected); ok {
			return a == b
		}
	}
	return c.Value != "" && strings.EqualFold(c.Value, c.Expected)
}

// figure reads a number as it is written in Norway or by a program.
func figure(s string) (float64, bool) {
	s = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "").Replace(s)
	n, err := strconv.ParseFloat(cmp.Or(strings.Replace(s, ",", ".", 1), "x"), 64)
	return n, err == nil
}

// formula says whether a spreadsheet would take a cell for a formula, or for one that
// was made harmless.
func formula(s string) bool {
	s = strings.TrimLeft(s, "'")
	return s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0]))
}

// harmless keeps a spreadsheet from reckoning with what a body wrote; asWritten takes
// it away again.
func harmless(s string) string {
	if formula(s) {
		return "'" + s
	}
	return s
}

func asWritten(s string) string {
	if formula(s) {
		return strings.TrimPrefix(s, "'")
	}
	return s
}

// WriteDir writes a hearing as the files that ReadDir reads.
func (h Hearing) WriteDir(create func(name string) (io.Writer, error)) error {
	w, err := create(LetterFile)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(h.Letter); err != nil {
		return err
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	measures := [][]string{{"id", "challenge", "chapter", "text", "summary", "concerns"}}
	for _, m := range h.Measures {
		measures = append(measures, []string{m.ID, number(m.Challenge), m.Chapter, m.Text, m.Summary, strings.Join(m.Concerns, " ")})
	}
	statements := [][]string{{"school", "body", "adopted", "due", "measure", "stance", "voice", "rank", "text"}}
	said := map[Body]bool{}
	for _, s := range h.Statements {
		said[s.Body] = true
		statements = append(statements, []string{s.School, s.Body.Body, string(s.Adopted), string(s.Due), s.Measure, string(s.Stance), string(s.Voice), number(s.Rank), s.Text})
	}
	for _, b := range h.Invited {
		if !said[b] {
			statements = append(statements, []string{b.School, b.Body, "", "", "", "", "", "", ""})
		}
	}
	selection := [][]string{{"measure", "comment", "reason", "stance", "rank", "voice"}}
	for _, m := range h.Measures {
		if c, ok := h.Choices[m.ID]; ok {
			selection = append(selection, []string{m.ID, map[bool]string{true: "yes", false: "no"}[c.Comment], c.Reason, string(c.Stance), number(c.Rank), string(c.Voice)})
		}
	}
	claims := [][]string{{"measure", "text", "register", "value", "expected"}}
	for _, c := range h.Claims {
		claims = append(claims, []string{c.Measure, c.Text, c.Register, c.Value, c.Expected})
	}
	for name, rows := range map[string][][]string{MeasuresFile: measures, StatementsFile: statements, SelectionFile: selection, ClaimsFile: claims} {
		w, err := create(name)
		if err != nil {
			return err
		}
		for _, r := range rows {
			for i := range r {
				r[i] = harmless(r[i])
			}
		}
		c := csv.NewWriter(w)
		c.Comma = ';'
		if err := c.WriteAll(rows); err != nil {
			return err
		}
	}
	return nil
}
