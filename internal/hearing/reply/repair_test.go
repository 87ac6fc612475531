package reply

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What was lost is proposed and nothing else; the text as it came is never changed
// but where somebody said so.
func TestRepairs(t *testing.T) {
	words := map[string]bool{}
	for _, w := range strings.Fields("vi vil ha med elevenes rett skole miljøet skolemiljøet et trygt for alle barn mener at tiltaket er bra " + strings.Repeat("å", 20) + " " + strings.Repeat("å", 21)) {
		words[w] = true
	}
	known := func(w string) bool { return words[w] }
	for in, want := range map[string]string{
		"Vi vil ha medelevenes rett":           "Vi vil ha med elevenes rett",
		"Vi vil ha skolemiljøet trygt":         "Vi vil ha skolemiljøet trygt", // a word of its own
		"Et trygt skole-\nmiljøet for alle":    "Et trygt skolemiljøet for alle",
		"Et trygt\nskolemiljøet for alle":      "Et trygt skolemiljøet for alle",
		"Vi mener at tiltaket er bra.Vi vil":   "Vi mener at tiltaket er bra. Vi vil",
		"Vi mener ukjentord":                   "Vi mener ukjentord",
		"Vi vil.\n\nEt trygt skolemiljøet":     "Vi vil.\n\nEt trygt skolemiljøet", // a new paragraph
		strings.Repeat("å", 41):                strings.Repeat("å", 41),            // longer than two words
		"foralle barn vil vi ha et trygtmiljø": "for alle barn vil vi ha et trygtmiljø",
	} {
		all := Repairs(in, known)
		if got := Mend(in, all, func(int) bool { return true }); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
		if got := Mend(in, all, func(int) bool { return false }); got != in {
			t.Errorf("nothing was taken, and %q became %q", in, got)
		}
	}
}

// Whatever comes, each repair stands where it says, none over another.
func TestRepairsStandWhereTheySay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("abæøå AB.,-\r\n\té😀"))).Draw(t, "text")
		all := Repairs(s, func(w string) bool { return len(w)%2 == 0 })
		end := 0
		for _, r := range all {
			if r.At < end || s[r.At:r.At+len(r.Old)] != r.Old || r.Old == r.New {
				t.Fatalf("%+v in %q", r, s)
			}
			end = r.At + len(r.Old)
		}
		Mend(s, all, func(i int) bool { return i%2 == 0 })
	})
}

func FuzzRepairs(f *testing.F) {
	f.Add("Vi vil ha medelevenes rett.Det må\nskje nå, skole-\nmiljøet.")
	f.Fuzz(func(t *testing.T, s string) {
		all := Repairs(s, func(w string) bool { return len(w)%3 > 0 })
		for _, r := range all {
			if s[r.At:r.At+len(r.Old)] != r.Old {
				t.Fatalf("%+v in %q", r, s)
			}
		}
		if Mend(s, all, func(int) bool { return false }) != s {
			t.Fatal("changed though nothing was taken")
		}
	})
}
