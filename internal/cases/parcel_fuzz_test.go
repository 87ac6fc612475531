package cases

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever another municipality sealed is read whole or not at all, and what is
// read holds the bounds that everything typed here holds.
func FuzzReadParcel(f *testing.F) {
	for _, seed := range []string{
		`{"version":1,"school":"Fjellvik skole","made":"2026-11-23","basis":"permitted","permittedBy":"Marit","parts":{"said":"De låser døra."},"receipt":"abc"}`,
		`{"version":1,"receipt":"x","parts":{"said":"\u0000"}}`, `{"version":1,"receipt":"x","school":"\u001b[2J"}`, `{"version":2}`, `{"version":1,"receipt":"x","parts":{"all":"x"}}`, "[]", "", "null", "{\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, ok := readParcel(raw)
		if !ok {
			if text.Receipt != "" || text.Parts != nil {
				t.Error("half of it was read")
			}
			return
		}
		if text.Receipt == "" || len(text.Receipt) > 64 || len(text.Basis) > maxShort {
			t.Errorf("%+v", text)
		}
		for k, v := range text.Parts {
			if !slices.Contains(Parts, k) || len(v) > 4*maxText || strings.Contains(v, "\x00") || !utf8.ValidString(v) {
				t.Errorf("part %q", k)
			}
		}
		if b, err := json.Marshal(text); err != nil {
			t.Error(err)
		} else if again, ok := readParcel(b); !ok || again.School != text.School || len(again.Parts) != len(text.Parts) {
			t.Errorf("what was read is not read again: %s", b)
		}
	})
}
