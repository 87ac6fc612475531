package calendar

import (
	"testing"

	"tilhor"
)

// FuzzDays: from any day that can be typed, the next open day is near, the
// months and weeks go forward, and a day begins when the one before has ended.
func FuzzDays(f *testing.F) {
	for _, s := range []string{"2024-01-31", "2024-02-29", "2026-03-29", "2026-10-25", "1900-01-01", "2200-12-31", "2008-05-01"} {
		f.Add(s, 1)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		d, err := tilhor.ParseDate(s)
		if err != nil {
			return
		}
		n = 1 + (n%1000+1000)%1000
		if open := NextOpen(d); open < d || open.Sub(d) > 7 || NextOpen(open) != open {
			t.Fatalf("the next open day after %s is %s", d, open)
		}
		if k := Klagefrist(d); k < d.Add(21) || k.Sub(d) > 28 {
			t.Fatalf("who hears on %s may complain until %s", d, k)
		}
		if m := AddMonths(d, n); m <= d || m.Sub(d) < 28*n || m.Sub(d) > 31*n {
			t.Fatalf("%s and %d months is %s", d, n, m)
		}
		if !End(d).Equal(Start(d.Add(1))) || DateOf(Start(d)) != d {
			t.Fatalf("%s lasts from %v to %v", d, Start(d), End(d))
		}
	})
}
