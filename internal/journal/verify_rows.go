package journal

import (
	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// A source gives Verify the rows of one owner's record, a page at a time in the
// order it walks them; a page shorter than verifyPage is the last. There are
// two: the database, and in the tests rows in memory, so that a hundred thousand
// tamperings go through these same checks.
type source interface {
	entries(stream string, seq int64) ([]found, error)       // after this one, by stream and number
	heads(from, to string) (map[string]headRow, error)       // of these streams and those between
	loose() ([]headRow, error)                               // heads whose entry is not there
	leaves(after int64) ([]leafRow, error)                   // by leaf
	leaf(n int64) (found, error)                             // which entry it is
	entry(id tilhor.EntryID) (found, error)                  // tilhor.ErrNotFound when there is none
	hashes(after int64) ([]storedHash, error)                // by number
	notes(after int64) ([]storedNote, error)                 // by size
	find(c *Content, r Record, label string) (Stored, error) // tilhor.ErrNotFound when it is gone
	key(kind seal.Kind, thing string) (seal.Key, error)
	buried(after shredded) ([]buriedKey, error) // keys that were shredded
	each(c *Content, yield func(label string) error) error
	rowsOf(c *Content, yield func(RoomRow) error) error
	odd(m Mirror, yield func(id string) error) error
}

type headRow struct {
	stream     string
	seq, ready int64
	hash       []byte
}

type leafRow struct {
	leaf, ready int64
	hash        []byte
}

type storedHash struct {
	idx  int64
	hash []byte
}

type storedNote struct {
	size int64
	note []byte
}

// shredded names a thing whose key was deleted.
type shredded struct {
	kind  seal.Kind
	thing string
}

type buriedKey struct {
	shredded
	at    int64
	noted bool
	empty bool // nothing is left of the key
}

var (
	verifyEntries = db.SQL(`SELECT stream, seq, id, person, view, written, ready, leaf, hash, mark, body
		FROM journal_entry WHERE owner = $1 AND (stream, seq) > ($2, $3) ORDER BY stream, seq LIMIT $4`)
	verifyEntry = db.SQL(`SELECT stream, seq, id, person, view, written, ready, leaf, hash, mark, body
		FROM journal_entry WHERE owner = $1 AND id = $2`)
	verifyLeaf  = db.SQL(`SELECT stream, seq, id FROM journal_entry WHERE owner = $1 AND leaf = $2`)
	verifyHeads = db.SQL(`SELECT stream, seq, ready, hash FROM journal_head
		WHERE owner = $1 AND stream >= $2 AND stream <= $3`)
	verifyLoose = db.SQL(`SELECT h.stream, h.seq FROM journal_head h WHERE h.owner = $1 AND NOT EXISTS
		(SELECT 1 FROM journal_entry e WHERE e.owner = h.owner AND e.stream = h.stream AND e.seq = h.seq)
		ORDER BY h.stream LIMIT 100`)
	verifyLeaves = db.SQL(`SELECT leaf, ready, hash FROM journal_entry
		WHERE owner = $1 AND leaf > $2 ORDER BY leaf LIMIT $3`)
	verifyHashes = db.SQL(`SELECT idx, hash FROM journal_hash WHERE owner = $1 AND idx > $2 ORDER BY idx LIMIT $3`)
	verifyNotes  = db.SQL(`SELECT size, note FROM journal_checkpoint WHERE owner = $1 AND size > $2 ORDER BY size LIMIT $3`)
	verifyBuried = db.SQL(`SELECT kind, thing, shredded, noted, wrapped FROM seal_key
		WHERE owner = $1 AND (kind, thing) > ($2, $3) AND shredded IS NOT NULL ORDER BY kind, thing LIMIT $4`)
)

// stored is the record in the database.
type stored struct {
	tx    *db.Tx
	owner tilhor.OwnerID
	keys  *seal.Keys
}

// pageOf reads a page of rows.
func pageOf[T any](tx *db.Tx, q *db.Stmt, read func(db.Scan, *T) error, args ...any) ([]T, error) {
	var page []T
	err := tx.Each(q, func(scan db.Scan) error {
		page = append(page, *new(T))
		return read(scan, &page[len(page)-1])
	}, args...)
	return page, err
}

func scanEntry(scan db.Scan, f *found) error {
	err := scan(&f.stream, &f.seq, &f.id, &f.person, &f.view, &f.written, &f.ready, &f.inTree, &f.hash, &f.mark, &f.body)
	f.leaf = -1
	if f.inTree != nil {
		f.leaf = *f.inTree
	}
	if f.body == nil {
		f.body = []byte{}
	}
	return err
}

func (s stored) entries(stream string, seq int64) ([]found, error) {
	return pageOf(s.tx, verifyEntries, scanEntry, s.owner, stream, seq, verifyPage)
}

func (s stored) entry(id tilhor.EntryID) (found, error) {
	return only(pageOf(s.tx, verifyEntry, scanEntry, s.owner, id))
}

func (s stored) leaf(n int64) (found, error) {
	return only(pageOf(s.tx, verifyLeaf, func(scan db.Scan, f *found) error {
		f.leaf = n
		return scan(&f.stream, &f.seq, &f.id)
	}, s.owner, n))
}

func only(list []found, err error) (found, error) {
	if err == nil && len(list) == 0 {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return nowhere, err
	}
	return list[0], nil
}

func (s stored) heads(from, to string) (map[string]headRow, error) {
	list, err := pageOf(s.tx, verifyHeads, func(scan db.Scan, h *headRow) error {
		return scan(&h.stream, &h.seq, &h.ready, &h.hash)
	}, s.owner, from, to)
	out := make(map[string]headRow, len(list))
	for _, h := range list {
		out[h.stream] = h
	}
	return out, err
}

func (s stored) loose() ([]headRow, error) {
	return pageOf(s.tx, verifyLoose, func(scan db.Scan, h *headRow) error { return scan(&h.stream, &h.seq) }, s.owner)
}

func (s stored) leaves(after int64) ([]leafRow, error) {
	return pageOf(s.tx, verifyLeaves, func(scan db.Scan, l *leafRow) error {
		return scan(&l.leaf, &l.ready, &l.hash)
	}, s.owner, after, verifyPage)
}

func (s stored) hashes(after int64) ([]storedHash, error) {
	return pageOf(s.tx, verifyHashes, func(scan db.Scan, h *storedHash) error { return scan(&h.idx, &h.hash) }, s.owner, after, verifyPage)
}

func (s stored) notes(after int64) ([]storedNote, error) {
	return pageOf(s.tx, verifyNotes, func(scan db.Scan, n *storedNote) error { return scan(&n.size, &n.note) }, s.owner, after, verifyPage)
}

func (s stored) find(c *Content, r Record, label string) (Stored, error) {
	field, id, _ := seal.SplitLabel(label)
	return c.Find(s.tx, r, field, id)
}

func (s stored) key(kind seal.Kind, thing string) (seal.Key, error) {
	return s.keys.Get(s.tx, s.owner, kind, thing)
}

func (s stored) buried(after shredded) ([]buriedKey, error) {
	return pageOf(s.tx, verifyBuried, func(scan db.Scan, k *buriedKey) error {
		var noted *int64
		var wrapped []byte
		err := scan(&k.kind, &k.thing, &k.at, &noted, &wrapped)
		k.noted, k.empty = noted != nil, len(wrapped) == 0
		return err
	}, s.owner, string(after.kind), after.thing, verifyPage)
}

func (s stored) each(c *Content, yield func(label string) error) error {
	if c.Each == nil {
		return nil
	}
	return c.Each(s.tx, s.owner, yield)
}

// rowsOf reads a room's rows page by page: what is yielded may ask the database.
func (s stored) rowsOf(c *Content, yield func(RoomRow) error) error {
	if c.Rows == nil {
		return nil
	}
	for after := ""; ; {
		var page []RoomRow
		err := c.Rows(s.tx, s.owner, after, func(r RoomRow) error { page = append(page, r); return nil })
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			if err := yield(r); err != nil {
				return err
			}
		}
		after = page[len(page)-1].Key
	}
}

func (s stored) odd(m Mirror, yield func(id string) error) error {
	var all []string
	err := s.tx.Each(m.Odd, func(scan db.Scan) error {
		all = append(all, "")
		return scan(&all[len(all)-1])
	}, s.owner)
	for _, id := range all {
		if err == nil {
			err = yield(id)
		}
	}
	return err
}
