package journal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"strconv"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
)

var (
	// What once decided by itself that a reading was already written down.
	hidesReading = db.SQL(`SELECT COUNT(*) FROM journal_entry
		WHERE owner = $1 AND stream = $2 AND person = $3 AND view = $4 AND written > $5 AND written <= $6`)
	bodyOf = db.SQL(`SELECT body FROM journal_entry WHERE owner = $1 AND id = $2`)
)

// sees has kari read the plan of track t1, and says how many readings that wrote.
func (s *school) sees(at time.Time) int {
	s.t.Helper()
	before := s.verify().Entries
	s.write(func(tx *db.Tx) error {
		return s.j.Seen(tx, kari, journal.ReadingsOf("t1"), "t1", "plan", "own-track", at)
	})
	return int(s.verify().Entries - before)
}

// hides is the control: the columns alone would hide a reading.
func (s *school) hides(at time.Time) {
	s.t.Helper()
	var n int
	s.read(func(tx *db.Tx) error {
		return tx.One(hidesReading, db.Args(granvik, journal.ReadingsOf("t1"), "kari", "plan", at.Add(-15*time.Minute).UnixMilli(), at.UnixMilli()), &n)
	})
	if n == 0 {
		s.t.Fatal("the tampering would have hidden nothing: this case proves nothing")
	}
}

const insertCopy = `INSERT INTO journal_entry (owner, stream, seq, id, person, view, written, ready, hash, mark, body)
	SELECT owner, 'readings/t1', 900, 'copied', 'kari', 'plan', $1, $2, hash, mark, body FROM journal_entry WHERE id = $3`

// Who can write to the database, and may read a case, reads no more of it
// without an entry than anybody else: only a text that this program marked, and
// that itself says who read what and when, stands for a reading.
func TestNoReadingIsHiddenByARowPutInPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		stream := journal.ReadingsOf("t1")
		if n := s.sees(monday); n != 1 {
			t.Fatalf("a reading wrote %d entries", n)
		}
		old := s.idOf(stream, 1)
		s.sequence(monday)
		now := monday.Add(24 * time.Hour)

		// An old reading is made out as of now, and put back.
		s.do(`UPDATE journal_entry SET written = $1 WHERE id = $2`, now.UnixMilli(), old)
		s.hides(now)
		if n := s.sees(now); n != 1 {
			t.Errorf("an old reading with the time of now: %d entries were written, want 1", n)
		}
		s.do(`UPDATE journal_entry SET written = $1 WHERE id = $2`, monday.UnixMilli(), old)
		s.sequence(now)
		s.holds()

		// A copy lies here for a moment, where the tree does not take it in.
		other := func(stream, subject, view string, by tilhor.Actor, at time.Time) string {
			t.Helper()
			var w journal.Written
			s.write(func(tx *db.Tx) (err error) {
				w, err = s.j.Append(tx, journal.Entry{Stream: stream, Act: "read", Subject: subject, View: view, When: tilhor.Now(at), By: by})
				return err
			})
			s.sequence(at)
			return string(w.ID)
		}
		now = now.Add(time.Hour)
		deputy := kari
		deputy.Person = "mona"
		for name, id := range map[string]string{
			"an old reading of it":     old,
			"of another thing":         other("readings/t2", "t1", "plan", kari, now),
			"by somebody else":         other(stream, "t1", "plan", deputy, now),
			"of another view":          other(stream, "t1", "story", kari, now),
			"of another thing's views": other("readings/t2", "t2", "plan", kari, now),
		} {
			now = now.Add(time.Minute) // the copied ones stay within the quarter
			s.do(insertCopy, now.UnixMilli(), now.Truncate(time.Hour).Add(time.Hour).UnixMilli(), id)
			s.hides(now)
			n := s.sees(now)
			s.do(`DELETE FROM journal_entry WHERE id = 'copied'`)
			if n != 1 {
				t.Errorf("a copy %s: %d entries were written, want 1", name, n)
			}
			s.sequence(now)
			s.holds()
			now = now.Add(16 * time.Minute)
		}

		// A reading of this very stream is filed as another one for a moment.
		for column, c := range map[string]struct {
			view, was, lie string
			by             tilhor.Actor
		}{"view": {"story", "story", "plan", kari}, "person": {"plan", "mona", "kari", deputy}} {
			now = now.Add(time.Hour)
			id := other(stream, "t1", c.view, c.by, now)
			s.do(`UPDATE journal_entry SET `+column+` = $1 WHERE id = $2`, c.lie, id)
			s.hides(now)
			if n := s.sees(now); n != 1 {
				t.Errorf("a row with another %s: %d entries were written, want 1", column, n)
			}
			s.do(`UPDATE journal_entry SET `+column+` = $1 WHERE id = $2`, c.was, id)
			s.sequence(now)
			s.holds()
			now = now.Add(16 * time.Minute)
		}

		// A text made up in the right words has no mark.
		made := s.made(old, func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte(`"written":`+millis(monday)), []byte(`"written":`+millis(now)))
		})
		s.do(`UPDATE journal_entry SET written = $1, body = $2, hash = $3 WHERE id = $4`, now.UnixMilli(), made.now, made.sum, old)
		s.hides(now)
		if n := s.sees(now); n != 1 {
			t.Errorf("a made-up text: %d entries were written, want 1", n)
		}
		made.back()
		s.do(`UPDATE journal_entry SET written = $1 WHERE id = $2`, monday.UnixMilli(), old)
		s.sequence(now)
		s.holds()
		if n := s.sees(now.Add(time.Minute)); n != 0 {
			t.Errorf("the same reading again wrote %d entries", n)
		}
	})
}

// A copy where the next entry of the stream must stand stops the reading: what
// cannot be written down is not shown.
func TestACopyInTheWayIsNoReading(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.sees(monday)
		now := monday.Add(time.Hour)
		s.do(insertCopy, now.UnixMilli(), now.UnixMilli(), s.idOf(journal.ReadingsOf("t1"), 1))
		s.do(`UPDATE journal_entry SET seq = 2 WHERE id = 'copied'`)
		s.hides(now)
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			return s.j.Seen(tx, kari, journal.ReadingsOf("t1"), "t1", "plan", "own-track", now)
		})
		if err == nil {
			t.Fatal("it was read, and nothing was written down")
		}
	})
}

// The list of one reading put in the place of another's hides none.
func TestNoListIsHiddenByAnotherPutInPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		see := func(at time.Time, ids ...string) (written bool) {
			t.Helper()
			before := s.verify().Entries
			s.write(func(tx *db.Tx) error {
				return s.j.SeenList(tx, rektor, "readings/lia", "lia", "today", "school", ids, at)
			})
			return s.verify().Entries > before
		}
		see(monday, "track-1", "track-2")
		see(monday.Add(time.Hour), "track-3")
		secret, now := s.idOf("readings/lia", 1), s.idOf("readings/lia", 2)
		swap := func() {
			s.do(`UPDATE journal_listed SET entry = 'x' WHERE entry = $1`, secret)
			s.do(`UPDATE journal_listed SET entry = $1 WHERE entry = $2`, secret, now)
			s.do(`UPDATE journal_listed SET entry = $1 WHERE entry = 'x'`, now)
		}
		swap()
		if !see(monday.Add(time.Hour+time.Minute), "track-1", "track-2") {
			t.Error("a list was seen, and nothing was written down")
		}
		swap()
		s.holds()
		if see(monday.Add(time.Hour+2*time.Minute), "track-3") || see(monday.Add(time.Hour+2*time.Minute), "track-2", "track-1") {
			t.Error("the same list again is another reading")
		}
		// One that does not open is not one that was seen, and stops nobody.
		s.do(`UPDATE journal_listed SET sealed = $1 WHERE entry = $2`, []byte{1, 2, 3}, now)
		if !see(monday.Add(time.Hour+3*time.Minute), "track-3") {
			t.Error("a list that does not open counts as seen")
		}
	})
}

// A spoiled entry is one whose text somebody who has no keys wrote anew.
type spoiled struct {
	now, sum []byte
	back     func()
}

func (s *school) made(id string, alter func([]byte) []byte) spoiled {
	s.t.Helper()
	var was []byte
	s.read(func(tx *db.Tx) error { return tx.One(bodyOf, db.Args(granvik, id), &was) })
	now := alter(was)
	if bytes.Equal(now, was) {
		s.t.Fatal("the tampering touched nothing")
	}
	sum, before := sha256.Sum256(now), sha256.Sum256(was)
	return spoiled{now, sum[:], func() {
		s.t.Helper()
		s.do(`UPDATE journal_entry SET body = $1, hash = $2 WHERE id = $3`, was, before[:], id)
	}}
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// A text altered for a moment is never signed: a false receipt would be true
// for ever.
func TestNothingIsSignedFromAnAlteredEntry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		tells := func(subject string) string {
			return string(s.append(journal.Entry{
				Stream: "concern/" + subject, Act: "concerns.tell", Subject: subject, When: tilhor.Now(monday), By: kari,
				Told: &journal.Told{For: []tilhor.Role{tilhor.RoleRektor}},
			}).ID)
		}
		id, other := tells("c1"), tells("c2")
		s.sequence(monday)
		get := func() (r journal.Receipt, err error) {
			err = d.Read(context.Background(), func(tx *db.Tx) error {
				r, err = s.j.Receipt(tx, granvik, tilhor.EntryID(id))
				return err
			})
			return r, err
		}
		refused := func(how string) {
			t.Helper()
			r, err := get()
			if altered := (journal.Altered{}); !errors.As(err, &altered) || string(altered.Entry) != id || r.File != nil {
				t.Errorf("%s: %v\n%s", how, err, r.File)
			}
			err = d.Read(context.Background(), func(tx *db.Tx) error {
				p, err := s.j.Proof(tx, granvik, tilhor.EntryID(id))
				if p != nil {
					t.Errorf("%s: proved", how)
				}
				return err
			})
			if !errors.As(err, new(journal.Altered)) {
				t.Errorf("%s: the proof says %v", how, err)
			}
		}
		whole, err := get()
		if err != nil || whole.Proof == nil {
			t.Fatal(err)
		}
		early := s.made(id, func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte(millis(monday)), []byte(millis(monday.Add(-720*time.Hour))))
		})
		s.do(`UPDATE journal_entry SET body = $1 WHERE id = $2`, early.now, id)
		refused("its text")
		s.do(`UPDATE journal_entry SET body = $1, hash = $2 WHERE id = $3`, early.now, early.sum, id)
		refused("its text and its hash")
		// The control: with the mark, which takes the keys, it would be signed.
		mark := s.k.Hash(granvik, "journal entry", string(early.sum))
		was := s.k.Hash(granvik, "journal entry", string(whole.Hash[:]))
		s.do(`UPDATE journal_entry SET leaf = NULL, mark = $1 WHERE id = $2`, mark, id)
		if r, err := get(); err != nil || !r.At.Equal(monday.Add(-720*time.Hour)) {
			t.Fatalf("this alteration would never have been signed, and so proves nothing: %v", err)
		}
		s.do(`UPDATE journal_entry SET leaf = 0, mark = $1 WHERE id = $2`, was, id)
		early.back()

		s.do(`UPDATE journal_entry SET mark = $1 WHERE id = $2`, mark, id)
		refused("its mark")
		s.do(`UPDATE journal_entry SET mark = $1 WHERE id = $2`, was, id)
		s.do(`UPDATE journal_entry SET body = (SELECT body FROM journal_entry WHERE id = $1), mark = (SELECT mark FROM journal_entry WHERE id = $2) WHERE id = $3`, other, other, id)
		refused("another's text and mark")
		early.back()
		s.do(`UPDATE journal_entry SET mark = $1 WHERE id = $2`, was, id)

		again, err := get()
		if err != nil || !bytes.Equal(again.File, whole.File) {
			t.Fatalf("put back, the receipt is another: %v", err)
		}
		s.holds()
	})
}

// A log of readings with one false line is not shown, and the newest reading is
// told to nobody when it is false.
func TestNoAlteredReadingIsHandedOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.sees(monday)
		id := s.idOf(journal.ReadingsOf("t1"), 1)
		lie := s.made(id, func(b []byte) []byte {
			return bytes.Replace(b, []byte(`"person":"kari"`), []byte(`"person":"ola"`), 1)
		})
		s.do(`UPDATE journal_entry SET body = $1, hash = $2 WHERE id = $3`, lie.now, lie.sum, id)
		s.read(func(tx *db.Tx) error {
			var altered journal.Altered
			if _, err := s.j.Readings(tx, granvik, "t1"); !errors.As(err, &altered) || string(altered.Entry) != id {
				t.Errorf("the log: %v", err)
			}
			if last, err := s.j.LastReading(tx, granvik, "t1", "mona"); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("the newest: %v %v", last, err)
			}
			return nil
		})
		lie.back()
		s.read(func(tx *db.Tx) error {
			last, err := s.j.LastReading(tx, granvik, "t1", "mona")
			if err != nil || last.Person != "kari" {
				t.Error(last, err)
			}
			return nil
		})
	})
}

// A place in the tree that is not the entry's proves nothing, and is not given.
func TestNoProofOfAnotherPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		first, second := s.says("track/a", "a", monday), s.says("track/b", "b", monday)
		s.sequence(monday)
		prove := func(w journal.Written) error {
			return d.Read(context.Background(), func(tx *db.Tx) error { _, err := s.j.Proof(tx, granvik, w.ID); return err })
		}
		if err := errors.Join(prove(first), prove(second)); err != nil {
			t.Fatal(err)
		}
		s.do(`UPDATE journal_entry SET leaf = NULL WHERE id = $1`, string(second.ID))
		s.do(`UPDATE journal_entry SET leaf = 1 WHERE id = $1`, string(first.ID))
		if err := prove(first); !errors.As(err, new(journal.Altered)) {
			t.Fatal(err)
		}
	})
}
