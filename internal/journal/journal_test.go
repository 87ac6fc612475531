package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/seal"
	"tilhor/internal/seal/sealtest"
)

const granvik tilhor.OwnerID = "granvik"

var (
	monday = time.Date(2026, 11, 23, 8, 15, 7, 123e6, time.UTC)
	kari   = tilhor.Actor{Owner: granvik, Person: "kari", Role: tilhor.RoleTeacher, School: "lia"}
	rektor = tilhor.Actor{Owner: granvik, Person: "rigmor", Role: tilhor.RoleRektor, School: "lia"}
)

// A school is a database with keys and a journal, as a server has them.
type school struct {
	t *testing.T
	d *db.DB
	k *seal.Keys
	j *journal.Journal
}

func open(t *testing.T, d *db.DB) *school {
	k := sealtest.Keys(t, granvik)
	return &school{t, d, k, journal.New(k)}
}

func (s *school) write(fn func(tx *db.Tx) error) {
	s.t.Helper()
	if err := s.d.Write(context.Background(), fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s *school) read(fn func(tx *db.Tx) error) {
	s.t.Helper()
	if err := s.d.Read(context.Background(), fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s *school) append(e journal.Entry) (w journal.Written) {
	s.t.Helper()
	s.write(func(tx *db.Tx) (err error) { w, err = s.j.Append(tx, e); return err })
	return w
}

func (s *school) says(stream, act string, at time.Time) journal.Written {
	s.t.Helper()
	return s.append(journal.Entry{Stream: stream, Act: act, Subject: stream, When: tilhor.Now(at), By: kari, Rule: "test"})
}

func (s *school) sequence(at time.Time) int {
	s.t.Helper()
	n, err := s.j.Sequence(context.Background(), s.d, granvik, func() time.Time { return at })
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *school) verify() journal.Report {
	s.t.Helper()
	file, err := s.k.File(granvik, seal.CheckpointsFile)
	if err != nil {
		s.t.Fatal(err)
	}
	if file == nil {
		file = []byte{}
	}
	r, err := journal.Verify(context.Background(), s.d, granvik, journal.Against{Keys: s.k, File: file})
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *school) holds() {
	s.t.Helper()
	if r := s.verify(); !r.Holds() {
		s.t.Fatalf("the record does not hold: %v", r.Wrong)
	}
}

func TestAnEntryIsReadBackAsItWasWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		key := s.k.New(granvik, seal.KindTrack, "t1")
		field := key.Seal("test.text", "r1", "han sa at …")
		w := s.append(journal.Entry{
			Stream: "track/t1", Act: "cases.heard", Subject: "r1", By: kari, Rule: "own-track", Parts: journal.Parts(field),
			When: tilhor.When{At: monday.Add(-time.Hour), Precision: tilhor.Day, Written: monday},
			Told: &journal.Told{For: []tilhor.Role{tilhor.RoleRektor}, TakenUp: true},
		})
		s.says("track/t1", "cases.other", monday)
		var list []journal.Record
		s.read(func(tx *db.Tx) (err error) { list, err = s.j.Stream(tx, granvik, "track/t1"); return err })
		if len(list) != 2 || list[0].ID != w.ID || list[0].Hash != w.Hash || list[1].Prev != w.Hash || list[1].Seq != 2 {
			t.Fatalf("%+v", list)
		}
		r := list[0]
		if r.By.Person != "kari" || !r.When.At.Equal(monday.Add(-time.Hour)) || r.When.Precision != tilhor.Day || r.Told == nil ||
			!r.Told.TakenUp || r.Parts[0].Commit != field.Commit || r.Leaf != -1 {
			t.Fatalf("%+v", r)
		}
	})
}

func TestAnEntryThatCouldNotBeCheckedIsRefused(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	good := journal.Entry{Stream: "track/t1", Act: "a", When: tilhor.Now(monday), By: kari}
	for name, e := range map[string]func(e *journal.Entry){
		"no stream":         func(e *journal.Entry) { e.Stream = "" },
		"no act":            func(e *journal.Entry) { e.Act = "" },
		"no time":           func(e *journal.Entry) { e.When = tilhor.When{} },
		"no role":           func(e *journal.Entry) { e.By.Role = "" },
		"not UTF-8":         func(e *journal.Entry) { e.Subject = "\xff" },
		"a line break":      func(e *journal.Entry) { e.Rule = "a\nb" },
		"another's keys":    func(e *journal.Entry) { e.By.Owner = "bergvik" },
		"a label by hand":   func(e *journal.Entry) { e.Parts = []journal.Part{{Label: "text"}} },
		"the same part two": func(e *journal.Entry) { e.Parts = []journal.Part{{Label: "a:b"}, {Label: "a:b"}} },
	} {
		bad := good
		e(&bad)
		if err := s.d.Write(context.Background(), func(tx *db.Tx) error { _, err := s.j.Append(tx, bad); return err }); err == nil {
			t.Errorf("%s: was appended", name)
		}
	}
	s.append(good)
	s.holds()
}

// Forty write to four streams at once: no number is lost, doubled or out of its
// chain.
func TestManyWriteToOneStream(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				err := d.Write(context.Background(), func(tx *db.Tx) error {
					_, err := s.j.Append(tx, journal.Entry{Stream: fmt.Sprintf("track/%d", i%4), Act: "a", When: tilhor.Now(monday), By: kari})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		if n := s.sequence(monday); n != 40 {
			t.Fatalf("%d entered the tree", n)
		}
		r := s.verify()
		if !r.Holds() || r.Entries != 40 || r.Streams != 4 || r.Size != 40 || r.Pending != 0 {
			t.Fatalf("%+v", r)
		}
	})
}

// A stream that begins is as one that was appended to, and begins once.
func TestAStreamBeginsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		e := journal.Entry{Stream: "concern/1", Act: "concern.told", Subject: "1", When: tilhor.Now(monday), By: kari, Rule: "test"}
		var first journal.Written
		s.write(func(tx *db.Tx) (err error) { first, err = s.j.Begin(tx, e); return err })
		if second := s.append(e); first.Seq != 1 || second.Seq != 2 {
			t.Errorf("numbers %d and %d", first.Seq, second.Seq)
		}
		err := d.Write(context.Background(), func(tx *db.Tx) error { _, err := s.j.Begin(tx, e); return err })
		if !db.Unique(err) {
			t.Errorf("what has begun begins again: %v", err)
		}
		e.Act = ""
		if err := d.Write(context.Background(), func(tx *db.Tx) error { _, err := s.j.Begin(tx, e); return err }); err == nil {
			t.Error("an entry that could not be checked begins a stream")
		}
		s.sequence(monday)
		if s.holds(); s.verify().Entries != 2 {
			t.Error("what was refused stands")
		}
	})
}

func TestAnActThatFailsLeavesNoEntry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		no := errors.New("no")
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			if _, err := s.j.Append(tx, journal.Entry{Stream: "owner", Act: "a", When: tilhor.Now(monday), By: kari}); err != nil {
				return err
			}
			return no
		})
		if r := s.verify(); !errors.Is(err, no) || r.Entries != 0 {
			t.Fatalf("%d entries, %v", r.Entries, err)
		}
	})
}

func TestOneReadingInAQuarterOfAnHour(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		see := func(by tilhor.Actor, subject, view string, after time.Duration) {
			t.Helper()
			s.write(func(tx *db.Tx) error {
				return s.j.Seen(tx, by, journal.ReadingsOf("t1"), subject, view, "own-track", monday.Add(after))
			})
		}
		see(kari, "t1", "plan", 0)
		see(kari, "t1", "plan", 14*time.Minute)
		see(rektor, "t1", "plan", time.Minute)
		see(kari, "t1", "story", 2*time.Minute)
		deputy := kari
		deputy.Role = tilhor.RoleDeputy
		see(deputy, "t1", "plan", 3*time.Minute) // another role is another reading
		see(kari, "r1", "plan", 4*time.Minute)   // and so is another thing
		see(kari, "t1", "plan", 15*time.Minute)
		see(kari, "t1", "plan", 16*time.Minute)
		var list []journal.Reading
		s.read(func(tx *db.Tx) (err error) { list, err = s.j.Readings(tx, granvik, "t1"); return err })
		if len(list) != 6 || list[0].View != "plan" || list[0].Person != "kari" || !list[0].At.Equal(monday.Add(15*time.Minute)) {
			t.Fatalf("%d: %+v", len(list), list)
		}
		for but, want := range map[tilhor.PersonID]journal.Reading{kari.Person: list[4], rektor.Person: list[0], "mona": list[0]} {
			var last journal.Reading
			s.read(func(tx *db.Tx) (err error) { last, err = s.j.LastReading(tx, granvik, "t1", but); return err })
			if last != want {
				t.Errorf("the last reading by anybody but %s is %+v, want %+v", but, last, want)
			}
		}
		s.read(func(tx *db.Tx) error {
			if _, err := s.j.LastReading(tx, granvik, "t2", "mona"); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("what nobody has read: %v", err)
			}
			return nil
		})
		s.holds()
	})
}

func TestTwentyTabsAreOneReading(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		var wg sync.WaitGroup
		for range 20 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				err := d.Write(context.Background(), func(tx *db.Tx) error {
					return s.j.Seen(tx, kari, "readings/t1", "t1", "plan", "own-track", monday)
				})
				if err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		if r := s.verify(); !r.Holds() || r.Entries != 1 {
			t.Fatalf("%+v", r)
		}
	})
}

func TestAListIsOneReadingWithItsIDsSealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		see := func(after time.Duration, ids ...string) {
			t.Helper()
			s.write(func(tx *db.Tx) error {
				return s.j.SeenList(tx, rektor, "readings/lia", "lia", "today", "school", ids, monday.Add(after))
			})
		}
		see(0, "track-1", "track-2")
		see(time.Minute, "track-2", "track-1")
		see(2*time.Minute, "track-2", "track-1", "track-3")
		r := s.verify()
		if !r.Holds() || r.Entries != 2 || r.Opened != 2 {
			t.Fatalf("%+v", r)
		}
		if text := s.dump(); strings.Contains(text, "track-1") {
			t.Fatal("the list stands in the open")
		}
	})
}

// dump is the record as an outsider gets it.
func (s *school) dump() string {
	s.t.Helper()
	var b bytes.Buffer
	if err := journal.Export(context.Background(), s.d, granvik, s.k.Public(granvik), &b); err != nil {
		s.t.Fatal(err)
	}
	return b.String()
}

func TestFollowersReadInTheOrderOfTheTree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		for i := range 25 {
			s.says(fmt.Sprintf("track/%d", i%3), fmt.Sprint(i), monday)
			if i%10 == 9 {
				s.sequence(monday)
			}
		}
		var got int
		after := int64(-1)
		for {
			var page []journal.Record
			s.read(func(tx *db.Tx) (err error) { page, err = s.j.Follow(tx, granvik, after, 7); return err })
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				if r.Leaf != after+1 {
					t.Fatalf("leaf %d after %d", r.Leaf, after)
				}
				after = r.Leaf
				got++
			}
		}
		if got != 20 {
			t.Fatalf("%d followed, want the 20 in the tree", got)
		}
	})
}

// The anonymous route leaves no time: the hour is all that is stored, and the
// tree has it only when the hour is over.
func TestQuietEntriesAreHourly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		anyone := tilhor.Actor{Owner: granvik, Role: tilhor.RoleAnyone, School: "lia"}
		w := s.append(journal.Entry{
			Stream: "concern/c1", Act: "concerns.tell", When: tilhor.Now(monday), By: anyone, Quiet: true,
			Told: &journal.Told{For: []tilhor.Role{tilhor.RoleRektor}},
		})
		s.says("concern/c1", "concerns.read", monday.Add(time.Minute)) // waits behind it
		s.says("track/t1", "a", monday)
		if n := s.sequence(monday.Add(2 * time.Minute)); n != 1 {
			t.Fatalf("%d entered the tree within the hour", n)
		}
		if n := s.sequence(monday.Truncate(time.Hour).Add(time.Hour)); n != 2 {
			t.Fatalf("%d entered the tree after the hour", n)
		}
		s.holds()
		var r journal.Receipt
		s.read(func(tx *db.Tx) (err error) { r, err = s.j.Receipt(tx, granvik, w.ID); return err })
		if !r.At.Equal(monday.Truncate(time.Hour)) || r.Precision != tilhor.Hour || strings.Contains(string(r.File), "08:15") {
			t.Fatalf("%s", r.File)
		}
		if strings.Contains(s.dump(), fmt.Sprint(monday.UnixMilli())+`,"quiet":true`) {
			t.Fatal("the millisecond stands in the record")
		}
	})
}

// Nor does one that waits behind it pass it when the clock that signs is a little behind
// the one that wrote it.
func TestNothingPassesWhatWaitsInItsStream(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		anyone := tilhor.Actor{Owner: granvik, Role: tilhor.RoleAnyone, School: "lia"}
		s.append(journal.Entry{
			Stream: "concern/c1", Act: "concerns.tell", When: tilhor.Now(monday), By: anyone, Quiet: true,
			Told: &journal.Told{For: []tilhor.Role{tilhor.RoleRektor}},
		})
		s.says("concern/c1", "concerns.read", monday.Add(time.Minute))
		s.says("concern/c1", "concerns.take", monday.Add(time.Minute))
		s.says("track/t1", "a", monday.Add(time.Minute))
		if n := s.sequence(monday.Add(time.Minute - time.Second)); n != 1 {
			t.Fatalf("%d entered the tree within the hour", n)
		}
		if n := s.sequence(monday.Truncate(time.Hour).Add(time.Hour)); n != 3 {
			t.Fatalf("%d entered the tree after the hour", n)
		}
		s.holds()
	})
}

// A program from before let what came after one that waited for its hour into the tree
// first: such a record holds. That of two which waited for nothing the later stands first
// is named.
func TestAnOrderOfBeforeHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		anyone := tilhor.Actor{Owner: granvik, Role: tilhor.RoleAnyone, School: "lia"}
		turn := monday.Truncate(time.Hour).Add(time.Hour)
		for stream, read := range map[string]time.Time{"concern/c1": monday.Add(time.Minute), "concern/c2": turn.Add(5 * time.Millisecond)} {
			s.append(journal.Entry{
				Stream: stream, Act: "concerns.tell", When: tilhor.Now(monday), By: anyone, Quiet: true,
				Told: &journal.Told{For: []tilhor.Role{tilhor.RoleRektor}},
			})
			s.says(stream, "concerns.read", read)
		}
		first := func(stream string, one, two time.Time) { // lets the second in first; then both are as they were
			t.Helper()
			ready := func(seq int, at time.Time) {
				s.do(`UPDATE journal_entry SET ready = $1 WHERE stream = $2 AND seq = $3`, at.UnixMilli(), stream, seq)
			}
			ready(1, turn)
			ready(2, monday)
			if n := s.sequence(monday); n != 1 {
				t.Fatalf("%d entered the tree", n)
			}
			ready(1, one)
			ready(2, two)
		}
		first("concern/c1", turn, turn)
		first("concern/c2", turn, turn.Add(5*time.Millisecond))
		s.sequence(turn.Add(time.Hour))
		s.holds()
		s.says("track/t1", "a", monday)
		s.says("track/t1", "b", monday)
		first("track/t1", monday, monday)
		s.sequence(turn.Add(time.Hour))
		if r := s.verify(); len(r.Wrong) != 1 || r.Wrong[0].Kind != journal.Moved {
			t.Fatalf("%v", r.Wrong)
		}
	})
}

// Two processes sequence the same record, one of them dies, a third comes: the
// tree stays one, and every file of checkpoints is whole.
func TestTwoProcessesSequence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		two := journal.New(s.k)
		ctx := context.Background()
		now := monday
		for i := range 30 {
			s.says(fmt.Sprintf("track/%d", i%4), fmt.Sprint(i), now)
			var wg sync.WaitGroup
			for _, j := range []*journal.Journal{s.j, two} {
				if j == s.j && i > 20 {
					continue // it is gone
				}
				wg.Add(1)
				go func() {
					defer wg.Done()
					if _, err := j.Sequence(ctx, d, granvik, func() time.Time { return now }); err != nil {
						t.Error(err)
					}
				}()
			}
			wg.Wait()
			now = now.Add(time.Second)
		}
		if _, err := two.Sequence(ctx, d, granvik, func() time.Time { return now.Add(time.Minute) }); err != nil {
			t.Fatal(err)
		}
		r := s.verify()
		if !r.Holds() || r.Size != 30 || r.Pending != 0 || r.Witnessed < r.Checkpoints {
			t.Fatalf("%+v", r)
		}
	})
}

// Even when a lease runs out under a slow process, two trees never grow.
func TestTheTreeIsOneWithoutTheLease(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		for i := range 20 {
			s.says(fmt.Sprintf("track/%d", i), "a", monday)
		}
		var wg sync.WaitGroup
		for i := range 6 {
			j := journal.New(s.k)
			wg.Add(1)
			go func() { // each believes that the other's lease has run out
				defer wg.Done()
				j.Sequence(context.Background(), d, granvik, func() time.Time { return monday.Add(time.Duration(i) * time.Hour) })
			}()
		}
		wg.Wait()
		s.sequence(monday.Add(24 * time.Hour))
		if r := s.verify(); !r.Holds() || r.Size != 20 {
			t.Fatalf("%+v", r)
		}
	})
}

// One that stands still for half a minute, between reading the clock and asking for the
// lease, does not take the lease that another has taken meanwhile for that of a clock
// which ran ahead.
func TestWhoStoodStillTakesNoLeaseFromTheOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, now, read := open(t, d), monday, 0
		s.says("track/t1", "a", monday)
		late := func() time.Time {
			if read++; read == 1 {
				defer func() { now = monday.Add(30 * time.Second) }()
			}
			return now
		}
		at := func() time.Time { return monday.Add(25 * time.Second) }
		if got, err := d.Lease(context.Background(), granvik, "journal sequence", "other", at, 10*time.Second); err != nil || !got {
			t.Fatalf("%v, %v", got, err)
		}
		if n, err := s.j.Sequence(context.Background(), d, granvik, late); n != 0 || err != nil {
			t.Fatalf("it signed %d entries under the other's lease: %v", n, err)
		}
	})
}

func TestRunFollowsTheClockItIsGiven(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	s.says("track/t1", "a", monday)
	s.write(func(tx *db.Tx) error { _, err := s.k.Make(tx, granvik, seal.KindDraft, "d1"); return err })
	s.write(func(tx *db.Tx) error { return seal.Shred(tx, granvik, seal.KindDraft, "d1", monday) })
	ticks := make(chan time.Time)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.j.Run(context.Background(), s.d, ticks, func() time.Time { return monday.Add(time.Second) }, func(_ tilhor.OwnerID, err error) {
			if err != nil {
				t.Error(err)
			}
		})
	}()
	ticks <- monday
	ticks <- monday.Add(time.Second)
	close(ticks)
	<-done
	if r := s.verify(); r.Size != 1 || !r.Holds() {
		t.Fatalf("%+v", r)
	}
	if text, _ := s.k.File(granvik, seal.ShreddedFile); !strings.HasPrefix(string(text), "draft d1 ") {
		t.Fatalf("the shredding is not noted: %q", text)
	}
}

// A crash may leave half a checkpoint at the end of the file, or none of one
// that is in the database: the next pass makes the file whole.
func TestTheFileOfCheckpointsMends(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	path := filepath.Join(s.k.Folder(granvik), seal.CheckpointsFile)
	for i := range 5 {
		s.says("track/t1", "a", monday.Add(time.Duration(i)*time.Second))
		s.sequence(monday.Add(time.Duration(i) * time.Second))
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(whole) {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		s.j = journal.New(s.k)
		s.sequence(monday.Add(time.Minute))
		if got, _ := os.ReadFile(path); !bytes.Equal(got, whole) {
			t.Fatalf("cut at %d of %d: the file is\n%s", cut, len(whole), got)
		}
	}
	st, err := os.Stat(path)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", st.Mode(), err)
	}
	s.holds()
}

func TestAReceiptIsCheckedWithThePublicKeyAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		told := s.append(journal.Entry{
			Stream: "concern/c1", Act: "concerns.tell", Subject: "c1", When: tilhor.Now(monday), By: kari,
			Told: &journal.Told{For: []tilhor.Role{tilhor.RoleRektor, tilhor.RoleSocialTeacher}},
		})
		other := s.says("concern/c1", "concerns.read", monday)
		get := func(id tilhor.EntryID) (r journal.Receipt, err error) {
			err = d.Read(context.Background(), func(tx *db.Tx) error { r, err = s.j.Receipt(tx, granvik, id); return err })
			return r, err
		}
		if _, err := get(other.ID); !errors.Is(err, tilhor.ErrNotFound) {
			t.Fatalf("a receipt for what nobody told: %v", err)
		}
		before, err := get(told.ID)
		if err != nil || before.Proof != nil {
			t.Fatal(err, before.Proof)
		}
		for i := range 9 {
			s.says("track/t1", fmt.Sprint(i), monday)
		}
		s.sequence(monday)
		r, err := get(told.ID)
		if err != nil || !bytes.Equal(r.File, before.File) || r.Proof == nil {
			t.Fatalf("the receipt is not the same twice: %v\n%s", err, r.File)
		}
		public := s.k.Public(granvik)
		got, err := journal.CheckReceipt(public, append(append([]byte{}, r.File...), r.Proof...))
		if err != nil || got.School != "lia" || got.Entry != told.ID || got.TakenUp || len(got.For) != 2 {
			t.Fatalf("%+v %v", got, err)
		}
		c, err := journal.CheckProof(public, got.Hash, got.Proof)
		if err != nil || c.Size != 11 {
			t.Fatalf("%+v %v", c, err)
		}
		if _, err := journal.CheckProof(public, other.Hash, got.Proof); err == nil {
			t.Fatal("the proof of one entry proves another")
		}
		if _, err := journal.CheckReceipt(sealtest.Keys(t, granvik).Public(granvik), r.File); err == nil {
			t.Fatal("another's key checks the receipt")
		}
		for i := range r.File {
			bad := append([]byte{}, r.File...)
			bad[i] ^= 1
			if _, err := journal.CheckReceipt(public, bad); err == nil {
				t.Fatalf("a changed byte at %d is not seen:\n%s", i, bad)
			}
		}
		for i := range r.Proof {
			bad := append([]byte{}, r.Proof...)
			bad[i] ^= 1
			if c2, err := journal.CheckProof(public, got.Hash, bad); err == nil && c2.Root != c.Root {
				t.Fatalf("a changed byte at %d is not seen:\n%s", i, bad)
			}
		}
		if s, err := r.QR(); err != nil || !strings.HasPrefix(s, "<svg") {
			t.Fatal(err)
		}
		for _, l := range lang.Langs {
			text := r.Text(lang.For(l), "Lia skole")
			if strings.Contains(text, "⟦") || !strings.Contains(text, "Lia skole") || !strings.Contains(text, r.Short()) {
				t.Errorf("%s: %s", l, text)
			}
		}
	})
}
