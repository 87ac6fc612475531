package roster

import (
	"errors"
	"strings"

	"tilhor"
	"tilhor/internal/db"
)

// Year is the year at school (trinn) that a class's name begins with: 10 for «10A», 0
// when it begins with none.
func Year(class string) (n int) {
	for _, r := range strings.TrimSpace(class) {
		if r < '0' || r > '9' || n > 10 {
			break
		}
		n = 10*n + int(r-'0')
	}
	if n > 10 {
		return 0
	}
	return n
}

// Ages that the pages for pupils are written for. The lists hold no date of birth: the
// year at school says it.
const (
	Young  = "6-8"
	Middle = "9-12"
	Teen   = "13+"
)

// AgeOf is the age of those in a class: the first three years, to the seventh, and from
// the eighth. A class that does not begin with a year is the middle one.
func AgeOf(class string) string {
	switch n := Year(class); {
	case n == 0:
		return Middle
	case n <= 3:
		return Young
	case n <= 7:
		return Middle
	}
	return Teen
}

// Age is the age of a pupil on a day: of who stands in no class, the middle one.
func (r *Roster) Age(tx *db.Tx, owner tilhor.OwnerID, pupil tilhor.PersonID, on tilhor.Date) (string, error) {
	in, err := r.Where(tx, owner, pupil, on)
	if errors.Is(err, tilhor.ErrNotFound) {
		err = nil
	}
	return AgeOf(in.Class), err
}
