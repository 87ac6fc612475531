package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"tilhor"
)

// format is the first field of every body; a body of another format is read by
// another decoder.
const format = "tilhor entry 1"

// encode gives the bytes that are hashed and stored: one JSON object, its fields
// always in this order, no space between them, text as encoding/json writes it
// with HTML left as it is. The record is read back entry by entry when it is
// verified, so both ways are written out by hand.
func encode(r Record) ([]byte, error) {
	b := make([]byte, 0, 640+160*len(r.Parts))
	b = appendText(append(b, `{"format":`...), format)
	b = appendText(append(b, `,"owner":`...), string(r.By.Owner))
	b = appendText(append(b, `,"stream":`...), r.Stream)
	b = strconv.AppendInt(append(b, `,"seq":`...), r.Seq, 10)
	b = appendText(append(b, `,"id":`...), string(r.ID))
	b = appendHex(append(b, `,"prev":`...), &r.Prev)
	b = append(b, `,"at":`...)
	if r.When.At.IsZero() {
		b = append(b, `null`...)
	} else {
		b = strconv.AppendInt(b, r.When.At.UnixMilli(), 10)
	}
	b = appendText(append(b, `,"precision":`...), string(r.When.Precision))
	b = strconv.AppendInt(append(b, `,"written":`...), r.When.Written.UnixMilli(), 10)
	b = strconv.AppendBool(append(b, `,"quiet":`...), r.Quiet)
	b = appendText(append(b, `,"person":`...), string(r.By.Person))
	b = appendText(append(b, `,"role":`...), string(r.By.Role))
	b = appendText(append(b, `,"school":`...), string(r.By.School))
	b = appendText(append(b, `,"act":`...), r.Act)
	b = appendText(append(b, `,"subject":`...), r.Subject)
	b = appendText(append(b, `,"view":`...), r.View)
	b = appendText(append(b, `,"rule":`...), r.Rule)
	b = appendTold(append(b, `,"told":`...), r.Told)
	b = append(b, `,"parts":[`...)
	for i, p := range r.Parts {
		b = separate(b, i)
		b = appendText(append(b, `{"label":`...), p.Label)
		b = append(appendHex(append(b, `,"commit":`...), &p.Commit), '}')
	}
	return append(b, "]}"...), nil
}

func appendTold(b []byte, t *Told) []byte {
	if t == nil {
		return append(b, `null`...)
	}
	b = append(b, `{"for":[`...)
	for i, role := range t.For {
		b = appendText(separate(b, i), string(role))
	}
	b = strconv.AppendBool(append(b, `],"takenUp":`...), t.TakenUp)
	return append(b, '}')
}

func separate(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}

func appendHex(b []byte, h *[32]byte) []byte {
	return append(hex.AppendEncode(append(b, '"'), h[:]), '"')
}

// plain says whether a byte stands for itself in a JSON text.
func plain(c byte) bool { return c >= ' ' && c < 0x7f && c != '"' && c != '\\' }

func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if !plain(s[i]) {
			return append(b, escaped(s)...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// escaped is a text that is not plain ASCII, as encoding/json writes it.
func escaped(s string) []byte {
	raw, err := marshal(s)
	if err != nil { // a string is always written
		panic("journal: " + err.Error())
	}
	return raw
}

func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

var errBody = errors.New("the text of the entry cannot be read")

// decode reads a body back. It refuses one that encode would not have written.
func decode(raw []byte) (Record, error) {
	r, ok := (&reader{raw: raw}).record()
	if !ok {
		return Record{}, errBody
	}
	again, err := encode(r)
	if err != nil || !bytes.Equal(again, raw) {
		return Record{}, errBody
	}
	r.Hash = sha256.Sum256(raw)
	return r, nil
}

// A reader takes a body apart from its front; bad says that it was not one.
type reader struct {
	raw, rest []byte
	bad       bool
}

func (d *reader) record() (r Record, ok bool) {
	d.rest = d.raw
	r.Leaf, r.Body = -1, d.raw
	d.key(`{"format":`)
	d.bad = d.bad || d.text() != format
	d.key(`,"owner":`)
	r.By.Owner = tilhor.OwnerID(d.text())
	d.key(`,"stream":`)
	r.Stream = d.text()
	d.key(`,"seq":`)
	r.Seq = d.number()
	d.key(`,"id":`)
	r.ID = tilhor.EntryID(d.text())
	d.key(`,"prev":`)
	d.hex(&r.Prev)
	d.key(`,"at":`)
	if !d.skip(`null`) {
		r.When.At = time.UnixMilli(d.number()).UTC()
	}
	d.key(`,"precision":`)
	r.When.Precision = tilhor.Precision(d.text())
	d.key(`,"written":`)
	r.When.Written = time.UnixMilli(d.number()).UTC()
	d.key(`,"quiet":`)
	r.Quiet = d.truth()
	d.key(`,"person":`)
	r.By.Person = tilhor.PersonID(d.text())
	d.key(`,"role":`)
	r.By.Role = tilhor.Role(d.text())
	d.key(`,"school":`)
	r.By.School = tilhor.SchoolID(d.text())
	d.key(`,"act":`)
	r.Act = d.text()
	d.key(`,"subject":`)
	r.Subject = d.text()
	d.key(`,"view":`)
	r.View = d.text()
	d.key(`,"rule":`)
	r.Rule = d.text()
	d.key(`,"told":`)
	r.Told = d.told()
	d.key(`,"parts":[`)
	r.Parts = d.parts()
	d.key(`]}`)
	return r, !d.bad && len(d.rest) == 0
}

func (d *reader) told() *Told {
	if d.skip(`null`) {
		return nil
	}
	t := &Told{}
	d.key(`{"for":[`)
	for !d.bad && !d.skip(`]`) {
		if len(t.For) > 0 {
			d.key(`,`)
		}
		t.For = append(t.For, tilhor.Role(d.text()))
	}
	d.key(`,"takenUp":`)
	t.TakenUp = d.truth()
	d.key(`}`)
	return t
}

func (d *reader) parts() (list []Part) {
	for !d.bad && len(d.rest) > 0 && d.rest[0] != ']' {
		if len(list) > 0 {
			d.key(`,`)
		}
		var p Part
		d.key(`{"label":`)
		p.Label = d.text()
		d.key(`,"commit":`)
		d.hex(&p.Commit)
		d.key(`}`)
		list = append(list, p)
	}
	return list
}

// skip steps over what must stand here, if it does.
func (d *reader) skip(what string) bool {
	if d.bad || len(d.rest) < len(what) || string(d.rest[:len(what)]) != what {
		return false
	}
	d.rest = d.rest[len(what):]
	return true
}

func (d *reader) key(what string) {
	if !d.skip(what) {
		d.bad = true
	}
}

func (d *reader) truth() bool {
	if d.skip(`true`) {
		return true
	}
	d.key(`false`)
	return false
}

func (d *reader) number() int64 {
	n := 0
	for n < len(d.rest) && (d.rest[n] == '-' || d.rest[n] >= '0' && d.rest[n] <= '9') {
		n++
	}
	v, err := strconv.ParseInt(string(d.rest[:n]), 10, 64)
	d.bad = d.bad || err != nil
	d.rest = d.rest[n:]
	return v
}

// text reads one JSON text. What is not plain ASCII goes the long way.
func (d *reader) text() string {
	if !d.skip(`"`) {
		d.bad = true
		return ""
	}
	simple := true
	for n, c := range d.rest {
		switch {
		case c == '"' && simple:
			s := string(d.rest[:n])
			d.rest = d.rest[n+1:]
			return s
		case c == '"' && !escapedAt(d.rest, n):
			var s string
			whole := append(append([]byte{'"'}, d.rest[:n]...), '"')
			d.bad = d.bad || json.Unmarshal(whole, &s) != nil
			d.rest = d.rest[n+1:]
			return s
		case !plain(c):
			simple = false
		}
	}
	d.bad = true
	return ""
}

// escapedAt says whether the quotation mark at n belongs to the text.
func escapedAt(b []byte, n int) bool {
	odd := false
	for n--; n >= 0 && b[n] == '\\'; n-- {
		odd = !odd
	}
	return odd
}

func (d *reader) hex(dst *[32]byte) {
	d.key(`"`)
	if d.bad || len(d.rest) < 64 {
		d.bad = true
		return
	}
	_, err := hex.Decode(dst[:], d.rest[:64])
	d.bad = err != nil
	d.rest = d.rest[64:]
	d.key(`"`)
}
