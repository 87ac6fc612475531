package privacy

import (
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// An Opening is one emergency access (nødtilgang) to a track. Without a track it
// is an attempt that led nowhere.
type Opening struct {
	ID       string
	Track    tilhor.TrackID
	School   tilhor.SchoolID
	Person   tilhor.PersonID
	Name     string
	Role     tilhor.Role
	At       time.Time
	Until    time.Time
	ReviewBy tilhor.Date
	Reviewed time.Time // zero until somebody else has looked at it
	Reviewer tilhor.PersonID
	Verdict  string // right, wrong
}

// Verdicts are what can be said of an opening afterwards.
var Verdicts = []string{"right", "wrong"}

const openingColumns = `id, track, school, person, role, opened_at, until_at, review_by, reviewed_at, reviewed_by, verdict`

var (
	insertGlass = db.SQL(`INSERT INTO privacy_glass (owner, id, track, school, person, role, opened_at, until_at, review_by, reviewed_by, verdict)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '')`)
	selectGlassAt = db.SQL(`SELECT ` + openingColumns + ` FROM privacy_glass WHERE owner = $1 AND school = $2 AND track <> ''
		AND (opened_at > $3 OR verdict = '') ORDER BY opened_at DESC, id LIMIT 100`)
	selectGlassOf = db.SQL(`SELECT ` + openingColumns + ` FROM privacy_glass WHERE owner = $1 AND school = $2 AND track = $3 ORDER BY opened_at DESC, id LIMIT 100`)
	countMissed   = db.SQL(`SELECT COUNT(*) FROM privacy_glass WHERE owner = $1 AND person = $2 AND opened_at > $3 AND track = ''`)
	reviewGlass   = db.SQL(`UPDATE privacy_glass SET reviewed_at = $5, reviewed_by = $4, verdict = $6
		WHERE owner = $1 AND track = $2 AND id = $3 AND person <> $4 AND verdict = ''`)
)

// Opened keeps that a track was opened in an emergency, or that it was tried.
func Opened(tx *db.Tx, owner tilhor.OwnerID, o Opening) error {
	_, err := tx.Exec(insertGlass, owner, o.ID, o.Track, o.School, o.Person, o.Role, o.At.UnixMilli(), o.Until.UnixMilli(), o.ReviewBy)
	return err
}

// Missed is how often a person has tried in vain since.
func Missed(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID, since time.Time) (n int, err error) {
	err = tx.One(countMissed, db.Args(owner, person, since.UnixMilli()), &n)
	return n, err
}

// OpeningsAt are those at a school that nobody has looked at, and the newer ones.
func OpeningsAt(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, since time.Time) ([]Opening, error) {
	return openings(tx, selectGlassAt, owner, school, since.UnixMilli())
}

// OpeningsOf are those of one track, the newest first.
func OpeningsOf(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, track tilhor.TrackID) ([]Opening, error) {
	return openings(tx, selectGlassOf, owner, school, track)
}

func openings(tx *db.Tx, q *db.Stmt, args ...any) (all []Opening, err error) {
	err = tx.Each(q, func(scan db.Scan) error {
		var o Opening
		var at, until int64
		var reviewed *int64
		if err := scan(&o.ID, &o.Track, &o.School, &o.Person, &o.Role, &at, &until, &o.ReviewBy, &reviewed, &o.Reviewer, &o.Verdict); err != nil {
			return err
		}
		o.At, o.Until, o.Reviewed = instant(at), instant(until), maybe(reviewed)
		all = append(all, o)
		return nil
	}, args...)
	return all, err
}

// Review keeps what somebody else than the one who opened said of it. It gives
// tilhor.ErrConflict when it was looked at already, or by the very one.
func Review(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID, id string, by tilhor.PersonID, verdict string, now time.Time) error {
	n, err := tx.Exec(reviewGlass, owner, track, id, by, now.UnixMilli(), verdict)
	if err == nil && n == 0 {
		return tilhor.ErrConflict
	}
	return err
}
