package lang

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/feature/plural"

	"tilhor"
)

// gaps are the keys that do not stand alike in every language: missing, with
// other slots, or without a form the language needs.
func gaps(all map[tilhor.Lang]catalogue) []string {
	keys := map[string]bool{}
	for _, l := range Langs {
		for k := range all[l] {
			keys[k] = true
		}
	}
	var found []string
	for k := range keys {
		want, first := []string(nil), tilhor.Lang("")
		for _, l := range Langs {
			e, ok := all[l][k]
			if !ok {
				found = append(found, fmt.Sprintf("%s: missing in %s", k, l))
				continue
			}
			found = append(found, formGaps(k, l, e)...)
			have := slotsOf(e)
			if first == "" {
				want, first = have, l
			}
			if !slices.Equal(have, want) {
				found = append(found, fmt.Sprintf("%s: %s fills in %v, %s %v", k, first, want, l, have))
			}
		}
	}
	slices.Sort(found)
	return found
}

// formGaps are the numbers a language has and the text has not.
func formGaps(key string, l tilhor.Lang, e entry) []string {
	if len(e.forms) == 1 {
		return nil
	}
	var found []string
	for n := range 120 {
		f := pluralForm(tags[l], n)
		if e.form(f) == nil {
			found = append(found, fmt.Sprintf("%s: %s has no form for %d", key, l, n))
			break
		}
	}
	return found
}

// slotsOf are the slots of all forms together: «Én sak» need not say {n}.
func slotsOf(e entry) []string {
	var names []string
	for _, t := range e.forms {
		names = append(names, t.slots()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestEveryKeyStandsInEveryLanguage(t *testing.T) {
	for _, gap := range gaps(catalogues) {
		t.Error(gap)
	}
}

// areas are what the further languages are whole in; Sámi is written only as far
// as its words are safe, and says the rest in Norwegian.
var areas = []string{
	"lang.", "frame.", "rights.", "public.now", "public.school", "public.poster", "public.privacy.", "signin.", "say.", "parent.",
	"pupil.", "dialogue.", "notices.", "role.", "arena.", "list.", "date.", "ago.", "step.", "form.", "do.",
	"receipt.means", "public.receipt.next", "public.receipt.then", "public.receipt.received", "public.receipt.number",
	"public.receipt.file", "public.receipt.picture",
	"concerns.fault.long", "concerns.fault.short", "concerns.fault.arena", "concerns.fault.accused", "concerns.fault.against",
	"mine.tell.button", "mine.tell.told", "mine.last", "mine.an-adult", "privacy.link",
	"web.home", "web.retry", "web.phone", "web.ref", "web.kept", "web.notfound", "web.crosssite", "web.toolong", "web.unreadable", "web.sent",
	"web.faults", "web.broken", "web.full", "web.many", "web.busy", "web.left", "web.signedout", "web.altered", "web.unread",
	"cases.fault.say", "cases.fault.language", "cases.fault.draft-gone", "cases.fault.long", "cases.fault.short",
}

// staffOnly are keys of those areas that no family sees.
var staffOnly = []string{"say.take", "dialogue.staff", "dialogue.fault.to"}

// furtherGaps are the keys that a further language lacks, or has otherwise than
// bokmål, or that are in it and nowhere else.
func furtherGaps(all map[tilhor.Lang]catalogue, areas []string) []string {
	var found []string
	whole := func(key string) bool {
		return slices.ContainsFunc(areas, func(a string) bool { return strings.HasPrefix(key, a) }) &&
			!slices.ContainsFunc(staffOnly, func(a string) bool { return strings.HasPrefix(key, a) })
	}
	for _, l := range Further {
		for k, e := range all[tilhor.Bokmal] {
			mine, ok := all[l][k]
			switch {
			case !ok && whole(k) && l != tilhor.Sami:
				found = append(found, fmt.Sprintf("%s: missing in %s", k, l))
			case ok && !slices.Equal(slotsOf(mine), slotsOf(e)):
				found = append(found, fmt.Sprintf("%s: nb fills in %v, %s %v", k, slotsOf(e), l, slotsOf(mine)))
			case ok:
				found = append(found, formGaps(k, l, mine)...)
			}
		}
		for k := range all[l] {
			if _, ok := all[tilhor.Bokmal][k]; !ok {
				found = append(found, fmt.Sprintf("%s: only in %s", k, l))
			}
		}
	}
	slices.Sort(found)
	return found
}

func TestFurtherLanguagesAreWhole(t *testing.T) {
	for _, gap := range furtherGaps(catalogues, areas) {
		t.Error(gap)
	}
	for _, l := range Further {
		if w := For(l); w.Checked() {
			t.Errorf("%s says that a person has checked it: name that person in docs/guide/languages.md, and here", l)
		}
	}
}

// The control: the test above must catch each of these.
func TestFurtherLanguagesAreWholeCatches(t *testing.T) {
	all := map[tilhor.Lang]catalogue{}
	texts := func(l tilhor.Lang, text string) {
		c := must(load(fstest.MapFS{"a.nb.json": file(text)}, "."))
		all[l] = c[tilhor.Bokmal]
	}
	whole := `{"a.x": "Hei, {name}"}`
	for _, l := range append([]tilhor.Lang{tilhor.Bokmal}, Further...) {
		texts(l, whole)
	}
	if g := furtherGaps(all, []string{"a."}); len(g) > 0 {
		t.Fatalf("whole catalogues have gaps: %v", g)
	}
	for name, broken := range map[string]string{
		"a missing key": `{}`, "a missing slot": `{"a.x": "Hei"}`, "a key of its own": `{"a.x": "Hei, {name}", "a.y": "?"}`,
	} {
		texts(tilhor.Polish, broken)
		if len(furtherGaps(all, []string{"a."})) == 0 {
			t.Errorf("%s is not caught", name)
		}
	}
}

// The control: the test above must catch each of these.
func TestEveryKeyStandsInEveryLanguageCatches(t *testing.T) {
	whole := fstest.MapFS{
		"a.nb.json": file(`{"x": "Hei, {name}", "y": {"one": "én", "other": "{n}"}}`),
		"a.nn.json": file(`{"x": "Hei, {name}", "y": {"one": "éin", "other": "{n}"}}`),
		"a.en.json": file(`{"x": "Hello, {name}", "y": {"one": "one", "other": "{n}"}}`),
	}
	if g := gaps(must(load(whole, "."))); len(g) > 0 {
		t.Fatalf("a whole catalogue has gaps: %v", g)
	}
	cases := []struct{ name, broken string }{
		{"a missing key", `{"x": "Hei, {name}"}`},
		{"a missing slot", `{"x": "Hei", "y": {"one": "éin", "other": "{n}"}}`},
		{"another slot", `{"x": "Hei, {namn}", "y": {"one": "éin", "other": "{n}"}}`},
		{"a missing form", `{"x": "Hei, {name}", "y": {"two": "to", "other": "{n}"}}`},
	}
	for _, c := range cases {
		whole["a.nn.json"] = file(c.broken)
		if len(gaps(must(load(whole, ".")))) == 0 {
			t.Errorf("%s is not caught", c.name)
		}
	}
}

func file(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func TestLoadRefuses(t *testing.T) {
	cases := []struct {
		name  string
		files fstest.MapFS
		want  string
	}{
		{"a key twice in one file", fstest.MapFS{"a.nb.json": file(`{"x": "1", "x": "2"}`)}, "stands in a.nb.json already"},
		{"a key in two files", fstest.MapFS{"a.nb.json": file(`{"x": "1"}`), "b.nb.json": file(`{"x": "2"}`)}, "stands in a.nb.json already"},
		{"a nested object", fstest.MapFS{"a.nb.json": file(`{"x": {"y": {"z": "1"}}}`)}, "want a text"},
		{"forms without other", fstest.MapFS{"a.nb.json": file(`{"x": {"one": "1"}}`)}, "no form"},
		{"an unknown form", fstest.MapFS{"a.nb.json": file(`{"x": {"three": "1", "other": "2"}}`)}, "unknown form"},
		{"an unknown language", fstest.MapFS{"a.no.json": file(`{}`)}, "unknown language"},
		{"a name with no area", fstest.MapFS{"nb.json": file(`{}`)}, "want <area>"},
		{"a list", fstest.MapFS{"a.nb.json": file(`[]`)}, "want an object"},
		{"half a file", fstest.MapFS{"a.nb.json": file(`{"x": "1"`)}, "a.nb.json"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(c.files, ".")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// slips are what a careful editor would strike: straight quotation marks and
// dots, shouting, and words the project has decided against (words.md).
var slips = map[tilhor.Lang]*regexp.Regexp{
	tilhor.Bokmal:  regexp.MustCompile(`["“”]|\.\.\.|!| - |(?i)\b(virkedag\w*|mobberen?|overgriper\w*|mobbeoffer\w*|offeret|fylkesmannen)\b`),
	tilhor.Nynorsk: regexp.MustCompile(`["“”]|\.\.\.|!| - |(?i)\b(skul[ea]\w*|føresett\w*|vert|handsam\w*|vegleie\w*|ikke|jeg|hvor\w*|hva|hvem|virkedag\w*|mobbaren?|overgripar\w*|fylkesmannen)\b`),
	tilhor.English: regexp.MustCompile(`["'“”]|\.\.\.|!| - |(?i)\b(county governor|students?|principals?|rector|behaviors?)\b`),
}

func TestTextsAreWellWritten(t *testing.T) {
	for _, l := range Langs {
		for key, e := range catalogues[l] {
			for _, txt := range e.forms {
				if s := plain(txt); slips[l].MatchString(s) || strings.TrimSpace(s) != s || s == "" {
					t.Errorf("%s %s: %q (%q)", l, key, s, slips[l].FindString(s))
				}
			}
		}
	}
}

func plain(t text) string {
	var b strings.Builder
	for _, p := range t {
		if p.slot {
			b.WriteString("{" + p.s + "}")
		} else {
			b.WriteString(p.s)
		}
	}
	return b.String()
}

// Every key that a page or a handler names in so many words has a text.
func TestEveryKeyUsedHasAText(t *testing.T) {
	used := map[string]*regexp.Regexp{
		".html": regexp.MustCompile(`\.T\s+"([a-z0-9.-]+[a-z0-9])"`),
		".go":   regexp.MustCompile(`\.T\("([a-z0-9.-]+[a-z0-9])"`),
	}
	w := For(tilhor.Bokmal)
	for _, root := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(p, "_test.go") {
				return err
			}
			re := used[filepath.Ext(p)]
			if re == nil {
				return nil
			}
			b, err := os.ReadFile(p)
			for _, m := range re.FindAllStringSubmatch(string(b), -1) {
				if !w.Has(m[1]) {
					t.Errorf("%s uses %q, which has no text", p, m[1])
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestPlural(t *testing.T) {
	cases := []struct {
		lang tilhor.Lang
		n    int
		want plural.Form
	}{
		{tilhor.Bokmal, 0, plural.Other},
		{tilhor.Bokmal, 1, plural.One},
		{tilhor.Bokmal, 2, plural.Other},
		{tilhor.Bokmal, 21, plural.Other},
		{tilhor.Nynorsk, 1, plural.One},
		{tilhor.Nynorsk, 2, plural.Other},
		{tilhor.English, 1, plural.One},
		{tilhor.English, 0, plural.Other},
		{tilhor.Sami, 1, plural.One},
		{tilhor.Sami, 2, plural.Two},
		{tilhor.Sami, 3, plural.Other},
	}
	for _, c := range cases {
		if got := pluralForm(tags[c.lang], c.n); got != c.want {
			t.Errorf("%s %d: got %v, want %v", c.lang, c.n, got, c.want)
		}
	}
}

func TestT(t *testing.T) {
	nb := For(tilhor.Bokmal)
	cases := []struct{ got, want string }{
		{nb.T("ago.minutes", "n", 1), "for 1 minutt siden"},
		{nb.T("ago.minutes", "n", 31), "for 31 minutter siden"},
		{nb.T("ago.minutes", "n", 16000), "for 16\u00a0000 minutter siden"},
		{nb.T("gate.sum", "done", 2, "all", 4), "2 av 4 er på plass."},
		{nb.T("gate.sum", "done", 2), "2 av ⟦all⟧ er på plass."},
		{nb.T("no.such.key"), "⟦no.such.key⟧"},
		{nb.T("form.change-what", "what", "{all}"), "Endre: {all}"},
		{nb.List([]string{"Kari", "Ina", "Jonas"}), "Kari, Ina og Jonas"},
		{nb.List([]string{"Kari"}), "Kari"},
		{nb.List(nil), ""},
		{For(tilhor.Nynorsk).T("ago.hours", "n", 2), "for 2 timar sidan"},
		{For(tilhor.English).T("ago.days", "n", 1), "1 day ago"},
		{string(For("xx").Lang()), "nb"},
		{string(For(tilhor.Sami).Lang()), "se"},
		{nb.Num(1.4), "1,4"},
		{nb.Num(9800000), "9\u00a0800\u00a0000"},
		{For(tilhor.English).Num(16000), "16,000"},
		{Cap("økt trygghet"), "Økt trygghet"},
		{Cap(""), ""},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func BenchmarkT(b *testing.B) {
	nb := For(tilhor.Bokmal)
	for b.Loop() {
		nb.T("gate.sum", "done", "2", "all", "4")
	}
}

// A telephone number that is filled in reads from the left in what is written from the
// right: "55 00 00 10" is not "10 00 00 55".
func TestNumbersAreNotTurned(t *testing.T) {
	n := 0
	for key := range catalogues[tilhor.Arabic] {
		text := For(tilhor.Arabic).T(key, "phone", "55 00 00 10")
		if !strings.Contains(text, "55 00 00 10") {
			continue
		}
		if n++; !strings.Contains(text, "\u206655 00 00 10\u2069") {
			t.Errorf("%s turns the number: %q", key, text)
		}
	}
	if n == 0 {
		t.Error("no text has a number: this proves nothing")
	}
}
