package seal

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"tilhor"
)

// A parcel is a text that leaves the house, for one reader with a code that goes
// another way. The code is 130 bits from the machine's own randomness, so the
// work of guessing it is not left to scrypt: its factor is low, and a parcel
// that asks for more is refused.
const (
	parcelWork    = 12
	parcelWorkMax = 16
	parcelMax     = 1 << 20
)

// ErrParcel is a parcel that cannot be opened: the code is another's, or it was
// changed on the way.
var ErrParcel = errors.New("the parcel does not open")

// Parcel seals a text into an armoured file, and gives the code that opens it.
func Parcel(plain []byte) (file, code string, err error) {
	code = tilhor.NewID()
	r, err := age.NewScryptRecipient(code)
	if err != nil {
		return "", "", err
	}
	r.SetWorkFactor(parcelWork)
	var b bytes.Buffer
	a := armor.NewWriter(&b)
	w, err := age.Encrypt(a, r)
	if err != nil {
		return "", "", err
	}
	if _, err := w.Write(plain); err != nil {
		return "", "", err
	}
	if err := errors.Join(w.Close(), a.Close()); err != nil {
		return "", "", err
	}
	return b.String(), code, nil
}

// OpenParcel opens a file with its code. Whatever is wrong with either gives
// ErrParcel and no more.
func OpenParcel(file, code string) ([]byte, error) {
	id, err := age.NewScryptIdentity(strings.ToLower(strings.Join(strings.FieldsFunc(code, func(r rune) bool { return r == ' ' || r == '-' }), "")))
	if err != nil {
		return nil, ErrParcel
	}
	id.SetMaxWorkFactor(parcelWorkMax)
	file = strings.ReplaceAll(strings.TrimSpace(file), "\r\n", "\n")
	r, err := age.Decrypt(armor.NewReader(strings.NewReader(file+"\n")), id)
	if err != nil {
		return nil, ErrParcel
	}
	plain, err := io.ReadAll(io.LimitReader(r, parcelMax+1))
	if err != nil || len(plain) > parcelMax {
		return nil, ErrParcel
	}
	return plain, nil
}
