package lang

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"tilhor"
)

// lix is Björnsson's readability index (läsbarhetsindex, 1968): words a sentence
// and how many of a hundred words have more than six letters. Below 25 is for
// children, below 35 is light reading, 45 is a newspaper.
func lix(s string) float64 {
	var words, long, sentences int
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '/' || r == '–' }) {
		letters := strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
		if letters == "" {
			continue
		}
		words++
		if utf8.RuneCountInString(letters) > 6 {
			long++
		}
		if strings.ContainsAny(w[len(w)-1:], ".?!:") {
			sentences++
		}
	}
	if words == 0 {
		return 0
	}
	return float64(words)/float64(max(sentences, 1)) + 100*float64(long)/float64(words)
}

// read is what stands under some keys, each text ended as a sentence.
func read(w *Words, prefix string) string {
	var b strings.Builder
	for k, e := range w.cat {
		if !strings.HasPrefix(k, prefix) {
			continue
		}
		for _, t := range e.forms {
			s := plain(t)
			b.WriteString(s)
			if !strings.ContainsAny(s[len(s)-1:], ".?!:") {
				b.WriteString(".")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// aims are how hard the texts for each age may be to read, at most: words.md and
// the notes of the pages for families ask for it per age.
var aims = []struct {
	prefix string
	most   float64
}{
	{"rights.7.", aged6},
	{"privacy.7.", aged6},
	{"rights.11.", aged9},
	{"privacy.11.", aged9},
	{"rights.15.", aged13},
	{"privacy.15.", aged13},
	{"rights.foresatt.", adults},
	{"notices.", adults},
	{"bodies.", aged9}, // who leads an elevråd is twelve
}

// At most, by the age of the reader.
const (
	aged6  = 20
	aged9  = 25
	aged13 = 30
	adults = 35
)

func TestTextsAreAsEasyAsTheirReaderNeeds(t *testing.T) {
	for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk} {
		for _, a := range aims {
			text := read(For(l), a.prefix)
			n := lix(text)
			t.Logf("%s %-18s LIX %2.0f, at most %2.0f", l, a.prefix, n, a.most)
			if text == "" || n > a.most {
				t.Errorf("%s %s: LIX %.1f, want at most %.0f", l, a.prefix, n, a.most)
			}
		}
	}
}

// The control: words for lawyers are not easy.
func TestLix(t *testing.T) {
	for text, want := range map[string]string{
		"Vi ser deg. Du er her.":           "3",
		"Skolemiljøet er trygt. Vi passer": "25", // of five words one is long, and one sentence has ended
		"Behandlingsansvarlig kommuneadministrasjon dokumenterer saksbehandlingen": "104",
		"": "0",
	} {
		if got := fmt.Sprintf("%.0f", lix(text)); got != want {
			t.Errorf("%q: LIX %s, want %s", text, got, want)
		}
	}
}
