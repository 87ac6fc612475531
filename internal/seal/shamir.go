package seal

import "crypto/rand"

// Two of n: a straight line through the secret, one line for each byte, over
// the field of 256 elements that AES uses. A share is the line's height at the
// share's number; two points give the line back, and through one point go
// lines to every possible secret, each as likely as the next.

// times multiplies in GF(2^8) modulo x^8+x^4+x^3+x+1, in the same steps
// whatever the values are, so that its time tells nothing of a secret.
func times(a, b byte) (product byte) {
	for range 8 {
		product ^= a & -(b & 1)
		carry := -(a >> 7)
		a = a<<1 ^ 0x1b&carry
		b >>= 1
	}
	return product
}

// inverse is a^254, the one that times a is 1; of 0 it is 0.
func inverse(a byte) byte {
	square, product := a, byte(1)
	for range 7 {
		square = times(square, square)
		product = times(product, square)
	}
	return product
}

// split gives n shares of secret; share i stands for the number i+1.
func split(secret []byte, n int) [][]byte {
	slope := make([]byte, len(secret))
	rand.Read(slope)
	defer clear(slope)
	out := make([][]byte, n)
	for i := range out {
		out[i] = make([]byte, len(secret))
		for k := range secret {
			out[i][k] = secret[k] ^ times(slope[k], byte(i+1))
		}
	}
	return out
}

// join gives the secret of two shares with different numbers: the height of
// their line at nought.
func join(x1 byte, y1 []byte, x2 byte, y2 []byte) []byte {
	run := inverse(x1 ^ x2)
	w1, w2 := times(x2, run), times(x1, run)
	out := make([]byte, len(y1))
	for k := range out {
		out[k] = times(y1[k], w1) ^ times(y2[k], w2)
	}
	return out
}
