package seal_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/seal"
	"tilhor/internal/seal/sealtest"
)

// another is the keys of another machine: a copy of the folder of its own.
func another(t *testing.T, dir string) (string, *seal.Keys) {
	t.Helper()
	there := filepath.Join(t.TempDir(), "keys")
	if err := os.MkdirAll(filepath.Join(there, "granvik"), 0o700); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadDir(filepath.Join(dir, "granvik"))
	for _, e := range list {
		text, err2 := os.ReadFile(filepath.Join(dir, "granvik", e.Name()))
		if err = errors.Join(err, err2, os.WriteFile(filepath.Join(there, "granvik", e.Name()), text, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	k, err := seal.Open(there, granvik)
	if err != nil {
		t.Fatal(err)
	}
	return there, k
}

// listed are the things in the file of shreddings.
func listed(t *testing.T, k *seal.Keys) string {
	t.Helper()
	text, err := k.File(granvik, seal.ShreddedFile)
	if err != nil {
		t.Fatal(err)
	}
	var things []string
	for line := range strings.Lines(string(text)) {
		things = append(things, strings.Fields(line)[1])
	}
	return strings.Join(things, " ")
}

// Each of several machines brings its own file up to what the database says,
// whichever of them noted it there first; and when nothing is new it asks two
// questions and writes nothing.
func TestEachMachineNotesEveryShredding(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		dir := t.TempDir()
		here := sealtest.In(t, dir, granvik)
		_, there := another(t, dir)
		told(t, d, here, 0, 1500)
		var backup bytes.Buffer
		if _, err := d.Dump(ctx, &backup); err != nil {
			t.Fatal(err)
		}
		shred := func(things ...string) {
			t.Helper()
			for _, thing := range things {
				write(t, d, func(tx *db.Tx) error { return seal.Shred(tx, granvik, seal.KindTrack, thing, monday) })
			}
		}
		note := func(k *seal.Keys, want int) {
			t.Helper()
			if n, err := k.NoteShreddings(ctx, d, granvik, monday); n != want || err != nil {
				t.Fatalf("%d noted, want %d: %v", n, want, err)
			}
		}
		shred("t1")
		note(here, 1)
		note(there, 1) // noted already, by the other
		shred("t2", "t3")
		note(there, 2)
		shred("t4") // and one before the other has looked
		note(here, 3)
		note(there, 1)
		for _, k := range []*seal.Keys{here, there} {
			note(k, 0)
			if got := listed(t, k); got != "t1 t2 t3 t4" {
				t.Fatalf("the file has %q", got)
			}
			counted, n := db.Counted(ctx)
			if _, err := k.NoteShreddings(counted, d, granvik, monday); err != nil || n.Load() != 2 {
				t.Fatalf("%d statements when nothing is new, %v", n.Load(), err)
			}
		}

		// An older database put back beside the other's keys.
		old := dbtest.SQLite(t)
		if _, err := old.Load(ctx, &backup); err != nil {
			t.Fatal(err)
		}
		if n, err := there.ApplyShreddings(ctx, old, granvik); n != 4 || err != nil {
			t.Fatal(n, err)
		}
		old.Read(ctx, func(tx *db.Tx) error {
			if _, err := there.Get(tx, granvik, seal.KindTrack, "t1"); !errors.Is(err, seal.ErrShredded) {
				t.Error("what was shredded can be read again:", err)
			}
			return nil
		})
	})
}

// A machine that was away, and a folder put back from before a shredding that the
// database has as noted, have the lines again when the program begins; more of
// them than one page.
func TestAFileThatLacksShreddingsGetsThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		dir := t.TempDir()
		k := sealtest.In(t, dir, granvik)
		write(t, d, func(tx *db.Tx) error {
			return seal.Keep(tx, k.New(granvik, seal.KindConcern, "kept"))
		})
		told(t, d, k, 0, 2100)
		write(t, d, func(tx *db.Tx) error {
			for _, thing := range strings.Fields(things(2100)) {
				if err := seal.Shred(tx, granvik, seal.KindTrack, thing, monday); err != nil {
					return err
				}
			}
			return nil
		})
		away, _ := another(t, dir)
		for n := 2100; n > 0; {
			got, err := k.NoteShreddings(ctx, d, granvik, monday)
			if n -= got; err != nil || got == 0 {
				t.Fatal(n, got, err)
			}
		}
		for range 3 { // what is left to note in the database
			if n, err := k.NoteShreddings(ctx, d, granvik, monday); n != 0 || err != nil {
				t.Fatal(n, err)
			}
		}
		if err := os.WriteFile(filepath.Join(k.Folder(granvik), seal.ShreddedFile), []byte("track t7 1\ntrack t8"), 0o600); err != nil {
			t.Fatal(err)
		}
		for dir, want := range map[string]int{dir: 2099, away: 2100} {
			fresh, err := seal.Open(dir, granvik)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []int{want, 0} {
				if n, err := fresh.NoteShreddings(ctx, d, granvik, monday); n != want || err != nil {
					t.Fatal(n, want, err)
				}
			}
			if n := len(strings.Fields(listed(t, fresh))); n != 2100 {
				t.Fatalf("%d are in the file", n)
			}
		}
	})
}

// Two machines note while others shred: in the end each has all of it.
func TestTwoMachinesNoteAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		dir := t.TempDir()
		here := sealtest.In(t, dir, granvik)
		_, there := another(t, dir)
		told(t, d, here, 0, 60)
		var wg sync.WaitGroup
		fails := make(chan error, 300)
		for _, k := range []*seal.Keys{here, there} {
			wg.Go(func() {
				for range 40 {
					_, err := k.NoteShreddings(ctx, d, granvik, monday)
					fails <- err
				}
			})
		}
		wg.Go(func() {
			for _, thing := range strings.Fields(things(60)) {
				fails <- d.Write(ctx, func(tx *db.Tx) error { return seal.Shred(tx, granvik, seal.KindTrack, thing, monday) })
			}
		})
		wg.Wait()
		close(fails)
		for err := range fails {
			if err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // after both, nothing is left
			for _, k := range []*seal.Keys{here, there} {
				if _, err := k.NoteShreddings(ctx, d, granvik, monday); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, k := range []*seal.Keys{here, there} {
			if got := strings.Fields(listed(t, k)); len(got) != 60 {
				t.Fatalf("%d are in the file: %v", len(got), got)
			}
		}
	})
}

// Who notes walks through nothing again, for none of its owners; and another machine
// looks at what is new alone, also when the clock of who noted it is behind.
func TestWhatOneNotesIsALookForOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		dir := t.TempDir()
		here := sealtest.In(t, dir, granvik, "vik")
		_, there := another(t, dir)
		told(t, d, here, 0, 9)
		write(t, d, func(tx *db.Tx) error { return seal.Keep(tx, here.New("vik", seal.KindTrack, "v")) })
		note := func(k *seal.Keys, owner tilhor.OwnerID, at time.Time, want int, asks int64) {
			t.Helper()
			counted, n := db.Counted(ctx)
			if got, err := k.NoteShreddings(counted, d, owner, at); got != want || err != nil {
				t.Fatalf("%d noted, want %d: %v", got, want, err)
			}
			if asks > 0 && int64(n.Load()) != asks {
				t.Fatalf("%d statements, want %d", n.Load(), asks)
			}
		}
		shred := func(owner tilhor.OwnerID, thing string) {
			t.Helper()
			write(t, d, func(tx *db.Tx) error { return seal.Shred(tx, owner, seal.KindTrack, thing, monday) })
		}
		shred(granvik, "t0")
		shred("vik", "v")
		note(here, granvik, monday, 1, 0)
		note(here, "vik", monday, 1, 0)
		note(here, granvik, monday, 0, 2)
		note(here, "vik", monday, 0, 2)
		note(there, granvik, monday, 1, 0)
		for i := 1; i < 9; i += 2 {
			at := monday.Add(time.Duration(-i) * time.Hour)
			shred(granvik, "t"+strconv.Itoa(i))
			note(here, granvik, at, 1, 0)
			note(here, granvik, at, 0, 2)
			note(there, granvik, at, 1, 2)
			shred(granvik, "t"+strconv.Itoa(i+1))
			note(there, granvik, at, 1, 0)
			note(here, granvik, at, 1, 2)
			note(there, granvik, at, 0, 2)
		}
		for _, k := range []*seal.Keys{here, there} {
			if got := listed(t, k); got != strings.TrimSpace(things(9)) {
				t.Fatalf("the file has %q", got)
			}
		}
	})
}

// things are the names of the first n.
func things(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("t" + strconv.Itoa(i) + " ")
	}
	return b.String()
}
