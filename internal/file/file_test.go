package file

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// secret stands wherever a camera or a program may write beside a picture.
const secret = "SOLBAKKEN-59.9139N-10.7522E-Nora"

// drawn is a picture in which every pixel can be told from its neighbours, and
// the corner up left from the other three.
func drawn(w, h int) *image.RGBA {
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

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func segment(marker byte, body string) string {
	return string([]byte{0xff, marker}) + string(binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))) + body
}

// exif has an orientation and a place in words.
func exif(orientation int) string {
	t := "MM\x00\x2a\x00\x00\x00\x08\x00\x02" +
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string([]byte{byte(orientation)}) + "\x00\x00" +
		"\x01\x0e\x00\x02\x00\x00\x00\x20\x00\x00\x00\x26" + "\x00\x00\x00\x00" + secret
	return segment(0xe1, "Exif\x00\x00"+t)
}

// carrying is a JPEG that carries the secret in every place there is.
func carrying(b []byte, orientation int) []byte {
	beside := exif(orientation) + segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x>"+secret+"</x>") + segment(0xe2, "ICC_PROFILE\x00\x01\x01"+secret) +
		segment(0xed, "Photoshop 3.0\x00"+secret) + segment(0xfe, secret) + segment(0xe5, secret)
	return append([]byte(string(b[:2])+beside), append(b[2:len(b):len(b)], []byte(secret)...)...)
}

func chunk(kind, body string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
}

func packedText(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

// carryingPNG carries the secret in every chunk that may hold text.
func carryingPNG(b []byte) []byte {
	beside := chunk("tEXt", "Comment\x00"+secret) + chunk("iTXt", "Place\x00\x00\x00\x00\x00"+secret) + chunk("eXIf", exif(6)[10:]) + chunk("prVt", secret) + chunk("zTXt", "Comment\x00\x00"+packedText(secret))
	const head = 8 + 12 + 13
	return []byte(string(b[:head]) + beside + string(b[head:]))
}

// traces says whether any eight signs of the secret stand in the bytes, as they
// are or packed in chunks.
func traces(b []byte) bool {
	for i := 0; i+8 <= len(secret); i++ {
		if bytes.Contains(b, []byte(secret[i:i+8])) {
			return true
		}
	}
	return false
}

// besides lists what stands in a picture besides its pixels.
func besides(b []byte) (all []string) {
	if bytes.HasPrefix(b, []byte(pngSign)) {
		for i := 8; i+12 <= len(b); {
			kind := string(b[i+4 : i+8])
			if !strings.Contains("IHDR PLTE tRNS IDAT IEND", kind) {
				all = append(all, kind)
			}
			i += 12 + int(binary.BigEndian.Uint32(b[i:]))
		}
		return all
	}
	for i := 2; i+4 <= len(b) && b[i] == 0xff && b[i+1] != eoi; {
		m := b[i+1]
		if m != 0xdb && m != dht && m != sos && m != sof0 && m != 0xdd {
			all = append(all, string("0123456789abcdef"[m>>4])+string("0123456789abcdef"[m&15]))
		}
		i += 2 + int(binary.BigEndian.Uint16(b[i+2:]))
		if m == sos {
			i = scanEnd(b, i)
		}
	}
	return all
}

// Nothing that stood beside the pixels follows a picture made anew. The
// controls are the pictures as they came: there it is found.
func TestNothingFollowsThePicture(t *testing.T) {
	m := drawn(67, 45)
	for name, b := range map[string][]byte{"jpeg": carrying(jpegOf(t, m), 6), "png": carryingPNG(pngOf(t, m))} {
		if !traces(b) || len(besides(b)) == 0 {
			t.Fatalf("%s: the control carries nothing", name)
		}
		out, err := Anew(context.Background(), b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if traces(out) || len(besides(out)) > 0 {
			t.Errorf("%s: something followed: %v", name, besides(out))
		}
		if kind, err := Look(out); err != nil || string(kind) != name {
			t.Errorf("%s became %q, %v", name, kind, err)
		}
	}
}

// Every orientation of EXIF is turned so that the white corner is where a
// viewer would have shown it, however the colours are sampled.
func TestThePictureIsTurned(t *testing.T) {
	corner := map[int][2]float64{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}}
	gray := image.NewGray(image.Rect(0, 0, 66, 44))
	for i := range gray.Pix {
		if x, y := i%66, i/66; x < 16 && y < 11 {
			gray.Pix[i] = 255
		}
	}
	for o, at := range corner {
		for name, m := range map[string]image.Image{"colour": drawn(66, 44), "gray": gray} {
			out, err := Anew(context.Background(), carrying(jpegOf(t, m), o))
			if err != nil {
				t.Fatal(err)
			}
			d, err := jpeg.Decode(bytes.NewReader(out))
			if err != nil {
				t.Fatal(err)
			}
			w, h := d.Bounds().Dx(), d.Bounds().Dy()
			if (o >= 5) != (h > w) {
				t.Errorf("%s %d: %d × %d", name, o, w, h)
			}
			x, y := 3+int(at[0]*float64(w-7)), 3+int(at[1]*float64(h-7))
			if r, g, b, _ := d.At(x, y).RGBA(); r < 0xd000 || g < 0xd000 || b < 0xd000 {
				t.Errorf("%s %d: the corner is not at %d,%d: %x %x %x", name, o, x, y, r>>8, g>>8, b>>8)
			}
		}
	}
	for ratio := image.YCbCrSubsampleRatio444; ratio <= image.YCbCrSubsampleRatio410; ratio++ {
		for o := 2; o <= 8; o++ {
			for _, size := range [][2]int{{7, 5}, {8, 8}, {1, 1}, {5, 2}} {
				m := image.NewYCbCr(image.Rect(0, 0, size[0], size[1]), ratio)
				if _, err := upright(m, o); err != nil {
					t.Errorf("%v turned %d: %v", ratio, o, err)
				}
			}
		}
	}
}

// head is a JPEG that says it has a size, and no more.
func saying(w, h int, sof byte) []byte {
	body := []byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1}
	return []byte("\xff\xd8" + segment(sof, string(body)) + segment(sos, "\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00") + "\x00\x00\xff\xd9")
}

func pngSaying(w, h uint32, depth, color byte) []byte {
	b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return []byte(pngSign + chunk("IHDR", string(append(b, depth, color, 0, 0, 0))) + chunk("IDAT", packedText("x")) + chunk("IEND", ""))
}

const zip = "PK\x03\x04\x14\x00\x00\x00\x00\x00PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00\x2e\x00\x00\x00\x1e\x00\x00\x00\x00\x00"

func box(kind string, body ...string) string {
	all := strings.Join(body, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(all)))) + kind + all
}

func mp4(brand string, handlers ...string) []byte {
	traks := ""
	for _, h := range handlers {
		traks += box("trak", box("mdia", box("hdlr", "\x00\x00\x00\x00\x00\x00\x00\x00"+h+"\x00\x00\x00\x00")))
	}
	return []byte(box("ftyp", brand, "\x00\x00\x00\x00") + box("moov", traks) + box("mdat", "sound"))
}

func ogg(first string) []byte {
	return []byte("OggS\x00\x02" + strings.Repeat("\x00", 20) + "\x01" + string([]byte{byte(len(first))}) + first)
}

func mp3() string {
	frame := "\xff\xfb\x90\x00" + strings.Repeat("\x00", 413)
	return frame + frame + frame
}

func pdf(inside string) []byte {
	return []byte("%PDF-1.7\n1 0 obj\n<</Type/Catalog " + inside + ">>\nendobj\ntrailer <</Root 1 0 R>>\n%%EOF\n")
}

func pdfStream(dict, data string) []byte {
	return []byte("%PDF-1.7\n5 0 obj\n<<" + dict + ">>\nstream\r\n" + data + "\nendstream\nendobj\n%%EOF\n")
}

// known is the corpus: what each file is, or why it is refused.
func known(t testing.TB) map[string]struct {
	b    []byte
	kind Kind
	err  error
} {
	t.Helper()
	j, p := jpegOf(t, drawn(40, 30)), pngOf(t, drawn(40, 30))
	type row = struct {
		b    []byte
		kind Kind
		err  error
	}
	return map[string]row{
		"a photo":                          {j, JPEG, nil},
		"a photo with a second behind it":  {append(append([]byte{}, j...), j...), JPEG, nil},
		"a screenshot":                     {p, PNG, nil},
		"a letter":                         {pdf("/Pages 2 0 R /OpenAction [3 0 R /Fit]"), PDF, nil},
		"a letter with packed text":        {pdfStream("/Filter/FlateDecode", packedText("BT (hei) Tj ET")), PDF, nil},
		"a recording from a telephone":     {mp4("M4A ", "soun"), M4A, nil},
		"a recording from a recorder":      {[]byte(mp3()), MP3, nil},
		"one with a title":                 {[]byte("ID3\x04\x00\x00\x00\x00\x00\x04abcd" + mp3()), MP3, nil},
		"a wave":                           {[]byte("RIFF\x24\x00\x00\x00WAVEfmt " + strings.Repeat("\x00", 28)), WAV, nil},
		"a voice":                          {ogg("OpusHead\x01\x01"), OGG, nil},
		"nothing":                          {nil, "", Empty},
		"too much":                         {make([]byte, Max+1), "", TooBig},
		"words":                            {[]byte("Hei, dette er tekst."), "", Other},
		"a page":                           {[]byte("<html><script>alert(1)</script>"), "", Other},
		"a drawing that runs":              {[]byte("<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"), "", Other},
		"an animation":                     {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "", Other},
		"an archive":                       {[]byte(zip), "", Other},
		"a picture from an iPhone":         {mp4("heic"), "", HEIC},
		"a film":                           {mp4("mp42", "soun", "vide"), "", Video},
		"a film without sound":             {mp4("isom", "vide"), "", Video},
		"another film":                     {[]byte("\x1a\x45\xdf\xa3\x01\x00"), "", Video},
		"an old film":                      {[]byte("RIFF\x24\x00\x00\x00AVI LIST"), "", Video},
		"an ogg film":                      {ogg("\x80theora\x03"), "", Video},
		"a box with nothing in it":         {mp4("M4A "), "", Broken},
		"a box that is longer than it is":  {[]byte("\x00\x00\x00\xffftypM4A "), "", Broken},
		"half a photo":                     {j[:len(j)/2], "", Broken},
		"half a screenshot":                {p[:len(p)/2], "", Broken},
		"half a letter":                    {[]byte("%PDF-1.7\n1 0 obj"), "", Broken},
		"a page behind a photo":            {append(append([]byte{}, j...), "<HTML>"...), "", Hidden},
		"an archive behind a photo":        {append(append([]byte{}, j...), zip...), "", Hidden},
		"an archive behind a screenshot":   {append(append([]byte{}, p...), zip...), "", Hidden},
		"a word behind a screenshot":       {append(append([]byte{}, p...), 'x'), "", Hidden},
		"an archive in a chunk":            {[]byte(string(p[:33]) + chunk("prVt", zip) + string(p[33:])), "", Hidden},
		"an archive in a comment":          {[]byte(string(j[:2]) + segment(0xfe, zip) + string(j[2:])), "", Hidden},
		"an archive in a letter":           {append(pdf(""), zip+"%%EOF"...), "", Hidden},
		"an archive behind a recording":    {append([]byte(mp3()), zip...), "", Hidden},
		"something behind a wave":          {[]byte("RIFF\x24\x00\x00\x00WAVEfmt " + strings.Repeat("\x00", 99)), "", Hidden},
		"a letter in a photo":              {[]byte(string(j[:2]) + segment(0xfe, "%PDF-1.4") + string(j[2:])), "", Hidden},
		"65 535 by 65 535":                 {saying(65535, 65535, sof0), "", TooMany},
		"a photo of 108 million":           {saying(12000, 9000, sof0), "", TooMany},
		"a photo of 48 million":            {saying(8000, 6000, sof2), "", TooMany},
		"two thousand million, packed":     {pngSaying(46340, 46340, 8, 2), "", TooMany},
		"more than can be counted":         {pngSaying(1<<31, 1<<31, 8, 2), "", Broken},
		"a photo of no size":               {saying(0, 0, sof0), "", Broken},
		"a letter that runs":               {pdf("/OpenAction <</S/JavaScript/JS(x)>>"), "", Active},
		"a letter that runs, spelt oddly":  {pdf("/OpenAction <</S/J#61va#53cript>>"), "", Active},
		"a letter that starts a program":   {pdf("/AA <</O <</S/Launch/F(x.exe)>>>>"), "", Active},
		"a letter with files in it":        {pdf("/Names <</EmbeddedFiles 3 0 R>>"), "", Active},
		"a letter that runs, packed":       {pdfStream("/Type/ObjStm/Filter/FlateDecode", packedText(strings.Repeat("x", 70_000)+"<</S/JavaScript>>")), "", Active},
		"the same, across the reading":     {pdfStream("/Filter/FlateDecode", packedText(strings.Repeat("x", 64<<10-5)+"/JavaScript")), "", Active},
		"the same, said to be a picture":   {pdfStream("/Subtype/Image/Type/ObjStm/Filter/FlateDecode", packedText("/JavaScript")), "", Active},
		"packed in a way we do not unpack": {pdfStream("/Type/ObjStm/Filter/LZWDecode", "\x80\x0b"), "", Locked},
		"a letter with a password":         {pdf("/Encrypt 9 0 R"), "", Locked},
		"parts in one another":             {pdfStream("/Filter/FlateDecode", strings.Repeat("stream\n\x78\x01\x00\x09\x00\xf6\xff", 50)+"stream\n\x78\x01"+strings.Repeat("\x00\x00\x00\xff\xff", 10_000)), "", Locked},
		"a letter that unpacks to much":    {pdfStream("/Filter/FlateDecode", packedText(strings.Repeat("0", unpacked+1))), "", Locked},
	}
}

func TestWhatAFileIs(t *testing.T) {
	for name, k := range known(t) {
		kind, err := Look(k.b)
		if !errors.Is(err, k.err) || err == nil && kind != k.kind {
			t.Errorf("%s: %q, %v; want %q, %v", name, kind, err, k.kind, k.err)
		}
		if err == nil && (!kind.Known() || kind.Media() == "" || kind.Ext() == "" || kind.Picture() == kind.Audio() && kind != PDF) {
			t.Errorf("%s: %q is not a whole kind", name, kind)
		}
	}
}

// A picture that only says it is one is refused as broken, and no two are open at
// once. A letter does not wait for a picture.
func TestABrokenPictureIsRefused(t *testing.T) {
	for name, b := range map[string][]byte{"no pixels": saying(10, 10, sof0), "an empty screenshot": pngSaying(10, 10, 8, 2)} {
		if _, err := Anew(context.Background(), b); !errors.Is(err, Broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ended, end := context.WithCancel(context.Background())
	end()
	open <- struct{}{}
	defer func() { <-open }()
	if _, err := Anew(ended, jpegOf(t, drawn(4, 4))); !errors.Is(err, context.Canceled) {
		t.Errorf("two pictures were open at once: %v", err)
	}
	if _, err := Anew(context.Background(), pdf("")); err != nil {
		t.Errorf("a letter: %v", err)
	}
}

// holds is what may be said of any bytes: never a panic, never a picture that
// carries something along, and a picture made anew is one that is let through.
func holds(t interface{ Fatalf(string, ...any) }, b []byte) {
	kind, err := Look(b)
	if (err == nil) != kind.Known() && err == nil {
		t.Fatalf("let through as %q", kind)
	}
	out, err := Anew(context.Background(), b)
	if err != nil {
		return
	}
	if x := besides(out); kind.Picture() && len(x) > 0 {
		t.Fatalf("%v followed", x)
	}
	if len(out) > len(b) && !kind.Picture() && kind != WAV {
		t.Fatalf("%s grew", kind)
	}
	if again, err := Look(out); err != nil || again != kind {
		t.Fatalf("made anew it is %q, %v", again, err)
	}
}

func TestAnyPictureIsMadeAnew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawn(rapid.IntRange(1, 40).Draw(t, "w"), rapid.IntRange(1, 40).Draw(t, "h"))
		var out bytes.Buffer
		var b []byte
		if rapid.Bool().Draw(t, "png") {
			_ = png.Encode(&out, m)
			b = carryingPNG(out.Bytes())
		} else {
			_ = jpeg.Encode(&out, m, nil)
			b = carrying(out.Bytes(), rapid.IntRange(0, 9).Draw(t, "turned"))
		}
		made, err := Anew(context.Background(), b)
		if err != nil || traces(made) {
			t.Fatalf("%v, traces %v", err, traces(made))
		}
		holds(t, b)
		if n := rapid.IntRange(0, len(b)-1).Draw(t, "where"); n > 0 { // one byte changed, and cut off
			b[n] ^= rapid.Byte().Draw(t, "how")
			holds(t, b)
			holds(t, b[:n])
		}
	})
}

func FuzzLook(f *testing.F) {
	for _, k := range known(f) {
		if len(k.b) < 1<<16 {
			f.Add(k.b)
		}
	}
	f.Add(carrying(jpegOf(f, drawn(20, 10)), 6))
	f.Add(carryingPNG(pngOf(f, drawn(20, 10))))
	for _, b := range carryingRest(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { holds(t, b) })
}

// The control: a picture handed on as it came is caught.
func TestAPictureHandedOnIsCaught(t *testing.T) {
	if b := carrying(jpegOf(t, drawn(20, 10)), 1); len(besides(b)) != 6 || !traces(b) {
		t.Errorf("found %v", besides(b))
	}
}
