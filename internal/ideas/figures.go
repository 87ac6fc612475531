package ideas

import (
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/figures"
)

var inTime = db.SQL(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN answered_on <> '' AND answered_on <= due_on THEN 1 ELSE 0 END), 0) FROM ideas_idea
	WHERE owner = $1 AND said_on > $2 AND due_on <> '' AND (answered_on <> '' OR due_on < $3 AND state IN ('council', 'new'))`)

// leftLate is when the elevråd said no to each of those that it did not carry on.
var leftLate = db.SQL(`SELECT i.due_on, COALESCE((SELECT MAX(l.at) FROM ideas_line l WHERE l.owner = i.owner AND l.idea = i.id AND l.part = 'left'), 0)
	FROM ideas_idea i WHERE i.owner = $1 AND i.said_on > $2 AND i.due_on <> '' AND i.state = 'left'`)

// Figures are what this room offers of numbers: how many suggestions of the last
// twelve months had their answer in time, of those that should have had one. What the elevråd left in time should not; what it
// left after the date should have.
func Figures() []figures.Register {
	return []figures.Register{{Name: "ideas-in-time", Figure: func(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date) (f figures.Figure, err error) {
		err = tx.One(inTime, db.Args(owner, on.Add(-365), on), &f.Of, &f.N)
		if err != nil {
			return f, err
		}
		err = tx.Each(leftLate, func(scan db.Scan) error {
			var due tilhor.Date
			var at int64
			err := scan(&due, &at)
			if calendar.DateOf(time.UnixMilli(at)) > due {
				f.Of++
			}
			return err
		}, owner, on.Add(-365))
		return f, err
	}}}
}
