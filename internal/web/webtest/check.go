// Package webtest is what every page is held up against: the battery of one
// page as it comes (Faults, Battery), the matrix of who may come where (Matrix),
// and the battery in a real browser (Browse). It is linked into no program.
package webtest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"tilhor"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// Policy is the one Content-Security-Policy that a page may come with.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// Faults holds a page up against every rule that needs nothing but the page. It
// reads the body and puts it back.
func Faults(r *http.Response) []string {
	p, err := read(r)
	if err != nil {
		return []string{err.Error()}
	}
	return p.faults()
}

// A Battery knows a whole site, and so whether links lead anywhere.
type Battery struct {
	h         http.Handler
	links     *http.ServeMux
	elsewhere map[string]bool

	mu   sync.Mutex
	asks map[string]bool
}

// New makes a battery for a site. Elsewhere are addresses the site links to and
// has not mounted in this test.
func New(site *web.Site, elsewhere ...string) *Battery {
	b := &Battery{h: site.Handler(), links: http.NewServeMux(), elsewhere: map[string]bool{}, asks: map[string]bool{}}
	for _, r := range site.Routes() {
		path := r.Path
		if path == "/" {
			path = "/{$}"
		}
		b.links.HandleFunc(r.Method+" "+path, func(http.ResponseWriter, *http.Request) {})
	}
	for _, e := range append(elsewhere, "/varsler", "/rettigheter/7", "/rettigheter/11", "/rettigheter/15", "/rettigheter/foresatt") { // the frame's own
		b.elsewhere[e] = true
	}
	return b
}

// Check holds a page of a route up against every rule, that its links and forms
// lead somewhere too. The route may be nil at an address we do not have.
func (b *Battery) Check(t testing.TB, r *http.Response, route *web.Route) {
	t.Helper()
	for _, f := range b.Faults(r, route) {
		t.Errorf("%s: %s", where(r), f)
	}
}

// Faults holds a page up against every rule that needs nothing but the page. It
// reads the body and puts it back.
func (b *Battery) Faults(r *http.Response, route *web.Route) []string {
	p, err := read(r)
	if err != nil {
		return []string{err.Error()}
	}
	fs := p.faults()
	if route != nil && route.Case && r.StatusCode == http.StatusOK {
		fs = append(fs, p.caseFaults()...)
	}
	return append(fs, b.linkFaults(p, r)...)
}

func where(r *http.Response) string {
	if r.Request == nil {
		return fmt.Sprint(r.StatusCode)
	}
	return fmt.Sprintf("%s %s (%d)", r.Request.Method, r.Request.URL.RequestURI(), r.StatusCode)
}

// A page is a parsed answer.
type page struct {
	head  http.Header
	raw   string
	root  *html.Node
	all   []*html.Node
	ids   map[string]int
	words *lang.Words
	lang  string
}

func read(r *http.Response) (*page, error) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	root, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	p := &page{head: r.Header, raw: string(b), root: root, ids: map[string]int{}}
	walk(root, func(n *html.Node) {
		if n.Type != html.ElementNode {
			return
		}
		p.all = append(p.all, n)
		if id := attr(n, "id"); id != "" {
			p.ids[id]++
		}
	})
	for _, n := range p.tags("html") {
		p.lang = attr(n, "lang")
	}
	p.words = lang.For(tilhor.Lang(p.lang))
	return p, nil
}

func walk(n *html.Node, fn func(*html.Node)) {
	fn(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, fn)
	}
}

func (p *page) tags(names ...string) []*html.Node {
	var out []*html.Node
	for _, n := range p.all {
		for _, name := range names {
			if n.Data == name {
				out = append(out, n)
			}
		}
	}
	return out
}

func attr(n *html.Node, name string) string { v, _ := lookup(n, name); return v }

func lookup(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func class(n *html.Node, name string) bool {
	for _, c := range strings.Fields(attr(n, "class")) {
		if c == name {
			return true
		}
	}
	return false
}

// inside says whether n lies in an element for which is true.
func inside(n *html.Node, is func(*html.Node) bool) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Type == html.ElementNode && is(p) {
			return true
		}
	}
	return false
}

// text is what a reader sees or hears of an element.
func text(n *html.Node) string {
	var b strings.Builder
	var in func(*html.Node)
	in = func(n *html.Node) {
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "svg") {
			return
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			in(c)
		}
	}
	in(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// linkFaults are links, forms and files that lead nowhere.
func (b *Battery) linkFaults(p *page, r *http.Response) []string {
	var fs []string
	base := &url.URL{Path: "/"}
	if r.Request != nil {
		base = r.Request.URL
	}
	for _, n := range p.all {
		for method, a := range map[string]string{"GET": linkOf(n), "POST": postOf(n)} {
			if a == "" || strings.HasPrefix(a, "#") {
				continue
			}
			u, err := base.Parse(a)
			if err != nil || u.Scheme == "tel" || u.Scheme == "mailto" {
				continue
			}
			if u.Host != base.Host {
				if n.Data != "a" {
					fs = append(fs, "fetches from "+u.Host)
				}
				continue
			}
			if !b.leads(method, u) {
				fs = append(fs, fmt.Sprintf("<%s> leads to %s %s, which is not there", n.Data, method, a))
			}
		}
	}
	return fs
}

func linkOf(n *html.Node) string {
	switch n.Data {
	case "a", "link":
		return attr(n, "href")
	case "script", "img":
		return attr(n, "src")
	case "use":
		return strings.Split(attr(n, "href"), "#")[0]
	case "form":
		if !strings.EqualFold(attr(n, "method"), "post") {
			return attr(n, "action")
		}
	}
	return ""
}

func postOf(n *html.Node) string {
	if n.Data == "form" && strings.EqualFold(attr(n, "method"), "post") {
		return attr(n, "action")
	}
	return ""
}

func (b *Battery) leads(method string, u *url.URL) bool {
	if b.elsewhere[u.Path] {
		return true
	}
	if strings.HasPrefix(u.Path, web.StaticPath) {
		return b.served(u.Path)
	}
	r := httptest.NewRequest(method, "http://localhost"+u.EscapedPath(), nil)
	_, pattern := b.links.Handler(r)
	return pattern != ""
}

// served says whether a file is there; in a build without its files none is,
// and that is another test's affair.
func (b *Battery) served(path string) bool {
	if web.AssetsBuilt() != nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if ok, asked := b.asks[path]; asked {
		return ok
	}
	rec := httptest.NewRecorder()
	web.Static().ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
	b.asks[path] = rec.Code == http.StatusOK
	return b.asks[path]
}
