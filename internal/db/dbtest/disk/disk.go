// Package disk is a disk that fails when a test says so: a file system for
// SQLite in Go, on top of the one it comes with. It counts every write, sync,
// truncation, creation and removal. At the one that is asked for it fails, is
// full, or writes half; and it remembers all of them, so that a test can have
// the files as they would be found after the power went at any of them.
//
// What a power cut leaves: of each file, what was synced; and of what was
// written since, any of its sectors of 512 bytes, or none. The same for names:
// a file made or removed since its folder was synced may be there or not. That
// is harsher than most disks are, and no harsher than what they promise.
package disk

import (
	"errors"
	"fmt"
	"sync"
	"syscall"

	"tilhor"
	"tilhor/internal/beside"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// A Kind is how an operation fails.
type Kind string

// The kinds.
const (
	Broken Kind = "an I/O error" // nothing is written; of what waited for a sync, nobody knows what is there
	Full   Kind = "a full disk"  // what would write fails; what only removes or syncs does not
	Half   Kind = "half a write" // the first half is written, and then the disk is full
)

// A Fault is what goes wrong, and when.
type Fault struct {
	At   int // the operation it begins at, counted from 1
	Kind Kind
	Once bool // that one only; else until Mend
}

// A Disk is one such file system. Open a database on it with DSN.
type Disk struct {
	name string
	vfs  uintptr

	mu    sync.Mutex
	fault Fault
	hits  int // of this fault
	all   int // of every fault
	lies  bool
	stall func()
	jam   bool
	tries int // of the lock while it jams
	look  func(n int)
	log   []op
	names map[string]*inode
	first map[string]*inode // as they stood before this disk saw them
}

// An inode is a file, whatever it is called.
type inode struct{ was []byte }

type opKind byte

const (
	made opKind = iota
	removed
	wrote
	cut
	synced
)

// An op is one thing that was done to the disk, or that it said it had done.
type op struct {
	kind   opKind
	in     *inode
	name   string // made, removed
	folder bool   // the folder is synced too
	at     int64  // where it was written, or the size it was cut to
	data   []byte
	failed bool // a sync that failed: what waited is there or not, and no later sync helps
	lie    bool // a sync that was not done, and said to be
}

// New makes a disk and makes it known to SQLite in this process.
func New() (*Disk, error) {
	d := &Disk{name: "disk-" + tilhor.NewID(), names: map[string]*inode{}, first: map[string]*inode{}}
	return d, d.register()
}

// DSN is the address of a database at path on this disk.
func (d *Disk) DSN(path string) string { return "sqlite:" + path + "?vfs=" + d.name }

// Beside has the files in a folder, that the program writes beside its database,
// on this disk too: their operations are counted with the others, and fail as they
// do. What is left of them after a power cut is for the test to say.
func (d *Disk) Beside(folder string) (off func()) {
	return beside.On(folder, func(o beside.Op, _ string) (half bool, err error) { return d.Says(o) })
}

// Says counts an operation on a file beside the database, and says how it fails.
func (d *Disk) Says(o beside.Op) (half bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	kind := d.begins(o.Grows())
	d.nothing(&inode{})
	switch kind {
	case Broken:
		return false, syscall.EIO
	case Full, Half:
		return kind == Half && o == beside.Writes, syscall.ENOSPC
	}
	return false, nil
}

// Ops is how many operations there have been.
func (d *Disk) Ops() int { d.mu.Lock(); defer d.mu.Unlock(); return len(d.log) }

// Break sets what will go wrong. An At that has passed means the next operation.
func (d *Disk) Break(f Fault) { d.mu.Lock(); defer d.mu.Unlock(); d.fault, d.hits = f, 0 }

// Mend makes the disk whole again, and says how many operations failed.
func (d *Disk) Mend() (hits int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	hits, d.fault, d.hits = d.hits, Fault{}, 0
	return hits
}

// Failed is how many operations have failed since the disk was made.
func (d *Disk) Failed() int { d.mu.Lock(); defer d.mu.Unlock(); return d.all }

// Lie makes the disk say that it has synced, without doing it.
func (d *Disk) Lie() { d.mu.Lock(); defer d.mu.Unlock(); d.lies = true }

// Stall has a function called at the beginning of each sync, which takes as long
// as that does: so a disk stands still while the machine's snapshot is taken.
func (d *Disk) Stall(until func()) { d.mu.Lock(); defer d.mu.Unlock(); d.stall = until }

// stalls waits outside the lock: others go on with the disk meanwhile.
func (d *Disk) stalls() {
	d.mu.Lock()
	until := d.stall
	d.mu.Unlock()
	if until != nil {
		until()
	}
}

// Jam keeps the lock of who writes from being given, with an error and not with
// a wait, and says how often it was asked for since it was last set.
func (d *Disk) Jam(on bool) (tries int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	tries, d.jam, d.tries = d.tries, on, 0
	return tries
}

// jams says whether a lock is not given.
func (d *Disk) jams(writers bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.jam || !writers {
		return false
	}
	d.tries++
	return true
}

// Look has a function called before each operation, which is the n-th.
func (d *Disk) Look(fn func(n int)) { d.mu.Lock(); defer d.mu.Unlock(); d.look = fn }

// A handle is an open file.
type handle struct {
	d      *Disk
	in     *inode
	folder bool // its first sync syncs the folder too, as SQLite's own file system does
}

// handles are the open files and the disks, by the number SQLite holds for each.
var handles struct {
	sync.Mutex
	last  uintptr
	files map[uintptr]*handle
	disks map[uintptr]*Disk // by the address of what is registered
}

func hold(h *handle) uintptr {
	handles.Lock()
	defer handles.Unlock()
	if handles.files == nil {
		handles.files = map[uintptr]*handle{}
	}
	handles.last++
	handles.files[handles.last] = h
	return handles.last
}

func held(n uintptr) *handle { handles.Lock(); defer handles.Unlock(); return handles.files[n] }
func letGo(n uintptr)        { handles.Lock(); defer handles.Unlock(); delete(handles.files, n) }
func diskOf(p uintptr) *Disk { handles.Lock(); defer handles.Unlock(); return handles.disks[p] }

// begins counts an operation in and says how it fails, "" for not at all.
func (d *Disk) begins(writes bool) Kind {
	n := len(d.log) + 1
	if d.look != nil {
		d.look(n)
	}
	if d.fault.Kind == "" || n < d.fault.At || d.fault.Once && d.hits > 0 {
		return ""
	}
	if d.fault.Kind != Broken && !writes {
		return ""
	}
	d.hits++
	d.all++
	return d.fault.Kind
}

// does logs an operation. One that failed and left no trace is logged too, as a
// write of nothing, so that operations keep their numbers.
func (d *Disk) does(o op) { d.log = append(d.log, o) }

func (d *Disk) nothing(in *inode) { d.does(op{kind: wrote, in: in}) }

// write passes n bytes on through put, which writes the first k of them.
func (h *handle) write(data []byte, off int64, put func(k int) int32) int32 {
	d := h.d
	d.mu.Lock()
	defer d.mu.Unlock()
	switch d.begins(true) {
	case Broken:
		d.nothing(h.in)
		return lib.SQLITE_IOERR_WRITE
	case Full:
		d.nothing(h.in)
		return lib.SQLITE_FULL
	case Half:
		k := len(data) / 2
		put(k)
		d.does(op{kind: wrote, in: h.in, at: off, data: append([]byte(nil), data[:k]...)})
		return lib.SQLITE_FULL
	}
	rc := put(len(data))
	d.does(op{kind: wrote, in: h.in, at: off, data: append([]byte(nil), data...)})
	return rc
}

func (h *handle) truncate(size int64, do func() int32) int32 {
	d := h.d
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.begins(false) != "" {
		d.nothing(h.in)
		return lib.SQLITE_IOERR_TRUNCATE
	}
	d.does(op{kind: cut, in: h.in, at: size})
	return do()
}

// sync takes no time: what would be on disk is in the log.
func (h *handle) sync() int32 {
	d := h.d
	d.stalls()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.begins(false) != "" {
		d.does(op{kind: synced, in: h.in, failed: true})
		return lib.SQLITE_IOERR_FSYNC
	}
	d.does(op{kind: synced, in: h.in, folder: h.folder, lie: d.lies})
	h.folder = false
	return lib.SQLITE_OK
}

func (d *Disk) remove(name string, folder bool, do func() int32) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	in := d.names[name]
	if in == nil {
		return do()
	}
	if d.begins(false) != "" {
		d.nothing(in)
		return lib.SQLITE_IOERR_DELETE
	}
	delete(d.names, name)
	d.does(op{kind: removed, in: in, name: name, folder: folder})
	return do()
}

// meet is the file of a name when it is opened: one that is there, or a new one.
func (d *Disk) meet(name string, read func() ([]byte, bool, error)) (in *inode, isNew bool, rc int32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if in := d.names[name]; in != nil {
		return in, false, lib.SQLITE_OK
	}
	was, there, err := read()
	if err != nil {
		return nil, false, lib.SQLITE_CANTOPEN
	}
	in = &inode{was: was}
	if there {
		d.names[name], d.first[name] = in, in
		return in, false, lib.SQLITE_OK
	}
	if d.begins(true) != "" {
		d.nothing(in)
		return nil, false, lib.SQLITE_CANTOPEN
	}
	d.names[name] = in
	d.does(op{kind: made, in: in, name: name})
	return in, true, lib.SQLITE_OK
}

func (d *Disk) register() error {
	tls := libc.NewTLS()
	defer tls.Close()
	if rc := lib.Xsqlite3_initialize(tls); rc != lib.SQLITE_OK {
		return fmt.Errorf("start SQLite: %d", rc)
	}
	unix := lib.Xsqlite3_vfs_find(tls, 0)
	if unix == 0 {
		return errors.New("SQLite knows no file system")
	}
	p, err := makeVFS(tls, unix, d.name)
	if err != nil {
		return err
	}
	d.vfs = p
	handles.Lock()
	if handles.disks == nil {
		handles.disks = map[uintptr]*Disk{}
	}
	handles.disks[p] = d
	handles.Unlock()
	if rc := lib.Xsqlite3_vfs_register(tls, p, 0); rc != lib.SQLITE_OK {
		return fmt.Errorf("register the disk: %d", rc)
	}
	return nil
}

// Remove takes the disk away again. Close every database on it first.
func (d *Disk) Remove() {
	tls := libc.NewTLS()
	defer tls.Close()
	lib.Xsqlite3_vfs_unregister(tls, d.vfs)
	handles.Lock()
	delete(handles.disks, d.vfs)
	handles.Unlock()
	freeVFS(tls, d.vfs)
}
