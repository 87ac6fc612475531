package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/beside"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
	"tilhor/internal/soak"
	"tilhor/internal/work"

	"filippo.io/age"
)

// archives are the newest two in a folder.
func archives(t *testing.T, dir string) (data, keys string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*"+dataSuffix))
	if err != nil || len(all) == 0 {
		t.Fatal("no archive in", dir, err)
	}
	data = all[len(all)-1]
	return data, strings.TrimSuffix(data, dataSuffix) + keysSuffix
}

// inArchive is the copy that a data archive holds.
func inArchive(t *testing.T, path, identity string) []byte {
	t.Helper()
	ids, err := identities([]string{identity})
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	if err := data(path, ids, func(r io.Reader) error { out, err = io.ReadAll(r); return err }); err != nil {
		t.Fatal(err)
	}
	return out
}

// fresh is a place to restore to.
func (b box) fresh() box {
	b.t.Helper()
	dir := b.t.TempDir()
	return box{b.t, "sqlite:" + filepath.Join(dir, "x.db"), filepath.Join(dir, "keys"), b.dir}
}

// nothing says what a refused restore has left.
func (b box) nothing() error {
	for _, path := range []string{strings.TrimPrefix(b.dsn, "sqlite:"), b.keys} {
		if _, err := os.Stat(path); err == nil {
			return fmt.Errorf("%s was left", path)
		}
	}
	return nil
}

// Any flipped bit and any cut in either archive is refused, and leaves nothing:
// a sample of the bits each time, every byte of both at length.
func TestEveryBackupByteIsGuarded(t *testing.T) {
	b, _ := lived(t, dbtest.SQLiteDSN(t))
	public, identity := b.recipient()
	out := filepath.Join(b.dir, "out")
	b.must(0, b.with("backup", "--to", out, "--recipient", public)...)
	dataFile, keysFile := archives(t, out)
	target := b.fresh()
	refused := func(what string) {
		t.Helper()
		code, said := target.runs(target.with("restore", "--from", dataFile, "--keys-from", keysFile, "--identity", identity)...)
		if code == 0 {
			t.Fatalf("%s: was restored", what)
		}
		if err := target.nothing(); err != nil {
			t.Fatalf("%s: %v (%s)", what, err, said)
		}
	}
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	for _, path := range []string{dataFile, keysFile} {
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		n := min(len(whole), soak.Times(100, len(whole)))
		for k := range n {
			at, bit := k*len(whole)/n, rng.IntN(8)
			if n < len(whole) {
				at += rng.IntN(len(whole) / n)
			}
			set(t, path, at, whole[at]^1<<bit)
			refused(fmt.Sprintf("%s: bit %d of byte %d flipped", filepath.Base(path), bit, at))
			set(t, path, at, whole[at])
			if k%max(1, n/20) == 0 {
				put(t, path, whole[:at])
				refused(fmt.Sprintf("%s: cut at %d", filepath.Base(path), at))
				put(t, path, whole)
			}
		}
		put(t, path, append(bytes.Clone(whole), 0))
		refused("one byte more")
		put(t, path, nil)
		refused("empty")
		put(t, path, whole)
	}
	// The control: whole, it is restored.
	target.must(0, target.with("restore", "--from", out, "--identity", identity)...)
}

// set writes one byte in its place: many small changes to a file that is written
// anew each time would be many waits for the disk.
func set(t *testing.T, path string, at int, b byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt([]byte{b}, int64(at))
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Archives that are whole but not the right ones: refused, said why, and
// nothing is left behind, in the database that was there least of all.
func TestArchivesThatDoNotBelongTogether(t *testing.T) {
	b, _ := lived(t, dbtest.SQLiteDSN(t))
	public, identity := b.recipient()
	_, stranger := b.recipient()
	out := filepath.Join(b.dir, "out")
	b.must(0, b.with("backup", "--to", out, "--recipient", public)...)
	dataFile, keysFile := archives(t, out)

	other := box{t, dbtest.SQLiteDSN(t), filepath.Join(t.TempDir(), "keys"), t.TempDir()}
	other.must(0, "key", "init", "--keys", other.keys, "--owner", "bergvik")
	other.spoil(`INSERT INTO db_meta (owner, name, value) VALUES ('bergvik', 'a', 'b')`)
	theirs := filepath.Join(other.dir, "out")
	other.must(0, other.with("backup", "--to", theirs, "--recipient", public)...)
	_, theirKeys := archives(t, theirs)

	same := box{t, dbtest.SQLiteDSN(t), filepath.Join(t.TempDir(), "keys"), t.TempDir()}
	same.must(0, "key", "init", "--keys", same.keys, "--owner", "granvik")
	same.spoil(`INSERT INTO db_meta (owner, name, value) VALUES ('granvik', 'a', 'b')`)
	sameOut := filepath.Join(same.dir, "out")
	same.must(0, same.with("backup", "--to", sameOut, "--recipient", public)...)
	_, sameKeys := archives(t, sameOut)

	for what, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"swapped":                    {[]string{"--from", keysFile, "--keys-from", dataFile, "--identity", identity}, 1, "refused"},
		"data for keys":              {[]string{"--from", dataFile, "--keys-from", dataFile, "--identity", identity}, 1, "refused"},
		"another's identity":         {[]string{"--from", out, "--identity", stranger}, 1, "refused"},
		"another owner's keys":       {[]string{"--from", dataFile, "--keys-from", theirKeys, "--identity", identity}, 1, "no keys of granvik"},
		"other keys of a namesake":   {[]string{"--from", dataFile, "--keys-from", sameKeys, "--identity", identity}, 1, "do not open it"},
		"no keys at all":             {[]string{"--from", copyAlone(t, dataFile), "--identity", identity}, 2, "no archive of keys"},
		"no such folder":             {[]string{"--from", out + "x", "--identity", identity}, 2, "nothing at"},
		"an identity that is no one": {[]string{"--from", out, "--identity", dataFile}, 2, "not an age identity"},
		// Whole, and sealed to the right recipient, but made by somebody else.
		"somebody else's pair": {[]string{"--from", sameOut, "--identity", identity, "--key", filepath.Join(b.keys, "granvik", "owner.pub")}, 1, "somebody else made it"},
	} {
		target := b.fresh()
		if said := target.must(c.code, append(target.with("restore"), c.args...)...); !strings.Contains(said, c.says) {
			t.Errorf("%s: said %s", what, said)
		}
		if err := target.nothing(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	// A database that holds something is left as it is, and no keys come.
	for _, dsn := range []string{dbtest.SQLiteDSN(t), dbtest.PostgresDSN(t)} {
		full := box{t, dsn, filepath.Join(t.TempDir(), "keys"), b.dir}
		full.spoil(`INSERT INTO db_meta (owner, name, value) VALUES ('x', 'real', 'yes')`)
		before := rowsOf(t, dsn)
		full.must(1, full.with("restore", "--from", out, "--identity", identity)...)
		if rowsOf(t, dsn) != before {
			t.Error("a refused restore changed what was there")
		}
		if _, err := os.Stat(full.keys); err == nil {
			t.Error("a refused restore left keys")
		}
	}
	good := b.fresh()
	good.must(0, good.with("restore", "--from", out, "--identity", identity, "--key", filepath.Join(b.keys, "granvik", "owner.pub"))...) // the control
}

// A backup during which the owner key was changed would have keys that do not
// open its data: it is refused.
func TestABackupWithTheKeyChangedUnderItIsRefused(t *testing.T) {
	b, _ := lived(t, dbtest.SQLiteDSN(t))
	owners, err := seal.Owners(b.keys)
	if err != nil {
		t.Fatal(err)
	}
	before, err := seal.Open(b.keys, owners...)
	if err != nil {
		t.Fatal(err)
	}
	if err := sameKeys(before, b.keys, owners); err != nil { // the control
		t.Fatal(err)
	}
	b.must(0, b.with("key", "rotate")...)
	if err := sameKeys(before, b.keys, owners); err == nil {
		t.Fatal("the keys changed, and nobody said so")
	}
	prepared, err := seal.Open(b.keys, owners...) // both keys are in this archive
	if err != nil {
		t.Fatal(err)
	}
	if err := sameKeys(prepared, b.keys, owners); err != nil {
		t.Fatal(err)
	}
}

// Beside a copy of the keys that no server runs beside, the list of what was shredded is
// brought up to date before it is packed.
func TestABackupHasAllThatWasShredded(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, _ string) {
		b, _ := lived(t, dsn)
		public, _ := b.recipient()
		b.shredReadings()
		shredded := filepath.Join(b.keys, "granvik", seal.ShreddedFile)
		right, err := os.ReadFile(shredded)
		if err != nil {
			t.Fatal(err)
		}
		put(t, shredded, nil)
		b.must(0, b.with("backup", "--to", filepath.Join(b.dir, "out"), "--recipient", public)...)
		if got, err := os.ReadFile(shredded); err != nil || !bytes.Equal(got, right) {
			t.Fatalf("%q, want %q: %v", got, right, err)
		}
	})
}

// What a server shreds and notes after the keys were read, and before the data are, is
// in the archive of keys: restored where nothing else is, the backup is proven. And
// what something that was cut off left beside the keys is not copied.
func TestABackupHasWhatWasShreddedMeanwhile(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, empty string) {
		b, _ := lived(t, dsn)
		public, identity := b.recipient()
		out := filepath.Join(b.dir, "out")
		put(t, filepath.Join(b.keys, "granvik", "owner.old.key.part"), []byte("tilhor owner key 1"))
		var once sync.Once
		off := beside.On(out, func(_ beside.Op, path string) (bool, error) {
			if strings.Contains(path, dataSuffix) {
				once.Do(b.shredReadings)
			}
			return false, nil
		})
		b.must(0, b.with("backup", "--to", out, "--recipient", public)...)
		off()
		target := box{t, empty, filepath.Join(t.TempDir(), "keys"), b.dir}
		if said := target.must(0, target.with("restore", "--from", out, "--identity", identity)...); !strings.Contains(said, "granvik: 1 shreddings applied") {
			t.Error(said)
		}
		if left := seal.Left(target.keys); len(left) > 0 {
			t.Error("copied too:", left)
		}
	})
}

// A second backup in the same second is refused, and leaves the first whole.
func TestABackupLeavesAnothersKeys(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, _ string) {
		b, _ := lived(t, dsn)
		public, _ := b.recipient()
		out, other, keys := filepath.Join(b.dir, "out"), filepath.Join(b.dir, "other"), filepath.Join(b.dir, "keys-apart")
		b.must(0, b.with("backup", "--to", out, "--keys-to", keys, "--recipient", public)...)
		for _, to := range []string{out, other} {
			if said := b.must(1, b.with("backup", "--to", to, "--keys-to", keys, "--recipient", public)...); !strings.Contains(said, "already") {
				t.Fatal(said)
			}
			if all, err := filepath.Glob(filepath.Join(keys, "*"+keysSuffix)); err != nil || len(all) != 1 {
				t.Fatalf("the keys of the first are %v: %v", all, err)
			}
		}
		if all, err := filepath.Glob(filepath.Join(other, "*")); err != nil || len(all) != 0 {
			t.Fatalf("a backup without its keys was left: %v, %v", all, err)
		}
	})
}

// A restore that breaks off with every row loaded, but before what was shredded
// since is shredded again, is not served and not read; it says what to do, and done
// so it goes through.
func TestARestoreThatBreaksOffIsNotServed(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, empty string) {
		b, _ := lived(t, dsn)
		public, identity := b.recipient()
		out := filepath.Join(b.dir, "out")
		b.must(0, b.with("backup", "--to", out, "--recipient", public)...)
		b.shredReadings()
		shredded := filepath.Join(b.keys, "granvik", seal.ShreddedFile)
		right, err := os.ReadFile(shredded)
		if err != nil {
			t.Fatal(err)
		}
		put(t, shredded, append([]byte("cannot be read\n"), right...))
		restore := []string{"restore", "--from", out, "--identity", identity}
		target := box{t, empty, b.keys, b.dir}
		if said := target.must(1, target.with(restore...)...); !strings.Contains(said, "broke off") || !strings.Contains(said, "run it again") {
			t.Fatal(said)
		}
		if err := target.fitToServe(); err == nil || !strings.Contains(err.Error(), "broke off") {
			t.Fatal("what a restore left that broke off may be served:", err)
		}
		target.must(2, target.with("journal", "verify")...)
		if _, err := (Where{DB: target.dsn, Keys: target.keys}).roster(t.Context(), true); err == nil || !strings.Contains(err.Error(), "Empty the place") {
			t.Fatal("lists may be put into it:", err)
		}
		put(t, shredded, right)
		if said := target.must(1, target.with(restore...)...); !strings.Contains(said, "broke off") || !strings.Contains(said, "run it again") {
			t.Fatal(said)
		}
		again := b.fresh()
		again.keys = b.keys
		if said := again.must(0, again.with(restore...)...); !strings.Contains(said, "1 shreddings applied") {
			t.Fatal(said)
		}
		if err := again.fitToServe(); err != nil {
			t.Fatal(err)
		}
	})
}

// Cut off while it places the keys, a restore is run again and goes through: nothing
// stands in its way, not half a folder of keys and not a database without rows.
func TestARestoreCutOffAtTheKeysIsRunAgain(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, empty string) {
		b, _ := lived(t, dsn)
		public, identity := b.recipient()
		out := filepath.Join(b.dir, "out")
		b.must(0, b.with("backup", "--to", out, "--recipient", public)...)
		target := box{t, empty, filepath.Join(t.TempDir(), "keys"), b.dir}
		restore := target.with("restore", "--from", out, "--identity", identity)
		n := 0
		off := beside.On(target.keys, func(beside.Op, string) (bool, error) {
			if n++; n == 3 {
				return false, syscall.EIO
			}
			return false, nil
		})
		said := target.must(1, restore...)
		off()
		if !strings.Contains(said, "put the keys in place") {
			t.Fatal(said)
		}
		if path, ok := db.SQLitePath(empty); ok {
			if _, err := os.Stat(path); err == nil {
				t.Error("a database was made before its keys were in place")
			}
		}
		// A process that is killed leaves what an error takes away.
		part := filepath.Join(target.keys, "granvik.part")
		if err := os.MkdirAll(part, 0o700); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(part, "owner.key"), []byte("tilhor ow"))
		target.must(0, restore...)
		if _, err := os.Stat(part); err == nil {
			t.Error("half a folder of keys was left")
		}
	})
}

// A backup of a newer program is refused before anything is made.
func TestABackupOfANewerProgramIsRefused(t *testing.T) {
	b := box{t, dbtest.SQLiteDSN(t), filepath.Join(t.TempDir(), "keys"), t.TempDir()}
	b.must(0, "key", "init", "--keys", b.keys, "--owner", "granvik")
	public, identity := b.recipient()
	id, err := age.ParseX25519Recipient(public)
	if err != nil {
		t.Fatal(err)
	}
	newest, err := db.Newest()
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(b.dir, "tilhor-20261123T020000Z")
	to := []age.Recipient{id}
	files, err := copyKeys(b.keys, []tilhor.OwnerID{"granvik"})
	err = errors.Join(err,
		archive(out+keysSuffix, to, func(w io.Writer) error { return writeKeys(w, files, recordNow) }),
		archive(out+dataSuffix, to, func(w io.Writer) error {
			z := gzip.NewWriter(w)
			_, err := fmt.Fprintf(z, `{"format":"tilhor database 1","schema":%d}`+"\n"+`{"done":true}`+"\n", newest+1)
			return errors.Join(err, z.Close())
		}))
	if err != nil {
		t.Fatal(err)
	}
	target := b.fresh()
	if said := target.must(1, target.with("restore", "--from", b.dir, "--identity", identity)...); !strings.Contains(said, "newer version") {
		t.Error(said)
	}
	if err := target.nothing(); err != nil {
		t.Error(err)
	}
}

// A backup and a restore are of every owner, whoever is named; and what belongs to
// somebody whose keys are not there is not called backed up.
func TestABackupIsOfEveryOwner(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, empty string) {
		b, _ := lived(t, dsn)
		public, identity := b.recipient()
		b.must(0, "key", "init", "--keys", b.keys, "--owner", "bergvik")
		b.spoil(`INSERT INTO db_meta (owner, name, value) VALUES ('bergvik', 'a', 'b')`)
		out := filepath.Join(b.dir, "out")
		b.must(0, b.with("backup", "--owner", "bergvik", "--to", out, "--recipient", public)...)
		b.shredReadings()
		target := box{t, empty, b.keys, b.dir}
		t.Setenv("TILHOR_OWNER", "bergvik")
		if said := target.must(0, target.with("restore", "--from", out, "--identity", identity)...); !strings.Contains(said, "granvik: 1 shreddings applied") {
			t.Error("what was shredded for another owner than the one named is back:", said)
		}
		apart := b.fresh() // with nothing but the archives
		apart.must(0, apart.with("restore", "--from", out, "--identity", identity)...)
		if err := os.Rename(filepath.Join(b.keys, "bergvik"), filepath.Join(b.dir, "bergvik")); err != nil {
			t.Fatal(err)
		}
		lost := filepath.Join(b.dir, "lost")
		if said := b.must(1, b.with("backup", "--to", lost, "--recipient", public)...); !strings.Contains(said, "no keys of bergvik") {
			t.Error(said)
		}
		if left := archivesIn(t, lost); len(left) > 0 {
			t.Error("left:", left)
		}
	})
}

// shredReadings shreds what was read, and notes it beside the keys.
func (b box) shredReadings() {
	b.t.Helper()
	ctx := context.Background()
	b.inside(func(d *db.DB, _ *journal.Journal) error {
		k, err := seal.Open(b.keys, "granvik")
		if err != nil {
			return err
		}
		err = d.Write(ctx, func(tx *db.Tx) error {
			return seal.Shred(tx, "granvik", seal.KindReadings, fmt.Sprintf("lia/%d", recordNow.Year()), recordNow)
		})
		if err != nil {
			return err
		}
		_, err = k.NoteShreddings(ctx, d, "granvik", recordNow)
		return err
	})
}

// fitToServe asks as serve does.
func (b box) fitToServe() (err error) {
	b.inside(func(d *db.DB, _ *journal.Journal) error { err = fitToServe(context.Background(), d); return nil })
	return err
}

func copyAlone(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := copyFile(path, to); err != nil {
		t.Fatal(err)
	}
	return to
}

// A backup made while the schools work is one moment: restored on the other
// engine it is row for row what the archive holds, the record and the duties
// hold, what was answered before is there once, what was begun after is not.
func TestEveryBackupUnderLoadIsOneMoment(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, empty string) {
		ctx := context.Background()
		b, p, _ := atWork(t, dsn, 30)
		public, identity := b.recipient()
		for round := range soak.Times(1, 50) {
			out := filepath.Join(b.dir, fmt.Sprint("out", round))
			before, after := b.underLoad(p, round, func() {
				b.must(0, b.with("backup", "--to", out, "--recipient", public)...)
			})
			dataFile, _ := archives(t, out)
			target := box{t, empty, filepath.Join(t.TempDir(), "keys"), b.dir}
			if round > 0 {
				target = b.fresh()
				target.t = t
			}
			target.must(0, target.with("restore", "--from", out, "--identity", identity)...)
			if !bytes.Equal(inArchive(t, dataFile, identity), []byte(rowsOf(t, target.dsn))) {
				t.Fatal("the rows are not those of the archive")
			}
			there := target.reopen(recordNow)
			if err := there.Holds(ctx); err != nil {
				t.Fatal(err)
			}
			f := there.Finder()
			if err := f.Look(ctx); err != nil {
				t.Fatal(err)
			}
			for _, id := range before {
				if f.Count(id) != 1 {
					t.Fatalf("%s was answered before the backup, and is there %d times", id, f.Count(id))
				}
			}
			for _, id := range after {
				if f.Count(id) != 0 {
					t.Fatalf("%s was begun after the backup, and is in it", id)
				}
			}
			there.Close()
		}
		// The control: a copy whose tables are of two moments is seen not to hold.
		if err := torn(t, b, p); !errors.Is(err, work.ErrRecord) {
			t.Fatal("a torn copy was not caught:", err)
		}
	})
}

// underLoad has the schools work while something is done, and gives what was
// answered before it began and what was begun after it ended.
func (b box) underLoad(p *work.Place, round int, do func()) (before, after []string) {
	b.t.Helper()
	ctx := context.Background()
	var mu sync.Mutex
	var wg sync.WaitGroup
	var phase atomic.Int32 // 0 before, 1 while, 2 after, 3 end
	for w := range 4 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(round), uint64(w)))
			for phase.Load() < 3 {
				begun := phase.Load()
				id, err := p.Do(ctx, rng)
				if err == nil && w == 0 {
					err = p.Tend(ctx)
				}
				if err != nil {
					b.t.Error(id, err)
					return
				}
				mu.Lock()
				if phase.Load() == 0 {
					before = append(before, id)
				}
				if begun == 2 {
					after = append(after, id)
				}
				mu.Unlock()
			}
		})
	}
	count := func(list *[]string, n int) func() bool {
		return func() bool { mu.Lock(); defer mu.Unlock(); return len(*list) >= n || b.t.Failed() }
	}
	waitFor(b.t, count(&before, 20))
	mu.Lock()
	phase.Store(1)
	mu.Unlock()
	do()
	phase.Store(2)
	waitFor(b.t, count(&after, 5))
	phase.Store(3)
	wg.Wait()
	return before, after
}

// torn is a copy that was made table by table while others wrote: the heads of
// the streams of an earlier moment, everything else of a later one.
func torn(t *testing.T, b box, p *work.Place) error {
	t.Helper()
	early := rowsOf(t, b.dsn)
	does(t, p, rand.New(rand.NewPCG(3, 3)), 15)
	late := rowsOf(t, b.dsn)
	section := func(text string) (from, to int) {
		from = strings.Index(text, `{"table":"journal_head"`)
		end := strings.Index(text[from:], `{"end":"journal_head"`)
		return from, from + end + strings.Index(text[from+end:], "\n") + 1
	}
	ef, et := section(early)
	lf, lt := section(late)
	target := b.fresh()
	d, err := db.Open(context.Background(), target.dsn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Load(context.Background(), strings.NewReader(late[:lf]+early[ef:et]+late[lt:])); err != nil {
		t.Fatal(err)
	}
	d.Close()
	target.keys = b.keys
	there := target.reopen(recordNow)
	defer there.Close()
	return there.Verify(context.Background())
}

// Every backup of some days, of a year at length: each is restored with its own
// keys and is that evening's rows; and each is restored beside the living keys,
// with what was shredded since shredded again, though the owner key has been
// changed in between.
func TestEveryBackupOfAYear(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, _ string) {
		ctx := context.Background()
		now := recordNow.AddDate(-1, 0, 0)
		clock := func() time.Time { return now }
		b := box{t, dsn, filepath.Join(t.TempDir(), "keys"), t.TempDir()}
		p, err := work.Open(ctx, dsn, b.keys, clock)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		public, identity := b.recipient()
		at := func(args ...string) {
			t.Helper()
			var said bytes.Buffer
			if code := run(&App{In: strings.NewReader(""), Out: &said, Err: &said, Clock: clock}, args); code != 0 {
				t.Fatalf("%s: exit %d\n%s", args[:2], code, said.String())
			}
		}
		out := filepath.Join(b.dir, "out")
		days := soak.Times(3, 365)
		rng := rand.New(rand.NewPCG(9, 9))
		var evenings []string
		changed := 0 // the last day on which the owner key was changed
		for day := range days {
			now = now.AddDate(0, 0, 1)
			does(t, p, rng, 10)
			keepDraft(t, p, day)
			if day > 0 {
				shredDraft(t, p, day-1, now)
			}
			if day%100 == 1 {
				changed = day
				at(b.with("key", "rotate")...)
				at("key", "backup", "--keys", b.keys, "--to", filepath.Join(b.dir, fmt.Sprint("shares", day)))
				now = now.Add(2 * time.Minute)
				at(b.with("key", "retire")...)
				if err := p.Tend(ctx); err != nil {
					t.Fatal(err)
				}
			}
			at(b.with("backup", "--to", out, "--recipient", public)...)
			data, _ := archives(t, out)
			if string(inArchive(t, data, identity)) != rowsOf(t, dsn) {
				t.Fatalf("day %d: the archive is not the evening's rows", day)
			}
			evenings = append(evenings, data)
		}
		newest := strings.TrimSuffix(evenings[days-1], dataSuffix) + keysSuffix
		for day, data := range evenings {
			last := day == days-1
			own := b.fresh()
			at(own.with("restore", "--from", data, "--identity", identity)...)
			if rowsOf(t, own.dsn) != string(inArchive(t, data, identity)) {
				t.Fatalf("day %d: what was restored is not that evening's rows", day)
			}
			own.drafts(day, day)
			own.clean()

			living := b.fresh()
			if err := os.CopyFS(living.keys, os.DirFS(b.keys)); err != nil {
				t.Fatal(err)
			}
			tighten(t, living.keys)
			code, said := living.runs(living.with("restore", "--from", data, "--identity", identity)...)
			if !strings.Contains(said, fmt.Sprintf("%d shreddings applied", days-1)) || strings.Contains(said, "older database") == last || (code == 0) != last {
				t.Fatalf("day %d beside the living keys: exit %d\n%s", day, code, said)
			}
			if strings.Contains(said, "wrapped anew, from an earlier owner key") != (day < changed) {
				t.Fatalf("day %d: %s", day, said)
			}
			living.drafts(day, days-1)
			living.clean()
			if day%50 > 1 {
				continue
			}
			// Older data with the newest archive of keys, and nothing else.
			apart := b.fresh()
			code, said = apart.runs(apart.with("restore", "--from", data, "--keys-from", newest, "--identity", identity)...)
			if day < changed {
				if err := apart.nothing(); code != 1 || !strings.Contains(said, "before the owner key was changed") || err != nil {
					t.Fatalf("day %d with the newest keys: exit %d %v\n%s", day, code, err, said)
				}
				continue
			}
			apart.drafts(day, days-1)
			apart.clean()
		}
	})
}

// keepDraft writes the draft of a day, which is shredded the day after.
func keepDraft(t *testing.T, p *work.Place, day int) {
	t.Helper()
	err := p.DB.Write(context.Background(), func(tx *db.Tx) error {
		return seal.Keep(tx, p.Keys.New(work.Owner, seal.KindDraft, fmt.Sprint("draft", day)))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func shredDraft(t *testing.T, p *work.Place, day int, now time.Time) {
	t.Helper()
	ctx := context.Background()
	err := p.DB.Write(ctx, func(tx *db.Tx) error {
		return seal.Shred(tx, work.Owner, seal.KindDraft, fmt.Sprint("draft", day), now)
	})
	if err == nil {
		_, err = p.Keys.NoteShreddings(ctx, p.DB, work.Owner, now)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// drafts looks at the drafts of the days up to one: those before gone are
// shredded, the others open.
func (b box) drafts(day, gone int) {
	b.t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, b.dsn)
	if err != nil {
		b.t.Fatal(err)
	}
	defer d.Close()
	k, err := seal.Open(b.keys, work.Owner)
	if err != nil {
		b.t.Fatal(err)
	}
	err = d.Read(ctx, func(tx *db.Tx) error {
		for i := range day + 1 {
			_, err := k.Get(tx, work.Owner, seal.KindDraft, fmt.Sprint("draft", i))
			if shredded := errors.Is(err, seal.ErrShredded); shredded != (i < gone) || err != nil && !shredded {
				b.t.Errorf("the draft of day %d, looked at in the backup of day %d: %v", i, day, err)
			}
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// clean removes a place that is done with: a year of them would fill the disk.
func (b box) clean() { os.RemoveAll(filepath.Dir(strings.TrimPrefix(b.dsn, "sqlite:"))) }

// tighten gives copied keys the modes that keys have.
func tighten(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}
