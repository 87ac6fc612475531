package journal

import (
	"crypto/sha256"
	"errors"
	"strconv"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// contentReader keeps the last opened key: the parts of an entry mostly share one.
type contentReader struct {
	kind  seal.Kind
	thing string
	key   seal.Key
	err   error
}

func (c *contentReader) get(v *verifier, s Stored) (seal.Key, error) {
	if c.thing != s.Thing || c.kind != s.Kind || s.Thing == "" {
		c.kind, c.thing = s.Kind, s.Thing
		c.key, c.err = v.against.Keys.Get(v.tx, v.owner, s.Kind, s.Thing)
	}
	return c.key, c.err
}

func labelKey(room int, label string) [16]byte {
	sum := sha256.Sum256([]byte(strconv.Itoa(room) + " " + label))
	return [16]byte(sum[:16])
}

// parts opens what the entry commits to, where a room knows how to find it.
func (v *verifier) parts(f found, r Record) error {
	room := contentOf(v.rooms, r.Act)
	for _, p := range r.Parts {
		if room < 0 || v.against.Keys == nil {
			v.report.Unread++
			continue
		}
		v.labels[labelKey(room, p.Label)] = room
		if err := v.part(f, r, p, v.rooms[room]); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) part(f found, r Record, p Part, room Content) error {
	field, id, _ := seal.SplitLabel(p.Label)
	s, err := room.Find(v.tx, r, field, id)
	if errors.Is(err, tilhor.ErrNotFound) {
		v.wrong(rankSure, f, "its content %s is gone, though it was not shredded", p.Label)
		return nil
	}
	if err != nil {
		return err
	}
	key, err := v.content.get(v, s)
	switch {
	case errors.Is(err, seal.ErrShredded):
		v.report.Shredded++
		return nil
	case errors.Is(err, tilhor.ErrNotFound), errors.Is(err, seal.ErrBroken):
		v.wrong(rankSure, f, "the key of its content %s was deleted or changed, though it was not shredded", p.Label)
		return nil
	case err != nil:
		return err
	}
	salt, plain, err := key.Opening(field, id, s.Bytes)
	switch {
	case err != nil:
		v.wrong(rankSure, f, "its content %s was changed: it does not open", p.Label)
	case seal.Commitment(p.Label, salt, plain) != p.Commit:
		v.wrong(rankSure, f, "its content %s is not what was written", p.Label)
	default:
		v.report.Opened++
	}
	return nil
}

var entryStands = db.SQL(`SELECT COUNT(*) FROM journal_entry WHERE owner = $1 AND id = $2`)

// rows looks for content and rows in the rooms that no entry speaks of.
func (v *verifier) rows() error {
	for i, room := range v.rooms {
		if room.Each != nil && v.against.Keys != nil {
			err := room.Each(v.tx, v.owner, func(label string) error {
				if _, ok := v.labels[labelKey(i, label)]; !ok {
					v.wrong(rankAround, nowhere, "the content %s (%s) stands in no entry: it was inserted, or its entry was deleted", label, room.Acts)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		if room.Entries == nil {
			continue
		}
		var ids []tilhor.EntryID
		err := room.Entries(v.tx, v.owner, func(id tilhor.EntryID) error { ids = append(ids, id); return nil })
		if err != nil {
			return err
		}
		for _, id := range ids {
			var n int
			if err := v.tx.One(entryStands, db.Args(v.owner, id), &n); err != nil {
				return err
			}
			if n == 0 {
				v.wrong(rankAround, nowhere, "a row (%s) names the entry %s, which is not in the record: one of the two was inserted or deleted", room.Acts, id)
			}
		}
	}
	return nil
}
