package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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

// format is the first field of every body; a body of another format is read by
// another decoder.
const format = "tilhor entry 1"

// body is an entry as it is hashed: one JSON object, its fields always in this
// order, no space between them.
type body struct {
	Format    string `json:"format"`
	Owner     string `json:"owner"`
	Stream    string `json:"stream"`
	Seq       int64  `json:"seq"`
	ID        string `json:"id"`
	Prev      string `json:"prev"`
	At        *int64 `json:"at"`
	Precision string `json:"precision"`
	Written   int64  `json:"written"`
	Quiet     bool   `json:"quiet"`
	Person    string `json:"person"`
	Role      string `json:"role"`
	School    string `json:"school"`
	Act       string `json:"act"`
	Subject   string `json:"subject"`
	View      string `json:"view"`
	Rule      string `json:"rule"`
	Told      *told  `json:"told"`
	Parts     []part `json:"parts"`
}

type told struct {
	For     []string `json:"for"`
	TakenUp bool     `json:"takenUp"`
}

type part struct {
	Label  string `json:"label"`
	Commit string `json:"commit"`
}

// encode gives the bytes that are hashed and stored.
func encode(r Record) ([]byte, error) {
	b := body{
		Format: format, Owner: string(r.By.Owner), Stream: r.Stream, Seq: r.Seq, ID: string(r.ID),
		Prev: hex.EncodeToString(r.Prev[:]), Precision: string(r.When.Precision), Written: r.When.Written.UnixMilli(),
		Quiet: r.Quiet, Person: string(r.By.Person), Role: string(r.By.Role), School: string(r.By.School),
		Act: r.Act, Subject: r.Subject, View: r.View, Rule: r.Rule, Parts: []part{},
	}
	if !r.When.At.IsZero() {
		at := r.When.At.UnixMilli()
		b.At = &at
	}
	if r.Told != nil {
		b.Told = &told{For: []string{}, TakenUp: r.Told.TakenUp}
		for _, role := range r.Told.For {
			b.Told.For = append(b.Told.For, string(role))
		}
	}
	for _, p := range r.Parts {
		b.Parts = append(b.Parts, part{p.Label, hex.EncodeToString(p.Commit[:])})
	}
	return marshal(b)
}

func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

var errBody = errors.New("the text of the entry cannot be read")

// decode reads a body back. It refuses one that encode would not have written.
func decode(raw []byte) (Record, error) {
	var b body
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil || b.Format != format {
		return Record{}, errBody
	}
	r := Record{
		ID: tilhor.EntryID(b.ID), Seq: b.Seq, Leaf: -1, Body: raw, Hash: sha256.Sum256(raw),
		Entry: Entry{
			Stream: b.Stream, Act: b.Act, Subject: b.Subject, Rule: b.Rule, View: b.View, Quiet: b.Quiet,
			When: tilhor.When{Precision: tilhor.Precision(b.Precision), Written: time.UnixMilli(b.Written).UTC()},
			By:   tilhor.Actor{Owner: tilhor.OwnerID(b.Owner), Person: tilhor.PersonID(b.Person), Role: tilhor.Role(b.Role), School: tilhor.SchoolID(b.School)},
		},
	}
	if b.At != nil {
		r.When.At = time.UnixMilli(*b.At).UTC()
	}
	if b.Told != nil {
		r.Told = &Told{TakenUp: b.Told.TakenUp}
		for _, role := range b.Told.For {
			r.Told.For = append(r.Told.For, tilhor.Role(role))
		}
	}
	if !unhex(&r.Prev, b.Prev) {
		return Record{}, errBody
	}
	for _, p := range b.Parts {
		q := Part{Label: p.Label}
		if !unhex(&q.Commit, p.Commit) {
			return Record{}, errBody
		}
		r.Parts = append(r.Parts, q)
	}
	again, err := encode(r)
	if err != nil || !bytes.Equal(again, raw) {
		return Record{}, errBody
	}
	return r, nil
}

func unhex(dst *[32]byte, s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && copy(dst[:], raw) == 32 && len(raw) == 32
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
