package signin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"regexp"

	"tilhor"
)

// A browser's secret is 130 random bits in a cookie that no script can read.
var secretForm = regexp.MustCompile(`^[a-z2-7]{26}$`)

// newSecret gives a browser one, or lets it keep the one it has: two tabs may
// sign in at once.
func newSecret(have string) string {
	if secretForm.MatchString(have) {
		return have
	}
	return tilhor.NewID()
}

// derive makes what only the browser's holder can make, for one purpose and
// one state: 43 characters, which is what a PKCE verifier needs.
func derive(secret, purpose, state string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte("tilhor signin " + purpose + "\x00" + state))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// hashed is how a random value stands in the database.
func hashed(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}
