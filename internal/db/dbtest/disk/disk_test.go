package disk_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/db/dbtest/disk"
)

var (
	put   = db.SQL(`INSERT INTO db_meta (owner, name, value) VALUES ('o', $1, 'x')`)
	count = db.SQL(`SELECT COUNT(*) FROM db_meta WHERE owner = 'o'`)
)

func write(d *db.DB, name string) error {
	return d.Write(context.Background(), func(tx *db.Tx) error { _, err := tx.Exec(put, name); return err })
}

func rows(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) error { return tx.One(count, nil, &n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func open(t *testing.T, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func newDisk(t *testing.T) (k *disk.Disk, path string) {
	t.Helper()
	k, err := disk.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Remove)
	return k, filepath.Join(t.TempDir(), "tilhor.db")
}

// lost runs twenty writes on a disk, cuts the power after each operation and
// counts the cuts at which something acknowledged was gone.
func lost(t *testing.T, lies bool) (cuts, lost int) {
	k, path := newDisk(t)
	d := open(t, "sqlite:"+path)
	d.Close()
	if lies {
		k.Lie()
	}
	d = open(t, k.DSN(path))
	acked := []int{0} // how many operations there had been when each write was answered
	for i := range 20 {
		if err := write(d, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		acked = append(acked, k.Ops())
	}
	for n := acked[1]; n <= k.Ops(); n += 3 {
		dir := t.TempDir()
		if err := k.Left(n, rand.New(rand.NewPCG(1, uint64(n))), dir); err != nil {
			t.Fatal(err)
		}
		want := 0
		for want < 20 && acked[want+1] <= n {
			want++
		}
		after := open(t, "sqlite:"+filepath.Join(dir, "tilhor.db"))
		if rows(t, after) < want {
			lost++
		}
		after.Close()
		cuts++
	}
	return cuts, lost
}

func TestWhatWasSyncedIsLeft(t *testing.T) {
	if cuts, gone := lost(t, false); gone > 0 || cuts < 10 {
		t.Fatalf("of %d power cuts %d lost what was acknowledged", cuts, gone)
	}
	if cuts, gone := lost(t, true); gone == 0 {
		t.Fatalf("the control, a disk that lies about its syncs: none of %d power cuts lost anything", cuts)
	}
}

// A disk that fails once, or until it is mended, is told to the one who writes;
// then writing goes on.
func TestTheWriterOutlivesAFault(t *testing.T) {
	for _, kind := range []disk.Kind{disk.Broken, disk.Full, disk.Half} {
		for _, once := range []bool{true, false} {
			k, path := newDisk(t)
			d := open(t, k.DSN(path))
			if err := write(d, "before"); err != nil {
				t.Fatal(err)
			}
			k.Break(disk.Fault{Kind: kind, Once: once})
			err := write(d, "during")
			if hits := k.Mend(); hits == 0 || err == nil {
				t.Fatalf("%s: %d operations failed, and the write says %v", kind, hits, err)
			}
			if db.Full(err) != (kind != disk.Broken) {
				t.Fatalf("%s is told as: %v", kind, err)
			}
			if err := write(d, "after"); err != nil {
				t.Fatalf("after %s: %v", kind, err)
			}
			if n := rows(t, d); n != 2 {
				t.Fatalf("after %s there are %d rows", kind, n)
			}
		}
	}
}

// When a write cannot even begin, all who wait for it are told at once: one by
// one, each would wait as long as the first had.
func TestThoseWhoCannotBeginAreToldTogether(t *testing.T) {
	k, path := newDisk(t)
	d := open(t, k.DSN(path))
	const waiting = 50
	errs := dbtest.Together(d, waiting, func(i int) error { return write(d, fmt.Sprint(i)) }, func() { k.Jam(true) })
	if tries := k.Jam(false); tries == 0 || tries > 5 {
		t.Fatalf("%d who waited asked for the lock %d times", waiting, tries)
	}
	for _, err := range errs {
		if err == nil {
			t.Fatal("a write that could not begin was acknowledged")
		}
	}
	if n := rows(t, d); n != 0 {
		t.Fatalf("%d rows", n)
	}
	if err := write(d, "after"); err != nil {
		t.Fatal(err)
	}
}
