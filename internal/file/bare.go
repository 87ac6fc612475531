package file

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
)

// bare takes away what a recorder or a writing program wrote beside what one hears
// or reads: names, places, times, the machine. What Look has let through goes in. A
// sound keeps its samples to the byte and a document its pages; where something
// cannot be taken out it is written over, in the room it has.
func bare(ctx context.Context, kind Kind, b []byte) ([]byte, error) {
	switch kind {
	case MP3:
		return bareMP3(b), nil
	case WAV:
		return bareWAV(b)
	}
	b = slices.Clone(b)
	switch kind {
	case M4A:
		return b, bareMP4(b, "")
	case OGG:
		err := bareOgg(b)
		sumOgg(b)
		return b, err
	}
	return b, barePDF(ctx, b)
}

// bareMP3 is the frames and nothing else: titles and pictures stand before them
// (ID3v2), behind them (ID3v1, APE, Lyrics3), or in between.
func bareMP3(b []byte) []byte {
	if len(b) >= 10 && string(b[:3]) == "ID3" { // Look has counted it
		b = b[10+(int(b[6])<<21|int(b[7])<<14|int(b[8])<<7|int(b[9])):]
	}
	b = bytes.TrimLeft(b, "\x00")
	frame := func(b []byte) int {
		if n := mp3Frame(b); n <= len(b) {
			return n
		}
		return 0
	}
	// After words a frame is one when another of its kind follows: words may look
	// like the beginning of one.
	follows := func(b []byte, n int) bool {
		next := b[n:]
		return len(next) == 0 || frame(next) > 0 && next[1]&0xfe == b[1]&0xfe && next[2]&0x0c == b[2]&0x0c
	}
	out, lost := make([]byte, 0, len(b)), false
	for len(b) > 0 {
		n := frame(b)
		if n == 0 || lost && !follows(b, n) {
			b, lost = b[1:], true
			continue
		}
		out, b, lost = append(out, b[:n]...), b[n:], false
	}
	return out
}

// bareWAV keeps the chunks that are needed to hear it. A recorder that was stopped
// says that there are no samples, or more than there are: they are what is left.
func bareWAV(b []byte) ([]byte, error) {
	out, heard := append([]byte("RIFF\x00\x00\x00\x00"), "WAVE"...), false
	for at := 12; at+8 <= len(b); {
		kind, left := string(b[at:at+4]), len(b)-at-8
		size := min(int(binary.LittleEndian.Uint32(b[at+4:])), left)
		if kind == "data" && size == 0 {
			size = left
		}
		if kind == "fmt " || kind == "fact" || kind == "data" {
			heard = heard || kind == "data" && size > 0
			out = append(out, b[at:at+8+size]...)
			binary.LittleEndian.PutUint32(out[len(out)-size-4:], uint32(size))
			if size&1 == 1 {
				out = append(out, 0)
			}
		}
		at += 8 + size + size&1
	}
	if !heard {
		return nil, Broken
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}

// What is kept of the boxes of a sound. Anything else becomes empty room of the
// same size: where the samples lie is written as places in the file.
var boxes = map[string]map[string]bool{
	"":     {"ftyp": true, "styp": true, "moov": true, "moof": true, "mdat": true, "sidx": true, "mfra": true},
	"moov": {"mvhd": true, "trak": true, "mvex": true, "iods": true},
	"trak": {"tkhd": true, "edts": true, "mdia": true, "tref": true},
	"mdia": {"mdhd": true, "hdlr": true, "minf": true},
	"minf": {"smhd": true, "nmhd": true, "hdlr": true, "dinf": true, "stbl": true},
	"dinf": {"dref": true},
	"moof": {"mfhd": true, "traf": true},
}

// bareMP4 goes through the boxes that Look has gone through, and some below them.
func bareMP4(b []byte, in string) error {
	for len(b) >= 8 {
		kind, body, rest, err := firstBox(b)
		if err != nil {
			return err
		}
		switch {
		case in == "dref": // where the samples are when not in this file: a path on somebody's machine
			clear(body[min(4, len(body)):])
		case !boxes[in][kind]:
			copy(b[4:8], "free")
			clear(body)
		case boxes[kind] != nil:
			if err := bareMP4(body, kind); err != nil {
				return err
			}
		case kind == "dref" && len(body) > 8:
			if err := bareMP4(body[8:], kind); err != nil {
				return err
			}
		case kind == "mvhd", kind == "tkhd", kind == "mdhd": // when it was made and changed, in four bytes each or eight
			if len(body) >= 20 {
				clear(body[4 : 4+8<<min(body[0], 1)])
			}
		case kind == "hdlr" && len(body) > 24: // what made it
			clear(body[24:])
		}
		b = rest
	}
	clear(b)
	return nil
}

// bareOgg empties the comments of each stream: its second packet, which holds
// titles, places and the machine (of FLAC all blocks before the sound). They keep
// their length, and the pages their places.
func bareOgg(b []byte) error {
	streams := map[uint32]*oggStream{}
	for len(b) >= 27 {
		n := int(b[26])
		at := 27 + n
		id := binary.LittleEndian.Uint32(b[14:])
		if b[5]&2 != 0 { // one begins; in a chain another of the same number may
			if err := streams[id].end(); err != nil {
				return err
			}
			streams[id] = &oggStream{}
		}
		s, from := streams[id], at
		for _, lace := range b[27 : 27+n] {
			at += int(lace)
			if lace < 255 {
				if err := s.take(b[from:at], true); err != nil {
					return err
				}
				from = at
			}
		}
		if err := s.take(b[from:at], false); err != nil {
			return err
		}
		b = b[at:]
	}
	for _, s := range streams {
		if err := s.end(); err != nil {
			return err
		}
	}
	return nil
}

// sumOgg makes the checks of the pages anew.
func sumOgg(b []byte) {
	for len(b) >= 27 {
		n := 27 + int(b[26])
		for _, lace := range b[27:n] {
			n += int(lace)
		}
		clear(b[22:26])
		binary.LittleEndian.PutUint32(b[22:], oggSum(b[:n]))
		b = b[n:]
	}
}

// An oggStream is one whose packets are gone through as far as the sound.
type oggStream struct {
	head   string   // how its first packet begins
	where  [][]byte // the pieces of the packet it is at
	packet int
	heard  bool // the sound has begun
}

// take adds a piece of a packet, and empties it when it was the last.
func (s *oggStream) take(piece []byte, last bool) error {
	if s == nil || s.heard { // one that never began cannot be played
		return nil
	}
	s.where = append(s.where, piece)
	if !last {
		return nil
	}
	b := bytes.Join(s.where, nil)
	if s.packet == 0 {
		s.head = string(b[:min(len(b), 5)])
	} else {
		var err error
		if s.heard, err = emptied(b, s.head, s.packet); err != nil {
			return err
		}
		for _, piece := range s.where {
			b = b[copy(piece, b):]
		}
	}
	s.packet, s.where = s.packet+1, nil
	return nil
}

// end refuses a stream that ends before its sound.
func (s *oggStream) end() error {
	if s == nil || s.heard {
		return nil
	}
	return Broken
}

// emptied empties a packet that stands before the sound, in its own length, and says
// whether it was the last that can say anything.
func emptied(b []byte, of string, packet int) (last bool, err error) {
	if of == "\x7fFLAC" {
		switch {
		case len(b) < 4 || b[0] == 0xff: // the sound
			return true, nil
		case packet > 1: // pictures, notes of programs: room, as all that is no comment
			b[0] = b[0]&0x80 | 1
		}
		clear(b[4:])
		return b[0]&0x80 != 0, nil
	}
	head := map[string]string{"OpusH": "OpusTags", "\x01vorb": "\x03vorbis"}[of] // Speex has none
	if !bytes.HasPrefix(b, []byte(head)) {
		return true, Broken
	}
	clear(b[len(head):])                                        // of who made it, and how many: none and none
	if n := len(head) + 8; head == "\x03vorbis" && n < len(b) { // which ends them
		b[n] = 1
	}
	return true, nil
}

// oggSum is the check of a page.
func oggSum(b []byte) (sum uint32) {
	for _, c := range b {
		sum ^= uint32(c) << 24
		for range 8 {
			if sum&(1<<31) != 0 {
				sum = sum<<1 ^ 0x04c11db7
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}
