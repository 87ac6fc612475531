package ideas

import (
	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/figures"
)

var inTime = db.SQL(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN answered_on <> '' AND answered_on <= due_on THEN 1 ELSE 0 END), 0) FROM ideas_idea
	WHERE owner = $1 AND said_on > $2 AND due_on <> '' AND (answered_on <> '' OR due_on < $3 AND state IN ('council', 'new'))`)

// Figures are what this room offers of numbers: how many suggestions of the last
// twelve months had their answer in time, of those that should have had one.
func Figures() []figures.Register {
	return []figures.Register{{Name: "ideas-in-time", Figure: func(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date) (f figures.Figure, err error) {
		err = tx.One(inTime, db.Args(owner, on.Add(-365), on), &f.Of, &f.N)
		return f, err
	}}}
}
