package journal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/seal"

	"golang.org/x/mod/sumdb/tlog"
)

var (
	textsInTree   = db.SQL(`SELECT body FROM journal_entry WHERE owner = $1 AND leaf IS NOT NULL ORDER BY leaf`)
	textsOfStream = db.SQL(`SELECT body FROM journal_entry WHERE owner = $1 AND stream = $2 ORDER BY seq`)
)

var signedAbove = db.SQL(`SELECT COUNT(*) FROM journal_checkpoint WHERE size > $1 AND size < 1000`)

// A made-up room of this test, with a table of no other owner: its content lies
// in db_meta, sealed, so that Verify has something to open.
var (
	putText  = db.SQL(`INSERT INTO db_meta (owner, name, value) VALUES ($1, $2, $3)`)
	getText  = db.SQL(`SELECT value FROM db_meta WHERE owner = $1 AND name = $2`)
	pageText = db.SQL(`SELECT name, value FROM db_meta WHERE owner = $1 AND name > $2 AND name > $3 AND name < $4 ORDER BY name LIMIT 3`)
	eachText = db.SQL(`SELECT name FROM db_meta WHERE owner = $1 ORDER BY name`)
)

func init() {
	journal.RegisterContent(journal.Content{
		Acts: "room.",
		Find: func(tx *db.Tx, r journal.Record, _, id string) (journal.Stored, error) {
			var text string
			err := tx.One(getText, db.Args(r.By.Owner, id), &text)
			return journal.Stored{Kind: seal.KindTrack, Thing: strings.TrimPrefix(r.Stream, "track/"), Bytes: journal.UnhexWords(text)}, err
		},
		Each: func(tx *db.Tx, owner tilhor.OwnerID, yield func(string) error) error {
			return tx.Each(eachText, func(scan db.Scan) error {
				var id string
				if err := scan(&id); err != nil || strings.HasPrefix(id, "row-") {
					return err
				}
				return yield(seal.Label("room.text", id))
			}, owner)
		},
		Table: "db_meta",
		// A row that the entry "room.lined" wrote: row-<entry>, its value the subject.
		HasRow: func(r journal.Record) bool { return r.Act == "room.lined" },
		Rows: func(tx *db.Tx, owner tilhor.OwnerID, after string, yield func(journal.RoomRow) error) error {
			return tx.Each(pageText, func(scan db.Scan) error {
				row := journal.RoomRow{Table: "db_meta"}
				err := scan(&row.Key, &row.Subject)
				row.Entry = tilhor.EntryID(strings.TrimPrefix(row.Key, "row-"))
				if err != nil {
					return err
				}
				return yield(row)
			}, owner, after, "row-", "row.")
		},
	})
}

// told is a record with three streams of seven entries; the last two of track/b
// are not in the tree yet. Every entry of track/c has content.
func told(t *testing.T, d *db.DB) *school {
	t.Helper()
	s := open(t, d)
	now := monday
	for i := 1; i <= 7; i++ {
		s.says("track/a", fmt.Sprintf("cases.a%d", i), now)
		if i <= 5 {
			s.says("track/b", fmt.Sprintf("cases.b%d", i), now)
		}
		s.write(func(tx *db.Tx) error {
			key, err := s.k.Make(tx, granvik, seal.KindTrack, "c")
			if err != nil {
				return err
			}
			id := fmt.Sprintf("text%d", i)
			field := key.Seal("room.text", id, "det barnet sa")
			if _, err := tx.Exec(putText, granvik, id, hex.EncodeToString(field.Bytes)); err != nil {
				return err
			}
			_, err = s.j.Append(tx, journal.Entry{Stream: "track/c", Act: "room.wrote", Subject: id, When: tilhor.Now(now), By: kari, Parts: journal.Parts(field)})
			return err
		})
		s.sequence(now)
		now = now.Add(time.Second)
	}
	s.says("track/b", "cases.b6", now)
	s.says("track/b", "cases.b7", now)
	return s
}

// The tables of the record, and of what it speaks of.
var recordTables = []string{"journal_entry", "journal_head", "journal_listed", "journal_hash", "journal_checkpoint", "seal_key", "db_meta", "db_lease"}

// keep remembers the record as it is; back puts it back as it was. A new
// database for each of a hundred cases would take a minute.
func (s *school) keep() (back func()) {
	s.t.Helper()
	for _, table := range recordTables {
		create := db.SQL(`CREATE TABLE kept_` + table + ` AS SELECT * FROM ` + table)
		s.write(func(tx *db.Tx) error { _, err := tx.Exec(create); return err })
	}
	file, err := os.ReadFile(s.file())
	if err != nil {
		s.t.Fatal(err)
	}
	return func() {
		s.t.Helper()
		s.write(func(tx *db.Tx) error {
			for _, table := range recordTables {
				if _, err := tx.Exec(db.SQL(`DELETE FROM ` + table)); err != nil {
					return err
				}
				if _, err := tx.Exec(db.SQL(`INSERT INTO ` + table + ` SELECT * FROM kept_` + table)); err != nil {
					return err
				}
			}
			return nil
		})
		if err := os.WriteFile(s.file(), file, 0o600); err != nil {
			s.t.Fatal(err)
		}
		s.j = journal.New(s.k)
	}
}

// do changes the database behind the program's back.
func (s *school) do(q string, args ...any) {
	s.t.Helper()
	st := db.SQL(q)
	var n int64
	s.write(func(tx *db.Tx) (err error) { n, err = tx.Exec(st, args...); return err })
	if n == 0 {
		s.t.Fatalf("the tampering touched nothing: %s", q)
	}
}

// idOf is the id of an entry.
func (s *school) idOf(stream string, seq int) (id string) {
	s.t.Helper()
	s.read(func(tx *db.Tx) error {
		list, err := s.j.Stream(tx, granvik, stream)
		id = string(list[seq-1].ID)
		return err
	})
	return id
}

// forge rewrites an entry the way somebody who knows the format but not the
// keys would: text, hash, and if asked every later link, the heads and the tree.
func (s *school) forge(stream string, seq int, from, to string, deep bool) {
	s.t.Helper()
	var list []string // the texts as they are now: the journal itself would refuse them
	s.read(func(tx *db.Tx) error {
		return tx.Each(textsOfStream, func(scan db.Scan) error {
			var text []byte
			err := scan(&text)
			list = append(list, string(text))
			return err
		}, granvik, stream)
	})
	prev := ""
	for i := seq - 1; i < len(list); i++ {
		text := list[i]
		if i == seq-1 {
			text = strings.Replace(text, from, to, 1)
		} else {
			_, after, _ := strings.Cut(text, `"prev":"`)
			text = strings.Replace(text, after[:64], prev, 1)
		}
		sum := sha256.Sum256([]byte(text))
		prev = hex.EncodeToString(sum[:])
		s.do(`UPDATE journal_entry SET body = $4, hash = $5 WHERE owner = $1 AND stream = $2 AND seq = $3`, granvik, stream, i+1, []byte(text), sum[:])
		if !deep {
			return
		}
		if i == len(list)-1 {
			s.do(`UPDATE journal_head SET hash = $3 WHERE owner = $1 AND stream = $2`, granvik, stream, sum[:])
		}
	}
	s.regrow()
}

// regrow computes the tree anew from what the entries are now.
func (s *school) regrow() {
	s.t.Helper()
	var list [][32]byte // of the texts as they are now: the journal itself would refuse them
	s.read(func(tx *db.Tx) error {
		return tx.Each(textsInTree, func(scan db.Scan) error {
			var text []byte
			err := scan(&text)
			list = append(list, sha256.Sum256(text))
			return err
		}, granvik)
	})
	known := map[int64]tlog.Hash{}
	read := tlog.HashReaderFunc(func(idx []int64) (out []tlog.Hash, err error) {
		for _, i := range idx {
			out = append(out, known[i])
		}
		return out, nil
	})
	for n := range list {
		hs, err := tlog.StoredHashes(int64(n), list[n][:], read)
		if err != nil {
			s.t.Fatal(err)
		}
		for i, h := range hs {
			known[tlog.StoredHashIndex(0, int64(n))+int64(i)] = h
		}
	}
	st := db.SQL(`UPDATE journal_hash SET hash = $3 WHERE owner = $1 AND idx = $2`)
	s.write(func(tx *db.Tx) error {
		for i, h := range known {
			if _, err := tx.Exec(st, granvik, i, h[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *school) file() string { return filepath.Join(s.k.Folder(granvik), seal.CheckpointsFile) }

// Every way to change the record is seen, and the entry is named.
func TestTampering(t *testing.T) {
	entry := `UPDATE journal_entry SET %s WHERE owner = 'granvik' AND stream = 'track/a' AND seq = 4`
	column := func(set string) func(s *school) { return func(s *school) { s.do(fmt.Sprintf(entry, set)) } }
	cases := []struct {
		name  string
		act   func(s *school)
		names string // what the first line must say: "#a4" is the id of entry 4 of track/a
		says  string
	}{
		{"a stream column", column(`stream = 'track/x'`), "track/a, number 4", "deleted"},
		{"a number", column(`seq = 40`), "track/a, number 4", "deleted"},
		{"an id", column(`id = 'forged'`), "track/a, number 4", "id was changed"},
		{"a person", column(`person = 'ola'`), "#a4", "another person"},
		{"a view put on", column(`view = 'plan'`), "#a4", "another view"},
		{"a view put on, empty", column(`view = ''`), "#a4", "another view"},
		{"a time", column(`written = written + 1`), "#a4", "another time"},
		{"a time of the tree", column(`ready = ready - 1`), "#a4", "may enter the tree"},
		{"a leaf", column(`leaf = 4000`), "#a4", "place in the tree"},
		{"a leaf taken away", column(`leaf = NULL`), "#a4", "its place in the tree (leaf 9) was taken away"},
		{"an owner", column(`owner = 'bergvik'`), "track/a, number 4", "deleted"},
		{"a hash", func(s *school) {
			s.do(`UPDATE journal_entry SET hash = $1 WHERE stream = 'track/a' AND seq = 4`, make([]byte, 32))
		}, "#a4", "its hash was changed"},
		{"a mark", func(s *school) {
			s.do(`UPDATE journal_entry SET mark = $1 WHERE stream = 'track/a' AND seq = 4`, make([]byte, 32))
		}, "#a4", "its mark was changed"},
		{"a text", func(s *school) {
			s.do(`UPDATE journal_entry SET body = $1 WHERE stream = 'track/a' AND seq = 4`, []byte("{}"))
		}, "#a4", "its text was changed"},
		{"a text and its hash", func(s *school) { s.forge("track/a", 4, "cases.a4", "cases.x4", false) }, "#a4", "not written by this program"},
		{"a text, and all that follows from it", func(s *school) { s.forge("track/a", 4, "cases.a4", "cases.x4", true) }, "#a4", "not written by this program"},
		{"the last text of a stream", func(s *school) { s.forge("track/b", 7, "cases.b7", "cases.x7", false) }, "#b7", "not written by this program"},
		{"an entry deleted", func(s *school) { s.do(`DELETE FROM journal_entry WHERE stream = 'track/a' AND seq = 4`) }, "track/a, number 4", "deleted"},
		{"the first deleted", func(s *school) { s.do(`DELETE FROM journal_entry WHERE stream = 'track/a' AND seq = 1`) }, "track/a, number 1", "deleted"},
		{"the last deleted", func(s *school) { s.do(`DELETE FROM journal_entry WHERE stream = 'track/a' AND seq = 7`) }, "track/a, number 7", "cut off"},
		{"the last deleted, the head moved back", func(s *school) {
			s.do(`DELETE FROM journal_entry WHERE stream = 'track/c' AND seq = 7`)
			s.do(`UPDATE journal_head SET seq = 6, hash = (SELECT hash FROM journal_entry WHERE stream = 'track/c' AND seq = 6), ready = (SELECT ready FROM journal_entry WHERE stream = 'track/c' AND seq = 6) WHERE stream = 'track/c'`)
		}, "", "has no entry"},
		{"a whole stream deleted", func(s *school) {
			s.do(`DELETE FROM journal_entry WHERE stream = 'track/a'`)
		}, "track/a", "whole stream"},
		{"a whole stream and its head deleted", func(s *school) {
			s.do(`DELETE FROM journal_entry WHERE stream = 'track/a'`)
			s.do(`DELETE FROM journal_head WHERE stream = 'track/a'`)
		}, "leaf 0", "has no entry"},
		{"a head deleted", func(s *school) { s.do(`DELETE FROM journal_head WHERE stream = 'track/a'`) }, "#a7", "head"},
		{"a head made up", func(s *school) {
			s.do(`INSERT INTO journal_head (owner, stream, seq, ready, hash) VALUES ('granvik', 'track/z', 1, 1, $1)`, make([]byte, 32))
		}, "track/z", "made up"},
		{"an entry inserted at the end", func(s *school) {
			s.do(`INSERT INTO journal_entry (owner, stream, seq, id, person, written, ready, hash, mark, body)
				SELECT owner, stream, 8, 'forged', person, written, ready, hash, mark, body FROM journal_entry WHERE stream = 'track/a' AND seq = 7`)
			s.do(`UPDATE journal_head SET seq = 8 WHERE stream = 'track/a'`)
		}, "forged", "was moved"},
		{"an entry inserted with text and hash", func(s *school) {
			var r journal.Record
			s.read(func(tx *db.Tx) error { l, err := s.j.Stream(tx, granvik, "track/b"); r = l[6]; return err })
			text := strings.NewReplacer(`"seq":7`, `"seq":8`, string(r.ID), "forged", hex.EncodeToString(r.Prev[:]), hex.EncodeToString(r.Hash[:])).Replace(string(r.Body))
			sum := sha256.Sum256([]byte(text))
			s.do(`INSERT INTO journal_entry (owner, stream, seq, id, person, written, ready, hash, mark, body)
				SELECT owner, stream, 8, 'forged', person, written, ready, $1, mark, $2 FROM journal_entry WHERE stream = 'track/b' AND seq = 7`, sum[:], []byte(text))
			s.do(`UPDATE journal_head SET seq = 8, hash = $1 WHERE stream = 'track/b'`, sum[:])
		}, "forged", "not written by this program"},
		{"two entries swapped", func(s *school) {
			s.do(`UPDATE journal_entry SET seq = -1 WHERE stream = 'track/a' AND seq = 3`)
			s.do(`UPDATE journal_entry SET seq = 3 WHERE stream = 'track/a' AND seq = 4`)
			s.do(`UPDATE journal_entry SET seq = 4 WHERE stream = 'track/a' AND seq = -1`)
		}, "track/a, number 3", "was moved"},
		{"two places in the tree swapped", func(s *school) {
			s.do(`UPDATE journal_entry SET leaf = -1 WHERE stream = 'track/a' AND seq = 3`)
			s.do(`UPDATE journal_entry SET leaf = 6 WHERE stream = 'track/a' AND seq = 4`)
			s.do(`UPDATE journal_entry SET leaf = 9 WHERE stream = 'track/a' AND seq = 3`)
		}, "#a4", "not what entered the tree"},
		{"a hash of the tree, at a leaf", func(s *school) {
			s.do(`UPDATE journal_hash SET hash = $1 WHERE idx = (SELECT MIN(idx) FROM journal_hash)`, make([]byte, 32))
		}, "#a1", "not what entered the tree"},
		{"a hash of the tree, above", func(s *school) {
			s.do(`UPDATE journal_hash SET hash = $1 WHERE idx = 2`, make([]byte, 32))
		}, "#b1", "tree above it"},
		{"a hash of the tree, deleted", func(s *school) { s.do(`DELETE FROM journal_hash WHERE idx = 2`) }, "#b1", "tree above it"},
		{"a hash of the tree, added", func(s *school) {
			s.do(`INSERT INTO journal_hash (owner, idx, hash) VALUES ('granvik', 100000, $1)`, make([]byte, 32))
		}, "", "does not belong"},
		{"all hashes deleted", func(s *school) { s.do(`DELETE FROM journal_hash`) }, "#a1", "not what entered the tree"},
		{"a checkpoint edited", func(s *school) {
			s.do(`UPDATE journal_checkpoint SET note = $1 WHERE size = 9`, []byte("tilhor/granvik\n9\n"))
		}, "", "checkpoint of 9 entries"},
		{"a checkpoint moved", func(s *school) { s.do(`UPDATE journal_checkpoint SET size = 10 WHERE size = 9`) }, "", "checkpoint of 10 entries"},
		{"a checkpoint deleted", func(s *school) { s.do(`DELETE FROM journal_checkpoint WHERE size = 9`) }, "", "checkpoint of 9 entries"},
		{"the last checkpoint deleted", func(s *school) { s.do(`DELETE FROM journal_checkpoint WHERE size = 19`) }, "", ""},
		{"the tail cut off, everywhere", func(s *school) { s.cut(12) }, "leaf 12", "older database"},
		{"all of it gone", func(s *school) {
			for _, table := range []string{"journal_entry", "journal_head", "journal_hash", "journal_checkpoint"} {
				s.do(`DELETE FROM ` + table)
			}
		}, "leaf 0", "older database"},
		{"a content changed", func(s *school) { s.do(`UPDATE db_meta SET value = '0123' WHERE name = 'text3'`) }, "#c3", "does not open"},
		{"a content sealed anew with other words", func(s *school) {
			s.write(func(tx *db.Tx) error {
				key, err := s.k.Get(tx, granvik, seal.KindTrack, "c")
				if err != nil {
					return err
				}
				_, err = tx.Exec(db.SQL(`UPDATE db_meta SET value = $1 WHERE name = 'text3'`),
					hex.EncodeToString(key.Seal("room.text", "text3", "det barnet ikke sa").Bytes))
				return err
			})
		}, "#c3", "not what was written"},
		{"two contents swapped", func(s *school) {
			s.do(`UPDATE db_meta SET name = 'x' WHERE name = 'text3'`)
			s.do(`UPDATE db_meta SET name = 'text3' WHERE name = 'text4'`)
			s.do(`UPDATE db_meta SET name = 'text4' WHERE name = 'x'`)
		}, "#c3", "does not open"},
		{"a content deleted", func(s *school) { s.do(`DELETE FROM db_meta WHERE name = 'text3'`) }, "#c3", "is gone"},
		{"a content inserted", func(s *school) { s.do(`INSERT INTO db_meta (owner, name, value) VALUES ('granvik', 'more', '00')`) }, "", "room.text:more (room.) stands in no entry"},
		{"a row inserted", func(s *school) {
			s.do(`INSERT INTO db_meta (owner, name, value) VALUES ('granvik', $1, '')`, "row-"+s.idOf("track/a", 1))
			if !s.verify().Holds() {
				s.t.Fatal("a row with its entry is called wrong")
			}
			s.do(`INSERT INTO db_meta (owner, name, value) VALUES ('granvik', 'row-forged', '')`)
		}, "entry forged", "not in the record"},
		{"a key deleted", func(s *school) { s.do(`DELETE FROM seal_key WHERE thing = 'c'`) }, "#c1", "deleted or changed"},
		{"a key changed", func(s *school) { s.do(`UPDATE seal_key SET wrapped = $1 WHERE thing = 'c'`, make([]byte, 61)) }, "#c1", "deleted or changed"},
		{"the file of checkpoints deleted", func(s *school) { os.Remove(s.file()) }, "", "missing or empty"},
		{"a checkpoint in the file edited", func(s *school) { s.editFile("\n9\n", "\n8\n") }, "", "in the file is not signed"},
		{"a forged tree, signed by another key", func(s *school) {
			s.forge("track/c", 2, "text2", "text9", true)
			s.do(`UPDATE journal_checkpoint SET note = $1 WHERE size = 9`, []byte("tilhor/granvik\n9\nx\n\n— tilhor/granvik AAAA\n"))
		}, "#c2", "not written by this program"},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := told(t, d)
		back := s.keep()
		if r := s.verify(); !r.Holds() || r.Entries != 21 || r.Size != 19 || r.Pending != 2 || r.Opened != 7 {
			t.Fatalf("the control does not hold: %+v", r)
		}
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				s.t = t
				back()
				want := c.names
				if strings.HasPrefix(want, "#") {
					want = s.idOf("track/"+want[1:2], int(want[2]-'0'))
				}
				c.act(s)
				r := s.verify()
				if r.Holds() {
					t.Fatal("was not seen")
				}
				if first := r.Wrong[0].String(); !strings.Contains(first, want) || !strings.Contains(first, c.says) {
					t.Fatalf("want %q and %q, got:\n%v", want, c.says, r.Wrong)
				}
			})
		}
		s.t = t
		back()
		s.holds()
	})
}

// cut takes the end of the record away so that the database agrees with itself.
func (s *school) cut(size int) {
	s.t.Helper()
	s.do(`DELETE FROM journal_entry WHERE leaf >= $1 OR leaf IS NULL`, size)
	s.do(`DELETE FROM journal_hash WHERE idx >= $1`, tlog.StoredHashIndex(0, int64(size)))
	s.do(`DELETE FROM journal_checkpoint WHERE size > $1`, size)
	for _, st := range []string{"track/a", "track/b", "track/c"} {
		s.do(`UPDATE journal_head SET
			seq = (SELECT MAX(seq) FROM journal_entry WHERE stream = $1),
			ready = (SELECT MAX(ready) FROM journal_entry WHERE stream = $1),
			hash = (SELECT hash FROM journal_entry WHERE stream = $1 ORDER BY seq DESC LIMIT 1) WHERE stream = $1`, st)
	}
	s.do(`DELETE FROM db_meta WHERE name IN ('text5', 'text6', 'text7')`)
}

func (s *school) editFile(old, new string) {
	s.t.Helper()
	text, err := os.ReadFile(s.file())
	if err != nil || !bytes.Contains(text, []byte(old)) {
		s.t.Fatal("nothing to edit", err)
	}
	if err := os.WriteFile(s.file(), bytes.Replace(text, []byte(old), []byte(new), 1), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// Without the file the cut is not seen: it is the file that shows it.
func TestTheFileIsWhatShowsACutTail(t *testing.T) {
	s := told(t, dbtest.SQLite(t))
	s.cut(12)
	r, err := journal.Verify(context.Background(), s.d, granvik, journal.Against{Keys: s.k})
	if err != nil || !r.Holds() {
		t.Fatalf("the cut is not whole, so the test of it proves nothing: %v %v", r.Wrong, err)
	}
}

// Nothing is signed on top of a record that was changed, so that a forgery does
// not come to look true.
func TestTheSequencerRefusesAChangedRecord(t *testing.T) {
	acts := map[string]func(s *school){
		"an older database":   func(s *school) { s.cut(12) },
		"a changed tree edge": func(s *school) { s.do(`UPDATE journal_hash SET hash = $1`, make([]byte, 32)) },
		"an emptied database": func(s *school) {
			for _, table := range []string{"journal_entry", "journal_head", "journal_hash", "journal_checkpoint"} {
				s.do(`DELETE FROM ` + table)
			}
		},
		"a forged checkpoint": func(s *school) {
			s.do(`INSERT INTO journal_checkpoint (owner, size, note) VALUES ('granvik', 1000, $1)`, []byte("x"))
		},
		"a forged entry waiting": func(s *school) { s.forge("track/b", 6, "cases.b6", "cases.x6", false) },
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := told(t, d)
		back := s.keep()
		for name, act := range acts {
			for _, fresh := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, started anew: %v", name, fresh), func(t *testing.T) {
					s.t = t
					back()
					s.sequence(monday) // nothing is ready: this process knows the record
					act(s)
					if fresh {
						s.j = journal.New(s.k)
					}
					s.says("track/n", "a", monday.Add(time.Hour))
					before, _ := os.ReadFile(s.file())
					if _, err := s.j.Sequence(context.Background(), d, granvik, func() time.Time { return monday.Add(24 * time.Hour) }); err == nil {
						t.Fatal("was signed")
					}
					after, _ := os.ReadFile(s.file())
					if name == "a forged entry waiting" { // the others may enter the tree, and the file goes on
						if len(after) <= len(before) {
							t.Fatal("the file of checkpoints stands still")
						}
						return
					}
					var signed int
					s.read(func(tx *db.Tx) error { return tx.One(signedAbove, db.Args(19), &signed) })
					if signed > 0 || !bytes.Equal(before, after) {
						t.Fatal("something was signed all the same")
					}
				})
			}
		}
		s.t = t
		back()
		if n := s.sequence(monday.Add(48 * time.Hour)); n != 2 { // the control
			t.Fatal(n)
		}
	})
}

// With nothing but the public key, an outsider sees the same forgery.
func TestVerifyWithThePublicKeyAlone(t *testing.T) {
	s := told(t, dbtest.SQLite(t))
	id := s.idOf("track/a", 4)
	file, _ := os.ReadFile(s.file())
	check := func() journal.Report {
		r, err := journal.Verify(context.Background(), s.d, granvik, journal.Against{Public: s.k.Public(granvik), File: file})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := check(); !r.Holds() || r.Unread != 7 {
		t.Fatalf("%+v", r)
	}
	s.forge("track/a", 4, "cases.a4", "cases.x4", false)
	if r := check(); r.Holds() || string(r.Wrong[0].ID) != id {
		t.Fatalf("%+v", r.Wrong)
	}
	s.forge("track/a", 4, "cases.x4", "cases.y4", true)
	if r := check(); r.Holds() || string(r.Wrong[0].ID) != id {
		t.Fatalf("%+v", r.Wrong)
	}
}

// Shredded on purpose is not wrong; it is reported as shredded.
func TestShreddedIsNotWrong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := told(t, d)
		s.write(func(tx *db.Tx) error { return seal.Shred(tx, granvik, seal.KindTrack, "c", monday) })
		if r := s.verify(); !r.Holds() || r.Shredded != 7 || r.Opened != 0 {
			t.Fatalf("%+v", r)
		}
	})
}

// The seconds that no checkpoint covered are told.
func TestGapsAreTold(t *testing.T) {
	s := told(t, dbtest.SQLite(t))
	if r := s.verify(); len(r.Gaps) != 0 {
		t.Fatalf("%v", r.Gaps)
	}
	s.sequence(monday.Add(40 * time.Second)) // the last two were written after 7 s
	r := s.verify()
	if !r.Holds() || len(r.Gaps) != 1 || r.Gaps[0].To.Sub(r.Gaps[0].From).Round(time.Second) != 33*time.Second {
		t.Fatalf("%v %v", r.Gaps, r.Wrong)
	}
}
