package web

import (
	"errors"
	"html/template"
	"strings"
)

// drawTable draws a Table for "c-table". A list of fifty cases has two hundred
// cells, and html/template took a third of the page's time over them: what it
// would escape is escaped here as it would, and a test holds the two beside
// each other. Below 40 rem each row is a card; data-h repeats the heading there,
// and the roles survive the change to cards.
func drawTable(t Table) (template.HTML, error) {
	var b strings.Builder
	b.Grow(400 + 600*len(t.Rows))
	b.WriteString(`<table class="t-table" role="table"><caption`)
	if t.Hidden {
		b.WriteString(` class="ds-sr-only"`)
	}
	b.WriteString(`>` + escape(t.Caption) + "</caption>\n" + `<thead role="rowgroup"><tr role="row">`)
	before := make([]string, len(t.Columns)) // what opens a cell of the column
	for i, c := range t.Columns {
		right := ""
		if c.Right {
			right = ` class="t-r"`
		}
		b.WriteString(`<th scope="col" role="columnheader"` + right + `>` + escape(c.Text) + `</th>`)
		before[i] = `<td role="cell" data-h="` + escape(c.Text) + `"` + right + `><span>`
	}
	b.WriteString("</tr></thead>\n" + `<tbody role="rowgroup">` + "\n")
	for _, row := range t.Rows {
		if len(row) > len(before) {
			return "", errors.New("a row of a table has more cells than there are columns")
		}
		b.WriteString(`<tr role="row">`)
		for i, c := range row {
			open, shut := before[i], `</span></td>`
			if i == 0 {
				open, shut = `<th scope="row" role="rowheader">`, `</th>`
			}
			b.WriteString(open)
			if err := c.draw(&b); err != nil {
				return "", err
			}
			b.WriteString(shut)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody></table>")
	return template.HTML(b.String()), nil
}

// draw writes what stands in a cell: its state, its text, where it comes from
// and the small line below.
func (c Cell) draw(b *strings.Builder) error {
	if s := c.State; s != nil {
		i, err := icon(s.Icon())
		if err != nil {
			return err
		}
		b.WriteString(`<span class="t-state" data-state="` + escape(string(s.Name)) + `">` + string(i) +
			`<span class="t-state__word">` + escape(s.Word) + `</span></span> `)
	}
	if c.Href == "" {
		b.WriteString(escape(c.Text))
	} else {
		to, err := address(c.Href)
		if err != nil {
			return err
		}
		b.WriteString(`<a class="t-link" href="` + to + `">` + escape(c.Text) + `</a>`)
	}
	if t := c.Tag; t != nil {
		b.WriteString(` <span class="t-tag" data-class="` + escape(t.Class) + `" title="` + escape(t.Why) + `">` + escape(t.Word) + `</span>`)
	}
	if c.Small != "" {
		b.WriteString(`<span class="t-small t-soft t-below">` + escape(c.Small) + `</span>`)
	}
	return nil
}

// escape writes a text as html/template does, in an element and in an attribute.
var escape = strings.NewReplacer("\x00", "\uFFFD", `"`, "&#34;", "&", "&amp;", "'", "&#39;", "+", "&#43;", "<", "&lt;", ">", "&gt;").Replace

// address writes where a link leads. An address of ours in plain signs stands as
// it is; of every other one html/template itself decides what is safe.
func address(to string) (string, error) {
	if strings.HasPrefix(to, "/") && !strings.ContainsFunc(to, unusual) {
		return to, nil
	}
	var b strings.Builder
	if err := link.Execute(&b, to); err != nil {
		return "", err
	}
	s := strings.TrimPrefix(b.String(), `<a href="`)
	return s[:strings.IndexByte(s, '"')], nil
}

var link = template.Must(template.New("link").Parse(`<a href="{{.}}"></a>`))

func unusual(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && r != '/' && r != '-' && r != '_'
}
