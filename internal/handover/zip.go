package handover

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"regexp"
)

// A package is an ordinary zip file that any program opens, written in one form
// only: nothing is packed, no file has extra fields, a time or a comment, and the
// directory says what the files said. So every byte of it is accounted for, one
// that is changed is seen, and a file can neither swell when it is read nor name
// a place outside it.

// Limits of what is read, and so of what is made.
const (
	maxPackage = 1<<32 - 1
	maxItems   = 2000
	maxText    = 64 << 20
	maxName    = 100
)

// An item is one file of a package. What is large is written from where it lies.
type item struct {
	name  string
	what  string // what the manifest calls it
	size  int64
	crc   uint32
	sum   [32]byte
	part  string // of an attachment
	write func(io.Writer) error
}

func itemOf(name, what string, data []byte) item {
	return item{
		name: name, what: what, size: int64(len(data)), crc: crc32.ChecksumIEEE(data), sum: sha256.Sum256(data),
		write: func(w io.Writer) error { _, err := w.Write(data); return err },
	}
}

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*(\.[a-z0-9]+)?(/[a-z0-9][a-z0-9-]*(\.[a-z0-9]+)?)?$`)

const (
	localSize   = 30
	centralSize = 46
	endSize     = 22
)

var le = binary.LittleEndian

// common is what stands alike in a file's own head and in the directory, from the
// version it takes to read it: 1.0, names in UTF-8, nothing packed, 1 January
// 1980, the checksum, the size twice, the length of the name, no extra field.
func common(b []byte, name string, size int64, crc uint32) []byte {
	b = le.AppendUint16(b, 10)
	b = le.AppendUint16(b, 0x0800)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint16(b, 0x21)
	b = le.AppendUint32(b, crc)
	b = le.AppendUint32(b, uint32(size))
	b = le.AppendUint32(b, uint32(size))
	b = le.AppendUint16(b, uint16(len(name)))
	return le.AppendUint16(b, 0)
}

func localHead(name string, size int64, crc uint32) []byte {
	return append(common([]byte("PK\x03\x04"), name, size, crc), name...)
}

func centralHead(name string, size int64, crc uint32, at int64) []byte {
	b := common([]byte("PK\x01\x02\x14\x00"), name, size, crc)
	b = append(b, make([]byte, 10)...) // no comment, one disk, no attributes
	b = le.AppendUint32(b, uint32(at))
	return append(b, name...)
}

func endOf(n int, size, at int64) []byte {
	b := []byte("PK\x05\x06\x00\x00\x00\x00")
	b = le.AppendUint16(b, uint16(n))
	b = le.AppendUint16(b, uint16(n))
	b = le.AppendUint32(b, uint32(size))
	b = le.AppendUint32(b, uint32(at))
	return le.AppendUint16(b, 0)
}

// zipSize is how long the file of these items is.
func zipSize(items []item) (n int64) {
	for _, i := range items {
		n += localSize + centralSize + 2*int64(len(i.name)) + i.size
	}
	return n + endSize
}

var errSize = errors.New("the package would be larger than a package can be")

func writeZip(w io.Writer, items []item) (int64, error) {
	c := &counter{w: w}
	if len(items) > maxItems || zipSize(items) > maxPackage {
		return 0, errSize
	}
	var dir []byte
	for _, i := range items {
		dir = append(dir, centralHead(i.name, i.size, i.crc, c.n)...)
		if _, err := c.Write(localHead(i.name, i.size, i.crc)); err != nil {
			return c.n, err
		}
		from := c.n
		if err := i.write(c); err != nil {
			return c.n, err
		}
		if c.n-from != i.size {
			return c.n, fmt.Errorf("%s is not as long as it was when it was measured", i.name)
		}
	}
	_, err := c.Write(append(dir, endOf(len(items), int64(len(dir)), c.n)...))
	return c.n, err
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// An entry is one file as it stands in a zip that is read.
type entry struct {
	name string
	size int64
	crc  uint32
	at   int64
}

// readZip reads a package from its front, and gives each file to take in the
// order they stand. take reads as much of a file as it wants. Whatever is not
// exactly as writeZip writes it is refused, with the place; that the checksum is
// that of the bytes is for who reads them.
func readZip(r io.ReaderAt, size int64, take func(e entry, r io.Reader) error) error {
	if size > maxPackage {
		return unreadable("", "large", "n", maxPackage>>20)
	}
	var dir []byte
	var all []entry
	seen := map[string]bool{}
	at := int64(0)
	for {
		head := make([]byte, localSize)
		if n, _ := r.ReadAt(head, at); n < 4 {
			return unreadable("", "cut", "at", at)
		}
		if string(head[:4]) == "PK\x01\x02" && len(all) > 0 {
			break
		}
		e, err := readHead(r, head, at, size)
		if err != nil {
			return err
		}
		if seen[e.name] {
			return unreadable(e.name, "twice")
		}
		if seen[e.name] = true; len(all) == maxItems {
			return unreadable("", "many", "n", maxItems)
		}
		all = append(all, e)
		if err := take(e, io.NewSectionReader(r, e.at, e.size)); err != nil {
			return err
		}
		dir = append(dir, centralHead(e.name, e.size, e.crc, at)...)
		at = e.at + e.size
	}
	return readDir(r, size, at, append(dir, endOf(len(all), int64(len(dir)), at)...), all)
}

// readHead reads the head of the file that begins at a place.
func readHead(r io.ReaderAt, head []byte, at, size int64) (entry, error) {
	if string(head[:4]) != "PK\x03\x04" {
		if at == 0 {
			return entry{}, unreadable("", "not-zip")
		}
		return entry{}, unreadable("", "head", "at", at)
	}
	n := int64(le.Uint16(head[26:]))
	if method := le.Uint16(head[8:]); method != 0 {
		return entry{}, unreadable("", "packed", "at", at)
	}
	if n == 0 || n > maxName {
		return entry{}, unreadable("", "name", "at", at)
	}
	name := make([]byte, n)
	if _, err := r.ReadAt(name, at+localSize); err != nil {
		return entry{}, unreadable("", "cut", "at", at)
	}
	if !validName.Match(name) {
		return entry{}, unreadable("", "name", "at", at)
	}
	e := entry{name: string(name), size: int64(le.Uint32(head[18:])), crc: le.Uint32(head[14:]), at: at + localSize + n}
	if !bytes.Equal(localHead(e.name, e.size, e.crc), append(head, name...)) {
		return entry{}, unreadable(e.name, "form", "at", at)
	}
	if e.at+e.size > size-endSize-centralSize {
		return entry{}, unreadable(e.name, "cut", "at", at)
	}
	return e, nil
}

// readDir holds the directory at the end up against the files.
func readDir(r io.ReaderAt, size, at int64, want []byte, all []entry) error {
	if size != at+int64(len(want)) {
		return unreadable("", "end", "at", min(size, at+int64(len(want))))
	}
	got := make([]byte, len(want))
	if _, err := r.ReadAt(got, at); err != nil && !errors.Is(err, io.EOF) {
		return unreadable("", "cut", "at", at)
	}
	for i := range want {
		if got[i] != want[i] {
			return unreadable(lineOf(all, int64(i)), "directory", "at", at+int64(i))
		}
	}
	return nil
}

// lineOf names the file whose line of the directory holds a byte.
func lineOf(all []entry, i int64) string {
	for _, e := range all {
		if i < centralSize+int64(len(e.name)) {
			return e.name
		}
		i -= centralSize + int64(len(e.name))
	}
	return ""
}
