package figures

import "testing"

// Few are never told, nor what a reader could reckon few from.
func TestCareful(t *testing.T) {
	for of := range 30 {
		for n := range of + 1 {
			f := Careful(n, of)
			if !f.Hidden && (f.Of < Least || f.N > 0 && f.N < Least || f.Of > f.N && f.Of-f.N < Least) {
				t.Errorf("%d of %d is told: %+v", n, of, f)
			}
			if f.Hidden && (f.N != 0 || f.Of != 0) {
				t.Errorf("%d of %d is hidden, and told: %+v", n, of, f)
			}
		}
	}
	if Careful(12, 12).Hidden || Careful(20, 30).Hidden {
		t.Error("what is many is hidden")
	}
}
