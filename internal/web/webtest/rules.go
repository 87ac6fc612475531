package webtest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strings"

	"tilhor/internal/lang"

	"golang.org/x/net/html"
)

// A rule is one thing that must hold for every page.
type rule struct {
	name  string
	check func(*page, func(string, ...any))
}

// rules are the battery. Each has a page in rules_test.go that it must catch.
var rules = []rule{
	{"headers", headers},
	{"language", language},
	{"headings", headings},
	{"title", title},
	{"ids", ids},
	{"labels", labels},
	{"groups", groups},
	{"forms", forms},
	{"texts", texts},
	{"typography", typography},
	{"inline", inline},
	{"references", references},
	{"skip", skip},
	{"names", names},
	{"landmarks", landmarks},
	{"pictures", pictures},
	{"tables", tables},
	{"viewport", viewport},
	{"weight", weight},
	{"order", order},
	{"faults", faultsShown},
}

func (p *page) faults() []string {
	var fs []string
	for _, r := range rules {
		r.check(p, func(f string, args ...any) { fs = append(fs, r.name+": "+fmt.Sprintf(f, args...)) })
	}
	return fs
}

func headers(p *page, wrong func(string, ...any)) {
	for k, v := range map[string]string{
		"Content-Security-Policy": Policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
	} {
		if got := strings.Join(p.head[k], ", "); got != v {
			wrong("%s is %q", k, got)
		}
	}
}

func language(p *page, wrong func(string, ...any)) {
	if _, known := lang.Known(p.lang); !known {
		wrong("the page is in %q", p.lang)
	}
	if dir := attr(p.tags("html")[0], "dir"); dir != p.words.Dir() && (dir != "" || p.lang == "ar") {
		wrong("%q is written %q", p.lang, dir)
	}
	for _, n := range p.tags("a") {
		if l := attr(n, "hreflang"); l != "" && l != p.lang && attr(n, "lang") != l {
			wrong("the name of %q is not marked as being in it", l)
		}
	}
	// Where some of a page is in Sámi, all that has its letters is marked; but not
	// what somebody has written.
	own := func(n *html.Node) bool { return attr(n, "lang") == "se" }
	if !slices.ContainsFunc(p.all, func(n *html.Node) bool { return n.Data != "a" && own(n) }) {
		return
	}
	walk(p.root, func(n *html.Node) {
		written := func(n *html.Node) bool { return class(n, "t-verbatim") || class(n, "t-quote") || n.Data == "textarea" }
		if n.Type == html.TextNode && strings.ContainsAny(strings.ToLower(n.Data), "čđŋšŧž") && !inside(n, own) && !inside(n, written) {
			wrong("%q is not marked as Sámi", strings.TrimSpace(n.Data))
		}
	})
}

func headings(p *page, wrong func(string, ...any)) {
	if n := len(p.tags("h1")); n != 1 {
		wrong("%d h1", n)
	}
	last := 0
	for _, n := range p.tags("h1", "h2", "h3", "h4", "h5", "h6") {
		level := int(n.Data[1] - '0')
		if text(n) == "" {
			wrong("an empty %s", n.Data)
		}
		// The list of faults may stand before the h1.
		if level > last+1 && !(last == 0 && level == 2) {
			wrong("%s after h%d: %q", n.Data, last, text(n))
		}
		last = level
	}
}

func (p *page) titleText() string {
	for _, n := range p.tags("title") {
		if n.Parent != nil && n.Parent.Data == "head" {
			return text(n)
		}
	}
	return ""
}

func (p *page) neutral() bool {
	return strings.Contains(p.titleText(), p.words.T("frame.neutral")) || strings.Contains(p.titleText(), p.words.T("frame.neutral-own"))
}

// title begins as the h1 does, so that who hears it knows where they are; but
// it tells nothing on a page of a case.
func title(p *page, wrong func(string, ...any)) {
	h1 := p.tags("h1")
	if len(h1) != 1 {
		return
	}
	got := p.titleText()
	fault, _, _ := strings.Cut(p.words.T("frame.fault", "title", ""), " ")
	got = strings.TrimSpace(strings.TrimPrefix(got, fault))
	if p.neutral() {
		if t := text(h1[0]); strings.Contains(got, t) {
			wrong("%q is called neutral and tells %q", got, t)
		}
		return
	}
	if !strings.HasPrefix(got, text(h1[0])) {
		wrong("%q does not begin with %q", got, text(h1[0]))
	}
}

// caseFaults are what is wrong with a page that shows what stands in a case.
func (p *page) caseFaults() []string {
	var fs []string
	if !p.neutral() {
		fs = append(fs, fmt.Sprintf("case: the title %q tells something", p.titleText()))
	}
	if !slices.ContainsFunc(p.tags("a"), func(n *html.Node) bool { return class(n, "t-exit") }) {
		fs = append(fs, "case: no quick way out")
	}
	return fs
}

func ids(p *page, wrong func(string, ...any)) {
	for id, n := range p.ids {
		if n > 1 {
			wrong("%q stands %d times", id, n)
		}
		if strings.ContainsAny(id, " \t\n") {
			wrong("%q has a space in it", id)
		}
	}
}

func field(n *html.Node) bool {
	switch n.Data {
	case "select", "textarea":
		return true
	case "input":
		switch attr(n, "type") {
		case "hidden", "submit", "button", "image", "reset":
			return false
		}
		return true
	}
	return false
}

func labels(p *page, wrong func(string, ...any)) {
	byFor := map[string]string{}
	for _, n := range p.tags("label") {
		if f := attr(n, "for"); f != "" {
			byFor[f] += text(n)
		}
	}
	for _, n := range p.all {
		if !field(n) {
			continue
		}
		if attr(n, "name") == "" {
			wrong("a field without a name: %q", attr(n, "id"))
		}
		wrapped := inside(n, func(a *html.Node) bool { return a.Data == "label" && text(a) != "" })
		if byFor[attr(n, "id")] == "" && !wrapped && attr(n, "aria-label") == "" && attr(n, "aria-labelledby") == "" {
			wrong("no label for %q", attr(n, "name"))
		}
		if _, ok := lookup(n, "placeholder"); ok {
			wrong("%q has a placeholder, which goes when one writes: use the help", attr(n, "name"))
		}
	}
}

// groups: several answers to one question stand in a fieldset with a legend.
func groups(p *page, wrong func(string, ...any)) {
	for _, n := range p.tags("fieldset") {
		if c := firstElement(n); c == nil || c.Data != "legend" || text(c) == "" {
			wrong("a fieldset without a legend first")
		}
	}
	for _, n := range p.tags("input") {
		if attr(n, "type") == "radio" && !inside(n, func(a *html.Node) bool { return a.Data == "fieldset" }) {
			wrong("%q is asked outside a fieldset", attr(n, "name"))
		}
	}
}

func firstElement(n *html.Node) *html.Node {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			return c
		}
	}
	return nil
}

func forms(p *page, wrong func(string, ...any)) {
	for _, n := range p.tags("form") {
		action, method := attr(n, "action"), strings.ToLower(attr(n, "method"))
		if action == "" {
			wrong("a form without action")
		}
		if method != "post" && method != "get" {
			wrong("a form with method %q", method)
		}
		if strings.Contains(action, "#ZgotmplZ") {
			wrong("a form's action was not safe")
		}
		sends := false
		walk(n, func(c *html.Node) {
			if c.Data == "button" && attr(c, "type") == "submit" || c.Data == "input" && attr(c, "type") == "submit" {
				sends = true
			}
			if c.Data == "button" && attr(c, "type") == "" {
				wrong("a button without a type")
			}
		})
		if !sends {
			wrong("a form that nothing sends, without JavaScript")
		}
	}
}

func texts(p *page, wrong func(string, ...any)) {
	for _, sign := range []string{"⟦", "⟧", "ZgotmplZ", "<nil>", "%!", "{{", "�"} {
		if i := strings.Index(p.raw, sign); i >= 0 {
			wrong("%q near %q", sign, near(p.raw, i))
		}
	}
}

func near(s string, i int) string { return s[max(0, i-30):min(len(s), i+40)] }

// written says whether an element holds what a person wrote: that stands as it
// was written, whatever the typography.
func written(n *html.Node) bool {
	return n.Data == "textarea" || n.Data == "blockquote" || n.Data == "code" || n.Data == "pre" || n.Data == "script" || n.Data == "style" ||
		class(n, "t-quote") || class(n, "t-verbatim") || class(n, "w-text")
}

func typography(p *page, wrong func(string, ...any)) {
	if p.lang != "nb" && p.lang != "nn" {
		return
	}
	see := func(s string) {
		for _, bad := range []string{`"`, "...", " - ", "``", "''"} {
			if i := strings.Index(s, bad); i >= 0 {
				wrong("%q in %q", bad, near(s, i))
			}
		}
	}
	walk(p.root, func(n *html.Node) {
		if n.Type == html.TextNode && !inside(n, written) && !inside(n, func(a *html.Node) bool { return attr(a, "lang") != "" && attr(a, "lang") != p.lang }) {
			see(n.Data)
		}
		if n.Type == html.ElementNode {
			for _, a := range []string{"title", "alt", "aria-label"} {
				see(attr(n, a))
			}
		}
	})
}

// inline: nothing that our own policy would block.
func inline(p *page, wrong func(string, ...any)) {
	for _, n := range p.all {
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") {
				wrong("<%s> has %s", n.Data, a.Key)
			}
			if a.Key == "style" {
				wrong("<%s> has a style of its own", n.Data)
			}
			if (a.Key == "href" || a.Key == "src" || a.Key == "action") && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				wrong("<%s> runs a script by its address", n.Data)
			}
		}
		if n.Data == "style" || n.Data == "script" && attr(n, "src") == "" {
			wrong("a <%s> in the page", n.Data)
		}
		if n.Data == "iframe" || n.Data == "object" || n.Data == "embed" || n.Data == "base" {
			wrong("a <%s>", n.Data)
		}
	}
}

// references: what is pointed at by id is there.
func references(p *page, wrong func(string, ...any)) {
	for _, n := range p.all {
		for _, a := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-details", "aria-errormessage", "list", "form", "headers"} {
			for _, id := range strings.Fields(attr(n, a)) {
				if p.ids[id] == 0 {
					wrong("%s of <%s> points at %q, which is not there", a, n.Data, id)
				}
			}
		}
		if href := attr(n, "href"); n.Data == "a" && strings.HasPrefix(href, "#") && p.ids[href[1:]] == 0 {
			wrong("a link to %q, which is not there", href)
		}
	}
}

// skip: the first link leads past the top to the content.
func skip(p *page, wrong func(string, ...any)) {
	mains := p.tags("main")
	if len(mains) != 1 {
		wrong("%d main", len(mains))
		return
	}
	if len(p.tags("header", "nav")) == 0 {
		return
	}
	links := p.tags("a", "button", "input", "select", "textarea")
	if len(links) == 0 || attr(links[0], "href") != "#"+attr(mains[0], "id") || attr(mains[0], "tabindex") != "-1" {
		wrong("the first link does not lead to main")
	}
}

// names: whatever can be pressed says what it does.
func names(p *page, wrong func(string, ...any)) {
	for _, n := range p.tags("a", "button", "summary") {
		if text(n) == "" && attr(n, "aria-label") == "" && attr(n, "aria-labelledby") == "" {
			wrong("a <%s> without a name: %s", n.Data, attr(n, "href"))
		}
		if href, ok := lookup(n, "href"); n.Data == "a" && (!ok || href == "" || href == "#" || strings.Contains(href, "ZgotmplZ")) {
			wrong("a link that leads nowhere: %q", text(n))
		}
		if attr(n, "target") == "_blank" {
			wrong("%q opens a new window", text(n))
		}
	}
}

func landmarks(p *page, wrong func(string, ...any)) {
	seen := map[string]bool{}
	navs := p.tags("nav")
	for _, n := range navs {
		name := attr(n, "aria-label") + attr(n, "aria-labelledby")
		if len(navs) > 1 && (name == "" || seen[name]) {
			wrong("several nav, and one called %q", name)
		}
		seen[name] = true
	}
	for _, n := range p.all {
		if r := attr(n, "role"); r == "region" && attr(n, "aria-label")+attr(n, "aria-labelledby") == "" {
			wrong("a region without a name")
		}
	}
}

func pictures(p *page, wrong func(string, ...any)) {
	for _, n := range p.tags("img") {
		if _, ok := lookup(n, "alt"); !ok {
			wrong("an img without alt")
		}
	}
	for _, n := range p.tags("svg") {
		if attr(n, "aria-hidden") != "true" && !(attr(n, "role") == "img" && attr(n, "aria-label")+attr(n, "aria-labelledby") != "") {
			wrong("an svg that is neither hidden nor named")
		}
	}
}

func tables(p *page, wrong func(string, ...any)) {
	for _, n := range p.tags("table") {
		if c := firstElement(n); c == nil || c.Data != "caption" || text(c) == "" {
			wrong("a table without a caption")
		}
		heads := 0
		walk(n, func(c *html.Node) {
			if c.Data == "th" && attr(c, "scope") != "" {
				heads++
			}
		})
		if heads == 0 {
			wrong("a table without th scope")
		}
	}
}

func viewport(p *page, wrong func(string, ...any)) {
	ok := false
	for _, n := range p.tags("meta") {
		if attr(n, "name") == "viewport" {
			c := attr(n, "content")
			ok = strings.Contains(c, "width=device-width") && !strings.Contains(c, "user-scalable") && !strings.Contains(c, "maximum-scale")
		}
	}
	if !ok {
		wrong("the page cannot be made larger")
	}
}

// heaviest is the most that a page may weigh on the line, packed.
const heaviest = 60 << 10

func weight(p *page, wrong func(string, ...any)) {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	io.WriteString(z, p.raw) // a buffer takes everything
	z.Close()
	if b.Len() > heaviest {
		wrong("the page weighs %d bytes packed", b.Len())
	}
}

func order(p *page, wrong func(string, ...any)) {
	for _, n := range p.all {
		if v, ok := lookup(n, "tabindex"); ok && v != "0" && v != "-1" {
			wrong("tabindex %q", v)
		}
		if _, ok := lookup(n, "autofocus"); ok {
			wrong("<%s> takes the focus by itself", n.Data)
		}
		if _, ok := lookup(n, "accesskey"); ok {
			wrong("<%s> has an accesskey", n.Data)
		}
	}
}

// faultsShown: a field that is wrong says why, in the list too, and the tab
// says so first.
func faultsShown(p *page, wrong func(string, ...any)) {
	bad, linked := 0, map[string]bool{}
	for _, n := range p.all {
		if attr(n, "aria-invalid") == "true" {
			bad++
			if !strings.Contains(attr(n, "aria-describedby"), "-fault") && !inside(n, func(a *html.Node) bool {
				return a.Data == "fieldset" && strings.Contains(attr(a, "aria-describedby"), "-fault")
			}) {
				wrong("%q is wrong and does not say why", attr(n, "name"))
			}
		}
		if class(n, "ds-error-summary") {
			walk(n, func(c *html.Node) {
				if h := attr(c, "href"); strings.HasPrefix(h, "#") {
					linked[h[1:]] = true
				}
			})
			fault, _, _ := strings.Cut(p.words.T("frame.fault", "title", ""), " ")
			if !strings.HasPrefix(p.titleText(), fault) {
				wrong("the title does not begin with %q", fault)
			}
		}
	}
	if bad > 0 && len(linked) == 0 {
		wrong("%d fields are wrong and no list says so", bad)
	}
}
