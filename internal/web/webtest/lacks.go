package webtest

import (
	"regexp"
	"strings"
	"testing"
)

// Lacks fails for each of the texts that stands in the page. Ids, keys and
// addresses are random letters, and now and then spell a short word: such a
// word is looked for in the rest.
func Lacks(t testing.TB, body string, texts ...string) {
	t.Helper()
	rest := random.ReplaceAllString(body, "")
	for _, s := range texts {
		in := body
		if short.MatchString(s) {
			in = rest
		}
		if strings.Contains(in, s) {
			t.Errorf("%q is in\n%s", s, Main(body))
		}
	}
}

var (
	random = regexp.MustCompile(`\b[a-z2-7]{26}\b|/[a-z2-7]{10}\b`) // tilhor.NewID, and tilhor.NewSlug in an address
	short  = regexp.MustCompile(`^[a-z2-7]{1,5}$`)
)

// Main is what a page says for itself, without its frame.
func Main(body string) string {
	if _, after, is := strings.Cut(body, "<main"); is {
		body = "<main" + after
	}
	before, _, _ := strings.Cut(body, "</main>")
	return before
}
