package seal

import (
	"crypto/hmac"
	"crypto/rand"
	"fmt"
	"math/big"

	"tilhor"
)

// Digits gives n random digits, to be said to somebody: few enough to guess, so
// whoever asks for them counts.
func Digits(n int64) (string, error) {
	x, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%0*d", n, x), nil
}

// Fits says whether a value is what was kept as its Hash, in the same time
// whatever of it is right.
func (k *Keys) Fits(owner tilhor.OwnerID, purpose, value string, kept []byte) bool {
	return len(kept) > 0 && hmac.Equal(kept, k.Hash(owner, purpose, value))
}
