package web

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// Square is a text as a square of dots (QR, SVG) to print: an address of ours,
// never a secret.
func Square(text string) ([]byte, error) {
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("draw an address: %w", err)
	}
	const quiet = 4
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %[1]d" width="%d" height="%[2]d" shape-rendering="crispEdges" aria-hidden="true"><path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path fill="#000" d="`,
		c.Size+2*quiet, 6*(c.Size+2*quiet))
	for y := range c.Size {
		for x := range c.Size {
			if c.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return []byte(b.String()), nil
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
