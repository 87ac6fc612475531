package lang

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"tilhor"
)

//go:embed texts/*.json
var texts embed.FS

// Langs are the languages every page exists in, in the order they are offered.
var Langs = []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk, tilhor.English}

// Further are the languages that only some areas exist in: how to tell, what
// one's rights are, and what a parent reads. What is not written in them is
// said in the language of instead.
var Further = []tilhor.Lang{tilhor.Sami, tilhor.Polish, tilhor.Ukrainian, tilhor.Arabic, tilhor.Somali}

// instead is what a reader of a further language is served with, where there is
// nothing in their own: Sámi speakers read Norwegian.
var instead = map[tilhor.Lang]tilhor.Lang{
	tilhor.Sami: tilhor.Bokmal, tilhor.Polish: tilhor.English, tilhor.Ukrainian: tilhor.English, tilhor.Arabic: tilhor.English, tilhor.Somali: tilhor.English,
}

// Instead is the language of the pages that a language does not have.
func Instead(l tilhor.Lang) tilhor.Lang {
	if other, further := instead[l]; further {
		return other
	}
	return l
}

// tags are the languages whose rules for plural this package knows. Numbers are
// written with the digits that Norwegian forms are read and filled in with.
var tags = map[tilhor.Lang]language.Tag{
	tilhor.Bokmal:    language.MustParse("nb"),
	tilhor.Nynorsk:   language.MustParse("nn"),
	tilhor.English:   language.BritishEnglish,
	tilhor.Sami:      language.MustParse("se"),
	tilhor.Polish:    language.MustParse("pl"),
	tilhor.Ukrainian: language.MustParse("uk"),
	tilhor.Arabic:    language.MustParse("ar-u-nu-latn"),
	tilhor.Somali:    language.MustParse("so"),
}

// catalogues holds every text, read once when the program starts: a broken
// file stops it there and not in front of a reader.
var catalogues = must(load(texts, "texts"))

type catalogue map[string]entry

// An entry is one text: one form, or one form for each kind of number. There are
// some tens of thousands, so they are slices and not maps.
type entry struct {
	forms []text
	kinds []plural.Form // of each form
}

// form is the text for a kind of number, nil if there is none of its own.
func (e entry) form(kind plural.Form) text {
	if i := slices.Index(e.kinds, kind); i >= 0 {
		return e.forms[i]
	}
	return nil
}

var single = []plural.Form{plural.Other}

// A text is cut into pieces once, so that filling in is only joining.
type text []piece

type piece struct {
	slot bool
	s    string
}

var formNames = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other,
}

func must(c map[tilhor.Lang]catalogue, err error) map[tilhor.Lang]catalogue {
	if err != nil {
		panic(err)
	}
	return c
}

// load reads every <area>.<language>.json in dir. A key that stands twice, in
// one file or in two, is a fault: one of the two texts would never be seen.
func load(fsys fs.FS, dir string) (map[tilhor.Lang]catalogue, error) {
	names, err := fs.Glob(fsys, path.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	all := map[tilhor.Lang]catalogue{}
	from := map[string]string{}
	for _, name := range names {
		parts := strings.Split(path.Base(name), ".")
		if len(parts) != 3 {
			return nil, fmt.Errorf("%s: want <area>.<language>.json", name)
		}
		l := tilhor.Lang(parts[1])
		if _, ok := tags[l]; !ok {
			return nil, fmt.Errorf("%s: unknown language %q", name, l)
		}
		if all[l] == nil {
			all[l] = catalogue{}
		}
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		err = readFile(b, func(key string, e entry) error {
			if was, twice := from[string(l)+" "+key]; twice {
				return fmt.Errorf("%q stands in %s already", key, was)
			}
			from[string(l)+" "+key] = path.Base(name)
			all[l][key] = e
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return all, nil
}

// readFile walks one file token by token, since decoding into a map would hide
// a key that stands twice.
func readFile(b []byte, add func(string, entry) error) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("want an object from key to text")
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		key := t.(string)
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
		e, err := readEntry(raw)
		if err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
		if err := add(key, e); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

func readEntry(raw json.RawMessage) (entry, error) {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return entry{[]text{cut(s)}, single}, nil
	}
	var forms map[string]string
	if err := json.Unmarshal(raw, &forms); err != nil {
		return entry{}, fmt.Errorf("want a text or an object of forms")
	}
	if _, ok := forms["other"]; !ok {
		return entry{}, fmt.Errorf("no form %q", "other")
	}
	e := entry{}
	for name, s := range forms {
		f, ok := formNames[name]
		if !ok {
			return entry{}, fmt.Errorf("unknown form %q", name)
		}
		e.forms, e.kinds = append(e.forms, cut(s)), append(e.kinds, f)
	}
	return e, nil
}

// cut parts "Hei, {name}." into its pieces.
func cut(s string) text {
	var t text
	for s != "" {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			return append(t, piece{s: s})
		}
		end := strings.IndexByte(s[open:], '}')
		if end < 0 {
			return append(t, piece{s: s})
		}
		if open > 0 {
			t = append(t, piece{s: s[:open]})
		}
		t = append(t, piece{slot: true, s: s[open+1 : open+end]})
		s = s[open+end+1:]
	}
	return t
}

// slots are the names a text asks for, each once.
func (t text) slots() []string {
	var names []string
	seen := map[string]bool{}
	for _, p := range t {
		if p.slot && !seen[p.s] {
			seen[p.s] = true
			names = append(names, p.s)
		}
	}
	return names
}
