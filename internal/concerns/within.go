package concerns

import (
	"context"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// fewest is how many must have told before the municipality's median is shown:
// with fewer, one child's report could be read out of it.
const fewest = 20

var selectWithin = db.SQL(`SELECT c.written_at, c.read_at FROM concerns_concern c
	WHERE c.owner = $1 AND c.channel IN ('pupil', 'parent', 'anonymous', 'outsider') AND c.written_at > $2 AND c.written_at <= $3`)

// ReadWithin is how long it took until an adult had read what pupils, parents and
// others told the municipality's schools in the last year: the median, what is
// not read yet counted as the longest. It is never one school's, and ok is false
// with fewer than twenty, or when half of it is not read.
func (d *Desk) ReadWithin(ctx context.Context, owner tilhor.OwnerID) (median time.Duration, ok bool, err error) {
	now := d.Clock()
	var took []time.Duration
	unread := 0
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		took, unread = nil, 0
		return tx.Each(selectWithin, func(scan db.Scan) error {
			var written int64
			var read *int64
			err := scan(&written, &read)
			if read == nil {
				unread++
			} else {
				took = append(took, max(0, time.Duration(*read-written)*time.Millisecond))
			}
			return err
		}, owner, now.AddDate(-1, 0, 0).UnixMilli(), now.UnixMilli())
	})
	all := len(took) + unread
	if err != nil || all < fewest || all/2 >= len(took) {
		return 0, false, err
	}
	slices.Sort(took)
	return took[all/2], true, nil
}
