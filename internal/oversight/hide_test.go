package oversight

import (
	"testing"

	"pgregory.net/rapid"
)

// What an attacker is shown over some weeks of one line.
func shownOver(weeks []Counts, publish func(Counts, Shown) Shown) (all []Shown) {
	var last Shown
	for _, c := range weeks {
		last = publish(c, last)
		all = append(all, last)
	}
	return all
}

// twins looks for another history, in which one hidden number of one week is
// another, that shows the very same: then nobody can tell which it was. It
// knows the rules only by what they show.
func twins(weeks []Counts, week int, m string, publish func(Counts, Shown) Shown) int {
	seen := shownOver(weeks, publish)
	n := 0
	for v := range 40 {
		other := append([]Counts{}, weeks...)
		c := &other[week]
		switch m {
		case "open":
			c.Open = v
		case "late":
			c.Late = v
		case "due":
			c.Due = v
		case "plans":
			c.Plans = v
		case "told":
			c.Told = v
		case "found":
			c.Found = v
		case "concrete":
			c.Concrete = v
		default:
			c.OnTime = v
		}
		if c.Late > c.Open || c.OnTime > c.Due || max(c.Told, c.Found, c.Concrete) > c.Plans {
			continue
		}
		same := true
		for i, s := range shownOver(other, publish) {
			same = same && s == seen[i]
		}
		if same {
			n++
		}
	}
	return n
}

func histories(t *rapid.T) (weeks []Counts) {
	open, due := rapid.IntRange(0, 14).Draw(t, "open"), rapid.IntRange(0, 14).Draw(t, "due")
	plans := rapid.IntRange(0, 14).Draw(t, "plans")
	for range rapid.IntRange(1, 5).Draw(t, "weeks") {
		plans = max(0, plans+rapid.IntRange(-3, 3).Draw(t, "more"))
		of := rapid.IntRange(0, plans)
		open = max(0, open+rapid.IntRange(-3, 3).Draw(t, "more"))
		due = max(0, due+rapid.IntRange(-3, 3).Draw(t, "more"))
		weeks = append(weeks, Counts{
			Open: open, Due: due, Late: rapid.IntRange(0, open).Draw(t, "late"), OnTime: rapid.IntRange(0, due).Draw(t, "on time"),
			Plans: plans, Told: of.Draw(t, "told"), Found: of.Draw(t, "found"), Concrete: of.Draw(t, "concrete"),
		})
	}
	return weeks
}

// leaks counts the hidden numbers that only one value can explain.
func leaks(t *rapid.T, publish func(Counts, Shown) Shown) (leaked, hidden int) {
	weeks := histories(t)
	seen := shownOver(weeks, publish)
	for i, s := range seen {
		for _, m := range measures {
			if s.get(m).Told {
				continue
			}
			hidden++
			if twins(weeks, i, m, publish) < 2 && !forced(weeks[i], m) {
				leaked++
			}
		}
	}
	return leaked, hidden
}

// parted are the parts of the plans.
var parted = map[string]bool{"told": true, "found": true, "concrete": true}

// forced says that the number could not have been another with the rest as it
// is: a part of a whole of zero.
func forced(c Counts, m string) bool {
	return m == "late" && c.Open == 0 || m == "on-time" && c.Due == 0 ||
		parted[m] && c.Plans == 0 || m == "plans" && max(c.Told, c.Found, c.Concrete) == 4 && c.Plans == 4 ||
		m == "open" && c.Late == 4 && c.Open == 4 || m == "due" && c.OnTime == 4 && c.Due == 4
}

// No hidden number follows from what is shown, this week or over several.
func TestNoHiddenNumberIsDetermined(t *testing.T) {
	total := 0
	rapid.Check(t, func(t *rapid.T) {
		leaked, hidden := leaks(t, hide)
		total += hidden
		if leaked > 0 {
			t.Fatalf("%d of %d hidden numbers follow from what is shown", leaked, hidden)
		}
	})
	if total == 0 {
		t.Fatal("nothing was hidden: the worlds prove nothing")
	}
}

// A number that was told moves by five or not at all, and what is told is
// never below five, nor is what is left of its whole.
func TestWhatIsTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var last Shown
		for i, s := range shownOver(histories(t), hide) {
			for _, m := range measures {
				f, before := s.get(m), last.get(m)
				if f.Told && f.N < Least {
					t.Fatalf("week %d tells %s %d", i, m, f.N)
				}
				if f.Told && before.Told && f.N != before.N && abs(f.N-before.N) < Least {
					t.Fatalf("week %d tells that %s moved by %d", i, m, f.N-before.N)
				}
			}
			for _, p := range [][2]Figure{{s.Open, s.Late}, {s.Due, s.OnTime}, {s.Plans, s.Told}, {s.Plans, s.Found}, {s.Plans, s.Concrete}} {
				if p[1].Told && (!p[0].Told || p[0].N-p[1].N < Least) {
					t.Fatalf("week %d tells the rest of a whole: %+v", i, p)
				}
			}
			last = s
		}
	})
}

// The control: rules that forget the rest of a whole, or that tell every small
// move, must be caught.
func TestSabotagedRulesAreCaught(t *testing.T) {
	forgetful := func(c Counts, last Shown) Shown {
		s := hide(c, last)
		s.Late = tell(c.Late, last.Late)
		return s
	}
	nervous := func(c Counts, _ Shown) Shown { return hide(c, Shown{}) }
	careless := func(c Counts, last Shown) Shown {
		s := hide(c, last)
		s.Concrete = tell(c.Concrete, last.Concrete)
		return s
	}
	if s := shownOver([]Counts{{Plans: 12, Concrete: 11}}, careless)[0]; s.Plans.N-s.Concrete.N >= Least || !s.Concrete.Told {
		t.Fatal("the control hides what it should tell")
	}
	told := shownOver([]Counts{{Open: 12, Late: 11}}, forgetful)[0]
	if told.Open.N-told.Late.N >= Least || !told.Late.Told {
		t.Fatal("the control hides what it should tell")
	}
	moved := shownOver([]Counts{{Open: 12}, {Open: 13}}, nervous)
	if moved[0].Open == moved[1].Open {
		t.Fatal("the control hides what it should tell")
	}
	steady := shownOver([]Counts{{Open: 12}, {Open: 13}, {Open: 17}}, hide)
	if steady[1].Open.N != 12 || steady[2].Open.N != 17 {
		t.Fatalf("told %+v", steady)
	}
}

// The control of the search for twins: a rule whose shown numbers carry what is
// hidden must be caught.
func TestALeakIsFound(t *testing.T) {
	leaky := func(c Counts, last Shown) Shown {
		s := hide(c, last)
		s.Due = Figure{N: s.Due.N + 1000*c.Late, Told: true}
		return s
	}
	weeks := []Counts{{Open: 12, Late: 2, Due: 20, OnTime: 15}}
	if n := twins(weeks, 0, "late", leaky); n != 1 {
		t.Fatalf("a leak left %d explanations", n)
	}
	if n := twins(weeks, 0, "late", hide); n < Least {
		t.Fatalf("a hidden number has only %d explanations", n)
	}
}
