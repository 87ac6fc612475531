// Package figures is what rooms offer of numbers: figures with a name, of the
// municipality as a whole or by school, that a claim in an answer to a hearing can be
// bound to. It knows no room; each room says how its own are counted.
package figures

import (
	"tilhor"
	"tilhor/internal/db"
)

// A Register (register) is one figure. Its texts are hear.register.<name>, which says
// what is counted, and hear.register.<name>-how, which says how, of what and from
// where.
type Register struct {
	Name   string
	Figure func(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date) (Figure, error)
}

// A Figure is what a register says on a day.
type Figure struct {
	N      int
	Of     int      // of how many; 0 when it is no share
	Lack   []string // the names of the schools that are not among them, where it counts schools
	Hidden bool     // too few to be told: then there is no number
}

// Least is the smallest number of children's cases that is told, and the smallest
// rest of a share, as in the owner's overview (oversight/hide.go). Zero is such a
// number too: that there is none tells of each.
const Least = 5

// Careful is a share of something that is about children. Too few, or too few left
// over, and nothing is told: not even whether a claim about it holds. So no claim about
// all, or about none, holds of it. Unlike the overview it does not stand still for a
// week: it is told when the draft is looked at, to who holds the hearing, and to
// everybody when the answer is sent.
func Careful(n, of int) Figure {
	if n < Least || of-n < Least {
		return Figure{Hidden: true}
	}
	return Figure{N: n, Of: of}
}
