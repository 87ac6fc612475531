package journal

import (
	"bytes"
	"math/bits"
	"sort"
	"time"

	"tilhor/internal/db"

	"golang.org/x/mod/sumdb/tlog"
)

var (
	verifyLeaves = db.SQL(`SELECT leaf, stream, seq, id, ready, hash FROM journal_entry
		WHERE owner = $1 AND leaf > $2 ORDER BY leaf LIMIT $3`)
	verifyHashes = db.SQL(`SELECT idx, hash FROM journal_hash WHERE owner = $1 AND idx > $2 ORDER BY idx LIMIT $3`)
	verifyNotes  = db.SQL(`SELECT size, note FROM journal_checkpoint WHERE owner = $1 AND size > $2 ORDER BY size LIMIT $3`)
)

// A signedRoot is one checkpoint, and where it was found.
type signedRoot struct {
	Checkpoint
	inFile bool
}

// checkpoints reads those of the database and those of the file.
func (v *verifier) checkpoints() error {
	var inDB []signedRoot
	after := int64(-1)
	for {
		n := 0
		err := v.tx.Each(verifyNotes, func(scan db.Scan) error {
			var size int64
			var raw []byte
			if err := scan(&size, &raw); err != nil {
				return err
			}
			n, after = n+1, size
			v.report.Checkpoints++
			c, err := ReadCheckpoint(v.against.Public, raw)
			switch {
			case err != nil:
				v.wrong(rankAround, nowhere, "the checkpoint of %d entries in the database is not signed by the owner", size)
			case c.Size != size || c.Owner != v.owner:
				v.wrong(rankAround, nowhere, "the checkpoint of %d entries in the database was moved: it was signed for %d of %s", size, c.Size, c.Owner)
			default:
				inDB = append(inDB, signedRoot{Checkpoint: c})
			}
			return nil
		}, v.owner, after, verifyPage)
		if err != nil {
			return err
		}
		if n < verifyPage {
			break
		}
	}
	if len(inDB) > 0 {
		v.report.Newest = inDB[len(inDB)-1].Checkpoint
	}
	v.signed = append(inDB, v.file(inDB)...)
	sort.SliceStable(v.signed, func(i, k int) bool { return v.signed[i].Size < v.signed[k].Size })
	return nil
}

// file reads the file of checkpoints. What a crash left half written at its end
// is no fault.
func (v *verifier) file(inDB []signedRoot) (out []signedRoot) {
	if v.against.File == nil {
		return nil
	}
	have := map[int64]bool{}
	for _, c := range inDB {
		have[c.Size] = true
	}
	notes, _ := splitNotes(v.against.File)
	for i, raw := range notes {
		c, err := ReadCheckpoint(v.against.Public, raw)
		if err != nil || c.Owner != v.owner {
			v.wrong(rankAround, nowhere, "checkpoint %d in the file is not signed by the owner", i+1)
			continue
		}
		v.report.Witnessed++
		if c.Size > v.fileMax.Size {
			v.fileMax = c
		}
		out = append(out, signedRoot{c, true})
	}
	if len(notes) == 0 && len(inDB) > 0 {
		v.wrong(rankAround, nowhere, "the file of checkpoints is missing or empty, though the database has %d", len(inDB))
	}
	if len(inDB) == 0 {
		return out
	}
	first, last := inDB[0].Size, inDB[len(inDB)-1].Size
	for _, c := range out {
		if !have[c.Size] && c.Size >= first && c.Size <= last {
			v.wrong(rankAround, nowhere, "the checkpoint of %d entries stands in the file but was deleted from the database", c.Size)
		}
	}
	return out
}

// A frontier is the right edge of a growing Merkle tree: enough to add a leaf
// and to give the root, whatever the size.
type frontier struct {
	size  int64
	edge  []tlog.Hash // roots of the whole subtrees, the largest first
	fresh []tlog.Hash // what the last leaf added, as tlog stores it
}

func (f *frontier) add(leaf tlog.Hash) {
	f.fresh = append(f.fresh[:0], leaf)
	for n := f.size; n&1 == 1; n >>= 1 {
		leaf = tlog.NodeHash(f.edge[len(f.edge)-1], leaf)
		f.edge = f.edge[:len(f.edge)-1]
		f.fresh = append(f.fresh, leaf)
	}
	f.edge = append(f.edge, leaf)
	f.size++
	if len(f.edge) != bits.OnesCount64(uint64(f.size)) {
		panic("journal: the tree's edge has lost its shape")
	}
}

func (f *frontier) root() tlog.Hash {
	r := f.edge[len(f.edge)-1]
	for i := len(f.edge) - 2; i >= 0; i-- {
		r = tlog.NodeHash(f.edge[i], r)
	}
	return r
}

// hashes reads the stored hashes of the tree in their order, a page at a time.
type hashes struct {
	v    *verifier
	page []storedHash
	last int64
	done bool
}

type storedHash struct {
	idx  int64
	hash []byte
}

// take gives the stored hash with this number, nil when there is none.
func (h *hashes) take(idx int64) ([]byte, error) {
	for {
		for len(h.page) > 0 {
			s := h.page[0]
			if s.idx > idx {
				return nil, nil
			}
			h.page = h.page[1:]
			if s.idx == idx {
				return s.hash, nil
			}
			h.v.wrong(rankAround, nowhere, "hash %d of the tree does not belong there", s.idx)
		}
		if h.done {
			return nil, nil
		}
		if err := h.more(); err != nil {
			return nil, err
		}
	}
}

func (h *hashes) more() error {
	h.page = h.page[:0]
	err := h.v.tx.Each(verifyHashes, func(scan db.Scan) error {
		var s storedHash
		err := scan(&s.idx, &s.hash)
		h.page, h.last = append(h.page, s), s.idx
		return err
	}, h.v.owner, h.last, verifyPage)
	h.done = len(h.page) < verifyPage
	return err
}

// A walk goes through the leaves of the tree and compares three things: the
// entries, the stored hashes, and the signed roots.
type walk struct {
	v       *verifier
	entries frontier // grown from the entries
	stored  frontier // grown from the stored leaves
	hashes  hashes
	signed  []signedRoot // those not reached yet
	since   found        // the first leaf after the last root that was looked at
	ok      int64        // the size of that root
	broken  bool         // a leaf was wrong: the nodes above only follow from it
	gaps    []Gap
}

// tree recomputes the tree from its first leaf.
func (v *verifier) tree() error {
	w := &walk{v: v, signed: v.signed, hashes: hashes{v: v, last: -1}, since: nowhere}
	after := int64(-1)
	for {
		var page []found
		err := v.tx.Each(verifyLeaves, func(scan db.Scan) error {
			var f found
			err := scan(&f.leaf, &f.stream, &f.seq, &f.id, &f.ready, &f.hash)
			page = append(page, f)
			return err
		}, v.owner, after, verifyPage)
		if err != nil {
			return err
		}
		for _, f := range page {
			for w.entries.size < f.leaf {
				gone, err := w.missing()
				if err != nil {
					return err
				}
				if gone { // nothing is stored either: the place was made up
					v.wrong(rankSure, f, "its place in the tree was changed")
					return w.end()
				}
			}
			if err := w.leaf(f); err != nil {
				return err
			}
			after = f.leaf
		}
		if len(page) < verifyPage {
			return w.end()
		}
	}
}

// missing is a leaf without an entry: the stored hash stands in for it.
func (w *walk) missing() (nothing bool, err error) {
	n := w.entries.size
	raw, err := w.hashes.take(tlog.StoredHashIndex(0, n))
	if err != nil || len(raw) != tlog.HashSize {
		return err == nil, err
	}
	// A stream that misses a number names the entry better, when there is one.
	w.v.wrong(rankAround, found{leaf: n}, "has no entry: an entry was deleted, or its place in the tree was")
	w.broken = true
	return false, w.grow(found{leaf: n}, tlog.Hash(raw), raw)
}

func (w *walk) leaf(f found) error {
	raw, err := w.hashes.take(tlog.StoredHashIndex(0, f.leaf))
	if err != nil {
		return err
	}
	want := tlog.RecordHash(f.hash)
	if !bytes.Equal(raw, want[:]) {
		w.v.wrong(rankSure, f, "is not what entered the tree: it was changed, moved or replaced since")
		w.broken = true
	}
	return w.grow(f, want, raw)
}

// grow adds the leaf to both trees and compares the nodes and the signed roots.
func (w *walk) grow(f found, fromEntry tlog.Hash, raw []byte) error {
	if w.entries.size == w.ok {
		w.since = f
	}
	w.v.report.Size++
	w.entries.add(fromEntry)
	fromStore := fromEntry
	if len(raw) == tlog.HashSize {
		fromStore = tlog.Hash(raw)
	}
	w.stored.add(fromStore)
	at := tlog.StoredHashIndex(0, f.leaf)
	for i, want := range w.stored.fresh[1:] {
		got, err := w.hashes.take(at + int64(i) + 1)
		if err != nil {
			return err
		}
		if !bytes.Equal(got, want[:]) && !w.broken {
			w.v.wrong(rankAround, f, "the tree above it was changed (hash %d)", at+int64(i)+1)
			w.broken = true
		}
	}
	w.roots()
	w.gap(f)
	return nil
}

// roots compares the tree with every checkpoint of this size.
func (w *walk) roots() {
	for len(w.signed) > 0 && w.signed[0].Size <= w.entries.size {
		c := w.signed[0]
		w.signed = w.signed[1:]
		where := "in the database"
		if c.inFile {
			where = "in the file"
		}
		switch {
		case w.entries.root() == c.Root:
			w.ok = c.Size
		case w.stored.root() == c.Root: // the entry that differs is named already
			w.ok = c.Size
		default:
			w.v.wrong(rankAround, w.since, "this or one of the %d entries up to leaf %d is not what was signed %s (checkpoint %s)",
				c.Size-w.ok, c.Size-1, c.Time.Format(time.RFC3339), where)
			w.ok = c.Size
		}
	}
}

// gap notes the seconds between when an entry was ready and when it was signed.
func (w *walk) gap(f found) {
	if f.ready == 0 {
		return
	}
	i := sort.Search(len(w.v.signed), func(i int) bool { return w.v.signed[i].Size > f.leaf })
	if i == len(w.v.signed) {
		return
	}
	from, to := time.UnixMilli(f.ready).UTC(), w.v.signed[i].Time
	if to.Sub(from) > slack {
		w.gaps = append(w.gaps, Gap{from, to})
	}
	if len(w.gaps) > 1000 {
		w.gaps = merge(w.gaps)
	}
}

// end looks at what is left when the entries have ended.
func (w *walk) end() error {
	v := w.v
	for { // leaves whose entries are gone
		gone, err := w.missing()
		if err != nil {
			return err
		}
		if gone {
			break
		}
	}
	if extra, err := w.hashes.take(1 << 62); err != nil || extra != nil {
		return err
	}
	v.report.Gaps = merge(w.gaps)
	if n := v.report.Newest.Size; n < w.entries.size {
		v.wrong(rankAround, nowhere, "the tree has %d entries, but the checkpoints in the database end at %d: some were deleted", w.entries.size, n)
	}
	if len(w.signed) == 0 {
		return nil
	}
	most := w.signed[len(w.signed)-1]
	where := "a checkpoint in the database"
	if most.inFile {
		where = "the file of checkpoints"
	}
	v.wrong(rankSure, found{leaf: w.entries.size}, "is missing: the record ends here, but %s says that it held %d entries at %s: the end was cut off, or an older database was put back",
		where, most.Size, most.Time.Format(time.RFC3339))
	return nil
}

// merge joins gaps that overlap.
func merge(list []Gap) []Gap {
	sort.Slice(list, func(i, k int) bool { return list[i].From.Before(list[k].From) })
	var out []Gap
	for _, g := range list {
		if n := len(out); n > 0 && !g.From.After(out[n-1].To) {
			if g.To.After(out[n-1].To) {
				out[n-1].To = g.To
			}
			continue
		}
		out = append(out, g)
	}
	return out
}
