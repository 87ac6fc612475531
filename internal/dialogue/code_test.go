package dialogue

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"tilhor/internal/seal/sealtest"
)

// The list is long enough for 80 bits, easy to write on any keyboard, and no
// word of it becomes another by one wrong letter.
func TestTheWordsOfCodes(t *testing.T) {
	if bits := codeLength * math.Log2(float64(len(words))); bits < 80 {
		t.Errorf("%d words give %.2f bits", len(words), bits)
	}
	if !slices.IsSorted(words) {
		t.Error("the words are not sorted, and are looked up as if they were")
	}
	for i, w := range words {
		if len(w) < 3 || len(w) > 8 || strings.ContainsFunc(w, func(r rune) bool { return r < 'a' || r > 'z' }) {
			t.Errorf("%q is not 3 to 8 letters from a to z", w)
		}
		if plain(w) != w {
			t.Errorf("%q is read as %q", w, plain(w))
		}
		for _, k := range words[i+1:] {
			if Near(w, k) {
				t.Errorf("%q and %q are one letter from each other", w, k)
			}
		}
	}
	if !Near("katt", "hatt") || !Near("katt", "kat") || !Near("katt", "akt"+"t") || Near("katt", "hest") || Near("lampe", "lampen ") {
		t.Error("the control of what is near fails")
	}
}

// Words that could hurt a child who is shown them stand nowhere in the list, nor
// inside a word of it.
func TestNoWordHurts(t *testing.T) {
	for _, w := range words {
		for _, bad := range []string{"hore", "kukk", "fitte", "rumpe", "pupp", "tiss", "bæsj", "drit", "neger", "homo", "lesbe", "idiot", "taper", "feit", "stygg", "dum", "drep", "dod", "voldt", "kniv", "blod", "heks", "gris", "apek", "esel", "svinn", "naken", "sex", "nazi", "selvm"} {
			if bad == "hore" && w == "horeca" || bad == "dum" && w == "dumbo" {
				continue
			}
			if strings.Contains(w, bad) {
				t.Errorf("%q holds %q", w, bad)
			}
		}
	}
}

// However somebody writes the words down and types them again, they are the same.
func TestACodeIsReadKindly(t *testing.T) {
	want := "bamse eple gitar hage lampe mygg tog"
	for _, typed := range []string{
		"bamse eple gitar hage lampe mygg tog", "Bamse, Eple, Gitar, Hage, Lampe, Mygg, Tog", "BAMSE-EPLE-GITAR-HAGE-LAMPE-MYGG-TOG",
		"  bamse\n eple\tgitar  hage;lampe.mygg/tog ", "1. bamse 2. eple 3. gitar 4. hage 5. lampe 6. mygg 7. tog", "baamse eple gitår hage lampe mygg tog",
		"bamse eple gitar hage lampee mygg tog", "bmase eple gitarr hage lampe mygg tog",
	} {
		if got := strings.Join(Words(typed), " "); got != want {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
	if got := strings.Join(Words("xylofonist bamse"), " "); got != "xylofonist bamse" {
		t.Errorf("a word that is none was read as %q", got)
	}
}

// What is too long to be a code has no words, so nothing of it is compared with
// the list: the hash of a megabyte is that of nothing.
func TestALongTextIsNoCode(t *testing.T) {
	d := &Desk{Keys: sealtest.Keys(t, "granvik")}
	code := d.CodeFor("granvik", "en sending")
	nothing := d.hash("granvik", "")
	for name, row := range map[string]struct {
		typed string
		reads bool
	}{
		"a code":                          {code, true},
		"a code with space around it":     {strings.Repeat(" ", 5000) + code + strings.Repeat("\n", 5000), true},
		"numbered, a line each":           {"1. " + strings.Join(strings.Fields(code), "\n2. "), true},
		"twenty short words":              {strings.Repeat("eple ", 20), true},
		"twenty-one":                      {strings.Repeat("eple ", 21), false},
		"two hundred letters":             {strings.Repeat("ø", 200), true},
		"two hundred and one":             {strings.Repeat("ø", 201), false},
		"a code and a text behind it":     {code + strings.Repeat(" x", 100), false},
		"a megabyte of words":             {strings.Repeat("xqz ", 1<<18), false},
		"a megabyte of a single word":     {strings.Repeat("x", 1<<20), false},
		"a megabyte of what is no letter": {"a" + strings.Repeat("-", 1<<20) + "b", false},
	} {
		if got := Words(row.typed); (len(got) > 0) != row.reads {
			t.Errorf("%s is read as %d words", name, len(got))
		}
		if same := bytes.Equal(d.hash("granvik", row.typed), nothing); same == row.reads {
			t.Errorf("%s: the hash is that of nothing: %v", name, same)
		}
	}
}

// A code belongs to its token, and to this owner alone.
func TestACodeBelongsToItsToken(t *testing.T) {
	d := &Desk{Keys: sealtest.Keys(t, "granvik", "fjellby")}
	code := d.CodeFor("granvik", "en sending")
	if len(strings.Fields(code)) != codeLength || code != d.CodeFor("granvik", "en sending") {
		t.Fatalf("the code is %q", code)
	}
	if code == d.CodeFor("granvik", "en annen") || code == d.CodeFor("fjellby", "en sending") {
		t.Error("two codes are the same")
	}
}
