package main

import (
	"bytes"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tilhor"
	"tilhor/internal/file"
	"tilhor/internal/file/filetest"
	"tilhor/internal/lang"
)

// withFile is a form as a browser sends it with a file.
func (w *siteWorld) withFile(to string, c *http.Cookie, v url.Values, name string, file []byte) *http.Response {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for field, all := range v {
		for _, s := range all {
			w.must(m.WriteField(field, s))
		}
	}
	part, err := m.CreateFormFile("fil", name)
	w.must(err)
	_, err = part.Write(file)
	w.must(err)
	w.must(m.Close())
	return w.send(w.h, "POST", to, c, b.String(), map[string]string{"Sec-Fetch-Site": "same-origin", "Accept-Language": "nb", "Content-Type": m.FormDataContentType()})
}

// paths are what a file can be called by who wants to be somewhere else with it.
var paths = []string{
	"../../../../etc/passwd", `..\..\windows\x.jpg`, "/var/lib/tilhor/tilhor.db", "C:\\x.jpg", ".htaccess", "x\r\nSet-Cookie: a=b", "", ".", "..", "CON", strings.Repeat("a", 5000) + ".jpg",
	"x.jpg/../../y", "%2e%2e%2fx.jpg", "bilde.php.jpg", "\u202Egpj.exe",
}

// A taker is a route that takes a file: how somebody sends one there that may, why one
// is refused, and where the texts of that are.
type taker struct {
	path   string
	cookie *http.Cookie
	form   url.Values
	why    func([]byte) error
	texts  string
}

func (w *attackWorld) takers() map[string]taker {
	w.role = tilhor.RoleOwnerAdviser
	return map[string]taker{
		"attach.add": {
			w.mine(w.names["attach.add"]), w.rektor,
			url.Values{"shows": {"Elias skriver."}, "giver": {"Noras mor"}, "needed": {"Tiden."}, "at": {"22.11.2026"}, "checked": {"yes"}},
			func(b []byte) error { _, err := file.Look(b); return err }, "cases.fault.file-",
		},
		"hearing.receive": {
			w.path(w.names["hearing.receive"], relNone), w.enter(w.town.Actor(tilhor.RoleOwnerAdviser, ""), mfa),
			url.Values{"do": {"mottatt"}, "from": {"Noras mor"}, "on": {"23.11.2026"}, "raw": {""}},
			func(b []byte) error { _, _, _, err := file.Words(b); return err }, "hearing.fault.file-",
		},
	}
}

var anAttachment = regexp.MustCompile(`/vedlegg/[a-z2-7]{26}`)

// Every route that takes a file is sent each file that was made to hurt, under one of
// the names: what is refused is told at its field in words, with what was typed, and nothing
// of it is kept. What is taken in is called by no path.
func TestFilesMadeToHurt(t *testing.T) {
	w := newAttackWorld(t)
	takers, nb := w.takers(), lang.For(tilhor.Bokmal)
	corpus := filetest.Corpus()
	for _, r := range w.site.Routes() {
		x, known := takers[r.Name]
		if r.File != known {
			t.Errorf("%s takes files: %v, and is tried: %v", r.Name, r.File, known)
		}
		if !known {
			continue
		}
		before, refused := w.rows(), map[file.Refusal]int{}
		send := func(name string, b []byte) *http.Response {
			x.form.Set("nokkel", tilhor.NewID())
			return w.withFile(x.path, x.cookie, x.form, name, b)
		}
		for i, name := range slices.Sorted(maps.Keys(corpus)) {
			why, _ := x.why(corpus[name]).(file.Refusal)
			if why == "" {
				continue
			}
			refused[why]++
			called := paths[i%len(paths)]
			if len(corpus[name]) == 0 { // with no name either, none was chosen
				called = "x.jpg"
			}
			resp := send(called, corpus[name])
			page := bodyOf(t, resp)
			root, err := html.Parse(strings.NewReader(page))
			w.must(err)
			text := textOf(root)
			if key := x.texts + string(why); resp.StatusCode != http.StatusUnprocessableEntity || !nb.Has(key) || !strings.Contains(text, nb.T(key)) || !strings.Contains(page, `href="#fil"`) || !strings.Contains(page, "Noras mor") {
				t.Errorf("%s, %s (%s): %d\n%s", r.Name, name, why, resp.StatusCode, plainText(page))
			}
		}
		if resp := send("x.jpg", make([]byte, 65<<20)); resp.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(bodyOf(t, resp), "<h1") {
			t.Errorf("%s, more than is read at all: %d", r.Name, resp.StatusCode)
		}
		for table, sum := range w.rows() {
			if sum != before[table] && !strings.HasPrefix(table, "journal_") {
				t.Errorf("%s: rows of %s were written", r.Name, table)
			}
		}
		if len(refused) < 6 {
			t.Errorf("%s: only %v were refused", r.Name, refused)
		}
		t.Logf("%s: %v", r.Name, refused)
		for what, b := range map[string][]byte{"attach.add": corpus["a photo"], "hearing.receive": []byte("Vi er for.")} {
			if what == r.Name {
				w.named(t, x, send, b)
			}
		}
	}
}

// named is the control, that what is not refused is kept; and how it is called then.
func (w *attackWorld) named(t *testing.T, x taker, send func(string, []byte) *http.Response, b []byte) {
	t.Helper()
	for _, name := range paths[:6] {
		before := w.rows()
		resp := send(name, b)
		if resp.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s, called %q: %d\n%s", x.path, name, resp.StatusCode, plainText(bodyOf(t, resp)))
		}
		written := 0
		for table, sum := range w.rows() {
			if sum != before[table] && !strings.HasPrefix(table, "journal_") {
				written++
			}
		}
		if written == 0 {
			t.Errorf("%s: the control, a file that is taken in, leaves no row", x.path)
		}
		at := resp.Header.Get("Location")
		page := bodyOf(t, w.do("GET", x.cookie, "nb", at, nil))
		for _, m := range anAttachment.FindAllString(page, -1) {
			page += bodyOf(t, w.do("GET", x.cookie, "nb", strings.Split(at, "?")[0]+"/"+m[len(m)-26:], nil))
		}
		for _, s := range []string{"etc/passwd", `windows\x`, "var/lib", `C:\x`} {
			if strings.Contains(page, s) {
				t.Errorf("%s, called %q, is shown with %q", x.path, name, s)
			}
		}
	}
}
