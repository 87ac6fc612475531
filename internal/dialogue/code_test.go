package dialogue

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"tilhor/internal/firstnames"
	"tilhor/internal/seal/sealtest"
)

// The list is long enough for 80 bits, easy to write on any keyboard, and no
// word of it becomes another by one wrong letter.
func TestTheWordsOfCodes(t *testing.T) {
	if bits := codeLength * math.Log2(float64(len(drawn))); bits < 80 {
		t.Errorf("%d words give %.2f bits", len(drawn), bits)
	}
	// So many more may be retired before seven words are too few. When it is about to
	// fail, write new words: they may be put in anywhere, and old codes are read as before.
	if may := len(drawn) - int(math.Ceil(math.Pow(2, 80./codeLength))); may < 200 {
		t.Errorf("only %d more words can be retired", may)
	}
	if !slices.IsSorted(words) || !slices.IsSorted(retired) {
		t.Error("the words are not sorted, and are looked up as if they were")
	}
	for _, w := range retired {
		if !slices.Contains(words, w) {
			t.Errorf("%q can no more be read", w)
		}
	}
	for _, w := range drawn { // nynorsk has -leg and vatn
		if strings.HasSuffix(w, "lig") || strings.HasPrefix(w, "vann") || strings.HasSuffix(w, "vann") {
			t.Errorf("%q is drawn, and is not nynorsk", w)
		}
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

// apart are words that must not come to stand beside each other, or grow together to
// one: what somebody is called, what is done to somebody, what frightens, in bokmål and
// nynorsk. Of those written with a space one or both words must not be drawn.
var apart = strings.Fields(`
	kjempe+torsk skole+torsk skole+klovn skole+kloss kjempe+klump bolle+kalkun kjempe+bolle bamse+klump snegl+skole kylling+skole larve+skole igle+skole
	knoll+knekt rote+kopp skrubb+skole stikk+skole stikk+hatt
	henge+snor henge+hoppetau henge+kran henge+krok tre+kiste kiste+lokk kiste+vollgrav spreng+skole spreng+buss spreng+hus spreng+stein felle+valp lynsje+nabo
	kjede+sag skjelett+skole lokke+mat
	glede+hus glede+s+hus tre+kant ute+do klosett+potet bak+side kutter+hud
	samisk+reptil samisk+lavvo aurora+torsk lilje+kalkun stein+klump august+bolle flora+larve saga+snegl roman+klovn
	hore+hus porno+blad porno+film naken+bad dritt+sekk kukk+hue pung+rotte ball+e+sekk svin+e+pels ape+katt gris+unge rass+hol tull+ball sutre+kopp
	skole+skyting bil+bombe brev+bombe atom+bombe post+bombe lik+vogn lik+kiste lik+bil grav+stein galge+bakke henge+tau henge+mann blod+bad gift+gass
	slave+skip slave+drivar snik+skyttar gass+kammer rote+kopp landstryk+ar rumpe+ball tjukk+e+sekk jumbo+rumpe elefant+fot+rumpe kjempe+rumpe
`)

// met are those of apart that some of the words would make, side by side or joined.
func met(of []string) (all []string) {
	has := map[string]bool{}
	for _, w := range of {
		has[w] = true
	}
	for _, pair := range apart {
		parts := strings.Split(pair, "+")
		one := strings.Join(parts, "")
		beside := len(parts) > 1 && !slices.ContainsFunc(parts, func(p string) bool { return len(p) > 1 && !has[p] })
		grown := has[one]
		for i := 3; i <= len(one)-3 && !grown; i++ { // however it comes apart
			grown = has[one[:i]] && (has[one[i:]] || (one[i] == 's' || one[i] == 'e') && has[one[i+1:]])
		}
		if beside || grown {
			all = append(all, pair)
		}
	}
	return all
}

// No two words of a code make something of each other that hurts or frightens. The
// control: with the words that are retired they would.
func TestNoPairHurts(t *testing.T) {
	for _, pair := range met(drawn) {
		t.Errorf("%s may come to stand beside each other", pair)
	}
	if got := met(words); len(got) < 40 || !slices.Contains(got, "glede+s+hus") || !slices.Contains(got, "spreng+skole") || !slices.Contains(got, "rote+kopp") {
		t.Errorf("the control finds only %q", got)
	}
	for _, w := range drawn {
		if firstnames.Any(strings.ToUpper(w[:1]) + w[1:]) {
			t.Errorf("%q is somebody's name", w)
		}
	}
	if !firstnames.Any("Aurora") {
		t.Error("the control of names fails")
	}
}

// A code that was given out with a word that is not drawn any more is read as it was.
func TestAnOldWordIsRead(t *testing.T) {
	if got := strings.Join(Words("Glede, TORSK kiiste kloss aurora stein lykke"), " "); got != "glede torsk kiste kloss aurora stein lykke" {
		t.Errorf("read as %q", got)
	}
}

// hurting are words that no new code has, nor any word that ends or begins with one of
// them: what somebody is called, bodies, dirt, illness, fear, and groups of people.
var hurting = strings.Fields(`
	svarting skiting skit versting syltynn rotting koppar elefant jumbo mammut sjiraff marsvin piggsvin pinnsvin svin bokorm fyrstikk robust sylfide brille
	rotehus roterom bilvrak vrak sagmugg mugg lukt pyton skrog trefot finne eggstokk pult akter pilspiss piss skvett snitt sandsekk
	lapprose lappverk samisk fransk spansk britisk engelsk keltisk orient turkart turkopp
	reptil milits panser sirene fantom bagatell raritet pussig parodi narsiss julenek nek yngle hundehus kloss klump knoll klovn torsk
`)

// held are those of hurting that stand in a word, alone or at an end of it, but for words
// that are everybody's own.
func held(w string) (all []string) {
	for _, bad := range hurting {
		if w == "karakter" || w == "sving" {
			continue
		}
		whole := len(bad) < 5 && bad != "skit" && bad != "svin" && bad != "vrak" && bad != "mugg" && bad != "lukt" && bad != "piss"
		if w == bad || !whole && (strings.HasPrefix(w, bad) || strings.HasSuffix(w, bad)) {
			all = append(all, bad)
		}
	}
	return all
}

// What was retired for what it says comes back in no compound either.
func TestNoDrawnWordHurts(t *testing.T) {
	for _, w := range drawn {
		if bad := held(w); len(bad) > 0 {
			t.Errorf("%q is drawn, and holds %q", w, bad)
		}
	}
	n := 0
	for _, w := range words {
		n += len(held(w))
	}
	if n < 60 {
		t.Errorf("the control finds %d", n)
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
