package lang

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tilhor"
)

// Every text in Sámi was found somewhere, and where stands in testdata/se-sources.tsv:
// whoever reads the texts after us, goes there. No line outlives its text.
func TestSamiTextsAreFound(t *testing.T) {
	b, err := os.ReadFile("testdata/se-sources.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	found := map[string]bool{}
	for _, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		if len(cells) != 3 || cells[2] == "" {
			t.Errorf("%q: want key, text and where it was found", line)
			continue
		}
		e, ok := catalogues[tilhor.Sami][cells[0]]
		if !ok {
			t.Errorf("%s: stands in the table and in no text", cells[0])
			continue
		}
		switch said := strings.ReplaceAll(plain(e.forms[0]), "\u00ad", ""); { // where a long word may be parted
		case said != cells[1]:
			t.Errorf("%s: the text is %q, the table says %q", cells[0], said, cells[1])
		case found[cells[0]]:
			t.Errorf("%s: stands twice", cells[0])
		}
		found[cells[0]] = true
	}
	for key := range catalogues[tilhor.Sami] {
		if !found[key] {
			t.Errorf("%s: nobody says where it was found", key)
		}
	}
}

// samiPages are what a child or a parent reads while telling and afterwards, with
// the frame, the doors and privacy.
var samiPages = []string{
	"../pages/sender/*", "../pages/pupil/*", "../pages/family/*", "../pages/public/school.*", "../pages/public/poster.*", "../pages/public/rights.*",
	"../pages/public/receipt.*", "../pages/public/privacy*.html", "../web/say/*", "../web/signin/templates/*", "../web/signin/routes.go",
	"../web/components/page.html", "../web/components/say.html", "../web/components/level.html", "../web/components/emergency.html",
}

// choices begin the keys of what is chosen between there.
var choices = []string{"say.face.", "say.place.", "say.for.", "say.level.", "rights.level.", "arena.", "mine.pic.", "mine.better.", "mine.answer.", "mine.right."}

// noSami are short texts of those pages that have none, and why.
var noSami = map[string]string{
	"say.done.leave-codeless":         "no sure word for a code",
	"say.face.soso":                   "no sure word",
	"say.face.sad":                    "no sure word",
	"say.place.sfo":                   "SFO is called so",
	"arena.sfo":                       "SFO is called so",
	"mine.pic.sfo":                    "SFO is called so",
	"frame.accessibility":             "no sure word",
	"frame.notices":                   "no sure word",
	"frame.switch-role":               "no sure word",
	"frame.sign-out-all":              "no sure word for everywhere",
	"signin.out.all":                  "no sure word for everywhere",
	"public.receipt.receipt":          "no sure word for a receipt",
	"parent.receipt.title":            "no sure word for a receipt",
	"say.done.receipt":                "no sure word for a receipt",
	"say.receipt.title":               "no sure word for a receipt",
	"dialogue.code.card":              "no sure word for printing as a thing",
	"say.whom.title":                  "no sure way to ask it",
	"public.receipt.step-will-decide": "no sure word",
	"mine.now.who":                    "a name would have to be bent",
	"frame.exit":                      "sentences in bokmål call the button by its name",
	"frame.rooms":                     "of members of councils",
	"frame.waiting":                   "of those who work here",
}

var (
	element = regexp.MustCompile(`(?s)<(?:h[1-3]|button|label|legend|summary|a|nav)\b.*?</(?:h[1-3]|button|label|legend|summary|a|nav)>`)
	unheard = regexp.MustCompile(`(?:aria-label|title|alt)="\{\{[^}]*\}\}"`)
	inside  = regexp.MustCompile(`\.T "([a-z0-9.+-]+)"`)
	handed  = regexp.MustCompile(`(?:\b(?:Heading|Title|Label|Link|Term): |Button\{Text: |Frame\(|\.Field\([^"]*"[a-z-]+", |\.field\("[a-z-]+", )(?:[A-Za-z.]*T\(|t\.text\()?"([a-z]+\.[a-z0-9.+-]+)"`)
)

// headings are the keys that a page has as a heading, a button, a link or the name
// of a field.
func headings(name, source string) (keys []string) {
	if !strings.HasSuffix(name, ".html") {
		for _, m := range handed.FindAllStringSubmatch(source, -1) {
			keys = append(keys, m[1])
		}
		return keys
	}
	for _, part := range element.FindAllString(unheard.ReplaceAllString(source, ""), -1) {
		for _, m := range inside.FindAllStringSubmatch(part, -1) {
			keys = append(keys, m[1])
		}
	}
	return keys
}

// few is how long a text may be that is no sentence.
const few = 3

// What is short on those pages is in Sámi, or said why not. What is longer is a
// sentence, and waits for a person who knows the language (docs/decisions/0090).
func TestSamiIsWhereItIsShort(t *testing.T) {
	used := map[string]bool{}
	look := func(where, key string) {
		e, ok := catalogues[tilhor.Bokmal][key]
		if !ok { // the beginning of one
			return
		}
		used[key] = true
		_, own := catalogues[tilhor.Sami][key]
		if short := len(strings.Fields(plain(e.forms[0]))) <= few; short && !own && noSami[key] == "" {
			t.Errorf("%s: %s, %q, is not in Sámi", where, key, plain(e.forms[0]))
		}
		if own && noSami[key] != "" {
			t.Errorf("%s is in Sámi: it needs no reason why not", key)
		}
	}
	eachSource(t, samiPages, func(file, source string) {
		for _, key := range headings(file, source) {
			look(file, key)
		}
	})
	for key := range catalogues[tilhor.Bokmal] {
		if slices.ContainsFunc(choices, func(begins string) bool { return strings.HasPrefix(key, begins) }) {
			look("a choice", key)
		}
	}
	for key := range noSami {
		if !used[key] {
			t.Errorf("%s is no heading, button, link, field or choice of those pages", key)
		}
	}
	if len(used) < 150 {
		t.Errorf("only %d headings, buttons, links and fields were found", len(used))
	}
}

// The control: the test above finds a key in each of these, and none in an attribute.
func TestSamiIsWhereItIsShortCatches(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"a.html", `<h2 class="t-h2">{{.W.T "a.b"}}</h2><p>{{.W.T "a.c"}}</p>`, "a.b"},
		{"a.html", `<a href="{{.X}}">{{icon "Chat"}}{{$.W.T "a.b"}}</a>`, "a.b"},
		{"a.html", `<nav aria-label="{{.W.T "a.c"}}"><b>{{.W.T "a.b"}}</b></nav>`, "a.b"},
		{"a.go", `v.Wish = t.field("wish", "a.b"); w.T("a.c")`, "a.b"},
		{"a.go", `f.Field(w, "school", w.T("a.b"))`, "a.b"},
		{"a.go", `web.Button{Text: q.T.T("a.b"), Kind: "c.d"}`, "a.b"},
	} {
		if got := strings.Join(headings(c.name, c.source), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.source, got, c.want)
		}
	}
}

// A sentence in bokmål that calls a button by its name, is of no help where the
// button has another: «Si ifra» is called Muital.
func TestBokmalSentencesCallNoSamiButtonByName(t *testing.T) {
	name := map[string]string{}
	for key := range catalogues[tilhor.Sami] {
		name[plain(catalogues[tilhor.Bokmal][key].forms[0])] = key
	}
	quoted := regexp.MustCompile(`«([^»]+)»`)
	for key, e := range catalogues[tilhor.Bokmal] {
		area, _, _ := strings.Cut(key, ".")
		if key == "dialogue.card.print" { // the menu of the browser
			continue
		}
		switch area {
		case "say", "parent", "pupil", "dialogue", "mine", "rights", "privacy", "public", "signin", "notices":
			for _, m := range quoted.FindAllStringSubmatch(plain(e.forms[0]), -1) {
				if called := name[m[1]]; called != "" {
					t.Errorf("%s says «%s», which is %s in Sámi", key, m[1], plain(catalogues[tilhor.Sami][called].forms[0]))
				}
			}
		}
	}
}

// What is said in Sámi is known again on a page, and what is not is left alone.
func TestSays(t *testing.T) {
	w := For(tilhor.Sami)
	at := tilhor.Date("2026-11-23")
	for _, s := range []string{
		w.T("do.next"), w.T("frame.home") + ": ", "(" + w.T("form.optional") + ")", w.T("signin.with", "provider", "Feide"), w.Date(at), w.Day(at), w.DateShort(at),
		w.NearDay(at, at), Cap(w.NearDay(at.Add(1), at)), w.DateTime(at.Time()), w.T("rights.ref.safe"),
	} {
		if !w.Says(s) {
			t.Errorf("%q is not known for Sámi", s)
		}
	}
	for _, s := range []string{"", " ", "Neste", "23. november 2026", "2", "kl. 08.15", "no", "Solbakken skole", w.T("say.danger"), w.T("do.next") + " gang"} {
		if w.Says(s) {
			t.Errorf("%q is taken for Sámi", s)
		}
	}
	// A text that is nearly all slots would be known again in anything.
	for key, e := range catalogues[tilhor.Sami] {
		letters := 0
		for _, p := range e.forms[0] {
			if !p.slot {
				letters += len(p.s)
			}
		}
		if letters < 3 && len(e.forms[0].slots()) > 0 {
			t.Errorf("%s: %q is too little to be known by", key, plain(e.forms[0]))
		}
	}
}

// A day is said in the language of the sentence it stands in.
func TestSpoken(t *testing.T) {
	w, at := For(tilhor.Sami), tilhor.Date("2026-11-23")
	if got := w.T("say.when.closed", "day", In((*Words).Day, at)); !strings.Contains(got, "mandag 23.") {
		t.Error(got)
	}
	if got := w.T("dialogue.from.you", "when", In((*Words).Day, at)); !strings.Contains(got, "vuossárga skábmamánu") {
		t.Error(got)
	}
}
