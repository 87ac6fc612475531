package file

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func paperOf(objects ...string) []byte {
	return []byte("%PDF-1.7\n" + strings.Join(objects, "\n") + "\n%%EOF\n")
}

func mp3Of(rate byte, n int) string {
	frame := "\xff\xfb\x90" + string([]byte{0}) + strings.Repeat("\x00", 413)
	if rate == 2 { // 32 kHz
		frame = "\xff\xfb\x98" + string([]byte{0}) + strings.Repeat("\x00", 572)
	}
	return strings.Repeat(frame, n)
}

func u32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

// minf is a sound with what is given in its minf.
func minf(in string) []byte {
	hdlr := box("hdlr", "\x00\x00\x00\x00\x00\x00\x00\x00soun", strings.Repeat("\x00", 12), "\x00")
	return []byte(box("ftyp", "M4A ", "\x00\x00\x00\x00") + box("moov", box("trak", box("mdia", hdlr, box("minf", in)))) + box("mdat", "sound"))
}

// What a reader of the format finds by one step more is found too, and what only looks
// like it is left as it is.
func TestOneStepMore(t *testing.T) {
	flac := page(3, 0, true, "\x7fFLAC\x01\x00\x00\x03fLaC\x00\x00\x00\x04four") + page(3, 1, false,
		"\x04\x00\x00\x10"+secret+"....", "\x06\x00\x00\x10"+secret+"....", "\x82\x00\x00\x10"+secret+"....", "\xff\xf8sound", "\x04and more")
	opus := func(said string) string {
		return page(1, 0, true, "OpusHead\x01\x01") + page(1, 1, false, said) + page(1, 2, false, "sound")
	}
	page5 := "5 0 obj\n<</Type/Page/Note(kept)>>\nendobj"
	for name, c := range map[string]struct {
		b      string
		keeps  string
		refuse error
	}{
		"info by reference": {b: string(paperOf("3 0 obj\n<</Author 4 0 R/Title(Film trailer)/Subject("+secret+")>>\nendobj", "4 0 obj\n("+secret+")\nendobj", "trailer <</Info 3 0 R>>"))},
		"by reference, packed": {b: string(paperOf("7 0 obj\n<</Type/ObjStm/N 2/First 9/Filter/FlateDecode>>\nstream\n"+
			packedText("3 0 4 20 "+"<</Author 4 0 R>>   "+"("+secret+")"+strings.Repeat(" ", 400))+"\nendstream\nendobj", "8 0 obj\n<</Type/XRef/Info 3 0 R>>\nstream\n\nendstream\nendobj"))},
		"names written otherwise": {b: string(paperOf("3 0 obj\n<</Author("+secret+")>>\nendobj", "2 0 obj\n<</Type/Metadata/Subtype/X#4dL>>\nstream\n<x>"+secret+"</x>\nendstream\nendobj", "trailer <</#49nfo 3 0 R>>"))},
		"info where a page says it": {
			b:     string(paperOf("3 0 obj\n<</Author("+secret+")>>\nendobj", "6 0 obj\n<<>>\nstream\n(/Info 9 0 R)\nendstream\nendobj", "9 0 obj\n<</Note(kept)>>\nendobj", "trailer <</Info 3 0 R>>")),
			keeps: "(kept)",
		},
		"info that is a page":        {b: string(paperOf(page5, "3 0 obj\n<</Author("+secret+")>>\nendobj", "trailer <</Info 5 0 R>>", "trailer <</Info 3 0 R>>")), keeps: "(kept)"},
		"words said to be an object": {b: string(paperOf("3 0 obj\n<</Author("+secret+")>>\nendobj", "6 0 obj\n<<>>\nstream\n3 0 obj (kept)\nendstream\nendobj", "trailer <</Info 3 0 R>>")), keeps: "(kept)"},
		"a sound that was stopped": {
			b:     string(riff(wav("LIST", secret), wav("fmt ", strings.Repeat("\x00", 16)), "data\x00\x00\x00\x00sound")),
			keeps: "data\x05\x00\x00\x00sound",
		},
		"a sound with nothing in it": {b: string(riff(wav("LIST", secret), wav("fmt ", strings.Repeat("\x00", 16)))), refuse: Broken},
		"a sound of two rates":       {b: "ID3\x04\x00\x00\x00\x00\x00" + string([]byte{byte(len(secret))}) + secret + mp3Of(0, 3) + mp3Of(2, 3) + secret, keeps: mp3Of(0, 3) + mp3Of(2, 3)},
		"a chain":                    {b: opus(comments("OpusTags")) + opus(comments("OpusTags")), keeps: "sound"},
		"flac":                       {b: flac, keeps: "\xff\xf8sound\x04and more"},
		"comments that are none":     {b: opus("sound" + secret), refuse: Broken},
		"a path in a sound":          {b: string(minf(box("dinf", box("dref", "\x00\x00\x00\x00\x00\x00\x00\x01", box("url ", "\x00\x00\x00\x01", secret))) + box("stbl"))), keeps: "sound"},
		"a size that is none":        {b: string(minf(box("smhd") + u32(99) + "udta" + secret)), refuse: Broken},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(string(everything([]byte(c.b))), secret) {
				t.Fatal("the control carries nothing")
			}
			out, err := Anew(context.Background(), []byte(c.b))
			if !errors.Is(err, c.refuse) {
				t.Fatalf("%v", err)
			}
			if all := everything(out); bytes.Contains(all, []byte(secret)) {
				t.Errorf("something followed: %q", all)
			}
			if err == nil && !bytes.Contains(out, []byte(c.keeps)) {
				t.Errorf("%q is gone: %q", c.keeps, out)
			}
		})
	}
}

// What cannot be unpacked whole, or is packed by differences, stays as it came.
func TestWhatIsNotUnpackedIsKept(t *testing.T) {
	packed := packedText("3 0 <</Author(" + secret + ")>>" + strings.Repeat(" ", 400))
	for name, o := range map[string]string{
		"cut":         "<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>\nstream\n" + packed[:len(packed)-4],
		"differences": "<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/DecodeParms<</Predictor 12>>>>\nstream\n" + packed,
	} {
		b := paperOf("7 0 obj\n"+o+"\nendstream\nendobj", "8 0 obj\n<</Type/XRef/Info 3 0 R>>\nstream\n\nendstream\nendobj")
		if out, err := Anew(context.Background(), b); err != nil || !bytes.Equal(out, b) {
			t.Errorf("%s: %v, %q", name, err, out)
		}
	}
}

// However a letter is made, it is walked over three times, and no more is unpacked
// than what is set aside for all its parts.
func TestTheWorkOnALetterIsBounded(t *testing.T) {
	const many = 20_000
	over := func(b []byte) (*paper, error) {
		p := &paper{b: b, left: unpacked, infos: map[int]bool{}, words: map[int]bool{}}
		err := p.bare(context.Background())
		if p.looked > 3*len(b) {
			t.Errorf("%d bytes were looked at %d times", len(b), p.looked)
		}
		return p, err
	}
	var infos strings.Builder
	for n := range many {
		fmt.Fprintf(&infos, "trailer <</Info %d 0 R>> 1 0 obj <<>> ", n)
	}
	if _, err := over([]byte(infos.String())); !errors.Is(err, Locked) {
		t.Errorf("%d Infos: %v", many, err)
	}
	for name, s := range map[string]string{
		"no end of an object": strings.Repeat("3 0 obj <<>> ", many) + "trailer <</Info 3 0 R>>",
		"no end of a stream":  strings.Repeat("3 0 obj <<>>stream\n", many) + "trailer <</Info 3 0 R>>",
		"trailers":            strings.Repeat("trailer <<", many),
	} {
		if _, err := over([]byte(s)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	part := "7 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>\nstream\n" + packedText("9 0 "+strings.Repeat(" ", unpackMost-4)) + "\nendstream\nendobj\n"
	if p, err := over([]byte(strings.Repeat(part, 20) + "trailer <</Info 3 0 R>>")); err != nil || p.left != 0 {
		t.Errorf("%d bytes are left: %v", p.left, err)
	}
	ended, end := context.WithCancel(context.Background())
	end()
	if err := barePDF(ended, []byte(part)); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits for it, and it went on: %v", err)
	}
}
