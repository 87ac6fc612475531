package file

import (
	"bytes"
	"compress/zlib"
	"context"
	"io"
	"regexp"
	"strconv"
)

// barePDF writes over what a document says of itself: the strings of its Info (who
// wrote it, with what, when), its XMP, and what a camera wrote in the photographs
// in it. Every byte keeps its place, so that the table of where things lie is right.
// What cannot be written over safely stays as it came (decision 0031). The names in
// it were looked at by lookPDF.
func barePDF(ctx context.Context, b []byte) error {
	return (&paper{b: b, left: unpacked, infos: map[int]bool{}, words: map[int]bool{}}).bare(ctx)
}

// Limits of how much a document can say of itself: Infos, and strings of its own that
// they point to.
const (
	infosMost = 32
	wordsMost = 1024
)

// A paper is a document that is being written over.
type paper struct {
	b            []byte
	left         int          // of what its parts may unpack to in all
	looked       int          // how many bytes it was walked over
	infos, words map[int]bool // the objects that are its Info, and that an Info points to
}

// bare walks over it three times: for where its Info is, for what that points to, and
// to write. No walk turns back, whatever stands in the file.
func (p *paper) bare(ctx context.Context) error {
	for _, visit := range []func(int, []byte, []byte){p.seek, p.follow, p.write} {
		if err := p.walk(ctx, visit); err != nil {
			return err
		}
		if len(p.infos) > infosMost || len(p.words) > wordsMost {
			return Locked
		}
	}
	return nil
}

// walk visits each object: its number (-1 is a trailer), what is written in it, and
// the body of its stream when it has one.
func (p *paper) walk(ctx context.Context, visit func(id int, dict, body []byte)) error {
	const none = -2
	b, id, from, whole := p.b, none, 0, true
	has := func(i int, word string) bool { return bytes.HasPrefix(b[i:], []byte(word)) }
	end := func(i int, body []byte) {
		if id != none {
			visit(id, b[from:i], body)
		}
		id = none
	}
	for i := 0; i < len(b); i++ {
		if p.looked++; p.looked%(1<<16) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		switch {
		case b[i] == 'e' && has(i, "endobj"), b[i] == 's' && has(i, "startxref"):
			end(i, nil)
			i += len("endob")
		case b[i] == 'o' && has(i, "obj"):
			if n := numberOf(b[max(0, i-32):i]); n >= 0 {
				end(i, nil)
				id = n
				i += len("ob")
				from = i + 1
			}
		case b[i] == 't' && has(i, "trailer") && bytes.HasPrefix(bytes.TrimLeft(b[i+len("trailer"):min(len(b), i+32)], " \t\r\n"), []byte("<<")):
			end(i, nil)
			id = -1
			i += len("traile")
			from = i + 1
		case b[i] == 's' && whole && id >= 0 && has(i, "stream") && bytes.HasSuffix(bytes.TrimRight(b[max(from, i-32):i], " \t\r\n"), []byte(">>")):
			if ctx.Err() != nil {
				return ctx.Err()
			}
			at := i + len("stream")
			for range 2 { // the end of the line
				if at < len(b) && (b[at] == '\r' || b[at] == '\n') {
					at++
				}
			}
			n := bytes.Index(b[at:], []byte("endstream"))
			if n < 0 { // nor has any other an end
				whole, id = false, none
				continue
			}
			p.looked += n
			end(i, b[at:at+n:at+n])
			i = at + n + len("endstrea")
		}
	}
	end(len(b), nil)
	return nil
}

var (
	infoRef = regexp.MustCompile(`/Info\s+([0-9]{1,10})\s+[0-9]+\s+R`)
	ref     = regexp.MustCompile(`([0-9]{1,10})\s+[0-9]+\s+R\b`)
	xmp     = regexp.MustCompile(`/Subtype\s*/XML\b`)
	first   = regexp.MustCompile(`/First\s+([0-9]{1,10})`)
)

// numberOf is the number of the object that begins behind b, -1 when none does:
// 12 0 obj.
func numberOf(b []byte) int {
	const space, digits = " \t\r\n\f\x00", "0123456789"
	for _, what := range []string{space, digits, space} {
		n := len(b)
		if b = bytes.TrimRight(b, what); len(b) == n {
			return -1
		}
	}
	id, err := strconv.Atoi(string(b[len(bytes.TrimRight(b, digits)):]))
	if err != nil {
		return -1
	}
	return id
}

// numbers adds those that a pattern finds, and not many more than are allowed.
func numbers(to map[int]bool, pattern *regexp.Regexp, b []byte) {
	for _, m := range pattern.FindAllSubmatch(b, 2*wordsMost) {
		if len(to) <= wordsMost {
			id, _ := strconv.Atoi(string(m[1]))
			to[id] = true
		}
	}
}

// named says whether the head of an object has a name, however it is written.
func named(head []byte, name string) bool { return bytes.Contains(unescape(head), []byte(name)) }

// seek finds the Info where a reader does: in a trailer, or a table that is a stream.
func (p *paper) seek(id int, dict, body []byte) {
	if id == -1 || body != nil && named(dict, "/XRef") {
		numbers(p.infos, infoRef, unescape(dict))
	}
}

func (p *paper) follow(id int, dict, body []byte) {
	one := func(id int, o []byte) {
		if p.infos[id] && !named(o, "/Type") {
			numbers(p.words, ref, o)
		}
	}
	switch {
	case body == nil:
		one(id, dict)
	case named(dict, "/ObjStm"):
		p.packInto(body, dict, func(x []byte) { objects(x, dict, one) })
	}
}

func (p *paper) write(id int, dict, body []byte) {
	one := func(id int, o []byte) {
		o = bytes.TrimSpace(o)
		word := len(o) > 1 && (o[0] == '(' || o[0] == '<' && o[1] != '<')
		if p.infos[id] && !named(o, "/Type") || p.words[id] && word {
			blank(o)
		}
	}
	switch {
	case body == nil:
		one(id, dict)
	case named(dict, "/Metadata") && xmp.Match(unescape(dict)):
		p.packInto(body, dict, fill)
	case named(dict, "/ObjStm"):
		p.packInto(body, dict, func(x []byte) { objects(x, dict, one) })
	case bytes.HasPrefix(body, []byte("\xff\xd8\xff")):
		barePhoto(body)
	}
}

// unpackMost is the largest part that is packed anew.
const unpackMost = 16 << 20

// packInto changes what a part holds, and puts it back where it was. What cannot be
// unpacked whole, or does not fit any more, having been packed tighter than we pack,
// stays as it is.
func (p *paper) packInto(body, head []byte, change func([]byte)) {
	if !named(head, "/Filter") {
		change(body)
		return
	}
	z, err := zlib.NewReader(bytes.NewReader(body))
	if err != nil || named(head, "/Predictor") {
		return
	}
	most := min(p.left, unpackMost)
	x, err := io.ReadAll(io.LimitReader(z, int64(most)+1))
	p.left -= min(len(x), most)
	if err != nil || len(x) > most {
		return
	}
	was := bytes.Clone(x)
	if change(x); bytes.Equal(x, was) {
		return
	}
	var out bytes.Buffer
	w, _ := zlib.NewWriterLevel(&out, zlib.BestCompression)
	w.Write(x)
	w.Close()
	end := len(bytes.TrimRight(body, "\r\n"))
	if out.Len() <= end {
		clear(body[:end])
		copy(body, out.Bytes())
	}
}

// fill leaves an empty XMP where there was one.
func fill(x []byte) {
	empty := []byte(`<x:xmpmeta xmlns:x="adobe:ns:meta/"/>`)
	for i := range x {
		x[i] = ' '
	}
	if len(x) >= len(empty) {
		copy(x, empty)
	}
}

// objects visits the objects of a part: their numbers and places stand before them.
func objects(x, head []byte, visit func(id int, o []byte)) {
	m := first.FindSubmatch(unescape(head))
	if m == nil {
		return
	}
	from, _ := strconv.Atoi(string(m[1]))
	if from > len(x) {
		return
	}
	table := bytes.Fields(x[:from])
	last := 0
	for i := 0; i+1 < len(table); i += 2 {
		id, err := strconv.Atoi(string(table[i]))
		begin, _ := strconv.Atoi(string(table[i+1]))
		end := len(x) - from
		if i+3 < len(table) {
			end, _ = strconv.Atoi(string(table[i+3]))
		}
		if err != nil || begin < last || end < begin || end > len(x)-from { // a table that turns back is not gone through
			return
		}
		visit(id, x[from+begin:from+end])
		last = begin
	}
}

// blank writes over every string of an object: (like this), which may hold others,
// and <6c696b65>, which <<is not one>>.
func blank(b []byte) {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case depth > 0:
			switch c {
			case '\\':
				if i+1 < len(b) {
					b[i], i = ' ', i+1
				}
			case '(':
				depth++
			case ')':
				depth--
			}
			if depth > 0 {
				b[i] = ' '
			}
		case c == '(':
			depth = 1
		case c == '<' && i+1 < len(b) && b[i+1] == '<':
			i++
		case c == '<':
			for i++; i < len(b) && b[i] != '>'; i++ {
				b[i] = ' '
			}
		}
	}
}

// barePhoto clears what a camera wrote beside the pixels of a JPEG in a document.
// Adobe's mark (APP14) is kept, for the colours are turned by it; a profile (ICC) is
// not: what the document itself says of the colours stands.
func barePhoto(b []byte) {
	for i := 2; i+4 <= len(b) && b[i] == 0xff && b[i+1] != sos && b[i+1] != eoi; {
		n := int(b[i+2])<<8 | int(b[i+3])
		m := b[i+1]
		if n < 2 || i+2+n > len(b) {
			return
		}
		if m == 0xfe || m >= 0xe1 && m <= 0xef && m != 0xee {
			clear(b[i+4 : i+2+n])
		}
		i += 2 + n
	}
}
