// Package file says what a file is by what stands in it, never by its name, and
// makes it anew, so that nothing follows that a camera, a recorder or a program wrote
// beside it: place, time, owner, thumbnail. It also draws a text as a square of dots. It
// knows no school and stores nothing.
package file

import "bytes"

// A Kind is a kind of file that may be attached (vedlegg).
type Kind string

// Kinds. Their names stand in the database.
const (
	JPEG Kind = "jpeg"
	PNG  Kind = "png"
	PDF  Kind = "pdf"
	MP3  Kind = "mp3"
	M4A  Kind = "m4a"
	WAV  Kind = "wav"
	OGG  Kind = "ogg"
)

var media = map[Kind]string{
	JPEG: "image/jpeg", PNG: "image/png", PDF: "application/pdf",
	MP3: "audio/mpeg", M4A: "audio/mp4", WAV: "audio/wav", OGG: "audio/ogg",
}

// Known says whether it is one of the kinds.
func (k Kind) Known() bool { return media[k] != "" }

// Picture says whether it is shown as a picture, and so is made anew.
func (k Kind) Picture() bool { return k == JPEG || k == PNG }

// Audio says whether it is a sound.
func (k Kind) Audio() bool { return k.Known() && !k.Picture() && k != PDF }

// Media is the media type it is given out as.
func (k Kind) Media() string { return media[k] }

// Ext is the ending of a file of the kind.
func (k Kind) Ext() string {
	if k == JPEG {
		return "jpg"
	}
	return string(k)
}

// Max is the largest file that is taken in.
const Max = 10 << 20

// A Refusal is why a file is not taken in: the end of a text's key.
type Refusal string

// Refusals.
const (
	Empty   Refusal = "empty"   // nothing in it
	TooBig  Refusal = "big"     // larger than Max
	Other   Refusal = "other"   // not one of the kinds
	HEIC    Refusal = "heic"    // a picture of a kind that browsers do not show
	Video   Refusal = "video"   // moving pictures
	Broken  Refusal = "broken"  // begins as one of the kinds, and does not go on so
	TooMany Refusal = "pixels"  // more picture than can be opened safely
	Hidden  Refusal = "hidden"  // another file lies in it
	Active  Refusal = "active"  // a PDF that does something, or carries files
	Locked  Refusal = "locked"  // a PDF that cannot be looked through
	NotSeen Refusal = "unknown" // never chosen
)

// Error makes it an error; what stood in the file is in none.
func (r Refusal) Error() string { return "a file that is not taken in: " + string(r) }

// Look says what a file is, or why it is not taken in. It opens no picture.
func Look(b []byte) (Kind, error) {
	switch {
	case len(b) == 0:
		return "", Empty
	case len(b) > Max:
		return "", TooBig
	}
	kind, err := sniff(b)
	if err != nil {
		return "", err
	}
	if kind != PDF && bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")) {
		return "", Hidden // readers of PDF look that far for its beginning
	}
	if archived(b) {
		return "", Hidden
	}
	return kind, nil
}

func sniff(b []byte) (Kind, error) {
	has := func(s string) bool { return bytes.HasPrefix(b, []byte(s)) }
	switch {
	case has("\xff\xd8\xff"):
		_, err := readJPEG(b)
		return JPEG, err
	case has(pngSign):
		_, err := readPNG(b)
		return PNG, err
	case has("%PDF-"):
		return PDF, lookPDF(b)
	case len(b) >= 12 && string(b[4:8]) == "ftyp":
		return M4A, lookMP4(b)
	case has("RIFF") && len(b) >= 12:
		return WAV, lookRIFF(b)
	case has("OggS"):
		return OGG, lookOgg(b)
	case has("\x1a\x45\xdf\xa3"), has("\x00\x00\x01\xba"), has("FLV"):
		return "", Video
	case has("ID3"), b[0] == 0xff && len(b) > 1 && b[1]&0xe0 == 0xe0:
		return MP3, lookMP3(b)
	}
	return "", Other
}

// archived says whether a zip archive ends where the file does: readers of zip
// look for it from behind, and find it in a file of any other kind.
func archived(b []byte) bool {
	const end, size = "PK\x05\x06", 22
	tail := b[max(0, len(b)-size-1<<16):]
	for {
		i := bytes.LastIndex(tail, []byte(end))
		if i < 0 {
			return false
		}
		// one disk, as many entries on it as in all
		if len(tail)-i >= size && string(tail[i+4:i+8]) == "\x00\x00\x00\x00" && string(tail[i+8:i+10]) == string(tail[i+10:i+12]) {
			return true
		}
		tail = tail[:i]
	}
}

// strangers are how other files begin that may hang behind a picture.
var strangers = [][]byte{
	[]byte("PK\x03\x04"), []byte("%PDF-"), []byte("Rar!\x1a\x07"), []byte("7z\xbc\xaf\x27\x1c"), []byte("\x7fELF"),
	[]byte("<html"), []byte("<script"), []byte("<?php"), []byte("<svg"), []byte("<!doctype"), []byte("#!/"), []byte("This program cannot be run"),
}

func strange(tail []byte) bool {
	low := bytes.ToLower(tail)
	for _, s := range strangers {
		if bytes.Contains(low, bytes.ToLower(s)) {
			return true
		}
	}
	return false
}
