package oversight

// Least is the smallest count that is told. Below it, zero included, a number
// may tell of one child: Udir hides small groups, and those that can be derived
// from others.
const Least = 5

// Counts are the true numbers of one line. Of the plans, each of the three tests
// is a part: Told (rektor in time), Found (findings written), Concrete (measures).
type Counts struct{ Open, Late, Due, OnTime, Plans, Told, Found, Concrete int }

// A Figure is a number as it may be told, or not.
type Figure struct {
	N    int
	Told bool
}

// Shown are the numbers of one line as published.
type Shown struct{ Open, Late, Due, OnTime, Plans, Told, Found, Concrete Figure }

// The measures, as they are stored.
var measures = []string{"open", "late", "due", "on-time", "plans", "told", "found", "concrete"}

func (s *Shown) at(m string) *Figure {
	switch m {
	case "open":
		return &s.Open
	case "late":
		return &s.Late
	case "due":
		return &s.Due
	case "plans":
		return &s.Plans
	case "told":
		return &s.Told
	case "found":
		return &s.Found
	case "concrete":
		return &s.Concrete
	}
	return &s.OnTime
}

func (s *Shown) set(m string, f Figure) { *s.at(m) = f }
func (s Shown) get(m string) Figure     { return *s.at(m) }

// add sums what is shown; what is hidden adds nothing, and nobody can subtract.
func (s *Shown) add(o Shown) {
	for _, m := range measures {
		if f := o.get(m); f.Told {
			to := s.at(m)
			to.N, to.Told = to.N+f.N, true
		}
	}
}

// hide decides what of a line's counts is told, given what was told last:
//
//  1. A count below five is hidden, and zero is such a count.
//  2. A part (late of open, on time of due, each test of the plans) is hidden as well when what is left
//     of the whole is below five: the one would tell the other.
//  3. A number that was told changes only when it has moved by five or more:
//     until then the old one stands, so that one case more or less is not seen.
//
// There is no true total, and SFO is a line apart from its school, so no number
// that is hidden can be had by subtraction.
func hide(c Counts, last Shown) Shown {
	s := Shown{Open: tell(c.Open, last.Open), Due: tell(c.Due, last.Due), Plans: tell(c.Plans, last.Plans)}
	s.Late = part(c.Late, c.Open, last.Late, s.Open)
	s.OnTime = part(c.OnTime, c.Due, last.OnTime, s.Due)
	s.Told = part(c.Told, c.Plans, last.Told, s.Plans)
	s.Found = part(c.Found, c.Plans, last.Found, s.Plans)
	s.Concrete = part(c.Concrete, c.Plans, last.Concrete, s.Plans)
	return s
}

func tell(n int, last Figure) Figure {
	if n < Least {
		return Figure{}
	}
	if last.Told && abs(n-last.N) < Least {
		return last
	}
	return Figure{N: n, Told: true}
}

// part tells a part of a whole. The rest is looked at both as it is and as a
// reader would reckon it from the two numbers told.
func part(n, whole int, last, told Figure) Figure {
	f := tell(n, last)
	if !told.Told || whole-n < Least || f.Told && told.N-f.N < Least {
		return Figure{}
	}
	return f
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
