package journal

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"tilhor"
	"tilhor/internal/beside"
	"tilhor/internal/seal"
)

// A witness keeps the file of checkpoints beside the owner key. The database
// cannot change it, so it shows an older database put back, or a tail cut off.
type witness struct {
	keys   *seal.Keys
	mu     sync.Mutex
	last   map[tilhor.OwnerID]seenFile
	unsure map[tilhor.OwnerID]int64 // from where on it is not known to be on disk
}

// seenFile is the newest checkpoint in the file when it was length bytes long.
type seenFile struct {
	length int64
	newest Checkpoint // Size 0 when there is none
}

func newWitness(keys *seal.Keys) *witness {
	return &witness{keys: keys, last: map[tilhor.OwnerID]seenFile{}, unsure: map[tilhor.OwnerID]int64{}}
}

func (w *witness) path(owner tilhor.OwnerID) string {
	return filepath.Join(w.keys.Folder(owner), seal.CheckpointsFile)
}

// newest reads the file's last checkpoint, again only when the file has grown.
// What a crash left half written is cut away first.
func (w *witness) newest(owner tilhor.OwnerID) (Checkpoint, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, err := w.lock(owner)
	if os.IsNotExist(err) {
		delete(w.last, owner)
		return Checkpoint{}, nil
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read the checkpoints: %w", err)
	}
	defer f.Close()
	return w.read(owner, f)
}

// lock opens the file, and keeps every other process that shares the folder
// from it until it is closed: what one is just writing must not look like what
// a crash left, and what one has added must not be added by another.
func (w *witness) lock(owner tilhor.OwnerID) (*beside.File, error) {
	f, err := beside.Open(w.path(owner), os.O_RDWR)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (w *witness) read(owner tilhor.OwnerID, f *beside.File) (Checkpoint, error) {
	st, err := f.Stat()
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read the checkpoints: %w", err)
	}
	from, unsure := w.unsure[owner]
	if old, ok := w.last[owner]; ok && old.length == st.Size() && !unsure {
		return old.newest, nil
	}
	tail := make([]byte, min(st.Size(), 16<<10))
	if _, err := f.ReadAt(tail, st.Size()-int64(len(tail))); err != nil && err != io.EOF {
		return Checkpoint{}, fmt.Errorf("read the checkpoints: %w", err)
	}
	whole, rest := splitNotes(tail)
	length := st.Size() - int64(len(rest))
	if len(rest) > 0 {
		if err := f.Truncate(length); err != nil {
			return Checkpoint{}, fmt.Errorf("mend the checkpoints: %w", err)
		}
	}
	if unsure && from < length {
		if err := anew(f, from, length); err != nil {
			return Checkpoint{}, fmt.Errorf("write the checkpoints anew: %w", err)
		}
	}
	delete(w.unsure, owner)
	seen := seenFile{length: length}
	if len(whole) > 0 {
		if seen.newest, err = ReadCheckpoint(w.keys.Public(owner), whole[len(whole)-1]); err != nil {
			return Checkpoint{}, fmt.Errorf("the newest in the file of checkpoints: %w", err)
		}
	}
	w.last[owner] = seen
	return seen.newest, nil
}

// anew writes a part of the file once more. Where a sync has failed, a later one
// says nothing of what was written before it.
func anew(f *beside.File, from, to int64) error {
	b := make([]byte, to-from)
	if _, err := f.ReadAt(b, from); err != nil {
		return err
	}
	if _, err := f.WriteAt(b, from); err != nil {
		return err
	}
	return f.Sync()
}

// add appends the checkpoints that the file does not have, and answers when they
// are on disk. Another process may have added some of them meanwhile.
func (w *witness) add(owner tilhor.OwnerID, list []Checkpoint) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, err := w.lock(owner)
	if os.IsNotExist(err) {
		if err = w.keys.Append(owner, seal.CheckpointsFile, ""); err == nil {
			f, err = w.lock(owner)
		}
	}
	if err != nil {
		return fmt.Errorf("append to the checkpoints: %w", err)
	}
	defer f.Close()
	newest, err := w.read(owner, f)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, c := range list {
		if c.Size == newest.Size && c.Root != newest.Root {
			return ErrForked
		}
		if c.Size > newest.Size {
			b.Write(c.Note)
			b.WriteByte('\n')
		}
	}
	if b.Len() == 0 {
		return nil
	}
	if err := w.keys.Append(owner, seal.CheckpointsFile, b.String()); err != nil {
		w.unsure[owner] = w.last[owner].length
		return fmt.Errorf("append to the checkpoints: %w", err)
	}
	return nil
}

// splitNotes takes the file of checkpoints apart: notes, each followed by an
// empty line. rest is what stands after the last whole one.
func splitNotes(text []byte) (notes [][]byte, rest []byte) {
	begin, at, signed := 0, 0, false
	for at < len(text) {
		i := bytes.IndexByte(text[at:], '\n')
		if i < 0 {
			break
		}
		line := text[at : at+i]
		if len(line) == 0 && signed {
			notes = append(notes, text[begin:at])
			begin, signed = at+1, false
		} else {
			signed = bytes.HasPrefix(line, []byte("— "))
		}
		at += i + 1
	}
	return notes, text[begin:]
}
