package roster

import (
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
)

// Ringing lists the openings that ring for who may do an act (access.Ringing), each
// with the name of who opened it and the address of what was opened: slug finds
// that by owner and id.
func (r *Roster) Ringing(tx *db.Tx, by tilhor.Actor, act access.Act, slug *db.Stmt, now time.Time) ([]access.Alarm, error) {
	all, err := access.Ringing(tx, by, act, now)
	if err != nil || len(all) == 0 {
		return all, err
	}
	var ids []tilhor.PersonID
	for i := range all {
		if err := tx.One(slug, db.Args(by.Owner, all[i].Thing), &all[i].Slug); err != nil {
			return nil, err
		}
		ids = append(ids, all[i].Person)
	}
	names, err := r.Names(tx, by.Owner, ids...)
	for i := range all {
		all[i].Name = names[all[i].Person]
	}
	return all, err
}
