package file

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func page(serial uint32, n int, first bool, packets ...string) string {
	kind := byte(0)
	if first {
		kind = 2
	}
	b := append([]byte("OggS\x00"), kind)
	b = append(b, make([]byte, 8)...)
	b = binary.LittleEndian.AppendUint32(b, serial)
	b = binary.LittleEndian.AppendUint32(b, uint32(n))
	b = append(b, 0, 0, 0, 0)
	var laces []byte
	for _, p := range packets {
		for n := len(p); ; n -= 255 {
			laces = append(laces, byte(min(n, 255)))
			if n < 255 {
				break
			}
		}
	}
	b = append(append(b, byte(len(laces))), laces...)
	b = append(b, strings.Join(packets, "")...)
	binary.LittleEndian.PutUint32(b[22:], oggSum(b))
	return string(b)
}

func comments(head string) string {
	said := "LOCATION=" + secret
	b := binary.LittleEndian.AppendUint32([]byte(head), uint32(len(secret)))
	b = binary.LittleEndian.AppendUint32(append(b, secret...), 1)
	b = append(binary.LittleEndian.AppendUint32(b, uint32(len(said))), said...)
	return string(append(b, 1))
}

func riff(chunks ...string) []byte {
	all := "WAVE" + strings.Join(chunks, "")
	return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(all)))) + all)
}

func wav(kind, body string) string {
	return kind + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body + strings.Repeat("\x00", len(body)&1)
}

func sound() string {
	hdlr := box("hdlr", "\x00\x00\x00\x00\x00\x00\x00\x00soun", strings.Repeat("\x00", 12), secret+"\x00")
	stco := box("stco", "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x01\x00")
	mdia := box("mdia", box("mdhd", "\x00\x00\x00\x00MADEMADE", strings.Repeat("\x00", 16)), hdlr, box("minf", box("udta", secret), box("stbl", stco)))
	return box("trak", box("tkhd", "\x00\x00\x00\x00MADEMADE", strings.Repeat("\x00", 72)), mdia, box("meta", "\x00\x00\x00\x00", secret))
}

// carryingRest is a recording or a letter of each kind that carries the secret in
// every place we know.
func carryingRest(t testing.TB) map[string][]byte {
	t.Helper()
	id3 := "ID3\x04\x00\x00\x00\x00\x00" + string([]byte{byte(len(secret))}) + secret
	ape := "APETAGEX" + strings.Repeat("\x00", 24) + secret + "APETAGEX" + strings.Repeat("\x00", 24)
	object := "9 0 3 20 <</Producer(x)>>    <</Author(" + secret + ")/Place<" + fmt.Sprintf("%x", secret) + ">>>"
	packed := packedText(strings.Replace(object, "20", "20", 1) + strings.Repeat(" ", 400))
	return map[string][]byte{
		"mp3": []byte(id3 + mp3() + "xx" + secret + mp3() + ape + "TAG" + secret + strings.Repeat("\x00", 125-len(secret))),
		"m4a": []byte(box("ftyp", "M4A ", "\x00\x00\x00\x00") + box("uuid", secret) + box("free", secret) +
			box("moov", box("mvhd", "\x01\x00\x00\x00MADEMADEMADEMADE", strings.Repeat("\x00", 80)), sound(), box("udta", box("\xa9xyz", secret))) + box("mdat", "sound")),
		"wav":           riff(wav("LIST", "INFOIART"+secret), wav("bext", secret+"x"), wav("fmt ", strings.Repeat("\x00", 16)), wav("data", "sound"), wav("iXML", secret)),
		"ogg":           []byte(page(1, 0, true, "OpusHead\x01\x01") + page(1, 1, false, comments("OpusTags")) + page(1, 2, false, "sound")),
		"ogg of vorbis": []byte(page(7, 0, true, "\x01vorbis") + page(7, 1, false, comments("\x03vorbis")+strings.Repeat(secret, 20), "\x05vorbis") + page(7, 2, false, "sound")),
		"pdf": []byte("%PDF-1.7\n1 0 obj\n<</Type/Catalog/Metadata 2 0 R>>\nendobj\n2 0 obj\n<</Type/Metadata/Subtype/XML/Length 99>>\nstream\n<dc:creator>" + secret + "</dc:creator>\nendstream\nendobj\n" +
			"3 0 obj\n<</Author(Rektor \\) ved \\(" + secret + "\\) (" + secret + "))/Place <" + fmt.Sprintf("%x", secret) + ">/Trapped/False>>\nendobj\n" +
			"4 0 obj\n<</Subtype/Image/Filter/DCTDecode>>\nstream\n" + string(carrying(jpegOf(t, drawn(8, 8)), 6)[:500]) + "\nendstream\nendobj\n" +
			"5 0 obj\n<</Length 20>>\nstream\nBT (hei) Tj ET\nendstream\nendobj\ntrailer <</Root 1 0 R/Info 3 0 R>>\n%%EOF\n"),
		"pdf, packed": []byte("%PDF-1.7\n7 0 obj\n<</Type/ObjStm/N 2/First 9/Filter/FlateDecode>>\nstream\n" + packed + "\nendstream\nendobj\n" +
			"2 0 obj\n<</Type/Metadata/Subtype/XML/Filter/FlateDecode>>\nstream\n" + packedText("<dc:creator>"+secret+"</dc:creator>"+strings.Repeat(" ", 400)) + "\nendstream\nendobj\n" +
			"8 0 obj\n<</Type/XRef/Root 1 0 R/Info 3 0 R>>\nstream\n\nendstream\nendobj\n%%EOF\n"),
	}
}

// everything is the bytes of a file, and what is packed in it.
func everything(b []byte) []byte {
	all := slices.Clone(b)
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("stream\n"))
		if i < 0 {
			return all
		}
		at += i + len("stream\n")
		if end := bytes.Index(b[at:], []byte("endstream")); end >= 0 {
			(&paper{left: unpacked}).packInto(slices.Clone(b[at:at+end]), []byte("/Filter"), func(x []byte) { all = append(all, x...) })
		}
	}
}

// Nothing that a recorder or a writing program wrote beside a sound or a letter
// follows. The controls are the files as they came: there it is found.
func TestNothingFollowsASoundOrALetter(t *testing.T) {
	for name, b := range carryingRest(t) {
		kind, err := Look(b)
		if err != nil || !strings.HasPrefix(name, string(kind)) {
			t.Fatalf("%s is %q, %v", name, kind, err)
		}
		hidden := func(b []byte) bool {
			b = everything(b)
			return traces(b) || bytes.Contains(b, []byte("MADE")) || bytes.Contains(b, []byte(fmt.Sprintf("%x", secret)))
		}
		if !hidden(b) {
			t.Fatalf("%s: the control carries nothing", name)
		}
		out, err := Anew(context.Background(), b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if hidden(out) {
			t.Errorf("%s: something followed:\n%q", name, everything(out))
		}
		if again, err := Anew(context.Background(), out); err != nil || !bytes.Equal(again, out) {
			t.Errorf("%s is changed once more, or %v", name, err)
		}
		if heard := map[Kind]string{M4A: "sound", WAV: "sound", OGG: "sound"}[kind]; !bytes.Contains(out, []byte(heard)) {
			t.Errorf("%s: the sound is gone", name)
		}
		if kind != MP3 && kind != WAV && len(out) != len(b) {
			t.Errorf("%s: the places in it have moved", name)
		}
	}
}

// What is heard and read is what was there before, to the byte.
func TestWhatIsHeardIsKept(t *testing.T) {
	all := carryingRest(t)
	made := func(kind Kind, b []byte) []byte {
		out, err := bare(context.Background(), kind, b)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		return out
	}
	if out := made(MP3, all["mp3"]); string(out) != mp3()+mp3() {
		t.Errorf("the frames are not those that were there: %d bytes", len(out))
	}
	m4a := all["m4a"]
	if out := made(M4A, m4a); !bytes.Equal(out[bytes.Index(m4a, []byte("mdat")):], m4a[bytes.Index(m4a, []byte("mdat")):]) || bytes.Count(out, []byte("stco")) != 1 {
		t.Errorf("the samples have moved: %q", out)
	}
	if out := made(PDF, all["pdf"]); !bytes.Contains(out, []byte("BT (hei) Tj ET")) || !bytes.Contains(out, []byte("/Trapped/False")) {
		t.Errorf("a page is gone: %q", out)
	}
	for name := range all {
		if b := all[name]; strings.HasPrefix(name, "ogg") {
			for out := made(OGG, b); len(out) > 0; {
				n := 27 + int(out[26])
				for _, lace := range out[27 : 27+int(out[26])] {
					n += int(lace)
				}
				p := slices.Clone(out[:n])
				sum := binary.LittleEndian.Uint32(p[22:])
				if clear(p[22:26]); oggSum(p) != sum {
					t.Errorf("%s: a page's sum is wrong", name)
				}
				out = out[n:]
			}
		}
	}
}
