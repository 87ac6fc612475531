package journal

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/db"

	"golang.org/x/mod/sumdb/tlog"
)

// proofFormat is the first line of C2SP's tlog-proof.
const proofFormat = "c2sp.org/tlog-proof@v1"

// Proof shows that an entry is in the tree: its place, the hashes beside its way
// to the root, and the newest checkpoint. tilhor.ErrNotFound until the tree has
// it, and Altered when the entry, or its place in the tree, is.
func (j *Journal) Proof(tx *db.Tx, owner tilhor.OwnerID, entry tilhor.EntryID) ([]byte, error) {
	e, err := j.Entry(tx, owner, entry)
	if err != nil {
		return nil, err
	}
	c, err := j.newest(tx, owner)
	if err != nil {
		return nil, err
	}
	if e.Leaf < 0 || e.Leaf >= c.Size {
		return nil, tilhor.ErrNotFound
	}
	p, err := tlog.ProveRecord(c.Size, e.Leaf, newTree(tx, owner, c.Size))
	if err != nil {
		return nil, fmt.Errorf("prove an entry: %w", err)
	}
	if tlog.CheckRecord(p, c.Size, c.Root, e.Leaf, tlog.RecordHash(e.Hash[:])) != nil {
		return nil, Altered{e.ID}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nindex %d\n", proofFormat, e.Leaf)
	for _, h := range p {
		fmt.Fprintln(&b, h)
	}
	fmt.Fprintf(&b, "\n%s", c.Note)
	return []byte(b.String()), nil
}

// Newest gives the newest checkpoint; tilhor.ErrNotFound before the first.
func (j *Journal) Newest(tx *db.Tx, owner tilhor.OwnerID) (Checkpoint, error) {
	return j.newest(tx, owner)
}

var errProof = errors.New("the proof cannot be read")

// IsProof says whether a file is a proof rather than a bare checkpoint.
func IsProof(file []byte) bool { return bytes.HasPrefix(file, []byte(proofFormat+"\n")) }

// CheckProof checks that the entry with this hash is in the tree of the proof's
// checkpoint, and that the owner signed it.
func CheckProof(public string, hash [32]byte, proof []byte) (Checkpoint, error) {
	proof = bytes.ReplaceAll(proof, []byte("\r\n"), []byte("\n"))
	head, rest, ok := bytes.Cut(proof, []byte("\n\n"))
	if !ok || len(proof) > maxReceipt || !IsProof(proof) {
		return Checkpoint{}, errProof
	}
	c, err := ReadCheckpoint(public, append(bytes.TrimRight(rest, "\n"), '\n'))
	if err != nil {
		return Checkpoint{}, err
	}
	lines := strings.Split(string(head), "\n")
	if len(lines) < 2 || len(lines) > 66 {
		return Checkpoint{}, errProof
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil || index < 0 || index >= c.Size || lines[1] != fmt.Sprintf("index %d", index) { // one proof has one form
		return Checkpoint{}, errProof
	}
	p := make(tlog.RecordProof, len(lines)-2)
	for i, l := range lines[2:] {
		if p[i], err = tlog.ParseHash(l); err != nil || p[i].String() != l {
			return Checkpoint{}, errProof
		}
	}
	if err := tlog.CheckRecord(p, c.Size, c.Root, index, tlog.RecordHash(hash[:])); err != nil {
		return Checkpoint{}, errors.New("the entry is not in the tree of this checkpoint")
	}
	return c, nil
}
