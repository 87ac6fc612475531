// Package filetest gives tests files: some that may be taken in, and many that were made to
// hurt whoever opens them. It says nothing of which is which.
package filetest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
)

const (
	pngSign              = "\x89PNG\r\n\x1a\n"
	sof0, sof2, sos byte = 0xc0, 0xc2, 0xda
	most                 = 10 << 20  // of a file
	unpacked             = 128 << 20 // of a letter
)

// Drawn is a picture in which every pixel can be told from its neighbours, and
// the corner up left from the other three.
func Drawn(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), 128, 255})
		}
	}
	for y := range h / 4 {
		for x := range w / 4 {
			m.Set(x, y, color.RGBA{255, 255, 255, 255})
		}
	}
	return m
}

// JPEG is a picture as a camera writes it.
func JPEG(m image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// PNG is a picture as a screen is kept.
func PNG(m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// Segment is one of a JPEG.
func Segment(marker byte, body string) string {
	return string([]byte{0xff, marker}) + string(binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))) + body
}

// Chunk is one of a PNG.
func Chunk(kind, body string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
}

// Packed is a text as a PNG and a PDF pack it.
func Packed(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

// SayingJPEG is a JPEG that says it has a size, and no more.
func SayingJPEG(w, h int, sof byte) []byte {
	body := []byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1}
	return []byte("\xff\xd8" + Segment(sof, string(body)) + Segment(sos, "\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00") + "\x00\x00\xff\xd9")
}

// SayingPNG is a PNG that says so.
func SayingPNG(w, h uint32, depth, color byte) []byte {
	b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return []byte(pngSign + Chunk("IHDR", string(append(b, depth, color, 0, 0, 0))) + Chunk("IDAT", Packed("x")) + Chunk("IEND", ""))
}

// Zip is an archive with nothing in it.
const Zip = "PK\x03\x04\x14\x00\x00\x00\x00\x00PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00\x2e\x00\x00\x00\x1e\x00\x00\x00\x00\x00"

// Box is one of a sound or a film.
func Box(kind string, body ...string) string {
	all := strings.Join(body, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(all)))) + kind + all
}

// MP4 is a file with a track for each handler.
func MP4(brand string, handlers ...string) []byte {
	traks := ""
	for _, h := range handlers {
		traks += Box("trak", Box("mdia", Box("hdlr", "\x00\x00\x00\x00\x00\x00\x00\x00"+h+"\x00\x00\x00\x00")))
	}
	return []byte(Box("ftyp", brand, "\x00\x00\x00\x00") + Box("moov", traks) + Box("mdat", "sound"))
}

// Ogg is a file whose first packet is given.
func Ogg(first string) []byte {
	return []byte("OggS\x00\x02" + strings.Repeat("\x00", 20) + "\x01" + string([]byte{byte(len(first))}) + first)
}

// MP3 is three frames.
func MP3() string {
	frame := "\xff\xfb\x90\x00" + strings.Repeat("\x00", 413)
	return frame + frame + frame
}

// PDF is a letter with something in its catalogue.
func PDF(inside string) []byte {
	return []byte("%PDF-1.7\n1 0 obj\n<</Type/Catalog " + inside + ">>\nendobj\ntrailer <</Root 1 0 R>>\n%%EOF\n")
}

// PDFStream is a letter with one stream.
func PDFStream(dict, data string) []byte {
	return []byte("%PDF-1.7\n5 0 obj\n<<" + dict + ">>\nstream\r\n" + data + "\nendstream\nendobj\n%%EOF\n")
}

// Corpus is each file by what it is.
func Corpus() map[string][]byte {
	j, p := JPEG(Drawn(40, 30)), PNG(Drawn(40, 30))
	return map[string][]byte{
		"a photo":                          j,
		"a photo with a second behind it":  append(append([]byte{}, j...), j...),
		"a screenshot":                     p,
		"a letter":                         PDF("/Pages 2 0 R /OpenAction [3 0 R /Fit]"),
		"a letter with packed text":        PDFStream("/Filter/FlateDecode", Packed("BT (hei) Tj ET")),
		"a recording from a telephone":     MP4("M4A ", "soun"),
		"a recording from a recorder":      []byte(MP3()),
		"one with a title":                 []byte("ID3\x04\x00\x00\x00\x00\x00\x04abcd" + MP3()),
		"a wave":                           []byte("RIFF\x24\x00\x00\x00WAVEfmt " + strings.Repeat("\x00", 28)),
		"a voice":                          Ogg("OpusHead\x01\x01"),
		"nothing":                          nil,
		"too much":                         make([]byte, most+1),
		"words":                            []byte("Hei, dette er tekst."),
		"a page":                           []byte("<html><script>alert(1)</script>"),
		"a drawing that runs":              []byte("<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"),
		"an animation":                     []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
		"an archive":                       []byte(Zip),
		"a picture from an iPhone":         MP4("heic"),
		"a film":                           MP4("mp42", "soun", "vide"),
		"a film without sound":             MP4("isom", "vide"),
		"another film":                     []byte("\x1a\x45\xdf\xa3\x01\x00"),
		"an old film":                      []byte("RIFF\x24\x00\x00\x00AVI LIST"),
		"an ogg film":                      Ogg("\x80theora\x03"),
		"a box with nothing in it":         MP4("M4A "),
		"a box that is longer than it is":  []byte("\x00\x00\x00\xffftypM4A "),
		"half a photo":                     j[:len(j)/2],
		"half a screenshot":                p[:len(p)/2],
		"half a letter":                    []byte("%PDF-1.7\n1 0 obj"),
		"a page behind a photo":            append(append([]byte{}, j...), "<HTML>"...),
		"an archive behind a photo":        append(append([]byte{}, j...), Zip...),
		"an archive behind a screenshot":   append(append([]byte{}, p...), Zip...),
		"a word behind a screenshot":       append(append([]byte{}, p...), 'x'),
		"an archive in a chunk":            []byte(string(p[:33]) + Chunk("prVt", Zip) + string(p[33:])),
		"an archive in a comment":          []byte(string(j[:2]) + Segment(0xfe, Zip) + string(j[2:])),
		"an archive in a letter":           append(PDF(""), Zip+"%%EOF"...),
		"an archive behind a recording":    append([]byte(MP3()), Zip...),
		"something behind a wave":          []byte("RIFF\x24\x00\x00\x00WAVEfmt " + strings.Repeat("\x00", 99)),
		"a letter in a photo":              []byte(string(j[:2]) + Segment(0xfe, "%PDF-1.4") + string(j[2:])),
		"65 535 by 65 535":                 SayingJPEG(65535, 65535, sof0),
		"a photo of 108 million":           SayingJPEG(12000, 9000, sof0),
		"a photo of 48 million":            SayingJPEG(8000, 6000, sof2),
		"two thousand million, packed":     SayingPNG(46340, 46340, 8, 2),
		"more than can be counted":         SayingPNG(1<<31, 1<<31, 8, 2),
		"a photo of no size":               SayingJPEG(0, 0, sof0),
		"a letter that runs":               PDF("/OpenAction <</S/JavaScript/JS(x)>>"),
		"a letter that runs, spelt oddly":  PDF("/OpenAction <</S/J#61va#53cript>>"),
		"a letter that starts a program":   PDF("/AA <</O <</S/Launch/F(x.exe)>>>>"),
		"a letter with files in it":        PDF("/Names <</EmbeddedFiles 3 0 R>>"),
		"a letter that runs, packed":       PDFStream("/Type/ObjStm/Filter/FlateDecode", Packed(strings.Repeat("x", 70_000)+"<</S/JavaScript>>")),
		"the same, across the reading":     PDFStream("/Filter/FlateDecode", Packed(strings.Repeat("x", 64<<10-5)+"/JavaScript")),
		"the same, said to be a picture":   PDFStream("/Subtype/Image/Type/ObjStm/Filter/FlateDecode", Packed("/JavaScript")),
		"packed in a way we do not unpack": PDFStream("/Type/ObjStm/Filter/LZWDecode", "\x80\x0b"),
		"a letter with a password":         PDF("/Encrypt 9 0 R"),
		"parts in one another":             PDFStream("/Filter/FlateDecode", strings.Repeat("stream\n\x78\x01\x00\x09\x00\xf6\xff", 50)+"stream\n\x78\x01"+strings.Repeat("\x00\x00\x00\xff\xff", 10_000)),
		"a letter that unpacks to much":    PDFStream("/Filter/FlateDecode", Packed(strings.Repeat("0", unpacked+1))),
	}
}
