package journal

import (
	"errors"
	"fmt"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrUnsigned says that an entry is so new that no checkpoint covers it yet: a
// second later one does.
var ErrUnsigned = errors.New("an entry is not in the signed tree yet")

// A Proven is an entry with the hashes that lead from it to the root of a
// checkpoint, in base64 as a C2SP tlog-proof writes them.
type Proven struct {
	Record
	Path []string
}

// Prove gives the way from each entry to the newest checkpoint: one checkpoint
// for all of them. Altered when an entry, or its place in the tree, is, and
// ErrUnsigned when one is not in the tree yet.
func (j *Journal) Prove(tx *db.Tx, owner tilhor.OwnerID, list []Record) (Checkpoint, []Proven, error) {
	c, err := j.newest(tx, owner)
	if errors.Is(err, tilhor.ErrNotFound) {
		return Checkpoint{}, nil, ErrUnsigned
	}
	if err != nil {
		return Checkpoint{}, nil, err
	}
	t := newTree(tx, owner, c.Size) // reads each hash once, however many entries share it
	out := make([]Proven, len(list))
	for i, r := range list {
		if r.Leaf < 0 || r.Leaf >= c.Size {
			return Checkpoint{}, nil, ErrUnsigned
		}
		p, err := tlog.ProveRecord(c.Size, r.Leaf, t)
		if t.failed != nil {
			return Checkpoint{}, nil, t.failed
		}
		if err != nil || tlog.CheckRecord(p, c.Size, c.Root, r.Leaf, tlog.RecordHash(r.Hash[:])) != nil {
			return Checkpoint{}, nil, Altered{r.ID}
		}
		out[i].Record = r
		for _, h := range p {
			out[i].Path = append(out[i].Path, h.String())
		}
	}
	return c, out, nil
}

// What CheckProven may find wrong.
var (
	ErrBody = errBody
	ErrPath = errors.New("the entry is not in the tree of this checkpoint")
)

// CheckProven reads an entry as it was hashed, and checks that it is the leaf of
// the checkpoint's tree that the path leads from. The entry is given back when
// its text can be read, whatever the path says.
func CheckProven(c Checkpoint, body []byte, leaf int64, path []string) (Record, error) {
	r, err := decode(body)
	if err != nil {
		return Record{}, err
	}
	r.Leaf = leaf
	if leaf < 0 || leaf >= c.Size || len(path) > 64 {
		return r, ErrPath
	}
	p := make(tlog.RecordProof, len(path))
	for i, s := range path {
		if p[i], err = tlog.ParseHash(s); err != nil || p[i].String() != s { // one hash has one form
			return r, ErrPath
		}
	}
	if tlog.CheckRecord(p, c.Size, c.Root, leaf, tlog.RecordHash(r.Hash[:])) != nil {
		return r, ErrPath
	}
	return r, nil
}

// A Disclosure is one part of an entry with what it commits to.
type Disclosure struct {
	Part
	Salt     [32]byte
	Plain    string
	Shredded bool // deleted on purpose: the commitment is all that is left
}

// Disclose opens the parts of the entries that want asks for, where a room knows
// how to find them. Altered when what is stored is not what was committed to:
// nothing of such an entry is handed out.
func (j *Journal) Disclose(tx *db.Tx, list []Record, want func(r Record, label string) bool) (map[string]Disclosure, error) {
	rooms, out := contentsNow(), map[string]Disclosure{}
	keys := map[shredded]seal.Key{}
	for _, r := range list {
		at := contentOf(rooms, r.Act)
		for _, p := range r.Parts {
			if at < 0 || !want(r, p.Label) {
				continue
			}
			d, err := j.disclose(tx, &rooms[at], r, p, keys)
			if err != nil {
				return nil, err
			}
			out[p.Label] = d
		}
	}
	return out, nil
}

func (j *Journal) disclose(tx *db.Tx, room *Content, r Record, p Part, keys map[shredded]seal.Key) (Disclosure, error) {
	d := Disclosure{Part: p}
	field, id, _ := seal.SplitLabel(p.Label)
	s, err := room.Find(tx, r, field, id)
	if errors.Is(err, tilhor.ErrNotFound) {
		return d, Altered{r.ID}
	}
	if err != nil {
		return d, err
	}
	of := shredded{s.Kind, s.Thing}
	key, known := keys[of]
	if !known {
		key, err = j.keys.Get(tx, r.By.Owner, s.Kind, s.Thing)
		switch {
		case errors.Is(err, seal.ErrShredded):
			d.Shredded = true
			return d, nil
		case errors.Is(err, tilhor.ErrNotFound), errors.Is(err, seal.ErrBroken):
			return d, Altered{r.ID}
		case err != nil:
			return d, err
		}
		keys[of] = key
	}
	if s.Open != nil {
		d.Salt, d.Plain = key.Salt(field, id), *s.Open
	} else if d.Salt, d.Plain, err = key.Opening(field, id, s.Bytes); err != nil {
		return d, Altered{r.ID}
	}
	if seal.Commitment(p.Label, d.Salt, d.Plain) != p.Commit {
		return d, Altered{r.ID}
	}
	return d, nil
}

// CheckStatement checks a text that the owner signed, and gives it. The note
// carries that one signature and no other: one statement has one form.
func CheckStatement(public string, raw []byte) (string, error) {
	n, err := openNote(public, raw)
	if err != nil {
		return "", err
	}
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 {
		return "", errSignature
	}
	again, err := note.Sign(&note.Note{Text: n.Text, Sigs: n.Sigs})
	if err != nil || string(again) != string(raw) {
		return "", fmt.Errorf("%w: the note has another form than it was signed in", errSignature)
	}
	return n.Text, nil
}
