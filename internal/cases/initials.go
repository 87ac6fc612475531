package cases

import (
	"context"
	"strings"

	"tilhor"
)

// Initials is Mine for a screen that others can see over a shoulder, as the
// shared machine at SFO: that there is something to do today, for whom by
// initials, and how it went. The words of a measure may name the pupil, so they
// are not there; one measure is opened with MineOf, and that is a reading too.
func (d *Desk) Initials(ctx context.Context, by tilhor.Actor) (now, before []Chore, err error) {
	now, before, err = d.mine(ctx, by, viewInitials, func(Chore) bool { return true })
	for _, list := range [][]Chore{now, before} {
		for i := range list {
			c := &list[i]
			c.Pupil, c.Class, c.What, c.When = initials(c.Pupil), "", "", ""
		}
	}
	return now, before, err
}

// initials are the first letters of a name: «N. D.», "" for no name.
func initials(name string) string {
	var all []string
	for _, word := range strings.Fields(name) {
		all = append(all, string([]rune(word)[:1])+".")
	}
	if len(all) > 2 { // the first and the last: who has many names is not told by them
		all = []string{all[0], all[len(all)-1]}
	}
	return strings.Join(all, " ")
}
