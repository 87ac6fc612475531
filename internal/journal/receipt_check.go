package journal

import (
	"bytes"
	"errors"
)

// ErrNoProof says that a checkpoint alone cannot show that an entry is in its
// tree: the proof is missing.
var ErrNoProof = errors.New("the checkpoint is genuine, but neither it nor the receipt holds a proof that leads from the entry to it: ask the school owner for the proof of this entry")

// CheckIn checks that the receipt's entry is in the tree of a later checkpoint.
// The file is a proof with its checkpoint, or checkpoints alone when the
// receipt goes on with a proof for one of them.
func (r Receipt) CheckIn(public string, file []byte) (Checkpoint, error) {
	file = bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n"))
	if IsProof(file) {
		return CheckProof(public, r.Hash, file)
	}
	notes, _ := splitNotes(append(bytes.TrimRight(file, "\n"), "\n\n"...))
	if len(notes) == 0 {
		return Checkpoint{}, errCheckpoint
	}
	var own Checkpoint
	if r.Proof != nil {
		c, err := CheckProof(public, r.Hash, r.Proof)
		if err != nil {
			return Checkpoint{}, err
		}
		own = c
	}
	for _, raw := range notes {
		c, err := ReadCheckpoint(public, raw)
		if err != nil {
			return Checkpoint{}, err
		}
		if c.Size == own.Size && c.Root != own.Root {
			return Checkpoint{}, errors.New("two checkpoints of the same size differ: the record was forked")
		}
		if c.Size == own.Size {
			return c, nil
		}
	}
	return Checkpoint{}, ErrNoProof
}
