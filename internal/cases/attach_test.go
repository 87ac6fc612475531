package cases_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// photo is a JPEG that says where it was taken.
func photo() []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20)), nil)
	const where = "\xff\xfe\x00\x12Solbakkenveien 7"
	return append([]byte("\xff\xd8"+where), b.Bytes()[2:]...)
}

// screenshot is a PNG of more than one piece.
func screenshot() []byte {
	m := image.NewRGBA(image.Rect(0, 0, 600, 400))
	x := uint32(1)
	for i := range m.Pix {
		x = x*1664525 + 1013904223
		m.Pix[i] = byte(x>>24) | 1
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m)
	return b.Bytes()
}

func (w *world) attachment() cases.Attachment {
	return cases.Attachment{When: w.now(), Shows: "Meldinger i klassens gruppe lørdag kveld.", Giver: "Noras mor", Needed: "Tidene står på skjermbildet.", Name: "Nora.jpg", Checked: true}
}

// attached puts a file and attaches it.
func (w *world) attached(slug string, body []byte) cases.Attachment {
	w.T.Helper()
	a := w.attachment()
	id, err := w.desk.Put(w.ctx, w.ina, slug, a, body)
	w.must(err)
	a.File = id
	w.must(w.desk.Attach(w.ctx, w.ina, slug, a))
	got, err := w.see(slug).Attachment(id)
	w.must(err)
	return got
}

var (
	countChunks = db.SQL(`SELECT COUNT(*) FROM cases_chunk WHERE owner = $1`)
	countFiles  = db.SQL(`SELECT COUNT(*) FROM cases_file WHERE owner = $1`)
	sealedBytes = db.SQL(`SELECT sealed FROM cases_chunk WHERE owner = $1`)
	spoilChunk  = db.SQL(`UPDATE cases_chunk SET sealed = (SELECT c.sealed FROM cases_chunk c WHERE c.owner = $1 AND c.file <> $2 AND c.part = 'clean' ORDER BY c.file, c.n LIMIT 1) WHERE owner = $1 AND file = $2 AND part = 'clean'`)
	deleteChunk = db.SQL(`DELETE FROM cases_chunk WHERE owner = $1 AND file = $2 AND part = 'clean' AND n = 0`)
)

func (w *world) count(s *db.Stmt) (n int) {
	w.T.Helper()
	w.must(w.DB.One(w.ctx, s, db.Args(w.kari.Owner), &n))
	return n
}

func (w *world) exec(s *db.Stmt, args ...any) {
	w.T.Helper()
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(s, args...); return err }))
}

func TestAnAttachment(t *testing.T) {
	each(t, func(w *world) {
		slug, big := w.taken(w.nora), screenshot()
		if len(big) < 600<<10 {
			t.Fatalf("the screenshot is %d bytes: one piece", len(big))
		}
		a := w.attached(slug, photo())
		if a.Kind != "jpeg" || !a.Has || a.Shows == "" || a.Name != "Nora.jpg" || a.ByName != "Ina Lund" {
			t.Errorf("it stands as %+v", a)
		}
		_, body, err := w.desk.ReadAttachment(w.ctx, w.ina, slug, a.File)
		w.must(err)
		if bytes.Contains(body, []byte("Solbakkenveien")) || !bytes.HasPrefix(body, []byte("\xff\xd8")) || int64(len(body)) != a.Size {
			t.Error("the picture was not made anew")
		}
		b := w.attached(slug, big)
		_, body, err = w.desk.ReadAttachment(w.ctx, w.kari, slug, b.File)
		w.must(err)
		if img, err := png.Decode(bytes.NewReader(body)); err != nil || img.Bounds().Dx() != 600 {
			t.Errorf("the screenshot of many pieces: %v", err)
		}
		letter := []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n")
		c := w.attached(slug, letter)
		_, body, err = w.desk.ReadAttachment(w.ctx, w.kari, slug, c.File)
		w.must(err)
		if !bytes.Equal(body, letter) || c.Has {
			t.Error("a letter with nothing beside it is kept as it came")
		}
		written := []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n2 0 obj<</Author(Solbakkenveien 7)>>endobj\ntrailer<</Info 2 0 R>>\n%%EOF\n")
		e := w.attached(slug, written)
		_, body, err = w.desk.ReadAttachment(w.ctx, w.kari, slug, e.File)
		w.must(err)
		if bytes.Contains(body, []byte("Solbakkenveien")) || len(body) != len(written) || !e.Has {
			t.Errorf("who wrote the letter follows: %q, %v", body, e.Has)
		}
		w.must(w.desk.Unseal(w.ctx, w.kari, slug, e.File, "Politiet spør."))
		_, body, err = w.desk.ReadOriginal(w.ctx, w.kari, slug, e.File)
		w.must(err)
		if !bytes.Equal(body, written) {
			t.Errorf("as it came it is %q", body)
		}
		// Nothing of a file lies open in the database.
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			return tx.Each(sealedBytes, func(scan db.Scan) error {
				var s []byte
				err := scan(&s)
				if bytes.Contains(s, []byte("Solbakkenveien")) || bytes.Contains(s, []byte("IDAT")) || bytes.Contains(s, []byte("/Catalog")) {
					t.Error("a piece lies open")
				}
				return err
			}, w.kari.Owner)
		}))
		if got := w.see(slug).Attachments; len(got) != 4 {
			t.Errorf("%d attachments", len(got))
		}
	})
}

// Who may not read the track finds no file, by any way, and leaves none.
func TestWhoMayNotAttachOrRead(t *testing.T) {
	each(t, func(w *world) {
		slug, other := w.taken(w.nora), w.taken(w.elias)
		a := w.attached(slug, photo())
		untrained := w.ina
		untrained.Trained = false
		for name, by := range map[string]tilhor.Actor{"a teacher": w.jonas, "another school": w.other, "untrained": untrained, "a pupil": {Owner: w.kari.Owner, Person: w.nora, Role: tilhor.RolePupil, School: w.Solbakken, Trained: true}} {
			_, _, err := w.desk.ReadAttachment(w.ctx, by, slug, a.File)
			_, _, first := w.desk.ReadOriginal(w.ctx, by, slug, a.File)
			_, put := w.desk.Put(w.ctx, by, slug, w.attachment(), photo())
			for what, err := range map[string]error{"reads": err, "reads it as it came": first, "puts": put, "unseals": w.desk.Unseal(w.ctx, by, slug, a.File, "Vil se.")} {
				if !errors.Is(err, tilhor.ErrNotFound) {
					t.Errorf("%s %s: %v", name, what, err)
				}
			}
		}
		// not through another track that one may read, and not by another's file
		_, _, err := w.desk.ReadAttachment(w.ctx, w.kari, other, a.File)
		w.is(err, tilhor.ErrNotFound)
		loose, err := w.desk.Put(w.ctx, w.ina, slug, w.attachment(), photo())
		w.must(err)
		put := w.attachment()
		put.File = loose
		w.is(w.desk.Attach(w.ctx, w.kari, slug, put), tilhor.ErrConflict)
		w.is(w.desk.Attach(w.ctx, w.ina, other, put), tilhor.ErrConflict)
		_, _, err = w.desk.ReadAttachment(w.ctx, w.ina, slug, loose)
		w.is(err, tilhor.ErrNotFound)
		w.must(w.desk.Attach(w.ctx, w.ina, slug, put))
		w.is(w.desk.Attach(w.ctx, w.ina, slug, put), tilhor.ErrConflict)
		put.File = "finnesikke"
		w.is(w.desk.Attach(w.ctx, w.ina, slug, put), tilhor.ErrNotFound)
	})
}

// What is refused is refused at its field, all of it at once, and no byte of it
// is stored.
func TestRefusedAttachments(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		put := func(body []byte, change func(*cases.Attachment)) error {
			_, err := w.desk.Put(w.ctx, w.ina, slug, edit(w.attachment(), change), body)
			return err
		}
		as := func(*cases.Attachment) {}
		refusals(w.T, []refusal{
			{"nobody has looked", put(photo(), func(a *cases.Attachment) { a.Checked = false }), "checked", "cases.fault.checked"},
			{"what does it show?", put(photo(), func(a *cases.Attachment) { a.Shows = " " }), "shows", "cases.fault.shows"},
			{"too many words", put(photo(), func(a *cases.Attachment) { a.Shows = long }), "shows", "cases.fault.long"},
			{"from whom?", put(photo(), func(a *cases.Attachment) { a.Giver = "" }), "giver", "cases.fault.giver"},
			{"why not words?", put(photo(), func(a *cases.Attachment) { a.Needed = "" }), "needed", "cases.fault.needed"},
			{"tomorrow", put(photo(), func(a *cases.Attachment) { a.When.At = w.Now().Add(time.Hour) }), "at", "cases.fault.future"},
			{"nothing chosen", put(nil, as), "fil", "cases.fault.file-empty"},
			{"too large", put(make([]byte, 11<<20), as), "fil", "cases.fault.file-big"},
			{"a page", put([]byte("<html>hei"), as), "fil", "cases.fault.file-other"},
			{"an iPhone's own kind", put([]byte("\x00\x00\x00\x10ftypheic\x00\x00\x00\x00"), as), "fil", "cases.fault.file-heic"},
			{"a film", put([]byte("\x1a\x45\xdf\xa3\x01"), as), "fil", "cases.fault.file-video"},
			{"half a photo", put(photo()[:60], as), "fil", "cases.fault.file-broken"},
			{"no picture in it", put(append(photo()[:200:200], "\xff\xd9"...), as), "fil", "cases.fault.file-broken"},
			{"something behind it", put(append(screenshot(), "PK"...), as), "fil", "cases.fault.file-hidden"},
			{"a letter that runs", put([]byte("%PDF-1.4 /S /JavaScript %%EOF"), as), "fil", "cases.fault.file-active"},
			{"a letter with a password", put([]byte("%PDF-1.4 /Encrypt 1 0 R %%EOF"), as), "fil", "cases.fault.file-locked"},
			{"why as it came?", w.desk.Unseal(w.ctx, w.kari, slug, "x", ""), "reason", "cases.fault.reason"},
		})
		_, err := w.desk.Put(w.ctx, w.ina, slug, cases.Attachment{}, []byte("hei"))
		if got := tilhor.FaultsOf(err); len(got) != 5 {
			t.Errorf("all at once: %v", got)
		}
		if w.count(countChunks) != 0 || w.count(countFiles) != 0 {
			t.Error("what was refused lies in the database")
		}
	})
}

// A picture as it came takes rektor and a reason, that stands in the track, and
// is there for a quarter of an hour.
func TestAPictureAsItCame(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		a, letter := w.attached(slug, photo()), w.attached(slug, []byte("%PDF-1.4 %%EOF"))
		read := func(by tilhor.Actor) ([]byte, error) {
			_, body, err := w.desk.ReadOriginal(w.ctx, by, slug, a.File)
			return body, err
		}
		_, err := read(w.kari)
		w.is(err, tilhor.ErrNotFound)
		w.is(w.desk.Unseal(w.ctx, w.ina, slug, a.File, "Politiet spør."), tilhor.ErrNotFound)
		w.is(w.desk.Unseal(w.ctx, w.kari, slug, letter.File, "Politiet spør."), tilhor.ErrNotFound)
		w.must(w.desk.Unseal(w.ctx, w.kari, slug, a.File, "Politiet spør."))
		body, err := read(w.kari)
		w.must(err)
		if !bytes.Equal(body, photo()) {
			t.Error("it is not as it came")
		}
		_, err = read(w.ina)
		w.is(err, tilhor.ErrNotFound)
		if r := w.see(slug).Last(cases.Unsealed); r == nil || r.Text["text"] != "Politiet spør." || r.By != w.kari.Person {
			t.Errorf("the reason stands as %+v", r)
		}
		w.Later(16 * time.Minute)
		_, err = read(w.kari)
		w.is(err, tilhor.ErrNotFound)
	})
}

// Each file that is opened is a reading of its own.
func TestOpeningAFileIsAReading(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		a, b := w.attached(slug, photo()), w.attached(slug, photo())
		for range 2 {
			for _, id := range []cases.FileID{a.File, b.File} {
				_, _, err := w.desk.ReadAttachment(w.ctx, w.ina, slug, id)
				w.must(err)
			}
		}
		_, _, seen, err := w.desk.Readings(w.ctx, w.kari, slug)
		w.must(err)
		n := 0
		for _, s := range seen {
			if s.View == "attachment" && s.Person == w.ina.Person {
				n++
			}
		}
		if n != 2 {
			t.Errorf("%d readings of two files", n)
		}
	})
}

// What was put and never attached goes, with its key; what was attached stays.
func TestWhatNobodyAttachedIsSwept(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		a := w.attached(slug, photo())
		kept := w.count(countChunks)
		loose, err := w.desk.Put(w.ctx, w.ina, slug, w.attachment(), photo())
		w.must(err)
		w.must(w.desk.SweepFiles(w.ctx, w.kari.Owner))
		if w.count(countFiles) != 2 {
			t.Error("it went before its time")
		}
		w.Later(3 * time.Hour)
		w.must(w.desk.SweepFiles(w.ctx, w.kari.Owner))
		if w.count(countFiles) != 1 || w.count(countChunks) != kept {
			t.Errorf("%d files, %d pieces", w.count(countFiles), w.count(countChunks))
		}
		err = w.DB.Read(w.ctx, func(tx *db.Tx) error {
			_, err := w.Kit.Keys.Get(tx, w.kari.Owner, seal.KindFile, string(loose))
			return err
		})
		w.is(err, seal.ErrShredded)
		_, _, err = w.desk.ReadAttachment(w.ctx, w.ina, slug, a.File)
		w.must(err)
		// one person cannot fill the disk with what is never attached
		for range 12 {
			_, err = w.desk.Put(w.ctx, w.ina, slug, w.attachment(), photo())
			w.must(err)
		}
		_, err = w.desk.Put(w.ctx, w.ina, slug, w.attachment(), photo())
		refusals(w.T, []refusal{{"too many left lying", err, "fil", "cases.fault.file-many"}})
	})
}

// The record knows every piece: one that is changed, put in another's place or
// deleted is named, and is never shown. The control is the record untouched.
func TestTamperedPiecesAreNamed(t *testing.T) {
	each(t, func(w *world) {
		w.Altered = true
		slug := w.taken(w.nora)
		a, b := w.attached(slug, photo()), w.attached(slug, screenshot())
		_, err := w.desk.Put(w.ctx, w.ina, slug, w.attachment(), photo()) // in no entry, and not missed in one
		w.must(err)
		verify := func() string {
			_, err := w.Kit.Journal.Sequence(w.ctx, w.DB, w.kari.Owner, w.Now)
			w.must(err)
			r, err := journal.Verify(w.ctx, w.DB, w.kari.Owner, journal.Against{Keys: w.Kit.Keys})
			w.must(err)
			var s []string
			for _, x := range r.Wrong {
				s = append(s, x.String())
			}
			return strings.Join(s, "\n")
		}
		if s := verify(); s != "" {
			t.Fatalf("the control: %s", s)
		}
		w.exec(spoilChunk, w.kari.Owner, a.File)
		if s := verify(); !strings.Contains(s, "clean.0:"+string(a.File)) {
			t.Errorf("another piece in its place: %q", s)
		}
		if _, _, err := w.desk.ReadAttachment(w.ctx, w.ina, slug, a.File); !errors.Is(err, seal.ErrBroken) {
			t.Errorf("it is shown: %v", err)
		}
		w.exec(deleteChunk, w.kari.Owner, b.File)
		if s := verify(); !strings.Contains(s, "clean.0:"+string(b.File)) {
			t.Errorf("a piece deleted: %q", s)
		}
		if _, _, err := w.desk.ReadAttachment(w.ctx, w.ina, slug, b.File); !errors.Is(err, seal.ErrBroken) {
			t.Errorf("it is shown: %v", err)
		}
	})
}

// Either key alone, shredded, takes the file.
func TestAShreddedFile(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		a, b := w.attached(slug, photo()), w.attached(slug, photo())
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return seal.Shred(tx, w.kari.Owner, seal.KindFile, string(a.File), w.Now()) }))
		_, _, err := w.desk.ReadAttachment(w.ctx, w.ina, slug, a.File)
		w.is(err, seal.ErrShredded)
		f := w.see(slug)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return seal.Shred(tx, w.kari.Owner, seal.KindTrack, string(f.ID), w.Now()) }))
		w.is(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			_, err := w.desk.AttachmentBytes(tx, w.kari.Owner, f.ID, b, false)
			return err
		}), seal.ErrShredded)
	})
}

// The pieces of a file are read and its fingerprint taken before the write begins:
// nobody waits for a large one. A write that runs twice shows what stands in it.
func TestAFileIsReadBeforeItsAttachingWrites(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		attach := func(in context.Context) int64 {
			a := w.attachment()
			id, err := w.desk.Put(w.ctx, w.ina, slug, a, photo())
			w.must(err)
			a.File = id
			ctx, n := db.Counted(in)
			w.must(w.desk.Attach(ctx, w.ina, slug, a))
			return n.Load()
		}
		attach(w.ctx)
		if n := attach(db.Twice(context.Background())) - attach(context.Background()); n > 19 {
			t.Errorf("the write takes %d statements", n)
		}
	})
}
