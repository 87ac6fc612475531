// Package firstnames says whether a text seems to hold somebody's first name
// (fornavn), by one general list of names that are common in Norway. It knows no
// school and no person: what it answers is the same for a pupil who exists and for one
// who was made up, so that nobody can ask it who goes to a school.
package firstnames

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed names.txt
var list string

// A use is where a name counts as one.
type use int

const (
	always use = iota
	capital
	inside // with a capital letter where no sentence begins
)

var marks = map[string]use{"^": capital, "~": inside}

// known are the names, and where each counts.
var known = func() map[string]use {
	all := map[string]use{}
	for line := range strings.Lines(list) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		for i := 0; i < len(words); i++ {
			if u, marked := marks[words[i]]; marked && i+1 < len(words) {
				i++
				all[words[i]] = u
				continue
			}
			if _, has := all[words[i]]; !has {
				all[words[i]] = always
			}
		}
	}
	return all
}()

// Any says whether a first name seems to stand in one of the texts.
func Any(texts ...string) bool {
	for _, text := range texts {
		if in(text) {
			return true
		}
	}
	return false
}

// in walks the words of a text. A name that is an ordinary word as well («Liv», «Per»)
// counts only with a capital letter where no sentence begins.
func in(text string) bool {
	first := true // a sentence begins
	rest := text
	for rest != "" {
		at := strings.IndexFunc(rest, letter)
		if at < 0 {
			return false
		}
		first = first || strings.ContainsAny(rest[:at], ".!?:\n«\"")
		rest = rest[at:]
		end := strings.IndexFunc(rest, func(r rune) bool { return !letter(r) })
		if end < 0 {
			end = len(rest)
		}
		word := rest[:end]
		rest = rest[end:]
		if name(word, first) {
			return true
		}
		first = false
	}
	return false
}

func letter(r rune) bool { return unicode.IsLetter(r) || r == '-' || r == '\'' || r == '’' }

// name says whether a word is one, also in the genitive («Noras») and as half of a
// double name («Nora-Marie»).
func name(word string, first bool) bool {
	r, _ := utf8.DecodeRuneInString(word)
	big := unicode.IsUpper(r)
	small := strings.ToLower(word)
	all := []string{small, strings.TrimSuffix(small, "s"), strings.TrimRight(strings.TrimSuffix(small, "s"), "'’")}
	if half, _, double := strings.Cut(small, "-"); double && big {
		all = append(all, half)
	}
	for _, w := range all {
		if u, has := known[w]; has && (u == always || big && (u == capital || !first)) {
			return true
		}
	}
	return false
}
