package ideas

import (
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// A Settled suggestion waits for nobody: it is answered, or the elevråd did not carry
// it on.
type Settled struct {
	ID, Key string
	Last    time.Time // when something was last written of it
}

var (
	// One from before each had its own key is sealed with all others of its school, and
	// cannot be let go of alone.
	settled = db.SQL(`SELECT i.id, MIN(l.secret), MAX(l.at) FROM ideas_idea i JOIN ideas_line l ON l.owner = i.owner AND l.idea = i.id
		WHERE i.owner = $1 AND i.state IN ('answered', 'left') GROUP BY i.id, i.school HAVING MIN(l.secret) <> i.school ORDER BY i.id`)
	forget = db.SQL(`UPDATE ideas_idea SET state = 'gone', person = '', body = '', given_to = '', shown = 0 WHERE owner = $1 AND id = $2`)
)

// Ended are those that may be let go of by rule when long enough has passed.
func Ended(tx *db.Tx, owner tilhor.OwnerID) (all []Settled, err error) {
	err = tx.Each(settled, func(scan db.Scan) error {
		var s Settled
		var last int64
		err := scan(&s.ID, &s.Key, &last)
		s.Last = time.UnixMilli(last)
		all = append(all, s)
		return err
	}, owner)
	return all, err
}

// Forget takes away who wrote a suggestion whose words are shredded, and where it stood.
func Forget(tx *db.Tx, owner tilhor.OwnerID, id string) error {
	_, err := tx.Exec(forget, owner, id)
	return err
}
