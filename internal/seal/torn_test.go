package seal_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/seal"
	"tilhor/internal/seal/sealtest"
)

// The disk was full, or the power went, in the midst of a line: the next line
// stands on its own, and a restore can read them all.
func TestHalfALineStopsNoRestore(t *testing.T) {
	ctx, d := context.Background(), dbtest.SQLite(t)
	k := sealtest.Keys(t, granvik)
	for _, thing := range []string{"a", "b"} {
		err := d.Write(ctx, func(tx *db.Tx) error {
			key := k.New(granvik, seal.KindConcern, thing)
			if err := seal.Keep(tx, key); err != nil {
				return err
			}
			return seal.Shred(tx, granvik, seal.KindConcern, thing, monday)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n, err := k.NoteShreddings(ctx, d, granvik, monday); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	path := filepath.Join(k.Folder(granvik), seal.ShreddedFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(whole) {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		lines := bytes.Count(whole[:cut], []byte("\n"))
		if n, err := k.ApplyShreddings(ctx, d, granvik); n != lines || err != nil {
			t.Fatalf("cut at %d: %d shreddings, %v", cut, n, err)
		}
		if err := k.Append(granvik, seal.ShreddedFile, "concern c 1795419000000\n"); err != nil {
			t.Fatal(err)
		}
		if n, err := k.ApplyShreddings(ctx, d, granvik); n != lines+1 || err != nil {
			t.Fatalf("cut at %d and written on: %d shreddings, %v", cut, n, err)
		}
	}
}
