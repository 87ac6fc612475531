package law

import (
	"fmt"
	"slices"
	"strings"
)

// A Unit is what a Norm counts in.
type Unit string

// The units. The bare word "virkedag" is not one of them.
const (
	Hours      Unit = "hours"
	SameDay    Unit = "sameday"    // before the calendar day is over
	Days       Unit = "day"        // calendar days
	Arbeidsdag Unit = "arbeidsdag" // 0: the same arbeidsdag, or the next one
	Skoledag   Unit = "skoledag"
	Weeks      Unit = "week"
	Months     Unit = "month"
	Years      Unit = "year"
)

var units = []Unit{Hours, SameDay, Days, Arbeidsdag, Skoledag, Weeks, Months, Years}

// A Norm is a length of time: a number of the act, or the owner's own.
type Norm struct {
	N    int
	Unit Unit
}

// None says that there is no such time.
func (n Norm) None() bool { return n.Unit == "" }

// String is the norm in plain English, for the reasons in JSON; Norwegian legal
// words stay Norwegian.
func (n Norm) String() string {
	switch {
	case n.Unit == SameDay:
		return "the same day"
	case n.Unit == Arbeidsdag && n.N == 0:
		return "the same arbeidsdag"
	case n.None():
		return "no time"
	}
	return number(n.N) + " " + n.unit()
}

func (n Norm) unit() string {
	many := map[Unit]string{Hours: "hours", Days: "days", Arbeidsdag: "arbeidsdagar", Skoledag: "skoledagar", Weeks: "weeks", Months: "months", Years: "years"}
	one := map[Unit]string{Hours: "hour"}
	if n.N != 1 {
		return many[n.Unit]
	}
	if s, ok := one[n.Unit]; ok {
		return s
	}
	return string(n.Unit)
}

func number(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return fmt.Sprint(n)
}

// worst is the longest the norm can last, in hours, with Christmas or Easter in
// the way. Skoledagar have no upper bound.
func (n Norm) worst() int {
	switch n.Unit {
	case Hours:
		return n.N
	case SameDay:
		return 24
	case Days:
		return 24 * (n.N + 1)
	case Arbeidsdag:
		return 24 * (n.N + 2*(n.N/5+1) + 5)
	case Weeks:
		return 24 * (7*n.N + 1)
	case Months:
		return 24 * (28*n.N + 1)
	case Years:
		return 24 * (365*n.N + 1)
	}
	return 1 << 40
}

// Norms are the times an owner has set for itself, by the duty's id, or by
// "id/part" for one part of a row.
type Norms map[string]Norm

// Of is the norm for a row, or for one part of it: the owner's own if it has
// set one, else our proposal.
func (ns Norms) Of(r Row, part string) Norm {
	key, own := string(r.ID), r.Local
	if part != "" {
		p, _ := r.Part(part)
		key, own = key+"/"+part, p.Local
	}
	if n, ok := ns[key]; ok {
		return n
	}
	return own
}

// Validate refuses a norm that the law does not leave to the owner: one for a
// duty without a local time, one that is looser than a number in the act or than
// Udir's guidance, and one that makes "straks" more than a day.
func (ns Norms) Validate() error {
	var faults []string
	for key, n := range ns {
		if err := validate(key, n); err != nil {
			faults = append(faults, err.Error())
		}
	}
	if len(faults) == 0 {
		return nil
	}
	slices.Sort(faults)
	return fmt.Errorf("%s", strings.Join(faults, "; "))
}

func validate(key string, n Norm) error {
	id, part, _ := strings.Cut(key, "/")
	r, ok := Find(ID(id))
	if !ok {
		return fmt.Errorf("%s: no such duty", key)
	}
	own := r.Local
	if part != "" {
		p, ok := r.Part(part)
		if !ok {
			return fmt.Errorf("%s: %s has no such part", key, id)
		}
		own = p.Local
	}
	switch {
	case own.None() && r.Number.None():
		return fmt.Errorf("%s: this duty has no local time to set", key)
	case !slices.Contains(units, n.Unit):
		return fmt.Errorf("%s: unknown unit %q", key, n.Unit)
	case n.N < 0 || n.N > 366:
		return fmt.Errorf("%s: %d is out of range", key, n.N)
	case n.N == 0 && n.Unit != SameDay && n.Unit != Arbeidsdag:
		return fmt.Errorf("%s: a norm of nothing", key)
	case r.Bearer == Family:
		return fmt.Errorf("%s: a right of the family is not the owner's to change", key)
	case !r.Number.None() && n.worst() > r.Number.worst():
		return fmt.Errorf("%s: looser than the act, which says %s", key, r.Number)
	case r.Class == Guidance && n.worst() > own.worst():
		return fmt.Errorf("%s: looser than the guidance, which says %s", key, own)
	case own.Unit == Hours && n.worst() > 24:
		return fmt.Errorf("%s: the act says straks; a norm must lie within the day", key)
	}
	return nil
}
