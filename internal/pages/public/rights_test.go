package public

import (
	"slices"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/lang"
)

// Each level is told of every article that the pages are to tell of: of the Convention on
// the Rights of the Child, and of chapter 12 of the act.
func TestEveryLevelIsToldOfEveryArticle(t *testing.T) {
	w := lang.For(tilhor.Bokmal)
	plain := strings.NewReplacer("\u00a0", " ", "\u2011", "-")
	for _, level := range levels {
		told := w.T("rights.ref.week") + "," // where the week of § 12-6 stands, for all: the steps that come last
		for _, r := range rights[level] {
			if !w.Has("rights." + level + "." + r.Key) {
				t.Errorf("%s: nothing is said of %s", level, r.Key)
			}
			told += w.T("rights.ref."+r.Key) + ","
		}
		told = strings.ReplaceAll(plain.Replace(told), ",", ", ")
		words := strings.Split(told, ", ")
		for _, article := range []string{"artikkel 2", "artikkel 3", "artikkel 12", "artikkel 16", "artikkel 19", "§ 12-2", "§ 12-3", "§ 12-4", "§ 12-5", "§ 12-6"} {
			if !slices.ContainsFunc(words, func(s string) bool { return strings.HasSuffix(strings.ToLower(s), article) }) {
				t.Errorf("%s is not told of %s: %q", level, article, words)
			}
		}
		if !w.Has("rights." + level + ".more-3") {
			t.Errorf("%s is not told what to do when it does not get better", level)
		}
	}
}
