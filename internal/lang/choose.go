package lang

import (
	"bytes"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"tilhor"
)

var offered = []language.Tag{language.MustParse("nb"), language.MustParse("nn"), language.English}

var matcher = language.NewMatcher(offered)

// toNorwegian are languages whose readers are better served by Norwegian than
// by English: Swedish, which the matcher does not count as near, and the Sámi
// languages, until their own pages have been read by a language worker.
var toNorwegian = map[string]bool{"sv": true, "se": true, "sma": true, "smj": true, "smn": true, "sms": true, "fkv": true, "is": true, "fo": true}

// Match picks the language of the pages from a browser's Accept-Language, on
// pages that have more among those too. Nothing asked for, or
// nonsense, gives bokmål; only languages we do not have give English.
//
// The matcher's own fallback is not used: it answers bokmål to Polish and
// Ukrainian, with no confidence at all.
func Match(acceptLanguage string, more ...tilhor.Lang) tilhor.Lang {
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage[:min(len(acceptLanguage), 400)])
	if err != nil || len(wanted) == 0 {
		return tilhor.Bokmal
	}
	for _, tag := range wanted {
		base, _ := tag.Base()
		if l := tilhor.Lang(base.String()); slices.Contains(more, l) {
			return l
		}
		if tag == language.Und || tag.String() == "mul" || toNorwegian[base.String()] {
			return tilhor.Bokmal
		}
		if _, index, sure := matcher.Match(tag); sure > language.No {
			return Langs[index]
		}
	}
	return tilhor.English
}

// Known is the language of that name, and whether any page is written in it.
func Known(name string) (tilhor.Lang, bool) {
	l := tilhor.Lang(name)
	return l, slices.Contains(Langs, l) || slices.Contains(Further, l)
}

// collators gives the order of a language. Bokmål sorts by the nynorsk
// collator, which has … Z Æ Ø Å; the one registered for bokmål has not.
var collators = map[tilhor.Lang]language.Tag{
	tilhor.Bokmal:  language.MustParse("nn"),
	tilhor.Nynorsk: language.MustParse("nn"),
	tilhor.English: language.MustParse("nn"), // the names are Norwegian in every language
	tilhor.Sami:    language.MustParse("se"),
}

// Sort sorts by name in a language's own order, numbers by their value, so that
// 9B comes before 10A. Equal names keep their order.
func Sort[T any](l tilhor.Lang, list []T, name func(T) string) {
	tag, ok := collators[l]
	if !ok {
		tag = collators[tilhor.Bokmal]
	}
	col := collate.New(tag, collate.Numeric)
	type keyed struct {
		key  []byte
		item T
	}
	var buf collate.Buffer
	rows := make([]keyed, len(list))
	for i, item := range list {
		rows[i] = keyed{bytes.Clone(col.KeyFromString(&buf, name(item))), item}
		buf.Reset()
	}
	slices.SortStableFunc(rows, func(a, b keyed) int { return bytes.Compare(a.key, b.key) })
	for i := range rows {
		list[i] = rows[i].item
	}
}
