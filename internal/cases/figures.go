package cases

import (
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/figures"
)

// planned counts the open cases that need a plan: those with one in force, and those
// that have been open a week. The law gives no number of days for a plan (§ 12-4); the
// week is a local rule of thumb. As in what the owner reads (oversight_tracks), a
// protected pupil's case is not counted, nor is a sealed one.
var planned = db.SQL(`SELECT COUNT(*), COALESCE(SUM(has), 0) FROM (SELECT t.opened_at AS opened_at,
		CASE WHEN EXISTS (SELECT 1 FROM cases_plan p WHERE p.owner = t.owner AND p.track = t.id AND p.state = 'approved') THEN 1 ELSE 0 END AS has
	FROM cases_track t WHERE t.owner = $1 AND t.state = 'open'
		AND NOT EXISTS (SELECT 1 FROM access_guard k WHERE k.owner = t.owner AND k.kind = 'track' AND k.thing = t.id AND k.until_at = 9223372036854775807)
		AND NOT EXISTS (SELECT 1 FROM cases_sealed x WHERE x.owner = t.owner AND x.track = t.id)) x WHERE has = 1 OR opened_at < $2`)

// Figures are what this room offers of numbers: of the municipality as a whole, and
// none of few.
func Figures() []figures.Register {
	return []figures.Register{{Name: "cases-with-plan", Figure: func(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date) (f figures.Figure, err error) {
		var of, n int
		err = tx.One(planned, db.Args(owner, on.Time().Add(-7*24*time.Hour).UnixMilli()), &of, &n)
		return figures.Careful(n, of), err
	}}}
}
