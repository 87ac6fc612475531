package lang

import (
	"strings"
	"testing"

	"tilhor"
)

// forStaff are the texts of telling that no child reads.
var forStaff = []string{"say.take.", "say.by.", "say.from.", "say.pen", "say.unsure", "say.receipt.", "say.reads.parent"}

// versions are the ends of the keys that one version of telling has for itself.
var versions = []string{".6-8", ".9-12", ".13+", ".voksen"}

// version says what one version of telling shows: its own texts, and those that all
// share and it has no own for.
func version(w *Words, level string) func(key string) bool {
	return func(k string) bool {
		if !strings.HasPrefix(k, "say.") {
			return false
		}
		for _, s := range forStaff {
			if strings.HasPrefix(k, s) {
				return false
			}
		}
		for _, v := range versions {
			if strings.HasSuffix(k, v) {
				return v == "."+level && !strings.HasPrefix(k, "say.level.")
			}
		}
		return level != "6-8" && !w.Has(k+"."+level) // what the smallest are shown besides is measured with their other pages
	}
}

// What a child reads when it tells is as easy as its age needs.
func TestTheWordsOfTelling(t *testing.T) {
	for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk} {
		w := For(l)
		for _, row := range []struct {
			level string
			aim   aim
		}{{"6-8", aged6}, {"9-12", aged9}, {"13+", aged13}, {"voksen", adults}} {
			var all strings.Builder
			for _, s := range says(w, version(w, row.level)) {
				if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") { // what is a sentence: a word on a button would make all look easy
					all.WriteString(s + "\n")
				}
			}
			row.aim.hold(t, string(l)+" telling "+row.level, all.String())
		}
	}
}

// The versions of telling for 9 to 12 and from 13 are two, in every language there is
// telling in: a text that one of them has for itself is written in all, and differs.
func TestTwoVersionsOfTelling(t *testing.T) {
	own := map[string]int{}
	for _, l := range append([]tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk, tilhor.English}, Further...) {
		if l == tilhor.Sami { // which says these pages in bokmål
			continue
		}
		for k := range catalogues[tilhor.Bokmal] {
			base, older := strings.CutSuffix(k, ".13+")
			base, younger := strings.CutSuffix(base, ".9-12")
			if !strings.HasPrefix(k, "say.") || !older && !younger {
				continue
			}
			if _, written := catalogues[l][k]; !written {
				t.Errorf("%s says %s in another language", l, k)
			}
			if w := For(l); w.Has(base) && shown(w, base, "9-12") == shown(w, base, "13+") {
				t.Errorf("%s says %s alike to both", l, base)
			}
			own[base]++
		}
	}
	if len(own) < 15 {
		t.Errorf("only %d texts differ", len(own))
	}
}

func shown(w *Words, key, level string) string {
	if w.Has(key + "." + level) {
		key += "." + level
	}
	return w.T(key)
}
