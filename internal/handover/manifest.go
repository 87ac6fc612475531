package handover

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// The names of the files that prove a package.
const (
	fileManifest   = "manifest.json"
	fileSigned     = "manifest.sig"
	fileRecord     = "bevis/record.jsonl"
	fileCheckpoint = "bevis/checkpoint.txt"
	fileKey        = "bevis/owner.pub"
)

// The formats. What holds attachments says so: a verifier that knows the first
// only refuses it, and does not pass over what it cannot check. So does what is
// for the family: entries that are somebody else's at home are not in it.
const (
	format       = "tilhor package 1"
	formatMore   = "tilhor package 2"
	formatFamily = "tilhor package 3"
)

// A manifest says what is in a package. Its field order and meaning stand in
// docs/guide/package.md.
type manifest struct {
	Format     string     `json:"format"`
	Kind       Kind       `json:"kind"`
	Owner      string     `json:"owner"`
	OwnerName  string     `json:"ownerName"`
	SchoolName string     `json:"schoolName"`
	Stream     string     `json:"stream"`
	Case       string     `json:"case"`
	Made       time.Time  `json:"made"`
	Person     string     `json:"person"`
	Role       string     `json:"role"`
	Lang       string     `json:"lang"`
	Readings   bool       `json:"readings"`
	Key        string     `json:"key"`
	Tree       int64      `json:"tree"`
	Entries    int        `json:"entries"`
	Parts      partCounts `json:"parts"`
	Files      []fileLine `json:"files"`
	// Interventions: the record of each, in the order they stand, and how many
	// entries they have together.
	Forces       []string `json:"interventions,omitempty"`
	ForceEntries int      `json:"interventionEntries,omitempty"`
}

type partCounts struct {
	Shown    int            `json:"shown"`
	Withheld map[Reason]int `json:"withheld"`
	Shredded int            `json:"shredded"`
}

type fileLine struct {
	Name   string `json:"name"`
	What   string `json:"what"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	Part   string `json:"part,omitempty"` // of an attachment: the passage of the record that has its fingerprint
}

func (m manifest) text() []byte {
	raw, err := marshal(m, "  ")
	if err != nil {
		panic(err) // a struct of strings and numbers
	}
	return raw
}

// marshal writes JSON in the one form a package has it in.
func marshal(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(v)
	return b.Bytes(), err
}

// unmarshal reads JSON that marshal wrote, and nothing else. It gives the line
// where it stopped being that.
func unmarshal(raw []byte, v any, indent string) (line int, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		at := d.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = syntax.Offset
		}
		return 1 + bytes.Count(raw[:min(at, int64(len(raw)))], []byte("\n")), errForm
	}
	again, err := marshal(v, indent)
	if err != nil {
		return 1, errForm
	}
	for i := range again {
		if i >= len(raw) || raw[i] != again[i] {
			return 1 + bytes.Count(again[:i], []byte("\n")), errForm
		}
	}
	if len(raw) != len(again) {
		return 1 + bytes.Count(again, []byte("\n")), errForm
	}
	return 0, nil
}

var errForm = errors.New("not in the form a package has")

// statement is what the owner signs: that this is the manifest.
func statement(format, owner string, sum [32]byte) string {
	return fmt.Sprintf("%s\nowner %s\nmanifest %s\n", format, owner, hex.EncodeToString(sum[:]))
}

// Fingerprint is how a public key is compared by eye: SHA-256 of the file
// owner.pub, in groups.
func Fingerprint(public string) string {
	i := itemOf("", "", []byte(public+"\n"))
	s := hex.EncodeToString(i.sum[:])
	out := ""
	for n := 0; n < len(s); n += 8 {
		if n > 0 {
			out += " "
		}
		out += s[n : n+8]
	}
	return out
}

// hashOf is the hash of the whole file, and its size.
func hashOf(items []item) (sum string, size int64, err error) {
	h := newHash()
	size, err = writeZip(h, items)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

var _ io.WriterTo = (*Package)(nil)
