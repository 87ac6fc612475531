package cases

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/file"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// Kinds of records about attachments.
const (
	Attached Kind = "attached" // a file was attached
	Unsealed Kind = "unsealed" // a file as it came was asked for, with a reason
)

// A FileID names a file.
type FileID string

// An Attachment is a file in a track (vedlegg): what it shows in words, where
// it is from, and why words alone do not do. It is read as it was made anew; as it came it
// lies sealed apart.
type Attachment struct {
	File    FileID
	Record  tilhor.RecordID
	Kind    file.Kind
	Size    int64
	Has     bool // it is kept as it came as well
	When    tilhor.When
	By      tilhor.PersonID
	ByName  string
	Shows   string // what it shows, so that most need not open it
	Giver   string // who gave it, or where it is from
	Needed  string // why it is not enough to describe it (as little as possible is kept)
	Name    string // as the sender's machine called it
	Checked bool   // who attaches it has looked, and it is no intimate picture of a child
}

// What a track may hold, and what one person may leave lying that nobody
// attached.
const (
	maxFiles = 60
	maxLoose = 12
	chunk    = 256 << 10
	looseFor = 2 * time.Hour
)

const (
	partClean    = "clean"
	partOriginal = "original"
)

var (
	countFiles = db.SQL(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN record = '' AND by_person = $3 THEN 1 ELSE 0 END), 0) FROM cases_file
		WHERE owner = $1 AND track = $2`)
	insertFile = db.SQL(`INSERT INTO cases_file (owner, id, track, record, kind, size, original, by_person, at)
		VALUES ($1, $2, $3, '', $4, $5, $6, $7, $8)`)
	insertChunk = db.SQL(`INSERT INTO cases_chunk (owner, file, part, n, hash, sealed) VALUES ($1, $2, $3, $4, $5, $6)`)
	linkFile    = db.SQL(`UPDATE cases_file SET record = $4 WHERE owner = $1 AND id = $2 AND track = $3 AND record = '' AND by_person = $5`)
	findFile    = db.SQL(`SELECT kind, size, original, track, record, by_person FROM cases_file WHERE owner = $1 AND id = $2`)
	findHashes  = db.SQL(`SELECT part, n, hash FROM cases_chunk WHERE owner = $1 AND file = $2 ORDER BY part, n`)
	looseFiles  = db.SQL(`SELECT id FROM cases_file WHERE owner = $1 AND record = '' AND at <= $2 ORDER BY at LIMIT 100`)
	dropChunks  = db.SQL(`DELETE FROM cases_chunk WHERE owner = $1 AND file = $2 AND EXISTS (SELECT 1 FROM cases_file f
		WHERE f.owner = $1 AND f.id = $2 AND f.record = '')`)
	dropFile = db.SQL(`DELETE FROM cases_file WHERE owner = $1 AND id = $2 AND record = ''`)
)

func init() { kinds[Attached], kinds[Unsealed] = true, true }

func (a *Attachment) check(now time.Time) error {
	var c check
	c.Add(!a.Checked, "checked", "cases.fault.checked")
	c.text(&a.Shows, "shows", true)
	c.short(&a.Giver, "giver", true)
	c.text(&a.Needed, "needed", true)
	c.past(&a.When, now, "at")
	return c.Err()
}

// Put looks at a file, makes it anew, and stores it sealed in small
// pieces, attached to nothing yet. What a person can mend of the file or of the
// words stands in one answer, before anything is stored. No intimate picture of
// a child is ever stored: who sends one has not said that it is none, and it
// goes no further than here.
func (d *Desk) Put(ctx context.Context, by tilhor.Actor, slug string, a Attachment, body []byte) (FileID, error) {
	now := d.Clock()
	faults := tilhor.FaultsOf(a.check(now))
	kind, err := file.Look(body)
	if why, ok := err.(file.Refusal); ok {
		faults = append(faults, tilhor.Fault{Field: "fil", Key: "cases.fault.file-" + string(why)})
	}
	if faults != nil {
		return "", faults
	}
	t, err := d.mayAttach(ctx, by, slug, now)
	if err != nil {
		return "", err
	}
	clean, err := file.Anew(ctx, body)
	if why, ok := err.(file.Refusal); ok {
		return "", tilhor.Faults{{Field: "fil", Key: "cases.fault.file-" + string(why)}}
	}
	if err != nil {
		return "", err
	}
	original := body
	if bytes.Equal(clean, body) { // nothing was written beside it
		original = nil
	}
	return d.store(ctx, by, t, kind, clean, original, now)
}

func (d *Desk) mayAttach(ctx context.Context, by tilhor.Actor, slug string, now time.Time) (t Track, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if t, _, err = d.find(tx, by, access.Work, slug, now); err != nil {
			return err
		}
		var all, loose int
		if err := tx.One(countFiles, db.Args(by.Owner, t.ID, by.Person), &all, &loose); err != nil {
			return err
		}
		if all >= maxFiles || loose >= maxLoose {
			return tilhor.Faults{{Field: "fil", Key: "cases.fault.file-many"}}
		}
		return nil
	})
	return t, err
}

// store writes the file in pieces, each in a write of its own: nobody waits for
// a large one.
func (d *Desk) store(ctx context.Context, by tilhor.Actor, t Track, kind file.Kind, clean, original []byte, now time.Time) (FileID, error) {
	id := FileID(tilhor.NewID())
	key := d.Keys.New(by.Owner, seal.KindFile, string(id))
	var track seal.Key
	err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if track, err = d.Keys.Get(tx, by.Owner, seal.KindTrack, string(t.ID)); err != nil {
			return err
		}
		if err := seal.Keep(tx, key); err != nil {
			return err
		}
		_, err = tx.Exec(insertFile, by.Owner, id, t.ID, kind, len(clean), len(original), by.Person, now.UnixMilli())
		return err
	})
	for _, p := range []struct {
		name string
		b    []byte
	}{{partClean, clean}, {partOriginal, original}} {
		for n := 0; err == nil && n*chunk < len(p.b); n++ {
			label := chunkLabel(p.name, n)
			inner := key.Seal(label, string(id), string(p.b[n*chunk:min(len(p.b), (n+1)*chunk)]))
			outer := track.Seal(label, string(id), string(inner.Bytes))
			err = d.DB.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(insertChunk, by.Owner, id, p.name, n, outer.Commit[:], outer.Bytes)
				return err
			})
		}
	}
	return id, err
}

func chunkLabel(part string, n int) string { return part + "." + strconv.Itoa(n) }

// chunkOf takes the label of a piece apart; texts have no dot in theirs.
func chunkOf(label string) (part string, n int, ok bool) {
	part, number, ok := strings.Cut(label, ".")
	n, err := strconv.Atoi(number)
	return part, n, ok && err == nil
}

// about is what is sealed beside the words of an attachment.
type about struct {
	Name     string `json:"name,omitempty"`
	Size     int64  `json:"size"`
	Original int64  `json:"original,omitempty"`
	SHA256   string `json:"sha256,omitempty"` // of what readers get; not there for what was attached before it was kept
}

// Attach attaches a file that was put: its record and its entry, which commits
// to every piece of it.
func (d *Desk) Attach(ctx context.Context, by tilhor.Actor, slug string, a Attachment) error {
	if err := a.check(d.Clock()); err != nil {
		return err
	}
	sum, err := d.fingerprint(ctx, by, slug, a.File)
	if err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error { return w.attach(a, sum) })
}

// fingerprint is that of what readers get of a file that was put. It is taken before
// anything is written: a large file keeps nobody waiting, and its pieces do not
// change.
func (d *Desk) fingerprint(ctx context.Context, by tilhor.Actor, slug string, id FileID) (sum string, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		t, _, err := d.find(tx, by, access.Work, slug, d.Clock())
		if err != nil {
			return err
		}
		_, b, err := d.loose(tx, by, t, id)
		if err != nil {
			return err
		}
		body, err := d.AttachmentBytes(tx, by.Owner, t.ID, Attachment{File: id, Size: b.Size}, false)
		sum = seal.Fingerprint(body)
		return err
	})
	return sum, err
}

// loose is a file that this person put on a track, and that is not attached yet.
func (d *Desk) loose(tx *db.Tx, by tilhor.Actor, t Track, id FileID) (kind file.Kind, b about, err error) {
	var track tilhor.TrackID
	var record tilhor.RecordID
	var who tilhor.PersonID
	err = tx.One(findFile, db.Args(by.Owner, id), &kind, &b.Size, &b.Original, &track, &record, &who)
	if err == nil && (track != t.ID || record != "" || who != by.Person) { // another's, or attached already
		err = tilhor.ErrConflict
	}
	return kind, b, err
}

func (w *work) attach(a Attachment, sum string) error {
	kind, b, err := w.d.loose(w.tx, w.by, w.t, a.File)
	if err != nil {
		return err
	}
	a.Kind, b.Name, b.SHA256 = kind, a.Name, sum
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	parts, err := w.pieces(a.File)
	if err != nil {
		return err
	}
	id, err := w.write(note{
		kind: Attached, when: a.When, ref: string(a.File), answer: string(a.Kind), parts: parts,
		text: []field{{"shows", a.Shows}, {"giver", a.Giver}, {"needed", a.Needed}, {"about", string(text)}},
	})
	if err != nil {
		return err
	}
	n, err := w.tx.Exec(linkFile, w.by.Owner, a.File, w.t.ID, id, w.by.Person)
	if err == nil && n == 0 { // another's, or attached already
		err = tilhor.ErrConflict
	}
	return err
}

// pieces are the commitments to every piece of a file.
func (w *work) pieces(id FileID) (parts []journal.Part, err error) {
	err = w.tx.Each(findHashes, func(scan db.Scan) error {
		var part string
		var n int
		var hash []byte
		if err := scan(&part, &n, &hash); err != nil {
			return err
		}
		p := journal.Part{Label: seal.Label(chunkLabel(part, n), string(id))}
		copy(p.Commit[:], hash)
		parts = append(parts, p)
		return nil
	}, w.by.Owner, id)
	return parts, err
}

// SweepFiles removes what was put and never attached, and its keys.
func (d *Desk) SweepFiles(ctx context.Context, owner tilhor.OwnerID) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		var ids []FileID
		err := tx.Each(looseFiles, func(scan db.Scan) error {
			var id FileID
			err := scan(&id)
			ids = append(ids, id)
			return err
		}, owner, now.Add(-looseFor).UnixMilli())
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := tx.Exec(dropChunks, owner, id); err != nil {
				return err
			}
			n, err := tx.Exec(dropFile, owner, id)
			if err != nil || n == 0 {
				return err
			}
			if err := seal.Shred(tx, owner, seal.KindFile, string(id), now); err != nil {
				return err
			}
		}
		return nil
	})
}
