package journal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// An Attestation (bekreftelse) is a signed statement that an act stands in the
// record, and which words it was about. It is for acts that are public: anybody who
// reads the words can check that they are those that were signed. Like a receipt it
// is made from the stored entry, so asking twice gives the same.
type Attestation struct {
	Owner tilhor.OwnerID
	Entry tilhor.EntryID
	Hash  [32]byte // of the entry in the record
	Act   string
	At    time.Time
	Words []string
	File  []byte // the signed statement, to keep
	Proof []byte // that the entry is in the tree; nil until the tree has it
}

const attestFormat = "tilhor attestation 1"

// Attest signs that an entry is of an act and these words; tilhor.ErrNotFound when
// it is of another act, and Altered when it is not as it was written. Who calls it
// has read the words from what the entry commits to.
func (j *Journal) Attest(tx *db.Tx, owner tilhor.OwnerID, entry tilhor.EntryID, act string, words ...string) (Attestation, error) {
	e, err := j.Entry(tx, owner, entry)
	if err != nil {
		return Attestation{}, err
	}
	if e.Act != act {
		return Attestation{}, tilhor.ErrNotFound
	}
	a := Attestation{Owner: owner, Entry: e.ID, Hash: e.Hash, Act: act, At: e.When.Written, Words: words}
	if a.File, err = j.keys.Sign(owner, a.statement()); err != nil {
		return Attestation{}, fmt.Errorf("sign an attestation: %w", err)
	}
	a.Proof, err = j.Proof(tx, owner, entry)
	if errors.Is(err, tilhor.ErrNotFound) {
		err = nil
	}
	return a, err
}

// statement is the text that is signed. A word stands quoted on its own line.
func (a Attestation) statement() string {
	var b strings.Builder
	fmt.Fprintln(&b, attestFormat)
	fmt.Fprintln(&b, "owner", a.Owner)
	fmt.Fprintln(&b, "entry", a.Entry)
	fmt.Fprintln(&b, "hash", base64.StdEncoding.EncodeToString(a.Hash[:]))
	fmt.Fprintln(&b, "act", a.Act)
	fmt.Fprintln(&b, "written", a.At.UTC().Format("2006-01-02T15:04:05.000Z"))
	for _, w := range a.Words {
		fmt.Fprintln(&b, "word", strconv.Quote(w))
	}
	return b.String()
}

// Attestable says whether an attestation of these words can be checked by who gets it:
// there is room for the signature and a proof beside them.
func Attestable(words ...string) bool {
	return len(Attestation{Words: words}.statement()) <= maxReceipt-maxReceipt/8
}

var errAttestation = errors.New("the file is not an attestation")

// IsAttestation says whether a file begins as one.
func IsAttestation(file []byte) bool { return bytes.HasPrefix(file, []byte(attestFormat)) }

// CheckAttestation checks one with nothing but the owner's public key. The file may
// go on with a proof.
func CheckAttestation(public string, file []byte) (Attestation, error) {
	if len(file) > maxReceipt || !IsAttestation(file) {
		return Attestation{}, errAttestation
	}
	file, proof := splitProof(file)
	n, err := openNote(public, file)
	if err != nil {
		return Attestation{}, err
	}
	a := Attestation{File: file, Proof: proof}
	for _, line := range strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")[1:] {
		k, v, _ := strings.Cut(line, " ")
		switch k {
		case "owner":
			a.Owner = tilhor.OwnerID(v)
		case "entry":
			a.Entry = tilhor.EntryID(v)
		case "hash":
			if hash, err := base64.StdEncoding.DecodeString(v); err == nil && len(hash) == 32 {
				a.Hash = [32]byte(hash)
			}
		case "act":
			a.Act = v
		case "written":
			a.At, _ = time.Parse("2006-01-02T15:04:05.000Z", v)
		case "word":
			if w, err := strconv.Unquote(v); err == nil {
				a.Words = append(a.Words, w)
			}
		}
	}
	if a.statement() != n.Text { // one statement has one form
		return Attestation{}, errAttestation
	}
	return a, nil
}

// CheckIn checks that the act's entry is in the tree of a later checkpoint.
func (a Attestation) CheckIn(public string, file []byte) (Checkpoint, error) {
	return Receipt{Hash: a.Hash, Proof: a.Proof}.CheckIn(public, file)
}
