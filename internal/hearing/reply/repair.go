package reply

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Repair is one that is proposed for a text that lost something on its way: a
// space between two words, or a line that was broken. A person takes it or leaves
// it; nothing is mended silently.
type Repair struct {
	At       int // where in the text, in bytes
	Old, New string
}

var (
	broken = regexp.MustCompile(`([\p{L}])-\r?\n[ \t]*([\p{Ll}])`)
	torn   = regexp.MustCompile(`([\p{L},;])[ \t]*\r?\n[ \t]*([\p{Ll}])`)
	word   = regexp.MustCompile(`\p{L}+`)
	joined = regexp.MustCompile(`([.,;:!?])(\p{Lu}\p{Ll})`)
)

// Repairs proposes what could be mended, in the order of the text, none of them
// over another. known says whether a word is one that people write.
func Repairs(s string, known func(word string) bool) (all []Repair) {
	taken := func(from, to int) bool {
		for _, r := range all {
			if from < r.At+len(r.Old) && r.At < to {
				return true
			}
		}
		return false
	}
	add := func(m []int, with string) {
		if !taken(m[0], m[1]) {
			all = append(all, Repair{m[0], s[m[0]:m[1]], s[m[2]:m[3]] + with + s[m[4]:m[5]]})
		}
	}
	for _, m := range broken.FindAllStringSubmatchIndex(s, -1) {
		add(m, "")
	}
	for _, m := range torn.FindAllStringSubmatchIndex(s, -1) {
		add(m, " ")
	}
	for _, m := range joined.FindAllStringSubmatchIndex(s, -1) {
		add(m, " ")
	}
	for _, m := range word.FindAllStringIndex(s, -1) {
		w := s[m[0]:m[1]]
		if known(strings.ToLower(w)) || taken(m[0], m[1]) {
			continue
		}
		if a, b, ok := parted(w, known); ok {
			all = append(all, Repair{m[0], w, a + " " + b})
		}
	}
	slices.SortFunc(all, func(a, b Repair) int { return a.At - b.At })
	return all
}

// longest is how many letters a word can have and be looked for two words in: what is
// longer is no two words, and each place of it would be looked at.
const longest = 40

// parted finds the one way to part a word nobody knows into two that are known. Of
// several, the one with the longest first word; letters alone are no words, but «i»
// and «å».
func parted(w string, known func(string) bool) (a, b string, ok bool) {
	if utf8.RuneCountInString(w) > longest {
		return "", "", false
	}
	for i := len(w) - 1; i > 0; i-- {
		if !utf8.RuneStart(w[i]) {
			continue
		}
		x, y := w[:i], w[i:]
		if first, _ := utf8.DecodeRuneInString(y); unicode.IsUpper(first) {
			continue
		}
		if isWord(x, known) && isWord(y, known) {
			return x, y, true
		}
	}
	return "", "", false
}

func isWord(s string, known func(string) bool) bool {
	low := strings.ToLower(s)
	if utf8.RuneCountInString(low) == 1 {
		return low == "i" || low == "å"
	}
	return known(low)
}

// Mend does those repairs that are taken, by their number in the list.
func Mend(s string, all []Repair, taken func(i int) bool) string {
	var b strings.Builder
	at := 0
	for i, r := range all {
		if r.At < at || !taken(i) {
			continue
		}
		b.WriteString(s[at:r.At] + r.New)
		at = r.At + len(r.Old)
	}
	return b.String() + s[at:]
}
