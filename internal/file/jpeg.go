package file

import "encoding/binary"

// A jpegFrame is what the segments of a JPEG say before anything is opened.
type jpegFrame struct {
	w, h        int
	progressive bool
	samples     int // of one pixel, times four: 6 of the usual 4:2:0, 12 of 4:4:4
	orientation int // EXIF: 1 is upright
}

// Markers.
const (
	sof0, sof2, sof15         = 0xc0, 0xc2, 0xcf
	dht, jpgExt, dac          = 0xc4, 0xc8, 0xcc
	rst0, rst7, soi, eoi, sos = 0xd0, 0xd7, 0xd8, 0xd9, 0xda
	app1                      = 0xe1
)

// scans is how many a picture may be sent in. To open it each is gone through over the
// whole picture, and a file has room for some hundred thousand of them: it would hold a
// core, and the one place there is, for hours. libjpeg sends a progressive picture in ten,
// and one of four colours in eighteen.
const scans = 64

// readJPEG walks the segments to the end of the picture. What a camera puts
// after it (a second picture, its own notes) is let through, since nothing of it
// is shown; another file is not.
func readJPEG(b []byte) (f jpegFrame, err error) {
	f.orientation = 1
	for i, seen := 2, 0; ; {
		if i+1 >= len(b) || b[i] != 0xff {
			return f, Broken
		}
		m := b[i+1]
		switch {
		case m == 0xff: // fill
			i++
			continue
		case m == eoi:
			if f.w == 0 {
				return f, Broken
			}
			if strange(b[i+2:]) {
				return f, Hidden
			}
			return f, f.fits()
		case m >= rst0 && m <= soi || m == 0x01 || m == 0:
			return f, Broken
		}
		if i+4 > len(b) {
			return f, Broken
		}
		n := int(binary.BigEndian.Uint16(b[i+2:]))
		if n < 2 || i+2+n > len(b) {
			return f, Broken
		}
		body := b[i+4 : i+2+n]
		switch {
		case m >= sof0 && m <= sof15 && m != dht && m != jpgExt && m != dac:
			if f.w != 0 || !f.size(m, body) {
				return f, Broken
			}
		case m == app1:
			if o := orientation(body); o != 0 {
				f.orientation = o
			}
		}
		i += 2 + n
		if m == sos {
			if seen++; seen > scans {
				return f, Broken
			}
			i = scanEnd(b, i)
		}
	}
}

// scanEnd is where the next marker stands after the picture's own data.
func scanEnd(b []byte, i int) int {
	for ; i+1 < len(b); i++ {
		if m := b[i+1]; b[i] == 0xff && m != 0 && m != 0xff && (m < rst0 || m > rst7) {
			return i
		}
	}
	return len(b)
}

func (f *jpegFrame) size(m byte, body []byte) bool {
	if len(body) < 6 {
		return false
	}
	f.h, f.w = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	f.progressive = m == sof2
	n := int(body[5])
	if f.w == 0 || f.h == 0 || n == 0 || n > 4 || len(body) < 6+3*n {
		return false
	}
	most, sum := 1, 0
	for c := range n {
		h, v := int(body[7+3*c]>>4), int(body[7+3*c]&15)
		if h == 0 || v == 0 || h > 4 || v > 4 {
			return false
		}
		most, sum = max(most, h*v), sum+h*v
	}
	f.samples = (4*sum + most - 1) / most
	if n == 4 {
		f.samples += 16 // it is turned into red, green and blue
	}
	return true
}

// fits says whether the picture can be opened with the room there is: the
// samples, as much again for turning it, and of a progressive one a number of
// four bytes for each.
func (f jpegFrame) fits() error {
	each := 2
	if f.progressive {
		each = 6
	}
	return fits(f.w, f.h, f.samples*each, 4)
}

// What one picture may take while it is open, and how long a side may be.
const (
	room = 128 << 20
	side = 16_000
)

func fits(w, h, bytes, per int) error {
	if w > side || h > side || w*h/per*bytes > room {
		return TooMany
	}
	return nil
}

// orientation is what EXIF says of which way is up, 0 when it says nothing.
func orientation(app []byte) int {
	if len(app) < 14 || string(app[:6]) != "Exif\x00\x00" {
		return 0
	}
	t := app[6:]
	var order binary.ByteOrder = binary.BigEndian
	if string(t[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int(order.Uint32(t[4:]))
	if at < 8 || at+2 > len(t) {
		return 0
	}
	n := int(order.Uint16(t[at:]))
	for i := range n {
		e := at + 2 + 12*i
		if e+12 > len(t) {
			return 0
		}
		if order.Uint16(t[e:]) == 0x0112 {
			if o := int(order.Uint16(t[e+8:])); o >= 1 && o <= 8 {
				return o
			}
			return 0
		}
	}
	return 0
}
