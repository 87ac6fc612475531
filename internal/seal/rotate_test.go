package seal_test

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

	"tilhor/internal/beside"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/seal"
	"tilhor/internal/seal/sealtest"
)

var (
	allWrapped = db.SQL(`SELECT kind, thing, wrapped FROM seal_key WHERE owner = 'granvik' ORDER BY kind, thing`)
	putWrapped = db.SQL(`UPDATE seal_key SET wrapped = $2 WHERE owner = 'granvik' AND thing = $1`)
)

func wraps(t *testing.T, d *db.DB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		return tx.Each(allWrapped, func(scan db.Scan) error {
			var kind, thing string
			var wrapped []byte
			err := scan(&kind, &thing, &wrapped)
			out[kind+" "+thing] = wrapped
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func opens(t *testing.T, d *db.DB, k *seal.Keys, thing string, sealed []byte) error {
	t.Helper()
	return d.Read(context.Background(), func(tx *db.Tx) error {
		key, err := k.Get(tx, granvik, seal.KindTrack, thing)
		if err != nil {
			return err
		}
		said, err := key.Open("text", "r", sealed)
		if err == nil && said != "de venter på meg "+thing {
			t.Errorf("%s says %q", thing, said)
		}
		return err
	})
}

// told makes n things with a sealed word each.
func told(t *testing.T, d *db.DB, k *seal.Keys, from, n int) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	write(t, d, func(tx *db.Tx) error {
		for i := from; i < from+n; i++ {
			thing := fmt.Sprint("t", i)
			key := k.New(granvik, seal.KindTrack, thing)
			out[thing] = key.Seal("text", "r", "de venter på meg "+thing).Bytes
			if err := seal.Keep(tx, key); err != nil {
				return err
			}
		}
		return nil
	})
	return out
}

// rotate does what the command does, up to the wrapping.
func rotate(t *testing.T, d *db.DB, dir string, at time.Time) *seal.Keys {
	t.Helper()
	if err := seal.Prepare(dir, granvik); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.Advance(dir, granvik); err != nil {
		t.Fatal(err)
	}
	k, err := seal.Open(dir, granvik)
	if err != nil {
		t.Fatal(err)
	}
	write(t, d, func(tx *db.Tx) error { _, err := k.Current(tx, granvik, at); return err })
	return k
}

// The owner key is changed while another process, which has read only the old
// one, goes on: nothing becomes unreadable at any step, the sealed content is
// the same bytes, and the old key opens nothing afterwards.
func TestTheOwnerKeyIsChangedUnderARunningServer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		dir := t.TempDir()
		serves := sealtest.In(t, dir, granvik)
		sealed := told(t, d, serves, 0, 1200)
		write(t, d, func(tx *db.Tx) error { return seal.Shred(tx, granvik, seal.KindTrack, "t7", monday) })
		before := wraps(t, d)
		oldText, _ := os.ReadFile(filepath.Join(dir, "granvik", "owner.key"))
		disk := filepath.Join(t.TempDir(), "what lies on the disk")
		if err := os.Link(filepath.Join(dir, "granvik", "owner.key"), disk); err != nil {
			t.Fatal(err)
		}

		k := rotate(t, d, dir, monday)
		if k.KeyID(granvik) == serves.KeyID(granvik) {
			t.Fatal("the owner key is the same")
		}
		if !seal.Changing(dir, granvik) {
			t.Fatal("no old key lies beside the new")
		}
		if _, err := k.Retire(ctx, d, granvik, monday.Add(time.Second)); !errors.Is(err, seal.ErrTooSoon) {
			t.Fatal("retired at once:", err)
		}
		if w, err := k.Look(ctx, d, granvik); w != (seal.Wraps{Moved: 1199}) || err != nil {
			t.Fatal(w, err)
		}
		steps := 0
		w, err := k.Rewrap(ctx, d, granvik, func(seal.Wraps) {
			steps++
			for thing, s := range sealed { // at every step, both read all of it
				for _, keys := range []*seal.Keys{serves, k} {
					if err := opens(t, d, keys, thing, s); err != nil && thing != "t7" {
						t.Fatalf("%s at step %d: %v", thing, steps, err)
					}
				}
			}
		})
		if w != (seal.Wraps{Moved: 1199}) || err != nil || steps != 3 {
			t.Fatal(w, err, steps)
		}
		after := wraps(t, d)
		for thing := range before {
			if shredded := thing == "track t7"; bytes.Equal(before[thing], after[thing]) != shredded {
				t.Fatalf("%s: wrapped as before", thing)
			}
		}
		// Who had read only the old key writes with the new one from now on.
		more := told(t, d, serves, 2000, 3)
		if w, err := k.Look(ctx, d, granvik); w != (seal.Wraps{Current: 1202}) || err != nil {
			t.Fatal("wrapped with the old key: ", w, err)
		}
		// A write that began before, and came after: the last look finds it.
		write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(putWrapped, "t8", before["track t8"]); return err })
		if w, err := k.Retire(ctx, d, granvik, monday.Add(2*time.Minute)); w.Moved != 1 || err != nil {
			t.Fatal(w, err)
		}
		if seal.Changing(dir, granvik) {
			t.Fatal("the old key is still there")
		}
		if left, err := os.ReadFile(disk); err != nil || len(bytes.Trim(left, "\x00")) > 0 {
			t.Fatalf("a copy of the old key was written over, and not the key: %v", err)
		}
		fresh, err := seal.Open(dir, granvik)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []map[string][]byte{sealed, more} {
			for thing, s := range part {
				if err := opens(t, d, fresh, thing, s); (thing == "t7") != errors.Is(err, seal.ErrShredded) || thing != "t7" && err != nil {
					t.Fatal(thing, err)
				}
			}
		}
		// The control: with the old key alone nothing opens any more.
		os.WriteFile(filepath.Join(dir, "granvik", "owner.key"), oldText, 0o600)
		stale, err := seal.Open(dir, granvik)
		if err != nil {
			t.Fatal(err)
		}
		if w, err := stale.Look(ctx, d, granvik); w != (seal.Wraps{Broken: 1202}) || err != nil {
			t.Fatal("the old key still opens", w, err)
		}
		if err := stale.Fit(ctx, d, granvik); !errors.Is(err, seal.ErrBroken) {
			t.Fatal("the old keys fit:", err)
		}
		err = d.Write(ctx, func(tx *db.Tx) error { return seal.Keep(tx, stale.New(granvik, seal.KindTrack, "lost")) })
		if !errors.Is(err, seal.ErrRotated) {
			t.Fatal("a child's words would have been lost:", err)
		}
		err = d.Write(ctx, func(tx *db.Tx) error {
			_, err := stale.Make(tx, granvik, seal.KindTrack, "lost")
			return err
		})
		if err == nil {
			t.Fatal("a key was made with the old owner key")
		}
	})
}

// Cut off after any of its steps and begun again, a change of the owner key
// comes to the same end, and everything opens in between.
func TestAChangeCutOffAnywhereGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		dir := t.TempDir()
		folder := filepath.Join(dir, "granvik")
		first := sealtest.In(t, dir, granvik)
		sealed := told(t, d, first, 0, 700)
		at := func(step string) {
			t.Helper()
			k, err := seal.Open(dir, granvik)
			if err != nil {
				t.Fatal(step, err)
			}
			if err := k.Fit(ctx, d, granvik); err != nil {
				t.Fatal(step, err)
			}
			for _, thing := range []string{"t0", "t250", "t699"} {
				if err := opens(t, d, k, thing, sealed[thing]); err != nil {
					t.Fatalf("%s: %s %v", step, thing, err)
				}
			}
		}
		for range 2 { // Prepare is cut off in the middle of the file, and again after it
			os.WriteFile(filepath.Join(folder, "owner.next.key.part"), []byte("tilhor ow"), 0o600)
			if err := seal.Prepare(dir, granvik); err != nil {
				t.Fatal(err)
			}
			at("prepared")
		}
		next, _ := os.ReadFile(filepath.Join(folder, "owner.next.key"))
		now, _ := os.ReadFile(filepath.Join(folder, "owner.key"))
		os.WriteFile(filepath.Join(folder, "owner.old.key"), now, 0o600) // Advance is cut off between its two files
		at("half advanced")
		if resumed, err := seal.Advance(dir, granvik); resumed || err != nil {
			t.Fatal(resumed, err)
		}
		at("advanced")
		if got, _ := os.ReadFile(filepath.Join(folder, "owner.key")); !bytes.Equal(got, next) {
			t.Fatal("another key than was prepared")
		}
		if err := seal.Prepare(dir, granvik); err == nil {
			t.Fatal("a second change was begun before the first had ended")
		}
		if resumed, err := seal.Advance(dir, granvik); !resumed || err != nil {
			t.Fatal("it is not gone on with:", resumed, err)
		}
		k, err := seal.Open(dir, granvik)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Retire(ctx, d, granvik, monday); err == nil || !strings.Contains(err.Error(), "has not come to this database") {
			t.Fatal(err)
		}
		for i, want := range []bool{true, false} {
			write(t, d, func(tx *db.Tx) error {
				fresh, err := k.Current(tx, granvik, monday.Add(time.Duration(i)*time.Hour))
				if fresh != want {
					t.Error("noted as new:", fresh)
				}
				return err
			})
		}
		cut, stop := context.WithCancel(ctx)
		if _, err := k.Rewrap(cut, d, granvik, func(seal.Wraps) { stop() }); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		at("half wrapped anew")
		if w, err := k.Rewrap(ctx, d, granvik, nil); w != (seal.Wraps{Current: 500, Moved: 200}) || err != nil {
			t.Fatal(w, err)
		}
		// One key is spoilt: the old owner key is not destroyed.
		good := wraps(t, d)["track t5"]
		write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(putWrapped, "t5", []byte("\x01spoilt")); return err })
		if w, err := k.Retire(ctx, d, granvik, monday.Add(time.Hour)); w.Broken != 1 || err == nil || !seal.Changing(dir, granvik) {
			t.Fatal("retired over a key that does not open:", w, err)
		}
		write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(putWrapped, "t5", good); return err })
		if _, err := k.Retire(ctx, d, granvik, monday.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		at("retired")
		list, _ := os.ReadDir(folder)
		for _, e := range list {
			if strings.Contains(e.Name(), "old") || strings.Contains(e.Name(), "next") || strings.Contains(e.Name(), "part") {
				t.Errorf("%s was left", e.Name())
			}
		}
	})
}

// A second change is cut off between its two files, when the owner key has two
// names: the one that is called old is not retired, for it is the only key there
// is; gone on with, the change comes to its end.
func TestASecondChangeCutOffIsNotRetired(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		dir := t.TempDir()
		folder := filepath.Join(dir, "granvik")
		sealed := told(t, d, sealtest.In(t, dir, granvik), 0, 3)
		for n := range 2 {
			k := rotate(t, d, dir, monday.Add(time.Duration(n)*time.Hour))
			at := monday.Add(time.Duration(n)*time.Hour + 2*time.Minute)
			if w, err := k.Retire(ctx, d, granvik, at); w.Moved != 3 || err != nil {
				t.Fatal(w, err)
			}
			if err := seal.Prepare(dir, granvik); err != nil {
				t.Fatal(err)
			}
			now, old := filepath.Join(folder, "owner.key"), filepath.Join(folder, "owner.old.key")
			before, err := os.ReadFile(now)
			if err := errors.Join(err, os.Link(now, old)); err != nil { // and here Advance is cut off
				t.Fatal(err)
			}
			if seal.Changing(dir, granvik) || !seal.CutOff(dir, granvik) {
				t.Fatal("it is not seen that the change was cut off")
			}
			if k, err = seal.Open(dir, granvik); err != nil {
				t.Fatal(err)
			}
			if _, err := k.Retire(ctx, d, granvik, at); err == nil || !strings.Contains(err.Error(), "run tilhor key rotate") {
				t.Error("the key in use was retired:", err)
			}
			if after, err := os.ReadFile(now); err != nil || !bytes.Equal(before, after) {
				t.Fatal("the key in use was written over:", err)
			}
			for thing, s := range sealed {
				if err := opens(t, d, k, thing, s); err != nil {
					t.Fatal(thing, err)
				}
			}
		}
	})
}

// Killed between the two steps that destroy the old key, retire is run again, and
// nothing of that key is left.
func TestARetiringCutOffIsRunAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		dir := t.TempDir()
		folder := filepath.Join(dir, "granvik")
		sealed := told(t, d, sealtest.In(t, dir, granvik), 0, 3)
		k := rotate(t, d, dir, monday)
		if err := os.Link(filepath.Join(folder, "owner.old.key"), filepath.Join(dir, "disk")); err != nil {
			t.Fatal(err)
		}
		off := beside.On(folder, func(o beside.Op, _ string) (bool, error) {
			if o == beside.Writes {
				return false, errors.New("killed")
			}
			return false, nil
		})
		at := monday.Add(2 * time.Minute)
		_, err := k.Retire(ctx, d, granvik, at)
		if off(); err == nil || len(seal.Left(dir)) != 1 {
			t.Fatal("it was not cut off there:", err, seal.Left(dir))
		}
		if k, err = seal.Open(dir, granvik); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Retire(ctx, d, granvik, at); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(filepath.Join(dir, "disk")); err != nil || len(bytes.Trim(text, "\x00")) > 0 || len(seal.Left(dir)) > 0 {
			t.Fatal("the old key is still there:", err, seal.Left(dir))
		}
		if _, err := k.Retire(ctx, d, granvik, at); err == nil || !strings.Contains(err.Error(), "no old owner key") {
			t.Fatal("what is ended was retired again:", err)
		}
		// What a change that was cut off left of its copy is destroyed, and is no key
		// that was retired.
		if err := errors.Join(seal.Prepare(dir, granvik), os.WriteFile(filepath.Join(folder, "owner.old.key.part"), []byte("half"), 0o600)); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Retire(ctx, d, granvik, at); err == nil || len(seal.Left(dir)) > 0 {
			t.Fatal(err, seal.Left(dir))
		}
		for thing, s := range sealed {
			if err := opens(t, d, k, thing, s); err != nil {
				t.Fatal(thing, err)
			}
		}
	})
}

// Another machine has its own copy of the folder: with the next key laid there
// before, it goes on; without, it writes nothing that would be lost.
func TestAnotherMachineGetsTheNextKeyFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		here, there := t.TempDir(), t.TempDir()
		sealtest.In(t, here, granvik)
		if err := os.CopyFS(there, os.DirFS(here)); err != nil {
			t.Fatal(err)
		}
		modes := func() {
			os.Chmod(filepath.Join(there, "granvik"), 0o700)
			list, _ := os.ReadDir(filepath.Join(there, "granvik"))
			for _, e := range list {
				os.Chmod(filepath.Join(there, "granvik", e.Name()), 0o600)
			}
		}
		modes()
		far, err := seal.Open(there, granvik)
		if err != nil {
			t.Fatal(err)
		}
		told(t, d, far, 0, 5)
		if err := seal.Prepare(here, granvik); err != nil {
			t.Fatal(err)
		}
		next, _ := os.ReadFile(filepath.Join(here, "granvik", "owner.next.key"))
		k := rotate(t, d, here, monday)
		keep := func(thing string) error {
			return d.Write(context.Background(), func(tx *db.Tx) error { return seal.Keep(tx, far.New(granvik, seal.KindTrack, thing)) })
		}
		if err := keep("a"); !errors.Is(err, seal.ErrRotated) {
			t.Fatal("without the new key:", err)
		}
		if err := os.WriteFile(filepath.Join(there, "granvik", "owner.next.key"), next, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := keep("b"); err != nil {
			t.Fatal("with the new key:", err)
		}
		if w, err := k.Look(context.Background(), d, granvik); w != (seal.Wraps{Current: 1, Moved: 5}) || err != nil {
			t.Fatal(w, err)
		}
	})
}

// Two change the owner key at once while others write and shred: every key is
// under the new one in the end, and what was shredded stays shredded.
func TestManyAtOnceWhileTheKeyIsChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		dir := t.TempDir()
		serves := sealtest.In(t, dir, granvik)
		sealed := told(t, d, serves, 0, 600)
		k := rotate(t, d, dir, monday)
		var wg sync.WaitGroup
		fails := make(chan error, 100)
		for w := range 2 {
			wg.Go(func() {
				if _, err := k.Rewrap(ctx, d, granvik, nil); err != nil {
					fails <- err
				}
			})
			wg.Go(func() {
				for i := range 30 {
					err := d.Write(ctx, func(tx *db.Tx) error {
						if err := seal.Shred(tx, granvik, seal.KindTrack, fmt.Sprint("t", 100+i*7+w), monday); err != nil {
							return err
						}
						return seal.Keep(tx, serves.New(granvik, seal.KindTrack, fmt.Sprint("new", w, "-", i)))
					})
					if err != nil {
						fails <- err
					}
				}
			})
		}
		wg.Wait()
		close(fails)
		for err := range fails {
			t.Fatal(err)
		}
		if w, err := k.Retire(ctx, d, granvik, monday.Add(time.Hour)); w.Current+w.Moved != 600 || w.Broken != 0 || err != nil {
			t.Fatal(w, err)
		}
		gone := 0
		for thing, s := range sealed {
			switch err := opens(t, d, serves, thing, s); {
			case errors.Is(err, seal.ErrShredded):
				gone++
			case err != nil:
				t.Fatal(thing, err)
			}
		}
		if gone != 60 {
			t.Fatalf("%d are shredded, want 60", gone)
		}
	})
}
