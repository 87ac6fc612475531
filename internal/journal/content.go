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
	// Rows gives the rows the room stores beside its words that come after the
	// key, a thousand at most, in the order of their keys: a row put in by itself
	// and one that was changed are seen even when they hold no words. nil when
	// rows name no entry.
	Rows func(tx *db.Tx, owner tilhor.OwnerID, after string, yield func(RoomRow) error) error
	// HasRow says whether an entry wrote a row, so that one that was deleted is
	// seen. nil when rows name no entry.
	HasRow func(r Record) bool
	// Mirrors compare rows that say once more what one of the room's rows says.
	Mirrors []Mirror
	// Table is where the words lie, and RowTable where the rows do, for the report.
	Table, RowTable string
}

// A Mirror is a table whose rows say once more, for lists and rules, what a row
// that is compared with its entry says.
type Mirror struct {
	Table string
	Odd   *db.Stmt // the ids of an owner's rows that the other side does not answer
}

func (c *Content) rowTable() string {
	if c.RowTable == "" {
		return c.table()
	}
	return c.RowTable
}

func (c *Content) table() string {
	if c.Table == "" {
		return c.Acts
	}
	return c.Table
}

// Stored are sealed bytes and the key that opens them.
type Stored struct {
	Kind  seal.Kind
	Thing string
	Bytes []byte
	Entry tilhor.EntryID // the entry the row says that it belongs to, when it says so
	Open  *string        // what stands open in a row (seal.Key.Commit), when nothing is sealed
}

// A RoomRow is what a room's row repeats of its entry. What is "" or nil is not
// compared.
type RoomRow struct {
	Key       string // what Rows is asked to go on after
	Table     string
	Entry     tilhor.EntryID
	Subject   string
	Stream    string
	Act       string
	School    tilhor.SchoolID
	Person    *tilhor.PersonID
	Role      *tilhor.Role
	At        *int64 // Unix milliseconds
	Precision tilhor.Precision
	Written   *int64
}

// differs names the first column that is not what the entry says.
func (w RoomRow) differs(r Record) string {
	switch {
	case w.Subject != "" && w.Subject != r.Subject:
		return "id or entry"
	case w.Stream != "" && w.Stream != r.Stream:
		return "track"
	case w.Act != "" && w.Act != r.Act:
		return "kind"
	case w.School != "" && w.School != r.By.School:
		return "school"
	case w.Person != nil && *w.Person != r.By.Person:
		return "person"
	case w.Role != nil && *w.Role != r.By.Role:
		return "role"
	case w.At != nil && *w.At != r.When.Counts().UnixMilli():
		return "time"
	case w.Precision != "" && w.Precision != r.When.Precision:
		return "precision of the time"
	case w.Written != nil && *w.Written != r.When.Written.UnixMilli():
		return "time of writing"
	}
	return ""
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
