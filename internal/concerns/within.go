package concerns

import (
	"context"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// fewest is how many must have told before the municipality's median is shown:
// with fewer, one child's report could be read out of it. And how many of them must
// be of other schools than the one that has most: else it is that school's.
const (
	fewest = 20
	others = 5
)

var selectWithin = db.SQL(`SELECT c.school, c.written_at, c.read_at FROM concerns_concern c
	WHERE c.owner = $1 AND c.channel IN ('pupil', 'parent', 'home', 'anonymous', 'outsider') AND c.written_at > $2 AND c.written_at <= $3`)

// ReadWithin is how long it took until an adult had read what pupils, parents and
// others told the municipality's schools in the last year: the median, what is
// not read yet counted as the longest. It is never one school's: ok is false with
// fewer than twenty, when all but a few are of one school, or when half is not read.
func (d *Desk) ReadWithin(ctx context.Context, owner tilhor.OwnerID) (median time.Duration, ok bool, err error) {
	now := d.Clock()
	var took []time.Duration
	unread, of := 0, map[tilhor.SchoolID]int{}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		took, unread = nil, 0
		clear(of)
		return tx.Each(selectWithin, func(scan db.Scan) error {
			var school tilhor.SchoolID
			var written int64
			var read *int64
			err := scan(&school, &written, &read)
			of[school]++
			if read == nil {
				unread++
			} else {
				took = append(took, max(0, time.Duration(*read-written)*time.Millisecond))
			}
			return err
		}, owner, now.AddDate(-1, 0, 0).UnixMilli(), now.UnixMilli())
	})
	all, most := len(took)+unread, 0
	for _, n := range of {
		most = max(most, n)
	}
	if err != nil || all < fewest || all-most < others || all/2 >= len(took) {
		return 0, false, err
	}
	slices.Sort(took)
	return took[all/2], true, nil
}
