package journal

import (
	"errors"
	"fmt"
	"io"
	"os"

	"tilhor"
)

var errNoFirst = errors.New("the file of checkpoints does not begin with one")

// Span is the first checkpoint in the file beside the owner key and the newest:
// between them the record was written. Both are empty when there is none yet.
func (j *Journal) Span(owner tilhor.OwnerID) (first, newest Checkpoint, err error) {
	if newest, err = j.files.newest(owner); err != nil || newest.Size == 0 {
		return Checkpoint{}, newest, err
	}
	first, err = j.files.first(owner)
	return first, newest, err
}

// first reads the file's first checkpoint.
func (w *witness) first(owner tilhor.OwnerID) (Checkpoint, error) {
	f, err := os.Open(w.path(owner))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read the checkpoints: %w", err)
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, 16<<10))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read the checkpoints: %w", err)
	}
	notes, _ := splitNotes(head)
	if len(notes) == 0 {
		return Checkpoint{}, errNoFirst
	}
	c, err := ReadCheckpoint(w.keys.Public(owner), notes[0])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("the first in the file of checkpoints: %w", err)
	}
	return c, nil
}
