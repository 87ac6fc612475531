package reply

import (
	"cmp"
	"encoding/json"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"tilhor/internal/lang"
)

// A Format is how an answer is written.
type Format string

// Formats.
const (
	JSON     Format = "json"
	Markdown Format = "md"
	HTML     Format = "html"
	Text     Format = "txt"
)

// A part of the document as people read it: a heading, and what stands under it.
type part struct {
	ID, Heading string
	Lines       []told
	Table       *tableOf
	Quotes      []quotes
	List        []string // numbered from one
}

// A told is a sentence, and the mark of what it rests on: numbers of the list of
// sources.
type told struct {
	Text, Mark string
	Link       bool // the mark is numbers of the list of sources
}

// tableOf is the matrix of the annex.
type tableOf struct {
	Caption string
	Head    []string
	Rows    [][]string
}

// quotes are the statements on one measure.
type quotes struct {
	Heading string
	Note    string
	Said    []string
}

// Write writes the answer in a format. JSON holds all of it; the others are for
// people: a sentence says how many mean so and, by number, whose statements it rests
// on; the list of sources stands at the end, after the annex with who said what.
func (d Document) Write(out io.Writer, f Format, w *lang.Words) error {
	switch f {
	case JSON:
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(d)
	case HTML:
		return page.Execute(out, map[string]any{"W": w, "Title": d.title(w), "Head": d.head(w), "Parts": d.parts(w)})
	}
	b := &strings.Builder{}
	d.plain(b, f == Markdown, w)
	_, err := io.WriteString(out, b.String())
	return err
}

func (d Document) title(w *lang.Words) string { return w.T("hearing.title", "title", d.Letter.Title) }

// head is who answers whom about what.
func (d Document) head(w *lang.Words) (lines []string) {
	l := d.Letter
	add := func(is bool, key string, kv ...any) {
		if is {
			lines = append(lines, w.T(key, kv...))
		}
	}
	add(true, "hearing.from", "municipality", l.Municipality)
	add(l.Sender != "", "hearing.to", "sender", l.Sender)
	add(l.Document != "", "hearing.document", "document", l.Document)
	add(l.Reference != "", "hearing.reference", "reference", l.Reference)
	add(l.Deadline != "", "hearing.deadline", "date", l.Deadline)
	add(d.Override != "", "hearing.override", "reason", d.Override)
	return lines
}

func (d Document) parts(w *lang.Words) []part {
	sources, number := d.sources()
	texts := func(items []Item) (lines []told) {
		for _, x := range items {
			lines = append(lines, told{x.Text, x.mark(w, number), len(x.Sources) > 0 && x.Voice != Fact})
		}
		return lines
	}
	all := []part{{Heading: w.T("hearing.intro.h"), Lines: texts(d.Intro)}}
	for _, s := range d.Challenges {
		p := part{Heading: w.T("hearing.section", "number", s.Number, "heading", s.Heading), Lines: texts(s.Items)}
		if len(p.Lines) == 0 {
			p.Lines = []told{{Text: w.T("hearing.section.empty")}}
		}
		all = append(all, p)
	}
	if len(d.Others) > 0 {
		all = append(all, part{Heading: w.T("hearing.other.h"), Lines: texts(d.Others)})
	}
	st := d.Status
	all = append(all, part{Heading: w.T("hearing.status.h"), Lines: []told{{
		Text: w.T("hearing.status", "n", st.Invited, "answered", st.Answered, "late", st.Late, "declined", st.Declined, "silent", st.Silent),
	}}})
	all = append(all, d.annex(w))
	if len(sources) > 0 {
		p := part{ID: "kilder", Heading: w.T("hearing.sources.h"), Lines: []told{{Text: w.T("hearing.sources.lead")}}}
		for _, b := range sources {
			p.List = append(p.List, lang.Cap(b.Name(w)))
		}
		all = append(all, p)
	}
	return all
}

// sources are the bodies that any sentence rests on, in one order, and the number of
// each in it.
func (d Document) sources() (all []Body, number map[Body]int) {
	add := func(items []Item) {
		for _, x := range items {
			all = append(all, x.Sources...)
		}
	}
	add(d.Intro)
	for _, s := range d.Challenges {
		add(s.Items)
	}
	add(d.Others)
	slices.SortFunc(all, compareBodies)
	all = slices.Compact(all)
	number = map[Body]int{}
	for i, b := range all {
		number[b] = i + 1
	}
	return all, number
}

// mark is what a sentence rests on, as short as it can be said: «kilde 1–12, 14».
func (x Item) mark(w *lang.Words, number map[Body]int) string {
	if x.Voice == Fact {
		return w.T("hearing.sources.register")
	}
	if len(x.Sources) == 0 {
		return w.T("hearing.sources.none")
	}
	var n []int
	for _, b := range x.Sources {
		n = append(n, number[b])
	}
	slices.Sort(n)
	var spans []string
	for i := 0; i < len(n); {
		k := i
		for k+1 < len(n) && n[k+1] == n[k]+1 {
			k++
		}
		s := strconv.Itoa(n[i])
		if k > i {
			s += "–" + strconv.Itoa(n[k])
		}
		spans = append(spans, s)
		i = k + 1
	}
	return w.T("hearing.sources.mark", "numbers", strings.Join(spans, ", "))
}

func (d Document) annex(w *lang.Words) part {
	t := &tableOf{Caption: w.T("hearing.annex.lead"), Head: []string{w.T("hearing.annex.measure")}}
	for _, s := range Stances {
		t.Head = append(t.Head, lang.Cap(s.Name(w)))
	}
	t.Head = append(t.Head, w.T("hearing.annex.bodies"))
	p := part{Heading: w.T("hearing.annex.h"), Table: t}
	for i, r := range d.Annex {
		name := r.Measure + " " + d.Measures[i].Text
		row := []string{name}
		for _, s := range Stances {
			row = append(row, w.Num(r.Counts[s]))
		}
		t.Rows = append(t.Rows, append(row, w.Num(r.Bodies)))
		q := quotes{Heading: name}
		switch {
		case r.Comment:
		case r.Reason != "":
			q.Note = w.T("hearing.annex.why-not", "reason", sentence(r.Reason))
		default:
			q.Note = w.T("hearing.annex.not")
		}
		for _, s := range r.Said {
			line := lang.Cap(s.Name(w))
			if s.Stance != "" {
				line += " (" + s.Stance.Name(w) + ")"
			}
			q.Said = append(q.Said, line+map[bool]string{true: ": " + s.Text}[s.Text != ""])
		}
		if len(q.Said) == 0 {
			q.Note = strings.TrimSpace(q.Note + " " + w.T("hearing.annex.none"))
		}
		p.Quotes = append(p.Quotes, q)
	}
	return p
}

// Name is the stance in words.
func (s Stance) Name(w *lang.Words) string { return w.T("hearing.stance." + string(s)) }

// plain writes it as text, with the marks of Markdown or without.
func (d Document) plain(b *strings.Builder, marks bool, w *lang.Words) {
	say := func(s string) {
		if marks {
			s = escapeMarks.Replace(s)
		}
		b.WriteString(s + "\n")
	}
	head := func(level int, s string) {
		if marks {
			b.WriteString(strings.Repeat("#", level) + " " + escapeMarks.Replace(oneLine(s)) + "\n\n")
			return
		}
		b.WriteString(oneLine(s) + "\n" + strings.Repeat([]string{"=", "-", "."}[level-1], len([]rune(s))) + "\n\n")
	}
	item := func(s string) { b.WriteString("- "); say(oneLine(s)) }
	head(1, d.title(w))
	for _, l := range d.head(w) {
		item(l)
	}
	b.WriteString("\n")
	for _, p := range d.parts(w) {
		head(2, p.Heading)
		for _, l := range p.Lines {
			if marks {
				l.Text = oneLine(l.Text)
			}
			if l.Mark != "" {
				l.Text += " [" + l.Mark + "]"
			}
			say(l.Text)
			b.WriteString("\n")
		}
		for i, l := range p.List {
			b.WriteString(strconv.Itoa(i+1) + ". ")
			say(oneLine(l))
		}
		if p.Table != nil {
			say(p.Table.Caption)
			b.WriteString("\n")
			p.Table.plain(b, marks)
		}
		for _, q := range p.Quotes {
			head(3, q.Heading)
			if q.Note != "" {
				say(q.Note)
				b.WriteString("\n")
			}
			for _, l := range q.Said {
				item(l)
			}
			if len(q.Said) > 0 {
				b.WriteString("\n")
			}
		}
	}
}

// escapeMarks keeps what a body wrote from being read as marks.
var escapeMarks = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "#", `\#`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`)

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (t tableOf) plain(b *strings.Builder, marks bool) {
	if marks {
		line := func(cells []string) {
			for _, c := range cells {
				b.WriteString("| " + escapeMarks.Replace(oneLine(c)) + " ")
			}
			b.WriteString("|\n")
		}
		line(t.Head)
		b.WriteString("|---" + strings.Repeat("|---:", len(t.Head)-1) + "|\n")
		for _, r := range t.Rows {
			line(r)
		}
		b.WriteString("\n")
		return
	}
	for _, r := range t.Rows { // a table that a plain text can carry: a line for each measure
		var cells []string
		for i, c := range r[1:] {
			if c != "0" || i == len(r)-2 {
				cells = append(cells, cmp.Or(t.Head[i+1], "?")+": "+c)
			}
		}
		b.WriteString("- " + oneLine(r[0]) + ". " + strings.Join(cells, ", ") + "\n")
	}
	b.WriteString("\n")
}

// page is the whole answer as one file that needs nothing else. It is XML as well, so
// that an archive reads it.
var page = template.Must(template.New("answer").Parse(`<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="{{.W.Lang}}">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{{.Title}}</title>
<style>
body{max-width:44rem;margin:0 auto;padding:1.5rem;font:1.0625rem/1.6 system-ui,sans-serif;color:#1a1a1a;background:#fff}
h1,h2,h3{line-height:1.25}h2{margin-top:2.5rem}h3{margin-top:1.5rem;font-size:1.0625rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}caption{text-align:start;padding-block:.5rem}
th,td{border-bottom:1px solid #767676;padding:.4rem .5rem;text-align:end;vertical-align:top}th:first-child{text-align:start;min-width:14rem}
ul,ol{padding-inline-start:1.25rem}ol{padding-inline-start:2rem}.src{font-size:.875rem;color:inherit}
@media print{body{max-width:none;padding:0}h2,h3{break-after:avoid}tr{break-inside:avoid}}
@media (prefers-color-scheme:dark){body{color:#f2f2f2;background:#171717}}
</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<ul>{{range .Head}}
<li>{{.}}</li>{{end}}
</ul>
{{range .Parts}}<section>
<h2{{with .ID}} id="{{.}}"{{end}}>{{.Heading}}</h2>
{{range .Lines}}<p>{{.Text}}{{if .Link}} <a class="src" href="#kilder">[{{.Mark}}]</a>{{else}}{{with .Mark}} <span class="src">[{{.}}]</span>{{end}}{{end}}</p>
{{end}}{{with .List}}<ol>{{range .}}
<li>{{.}}</li>{{end}}
</ol>
{{end}}{{with .Table}}<div class="wide" tabindex="0" role="region" aria-label="{{.Caption}}">
<table>
<caption>{{.Caption}}</caption>
<thead><tr>{{range .Head}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
<tbody>
{{range .Rows}}<tr>{{range $i, $c := .}}{{if $i}}<td>{{$c}}</td>{{else}}<th scope="row">{{$c}}</th>{{end}}{{end}}</tr>
{{end}}</tbody>
</table>
</div>
{{end}}{{range .Quotes}}<h3>{{.Heading}}</h3>
{{with .Note}}<p>{{.}}</p>
{{end}}{{with .Said}}<ul>{{range .}}
<li>{{.}}</li>{{end}}
</ul>
{{end}}{{end}}</section>
{{end}}</main>
</body>
</html>
`))
