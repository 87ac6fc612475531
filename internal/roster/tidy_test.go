package roster

import "testing"

// Two texts that look the same are the same.
func TestTidyLeavesNothingUnseen(t *testing.T) {
	for from, want := range map[string]string{
		"El\u200bias\u2060 Ha\u00adug": "Elias Haug",
		"\u202eguaH sailE":             "guaH sailE",
		"\ufeffElias\u00a0 Haug\u200f": "Elias Haug",
		"A\u030ase  Lie ":              "Åse Lie",
		"نیما\u200cپور":                "نیما\u200cپور", // a join that is part of how a name is written
	} {
		if got := tidy(from); got != want {
			t.Errorf("%q became %q, want %q", from, got, want)
		}
	}
}
