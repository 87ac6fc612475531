package file

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// bare takes away what a recorder or a writing program wrote beside what one hears
// or reads: names, places, times, the machine. What Look has let through goes in. A
// sound keeps its samples to the byte and a document its pages; where something
// cannot be taken out it is written over, in the room it has.
func bare(kind Kind, b []byte) []byte {
	switch kind {
	case MP3:
		return bareMP3(b)
	case WAV:
		return bareWAV(b)
	}
	b = slices.Clone(b)
	switch kind {
	case M4A:
		bareMP4(b, "")
	case OGG:
		bareOgg(b)
	case PDF:
		barePDF(b)
	}
	return b
}

// bareMP3 is the frames and nothing else: titles and pictures stand before them
// (ID3v2), behind them (ID3v1, APE, Lyrics3), or in between.
func bareMP3(b []byte) []byte {
	if len(b) >= 10 && string(b[:3]) == "ID3" { // Look has counted it
		b = b[10+(int(b[6])<<21|int(b[7])<<14|int(b[8])<<7|int(b[9])):]
	}
	b = bytes.TrimLeft(b, "\x00")
	first := [2]byte{b[1] & 0xfe, b[2] & 0x0c}
	frame := func(b []byte) int {
		if n := mp3Frame(b); n > 0 && n <= len(b) && first == [2]byte{b[1] & 0xfe, b[2] & 0x0c} {
			return n
		}
		return 0
	}
	out, lost := make([]byte, 0, len(b)), false
	for len(b) > 0 {
		n := frame(b)
		if n == 0 || lost && n < len(b) && frame(b[n:]) == 0 { // words that look like the beginning of one
			b, lost = b[1:], true
			continue
		}
		out, b, lost = append(out, b[:n]...), b[n:], false
	}
	return out
}

// bareWAV keeps the chunks that are needed to hear it.
func bareWAV(b []byte) []byte {
	out := append([]byte("RIFF\x00\x00\x00\x00"), "WAVE"...)
	for at := 12; at+8 <= len(b); {
		size := min(int(binary.LittleEndian.Uint32(b[at+4:])), len(b)-at-8) // one that was stopped says more than it has
		if kind := string(b[at : at+4]); kind == "fmt " || kind == "fact" || kind == "data" {
			out = append(out, b[at:at+8+size]...)
			binary.LittleEndian.PutUint32(out[len(out)-size-4:], uint32(size))
			if size&1 == 1 {
				out = append(out, 0)
			}
		}
		at += 8 + size + size&1
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// What is kept of the boxes of a sound. Anything else becomes empty room of the
// same size: where the samples lie is written as places in the file.
var boxes = map[string]map[string]bool{
	"":     {"ftyp": true, "styp": true, "moov": true, "moof": true, "mdat": true, "sidx": true, "mfra": true},
	"moov": {"mvhd": true, "trak": true, "mvex": true, "iods": true},
	"trak": {"tkhd": true, "edts": true, "mdia": true, "tref": true},
	"mdia": {"mdhd": true, "hdlr": true, "minf": true},
	"minf": {"smhd": true, "nmhd": true, "hdlr": true, "dinf": true, "stbl": true},
	"moof": {"mfhd": true, "traf": true},
}

// bareMP4 goes through the boxes that Look has gone through.
func bareMP4(b []byte, in string) {
	for len(b) >= 8 {
		size, head := uint64(binary.BigEndian.Uint32(b)), 8
		switch size {
		case 0:
			size = uint64(len(b))
		case 1:
			if len(b) < 16 {
				return
			}
			size, head = binary.BigEndian.Uint64(b[8:]), 16
		}
		if size < uint64(head) || size > uint64(len(b)) {
			return
		}
		kind, body := string(b[4:8]), b[head:size]
		switch {
		case !boxes[in][kind]:
			copy(b[4:8], "free")
			clear(body)
		case boxes[kind] != nil:
			bareMP4(body, kind)
		case kind == "mvhd", kind == "tkhd", kind == "mdhd": // when it was made and changed, in four bytes each or eight
			if len(body) >= 20 {
				clear(body[4 : 4+8<<min(body[0], 1)])
			}
		case kind == "hdlr" && len(body) > 24: // what made it
			clear(body[24:])
		}
		b = b[size:]
	}
}

// bareOgg empties the comments of each stream: its second packet, which holds
// titles, places and the machine. It keeps its length, and the pages their places.
func bareOgg(b []byte) {
	type stream struct {
		packet int
		where  [][]byte // the pieces of the second packet
	}
	streams := map[uint32]*stream{}
	var pages [][]byte
	for len(b) >= 27 {
		n := int(b[26])
		at := 27 + n
		id := binary.LittleEndian.Uint32(b[14:])
		s := streams[id]
		if s == nil {
			s = &stream{}
			streams[id] = s
		}
		for _, lace := range b[27 : 27+n] {
			if s.packet == 1 && lace > 0 {
				s.where = append(s.where, b[at:at+int(lace)])
			}
			if lace < 255 {
				s.packet++
			}
			at += int(lace)
		}
		pages, b = append(pages, b[:at]), b[at:]
	}
	for _, s := range streams {
		emptied := emptyComments(bytes.Join(s.where, nil))
		for _, piece := range s.where {
			emptied = emptied[copy(piece, emptied):]
		}
	}
	for _, page := range pages {
		clear(page[22:26])
		binary.LittleEndian.PutUint32(page[22:], oggSum(page))
	}
}

// emptyComments is a packet of comments with none in it, as long as it was.
func emptyComments(b []byte) []byte {
	out := make([]byte, len(b))
	for _, head := range []string{"OpusTags", "\x03vorbis", "Speex"} {
		if !bytes.HasPrefix(b, []byte(head)) {
			continue
		}
		n := copy(out, head) + 8 // of who made it, and how many: none and none
		if head == "\x03vorbis" && n < len(out) {
			out[n] = 1 // which ends them
		}
		return out
	}
	if len(b) > 4 && b[0]&0x7f == 4 { // FLAC's block of comments
		copy(out, b[:4])
	}
	return out
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
