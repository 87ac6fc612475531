package journal

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"math"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"

	"golang.org/x/mod/sumdb/tlog"
)

// slack is how long after an entry is ready a checkpoint may come before Verify
// says that no checkpoint covered those seconds.
const slack = 5 * time.Second

// Against is what Verify compares the database with.
type Against struct {
	Public   string     // the owner's public key
	File     []byte     // the file of checkpoints; nil to leave it out
	Shredded []byte     // the file of shreddings; nil to leave it out
	Held     []Held     // what somebody else holds: the only thing that shows a record rolled back with its file
	Keys     *seal.Keys // nil: marks and content are left out
	read     noteReader // in the tests: remembers the signatures it has computed
	without  string     // in the tests: the step that is left out, to see what it is for
}

// Verify recomputes everything: streams, marks, content, tree and checkpoints,
// and compares it with the files beside the owner key and with what others hold.
// It reads one snapshot and changes nothing; the error is for a database that
// cannot be read, never for a record that is wrong.
func Verify(ctx context.Context, d *db.DB, owner tilhor.OwnerID, a Against) (Report, error) {
	var r Report
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		r, err = verify(owner, a, stored{tx, owner, a.Keys}, contentsNow())
		return err
	})
	return r, err
}

// verify checks the record that a source gives.
func verify(owner tilhor.OwnerID, a Against, rows source, rooms []Content) (Report, error) {
	if a.Public == "" && a.Keys != nil {
		a.Public = a.Keys.Public(owner)
	}
	v := &verifier{
		rows: rows, owner: owner, against: a, rooms: rooms, labels: map[[16]byte]int{}, due: make([]int64, len(rooms)),
		waiting: map[tlog.Hash]found{}, unmarked: map[int64]int{}, spoiled: map[int64]bool{}, shreddings: map[shredded]*Shredding{},
	}
	if a.Keys != nil {
		var err error
		if v.mark, err = a.Keys.Hasher(owner, markPurpose); err != nil {
			return v.report, err
		}
	}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"checkpoints", v.checkpoints},
		{"streams", v.streams},
		{"loose heads", v.loose},
		{"tree", v.tree},
		{"content", v.content},
		{"shredded", v.shredded},
		{"held", v.held},
	} {
		if step.name == a.without {
			continue
		}
		if err := step.do(); err != nil {
			return v.report, err
		}
	}
	v.settle()
	return v.report, nil
}

type verifier struct {
	rows       source
	owner      tilhor.OwnerID
	against    Against
	rooms      []Content
	mark       func(hash []byte) []byte // nil without keys
	labels     map[[16]byte]int         // content that entries commit to, by hash of room and label
	due        []int64                  // entries that have a row of their own, by room
	signed     []signedRoot             // every checkpoint there is, by size
	heads      map[string]headRow       // of the streams at hand
	waiting    map[tlog.Hash]found      // entries without a place in the tree, by what their leaf would be
	unmarked   map[int64]int            // entries without their mark: leaf, place in Wrong
	spoiled    map[int64]bool           // leaves whose entry is wrong by itself
	shreddings map[shredded]*Shredding
	said       []saidShredded
	keys       lastKey
	report     Report
}

// found is one row of the record as the database has it.
type found struct {
	stream     string
	seq        int64
	id         tilhor.EntryID
	person     string
	view       *string
	written    int64
	ready      int64
	leaf       int64 // -1 when inTree is nil
	inTree     *int64
	hash, mark []byte
	body       []byte
	sum        [32]byte // SHA-256 of body
}

// nowhere is for what is wrong with no entry in particular.
var nowhere = found{leaf: -1}

const verifyPage = 2000

// maxWaiting bounds what is kept of entries without a place in the tree; a
// sequencer that runs leaves at most an hour of them.
const maxWaiting = 100_000

// streams walks every stream from its first entry to its head.
func (v *verifier) streams() error {
	before, at := found{}, found{seq: math.MinInt64}
	for {
		page, err := v.rows.entries(at.stream, at.seq)
		if err != nil {
			return err
		}
		if err := v.readHeads(before, page); err != nil {
			return err
		}
		for i := range page {
			f := &page[i]
			if v.report.Entries == 0 || f.stream != before.stream {
				v.head(before)
				before = found{stream: f.stream}
				v.report.Streams++
			}
			v.report.Entries++
			if err := v.entry(&before, f); err != nil {
				return err
			}
			before, at = *f, *f
		}
		if len(page) < verifyPage {
			v.head(before)
			return nil
		}
	}
}

// readHeads reads the heads of a page's streams, and keeps that of the stream
// the page before ended in.
func (v *verifier) readHeads(before found, page []found) (err error) {
	if len(page) == 0 {
		return nil
	}
	last, had := v.heads[before.stream]
	v.heads, err = v.rows.heads(page[0].stream, page[len(page)-1].stream)
	if _, ok := v.heads[before.stream]; had && !ok {
		v.heads[before.stream] = last
	}
	return err
}

// waited says whether an entry waited for its hour, or behind one that did: programs
// before this one let some of those that came after into the tree first.
func (f *found) waited() bool { return f.ready > f.written && f.ready%time.Hour.Milliseconds() == 0 }

// entry checks one entry by itself and against the one before it.
func (v *verifier) entry(before, f *found) error {
	if f.seq != before.seq+1 {
		gone := found{stream: f.stream, seq: before.seq + 1, leaf: -1}
		v.wrong(rankSure, gone, Missing, "journal_entry", "is missing: it was deleted (%d gone before entry %s)", f.seq-before.seq-1, f.id)
	}
	if f.seq == before.seq+1 && before.inTree != nil && f.inTree != nil && *before.inTree > *f.inTree && !before.waited() {
		v.wrong(rankAround, *f, Moved, "journal_entry.leaf", "stands in the tree before the entry before it: one of the two was moved")
	}
	f.sum = sha256.Sum256(f.body)
	v.place(f)
	r, err := decode(f.body)
	whole := v.text(f)
	if !whole && len(v.spoiled) < maxWaiting {
		v.spoiled[f.leaf] = true
	}
	if whole && err != nil {
		v.wrong(rankSure, *f, Changed, "journal_entry.body", "its text cannot be read")
	}
	if err != nil {
		return nil
	}
	if whole {
		v.columns(before, f, &r)
	}
	if f.seq == before.seq+1 && !follows(before, &r) {
		v.wrong(rankFollows, *f, Changed, "journal_entry.body", "does not follow the entry before it: one of the two was changed")
	}
	if !bytes.Equal(f.sum[:], f.hash) {
		return nil
	}
	return v.parts(f, &r)
}

// place counts an entry that has no place in the tree yet.
func (v *verifier) place(f *found) {
	switch {
	case f.inTree == nil:
		v.report.Pending++
		if len(f.hash) == 32 && len(v.waiting) < maxWaiting {
			v.waiting[tlog.RecordHash(f.hash)] = *f
		}
	case f.leaf < 0:
		v.wrong(rankSure, *f, Moved, "journal_entry.leaf", "its place in the tree was changed: there is no place %d", f.leaf)
	}
}

// text compares an entry's text, its hash and its mark: each of the two others
// tells which one was changed.
func (v *verifier) text(f *found) (whole bool) {
	fits := bytes.Equal(f.sum[:], f.hash)
	switch {
	case fits && (v.mark == nil || v.marked(f.hash, f.mark)):
		return true
	case fits:
		v.unmarked[f.leaf] = len(v.report.Wrong)
		v.wrong(rankSure, *f, Inserted, "journal_entry.mark", "was not written by this program: it was inserted or rewritten")
	case v.mark != nil && v.marked(f.hash, f.mark):
		v.wrong(rankSure, *f, Changed, "journal_entry.body", "its text was changed after it was written: its hash no longer fits")
	case v.mark != nil && v.marked(f.sum[:], f.mark):
		v.wrong(rankSure, *f, Changed, "journal_entry.hash", "its hash was changed: its text is as it was written")
	default:
		v.wrong(rankSure, *f, Changed, "journal_entry.body", "its text or its hash was changed after it was written: they do not belong together")
	}
	return false
}

func (v *verifier) marked(hash, mark []byte) bool { return hmac.Equal(v.mark(hash), mark) }

// columns compares what finds an entry with what was hashed.
func (v *verifier) columns(before, f *found, r *Record) {
	view := ""
	if f.view != nil {
		view = *f.view
	}
	if r.By.Owner != v.owner {
		v.wrong(rankSure, *f, Moved, "journal_entry.owner", "belongs to another owner: it was moved here")
	}
	if r.Stream != f.stream || r.Seq != f.seq {
		v.wrong(rankSure, *f, Moved, "journal_entry.stream, seq", "was moved: it was written as number %d of %s", r.Seq, r.Stream)
	}
	if r.ID != f.id {
		v.wrong(rankSure, *f, Changed, "journal_entry.id", "its id was changed: it was written as %s", r.ID)
	}
	if string(r.By.Person) != f.person {
		v.wrong(rankSure, *f, Changed, "journal_entry.person", "is filed under another person than it was written with")
	}
	if r.View != view || (f.view != nil) != (view != "") {
		v.wrong(rankSure, *f, Changed, "journal_entry.view", "is filed under another view than it was written with")
	}
	if r.When.Written.UnixMilli() != f.written {
		v.wrong(rankSure, *f, Changed, "journal_entry.written", "is filed under another time than it was written at")
	}
	if max(r.ready(), before.ready) != f.ready {
		v.wrong(rankSure, *f, Changed, "journal_entry.ready", "the time from which it may enter the tree was changed")
	}
}

// follows says whether r names the hash of the entry before it, as that is now
// or as it was before one column of it was edited.
func follows(before *found, r *Record) bool {
	if before.seq == 0 {
		return r.Prev == [32]byte{}
	}
	return r.Prev == before.sum || bytes.Equal(r.Prev[:], before.hash)
}

// head compares the end of a stream with its head.
func (v *verifier) head(last found) {
	if last.body == nil {
		return
	}
	h, ok := v.heads[last.stream]
	switch {
	case !ok:
		v.wrong(rankAround, last, Head, "journal_head", "the head of its stream was deleted")
	case h.seq > last.seq:
		v.wrong(rankSure, found{stream: last.stream, seq: last.seq + 1, leaf: -1}, Missing, "journal_entry",
			"is missing: the end of the stream was cut off (%d gone after entry %s), or its head was changed", h.seq-last.seq, last.id)
	case h.seq < last.seq:
		v.wrong(rankAround, last, Head, "journal_head.seq", "stands after the head of its stream: it was inserted, or the head was changed")
	case !bytes.Equal(h.hash, last.hash):
		v.wrong(rankFollows, last, Head, "journal_head.hash", "the head of its stream has another hash")
	case h.ready != last.ready:
		v.wrong(rankAround, last, Head, "journal_head.ready", "the head of its stream has another time")
	}
}

// loose finds streams that are gone altogether.
func (v *verifier) loose() error {
	list, err := v.rows.loose()
	for _, h := range list {
		if !v.named(h.stream) {
			v.wrong(rankSure, found{stream: h.stream, seq: h.seq, leaf: -1}, Missing, "journal_entry, journal_head",
				"is missing: the whole stream was deleted, or its head was made up")
		}
	}
	return err
}

func (v *verifier) named(stream string) bool {
	for i := range v.report.Wrong {
		if v.report.Wrong[i].Stream == stream {
			return true
		}
	}
	return false
}

func (v *verifier) wrong(rank int, f found, kind Kind, field, what string, args ...any) {
	if len(v.report.Wrong) >= maxWrong {
		v.report.More++
		return
	}
	v.report.Wrong = append(v.report.Wrong, Wrong{
		Kind: kind, Field: field, Stream: f.stream, Seq: f.seq, ID: f.id, Leaf: f.leaf, What: fmt.Sprintf(what, args...), rank: rank,
	})
}
