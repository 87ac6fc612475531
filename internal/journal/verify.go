package journal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sort"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// slack is how long after an entry is ready a checkpoint may come before Verify
// says that no checkpoint covered those seconds.
const slack = 5 * time.Second

// maxWrong bounds the report of a record that is wrong everywhere.
const maxWrong = 100

// Against is what Verify compares the database with.
type Against struct {
	Public string     // the owner's public key
	File   []byte     // the file of checkpoints; nil to leave it out
	Keys   *seal.Keys // nil: marks and content are left out
}

// A Wrong is one thing in the record that is not as it was written.
type Wrong struct {
	Stream string
	Seq    int64
	ID     tilhor.EntryID // "" when the entry is gone
	Leaf   int64          // -1 when it is not known
	What   string
	rank   int // how sure it is that this entry is the one; 0 is surest
}

// String names the entry and what is wrong with it.
func (w Wrong) String() string {
	if w.Stream == "" && w.Leaf < 0 {
		return w.What
	}
	s := "entry"
	if w.ID != "" {
		s += " " + string(w.ID)
	}
	if w.Stream != "" {
		s += fmt.Sprintf(" (stream %s, number %d)", w.Stream, w.Seq)
	} else {
		s += fmt.Sprintf(" (leaf %d)", w.Leaf)
	}
	return s + ": " + w.What
}

// A Gap is a time that no checkpoint covered soon enough: what was written then
// could have been changed unseen until the checkpoint came.
type Gap struct{ From, To time.Time }

// A Report is what Verify found. The record holds when Wrong is empty.
type Report struct {
	Entries, Streams int64
	Size             int64 // of the tree
	Pending          int64 // not in the tree yet
	Checkpoints      int64 // in the database
	Witnessed        int64 // in the file beside the owner key
	Newest           Checkpoint
	Opened, Shredded int64 // content compared with its commitment, content shredded on purpose
	Unread           int64 // content that no room here knows how to find
	Gaps             []Gap
	Wrong            []Wrong // the surest first, then in the order of the streams
}

// Holds says whether nothing is wrong.
func (r Report) Holds() bool { return len(r.Wrong) == 0 }

// Verify recomputes everything: streams, marks, content, tree and checkpoints,
// and compares it with the file of checkpoints. It reads one snapshot and
// changes nothing; the error is for a database that cannot be read, never for a
// record that is wrong.
func Verify(ctx context.Context, d *db.DB, owner tilhor.OwnerID, a Against) (Report, error) {
	if a.Public == "" && a.Keys != nil {
		a.Public = a.Keys.Public(owner)
	}
	v := &verifier{owner: owner, against: a, rooms: contentsNow(), labels: map[[16]byte]int{}}
	err := d.Read(ctx, func(tx *db.Tx) error {
		v.tx = tx
		for _, step := range []func() error{v.checkpoints, v.streams, v.heads, v.tree, v.rows} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	v.settle()
	return v.report, err
}

type verifier struct {
	tx      *db.Tx
	owner   tilhor.OwnerID
	against Against
	rooms   []Content
	labels  map[[16]byte]int // content that entries commit to, by hash of room and label
	signed  []signedRoot     // every checkpoint there is, by size
	fileMax Checkpoint
	report  Report
	content contentReader
}

func (v *verifier) wrong(rank int, r found, what string, args ...any) {
	if len(v.report.Wrong) >= maxWrong {
		return
	}
	v.report.Wrong = append(v.report.Wrong, Wrong{Stream: r.stream, Seq: r.seq, ID: r.id, Leaf: r.leaf, What: fmt.Sprintf(what, args...), rank: rank})
}

// settle puts the surest first and drops what only follows from it.
func (v *verifier) settle() {
	w := v.report.Wrong
	sort.SliceStable(w, func(i, k int) bool { return w[i].rank < w[k].rank })
	if len(w) > 0 && w[0].rank == 0 {
		keep := w[:0]
		for _, x := range w {
			if x.rank < rankFollows {
				keep = append(keep, x)
			}
		}
		v.report.Wrong = keep
	}
}

// The ranks: the entry itself is wrong; something around it is; it only follows
// from another.
const (
	rankSure    = 0
	rankAround  = 1
	rankFollows = 2
)

// found is one row of the record as the database has it.
type found struct {
	stream     string
	seq        int64
	id         tilhor.EntryID
	person     string
	view       *string
	written    int64
	ready      int64
	leaf       int64
	inTree     *int64
	hash, mark []byte
	body       []byte
}

// nowhere is for what is wrong with no entry in particular.
var nowhere = found{leaf: -1}

var (
	verifyEntries = db.SQL(`SELECT stream, seq, id, person, view, written, ready, leaf, hash, mark, body
		FROM journal_entry WHERE owner = $1 AND (stream, seq) > ($2, $3) ORDER BY stream, seq LIMIT $4`)
	verifyHeads = db.SQL(`SELECT h.stream, h.seq FROM journal_head h WHERE h.owner = $1 AND NOT EXISTS
		(SELECT 1 FROM journal_entry e WHERE e.owner = h.owner AND e.stream = h.stream AND e.seq = h.seq)
		ORDER BY h.stream LIMIT 100`)
)

const verifyPage = 2000

// streams walks every stream from its first entry to its head.
func (v *verifier) streams() error {
	var before found
	for {
		var page []found
		err := v.tx.Each(verifyEntries, func(scan db.Scan) error {
			var f found
			err := scan(&f.stream, &f.seq, &f.id, &f.person, &f.view, &f.written, &f.ready, &f.inTree, &f.hash, &f.mark, &f.body)
			if f.leaf = -1; f.inTree != nil {
				f.leaf = *f.inTree
			}
			page = append(page, f)
			return err
		}, v.owner, before.stream, before.seq, verifyPage)
		if err != nil {
			return err
		}
		for _, f := range page {
			if f.stream != before.stream {
				if err := v.head(before); err != nil {
					return err
				}
				before = found{stream: f.stream}
				v.report.Streams++
			}
			v.report.Entries++
			if err := v.entry(before, f); err != nil {
				return err
			}
			before = f
		}
		if len(page) < verifyPage {
			return v.head(before)
		}
	}
}

// entry checks one entry by itself and against the one before it.
func (v *verifier) entry(before, f found) error {
	if f.leaf < 0 {
		v.report.Pending++
	}
	if f.seq != before.seq+1 {
		gone := found{stream: f.stream, seq: before.seq + 1, leaf: -1}
		v.wrong(rankSure, gone, "is missing: it was deleted (%d gone before entry %s)", f.seq-before.seq-1, f.id)
	}
	sum := sha256.Sum256(f.body)
	r, err := decode(f.body)
	switch {
	case !bytes.Equal(sum[:], f.hash):
		v.wrong(rankSure, f, "its text or its hash was edited: they do not belong together")
	case v.against.Keys != nil && !(&Journal{keys: v.against.Keys}).marked(v.owner, sum, f.mark):
		v.wrong(rankSure, f, "was not written by this program: it was inserted or rewritten")
	case err != nil:
		v.wrong(rankSure, f, "its text cannot be read")
	default:
		v.columns(before, f, r)
	}
	if err != nil {
		return nil
	}
	if f.seq == before.seq+1 && !follows(before, r) {
		v.wrong(rankFollows, f, "does not follow the entry before it: one of the two was changed")
	}
	if bytes.Equal(sum[:], f.hash) {
		return v.parts(f, r)
	}
	return nil
}

// columns compares what finds an entry with what was hashed.
func (v *verifier) columns(before, f found, r Record) {
	view := ""
	if f.view != nil {
		view = *f.view
	}
	switch {
	case r.By.Owner != v.owner:
		v.wrong(rankSure, f, "belongs to another owner: it was moved here")
	case r.Stream != f.stream || r.Seq != f.seq:
		v.wrong(rankSure, f, "was moved: it was written as number %d of %s", r.Seq, r.Stream)
	case r.ID != f.id:
		v.wrong(rankSure, f, "its id was changed: it was written as %s", r.ID)
	case string(r.By.Person) != f.person, r.View != view, (f.view != nil) != (view != ""):
		v.wrong(rankSure, f, "is filed under another person or view than it was written with")
	case r.When.Written.UnixMilli() != f.written:
		v.wrong(rankSure, f, "is filed under another time than it was written at")
	case max(r.ready(), before.ready) != f.ready:
		v.wrong(rankSure, f, "the time from which it may enter the tree was changed")
	}
}

// follows says whether r names the hash of the entry before it, as that is now
// or as it was before one column of it was edited.
func follows(before found, r Record) bool {
	if before.seq == 0 {
		return r.Prev == [32]byte{}
	}
	sum := sha256.Sum256(before.body)
	return r.Prev == sum || bytes.Equal(r.Prev[:], before.hash)
}

// head compares the end of a stream with its head.
func (v *verifier) head(last found) error {
	if last.seq == 0 {
		return nil
	}
	var seq, ready int64
	var hash []byte
	err := v.tx.One(selectHead, db.Args(v.owner, last.stream), &seq, &ready, &hash)
	switch {
	case errors.Is(err, tilhor.ErrNotFound):
		v.wrong(rankAround, last, "the head of its stream was deleted")
	case err != nil:
		return err
	case seq > last.seq:
		v.wrong(rankSure, found{stream: last.stream, seq: last.seq + 1, leaf: -1}, "is missing: the end of the stream was cut off (%d gone after entry %s)", seq-last.seq, last.id)
	case seq < last.seq:
		v.wrong(rankAround, last, "stands after the head of its stream: it was inserted, or the head was changed")
	case !bytes.Equal(hash, last.hash):
		v.wrong(rankFollows, last, "the head of its stream has another hash")
	case ready != last.ready:
		v.wrong(rankAround, last, "the head of its stream has another time")
	}
	return nil
}

// heads finds streams that are gone altogether.
func (v *verifier) heads() error {
	return v.tx.Each(verifyHeads, func(scan db.Scan) error {
		f := found{leaf: -1}
		if err := scan(&f.stream, &f.seq); err != nil {
			return err
		}
		for _, w := range v.report.Wrong {
			if w.Stream == f.stream {
				return nil
			}
		}
		v.wrong(rankSure, f, "is missing: the whole stream was deleted, or its head was made up")
		return nil
	}, v.owner)
}
