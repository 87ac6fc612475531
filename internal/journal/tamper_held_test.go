package journal_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/seal"

	"golang.org/x/mod/sumdb/note"
)

func (s *school) against(a journal.Against) journal.Report {
	s.t.Helper()
	r, err := journal.Verify(context.Background(), s.d, granvik, a)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// all is everything an operator has to compare with, and what others hold.
func (s *school) all(held ...journal.Held) journal.Against {
	s.t.Helper()
	a := journal.Against{Keys: s.k, Held: held}
	for name, to := range map[string]*[]byte{seal.CheckpointsFile: &a.File, seal.ShreddedFile: &a.Shredded} {
		text, err := s.k.File(granvik, name)
		if err != nil {
			s.t.Fatal(err)
		}
		*to = append([]byte{}, text...)
	}
	return a
}

// must holds the first line of a report against a kind and words.
func must(t *testing.T, r journal.Report, kind journal.Kind, says ...string) {
	t.Helper()
	if r.Holds() || r.Wrong[0].Kind != kind {
		t.Fatalf("want %s, got: %v", kind, r.Wrong)
	}
	for _, words := range says {
		if !strings.Contains(r.Wrong[0].String(), words) {
			t.Fatalf("want %q, got: %v", words, r.Wrong)
		}
	}
}

// newest is the newest checkpoint, as the archive or a witness was sent it.
func (s *school) newest() []byte {
	s.t.Helper()
	var c journal.Checkpoint
	s.read(func(tx *db.Tx) (err error) { c, err = s.j.Newest(tx, granvik); return err })
	return c.Note
}

// receives appends an entry that somebody gets a receipt for.
func (s *school) receives(stream string, at time.Time) (id tilhor.EntryID, receipt []byte) {
	s.t.Helper()
	w := s.append(journal.Entry{
		Stream: stream, Act: "told", Subject: stream, When: tilhor.Now(at), By: kari,
		Told: &journal.Told{For: []tilhor.Role{tilhor.RoleRektor}},
	})
	var r journal.Receipt
	s.read(func(tx *db.Tx) (err error) { r, err = s.j.Receipt(tx, granvik, w.ID); return err })
	return w.ID, r.File
}

// An older database put back is named by the file beside the key. Put back
// together with an older file, nothing in this machine room can show it: only a
// checkpoint or a receipt that somebody else holds. The report claims no more.
func TestTamperRollBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := lived(t, d)
		older, olderFile := s.memory(), s.newest()
		later := monday.Add(time.Hour)
		id, receipt := s.receives("concern/later", later)
		s.sequence(later)
		archive := s.newest()
		s.write(func(tx *db.Tx) error { return older.Store(tx) })
		must(t, s.verify(), journal.RolledBack, "an older database was put back", "in the file")

		if err := os.WriteFile(s.file(), older.Files[journal.FCheckpoints], 0o600); err != nil {
			t.Fatal(err)
		}
		if r := s.against(s.all()); !r.Holds() { // the control: it is the others that show it
			t.Fatalf("the roll-back is not whole, so the test of it proves nothing: %v", r.Wrong)
		}
		must(t, s.against(s.all(journal.Held{Name: "archive.txt", File: archive})), journal.RolledBack, "archive.txt")
		must(t, s.against(s.all(journal.Held{Name: "receipt.txt", File: receipt})), journal.Missing, string(id), "receipt.txt")
		if r := s.against(s.all(journal.Held{Name: "old.txt", File: olderFile})); !r.Holds() || r.Compared != 1 {
			t.Fatalf("a checkpoint that is in the record: %v", r.Wrong)
		}
	})
}

// An entry that is dropped before it reached the tree, with its words, its row
// and its place in the stream, leaves no trace in the database: who got a
// receipt for it has the only proof. As soon as it is in the tree, or anything
// follows it in its stream, it is missed without.
func TestTamperDroppedBeforeTheTree(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := lived(t, d)
		later := monday.Add(time.Hour)
		before := s.memory()
		id, receipt := s.receives("track/a", later)
		held := journal.Held{Name: "kvittering.txt", File: receipt}
		if r := s.against(s.all(held)); !r.Holds() || r.Compared != 1 {
			t.Fatalf("the control does not hold: %v", r.Wrong)
		}
		s.write(func(tx *db.Tx) error { return before.Store(tx) })
		if r := s.against(s.all()); !r.Holds() {
			t.Fatalf("something is left of the entry: %v", r.Wrong)
		}
		must(t, s.against(s.all(held)), journal.Missing, string(id), "kvittering.txt")

		dropped, _ := s.receives("track/a", later)
		s.says("track/a", "cases.after", later)
		s.do(`DELETE FROM journal_entry WHERE id = $1`, string(dropped))
		must(t, s.against(s.all()), journal.Missing, "track/a", "deleted")
	})
}

// forger is somebody with another key that bears the owner's name, and with the
// owner's key id when asked.
type forger struct {
	public ed25519.PublicKey
	secret ed25519.PrivateKey
	id     [4]byte
}

func newForger(t *testing.T, like string) forger {
	t.Helper()
	public, secret, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	f := forger{public: public, secret: secret}
	v, err := note.NewVerifier(like)
	if err != nil {
		t.Fatal(err)
	}
	binary.BigEndian.PutUint32(f.id[:], v.KeyHash())
	return f
}

// sign signs the text of a note anew.
func (f forger) sign(old []byte) []byte {
	text, _, _ := bytes.Cut(old, []byte("\n\n"))
	text = append(slices.Clone(text), '\n')
	sig := append(f.id[:], ed25519.Sign(f.secret, text)...)
	return fmt.Appendf(nil, "%s\n— tilhor/granvik %s\n", text, base64.StdEncoding.EncodeToString(sig))
}

// A checkpoint that another key has signed is named, whatever name and key id it
// bears; the same forgery in the file beside the key too.
func TestTamperForgedCheckpoint(t *testing.T) {
	t.Parallel()
	s := lived(t, dbtest.SQLite(t))
	m := s.memory()
	rows := m.Tables[journal.TCheckpoint].Rows
	last := len(rows) - 1
	genuine := rows[last][2].([]byte)
	forged := newForger(t, s.k.Public(granvik)).sign(genuine)
	_, public, err := note.GenerateKey(rand.Reader, "tilhor/granvik")
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string][]byte{"the owner's key id": forged, "an id of its own": newForger(t, public).sign(genuine)} {
		bad := m.Clone()
		bad.Tables[journal.TCheckpoint].Rows[last][2] = f
		r, err := bad.Verify("")
		if err != nil || !named(r, about(journal.TCheckpoint, rows[last])) || !strings.Contains(fmt.Sprint(r.Wrong), "not signed by the owner") {
			t.Errorf("%s, in the database: %v %v", name, err, r.Wrong)
		}
		bad = m.Clone()
		bad.Files[journal.FCheckpoints] = bytes.Replace(bad.Files[journal.FCheckpoints], genuine, f, 1)
		r, err = bad.Verify("")
		if err != nil {
			t.Fatal(err)
		}
		must(t, r, journal.Signed, "in the file is not signed by the owner")
	}
}

// Who swaps the owner's key and signs everything anew deceives who asks only the
// swapped key, and nobody who holds owner.pub or one old checkpoint.
func TestTamperSwappedKey(t *testing.T) {
	t.Parallel()
	s := lived(t, dbtest.SQLite(t))
	m := s.memory()
	secret, public, err := note.GenerateKey(rand.Reader, "tilhor/granvik")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	var file []byte
	archive := s.newest()
	for _, row := range m.Tables[journal.TCheckpoint].Rows {
		text, _, _ := strings.Cut(string(row[2].([]byte)), "\n\n")
		signed, err := note.Sign(&note.Note{Text: text + "\n"}, signer)
		if err != nil {
			t.Fatal(err)
		}
		row[2], file = signed, append(append(file, signed...), '\n')
	}
	s.write(func(tx *db.Tx) error { return m.Store(tx) })
	a := s.all()
	a.File, a.Public = file, public
	if r := s.against(a); !r.Holds() { // the control: the swap is whole
		t.Fatalf("the swap is not whole, so the test of it proves nothing: %v", r.Wrong)
	}
	a.Held = []journal.Held{{Name: "archive.txt", File: archive}}
	must(t, s.against(a), journal.Signed, "keys was swapped", "archive.txt")
	a.Held, a.Public = nil, s.k.Public(granvik)
	must(t, s.against(a), journal.Signed, "not signed by the owner")
}

// Words made unreadable as if they had been shredded on purpose are named; one
// that the running server has noted is listed, with the entry that says so or
// the want of it. A shredding that was undone is named too.
func TestTamperShredding(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := lived(t, d)
		r := s.against(s.all())
		if !r.Holds() || len(r.Shreddings) != 1 || r.Shreddings[0].Entry == "" || !r.Shreddings[0].Noted || r.Shreddings[0].Parts != 1 {
			t.Fatalf("%+v %v", r.Shreddings, r.Wrong)
		}
		back := s.memory()
		s.do(`UPDATE seal_key SET wrapped = $1, shredded = 1, noted = 1 WHERE thing = 'c'`, []byte{})
		must(t, s.against(s.all()), journal.Shreds, "track c", "something else than this program")
		s.do(`UPDATE seal_key SET noted = NULL WHERE thing = 'c'`)
		r = s.against(s.all())
		if !r.Holds() || len(r.Shreddings) != 2 || r.Shreddings[0].Entry != "" || r.Shreddings[0].Noted || r.Shreddings[0].Parts != 7 {
			t.Fatalf("a shredding that nobody speaks of is not listed as such: %+v %v", r.Shreddings, r.Wrong)
		}
		s.write(func(tx *db.Tx) error { return back.Store(tx) })
		s.do(`UPDATE seal_key SET shredded = NULL, noted = NULL WHERE thing = 'd'`)
		r = s.against(s.all())
		if r.Holds() || !strings.Contains(fmt.Sprint(r.Wrong), "track d was shredded, but the database has it again") {
			t.Fatal(r.Wrong)
		}
	})
}

// newOwnerKey is the public key of somebody else who bears the owner's name.
func newOwnerKey(t *testing.T) string {
	t.Helper()
	_, public, err := note.GenerateKey(rand.Reader, "tilhor/granvik")
	if err != nil {
		t.Fatal(err)
	}
	return public
}
