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
