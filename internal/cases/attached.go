package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/file"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

var (
	findChunks = db.SQL(`SELECT n, sealed FROM cases_chunk WHERE owner = $1 AND file = $2 AND part = $3 ORDER BY n`)
	findChunk  = db.SQL(`SELECT sealed FROM cases_chunk WHERE owner = $1 AND file = $2 AND part = $3 AND n = $4`)
	everyChunk = db.SQL(`SELECT c.part, c.n, c.file FROM cases_chunk c JOIN cases_file f ON f.owner = c.owner AND f.id = c.file
		WHERE c.owner = $1 AND f.record <> '' ORDER BY c.file, c.part, c.n`)
	findUnsealed = db.SQL(`SELECT COUNT(*) FROM cases_record WHERE owner = $1 AND track = $2 AND kind = 'unsealed' AND ref = $3
		AND by_person = $4 AND written_at >= $5 AND written_at <= $6`)
)

// unsealedFor is how long after the reason was given a file as it came can
// be fetched.
const unsealedFor = 15 * time.Minute

// attachments are the files of a track, oldest first, as its records tell of
// them.
func attachments(all []Record) (files []Attachment) {
	for _, r := range all {
		if r.Kind != Attached {
			continue
		}
		var b about
		if json.Unmarshal([]byte(r.Text["about"]), &b) != nil {
			continue // the words are not there: a record read without them
		}
		files = append(files, Attachment{
			File: FileID(r.Ref), Record: r.ID, Kind: file.Kind(r.Answer), Size: b.Size, Has: b.Original > 0, Name: b.Name,
			When: r.When, By: r.By, ByName: r.Name, Shows: r.Text["shows"], Giver: r.Text["giver"], Needed: r.Text["needed"], Checked: true,
		})
	}
	return files
}

// Attachment finds one of the file's attachments.
func (f File) Attachment(id FileID) (Attachment, error) {
	for _, a := range f.Attachments {
		if a.File == id {
			return a, nil
		}
	}
	return Attachment{}, tilhor.ErrNotFound
}

// ReadAttachment gives a file of a track to one who may read the track, as it was
// made anew. That it was read stands in the record before the first byte is handed
// over.
func (d *Desk) ReadAttachment(ctx context.Context, by tilhor.Actor, slug string, id FileID) (Attachment, []byte, error) {
	return d.readFile(ctx, by, access.Read, slug, id, false)
}

// ReadOriginal gives rektor a file as it came, with all that was written beside it,
// within a quarter of an hour of the reason (Unseal). To anybody else, and without a
// reason, it is not there.
func (d *Desk) ReadOriginal(ctx context.Context, by tilhor.Actor, slug string, id FileID) (Attachment, []byte, error) {
	return d.readFile(ctx, by, access.Lead, slug, id, true)
}

func (d *Desk) readFile(ctx context.Context, by tilhor.Actor, act access.Act, slug string, id FileID, original bool) (a Attachment, body []byte, err error) {
	now := d.Clock()
	var f File
	var rule access.Relation
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		f = File{}
		if f.Track, rule, err = d.find(tx, by, act, slug, now); err != nil {
			return err
		}
		if err := d.load(tx, by, &f, now); err != nil {
			return err
		}
		if a, err = f.Attachment(id); err != nil {
			return err
		}
		if original {
			var n int
			err := tx.One(findUnsealed, db.Args(by.Owner, f.ID, id, by.Person, now.Add(-unsealedFor).UnixMilli(), now.UnixMilli()), &n)
			if err != nil {
				return err
			}
			if n == 0 || !a.Has {
				return tilhor.ErrNotFound
			}
		}
		body, err = d.AttachmentBytes(tx, by.Owner, f.ID, a, original)
		return err
	})
	if err != nil {
		return Attachment{}, nil, err
	}
	view := map[bool]string{false: "attachment", true: "original"}[original]
	return a, body, d.DB.Write(ctx, func(tx *db.Tx) error {
		if f.Shielded {
			if err := d.opened(tx, by, f.ID, view, now); err != nil {
				return err
			}
		}
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(f.ID)), string(id), view, string(rule), now)
	})
}

// AttachmentBytes opens a file of a track for a room above this one (a package,
// an archive), inside its own transaction. Who asks has been through the scope,
// and writes the entry of it. A file that was shredded is seal.ErrShredded.
func (d *Desk) AttachmentBytes(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID, a Attachment, original bool) ([]byte, error) {
	outer, err := d.Keys.Get(tx, owner, seal.KindTrack, string(track))
	if err != nil {
		return nil, err
	}
	inner, err := d.Keys.Get(tx, owner, seal.KindFile, string(a.File))
	if err != nil {
		return nil, err
	}
	part, next := partClean, 0
	if original {
		part = partOriginal
	}
	var body []byte
	err = tx.Each(findChunks, func(scan db.Scan) error {
		var n int
		var sealed []byte
		if err := scan(&n, &sealed); err != nil {
			return err
		}
		label := chunkLabel(part, n)
		once, err := outer.Open(label, string(a.File), sealed)
		if err == nil && n == next {
			var piece string
			piece, err = inner.Open(label, string(a.File), []byte(once))
			body = append(body, piece...)
			next++
		}
		if err != nil {
			return fmt.Errorf("open piece %d of file %s: %w", n, a.File, err)
		}
		return nil
	}, owner, a.File, part)
	if err == nil && !original && int64(len(body)) != a.Size {
		err = fmt.Errorf("file %s is %d bytes, and was %d: %w", a.File, len(body), a.Size, seal.ErrBroken)
	}
	return body, err
}

// Unseal asks for a file as it came, with a reason that stands in the track: the
// police ask for it, or what the camera or the recorder wrote is what matters.
func (d *Desk) Unseal(ctx context.Context, by tilhor.Actor, slug string, id FileID, reason string) error {
	var c check
	c.text(&reason, "reason", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		var kind, record string
		var size, original int64
		var track tilhor.TrackID
		var who tilhor.PersonID
		err := w.tx.One(findFile, db.Args(by.Owner, id), &kind, &size, &original, &track, &record, &who)
		if err == nil && (track != w.t.ID || record == "" || original == 0) {
			err = tilhor.ErrNotFound
		}
		if err == nil {
			_, err = w.write(note{kind: Unsealed, when: tilhor.Now(w.now), ref: string(id), text: []field{{"text", reason}}})
		}
		return err
	})
}
