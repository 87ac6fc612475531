package web

import (
	"html/template"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// asTemplate is the table as html/template draws it, which knows what is safe
// where.
var asTemplate = template.Must(template.New("table").Funcs(template.FuncMap{"icon": icon}).Parse(`{{$cols := .Columns}}<table class="t-table" role="table"><caption{{if .Hidden}} class="ds-sr-only"{{end}}>{{.Caption}}</caption>
<thead role="rowgroup"><tr role="row">{{range .Columns}}<th scope="col" role="columnheader"{{if .Right}} class="t-r"{{end}}>{{.Text}}</th>{{end}}</tr></thead>
<tbody role="rowgroup">
{{range .Rows}}<tr role="row">{{range $i, $c := .}}{{$col := index $cols $i}}{{if eq $i 0}}<th scope="row" role="rowheader">{{template "cell" $c}}</th>{{else}}<td role="cell" data-h="{{$col.Text}}"{{if $col.Right}} class="t-r"{{end}}><span>{{template "cell" $c}}</span></td>{{end}}{{end}}</tr>
{{end}}</tbody></table>
{{- define "cell"}}{{with .State}}<span class="t-state" data-state="{{.Name}}">{{icon .Icon}}<span class="t-state__word">{{.Word}}</span></span> {{end}}{{if .Href}}<a class="t-link" href="{{.Href}}">{{.Text}}</a>{{else}}{{.Text}}{{end}}{{with .Tag}} <span class="t-tag" data-class="{{.Class}}" title="{{.Why}}">{{.Word}}</span>{{end}}{{with .Small}}<span class="t-small t-soft t-below">{{.}}</span>{{end}}{{end}}`))

// signs are what texts and addresses are made of: what breaks out of a text, an
// attribute or an address, and what looks like it.
var signs = rapid.SampledFrom([]string{
	"a", "Ø", "saker", "/", "//", "\\", ".", ":", "javascript:", "JaVaScRiPt:", "data:", "mailto:", "http://", "?", "&", "&amp;", "&#39;", "=", "#", "%", "%2f", "%zz",
	"<", ">", "</a>", "<script>", "\"", "'", "`", "+", "-", "_", "(", ")", " ", "\n", "\t", "\x00", "\x7f", "\xff", "\u2028", "\ufeff", "1", "{{", "}}", "<!--", "]]>",
})

var hostile = rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(signs, 0, 8).Draw(t, "signs"), "") })

var anyCell = rapid.Custom(func(t *rapid.T) (c Cell) {
	c = Cell{Text: hostile.Draw(t, "text"), Href: hostile.Draw(t, "href"), Small: hostile.Draw(t, "small")}
	if rapid.Bool().Draw(t, "has a state") {
		c.State = &State{rapid.SampledFrom([]StateName{OK, Now, Soon, Late, Wait, None, Lock}).Draw(t, "state"), hostile.Draw(t, "word")}
	}
	if rapid.Bool().Draw(t, "has a tag") {
		c.Tag = &Tag{hostile.Draw(t, "class"), hostile.Draw(t, "tag"), hostile.Draw(t, "why")}
	}
	return c
})

// What draws the table quickly draws, sign by sign, what html/template draws:
// no text gets out of its place.
func TestATableIsDrawnAsHTMLTemplateDraws(t *testing.T) {
	changed := 0
	rapid.Check(t, func(t *rapid.T) {
		table := Table{Caption: hostile.Draw(t, "caption"), Hidden: rapid.Bool().Draw(t, "hidden")}
		for range rapid.IntRange(1, 3).Draw(t, "columns") {
			table.Columns = append(table.Columns, Column{hostile.Draw(t, "heading"), rapid.Bool().Draw(t, "right")})
		}
		for range rapid.IntRange(0, 3).Draw(t, "rows") {
			table.Rows = append(table.Rows, rapid.SliceOfN(anyCell, 0, len(table.Columns)).Draw(t, "row"))
		}
		var want strings.Builder
		if err := asTemplate.Execute(&want, table); err != nil {
			t.Fatal(err)
		}
		got, err := drawTable(table)
		if err != nil || string(got) != want.String() {
			t.Fatalf("%v\n%q\nwant\n%q", err, got, want.String())
		}
		if table.Caption != escape(table.Caption) {
			changed++
		}
	})
	if changed == 0 {
		t.Fatal("the control: no text had anything to escape")
	}
	if _, err := drawTable(Table{Columns: []Column{{}}, Rows: [][]Cell{{{}, {}}}}); err == nil {
		t.Error("a cell without a column is drawn")
	}
	if _, err := drawTable(Table{Columns: []Column{{}}, Rows: [][]Cell{{{State: &State{}}}}}); err == nil {
		t.Error("a state that does not exist is drawn")
	}
}
