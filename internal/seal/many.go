package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"

	"tilhor"
)

// Hasher is Hash for many values of one purpose: the key is derived once. It is
// for one goroutine, and what it gives is overwritten by its next call.
func (k *Keys) Hasher(owner tilhor.OwnerID, purpose string) (func(value []byte) []byte, error) {
	r, err := k.ring(owner)
	if err != nil {
		return nil, err
	}
	sub, err := hkdf.Key(sha256.New, r.code, nil, "tilhor hash 1 "+purpose, 32)
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, sub)
	var sum [sha256.Size]byte
	return func(value []byte) []byte {
		m.Reset()
		m.Write(value)
		return m.Sum(sum[:0])
	}, nil
}

// Unwrap opens a key that has been read from the database already; a thing that
// was shredded has none (ErrShredded).
func (k *Keys) Unwrap(owner tilhor.OwnerID, kind Kind, thing string, wrapped []byte, shredded bool) (Key, error) {
	r, err := k.ring(owner)
	if err != nil {
		return Key{}, err
	}
	if shredded {
		return Key{}, ErrShredded
	}
	return unwrap(r, owner, kind, thing, wrapped)
}

// Commit is the commitment to what the database stores open beside the sealed
// words: an answer, a date, who it is about. Its salt comes from the thing's own
// key, so nothing more is stored, nobody without the key can guess the text from
// it, and it can be disclosed like any other.
func (k Key) Commit(field, id, plain string) Sealed {
	k.must()
	label := Label(field, id)
	return Sealed{Label: label, Commit: Commitment(label, k.salt(label), plain)}
}

// Salt is the salt of a commitment that Commit made, to disclose it with what it
// commits to: it tells nothing of any other, and nothing of the key.
func (k Key) Salt(field, id string) [32]byte {
	k.must()
	return k.salt(Label(field, id))
}

func (k Key) salt(label string) [32]byte {
	m := hmac.New(sha256.New, k.raw[:])
	m.Write([]byte("tilhor open 1 "))
	m.Write([]byte(label))
	return [32]byte(m.Sum(nil))
}
