package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tilhor"
	"tilhor/internal/db"

	"golang.org/x/mod/sumdb/tlog"
)

// How many entries one transaction takes into the tree, and how long the lease
// of the sequencer holds when its process is gone.
const (
	sequenceBatch = 1000
	sequenceLease = 10 * time.Second
)

// sequencing is the name of the lease.
const sequencing = "journal sequence"

// may is which waiting entries may enter the tree: those that are ready, and
// those of a clock that ran ahead and has been set back since. They are not left
// unsigned until it gets there. Only the anonymous route makes anybody wait: to
// a whole hour, and for no more than one.
const may = `(ready <= $2 OR ready % 3600000 <> 0 OR written > $2 OR ready - written > 3600000)`

var (
	hasPending = db.SQL(`SELECT id FROM journal_entry WHERE owner = $1 AND leaf IS NULL AND ` + may + `
		ORDER BY ready, stream, seq LIMIT 1`)
	selectPending = db.SQL(`SELECT stream, seq, id, ready, hash, mark FROM journal_entry
		WHERE owner = $1 AND leaf IS NULL AND ` + may + ` AND (ready, stream, seq) > ($3, $4, $5)
		ORDER BY ready, stream, seq LIMIT $6`)
	setLeaf          = db.SQL(`UPDATE journal_entry SET leaf = $4 WHERE owner = $1 AND stream = $2 AND seq = $3`)
	insertHash       = db.SQL(`INSERT INTO journal_hash (owner, idx, hash) VALUES ($1, $2, $3)`)
	selectHash       = db.SQL(`SELECT hash FROM journal_hash WHERE owner = $1 AND idx = $2`)
	insertCheckpoint = db.SQL(`INSERT INTO journal_checkpoint (owner, size, note) VALUES ($1, $2, $3)`)
	newestCheckpoint = db.SQL(`SELECT note FROM journal_checkpoint WHERE owner = $1 ORDER BY size DESC LIMIT 1`)
	checkpointsAfter = db.SQL(`SELECT note FROM journal_checkpoint WHERE owner = $1 AND size > $2 ORDER BY size LIMIT 1000`)
)

// Run takes new entries into the tree at every tick, for every owner this
// process has keys for, until ctx ends or ticks closes. What time it is the clock
// says: a tick may have waited for the pass before it. Any number of processes
// may run it. It also notes shreddings beside the owner key. tell hears how each
// pass went; after one that failed the next tick tries again.
func (j *Journal) Run(ctx context.Context, d *db.DB, ticks <-chan time.Time, clock tilhor.Clock, tell func(tilhor.OwnerID, error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-ticks:
			if !open {
				return
			}
			for _, owner := range j.keys.Owners() {
				_, err := j.Sequence(ctx, d, owner, clock)
				_, err2 := j.keys.NoteShreddings(ctx, d, owner, clock())
				if ctx.Err() == nil {
					tell(owner, errors.Join(err, err2))
				}
			}
		}
	}
}

// Sequence is one pass: entries that are ready enter the Merkle tree, and a
// checkpoint is signed and appended to the file beside the owner key. Only the
// process that holds the lease signs; every process keeps its own file whole.
// It refuses to sign when the database does not continue what was signed.
func (j *Journal) Sequence(ctx context.Context, d *db.DB, owner tilhor.OwnerID, clock tilhor.Clock) (n int, err error) {
	waiting, now := false, clock()
	err = d.Read(ctx, func(tx *db.Tx) error {
		if err := j.continues(tx, owner); err != nil {
			return err
		}
		var id string
		err := tx.One(hasPending, db.Args(owner, now.UnixMilli()), &id)
		waiting = err == nil
		if errors.Is(err, tilhor.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	if waiting {
		n, err = j.sequence(ctx, d, owner, clock)
		// An entry that was put in by something else must not hold the file up: what is
		// signed meanwhile could be taken out of the database again, unseen.
		if err != nil && !errors.Is(err, ErrForged) {
			return n, err
		}
	}
	return n, errors.Join(err, j.witnessed(ctx, d, owner))
}

func (j *Journal) sequence(ctx context.Context, d *db.DB, owner tilhor.OwnerID, clock tilhor.Clock) (n int, err error) {
	var from place
	for now := clock(); ; {
		// Anew for each batch: a long queue must not outlive the lease.
		got, err := d.Lease(ctx, owner, sequencing, j.holder, clock, sequenceLease)
		if err != nil || !got {
			return n, err
		}
		var taken, looked int
		var next place
		err = d.Write(ctx, func(tx *db.Tx) (err error) {
			taken, looked, next, err = j.grow(tx, owner, now, from)
			return err
		})
		if err != nil {
			return n, fmt.Errorf("grow the tree: %w", err)
		}
		n += taken
		if looked < sequenceBatch {
			if next.forged || from.forged {
				return n, ErrForged
			}
			return n, nil
		}
		next.forged = next.forged || from.forged
		from = next
	}
}

// Rest gives the lease back: whoever goes on after a process that ends in peace
// need not wait for it to run out.
func (j *Journal) Rest(ctx context.Context, d *db.DB, owner tilhor.OwnerID) error {
	return d.Release(ctx, owner, sequencing, j.holder)
}

// A place is where among the waiting entries a pass stands.
type place struct {
	ready  int64
	stream string
	seq    int64
	forged bool // an entry before it was not written by this program
}

type pending struct {
	stream     string
	seq, ready int64
	id         string
	hash, mark []byte
}

// grow takes of a batch of entries those that may into the tree, and signs what it became.
func (j *Journal) grow(tx *db.Tx, owner tilhor.OwnerID, now time.Time, from place) (taken, looked int, next place, err error) {
	var list []pending
	err = tx.Each(selectPending, func(scan db.Scan) error {
		var p pending
		err := scan(&p.stream, &p.seq, &p.id, &p.ready, &p.hash, &p.mark)
		list = append(list, p)
		return err
	}, owner, now.UnixMilli(), from.ready, from.stream, from.seq, sequenceBatch)
	if err != nil || len(list) == 0 {
		return 0, 0, from, err
	}
	t, err := j.tree(tx, owner)
	if err != nil {
		return 0, 0, from, err
	}
	for _, p := range list {
		next = place{p.ready, p.stream, p.seq, next.forged}
		// What this program did not write never enters the tree: signing it
		// would make it look true.
		if len(p.hash) != 32 || !j.marked(owner, [32]byte(p.hash), p.mark) {
			next.forged = true
			continue
		}
		if p.ready > now.UnixMilli() {
			if waits, err := behind(tx, owner, p); err != nil {
				return 0, 0, from, err
			} else if waits {
				continue
			}
		}
		if _, err := tx.Exec(setLeaf, owner, p.stream, p.seq, t.size); err != nil {
			return 0, 0, from, err
		}
		if err := t.add(p.hash); err != nil {
			return 0, 0, from, err
		}
		taken++
	}
	if taken == 0 {
		return 0, len(list), next, nil
	}
	return taken, len(list), next, j.sign(tx, t, now)
}

var selectLeaf = db.SQL(`SELECT leaf FROM journal_entry WHERE owner = $1 AND stream = $2 AND seq = $3`)

// behind says whether an entry that is let in early, since its clock ran ahead, would
// pass the one before it in its stream, which waits for its hour: a stream's leaves are
// in the order of its numbers.
func behind(tx *db.Tx, owner tilhor.OwnerID, p pending) (bool, error) {
	var leaf *int64
	err := tx.One(selectLeaf, db.Args(owner, p.stream, p.seq-1), &leaf)
	if errors.Is(err, tilhor.ErrNotFound) {
		return false, nil
	}
	return leaf == nil, err
}

func (j *Journal) sign(tx *db.Tx, t *tree, now time.Time) error {
	root, err := tlog.TreeHash(t.size, t)
	if err != nil {
		return err
	}
	signed, err := j.keys.Sign(t.owner, checkpointText(t.owner, t.size, root, now))
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertCheckpoint, t.owner, t.size, signed)
	return err
}

// A tree reads the stored hashes, and those added in this transaction.
type tree struct {
	tx    *db.Tx
	owner tilhor.OwnerID
	size  int64
	known map[int64]tlog.Hash

	failed error // the database's own trouble, which says nothing of the record
}

// tree is the tree as the newest checkpoint signed it. A tree whose edge no
// longer gives the signed root is not built upon.
func (j *Journal) tree(tx *db.Tx, owner tilhor.OwnerID) (*tree, error) {
	t := newTree(tx, owner, 0)
	c, err := j.newest(tx, owner)
	if errors.Is(err, tilhor.ErrNotFound) {
		return t, nil
	}
	if err != nil {
		return nil, err
	}
	t.size = c.Size
	root, err := tlog.TreeHash(t.size, t)
	if t.failed != nil {
		return nil, t.failed
	}
	if err != nil || root != c.Root {
		return nil, ErrForked
	}
	return t, nil
}

func newTree(tx *db.Tx, owner tilhor.OwnerID, size int64) *tree {
	return &tree{tx: tx, owner: owner, size: size, known: map[int64]tlog.Hash{}}
}

// newest is the newest checkpoint in the database; tilhor.ErrNotFound before the first.
func (j *Journal) newest(tx *db.Tx, owner tilhor.OwnerID) (Checkpoint, error) {
	var raw []byte
	if err := tx.One(newestCheckpoint, db.Args(owner), &raw); err != nil {
		return Checkpoint{}, err
	}
	c, err := ReadCheckpoint(j.keys.Public(owner), raw)
	if err != nil || c.Owner != owner {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrForked, errCheckpoint)
	}
	return c, nil
}

// ReadHashes is tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, idx := range indexes {
		h, ok := t.known[idx]
		if !ok {
			var raw []byte
			if err := t.tx.One(selectHash, db.Args(t.owner, idx), &raw); err != nil {
				if !errors.Is(err, tilhor.ErrNotFound) {
					t.failed = err
				}
				return nil, err
			}
			if len(raw) != len(h) {
				return nil, ErrForked
			}
			h = tlog.Hash(raw)
			t.known[idx] = h
		}
		out[i] = h
	}
	return out, nil
}

// add puts one entry's hash in as the next leaf.
func (t *tree) add(hash []byte) error {
	list, err := tlog.StoredHashes(t.size, hash, t)
	if err != nil {
		return err
	}
	at := tlog.StoredHashIndex(0, t.size)
	for i, h := range list {
		if _, err := t.tx.Exec(insertHash, t.owner, at+int64(i), h[:]); err != nil {
			return err
		}
		t.known[at+int64(i)] = h
	}
	t.size++
	return nil
}

// continues says whether the database still is what the file of checkpoints
// saw, or has grown from it.
func (j *Journal) continues(tx *db.Tx, owner tilhor.OwnerID) error {
	seen, err := j.files.newest(owner)
	if err != nil || seen.Size == 0 {
		return err
	}
	now, err := j.newest(tx, owner)
	if errors.Is(err, tilhor.ErrNotFound) {
		return ErrForked
	}
	if err != nil {
		return err
	}
	return grew(newTree(tx, owner, now.Size), seen, now)
}

// grew proves that the newer checkpoint contains the older one.
func grew(t *tree, old, now Checkpoint) error {
	if now.Size < old.Size || now.Size == old.Size && now.Root != old.Root {
		return ErrForked
	}
	if now.Size == old.Size {
		return nil
	}
	p, err := tlog.ProveTree(now.Size, old.Size, t)
	if t.failed != nil {
		return t.failed
	}
	if err != nil || tlog.CheckTree(p, now.Size, now.Root, old.Size, old.Root) != nil {
		return ErrForked
	}
	return nil
}

// witnessed appends the checkpoints that the file does not have yet.
func (j *Journal) witnessed(ctx context.Context, d *db.DB, owner tilhor.OwnerID) error {
	for {
		seen, err := j.files.newest(owner)
		if err != nil {
			return err
		}
		var list []Checkpoint
		err = d.Read(ctx, func(tx *db.Tx) error {
			list = nil
			err := tx.Each(checkpointsAfter, func(scan db.Scan) error {
				var raw []byte
				if err := scan(&raw); err != nil {
					return err
				}
				c, err := ReadCheckpoint(j.keys.Public(owner), raw)
				if err != nil {
					return fmt.Errorf("%w: %w", ErrForked, err)
				}
				list = append(list, c)
				return nil
			}, owner, seen.Size)
			if err != nil || len(list) == 0 {
				return err
			}
			return chain(newTree(tx, owner, list[len(list)-1].Size), seen, list)
		})
		if err != nil || len(list) == 0 {
			return err
		}
		if err := j.files.add(owner, list); err != nil || len(list) < 1000 {
			return err
		}
	}
}

// chain proves that each checkpoint contains the one before it.
func chain(t *tree, seen Checkpoint, list []Checkpoint) error {
	for _, c := range list {
		if seen.Size > 0 {
			if err := grew(t, seen, c); err != nil {
				return err
			}
		}
		seen = c
	}
	return nil
}
