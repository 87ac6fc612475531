package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"tilhor/internal/beside"
)

// digest is SHA-256.
func digest(data []byte) []byte {
	s := sha256.Sum256(data)
	return s[:]
}

// sum is the checksum of a file, as the packages write it.
func sum(data []byte) string { return hex.EncodeToString(digest(data)) }

// partly is how the folder of a package begins that is not whole yet. It never
// has its own name until every byte of it is on disk.
const partly = ".part-"

// A putter puts a package into the track's folder dir under its name; step is
// called between any two writes.
type putter func(dir, name string, files []packed, step func(string) error) error

// place writes the files into a folder with a name of no package, all the way to
// the disk, and then gives it its name: it is there whole, or not at all. One
// that is there with the same bytes is left alone: the run before was broken off
// after it and before the row of it.
func place(dir, name string, files []packed, step func(string) error) error {
	final, temp := filepath.Join(dir, name), filepath.Join(dir, partly+name)
	same, err := holds(final, files)
	if err != nil {
		return err
	}
	if same { // its name was perhaps not on disk when the run before was broken off
		return beside.SyncDir(dir)
	}
	if err := os.RemoveAll(temp); err != nil {
		return err
	}
	if err := step("begin"); err != nil {
		return err
	}
	if err := os.Mkdir(temp, 0o700); err != nil {
		return err
	}
	for _, f := range files {
		if err := step("file"); err != nil {
			return err
		}
		if err := beside.New(filepath.Join(temp, f.name), f.data); err != nil {
			return err
		}
	}
	if err := step("sync"); err != nil {
		return err
	}
	if err := beside.SyncDir(temp); err != nil {
		return err
	}
	// Another package under this name has no row: nobody was told of it. It goes.
	if err := os.RemoveAll(final); err != nil {
		return err
	}
	if err := step("name"); err != nil {
		return err
	}
	if err := beside.Rename(temp, final); err != nil {
		return err
	}
	if err := step("named"); err != nil {
		return err
	}
	return beside.SyncDir(dir)
}

// holds says whether a package is there already, with just these bytes.
func holds(final string, files []packed) (bool, error) {
	list, err := os.ReadDir(final)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || len(list) != len(files) {
		return false, err
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(final, f.name))
		if errors.Is(err, fs.ErrNotExist) || err == nil && !bytes.Equal(data, f.data) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// errBusy says that another run writes into the same folder.
var errBusy = errors.New("another export writes into this folder")

// lock keeps the folder for one run at a time, and makes it if it is not there.
// The lock goes with the process, however it ends.
func lock(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder: %w", err)
	}
	st, err := os.Stat(dir)
	if err == nil && st.Mode().Perm()&0o077 != 0 {
		err = fmt.Errorf("others on this machine can read the folder: chmod 700 it")
	}
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, errBusy
	}
	return func() { f.Close() }, nil
}

// tidy takes away what broken-off runs left half.
func tidy(dir string) error {
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range list {
		if err == nil && strings.HasPrefix(e.Name(), partly) {
			err = os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
	return err
}
