package file

import "encoding/binary"

const pngSign = "\x89PNG\r\n\x1a\n"

// A pngHead is what the first chunk says.
type pngHead struct {
	w, h              int
	depth, color, lac byte
}

// readPNG walks the chunks. Nothing may follow the last: no camera and no
// screen puts anything there.
func readPNG(b []byte) (h pngHead, err error) {
	for i := len(pngSign); ; {
		if i+12 > len(b) {
			return h, Broken
		}
		n, kind := int64(binary.BigEndian.Uint32(b[i:])), string(b[i+4:i+8])
		if n > int64(len(b)-i-12) {
			return h, Broken
		}
		body := b[i+8 : i+8+int(n)]
		switch {
		case i == len(pngSign):
			if kind != "IHDR" || n != 13 || !h.size(body) {
				return h, Broken
			}
		case kind == "IHDR":
			return h, Broken
		case kind == "IEND":
			if i+12+int(n) != len(b) {
				return h, Hidden
			}
			return h, h.fits()
		}
		i += 12 + int(n)
	}
}

func (h *pngHead) size(body []byte) bool {
	w, t := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
	h.depth, h.color, h.lac = body[8], body[9], body[12]
	if w == 0 || t == 0 || w > 1<<30 || t > 1<<30 {
		return false
	}
	h.w, h.h = int(w), int(t)
	return true
}

// fits reckons the pixels, and twice for one that comes in seven rounds.
func (h pngHead) fits() error {
	each := 1
	if h.color == 2 || h.color == 6 || h.color == 4 {
		each = 4
	}
	if h.depth == 16 {
		each = 8
	}
	if h.lac != 0 {
		each *= 2
	}
	return fits(h.w, h.h, each, 1)
}
