package db

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
)

// ReserveSize is what is held back on the disk of a SQLite database, so that
// there is room to work in when the disk is full: to take a backup, to shred
// what is past its time, to move the database. On PostgreSQL the disk is the
// server's, and whoever runs it holds room back there.
const ReserveSize = 16 << 20

// ReserveFile is the file that holds the room; "" when there is none to hold.
func ReserveFile(dsn string) string {
	path, ok := SQLitePath(dsn)
	if !ok {
		return ""
	}
	return path + "-reserve"
}

// HasReserve says whether the room is held.
func HasReserve(dsn string) bool {
	st, err := os.Stat(ReserveFile(dsn))
	return err == nil && st.Size() == ReserveSize
}

// Reserve holds the room, if it is not held already. A disk that has not twice
// as much left stays as it is: what an operator has just made free is not taken
// away by a restart.
func Reserve(dsn string) error {
	name := ReserveFile(dsn)
	if name == "" || HasReserve(dsn) {
		return nil
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(name), &disk); err == nil && int64(disk.Bavail)*int64(disk.Bsize) < 2*ReserveSize {
		return errors.New("hold room on the disk: it is too full")
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("hold room on the disk: %w", err)
	}
	if err := errors.Join(fill(f), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("hold room on the disk: %w", err), os.Remove(name))
	}
	return nil
}

// fill writes noise: of zeros a file system might keep nothing.
func fill(f *os.File) error {
	noise := rand.New(rand.NewPCG(16, 20)) // no secret: only hard to press together
	b := make([]byte, 64<<10)
	for range ReserveSize / len(b) {
		for i := range b {
			b[i] = byte(noise.Uint32())
		}
		if _, err := f.Write(b); err != nil {
			return err
		}
	}
	return f.Sync()
}

// FreeReserve gives the room back to the disk, and says how much that was. The
// next start of the server holds it again.
func FreeReserve(dsn string) (freed int64, err error) {
	name := ReserveFile(dsn)
	if name == "" {
		return 0, errors.New("room is held on the disk of a SQLite database only: on PostgreSQL it is the server's")
	}
	st, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return st.Size(), os.Remove(name)
}
