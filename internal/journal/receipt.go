package journal

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/file"
	"tilhor/internal/lang"

	"rsc.io/qr"
)

// A Receipt (kvittering) is a signed statement that a school has received what
// somebody told. It names no child and no content, and it claims reception, not
// knowledge. It is made from the stored entry, so asking twice gives the same.
type Receipt struct {
	Owner     tilhor.OwnerID
	School    tilhor.SchoolID
	Entry     tilhor.EntryID
	Hash      [32]byte // of the entry in the record
	At        time.Time
	Precision tilhor.Precision // tilhor.Hour on the anonymous route
	For       []tilhor.Role
	TakenUp   bool   // taken up with rektor already
	File      []byte // the signed statement, to keep
	Proof     []byte // that the entry is in the tree; nil until the tree has it
}

// Receipt makes the receipt of an entry that is the reception of something
// told; tilhor.ErrNotFound for any other, and Altered when the entry is not as it
// was written: nothing else is ever signed. Call it after the act is durable.
func (j *Journal) Receipt(tx *db.Tx, owner tilhor.OwnerID, entry tilhor.EntryID) (Receipt, error) {
	e, err := j.Entry(tx, owner, entry)
	if err != nil {
		return Receipt{}, err
	}
	if e.Told == nil {
		return Receipt{}, tilhor.ErrNotFound
	}
	r := Receipt{
		Owner: owner, School: e.By.School, Entry: e.ID, Hash: e.Hash, At: e.When.Written, Precision: tilhor.Exact,
		For: e.Told.For, TakenUp: e.Told.TakenUp,
	}
	if e.Quiet {
		r.Precision = tilhor.Hour
	}
	if r.File, err = j.keys.Sign(owner, r.statement()); err != nil {
		return Receipt{}, fmt.Errorf("sign a receipt: %w", err)
	}
	r.Proof, err = j.Proof(tx, owner, entry)
	if errors.Is(err, tilhor.ErrNotFound) {
		err = nil
	}
	return r, err
}

const receiptFormat = "tilhor receipt 1"

// statement is the text that is signed.
func (r Receipt) statement() string {
	var b strings.Builder
	fmt.Fprintln(&b, receiptFormat)
	fmt.Fprintln(&b, "owner", r.Owner)
	fmt.Fprintln(&b, "school", r.School)
	fmt.Fprintln(&b, "entry", r.Entry)
	fmt.Fprintln(&b, "hash", base64.StdEncoding.EncodeToString(r.Hash[:]))
	fmt.Fprintln(&b, "received", r.At.UTC().Format("2006-01-02T15:04:05.000Z"))
	fmt.Fprintln(&b, "precision", r.Precision)
	fmt.Fprintln(&b, "for", join(r.For))
	fmt.Fprintln(&b, "taken-up", yesNo(r.TakenUp))
	return b.String()
}

func join(roles []tilhor.Role) string {
	s := make([]string, len(roles))
	for i, r := range roles {
		s[i] = string(r)
	}
	return strings.Join(s, ",")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

var errReceipt = errors.New("the file is not a receipt")

// maxReceipt bounds what a reader takes for a receipt, a proof or a checkpoint.
const maxReceipt = 64 << 10

// CheckReceipt checks a receipt with nothing but the owner's public key. The
// file may go on with a proof.
func CheckReceipt(public string, file []byte) (Receipt, error) {
	if len(file) > maxReceipt {
		return Receipt{}, errReceipt
	}
	file, proof := splitProof(file)
	if !bytes.HasPrefix(file, []byte(receiptFormat+"\n")) {
		return Receipt{}, errReceipt
	}
	n, err := openNote(public, file)
	if err != nil {
		return Receipt{}, err
	}
	r, err := readStatement(n.Text)
	if err != nil {
		return Receipt{}, err
	}
	r.File, r.Proof = file, proof
	return r, nil
}

// splitProof parts a signed statement from the proof it may go on with.
func splitProof(file []byte) (statement, proof []byte) {
	file = bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n"))
	if i := bytes.Index(file, []byte(proofFormat+"\n")); i >= 0 {
		file, proof = file[:i], file[i:]
	}
	return append(bytes.TrimRight(file, "\n"), '\n'), proof
}

func readStatement(text string) (Receipt, error) {
	f := map[string]string{}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n")[1:] {
		k, v, _ := strings.Cut(line, " ")
		f[k] = v
	}
	hash, err := base64.StdEncoding.DecodeString(f["hash"])
	at, err2 := time.Parse("2006-01-02T15:04:05.000Z", f["received"])
	if err != nil || err2 != nil || len(hash) != 32 {
		return Receipt{}, errReceipt
	}
	r := Receipt{
		Owner: tilhor.OwnerID(f["owner"]), School: tilhor.SchoolID(f["school"]), Entry: tilhor.EntryID(f["entry"]),
		Hash: [32]byte(hash), At: at, Precision: tilhor.Precision(f["precision"]), TakenUp: f["taken-up"] == "yes",
	}
	for _, role := range strings.Split(f["for"], ",") {
		if role != "" {
			r.For = append(r.For, tilhor.Role(role))
		}
	}
	if r.statement() != text {
		return Receipt{}, errReceipt
	}
	return r, nil
}

// Short is what a person can read aloud: sixteen characters of the entry's hash.
func (r Receipt) Short() string {
	s := strings.ToLower(base32.StdEncoding.EncodeToString(r.Hash[:10]))
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// When is the time of reception with its precision, for showing.
func (r Receipt) When() tilhor.When {
	return tilhor.When{At: r.At, Precision: r.Precision, Written: r.At}
}

// Text is the receipt in words: one sentence a line.
func (r Receipt) Text(w *lang.Words, school string) string {
	roles := make([]string, len(r.For))
	for i, role := range r.For {
		roles[i] = w.T("receipt.role." + string(role))
	}
	lines := []string{w.T("receipt.received", "school", school, "when", w.Moment(r.When()))}
	if len(roles) > 0 {
		lines = append(lines, w.T("receipt.for", "roles", w.List(roles)))
	}
	lines = append(lines, w.T("receipt.taken-up."+yesNo(r.TakenUp)), w.T("receipt.short", "short", r.Short()), w.T("receipt.means"))
	return strings.Join(lines, "\n")
}

// QR is the whole signed statement as a square of dots (SVG), so that a
// photograph of the screen can be checked later.
func (r Receipt) QR() (string, error) {
	svg, err := file.Square(string(r.File), qr.L, 3)
	if err != nil {
		return "", fmt.Errorf("draw a receipt: %w", err)
	}
	return svg, nil
}
