package dialogue

import (
	_ "embed"
	"slices"
	"strings"
	"unicode/utf8"

	"tilhor"
)

//go:embed words.txt
var wordList string

//go:embed retired.txt
var retiredList string

// words are what codes are made of, sorted: our own list of words that are the
// same in bokmål and nynorsk, with letters that every keyboard has (no æ, ø or
// å), no two of which one wrong letter turns into each other.
var words = strings.Fields(wordList)

// retired are the words that no code is drawn with any more, sorted: what somebody
// may be called, what may be done to somebody, and first names. Alone they are
// harmless; beside the wrong word they are not. Codes were given out with them, so
// they are read as before.
var retired = strings.Fields(retiredList)

// drawn are the words of new codes. None says anything of a person or a body, so
// that no seven of them can hurt.
var drawn = slices.DeleteFunc(slices.Clone(words), func(w string) bool {
	_, old := slices.BinarySearch(retired, w)
	return old
})

// byLength are the words of each length: only those of nearly the same length can
// be meant by a word that is spelt wrong.
var byLength = func() map[int][]string {
	all := map[int][]string{}
	for _, w := range words {
		all[len(w)] = append(all[len(w)], w)
	}
	return all
}()

// codeLength is how many words a code has: 81 bits of some 3 070 words.
const codeLength = 7

// codePurpose keeps the hashes of codes apart from every other.
const codePurpose = "dialogue.code"

// CodeFor is the code that belongs to a token: who sends the same form twice is
// shown the same words, and nothing of them is stored but a keyed hash.
func (d *Desk) CodeFor(owner tilhor.OwnerID, token string) string {
	all := make([]string, codeLength)
	for i, n := range d.Keys.Draw(owner, codePurpose, token, codeLength, len(drawn)) {
		all[i] = drawn[n]
	}
	return strings.Join(all, " ")
}

// What is longer than this is no code, however it is written, and is not looked
// into: whoever floods with long texts must not be worked for.
const (
	mostTyped = 200 // letters and what stands between them
	mostWords = 20
)

// Words are the words of a code as it was typed: in any case, with any space,
// comma or hyphen between. Of what is too long to be a code there are none.
func Words(typed string) []string {
	typed = strings.TrimSpace(typed)
	if len(typed) > utf8.UTFMax*mostTyped || utf8.RuneCountInString(typed) > mostTyped {
		return nil
	}
	written := strings.FieldsFunc(strings.ToLower(typed), func(r rune) bool { return !letter(r) })
	if len(written) > mostWords {
		return nil
	}
	var all []string
	for _, w := range written {
		all = append(all, closest(plain(w)))
	}
	return all
}

func letter(r rune) bool {
	return r >= 'a' && r <= 'z' || strings.ContainsRune("æøåäö\u0301\u0300\u030a\u0308éèêóòô", r)
}

// plain writes a word with the letters of the list. No word there has æ, ø, å or
// aa: whoever types them has a keyboard, or a habit, of their own.
var plain = strings.NewReplacer("å", "a", "aa", "a", "ä", "e", "æ", "e", "ø", "o", "ö", "o", "é", "e", "è", "e", "ê", "e", "ó", "o", "ò", "o", "ô", "o",
	"\u0301", "", "\u0300", "", "\u030a", "", "\u0308", "").Replace

// closest is the word of the list that was meant: itself, or the only one that is
// a single wrong, missing, extra or swapped letter away. Two words of the list are
// never that near each other, but a wrong word may lie between two; then it is
// left as it is, and opens nothing.
func closest(w string) string {
	if _, found := slices.BinarySearch(words, w); found || len(w) < 3 || len(w) > 10 {
		return w
	}
	meant := ""
	for n := len(w) - 1; n <= len(w)+1; n++ {
		for _, k := range byLength[n] {
			if !Near(w, k) {
				continue
			}
			if meant != "" {
				return w
			}
			meant = k
		}
	}
	if meant == "" {
		return w
	}
	return meant
}

// Near says whether one wrong, missing, extra or swapped letter makes one word
// of another.
func Near(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) || a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// hash is what is stored of a code. It is made of whatever was typed, so that
// what can be no code costs as much as what is none. It is work, and is done
// before a transaction: nobody waits for it.
func (d *Desk) hash(owner tilhor.OwnerID, typed string) []byte {
	return d.Keys.Hash(owner, codePurpose, strings.Join(Words(typed), " "))
}
