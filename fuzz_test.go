package tilhor_test

import (
	"testing"
	"time"

	"tilhor"
)

// FuzzParseDate: a date that is read is written back as it was, is a day there
// is, and can be counted from.
func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-11-23", "2024-02-29", "2026-02-29", "1900-01-01", "2200-12-31", "0000-00-00", "2026-1-1", " 2026-01-01", "2026-01-01T00:00", "२०२६-०१-०१", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := tilhor.ParseDate(s)
		if err != nil {
			if d != "" {
				t.Fatalf("refused, and given as %q", d)
			}
			return
		}
		if string(d) != s || len(s) != len("2006-01-02") {
			t.Fatalf("%q was read as %q", s, d)
		}
		if tilhor.DateOf(d.Time(), time.UTC) != d || d.Add(1).Sub(d) != 1 || d.Add(1).Add(-1) != d || d.Add(1) <= d {
			t.Fatalf("%q cannot be counted from", d)
		}
	})
}
