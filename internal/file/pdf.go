package file

import (
	"bytes"
	"compress/zlib"
	"io"
)

// What a PDF may not have in it: what runs, what starts another program, what
// asks for an answer over the network, and files inside the file. The names are
// long enough not to stand in a picture's bytes by chance.
var acts = [][]byte{
	[]byte("/JavaScript"), []byte("/Launch"), []byte("/EmbeddedFile"), []byte("/RichMedia"), []byte("/SubmitForm"),
	[]byte("/ImportData"), []byte("/XFA["), []byte("/XFA "), []byte("/GoToE"), []byte("/Rendition"), []byte("/Collection"),
}

// Limits of the looking: what a PDF may unpack to in all, and in how many parts.
const (
	unpacked = 128 << 20
	parts    = 50_000
)

// lookPDF looks through a PDF without drawing it: the file itself, and what is
// packed in it. One that cannot be looked through is not taken in.
func lookPDF(b []byte) error {
	if !bytes.Contains(b[max(0, len(b)-2048):], []byte("%%EOF")) {
		return Broken
	}
	plain := unescape(b)
	if bytes.Contains(plain, []byte("/Encrypt")) {
		return Locked
	}
	if does(plain) {
		return Active
	}
	p := packed{left: unpacked}
	for at, n := 0, 0; ; n++ {
		i := bytes.Index(b[at:], []byte("stream"))
		switch {
		case i < 0:
			return nil
		case n > parts:
			return Locked
		}
		at += i + len("stream")
		if at >= 9 && string(b[at-9:at]) == "endstream" {
			continue
		}
		if err := p.look(b, at); err != nil {
			return err
		}
	}
}

// packed unpacks one part after another with the same reader.
type packed struct {
	z    io.ReadCloser
	left int64
	read int // of the file, to unpack it: parts may lie in one another
}

// look looks through what is packed at one place: everything but pictures, and
// everything that says it holds objects.
func (p *packed) look(b []byte, at int) error {
	head := unescape(b[max(0, at-1024):at])
	if i := bytes.LastIndex(head, []byte("endobj")); i >= 0 {
		head = head[i:]
	}
	objects := bytes.Contains(head, []byte("/ObjStm"))
	if !objects && bytes.Contains(head, []byte("/Image")) {
		return nil
	}
	for range 2 { // the end of the line
		if at < len(b) && (b[at] == '\r' || b[at] == '\n') {
			at++
		}
	}
	r := bytes.NewReader(b[at:])
	err := p.begin(r)
	switch {
	case err == nil:
		err = p.search()
		if p.read += len(b) - at - r.Len(); err == nil && p.read > 4*len(b) {
			return Locked
		}
		return err
	case objects && bytes.Contains(head, []byte("/Filter")):
		return Locked // objects packed in a way we do not unpack
	}
	return nil
}

func (p *packed) begin(r io.Reader) (err error) {
	if p.z == nil {
		z, err := zlib.NewReader(r)
		if err == nil {
			p.z = z
		}
		return err
	}
	return p.z.(zlib.Resetter).Reset(r, nil)
}

// search looks for the names in what is unpacked, a little at a time.
func (p *packed) search() error {
	const step, overlap = 64 << 10, 64
	buf := make([]byte, 0, step+overlap)
	for {
		kept := len(buf)
		n, err := io.ReadFull(p.z, buf[kept:kept+step])
		buf = buf[:kept+n]
		if p.left -= int64(n); p.left < 0 {
			return Locked
		}
		if does(unescape(buf)) {
			return Active
		}
		if err != nil { // the end, or what is no longer packed data
			return nil
		}
		buf = buf[:copy(buf, buf[max(0, len(buf)-overlap):])]
	}
}

func does(b []byte) bool {
	for _, a := range acts {
		if bytes.Contains(b, a) {
			return true
		}
	}
	return false
}

// unescape reads names as a reader of PDF does: /J#61vaScript is /JavaScript.
func unescape(b []byte) []byte {
	if bytes.IndexByte(b, '#') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '#' && i+2 < len(b) {
			hi, lo := hex(b[i+1]), hex(b[i+2])
			if hi < 16 && lo < 16 {
				out = append(out, hi<<4|lo)
				i += 2
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}

func hex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}
