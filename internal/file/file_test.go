package file

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tilhor/internal/file/filetest"
)

// secret stands wherever a camera or a program may write beside a picture.
const secret = "SOLBAKKEN-59.9139N-10.7522E-Nora"

// Files as filetest makes them, by shorter names.
var (
	drawn, segment, chunk, packedText, saying = filetest.Drawn, filetest.Segment, filetest.Chunk, filetest.Packed, filetest.SayingJPEG
	pngSaying, box, mp3, pdf                  = filetest.SayingPNG, filetest.Box, filetest.MP3, filetest.PDF
)

func jpegOf(_ testing.TB, m image.Image) []byte { return filetest.JPEG(m) }
func pngOf(_ testing.TB, m image.Image) []byte  { return filetest.PNG(m) }

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

// is is what each file of the corpus is, or why it is refused.
var is = map[string]struct {
	kind Kind
	err  error
}{
	"a photo":                          {JPEG, nil},
	"a photo with a second behind it":  {JPEG, nil},
	"a screenshot":                     {PNG, nil},
	"a letter":                         {PDF, nil},
	"a letter with packed text":        {PDF, nil},
	"a recording from a telephone":     {M4A, nil},
	"a recording from a recorder":      {MP3, nil},
	"one with a title":                 {MP3, nil},
	"a wave":                           {WAV, nil},
	"a voice":                          {OGG, nil},
	"nothing":                          {"", Empty},
	"too much":                         {"", TooBig},
	"words":                            {"", Other},
	"a page":                           {"", Other},
	"a drawing that runs":              {"", Other},
	"an animation":                     {"", Other},
	"an archive":                       {"", Other},
	"a picture from an iPhone":         {"", HEIC},
	"a film":                           {"", Video},
	"a film without sound":             {"", Video},
	"another film":                     {"", Video},
	"an old film":                      {"", Video},
	"an ogg film":                      {"", Video},
	"a box with nothing in it":         {"", Broken},
	"a box that is longer than it is":  {"", Broken},
	"half a photo":                     {"", Broken},
	"half a screenshot":                {"", Broken},
	"half a letter":                    {"", Broken},
	"a page behind a photo":            {"", Hidden},
	"an archive behind a photo":        {"", Hidden},
	"an archive behind a screenshot":   {"", Hidden},
	"a word behind a screenshot":       {"", Hidden},
	"an archive in a chunk":            {"", Hidden},
	"an archive in a comment":          {"", Hidden},
	"an archive in a letter":           {"", Hidden},
	"an archive behind a recording":    {"", Hidden},
	"something behind a wave":          {"", Hidden},
	"a letter in a photo":              {"", Hidden},
	"65 535 by 65 535":                 {"", TooMany},
	"a photo of 108 million":           {"", TooMany},
	"a photo of 48 million":            {"", TooMany},
	"two thousand million, packed":     {"", TooMany},
	"more than can be counted":         {"", Broken},
	"a photo of no size":               {"", Broken},
	"a letter that runs":               {"", Active},
	"a letter that runs, spelt oddly":  {"", Active},
	"a letter that starts a program":   {"", Active},
	"a letter with files in it":        {"", Active},
	"a letter that runs, packed":       {"", Active},
	"the same, across the reading":     {"", Active},
	"the same, said to be a picture":   {"", Active},
	"packed in a way we do not unpack": {"", Locked},
	"a letter with a password":         {"", Locked},
	"parts in one another":             {"", Locked},
	"a letter that unpacks to much":    {"", Locked},
}

func TestWhatAFileIs(t *testing.T) {
	corpus := filetest.Corpus()
	if len(corpus) != len(is) {
		t.Errorf("%d files, and it is said of %d what they are", len(corpus), len(is))
	}
	for name, k := range is {
		kind, err := Look(corpus[name])
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

// scanned is a progressive picture of one grey square, sent in so many scans.
func scanned(n int) []byte {
	b := []byte{0xff, soi, 0xff, sof2, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0}
	b = append(b, 0xff, dht, 0, 20, 0, 1) // one code, a 0 of one bit, that says nothing comes
	b = append(b, make([]byte, 16)...)
	for range n {
		b = append(b, 0xff, sos, 0, 8, 1, 1, 0, 0, 0, 0, 0x7f)
	}
	return append(b, 0xff, eoi)
}

// A picture in more scans than any camera sends is not opened: each is gone through
// over the whole picture.
func TestAPictureOfManyScansIsRefused(t *testing.T) {
	for n, want := range map[int]error{1: nil, scans: nil, scans + 1: Broken, 5000: Broken} {
		b := scanned(n)
		if _, err := jpeg.Decode(bytes.NewReader(b)); err != nil {
			t.Fatalf("%d scans are no picture at all: %v", n, err)
		}
		if _, err := Look(b); !errors.Is(err, want) {
			t.Errorf("%d scans: %v", n, err)
		}
		if _, err := Anew(context.Background(), b); !errors.Is(err, want) {
			t.Errorf("made anew, %d scans: %v", n, err)
		}
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
	for _, b := range filetest.Corpus() {
		if len(b) < 1<<16 {
			f.Add(b)
		}
	}
	f.Add(carrying(jpegOf(f, drawn(20, 10)), 6))
	f.Add(carryingPNG(pngOf(f, drawn(20, 10))))
	f.Add(scanned(scans))
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
