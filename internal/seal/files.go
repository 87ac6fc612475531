package seal

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"tilhor"
	"tilhor/internal/beside"
)

// writeNew makes a file that was not there, for its owner's eyes only, on disk
// before it answers.
func writeNew(path, text string) error { return beside.New(path, []byte(text)) }

// Append adds text to one of the owner's files beside the key (checkpoints,
// shredded) and answers when it is on disk. What a crash or a full disk left of
// a line is cut away first: it was never answered for, and the next line must
// not be written on to it. (The record keeps the file of checkpoints whole
// itself, under a lock of its own.)
func (k *Keys) Append(owner tilhor.OwnerID, name, text string) error {
	if _, err := k.ring(owner); err != nil {
		return err
	}
	path := filepath.Join(k.Folder(owner), name)
	_, missing := os.Stat(path)
	f, err := beside.Open(path, os.O_RDWR|os.O_CREATE|os.O_APPEND)
	if err != nil {
		return err
	}
	if name != CheckpointsFile {
		if err := cutHalfLine(f); err != nil {
			f.Close()
			return err
		}
	}
	if err := f.Finish([]byte(text)); err != nil {
		return err
	}
	// Its name too, once: whether an earlier process came so far nobody knows.
	if _, done := k.named.Load(path); done && missing == nil {
		return nil
	}
	if err := beside.SyncDir(k.Folder(owner)); err != nil {
		return err
	}
	k.named.Store(path, true)
	return nil
}

// cutHalfLine cuts away what stands after the last line break. The lock is for
// other processes that add to the same file, and goes when it is closed.
func cutHalfLine(f *beside.File) error {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	st, err := f.Stat()
	if err != nil {
		return err
	}
	tail := make([]byte, min(st.Size(), 4096)) // no line of ours is as long
	if _, err := f.ReadAt(tail, st.Size()-int64(len(tail))); err != nil && err != io.EOF {
		return err
	}
	if half := len(tail) - len(wholeLines(tail)); half > 0 {
		return f.Truncate(st.Size() - int64(half))
	}
	return nil
}

// wholeLines is a text without what stands after its last line break.
func wholeLines(text []byte) []byte { return text[:bytes.LastIndexByte(text, '\n')+1] }

// File reads one of the owner's files beside the key; empty when there is none.
func (k *Keys) File(owner tilhor.OwnerID, name string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(k.Folder(owner), name))
	if os.IsNotExist(err) {
		return nil, nil
	}
	return b, err
}
