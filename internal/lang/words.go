package lang

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"tilhor"
)

// Words speak one language: texts by key, and dates, times and numbers as that
// language writes them. They are safe for many readers at once.
type Words struct {
	lang    tilhor.Lang
	tag     language.Tag
	cat     catalogue
	instead *Words // says what this language has no text for; nil when it has all
	said    func() sayings
	printer *message.Printer
	cal     calendarWords
}

var spoken = func() map[tilhor.Lang]*Words {
	m := map[tilhor.Lang]*Words{}
	for _, l := range slices.Concat(Langs, Further) {
		w := &Words{lang: l, tag: tags[l], cat: catalogues[l], printer: message.NewPrinter(tags[l]), cal: calendars[l], instead: m[instead[l]]}
		w.said = sync.OnceValue(w.sayings)
		m[l] = w
	}
	return m
}()

// For gives the words of a language, bokmål for one that has no pages.
func For(l tilhor.Lang) *Words {
	if w, ok := spoken[l]; ok {
		return w
	}
	return spoken[tilhor.Bokmal]
}

// Lang is the language these words are in, as html's lang attribute wants it.
func (w *Words) Lang() tilhor.Lang { return w.lang }

// Page is the language that most of a page is in, as html's lang attribute wants
// it: what is said in Sámi is little, and marked where it stands.
func (w *Words) Page() tilhor.Lang {
	if w.lang == tilhor.Sami {
		return Instead(w.lang)
	}
	return w.lang
}

// Own is the language of a text where it is not that of the page, and "" where
// it is.
func (w *Words) Own(key string) tilhor.Lang {
	if _, own := w.cat[key]; own && w.lang != w.Page() {
		return w.lang
	}
	return ""
}

// Says says whether a piece of a page, what stands between two tags, is in this
// language's own words. It is asked where only some of a page is: the texts pass
// through many hands before they are drawn, and where one of them stands is known
// when the page is whole.
func (w *Words) Says(piece string) bool {
	piece = bare(piece)
	said := w.said()
	return piece != "" && (said.whole[piece] || w.dated(piece) || slices.ContainsFunc(said.filled, func(re *regexp.Regexp) bool { return re.MatchString(piece) }))
}

// bare is a piece without what a page may put around it.
func bare(piece string) string { return Cap(strings.Trim(piece, " \n:()")) }

// sayings are the texts of a language as they are seen on a page: those that
// nothing is filled into, and the others.
type sayings struct {
	whole  map[string]bool
	filled []*regexp.Regexp
}

func (w *Words) sayings() sayings {
	s := sayings{whole: map[string]bool{}}
	for key, e := range w.cat {
		if key == "lang.checked" {
			continue
		}
		for _, t := range e.forms {
			var whole, pattern strings.Builder
			for _, p := range t {
				whole.WriteString(p.s)
				if p.slot {
					pattern.WriteString(".+")
				} else {
					pattern.WriteString(regexp.QuoteMeta(p.s))
				}
			}
			if len(t.slots()) == 0 {
				s.whole[bare(whole.String())] = true
			} else {
				s.filled = append(s.filled, regexp.MustCompile("^(?i:"+pattern.String()+")$"))
			}
		}
	}
	return s
}

// dated says whether a piece is a date as this language writes it, alone or with
// a clock.
func (w *Words) dated(piece string) bool {
	named := false
	for _, token := range strings.FieldsFunc(strings.ToLower(piece), func(r rune) bool { return r == ' ' || r == '\u00a0' || r == '\n' }) {
		digit := token[0] >= '0' && token[0] <= '9'
		name := slices.Contains(w.cal.days[:], token) || slices.Contains(w.cal.months[:], token) || slices.Contains(w.cal.short[:], token) ||
			token == w.T("date.today") || token == w.T("date.tomorrow") || token == w.T("date.yesterday")
		if !digit && !name && !slices.Contains(strings.Fields(w.cal.date+" "+w.cal.clock), token) {
			return false
		}
		named = named || name
	}
	return named
}

// Dir is the way the language is written, as html's dir attribute wants it.
func (w *Words) Dir() string {
	if w.lang == tilhor.Arabic {
		return "rtl"
	}
	return "ltr"
}

// Checked says whether a person who knows the language has read its texts. What
// the others are translated from needs no such reader.
func (w *Words) Checked() bool { return w.T("lang.checked") != "no" }

// Has says whether there is a text for the key.
func (w *Words) Has(key string) bool {
	_, ok := w.cat[key]
	return ok || w.instead != nil && w.instead.Has(key)
}

// T is the text of a key, with pairs of name and value filled in; "n" chooses
// the form of number. Whole numbers, dates and times are written as the
// language writes them; give a year as a string. What is missing shows as
// ⟦key⟧, which every page test looks for.
func (w *Words) T(key string, kv ...any) string {
	e, ok := w.cat[key]
	if !ok && w.instead != nil {
		return w.instead.T(key, kv...)
	}
	if !ok {
		return "⟦" + key + "⟧"
	}
	var b strings.Builder
	for _, p := range w.form(e, kv) {
		if !p.slot {
			b.WriteString(p.s)
			continue
		}
		b.WriteString(w.fill(p.s, kv))
	}
	return b.String()
}

func (w *Words) form(e entry, kv []any) text {
	if len(e.forms) > 1 {
		if n, ok := count(kv); ok {
			if t := e.form(pluralForm(w.tag, n)); t != nil {
				return t
			}
		}
	}
	return e.form(plural.Other)
}

// pluralForm is the grammatical number of n: one and other in Norwegian and
// English, one, two and other in Northern Sámi.
func pluralForm(tag language.Tag, n int) plural.Form {
	if n < 0 {
		n = -n
	}
	return plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)
}

func count(kv []any) (int, bool) {
	for i := 0; i+1 < len(kv); i += 2 {
		if kv[i] != "n" {
			continue
		}
		switch n := kv[i+1].(type) {
		case int:
			return n, true
		case int64:
			return int(n), true
		}
	}
	return 0, false
}

func (w *Words) fill(name string, kv []any) string {
	for i := 0; i+1 < len(kv); i += 2 {
		if kv[i] == name {
			return w.show(kv[i+1])
		}
	}
	return "⟦" + name + "⟧"
}

func (w *Words) show(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int, int64, float64:
		return w.Num(v)
	case tilhor.Date:
		return w.Date(v)
	case time.Time:
		return w.DateTime(v)
	case tilhor.When:
		return w.Moment(v)
	case Spoken:
		return v(w)
	}
	return fmt.Sprint(v)
}

// A Spoken is a value that is said in the language of the text it is filled into,
// which is not the reader's where they have no text of their own: Norwegian days
// in a Norwegian sentence.
type Spoken func(*Words) string

// In gives a Spoken of a way to say a value: In((*Words).Day, date).
func In[V any](say func(*Words, V) string, v V) Spoken {
	return func(w *Words) string { return say(w, v) }
}

// Num writes a number: «16 000» with a no-break space, «1,4» with a comma, at
// most two decimals. Whoever writes a file for a spreadsheet must not use it.
func (w *Words) Num(n any) string {
	return w.printer.Sprint(number.Decimal(n, number.MaxFractionDigits(2)))
}

// Cap makes the first letter a capital, for what begins a sentence.
func Cap(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// List joins as people do: «Kari, Ina og Jonas».
func (w *Words) List(items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + " " + w.T("list.and") + " " + items[last]
}
