package journal

import (
	"crypto/hmac"

	"tilhor"
	"tilhor/internal/db"
)

// What is read of an entry: its text, its mark, and where the database says that
// it stands, which the text must say too.
const stands = `SELECT stream, seq, id, mark, body, leaf FROM journal_entry`

var (
	selectStream = db.SQL(stands + ` WHERE owner = $1 AND stream = $2 ORDER BY seq`)
	selectEntry  = db.SQL(stands + ` WHERE owner = $1 AND id = $2`)
	selectAfter  = db.SQL(stands + `
		WHERE owner = $1 AND leaf > $2 ORDER BY leaf LIMIT $3`)
)

// Altered names an entry that does not stand as this program wrote it. Nothing
// is signed from it, and nothing of it is handed out: what it said may be put
// back a moment later, and what was signed would be true for ever.
type Altered struct{ Entry tilhor.EntryID }

func (a Altered) Error() string {
	return "the entry " + string(a.Entry) + " is not as this program wrote it: run tilhor journal verify"
}

// Stream gives every entry of a stream, oldest first; Altered when one of them is.
func (j *Journal) Stream(tx *db.Tx, owner tilhor.OwnerID, stream string) ([]Record, error) {
	return j.records(tx, owner, selectStream, stream)
}

// Entry gives one entry; tilhor.ErrNotFound when there is none, and Altered for
// one that is not as it was written.
func (j *Journal) Entry(tx *db.Tx, owner tilhor.OwnerID, id tilhor.EntryID) (Record, error) {
	list, err := j.records(tx, owner, selectEntry, id)
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
	return j.records(tx, owner, selectAfter, after, limit)
}

// records reads entries, and refuses them all when one is Altered.
func (j *Journal) records(tx *db.Tx, owner tilhor.OwnerID, q *db.Stmt, args ...any) ([]Record, error) {
	return j.each(tx, owner, func(id tilhor.EntryID) error { return Altered{id} }, q, args)
}

// genuine reads entries, and passes over those that are Altered.
func (j *Journal) genuine(tx *db.Tx, owner tilhor.OwnerID, q *db.Stmt, args ...any) ([]Record, error) {
	return j.each(tx, owner, func(tilhor.EntryID) error { return nil }, q, args)
}

func (j *Journal) each(tx *db.Tx, owner tilhor.OwnerID, altered func(tilhor.EntryID) error, q *db.Stmt, args []any) ([]Record, error) {
	mark, err := j.keys.Hasher(owner, markPurpose)
	if err != nil {
		return nil, err
	}
	var out []Record
	err = tx.Each(q, func(scan db.Scan) error {
		var f found
		if err := scan(&f.stream, &f.seq, &f.id, &f.mark, &f.body, &f.inTree); err != nil {
			return err
		}
		r, ok := f.record(owner, mark)
		if !ok {
			return altered(f.id)
		}
		out = append(out, r)
		return nil
	}, append([]any{owner}, args...)...)
	return out, err
}

// record is the entry of a row, and whether this program wrote that text and put
// it there.
func (f *found) record(owner tilhor.OwnerID, mark func([]byte) []byte) (Record, bool) {
	r, err := decode(f.body)
	if err != nil || !hmac.Equal(mark(r.Hash[:]), f.mark) {
		return Record{}, false
	}
	if f.inTree != nil {
		r.Leaf = *f.inTree
	}
	return r, r.By.Owner == owner && r.Stream == f.stream && r.Seq == f.seq && r.ID == f.id
}
