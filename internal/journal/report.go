package journal

import (
	"fmt"
	"sort"
	"time"

	"tilhor"
)

// maxWrong bounds the report of a record that is wrong everywhere.
const maxWrong = 100

// A Kind says what sort of wrong it is: what it means and what to do about it
// stands in docs/guide/record.md under this word.
type Kind string

// The kinds.
const (
	Changed    Kind = "changed"    // an entry is not as it was written
	Missing    Kind = "missing"    // an entry was deleted
	Inserted   Kind = "inserted"   // an entry was not written by this program
	Moved      Kind = "moved"      // an entry stands in another place
	Head       Kind = "head"       // where a stream ends is not what its entries say
	Tree       Kind = "tree"       // a stored hash above the entries
	Signed     Kind = "checkpoint" // a checkpoint is not the owner's, or not of this record
	RolledBack Kind = "rolled-back"
	Words      Kind = "content" // the words that an entry commits to
	Row        Kind = "row"     // what a room stores beside the words
	Opener     Kind = "key"     // the key that opens the words
	Shreds     Kind = "shredded"
)

// Kinds are all there are, in the order of the guide.
var Kinds = []Kind{Changed, Missing, Inserted, Moved, Head, Tree, Signed, RolledBack, Words, Row, Opener, Shreds}

// A Wrong is one thing in the record that is not as it was written.
type Wrong struct {
	Kind   Kind
	Field  string // the table and column it was found in, or "the file of checkpoints"
	Stream string
	Seq    int64
	ID     tilhor.EntryID // "" when the entry is gone
	Leaf   int64          // -1 when it is not known
	What   string
	rank   int // how sure it is that this entry is the one; 0 is surest
}

// The ranks: the entry itself is wrong; something around it is; it only follows
// from another.
const (
	rankSure    = 0
	rankAround  = 1
	rankFollows = 2
)

// String names the entry, what is wrong with it, and where that stands.
func (w Wrong) String() string { return w.subject() + w.What + " [" + w.Field + "]" }

func (w Wrong) subject() string {
	switch {
	case w.Stream == "" && w.ID == "" && w.Leaf < 0:
		return ""
	case w.Stream == "" && w.ID == "":
		return fmt.Sprintf("entry (leaf %d): ", w.Leaf)
	case w.Stream == "":
		return fmt.Sprintf("entry %s: ", w.ID)
	case w.ID == "":
		return fmt.Sprintf("entry (stream %s, number %d): ", w.Stream, w.Seq)
	}
	return fmt.Sprintf("entry %s (stream %s, number %d): ", w.ID, w.Stream, w.Seq)
}

// A Gap is a time that no checkpoint covered soon enough: what was written then
// could have been changed unseen until the checkpoint came.
type Gap struct{ From, To time.Time }

// A Shredding is content whose key was deleted on purpose, and what says so.
type Shredding struct {
	Kind, Thing string
	At          time.Time
	Parts       int64          // commitments in the record that can be compared no more
	Entry       tilhor.EntryID // the entry of the shredding, "" when there is none
	Noted       bool           // stands in the file beside the owner key
}

// A Report is what Verify found. The record holds when Wrong is empty.
type Report struct {
	Entries, Streams int64
	Size             int64 // of the tree
	Pending          int64 // not in the tree yet
	Checkpoints      int64 // in the database
	Witnessed        int64 // in the file beside the owner key
	Compared         int64 // checkpoints and receipts that others hold
	Newest           Checkpoint
	Opened, Shredded int64 // content compared with its commitment, content shredded on purpose
	Unread           int64 // content that no room here knows how to find
	Rows             int64 // rows of the rooms compared with their entries
	Shreddings       []Shredding
	Gaps             []Gap
	Wrong            []Wrong // the surest first, then in the order of the streams
	More             int64   // wrong things beyond those listed
}

// Holds says whether nothing is wrong.
func (r Report) Holds() bool { return len(r.Wrong) == 0 }

// settle puts the surest first and drops what only follows from it.
func (v *verifier) settle() {
	w := v.report.Wrong
	sort.SliceStable(w, func(i, k int) bool { return w[i].rank < w[k].rank })
	if len(w) == 0 || w[0].rank != rankSure {
		return
	}
	keep := w[:0]
	for _, x := range w {
		if x.rank < rankFollows {
			keep = append(keep, x)
		}
	}
	v.report.Wrong = keep
}
