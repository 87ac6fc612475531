package file

import (
	"bytes"
	"encoding/binary"
)

// lookMP4 walks the boxes: sound, and no moving picture beside it.
func lookMP4(b []byte) error {
	switch string(b[8:12]) {
	case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1", "avif", "avis":
		return HEIC
	}
	var found tracks
	if err := found.boxes(b, 0); err != nil {
		return err
	}
	switch {
	case found.video:
		return Video
	case !found.sound:
		return Broken
	}
	return nil
}

type tracks struct {
	sound, video bool
	n            int
}

// boxes must fill what they stand in, to the byte.
func (t *tracks) boxes(b []byte, depth int) error {
	for len(b) > 0 {
		if t.n++; len(b) < 8 || depth > 8 || t.n > 4096 {
			return Broken
		}
		kind, body, rest, err := firstBox(b)
		if err != nil {
			return err
		}
		switch kind {
		case "moov", "trak", "mdia":
			if err := t.boxes(body, depth+1); err != nil {
				return err
			}
		case "hdlr":
			if depth > 1 && len(body) >= 12 { // of a track, not of notes about the file
				t.handler(string(body[8:12]))
			}
		}
		b = rest
	}
	return nil
}

// firstBox is the first box of some, which are eight bytes at least: its kind, what
// stands in it, and the boxes behind it.
func firstBox(b []byte) (kind string, body, rest []byte, err error) {
	size, head := uint64(binary.BigEndian.Uint32(b)), 8
	switch size {
	case 0:
		size = uint64(len(b))
	case 1:
		if len(b) < 16 {
			return "", nil, nil, Broken
		}
		size, head = binary.BigEndian.Uint64(b[8:]), 16
	}
	if size < uint64(head) || size > uint64(len(b)) {
		return "", nil, nil, Broken
	}
	return string(b[4:8]), b[head:size], b[size:], nil
}

func (t *tracks) handler(kind string) {
	t.sound = t.sound || kind == "soun"
	t.video = t.video || kind == "vide" || kind == "auxv" || kind == "pict"
}

func lookRIFF(b []byte) error {
	switch string(b[8:12]) {
	case "AVI ":
		return Video
	case "WAVE":
	default:
		return Other
	}
	size := binary.LittleEndian.Uint32(b[4:])
	if size != 0 && size != 0xffffffff && int64(size)+8 < int64(len(b))-1 { // a recorder that was stopped may not have set it
		return Hidden
	}
	if !bytes.HasPrefix(b[12:], []byte("fmt ")) && !bytes.Contains(b[12:min(len(b), 4096)], []byte("fmt ")) {
		return Broken
	}
	return nil
}

// lookOgg walks the pages; the first of each stream says what it is.
func lookOgg(b []byte) error {
	sound := false
	for len(b) > 0 {
		if len(b) < 27 || string(b[:4]) != "OggS" {
			return Broken
		}
		n := int(b[26])
		if len(b) < 27+n {
			return Broken
		}
		size := 27 + n
		for _, s := range b[27 : 27+n] {
			size += int(s)
		}
		if len(b) < size {
			return Broken
		}
		body := b[27+n : size]
		if b[5]&2 != 0 {
			switch {
			case bytes.HasPrefix(body, []byte("\x80theora")):
				return Video
			case bytes.HasPrefix(body, []byte("OpusHead")), bytes.HasPrefix(body, []byte("\x01vorbis")),
				bytes.HasPrefix(body, []byte("\x7fFLAC")), bytes.HasPrefix(body, []byte("Speex")):
				sound = true
			default:
				return Broken
			}
		}
		b = b[size:]
	}
	if !sound {
		return Broken
	}
	return nil
}

// lookMP3 asks for three frames in a row, after the notes that may come first.
func lookMP3(b []byte) error {
	if len(b) >= 10 && string(b[:3]) == "ID3" {
		size := 10
		for _, c := range b[6:10] {
			if c > 127 {
				return Broken
			}
		}
		size += int(b[6])<<21 | int(b[7])<<14 | int(b[8])<<7 | int(b[9])
		if size >= len(b) {
			return Broken
		}
		b = bytes.TrimLeft(b[size:], "\x00")
	}
	for range 3 {
		n := mp3Frame(b)
		if n == 0 || n > len(b) {
			return Broken
		}
		b = b[n:]
	}
	return nil
}

var (
	rates1 = [16]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	rates2 = [16]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
	hertz  = [4]int{44100, 48000, 32000}
)

// mp3Frame is the length of the frame that begins here, 0 when none does.
func mp3Frame(b []byte) int {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe6 != 0xe2 { // layer III
		return 0
	}
	version, rate, freq, pad := b[1]>>3&3, b[2]>>4, b[2]>>2&3, int(b[2]>>1&1)
	if version == 1 || freq == 3 {
		return 0
	}
	hz, per, kbit := hertz[freq], 144, rates1[rate]
	if version != 3 { // MPEG 2 and 2.5
		hz, per, kbit = hz/2, 72, rates2[rate]
	}
	if version == 0 {
		hz /= 2
	}
	if kbit == 0 {
		return 0
	}
	return per*kbit*1000/hz + pad
}
