package hearing_test

import (
	"strconv"
	"strings"
	"testing"

	"tilhor/internal/hearing"
)

// FuzzReadChallenges: each line that has anything on it is one challenge, in the
// order of the lines, with the number that stands before it or that of its place,
// and nothing in its heading that does not end the line.
func FuzzReadChallenges(f *testing.F) {
	for _, s := range []string{"", "1. Rettssikkerhet\n2 Kultur\n", "Rettssikkerhet\r\n\r\nKultur", "2) To\n2) To igjen", "99999999999999999999 For mange", "1.\n", "007 Sju", "\t 3:\tTre ", "٣ Tre", "\xff\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		all := hearing.ReadChallenges(s)
		var lines []string
		for _, l := range strings.Split(s, "\n") {
			if l = strings.TrimSpace(l); l != "" {
				lines = append(lines, l)
			}
		}
		if len(all) != len(lines) {
			t.Fatalf("%d lines were read as %d challenges", len(lines), len(all))
		}
		for i, c := range all {
			if !strings.HasSuffix(lines[i], c.Heading) || c.Number < 0 || strings.Contains(c.Heading, "\n") {
				t.Fatalf("%q was read as %+v", lines[i], c)
			}
			if n := strconv.Itoa(c.Number); c.Number != i+1 && !strings.HasPrefix(lines[i], n) && !strings.HasPrefix(strings.TrimLeft(lines[i], "0"), n) {
				t.Fatalf("%q has the number %d", lines[i], c.Number)
			}
		}
	})
}
