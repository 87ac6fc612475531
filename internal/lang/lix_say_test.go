package lang

import (
	"strings"
	"testing"

	"tilhor"
)

// forStaff are the texts of telling that no child reads.
var forStaff = []string{"say.take.", "say.by.", "say.from.", "say.pen", "say.unsure", "say.receipt."}

// What a child reads when it tells is as easy as its age needs: the texts of one
// version, with those that all versions share.
func TestTheWordsOfTelling(t *testing.T) {
	only := func(w *Words, keep func(key string) bool) string {
		var all strings.Builder
		for k, e := range w.cat {
			if !strings.HasPrefix(k, "say.") || !keep(k) {
				continue
			}
			for _, f := range e.forms { // what is a sentence: a word on a button would make all look easy
				if s := plain(f); strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") {
					all.WriteString(s + "\n")
				}
			}
		}
		return all.String()
	}
	staff := func(k string) bool {
		for _, s := range forStaff {
			if strings.HasPrefix(k, s) {
				return true
			}
		}
		return false
	}
	versions := []string{".6-8", ".9-12", ".13+", ".voksen"}
	shared := func(k string) bool {
		for _, v := range versions {
			if strings.HasSuffix(k, v) {
				return false
			}
		}
		return !staff(k) && !strings.HasSuffix(k, "-help.voksen")
	}
	for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk} {
		w := For(l)
		for _, row := range []struct {
			name string
			most float64
			keep func(string) bool
		}{
			{"6–8", aged6, func(k string) bool { return strings.HasSuffix(k, ".6-8") && !staff(k) }},
			{"9–12", aged9, shared},
			{"13+", aged13, func(k string) bool { return strings.HasSuffix(k, ".13+") || shared(k) }},
			{"adults", adults, func(k string) bool { return strings.HasSuffix(k, ".voksen") || shared(k) }},
		} {
			n := lix(only(w, row.keep))
			t.Logf("%s %-6s LIX %2.0f, at most %2.0f", l, row.name, n, row.most)
			if n == 0 || n > row.most {
				t.Errorf("%s %s: LIX %.1f, want at most %.0f", l, row.name, n, row.most)
			}
		}
	}
}
