package journal

import (
	"strings"
	"sync"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// A Content tells Verify where one room keeps the sealed fields that its entries
// commit to, so that the commitments in the record can be compared with what the
// room stores today. A room registers its own from an init function.
type Content struct {
	// Acts is how the room's acts begin, as in "concerns.".
	Acts string
	// Find gives the stored bytes of the part field:id of an entry, and whose key
	// opens them. tilhor.ErrNotFound means that the row is gone.
	Find func(tx *db.Tx, r Record, field, id string) (Stored, error)
	// Each names the label of every sealed field the room stores, so that a row
	// without an entry is seen. nil when the room also stores what is in no entry.
	Each func(tx *db.Tx, owner tilhor.OwnerID, yield func(label string) error) error
	// Entries names the entry of every row the room stores, so that a row put in
	// by itself is seen even when it holds no words. nil when rows name none.
	Entries func(tx *db.Tx, owner tilhor.OwnerID, yield func(tilhor.EntryID) error) error
}

// Stored are sealed bytes and the key that opens them.
type Stored struct {
	Kind  seal.Kind
	Thing string
	Bytes []byte
}

var (
	contents   []Content
	contentsMu sync.Mutex
)

// RegisterContent makes a room's content known to Verify.
func RegisterContent(c Content) {
	contentsMu.Lock()
	defer contentsMu.Unlock()
	contents = append(contents, c)
}

// contentsNow are the rooms known, in the order they registered.
func contentsNow() []Content {
	contentsMu.Lock()
	defer contentsMu.Unlock()
	return append([]Content(nil), contents...)
}

// contentOf finds the room that keeps an act's content, -1 when none does; the
// longest beginning wins.
func contentOf(list []Content, act string) int {
	best := -1
	for i, c := range list {
		if strings.HasPrefix(act, c.Acts) && (best < 0 || len(c.Acts) > len(list[best].Acts)) {
			best = i
		}
	}
	return best
}
