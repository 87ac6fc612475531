package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"

	"tilhor"
)

// The format of sealed bytes: version 1 ‖ nonce (12) ‖ AES-256-GCM of
// (salt (32) ‖ plain ‖ 0x80 ‖ zeros up to a multiple of 32) with its tag (16).
// The padding keeps the length of a name from telling the name.
const (
	version  = 1
	saltSize = 32
	block    = 32
	minSize  = 1 + 12 + saltSize + block + 16
)

// A Key is the opened key of one thing. It prints as its kind only.
type Key struct {
	owner tilhor.OwnerID
	kind  Kind
	thing string
	raw   [32]byte
	ring  *ring
	aead  cipher.AEAD
}

func newKey(owner tilhor.OwnerID, kind Kind, thing string, raw []byte, r *ring) Key {
	k := Key{owner: owner, kind: kind, thing: thing, ring: r, aead: aead(raw)}
	copy(k.raw[:], raw)
	return k
}

// aead is AES-256-GCM with a fresh random nonce in front of each sealed value.
func aead(key []byte) cipher.AEAD {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic("seal: a key is not 32 bytes")
	}
	a, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		panic("seal: no AES-GCM")
	}
	return a
}

// A Sealed is one field as the database stores it, with the label and the
// commitment that its entry in the record carries.
type Sealed struct {
	Bytes  []byte
	Label  string
	Commit [32]byte
}

// Label names one sealed field for ever: what a commitment is bound to.
func Label(field, id string) string { return field + ":" + id }

// SplitLabel takes a label apart.
func SplitLabel(label string) (field, id string, ok bool) {
	i := strings.LastIndexByte(label, ':')
	if i < 0 {
		return "", "", false
	}
	return label[:i], label[i+1:], true
}

// Commitment is SHA-256(label ‖ 0x00 ‖ salt ‖ plain). The salt keeps anyone
// from guessing a short plain text; labels hold no zero byte.
func Commitment(label string, salt [32]byte, plain string) [32]byte {
	h := sha256.New()
	h.Write([]byte(label))
	h.Write([]byte{0})
	h.Write(salt[:])
	h.Write([]byte(plain))
	return [32]byte(h.Sum(nil))
}

// Fingerprint is SHA-256 of a file's bytes, in hexadecimal: what is sealed beside
// its words, so that whoever is given the file can see that it is that one.
func Fingerprint(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Seal seals plain as the field of the row id. The same plain sealed twice gives
// different bytes and a different commitment.
func (k Key) Seal(field, id, plain string) Sealed {
	k.must()
	padded := (saltSize + len(plain) + block) / block * block
	in := make([]byte, padded)
	rand.Read(in[:saltSize]) // never fails: the program ends if the system has no randomness
	copy(in[saltSize:], plain)
	in[saltSize+len(plain)] = 0x80
	salt := [32]byte(in[:saltSize])
	label := Label(field, id)
	out := k.aead.Seal([]byte{version}, nil, in, k.bound("sealed", field, id))
	clear(in)
	return Sealed{Bytes: out, Label: label, Commit: Commitment(label, salt, plain)}
}

// Open gives back what was sealed as the field of the row id with this key, and
// ErrBroken for anything else.
func (k Key) Open(field, id string, sealed []byte) (string, error) {
	_, plain, err := k.Opening(field, id, sealed)
	return plain, err
}

// Opening also gives the salt, which a package for Statsforvalteren discloses
// so that the commitment can be checked.
func (k Key) Opening(field, id string, sealed []byte) (salt [32]byte, plain string, err error) {
	if k.aead == nil || len(sealed) < minSize || sealed[0] != version {
		return salt, "", ErrBroken
	}
	in, err := k.aead.Open(nil, nil, sealed[1:], k.bound("sealed", field, id))
	if err != nil {
		return salt, "", ErrBroken
	}
	defer clear(in)
	end := len(in) - 1
	for end >= saltSize && in[end] == 0 {
		end--
	}
	if end < saltSize || in[end] != 0x80 {
		return salt, "", ErrBroken
	}
	return [32]byte(in[:saltSize]), string(in[saltSize:end]), nil
}

func (k Key) must() {
	if k.aead == nil {
		panic("seal: the zero Key seals nothing")
	}
}

// bound is what the seal binds besides the content (the AAD): moved to another
// owner, thing, field or row, the bytes do not open.
func (k Key) bound(use, field, id string) []byte {
	var b []byte
	for _, s := range []string{"tilhor " + use + " 1", string(k.owner), string(k.kind), k.thing, field, id} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return b
}

// String tells the kind and nothing else, whatever a log or %v asks for.
func (k Key) String() string { return "key of a " + string(k.kind) }

// GoString is String: %#v tells no more.
func (k Key) GoString() string { return k.String() }

// Format is String for every verb.
func (k Key) Format(s fmt.State, _ rune) { fmt.Fprint(s, k.String()) }

// LogValue is String in a log.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText refuses: a key is never written anywhere but wrapped.
func (k Key) MarshalText() ([]byte, error) { return nil, ErrBroken }
