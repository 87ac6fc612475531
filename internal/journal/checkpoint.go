package journal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/seal"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Checkpoint is a signed statement of what the record was at one instant: how
// many entries the tree held, and its root. Its text is C2SP's tlog-checkpoint
// with one more line for the time:
//
//	tilhor/granvik
//	1234
//	<root, base64>
//	time 2026-11-23T08:00:00Z
type Checkpoint struct {
	Owner tilhor.OwnerID
	Size  int64
	Root  tlog.Hash
	Time  time.Time
	Note  []byte
}

func checkpointText(owner tilhor.OwnerID, size int64, root tlog.Hash, now time.Time) string {
	return fmt.Sprintf("%s\n%d\n%s\ntime %s\n", seal.OriginOf(owner), size, root, now.UTC().Format(time.RFC3339))
}

var errCheckpoint = errors.New("the checkpoint cannot be read")

// ReadCheckpoint checks a checkpoint's signature with the owner's public key.
func ReadCheckpoint(public string, raw []byte) (Checkpoint, error) {
	read, err := newNoteReader(public)
	if err != nil {
		return Checkpoint{}, err
	}
	return read(raw)
}

// A noteReader is ReadCheckpoint for many, with one key.
type noteReader func(raw []byte) (Checkpoint, error)

func newNoteReader(public string) (noteReader, error) {
	key, err := verifierOf(public)
	if err != nil {
		return nil, err
	}
	return func(raw []byte) (Checkpoint, error) { return readCheckpoint(key, raw) }, nil
}

func readCheckpoint(key note.Verifier, raw []byte) (Checkpoint, error) {
	n, err := openedNote(key, raw)
	if err != nil {
		return Checkpoint{}, err
	}
	lines := strings.Split(n.Text, "\n")
	owner, ok := strings.CutPrefix(lines[0], seal.OriginOf(""))
	if len(lines) != 5 || lines[4] != "" || !ok || lines[0] != n.Sigs[0].Name {
		return Checkpoint{}, errCheckpoint
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 {
		return Checkpoint{}, errCheckpoint
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, errCheckpoint
	}
	at, err := time.Parse(time.RFC3339, strings.TrimPrefix(lines[3], "time "))
	if err != nil || checkpointText(tilhor.OwnerID(owner), size, root, at) != n.Text { // one statement has one form
		return Checkpoint{}, errCheckpoint
	}
	return Checkpoint{Owner: tilhor.OwnerID(owner), Size: size, Root: root, Time: at.UTC(), Note: raw}, nil
}

var errSignature = errors.New("the signature is not the owner's")

func verifierOf(public string) (note.Verifier, error) {
	v, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return nil, errors.New("the public key cannot be read")
	}
	return v, nil
}

func openNote(public string, raw []byte) (*note.Note, error) {
	key, err := verifierOf(public)
	if err != nil {
		return nil, err
	}
	return openedNote(key, raw)
}

func openedNote(key note.Verifier, raw []byte) (*note.Note, error) {
	n, err := note.Open(raw, note.VerifierList(key))
	if err != nil {
		return nil, errSignature
	}
	// One note has one form: a signature's last letter has bits that a lenient
	// reader ignores.
	for _, s := range append(n.Sigs, n.UnverifiedSigs...) {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return nil, errSignature
		}
	}
	return n, nil
}
