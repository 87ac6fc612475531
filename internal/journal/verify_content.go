package journal

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/seal"
)

// lastKey keeps the key opened last: the parts of a stream mostly share one.
type lastKey struct {
	of  shredded
	key seal.Key
	err error
}

func (v *verifier) key(s Stored) (seal.Key, error) {
	of := shredded{s.Kind, s.Thing}
	if v.keys.of != of || s.Thing == "" {
		v.keys.of = of
		v.keys.key, v.keys.err = v.rows.key(s.Kind, s.Thing)
	}
	return v.keys.key, v.keys.err
}

func labelKey(room int, label string) [16]byte {
	sum := sha256.Sum256([]byte(strconv.Itoa(room) + " " + label))
	return [16]byte(sum[:16])
}

// parts opens what the entry commits to, where a room knows how to find it.
func (v *verifier) parts(f *found, r *Record) error {
	if strings.HasSuffix(r.Act, actShredded) {
		v.shredding(r)
	}
	room := contentOf(v.rooms, r.Act)
	if room >= 0 && v.rooms[room].HasRow != nil && v.rooms[room].HasRow(*r) {
		v.due[room]++
	}
	for _, p := range r.Parts {
		if room < 0 || v.against.Keys == nil {
			v.report.Unread++
			continue
		}
		v.labels[labelKey(room, p.Label)] = room
		if err := v.part(*f, r, p, &v.rooms[room]); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) part(f found, r *Record, p Part, room *Content) error {
	s, err := v.rows.find(room, *r, p.Label)
	if errors.Is(err, tilhor.ErrNotFound) {
		v.wrong(rankSure, f, Words, room.table(), "its content %s is gone, though it was not shredded", p.Label)
		return nil
	}
	if err != nil {
		return err
	}
	if s.Entry != "" && s.Entry != r.ID {
		v.wrong(rankSure, f, Words, room.table(), "its content %s is filed under another entry (%s)", p.Label, s.Entry)
	}
	field, id, _ := seal.SplitLabel(p.Label)
	key, err := v.key(s)
	switch {
	case errors.Is(err, seal.ErrShredded):
		v.report.Shredded++
		v.shreddingOf(shredded{s.Kind, s.Thing}).Parts++
		return nil
	case errors.Is(err, tilhor.ErrNotFound), errors.Is(err, seal.ErrBroken):
		v.wrong(rankSure, f, Opener, "seal_key", "the key of its content %s (%s %s) was deleted or changed, though it was not shredded", p.Label, s.Kind, s.Thing)
		return nil
	case err != nil:
		return err
	}
	if s.Open != nil {
		v.open(f, p, key.Commit(field, id, *s.Open), room)
		return nil
	}
	salt, plain, err := key.Opening(field, id, s.Bytes)
	switch {
	case err != nil:
		v.wrong(rankSure, f, Words, room.table(), "its content %s was changed: it does not open", p.Label)
	case seal.Commitment(p.Label, salt, plain) != p.Commit:
		v.wrong(rankSure, f, Words, room.table(), "its content %s is not what was written: other words were sealed in its place", p.Label)
	default:
		v.report.Opened++
	}
	return nil
}

// open compares what stands open in a row with what was committed to.
func (v *verifier) open(f found, p Part, now seal.Sealed, room *Content) {
	if now.Commit != p.Commit {
		v.wrong(rankSure, f, Row, room.rowTable(), "the row that it wrote was changed: what stands open in it is not what was written")
		return
	}
	v.report.Opened++
}

// content looks for words and rows in the rooms that no entry speaks of, and for
// entries whose row is gone.
func (v *verifier) content() error {
	for i := range v.rooms {
		room := &v.rooms[i]
		if v.against.Keys != nil {
			err := v.rows.each(room, func(label string) error {
				if _, ok := v.labels[labelKey(i, label)]; !ok {
					v.wrong(rankAround, nowhere, Words, room.table(), "the content %s (%s) stands in no entry: it was inserted, or its entry was deleted", label, room.Acts)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		if err := v.mirrors(room); err != nil {
			return err
		}
		n, err := v.roomRows(room)
		if err != nil {
			return err
		}
		if n < v.due[i] {
			if err := v.withoutRow(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// mirrors names the rows that do not say what the record does, or stand alone.
func (v *verifier) mirrors(room *Content) error {
	for _, m := range room.Mirrors {
		err := v.rows.odd(m, func(id string) error {
			v.wrong(rankAround, nowhere, Row, m.Table, "what the record (%[2]s) says of %[1]s and the rows beside it do not agree: one was changed, inserted or deleted", id, room.Acts)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// roomRows compares each row of a room with the entry it names.
func (v *verifier) roomRows(room *Content) (fit int64, err error) {
	err = v.rows.rowsOf(room, func(row RoomRow) error {
		f, err := v.rows.entry(row.Entry)
		if errors.Is(err, tilhor.ErrNotFound) {
			v.wrong(rankAround, nowhere, Row, row.Table, "a row (%s) names the entry %s, which is not in the record: one of the two was inserted or deleted", room.Acts, row.Entry)
			return nil
		}
		if err != nil {
			return err
		}
		r, err := decode(f.body)
		if err != nil { // its stream has named it
			return nil
		}
		fit++
		v.report.Rows++
		if column := row.differs(r); column != "" {
			v.wrong(rankSure, f, Row, row.Table+"."+column, "the row that it wrote was changed: its %s is not what the entry says", column)
		}
		return nil
	})
	return fit, err
}

// withoutRow names the entries of a room whose row is gone.
func (v *verifier) withoutRow(room int) error {
	has := map[tilhor.EntryID]bool{}
	err := v.rows.rowsOf(&v.rooms[room], func(row RoomRow) error { has[row.Entry] = true; return nil })
	if err != nil {
		return err
	}
	for at := (found{seq: -1 << 63}); ; {
		page, err := v.rows.entries(at.stream, at.seq)
		if err != nil {
			return err
		}
		for _, f := range page {
			at = f
			r, err := decode(f.body)
			if err == nil && contentOf(v.rooms, r.Act) == room && v.rooms[room].HasRow(r) && !has[f.id] {
				v.wrong(rankSure, f, Row, v.rooms[room].rowTable(), "the row that it wrote is gone: it was deleted")
			}
		}
		if len(page) < verifyPage {
			return nil
		}
	}
}

// actShredded is how the act of every shredding ends; its subject is the thing.
const actShredded = ".shredded"

// shredding remembers an entry that says that a thing was shredded.
func (v *verifier) shredding(r *Record) {
	v.said = append(v.said, saidShredded{r.Subject, r.ID})
}

type saidShredded struct {
	thing string
	entry tilhor.EntryID
}

func (v *verifier) shreddingOf(s shredded) *Shredding {
	x := v.shreddings[s]
	if x == nil {
		x = &Shredding{Kind: string(s.kind), Thing: s.thing}
		v.shreddings[s] = x
	}
	return x
}

// shredded compares the keys that are gone on purpose with the file beside the
// owner key, and lists those that leave content of the record unreadable.
func (v *verifier) shredded() error {
	noted := v.notedShreddings()
	for after := (shredded{}); ; {
		page, err := v.rows.buried(after)
		if err != nil {
			return err
		}
		v.buried(page, noted)
		if len(page) < verifyPage {
			break
		}
		after = page[len(page)-1].shredded
	}
	for k := range noted {
		v.wrong(rankAround, nowhere, Shreds, "seal_key", "the key of %s was shredded, but the database has it again or has lost its row: an older database was put back", string(k.kind)+" "+k.thing)
	}
	for _, x := range v.shreddings {
		v.report.Shreddings = append(v.report.Shreddings, *x)
	}
	slices.SortFunc(v.report.Shreddings, func(a, b Shredding) int { return strings.Compare(a.Kind+" "+a.Thing, b.Kind+" "+b.Thing) })
	return nil
}

// buried compares keys that are gone with the file, and takes them off its list.
func (v *verifier) buried(list []buriedKey, noted map[shredded]int64) {
	for _, k := range list {
		at, inFile := noted[k.shredded]
		delete(noted, k.shredded)
		name := string(k.kind) + " " + k.thing
		switch {
		case !k.empty:
			v.wrong(rankAround, nowhere, Shreds, "seal_key.wrapped", "the key of %s is called shredded, but it is still there", name)
		case v.against.Shredded != nil && k.noted && !inFile:
			v.wrong(rankAround, nowhere, Shreds, "seal_key.shredded", "the key of %s is called shredded, but the file of shreddings does not have it: it was deleted by something else than this program", name)
		case inFile && at != k.at:
			v.wrong(rankAround, nowhere, Shreds, "seal_key.shredded", "the key of %s was shredded at another time than the database says", name)
		}
		if x := v.shreddings[k.shredded]; x != nil {
			x.At, x.Noted = time.UnixMilli(k.at).UTC(), inFile
			x.Entry = v.saidOf(k.thing)
		}
	}
}

func (v *verifier) saidOf(thing string) tilhor.EntryID {
	for _, s := range v.said {
		if s.thing == thing {
			return s.entry
		}
	}
	return ""
}

// notedShreddings reads the file of shreddings: kind, thing, time. A line that a
// crash left half written is none.
func (v *verifier) notedShreddings() map[shredded]int64 {
	out := map[shredded]int64{}
	text := string(v.against.Shredded)
	text = text[:strings.LastIndexByte(text, '\n')+1]
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if line == "" {
			continue
		}
		f := strings.Split(line, " ")
		if len(f) != 3 {
			v.wrong(rankAround, nowhere, Shreds, "the file of shreddings", "line %d of the file of shreddings cannot be read", i+1)
			continue
		}
		at, err := strconv.ParseInt(f[2], 10, 64)
		if err != nil {
			v.wrong(rankAround, nowhere, Shreds, "the file of shreddings", "line %d of the file of shreddings has no time", i+1)
			continue
		}
		k := shredded{seal.Kind(f[0]), f[1]}
		if _, twice := out[k]; !twice { // a pass that was broken off notes again
			out[k] = at
		}
	}
	return out
}
