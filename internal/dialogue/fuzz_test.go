package dialogue

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzWords: whatever is typed for the seven words is bounded work and few small
// words; a code that stands in it, however it is written, is the code; and what
// is no code is never turned into one by being read.
func FuzzWords(f *testing.F) {
	for _, s := range []string{
		"bamse eple gitar hage lampe mygg tog", "1. Bamse\n2. EPLE", "baamse\u00a0gitår", "a\u030a", "ø-å-æ", "aaaa", "\xff\xfe", "katt, hatt; matt", strings.Repeat("x ", 21), "İ ſ K", "",
	} {
		f.Add(s, uint64(0), "-")
		f.Add(s, uint64(1<<40+7), " , ")
	}
	f.Fuzz(func(t *testing.T, typed string, seed uint64, between string) {
		got := Words(typed)
		if len(got) > mostWords || len(typed) > 0 && len(strings.Join(got, "")) > 2*len(typed)+len(got) {
			t.Fatalf("%d words of %d bytes", len(got), len(typed))
		}
		for _, w := range got {
			if !utf8.ValidString(w) || strings.ContainsFunc(w, func(r rune) bool { return r < 'a' || r > 'z' }) {
				t.Fatalf("%q holds the word %q", typed, w)
			}
		}
		// A word of the list stays what it is: read once or twice, it opens the same.
		if !slices.ContainsFunc(got, func(w string) bool { return !listed(w) }) && !slices.Equal(Words(strings.Join(got, " ")), got) {
			t.Fatalf("%q is read as one thing, and that as another", typed)
		}
		if strings.ContainsFunc(between, letter) || between == "" || strings.ContainsFunc(strings.ToLower(between), letter) {
			return
		}
		var code []string
		for range codeLength {
			code = append(code, words[seed%uint64(len(words))])
			seed = seed/uint64(len(words)) + 0x9E3779B97F4A7C15
		}
		written := strings.ToUpper(strings.Join(code, between))
		if all := Words(written); len(all) > 0 && !slices.Equal(all, code) || len(all) == 0 && utf8.RuneCountInString(written) <= mostTyped {
			t.Fatalf("%q is read as %q", written, all)
		}
	})
}

func listed(w string) bool { _, found := slices.BinarySearch(words, w); return found }
