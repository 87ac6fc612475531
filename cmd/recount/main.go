// Recount is a second verifier of the record, for who does not want to take the
// first one's word: it reads what `tilhor journal export` writes and the owner's
// public key, and shares no code with Tilhør: nothing but Go's own library. The
// formats stand in docs/guide/record.md, so that anybody can write a third.
//
//	recount FILE --key owner.pub [--checkpoints FILE]
//
// It ends with 0 when everything agrees, 1 when something does not, each on a
// line of its own, and 2 when it cannot read what it was given.
package main

import (
	"bufio"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

func main() {
	code, err := run(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "recount:", err)
	}
	os.Exit(code)
}

func run(args []string, out io.Writer) (int, error) {
	flags := flag.NewFlagSet("recount", flag.ContinueOnError)
	keyFile := flags.String("key", "", "the owner's public key (owner.pub), as you were given it")
	heldFile := flags.String("checkpoints", "", "checkpoints that you hold, to compare with")
	name := ""
	for len(args) > 0 { // the file may stand before its flags
		if err := flags.Parse(args); err != nil {
			return 2, err
		}
		if args = flags.Args(); len(args) > 0 {
			name, args = args[0], args[1:]
		}
	}
	if name == "" || *keyFile == "" {
		return 2, errors.New("want: recount FILE --key owner.pub [--checkpoints FILE]")
	}
	public, err := os.ReadFile(*keyFile)
	if err != nil {
		return 2, err
	}
	c := &count{out: out, streams: map[string]end{}, signed: map[int64]bool{}}
	if c.key, err = readKey(strings.TrimSpace(string(public))); err != nil {
		return 2, err
	}
	if *heldFile != "" {
		held, err := os.ReadFile(*heldFile)
		if err != nil {
			return 2, err
		}
		c.hold(string(held))
	}
	in, err := os.Open(name)
	if err != nil {
		return 2, err
	}
	defer in.Close()
	if err := c.read(in); err != nil {
		return 2, err
	}
	c.finish()
	if c.bad > 0 {
		return 1, fmt.Errorf("%d things do not agree", c.bad)
	}
	fmt.Fprintf(out, "%s: %d entries in %d streams, %d of them in the tree, %d checkpoints: all of it agrees\n", c.owner, c.entries, len(c.streams), c.size, len(c.signed))
	return 0, nil
}

// A count is what has been read so far.
type count struct {
	out                io.Writer
	key                key
	owner              string
	entries, size, bad int64
	streams            map[string]end
	edge               [][32]byte // roots of the whole subtrees of the tree, the largest first
	signed             map[int64]bool
	last               int64 // the size of the newest checkpoint in the export
	held               []checkpoint
}

// An end is the last entry of a stream.
type end struct {
	seq  int64
	hash string
}

func (c *count) wrong(format string, args ...any) {
	c.bad++
	fmt.Fprintf(c.out, "WRONG: "+format+"\n", args...)
}

// read goes through the export, line by line.
func (c *count) read(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), 64<<20)
	for n := 1; lines.Scan(); n++ {
		var l struct {
			Type, Format, Owner, Key, Hash, Body, Note string
			Leaf                                       *int64
			Size                                       int64
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return fmt.Errorf("line %d is not JSON", n)
		}
		switch {
		case n == 1 && (l.Type != "record" || l.Format != "tilhor record 1"):
			return errors.New("this is not an export of a record")
		case n == 1:
			c.owner = l.Owner
			if k, err := readKey(l.Key); err != nil || !k.public.Equal(c.key.public) {
				c.wrong("the export bears another public key than the one you gave")
			}
		case l.Type == "entry":
			c.entry(l.Leaf, l.Hash, l.Body)
		case l.Type == "checkpoint":
			c.checkpoint(l.Size, l.Note)
		default:
			return fmt.Errorf("line %d is of no kind this program knows", n)
		}
	}
	return lines.Err()
}

// entry checks the hash, the chain of the stream, and the place in the tree.
func (c *count) entry(leaf *int64, hash, body string) {
	c.entries++
	var b struct {
		Format, Owner, Stream, ID, Prev string
		Seq                             int64
	}
	sum := sha256.Sum256([]byte(body))
	if err := json.Unmarshal([]byte(body), &b); err != nil || b.Format != "tilhor entry 1" {
		c.wrong("the text of the entry with the hash %s cannot be read", hash)
	}
	name := fmt.Sprintf("entry %s (stream %s, number %d)", b.ID, b.Stream, b.Seq)
	if hex.EncodeToString(sum[:]) != hash {
		c.wrong("%s: its text is not what its hash says", name)
	}
	if b.Owner != c.owner {
		c.wrong("%s: belongs to another owner", name)
	}
	before, begun := c.streams[b.Stream]
	if !begun {
		before.hash = strings.Repeat("0", 64)
	}
	if b.Seq != before.seq+1 || b.Prev != before.hash {
		c.wrong("%s: does not follow number %d of its stream: one of the two was changed, or an entry is missing", name, before.seq)
	}
	c.streams[b.Stream] = end{b.Seq, hash}
	if leaf == nil {
		return
	}
	if *leaf != c.size {
		c.wrong("%s: stands at leaf %d, where %d would come: an entry is missing, or was moved", name, *leaf, c.size)
	}
	raw, _ := hex.DecodeString(hash)
	c.grow(sha256.Sum256(append([]byte{0}, raw...)))
}

// grow adds a leaf to the tree (RFC 6962, section 2.1).
func (c *count) grow(h [32]byte) {
	for n := c.size; n%2 == 1; n /= 2 {
		h = node(c.edge[len(c.edge)-1], h)
		c.edge = c.edge[:len(c.edge)-1]
	}
	c.edge = append(c.edge, h)
	c.size++
	for _, k := range c.held {
		if k.size == c.size && k.root != c.root() {
			c.wrong("the checkpoint of %d entries that you hold is of another record", k.size)
		}
	}
}

func node(left, right [32]byte) [32]byte {
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

func (c *count) root() [32]byte {
	if len(c.edge) == 0 {
		return sha256.Sum256(nil)
	}
	h := c.edge[len(c.edge)-1]
	for i := len(c.edge) - 2; i >= 0; i-- {
		h = node(c.edge[i], h)
	}
	return h
}

// checkpoint checks the signature, and the root against the entries before it.
func (c *count) checkpoint(size int64, note string) {
	k, err := c.key.open(note)
	switch {
	case size <= c.last:
		c.wrong("the checkpoint of %d entries comes after one of %d", size, c.last)
	case err != nil:
		c.wrong("the checkpoint of %d entries %v", size, err)
	case k.size != size || k.owner != c.owner:
		c.wrong("the checkpoint of %d entries was signed for %d of %s", size, k.size, k.owner)
	case k.size != c.size || k.root != c.root():
		c.wrong("the checkpoint of %d entries (%s) does not fit the %d before it: one of them was changed", size, k.time, c.size)
	}
	c.signed[size], c.last = true, max(c.last, size)
}

// hold reads the checkpoints that somebody has kept: text, empty line,
// signature, empty line, and so on.
func (c *count) hold(file string) {
	part := strings.Split(strings.TrimRight(file, "\n"), "\n\n")
	for i := 0; i < len(part); i += 2 {
		k, err := c.key.open(strings.Join(part[i:min(i+2, len(part))], "\n\n") + "\n")
		if err != nil {
			c.wrong("checkpoint %d of those you hold %v", i/2+1, err)
			continue
		}
		c.held = append(c.held, k)
	}
}

// finish looks at what the end of the export must have.
func (c *count) finish() {
	if c.last != c.size {
		c.wrong("the tree has %d entries, but the newest checkpoint is of %d: entries or checkpoints are missing", c.size, c.last)
	}
	for _, k := range c.held {
		switch {
		case k.size > c.size:
			c.wrong("you hold a checkpoint of %d entries (%s), but the record has %d: its end is missing, or it is an older one", k.size, k.time, c.size)
		case !c.signed[k.size]:
			c.wrong("the checkpoint of %d entries that you hold is not in the record", k.size)
		}
	}
}

// A key checks the signatures of one owner.
type key struct {
	name   string
	id     string
	public ed25519.PublicKey
}

// readKey reads name+id+base64(0x01 ‖ key); the id is the beginning of
// SHA-256(name ‖ line break ‖ 0x01 ‖ key).
func readKey(text string) (k key, err error) {
	part := strings.SplitN(text, "+", 3)
	if len(part) != 3 {
		return k, errors.New("the public key cannot be read")
	}
	raw, err := base64.StdEncoding.DecodeString(part[2])
	sum := sha256.Sum256(append([]byte(part[0]+"\n"), raw...))
	if err != nil || len(raw) != 33 || raw[0] != 1 || hex.EncodeToString(sum[:4]) != part[1] {
		return k, errors.New("the public key cannot be read")
	}
	return key{part[0], string(sum[:4]), raw[1:]}, nil
}

// A checkpoint is what a signed note says.
type checkpoint struct {
	owner, time string
	size        int64
	root        [32]byte
}

// open checks the one signature of a note and reads its text.
func (k key) open(note string) (c checkpoint, err error) {
	text, signature, _ := strings.Cut(note, "\n\n")
	text += "\n"
	code, ok := strings.CutPrefix(signature, "— "+k.name+" ")
	raw, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSuffix(code, "\n"))
	if !ok || !strings.HasSuffix(code, "\n") || err != nil || len(raw) != 68 || string(raw[:4]) != k.id || !ed25519.Verify(k.public, []byte(text), raw[4:]) {
		return c, errors.New("is not signed by the owner")
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[0] != k.name {
		return c, errors.New("cannot be read")
	}
	c.owner, c.time = strings.TrimPrefix(lines[0], "tilhor/"), strings.TrimPrefix(lines[3], "time ")
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if c.size, _ = strconv.ParseInt(lines[1], 10, 64); err != nil || len(root) != 32 {
		return c, errors.New("cannot be read")
	}
	c.root = [32]byte(root)
	return c, nil
}
