package journal

import (
	"fmt"

	"tilhor"
	"tilhor/internal/db"
)

var (
	selectStream = db.SQL(`SELECT body, leaf FROM journal_entry WHERE owner = $1 AND stream = $2 ORDER BY seq`)
	selectEntry  = db.SQL(`SELECT body, leaf FROM journal_entry WHERE owner = $1 AND id = $2`)
	selectAfter  = db.SQL(`SELECT body, leaf FROM journal_entry
		WHERE owner = $1 AND leaf > $2 ORDER BY leaf LIMIT $3`)
)

// Stream gives every entry of a stream, oldest first.
func (j *Journal) Stream(tx *db.Tx, owner tilhor.OwnerID, stream string) ([]Record, error) {
	return records(tx, selectStream, owner, stream)
}

// Entry gives one entry; tilhor.ErrNotFound when there is none.
func (j *Journal) Entry(tx *db.Tx, owner tilhor.OwnerID, id tilhor.EntryID) (Record, error) {
	list, err := records(tx, selectEntry, owner, id)
	if err != nil {
		return Record{}, err
	}
	if len(list) == 0 {
		return Record{}, tilhor.ErrNotFound
	}
	return list[0], nil
}

// Follow gives the entries that came into the tree after the leaf, in the order
// of the tree: the only order in which a reader of the whole record may keep its
// place, because neither times nor ids are in the order of commits. Begin at -1.
func (j *Journal) Follow(tx *db.Tx, owner tilhor.OwnerID, after int64, limit int) ([]Record, error) {
	return records(tx, selectAfter, owner, after, limit)
}

func records(tx *db.Tx, q *db.Stmt, args ...any) ([]Record, error) {
	var out []Record
	err := tx.Each(q, func(scan db.Scan) error {
		var raw []byte
		var leaf *int64
		if err := scan(&raw, &leaf); err != nil {
			return err
		}
		r, err := decode(raw)
		if err != nil {
			return fmt.Errorf("read the record: %w", err)
		}
		if leaf != nil {
			r.Leaf = *leaf
		}
		out = append(out, r)
		return nil
	}, args...)
	return out, err
}
