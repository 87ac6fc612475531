package disk

import (
	"errors"
	"io/fs"
	"os"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// What SQLite hands us are addresses in its own memory, which Go's collector
// neither moves nor frees.

// file is the head of our open file; the one we stand on lies behind it.
type file struct{ methods, handle uintptr }

const (
	behind = unsafe.Sizeof(file{})
)

func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// to makes a Go function of an address, and from the other way round. Only
// functions of the package, which never move, are given to from.
func to[F any](p uintptr) F             { return *(*F)(unsafe.Pointer(&p)) }
func from[F any](fn F) uintptr          { return *(*uintptr)(unsafe.Pointer(&fn)) }
func bytesAt(p uintptr, n int32) []byte { return unsafe.Slice(at[byte](p), n) }

type (
	openFn    = func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32
	deleteFn  = func(*libc.TLS, uintptr, uintptr, int32) int32
	fileFn    = func(*libc.TLS, uintptr) int32
	intFn     = func(*libc.TLS, uintptr, int32) int32
	ptrFn     = func(*libc.TLS, uintptr, uintptr) int32
	rwFn      = func(*libc.TLS, uintptr, uintptr, int32, int64) int32
	sizeFn    = func(*libc.TLS, uintptr, int64) int32
	controlFn = func(*libc.TLS, uintptr, int32, uintptr) int32
	mapFn     = func(*libc.TLS, uintptr, int32, int32, int32, uintptr) int32
	lockFn    = func(*libc.TLS, uintptr, int32, int32, int32) int32
	voidFn    = func(*libc.TLS, uintptr)
)

// methods are those of every open file. Version 2: shared memory, and no
// mapping of the file itself, which would go past us.
var methods = lib.Tsqlite3_io_methods{
	FiVersion: 2,
	FxClose:   from[fileFn](xClose), FxRead: from[rwFn](xRead), FxWrite: from[rwFn](xWrite), FxTruncate: from[sizeFn](xTruncate),
	FxSync: from[intFn](xSync), FxFileSize: from[ptrFn](xFileSize), FxLock: from[intFn](xLock), FxUnlock: from[intFn](xUnlock),
	FxCheckReservedLock: from[ptrFn](xReserved), FxFileControl: from[controlFn](xControl),
	FxSectorSize: from[fileFn](xSector), FxDeviceCharacteristics: from[fileFn](xDevice),
	FxShmMap: from[mapFn](xShmMap), FxShmLock: from[lockFn](xShmLock), FxShmBarrier: from[voidFn](xShmBarrier), FxShmUnmap: from[intFn](xShmUnmap),
}

// makeVFS is the file system we stand on with our opening and removing.
func makeVFS(tls *libc.TLS, unix uintptr, name string) (uintptr, error) {
	p := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(lib.Tsqlite3_vfs{})))
	cname, err := libc.CString(name)
	if p == 0 || err != nil {
		return 0, errors.New("no memory for a disk")
	}
	v := at[lib.Tsqlite3_vfs](p)
	*v = *at[lib.Tsqlite3_vfs](unix)
	v.FpNext, v.FzName, v.FpAppData = 0, cname, unix
	v.FszOsFile += int32(behind)
	v.FxOpen, v.FxDelete = from[openFn](xOpen), from[deleteFn](xDelete)
	return p, nil
}

func freeVFS(tls *libc.TLS, p uintptr) {
	libc.Xfree(tls, at[lib.Tsqlite3_vfs](p).FzName)
	libc.Xfree(tls, p)
}

func unixOf(vfs uintptr) (uintptr, *lib.Tsqlite3_vfs) {
	u := at[lib.Tsqlite3_vfs](vfs).FpAppData
	return u, at[lib.Tsqlite3_vfs](u)
}

func xOpen(tls *libc.TLS, vfs, name, p uintptr, flags int32, out uintptr) int32 {
	*at[file](p) = file{}
	unix, u := unixOf(vfs)
	d := diskOf(vfs)
	h := &handle{d: d}
	if name == 0 {
		h.in = &inode{} // a temporary file: nobody looks for it after a power cut
	} else {
		path := libc.GoString(name)
		in, isNew, rc := d.meet(path, func() ([]byte, bool, error) { return whole(path) })
		if rc != lib.SQLITE_OK {
			return rc
		}
		h.in = in
		h.folder = isNew && flags&(lib.SQLITE_OPEN_MAIN_JOURNAL|lib.SQLITE_OPEN_SUPER_JOURNAL|lib.SQLITE_OPEN_WAL) != 0
	}
	rc := to[openFn](u.FxOpen)(tls, unix, name, p+behind, flags, out)
	if at[file](p+behind).methods == 0 {
		return rc
	}
	*at[file](p) = file{uintptr(unsafe.Pointer(&methods)), hold(h)}
	return rc
}

// whole is a file as it is, and whether it is there.
func whole(path string) ([]byte, bool, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return b, err == nil, err
}

func xDelete(tls *libc.TLS, vfs, name uintptr, folder int32) int32 {
	unix, u := unixOf(vfs)
	return diskOf(vfs).remove(libc.GoString(name), folder&1 != 0, func() int32 {
		return to[deleteFn](u.FxDelete)(tls, unix, name, 0)
	})
}

// below is the file we stand on, and what can be done to it.
func below(p uintptr) (uintptr, *lib.Tsqlite3_io_methods) {
	return p + behind, at[lib.Tsqlite3_io_methods](at[file](p + behind).methods)
}

func xClose(tls *libc.TLS, p uintptr) int32 {
	letGo(at[file](p).handle)
	f, m := below(p)
	return to[fileFn](m.FxClose)(tls, f)
}

func xRead(tls *libc.TLS, p, buf uintptr, n int32, off int64) int32 {
	f, m := below(p)
	return to[rwFn](m.FxRead)(tls, f, buf, n, off)
}

func xWrite(tls *libc.TLS, p, buf uintptr, n int32, off int64) int32 {
	f, m := below(p)
	return held(at[file](p).handle).write(bytesAt(buf, n), off, func(k int) int32 {
		return to[rwFn](m.FxWrite)(tls, f, buf, int32(k), off)
	})
}

func xTruncate(tls *libc.TLS, p uintptr, size int64) int32 {
	f, m := below(p)
	return held(at[file](p).handle).truncate(size, func() int32 { return to[sizeFn](m.FxTruncate)(tls, f, size) })
}

func xSync(_ *libc.TLS, p uintptr, _ int32) int32 { return held(at[file](p).handle).sync() }

func xFileSize(tls *libc.TLS, p, out uintptr) int32 {
	f, m := below(p)
	return to[ptrFn](m.FxFileSize)(tls, f, out)
}

func xLock(tls *libc.TLS, p uintptr, level int32) int32 {
	f, m := below(p)
	return to[intFn](m.FxLock)(tls, f, level)
}

func xUnlock(tls *libc.TLS, p uintptr, level int32) int32 {
	f, m := below(p)
	return to[intFn](m.FxUnlock)(tls, f, level)
}

func xReserved(tls *libc.TLS, p, out uintptr) int32 {
	f, m := below(p)
	return to[ptrFn](m.FxCheckReservedLock)(tls, f, out)
}

func xControl(tls *libc.TLS, p uintptr, what int32, arg uintptr) int32 {
	f, m := below(p)
	return to[controlFn](m.FxFileControl)(tls, f, what, arg)
}

func xSector(tls *libc.TLS, p uintptr) int32 {
	f, m := below(p)
	return to[fileFn](m.FxSectorSize)(tls, f)
}

func xDevice(tls *libc.TLS, p uintptr) int32 {
	f, m := below(p)
	return to[fileFn](m.FxDeviceCharacteristics)(tls, f)
}

func xShmMap(tls *libc.TLS, p uintptr, page, size, extend int32, out uintptr) int32 {
	f, m := below(p)
	return to[mapFn](m.FxShmMap)(tls, f, page, size, extend, out)
}

func xShmLock(tls *libc.TLS, p uintptr, off, n, flags int32) int32 {
	if held(at[file](p).handle).d.jams(off == 0 && flags == lib.SQLITE_SHM_LOCK|lib.SQLITE_SHM_EXCLUSIVE) {
		return lib.SQLITE_IOERR_SHMLOCK
	}
	f, m := below(p)
	return to[lockFn](m.FxShmLock)(tls, f, off, n, flags)
}

func xShmBarrier(tls *libc.TLS, p uintptr) {
	f, m := below(p)
	to[voidFn](m.FxShmBarrier)(tls, f)
}

func xShmUnmap(tls *libc.TLS, p uintptr, remove int32) int32 {
	f, m := below(p)
	return to[intFn](m.FxShmUnmap)(tls, f, remove)
}
