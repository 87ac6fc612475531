package journal

import (
	"bytes"
	"errors"
	"math"
	"math/bits"
	"sort"
	"time"

	"tilhor"

	"golang.org/x/mod/sumdb/tlog"
)

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
			h.v.wrong(rankAround, nowhere, Tree, "journal_hash.idx", "hash %d of the tree does not belong there: it was put in, or its number was changed", s.idx)
		}
		if h.done {
			return nil, nil
		}
		if err := h.more(); err != nil {
			return nil, err
		}
	}
}

func (h *hashes) more() (err error) {
	if h.page, err = h.v.rows.hashes(h.last); err != nil {
		return err
	}
	if h.done = len(h.page) < verifyPage; len(h.page) > 0 {
		h.last = h.page[len(h.page)-1].idx
	}
	return nil
}

// A walk goes through the leaves of the tree and compares three things: the
// entries, the stored hashes, and the signed roots. The two trees are grown
// apart from where they begin to differ.
type walk struct {
	v       *verifier
	entries frontier // grown from the entries
	stored  frontier // grown from the stored leaves; used once they differ
	apart   bool
	hashes  hashes
	signed  []signedRoot // those not reached yet
	next    int          // the first checkpoint that covers the leaf at hand
	since   int64        // the first leaf after the last root that was looked at
	ok      int64        // the size of that root
	broken  bool         // a leaf was wrong: the nodes above only follow from it
	gaps    []Gap
}

// tree recomputes the tree from its first leaf.
func (v *verifier) tree() error {
	w := &walk{v: v, signed: v.signed, hashes: hashes{v: v, last: math.MinInt64}, since: -1}
	for after := int64(math.MinInt64); ; {
		page, err := v.rows.leaves(after)
		if err != nil {
			return err
		}
		for _, l := range page {
			if after = l.leaf; l.leaf < 0 { // its stream has named it
				continue
			}
			for w.entries.size < l.leaf {
				gone, err := w.missing()
				if err != nil {
					return err
				}
				if gone { // nothing is stored either: the place was made up
					if err := w.wrong(rankSure, l.leaf, Moved, "journal_entry.leaf", "its place in the tree was changed"); err != nil {
						return err
					}
					return w.end()
				}
			}
			if err := w.leaf(l); err != nil {
				return err
			}
		}
		if len(page) < verifyPage {
			return w.end()
		}
	}
}

// wrong names the entry that has this leaf.
func (w *walk) wrong(rank int, leaf int64, kind Kind, field, what string, args ...any) error {
	f, err := w.v.rows.leaf(leaf)
	if errors.Is(err, tilhor.ErrNotFound) {
		f, err = found{}, nil
	}
	f.leaf = leaf
	w.v.wrong(rank, f, kind, field, what, args...)
	return err
}

// missing is a leaf without an entry: the stored hash stands in for it.
func (w *walk) missing() (nothing bool, err error) {
	n := w.entries.size
	raw, err := w.hashes.take(tlog.StoredHashIndex(0, n))
	if err != nil || len(raw) != tlog.HashSize {
		return err == nil, err
	}
	if f, ok := w.v.waiting[tlog.Hash(raw)]; ok {
		w.v.wrong(rankSure, f, Moved, "journal_entry.leaf", "its place in the tree (leaf %d) was taken away", n)
	} else {
		// A stream that misses a number names the entry better, when there is one.
		w.v.wrong(rankAround, found{leaf: n}, Missing, "journal_entry", "has no entry: an entry was deleted, or its place in the tree was")
	}
	w.broken = true
	return false, w.grow(leafRow{leaf: n, ready: -1}, tlog.Hash(raw), raw)
}

func (w *walk) leaf(l leafRow) error {
	raw, err := w.hashes.take(tlog.StoredHashIndex(0, l.leaf))
	if err != nil {
		return err
	}
	want := tlog.RecordHash(l.hash)
	if !bytes.Equal(raw, want[:]) {
		if err := w.notInTree(l.leaf); err != nil {
			return err
		}
		w.broken = true
	}
	return w.grow(l, want, raw)
}

// notInTree: the tree was grown from another entry than the one that stands here.
func (w *walk) notInTree(leaf int64) error {
	if w.v.spoiled[leaf] {
		return w.wrong(rankFollows, leaf, Changed, "journal_entry.hash", "is not what entered the tree")
	}
	return w.wrong(rankSure, leaf, Tree, "journal_entry.leaf or journal_hash.hash", "is not what entered the tree at leaf %d: its place was changed, or the hash of the tree was", leaf)
}

// grow adds the leaf to both trees and compares the nodes and the signed roots.
func (w *walk) grow(l leafRow, fromEntry tlog.Hash, raw []byte) error {
	if w.entries.size == w.ok {
		w.since = l.leaf
	}
	w.v.report.Size++
	if !w.apart && (len(raw) != tlog.HashSize || tlog.Hash(raw) != fromEntry) {
		w.apart = true
		w.stored = frontier{size: w.entries.size, edge: append([]tlog.Hash(nil), w.entries.edge...)}
	}
	w.entries.add(fromEntry)
	fresh := w.entries.fresh
	if w.apart {
		fromStore := fromEntry
		if len(raw) == tlog.HashSize {
			fromStore = tlog.Hash(raw)
		}
		w.stored.add(fromStore)
		fresh = w.stored.fresh
	}
	at := tlog.StoredHashIndex(0, l.leaf)
	for i := range fresh[1:] {
		got, err := w.hashes.take(at + int64(i) + 1)
		if err != nil {
			return err
		}
		if !bytes.Equal(got, fresh[i+1][:]) && !w.broken {
			err := w.wrong(rankAround, l.leaf, Tree, "journal_hash.hash", "the tree above it was changed (hash %d)", at+int64(i)+1)
			if err != nil {
				return err
			}
			w.broken = true
		}
	}
	w.gap(l)
	return w.roots()
}

// roots compares the tree with every checkpoint of this size.
func (w *walk) roots() error {
	for len(w.signed) > 0 && w.signed[0].size <= w.entries.size {
		c := w.signed[0]
		w.signed = w.signed[1:]
		switch {
		case w.entries.root() == c.root:
			w.onlyMarks(c.size)
		case w.apart && w.stored.root() == c.root: // the entry that differs is named already
		default:
			err := w.wrong(rankAround, w.since, Changed, "journal_entry, journal_checkpoint",
				"this or one of the %d entries up to leaf %d is not what was signed %s (checkpoint %s)", c.size-w.ok, c.size-1, c.time.Format(time.RFC3339), c.where)
			if err != nil {
				return err
			}
		}
		w.ok = c.size
	}
	return nil
}

// onlyMarks: where the signed tree has the entry as it is, an entry without its
// mark was not rewritten: it is the mark that was changed.
func (w *walk) onlyMarks(size int64) {
	for leaf, i := range w.v.unmarked {
		if leaf >= w.ok && leaf < size {
			x := &w.v.report.Wrong[i]
			x.Kind, x.What = Changed, "its mark was changed: its text is what was signed"
			delete(w.v.unmarked, leaf)
		}
	}
}

// gap notes the seconds between when an entry was ready and when it was signed.
func (w *walk) gap(l leafRow) {
	if l.ready < 0 {
		return
	}
	for w.next < len(w.v.signed) && w.v.signed[w.next].size <= l.leaf {
		w.next++
	}
	if w.next == len(w.v.signed) {
		return
	}
	from, to := time.UnixMilli(l.ready).UTC(), w.v.signed[w.next].time
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
	if _, err := w.hashes.take(math.MaxInt64); err != nil {
		return err
	}
	v.report.Gaps = merge(w.gaps)
	if n := v.report.Newest.Size; n < w.entries.size {
		v.wrong(rankAround, nowhere, Signed, "journal_checkpoint", "the tree has %d entries, but the checkpoints in the database end at %d: some were deleted", w.entries.size, n)
	}
	if len(w.signed) == 0 {
		return nil
	}
	most := w.signed[len(w.signed)-1]
	v.wrong(rankSure, found{leaf: w.entries.size}, RolledBack, "journal_entry",
		"is missing: the record ends here, but a checkpoint %s says that it held %d entries at %s: the end was cut off, or an older database was put back",
		most.where, most.size, most.time.Format(time.RFC3339))
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
