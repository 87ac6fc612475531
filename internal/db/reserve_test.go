package db_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"tilhor/internal/db"
)

func TestTheReserveHoldsRoomAndGivesItBack(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "tilhor.db")
	for range 2 { // it is made once
		if err := db.Reserve(dsn); err != nil || !db.HasReserve(dsn) {
			t.Fatal(err)
		}
	}
	st, err := os.Stat(db.ReserveFile(dsn))
	if err != nil {
		t.Fatal(err)
	}
	if held := st.Sys().(*syscall.Stat_t).Blocks * 512; held < db.ReserveSize || st.Mode().Perm() != 0o600 {
		t.Fatalf("%d bytes are held, mode %o", held, st.Mode().Perm())
	}
	if err := os.Truncate(db.ReserveFile(dsn), 5); err != nil || db.HasReserve(dsn) {
		t.Fatal("half a reserve is taken for one")
	}
	if err := db.Reserve(dsn); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int64{db.ReserveSize, 0} {
		if freed, err := db.FreeReserve(dsn); err != nil || freed != want || db.HasReserve(dsn) {
			t.Fatalf("%d bytes were given back, want %d: %v", freed, want, err)
		}
	}
	if _, err := db.FreeReserve("postgres://x@y/z"); err == nil || db.Reserve("postgres://x@y/z") != nil {
		t.Fatal("the disk of PostgreSQL is not ours")
	}
	if err := db.Reserve("sqlite:" + filepath.Join(t.TempDir(), "no", "folder", "tilhor.db")); err == nil {
		t.Fatal("room is held where there is none")
	}
}
