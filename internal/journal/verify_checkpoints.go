package journal

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math"
	"sort"
	"strconv"
	"time"

	"tilhor"

	"golang.org/x/mod/sumdb/tlog"
)

// Held is a file that somebody else holds: checkpoints from the archive or a
// witness, a proof, or a receipt.
type Held struct {
	Name string
	File []byte
}

// A signedRoot is what one checkpoint says, and where it was found.
type signedRoot struct {
	size  int64
	root  tlog.Hash
	time  time.Time
	where string
	sum   [32]byte // of the note
}

// theFile is what the report calls the file beside the owner key.
const theFile = "the file of checkpoints"

// checkpoints reads those of the database, of the file and of others.
func (v *verifier) checkpoints() error {
	read, err := newNoteReader(v.against.Public)
	if err != nil {
		return err
	}
	if v.against.read != nil {
		read = v.against.read
	}
	inDB, err := v.inDatabase(read)
	if err != nil {
		return err
	}
	v.signed = append(append(inDB, v.inFile(read, inDB)...), v.others(read)...)
	sort.SliceStable(v.signed, func(i, k int) bool { return v.signed[i].size < v.signed[k].size })
	return nil
}

// inDatabase reads the checkpoints of the database, by size.
func (v *verifier) inDatabase(read noteReader) (list []signedRoot, err error) {
	for after := int64(math.MinInt64); ; {
		page, err := v.rows.notes(after)
		if err != nil {
			return nil, err
		}
		for _, n := range page {
			after = n.size
			v.report.Checkpoints++
			c, err := read(n.note)
			switch {
			case err != nil:
				v.wrong(rankAround, nowhere, Signed, "journal_checkpoint.note", "the checkpoint of %d entries in the database is not signed by the owner", n.size)
			case c.Size != n.size || c.Owner != v.owner:
				v.wrong(rankAround, nowhere, Signed, "journal_checkpoint.size", "the checkpoint of %d entries in the database was moved: it was signed for %d of %s", n.size, c.Size, c.Owner)
			default:
				list = append(list, signedRoot{c.Size, c.Root, c.Time, "in the database", sha256.Sum256(n.note)})
				v.report.Newest = c
			}
		}
		if len(page) < verifyPage {
			return list, nil
		}
	}
}

// inFile reads the file of checkpoints. What a crash left half written at its
// end is no fault.
func (v *verifier) inFile(read noteReader, inDB []signedRoot) (out []signedRoot) {
	if v.against.File == nil {
		return nil
	}
	notes, rest := splitNotes(v.against.File)
	for i, raw := range notes {
		s, err := known(raw, inDB)
		if err != nil {
			c, err := read(raw)
			if err != nil || c.Owner != v.owner {
				v.wrong(rankAround, nowhere, Signed, theFile, "checkpoint %d in the file is not signed by the owner", i+1)
				continue
			}
			s = signedRoot{size: c.Size, root: c.Root, time: c.Time}
		}
		s.where = "in the file"
		v.report.Witnessed++
		out = append(out, s)
	}
	v.compare(inDB, out)
	v.rest(rest, out)
	return out
}

// rest is what stands after the last whole note: the beginning of one that the
// database has, which a crash left half written, is no fault.
func (v *verifier) rest(text []byte, inFile []signedRoot) {
	if len(text) == 0 {
		return
	}
	last := int64(0)
	for _, c := range inFile {
		last = max(last, c.size)
	}
	after, err := v.rows.notes(last)
	if err == nil && len(after) > 0 && bytes.HasPrefix(append(after[0].note, '\n'), text) {
		return
	}
	v.wrong(rankAround, nowhere, Signed, theFile, "the end of the file of checkpoints was changed: it is not the beginning of any checkpoint in the database")
}

var errUnknown = errors.New("not in the database")

// known finds a note of the file among those of the database, so that each
// signature is computed once.
func known(raw []byte, inDB []signedRoot) (signedRoot, error) {
	lines := bytes.SplitN(raw, []byte("\n"), 3)
	if len(lines) < 3 {
		return signedRoot{}, errUnknown
	}
	size, err := strconv.ParseInt(string(lines[1]), 10, 64)
	if err != nil {
		return signedRoot{}, errUnknown
	}
	i := bySize(inDB, size)
	if i < 0 || inDB[i].sum != sha256.Sum256(raw) {
		return signedRoot{}, errUnknown
	}
	return inDB[i], nil
}

func bySize(list []signedRoot, size int64) int {
	i := sort.Search(len(list), func(i int) bool { return list[i].size >= size })
	if i < len(list) && list[i].size == size {
		return i
	}
	return -1
}

// compare looks for checkpoints that stand in one place and not in the other.
func (v *verifier) compare(inDB, inFile []signedRoot) {
	if len(inFile) == 0 && len(inDB) > 0 {
		v.wrong(rankAround, nowhere, Signed, theFile, "the file of checkpoints is missing or empty, though the database has %d", len(inDB))
	}
	if len(inDB) == 0 || len(inFile) == 0 {
		return
	}
	in := make(map[int64]bool, len(inFile))
	first, last := inFile[0].size, inFile[0].size
	for _, c := range inFile {
		in[c.size] = true
		first, last = min(first, c.size), max(last, c.size)
		if bySize(inDB, c.size) < 0 && c.size <= inDB[len(inDB)-1].size {
			v.wrong(rankAround, nowhere, Signed, "journal_checkpoint", "the checkpoint of %d entries stands in the file but was deleted from the database", c.size)
		}
	}
	for _, c := range inDB {
		if !in[c.size] && c.size >= first && c.size <= last {
			v.wrong(rankAround, nowhere, Signed, theFile, "the checkpoint of %d entries stands in the database but was deleted from the file", c.size)
		}
	}
}

// others reads the checkpoints that somebody else holds.
func (v *verifier) others(read noteReader) (out []signedRoot) {
	for _, h := range v.against.Held {
		for _, raw := range heldNotes(h.File) {
			c, err := read(raw)
			if err != nil || c.Owner != v.owner {
				v.wrong(rankAround, nowhere, Signed, h.Name, "a checkpoint in %s is not signed by the owner's key: it is another owner's, or one of the two keys was swapped", h.Name)
				continue
			}
			v.report.Compared++
			out = append(out, signedRoot{size: c.Size, root: c.Root, time: c.Time, where: "in " + h.Name})
		}
	}
	return out
}

// heldNotes finds the checkpoints in a file of checkpoints, in a proof, or in a
// receipt that goes on with its proof.
func heldNotes(file []byte) [][]byte {
	file = bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n"))
	if i := bytes.Index(file, []byte(proofFormat+"\n")); i >= 0 {
		_, file, _ = bytes.Cut(file[i:], []byte("\n\n"))
	} else if isReceipt(file) {
		return nil
	}
	notes, _ := splitNotes(append(bytes.TrimRight(file, "\n"), "\n\n"...))
	return notes
}

func isReceipt(file []byte) bool { return bytes.HasPrefix(file, []byte(receiptFormat+"\n")) }

// held compares the receipts that somebody else holds with the entries: what
// left the database before any checkpoint is seen by these alone.
func (v *verifier) held() error {
	for _, h := range v.against.Held {
		if !isReceipt(h.File) {
			continue
		}
		r, err := CheckReceipt(v.against.Public, h.File)
		if err != nil || r.Owner != v.owner {
			v.wrong(rankAround, nowhere, Signed, h.Name, "the receipt in %s is not signed by the owner's key: it is another owner's, or one of the two keys was swapped", h.Name)
			continue
		}
		v.report.Compared++
		f, err := v.rows.entry(r.Entry)
		switch {
		case errors.Is(err, tilhor.ErrNotFound):
			f = found{id: r.Entry, leaf: -1}
			v.wrong(rankSure, f, Missing, "journal_entry", "is missing, though the owner has signed for it (%s): it was deleted", h.Name)
		case err != nil:
			return err
		case !bytes.Equal(f.hash, r.Hash[:]):
			v.wrong(rankSure, f, Changed, "journal_entry.body", "is not what the owner has signed for (%s): it was rewritten", h.Name)
		}
	}
	return nil
}
