package lang

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
	"unicode/utf8"

	"tilhor"
)

// lix is Björnsson's readability index (läsbarhetsindex, 1968): words a sentence
// and how many of a hundred words have more than six letters. Below 25 is for
// children, below 35 is light reading, 45 is a newspaper.
func lix(s string) float64 {
	var words, long, sentences int
	for _, w := range wordsOf(s) {
		letters := strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
		words++
		if utf8.RuneCountInString(letters) > 6 {
			long++
		}
		if strings.ContainsAny(w[len(w)-1:], ".?!:") && !shortened.MatchString(w) {
			sentences++
		}
	}
	if words == 0 {
		return 0
	}
	return float64(words)/float64(max(sentences, 1)) + 100*float64(long)/float64(words)
}

// says are the texts that are kept, as they are read.
func says(w *Words, keep func(key string) bool) (all []string) {
	for k, e := range w.cat {
		if keep(k) {
			for _, t := range e.forms {
				all = append(all, plain(t))
			}
		}
	}
	return all
}

// shortened is a word with a full stop that ends no sentence.
var shortened = regexp.MustCompile(`(?i)^(nr|kl|bl|ca)\.$`)

// fewest is how many words LIX says something of.
const fewest = 40

// read is what is said under a prefix, page by page: what stands in the same part of
// the keys. Where that is few words, it is read together. A heading and the words on a
// button are no sentences, and would make all that stands between them look easy.
func read(w *Words, prefix string, but ...string) map[string]string {
	all := map[string]string{}
	for k, e := range w.cat {
		if !strings.HasPrefix(k, prefix) || slices.ContainsFunc(but, func(p string) bool { return strings.HasPrefix(k, p) }) {
			continue
		}
		page, _, _ := strings.Cut(strings.TrimPrefix(k, prefix), ".")
		for _, t := range e.forms {
			if s := plain(t); strings.HasSuffix(strings.TrimRight(s, "»\")"), ".") || strings.ContainsAny(s[len(s)-1:], "?!") {
				all[page] += s + "\n"
			}
		}
	}
	for page, text := range all {
		if page != "" && len(wordsOf(text)) < fewest {
			all[""] += text
			delete(all, page)
		}
	}
	return all
}

// An aim is how hard the texts for an age may be to read, at most: LIX over all of
// them, and words in the longest sentence. words.md and the notes of the pages for
// families ask for it per age.
type aim struct {
	lix   float64
	words int
}

var (
	aged6  = aim{20, 10}
	aged9  = aim{25, 14}
	aged13 = aim{30, 18}
	adults = aim{lix: 35} // whose sentences may be long
)

func (a aim) hold(t *testing.T, name, text string) {
	t.Helper()
	n, words := lix(text), len(wordsOf(text))
	t.Logf("%-22s LIX %2.0f, at most %2.0f (%d words)", name, n, a.lix, words)
	if words == 0 || words >= fewest && n > a.lix {
		t.Errorf("%s: LIX %.1f, want at most %.0f", name, n, a.lix)
	}
	for _, s := range long(text, a.words) {
		t.Errorf("%s: more than %d words: %s", name, a.words, s)
	}
}

// short are such words within a text.
var short = regexp.MustCompile(`(?i)\b(nr|kl|bl|ca)\.\s`)

// ends is where one sentence ends and another begins.
var ends = regexp.MustCompile(`[.?!:]["»]?\s+`)

// long are the sentences of more words than most; none when it is 0.
func long(text string, most int) (all []string) {
	for _, s := range ends.Split(short.ReplaceAllString(text, "$1 "), -1) {
		if n := len(wordsOf(s)); most > 0 && n > most {
			all = append(all, s)
		}
	}
	return all
}

// wordsOf are the words of a text, as LIX counts them.
func wordsOf(s string) (all []string) {
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '/' || r == '–' }) {
		if strings.ContainsFunc(w, unicode.IsLetter) {
			all = append(all, w)
		}
	}
	return all
}

// aims are the texts of an area, and whom they are for; but leaves out what staff read.
var aims = []struct {
	prefix string
	aim    aim
	but    []string
}{
	{"rights.7.", aged6, nil},
	{"privacy.7.", aged6, nil},
	{"mine.6-8.", aged6, nil},
	{"rights.11.", aged9, nil},
	{"privacy.11.", aged9, nil},
	{"mine.", aged9, []string{"mine.6-8.", "mine.13+.", "mine.decisions"}}, // what one page says to all, the youngest who reads alone can read
	{"dialogue.", aged9, []string{"dialogue.staff.", "dialogue.fault.to"}},
	{"pupil.", aged9, []string{"pupil.step.week"}},                   // which a parent is told
	{"ideas.", aged9, []string{"ideas.who-text"}},                    // which staff read
	{"public.school.", aged13, []string{"public.school.not-better"}}, // for parents
	{"rights.15.", aged13, nil},
	{"privacy.15.", aged13, nil},
	{"mine.13+.", aged13, nil},
	{"rights.foresatt.", adults, nil},
	{"notices.", adults, nil},
	{"parent.", adults, nil},
	{"public.privacy.", adults, nil},
	{"public.home.", aged9, nil},
	{"public.help.", aged9, nil},
	{"public.poster.", aged9, nil},
	{"public.receipt.", aged9, nil},
	{"receipt.", aged9, []string{"receipt.check."}}, // which an operator reads
	{"signin.", aged9, []string{"signin.level."}},   // and these staff
	{"web.", aged9, []string{"web.untrained."}},
	{"frame.", aged9, nil},
	{"form.", aged9, nil},
	{"bodies.", aim{lix: aged9.lix}, []string{"bodies.rules", "bodies.usual"}}, // who leads an elevråd is twelve; its rules are set by rektor
}

func TestTextsAreAsEasyAsTheirReaderNeeds(t *testing.T) {
	for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk} {
		for _, a := range aims {
			pages := read(For(l), a.prefix, a.but...)
			for page, text := range pages {
				a.aim.hold(t, string(l)+" "+a.prefix+page, text)
			}
			if len(pages) == 0 {
				t.Errorf("%s: nothing stands under %s", l, a.prefix)
			}
		}
	}
}

// The control: one sentence too long among short ones is found, and only that.
func TestLongSentences(t *testing.T) {
	got := long("Vi ser deg. Er du her? «Ja.» Det er en setning med minst sju ord.\nKort. Pust: du er her.", 6)
	if len(got) != 1 || got[0] != "Det er en setning med minst sju ord" {
		t.Errorf("%q", got)
	}
	if got := long("Det står i artikkel 6 nr. 1 i dag.", 6); len(got) != 1 {
		t.Errorf("a number ends a sentence: %q", got)
	}
}

// The controls: a button makes nothing easy, and one hard page is not hidden by easy ones.
func TestReadPageByPage(t *testing.T) {
	hard := strings.TrimSpace(strings.Repeat("Behandlingsansvarlig kommuneadministrasjon dokumenterer saksbehandlingen. ", 11))
	all := must(load(fstest.MapFS{"a.nb.json": file(`{"x.a.b": "Send", "x.a.c": "` + hard + `", "x.b.d": "` + strings.Repeat("Vi ser deg. ", 15) + `Ja.", "x.c": "Her er vi."}`)}, "."))
	pages := read(&Words{cat: all[tilhor.Bokmal]}, "x.")
	if len(pages) != 3 || lix(pages["a"]) < 100 || lix(pages["b"]) > 10 || pages[""] != "Her er vi.\n" || strings.Contains(pages["a"], "Send") {
		t.Errorf("%q", pages)
	}
}

// The control: words for lawyers are not easy.
func TestLix(t *testing.T) {
	for text, want := range map[string]string{
		"Vi ser deg. Du er her.":           "3",
		"Skolemiljøet er trygt. Vi passer": "25", // of five words one is long, and one sentence has ended
		"Se § 4 nr. 2 her.":                "3",  // of three words none is long, and one sentence has ended
		"Behandlingsansvarlig kommuneadministrasjon dokumenterer saksbehandlingen": "104",
		"": "0",
	} {
		if got := fmt.Sprintf("%.0f", lix(text)); got != want {
			t.Errorf("%q: LIX %s, want %s", text, got, want)
		}
	}
}
