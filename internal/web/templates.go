package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"iter"
	"regexp"
	"strings"
	"sync"
	"text/template/parse"

	"tilhor/internal/lang"
)

// shared is the markup that pages share. It lies here and nowhere else.
//
//go:embed components/*.html
var shared embed.FS

// drawn are the pictures that stand in the page itself, so that they take its
// colours, and the list of icons the sprite holds.
//
//go:embed assets/pictures/*.svg assets/icons.txt
var drawn embed.FS

var components = template.Must(template.New("components").Funcs(funcs).ParseFS(shared, "components/*.html"))

// funcs are what a template may call. Texts come with the data: {{.W.T "key"}}.
var funcs = template.FuncMap{
	"asset": Asset,
	"icon":  icon,
	"pic":   picture,
	"table": drawTable,
	"list":  func(items ...any) []any { return items },
	"dict":  dict,
	"state": func(name StateName, word string) State { return State{Name: name, Word: word} },
	"tag":   func(w *lang.Words, class string) Tag { return TagOf(w, class) },
	"note":  func(color, title, text string) Note { return Note{Color: color, Title: title, Text: text} },
	"back":  func(href, text string) Back { return Back{Href: href, Text: text} },
}

// ParsePage reads one page beside the shared components. The page defines
// "main", and may define "title" (else Frame.Title stands) and "side", an
// aside.t-side. A page that does not parse, or draws an icon that is not in the
// sprite, stops the program when it starts.
func ParsePage(fsys fs.FS, name string) *template.Template {
	t, err := parsePage(fsys, name)
	if err != nil {
		panic(err)
	}
	return t
}

func parsePage(fsys fs.FS, name string) (*template.Template, error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	page, err := template.New(name).Funcs(funcs).Parse(string(b))
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	if page.Lookup("main") == nil {
		return nil, fmt.Errorf("page %s: defines no main", name)
	}
	for _, m := range iconCall.FindAllStringSubmatch(string(b), -1) {
		if icons[m[1]] == "" {
			return nil, fmt.Errorf("page %s: icon %s is not in assets/icons.txt", name, m[1])
		}
	}
	return markup.add(page)
}

// markup holds what pages share once, and beside it what each page defines, under
// names of its own. A copy of the shared markup for each page was three quarters
// of what the program had in memory, and the collector went over it without end.
var markup pageSet

type pageSet struct {
	mu  sync.Mutex
	set *template.Template
	n   int
}

// add puts a page in the set and gives what draws it whole.
func (s *pageSet) add(page *template.Template) (*template.Template, error) {
	own := map[string]*parse.Tree{}
	for _, t := range page.Templates() {
		own[t.Name()] = t.Tree
	}
	// Shared markup that calls what the page defines, itself or through other
	// markup, is the page's own as well: the frame.
	for more := true; more; {
		more = false
		for _, t := range components.Templates() {
			if own[t.Name()] != nil || t.Tree == nil {
				continue
			}
			for n := range calls(t.Tree.Root) {
				if own[n.Name] != nil {
					own[t.Name()], more = t.Tree.Copy(), true
					break
				}
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	name := func(part string) string { return fmt.Sprintf("%s %d: %s", page.Name(), s.n, part) }
	for _, tree := range own {
		for n := range calls(tree.Root) {
			if own[n.Name] != nil {
				n.Name = name(n.Name)
			}
		}
	}
	put := func() (err error) {
		for part, tree := range own {
			if _, err = s.set.AddParseTree(name(part), tree); err != nil {
				break
			}
		}
		return err
	}
	if s.set == nil || put() != nil { // a set that has drawn takes no more pages: another is begun
		var err error
		if s.set, err = components.Clone(); err == nil {
			err = put()
		}
		if err != nil {
			return nil, err
		}
	}
	return s.set.Lookup(name("page")), nil
}

// calls are the nodes below one that draw another template.
func calls(n parse.Node) iter.Seq[*parse.TemplateNode] {
	return func(yield func(*parse.TemplateNode) bool) { walk(n, yield) }
}

func walk(n parse.Node, yield func(*parse.TemplateNode) bool) bool {
	branch := func(b *parse.BranchNode) bool { return walk(b.List, yield) && walk(b.ElseList, yield) }
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return true
		}
		for _, below := range n.Nodes {
			if !walk(below, yield) {
				return false
			}
		}
	case *parse.IfNode:
		return branch(&n.BranchNode)
	case *parse.RangeNode:
		return branch(&n.BranchNode)
	case *parse.WithNode:
		return branch(&n.BranchNode)
	case *parse.TemplateNode:
		return yield(n)
	}
	return true
}

// draw draws a page into memory first, and gives it to send: a fault half-way
// never reaches a reader as half a page. What it draws in is used again, so send
// keeps nothing of it. Where only some of a page is in the reader's language, each
// piece of it is marked.
func draw(t *template.Template, data any, send func(page []byte)) error {
	b := drawing.Get().(*bytes.Buffer)
	b.Reset()
	if err := t.Execute(b, data); err != nil {
		return err
	}
	page := b.Bytes()
	if f, framed := data.(interface{ words() *lang.Words }); framed {
		page = marked(f.words(), page)
	}
	send(page)
	if b.Cap() <= 512<<10 { // the longest are rare
		drawing.Put(b)
	}
	return nil
}

var drawing = sync.Pool{New: func() any { return new(bytes.Buffer) }}

var iconCall = regexp.MustCompile(`\bicon "([A-Za-z0-9]+)"`)

// icons are the names in the sprite, with what draws each.
var icons = func() map[string]template.HTML {
	b, err := drawn.ReadFile("assets/icons.txt")
	if err != nil {
		panic(err)
	}
	m := map[string]template.HTML{}
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			class := "i"
			if line == "ArrowLeft" || line == "ArrowRight" {
				class = "i i--way" // it points where one reads on, and so the other way from right to left
			}
			m[line] = template.HTML(`<svg class="` + class + `" aria-hidden="true" viewBox="0 0 24 24"><use href="` + Asset("icons.svg") + `#` + line + `"/></svg>`)
		}
	}
	return m
}()

// icon draws an icon of the sprite. It is always beside a word, and so hidden
// from those who listen.
func icon(name string) (template.HTML, error) {
	drawing, ok := icons[name]
	if !ok {
		return "", fmt.Errorf("icon %q is not in assets/icons.txt", name)
	}
	return drawing, nil
}

var pictures = func() map[string]template.HTML {
	files, err := fs.Glob(drawn, "assets/pictures/*.svg")
	if err != nil {
		panic(err)
	}
	m := map[string]template.HTML{}
	for _, f := range files {
		b, err := drawn.ReadFile(f)
		if err != nil {
			panic(err)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(f, "assets/pictures/"), ".svg")
		svg := strings.Replace(strings.TrimSpace(string(b)), `<svg xmlns="http://www.w3.org/2000/svg"`, `<svg aria-hidden="true"`, 1)
		m[name] = template.HTML(svg)
	}
	return m
}()

// picture draws one of our own pictures: an arena by its name, a face, "empty".
func picture(name string) (template.HTML, error) {
	p, ok := pictures[name]
	if !ok {
		return "", fmt.Errorf("no picture %q", name)
	}
	return p, nil
}

func dict(kv ...any) (map[string]any, error) {
	m := map[string]any{}
	for i := 0; i < len(kv); i += 2 {
		k, ok := kv[i].(string)
		if !ok || i+1 == len(kv) {
			return nil, fmt.Errorf("dict wants pairs of name and value")
		}
		m[k] = kv[i+1]
	}
	return m, nil
}
