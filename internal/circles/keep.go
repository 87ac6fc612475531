package circles

import (
	"time"

	"tilhor"
	"tilhor/internal/db"
)

const lastOf = `SELECT c.id, (SELECT MAX(l.at) FROM circles_line l WHERE l.owner = c.owner AND l.circle = c.id) FROM circles_circle c WHERE c.owner = $1`

var (
	lastLines  = db.SQL(lastOf)
	lastLine   = db.SQL(lastOf + ` AND c.id = $2`)
	noWriters  = db.SQL(`UPDATE circles_line SET person = '' WHERE owner = $1 AND circle = $2`)
	dropCircle = db.SQL(`DELETE FROM circles_circle WHERE owner = $1 AND id = $2`)
)

// Last is when something was last written in each group; with an id, in that one alone.
func Last(tx *db.Tx, owner tilhor.OwnerID, id string) (all map[string]time.Time, err error) {
	q, args := lastLines, []any{owner}
	if id != "" {
		q, args = lastLine, append(args, id)
	}
	all = map[string]time.Time{}
	err = tx.Each(q, func(scan db.Scan) error {
		var id string
		var at int64
		err := scan(&id, &at)
		all[id] = time.UnixMilli(at)
		return err
	}, args...)
	return all, err
}

// Forget takes away a group whose words are shredded: its class may begin anew.
func Forget(tx *db.Tx, owner tilhor.OwnerID, id string) error {
	if _, err := tx.Exec(noWriters, owner, id); err != nil {
		return err
	}
	_, err := tx.Exec(dropCircle, owner, id)
	return err
}
