package lang

import (
	"strings"
	"sync"
	"unicode"

	"tilhor"
)

// Knows says whether a word, in small letters, stands in a text of ours in bokmål or
// nynorsk. It is no dictionary: it says that people write the word, and never that
// they do not.
func Knows(word string) bool { return written()[word] }

var written = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk} {
		for _, e := range catalogues[l] {
			for _, t := range e.forms {
				for _, p := range t {
					if p.slot {
						continue
					}
					for _, w := range strings.FieldsFunc(strings.ToLower(p.s), func(r rune) bool { return !unicode.IsLetter(r) }) {
						if len([]rune(w)) > 1 {
							all[w] = true
						}
					}
				}
			}
		}
	}
	return all
})
