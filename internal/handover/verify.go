package handover

import (
	"bytes"
	"encoding/hex"
	"hash/crc32"
	"html"
	"io"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/seal"
)

// A Place is where in a package something stands.
type Place struct {
	File  string
	Line  int
	Entry string // of the record
	Part  string // its label
}

// Say tells the place.
func (p Place) Say(w *lang.Words) string {
	s := p.File
	if s == "" {
		s = w.T("handover.place.package")
	}
	if p.Line > 0 {
		s += ", " + w.T("handover.place.line", "n", p.Line)
	}
	if p.Entry != "" {
		s += ", " + w.T("handover.place.entry", "id", p.Entry)
	}
	if p.Part != "" {
		s += ", " + w.T("handover.place.part", "label", p.Part)
	}
	return s
}

// A Wrong is one thing that does not hold, and where.
type Wrong struct {
	Place
	Key  string // handover.wrong.…
	Args []any
}

// Say tells it in plain words.
func (x Wrong) Say(w *lang.Words) string {
	return x.Place.Say(w) + ": " + w.T("handover.wrong."+x.Key, x.Args...)
}

// An Unreadable is a file that is refused whole: it is no package, or is not in
// the form a package has.
type Unreadable struct {
	Place
	Key  string // handover.unreadable.…
	Args []any
}

// Say tells why in plain words.
func (u Unreadable) Say(w *lang.Words) string {
	return u.Place.Say(w) + ": " + w.T("handover.unreadable."+u.Key, u.Args...)
}

func (u Unreadable) Error() string { return u.Say(lang.For(tilhor.English)) }

func unreadable(file, key string, args ...any) error {
	return Unreadable{Place: Place{File: file}, Key: key, Args: args}
}

// A Report is what Verify found.
type Report struct {
	Kind       Kind
	OwnerName  string
	SchoolName string
	Case       string
	Made       time.Time
	Key        string // the key it was checked with
	Given      bool   // that key came from elsewhere
	Files      int
	Entries    int
	Shown      int
	Withheld   map[Reason]int
	Shredded   int
	Forces     int // interventions against the pupil
	Attached   int // attachments that are the ones the record has
	Unproven   int // attached before the record kept a fingerprint: only the owner's signature speaks for them
	Tree       int64
	Signed     time.Time // of the checkpoint
	Wrong      []Wrong
	More       int // wrong besides those told
}

// Holds says whether everything held.
func (r Report) Holds() bool { return len(r.Wrong) == 0 }

// mostWrong is how many wrong things are told one by one.
const mostWrong = 200

func (r *Report) wrong(p Place, key string, args ...any) {
	if len(r.Wrong) == mostWrong {
		r.More++
		return
	}
	r.Wrong = append(r.Wrong, Wrong{p, key, args})
}

// A checker is a verification under way.
type checker struct {
	Report
	m     manifest
	names []string // in the order of the file
	texts map[string][]byte
	sums  map[string]fileLine
	left  int64 // of what may be read as text
	check journal.Checkpoint
	whole bool // the checkpoint holds
	shown map[string]string
	held  map[string]bool
}

// Verify checks a package with the owner's public key: public as it was given
// elsewhere, or "" for the one that the package carries itself. Its error is
// Unreadable for what is refused whole.
func Verify(r io.ReaderAt, size int64, public string) (Report, error) {
	c := &checker{texts: map[string][]byte{}, sums: map[string]fileLine{}, left: maxText, shown: map[string]string{}, held: map[string]bool{}}
	if err := readZip(r, size, c.take); err != nil {
		return Report{}, err
	}
	if err := c.manifest(public); err != nil {
		return Report{}, err
	}
	c.files()
	c.signature()
	c.checkpoint()
	if err := c.record(); err != nil {
		return Report{}, err
	}
	if err := c.forceRecord(); err != nil {
		return Report{}, err
	}
	c.counts()
	c.attached()
	for _, name := range c.names {
		if strings.HasSuffix(name, ".html") {
			c.page(name)
		}
	}
	return c.Report, nil
}

// take reads one file: those that are checked line by line as a whole, the others
// through their hash.
func (c *checker) take(e entry, r io.Reader) error {
	sum, h := newHash(), crc32.NewIEEE()
	to := io.Writer(io.MultiWriter(sum, h))
	var text bytes.Buffer
	if asText(e.name) {
		if c.left -= e.size; c.left < 0 {
			return unreadable(e.name, "text", "n", maxText>>20)
		}
		to = io.MultiWriter(sum, h, &text)
	}
	if n, err := io.Copy(to, r); err != nil || n != e.size {
		return unreadable(e.name, "cut", "at", e.at)
	}
	c.names = append(c.names, e.name)
	c.sums[e.name] = fileLine{Name: e.name, Size: e.size, SHA256: hex.EncodeToString(sum.Sum(nil))}
	if asText(e.name) {
		c.texts[e.name] = text.Bytes()
	}
	if h.Sum32() != e.crc {
		c.wrong(Place{File: e.name}, "crc")
	}
	return nil
}

func asText(name string) bool {
	return strings.HasSuffix(name, ".html") || slices.Contains([]string{fileManifest, fileSigned, fileRecord, fileForces, fileCheckpoint, fileKey}, name)
}

func (c *checker) manifest(public string) error {
	raw, ok := c.texts[fileManifest]
	if !ok {
		return unreadable(fileManifest, "missing")
	}
	if line, err := unmarshal(raw, &c.m, "  "); err != nil {
		return Unreadable{Place: Place{File: fileManifest, Line: line}, Key: "manifest"}
	}
	if !slices.Contains([]string{format, formatMore, formatFamily}, c.m.Format) {
		return unreadable(fileManifest, "format")
	}
	if c.m.Kind != ForState && c.m.Kind != ForFamily || c.m.Format == formatFamily && c.m.Kind != ForFamily || !seal.ValidOwner(tilhor.OwnerID(c.m.Owner)) {
		return unreadable(fileManifest, "manifest")
	}
	c.Kind, c.OwnerName, c.SchoolName, c.Case, c.Made = c.m.Kind, c.m.OwnerName, c.m.SchoolName, c.m.Case, c.m.Made
	c.Key, c.Given, c.Withheld = c.m.Key, public != "", map[Reason]int{}
	if c.Given {
		if c.Key = strings.TrimSpace(public); c.Key != c.m.Key {
			c.wrong(Place{File: fileManifest}, "key")
		}
	}
	return nil
}

// files holds what is there up against what the manifest says.
func (c *checker) files() {
	want := []string{fileManifest, fileSigned}
	for _, f := range c.m.Files {
		want = append(want, f.Name)
		got, there := c.sums[f.Name]
		switch {
		case !there:
			c.wrong(Place{File: f.Name}, "missing")
		case got.SHA256 != f.SHA256 || got.Size != f.Size:
			c.wrong(Place{File: f.Name}, "changed")
		}
		c.Files++
	}
	if _, there := c.sums[fileSigned]; !there {
		c.wrong(Place{File: fileSigned}, "missing")
	}
	for _, name := range c.names {
		if !slices.Contains(want, name) {
			c.wrong(Place{File: name}, "extra")
		}
	}
	for i, name := range c.names {
		if i < len(want) && want[i] != name && slices.Contains(want, name) && len(want) == len(c.names) {
			c.wrong(Place{File: name}, "order")
			break
		}
	}
	if key, there := c.texts[fileKey]; there && string(key) != c.m.Key+"\n" {
		c.wrong(Place{File: fileKey}, "other-key")
	}
}

func (c *checker) signature() {
	raw, there := c.texts[fileSigned]
	if !there {
		return
	}
	text, err := journal.CheckStatement(c.Key, raw)
	sum, err2 := hex.DecodeString(c.sums[fileManifest].SHA256)
	switch {
	case err != nil || err2 != nil:
		c.wrong(Place{File: fileSigned}, "signature")
	case text != statement(c.m.Format, c.m.Owner, [32]byte(sum)):
		c.wrong(Place{File: fileManifest}, "unsigned")
	}
}

func (c *checker) checkpoint() {
	check, err := journal.ReadCheckpoint(c.Key, c.texts[fileCheckpoint])
	if err != nil || string(check.Owner) != c.m.Owner || check.Size != c.m.Tree {
		c.wrong(Place{File: fileCheckpoint}, "checkpoint")
		return
	}
	c.check, c.whole, c.Tree, c.Signed = check, true, check.Size, check.Time
}

// record checks the entries of the track.
func (c *checker) record() (err error) {
	c.Entries, err = c.entries(fileRecord, []string{c.m.Stream}, c.m.Entries)
	return err
}

// forceRecord checks those of the interventions, each of a record of its own.
func (c *checker) forceRecord() error {
	if len(c.m.Forces) == 0 && c.m.ForceEntries == 0 {
		return nil
	}
	for _, s := range c.m.Forces {
		if !strings.HasPrefix(s, "force/") || c.m.Kind != ForState {
			return unreadable(fileManifest, "manifest")
		}
	}
	n, err := c.entries(fileForces, c.m.Forces, c.m.ForceEntries)
	c.Entries, c.Forces = c.Entries+n, len(c.m.Forces)
	return err
}

// counts holds how much is shown and withheld up against what the manifest says.
func (c *checker) counts() {
	if same := c.Shown == c.m.Parts.Shown && c.Shredded == c.m.Parts.Shredded && sameCounts(c.Withheld, c.m.Parts.Withheld); !same {
		c.wrong(Place{File: fileRecord}, "counts")
	}
}

// entries checks each entry of a file: its text, its place after the one before,
// the way to the signed root, and what it commits to. The file has these streams,
// one after another, and each from its beginning; the family's may leave some out,
// and then each that follows another at once must know its hash.
func (c *checker) entries(file string, streams []string, said int) (n int, err error) {
	raw := c.texts[file]
	if len(raw) > 0 && raw[len(raw)-1] != '\n' {
		return 0, Unreadable{Place: Place{File: file, Line: 1 + bytes.Count(raw, []byte("\n"))}, Key: "line"}
	}
	prev, leaf, seq, of := [32]byte{}, int64(-1), int64(0), 0
	for len(raw) > 0 {
		end := bytes.IndexByte(raw, '\n')
		n, seq = n+1, seq+1
		at := Place{File: file, Line: n}
		var line recordLine
		if _, err := unmarshal(raw[:end+1], &line, ""); err != nil {
			return n, Unreadable{Place: at, Key: "line"}
		}
		raw = raw[end+1:]
		e, err := journal.CheckProven(c.check, []byte(line.Entry), line.Leaf, line.Path)
		if err == journal.ErrBody {
			return n, Unreadable{Place: at, Key: "entry"}
		}
		at.Entry = string(e.ID)
		if err != nil && c.whole {
			c.wrong(at, "path")
		}
		if of+1 < len(streams) && e.Stream == streams[of+1] && seq > 1 {
			prev, leaf, seq, of = [32]byte{}, -1, 1, of+1
		}
		if of >= len(streams) || e.Stream != streams[of] || string(e.By.Owner) != c.m.Owner {
			c.wrong(at, "stream")
		}
		if c.m.Format == formatFamily && e.Seq > seq { // what is between is somebody else's
			prev, seq = e.Prev, e.Seq
		}
		if e.Prev != prev || e.Seq != seq || e.Leaf <= leaf {
			c.wrong(at, "chain")
		}
		prev, leaf = e.Hash, e.Leaf
		c.parts(at, e, line.Parts)
	}
	if n != said || of+1 < len(streams) {
		c.wrong(Place{File: file}, "entries", "n", n, "said", said)
	}
	return n, nil
}

func sameCounts(a, b map[Reason]int) bool {
	for _, r := range Reasons {
		if a[r] != b[r] {
			return false
		}
	}
	return true
}

// parts checks what an entry commits to: all of it is there, and what is shown is
// what was written.
func (c *checker) parts(at Place, e journal.Record, parts []partLine) {
	if len(parts) != len(e.Parts) {
		c.wrong(at, "parts")
		return
	}
	for i, p := range parts {
		at := at
		at.Part = p.Label
		if p.Label != e.Parts[i].Label {
			c.wrong(at, "parts")
			continue
		}
		switch p.State {
		case stateShown:
			salt, err := hex.DecodeString(p.Salt)
			if err != nil || len(salt) != 32 || p.Text == nil || p.Reason != "" || hex.EncodeToString(salt) != p.Salt {
				c.wrong(at, "part-form")
				continue
			}
			c.Shown++
			c.shown[p.Label] = *p.Text
			if seal.Commitment(p.Label, [32]byte(salt), *p.Text) != e.Parts[i].Commit {
				c.wrong(at, "words")
			}
		case stateWithheld:
			if !slices.Contains(Reasons, p.Reason) || p.Text != nil || p.Salt != "" {
				c.wrong(at, "part-form")
			}
			c.Withheld[p.Reason]++
			c.held[p.Label] = true
		case stateShredded:
			if p.Reason != "" || p.Text != nil || p.Salt != "" {
				c.wrong(at, "part-form")
			}
			c.Shredded++
			c.held[p.Label] = true
		default:
			c.wrong(at, "part-form")
		}
	}
}

// page holds each passage that a page shows up against the record: the page is
// what people read, and must say what was written.
func (c *checker) page(name string) {
	rest := string(c.texts[name])
	line := 1
	for {
		i := strings.Index(rest, ` data-part="`)
		if i < 0 {
			return
		}
		line += strings.Count(rest[:i], "\n")
		rest = rest[i+len(` data-part="`):]
		at := Place{File: name, Line: line}
		label, after, ok := strings.Cut(rest, `">`)
		text, _, ok2 := strings.Cut(after, "</p>")
		if !ok || !ok2 || len(label) > 500 {
			c.wrong(at, "page-form")
			return
		}
		label = html.UnescapeString(label)
		at.Part = label
		want, shown := c.shown[label]
		if strings.Contains(label, "#") {
			want, shown = c.within(label)
		}
		switch {
		case c.held[label]:
			c.wrong(at, "page-held")
		case !shown:
			c.wrong(at, "page-unknown")
		case html.UnescapeString(text) != want:
			c.wrong(at, "page-words")
		}
	}
}
