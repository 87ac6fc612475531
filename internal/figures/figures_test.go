package figures

import "testing"

// Few are never told, none neither, nor what a reader could reckon either from.
func TestCareful(t *testing.T) {
	for of := range 30 {
		for n := range of + 1 {
			f := Careful(n, of)
			if many := n >= 5 && of-n >= 5; f.Hidden == many || many && (f.N != n || f.Of != of) {
				t.Errorf("%d of %d: %+v", n, of, f)
			}
			if f.Hidden && (f.N != 0 || f.Of != 0) {
				t.Errorf("%d of %d is hidden, and told: %+v", n, of, f)
			}
		}
	}
}
