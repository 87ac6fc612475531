// Package beside writes the files that lie beside the database: keys, what was
// signed and what was shredded, and the packages for the archive. What it has
// answered for is on disk. All of them go through here, so that a test can have
// the disk fail at any of their operations, as at any of the database's own.
package beside

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// An Op is what is done to a file.
type Op string

// The operations.
const (
	Creates   Op = "create"
	Writes    Op = "write"
	Truncates Op = "truncate"
	Renames   Op = "rename"
	Syncs     Op = "sync"
)

// Grows says whether an operation needs room.
func (o Op) Grows() bool { return o != Truncates && o != Syncs }

// A Disk says what becomes of an operation on a path before it is done: nil lets
// it be done, an error is what it fails with, and of a write half is then done
// first; half a write and no error is a disk that lies.
type Disk func(o Op, path string) (half bool, err error)

var disks struct {
	sync.RWMutex
	under map[string]Disk // by their folder, and of what is in it
}

// On has a test's own disk under a folder, until off.
func On(folder string, d Disk) (off func()) {
	disks.Lock()
	defer disks.Unlock()
	if disks.under == nil {
		disks.under = map[string]Disk{}
	}
	disks.under[folder] = d
	return func() { disks.Lock(); defer disks.Unlock(); delete(disks.under, folder) }
}

func asks(o Op, path string) (half bool, err error) {
	disks.RLock()
	defer disks.RUnlock()
	for folder, d := range disks.under {
		if path == folder || strings.HasPrefix(path, folder+string(filepath.Separator)) {
			return d(o, path)
		}
	}
	return false, nil
}

// A File is an open one.
type File struct{ *os.File }

// Open opens a file, for its owner's eyes only when it is made.
func Open(path string, flag int) (*File, error) {
	if flag&os.O_CREATE != 0 {
		if _, err := os.Lstat(path); err != nil {
			if _, err := asks(Creates, path); err != nil {
				return nil, &os.PathError{Op: string(Creates), Path: path, Err: err}
			}
		}
	}
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil {
		return nil, err
	}
	return &File{f}, nil
}

// Write writes where the file stands.
func (f *File) Write(b []byte) (int, error) { return f.write(b, f.File.Write) }

// WriteAt writes from a place in the file.
func (f *File) WriteAt(b []byte, at int64) (int, error) {
	return f.write(b, func(b []byte) (int, error) { return f.File.WriteAt(b, at) })
}

func (f *File) write(b []byte, put func([]byte) (int, error)) (int, error) {
	half, err := asks(Writes, f.Name())
	if err == nil && !half {
		return put(b)
	}
	n := 0
	if half {
		n, _ = put(b[:len(b)/2])
	}
	if err == nil {
		return len(b), nil // a disk that lies
	}
	return n, &os.PathError{Op: string(Writes), Path: f.Name(), Err: err}
}

// Sync comes back when what was written is on disk.
func (f *File) Sync() error {
	if _, err := asks(Syncs, f.Name()); err != nil {
		return &os.PathError{Op: string(Syncs), Path: f.Name(), Err: err}
	}
	return f.File.Sync()
}

// Truncate cuts the file.
func (f *File) Truncate(size int64) error {
	if _, err := asks(Truncates, f.Name()); err != nil {
		return &os.PathError{Op: string(Truncates), Path: f.Name(), Err: err}
	}
	return f.File.Truncate(size)
}

// Finish writes the last of a file, and closes it when it is on disk.
func (f *File) Finish(data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// New makes a file that was not there. Its name is on disk when its folder is.
func New(path string, data []byte) error {
	f, err := Open(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	return f.Finish(data)
}

// Rename gives a file or a folder another name.
func Rename(from, to string) error {
	if _, err := asks(Renames, to); err != nil {
		return &os.LinkError{Op: string(Renames), Old: from, New: to, Err: err}
	}
	return os.Rename(from, to)
}

// SyncDir comes back when the names in a folder are on disk.
func SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join((&File{d}).Sync(), d.Close())
}
