package db_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"testing"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/db/dbtest/disk"
)

// A disk that stands still in the sync of a COMMIT, until the time of the write is
// over: the act is on disk. It is acknowledged, and it is there once, alone and in a
// batch. Some rounds, as the driver may come too late to say that the time was over.
func TestACommitOutlivesTheTimeOfItsWrite(t *testing.T) {
	for range 3 {
		for _, acts := range []int{1, 3} {
			k, err := disk.New()
			if err != nil {
				t.Fatal(err)
			}
			end, back := db.EndsWhen()
			d, err := db.Open(context.Background(), k.DSN(filepath.Join(t.TempDir(), "tilhor.db")))
			if err != nil {
				t.Fatal(err)
			}
			still := func() {
				end()
				for range 1000 { // the driver waits for the end in a goroutine of its own
					runtime.Gosched()
				}
			}
			act := func(int) error {
				return d.Write(context.Background(), func(tx *db.Tx) error {
					_, err := tx.Exec(put, "o", tilhor.NewID(), "") // another name each time it is run
					return err
				})
			}
			errs := dbtest.Together(d, acts, act, func() { k.Stall(still) })
			k.Stall(nil)
			if err := errors.Join(errs...); err != nil {
				t.Errorf("of %d acts that are on disk: %v", acts, err)
			}
			if n := rows(t, d, "o"); n != acts {
				t.Errorf("%d acts are there %d times", acts, n)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			back()
			k.Remove()
		}
	}
}
