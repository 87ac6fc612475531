package web

import (
	"fmt"

	"tilhor/internal/file"

	"rsc.io/qr"
)

// Square is a text as a square of dots (QR, SVG) to print: an address of ours,
// never a secret.
func Square(text string) ([]byte, error) {
	svg, err := file.Square(text, qr.M, 6)
	if err != nil {
		return nil, fmt.Errorf("draw an address: %w", err)
	}
	return []byte(svg), nil
}

// Base is the address of this site, as a person types it: the host that was
// asked for, which is one of ours.
func (q *Req) Base() string { return q.R.Host }

// Full is a path of ours as a whole address.
func (q *Req) Full(path string) string {
	scheme := "http://"
	if q.Kit.Owner.HTTPS {
		scheme = "https://"
	}
	return scheme + q.R.Host + path
}
