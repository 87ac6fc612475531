package journal

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

var (
	selectHead = db.SQL(`SELECT seq, ready, hash FROM journal_head WHERE owner = $1 AND stream = $2`)
	insertHead = db.SQL(`INSERT INTO journal_head (owner, stream, seq, ready, hash) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner, stream) DO NOTHING`)
	moveHead = db.SQL(`UPDATE journal_head SET seq = $3, ready = $4, hash = $5
		WHERE owner = $1 AND stream = $2 AND seq = $6`)
	beginHead   = db.SQL(`INSERT INTO journal_head (owner, stream, seq, ready, hash) VALUES ($1, $2, $3, $4, $5)`)
	insertEntry = db.SQL(`INSERT INTO journal_entry
		(owner, stream, seq, id, person, view, written, ready, hash, mark, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
)

// New gives a journal that marks and signs with these keys.
func New(keys *seal.Keys) *Journal {
	return &Journal{keys: keys, holder: tilhor.NewID(), files: newWitness(keys)}
}

// Written says where an entry came to stand.
type Written struct {
	ID   tilhor.EntryID
	Seq  int64
	Hash [32]byte
}

// Append writes the entry as the next of its stream, in the act's own
// transaction: an act without its entry, or an entry without its act, cannot
// be. Two acts on one stream never both build on the same entry; on PostgreSQL
// the later one is run again.
func (j *Journal) Append(tx *db.Tx, e Entry) (Written, error) {
	var h head
	var hash []byte
	err := tx.One(selectHead, db.Args(e.By.Owner, e.Stream), &h.seq, &h.ready, &hash)
	if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return Written{}, err
	}
	copy(h.hash[:], hash)
	return j.write(tx, e, h, setHead)
}

// Begin is Append for the first entry of a stream that is made in the same
// transaction: nothing is asked for that cannot be there. A stream that has
// begun is refused by the database.
func (j *Journal) Begin(tx *db.Tx, e Entry) (Written, error) {
	return j.write(tx, e, head{}, func(tx *db.Tx, r Record, ready, _ int64) error {
		return tx.Later(beginHead, r.By.Owner, r.Stream, r.Seq, ready, r.Hash[:])
	})
}

// A head is the last entry of a stream; none has the number 0.
type head struct {
	seq, ready int64
	hash       [32]byte
}

// write writes the entry as the next after the head, which move moves on.
func (j *Journal) write(tx *db.Tx, e Entry, h head, move func(tx *db.Tx, r Record, ready, from int64) error) (Written, error) {
	if err := e.check(); err != nil {
		return Written{}, fmt.Errorf("append to the record: %w", err)
	}
	if j.keys.Public(e.By.Owner) == "" {
		return Written{}, fmt.Errorf("append to the record: %w", seal.ErrNoKeys)
	}
	r := Record{Entry: e.settle(), ID: tilhor.EntryID(tilhor.NewID()), Seq: h.seq + 1, Prev: h.hash}
	ready := max(r.ready(), h.ready)
	var err error
	if r.Body, err = encode(r); err != nil {
		return Written{}, fmt.Errorf("append to the record: %w", err)
	}
	r.Hash = sha256.Sum256(r.Body)
	if err := move(tx, r, ready, h.seq); err != nil {
		return Written{}, err
	}
	err = tx.Later(insertEntry, r.By.Owner, r.Stream, r.Seq, r.ID, r.By.Person, viewOf(r), r.When.Written.UnixMilli(),
		ready, r.Hash[:], j.mark(r.By.Owner, r.Hash), r.Body)
	return Written{r.ID, r.Seq, r.Hash}, err
}

// setHead moves the stream's head on; it is where two acts meet.
func setHead(tx *db.Tx, r Record, ready, from int64) error {
	var n int64
	var err error
	if from == 0 {
		n, err = tx.Exec(insertHead, r.By.Owner, r.Stream, r.Seq, ready, r.Hash[:])
	} else {
		n, err = tx.Exec(moveHead, r.By.Owner, r.Stream, r.Seq, ready, r.Hash[:], from)
	}
	if err == nil && n != 1 {
		return tilhor.ErrConflict
	}
	return err
}

// mark shows that this program wrote the entry: who can only write to the
// database cannot make it.
func (j *Journal) mark(owner tilhor.OwnerID, hash [32]byte) []byte {
	return j.keys.Hash(owner, markPurpose, string(hash[:]))
}

// markPurpose keeps marks apart from every other hash under the code key.
const markPurpose = "journal entry"

func (j *Journal) marked(owner tilhor.OwnerID, hash [32]byte, mark []byte) bool {
	return hmac.Equal(j.mark(owner, hash), mark)
}

// viewOf is NULL for what is not a reading, so that only readings are indexed.
func viewOf(r Record) any {
	if r.View == "" {
		return nil
	}
	return r.View
}
