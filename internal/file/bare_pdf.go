package file

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strconv"
)

// barePDF writes over what a document says of itself: the strings of its Info (who
// wrote it, with what, when), its XMP, and what a camera wrote in the photographs
// in it. Every byte keeps its place, so that the table of where things lie is right.
// The names in it were looked at by lookPDF.
func barePDF(b []byte) {
	infos := map[string]bool{}
	for _, m := range infoRef.FindAllSubmatch(b, -1) {
		infos[string(m[1])] = true
	}
	for id := range infos {
		for _, at := range regexp.MustCompile(`(?:^|[^0-9])`+id+`\s+\d+\s+obj`).FindAllIndex(b, -1) {
			if end := bytes.Index(b[at[1]:], []byte("endobj")); end >= 0 {
				blank(b[at[1] : at[1]+end])
			}
		}
	}
	for at, n := 0, 0; n < parts; n++ {
		i := bytes.Index(b[at:], []byte("stream"))
		if i < 0 {
			return
		}
		at += i + len("stream")
		if at >= 9 && string(b[at-9:at]) == "endstream" {
			continue
		}
		bareStream(b, at, infos)
	}
}

var infoRef = regexp.MustCompile(`/Info\s+(\d+)\s+\d+\s+R`)

// bareStream does it to one part.
func bareStream(b []byte, at int, infos map[string]bool) {
	head := b[max(0, at-1024):at]
	if i := bytes.LastIndex(head, []byte("endobj")); i >= 0 {
		head = head[i:]
	}
	for range 2 { // the end of the line
		if at < len(b) && (b[at] == '\r' || b[at] == '\n') {
			at++
		}
	}
	end := bytes.Index(b[at:], []byte("endstream"))
	if end < 0 {
		return
	}
	body := b[at : at+end]
	has := func(s string) bool { return bytes.Contains(head, []byte(s)) }
	switch {
	case has("/Metadata") && has("/XML"):
		packInto(body, has("/Filter"), fill)
	case has("/ObjStm"):
		packInto(body, has("/Filter"), func(x []byte) { bareObjects(x, head, infos) })
	case bytes.HasPrefix(body, []byte("\xff\xd8\xff")):
		barePhoto(body)
	}
}

// unpackMost is the largest part that is packed anew.
const unpackMost = 16 << 20

// packInto changes what a part holds, and puts it back where it was. What does not
// fit any more, having been packed tighter than we pack, stays as it is.
func packInto(body []byte, packed bool, change func([]byte)) {
	if !packed {
		change(body)
		return
	}
	z, err := zlib.NewReader(bytes.NewReader(body))
	if err != nil {
		return
	}
	x, err := io.ReadAll(io.LimitReader(z, unpackMost+1))
	if len(x) > unpackMost || err != nil && len(x) == 0 {
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

var first = regexp.MustCompile(`/First\s+(\d+)`)

// bareObjects blanks the Info among the objects of a part: their numbers and places
// stand before them.
func bareObjects(x, head []byte, infos map[string]bool) {
	m := first.FindSubmatch(head)
	if m == nil {
		return
	}
	from, _ := strconv.Atoi(string(m[1]))
	if from > len(x) {
		return
	}
	table := bytes.Fields(x[:from])
	for i := 0; i+1 < len(table); i += 2 {
		if !infos[string(table[i])] {
			continue
		}
		begin, _ := strconv.Atoi(string(table[i+1]))
		end := len(x) - from
		if i+3 < len(table) {
			end, _ = strconv.Atoi(string(table[i+3]))
		}
		if begin >= 0 && begin <= end && end <= len(x)-from {
			blank(x[from+begin : from+end])
		}
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
// What its colours are read by is kept: the document says the rest of it.
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
