package journal

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/seal"
)

// A Part is a commitment to one piece of content: its label and the hash that
// seal gave for it.
type Part struct {
	Label  string
	Commit [32]byte
}

// Parts are the commitments to sealed fields, as an entry carries them.
func Parts(fields ...seal.Sealed) []Part {
	out := make([]Part, len(fields))
	for i, f := range fields {
		out[i] = Part{Label: f.Label, Commit: f.Commit}
	}
	return out
}

// An Entry is what an act tells the record. Streams are "track/<id>",
// "readings/<id>", "concern/<id>", "school/<id>" and "owner". It names people
// and things by random ids only.
type Entry struct {
	Stream  string
	Act     string // "concern.told", "plan.approved" …
	Subject string // the id of the thing acted on
	When    tilhor.When
	By      tilhor.Actor
	Rule    string // the rule of access that let it pass
	View    string // what was looked at: a reading, else ""
	Parts   []Part
	// Told is set when the entry is the reception of what somebody tells: the
	// receipt says so.
	Told *Told
	// Quiet is for the anonymous route: every time is the hour, and the entry
	// enters the tree with all others of that hour.
	Quiet bool
}

// Told is what a receipt (kvittering) says besides the time.
type Told struct {
	For     []tilhor.Role // the roles that the school receives it for
	TakenUp bool          // taken up with rektor already (§ 12-4)
}

// A Record is an entry as it stands in the record.
type Record struct {
	Entry
	ID   tilhor.EntryID
	Seq  int64
	Prev [32]byte // hash of the entry before it in the stream; zero for the first
	Hash [32]byte // SHA-256 of Body
	Leaf int64    // its place in the tree, -1 until it is there
	Body []byte   // the entry as it was hashed
}

// check refuses an entry that could not be read back as it was meant.
func (e Entry) check() error {
	for what, s := range map[string]string{"stream": e.Stream, "act": e.Act} {
		if s == "" {
			return fmt.Errorf("an entry without %s", what)
		}
	}
	texts := []string{e.Stream, e.Act, e.Subject, e.Rule, e.View, string(e.By.Owner), string(e.By.Person), string(e.By.School)}
	labels := map[string]bool{}
	for _, p := range e.Parts {
		// A label that is not the sealed field's own could not be checked by anybody.
		if _, _, ok := seal.SplitLabel(p.Label); !ok || labels[p.Label] {
			return errors.New("a part whose label is not a sealed field's (use journal.Parts), or stands twice")
		}
		labels[p.Label] = true
		texts = append(texts, p.Label)
	}
	for _, s := range texts {
		if len(s) > 512 || !utf8.ValidString(s) || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f }) {
			return errors.New("an entry with a text that is too long or not plain")
		}
	}
	if e.When.Written.IsZero() || e.When.Precision == "" || e.By.Owner == "" || e.By.Role == "" {
		return errors.New("an entry without a time, an owner or a role")
	}
	return nil
}

// settle rounds the times: to the millisecond, and for the anonymous route to
// the hour, so that no time leads to who wrote it.
func (e Entry) settle() Entry {
	step := time.Millisecond
	if e.Quiet {
		step = time.Hour
		if e.When.Precision == tilhor.Exact {
			e.When.Precision = tilhor.Hour
		}
	}
	e.When.Written = e.When.Written.UTC().Truncate(step)
	if !e.When.At.IsZero() {
		e.When.At = e.When.At.UTC().Truncate(step)
	}
	return e
}

// ready is when the entry may enter the tree: at once, but for the anonymous
// route when its hour is over.
func (e Entry) ready() int64 {
	if e.Quiet {
		return e.When.Written.Add(time.Hour).UnixMilli()
	}
	return e.When.Written.UnixMilli()
}
