package firstnames

import (
	"strings"
	"testing"
)

func TestNamesInATextAreFound(t *testing.T) {
	for text, want := range map[string]bool{
		"Vi snakker med Nora først.":                         true,
		"noras bursdag":                                      true,
		"Kan Mohammed være med?":                             true,
		"Fatima og de andre":                                 true,
		"Anna-Lise kjører.":                                  true,
		"Anna var imot.":                                     true,
		"Dette er som alt anna.":                             false, // nynorsk for another
		"Hver gruppe velger sine.":                           false,
		"Vi ringer Liv.":                                     true,
		"Liv og lek for alle":                                false, // an ordinary word that begins the sentence
		"Alle bes i bursdag, eller færre enn halvparten.":    false,
		"En tur per uke. Per person koster det ingenting.":   false,
		"Møtes på dagtid, i sola ved steinen.":               false,
		"Chatten på trinnet har to voksne.":                  false,
		"Hans barn, og hennes":                               false,
		"En voksen går med på skoleveien i uke 1–3.":         false,
		"Vi ringer hverandre når noe er galt. 21. januar.":   false,
		"Kafé på gymsalen. Ta med kake, kaffe og spill.":     false,
		"Grillfest på Fjellvik skole, trinn 5, lørdag kl 12": false,
		"": false,
	} {
		if got := Any(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if len(known) < 600 {
		t.Errorf("only %d names", len(known))
	}
	for n := range known {
		if n != strings.ToLower(n) || strings.ContainsAny(n, "#,.;") {
			t.Errorf("the list holds %q", n)
		}
	}
}

// A word of the texts that are written about all day is no name: a warning that always
// comes is not read.
func TestOrdinaryWordsAreNoNames(t *testing.T) {
	for _, w := range strings.Fields(`vi alle barn barna barnet elev elever foreldre forelder skole skolen klasse klassen trinn møte møtet bursdag tur kafé spill lek leker
		leken dag dager uke uker helg sommer vinter vår høst ute inne hage park bane ball fotball sykkel buss chat mobil telefon voksne voksen ansvar avtale avtaler
		sammen glad trygg redd vei veien hjem hjemme mat kake saft musikk film bok bøker kjøre gå sitte ringe snakke bli kjent nye venner venn gutt jente gutter jenter
		garderobe friminutt lærer rektor FAU SFO kontakt gruppe gruppa liste neste første siste to tre fire fem alltid aldri noen ingen andre hele halve mer mindre
		stor små god gode dårlig rolig stille sol regn snø is kald varm mai juni juli mars april august rose eik ask stein storm ravn live even odd per are dan my max`) {
		if Any(w) || Any(strings.ToUpper(w[:1])+w[1:]+" er fint.") {
			t.Errorf("%q is taken for a name", w)
		}
	}
}
