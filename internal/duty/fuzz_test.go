package duty

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
)

// FuzzWrongPlace: whatever a person types in the wrong place, the error names
// the place and shows no sentence and no name with a space or an å in it.
func FuzzWrongPlace(f *testing.F) {
	places := []string{
		`{"version":%s,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[]}`,
		`{"version":1,"asOf":%s,"school":"public","events":[]}`,
		`{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":%s,"events":[]}`,
		`{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","closed":[%s],"events":[]}`,
		`{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[],%s:1}`,
		`{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[{"at":"2026-03-30T10:00:00+02:00","pupil":"A","kind":%s}]}`,
		`{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[{"at":%s,"pupil":"A","kind":"found"}]}`,
		`{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[{"at":"2026-03-30T10:00:00+02:00","pupil":%s,"kind":"found"}]}`,
		`{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[{"at":"2026-03-30T10:00:00+02:00","pupil":"A","kind":"known","by":%s}]}`,
		`{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[{"at":"2026-03-30T10:00:00+02:00","pupil":"A","kind":"found",%s:"x"}]}`,
	}
	for i := range places {
		f.Add(uint8(i), "Åse Østby ble slått")
		f.Add(uint8(i), "2026-02-30")
		f.Add(uint8(i), "\x00\u202e"+strings.Repeat("y", 100))
	}
	f.Fuzz(func(t *testing.T, place uint8, typed string) {
		quoted, err := json.Marshal(typed)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Parse(strings.NewReader(fmt.Sprintf(places[int(place)%len(places)], quoted)))
		if err == nil {
			return
		}
		said := err.Error()
		if len(said) > 300 || strings.ContainsFunc(said, unicode.IsControl) {
			t.Fatalf("%q", said)
		}
		typed = strings.ToValidUTF8(typed, "")
		if len(typed) > 12 && strings.ContainsFunc(typed, func(r rune) bool { return r == ' ' || r > 0x7f }) && strings.Contains(said, typed) {
			t.Fatalf("%q is shown: %s", typed, said)
		}
	})
}
