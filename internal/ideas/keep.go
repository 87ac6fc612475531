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

const settledIdeas = `SELECT i.id, i.school, (SELECT MIN(l.secret) FROM ideas_line l WHERE l.owner = i.owner AND l.idea = i.id), (SELECT MAX(l.at) FROM ideas_line l WHERE l.owner = i.owner AND l.idea = i.id)
		FROM ideas_idea i WHERE i.owner = $1 AND i.state IN ('answered', 'left')
			AND NOT EXISTS (SELECT 1 FROM ideas_line l WHERE l.owner = i.owner AND l.idea = i.id AND l.part = 'asked')`

var (
	settled    = db.SQL(settledIdeas + ` ORDER BY i.id`)
	settledOne = db.SQL(settledIdeas + ` AND i.id = $2`)
	forget     = db.SQL(`UPDATE ideas_idea SET state = 'gone', person = '', body = '', given_to = '', shown = 0 WHERE owner = $1 AND id = $2`)
)

// Ended are those that may be let go of by rule when long enough has passed. One from
// before each had its own key is sealed with all others of its school, and is not. Nor
// is one whose writer rektor has asked for: then the school has thought that a child may
// not be well (opplæringslova § 12-4), and no rule of days ends that. With an id, of that
// one alone.
func Ended(tx *db.Tx, owner tilhor.OwnerID, id string) (all []Settled, err error) {
	q, args := settled, []any{owner}
	if id != "" {
		q, args = settledOne, append(args, id)
	}
	err = tx.Each(q, func(scan db.Scan) error {
		var s Settled
		var school string
		var last int64
		err := scan(&s.ID, &school, &s.Key, &last)
		if s.Last = time.UnixMilli(last); s.Key != school {
			all = append(all, s)
		}
		return err
	}, args...)
	return all, err
}

// Forget takes away who wrote a suggestion whose words are shredded, and where it stood.
func Forget(tx *db.Tx, owner tilhor.OwnerID, id string) error {
	_, err := tx.Exec(forget, owner, id)
	return err
}
